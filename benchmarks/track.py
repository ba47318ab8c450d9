"""How fast tracking is, and how right: against difflib as urlwatch and the standard library use it, on the same input.

    python benchmarks/track.py            facts, mutations, speed and growth
    python benchmarks/track.py --quick    the same without the largest sizes
    python benchmarks/track.py --all      the same, and the demonstration's second week: what it reports, and its alerts

Facts: precision and recall on the labelled sentences, by kind (`tests/extract/sentences*.jsonl`); how they were at first look
stands in docs/facts.md. Mutations: the seeded generators of `tests/track`, those the rules were made on and others.

Times are of the processor. Rivals, fed with the same two texts: `difflib.unified_diff` on lines (what urlwatch shows) and `difflib.HtmlDiff`. On the PDF,
where every line breaks elsewhere, HtmlDiff takes minutes: it is run on a tenth of the text unless `--full`, and its time
there is compared with ours there.
"""

from __future__ import annotations

import argparse
import difflib
import html
import random
import re
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.track.guide import Layout, guide, laid_out
from tests.track.test_mutations import Case
from watchbot.model import FoundDocument
from watchbot.track.compare import compare
from watchbot.track.normalise import normalise_document
from watchbot.track.normalise_pdf import pdf_passages
from watchbot.track.passages import normalised_text

TAGS = {"title": "h1", "heading": "h2", "text": "p", "item": "li", "article": "p"}


def page(size: int) -> str:
    """A reference page of about `size` bytes."""
    parts: list[str] = []
    held = chapter = 0
    while held < size:
        for kind, text in guide(seed=chapter, chapters=12, sections=4):
            part = f'<{TAGS[kind]} class="c{held % 7}">{html.escape(text)}</{TAGS[kind]}>\n'
            parts.append(part)
            held += len(part.encode())
            if held >= size:
                break
        chapter += 1
    return f"<html><body><nav>Menu</nav><main>{''.join(parts)}</main></body></html>"


def edited(source: str, every: int) -> str:
    """The same text with every so-many-th number raised by one."""
    seen = 0

    def change(found: re.Match[str]) -> str:
        nonlocal seen
        seen += 1
        return str(int(found[0]) + 1) if seen % every == 0 else found[0]

    return re.sub(r"(?<=\s)\d{1,2}(?= )", change, source)


def timed(work: Callable[[], object], rounds: int = 3) -> float:
    """The best of a few runs, in seconds of the processor (all contestants run on one thread, others may run beside them)."""
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def normalised(source: str) -> str:
    document = FoundDocument(key="k", url="https://exemple.fr", title="", content_type="text/html", raw=source.encode())
    return normalise_document(document).text


def bench_page(size: int) -> None:
    before_html, after_html = page(size), edited(page(size), 400)
    print(f"\n== page of {size / 1e6:.1f} MB")
    print(f"normalise                     {timed(lambda: normalised(before_html)):8.3f} s")
    against(normalised(before_html), normalised(after_html), full=True)


def bench_pdf(count: int, *, full: bool) -> None:
    blocks = guide(chapters=round(count / 2.43), sections=6)
    before = laid_out(blocks, Layout())
    changed = list(blocks)
    for place in range(0, len(changed), 60):
        changed[place] = (
            changed[place][0],
            re.sub(r"(?<=\s)\d{1,2}(?= )", lambda found: str(int(found[0]) + 1), changed[place][1], count=1),
        )
    after = laid_out(changed, Layout(width=76, lines=50, hyphenate=True))
    print(
        f"\n== PDF text of {len(before)} pages ({sum(map(len, before)) / 1e6:.2f} MB), the new version set in another width"
    )
    print(f"normalise                     {timed(lambda: text_of(before)):8.3f} s")
    ours = against(text_of(before), text_of(after), full=full, raw=("\n".join(before), "\n".join(after)))
    print(
        f"edits that matter: {len([1 for place in range(0, len(changed), 60) if changed[place] != blocks[place]])}; found: {ours}"
    )


def text_of(pages: tuple[str, ...]) -> str:
    return normalised_text(pdf_passages(pages)[1])


