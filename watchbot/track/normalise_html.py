"""A page as passages: headings, paragraphs, list items, table rows; furniture and decoration left out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from watchbot.track.boilerplate import UNSEEN, holds_content, is_furniture
from watchbot.track.html_reader import HEADINGS, HtmlReader
from watchbot.track.passages import RawPassage

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_PRIVATE = re.compile("[\ue000-\ue00f]")
_MIN_MAIN = 200


def html_passages(raw: bytes, charset: str | None = None) -> tuple[str, list[RawPassage]]:
    """Read a page into its title (first heading, else `<title>`, else empty) and its passages in reading order.

    Args:
        raw: The page as fetched.
        charset: What the server declared; the page's own declaration comes next, then UTF-8, then Windows-1252.
    """
    root = _parse(raw, charset)
    if root is None:
        return "", []
    page_title = root.findtext(".//title") or ""
    scope, inside = _scope(root)
    _prune(scope, inside=inside)
    reader = HtmlReader()
    reader.read(scope)
    heading = next((passage.text for passage in reader.passages if passage.kind == "heading"), "")
    return heading or " ".join(page_title.split()), reader.passages


def decoded(raw: bytes, charset: str | None = None) -> str:
    """The page's text by its byte-order mark, the declared `charset`, its own `<meta>`, UTF-8, else Windows-1252."""
    if raw.startswith(b"\xef\xbb\xbf"):
        return raw[3:].decode("utf-8", "replace")
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace")
    declared = re.search(rb"""<meta[^>]{0,200}charset\s*=\s*["']?\s*([\w-]+)""", raw[:4096], re.IGNORECASE)
    for name in (charset, declared and declared[1].decode("ascii", "replace"), "utf-8"):
        try:
            if name:
                return raw.decode(name)
        except (LookupError, UnicodeDecodeError):
            continue
    return raw.decode("cp1252", "replace")


def _parse(raw: bytes, charset: str | None) -> HtmlElement | None:
    from lxml import etree, html

    text = _PRIVATE.sub("", decoded(raw, charset)).replace("\x00", "")
    # The declaration of an encoding no longer holds for decoded text, and lxml refuses it.
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    if not text.strip():
        return None
    parser = html.HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True, encoding="utf-8")
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.ParserError:
        return None
    return root if root is not None and isinstance(root.tag, str) else None


def _scope(root: HtmlElement) -> tuple[HtmlElement, bool]:
    """The element that holds the content, and whether it is known to (`<main>`) or is just the page's body."""
    mains = root.xpath("//main[not(ancestor::main)] | //*[@role='main'][not(ancestor::main)]")
    if len(mains) == 1 and len("".join(mains[0].itertext()).strip()) >= _MIN_MAIN:
        return mains[0], True
    body = root.find("body")
    return (body if body is not None else root), False


def _prune(scope: HtmlElement, *, inside: bool) -> None:
    """Take furniture out of the tree, keeping the text that follows each element."""
    from lxml import etree

    total = len("".join(scope.itertext()))
    doomed = []
    walk = etree.iterwalk(scope, events=("start",))
    for _, element in walk:
        if element is scope or not isinstance(element.tag, str):
            continue
        if element.tag in UNSEEN or _is_dropped(element, total, inside=inside):
            doomed.append(element)
            walk.skip_subtree()
    for element in doomed:
        element.drop_tree()


def _is_dropped(element: HtmlElement, total: int, *, inside: bool) -> bool:
    verdict = is_furniture(element, inside_content=inside or _within_article(element))
    return bool(verdict) and not _in_heading(element) and not holds_content(element, verdict, total)


def _within_article(element: HtmlElement) -> bool:
    return element.tag in {"header", "footer"} and next(element.iterancestors("article", "section"), None) is not None


def _in_heading(element: HtmlElement) -> bool:
    return element.tag == "button" and next(element.iterancestors(*HEADINGS), None) is not None
