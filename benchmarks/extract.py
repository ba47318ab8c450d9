"""Facts: precision and recall by kind on the labelled sentences, and throughput against dateparser.

    python benchmarks/extract.py [--seconds 3] [--json]

Two things are measured:

- precision, recall and F1 of `extract_facts` by kind, on `tests/extract/sentences.jsonl` (which the rules were written
  against) and `tests/extract/sentences_heldout*.jsonl` (labelled apart);
- dates, on the same sentences, against `dateparser.search.search_dates` (French and English, same reference day): how many
  labelled days each finds, how many it makes up, and characters a second. watchbot's time is for all kinds of facts.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.extract.labelled import REFERENCE, Score, load, measure
from watchbot.extract.facts import extract_facts
from watchbot.model import FactKind

FILES = ("sentences.jsonl", "sentences_heldout.jsonl", "sentences_heldout_2.jsonl", "sentences_heldout_3.jsonl")
Days = Callable[[str], set[str]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=3.0, help="how long each contestant is timed")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    report = {"kinds": {name: kinds(name) for name in FILES}, "dates": dates(options.seconds)}
    if options.json:
        print(json.dumps(report, indent=1))
    else:
        show(report)


def kinds(name: str) -> dict[str, dict[str, float]]:
    scores = measure(load(name)).scores
    total = Score(
        sum(score.right for score in scores.values()),
        sum(score.wrong for score in scores.values()),
        sum(score.missed for score in scores.values()),
    )
    named = {**{kind.value: score for kind, score in scores.items()}, "all": total}
    return {
        kind: {"facts": s.right + s.missed, "precision": s.precision, "recall": s.recall} for kind, s in named.items()
    }


def dates(seconds: float) -> dict[str, dict[str, float]]:
    sentences = [sentence for name in FILES for sentence in load(name)]
    found = {name: {**days(sentences, read), **speed(sentences, read, seconds)} for name, read in CONTESTANTS.items()}
    found["watchbot"]["times_faster"] = found["watchbot"]["kB_s"] / found["dateparser"]["kB_s"]
    return found


def days(sentences: Iterable[Mapping[str, Any]], read: Days) -> dict[str, float]:
    """Whole days only: both ends of a range count, delays and months do not."""
    score = Score()
    for sentence in sentences:
        labelled = {day for fact in sentence["facts"] for day in (fact["value"], fact.get("end_value")) if is_day(day)}
        found = read(sentence["text"])
        score.right += len(found & labelled)
        score.wrong += len(found - labelled)
        score.missed += len(labelled - found)
    return {"days": score.right + score.missed, "precision": score.precision, "recall": score.recall}


def is_day(value: str | None) -> bool:
    return value is not None and len(value) == 10 and value[4] == value[7] == "-" and value[:4].isdigit()


def by_watchbot(text: str) -> set[str]:
    dated = {FactKind.DATE, FactKind.DEADLINE}
    facts = [fact for fact in extract_facts(text, REFERENCE) if fact.kind in dated]
    return {day for fact in facts for day in (fact.value, fact.end_value) if day is not None and is_day(day)}


def by_dateparser(text: str) -> set[str]:
    from dateparser.search import search_dates

    base = datetime(REFERENCE.year, REFERENCE.month, REFERENCE.day)
    settings = {"RELATIVE_BASE": base, "PREFER_DATES_FROM": "future", "DATE_ORDER": "DMY"}
    found = search_dates(text, languages=["fr", "en"], settings=settings) or []
    return {moment.date().isoformat() for _, moment in found}


CONTESTANTS: dict[str, Days] = {"watchbot": by_watchbot, "dateparser": by_dateparser}


def speed(sentences: Sequence[Mapping[str, Any]], read: Days, seconds: float) -> dict[str, float]:
    texts = [sentence["text"] for sentence in sentences]
    read(texts[0])
    characters, start = 0, time.process_time()
    while (spent := time.process_time() - start) < seconds:
        for text in texts[characters % len(texts) :][:20]:
            read(text)
            characters += len(text)
    return {"kB_s": characters / spent / 1000}


def show(report: Mapping[str, Any]) -> None:
    for name, table in report["kinds"].items():
        print(f"{name}\n  {'kind':16} facts  precision  recall")
        for kind, row in table.items():
            print(f"  {kind:16} {row['facts']:5}  {row['precision']:9.3f}  {row['recall']:6.3f}")
    print(f"days, both files\n  {'':16}  days  precision  recall    kB/s")
    for name, row in report["dates"].items():
        print(f"  {name:16} {row['days']:5}  {row['precision']:9.3f}  {row['recall']:6.3f}  {row['kB_s']:6.1f}")
    print(
        f"watchbot, all facts, is {report['dates']['watchbot']['times_faster']:.1f} times as fast as dateparser, dates alone"
    )


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    main()
