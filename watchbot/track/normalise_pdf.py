"""The pages of a PDF as passages: running headers, page numbers, hyphenation and line breaks taken out.

A PDF keeps no paragraphs, only lines; where the lines break says nothing. Lines are joined into one stream, cut only
where something visibly begins (a bullet, a number, an article, a heading) or where a sentence has ended, so that
another width of column or another page gives the same passages.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from watchbot.track.passages import CELL, RawPassage
from watchbot.track.pdf_tables import Row, with_rows
from watchbot.track.typography import canonical

_EDGE = 5
_PAGE_NUMBER = re.compile(
    r"(?:[–-] ?)?(?:page |p\. ?)?(\d{1,4})(?: ?(?:/|sur|de|\|) ?\d{1,4})?(?: ?[–-])?", re.IGNORECASE
)
_EXPLICIT_PAGE = re.compile(r"page \d{1,4}(?: ?(?:/|sur|de) ?\d{1,4})?|\d{1,4} ?/ ?\d{1,4}", re.IGNORECASE)
_ROMAN_PAGE = re.compile(r"[ivxl]{1,7}")
_CUTS = re.compile("[\u00ad\u00ac][ \t]*\r?\n")
_DIGITS = re.compile(r"\d+")
_LETTERS = re.compile(r"[^\W\d_]")
_BULLET = re.compile(r"^(?:[•*]|[-–] )")
_NAMED = re.compile(
    r"^(?:article|art\.|chapitre|titre|section|annexe|partie|critère|action|mesure|fiche|module|bloc|poste|axe|volet|étape)"
    r" (?:n° ?)?(?:[LRD]\. ?)?(?:\d+(?:[.-]\d+)*|[IVXLC]+|[A-Z])(?: (?:bis|ter|quater))?(?= ?[:.–)-]|\s+[A-ZÀ-Ý]|$)",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"^(?:\d{1,2}(?:\.\d{1,2})+\.?|\d{1,3}[.)]|[IVX]{1,5}[.)]|[A-Za-z][.)]|\d{1,2} –)\s+(?=\S)")
_SECTION_NUMBER = re.compile(r"^(?:\d{1,2}(?:\.\d{1,2})+\.?|[IVX]{1,5}[.)]|[A-Z]\.|\d{1,2}\.)\s+(?=[A-ZÀ-Ý])")
_DIVISION = re.compile(r"^(?:article|art\.|chapitre|titre|section|annexe|partie)\b", re.IGNORECASE)
_ENDS = re.compile(r"[.!?:;…][\"’)]*$")
_SENTENCE = re.compile(r"[^\W\d_]{3}[.!?] ")
_LEADERS = re.compile(r"(?:\.{3,}|(?: \.){3,}|…{2,}|_{3,})\s*\d{1,4}$")
_CONTENTS = re.compile(r"^(?:sommaire|table des matières)\s*:?$", re.IGNORECASE)
_CONTENTS_LINE = re.compile(r".{3,120}\s\d{1,4}$")
_HYPHENATED = re.compile(r"([^\W\d_]+)-$")
_FIRST_WORD = re.compile(r"[^\W\d_]+")
_WORDS = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_MAX_HEADING = 110
_LONGEST_WORD = 60
_LONGEST_ENTRY = 300


def pdf_passages(pages: Sequence[str]) -> tuple[str, list[RawPassage]]:
    """Read the pages' texts (see `extract.pdf.pdf_pages`) into a title (the first line) and passages.

    Running headers and footers come first, once each, as passages of kind `running`: what they say is not compared, but
    a title that one version repeats on every page, and another does not, is known to be there in both.
    """
    sheets = [_lines(page) for page in pages]
    running = _running_lines(sheets)
    lines = _without_contents([line for sheet in _bodies(sheets, running) for line in sheet])
    passages = _titled(list(_gathered(with_rows(_joined_words(lines)))), running)
    repeated = [RawPassage(kind="running", text=line) for line in sorted(running) if len(_LETTERS.findall(line)) > 5]
    opening = next((line for sheet in sheets[:1] for line in sheet if not _PAGE_NUMBER.fullmatch(line)), "")
    return opening, repeated + passages


def _titled(passages: list[RawPassage], running: set[str]) -> list[RawPassage]:
    """Part a title from what stands below it where line breaks hide that it ends: it is what runs over the pages."""
    for place, passage in enumerate(passages[:3]):
        for title in running:
            if passage.kind == "text" and len(title) > 5 and passage.text.startswith(f"{title} "):
                rest = RawPassage(kind="text", text=passage.text[len(title) + 1 :])
                return [
                    *passages[:place],
                    RawPassage(kind="heading", text=title, level=1),
                    rest,
                    *passages[place + 1 :],
                ]
    return passages


def _lines(page: str) -> list[str]:
    # At a line's end a soft hyphen (or the sign that stands for one in some fonts) has become visible: it cuts a word.
    visible = _CUTS.sub("-\n", page)
    return [line.strip() for line in canonical(visible).split("\n") if line.strip()]


# ------------------------------------------------------------------------------------------ headers, footers, numbers


def _bodies(sheets: list[list[str]], running: set[str]) -> list[list[str]]:
    """The pages without the `running` lines and the page numbers at their edges."""
    offset = _page_offset(sheets)
    kept = []
    for index, sheet in enumerate(sheets):
        first, last = _span_of_body(sheet, index, running, offset)
        kept.append(sheet[first:last])
    return kept


def _edges(sheet: list[str]) -> list[tuple[int, str]]:
    """The first lines of a page, placed 0, 1, 2, and its last ones, placed -1, -2, -3."""
    top = list(enumerate(sheet[:_EDGE]))
    return top + [(-place, line) for place, line in enumerate(reversed(sheet[len(top) :][-_EDGE:]), start=1)]


def _running_lines(sheets: list[list[str]]) -> set[str]:
    """The lines, digits masked, that come back at one place of many pages and whose digits are constant or count the pages."""
    seen: dict[tuple[int, str], dict[int, tuple[int, ...]]] = defaultdict(dict)
    for index, sheet in enumerate(sheets):
        for place, line in _edges(sheet):
            if len(line) <= 200:
                seen[place, _masked(line)][index] = tuple(int(digits[:9]) for digits in _DIGITS.findall(line))
    enough = max(2, 0.3 * len(sheets)) if len(sheets) < 6 else max(3, 0.3 * len(sheets))
    return {line for (_, line), pages in seen.items() if len(pages) >= enough and _digits_run(pages)}


def _masked(line: str) -> str:
    return _DIGITS.sub("0", line)


def _digits_run(pages: dict[int, tuple[int, ...]]) -> bool:
    for column in zip(*pages.values(), strict=True):
        if len(set(column)) == 1:
            continue
        offsets = Counter(number - index for number, index in zip(column, pages, strict=True))
        if offsets.most_common(1)[0][1] < 0.8 * len(pages):
            return False
    return True


def _page_offset(sheets: list[list[str]]) -> int | None:
    """By how much the printed page number exceeds the page's index, if at least two pages agree."""
    votes: Counter[int] = Counter()
    for index, sheet in enumerate(sheets):
        edge = {line for _, line in _edges(sheet)}
        votes.update({int(match[1]) - index for line in edge if (match := _PAGE_NUMBER.fullmatch(line))})
    best = votes.most_common(1)
    return best[0][0] if best and best[0][1] >= 2 else None


