"""The kind `feed`: RSS, RDF, Atom, CDF and JSON Feed, however they are written.

A well-formed document is read as a tree at once. Any other is mended and read again; if it is still no XML, or has
fewer entries than begin in it, feedparser and a reading entry by entry save what there is. An HTML page leads to the
feeds it names; a wall or anything else is refused.
"""

from __future__ import annotations

import re

from watchbot.collect.charset import decode
from watchbot.collect.feed_discovery import discover_feeds
from watchbot.collect.feed_entry import RawFeed
from watchbot.collect.feed_items import Context, items_of
from watchbot.collect.feed_json import read_json
from watchbot.collect.feed_mend import mend
from watchbot.collect.feed_salvage import count_entries, read_leniently, salvage
from watchbot.collect.feed_xml import is_feed, read_tree
from watchbot.collect.feed_xml_parse import parse_strict
from watchbot.collect.walls import refuse_wall
from watchbot.errors import ParseError
from watchbot.model import Follow, Found, Request, Response, Source

_FEED_ROOT = re.compile(r"<(?:[A-Za-z][\w.-]{0,30}:)?(?:rss|feed|rdf|channel)(?![\w.-])", re.IGNORECASE)
_ENTRY = re.compile(r"<(?:item|entry)(?![\w:.-])", re.IGNORECASE)
_PAGE = re.compile(r"<(?:!doctype\s+html|html|head|body)(?=[\s>])", re.IGNORECASE)
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body|title|div|p|script|meta)(?=[\s>])", re.IGNORECASE)
_OTHERS = {
    "urlset": 'a sitemap: use kind = "sitemap"',
    "sitemapindex": 'a sitemap index: use kind = "sitemap"',
    "opml": "an OPML list of feeds: import it",
}
_ANY_TAG = re.compile(r"<[^<>]*>")
_WRAPPING = 2000
_HEAD = 200_000


def parse(response: Response, source: Source) -> Found:
    """Read a feed.

    Args:
        response: What the server answered.
        source: Its time zone is that of dates without one; `options["autodiscover"]` (true unless it says otherwise)
            lets an HTML page stand in for the feeds it names.

    Returns:
        Items in the feed's order; or, for an HTML page, no item and the feeds to follow (role `feed`).

    Raises:
        ParseError: With reason `empty`, `not-a-feed` or one of `watchbot.collect.walls.REASONS`.
    """
    text = decode(response.content, response.headers)
    if not text.strip("\0 \t\r\n"):
        raise ParseError(
            f"{response.url}: the answer is empty; it will be tried again", url=response.url, reason="empty"
        )
    feed = read_feed(text, response.url)
    if feed is None:
        return _read_page(text, response, source)
    context = Context(response.url, source.timezone, response.fetched_at, source.language)
    items, problems = items_of(feed, context)
    return Found(title=_title(feed), items=tuple(items), problems=(*feed.problems, *problems))


def read_feed(text: str, url: str) -> RawFeed | None:
    """Read the text of a feed in any format, or return None if it is none."""
    start = text[:_HEAD].lstrip("\ufeff\0 \t\r\n")
    if start[:1] in ("{", "["):
        return read_json(text.strip("\ufeff\0 \t\r\n"), url)
    if not _looks_like_feed(text):
        return None
    root = parse_strict(text)
    mended = ""
    if root is None or not is_feed(root):
        mended = mend(text)
        root = parse_strict(mended)
    if root is None or not is_feed(root):
        return salvage(text, mended, url)
    feed = read_tree(root, url, has_bases="xml:base" in text)
    if _begin(text, len(feed.entries)) and count_entries(text) > len(feed.entries):
        other = salvage(text, mended, url) if mended else read_leniently(text, url)
        feed = other if len(other.entries) > len(feed.entries) else feed
    return feed


def _begin(text: str, found: int) -> bool:
    """Whether more entries seem to begin than were found: cheap, and never wrongly no for ordinary spellings."""
    return text.count("<item") + text.count("<entry") > found and found < sum(
        text.count(opening) for opening in ("<item>", "<item ", "<entry>", "<entry ")
    )


def _looks_like_feed(text: str) -> bool:
    """Whether a feed's root, or failing that an entry, comes before any web page; warnings of PHP before it are no page.

    A feed may even stand in a page that has nothing else in it.
    """
    found = _FEED_ROOT.search(text) or _ENTRY.search(text)
    if found is None:
        return False
    page = _PAGE.search(text, 0, found.start())
    if page is None:
        return True
    between = text[page.start() : found.start()]
    return len(between) < _WRAPPING and not _ANY_TAG.sub("", between).strip() and bool(_ENTRY.search(text, found.end()))


def _title(feed: RawFeed) -> str:
    from watchbot.collect.clean import plain_title

    return plain_title(feed.title)


def _read_page(text: str, response: Response, source: Source) -> Found:
    start = text[:_HEAD]
    if _HTML.search(start):
        refuse_wall(response, text)
        feeds = discover_feeds(text, response.url) if source.options.get("autodiscover", True) else []
        if feeds:
            follow = tuple(Follow(request=Request(url=feed), role="feed", depth=1) for feed in feeds)
            return Found(follow=follow, problems=(f"the address is a web page; it names {len(feeds)} feed(s)",))
        message = 'the address is a web page that names no feed; use kind = "listing" or another address'
    else:
        found = re.search(r"<([A-Za-z]\w{0,30})(?=[\s>/])", start)
        what = _OTHERS.get(found.group(1).lower() if found else "", f"no feed ({response.content_type or 'no type'})")
        message = f"the address gives {what}"
    raise ParseError(f"{response.url}: {message}", url=response.url, reason="not-a-feed")
