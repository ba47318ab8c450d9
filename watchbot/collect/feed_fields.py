"""Readers of the elements within an entry of RSS, RDF, Atom or CDF: one for each canonical name."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from watchbot.collect.canonical import absolute
from watchbot.collect.clean import element_text
from watchbot.collect.feed_entry import RawEntry
from watchbot.collect.feed_names import canonical_name

Names = dict[str, str]
Reader = Callable[[RawEntry, Any, Names], None]

_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
XML_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_HTML_TYPES = frozenset({"", "text/html", "html", "application/xhtml+xml", "xhtml"})


def name_of(element: Any, names: Names) -> str:
    """The canonical name of an element; `names` remembers those of tags already met."""
    tag = element.tag
    name = names.get(tag)
    if name is None:
        name = names[tag] = canonical_name(tag, element.prefix)
    return name


def read_children(entry: RawEntry, element: Any, names: Names) -> None:
    """Give each child of an element to its reader."""
    for child in element:
        name = names.get(child.tag) or name_of(child, names)
        reader = READERS.get(name)
        if reader is not None:
            reader(entry, child, names)


def read_attributes(entry: RawEntry, attributes: Mapping[str, str]) -> None:
    """What stands in an entry's own tag: `rdf:about` of RSS 1.0, link and date of Microsoft's CDF."""
    entry.guid = (attributes.get(_ABOUT) or attributes.get("rdf:about") or "").strip()
    entry.offer_link(entry.guid if entry.guid.startswith("http") else "", 0)
    for key in ("HREF", "href"):
        if key in attributes:
            entry.offer_link(attributes[key], 2)
    for key in ("LASTMOD", "lastmod"):
        if key in attributes:
            entry.updated.append(attributes[key])


def text_of(element: Any) -> str:
    """The text of an element that should be plain, with that of whatever stands within it."""
    if len(element):
        return element_text(element)
    return element.text or ""


def _markup(element: Any) -> tuple[str, bool]:
    """The text of an element that may hold markup, and whether it is plain text for certain."""
    if len(element):
        return element_text(element, lines=True), True
    text = element.text or ""
    if element.get("mode") == "base64" or _is_binary(element.get("type") or ""):
        try:
            text = base64.b64decode(text, validate=False).decode("utf-8")
        except (binascii.Error, ValueError):
            text = ""
    return text, False


def _is_binary(kind: str) -> bool:
    """Whether an Atom construct of this type is base64 (RFC 4287, section 4.1.3.3)."""
    kind = kind.strip().lower()
    return "/" in kind and not kind.startswith("text/") and not kind.endswith(("/xml", "+xml", "/html"))


def _is_literal(element: Any) -> bool:
    """Whether an Atom construct says of itself, or by default, that it is plain text (RFC 4287, section 3.1)."""
    kind = element.get("type")
    if kind is None:
        return "atom" in element.tag.lower()
    return kind.strip().lower() in ("text", "text/plain", "plain")


def _title(rank: int) -> Reader:
    def read(entry: RawEntry, element: Any, _names: Names) -> None:
        text, certain = _markup(element)
        entry.offer_title(text, rank, literal=certain or _is_literal(element))

    return read


def _summary(rank: int) -> Reader:
    def read(entry: RawEntry, element: Any, _names: Names) -> None:
        text, certain = _markup(element)
        entry.offer_summary(text, rank, literal=certain or _is_literal(element))

    return read


def _content(entry: RawEntry, element: Any, _names: Names) -> None:
    kind = element.get("type", "").strip().lower()
    if kind.partition("/")[0] in ("image", "audio", "video"):
        return
    text, certain = _markup(element)
    entry.offer_content(text, literal=certain or _is_literal(element))
    if not text and element.get("src"):
        entry.offer_link(element.get("src"), 0)


def _published(rank: int) -> Reader:
    def read(entry: RawEntry, element: Any, _names: Names) -> None:
        if element.text:
            entry.published.append((rank, element.text))

    return read


def _updated(entry: RawEntry, element: Any, _names: Names) -> None:
    if element.text:
        entry.updated.append(element.text)


def _link(entry: RawEntry, element: Any, _names: Names) -> None:
    href = element.get("href") or element.get("url") or element.get("HREF") or element.text or ""
    base = element.get(XML_BASE)
    if base:
        href = absolute(absolute(entry.base, base), href) or href
    relation = (element.get("rel") or "alternate").strip().lower()
    if relation == "enclosure":
        entry.enclosure = entry.enclosure or href
    elif relation == "alternate":
        kind = (element.get("type") or "").strip().lower()
        entry.offer_link(href, 3 if kind in _HTML_TYPES else 2)
    elif relation in ("via", "related", "canonical", "http://www.iana.org/assignments/relation/alternate"):
        entry.offer_link(href, 1)
    elif relation == "self":
        entry.offer_link(href, 0)


def _original_link(entry: RawEntry, element: Any, _names: Names) -> None:
    entry.original_link = (element.text or "").strip()


def _guid(entry: RawEntry, element: Any, _names: Names) -> None:
    text = (element.text or "").strip()
    if text:
        entry.guid = text
        permalink = element.get("isPermaLink") or element.get("ispermalink") or "true"
        entry.guid_is_link = permalink.strip().lower() == "true"


def _enclosure(entry: RawEntry, element: Any, _names: Names) -> None:
    entry.enclosure = entry.enclosure or element.get("url") or element.get("href") or ""


def _author(rank: int) -> Reader:
    def read(entry: RawEntry, element: Any, names: Names) -> None:
        entry.authors.extend((rank, person) for person in people_of(element, names))

    return read


def people_of(element: Any, names: Names) -> Iterator[str]:
    """Names within a person construct, or the text itself; an address only where there is no name."""
    if not len(element):
        yield element.text or ""
        return
    found = {name_of(child, names).rpartition(":")[2]: child.text or "" for child in element.iter("*")}
    yield found.get("name") or found.get("email") or element.text or ""


def _category(entry: RawEntry, element: Any, _names: Names) -> None:
    scheme = element.get("scheme") or ""
    if scheme.startswith("http://schemas.google.com/"):
        return  # Blogger and YouTube say by it that an entry is an entry
    term = element.get("term") or element.get("text") or element.text or element.get("label") or ""
    entry.categories.append(term)
    for child in element.iter("{*}category"):
        if child is not element and child.get("text"):
            entry.categories.append(child.get("text"))
    for topic in element.iter("{*}topic"):
        entry.categories.extend(value for key, value in topic.attrib.items() if key.endswith("resource"))


def _keywords(entry: RawEntry, element: Any, _names: Names) -> None:
    entry.categories.extend((element.text or "").split(","))


def _media(entry: RawEntry, element: Any, names: Names) -> None:
    """`media:group` and `media:content` hold titles and texts of a medium, good where the entry has none."""
    if not entry.enclosure:
        entry.enclosure = element.get("url") or ""
    read_children(entry, element, names)


READERS: dict[str, Reader] = {
    "title": _title(3),
    "dc:title": _title(3),
    "itunes:title": _title(2),
    "media:title": _title(1),
    "description": _summary(5),
    "summary": _summary(5),
    "abstract": _summary(4),
    "dc:description": _summary(4),
    "dcterms:abstract": _summary(4),
    "excerpt:encoded": _summary(4),
    "itunes:summary": _summary(3),
    "media:description": _summary(2),
    "itunes:subtitle": _summary(1),
    "content": _content,
    "content:encoded": _content,
    "body": _content,
    "xhtml:body": _content,
    "xhtml:div": _content,
    "fullitem": _content,
    "yandex:full-text": _content,
    "link": _link,
    "feedburner:origlink": _original_link,
    "guid": _guid,
    "id": _guid,
    "enclosure": _enclosure,
    "media:player": _enclosure,
    "media:group": _media,
    "media:content": _media,
    "pubdate": _published(5),
    "published": _published(5),
    "issued": _published(5),
    "dcterms:issued": _published(4),
    "dcterms:available": _published(3),
    "dc:date": _published(3),
    "date": _published(3),
    "prism:publicationdate": _published(2),
    "created": _published(1),
    "dcterms:created": _published(1),
    "updated": _updated,
    "modified": _updated,
    "dcterms:modified": _updated,
    "lastbuilddate": _updated,
    "dc:creator": _author(3),
    "author": _author(2),
    "dc:author": _author(2),
    "itunes:author": _author(1),
    "category": _category,
    "dc:subject": _category,
    "keywords": _keywords,
    "media:category": _category,
    "media:keywords": _keywords,
    "itunes:category": _category,
    "itunes:keywords": _keywords,
    "tags": _keywords,
}
