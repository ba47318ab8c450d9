"""Feeds that an HTML page points to: declared in its head, or linked in its text."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from watchbot.collect.canonical import absolute
from watchbot.collect.clean import html_tree

MAX_FEEDS = 10
_HEAD_CHARACTERS = 1_000_000
_TYPES = frozenset(
    {
        "application/rss+xml",
        "application/atom+xml",
        "application/rdf+xml",
        "application/feed+json",
        "application/x.atom+xml",
        "application/x-atom+xml",
        "text/rss+xml",
        "text/atom+xml",
    }
)
_DOUBTFUL_TYPES = frozenset({"application/xml", "text/xml", "application/json"})
_FEED_WORD = re.compile(r"\b(?:rss|atom|feed|flux|feeds|rdf|syndication|backend)\b", re.IGNORECASE)
_FEED_PATH = re.compile(
    r"(?:/(?:feed|rss|atom|flux|flux-rss|rss2|backend)(?:/|\.xml|\.php|$))|\.(?:rss|atom|rdf)$|/(?:feed|rss|atom|index|news|actualites)\.(?:xml|rdf)$"
    r"|[?&](?:feed|format|type)=(?:rss2?|atom|feed|9818)(?:&|$)|page=backend",
    re.IGNORECASE,
)
# Feeds of comments carry no news.
_COMMENTS = re.compile(r"/comments?/|commentaires|comments?[-_/]feed|wp/v2|oembed", re.IGNORECASE)


def discover_feeds(text: str, url: str) -> list[str]:
    """Addresses of feeds, the most likely first, comments' feeds last.

    Args:
        text: The page as HTML.
        url: Its address, which relative links start from (unless it has a `<base>`).

    Returns:
        At most `MAX_FEEDS` absolute addresses without repeats, never the page's own.
    """
    root = html_tree(text[:_HEAD_CHARACTERS])
    if root is None:
        return []
    base_element = root.find(".//base[@href]")
    base = (absolute(url, base_element.get("href")) if base_element is not None else "") or url
    ranked = [*_declared(root, base), *_linked(root, base)]
    ranked.sort(key=lambda found: (found[0], bool(_COMMENTS.search(found[1]))))
    return [address for address in dict.fromkeys(found[1] for found in ranked) if address != url][:MAX_FEEDS]


def _declared(root: Any, base: str) -> list[tuple[int, str]]:
    """`<link rel="alternate" type="application/rss+xml">` and its many near misses."""
    found = []
    for link in root.iter("link"):
        kind = (link.get("type") or "").partition(";")[0].strip().lower()
        relations = (link.get("rel") or "").lower().split()
        address = absolute(base, link.get("href") or "")
        if not address or not {"alternate", "feed", "service.feed"} & set(relations):
            continue
        if kind in _TYPES or "feed" in relations:
            found.append((2 if _COMMENTS.search(address) else 0, address))
        elif kind in _DOUBTFUL_TYPES and _FEED_WORD.search(address + " " + (link.get("title") or "")):
            found.append((1, address))
    return found


def _linked(root: Any, base: str) -> list[tuple[int, str]]:
    """`<a href="/feed/">RSS</a>`: by its address, or by its words on the same site."""
    found = []
    for anchor in root.iter("a"):
        href = anchor.get("href") or ""
        if not href or href.startswith("#"):
            continue
        words = f"{''.join(anchor.itertext())[:100]} {anchor.get('title') or ''} {anchor.get('class') or ''}"
        if not (_FEED_PATH.search(href) or (_FEED_WORD.search(words) and _FEED_WORD.search(href))):
            continue
        address = absolute(base, href)
        if address:
            same = urlsplit(address).hostname == urlsplit(base).hostname
            found.append((3 if same else 4, address))
    return found