def against(before: str, after: str, *, full: bool, raw: tuple[str, str] | None = None) -> int:
    """Compare with both rivals on the same lines; returns how many edits we find."""
    edits = compare(before, after)
    ours = timed(lambda: compare(before, after))
    old, new = (text.split("\n") for text in (raw or (before, after)))
    unified = timed(lambda: list(difflib.unified_diff(old, new, n=0)), rounds=1)
    lines = sum(line[0] in "+-" and not line.startswith(("+++", "---")) for line in difflib.unified_diff(old, new, n=0))
    print(f"compare                       {ours:8.3f} s   {len(edits)} edits, each with its words")
    print(f"difflib.unified_diff          {unified:8.3f} s   {lines} lines; {unified / ours:.1f} times our time")
    share = 1 if full else 10
    part = [side[: len(side) // share] for side in (old, new)]
    shown = timed(lambda: difflib.HtmlDiff().make_table(*part, context=True), rounds=1)
    mine = (
        "\n".join(before.split("\n")[: before.count("\n") // share]),
        "\n".join(after.split("\n")[: after.count("\n") // share]),
    )
    ours_there = timed(lambda: compare(*mine))
    note = "" if full else f" (on a tenth, where ours takes {ours_there:.3f} s)"
    print(f"difflib.HtmlDiff              {shown:8.3f} s   {shown / ours_there:.1f} times our time{note}")
    return len(edits)


def bench_growth(sizes: list[int]) -> None:
    print("\n== growth (normalise both versions, compare)\n      size     normalise     compare   seconds a MB")
    for size in sizes:
        before_html, after_html = page(size), edited(page(size), 400)
        once = timed(lambda source=before_html: normalised(source), rounds=2)
        before, after = normalised(before_html), normalised(after_html)
        twice = timed(lambda left=before, right=after: compare(left, right), rounds=2)
        print(f"{size:>10,} {once:>12.3f} s {twice:>9.3f} s {(once + twice) / size * 1e6:>12.2f}")


def bench_worst() -> None:
    """Nothing in common but common words: no anchors to hold on to."""
    rng = random.Random(1)
    words = ["le", "score", "est", "de", "points", "pour", "la", "région", "et", "un", "niveau"]
    before, after = (" ".join(rng.choice(words) for _ in range(200_000)) for _ in range(2))
    print("\n== worst case: 1 MB of one passage on each side, random words of a vocabulary of eleven")
    print(f"compare                       {timed(lambda: compare(before, after), rounds=1):8.3f} s")


def bench_mutations() -> None:
    from tests.track.test_mutations import noise_cases, substantive_cases
    from tests.track.test_other_mutations import other_noise_cases, other_substance_cases

    mutations("those the rules were made on", noise_cases(), substantive_cases())
    mutations("other kinds, other makers' pages", other_noise_cases(), other_substance_cases())


def mutations(title: str, noise: Sequence[Case], substance: Sequence[Case]) -> None:
    from watchbot.model import Significance
    from watchbot.track.significance import judge

    raised = sum(bool(compare(before, after)) for _, before, after in noise)
    print(f"\n== mutations: {title}\nnoise only:   {raised} of {len(noise)} raise a change ({raised / len(noise):.2%})")
    found = [compare(before, after) for _, before, after in substance]
    told = sum(judge(edits).significance is Significance.SUBSTANTIVE for edits in found if edits)
    one = sum(len(edits) == 1 for edits in found)
    print(
        f"substantive:  {sum(map(bool, found))} of {len(found)} raise a change, {told} judged substantive, {one} told as one edit"
    )


def bench_facts() -> None:
    from benchmarks.extract import FILES, kinds

    for name in FILES:
        table = kinds(name)
        print(f"\n== facts of {name}\n{'':18} facts  precision  recall")
        for kind, row in table.items():
            print(f"{kind:18} {row['facts']:5}  {row['precision']:9.3f}  {row['recall']:6.3f}")


def bench_demo() -> None:
    """What the second week of the demonstration reports: four changes and a reminder, each with its reasons."""
    from watchbot.demo.run import run_demo
    from watchbot.track.alerts import by_urgency

    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        week = run_demo(Path(folder, "out"), say=lambda _text: None).weeks[-1]
        print(f"\n== the demonstration, in {time.perf_counter() - start:.1f} s: {week.week} reports")
    for change in by_urgency(week.changes, date.fromisoformat(week.week)):
        print(f"{change.significance.value}, {change.event}: {change.title}: {' ; '.join(change.reasons[:6])}")
    print(f"{len(week.changes)} reports, {week.alerts} alerts at once")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="leave out the largest sizes")
    parser.add_argument("--full", action="store_true", help="run difflib.HtmlDiff on the whole text of the PDF too")
    parser.add_argument("--all", action="store_true", help="run the demonstration too")
    options = parser.parse_args()
    bench_facts()
    bench_mutations()
    bench_page(200_000 if options.quick else 2_000_000)
    bench_pdf(30 if options.quick else 300, full=options.full)
    bench_growth([10_000, 100_000, 1_000_000] + ([] if options.quick else [10_000_000]))
    bench_worst()
    if options.all:
        bench_demo()


if __name__ == "__main__":
    main()
