"""OPML 2.0 (http://opml.org/spec2.opml): lists of feeds from and for other readers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from watchbot.collect.adding import slug_for
from watchbot.collect.canonical import absolute
from watchbot.collect.charset import decode
from watchbot.collect.clean import plain_title, tidy
from watchbot.errors import ParseError
from watchbot.model import Kind, Source

MAX_FEEDS = 20_000
MAX_DEPTH = 64


@dataclass(frozen=True, slots=True)
class OpmlFeed:
    """One feed of an OPML file. `folders` are the outlines around it, outermost first."""

    title: str
    url: str
    home: str = ""
    folders: tuple[str, ...] = ()
    language: str = ""


def read_opml(data: bytes, *, where: str = "the OPML file") -> tuple[OpmlFeed, ...]:
    """The feeds of an OPML file, in its order, each address once.

    Args:
        data: The file; badly formed XML is mended where it can be.
        where: Its name, for messages.

    Raises:
        ParseError: It is no OPML (`not-opml`), declares entities (`entities`), or lists more than `MAX_FEEDS` feeds (`too-large`).
    """
    from lxml import etree

    text = decode(data, {})
    if "<!ENTITY" in text:
        raise ParseError(f"{where}: it declares entities, which no OPML needs: refused", url="", reason="entities")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=False)
    start = text.find("<opml")
    try:
        root = etree.fromstring(text[start:].encode("utf-8", "replace"), parser) if start >= 0 else None
    except etree.XMLSyntaxError:
        root = None
    if root is None or root.tag != "opml":
        raise ParseError(f"{where}: it is not OPML", url="", reason="not-opml")
    found: dict[str, OpmlFeed] = {}
    for feed in _feeds(root):
        found.setdefault(feed.url, feed)
        if len(found) > MAX_FEEDS:
            raise ParseError(f"{where}: more than {MAX_FEEDS} feeds", url="", reason="too-large")
    return tuple(found.values())


def _feeds(root: Any) -> Iterator[OpmlFeed]:
    """Walk the outlines in order; names of attributes are compared without their case, as readers write them."""
    waiting: list[tuple[Any, tuple[str, ...]]] = [(child, ()) for child in reversed(root.findall("body/outline"))]
    while waiting:
        outline, folders = waiting.pop()
        said = {str(name).lower(): str(value).strip() for name, value in outline.attrib.items()}
        title = plain_title(said.get("title") or said.get("text") or "")
        url = absolute("", said.get("xmlurl", "")) if said.get("xmlurl") else ""
        if url:
            yield OpmlFeed(
                title or url, url, absolute(url, said.get("htmlurl", "")), folders, said.get("language", "")[:2].lower()
            )
        inner = folders if url or not title or len(folders) >= MAX_DEPTH else (*folders, title)
        waiting += [(child, inner) for child in reversed(outline.findall("outline"))]


def tables_of(feeds: Iterable[OpmlFeed], *, taken: Collection[str] = (), day: str) -> list[dict[str, Any]]:
    """Tables for sources.toml (see `adding.append_source`), with ids unlike those taken and unlike each other."""
    used = set(taken)
    tables = []
    for feed in feeds:
        identity = slug_for(feed.url, used)
        used.add(identity)
        table: dict[str, Any] = {
            "id": identity,
            "name": feed.title[:200],
            "publisher": feed.title[:200],
            "kind": Kind.FEED.value,
            "url": feed.url,
            "language": feed.language if feed.language.isalpha() and len(feed.language) == 2 else "fr",
            "checked": f"importé d’un fichier OPML, {day}",
        }
        tables.append({**table, "home": feed.home} if feed.home else table)
    return tables


def write_opml(sources: Iterable[Source], *, title: str, now: datetime) -> str:
    """The feeds among some sources as OPML 2.0, in folders by publisher where one has several; other kinds are left out.

    Args:
        sources: What to list.
        title: The list's title.
        now: When it is made, aware.
    """
    from email.utils import format_datetime

    from lxml import etree

    root = etree.Element("opml", version="2.0")
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = tidy(title)
    etree.SubElement(head, "dateCreated").text = format_datetime(now)
    body = etree.SubElement(root, "body")
    groups: dict[str, list[Source]] = {}
    for source in sources:
        if source.kind is Kind.FEED:
            groups.setdefault(source.publisher, []).append(source)
    for publisher, members in groups.items():
        parent = (
            etree.SubElement(body, "outline", text=tidy(publisher), title=tidy(publisher)) if len(members) > 1 else body
        )
        for source in members:
            parts = urlsplit(source.url)
            home = source.home or f"{parts.scheme}://{parts.netloc}/"
            etree.SubElement(
                parent,
                "outline",
                type="rss",
                text=tidy(source.name),
                title=tidy(source.name),
                xmlUrl=source.url,
                htmlUrl=home,
                language=source.language,
            )
    etree.indent(root)
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return written.decode("utf-8") + "\n"
