"""Reading one entry of a list without being told where its title, date and summary stand.

An entry is a *territory*: one element (a list item, a card, a table row), or, in lists that are written flat, a heading
with the siblings that follow it up to the next heading.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from watchbot.collect.clean import tidy
from watchbot.collect.dates import parse_date
from watchbot.collect.tree import Page, text_of, tokens

if TYPE_CHECKING:
    from lxml.html import HtmlElement

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
FLAT = HEADINGS | {"dt"}
MAX_TITLE = 400
MAX_SUMMARY = 3_000
_MANY_ELEMENTS = 400
_MAX_SIBLINGS = 12
_BESIDE_DATE = 40

_MONTH = r"(?:jan|f[eé]v|mar|avr|apr|mai|may|jui|jun|jul|ao[uû]|aug|sep|oct|okt|nov|d[eé][cz])[a-zéû]{0,7}\.?"
DATED = re.compile(
    rf"\b\d{{1,2}}(?:er|st|nd|rd|th|\.)?\s+(?:de\s+)?{_MONTH},?\s+(?:de\s+)?\d{{2,4}}\b"
    rf"|\b{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}\b"
    r"|\b\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2})\b|\b(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)"
    r"|\bil y a (?:un|une|\d+)\b|\bhier\b|\baujourd|\byesterday\b|\b\d+ (?:hour|day|week)s? ago\b",
    re.IGNORECASE,
)
_LABELLED = re.compile(
    r"(?:publi[ée]e?s?|post[ée]e?|mise? en ligne|paru|post(?:ed)?|published|diffus[ée]e?)(?:\s+(?:le|on|du))?\s*:?\s*",
    re.IGNORECASE,
)
_AT_END = re.compile(rf"(?:[(\[–—|-]|\ble)\s*({DATED.pattern})\s*[)\].]?$", re.IGNORECASE)
_DATE_CLASS = re.compile(
    r"(?:^|[-_\s])(?:date|dates|time|datetime|published?|publication|pubdate|jour|horodat|posted|meta)", re.IGNORECASE
)
_NOT_DATE_CLASS = re.compile(r"update|candidate|validate|mandate", re.IGNORECASE)
_TITLE_CLASS = re.compile(r"(?:^|[-_])(?:title|titre|headline|heading|intitule|name|nom|tit)(?:$|[-_])", re.IGNORECASE)
_SUMMARY_CLASS = re.compile(
    r"(?:^|[-_])(?:summary|excerpt|chapo|chapeau|resume|description|desc|intro|teaser|lead|texte?|body|accroche|abstract)(?:$|[-_])",
    re.IGNORECASE,
)
GENERIC = re.compile(
    r"(?:lire|voir|en savoir|savoir|d[ée]couvrir|consulter|acc[ée]der|t[ée]l[ée]charger|ouvrir|afficher|cliquez|read|learn|view|see|"
    r"find out|download|open|click|more|plus|suite|details?|d[ée]tails?|continue[rz]?|continuer|weiterlesen|mehr|leer|ver|leggi|pdf|html|"
    r"lien|link|ici|here|\d+|page \d+|pr[ée]c[ée]dent|suivant|previous|next|>+|»|›|→|\+|\.\.\.|…|"
    r"\d*\s*(?:commentaires?|comments?|r[ée]ponses?|likes?))"
    r"(?:\b.{0,28})?[\s>»›→….+]*",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """What one territory says. The elements are None where no single element holds the field."""

    title: str
    url: str
    link: HtmlElement | None
    title_at: HtmlElement | None
    date_at: HtmlElement | None
    date_text: str
    summary_at: HtmlElement | None
    summary: str


def territory(item: HtmlElement, others: set[HtmlElement]) -> list[HtmlElement]:
    """The elements that make up an entry: the item, and what follows it in a flat list (`others`: all items of the list)."""
    if item.tag not in FLAT:
        return [item]
    nodes = [item]
    for sibling in item.itersiblings():
        if sibling in others or sibling.tag == item.tag or len(nodes) > _MAX_SIBLINGS:
            break
        nodes.append(sibling)
    return nodes


def leading(items: Sequence[HtmlElement]) -> bool:
    """Whether a flat list writes the date before each heading, so that it belongs to the heading that follows."""
    flat = [item for item in items[:8] if item.tag in FLAT]
    before = [previous for item in flat if (previous := item.getprevious()) is not None]
    dated = [previous for previous in before if is_dated(text_of(previous, limit=120))]
    return len(flat) > 1 and len(dated) == len(flat)


def is_dated(text: str) -> bool:
    """Whether a short text is little else than a date: "Publié le 3 mars 2026 à 9 h, par la rédaction"."""
    found = DATED.search(text) if len(text) <= 80 else None
    return found is not None and len(text) - (found.end() - found.start()) <= _BESIDE_DATE


def read_entry(nodes: Sequence[HtmlElement], page: Page, link: HtmlElement | None = None) -> Entry:
    """Find title, link, date and summary in a territory; `link` is the link already known to lead to the article."""
    link = link if link is not None else main_link(nodes, page)
    title_at, title = find_title(nodes, link)
    date_at, date_text = find_date(nodes, title_at)
    if not date_text and len(nodes) == 1 and nodes[0] is link:
        date_text = _date_around(link)
    summary_at, summary = find_summary(nodes, title_at, date_at, title)
    url = page.link(link.get("href")) if link is not None else ""
    return Entry(title, url, link, title_at, date_at, date_text, summary_at, summary)


def elements(nodes: Iterable[HtmlElement]) -> Iterator[HtmlElement]:
    """The first elements of a territory, in document order."""
    left = _MANY_ELEMENTS
    for node in nodes:
        for element in node.iter():
            left -= 1
            if left < 0:
                return
            yield element


def main_link(nodes: Sequence[HtmlElement], page: Page) -> HtmlElement | None:
    """The link that leads to the article: that of the heading, else the one with the longest text, else what wraps all."""
    links = [element for element in elements(nodes) if element.tag == "a" and page.link(element.get("href"))]
    if not links:
        return next((parent for parent in nodes[0].iterancestors("a") if page.link(parent.get("href"))), None)
    best, best_rank = links[0], (-1, -1)
    for link in links[:60]:
        words = text_of(link, limit=MAX_TITLE)
        heading = link.find(".//h1") is not None or _in_heading(link, nodes) or _has_heading(link)
        rank = (2 if heading else 0 if GENERIC.fullmatch(words) else 1, len(words))
        if rank > best_rank:
            best, best_rank = link, rank
    return best


def _in_heading(link: HtmlElement, nodes: Sequence[HtmlElement]) -> bool:
    for parent in link.iterancestors():
        if parent.tag in HEADINGS:
            return True
        if parent in nodes:
            return False
    return False


def _has_heading(node: HtmlElement) -> bool:
    return any(element.tag in HEADINGS for element in node.iterdescendants())


def find_title(nodes: Sequence[HtmlElement], link: HtmlElement | None) -> tuple[HtmlElement | None, str]:
    """The element that holds the title, and its text."""
    candidates = [e for e in elements(nodes) if e.tag in HEADINGS]
    candidates += [e for e in elements(nodes) if e.tag not in HEADINGS and _marked(e, _TITLE_CLASS)]
    for element in candidates:
        words = text_of(element, limit=MAX_TITLE)
        if len(words) > 3 and not GENERIC.fullmatch(words) and not is_dated(words):
            return element, words
    if link is not None and (found := _title_in_link(link)):
        return found
    return _title_beside(nodes, link)


def _title_in_link(link: HtmlElement) -> tuple[HtmlElement | None, str] | None:
    """The link's own text; of a link around a whole card, the first line that is no date."""
    words = text_of(link, limit=MAX_TITLE)
    plain = not any(is_dated(text_of(inner, limit=100)) for inner in islice(link.iterdescendants(), 40))
    if words and len(words) <= 200 and plain and not GENERIC.fullmatch(words):
        return link, words
    for element in link.iterdescendants():
        line = text_of(element, limit=MAX_TITLE)
        if len(line) > 8 and not any(len(text_of(child, limit=20)) > 3 for child in element) and not is_dated(line):
            return element, line
    if words and not GENERIC.fullmatch(words):
        return link, words[:200]
    named = tidy(link.get("title") or link.get("aria-label") or "")
    return (None, named[:MAX_TITLE]) if len(named) > 8 and not GENERIC.fullmatch(named) else None


