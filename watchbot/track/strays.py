"""Passages that moved and were edited at once: paired across the document when most of their words are the same."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from watchbot.track.fold import tokens
from watchbot.track.tree import Passage
from watchbot.track.words import similarity

_MIN_WORDS = 6
_ALIKE = 0.72
_RARE_WORDS = 4
_CANDIDATES = 5
_MANY = 1_500


def paired_strays(
    before: Sequence[Passage], after: Sequence[Passage], gone: set[int], come: set[int]
) -> list[tuple[int, int]]:
    """Take pairs out of `gone` and `come`, best first; headings are left alone, and so is a document that is all new."""
    if max(len(gone), len(come)) > _MANY:
        return []
    old = {i: _words(before[i]) for i in gone if before[i].kind != "heading"}
    new = {j: _words(after[j]) for j in come if after[j].kind != "heading"}
    pairs = []
    for _, i, j in sorted(_scored(old, new), reverse=True):
        if i in gone and j in come:
            gone.discard(i)
            come.discard(j)
            pairs.append((i, j))
    return pairs


def _words(passage: Passage) -> list[str]:
    return [token.key for token in tokens(passage.full_text)]


def _scored(old: dict[int, list[str]], new: dict[int, list[str]]) -> list[tuple[float, int, int]]:
    """Candidate pairs that share rare words, with how alike they are."""
    spread = Counter(word for words in new.values() for word in set(words))
    holders: dict[str, list[int]] = defaultdict(list)
    for j, words in new.items():
        if len(words) >= _MIN_WORDS:
            for word in set(words):
                holders[word].append(j)
    scored = []
    for i, words in old.items():
        if len(words) < _MIN_WORDS:
            continue
        rare = sorted((word for word in set(words) if word in holders), key=lambda word: (spread[word], word))[
            :_RARE_WORDS
        ]
        votes = Counter(j for word in rare for j in holders[word][:50])
        for j, _ in votes.most_common(_CANDIDATES):
            alike = similarity(words, new[j])
            if alike >= _ALIKE:
                scored.append((alike, i, j))
    return scored
