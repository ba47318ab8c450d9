"""Markup to plain text: titles, summaries and bodies of items.

Whatever was written (HTML, XHTML, HTML escaped once or twice, plain text with stray entities), what comes out is plain
text without control characters. White space is single spaces, and line ends between blocks where they are asked for;
a no-break space stays only where French typography wants one.
"""

from __future__ import annotations

import html
import re
from html.entities import html5
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lxml import etree

TITLE_LIMIT = 500
SUMMARY_LIMIT = 2000
BODY_LIMIT = 200_000
# Markup beyond this is cut before it is parsed: no article is longer, and hostile ones are.
MARKUP_LIMIT = 2_000_000

_CONTROLS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b\u2060\ufeff\ufff9-\uffff\ud800-\udfff]+"
)
_BREAKING_LINES = re.compile(r"\s*\n\s*")
_SPACES = re.compile(r"\s+")
_ENTITY = re.compile(r"&(?:#\d{1,7};?|#[xX][0-9a-fA-F]{1,6};?|[A-Za-z][A-Za-z0-9]{1,31};)")
_INLINE = (
    "a abbr b bdi big br cite code del dfn em font i img ins kbd mark p q s small span strike strong sub sup tt u wbr"
)
_TITLE_TAG = re.compile(rf"</?(?:{'|'.join(_INLINE.split())}|div|h[1-6]|li|ul)(?:\s[^<>]*)?/?>", re.IGNORECASE)
_TITLE_BREAK = re.compile(r"<(?:br|p|div|li)\b", re.IGNORECASE)
_CLOSING_TAG = re.compile(r"</[a-zA-Z][a-zA-Z0-9]*\s*>|<(?:br|img|hr)\b[^<>]*>", re.IGNORECASE)
_MARKUP = re.compile(r"<[a-zA-Z!/?]")
# libxml2 compares each attribute of an HTML tag with all before it: an image within an address is let go with its tag.
_LONG_TAG = 16_000
_OVERGROWN = re.compile(rf"<[a-zA-Z/!?][^<>]{{{_LONG_TAG},}}>?")
_ANY_TAG = re.compile(r"<[^<>]*>")
_DEPTH = 2000
_CDATA = re.compile(r"<!\[CDATA\[(.*?)(?:\]\]>|$)", re.DOTALL)
_BLOCKS = [
    "address",
    "article",
    "aside",
    "blockquote",
    "br",
    "caption",
    "center",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "main",
    "menu",
    "nav",
    "ol",
    "option",
    "p",
    "pre",
    "section",
    "summary",
    "table",
    "tbody",
    "tfoot",
    "thead",
    "title",
    "tr",
    "ul",
]
_CELLS = ("td", "th")
_UNSEEN = (
    "script",
    "style",
    "noscript",
    "template",
    "iframe",
    "object",
    "svg",
    "head",
    "select",
    "textarea",
    "audio",
    "video",
)
_TAIL = 600
# What blog software appends to every summary of a feed.
_BOILERPLATE = re.compile(
    r"\s*(?:"
    r"(?:L['’]article|Cet article|L['’]article intitulé)\s.{0,300}?\s(?:est apparu en premier sur|a été publié en premier sur)\s.{1,150}"
    r"|(?:The post|The article)\s.{0,300}?\s(?:appeared first on|first appeared on)\s.{1,150}"
    r"|(?:Lire la suite|Lire l['’]article|Continuer la lecture|En savoir plus|Continue reading|Read more)(?:\s.{0,150})?(?:→|»|›|\.\.\.|…|&rarr;)?"
    r")\s*$",
    re.DOTALL,
)


def tidy(text: str) -> str:
    """Single spaces, no control characters or lone surrogates; no-break spaces kept where French typography has them."""
    text = _CONTROLS.sub("", text)
    if "\xa0" in text or "\u202f" in text:
        return _SPACES.sub(_one_space, text).strip()
    return " ".join(text.split())


def tidy_lines(text: str) -> str:
    """As `tidy`, with single line ends where there were any."""
    text = _CONTROLS.sub("", text.replace("\r", "\n"))
    if "\xa0" in text or "\u202f" in text:
        return "\n".join(line for line in (tidy(line) for line in text.split("\n")) if line)
    return "\n".join(line for line in (" ".join(line.split()) for line in text.split("\n")) if line)


def plain_title(text: str, *, markup: bool = True) -> str:
    """A title as one line of plain text.

    Args:
        text: The title as the feed or page holds it, after one decoding of its own entities.
        markup: Whether the format lets it be HTML. In a plain one, tags are removed only if they plainly are markup
            all the same (a closing tag of HTML stands in it).
    """
    if len(text) > TITLE_LIMIT * 20:
        text = text[: TITLE_LIMIT * 20]
        text = text[: text.rfind("<")] if text.rfind("<") > text.rfind(">") else text
    if "<" in text:
        text = _CDATA.sub(r"\1", text)
    text = _untagged(text, markup)
    for _ in range(3):  # escaped again and again
        if "&" not in text or not _ENTITY.search(text):
            break
        text = _untagged(unescape(text), markup=False)
    return shorten(tidy(text), TITLE_LIMIT)


