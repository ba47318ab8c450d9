"""Word-level difference of two passages, ready to show: runs that stay, go and come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from watchbot.track.align import align
from watchbot.track.fold import Token, tokens, word_set

_LITTLE = word_set(
    "a au aux avec ce ces d dans de des du elle en et il ils est l la le les leur leurs ou par pour qu que qui s sa se ses son sont sur un une y"
)
_BARELY_ALIKE = 0.25
_SHORT = 10_000


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of the two texts: `op` is `same`, `removed`, `added` or `replaced`; joined, the pieces give the texts back."""

    op: str
    before: str
    after: str


def word_runs(before: str, after: str) -> tuple[Run, ...]:
    """Compare two passages word by word. Punctuation and spacing follow the words before them."""
    # Judging and rendering ask for the same short passages over and over; long ones would only fill the memory.
    return _remembered(before, after) if len(before) + len(after) <= _SHORT else _word_runs(before, after)


@lru_cache(maxsize=512)
def _remembered(before: str, after: str) -> tuple[Run, ...]:
    return _word_runs(before, after)


def _word_runs(before: str, after: str) -> tuple[Run, ...]:
    if not before or not after:
        return (Run("added" if after else "removed", before, after),) if before or after else ()
    left, right = tokens(before), tokens(after)
    if not left or not right:
        return (Run("replaced" if before != after else "same", before, after),)
    pairs = _readable(_matches(left, right), left, right)
    return tuple(_runs(before, after, left, right, pairs))


def _matches(left: Sequence[Token], right: Sequence[Token]) -> list[tuple[int, int, int]]:
    return align([token.key for token in left], [token.key for token in right])


def _readable(
    matches: list[tuple[int, int, int]], left: Sequence[Token], right: Sequence[Token]
) -> list[tuple[int, int, int]]:
    """Drop chance matches: little words alone between two changes, or everything when hardly a word is shared."""
    kept = [
        (i, j, n)
        for i, j, n in matches
        if n > 3
        or (i == 0 and j == 0)
        or (i + n == len(left) and j + n == len(right))
        or any(token.key not in _LITTLE for token in left[i : i + n])
    ]
    shared = sum(n for _, _, n in kept)
    return kept if shared >= _BARELY_ALIKE * min(len(left), len(right)) else []


def _runs(
    before: str, after: str, left: Sequence[Token], right: Sequence[Token], matches: list[tuple[int, int, int]]
) -> list[Run]:
    runs: list[Run] = []
    i = j = 0
    for start, other, count in [*matches, (len(left), len(right), 0)]:
        if start > i or other > j:
            gone, come = _piece(before, left, i, start), _piece(after, right, j, other)
            runs.append(Run("replaced" if gone and come else "removed" if gone else "added", gone, come))
        if count:
            runs.append(
                Run("same", _piece(before, left, start, start + count), _piece(after, right, other, other + count))
            )
        i, j = start + count, other + count
    return runs


def _piece(text: str, words: Sequence[Token], start: int, end: int) -> str:
    """The text of words `start` to `end` with what follows them up to the next word; the first also has what leads up to it."""
    if start == end:
        return ""
    first = words[start].start if start else 0
    last = words[end].start if end < len(words) else len(text)
    return text[first:last]


def similarity(before: Sequence[str], after: Sequence[str]) -> float:
    """How alike two sequences of keys are, in [0, 1]: twice the common subsequence over both lengths (as difflib's ratio)."""
    total = len(before) + len(after)
    return 2.0 * sum(n for _, _, n in align(before, after)) / total if total else 1.0
