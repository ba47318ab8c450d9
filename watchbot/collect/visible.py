"""The text that a reader sees in HTML, with line ends where blocks begin and end.

Most markup of feeds is simple: known tags, nothing hidden. Its tags are replaced at once. Any other goes through lxml,
whose parser (libxml2) repairs whatever it is given.
"""

from __future__ import annotations

import html
import re
from functools import lru_cache
from html.entities import html5
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lxml import etree

INLINE = (
    "a abbr acronym b bdi bdo big cite code del dfn em font i img ins kbd label mark q s small span strike strong sub sup time tt u var wbr"
)  # fmt: skip
_BLOCK_NAMES = (
    "address article aside blockquote body br caption center dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 "
    "header hr html li main menu nav ol option p pre section summary table tbody tfoot thead title tr ul"
)
BLOCKS = frozenset(_BLOCK_NAMES.split())
_CELLS = frozenset({"td", "th"})
_UNSEEN = frozenset(
    {
        "audio",
        "head",
        "iframe",
        "noscript",
        "object",
        "script",
        "select",
        "style",
        "svg",
        "template",
        "textarea",
        "video",
    }
)

CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b\u2060\ufeff\ufff9-\uffff\ud800-\udfff]+")
_ENTITY = re.compile(r"&(?:#\d{1,7};?|#[xX][0-9a-fA-F]{1,6};?|[A-Za-z][A-Za-z0-9]{1,31};)")
_CLOSING_TAG = re.compile(r"</[a-zA-Z][a-zA-Z0-9]*\s*>|<(?:br|img|hr)\b[^<>]*>", re.IGNORECASE)
_MARKUP = re.compile(r"<[a-zA-Z!/?]")
# Attributes as they should be: quotes that hold an angle, or that do not match, are for the parser.
_REST = r"(?:\s[^<>\"']*(?:(?:\"[^\"<>]*\"|'[^'<>]*')[^<>\"']*)*)?/?>"
_TAG = re.compile(rf"<(/?[a-zA-Z][a-zA-Z0-9]*){_REST}")
# What a tag becomes; one that is not here is left to the parser.
_REPLACEMENTS = (
    {slash + name: "\n" for name in BLOCKS for slash in ("", "/")}
    | {slash + name: "" for name in INLINE.split() for slash in ("", "/")}
    | {"td": "", "th": "", "/td": " ", "/th": " "}
)
# libxml2 compares each attribute of an HTML tag with all before it: an image within an address is let go with its tag.
_LONG_TAG = 16_000
_OVERGROWN = re.compile(rf"<[a-zA-Z/!?][^<>]{{{_LONG_TAG},}}>?")
_ANY_TAG = re.compile(r"<[^<>]*>")
_DEPTH = 2000
_CDATA = re.compile(r"<!\[CDATA\[(.*?)(?:\]\]>|$)", re.DOTALL)


def unescape(text: str) -> str:
    """Replace references to characters; only whole ones, so that `?a=1&copy=2` keeps its `copy`."""
    return _ENTITY.sub(_character, text) if "&" in text else text


def has_entities(text: str) -> bool:
    """Whether a reference to a character stands in the text."""
    return "&" in text and _ENTITY.search(text) is not None


def is_markup(text: str) -> bool:
    """Whether a text is HTML for certain: a closing tag, or one that needs none, stands in it."""
    return "<" in text and _CLOSING_TAG.search(text) is not None


def without_sections(text: str) -> str:
    """The text with the marks of CDATA sections removed."""
    return _CDATA.sub(r"\1", text) if "<![CDATA[" in text else text


@lru_cache(maxsize=2)  # a summary that is also the body is looked at twice in a row
def visible_text(markup: str) -> str:
    """The text of HTML or of text with entities; looked at again if what it held was escaped markup itself."""
    text = _text_of(markup) if "<" in markup and _MARKUP.search(markup) else unescape(markup)
    if "&" in text or "<" in text:
        if is_markup(text) and not is_markup(markup):
            return _text_of(text)
        if _ENTITY.search(text):
            return unescape(text)
    return text


def html_tree(markup: str) -> etree._Element | None:
    """The root of an HTML document or fragment as lxml repairs it, or None if there is nothing in it."""
    from lxml import etree

    markup = markup.replace("\0", "")
    if len(markup) > _LONG_TAG:
        markup = _OVERGROWN.sub(" ", markup)
    try:
        return etree.fromstring(markup.encode("utf-8", "ignore"), _html_parser())
    except (etree.XMLSyntaxError, ValueError):
        return None


def tree_text(root: etree._Element) -> str:
    """Text of a tree in HTML or XHTML, with line ends about its blocks; the tail of the root is not part of it."""
    from lxml import etree

    pieces: list[str] = []
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, node in walk:
        tag = _local_name(node.tag)
        if event == "start":
            if tag in _UNSEEN:
                walk.skip_subtree()
            elif tag in BLOCKS:
                pieces += ("\n", node.text or "")
            elif node.text and tag:
                pieces.append(node.text)
            continue
        if tag in BLOCKS:
            pieces.append("\n")
        elif tag in _CELLS:
            pieces.append(" ")
        if node.tail and node is not root:
            pieces.append(node.tail)
    return "".join(pieces)


def _local_name(tag: Any) -> str:
    """The lower-case name of a tag without its namespace; empty for a comment."""
    if not isinstance(tag, str):
        return ""
    return tag if tag.islower() and tag[0] != "{" else tag.rpartition("}")[2].lower()


def _text_of(markup: str) -> str:
    text = _TAG.sub(_replacement, markup)
    return _parsed_text(markup) if "<" in text else unescape(text)


def _replacement(found: re.Match[str]) -> str:
    return _REPLACEMENTS.get(found[1].lower(), "<")


def _parsed_text(markup: str) -> str:
    markup = without_sections(markup)
    root = html_tree(markup)
    if root is None or (markup.count("<") > _DEPTH and _depth(root) >= _DEPTH):
        return unescape(_ANY_TAG.sub(" ", markup))
    return tree_text(root)


def _character(found: re.Match[str]) -> str:
    return _meaning(found.group(0))


@lru_cache(maxsize=1024)
def _meaning(reference: str) -> str:
    return html.unescape(reference) if reference[1] == "#" or reference[1:] in html5 else reference


def _depth(root: etree._Element) -> int:
    """How deep the last branch goes; libxml2 drops what lies deeper than its limit."""
    depth = 1
    while len(root):
        root = root[-1]
        depth += 1
    return depth


_PARSERS: list[Any] = []


def _html_parser() -> Any:
    if not _PARSERS:
        from lxml import etree

        _PARSERS.append(
            etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=True)
        )
    return _PARSERS[0]
