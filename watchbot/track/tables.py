"""Rows of tables told apart by their key, and compared field by field."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence

from watchbot.model import Edit
from watchbot.track.align import align
from watchbot.track.fold import folded
from watchbot.track.tree import Passage


def row_key(row: Passage) -> str:
    """What names a row: its first cell, or the second when the first is only a running number."""
    filled = [cell for cell in row.cells if cell]
    if not filled:
        return ""
    first = filled[0]
    return filled[1] if len(filled) > 1 and first.rstrip(".)").isdigit() and len(first) <= 4 else first


def paired_rows(
    before: Sequence[Passage], after: Sequence[Passage], gone: Sequence[int], come: Sequence[int]
) -> list[tuple[int, int]]:
    """Pair the rows of two versions that have the same key, in order where a key comes back."""
    waiting: dict[str, deque[int]] = defaultdict(deque)
    for j in come:
        if after[j].kind == "row":
            waiting[folded(row_key(after[j]))].append(j)
    pairs = []
    for i in gone:
        key = folded(row_key(before[i])) if before[i].kind == "row" else ""
        if key and waiting.get(key):
            pairs.append((i, waiting[key].popleft()))
    return pairs


def row_edits(before: Passage, after: Passage) -> list[Edit]:
    """One edit for each field that differs between two versions of a row; fields of columns that came or went are left out."""
    path = (*after.path, row_key(after) or row_key(before))
    edits = []
    for i, j in _shared_columns(before, after):
        old, new = _cell(before, i), _cell(after, j)
        if folded(old) != folded(new):
            op = "edited" if old and new else "added" if new else "removed"
            edits.append(Edit(op=op, path=path, before=old, after=new, label=_field_label(after, j)))
    return edits


def header_edits(before: Passage, after: Passage) -> list[Edit]:
    """The columns that came, went or were renamed."""
    old, new = list(before.cells), list(after.cells)
    matches = align([folded(cell) for cell in old], [folded(cell) for cell in new])
    kept_old = {i + k for i, _, n in matches for k in range(n)}
    kept_new = {j + k for _, j, n in matches for k in range(n)}
    gone = [cell for i, cell in enumerate(old) if i not in kept_old]
    come = [cell for j, cell in enumerate(new) if j not in kept_new]
    if len(gone) == len(come):
        return [
            Edit(op="renamed", path=after.path, before=a, after=b, label="colonne")
            for a, b in zip(gone, come, strict=True)
        ]
    removed = [Edit(op="removed", path=after.path, before=cell, label="colonne") for cell in gone]
    return removed + [Edit(op="added", path=after.path, after=cell, label="colonne") for cell in come]


def _shared_columns(before: Passage, after: Passage) -> list[tuple[int, int]]:
    if before.columns and after.columns and before.columns != after.columns:
        matches = align([folded(name) for name in before.columns], [folded(name) for name in after.columns])
        shared = [(i + k, j + k) for i, j, n in matches for k in range(n)]
        if len(before.columns) == len(after.columns):
            return [(i, i) for i in range(len(before.columns))]
        return shared
    return [(i, i) for i in range(max(len(before.cells), len(after.cells)))]


def _cell(row: Passage, index: int) -> str:
    return row.cells[index] if index < len(row.cells) else ""


def _field_label(row: Passage, index: int) -> str:
    if index < len(row.columns) and row.columns[index]:
        return f"colonne {row.columns[index]}"
    filled = [cell for cell in row.cells if cell]
    return f"champ {filled[0]}" if len(row.cells) == 2 and index == 1 and filled else f"colonne {index + 1}"
