"""Corrections as CSV, as spreadsheets save it: read whole and checked before any of it is recorded."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from watchbot.app.classifying import chosen_topics, correct
from watchbot.app.sheets import MAX_BYTES, MAX_CELL, overgrown, sheet_text
from watchbot.errors import UsageError

if TYPE_CHECKING:
    from watchbot.config import Watch
    from watchbot.store import Store

# More than anybody judges by hand, and few enough that other writers need not wait long for the one transaction.
MAX_LINES = 10_000
DELIMITERS = ";,\t"
_REQUIRED = {"id", "topics"}
OFF_TOPIC = frozenset({"hors-sujet", "hors sujet", "off-topic", "off topic"})
# No sheet saved as text holds these; those of other formats do.
_BINARY = re.compile(r"[\x00-\x08\x0e-\x1f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """One correction: the item it names, what is said of it, and by whom; `number` is where it begins in the file."""

    number: int
    item: str
    topics: tuple[str, ...]
    author: str


def import_corrections(watch: Watch, store: Store, path: Path, *, author: str, at: datetime) -> int:
    """Record the corrections of a CSV file with the columns `id`, `topics` and perhaps `author`; all of them or none.

    Args:
        watch: whose topics may be named.
        store: where the items are, and corrections go.
        path: what a spreadsheet saved: cells parted by semicolon, comma or tab, in UTF-8, UTF-16 or Windows-1252.
        author: who speaks where a line does not say.
        at: when they were said.

    Returns:
        How many lines there were.

    Raises:
        UsageError: the file or a line of it is wrong; the message names both, and nothing is recorded.
    """
    known = [topic.id for topic in watch.classifier.topics]
    lines = []
    for number, cells in _rows(path, _text(path)):
        try:
            lines.append(_line(number, cells, store, known, author))
        except UsageError as error:
            raise _at(path, number, str(error)) from error
        if len(lines) > MAX_LINES:
            raise _at(path, number, f"more than {MAX_LINES:,} corrections; split the file")
    if not lines:
        raise _at(path, 1, "the file holds no correction below its header")
    with store.transaction():
        for line in lines:
            try:
                correct(
                    watch,
                    store,
                    line.item,
                    topics=line.topics,
                    off_topic=not line.topics,
                    author=line.author,
                    at=at,
                    origin="csv",
                )
            except UsageError as error:
                raise _at(path, line.number, str(error)) from error
    return len(lines)


def _at(path: Path, number: int, message: str) -> UsageError:
    return UsageError(f"{path}:{number}: {message}")


def _text(path: Path) -> str:
    with path.open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise _at(path, 1, f"larger than {MAX_BYTES // 1_000_000} MB; is it the right file? If so, split it")
    try:
        text = sheet_text(content)
    except UnicodeDecodeError as error:
        raise _at(path, 1, "not a text file; save the sheet as CSV") from error
    binary = _BINARY.search(text)
    if binary:
        number = text.count("\n", 0, binary.start()) + 1
        raise _at(path, number, "not a text file; save the sheet as CSV")
    if not text.strip():
        raise _at(path, 1, "the file is empty")
    return text


def _rows(path: Path, text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """The lines below the header that are not blank, as (number, cells by the column's name in lower case)."""
    names: list[str] = []
    for number, row in _records(path, text, _delimiter(text)):
        if not names:
            names = [name.casefold() for name in row]
            _check_header(path, number, names)
            continue
        if any(row[len(names) :]):
            message = (
                f"{len(row)} cells below {len(names)} columns; quote a cell that holds the separator,"
                " or part its topics by |"
            )
            raise _at(path, number, message)
        yield number, dict(zip(names, row, strict=False))


def _records(path: Path, text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 1
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if overgrown(cells):
                raise _at(path, number, f"a cell of more than {MAX_CELL:,} characters")
            if any(cells) and not (number == 1 and _names_separator(text)):
                yield number, cells
            number = reader.line_num + 1
    except csv.Error as error:
        raise _at(path, number, f"not CSV: {error}") from error


def _names_separator(text: str) -> bool:
    """Whether the first line is Excel's `sep=;`, which names the separator and is no header."""
    return re.match(r"sep=[;,\t][\r\n]", text) is not None


def _delimiter(text: str) -> str:
    """What parts the header's cells."""
    if _names_separator(text):
        return text[len("sep=")]
    head = next((line for line in re.split(r"[\r\n]+", text) if re.search(r"\w", line)), "")
    return max(DELIMITERS, key=lambda one: (_named(head, one) >= _REQUIRED, head.count(one)))


def _named(head: str, delimiter: str) -> set[str]:
    return {cell.strip(' "').casefold() for cell in head.split(delimiter)}


def _check_header(path: Path, number: int, names: Sequence[str]) -> None:
    for name in sorted(_REQUIRED):
        if name not in names:
            seen = ", ".join(f'"{one[:40]}"' for one in names[:10])
            raise _at(
                path, number, f'no column "{name}"; the first line must name the columns id and topics, not {seen}'
            )
    for name in ("id", "topics", "author"):
        if names.count(name) > 1:
            raise _at(path, number, f'two columns are named "{name}"')


def _line(number: int, cells: dict[str, str], store: Store, known: Sequence[str], author: str) -> _Line:
    if "topics" not in cells:
        message = "the line ends before its topics"
        raise UsageError(message)
    item = store.items.get(cells["id"])
    if item is None:
        message = f'no item "{cells["id"]}"; `watchbot items` lists them' if cells["id"] else "no id"
        raise UsageError(message)
    said = cells.get("author") or author
    if said.casefold() in {topic.casefold() for topic in known}:
        message = f'the author is "{said}", which is a topic; quote the cell of topics, or part them by |'
        raise UsageError(message)
    return _Line(number=number, item=item.id, topics=_topics(cells["topics"], known), author=said)


def _topics(cell: str, known: Sequence[str]) -> tuple[str, ...]:
    """The topics of a cell, none for off topic."""
    words = [word.strip() for word in re.split(r"[,;|]", cell) if word.strip()]
    named = [word for word in words if word.casefold() not in OFF_TOPIC]
    if named and len(named) < len(words):
        message = f'"{cell}" says off topic and names topics; choose one'
        raise UsageError(message)
    if cell and not words:
        message = f'"{cell}" names no topic'
        raise UsageError(message)
    return chosen_topics(named, known, off_topic=not named)
