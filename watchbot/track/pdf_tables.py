"""Rows of tables in the lines of a PDF, told by their shape: some words, then as many values as in the rows around.

A PDF says nothing of tables; readers give either a line for each row ("Série 250 000 € 40 % 12/03/2027") or a line for each
cell. Three rows of one shape in succession are a table; anything less regular stays text, which is compared word by word.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

_UNIT = r"(?: ?(?:€|%|‰|k€|M€|Md€|euros?|h|heures?|min|minutes?|jours?|mois|ans?|points?|pts|km|kg|kWh|t|m²|HT|TTC|étoiles?)(?![\w€]))"
_VALUE = rf"(?:[<>≤≥+–-] ?)?\d(?:[\d.,/:]|[  ](?=\d{{3}}(?!\d)))*{_UNIT}{{0,2}}|[✓✗☐]|\d{{1,2}} ?h(?: ?\d\d)?"
_CELL = re.compile(_VALUE)
# Each value is atomic: a space may part groups of digits or values, and trying both ways would take for ever.
_VALUES = re.compile(rf"(?:(?:^|(?<= ))(?>{_VALUE})(?: |$)){{1,12}}$")
_FIRST_WORDS = re.compile(r"[^\W\d_]")
_LONGEST_KEY = 90
_MOST_KEY_LINES = 3
_FEWEST_ROWS = 3


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: its first cell, then its values."""

    cells: tuple[str, ...]


def with_rows(lines: Sequence[str]) -> list[str | Row]:
    """The lines of a document with those of tables made into rows."""
    return _rows_of_cells(_rows_of_lines(lines))


# ------------------------------------------------------------------------------------------ a line for each row


def _rows_of_lines(lines: Sequence[str]) -> list[str | Row]:
    """Make rows of successive lines that end in as many values, two at least."""
    read = [_row(line) for line in lines]
    found: list[str | Row] = []
    for count, group in groupby(range(len(lines)), key=lambda n: len(row.cells) if (row := read[n]) else 0):
        places = list(group)
        if count < 3 or len(places) < _FEWEST_ROWS:
            found.extend(lines[n] for n in places)
        else:
            found.extend(row for n in places if (row := read[n]) is not None)
    return found


def _row(line: str) -> Row | None:
    if len(line) > _LONGEST_KEY + 120 or not line[-1:].strip(".;:,") or not _FIRST_WORDS.search(line):
        return None
    values = _VALUES.search(line)
    if values is None or not 0 < values.start() <= _LONGEST_KEY or not _FIRST_WORDS.search(line[: values.start()]):
        return None
    return Row((line[: values.start()].strip(), *(cell[0].strip() for cell in _CELL.finditer(values[0]))))


# ------------------------------------------------------------------------------------------ a line for each cell


def _rows_of_cells(lines: Sequence[str | Row]) -> list[str | Row]:
    """Make rows of runs of lines: up to three of words, then always as many that are a value alone."""
    blocks = _blocks(lines)
    found: list[str | Row] = []
    place = 0
    while place < len(blocks):
        end = place + 1
        while end < len(blocks) and blocks[end].count == blocks[place].count and blocks[end].count:
            end += 1
        rows = blocks[place:end]
        if blocks[place].count and len(rows) >= _FEWEST_ROWS and len(rows) * (rows[0].count + 1) >= 9:
            found.extend(_table(rows))
        else:
            found.extend(line for block in rows for line in block.lines)
        place = end
    return found


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines up to and with a run of values; `count` is the length of that run, 0 where something else breaks it off."""

    lines: tuple[str | Row, ...]
    count: int


def _blocks(lines: Sequence[str | Row]) -> list[_Block]:
    blocks: list[_Block] = []
    held: list[str | Row] = []
    count = 0
    for line in lines:
        value = isinstance(line, str) and _CELL.fullmatch(line) is not None
        words = isinstance(line, str) and not value and len(line) <= _LONGEST_KEY and line[-1:] not in ".;"
        if held and (not value and count):
            blocks.append(_Block(tuple(held), count if len(held) > count else 0))
            held, count = [], 0
        held.append(line)
        count += value
        if not value and not words:
            blocks.append(_Block(tuple(held), 0))
            held, count = [], 0
    if held:
        blocks.append(_Block(tuple(held), count if len(held) > count else 0))
    return blocks


def _table(rows: Sequence[_Block]) -> list[str | Row]:
    """Rows, after the lines that stand above the first one; the head that each page repeats comes once."""
    count = rows[0].count
    usual = Counter(len(row.lines) - count for row in rows).most_common(1)[0][0]
    usual = min(usual, _MOST_KEY_LINES)
    found: list[str | Row] = []
    head: set[str] = set()
    for number, row in enumerate(rows):
        words = [str(line) for line in row.lines[: len(row.lines) - count]]
        if number == 0:
            # What begins the keys of other rows too is a key cut by its column's width, and no head.
            keys = {str(line) for other in rows[1:] for line in other.lines[: len(other.lines) - count][-usual:]}
            head = set(words[:-usual]) - keys
            found.extend(words[:-usual])
            words = words[-usual:]
        else:
            while len(words) > 1 and words[0] in head:
                words = words[1:]
        found.extend(words[:-_MOST_KEY_LINES])
        key = " ".join(words[-_MOST_KEY_LINES:])
        found.append(Row((key, *(str(line) for line in row.lines[len(row.lines) - count :]))))
    return found
