"""Precision and recall of facts by kind, on sentences labelled by hand.

`sentences.jsonl` is what the rules were written against; `sentences_heldout*.jsonl` were labelled before any rule was looked
at with it. A fact is found when kind, value, end value and unit are those of the label and the spans overlap.
"""

from __future__ import annotations

import pytest

from tests.extract.labelled import Measured, load, measure
from watchbot.model import FactKind

LABELLED = load("sentences.jsonl")
HELD_OUT = [row for name in ("", "_2", "_3") for row in load(f"sentences_heldout{name}.jsonl")]


@pytest.fixture(scope="module")
def labelled() -> Measured:
    return measure(LABELLED)


@pytest.fixture(scope="module")
def held_out() -> Measured:
    return measure(HELD_OUT)


def test_labels_are_many_and_quote_their_sentences() -> None:
    assert len(LABELLED) >= 300
    assert len(HELD_OUT) >= 200
    assert len({row["text"] for row in LABELLED + HELD_OUT}) == len(LABELLED) + len(HELD_OUT)
    assert sum(not row["facts"] for row in LABELLED) >= len(LABELLED) / 4
    for row in LABELLED + HELD_OUT:
        for fact in row["facts"]:
            assert row["text"][fact["start"] :].startswith(fact["quote"])


@pytest.mark.parametrize("kind", FactKind)
def test_labelled_sentences(labelled: Measured, kind: FactKind) -> None:
    score = labelled.scores[kind]
    assert score.right >= 15
    assert score.precision >= 0.95, labelled.mistakes
    assert score.recall >= 0.95, labelled.mistakes


def test_roles_of_dates(labelled: Measured) -> None:
    assert labelled.roles[True] / labelled.roles.total() >= 0.95, labelled.mistakes


@pytest.mark.parametrize("measured", ["precision", "recall"])
def test_held_out_sentences(held_out: Measured, measured: str) -> None:
    right = sum(score.right for score in held_out.scores.values())
    wrong = sum(score.wrong for score in held_out.scores.values())
    missed = sum(score.missed for score in held_out.scores.values())
    assert right / (right + (wrong if measured == "precision" else missed)) >= 0.95, held_out.mistakes
