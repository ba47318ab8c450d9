"""Proposing how to read a list: the repeated structure of a page that looks most like news, as CSS selectors.

Each repetition of the page is read as if it were the list, and scored by what was read: real titles, dates, summaries,
links to pages of their own, on the credit side; menus, footers, tag clouds, pagination and share buttons on the other.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from watchbot.collect.entry import (
    DATED,
    FLAT,
    GENERIC,
    HEADINGS,
    Entry,
    elements,
    is_dated,
    read_date,
    read_entry,
    territory,
)
from watchbot.collect.repetition import Repetition, repetitions
from watchbot.collect.selectors import field_selector, item_selector, next_selector
from watchbot.collect.tree import Page, text_of, word_count

if TYPE_CHECKING:
    from datetime import datetime

    from lxml.html import HtmlElement

MIN_SCORE = 0.5
_SAMPLE = 24
_MAX_JUDGED = 300
_MAX_PROPOSALS = 5
_WRITTEN, _MAX_WRITTEN = 0.12, 12

_CHROME = re.compile(
    r"(?:^|[-_])(?:nav|navbar|navigation|menu|submenu|footer|pied|foot|breadcrumbs?|ariane|fil|pagination|pager|paging|cookies?|consent|rgpd|"
    r"social|socials|share|sharing|partage|lang|langues?|languages?|tagcloud|tags?|cloud|login|toolbar|skip|search|recherche|topbar|header|entete|banner|"
    r"sitemap|plan|filters?|filtres?|facets?|tabs?|comments?|partners?|partenaires|logos?|copyright|legal|megamenu|offcanvas|dropdown|sommaire|toc)"
    r"(?:$|[-_])",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"(?:^|[-_])(?:aside|sidebar|side|secondary|complementary|widgets?|related|similaires?|recommend\w*|popular|recents?|"
    r"colonne|col-droite|voir-aussi|a-lire|most|trending|quick|links?|liens|agenda-mini|bloc-droit\w*)(?:$|[-_])",
    re.IGNORECASE,
)
_NEWS = re.compile(
    r"(?:^|[-_])(?:actualites?|actus?|news|articles?|posts?|blog|entry|entries|hentry|results?|resultats?|teasers?|communiques?|publications?|"
    r"list|liste|listing|listitem|item|card|cards|views-row|node|story|stories|press|presse|evenements?|events?|document|documents|feed|archive)(?:$|[-_])",
    re.IGNORECASE,
)
_COLUMN_TAGS = frozenset({"td", "th", "a", "p", "span", "div", "strong", "b", "em", "dt", "dd", "li"})
_TELLING_NOTHING = frozenset({"div", "span", "td", "li", "i", "b", "em", "strong"})
_CHROME_TAGS = frozenset({"nav", "footer", "form"})
_ROLES = frozenset({"navigation", "contentinfo", "search", "menu", "menubar", "banner", "tablist", "toolbar"})
_PAGE_LINK = re.compile(r"[?&/](?:page|paged|p|start|offset|debut_\w+)[=/]?\d+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A way to read a page as a list: `options` for a source of kind listing, and how good it looks (0 to 1)."""

    options: Mapping[str, str]
    score: float
    titles: tuple[str, ...]
    items: tuple[HtmlElement, ...]


def propose(page: Page, now: datetime, *, timezone: str = "Europe/Paris") -> list[Proposal]:
    """The lists that a page seems to hold, best first, each with selectors that find its entries again.

    Args:
        page: The parsed page.
        now: When it was fetched; no date of an entry lies beyond.
        timezone: IANA name of the zone of dates that name none.

    Returns:
        At most five proposals; those with a score of `MIN_SCORE` or more are worth following.
    """
    judged = sorted(
        (_judge(repetition, page, now, timezone) for repetition in _plausible(page)), key=lambda one: -one.score
    )
    proposals: list[Proposal] = []
    covered: set[HtmlElement] = set()
    for candidate in judged[:_MAX_WRITTEN]:
        if candidate.score < _WRITTEN or len(proposals) >= _MAX_PROPOSALS:
            break
        inside = sum(1 for item in candidate.items if item in covered)
        if inside > len(candidate.items) // 2:
            continue
        proposal = _with_selectors(candidate, page)
        if proposal is not None:
            proposals.append(proposal)
            for item in candidate.items:
                covered.update(item.iter())
                covered.update(item.iterancestors())
    return proposals


