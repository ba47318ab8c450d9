"""Raw entries to items: clean texts, one address, one date, an identifier; none is left out for what it lacks."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import unquote, urlsplit

from watchbot.collect.canonical import absolute, canonical_url
from watchbot.collect.clean import first_sentence, plain_summary, plain_text, plain_title, shorten, tidy
from watchbot.collect.dates import parse_date
from watchbot.collect.feed_entry import RawEntry, RawFeed
from watchbot.model import FoundItem

UNTITLED = "Sans titre"
_GUID_LIMIT = 500
_AUTHOR_LIMIT = 200
_CATEGORY_LIMIT = 300
_MAX_CATEGORIES = 200
_EXCERPT = 400
# How many dates of one feed dateparser may be asked about, at some milliseconds each.
_THOROUGH_DATES = 40
_MAIL_AND_NAME = re.compile(r"[^\s()<>@]+@[^\s()<>@]+\s*\(([^()]+)\)")
_NAME_AND_MAIL = re.compile(r"([^<>@()]+?)\s*[<(]\s*(?:mailto:)?[^\s()<>@]+@[^\s()<>@]+[>)]")
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,5}$")
_ADDRESS_CODES = re.compile(r"(?:^|[-_])(?:\d{4,}|[0-9a-f]{8,})$")


@dataclass(slots=True)
class Context:
    """What an entry's texts and links are read against. `now` is when the feed was fetched."""

    url: str
    timezone: str
    now: datetime
    language: str = "fr"
    thorough_dates: int = _THOROUGH_DATES


def items_of(feed: RawFeed, context: Context) -> tuple[list[FoundItem], list[str]]:
    """Make every entry an item.

    Returns:
        The items in the feed's order, as many as it has entries, and what was odd about them.
    """
    home = absolute(context.url, feed.link)
    author = _author([(0, feed.author)]) if feed.author else ""
    odd = {"without a date": 0, "without an address": 0}
    items: list[FoundItem] = []
    for entry in feed.entries:
        item, has_address = _item(entry, context, home, author)
        odd["without a date"] += item.published is None
        odd["without an address"] += not has_address
        items.append(item)
    items, odd["with the identifier of another"] = _with_own_guids(items)
    problems = [f"{count} of {len(items)} entries {what}" for what, count in odd.items() if count]
    return items, problems


def _with_own_guids(items: list[FoundItem]) -> tuple[list[FoundItem], int]:
    """Items such that none shares its identifier with an item of another address or title, and how many did.

    Where a feed repeats an identifier (or, having none, an address), address and title identify all that have it.
    """
    meanings: dict[str, set[tuple[str, str]]] = {}
    for item in items:
        meanings.setdefault(item.guid, set()).add((item.url, item.title))
    if len(meanings) == len(items):
        return items, 0
    shared = {guid for guid, meant in meanings.items() if len(meant) > 1}
    return [
        replace(item, guid=f"{item.url}#{_short_hash(item.title)}") if item.guid in shared else item for item in items
    ], sum(item.guid in shared for item in items)


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]


def _item(entry: RawEntry, context: Context, home: str, feed_author: str) -> tuple[FoundItem, bool]:
    summary, body = _texts(entry)
    url = _url(entry, context, home)
    title = plain_title(entry.title, markup=not entry.title_literal)
    title = title or first_sentence(summary) or first_sentence(body) or title_from(url) or UNTITLED
    published, updated = _dates(entry, context)
    guid = tidy(entry.guid)[:_GUID_LIMIT]
    has_address = bool(url)
    if not url:
        key = f"{title}\n{published.isoformat() if published else summary}"
        url = f"{canonical_url(home or context.url)}#!entry-{_short_hash(key)}"
    item = FoundItem(
        guid=guid or url,
        url=url,
        title=title,
        summary=summary,
        body=body,
        author=(_author(entry.authors) if entry.authors else "") or feed_author,
        published=published,
        updated=updated,
        date_from="feed" if published else "none",
        language=language_of(entry.language),
        categories=_categories(entry.categories),
    )
    return item, has_address


