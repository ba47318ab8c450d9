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


def propose(
    candidates: Sequence[Candidate], count: int, thresholds: Mapping[str, float], *, unlike: float = 0.8
) -> list[Proposal]:
    """The `count` most informative items, the best first; ties by id, so the order is stable.

    Args:
        candidates: what may be asked; those without a vector are like nothing.
        count: how many to take.
        thresholds: by topic, and `relevance`.
        unlike: the cosine of two texts that have nothing in common, which differs much between encoders: likeness 0.
    """
    pool = sorted(candidates, key=lambda one: one.id)
    doubts = [uncertainty(one.verdict, thresholds) for one in pool]
    gains = np.array([doubt for doubt, _ in doubts])
    vectors = _matrix(pool)
    likeness = np.zeros(len(pool))
    left = np.ones(len(pool), bool)
    chosen: list[Proposal] = []
    for _ in range(min(count, len(pool))):
        # The first of equals, which is the first by id.
        best = int(np.argmax(np.where(left, gains * (1 - likeness) ** 2, -1.0)))
        left[best] = False
        chosen.append(Proposal(id=pool[best].id, gain=round(float(gains[best]), 4), about=doubts[best][1]))
        likeness = np.maximum(likeness, np.clip((vectors @ vectors[best] - unlike) / (1 - unlike), 0.0, 1.0))
    return chosen


def _matrix(pool: Sequence[Candidate]) -> Vectors:
    """The vectors of candidates, shape (n, dimension); zeros, which are like nothing, where one has none."""
    known = next((one.vector for one in pool if one.vector is not None), np.zeros(1, np.float32))
    return np.array([np.zeros_like(known) if one.vector is None else one.vector for one in pool]).reshape(
        -1, len(known)
    )


def _doubt(score: float, threshold: float) -> float:
    """1 at the threshold, 0 at certainty on either side."""
    distance = (score - threshold) / (1 - threshold) if score >= threshold else (threshold - score) / threshold
    return max(0.0, 1 - distance)
