"""What differs between two normalised texts: sections and passages added, removed, moved, renamed, edited.

Passages are aligned by their keys (see `align`); what is left unmatched is first looked for elsewhere (moved), then
tied by shared words within its stretch (`regions`), rows by their key (`tables`). A stretch whose words are the same in the
same order is no difference, however it is cut.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from watchbot.model import Edit
from watchbot.track.align import Match, align
from watchbot.track.fold import folded
from watchbot.track.gathering import gathered_edits
from watchbot.track.labels import label_of
from watchbot.track.numbering import numbering_edits
from watchbot.track.regions import Group, groups, stream
from watchbot.track.strays import paired_strays
from watchbot.track.tables import header_edits, paired_rows, row_edits
from watchbot.track.tree import Passage, fold_all, tree_of_lines

Stretch = tuple[list[int], list[int]]
"""Positions of passages in `before` and in `after` that lie between the same two matches."""

_MOVABLE = 12
_OPENING = 4


@dataclass
class Comparison:
    """The state of one comparison; positions are indexes into `before` and `after`."""

    before: list[Passage]
    after: list[Passage]
    same: dict[int, int] = field(default_factory=dict)
    moved: dict[int, int] = field(default_factory=dict)
    edited: list[Group] = field(default_factory=list)
    renamed: list[tuple[int, int]] = field(default_factory=list)
    rows: list[tuple[int, int]] = field(default_factory=list)
    headers: list[tuple[int, int]] = field(default_factory=list)
    gone: set[int] = field(default_factory=set)
    come: set[int] = field(default_factory=set)
    became: dict[int, int] = field(default_factory=dict)
    """Where the (first) successor of each edited passage, row or heading stands."""

    def add_edited(self, group: Group) -> None:
        """Record that passages became others."""
        self.edited.append(group)
        self.became.update(dict.fromkeys(group.before, group.after[0]))

    def add_renamed(self, i: int, j: int) -> None:
        """Record that a heading became another."""
        self.renamed.append((i, j))
        self.became[i] = j

    def add_row(self, i: int, j: int) -> None:
        """Record that a row became another."""
        self.rows.append((i, j))
        self.became[i] = j

    def now_at(self, i: int) -> int | None:
        """Where a passage of `before` stands in `after`, same, moved or edited; None if nowhere."""
        return self.same.get(i, self.moved.get(i, self.became.get(i)))


def compare(before: str, after: str) -> list[Edit]:
    """List the edits that lead from one normalised text to another, in the order of the newer one; empty if none matters.

    Differences of case, punctuation, typography, hyphenation and of how the text is cut into passages are none.
    """
    if before == after:
        return []
    old, new = ([line for line in text.split("\n") if line.strip()] for text in (before, after))
    # Only lines that are unique on both sides are tied: between them, the same words may be cut into lines otherwise.
    runs = align(old, new, lambda *_: True)
    twins = {i + k: j + k for i, j, n in runs for k in range(n)}
    inner = _inside(old, runs)
    trees = tree_of_lines(old, twins.keys(), inner.keys()), tree_of_lines(new, set(twins.values()), set(inner.values()))
    found = Comparison(*_without_running(*trees))
    matches = _aligned(found, twins)
    stretches = _stretches(found, matches)
    left = [_settle(found, gone, come) for gone, come in stretches]
    _find_moved(found, left)
    there = set(found.moved.values())
    for gone, come in left:
        _close(found, [i for i in gone if i not in found.moved], [j for j in come if j not in there])
    _pair_rows_across(found)
    for i, j in paired_strays(found.before, found.after, found.gone, found.come):
        if found.before[i].kind == found.after[j].kind == "row":
            found.add_row(i, j)
        else:
            found.add_edited(Group((i,), (j,)))
    return _edits(found)


def _inside(lines: Sequence[str], runs: Sequence[Match]) -> dict[int, int]:
    """The lines well inside runs that both versions share letter for letter, which have no part in any edit.

    The ends of a run stay, as neighbours of what differs, and so do the documents' first lines, headings of tables and
    running headers.
    """
    return {
        i + k: j + k
        for i, j, n in runs
        for k in range(1, n - 1)
        if min(i, j) + k >= 2 * _OPENING and not lines[i + k].startswith(("|=", "~"))
    }


def _without_running(before: list[Passage], after: list[Passage]) -> tuple[list[Passage], list[Passage]]:
    """Leave out running headers, and an opening title that the other version has as its running header."""
    running = [{passage.key for passage in side if passage.kind == "running"} for side in (before, after)]
    bodies = [[passage for passage in side if passage.kind != "running"] for side in (before, after)]
    opening = [{passage.key for passage in body[:_OPENING]} for body in bodies]
    return tuple(  # type: ignore[return-value]
        [
            p
            for place, p in enumerate(bodies[i])
            if not (place < _OPENING and p.key in running[1 - i] and p.key not in opening[1 - i])
        ]
        for i in (0, 1)
    )


def _aligned(found: Comparison, twins: dict[int, int]) -> list[Match]:
    """Match passages: those of lines that are the same as written (`twins`), then the others by their keys."""
    fold_all([passage for passage in found.before if passage.group not in twins])
    lines = set(twins.values())
    fold_all([passage for passage in found.after if passage.group not in lines])
    identities: dict[object, int] = {}
    left = [
        identities.setdefault(("twin", twins[p.group]) if p.group in twins else p.key, len(identities))
        for p in found.before
    ]
    right = [
        identities.setdefault(("twin", p.group) if p.group in lines else p.key, len(identities)) for p in found.after
    ]

    def settled(i0: int, i1: int, j0: int, j1: int) -> bool:
        return stream(found.before[i0:i1]) == stream(found.after[j0:j1])

    matches = align(left, right, settled)
    for i, j, n in matches:
        found.same.update({i + k: j + k for k in range(n)})
    return matches


def _stretches(found: Comparison, matches: list[Match]) -> list[Stretch]:
    """The gaps between matches whose words differ."""
    stretches = []
    i = j = 0
    for start, other, count in [*matches, (len(found.before), len(found.after), 0)]:
        if (start > i or other > j) and stream(found.before[i:start]) != stream(found.after[j:other]):
            stretches.append((list(range(i, start)), list(range(j, other))))
        i, j = start + count, other + count
    return stretches


def _find_moved(found: Comparison, stretches: list[Stretch]) -> None:
    """Look elsewhere for the passages that nothing near by explains."""
    places: dict[str, deque[int]] = defaultdict(deque)
    for _, come in stretches:
        for j in come:
            if len(found.after[j].key) >= _MOVABLE or found.after[j].kind in {"row", "heading"}:
                places[found.after[j].key].append(j)
    for gone, _ in stretches:
        for i in gone:
            if places.get(found.before[i].key):
                found.moved[i] = places[found.before[i].key].popleft()
    _extend_moved(found, stretches)


def _extend_moved(found: Comparison, stretches: list[Stretch]) -> None:
    """What stood next to a moved passage and still does moved with it, however short."""
    gone = {i for left, _ in stretches for i in left}
    come = {j for _, right in stretches for j in right} - set(found.moved.values())
    for step in (1, -1):
        for i in sorted(found.moved, reverse=step < 0):
            below, other = i + step, found.moved[i] + step
            while (
                below in gone
                and other in come
                and below not in found.moved
                and found.before[below].key == found.after[other].key
            ):
                found.moved[below] = other
                come.discard(other)
                below, other = below + step, other + step


def _settle(found: Comparison, gone: list[int], come: list[int]) -> Stretch:
    """Explain a stretch from itself: rows paired by key, passages tied by words. What is left may have moved, come or gone."""
    gone, come = _take_rows(found, gone, come)
    lone_gone: list[int] = []
    lone_come: list[int] = []
    for group in groups(found.before, found.after, gone, come):
        if not group.before or not group.after:
            lone_gone.extend(group.before)
            lone_come.extend(group.after)
        elif len(group.before) == len(group.after) == 1 and _alike_structures(found, group):
            continue
        elif stream([found.before[i] for i in group.before]) != stream([found.after[j] for j in group.after]):
            found.add_edited(group)
    return sorted(lone_gone), sorted(lone_come)


def _close(found: Comparison, gone: list[int], come: list[int]) -> None:
    """Say of what is left of a stretch and has not moved that it was renamed, came or went."""
    if stream([found.before[i] for i in gone]) != stream([found.after[j] for j in come]):
        _pair_headings(found, gone, come)


def _take_rows(found: Comparison, gone: list[int], come: list[int]) -> tuple[list[int], list[int]]:
    pairs = paired_rows(found.before, found.after, gone, come)
    headers_gone = [i for i in gone if found.before[i].kind == "header"]
    headers_come = [j for j in come if found.after[j].kind == "header"]
    if len(headers_gone) == len(headers_come):
        found.headers.extend(zip(headers_gone, headers_come, strict=True))
        pairs.extend(found.headers[len(found.headers) - len(headers_gone) :])
    for i, j in pairs:
        if found.before[i].kind == "row":
            found.add_row(i, j)
    taken, given = {i for i, _ in pairs}, {j for _, j in pairs}
    return [i for i in gone if i not in taken], [j for j in come if j not in given]


def _pair_rows_across(found: Comparison) -> None:
    """Rows and headers that came and went in different stretches (their table moved) are still one row, edited."""
    gone, come = _take_rows(found, sorted(found.gone), sorted(found.come))
    found.gone, found.come = set(gone), set(come)


def _alike_structures(found: Comparison, group: Group) -> bool:
    """Record a pair of rows or of headings; False for ordinary passages."""
    i, j = group.before[0], group.after[0]
    kinds = found.before[i].kind, found.after[j].kind
    if kinds == ("row", "row"):
        found.add_row(i, j)
        return True
    if kinds == ("heading", "heading"):
        found.add_renamed(i, j)
        return True
    return False


def _pair_headings(found: Comparison, gone: list[int], come: list[int]) -> None:
    """A heading gone and one come above one and the same text: renamed. From below, for headings upon headings."""
    open_headings = {j for j in come if found.after[j].kind == "heading"}
    paired: set[int] = set()
    for i in reversed(gone):
        if found.before[i].kind != "heading":
            continue
        below = found.now_at(i + 1) if i + 1 < len(found.before) else len(found.after)
        if below is not None and below - 1 in open_headings:
            found.add_renamed(i, below - 1)
            open_headings.discard(below - 1)
            paired.add(i)
    found.gone.update(i for i in gone if i not in paired)
    found.come.update(j for j in come if found.after[j].kind != "heading" or j in open_headings)


# ------------------------------------------------------------------------------------------ edits


def _edits(found: Comparison) -> list[Edit]:
    placed: list[tuple[float, Edit]] = []
    for group in found.edited:
        old = [found.before[i] for i in group.before]
        new = [found.after[j] for j in group.after]
        placed.append((group.after[0], _edited(old, new, found.after[group.after[0]])))
    for i, j in found.renamed:
        if found.before[i].key != found.after[j].key or folded(found.before[i].marker) != folded(found.after[j].marker):
            placed.append((j, _renamed(found.before[i], found.after[j])))
    for i, j in found.rows:
        placed.extend((j, edit) for edit in row_edits(found.before[i], found.after[j]))
    for i, j in found.headers:
        placed.extend((j, edit) for edit in header_edits(found.before[i], found.after[j]))
    placed.extend(numbering_edits(found.before, found.after, {**found.same, **found.moved}, found.gone, found.come))
    placed.extend(gathered_edits(found.before, found.after, found.same, found.moved, found.gone, found.come))
    return [edit for _, edit in sorted(placed, key=lambda pair: pair[0])]


def _edited(old: Sequence[Passage], new: Sequence[Passage], first: Passage) -> Edit:
    return Edit(
        op="edited",
        path=first.path,
        before=" ".join(passage.full_text for passage in old),
        after=" ".join(passage.full_text for passage in new),
        label=label_of(first),
    )


def _renamed(old: Passage, new: Passage) -> Edit:
    return Edit(op="renamed", path=new.path, before=old.full_text, after=new.full_text, label="section")
