"""Who became whom inside a stretch where two documents differ: passages tied by the words they share.

Words are aligned over the whole stretch, whatever the passages' limits, so that a paragraph cut in two, or a line of a PDF
broken elsewhere, is still seen as the same text.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

from watchbot.track.align import align
from watchbot.track.fold import folded, tokens, word_set
from watchbot.track.tree import Passage, fold_all

_LITTLE = word_set("a au aux ce d de des du en et il ils l la le les ou par pour qu que qui s se sa son ses sur un une")
_LITTLE_WEIGHT = 0.2
_NUMBERS_APART = re.compile(r"(?<=\d)\n(?=\d)")
_SAME_PASSAGE = 0.4
_ALONE = 0.25
_FRAGMENT = 0.8
_FRAGMENT_WORDS = 3.0


@dataclass(frozen=True, slots=True)
class Group:
    """Passages of before and after (as positions in the document) that are one and the same piece of text, edited."""

    before: tuple[int, ...]
    after: tuple[int, ...]


def stream(passages: Sequence[Passage]) -> str:
    """Everything that passages say, in order, without regard to where one ends and the next begins."""
    fold_all(passages)
    keys = "\n".join(
        f"{_folded_marker(one.marker)}\n{one.key}" if one.marker else one.key for one in passages if one.key
    )
    return _NUMBERS_APART.sub("_", keys).replace("\n", "")


@lru_cache(maxsize=4096)
def _folded_marker(marker: str) -> str:
    return folded(marker)


def groups(
    before: Sequence[Passage], after: Sequence[Passage], gone: Sequence[int], come: Sequence[int]
) -> list[Group]:
    """Tie the passages `gone` from `before` to those `come` in `after` by their words; what is tied to nothing stands alone."""
    left, left_owner, left_size = _words(before, gone)
    right, right_owner, right_size = _words(after, come)
    shared: dict[tuple[int, int], float] = defaultdict(float)
    for i, j, n in align(left, right):
        for offset in range(n):
            shared[left_owner[i + offset], right_owner[j + offset]] += _weight(left[i + offset])
    share = _ALONE if len(gone) == len(come) == 1 else _SAME_PASSAGE
    ties = {pair for pair, weight in shared.items() if _tied(weight, left_size[pair[0]], right_size[pair[1]], share)}
    for (i, j), weight in shared.items():
        # The rest of a passage cut in two is tied more easily, next to the part that is tied already.
        if weight >= max(1.0, _SAME_PASSAGE * min(left_size[i], right_size[j])) and not ties.isdisjoint(
            {(i, j - 1), (i, j + 1), (i - 1, j), (i + 1, j)}
        ):
            ties.add((i, j))
    return _components(gone, come, ties)


def _words(passages: Sequence[Passage], positions: Sequence[int]) -> tuple[list[str], list[int], dict[int, float]]:
    keys: list[str] = []
    owners: list[int] = []
    sizes: dict[int, float] = {}
    for position in positions:
        found = [token.key for token in tokens(passages[position].full_text)]
        keys.extend(found)
        owners.extend([position] * len(found))
        sizes[position] = sum(map(_weight, found))
    return keys, owners, sizes


def _weight(word: str) -> float:
    return _LITTLE_WEIGHT if word in _LITTLE else 1.0


def _tied(weight: float, size: float, other: float, share: float) -> bool:
    smaller, larger = min(size, other), max(size, other)
    return weight >= share * larger or (smaller >= _FRAGMENT_WORDS and weight >= _FRAGMENT * smaller)


def _components(gone: Sequence[int], come: Sequence[int], ties: Collection[tuple[int, int]]) -> list[Group]:
    parent: dict[tuple[str, int], tuple[str, int]] = {}

    def root(node: tuple[str, int]) -> tuple[str, int]:
        while parent.get(node, node) != node:
            parent[node] = parent.get(parent[node], parent[node])
            node = parent[node]
        return node

    for i, j in ties:
        parent[root(("b", i))] = root(("a", j))
    members: dict[tuple[str, int], tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for i in gone:
        members[root(("b", i))][0].append(i)
    for j in come:
        members[root(("a", j))][1].append(j)
    return [Group(tuple(sorted(left)), tuple(sorted(right))) for left, right in members.values()]
