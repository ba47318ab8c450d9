"""Near-linear alignment of two sequences: common ends, then unique anchors (patience), then a bit-parallel LCS on what is left.

Anchors that occur once on each side cut the problem into small gaps, as in Bram Cohen's patience diff; a gap without
anchors goes to rapidfuzz's LCS while it is small enough, and is cut into slices otherwise, so that the worst case stays
linear in the input (at the cost of a longer, still correct, edit script).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Hashable, Sequence

Match = tuple[int, int, int]
"""`(i, j, n)`: `before[i:i+n]` equals `after[j:j+n]`."""

_LCS_CELLS = 40_000_000
_SLICE = 4_000
_MAX_DEPTH = 60


def align(
    before: Sequence[Hashable],
    after: Sequence[Hashable],
    settled: Callable[[int, int, int, int], bool] | None = None,
) -> list[Match]:
    """The runs that two sequences share, in order, none overlapping.

    Args:
        before: One sequence.
        after: The other.
        settled: Called with a gap's bounds (`i0, i1, j0, j1`) before it is searched for weaker matches than unique
            anchors; when it says True the gap is left unmatched.
    """
    matches: list[Match] = []
    stack = [(0, len(before), 0, len(after), 0)]
    while stack:
        i0, i1, j0, j1, depth = stack.pop()
        i0, i1, j0, j1 = _trim(before, after, i0, i1, j0, j1, matches)
        if i0 == i1 or j0 == j1:
            continue
        anchors = _anchors(before, after, i0, i1, j0, j1) if depth < _MAX_DEPTH else []
        if anchors:
            stack.extend(_between(anchors, i0, i1, j0, j1, depth + 1))
            matches.extend((i, j, 1) for i, j in anchors)
        elif settled is None or not settled(i0, i1, j0, j1):
            matches.extend(_closest(before, after, i0, i1, j0, j1))
    return _merged(matches)


def _trim(
    before: Sequence[Hashable], after: Sequence[Hashable], i0: int, i1: int, j0: int, j1: int, matches: list[Match]
) -> tuple[int, int, int, int]:
    start = i0
    while i0 < i1 and j0 < j1 and before[i0] == after[j0]:
        i0 += 1
        j0 += 1
    if i0 > start:
        matches.append((start, j0 - (i0 - start), i0 - start))
    end = i1
    while i1 > i0 and j1 > j0 and before[i1 - 1] == after[j1 - 1]:
        i1 -= 1
        j1 -= 1
    if end > i1:
        matches.append((i1, j1, end - i1))
    return i0, i1, j0, j1


def _anchors(
    before: Sequence[Hashable], after: Sequence[Hashable], i0: int, i1: int, j0: int, j1: int
) -> list[tuple[int, int]]:
    """Pairs of elements that occur once on each side, the longest set of them that keeps its order."""
    places = _unique_places(before, i0, i1)
    others = _unique_places(after, j0, j1)
    pairs = [(i, others[value]) for value, i in places.items() if value in others]
    return _increasing(pairs)


def _unique_places(values: Sequence[Hashable], start: int, end: int) -> dict[Hashable, int]:
    places: dict[Hashable, int] = {}
    for position in range(start, end):
        value = values[position]
        places[value] = -1 if value in places else position
    return {value: position for value, position in places.items() if position >= 0}


def _increasing(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest subsequence of pairs (already rising in the first place) that rises in the second too."""
    tails: list[int] = []
    holders: list[int] = []
    previous: list[int] = []
    for index, (_, j) in enumerate(pairs):
        place = bisect_left(tails, j)
        previous.append(holders[place - 1] if place else -1)
        if place == len(tails):
            tails.append(j)
            holders.append(index)
        else:
            tails[place] = j
            holders[place] = index
    chain: list[tuple[int, int]] = []
    index = holders[-1] if holders else -1
    while index >= 0:
        chain.append(pairs[index])
        index = previous[index]
    return chain[::-1]


def _between(
    anchors: list[tuple[int, int]], i0: int, i1: int, j0: int, j1: int, depth: int
) -> list[tuple[int, int, int, int, int]]:
    gaps = []
    for i, j in [*anchors, (i1, j1)]:
        if i > i0 or j > j0:
            gaps.append((i0, i, j0, j, depth))
        i0, j0 = i + 1, j + 1
    return gaps


def _closest(before: Sequence[Hashable], after: Sequence[Hashable], i0: int, i1: int, j0: int, j1: int) -> list[Match]:
    """A longest common subsequence of a gap, sliced when the gap is too large for one table."""
    from rapidfuzz.distance import LCSseq

    slices = 1
    if (i1 - i0) * (j1 - j0) > _LCS_CELLS:
        slices = max(i1 - i0, j1 - j0) // _SLICE + 1
    found: list[Match] = []
    for part in range(slices):
        a0, a1 = (i0 + (i1 - i0) * step // slices for step in (part, part + 1))
        b0, b1 = (j0 + (j1 - j0) * step // slices for step in (part, part + 1))
        left, right = list(before[a0:a1]), list(after[b0:b1])
        found.extend(
            (a0 + code.src_start, b0 + code.dest_start, code.src_end - code.src_start)
            for code in LCSseq.opcodes(left, right)
            if code.tag == "equal"
        )
    return found


def _merged(matches: list[Match]) -> list[Match]:
    merged: list[Match] = []
    for i, j, n in sorted(matches):
        if merged and merged[-1][0] + merged[-1][2] == i and merged[-1][1] + merged[-1][2] == j:
            merged[-1] = (merged[-1][0], merged[-1][1], merged[-1][2] + n)
        else:
            merged.append((i, j, n))
    return merged
