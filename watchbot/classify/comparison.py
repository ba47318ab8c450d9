"""Whether a head is worse than the one it replaces, judged on the examples and topics that both have.

A head keeps the out-of-fold values and the folds that it was judged by, so what it was worth stays known whatever has since
been added, removed, labelled otherwise or set otherwise. The new head is judged by the same folds: the same examples are held
out together, and chance in sharing them out plays no part.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from watchbot.classify.crossvalidation import headline_scores, judge
from watchbot.classify.examples import FOLDS, groups

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from watchbot.classify.head import Head
    from watchbot.classify.material import Material

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

TOLERANCE = 0.005
# Figures from fewer examples say nothing.
ENOUGH = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What has changed since the former head, in examples, and the figures of both heads on the `compared` ones.

    Figures are empty when there is nothing to compare: no former head, no change, or examples or topics that are all new.
    `objection` says why the former head should stay, or is empty.
    """

    added: int
    removed: int = 0
    relabelled: int = 0
    compared: int = 0
    before: Mapping[str, float] = field(default_factory=dict)
    after: Mapping[str, float] = field(default_factory=dict)
    objection: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shared:
    """What two heads share: columns of their labels (relevance first), places of their examples, and which kept their labels."""

    topics: tuple[str, ...]
    columns: tuple[Ints, Ints]
    old: Ints
    now: Ints
    same: NDArray[np.bool_]


def compare_heads(
    former: Head | None, new: Head, material: Material, left_out_by: Callable[[Ints], Floats]
) -> Comparison:
    """Compare a new head with the one it would replace.

    Args:
        former: the head that the folder holds, if any.
        new: the new head.
        material: what the new head was made of.
        left_out_by: gives the new head's out-of-fold values, shape (n, 1 + topics), by other folds of its examples.
    """
    if former is None:
        return Comparison(added=len(material.hashes))
    if former.notes.name == new.notes.name:
        return Comparison(added=0)
    shared = _shared(former, material)
    known, kept, count = len(former.memory.hashes), len(shared.old), int(shared.same.sum())
    change = Comparison(added=len(material.hashes) - kept, removed=known - kept, relabelled=kept - count)
    if not shared.topics or not kept:
        return change
    if count < ENOUGH:
        few = f"only {count} of the former head's {known} examples are left as they were, too few to compare by"
        return replace(change, objection=few if 2 * count < known else "")
    if former.memory.left_out is None or former.memory.folds is None:
        # Made before heads kept such values: its own figures, on its own examples, are the best that is known of it.
        before, after = dict(former.notes.scores), dict(new.notes.scores)
        return replace(change, before=before, after=after, objection=_objection(before, after, "their own examples"))
    folds = _former_folds(former.memory.folds, material, shared)
    theirs, ours = shared.columns
    old, now = shared.old[shared.same], shared.now[shared.same]
    fixed, formerly = _fixed(former, material, shared)
    labels, held = material.labels[np.ix_(now, ours)], folds[now]
    values = former.memory.left_out.astype(np.float64)[np.ix_(old, theirs)]
    before = headline_scores(judge(values, labels, held, formerly, shared.topics))
    ours_now = to_keep(left_out_by(folds)).astype(np.float64)[np.ix_(now, ours)]
    after = headline_scores(judge(ours_now, labels, held, fixed, shared.topics))
    objection = _objection(before, after, f"{count} examples that both heads have")
    return replace(change, compared=count, before=before, after=after, objection=objection)


def to_keep(left_out: Floats) -> NDArray[np.float32]:
    """Out-of-fold values as a head keeps them: rounded, for reproducibility."""
    return np.round(left_out, 4).astype(np.float32)


def _shared(former: Head, material: Material) -> _Shared:
    topics = tuple(topic for topic in material.topics if topic in former.notes.topics)
    theirs = np.array([0, *(1 + former.notes.topics.index(topic) for topic in topics)])
    ours = np.array([0, *(1 + material.topics.index(topic) for topic in topics)])
    place = {key: number for number, key in enumerate(material.hashes)}
    pairs = [(number, place[key]) for number, key in enumerate(former.memory.hashes) if key in place]
    old, now = np.array(pairs, np.int64).reshape(-1, 2).T
    same = (former.memory.labels[np.ix_(old, theirs)] == material.labels[np.ix_(now, ours)]).all(axis=1)
    return _Shared(topics=topics, columns=(theirs, ours), old=old, now=now, same=same)


def _fixed(former: Head, material: Material, shared: _Shared) -> tuple[dict[int, float], dict[int, float]]:
    """Thresholds that a person has fixed, by shared column, and those that the former head has in their place.

    All others are found anew from the other folds, for both heads alike.
    """
    given, names = material.fixed_thresholds(), ["relevance", *shared.topics]
    fixed = {column: given[int(own)] for column, own in enumerate(shared.columns[1]) if int(own) in given}
    return fixed, {column: former.notes.thresholds[names[column]] for column in fixed}


def _former_folds(former: NDArray[np.int8], material: Material, shared: _Shared) -> Ints:
    """The former folds for the examples of today: a new example goes with its group, and groups that are new are shared out."""
    group = groups(material.examples)
    of_group: dict[int, int] = {}
    for old, now in zip(shared.old, shared.now, strict=True):
        of_group.setdefault(group[now], int(former[old]))
    folds = np.array([of_group.get(number, number % FOLDS) for number in group], np.int64)
    folds[shared.now] = former[shared.old]
    return folds


def _objection(before: Mapping[str, float], after: Mapping[str, float], where: str) -> str:
    worse = [name for name in before if after[name] < before[name] - TOLERANCE]
    shown = ", ".join(f"{name} {before[name]:.3f} → {after[name]:.3f}" for name in worse)
    return f"training made the classifier worse on {where} ({shown})" if worse else ""