def _title_beside(nodes: Sequence[HtmlElement], link: HtmlElement | None) -> tuple[HtmlElement | None, str]:
    """Where the link says only "PDF" or "Lire la suite": the longest short line of the entry, as in a row of a table."""
    best: tuple[HtmlElement | None, str] = (None, "")
    around = {link, *link.iterancestors()} if link is not None else set()
    for element in elements(nodes):
        if element.tag not in {"td", "th", "p", "span", "div", "strong", "b", "li", "dt", "dd"} or element in around:
            continue
        line = text_of(element, limit=MAX_TITLE)
        if len(best[1]) < len(line) <= 250 and not is_dated(line) and not GENERIC.fullmatch(line):
            best = (element, line)
        if element.tag in {"strong", "b"} and len(line) > 12:
            return element, line
    if not best[1] and link is not None:
        # What stands bare around the link: `<li>Compte rendu de mars <a>PDF</a>`.
        bare = tidy(text_of(nodes[0], limit=MAX_TITLE).replace(text_of(link, limit=MAX_TITLE), " ", 1))
        if 8 < len(bare) <= 250 and nodes[0] is not link and not is_dated(bare):
            return None, bare
        image = next((e for e in link.iter("img") if len(tidy(e.get("alt") or "")) > 8), None)
        words = tidy(image.get("alt") or "") if image is not None else text_of(link, limit=MAX_TITLE)
        return None, words
    return best


