"""Active learning: which items a person should judge first, so that each answer teaches most. Pure.

Uncertainty alone asks the same question many times; so items are taken greedily, each discounted by how like it is to those
already taken (a simple form of the batch diversity of Zhdanov, "Diverse mini-batch Active Learning", 2019).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from watchbot.model import Vectors, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An item that nobody has judged. `vector` has norm 1 and comes from one encoder for all candidates."""

    id: str
    verdict: Verdict
    vector: Vectors | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """An item to judge. `gain` in [0, 1] is its uncertainty; `about` is `relevance` or the topic that is least sure."""

    id: str
    gain: float
    about: str


def uncertainty(verdict: Verdict, thresholds: Mapping[str, float]) -> tuple[float, str]:
    """How doubtful the least sure decision about an item is, in [0, 1], and which it is.

    Topics count by the chance that the item is relevant at all: whose topic is unsure, but is noise, teaches little.
    """
    doubts = [(_doubt(verdict.relevance, thresholds["relevance"]), "relevance")]
    doubts += [
        (0.8 * verdict.relevance * _doubt(score, thresholds[topic]), topic)
        for topic, score in sorted(verdict.scores.items())
        if topic in thresholds
    ]
    return max(doubts, key=lambda pair: pair[0])


def propose(candidates: Sequence[Candidate], count: int, thresholds: Mapping[str, float]) -> list[Proposal]:
    """The `count` most informative items, the best first; ties by id, so the order is stable."""
    pool = sorted(candidates, key=lambda one: one.id)
    doubts = [uncertainty(one.verdict, thresholds) for one in pool]
    gains = np.array([doubt for doubt, _ in doubts])
    likeness = np.zeros(len(pool))
    chosen: list[Proposal] = []
    left = set(range(len(pool)))
    while left and len(chosen) < count:
        order = sorted(left, key=lambda place: (-gains[place] * (1 - likeness[place]), pool[place].id))
        best = order[0]
        left.remove(best)
        chosen.append(Proposal(id=pool[best].id, gain=round(float(gains[best]), 4), about=doubts[best][1]))
        for place in left:
            likeness[place] = max(likeness[place], _alike(pool[best].vector, pool[place].vector))
    return chosen


def _doubt(score: float, threshold: float) -> float:
    """1 at the threshold, 0 at certainty on either side."""
    distance = (score - threshold) / (1 - threshold) if score >= threshold else (threshold - score) / threshold
    return max(0.0, 1 - distance)


def _alike(one: Vectors | None, other: Vectors | None) -> float:
    """Likeness in [0, 1]; e5's cosines of unrelated texts are about 0.8, so only what is above counts."""
    if one is None or other is None:
        return 0.0
    return float(np.clip((float(one @ other) - 0.8) / 0.2, 0.0, 1.0))
