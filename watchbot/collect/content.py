"""The main content of a page by its structure alone, with headings, lists and tables as they are.

Statistical extractors keep running text and lose tables and lists, which in a reference page are what matters. Here
only what is plainly not content goes: navigation, footers, forms, share buttons, cookie banners.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from copy import deepcopy
from typing import TYPE_CHECKING

from watchbot.collect.tree import Page, select, text_of, tokens
from watchbot.collect.walls import REASONS, wall_reason
from watchbot.errors import ParseError

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from watchbot.model import Response

_DROPPED_TAGS = (
    "nav",
    "footer",
    "form",
    "aside",
    "noscript",
    "button",
    "dialog",
    "input",
    "select",
    "textarea",
    "link",
    "meta",
)
_DROPPED_ROLES = frozenset(
    {"navigation", "contentinfo", "search", "banner", "complementary", "dialog", "alertdialog", "toolbar", "menu"}
)
_DROPPED = re.compile(
    r"(?:^|[-_])(?:nav|navbar|navigation|menu|breadcrumbs?|ariane|pagination|pager|"
    r"social|socials|share|sharing|sharer?|partage|partager|sidebar|related|similaires?|comments?|commentaires|newsletter|footer|pied|skip|skiplinks|"
    r"evitement|print|imprimer|toolbar|modal|popup|banner|advert|ads|publicite|widget|tagcloud)(?:$|[-_])",
    re.IGNORECASE,
)
_CONSENT = re.compile(
    r"(?:^|[-_])(?:cookies?|consent\w*|rgpd|gdpr|tarteaucitron\w*|didomi|axeptio|onetrust|cookiebot|klaro|cmplz|orejime)(?:$|[-_])",
    re.IGNORECASE,
)
_MAIN = ("main", "[role=main]", "article", "#content", "#main", "#contenu", ".entry-content", ".main-content")
# Told by words that a banner may hold as well as a wall.
_SOFT = frozenset({"cookie-wall", "javascript-required"})
_SOME_TEXT = 30
_ENOUGH = 0.4
_MOST = 0.85
_MAX_DEPTH = 40


def main_content(page: Page, drop: Sequence[str] = ()) -> HtmlElement:
    """A copy of the element that holds the page's content, without what is no content nor what `drop` selects.

    Raises:
        ParseError: A selector of `drop` is not valid CSS (reason `selector`).
    """
    body = page.root.find("body")
    copy = deepcopy(body if body is not None else page.root)
    remove(copy, [element for selector in drop for element in select(copy, selector)])
    remove(copy, list(copy.iter(*_DROPPED_TAGS)))
    total = max(1, len(text_of(copy)))
    remove(copy, [element for element in copy.iterdescendants() if _is_chrome(element, total)])
    return _narrow(_start(copy))


def refuse_wall_page(response: Response, text: str, page: Page) -> None:
    """As `walls.refuse_wall`, but a short page is not refused for the words of a banner beside its content.

    Raises:
        ParseError: `reason` is a key of `walls.REASONS`.
    """
    from lxml import html

    reason = wall_reason(response, text)
    if reason is None:
        return
    if reason in _SOFT:
        content = main_content(page)
        if (
            len(text_of(content)) >= _SOME_TEXT
            and wall_reason(response, html.tostring(content, encoding="unicode")) is None
        ):
            return
    raise ParseError(f"{response.url}: {REASONS[reason]}", url=response.url, reason=reason)


def remove(root: HtmlElement, elements: Sequence[HtmlElement]) -> None:
    """Take elements out of a tree, leaving the text that follows them where it is."""
    for element in elements:
        if element is not root and element.getparent() is not None:
            element.drop_tree()


def _is_chrome(element: HtmlElement, total: int) -> bool:
    """Whether an element is navigation or the like by its role or name; what holds much of the page's text never is."""
    if element.getparent() is None or not (element.keys() or element.tag == "header"):
        return False
    names = (*tokens(element)[:12], element.get("id") or "")
    if element.tag != "body" and any(_CONSENT.search(name) for name in names):
        return element.find(".//h1") is None
    named = any(_DROPPED.search(name) for name in names)
    hidden = element.get("hidden") is not None or element.get("aria-hidden") == "true"
    header = element.tag == "header" and not any(
        parent.tag in {"article", "main"} for parent in element.iterancestors()
    )
    if not (named or hidden or header or element.get("role") in _DROPPED_ROLES):
        return False
    return len(text_of(element)) < (0.2 if named or header else 0.5) * total


def _start(body: HtmlElement) -> HtmlElement:
    """The element that says it is the main one, if it holds enough of the text."""
    total = len(text_of(body))
    for selector in _MAIN:
        found = select(body, selector)
        # Several articles are a list, and the main element is what holds them.
        if len(found) == 1 and len(text_of(found[0])) >= _ENOUGH * total:
            return found[0]
    return body


def _narrow(node: HtmlElement) -> HtmlElement:
    """Go down while one child holds nearly all the text."""
    for _ in range(_MAX_DEPTH):
        total = len(text_of(node))
        inner = next(
            (
                child
                for child in node
                if child.tag in {"div", "section", "main", "article"} and len(text_of(child)) >= _MOST * total
            ),
            None,
        )
        if inner is None or (inner.getprevious() is not None and inner.getprevious().tag in {"h1", "h2"}):
            return node
        node = inner
    return node