def find_date(nodes: Sequence[HtmlElement], title_at: HtmlElement | None) -> tuple[HtmlElement | None, str]:
    """The element that holds the date, and the date as written (the machine-readable form when there is one)."""
    lines: list[tuple[HtmlElement, str]] = []
    for element in elements(nodes):
        if element.tag == "time":
            written = element.get("datetime") or text_of(element, limit=120)
            if any(char.isdigit() for char in written):
                return element, written
        if title_at is not None and title_at.tag != "a" and element is title_at:
            continue
        if (marked := _marked(element, _DATE_CLASS)) or len(element) <= 6:
            line = element.get("content") or text_of(element, limit=161)
            if len(line) <= 160 and DATED.search(line):
                if marked and not _marked(element, _NOT_DATE_CLASS):
                    return _innermost(element, line)
                lines.append((element, line))
    for element, line in lines:
        if is_dated(line):
            return _innermost(element, line)
    return _labelled_date(nodes)


def _date_around(link: HtmlElement) -> str:
    """The date in the bare text just after a link, or just before it: lists of links with line breaks."""
    previous = link.getprevious()
    parent = link.getparent()
    before = previous.tail if previous is not None else parent.text if parent is not None else None
    for beside in (tidy((link.tail or "")[:120])[:60], tidy((before or "")[-120:])[-60:]):
        found = DATED.search(beside)
        if found:
            return found.group()
    return ""


def _innermost(element: HtmlElement, line: str) -> tuple[HtmlElement, str]:
    """The smallest element below that still holds the date."""
    for child in element.iterdescendants():
        inner = text_of(child, limit=120)
        if inner and DATED.search(inner):
            element, line = child, inner
    found = DATED.search(line)
    return element, line if found is None or len(line) < 60 else line[found.start() :]


def _labelled_date(nodes: Sequence[HtmlElement]) -> tuple[None, str]:
    """A date within running text counts only when the text says that it is the publication's."""
    head = tidy(" ".join(text_of(node, limit=400) for node in nodes))[:1000]
    for label in _LABELLED.finditer(head):
        found = DATED.match(head, label.end())
        if found:
            return None, found.group()
    first = DATED.match(head.lstrip("([ "))
    last = _AT_END.search(head)
    return None, first.group() if first else last.group(1) if last else ""


def find_summary(
    nodes: Sequence[HtmlElement], title_at: HtmlElement | None, date_at: HtmlElement | None, title: str
) -> tuple[HtmlElement | None, str]:
    """The element that holds the summary, and its text: one marked as such, else the longest paragraph."""
    best: tuple[HtmlElement | None, str] = (None, "")
    around = set(title_at.iterancestors()) if title_at is not None else set()
    for element in elements(nodes):
        if (
            element is title_at
            or element is date_at
            or element in around
            or element.tag in HEADINGS | {"a", "time", "button"}
        ):
            continue
        marked = _marked(element, _SUMMARY_CLASS)
        if not marked and element.tag not in {"p", "dd", "blockquote", "div", "span", "td", "li"}:
            continue
        line = text_of(element, limit=MAX_SUMMARY)
        if title and title in line and len(line) < 2 * len(title) + 40:
            continue
        if marked and len(line) > 30:
            return element, line
        if len(line) > max(len(best[1]), 40) and not GENERIC.fullmatch(line):
            best = (element, line)
    return best


def _marked(element: HtmlElement, pattern: re.Pattern[str]) -> bool:
    name = f"{element.get('class') or ''} {element.get('itemprop') or ''}"
    return len(name) > 1 and any(pattern.search(token) for token in (*tokens(element), element.get("itemprop") or ""))


def read_date(text: str, timezone: str, now: datetime, *, thorough: bool = True) -> datetime | None:
    """The publication date that a text of a listing or article gives; the future is refused. See `dates.parse_date`."""
    if not text:
        return None
    found = DATED.search(text)
    if found and len(text) > 60:
        text = text[found.start() :]
    return parse_date(text, timezone=timezone, now=now, thorough=thorough)
