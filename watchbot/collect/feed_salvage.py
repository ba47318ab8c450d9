"""What can be saved of a feed that is no XML even after mending: truncated, tags crossed or never closed.

Each entry's stretch of the document is read alone, so that damage in one cannot hide the next. feedparser's lenient
reading of the whole is the measure: what it finds beyond that is added, unless the document is so large that it
would take too long.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from watchbot.collect.canonical import absolute
from watchbot.collect.clean import unescape
from watchbot.collect.feed_entry import RawEntry, RawFeed
from watchbot.collect.feed_loose import Finder, read_head_loosely, read_loosely
from watchbot.collect.feed_names import MODULES
from watchbot.collect.feed_xml import MAX_ENTRIES, read_tree
from watchbot.collect.feed_xml_parse import parse_strict

# feedparser's lenient parser takes some 20 µs a tag.
LENIENT_LIMIT = 1_000_000
LENIENT_TAGS = 50_000
# One entry beyond this is not worth the time.
_STRETCH_LIMIT = 3_000_000

_MARK = re.compile(
    r"<!\[CDATA\[|<!--|</?(?:(?:rss|rss10|atom|atom10|a10):)?(?:item|entry)(?![\w:.-])[^<>]{0,9}>?", re.IGNORECASE
)
# Whatever could be the beginning of an entry to the most lenient reader.
_LOOKALIKE = re.compile(r"<[^<>\s/]{0,30}(?:item|entry)", re.IGNORECASE)
_NAMESPACE = re.compile(r"\sxmlns((?::[A-Za-z_][\w.-]{0,60})?)\s*=\s*[\"']([^\"'<>]{0,300})[\"']", re.ASCII)
_HEAD = 100_000
_BASE = re.compile(r"\sxml:base\s*=\s*[\"']([^\"'<>]{1,2000})[\"']", re.IGNORECASE)


def count_entries(text: str) -> int:
    """How many entries begin in the text, outside comments and CDATA sections."""
    return sum(begins for begins, _, _ in _marks(text))


def salvage(text: str, mended: str, url: str) -> RawFeed:
    """Read a damaged feed for all that it holds.

    Args:
        text: The document.
        mended: The same after `mend`.
        url: The address it came from.
    """
    feed, whole = _read_alone(mended, url)
    quick = len(text) <= LENIENT_LIMIT and text.count("<") <= LENIENT_TAGS
    if quick and not (whole and len(_LOOKALIKE.findall(text)) == len(feed.entries)):
        feed = _merge(feed, read_leniently(text, url))
    feed.problems.append("the feed is not well-formed XML; what could be read was")
    return feed


def read_leniently(text: str, url: str) -> RawFeed:
    """The feed as feedparser sees it."""
    from feedparser import api

    parse: Any = api.parse
    try:
        parsed = parse(
            text.encode("utf-8", "replace"),
            response_headers={"content-type": "application/xml; charset=utf-8", "content-location": url},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception:  # noqa: BLE001 - it raises whatever hostile input provokes; what is salvaged otherwise remains
        return RawFeed()
    feed = RawFeed(title=parsed.feed.get("title", ""), link=parsed.feed.get("link", ""))
    feed.entries.extend(_from_feedparser(entry, url) for entry in parsed.entries[:MAX_ENTRIES])
    return feed


def _from_feedparser(parsed: Any, url: str) -> RawEntry:
    entry = RawEntry(base=url)
    entry.offer_title(str(parsed.get("title") or ""), 3)
    entry.offer_summary(str(parsed.get("summary") or ""), 5)
    for content in parsed.get("content") or ():
        entry.offer_content(str(content.get("value") or ""))
    entry.guid = str(parsed.get("id") or "")
    entry.guid_is_link = bool(parsed.get("guidislink"))
    entry.offer_link(str(parsed.get("link") or ""), 3)
    entry.original_link = str(parsed.get("feedburner_origlink") or "")
    for link in parsed.get("links") or ():
        if link.get("rel") == "enclosure" and not entry.enclosure:
            entry.enclosure = str(link.get("href") or "")
    for rank, key in ((5, "published"), (1, "created")):
        if dict.get(parsed, key):
            entry.published.append((rank, str(parsed[key])))
    if dict.get(parsed, "updated"):
        entry.updated.append(str(dict.get(parsed, "updated")))
    if parsed.get("author"):
        entry.authors.append((3, str(parsed["author"])))
    entry.categories.extend(str(tag.get("term") or tag.get("label") or "") for tag in parsed.get("tags") or ())
    return entry


def _marks(text: str) -> Iterator[tuple[bool, int, int]]:
    """Where entries begin (true) and end (false), outside comments and CDATA sections: start and end of each tag."""
    position = 0
    comments, sections = Finder(text, "-->"), Finder(text, "]]>")
    while found := _MARK.search(text, position):
        position = found.end()
        opening = found.group(0)
        if opening == "<!--":
            position = comments.after(position) or position
        elif opening.startswith("<!["):
            end = sections.after(position)
            # A section without an end, or with another's beginning in it, was cut: what follows is markup again.
            position = end if end and text.find("<![CDATA[", position, end) < 0 else position
        else:
            yield opening[1] != "/", found.start(), found.end()


def _stretches(text: str) -> Iterator[tuple[str, bool]]:
    """The text of each entry, and whether it has its end tag."""
    start = -1
    for begins, where, end in _marks(text):
        if start >= 0:
            yield text[start : min(where if begins else end, start + _STRETCH_LIMIT)], not begins
        start = where if begins else -1
    if start >= 0:
        yield text[start : start + _STRETCH_LIMIT], False


def _read_alone(text: str, url: str) -> tuple[RawFeed, bool]:
    """Each entry's stretch of the text read as a feed of its own, and whether all but a last one cut off were in order."""
    first = next((where for begins, where, _ in _marks(text) if begins), min(len(text), _STRETCH_LIMIT))
    head = text[:first]
    feed = read_head_loosely(head)
    base = _BASE.search(head)
    url = (absolute(url, unescape(base.group(1))) if base else "") or url
    opening = f"<rss{_namespaces(head)}><channel>"
    broken, last_is_open = 0, False
    for stretch, closed in islice(_stretches(text), MAX_ENTRIES):
        entry = _read_stretch(opening, stretch, url) if closed else None
        broken += entry is None
        last_is_open = not closed
        feed.entries.append(entry or _read_open(stretch, url))
    return feed, broken <= last_is_open and bool(feed.entries)


