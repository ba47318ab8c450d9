"""A normalised text as a tree of sections, written flat: each passage knows the headings above it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from watchbot.track.fold import folded
from watchbot.track.passages import Line, read_lines

_NAMES = (
    "critère|article|art|chapitre|titre|section|annexe|action|mesure|étape|niveau|point|fiche|module|bloc|partie|poste"
    "|thème|axe|volet|objectif|indicateur|engagement|exigence|recommandation|question|lot|phase|palier|catégorie|tranche|session|option"
)
_MARKER = re.compile(
    rf"(?P<name>(?:(?:{_NAMES})\.? (?:n° ?)?(?:[LRDA]\. ?)?(?:\d+(?:[.-]\d+)*|[IVXLC]+|[A-Z]\d*)(?: (?:bis|ter|quater))?)(?=[ ]?[:.)]|[ ]–|$|[ ]\())"
    r"|(?P<number>\d{1,3}(?:\.\d{1,3})+\.?(?=\s)|\d{1,3}[.)](?=\s)|\d{1,3}(?= – )|[IVX]{1,5}[.)](?=\s)|[A-Za-z]\)(?=\s)|[A-Z]\.(?=\s)"
    r"|[A-Z]{1,3}[.-]?\d{1,3}(?:[.-]\d{1,3})*(?=[ ]?[:.)]|[ ]–))",
    re.IGNORECASE,
)
_AFTER_MARKER = re.compile(r"[ :.)–-]*")
_SENTENCE_END = re.compile(r"[.!?]\"?(?= +[A-ZÀ-Ý0-9\"(–])")
_ABBREVIATED = re.compile(
    r"(?:^|[\s(’])(?:art|al|cf|ex|p|pp|M|MM|Mme|Mlle|Dr|Pr|n|no|vol|fig|tél|tel|av|bd|max|min|réf|ref|chap|St|Ste|env|hab|resp|not|inc|ltd|etc"
    r"|[A-Z]|\d{1,3})$"
)


@dataclass(frozen=True, slots=True, eq=False)
class Passage:
    """One comparable piece of a document: a heading, a sentence, a list item, a table's row.

    `text` is without the `marker` ("Critère 12", "3.2", "Article 122-18") that leads it; `key` is what it is compared
    by; `path` holds the headings above it, outermost first; `columns` the header of its table; `group` is the same for
    the sentences of one paragraph or item.
    """

    kind: str
    text: str
    marker: str
    key: str
    path: tuple[str, ...]
    group: int
    level: int = 1
    cells: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()

    @property
    def full_text(self) -> str:
        """The passage with its marker, as a reader sees it."""
        return f"{self.marker}{_joint(self.marker)}{self.text}" if self.marker else self.text


def _joint(marker: str) -> str:
    return " " if marker[-1] in ".)" or marker[0].isdigit() else " : "


@dataclass(slots=True)
class _Draft:
    kind: str
    text: str
    marker: str
    path: tuple[str, ...]
    group: int
    level: int
    cells: tuple[str, ...]
    columns: tuple[str, ...]


def read_tree(text: str) -> list[Passage]:
    """Read a normalised text (notation of `passages`) into its passages in reading order."""
    drafts = list(_drafts(read_lines(text)))
    keys = folded("\n".join(draft.text for draft in drafts)).split("\n") if drafts else []
    return [
        Passage(d.kind, d.text, d.marker, key, d.path, d.group, d.level, d.cells, d.columns)
        for d, key in zip(drafts, keys, strict=True)
    ]


def _drafts(lines: list[Line]) -> Iterator[_Draft]:
    headings: list[tuple[int, str]] = []
    columns: tuple[str, ...] = ()
    for group, line in enumerate(lines):
        if line.kind not in {"row", "header", "link", "running"}:
            columns = ()
        if line.kind == "heading":
            while headings and headings[-1][0] >= line.level:
                headings.pop()
            path = tuple(title for _, title in headings)
            headings.append((line.level, line.text))
            marker, rest = split_marker(line.text)
            yield _Draft("heading", rest, marker, path, group, line.level, (), ())
            continue
        path = tuple(title for _, title in headings)
        if line.kind == "header":
            columns = line.cells
        if line.kind in {"row", "header"}:
            yield _Draft(line.kind, line.text, "", path, group, 1, line.cells, columns)
        elif line.kind in {"link", "running"}:
            yield _Draft(line.kind, line.text, "", path, group, 1, (), ())
        else:
            yield from _sentences(line, path, group)


def _sentences(line: Line, path: tuple[str, ...], group: int) -> Iterator[_Draft]:
    marker, rest = split_marker(line.text)
    kind = "item" if marker and line.kind == "text" else line.kind
    for sentence in sentences(rest):
        yield _Draft(kind, sentence, marker, path, group, line.level, (), ())
        marker = ""


def split_marker(text: str) -> tuple[str, str]:
    """The marker that leads a passage ("Critère 12", "3.2", "a)") and the rest; without a rest there is no marker."""
    found = _MARKER.match(text)
    if not found:
        return "", text
    rest = text[_AFTER_MARKER.match(text, found.end()).end() :]  # type: ignore[union-attr]
    return (found[0].rstrip(), rest) if rest else ("", text)


def sentences(text: str) -> list[str]:
    """Cut a passage at the ends of its sentences, not after abbreviations or initials."""
    cuts = [0]
    for end in _SENTENCE_END.finditer(text):
        if text[end.start()] != "." or not _ABBREVIATED.search(text, max(0, end.start() - 8), end.start()):
            cuts.append(end.end())
    cuts.append(len(text))
    pieces = (text[start:end].strip() for start, end in zip(cuts, cuts[1:], strict=False))
    return [piece for piece in pieces if piece]
