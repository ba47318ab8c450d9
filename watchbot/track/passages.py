r"""The notation of a normalised text: one passage a line, told apart by its first characters.

# Heading             `#` to `######` by level
A paragraph           a first `#`, `-`, `|`, `@`, `~` or `\` is escaped by `\`
- An item             two more spaces in front for each deeper list
|= Name | Level |     a table's header row
| SeCO2 | 2 |         a table's row; `¦` stands for a `|` inside a cell
@ referentiel.pdf     a document linked from the passage above
~ Guide, page 0       a running header or footer of a PDF, digits masked (not compared)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from watchbot.track.noise import CONSENT, RELATED, is_noise, without_anchor, without_stamps, without_tokens
from watchbot.track.typography import canonical

CELL = "\ue000"
_MAX_DEPTH = 8
_SIGNS = {"link": "@", "running": "~"}
# A link to another page of a list ("1", "2", "…", "14").
_PAGE_LINK = re.compile(r"\d{1,3}|\.\.\.|[<>«»‹›]")
_BULLET = re.compile(r"[-–•*] ?(?=\D)")
# All the bullets before an item's words; the sign of "-5 °C" is none.
_BULLETS = re.compile(r"^(?:[-–](?!\d)|[•* ])+")


@dataclass(frozen=True, slots=True, kw_only=True)
class RawPassage:
    """A passage as read.

    `kind` is `heading`, `text`, `item`, `header`, `row` (cells joined by `CELL`), `link` or `running`.
    `level` is the heading's level or the list's depth, both from 1; `linked` the share of its text inside links.
    """

    kind: str
    text: str
    level: int = 1
    linked: float = 0.0


def normalised_text(passages: Iterable[RawPassage]) -> str:
    """Passages as the text to keep and compare: canonical typography, no noise, one passage a line."""
    found = list(passages)
    if not found:
        return ""
    texts = without_tokens(canonical("\n".join(passage.text.replace("\n", " ") for passage in found))).split("\n")
    lines: list[str] = []
    skipping = False
    for passage, text in zip(found, texts, strict=True):
        skipping = _skips_related(passage, text, skipping=skipping)
        if skipping:
            continue
        line = _line(passage, text)
        if line:
            lines.append(line)
    return "\n".join(lines)


def _skips_related(passage: RawPassage, text: str, *, skipping: bool) -> bool:
    """Whether this passage belongs to a block of links to other pages, opened by "À lire aussi" or the like.

    Teasers in it may be headings, if they are links; a panel of consent goes whole, up to the next heading.
    """
    if RELATED.match(without_anchor(text.strip())):
        return True
    if passage.kind == "heading" and CONSENT.match(text.strip()):
        return True
    if passage.kind == "row":
        return False
    return skipping and (passage.linked > 0.6 or (passage.kind != "heading" and len(text) < 25))


def _line(passage: RawPassage, text: str) -> str:
    text = text.strip()
    if passage.kind in {"row", "header"}:
        cells = [without_stamps(cell.strip().replace("|", "¦")) for cell in text.split(CELL)]
        return f"|{'=' if passage.kind == 'header' else ''} {' | '.join(cells)} |" if any(cells) else ""
    if passage.kind in _SIGNS:
        return f"{_SIGNS[passage.kind]} {text}" if text else ""
    heading = passage.kind == "heading"
    text = without_anchor(text) if heading else text
    if is_noise(text, heading=heading) or (passage.kind == "item" and _PAGE_LINK.fullmatch(_BULLETS.sub("", text))):
        return ""
    text = without_stamps(text)
    if not text:
        return ""
    if heading:
        return f"{'#' * min(passage.level, 6)} {text}"
    if passage.kind == "item" or _BULLET.match(text):
        return f"{'  ' * min(passage.level - 1, _MAX_DEPTH)}- {_BULLETS.sub('', text)}"
    return f"\\{text}" if text[0] in "#-|@~\\" else text


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a normalised text read back: `cells` is set for rows, `text` (cells joined by ` | `) for all."""

    kind: str
    text: str
    level: int = 1
    cells: tuple[str, ...] = ()


def read_lines(text: str) -> Sequence[Line]:
    """Read a normalised text back into its passages; blank lines are skipped."""
    return [read_line(line) for line in text.split("\n") if line.strip()]


def read_line(line: str) -> Line:
    """Read one line, not blank, of a normalised text."""
    first = line[0]
    if first == "#":
        marks, _, text = line.partition(" ")
        return Line("heading", text, min(len(marks), 6))
    if first == "|":
        kind = "header" if line.startswith("|=") else "row"
        cells = tuple(cell.strip() for cell in line[3 if kind == "header" else 2 : -2].split(" | "))
        return Line(kind, " | ".join(cell for cell in cells if cell), 1, cells)
    if first in "@~" and line[1:2] == " ":
        return Line("link" if first == "@" else "running", line[2:])
    if first == "\\":
        return Line("text", line[1:])
    stripped = line.lstrip(" ")
    if stripped.startswith("- "):
        return Line("item", stripped[2:], (len(line) - len(stripped)) // 2 + 1)
    return Line("text", line)
