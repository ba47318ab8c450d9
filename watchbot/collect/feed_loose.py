"""An entry as a flat run of known elements, read without caring whether its tags match.

A field reaches from its start tag to its own end tag; without one, to the start of the next field. That is how people
read a broken feed too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from watchbot.collect.clean import unescape
from watchbot.collect.feed_entry import RawEntry, RawFeed
from watchbot.collect.feed_fields import READERS, read_attributes
from watchbot.collect.feed_mend import allowed
from watchbot.collect.feed_names import canonical_name

_TOKEN = re.compile(
    r"<!\[CDATA\[|<!--|<(?P<close>/?)(?:(?P<prefix>[A-Za-z][\w.-]{0,30}):)?(?P<name>[A-Za-z][\w.-]{0,40})"
    r"(?P<attributes>(?:[^\w<>:./-][^<>]{0,5000})?)(?P<empty>/?)(?:>|(?=<)|\Z)",
    re.ASCII,
)
_ATTRIBUTE = re.compile(
    r"([A-Za-z][\w:.-]{0,40})\s*=\s*(?:\"([^\"]{0,5000})\"|'([^']{0,5000})'|([^\s\"'>]{1,5000}))", re.ASCII
)
_CDATA = re.compile(r"<!\[CDATA\[(.*?)(?:\]\]>|\Z)", re.DOTALL)
_NAME = re.compile(r"<(?:\w+:)?name\s*>(.*?)(?:<|\Z)", re.DOTALL | re.IGNORECASE)
_ANY_TAG = re.compile(r"</?[A-Za-z][^<>]*>?")
# An Atom entry's source has title, link and id of its own.
_SOURCE = re.compile(r"<source\s*>\s*(?=<)")
# Fields in which any tag is damage.
_PLAIN_FIELDS = frozenset(
    {"title", "link", "guid", "id", "pubdate", "published", "updated", "dc:date", "issued", "modified"}
)
# Fields of which a part is worse than nothing, when the document was cut within them.
_WHOLE_FIELDS = _PLAIN_FIELDS - {"title"} | {"feedburner:origlink"}
# Elements that only group others are seen through.
_TRANSPARENT = frozenset({"media:group", "media:content"})
_MAX_FIELDS = 2000


def read_loosely(stretch: str, url: str) -> RawEntry:
    """The entry that begins a stretch of text.

    Args:
        stretch: From the entry's start tag to its end tag, or as far as there is text.
        url: The address of the feed.
    """
    entry = RawEntry(base=url)
    stretch = allowed(stretch)
    source = _SOURCE.search(stretch)
    if source:
        end = stretch.find("</source", source.end())
        stretch = stretch[: source.start()] + (stretch[end:] if end >= 0 else "")
    read_attributes(entry, _attributes(stretch[: stretch.find(">") + 1 or _MAX_FIELDS]))
    for name, attributes, value in _fields(stretch):
        READERS[name](entry, _element(name, attributes, value), {})
    return entry


def read_head_loosely(head: str) -> RawFeed:
    """Title and link of a feed, from what stands before its first entry."""
    feed = RawFeed()
    for name, attributes, value in _fields(head):
        if name == "title" and not feed.title:
            feed.title = value
        if name == "link" and not feed.link and 'rel="self"' not in attributes:
            feed.link = _attributes(attributes).get("href", value).strip()
    return feed


def _fields(stretch: str) -> Iterator[tuple[str, str, str]]:
    """Name, attributes as written, and value of each known element."""
    tokens = list(_tokens(stretch))
    position = 0
    for _ in range(_MAX_FIELDS):
        while position < len(tokens) and tokens[position].kind != "start":
            position += 1
        if position == len(tokens):
            return
        opening = tokens[position]
        position += 1
        if opening.empty:
            yield opening.name, opening.attributes, ""
            continue
        end, position = _end_of(opening.name, tokens, position, len(stretch))
        if end == len(stretch) and opening.name in _WHOLE_FIELDS:
            return
        yield opening.name, opening.attributes, _value(opening.name, stretch[opening.end : end])


class Finder:
    """Finds a mark again and again from ever later positions, without searching the same text twice."""

    __slots__ = ("_mark", "_next", "_text")

    def __init__(self, text: str, mark: str) -> None:
        self._text, self._mark, self._next = text, mark, text.find(mark)

    def after(self, position: int) -> int:
        """The position just after the first mark at or after a position, or 0 if there is none."""
        if 0 <= self._next < position:
            self._next = self._text.find(self._mark, position)
        return self._next + len(self._mark) if self._next >= 0 else 0


class _Token:
    __slots__ = ("attributes", "empty", "end", "kind", "name", "start")

    def __init__(self, found: re.Match[str], name: str) -> None:
        self.kind = "end" if found["close"] else "start"
        self.name = name
        self.start, self.end = found.span()
        attributes = found["attributes"] or ""
        self.empty = bool(found["empty"]) or attributes.endswith("/")
        self.attributes = attributes


def _tokens(stretch: str) -> Iterator[_Token]:
    position = 0
    comments, sections = Finder(stretch, "-->"), Finder(stretch, "]]>")
    while found := _TOKEN.search(stretch, position):
        position = found.end()
        if found["name"] is None:
            position = (sections if found.group(0)[2] == "[" else comments).after(position) or position
            continue
        prefix = (found["prefix"] or "").lower()
        name = canonical_name(f"{{urn:{prefix}}}{found['name']}", prefix) if prefix else found["name"].lower()
        if name in READERS and name not in _TRANSPARENT:
            yield _Token(found, name)


def _end_of(name: str, tokens: list[_Token], position: int, length: int) -> tuple[int, int]:
    """Where the value of an opened field ends, and the token to go on from."""
    others = False
    for index in range(position, len(tokens)):
        token = tokens[index]
        if token.name != name:
            others |= token.kind == "start"
        elif token.kind == "end":
            return token.start, index + 1
        elif others:
            break  # this end tag is another's
    following = next((index for index in range(position, len(tokens)) if tokens[index].kind == "start"), None)
    return (tokens[following].start, following) if following is not None else (length, len(tokens))


def _value(name: str, content: str) -> str:
    if name == "author" and (found := _NAME.search(content)):
        content = found.group(1)
    parts, position, markup = [], 0, False
    for found in _CDATA.finditer(content):
        before = content[position : found.start()]
        parts += [before, found.group(1)]
        position, markup = found.end(), True
    rest = content[position:]
    if markup:
        return "".join([*parts, rest])
    if name in _PLAIN_FIELDS:
        rest = _ANY_TAG.sub("", rest)
    return rest if "<" in rest else unescape(rest)


def _attributes(text: str) -> dict[str, str]:
    return {name.lower(): allowed(unescape(one or two or three)) for name, one, two, three in _ATTRIBUTE.findall(text)}


def _element(name: str, attributes: str, value: str) -> Any:
    from lxml import etree

    element = etree.Element(name.rpartition(":")[2])
    element.text = allowed(value)  # references can bring in more of them
    for key, content in _attributes(attributes).items():
        if ":" not in key:
            element.set(key, content)
    return element