def _plausible(page: Page) -> list[Repetition]:
    """The repetitions with the most text first; hundreds more would not win."""
    found = [r for r in repetitions(page) if len(r.items) >= 2]
    weights = {id(r): sum(len(text_of(item, limit=400)) for item in r.items[:_SAMPLE]) for r in found}
    return sorted(found, key=lambda r: -weights[id(r)])[:_MAX_JUDGED]


@dataclass(frozen=True, slots=True)
class _Judged:
    score: float
    items: tuple[HtmlElement, ...]
    entries: tuple[Entry, ...]


def _judge(repetition: Repetition, page: Page, now: datetime, timezone: str) -> _Judged:
    items, links = repetition.items, repetition.links
    every = set(items)
    step = max(1, len(items) // _SAMPLE)
    sample = list(zip(items, links, strict=True))[::step][:_SAMPLE]
    entries = tuple(read_entry(territory(item, every), page, link) for item, link in sample)
    if _weakly_titled(entries):
        entries = _titled_by_column(entries, [item for item, _ in sample])
    points = _content_points(entries, page, now, timezone) + _place_points(items) + _count_points(len(items))
    return _Judged(1 / (1 + math.exp(-(points - 3.9) / 1.5)), items, entries)


def _count_points(count: int) -> float:
    """Two of a kind may be chance; beyond ten, more entries prove no more."""
    return min(2.6, math.log2(count) * 0.8) - (0.8 if count == 2 else 0.0)


def _weakly_titled(entries: Sequence[Entry]) -> bool:
    """Whether what stands for titles are labels, numbers or the same words again."""
    titles = [entry.title for entry in entries]
    weak = sum(1 for title in titles if word_count(title) < 3 or GENERIC.fullmatch(title))
    return weak * 2 > len(titles) or len(set(titles)) < 0.8 * len(titles)


def _titled_by_column(entries: tuple[Entry, ...], items: Sequence[HtmlElement]) -> tuple[Entry, ...]:
    """Take the titles from the place within the entries (the column of a table, say) that reads most like titles."""
    columns: dict[tuple[object, ...], dict[int, HtmlElement]] = defaultdict(dict)
    for row, item in enumerate(items):
        for element in elements([item]):
            if element.tag in _COLUMN_TAGS and element is not item and _is_leaf(element):
                columns[_place(element, item)].setdefault(row, element)
    best, best_worth = None, _worth([entry.title for entry in entries], len(items))
    for column in columns.values():
        worth = _worth([text_of(element, limit=300) for element in column.values()], len(items))
        if worth > best_worth + 0.5:
            best, best_worth = column, worth
    if best is None:
        return entries
    return tuple(
        replace(entry, title_at=best[row], title=text_of(best[row], limit=300)) if row in best else entry
        for row, entry in enumerate(entries)
    )


def _is_leaf(element: HtmlElement) -> bool:
    """Whether an element holds its text itself, rather than several elements with text."""
    return not any(child.tag in _COLUMN_TAGS and len(text_of(child, limit=20)) > 3 for child in element)


def _place(element: HtmlElement, item: HtmlElement) -> tuple[object, ...]:
    """Where an element stands within its entry: tags from the entry down, with the number of a cell in its row."""
    place: list[object] = []
    for node in (element, *element.iterancestors()):
        if node is item:
            break
        place.append((node.tag, sum(1 for _ in node.itersiblings("td", preceding=True)) if node.tag == "td" else 0))
    return tuple(place)


def _worth(lines: Sequence[str], count: int) -> float:
    """How much the lines of a column read like titles: present, distinct, of some words, no dates, no labels."""
    real = [line for line in lines if line and not GENERIC.fullmatch(line) and not is_dated(line)]
    if len(real) < 0.7 * count:
        return 0.0
    words = sum(min(word_count(line), 9) for line in real) / len(real)
    too_long = sum(1 for line in real if len(line) > 220) / len(real)
    return words * (len(set(real)) / count) ** 2 * (1 - too_long)


def _content_points(entries: Sequence[Entry], page: Page, now: datetime, timezone: str) -> float:
    """What the entries themselves say for and against being news."""
    count = len(entries)
    titles = [entry.title for entry in entries]
    words = sorted(word_count(title) for title in titles)
    median = words[count // 2]
    distinct = len(set(titles)) / count
    generic = sum(1 for title in titles if not title or GENERIC.fullmatch(title)) / count
    dated = sum(_dated(entry.date_text, now, timezone) for entry in entries) / count
    summarised = sum(1 for entry in entries if len(entry.summary) > 40) / count
    headed = sum(1 for entry in entries if entry.title_at is not None and _is_heading(entry.title_at)) / count
    points = -3.0 if median < 2 else -1.5 if median < 3 else 0.5 if median < 4 else 1.8 if median <= 30 else 0.5
    points += 2.8 * dated + 1.2 * summarised + 1.2 * headed - 5.0 * generic - 4.0 * (1 - distinct)
    return points + _link_points(entries, page)


def _dated(text: str, now: datetime, timezone: str) -> float:
    """Whether an entry has a date; one that cannot be read for sure (4/23/2026) counts for less."""
    if text and read_date(text, timezone, now, thorough=False):
        return 1.0
    return 0.7 if DATED.search(text) else 0.0


def _is_heading(element: HtmlElement) -> bool:
    return element.tag in HEADINGS or any(
        parent.tag in HEADINGS for parent, _ in zip(element.iterancestors(), "123", strict=False)
    )


def _link_points(entries: Sequence[Entry], page: Page) -> float:
    here = urlsplit(page.url)
    urls = [entry.url for entry in entries]
    host = (here.hostname or "").removeprefix("www.")
    outside = sum(1 for url in urls if (urlsplit(url).hostname or "").removeprefix("www.") != host) / len(urls)
    paging = sum(1 for url in urls if _PAGE_LINK.search(url) and urlsplit(url).path.rstrip("/") in here.path) / len(
        urls
    )
    shallow = sum(1 for url in urls if len(urlsplit(url).path.strip("/")) < 2 and not urlsplit(url).query) / len(urls)
    repeated = 1 - len(set(urls)) / len(urls)
    return -1.2 * outside - 3.0 * paging - 1.0 * shallow - 2.0 * repeated


def _place_points(items: Sequence[HtmlElement]) -> float:
    """Where the entries stand: within a menu or footer hardly any list is news."""
    points = 0.0
    first = items[0]
    chain = [first, *first.iterancestors()]
    news = 0.0
    for depth, element in enumerate(chain):
        if element.tag in {"body", "html"}:
            break
        names = [*(element.get("class") or "").split()[:12], element.get("id") or ""]
        if element.tag in _CHROME_TAGS or element.get("role") in _ROLES or (element.tag == "header" and depth):
            points -= 4.0 if element.tag != "form" else 0.5
        elif any(_CHROME.search(name) for name in names):
            points -= 1.6 if depth < 4 else 0.8
        if element.tag == "aside" or any(_ASIDE.search(name) for name in names):
            points -= 1.0
        if element.tag == "main" or element.get("role") == "main":
            points += 0.7
        if depth < 4 and (element.tag == "article" or any(_NEWS.search(name) for name in names)):
            news = 0.9
    return max(points, -8.0) + news


def _with_selectors(candidate: _Judged, page: Page) -> Proposal | None:
    """Write the proposal down as selectors, if some selector finds these entries and few others."""
    item = item_selector(candidate.items, page)
    if item is None:
        return None
    options = {"item": item}
    pairs = [
        (entry, [*entry_nodes]) for entry, entry_nodes in zip(candidate.entries, _territories(candidate), strict=True)
    ]
    for name, at in (("title", "title_at"), ("date", "date_at"), ("summary", "summary_at")):
        selector = field_selector([(nodes, getattr(entry, at)) for entry, nodes in pairs])
        if selector and selector not in _TELLING_NOTHING:
            options[name] = selector
    if not all(_related(entry.title_at, entry.link) for entry, _ in pairs):
        link = field_selector([(nodes, entry.link) for entry, nodes in pairs])
        if link:
            options["link"] = link
    following = next_selector(page)
    if following:
        options["next"] = following
    titles = tuple(text for entry in candidate.entries if (text := entry.title))
    return Proposal(options, round(candidate.score, 3), titles, candidate.items)


def _related(title_at: HtmlElement | None, link: HtmlElement | None) -> bool:
    """Whether the title is in the link, or the link in the title, so that nobody need say where the link is."""
    if title_at is None or link is None or title_at is link:
        return True
    return title_at in link.iterancestors() or link in title_at.iterancestors()


def _territories(candidate: _Judged) -> list[list[HtmlElement]]:
    every = set(candidate.items)
    step = max(1, len(candidate.items) // _SAMPLE)
    sampled = candidate.items[::step][:_SAMPLE]
    return [territory(item, every) if item.tag in FLAT else [item] for item in sampled]
