"""Atom feeds (RFC 4287) of editions, topics and regions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote
from xml.etree import ElementTree as ET

from watchbot.digest.addresses import safe_url
from watchbot.digest.french import NBSP, clean
from watchbot.digest.model import ChangeEntry, Digest, Entry
from watchbot.model import REGIONS

ATOM = "http://www.w3.org/2005/Atom"
XML = "http://www.w3.org/XML/1998/namespace"
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
# What XML 1.0 does not allow (https://www.w3.org/TR/xml/#charsets).
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """One entry. `id` is an absolute address that stays; `categories` are pairs (term, label)."""

    id: str
    title: str
    url: str = ""
    published: datetime | None = None
    updated: datetime
    author: str = ""
    summary: str = ""
    language: str = ""
    categories: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed. `address` is where it is read, `home` what it is the feed of, `author` who makes it."""

    title: str
    address: str
    home: str
    author: str
    updated: datetime
    entries: tuple[FeedEntry, ...]
    subtitle: str = ""


def render_atom(
    digests: Digest | Sequence[Digest],
    *,
    address: str,
    home: str,
    topic: str = "",
    region: str = "",
) -> bytes:
    """The stories (and, unless a topic or region is asked, the changes) of issues as an Atom feed.

    Args:
        digests: one issue or several of one watch, newest first; what several tell stands once.
        address: the absolute address of the feed itself.
        home: the absolute address of the site, without a slash at its end; ids of entries are made from it.
        topic: only stories of this topic (its id).
        region: only stories of this region (its id).

    Raises:
        ValueError: there is no issue: a feed needs a date and a title.
    """
    issues = [digests] if isinstance(digests, Digest) else list(digests)
    if not issues:
        message = "no issue to make a feed of"
        raise ValueError(message)
    found: dict[str, FeedEntry] = {}
    for issue in issues:
        if not (topic or region):
            for change in issue.changes:
                found.setdefault(change.id, _of_change(change, issue, home))
        for entry in issue.entries:
            if (not topic or topic in entry.topic_ids) and (not region or region == entry.region_id):
                found.setdefault(entry.id, _of_entry(entry, issue, home))
    entries = sorted(found.values(), key=lambda one: (one.published or one.updated, one.id), reverse=True)
    return feed_bytes(
        Feed(
            title=_title(issues, topic, region),
            address=address,
            home=home,
            author=issues[0].watch,
            updated=max([issue.date for issue in issues]),
            entries=tuple(entries),
        )
    )


def feed_bytes(feed: Feed) -> bytes:
    """The feed as UTF-8 XML; what XML cannot hold is left out, and addresses that are not http(s) are no links."""
    ET.register_namespace("", ATOM)
    root = ET.Element(f"{{{ATOM}}}feed", {f"{{{XML}}}lang": "fr"})
    _put(root, "id", feed.address)
    _put(root, "title", feed.title)
    if feed.subtitle:
        _put(root, "subtitle", feed.subtitle)
    _put(root, "updated", _moment(feed.updated))
    _put(root, "link", rel="self", type="application/atom+xml", href=feed.address)
    _put(root, "link", rel="alternate", type="text/html", href=feed.home)
    _put(_put(root, "author"), "name", feed.author or feed.title)
    _put(root, "generator", "watchbot")
    for entry in feed.entries:
        _put_entry(root, entry, feed)
    content: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return content


def _put_entry(root: ET.Element, entry: FeedEntry, feed: Feed) -> None:
    element = _put(root, "entry")
    # A language tag comes from the source; a feed with a wrong one is not valid.
    if _LANGUAGE.fullmatch(entry.language) and entry.language != "fr":
        element.set(f"{{{XML}}}lang", entry.language)
    _put(element, "id", entry.id)
    _put(element, "title", entry.title or entry.id)
    url = safe_url(entry.url)
    if url:
        _put(element, "link", rel="alternate", href=url)
    if entry.published is not None:
        _put(element, "published", _moment(entry.published))
    _put(element, "updated", _moment(entry.updated))
    _put(_put(element, "author"), "name", entry.author or feed.author or feed.title)
    for term, label in entry.categories:
        _put(element, "category", term=term, label=label)
    # Without a link to the story, its text is the content (RFC 4287, 4.1.2).
    if entry.summary and url:
        _put(element, "summary", entry.summary, type="text")
    elif not url:
        _put(element, "content", entry.summary or entry.title, type="text")


def _put(parent: ET.Element, tag: str, text: str = "", **attributes: str) -> ET.Element:
    bare = {name: _FORBIDDEN.sub("", value) for name, value in attributes.items()}
    element = ET.SubElement(parent, f"{{{ATOM}}}{tag}", bare)
    element.text = _FORBIDDEN.sub("", text) or None
    return element


def _of_entry(entry: Entry, issue: Digest, home: str) -> FeedEntry:
    said = [entry.summary, " ; ".join(entry.chips)]
    categories = tuple(zip(entry.topic_ids, entry.topics, strict=True))
    if entry.region_id:
        categories = (*categories, (entry.region_id, entry.region))
    return FeedEntry(
        id=entry_id(home, entry.id),
        title=entry.title,
        url=entry.url,
        published=entry.published,
        updated=entry.updated or issue.date,
        author=entry.publisher,
        summary=" – ".join(part for part in said if part),
        language=entry.language,
        categories=categories,
    )


def _of_change(change: ChangeEntry, issue: Digest, home: str) -> FeedEntry:
    return FeedEntry(
        id=entry_id(home, change.id),
        title=f"{change.title}{NBSP}: {change.kind.lower()}",
        url=change.url,
        updated=issue.date,
        author=change.publisher,
        summary=" ; ".join(change.reasons),
        categories=(("changements", "Changements"),),
    )


def entry_id(home: str, one: str) -> str:
    """The lasting id of an item or change in every feed of a site."""
    return f"{home.rstrip('/')}/id/{quote(one, safe='')}"


def _title(issues: Sequence[Digest], topic: str, region: str) -> str:
    names = dict(REGIONS)
    for issue in issues:
        names.update((section.id, section.name) for section in (*issue.sections, *issue.rest))
        names.update(pair for entry in issue.entries for pair in zip(entry.topic_ids, entry.topics, strict=True))
    parts = [names.get(one, one) for one in (topic, region) if one]
    return clean(f"{issues[0].watch} – {', '.join(parts) if parts else issues[0].title}")


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
