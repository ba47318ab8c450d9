"""From probabilities to a verdict: the gate, the thresholds, the doubtful band. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from watchbot.model import Verdict

if TYPE_CHECKING:
    from numpy.typing import NDArray


def given(scores: NDArray[np.floating], thresholds: NDArray[np.floating]) -> NDArray[np.bool_]:
    """What is given to each text, shape (n, 1 + topics): relevance, and topics of relevant texts only.

    A relevant text has at least one topic: when none reaches its threshold, the one that comes nearest.
    """
    result: NDArray[np.bool_] = scores >= thresholds
    result[:, 1:] &= result[:, :1]
    orphans = np.flatnonzero(result[:, 0] & ~result[:, 1:].any(axis=1))
    if len(orphans) and scores.shape[1] > 1:
        nearest = (scores[orphans, 1:] / thresholds[1:]).argmax(axis=1)
        result[orphans, 1 + nearest] = True
    return result


def verdicts(
    scores: NDArray[np.floating], topics: Sequence[str], thresholds: Mapping[str, float], maybe: tuple[float, float]
) -> list[Verdict]:
    """One verdict a row of `scores` (n, 1 + topics). `thresholds` has each topic and `relevance`."""
    limits = np.array([thresholds["relevance"], *(thresholds[topic] for topic in topics)])
    chosen = given(scores, limits)
    found = []
    for row, flags in zip(scores, chosen, strict=True):
        mine = [place for place in range(len(topics)) if flags[1 + place]]
        mine.sort(key=lambda place: (-float(row[1 + place]), place))
        relevance = round(float(row[0]), 4)
        found.append(
            Verdict(
                relevant=bool(flags[0]),
                relevance=relevance,
                topics=tuple(topics[place] for place in mine),
                scores={topic: round(float(row[1 + place]), 4) for place, topic in enumerate(topics)},
                maybe=maybe[0] <= relevance < maybe[1],
            )
        )
    return found
