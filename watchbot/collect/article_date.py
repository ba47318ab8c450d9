"""When an article was published: what its page says, in the order of trust."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from watchbot.collect.content import main_content
from watchbot.collect.dates import date_in_url, parse_date
from watchbot.collect.entry import DATED
from watchbot.collect.linked_data import Said
from watchbot.collect.tree import Page, select, text_of, tokens
from watchbot.model import FoundItem, Response, Source

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_HEAD_OF_TEXT = 6_000
_PUBLISHED = re.compile(
    r"(?:publi[ée]e?s?|post[ée]e?|mise?s? en ligne|paru|parution|posted|published|diffus[ée]e?|actualit[ée]|communiqu[ée]|date de publication|"
    r"ver[öo]ffentlicht)(?:\s+(?:le|on|du|am))?(?:\s+\w{5,9})?\s*[:,]?\s*",
    re.IGNORECASE,
)
_UPDATED = re.compile(r"(?:mise? [àa] jour|modifi[ée]e?|actualis[ée]e?|updated|last modified)\W.{0,40}$", re.IGNORECASE)
_DATE_NAMES = re.compile(
    r"(?:^|[-_])(?:date|published?|publication|time|posted|pubdate|entry-meta|meta)(?:$|[-_])", re.IGNORECASE
)


def published_of(
    page: Page, said: Said, source: Source, response: Response, item: FoundItem | None
) -> tuple[datetime | None, str]:
    """The date of publication and where it comes from (`page`, `text`, `url`, `none`; or what the listing said)."""
    selector = source.options.get("article_date")
    for element in select(page.root, str(selector))[:3] if selector else ():
        for written in (element.get("datetime"), element.get("content"), text_of(element, limit=200)):
            if moment := moment_of(written or "", source, response):
                return moment, "page"
    if moment := moment_of(said.published, source, response):
        return moment, "page"
    if item is not None and item.published is not None and item.date_from != "url":
        return item.published, item.date_from
    for written in _written_dates(page):
        if moment := moment_of(written, source, response):
            return moment, "page"
    if moment := moment_of(_date_in_text(page), source, response):
        return moment, "text"
    moment = date_in_url(response.url, timezone=source.timezone, now=response.fetched_at)
    return (moment, "url") if moment else (None, "none")


def moment_of(written: str, source: Source, response: Response) -> datetime | None:
    """A written date as a moment in the source's time zone, not after the page was fetched."""
    return parse_date(written, timezone=source.timezone, now=response.fetched_at) if written else None


def _written_dates(page: Page) -> Iterator[str]:
    """Dates in elements made for them, near the title first."""
    root = page.root
    heading = next(root.iter("h1"), None)
    near = _around(heading) if heading is not None else []
    for part in (*near, root):
        for element in part.iter("time"):
            if not _is_update(element):
                yield element.get("datetime") or text_of(element, limit=100)
        for element in part.iter():
            if element.get("itemprop") == "datePublished":
                yield element.get("content") or element.get("datetime") or text_of(element, limit=100)
    for part in near:
        for element in part.iter():
            if any(_DATE_NAMES.search(name) for name in tokens(element)):
                line = text_of(element, limit=160)
                found = DATED.search(line)
                if found and len(line) < 160 and not _UPDATED.search(line[: found.start()]):
                    yield found.group()


def _around(heading: HtmlElement) -> list[HtmlElement]:
    """What stands about the title: its surroundings of growing size, while they are no more than a header."""
    parts = []
    for parent in heading.iterancestors():
        if parent.tag in {"body", "html"} or len(text_of(parent, limit=3000)) > 2500:
            break
        parts.append(parent)
    siblings = [sibling for sibling, _ in zip(heading.itersiblings(), range(4), strict=False)]
    return [*siblings, *parts[:4]]


def _is_update(element: HtmlElement) -> bool:
    names = " ".join((*tokens(element), element.get("itemprop") or ""))
    return "updated" in names or "modified" in names.lower()


def _date_in_text(page: Page) -> str:
    """A date that the text gives as that of publication, or that stands alone just after the title."""
    text = text_of(main_content(page), limit=_HEAD_OF_TEXT)
    for label in _PUBLISHED.finditer(text):
        found = DATED.match(text, label.end())
        if found:
            return found.group()
    heading = next(page.root.iter("h1"), None)
    if heading is None:
        return ""
    words = text_of(heading, limit=300)
    place = text.find(words)
    after = text[place + len(words) :].lstrip(" -–|,.") if place >= 0 else text
    found = DATED.match(after[:60]) or DATED.match(
        re.sub(r"^(?:le\s+)?(?:\w{5,8}\s+)?", "", after[:60], flags=re.IGNORECASE)
    )
    return found.group() if found else ""
