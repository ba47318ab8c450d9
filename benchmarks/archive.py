"""Tagging a whole archive anew: rate, memory and waiting readers while it runs, and what choosing the next batch costs.

    python benchmarks/archive.py [--items 20000] [--rows 1000000] [--mode fast]

First a synthetic archive of `--items` headlines, all different (nothing comes from the cache), is judged as `watchbot classify
--fast` does, while a reader asks for the newest items and the counts all the time; memory and the size of the write-ahead log
are told ten times on the way. Then, in a database of `--rows` items of which all but the last thousand are judged, the next batch is chosen and the waiting counted.
"""

from __future__ import annotations

import argparse
import random
import re
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from watchbot.classify.classifier import Classifier, Mode
from watchbot.classify.examples import read_examples
from watchbot.classify.retag import retag
from watchbot.model import FoundItem, Kind, Source
from watchbot.store import Store

FOLDER = Path(__file__).resolve().parent.parent / "classifiers"
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
SOURCE = Source(id="archive", name="Archive", publisher="Archive", kind=Kind.FEED, url="https://example.org/feed")
CHUNK = 500


def memory() -> float:
    """Resident memory of this process, in MB."""
    found = re.search(r"VmRSS:\s+(\d+)", Path("/proc/self/status").read_text(encoding="utf-8"))
    return int(found[1]) / 1024 if found else 0.0


def headlines(count: int, classifier: Classifier) -> Iterator[FoundItem]:
    """Titles and summaries of examples put together anew, with a number, so that no two are alike; 80 % from noise."""
    examples = read_examples(FOLDER, classifier.topics)
    ours = [one for one in examples if one.relevant]
    noise = [one for one in examples if not one.relevant]
    rng = random.Random(0)
    for n in range(count):
        family = noise if rng.random() < 0.8 else ours
        title, summary = rng.choice(family).title, rng.choice(family).summary
        yield FoundItem(guid=f"g{n}", url=f"https://example.org/{n}", title=f"{title} ({n})", summary=summary)


def fill(store: Store, count: int, classifier: Classifier) -> None:
    pending: list[FoundItem] = []
    for item in headlines(count, classifier):
        pending.append(item)
        if len(pending) == CHUNK:
            store.items.save(SOURCE, pending, NOW)
            pending = []
    if pending:
        store.items.save(SOURCE, pending, NOW)


class Reader(threading.Thread):
    """Asks the same database for its newest items and its counts, and remembers how long it waited."""

    def __init__(self, path: Path) -> None:
        super().__init__(daemon=True)
        self.path, self.waits, self.done = path, [0.0], threading.Event()

    def run(self) -> None:
        """Ask until told that it is done."""
        with Store(self.path) as store:
            while not self.done.wait(0.25):
                start = time.perf_counter()
                store.items.select(limit=20)
                store.tags.waiting_count(["none"])
                self.waits.append(time.perf_counter() - start)


def retagging(count: int, mode: Mode) -> None:
    classifier = Classifier.load(FOLDER)
    classifier.tag([], mode=mode)
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "watch.db") as store:
        fill(store, count, classifier)
        cached = Classifier(classifier.file, classifier.head, classifier.folder, store.vectors)
        reader = Reader(store.path)
        reader.start()
        step = max(1, count // 10)
        told = [0]
        start, used = time.perf_counter(), time.process_time()

        def progress(done: int, waiting: int) -> None:
            if done >= told[0] + step or done == waiting:
                told[0] = done
                print(
                    f"  {done:>8} of {waiting}  {done / (time.perf_counter() - start):5.0f}/s  {memory():4.0f} MB,"
                    f" log {Path(f'{store.path}-wal').stat().st_size / 1e6:.0f} MB",
                    flush=True,
                )

        outcome = retag(store, cached, clock=lambda: NOW, mode=mode, progress=progress)
        wall, processor = time.perf_counter() - start, time.process_time() - used
        reader.done.set()
        reader.join()
        waits = sorted(reader.waits)
    print(
        f"{outcome.judged} items, {mode}: {outcome.judged / wall:.0f}/s seen, {2 * outcome.judged / processor:.0f}/s by processor"
        f" time on two cores; {len(waits)} queries meanwhile, median {1000 * waits[len(waits) // 2]:.0f} ms, longest {1000 * waits[-1]:.0f} ms"
    )


def choosing(rows: int) -> None:
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "watch.db") as store:
        for row in store.rows("SELECT name FROM sqlite_master WHERE type = 'trigger'", ()):
            store.execute(f'DROP TRIGGER "{row[0]}"')
        with store.transaction():
            numbers = f"WITH RECURSIVE k(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM k WHERE n < {rows})"
            store.execute(
                f"{numbers} INSERT INTO items (n, id, url, title, source_id, sort_date, first_seen, last_seen, cluster, content_hash)"
                " SELECT n, printf('%012x', n * 2654435761 % 281474976710656), 'https://example.org/' || n, 'Titre ' || n, 's',"
                " '2026-01-01', '2026-01-01', '2026-01-01', 'c', 'h' FROM k"
            )
            store.execute(
                "INSERT INTO verdicts (item_id, relevant, relevance, head, text_hash, decided_at)"
                f" SELECT id, 0, 0.1, 'head', 'h', '2026-11-24' FROM items WHERE n <= {rows - 1000}"
            )
        before = memory()
        start = time.perf_counter()
        first = next(store.tags.waiting(["new"], 256))
        fresh = time.perf_counter() - start
        start = time.perf_counter()
        last = next(store.tags.waiting(["head"], 256))
        resumed = time.perf_counter() - start
        start = time.perf_counter()
        waiting = store.tags.waiting_count(["head"])
        counted = time.perf_counter() - start
        print(
            f"{rows} rows: first batch of {len(first)} chosen in {1000 * fresh:.0f} ms when none is judged by this head,"
        )
        print(
            f"  of {len(last)} in {resumed:.2f} s when all but {waiting} are (once a run), counted in {counted:.2f} s;"
        )
        print(f"  {memory() - before:+.0f} MB of memory for it")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=20_000)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--mode", choices=("fast", "auto", "full"), default="fast")
    options = parser.parse_args()
    if options.items:
        retagging(options.items, options.mode)
    if options.rows:
        choosing(options.rows)


if __name__ == "__main__":
    main()
