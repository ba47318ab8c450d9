"""How good a classifier is: precision, recall and F1 by topic, micro and macro, ROC AUC and F1 of relevance, calibration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from watchbot.classify.examples import example_text, json_lines, to_example
from watchbot.errors import ConfigError
from watchbot.model import Example, Verdict

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from watchbot.classify.text import Text

BINS = 10


class Tagger(Protocol):
    """Whatever gives verdicts: the classifier, or a rival in a benchmark."""

    @property
    def topics(self) -> tuple[str, ...]:
        """The ids it knows."""
        ...

    def tag(self, texts: Sequence[Text]) -> list[Verdict]:
        """One verdict a text, in order."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Precision, recall and F1 of one label; `support` is how many texts have it."""

    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """One bar of the reliability plot: among `count` probabilities between the edges, their mean and how often they were right."""

    low: float
    high: float
    count: int
    expected: float
    observed: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationReport:
    """The outcome of an evaluation. Rates are in [0, 1]; `auc` is NaN when only one class is there."""

    texts: int
    relevance: Score
    auc: float
    topics: Mapping[str, Score]
    micro: Score
    macro_f1: float
    ece: float
    topics_ece: float
    reliability: tuple[Bin, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values, rounded to four places: the same for the same input."""

        def plain(score: Score) -> dict[str, Any]:
            rates = {name: round(getattr(score, name), 4) for name in ("precision", "recall", "f1")}
            return {**rates, "support": score.support}

        return {
            "texts": self.texts,
            "relevance": {**plain(self.relevance), "roc_auc": None if np.isnan(self.auc) else round(self.auc, 4)},
            "topics": {topic: plain(score) for topic, score in self.topics.items()},
            "micro": plain(self.micro),
            "macro_f1": round(self.macro_f1, 4),
            "ece": round(self.ece, 4),
            "topics_ece": round(self.topics_ece, 4),
            "reliability": [
                {
                    "low": b.low,
                    "high": b.high,
                    "count": b.count,
                    "expected": round(b.expected, 4),
                    "observed": round(b.observed, 4),
                }
                for b in self.reliability
            ],
        }


def read_gold(path: Path, topics: Sequence[str]) -> list[Example]:
    """Gold lines: `{"title", "summary", "topics": […], "relevant": bool}`; other keys are ignored, blank lines skipped.

    A line may be relevant without topics, unlike an example: its relevance is judged, and any topic given to it is one too many.

    Raises:
        ConfigError: the file is missing or empty, or a line is wrong; the message names it.
    """
    if not path.is_file():
        message = f"{path}: no such file"
        raise ConfigError(message)
    lines = [to_example(value, topics, f"{path}:{number}", topics_may_lack=True) for number, value in json_lines(path)]
    if not lines:
        message = f"{path}: holds no line"
        raise ConfigError(message)
    return lines


def evaluate(classifier: Tagger, gold: Iterable[Example]) -> EvaluationReport:
    """Tag the gold texts and compare."""
    lines = list(gold)
    found = classifier.tag([example_text(line) for line in lines])
    topics = classifier.topics
    scores = np.array([[v.relevance, *(v.scores[t] for t in topics)] for v in found]).reshape(
        len(lines), 1 + len(topics)
    )
    chosen = np.array([[v.relevant, *(t in v.topics for t in topics)] for v in found], bool).reshape(scores.shape)
    return compare(scores, chosen, label_matrix(lines, topics), topics)


def label_matrix(examples: Sequence[Example], topics: Sequence[str]) -> NDArray[np.int8]:
    """Labels as 0 and 1, shape (n, 1 + topics), relevance first."""
    rows = [[example.relevant, *(topic in example.topics for topic in topics)] for example in examples]
    return np.array(rows, np.int8).reshape(len(examples), 1 + len(topics))


def compare(
    scores: NDArray[np.floating], chosen: NDArray[np.bool_], truth: NDArray[np.int8], topics: Sequence[str]
) -> EvaluationReport:
    """The report from probabilities, what was given, and the truth; all of shape (n, 1 + topics)."""
    by_topic = {topic: _score(chosen[:, j], truth[:, j]) for j, topic in enumerate(topics, start=1)}
    present = [score.f1 for score in by_topic.values() if score.support]
    reliability = bins(scores[:, 0], truth[:, 0])
    return EvaluationReport(
        texts=len(truth),
        relevance=_score(chosen[:, 0], truth[:, 0]),
        auc=roc_auc(scores[:, 0], truth[:, 0]),
        topics=by_topic,
        micro=_score(chosen[:, 1:].ravel(), truth[:, 1:].ravel()),
        macro_f1=float(np.mean(present)) if present else 0.0,
        ece=expected_calibration_error(reliability),
        topics_ece=expected_calibration_error(bins(scores[:, 1:].ravel(), truth[:, 1:].ravel())),
        reliability=reliability,
    )


def roc_auc(scores: NDArray[np.floating], truth: NDArray[np.int8]) -> float:
    """The chance that a relevant text scores above another (ties count half): the Mann-Whitney statistic."""
    positive = int(truth.sum())
    negative = len(truth) - positive
    if not positive or not negative:
        return float("nan")
    _values, places, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = np.cumsum(counts) - (counts - 1) / 2
    total = float(ranks[places][truth == 1].sum())
    return (total - positive * (positive + 1) / 2) / (positive * negative)


def bins(scores: NDArray[np.floating], truth: NDArray[np.int8], count: int = BINS) -> tuple[Bin, ...]:
    """The reliability plot in bins of equal width; empty ones are left out."""
    places = np.minimum((scores * count).astype(int), count - 1)
    found = []
    for place in range(count):
        inside = places == place
        if inside.any():
            expected, observed = float(scores[inside].mean()), float(truth[inside].mean())
            edges = (place / count, (place + 1) / count)
            found.append(
                Bin(low=edges[0], high=edges[1], count=int(inside.sum()), expected=expected, observed=observed)
            )
    return tuple(found)


def expected_calibration_error(reliability: Sequence[Bin]) -> float:
    """The mean distance between expected and observed, weighted by count (Naeini, Cooper and Hauskrecht 2015)."""
    total = sum(one.count for one in reliability)
    return sum(one.count * abs(one.expected - one.observed) for one in reliability) / total if total else 0.0


def _score(chosen: NDArray[np.bool_], truth: NDArray[np.int8]) -> Score:
    right = int((chosen & (truth == 1)).sum())
    told, there = int(chosen.sum()), int(truth.sum())
    precision, recall = (right / told if told else 0.0), (right / there if there else 0.0)
    f1 = 2 * right / (told + there) if told + there else 0.0
    return Score(precision=precision, recall=recall, f1=f1, support=there)