def plain_text(markup: str, *, lines: bool = False, limit: int = BODY_LIMIT, literal: bool = False) -> str:
    """The visible text of an HTML fragment or document, or of plain text with entities in it.

    Args:
        markup: HTML, XHTML or text; a fragment is enough.
        literal: It is said to be plain text: it is read as HTML only if a closing tag shows that it is not.
        lines: Put each block (paragraph, item of a list, row of a table…) on a line of its own.
        limit: The greatest length of the result in characters, cut at a word.
    """
    markup = markup[:MARKUP_LIMIT]
    if "<" in markup or "&" in markup:
        markup = unescape(markup) if literal and not _CLOSING_TAG.search(markup) else _text_of(markup)
    return shorten(tidy_lines(markup) if lines else tidy(markup), limit)


def element_text(element: etree._Element, *, lines: bool = False, limit: int = BODY_LIMIT) -> str:
    """The visible text of a parsed element; the element's tree is left as it is."""
    from copy import deepcopy

    copy = deepcopy(element)
    copy.tail = None
    for node in copy.iter("*"):
        name = node.tag.rpartition("}")[2].lower()
        if name != node.tag:
            node.tag = name
    text = _visible(copy)
    return shorten(tidy_lines(text) if lines else tidy(text), limit)


def unescape(text: str) -> str:
    """Replace references to characters; only whole ones, so that `?a=1&copy=2` keeps its `copy`."""
    return _ENTITY.sub(_character, text) if "&" in text else text


def _character(found: re.Match[str]) -> str:
    name = found.group(0)
    return html.unescape(name) if name[1] == "#" or name[1:] in html5 else name


def plain_summary(markup: str, *, literal: bool = False) -> str:
    """A summary as one line of plain text, without the "Lire la suite" and "est apparu en premier sur" of blogs."""
    text = plain_text(markup, literal=literal)
    start = max(0, len(text) - _TAIL)
    found = _BOILERPLATE.search(text, start)
    return shorten(text[: found.start()] if found and found.start() else text, SUMMARY_LIMIT)


def shorten(text: str, limit: int) -> str:
    """The text, or its beginning cut at a word with an ellipsis, at most `limit` characters in all."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    cut = max(head.rfind(" "), head.rfind("\n"))
    return (head[:cut] if cut > limit // 2 else head).rstrip(" \n,;:.…") + "…"


def first_sentence(text: str, limit: int = 120) -> str:
    """The first sentence or line of a plain text, to stand in for a missing title."""
    line = text.split("\n", 1)[0]
    end = re.search(r"(?<=[.!?…])\s", line)
    return shorten(line[: end.start()] if end else line, limit).strip()


def _one_space(match: re.Match[str]) -> str:
    run = match.group(0)
    for space in ("\u202f", "\xa0"):
        if space in run:
            before = match.string[match.start() - 1 : match.start()]
            after = match.string[match.end() : match.end() + 1]
            if before == "«" or (after and after in ":;?!»%€") or (before.isdigit() and after.isdigit()):
                return space
    return " "


def _untagged(text: str, markup: bool) -> str:
    if "<" not in text or not (markup or _CLOSING_TAG.search(text)):
        return text
    text = _TITLE_BREAK.sub(lambda match: " " + match.group(0), text)
    return _TITLE_TAG.sub("", text)


def _text_of(markup: str) -> str:
    """The text of markup, looked at again if what it held was escaped markup itself."""
    text = _parsed_text(markup) if "<" in markup and _MARKUP.search(markup) else unescape(markup)
    if "&" in text or "<" in text:
        if _CLOSING_TAG.search(text) and not _CLOSING_TAG.search(markup):
            return _parsed_text(text)
        if _ENTITY.search(text):
            return unescape(text)
    return text


def html_tree(markup: str) -> etree._Element | None:
    """The root of an HTML document or fragment as lxml repairs it, or None if there is nothing in it."""
    from lxml import etree

    markup = _CONTROLS.sub("", markup)
    if len(markup) > _LONG_TAG:
        markup = _OVERGROWN.sub(" ", markup)
    try:
        return etree.fromstring(markup.encode(), _html_parser())
    except (etree.XMLSyntaxError, ValueError):
        return None


def _parsed_text(markup: str) -> str:
    if "<![CDATA[" in markup:
        markup = _CDATA.sub(r"\1", markup)
    root = html_tree(markup)
    if root is None or (markup.count("<") > _DEPTH and _depth(root) >= _DEPTH):
        return unescape(_ANY_TAG.sub(" ", markup))
    return _visible(root)


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


def _visible(root: etree._Element) -> str:
    """Text of a tree of lower-case tags, with line ends about its blocks. Changes the tree."""
    from lxml import etree

    etree.strip_elements(root, *_UNSEEN, with_tail=False)
    for block in root.iter(*_BLOCKS):
        block.text = f"\n{block.text or ''}"
        block.tail = f"\n{block.tail or ''}"
    for cell in root.iter(*_CELLS):
        cell.tail = f" {cell.tail or ''}"
    return "".join(root.itertext())
