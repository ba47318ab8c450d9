from __future__ import annotations

import json
from pathlib import Path

import pytest

from watchbot.classify.agreement import agreement
from watchbot.classify.classifier import Classifier
from watchbot.classify.examples import example_hash, read_examples


def test_kappa_and_alpha_are_those_of_the_textbook() -> None:
    """20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no: kappa 0.4; alpha from the heap of 55 yes and 45 no."""
    first = [{"a"}] * 25 + [set()] * 25
    second = [{"a"}] * 20 + [set()] * 5 + [{"a"}] * 10 + [set()] * 15
    (one,) = agreement(first, second, ["a"]).topics
    assert (one.first, one.second, one.both) == (25, 30, 20)
    assert one.share == pytest.approx(0.7)
    assert one.kappa == pytest.approx(0.4)
    assert one.alpha == pytest.approx(1 - 0.3 / (2 * 55 * 45 / (100 * 99)))


def test_kappa_is_that_of_scikit_learn() -> None:
    from sklearn.metrics import cohen_kappa_score

    first = [{"a", "b"}, {"a"}, set(), {"b"}, set(), {"a"}, {"b"}]
    second = [{"a"}, {"a"}, {"b"}, {"b"}, set(), set(), {"b", "a"}]
    report = agreement(first, second, ["a", "b"])
    for one in report.topics:
        expected = cohen_kappa_score([one.label in f for f in first], [one.label in s for s in second])
        assert one.kappa == pytest.approx(expected)
    assert report.micro_f1 == pytest.approx(2 * 4 / (6 + 6))
    assert report.identical == 3


def test_full_agreement_is_one_even_on_what_nobody_gave() -> None:
    report = agreement([{"a"}, set()], [{"a"}, set()], ["a", "b"])
    assert {(one.kappa, one.alpha) for one in report.topics} == {(1.0, 1.0)}
    assert (report.micro_f1, report.alpha, report.relevance.share) == (1.0, 1.0, 1.0)


def test_every_example_that_ships_has_a_second_opinion(shipped: Classifier) -> None:
    lines = (Path(shipped.folder) / "second_opinion.jsonl").read_text(encoding="utf-8").splitlines()
    readings = [json.loads(line) for line in lines]
    examples = {example_hash(example)[:16] for example in read_examples(shipped.folder, shipped.topics)}
    assert len({one["id"] for one in readings}) == len(readings)
    assert {one["id"] for one in readings} == examples
    assert {topic for one in readings for topic in one["labels"]} == set(shipped.topics)
