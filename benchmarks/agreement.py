"""How far the readers of the labelled examples agree, and how many labels stand otherwise since.

    python benchmarks/agreement.py [--third] [--json]

`classifiers/second_opinion.jsonl` holds, by the beginning of the hash of an example's text, the labels it bore (`first`) and
those that a second reader gave who saw the text and the guide alone (`labels`). Some have those of a third (`third`), who read
them in an order drawn by lot: `--third` compares the two that were independent of one another.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from watchbot.classify.agreement import Agreement, agreement
from watchbot.classify.examples import example_hash, json_lines, read_examples
from watchbot.classify.material import read_file

FOLDER = Path(__file__).resolve().parent.parent / "classifiers"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--third", action="store_true")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    topics = [topic.id for topic in read_file(FOLDER).topics]
    readings = [value for _, value in json_lines(FOLDER / "second_opinion.jsonl")]
    one, other = ("labels", "third") if options.third else ("first", "labels")
    readings = [reading for reading in readings if other in reading]
    report = agreement([set(r[one]) for r in readings], [set(r[other]) for r in readings], topics)
    size = len(readings[0]["id"])
    now = {example_hash(example)[:size]: set(example.topics) for example in read_examples(FOLDER, topics)}
    changed = sum(now.get(r["id"], set(r["first"])) != set(r["first"]) for r in readings)
    if options.json:
        print(json.dumps({**report.as_dict(), "changed": changed}, ensure_ascii=False, indent=1))
        return
    print(f"{'label':16}{'first':>7}{'second':>8}{'both':>6}{'alike':>8}{'kappa':>7}{'alpha':>7}")
    for label in (report.relevance, *report.topics):
        print(_line(label))
    print(f"\n{report.texts} texts; {report.identical} labelled just alike ({report.identical / report.texts:.1%})")
    print(
        f"topics: micro-F1 of one reader against the other {report.micro_f1:.3f}, Krippendorff's alpha {report.alpha:.3f}"
    )
    print(f"labels of {changed} texts are other than at first")


def _line(one: Agreement) -> str:
    counts = f"{one.first:>7}{one.second:>8}{one.both:>6}"
    return f"{one.label:16}{counts}{one.share:>8.1%}{one.kappa:>7.3f}{one.alpha:>7.3f}"


if __name__ == "__main__":
    main()