def _namespaces(head: str) -> str:
    """Declarations of the namespaces that the feed declares before its first entry, and of the usual modules."""
    declared = {prefix: f"urn:x:{prefix}" if "&" in uri else uri for prefix, uri in _NAMESPACE.findall(head[:_HEAD])}
    known = {f":{prefix}": uri for prefix, uri in MODULES.items() if prefix != "xml"} | declared
    return "".join(f' xmlns{prefix}="{uri}"' for prefix, uri in known.items() if uri or not prefix)


def _read_open(stretch: str, url: str) -> RawEntry:
    own = _BASE.search(stretch, 0, 500)
    return read_loosely(stretch, (absolute(url, unescape(own.group(1))) if own else "") or url)


def _read_stretch(opening: str, stretch: str, url: str) -> RawEntry | None:
    root = parse_strict(f"{opening}{stretch}</channel></rss>")
    entries = read_tree(root, url, has_bases="xml:base" in stretch).entries if root is not None else []
    return entries[0] if entries else None


def _merge(alone: RawFeed, lenient: RawFeed) -> RawFeed:
    """All entries of both readings: pairwise completed if they agree on the number, else united by what identifies."""
    if not lenient.entries:
        return alone
    if len(alone.entries) == len(lenient.entries):
        for mine, other in zip(alone.entries, lenient.entries, strict=True):
            mine.complete(other)
        return alone
    known = {key for entry in alone.entries for key in _keys(entry)}
    missed = [entry for entry in lenient.entries if (keys := _keys(entry)) and not keys & known]
    if len(alone.entries) + len(missed) < len(lenient.entries):
        return lenient
    alone.entries.extend(missed)
    return alone


def _keys(entry: RawEntry) -> set[tuple[str, str]]:
    pairs = (("link", entry.link), ("guid", entry.guid), ("title", " ".join(entry.title.split())))
    return {(kind, value.strip()) for kind, value in pairs if value.strip()}
