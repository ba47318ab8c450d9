"""The kind `sitemap`: addresses of a site's pages, by sitemaps.org's protocol and Google's news extension.

Plain and gzipped, XML and text, and indexes of sitemaps. A news sitemap tells title and date; of any other page only
the address is known, so the page itself is read, unless `follow` is off.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from watchbot.collect.canonical import absolute, canonical_url
from watchbot.collect.charset import decode
from watchbot.collect.clean import plain_title, unescape
from watchbot.collect.dates import date_in_url, parse_date
from watchbot.collect.feed_items import language_of, title_from
from watchbot.collect.feed_mend import mend
from watchbot.collect.feed_xml_parse import parse_strict
from watchbot.collect.walls import refuse_wall
from watchbot.errors import ParseError
from watchbot.model import Follow, Found, FoundItem, Request, Response, Source

MAX_UNPACKED = 60_000_000
MAX_ADDRESSES = 60_000
MAX_PARTS = 30
_ROBOTS_LINE = re.compile(r"^\s*sitemap\s*:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
_LOC = re.compile(r"<(?:\w{1,20}:)?(url|sitemap|loc|lastmod)\s*>\s*([^<>]{0,3000})", re.IGNORECASE)
_NEWS_NAME = re.compile(r"news|actu|post|article|blog|presse|communique", re.IGNORECASE)
_OTHER_NAME = re.compile(r"image|video|author|auteur|tag|categor|product|produit|user|attachment", re.IGNORECASE)
_NOT_TEXT = re.compile(r"<(?:!doctype|html|head|body)\b", re.IGNORECASE)


@dataclass(slots=True)
class Entry:
    """One address of a sitemap, or of an index of sitemaps."""

    loc: str = ""
    modified: str = ""
    title: str = ""
    published: str = ""
    language: str = ""
    keywords: list[str] = field(default_factory=list)


def parse(response: Response, source: Source) -> Found:
    """Read a sitemap, an index, or a robots.txt that names sitemaps.

    Args:
        response: The answer; the body may be gzipped.
        source: Its options `include` and `exclude` (regular expressions on addresses), `max_items`, `follow`.

    Returns:
        The newest addresses as items, of which those to be read first come with an empty title and a `Follow` of role
        `article`; for an index, its parts to follow (role `next`), those that look like news and the newest first.

    Raises:
        ParseError: With reason `not-a-sitemap`, `bomb`, `empty`, `bad-option`, or that of a wall.
    """
    text = decode(_unpacked(response), response.headers)
    if not text.strip("\0 \t\r\n\ufeff"):
        raise ParseError(f"{response.url}: the answer is empty", url=response.url, reason="empty")
    entries, parts = read_sitemap(text, response)
    if parts:
        return _index(parts, response)
    return _pages(entries, response, source)


def read_sitemap(text: str, response: Response) -> tuple[list[Entry], list[Entry]]:
    """Entries of pages, and entries of further sitemaps, as written.

    Raises:
        ParseError: The text is no sitemap.
    """
    start = text[:20_000].lstrip("\ufeff\0 \t\r\n")
    if start.startswith("<"):
        root = parse_strict(text)
        root = parse_strict(mend(text)) if root is None else root
        name = _local(root.tag) if root is not None else ""
        if name in ("urlset", "sitemapindex"):
            return _read_tree(root)
        if name in ("rss", "feed", "rdf") and root is not None:
            return _read_feed(text, response), []
        if "<urlset" in text or "<sitemapindex" in text:
            return _read_damaged(text)
        if _NOT_TEXT.search(start):
            refuse_wall(response, text)
    elif (named := _ROBOTS_LINE.findall(text)) and not start.lower().startswith("http"):
        return [], [Entry(loc=loc) for loc in named]
    else:
        lines = [line.strip() for line in text.splitlines()[:MAX_ADDRESSES]]
        entries = [Entry(loc=line) for line in lines if line.startswith(("http://", "https://"))]
        if entries and len(entries) * 2 >= sum(bool(line) for line in lines):
            return entries, []
    message = f"{response.url}: no sitemap ({response.content_type or 'no type'}); check the address"
    raise ParseError(message, url=response.url, reason="not-a-sitemap")


def _unpacked(response: Response) -> bytes:
    """The body, ungzipped if it is gzip, within bounds; a truncated file gives what it holds."""
    content = response.content
    if content[:2] != b"\x1f\x8b":
        return content
    unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        unpacked = unpacker.decompress(content, MAX_UNPACKED + 1)
    except zlib.error as error:
        message = f"{response.url}: a damaged gzip file ({error})"
        raise ParseError(message, url=response.url, reason="not-a-sitemap") from error
    if len(unpacked) > MAX_UNPACKED or unpacked[:2] == b"\x1f\x8b":
        message = f"{response.url}: it unpacks to more than {MAX_UNPACKED} bytes: refused"
        raise ParseError(message, url=response.url, reason="bomb")
    return unpacked


def _local(tag: Any) -> str:
    return str(tag).rpartition("}")[2].lower()


def _read_tree(root: Any) -> tuple[list[Entry], list[Entry]]:
    entries: list[Entry] = []
    parts: list[Entry] = []
    for node in root:
        if len(entries) + len(parts) >= MAX_ADDRESSES:
            break
        name = _local(node.tag)
        if name in ("url", "sitemap"):
            entry = _read_entry(node)
            if entry.loc:
                (entries if name == "url" else parts).append(entry)
    return entries, parts


def _read_entry(node: Any) -> Entry:
    entry = Entry()
    for child in node.iter():
        text = (child.text or "").strip()
        name = _local(child.tag)
        if not text or (name == "loc" and child.getparent() is not node):
            continue  # an image's address is not the page's
        if name == "loc":
            entry.loc = entry.loc or text
        elif name == "lastmod":
            entry.modified = text
        elif name == "publication_date":
            entry.published = text
        elif name == "title" and "news" in child.tag.lower():
            entry.title = text
        elif name == "language":
            entry.language = text
        elif name == "keywords":
            entry.keywords = text.split(",")
    return entry


def _read_feed(text: str, response: Response) -> list[Entry]:
    """The protocol lets a feed be a sitemap."""
    from watchbot.collect.feed import read_feed

    feed = read_feed(text, response.url)
    if feed is None:
        return []
    return [
        Entry(
            loc=raw.link or raw.guid,
            title=raw.title,
            published=raw.published[0][1] if raw.published else "",
            modified=raw.updated[0] if raw.updated else "",
        )
        for raw in feed.entries
    ]


def _read_damaged(text: str) -> tuple[list[Entry], list[Entry]]:
    """Addresses of a truncated or broken document."""
    entries: list[Entry] = []
    parts: list[Entry] = []
    current = entries
    for found in _LOC.finditer(text):
        name, value = found.group(1).lower(), unescape(found.group(2)).strip()
        if name in ("url", "sitemap"):
            current = entries if name == "url" else parts
        elif name == "loc" and len(current) < MAX_ADDRESSES:
            current.append(Entry(loc=value))
        elif name == "lastmod" and current:
            current[-1].modified = value
    return entries, parts


def _index(parts: list[Entry], response: Response) -> Found:
    """Follow the parts of an index: what looks like news first, then the most recently changed."""

    def rank(part: Entry) -> tuple[int, str]:
        name = part.loc.rpartition("/")[2]
        return (2 if _NEWS_NAME.search(name) else 0 if _OTHER_NAME.search(name) else 1, part.modified)

    addresses: dict[str, None] = {}
    for part in sorted(parts, key=rank, reverse=True):
        url = absolute(response.url, part.loc)
        if url and url != response.requested_url:
            addresses[url] = None
    left = len(addresses) - MAX_PARTS
    problems = (f"{left} of {len(addresses)} parts of the index were left out",) if left > 0 else ()
    follow = tuple(Follow(request=Request(url=url), role="next", depth=1) for url in list(addresses)[:MAX_PARTS])
    return Found(follow=follow, problems=problems)


def _pages(entries: list[Entry], response: Response, source: Source) -> Found:
    options = source.options
    include = _pattern(options.get("include"), source)
    exclude = _pattern(options.get("exclude"), source)
    dated: list[tuple[datetime | None, int, FoundItem]] = []
    seen: set[str] = set()
    for index, entry in enumerate(entries):
        url = canonical_url(absolute(response.url, entry.loc))
        if not url or url in seen or (include and not include.search(url)) or (exclude and exclude.search(url)):
            continue
        seen.add(url)
        item, date = _item(entry, url, response, source)
        dated.append((date, index, item))
    # The newest first; those without a date keep their order, after the others.
    dated.sort(key=lambda one: (one[0] is None, -one[0].timestamp() if one[0] else one[1]))
    most = int(options.get("max_items") or 200)
    items = tuple(item for _, _, item in dated[:most])
    follow: tuple[Follow, ...] = ()
    if options.get("follow", True):
        follow = tuple(Follow(request=Request(url=item.url), role="article", item=item) for item in items)
    else:
        items = tuple(_titled(item) for item in items)
    problems = (f"{len(dated) - most} older addresses were left out",) if len(dated) > most else ()
    if not dated and entries:
        problems = (f"none of {len(entries)} addresses passes include and exclude",)
    return Found(items=items, follow=follow, problems=problems)


def _item(entry: Entry, url: str, response: Response, source: Source) -> tuple[FoundItem, datetime | None]:
    """The item, and the date to sort it by: when it was published, else when the page changed."""
    now, zone = response.fetched_at, source.timezone
    published = parse_date(entry.published, timezone=zone, now=now, thorough=False) if entry.published else None
    date_from = "feed" if published else "none"
    if published is None and (published := date_in_url(url, timezone=zone, now=now)):
        date_from = "url"
    updated = parse_date(entry.modified, timezone=zone, now=now, thorough=False) if entry.modified else None
    item = FoundItem(
        guid=url,
        url=url,
        title=plain_title(entry.title) if entry.title else "",
        published=published,
        updated=updated,
        date_from=date_from,
        language=language_of(entry.language),
        categories=tuple(word.strip() for word in entry.keywords if word.strip())[:40],
    )
    return item, published or updated


def _titled(item: FoundItem) -> FoundItem:
    from dataclasses import replace

    return item if item.title else replace(item, title=title_from(item.url) or item.url)


def _pattern(option: object, source: Source) -> re.Pattern[str] | None:
    if not option:
        return None
    try:
        return re.compile(str(option))
    except re.error as error:
        message = f"{source.id}: {option!r} is no regular expression ({error}); correct include or exclude"
        raise ParseError(message, url=source.url, reason="bad-option") from error
