"""The kind `listing`: a web page that lists news, read by CSS selectors, or by the page's own repetition without them.

An entry whose title is a heading in flat text reaches to the next heading. Where a selector is not given, or finds
nothing in an entry, the field is looked for as `watchbot.collect.entry` does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from watchbot.collect.canonical import canonical_url
from watchbot.collect.charset import decode
from watchbot.collect.clean import SUMMARY_LIMIT, plain_summary, plain_title, shorten, tidy
from watchbot.collect.content import refuse_wall_page
from watchbot.collect.dates import date_in_url
from watchbot.collect.entry import Entry, leading, main_link, read_date, read_entry, territory
from watchbot.collect.propose import MIN_SCORE, propose
from watchbot.collect.selectors import first_in
from watchbot.collect.tree import Page, page_of, select, text_of
from watchbot.errors import ParseError
from watchbot.model import Follow, Found, FoundItem, Request, Response, Source

if TYPE_CHECKING:
    from lxml.html import HtmlElement

MAX_ITEMS = 500
# A list of more than that is cut: its first entries are its newest.
MAX_CHARACTERS = 4_000_000
_FIELDS = ("item", "title", "link", "date", "summary", "next")


def parse(response: Response, source: Source) -> Found:
    """Read a listing.

    Args:
        response: The page.
        source: Its `options` may hold the selectors `item`, `title`, `link`, `date`, `summary` (within an item) and
            `next` (in the page), `max_pages`, and `follow`. Without `item` the page's own repetition is used.

    Returns:
        Every entry as an item. With `follow`, the default, also a `Follow` of role `article` for each, carrying the
        item that the article page completes; with `next`, one of role `next`.

    Raises:
        ParseError: The page is a wall, is empty, or a selector is not valid CSS (reason `selector`).
    """
    text = decode(response.content, response.headers)
    page = page_of(text[:MAX_CHARACTERS], response.url)
    refuse_wall_page(response, text, page)
    return read_listing(page, source, response.fetched_at)


def read_listing(page: Page, source: Source, now: datetime) -> Found:
    """As `parse`, for a page already parsed; `now` is when it was fetched."""
    given = {name: str(source.options[name]) for name in _FIELDS if source.options.get(name)}
    title = tidy(page.metas.get("og:title") or _title(page))
    options, problems = _with_proposal(given, page, source, now)
    if "item" not in options:
        return Found(title=title, problems=tuple(problems))
    entries = select(page.root, options["item"])[:MAX_ITEMS]
    if not entries:
        problems.append(f"the selector item = {options['item']!r} finds nothing on the page: has the site changed?")
    items, faults = _items(entries, page, Reading(options, source.timezone, source.language, now))
    follow = [Follow(request=Request(url=link), role="article", item=item) for item, link in items]
    return Found(
        title=title,
        items=tuple(item for item, _ in items),
        follow=(*(follow if source.options.get("follow", True) else ()), *_next_page(page, options, source)),
        problems=(*problems, *faults),
    )


def _title(page: Page) -> str:
    element = page.root.find(".//title")
    return text_of(element, limit=300) if element is not None else ""


def _with_proposal(
    given: dict[str, str], page: Page, source: Source, now: datetime
) -> tuple[dict[str, str], list[str]]:
    """The selectors given, completed by those of the best proposal when there is none for the items."""
    if "item" in given:
        return given, []
    proposals = propose(page, now, timezone=source.timezone)
    if not proposals:
        return given, ["no list of links with titles was found on the page"]
    best = proposals[0]
    problems = [f"the list found on its own is doubtful (score {best.score:.2f})"] if best.score < MIN_SCORE else []
    # A next page is followed only where the source names its link: a guess would be asked for at every visit.
    return {**{k: v for k, v in best.options.items() if k != "next"}, **given}, problems


@dataclass(frozen=True, slots=True)
class Reading:
    """How entries are read: selectors, and what dates and languages are read against."""

    options: Mapping[str, str]
    timezone: str
    language: str
    now: datetime


def _items(
    entries: Sequence[HtmlElement], page: Page, reading: Reading
) -> tuple[list[tuple[FoundItem, str]], list[str]]:
    """The items with the addresses to ask for, and what was odd; a link that comes twice counts once."""
    every = set(entries)
    before = leading(entries)
    found: dict[str, tuple[FoundItem, str]] = {}
    odd = {"without a link": 0, "without a title": 0, "without a date": 0}
    for entry in entries:
        nodes = territory(entry, every)
        if before:
            nodes = _with_date_before(entry, nodes, every)
        item, link = _item(nodes, page, reading)
        if item is None:
            odd["without a title" if link else "without a link"] += 1
            continue
        odd["without a date"] += item.published is None
        found.setdefault(item.guid, (item, link))
    problems = [f"{count} of {len(entries)} entries {what}" for what, count in odd.items() if count]
    return list(found.values()), problems


def _with_date_before(entry: HtmlElement, nodes: list[HtmlElement], every: set[HtmlElement]) -> list[HtmlElement]:
    """The entry with the date that stands before it, and without that of the next one."""
    following = nodes[-1].getnext()
    own = nodes[:-1] if len(nodes) > 1 and following is not None and following in every else nodes
    previous = entry.getprevious()
    return own if previous is None else [previous, *own]


def _item(nodes: Sequence[HtmlElement], page: Page, reading: Reading) -> tuple[FoundItem | None, str]:
    options = reading.options
    link_at = _link(nodes, page, options.get("link"), options.get("title"))
    guess = read_entry(nodes, page, link_at)
    link = page.link(link_at.get("href")) if link_at is not None else guess.url
    title = plain_title(_text(nodes, options.get("title")) or guess.title, markup=False)
    if not link or not title:
        return None, link
    url = canonical_url(link)
    published, date_from = _date(nodes, guess, url, reading)
    summary = shorten(_text(nodes, options.get("summary")) or guess.summary, SUMMARY_LIMIT)
    item = FoundItem(
        guid=url,
        url=url,
        title=title,
        summary="" if summary == title else plain_summary(summary, literal=True),
        published=published,
        date_from=date_from,
        language=(page.root.get("lang") or "")[:2].lower() or None,
    )
    return item, link


def _text(nodes: Sequence[HtmlElement], selector: str | None) -> str:
    element = first_in(nodes, selector) if selector else None
    return text_of(element, limit=5000) if element is not None else ""


def _link(nodes: Sequence[HtmlElement], page: Page, selector: str | None, title: str | None) -> HtmlElement | None:
    """The link that the selector finds, or that is about, in or around what the selectors find; else the likeliest."""
    for chosen in (selector, title):
        element = first_in(nodes, chosen) if chosen else None
        if element is None:
            continue
        for candidate in (element, *element.iterdescendants("a"), *element.iterancestors("a")):
            if page.link(candidate.get("href")):
                return candidate
    return main_link(nodes, page)


def _date(nodes: Sequence[HtmlElement], guess: Entry, url: str, reading: Reading) -> tuple[datetime | None, str]:
    """The date of an entry and where it comes from."""
    selector = reading.options.get("date")
    element = first_in(nodes, selector) if selector else None
    if element is not None:
        for written in (
            element.get("datetime"),
            element.get("content"),
            text_of(element, limit=200),
            element.get("title"),
        ):
            if written and (moment := read_date(tidy(written), reading.timezone, reading.now)):
                return moment, "page"
    if moment := read_date(guess.date_text, reading.timezone, reading.now):
        return moment, "page" if guess.date_at is not None else "text"
    moment = date_in_url(url, timezone=reading.timezone, now=reading.now)
    return (moment, "url") if moment else (None, "none")


def _next_page(page: Page, options: Mapping[str, str], source: Source) -> list[Follow]:
    """The following page of the list; how many are followed is for the collector to count (`max_pages`)."""
    pages: Any = source.options.get("max_pages", 3)
    if "next" not in options or int(pages) < 2:
        return []
    for element in select(page.root, options["next"]):
        candidates = [element, *element.iterdescendants("a"), *element.iterancestors("a")]
        link = next((found for one in candidates if (found := page.link(one.get("href")))), "")
        if link and link != page.url:
            return [Follow(request=Request(url=link), role="next", depth=1)]
    return []


__all__ = ["ParseError", "parse", "read_listing"]
