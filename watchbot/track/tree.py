"""A normalised text as a tree of sections, written flat: each passage knows the headings above it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from watchbot.track.fold import folded
from watchbot.track.passages import Line, read_line

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


@dataclass(slots=True, eq=False)
class Passage:
    """One comparable piece of a document: a heading, a sentence, a list item, a table's row.

    `text` is without the `marker` ("Critère 12", "3.2", "Article 122-18") that leads it, and `lead` that marker with the
    signs up to the text; `path` holds the headings above
    it, outermost first; `columns` the header of its table; `group` is the same for the sentences of one paragraph or
    item, and is its line in the normalised text.
    """

    kind: str
    text: str
    marker: str
    path: tuple[str, ...]
    group: int
    level: int = 1
    cells: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    lead: str = ""
    folded_text: str | None = None

    @property
    def key(self) -> str:
        """What the passage is compared by, worked out when first asked for."""
        if self.folded_text is None:
            self.folded_text = folded(self.text)
        return self.folded_text

    @property
    def full_text(self) -> str:
        """The passage with its marker, as written."""
        return f"{self.lead}{self.text}"


def read_tree(text: str) -> list[Passage]:
    """Read a normalised text (notation of `passages`) into its passages in reading order."""
    return tree_of_lines([line for line in text.split("\n") if line.strip()])


def tree_of_lines(lines: Sequence[str], whole: Collection[int] = (), skipped: Collection[int] = ()) -> list[Passage]:
    """As `read_tree`, from the lines that are not blank.

    Args:
        lines: The lines of a normalised text.
        whole: Lines known to be the same in the other version, by number: they are left in one piece.
        skipped: Lines not to make passages of: nothing is asked about them (headings are read all the same, for the paths).
    """
    reader = _TreeReader()
    for number, line in enumerate(lines):
        if number not in skipped or line[0] == "#":
            reader.take(read_line(line), number, whole=number in whole)
        elif line[0] != "|":
            reader.columns = ()
    return reader.passages


class _TreeReader:
    """Keeps the headings above and the columns of the table at hand while lines go by."""

    def __init__(self) -> None:
        self.passages: list[Passage] = []
        self.columns: tuple[str, ...] = ()
        self._headings: list[tuple[int, str]] = []
        self._path: tuple[str, ...] = ()

    def take(self, line: Line, number: int, *, whole: bool) -> None:
        if line.kind == "heading":
            self._take_heading(line, number)
        elif line.kind in {"row", "header", "link", "running"}:
            if line.kind == "header":
                self.columns = line.cells
            self.passages.append(Passage(line.kind, line.text, "", self._path, number, 1, line.cells, self.columns))
        elif whole:
            self.passages.append(Passage(line.kind, line.text, "", self._path, number, line.level))
        else:
            self.passages.extend(_sentences(line, self._path, number))
        if line.kind not in {"row", "header", "link", "running"}:
            self.columns = ()

    def _take_heading(self, line: Line, number: int) -> None:
        while self._headings and self._headings[-1][0] >= line.level:
            self._headings.pop()
        above = tuple(title for _, title in self._headings)
        marker, rest = split_marker(line.text)
        lead = line.text[: len(line.text) - len(rest)]
        self.passages.append(Passage("heading", rest, marker, above, number, line.level, lead=lead))
        self._headings.append((line.level, line.text))
        self._path = (*above, line.text)


def fold_all(passages: Sequence[Passage]) -> None:
    """Work out the keys of many passages at once, which is faster than one by one."""
    waiting = [passage for passage in passages if passage.folded_text is None]
    keys = folded("\n".join(passage.text for passage in waiting)).split("\n") if waiting else []
    for passage, key in zip(waiting, keys, strict=True):
        passage.folded_text = key


def _sentences(line: Line, path: tuple[str, ...], group: int) -> Iterator[Passage]:
    marker, rest = split_marker(line.text)
    lead = line.text[: len(line.text) - len(rest)]
    kind = "item" if marker and line.kind == "text" else line.kind
    for sentence in sentences(rest):
        yield Passage(kind, sentence, marker, path, group, line.level, lead=lead)
        marker = lead = ""


def split_marker(text: str) -> tuple[str, str]:
    """The marker that leads a passage ("Critère 12", "3.2", "a)") and the rest; without a rest there is no marker."""
    found = _MARKER.match(text)
    if not found:
        return "", text
    rest = text[_AFTER_MARKER.match(text, found.end()).end() :]  # type: ignore[union-attr]
    return (found[0].rstrip(), rest) if rest else ("", text)


def sentences(text: str) -> list[str]:
    """Cut a passage at the ends of its sentences, not after abbreviations or initials."""
    ends = _SENTENCE_END.finditer(text)
    cuts = [0, *(end.end() for end in ends if not _is_abbreviation(text, end.start()))]
    cuts.append(len(text))
    pieces = (text[start:end].strip() for start, end in pairwise(cuts))
    return [piece for piece in pieces if piece]


def _is_abbreviation(text: str, stop: int) -> bool:
    """Whether the mark at `stop` is the point of an abbreviation rather than the end of a sentence."""
    return text[stop] == "." and bool(_ABBREVIATED.search(text, max(0, stop - 8), stop))