def _span_of_body(sheet: list[str], index: int, running: set[str], offset: int | None) -> tuple[int, int]:
    def is_edge(line: str) -> bool:
        number = _PAGE_NUMBER.fullmatch(line)
        counted = number is not None and offset is not None and int(number[1]) - index == offset
        return (
            counted or _masked(line) in running or bool(_EXPLICIT_PAGE.fullmatch(line) or _ROMAN_PAGE.fullmatch(line))
        )

    first, last = 0, len(sheet)
    while first < min(_EDGE, last) and is_edge(sheet[first]):
        first += 1
    while last > max(first, len(sheet) - _EDGE) and is_edge(sheet[last - 1]):
        last -= 1
    return first, last


def _without_contents(lines: list[str]) -> list[str]:
    """Leave out the table of contents: it repeats the headings, with page numbers that any reflow moves."""
    kept: list[str] = []
    listing = False
    for line in lines:
        if _CONTENTS.match(line):
            listing = True
        elif len(line) > _LONGEST_ENTRY:
            listing = False
            kept.append(line)
        elif _LEADERS.search(line) or (listing and _CONTENTS_LINE.fullmatch(line)):
            continue
        else:
            listing = False
            kept.append(line)
    return kept


# ------------------------------------------------------------------------------------------ words and passages


