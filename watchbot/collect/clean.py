"""Markup to plain text: titles, summaries and bodies of items.

Whatever was written (HTML, XHTML, HTML escaped once or twice, plain text with stray entities), what comes out is plain
text without control characters. White space is single spaces, and line ends between blocks where they are asked for;
a no-break space stays only where French typography wants one.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from watchbot.collect.visible import (
    CONTROLS,
    INLINE,
    has_entities,
    html_tree,
    is_markup,
    tree_text,
    unescape,
    visible_text,
    without_sections,
)

if TYPE_CHECKING:
    from lxml import etree

__all__ = [
    "element_text",
    "first_sentence",
    "html_tree",
    "plain_summary",
    "plain_text",
    "plain_title",
    "shorten",
    "tidy",
    "tidy_lines",
    "unescape",
]

TITLE_LIMIT = 500
SUMMARY_LIMIT = 2000
BODY_LIMIT = 200_000
# Markup beyond this is cut before it is parsed: no article is longer, and hostile ones are.
MARKUP_LIMIT = 2_000_000

# The no-break spaces, each with the sign that stands for it while white space is made single.
_NO_BREAK = (("\xa0", "⍽"), ("\u202f", "⎵"))
# French has one before these signs (also after « and between digits).
_AFTER_NO_BREAK = frozenset(":;?!»%€")
_TITLE_BLOCKS = "applet|blink|br|center|div|embed|font|frame|frameset|h[1-6]|iframe|li|link|marquee|meta|nobr|noscript|ol|p|script|style|ul"
_TITLE_TAG = re.compile(rf"</?(?:{'|'.join(INLINE.split())}|{_TITLE_BLOCKS})(?:\s[^<>]*)?/?>", re.IGNORECASE)
# What no title shows, with all that is in it.
_TITLE_UNSEEN = re.compile(
    r"<(script|style|iframe|noscript|template)\b[^<>]*>.{0,2000}?</\1\s*>", re.IGNORECASE | re.DOTALL
)
_PAGE = re.compile(r"<(?:!doctype|html|body|object\s)", re.IGNORECASE)
_TITLE_BREAK = re.compile(r"(?=<(?:br|p|div|li)\b)", re.IGNORECASE)
_TAIL = 600
# What blog software appends to every summary of a feed.
_BOILERPLATE = re.compile(
    r"(?:"
    r"(?:L['’]article|Cet article|L['’]article intitulé)\s.{0,300}?\s(?:est apparu en premier sur|a été publié en premier sur)\s.{1,150}"
    r"|(?:The post|The article)\s.{0,300}?\s(?:appeared first on|first appeared on)\s.{1,150}"
    r"|(?:Lire la suite|Lire l['’]article|Continuer la lecture|En savoir plus|Continue reading|Read more)(?:\s.{0,150})?(?:→|»|›|\.\.\.|…|&rarr;)?"
    r")\s*$",
    re.DOTALL,
)

# Its first words: to look for these is much quicker than to try the pattern everywhere.
_BOILERPLATE_OPENINGS = (
    *("L'article ", "L’article ", "Cet article ", "The post ", "The article ", "Lire la suite", "Lire l'article"),
    *("Lire l’article", "Continuer la lecture", "En savoir plus", "Continue reading", "Read more"),
)


def tidy(text: str) -> str:
    """Single spaces, no control characters or lone surrogates; no-break spaces kept where French typography has them."""
    if "\xa0" in text or "\u202f" in text:
        return _tidy_typographic(text)
    text = " ".join(text.split())
    # What is printable holds nothing to remove, and to ask is much quicker than to look for it.
    return text if text.isprintable() else " ".join(CONTROLS.sub("", text).split())


def tidy_lines(text: str) -> str:
    """As `tidy`, with single line ends where there were any."""
    if "\r" in text:
        text = text.replace("\r", "\n")
    return "\n".join([tidied for line in text.split("\n") if line and (tidied := tidy(line))])


def _tidy_typographic(text: str) -> str:
    for space, mark in _NO_BREAK:
        if space in text:
            text = _marked(text, space, mark)
    text = tidy(text)
    for space, mark in _NO_BREAK:
        if mark in text:
            text = text.replace(f" {mark}", mark).replace(f"{mark} ", mark).strip(mark).replace(mark, space)
    return text


def _marked(text: str, space: str, mark: str) -> str:
    """The text with a mark for each no-break space that is to stay, and a plain space for any other."""
    pieces = text.split(space)
    marked = [pieces[0]]
    for before, after in pairwise(pieces):
        left, right = before[-1:], after[:1]
        stays = left == "«" or (left.isdigit() and right.isdigit()) or after[:3].lstrip()[:1] in _AFTER_NO_BREAK
        marked += (mark if stays else " ", after)
    return "".join(marked)


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
    text = _untagged(without_sections(text), markup)
    for _ in range(3):  # escaped again and again
        if not has_entities(text):
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
        markup = unescape(markup) if literal and not is_markup(markup) else visible_text(markup)
    return shorten(tidy_lines(markup) if lines else tidy(markup), limit)


def element_text(element: etree._Element, *, lines: bool = False, limit: int = BODY_LIMIT) -> str:
    """The visible text of a parsed element; the element's tree is left as it is."""
    text = tree_text(element)
    return shorten(tidy_lines(text) if lines else tidy(text), limit)


def plain_summary(markup: str, *, literal: bool = False) -> str:
    """A summary as one line of plain text, without the "Lire la suite" and "est apparu en premier sur" of blogs."""
    text = plain_text(markup, literal=literal)
    return shorten(text[: _boilerplate_start(text)], SUMMARY_LIMIT)


def _boilerplate_start(text: str) -> int:
    """Where the boilerplate at the end of a tidy text begins, or the length of the text when it has none or is no more."""
    begin = max(0, len(text) - _TAIL)
    starts: list[int] = []
    for opening in _BOILERPLATE_OPENINGS:
        start = text.find(opening, begin)
        while start >= 0:
            starts.append(start)
            start = text.find(opening, start + 1)
    for start in sorted(starts):
        if _BOILERPLATE.match(text, start):
            return len(text[:start].rstrip()) or len(text)
    return len(text)


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


def _untagged(text: str, markup: bool) -> str:
    if "<" not in text or not (markup or is_markup(text)):
        return text
    if _PAGE.search(text):
        return visible_text(text)
    return _TITLE_TAG.sub("", _TITLE_BREAK.sub(" ", _TITLE_UNSEEN.sub("", text)))
