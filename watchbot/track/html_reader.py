"""Walking a page's content once and cutting it into passages."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from watchbot.track.fold import word_set
from watchbot.track.links import document_name
from watchbot.track.passages import CELL, RawPassage

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_INLINE = word_set(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i img ins kbd label mark q rp rt ruby s samp small"
    " span strike strong sub sup time tt u var wbr button output nobr"
)
HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6, "summary": 6, "legend": 5}
_BREAK = "\ue001"
_SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_RAISED = re.compile("\ue002([^\ue003]*)\ue003")
_STARTS_ANEW = re.compile(r"^(?:[-–•*·]|\d{1,3}[.)]|[a-z]\)|(?:critère|article|action)s? \d)", re.IGNORECASE)
_MAX_COLUMNS = 200
_MAX_SPAN = 5_000


@dataclass
class _Table:
    """A table being read. `pending` and `below` map a column to the text that a tall cell repeats there, and for how many rows."""

    layout: bool
    header: bool = False
    in_cell: bool = False
    cells: list[str] = field(default_factory=list)
    pending: dict[int, tuple[str, int]] = field(default_factory=dict)
    below: dict[int, tuple[str, int]] = field(default_factory=dict)

    def begin_row(self) -> None:
        self.cells = []
        self.pending, self.below = self.below, {}

    def repeat_tall_cells(self) -> None:
        """Fill the columns that cells of earlier rows still occupy, from the present column on."""
        while len(self.cells) < _MAX_COLUMNS and len(self.cells) in self.pending:
            column = len(self.cells)
            text, left = self.pending.pop(column)
            self._put(text, left)

    def add_cell(self, text: str, wide: int, tall: int) -> None:
        for offset in range(min(wide, _MAX_COLUMNS - len(self.cells))):
            self._put(text if offset == 0 else "", tall)

    def _put(self, text: str, tall: int) -> None:
        if tall > 1:
            self.below[len(self.cells)] = (text, tall - 1)
        self.cells.append(text)


class HtmlReader:
    """Walks a pruned tree, gathering inline text and closing a passage at each block's edge.

    After `read`, `passages` holds what was read; a reader serves once.
    """

    def __init__(self) -> None:
        self.passages: list[RawPassage] = []
        self._text: list[str] = []
        self._linked = 0
        self._in_page = 0
        self._anchor: str | None = None
        self._documents: list[str] = []
        self._heading = 0
        self._item = False
        self._lists = 0
        self._pre = 0
        self._tables: list[_Table] = []
        self._term = ""
        self._definition = False

    def read(self, scope: HtmlElement) -> None:
        """Read the content under an element."""
        from lxml import etree

        for event, element in etree.iterwalk(scope, events=("start", "end")):
            tag = element.tag
            if not isinstance(tag, str):
                continue
            if event == "start":
                self._open(tag, element)
                if element.text:
                    self._add(element.text)
            else:
                self._close(tag, element)
                if element.tail and element is not scope:
                    self._add(element.tail)
        self._flush()

    # -------------------------------------------------------------------------------------- text

    def _add(self, text: str) -> None:
        self._text.append(text.replace("\n", _BREAK) if self._pre else text)
        if self._anchor is not None:
            self._linked += len(text)
            if self._anchor.startswith("#"):
                self._in_page += len(text)

    def _take(self) -> str:
        text = " ".join("".join(self._text).split())
        self._text.clear()
        if "\ue002" in text:
            text = _RAISED.sub(lambda raised: raised[1].translate(_SUPERSCRIPT), text)
        return text

    def _flush(self) -> None:
        """Close the passage being gathered, unless it is inside a table's cell (a cell is closed by its row)."""
        if self._in_cell():
            self._text.append(" ")
            return
        text = self._take()
        linked = self._linked / max(len(text), 1)
        toc = text != "" and self._in_page >= 0.9 * len(text) and not self._heading
        kind = "heading" if self._heading else "item" if self._item else "text"
        if text and not toc:
            level = self._heading or max(self._lists, 1)
            for line in _lines(text):
                self.passages.append(RawPassage(kind=kind, text=line, level=level, linked=linked))
        self._emit_documents(linked)
        self._linked = self._in_page = 0

    def _emit_documents(self, linked: float) -> None:
        self.passages.extend(RawPassage(kind="link", text=name, linked=linked) for name in self._documents)
        self._documents.clear()

    def _in_cell(self) -> bool:
        return self._definition or bool(self._tables and self._tables[-1].in_cell)

    # -------------------------------------------------------------------------------------- elements

    def _open(self, tag: str, element: HtmlElement) -> None:
        if tag in _INLINE:
            self._open_inline(tag, element)
        elif tag == "br":
            self._text.append(" " if self._in_cell() else _BREAK)
        elif tag == "table":
            self._open_table(element)
        elif tag in {"tr", "td", "th", "thead"} and self._tables and not self._tables[-1].layout:
            self._open_cell(tag)
        elif tag in {"dt", "dd"} and not self._in_cell():
            self._open_definition(tag, element)
        else:
            self._flush()
            self._open_block(tag)

    def _open_block(self, tag: str) -> None:
        if tag in HEADINGS and not self._in_cell():
            self._heading = HEADINGS[tag]
        elif tag in {"ul", "ol"}:
            self._lists += 1
        elif tag == "li":
            self._item = True
        elif tag == "pre":
            self._pre += 1

    def _close(self, tag: str, element: HtmlElement) -> None:
        if tag in _INLINE:
            self._close_inline(tag)
        elif tag == "table":
            self._close_table()
        elif tag in {"tr", "td", "th", "thead"} and self._tables and not self._tables[-1].layout:
            self._close_cell(tag, element)
        elif tag in {"dt", "dd"}:
            self._close_definition(tag)
        elif tag != "br":
            self._flush()
            self._close_block(tag)

    def _close_block(self, tag: str) -> None:
        if tag in HEADINGS:
            self._heading = 0
        elif tag in {"ul", "ol"}:
            self._lists = max(self._lists - 1, 0)
            self._item = self._lists > 0
        elif tag == "li":
            self._item = False
        elif tag == "pre":
            self._pre = max(self._pre - 1, 0)

    def _open_inline(self, tag: str, element: HtmlElement) -> None:
        if tag == "a":
            self._anchor = element.get("href") or ""
            name = document_name(self._anchor)
            if name and name not in self._documents:
                self._documents.append(name)
        elif tag == "sup":
            self._text.append("\ue002")
        elif tag in {"del", "s", "strike"}:
            self._text.append("~~")

    def _close_inline(self, tag: str) -> None:
        if tag == "a":
            self._anchor = None
        elif tag == "sup":
            self._text.append("\ue003")
        elif tag in {"del", "s", "strike"}:
            self._text.append("~~")

    # -------------------------------------------------------------------------------------- tables

    def _open_table(self, element: HtmlElement) -> None:
        self._flush()
        layout = (
            self._in_cell()
            or element.get("role") in {"presentation", "none"}
            or next(element.iter("h1", "h2", "h3", "h4"), None) is not None
            or any(inner is not element for inner in element.iter("table"))
        )
        self._tables.append(_Table(layout=layout))

    def _close_table(self) -> None:
        self._flush()
        if self._tables:
            self._tables.pop()

    def _open_cell(self, tag: str) -> None:
        table = self._tables[-1]
        if tag == "thead":
            table.header = True
        elif tag == "tr":
            self._flush()
            table.begin_row()
        else:
            self._text.clear()
            table.in_cell = True
            table.repeat_tall_cells()

    def _close_cell(self, tag: str, element: HtmlElement) -> None:
        table = self._tables[-1]
        if tag == "thead":
            table.header = False
        elif tag == "tr":
            self._close_row(table, element)
        elif table.in_cell:
            table.in_cell = False
            table.add_cell(self._take(), _span(element.get("colspan")), _span(element.get("rowspan")))
            self._linked = self._in_page = 0

    def _close_row(self, table: _Table, element: HtmlElement) -> None:
        table.repeat_tall_cells()
        if any(table.cells):
            tags = {cell.tag for cell in element if isinstance(cell.tag, str)}
            kind = "header" if table.header or tags == {"th"} else "row"
            self.passages.append(RawPassage(kind=kind, text=CELL.join(table.cells)))
        self._emit_documents(0.0)
        table.cells = []

    # -------------------------------------------------------------------------------------- definitions

    def _open_definition(self, tag: str, element: HtmlElement) -> None:
        self._flush()
        if tag == "dt" or (
            next(element.iter("ul", "ol", "table", "dl", "h3", "h4", "h5"), None) is None
            and len(element.findall("p")) < 2
        ):
            self._definition = True
        elif self._term:
            # A long answer under a short question: the question is a heading of it.
            self.passages.append(RawPassage(kind="heading", text=self._term, level=6))
            self._term = ""

    def _close_definition(self, tag: str) -> None:
        if not self._definition:
            self._flush()
            return
        self._definition = False
        text = self._take()
        if tag == "dt":
            self._term = f"{self._term} / {text}" if self._term else text
        elif text or self._term:
            self.passages.append(RawPassage(kind="row", text=f"{self._term}{CELL}{text}"))
            self._term = ""
        self._emit_documents(0.0)
        self._linked = self._in_page = 0


def _span(value: str | None) -> int:
    if not value or len(value) > 5 or not value.isascii() or not value.isdigit():
        return 1
    return min(max(int(value), 1), _MAX_SPAN)


def _lines(text: str) -> list[str]:
    """Cut at line breaks that separate passages; the others are only layout."""
    if _BREAK not in text:
        return [text]
    lines: list[str] = []
    for part in (part.strip() for part in text.split(_BREAK)):
        if not part:
            continue
        if lines and not _STARTS_ANEW.match(part) and lines[-1][-1:] not in ".!?:;":
            lines[-1] = f"{lines[-1]} {part}"
        else:
            lines.append(part)
    return lines
