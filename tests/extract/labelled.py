"""Labelled sentences, and how well the rules find their facts."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from watchbot.extract.facts import extract_facts
from watchbot.model import Fact, FactKind

# The day all labelled sentences were "written": a date without a year is in the months that follow.
REFERENCE = date(2026, 11, 16)
FOLDER = Path(__file__).parent


@dataclass
class Score:
    """Of one kind: facts found that are right, found that are not, and missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0


@dataclass
class Measured:
    """Scores by kind, the roles that differ, and every mistake in words."""

    scores: dict[FactKind, Score] = field(default_factory=lambda: {kind: Score() for kind in FactKind})
    roles: Counter[bool] = field(default_factory=Counter)
    mistakes: list[str] = field(default_factory=list)


def load(name: str) -> list[dict[str, Any]]:
    """The lines of a file of this folder: `text`, and `facts` with kind, quote, start, value and what else is labelled."""
    return [json.loads(line) for line in (FOLDER / name).read_text(encoding="utf-8").splitlines()]


def measure(sentences: Iterable[Mapping[str, Any]]) -> Measured:
    """Find the facts of each sentence and compare; each labelled fact matches one found fact at most."""
    measured = Measured()
    for sentence in sentences:
        _compare(measured, sentence["text"], sentence["facts"], extract_facts(sentence["text"], REFERENCE))
    return measured


def _compare(measured: Measured, text: str, labelled: Sequence[Mapping[str, Any]], found: Sequence[Fact]) -> None:
    rest = list(found)
    for label in labelled:
        kind = FactKind(label["kind"])
        match = next((fact for fact in rest if _same(label, fact)), None)
        if match is None:
            measured.scores[kind].missed += 1
            measured.mistakes.append(f"missed {kind} {label['value']} {label['quote']!r} in {text!r}")
            continue
        rest.remove(match)
        measured.scores[kind].right += 1
        if "role" in label:
            measured.roles[match.role == label["role"]] += 1
            if match.role != label["role"]:
                measured.mistakes.append(f"role {match.role!r}, not {label['role']!r}, of {match.quote!r} in {text!r}")
    for fact in rest:
        measured.scores[fact.kind].wrong += 1
        measured.mistakes.append(
            f"wrong {fact.kind} {fact.value} {fact.end_value or ''} {fact.unit} {fact.quote!r} in {text!r}"
        )


def _same(label: Mapping[str, Any], fact: Fact) -> bool:
    start, end = label["start"], label["start"] + len(label["quote"])
    overlapping = fact.start < end and start < fact.end
    meaning = (label["kind"], label["value"], label.get("end_value"), label.get("unit", ""))
    return overlapping and meaning == (fact.kind.value, fact.value, fact.end_value, fact.unit)


# Every word of the labelled sentences, for texts made at random out of what rules look for.
LABELLED_WORDS = sorted({word for row in load("sentences.jsonl") for word in row["text"].split()})
