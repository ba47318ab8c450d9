"""Raw text made fit to be judged: no markup, no characters that do not show, no decoration.

The collector hands over clean text; a command, a file of examples or an API may not. Text that is clean comes back as it was.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator

# Marks that show nothing (soft hyphen, joiners, directions, selectors, tags) and controls other than white space.
_HIDDEN_MARKS = (
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff"
)
# Arrows, boxes, shapes, dingbats, pictographs: they part words as a dash would.
_DECORATIONS = (
    "\u20e3\u2190-\u21ff\u2300-\u23ff\u2500-\u27bf\u2900-\u297f\u2b00-\u2bff\ufffc\ufffd\U0001f000-\U0001faff"
)
# Letters in fancy dress: ligatures, full width, mathematical.
_FANCY_LETTERS = "\ufb00-\ufb06\uff01-\uff5e\U0001d400-\U0001d7ff"
_HIDDEN = re.compile(f"[{_HIDDEN_MARKS}]+")
_DECORATION = re.compile(f"[{_DECORATIONS}]+")
_FANCY = re.compile(f"[{_FANCY_LETTERS}]+")
# Any of these, or an accent that stands apart from its letter.
_ODD = re.compile(f"[{_HIDDEN_MARKS}{_DECORATIONS}{_FANCY_LETTERS}\u0300-\u036f]")

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
# A tag, or where a comment begins; the name decides whether it parts words.
_TAG = re.compile(r"<!--|</?([a-zA-Z][a-zA-Z0-9:-]*)(?:[\s/][^<>]*)?>|<[!?][^<>]*>")
_INLINE_NAMES = "a abbr b bdi bdo big cite code del dfn em font i ins kbd label mark q s small span strike strong sub sup time tt u var wbr"
_INLINE = frozenset(_INLINE_NAMES.split())
_CLOSINGS = {
    name: re.compile(f"</{name}", re.IGNORECASE) for name in ("script", "style", "template", "noscript", "svg")
}
_CLOSINGS["<!--"] = re.compile("-->")


def plain(text: str) -> str:
    """The text without tags, entities, hidden characters and decorative symbols; blocks end lines. Linear in its length."""
    if "<" in text or "&" in text:
        text = _without_markup(text)
    if text.isascii():
        return _HIDDEN.sub("", text) if _HIDDEN.search(text) else text
    if _ODD.search(text) is None:
        return text
    text = _DECORATION.sub(" ", _HIDDEN.sub("", text))
    text = _FANCY.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)
    return unicodedata.normalize("NFC", text).strip()


def _without_markup(text: str) -> str:
    """Tags out, entities read; once more where what they held was escaped markup itself."""
    for _ in range(2):
        before = text
        if _TAG.search(text):
            text = "".join(_visible(text)).strip()
        if _ENTITY.search(text):
            text = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
        if text == before:
            break
    return text


def _visible(markup: str) -> Iterator[str]:
    """The pieces of text between tags, and the white space that tags stand for."""
    unclosed: set[str] = set()
    place = 0
    while (match := _TAG.search(markup, place)) is not None:
        yield markup[place : match.start()]
        place = match.end()
        name = "<!--" if match[0] == "<!--" else (match[1] or "").lower()
        closing = _CLOSINGS.get(name) if match[0][1] != "/" and name not in unclosed else None
        if closing is not None:
            end = closing.search(markup, place)
            if end is not None:
                place = end.end() if name == "<!--" else end.start()
            else:
                # What is never closed is not looked for again: the time stays linear.
                unclosed.add(name)
        if name not in _INLINE:
            yield "\n"
    yield markup[place:]
