"""Passages that came, went or moved, told as a reader would: a whole section at once, a whole paragraph at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from watchbot.model import Edit
from watchbot.track.labels import label_of
from watchbot.track.tree import Passage

_MAX_TEXT = 6_000

Placed = tuple[float, Edit]
"""An edit and where it stands in the newer document."""


def gathered_edits(
    before: Sequence[Passage],
    after: Sequence[Passage],
    same: Mapping[int, int],
    moved: Mapping[int, int],
    gone: set[int],
    come: set[int],
) -> Iterator[Placed]:
    """Edits for the passages `gone` from `before`, `come` in `after`, and `moved` between them."""
    for run in _runs(before, gone):
        place = _place_of(run[0], same)
        yield place, _one_sided("removed", [before[i] for i in run])
    for run in _runs(after, come):
        yield run[0], _one_sided("added", [after[j] for j in run])
    yield from _moved_edits(before, after, moved)


def _place_of(position: int, same: Mapping[int, int]) -> float:
    """Where something gone would stand now: just after the nearest passage above it that stayed."""
    for above in range(position - 1, max(-1, position - 200), -1):
        if above in same:
            return same[above] + 0.5
    return -0.5


def _runs(passages: Sequence[Passage], chosen: set[int]) -> Iterator[list[int]]:
    """Cut the chosen positions into what is told at once: a section all chosen, the sentences of a paragraph, else one by one."""
    taken: set[int] = set()
    for position in sorted(chosen):
        if position in taken:
            continue
        run = [position]
        if passages[position].kind == "heading":
            end = _section_end(passages, position)
            if all(inner in chosen for inner in range(position + 1, end)):
                run = list(range(position, end))
        else:
            following = position + 1
            while following in chosen and passages[following].group == passages[position].group:
                run.append(following)
                following += 1
        taken.update(run)
        yield run


def _section_end(passages: Sequence[Passage], heading: int) -> int:
    end = heading + 1
    while end < len(passages) and not (
        passages[end].kind == "heading" and passages[end].level <= passages[heading].level
    ):
        end += 1
    return end


def _one_sided(op: str, run: Sequence[Passage]) -> Edit:
    first = run[0]
    separator = "\n" if first.kind == "heading" else " "
    text = separator.join(passage.full_text for passage in run)
    if len(text) > _MAX_TEXT:
        text = f"{text[:_MAX_TEXT].rsplit(' ', 1)[0]}…"
    if op == "added":
        return Edit(op=op, path=first.path, after=text, label=label_of(first))
    return Edit(op=op, path=first.path, before=text, label=label_of(first))


def _moved_edits(before: Sequence[Passage], after: Sequence[Passage], moved: Mapping[int, int]) -> Iterator[Placed]:
    """One edit for each run of passages that moved together."""
    last: tuple[int, int] | None = None
    run: list[tuple[int, int]] = []
    for pair in sorted(moved.items()):
        if last and pair == (last[0] + 1, last[1] + 1):
            run.append(pair)
        else:
            if run:
                yield _moved_edit(before, after, run)
            run = [pair]
        last = pair
    if run:
        yield _moved_edit(before, after, run)


def _moved_edit(before: Sequence[Passage], after: Sequence[Passage], run: list[tuple[int, int]]) -> Placed:
    old, new = before[run[0][0]], after[run[0][1]]
    separator = "\n" if new.kind == "heading" else " "
    text = separator.join(after[j].full_text for _, j in run)[:_MAX_TEXT]
    return run[0][1], Edit(op="moved", path=new.path, before=" › ".join(old.path), after=text, label=label_of(new))
