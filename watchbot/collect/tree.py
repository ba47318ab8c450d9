"""A fetched HTML page as a tree that is safe to walk: decoded, bounded, without what nobody reads.

Built on lxml, whose parser (libxml2) repairs any markup. What it does badly is kept from it: a tag with very many
attributes (it compares each with all before) and documents beyond `MAX_CHARACTERS`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from watchbot.collect.canonical import absolute
from watchbot.collect.charset import decode
from watchbot.collect.clean import tidy
from watchbot.errors import ParseError

if TYPE_CHECKING:
    from lxml.cssselect import CSSSelector
    from lxml.html import HtmlElement

    from watchbot.model import Response

MAX_CHARACTERS = 8_000_000
MAX_LINKED_DATA = 1_000_000
_LONG_TAG = 8_000
_MANY_ATTRIBUTES = 500

# Comments and raw text first, so that what stands in them is not taken for tags. No part can fail: the scan is linear.
_TAG = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|textarea|title)\b.*?(?:</\1|\Z)"
    r"|(?P<tag><[a-zA-Z](?:=\s*+\"[^\"]*+\"|=\s*+'[^']*+'|[^>])*+(?:>|\Z))",
    re.DOTALL | re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r"[\s\"'/][^\s\"'/>=]")
_UNREAD = ("script", "style", "template", "svg", "iframe", "object", "canvas", "math", "audio", "video")
# A space before each start and end of a block keeps the words of neighbouring blocks apart.
_BLOCK = re.compile(
    r"(?=</?(?:address|article|aside|blockquote|br|button|caption|center|dd|details|dialog|div|dl|dt|fieldset|figcaption|figure|footer|form"
    r"|h[1-6]|header|hr|legend|li|main|menu|nav|ol|option|p|pre|section|select|summary|table|tbody|td|tfoot|th|thead|tr|ul)[\s/>])",
    re.IGNORECASE,
)
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]")


@dataclass(frozen=True, slots=True)
class Page:
    """One HTML page. `base` is what its relative links start from; `linked_data` are its JSON-LD blocks, unparsed."""

    root: HtmlElement
    url: str
    base: str
    linked_data: tuple[str, ...] = ()
    metas: dict[str, str] = field(default_factory=dict)
    _links: dict[str, str] = field(default_factory=dict, repr=False)

    def link(self, href: str | None) -> str:
        """The absolute http(s) address of a link as written, without its fragment; empty when it leads nowhere."""
        if not href or href.lstrip()[:1] == "#":
            return ""
        known = self._links.get(href)
        if known is None:
            address = absolute(self.base, href)
            head, _, fragment = address.partition("#")
            # `#!/…` and `#/…` are routes of an application, not places in a page.
            known = self._links[href] = address if fragment.startswith(("!", "/")) else head
        return known


def read_page(response: Response) -> Page:
    """Parse a response as HTML.

    Raises:
        ParseError: With reason `empty` when there is nothing to parse, `too-large` beyond `MAX_CHARACTERS`.
    """
    return page_of(decode(response.content, response.headers), response.url)


def page_of(text: str, url: str) -> Page:
    """Parse HTML text fetched from `url`; see `read_page`."""
    from lxml import etree, html

    if len(text) > MAX_CHARACTERS:
        message = f"the page {url} has {len(text)} characters, more than the {MAX_CHARACTERS} that are read"
        raise ParseError(message, url=url, reason="too-large")
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    source = _BLOCK.sub(" ", _without_swollen_tags(text.replace("\0", ""))).encode("utf-8", "replace")
    try:
        root = html.document_fromstring(source, parser=parser)
    except (etree.LxmlError, ValueError, AssertionError) as error:
        message = f"nothing to read in the page {url}: it is empty"
        raise ParseError(message, url=url, reason="empty") from error
    linked_data = tuple(_linked_data(root))
    base = next((element.get("href", "") for element in root.iter("base") if element.get("href")), "")
    etree.strip_elements(root, *_UNREAD, with_tail=False)
    return Page(root, url, absolute(url, base) or url, linked_data, _metas(root))


def select(node: HtmlElement, selector: str) -> list[HtmlElement]:
    """The descendants of a node (itself included) that a CSS selector matches, in document order.

    Raises:
        ParseError: With reason `selector` when the selector is not valid CSS.
    """
    return list(_compiled(selector)(node))


def select_one(node: HtmlElement, selector: str) -> HtmlElement | None:
    """The first element that `select` finds, or None."""
    found = select(node, selector)
    return found[0] if found else None


@lru_cache(maxsize=512)
def _compiled(selector: str) -> CSSSelector:
    from cssselect import SelectorError
    from lxml import etree
    from lxml.cssselect import CSSSelector

    try:
        return CSSSelector(selector, translator="html")
    except (SelectorError, etree.XPathError, ValueError, TypeError, RecursionError) as error:
        message = f"the CSS selector {selector!r} is not valid: {error}"
        raise ParseError(message, url="", reason="selector") from error


def text_of(node: HtmlElement, *, limit: int = 200_000) -> str:
    """The text of a node as read: white space collapsed, words of neighbouring blocks kept apart; at most `limit` characters."""
    pieces, room = [], 2 * limit
    for piece in node.itertext():
        pieces.append(piece)
        room -= len(piece)
        if room < 0:
            break
    return tidy("".join(pieces))[:limit]


def word_count(text: str) -> int:
    """How many words a text has; in scripts that do not space words, two characters count as one."""
    unspaced = 0 if text.isascii() else len(_UNSPACED.findall(text))
    return len(text.split()) + unspaced // 2


def tokens(node: HtmlElement) -> list[str]:
    """The classes of a node."""
    return (node.get("class") or "").split()


def _linked_data(root: HtmlElement) -> Iterator[str]:
    for script in root.iter("script"):
        if "ld+json" in (script.get("type") or "").lower() and script.text and len(script.text) <= MAX_LINKED_DATA:
            yield script.text


def _metas(root: HtmlElement) -> dict[str, str]:
    """The first content of each `meta`, by its name or property in lower case."""
    found: dict[str, str] = {}
    for meta in root.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop")
        content = meta.get("content")
        if name and content:
            found.setdefault(name.strip().lower()[:100], tidy(content[:5000]))
    return found


def _without_swollen_tags(text: str) -> str:
    """Cut tags of hundreds of attributes to their name: only an attack has them, and the parser takes quadratic time."""
    if len(text) < _LONG_TAG:
        return text
    pieces: list[str] = []
    end = 0
    for tag in _TAG.finditer(text):
        if tag.end() - tag.start() > _LONG_TAG and tag["tag"] and _is_swollen(tag["tag"]):
            pieces += (text[end : tag.start()], tag["tag"][:40].split()[0], ">")
            end = tag.end()
    return "".join((*pieces, text[end:])) if pieces else text


def _is_swollen(tag: str) -> bool:
    return (
        sum(1 for _, _ in zip(range(_MANY_ATTRIBUTES + 1), _ATTRIBUTE.finditer(tag), strict=False)) > _MANY_ATTRIBUTES
    )
