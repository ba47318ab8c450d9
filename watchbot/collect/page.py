"""The kind `page`: a reference page, kept as its main content so that its changes can be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watchbot.collect.canonical import canonical_url
from watchbot.collect.charset import decode
from watchbot.collect.clean import tidy
from watchbot.collect.content import main_content, refuse_wall_page, remove
from watchbot.collect.listing import read_listing
from watchbot.collect.tree import Page, page_of, select, text_of
from watchbot.errors import ParseError
from watchbot.model import Found, FoundDocument, Response, Source

if TYPE_CHECKING:
    from lxml.html import HtmlElement

MAX_DOCUMENT = 6_000_000
# Shown in the result, so that what was kept can be checked by eye.
_KEPT_META = (
    "description",
    "og:description",
    "article:modified_time",
    "last-modified",
    "dcterms.modified",
    "generator",
)


def parse(response: Response, source: Source) -> Found:
    """Read a reference page.

    Args:
        response: The page.
        source: `options["content"]` is the selector of the part that matters (several matches are joined), without
            which the page's structure is cut to its content; `drop` lists selectors of parts to leave out; with
            `follow_news` the list of news on the page, if any, is also read as items.

    Returns:
        One document, whose `raw` is the content as HTML in UTF-8; none, with a problem, when `content` matches nothing.

    Raises:
        ParseError: The page is a wall (see `watchbot.collect.walls`), is empty, or a selector is not valid.
    """
    text = decode(response.content, response.headers)
    page = page_of(text, response.url)
    refuse_wall_page(response, text, page)
    problems = []
    content = _content(page, source)
    if content is None:
        problems.append(
            f"the selector content = {source.options['content']!r} finds nothing on the page: has the site changed?"
        )
    elif not text_of(content, limit=100):
        problems.append("the part of the page that is kept has no text")
    documents = (_document(page, content, response, source),) if content is not None and not problems else ()
    items = read_listing(page, source, response.fetched_at).items if source.options.get("follow_news") else ()
    return Found(title=page_title(page), documents=documents, items=items, problems=tuple(problems))


def _content(page: Page, source: Source) -> HtmlElement | None:
    drop = [str(selector) for selector in source.options.get("drop") or ()]
    selector = source.options.get("content")
    if not selector:
        return main_content(page, drop)
    from lxml import html

    found = select(page.root, str(selector))
    chosen = [one for one in found if not any(parent in found for parent in one.iterancestors())]
    if not chosen:
        return None
    if len(chosen) == 1:
        content = chosen[0]
    else:
        content = html.Element("div")
        for one in chosen:
            one.tail = None
            content.append(one)
    remove(content, [element for one in drop for element in select(content, one)])
    return content


def _document(page: Page, content: HtmlElement, response: Response, source: Source) -> FoundDocument:
    from lxml import html

    content.tail = None
    raw = html.tostring(content, encoding="utf-8")
    if len(raw) > MAX_DOCUMENT:
        message = f"the content of {response.url} takes {len(raw)} bytes; give a narrower selector as content"
        raise ParseError(message, url=response.url, reason="too-large")
    meta = {name: page.metas[name] for name in _KEPT_META if name in page.metas}
    if "last-modified" in response.headers:
        meta["last-modified"] = response.headers["last-modified"]
    return FoundDocument(
        key=canonical_url(source.url),
        url=canonical_url(response.url),
        title=page_title(page),
        content_type="text/html",
        raw=raw,
        meta={**meta, "charset": "utf-8", "language": (page.root.get("lang") or "")[:20]},
    )


def page_title(page: Page) -> str:
    """The title of a page: its only first-level heading, else what it calls itself, without the name of the site."""
    headings = [words for heading in page.root.iter("h1") if (words := text_of(heading, limit=300))]
    element = page.root.find(".//title")
    named = page.metas.get("og:title") or (text_of(element, limit=300) if element is not None else "")
    site = page.metas.get("og:site_name", "")
    if len(headings) == 1 and len(headings[0]) > 3 and headings[0].casefold() != site.casefold():
        return headings[0]
    return without_site(tidy(named), site) or (headings[0] if headings else "")


def without_site(title: str, site: str) -> str:
    """A title without the name of the site before or after it ("Titre | CNC")."""
    for separator in (" | ", " - ", " – ", " — ", " :: ", " · ", " » ", " • "):
        if separator not in title:
            continue
        first, _, rest = title.partition(separator)
        head, _, last = title.rpartition(separator)
        if site and last.casefold().strip() == site.casefold():
            return head.strip()
        if site and first.casefold().strip() == site.casefold():
            return rest.strip()
        if not site and len(last) < len(head) / 2 and len(head) > 20:
            return head.strip()
    return title