def _joined_words(lines: list[str]) -> list[str]:
    """Lines with words cut at their end made whole again (the second half moves up)."""
    vocabulary: set[str] | None = None
    joined: list[str] = []
    for line in lines:
        above = joined[-1][-_LONGEST_WORD:] if joined else ""
        cut = _HYPHENATED.search(above) if above.endswith("-") else None
        if cut is None:
            if above[-2:-1].isdigit() and above.endswith("-") and line[0].isdigit():
                joined[-1] += line
            else:
                joined.append(line)
            continue
        if vocabulary is None:
            vocabulary = {word.lower() for text in lines for word in _WORDS.findall(text)}
        first = _FIRST_WORD.match(line)
        if first is None:
            joined.append(line)
        elif line[0].islower() and not _is_compound(cut[1], first[0], vocabulary):
            joined[-1] = joined[-1][:-1] + line
        else:
            joined[-1] += line
    return joined


def _is_compound(left: str, right: str, vocabulary: set[str]) -> bool:
    whole, hyphenated = f"{left}{right}".lower(), f"{left}-{right}".lower()
    return whole not in vocabulary and hyphenated in vocabulary


@dataclass
class _Open:
    """The passage being gathered."""

    text: str
    kind: str = "text"
    level: int = 1


def _gathered(lines: list[str | Row]) -> Iterable[RawPassage]:
    current: _Open | None = None
    for position, line in enumerate(lines):
        if isinstance(line, Row):
            if current is not None:
                yield _closed(current)
                current = None
            yield RawPassage(kind="row", text=CELL.join(line.cells))
            continue
        next_line = lines[position + 1] if position + 1 < len(lines) else ""
        following = next_line if isinstance(next_line, str) else next_line.cells[0]
        begun = _beginning(line)
        if begun is None and current is not None and _continues(current, line):
            current.text = f"{current.text} {line}"
            continue
        if begun is None and _looks_like_heading(line, current, following):
            begun = _Open(line, "heading", 3)
        if current is not None:
            yield _closed(current)
        current = begun or _Open(line)
    if current is not None:
        yield _closed(current)


def _beginning(line: str) -> _Open | None:
    if _BULLET.match(line):
        return _Open(line.lstrip("•*-– "), "item")
    if _NAMED.match(line):
        return _Open(line, "named", 2 if _DIVISION.match(line) else 4)
    if _NUMBERED.match(line):
        number = line.split(maxsplit=1)[0].strip(".)")
        return _Open(line, "numbered" if _SECTION_NUMBER.match(line) else "item", min(2 + number.count("."), 6))
    return None


def _continues(current: _Open, line: str) -> bool:
    """Whether a line goes on with the passage above it."""
    if _ENDS.search(current.text):
        # A sentence ended; what follows in lower case or after an abbreviation still belongs to it.
        return line[0].islower() or line[0] == "("
    if current.kind == "heading":
        return line[0].islower() and len(current.text) < _MAX_HEADING
    if current.kind in {"named", "numbered"} and len(current.text) < _MAX_HEADING:
        return not line[0].isupper() or current.text.endswith(
            (",", " de", " du", " des", " la", " le", " les", " et", " à", "–", " :")
        )
    return True


def _looks_like_heading(line: str, current: _Open | None, following: str) -> bool:
    """A short line without a final mark, after a finished passage and before something that begins anew."""
    finished = current is None or current.kind == "heading" or bool(_ENDS.search(current.text))
    return (
        finished
        and len(line) <= 80
        and line[0].isupper()
        and not _ENDS.search(line)
        and not line.endswith(",")
        and bool(following)
        and (following[0].isupper() or _beginning(following) is not None)
    )


def _closed(passage: _Open) -> RawPassage:
    kind = passage.kind
    if kind in {"named", "numbered"}:
        short = (
            len(passage.text) <= _MAX_HEADING and not _ENDS.search(passage.text) and not _SENTENCE.search(passage.text)
        )
        kind = "heading" if short and (kind == "numbered" or passage.level == 2) else "item"
    return RawPassage(kind=kind, text=passage.text, level=passage.level if kind == "heading" else 1)
