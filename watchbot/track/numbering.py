"""Passages whose words stayed while the number in front of them changed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from watchbot.model import Edit
from watchbot.track.fold import folded
from watchbot.track.labels import label_of
from watchbot.track.tree import Passage

_LAST_NUMBER = re.compile(r"(\d+)(?=\D*$)")


def numbering_edits(
    before: Sequence[Passage], after: Sequence[Passage], matched: Mapping[int, int], gone: set[int], come: set[int]
) -> Iterator[tuple[float, Edit]]:
    """Edits for changed numbers: the shift that follows from something come or gone above is one `moved` edit, `numérotation`.

    A number that changed alone is a `renamed` edit: "article 122-18" has become "article 122-38".
    """
    changed = [
        (i, j)
        for i, j in sorted(matched.items())
        if before[i].marker != after[j].marker and folded(before[i].marker) != folded(after[j].marker)
    ]
    stems = {_stem(before[i].marker) for i in gone} | {_stem(after[j].marker) for j in come}
    for run in _series(before, after, changed):
        shift = _shift(before, after, run[0])
        if shift and (len(run) > 1 or shift[0] in stems):
            (i, j), (k, m) = run[0], run[-1]
            old, new = _span(before[i].marker, before[k].marker), _span(after[j].marker, after[m].marker)
            yield j, Edit(op="moved", path=after[j].path, before=old, after=new, label="numérotation")
        else:
            for i, j in run:
                yield (
                    j,
                    Edit(
                        op="renamed",
                        path=after[j].path,
                        before=before[i].full_text,
                        after=after[j].full_text,
                        label=label_of(after[j]),
                    ),
                )


def _series(
    before: Sequence[Passage], after: Sequence[Passage], changed: list[tuple[int, int]]
) -> Iterator[list[tuple[int, int]]]:
    """Cut the changed markers into runs that shifted by one and the same step."""
    run: list[tuple[int, int]] = []
    for pair in changed:
        if run and _shift(before, after, pair) != _shift(before, after, run[-1]):
            yield run
            run = []
        run.append(pair)
    if run:
        yield run


def _shift(before: Sequence[Passage], after: Sequence[Passage], pair: tuple[int, int]) -> tuple[str, int] | None:
    """The wording around the last number and by how much that number rose, or None if more than that changed."""
    old, new = before[pair[0]].marker, after[pair[1]].marker
    left, right = _LAST_NUMBER.search(old), _LAST_NUMBER.search(new)
    if not left or not right or len(left[1]) > 9 or len(right[1]) > 9:
        return None
    stem, other = old[: left.start()], new[: right.start()]
    return (folded(stem), int(right[1]) - int(left[1])) if folded(stem) == folded(other) else None


def _stem(marker: str) -> str:
    """What stands before the last number of a marker, folded; markers without a number have none to share."""
    found = _LAST_NUMBER.search(marker)
    return folded(marker[: found.start()]) if found else marker or "\n"


def _span(first: str, last: str) -> str:
    return first if first == last else f"{first} à {last}"