def _texts(entry: RawEntry) -> tuple[str, str]:
    """Summary (one line) and body (lines). One text alone serves as both, the summary shortened."""
    body = plain_text(entry.content, lines=True, literal=entry.content_literal) if entry.content else ""
    summary = plain_summary(entry.summary, literal=entry.summary_literal) if entry.summary else ""
    if not summary:
        return shorten(body.replace("\n", " "), _EXCERPT), body
    if not body:
        longer = entry.spare if len(entry.spare) > len(entry.summary) else entry.summary
        if len(longer) > len(summary):
            whole = plain_text(longer, lines=True, literal=longer is entry.summary and entry.summary_literal)
            body = whole if len(whole) > len(summary) + 1 or summary.endswith("…") else ""
    return summary, body


def _url(entry: RawEntry, context: Context, home: str) -> str:
    """The canonical address of an entry: where its text is, or else where its medium is, or an empty string."""
    base = entry.base or context.url
    guid = entry.guid if entry.guid.startswith(("http://", "https://", "/")) or "://" in entry.guid[:8] else ""
    candidates = (
        entry.original_link,
        entry.link if entry.link_rank >= 2 else "",
        guid if entry.guid_is_link else "",
        entry.link if entry.link_rank == 1 else "",
        guid,
        entry.link,
        entry.enclosure,
    )
    for candidate in candidates:
        if not candidate:
            continue
        url = absolute(_link_base(candidate, base, home if base == context.url else ""), candidate)
        if url:
            return canonical_url(url)
    return ""


def _link_base(link: str, base: str, home: str) -> str:
    """Relative links of a feed served from another host (feedburner) start from the site."""
    if home and "://" not in link[:12] and urlsplit(base).hostname != urlsplit(home).hostname:
        return home
    return base


def title_from(url: str) -> str:
    """A title made of the last segment of an address: better than none."""
    segment = unquote(urlsplit(url).path.rstrip("/").rpartition("/")[2])
    words = _ADDRESS_CODES.sub("", _EXTENSION.sub("", segment)).replace("-", " ").replace("_", " ")
    title = tidy(words)
    return title[:1].upper() + title[1:] if any(char.isalpha() for char in title) else ""


def _dates(entry: RawEntry, context: Context) -> tuple[datetime | None, datetime | None]:
    """When it was published, or failing that updated; and when updated if that is told."""
    if len(entry.published) > 1:
        entry.published.sort(key=lambda candidate: -candidate[0])
    told = [moment for _, text in entry.published if (moment := _date(text, context))]
    updated = next((moment for text in entry.updated if (moment := _date(text, context))), None)
    if updated is None and len(told) > 1 and told[-1] > told[0]:
        updated = told[-1]  # `dc:date` beside `pubDate`
    return (told[0] if told else updated), updated


def _date(text: str, context: Context) -> datetime | None:
    if not text:
        return None
    moment = parse_date(text, timezone=context.timezone, now=context.now, thorough=False)
    if moment is None and context.thorough_dates > 0:
        context.thorough_dates -= 1
        moment = parse_date(text, timezone=context.timezone, now=context.now)
    return moment


def _author(authors: list[tuple[int, str]]) -> str:
    """Names of the highest rank, without the mail addresses that RSS asks for and nobody needs."""
    best = max((rank for rank, name in authors if name.strip()), default=0)
    names: list[str] = []
    for rank, text in authors:
        if rank != best:
            continue
        name = plain_title(text)
        if "@" in name:
            found = _MAIL_AND_NAME.fullmatch(name) or _NAME_AND_MAIL.fullmatch(name)
            name = found.group(1).strip() if found else name
        if name and name not in names:
            names.append(name)
    return shorten(", ".join(names), _AUTHOR_LIMIT)


def _categories(categories: list[str]) -> tuple[str, ...]:
    if not categories:
        return ()
    found: dict[str, None] = {}
    for category in categories:
        text = plain_title(category)[:_CATEGORY_LIMIT].strip()
        if text:
            found[text] = None
        if len(found) >= _MAX_CATEGORIES:
            break
    return tuple(found)


def language_of(tag: str) -> str | None:
    """The primary subtag of a language tag (BCP 47), or None."""
    if not tag:
        return None
    primary = re.split(r"[-_]", tag.strip().lower())[0]
    return primary if primary.isascii() and primary.isalpha() and 2 <= len(primary) <= 3 else None
