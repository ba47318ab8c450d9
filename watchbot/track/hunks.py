"""The places where two passages differ, with the words on each side: what significance is judged on."""

from __future__ import annotations

from dataclasses import dataclass

from watchbot.track.fold import Token, tokens
from watchbot.track.words import word_runs


@dataclass(frozen=True, slots=True)
class Hunk:
    """One difference: the words that left and those that came, with their places in the whole texts."""

    before: str
    after: str
    old: tuple[Token, ...]
    new: tuple[Token, ...]


def hunks(before: str, after: str) -> list[Hunk]:
    """The differences between two passages, in order."""
    left, right = tokens(before), tokens(after)
    found = []
    i = j = 0
    for run in word_runs(before, after):
        next_i, next_j = i + len(run.before), j + len(run.after)
        if run.op != "same":
            old = tuple(token for token in left if i <= token.start < next_i)
            new = tuple(token for token in right if j <= token.start < next_j)
            found.append(Hunk(run.before, run.after, old, new))
        i, j = next_i, next_j
    return found
