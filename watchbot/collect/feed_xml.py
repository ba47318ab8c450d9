"""RSS of every version, RDF, Atom and CDF, once they are a well-formed tree.

What an entry's title, link, dates… are follows feedparser's reading of the formats, which is what publishers test
against; https://www.rssboard.org/rss-specification and RFC 4287 say what they should be.
"""

from __future__ import annotations

from typing import Any

from watchbot.collect.canonical import absolute
from watchbot.collect.feed_entry import RawEntry, RawFeed
from watchbot.collect.feed_fields import (
    READERS,
    XML_BASE,
    Names,
    name_of,
    people_of,
    read_attributes,
    read_children,
    text_of,
)
from watchbot.collect.feed_names import canonical_name

MAX_ENTRIES = 50_000
_ENTRY_TAGS = tuple(f"{{*}}{name}" for name in ("item", "entry", "Item", "Entry", "ITEM", "ENTRY"))
_XML = "{http://www.w3.org/XML/1998/namespace}"
_ROOTS = frozenset({"rss", "feed", "rdf:rdf", "channel", "rdf", "item", "entry"})
# An element within these is not the entry's own.
_FOREIGN = frozenset({"source", "author", "contributor", "image", "textinput", "itunes:owner", "media:credit", "link"})
_DEPTH = 12


def is_feed(root: Any) -> bool:
    """Whether a root element is that of a feed."""
    return canonical_name(root.tag, root.prefix) in _ROOTS


def read_tree(root: Any, url: str, *, has_bases: bool) -> RawFeed:
    """Read a parsed document.

    Args:
        root: Its root element (an lxml element).
        url: The address it came from, which relative links start from.
        has_bases: Whether `xml:base` stands anywhere in it.

    Returns:
        The feed with every `item` or `entry` in it, however deep, that is not part of another entry's content.
    """
    names: Names = {}
    feed = RawFeed()
    _read_head(feed, root, names)
    if has_bases:
        feed.link = absolute(_base(root, url), feed.link) or feed.link
    for element in root.iter(*_ENTRY_TAGS):
        if name_of(element, names) not in ("item", "entry") or _is_quoted(element, names):
            continue
        if len(feed.entries) >= MAX_ENTRIES:
            feed.problems.append(f"only the first {MAX_ENTRIES} entries were read")
            break
        feed.entries.append(_read_entry(element, names, _base(element, url) if has_bases else url))
    return feed


def _is_quoted(element: Any, names: Names) -> bool:
    """Whether an entry stands within another's text: an example in an article, not an entry."""
    for ancestor in element.iterancestors():
        name = name_of(ancestor, names)
        if name in ("content", "summary", "description", "content:encoded"):
            return True
        if name in ("channel", "feed", "rss", "rdf:rdf"):
            return False
    return False


def _read_head(feed: RawFeed, root: Any, names: Names) -> None:
    """Title, link and author of the feed: in the root (Atom) or in its channel (RSS)."""
    heads = [root]
    heads.extend(child for child in root if name_of(child, names) == "channel")
    for head in heads:
        for child in head:
            name = name_of(child, names)
            if name in ("item", "entry"):
                continue
            if name == "title" and not feed.title:
                feed.title = text_of(child)
            elif name == "link" and not feed.link:
                href = child.get("href") or (child.text or "")
                feed.link = href.strip() if child.get("rel", "alternate").lower() == "alternate" else ""
            elif name == "author" and not feed.author:
                feed.author = ", ".join(people_of(child, names))


def _read_entry(element: Any, names: Names, base: str) -> RawEntry:
    entry = RawEntry(base=base)
    attributes = element.attrib
    if attributes:
        entry.language = attributes.get(f"{_XML}lang", "")
        read_attributes(entry, attributes)
    read_children(entry, element, names)
    if entry.title_rank < 0 or entry.link_rank < 1:
        _read_deeper(entry, element, names, _DEPTH)
    return entry


def _read_deeper(entry: RawEntry, element: Any, names: Names, depth: int) -> None:
    """Publishers wrap fields in elements of their own: what is missing is looked for within those."""
    for child in element:
        name = name_of(child, names)
        if len(child) and name not in _FOREIGN and name not in READERS and name not in ("item", "entry"):
            read_children(entry, child, names)
            if depth:
                _read_deeper(entry, child, names, depth - 1)


def _base(element: Any, url: str) -> str:
    """The address that relative links within an element start from (XML Base)."""
    declared = [element.get(XML_BASE)]
    declared.extend(ancestor.get(XML_BASE) for ancestor in element.iterancestors())
    for base in reversed(declared):
        if base:
            url = absolute(url, base) or url
    return url
