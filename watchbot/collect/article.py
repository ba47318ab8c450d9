"""One article page: its title, text, date and author, completing what a feed or listing said of it."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from watchbot.collect.article_date import moment_of, published_of
from watchbot.collect.canonical import canonical_url
from watchbot.collect.charset import decode
from watchbot.collect.clean import (
    BODY_LIMIT,
    SUMMARY_LIMIT,
    element_text,
    first_sentence,
    plain_summary,
    plain_title,
    shorten,
    tidy,
)
from watchbot.collect.content import main_content, refuse_wall_page
from watchbot.collect.document import is_pdf, pdf_meta, pdf_text, pdf_title
from watchbot.collect.entry import DATED
from watchbot.collect.linked_data import Said, read_said
from watchbot.collect.page import page_title
from watchbot.collect.tree import Page, page_of, select, text_of
from watchbot.errors import ParseError
from watchbot.model import FoundItem, Response, Source

if TYPE_CHECKING:
    pass

_PDF_PAGES = 50
_SHORT_BODY = 200
_SLOW = 1_500_000
_CUT = re.compile(r"(?:…|\.\.\.|\[…\]|\[\.\.\.\])$")
_AUTHOR = ("[rel=author]", "[itemprop=author]", ".author", ".auteur", ".byline", ".entry-author")
_BY = re.compile(r"^(?:par|by|de|von|rédigé par|écrit par|publié par|auteur\s*:)\s+", re.IGNORECASE)


def read_article(response: Response, source: Source, item: FoundItem | None = None) -> FoundItem:
    """Read an article page (or PDF) into an item.

    Args:
        response: The page.
        source: `options` may hold the selectors `body`, `article_date` and `article_summary`; without them the text
            is found by trafilatura, and the date in this order: JSON-LD, `meta`, the listing's, `<time>`, the text, the address.
        item: What the feed or listing said, if the page was reached from one. Its guid and, unless they were cut
            short, its title and summary are kept; its address gives way to the canonical one that the page names.

    Raises:
        ParseError: The page is a wall, is empty, or a selector is not valid; the item as it was is then all there is.
    """
    if is_pdf(response.content):
        return _from_pdf(response, source, item)
    text = decode(response.content, response.headers)
    if "<" not in text[:5_000]:
        message = f"{response.url}: no web page but {response.content_type or 'something else'}"
        raise ParseError(message, url=response.url, reason="not-html")
    page = page_of(text, response.url)
    refuse_wall_page(response, text, page)
    said = read_said(page)
    body = read_body(page, source, said, text)
    title = _title(page, said, item)
    body = _without_title(body, title, page)
    published, date_from = published_of(page, said, source, response, item)
    url = _address(page, response, item, title)
    return FoundItem(
        guid=item.guid if item is not None else url,
        url=url,
        title=title,
        summary=_summary(page, said, source, item, body),
        body=body,
        author=(item.author if item is not None else "") or said.author or _author(page),
        published=published,
        updated=moment_of(said.updated, source, response) or (item.updated if item is not None else None),
        date_from=date_from,
        language=_language(page) or (item.language if item is not None else None),
        categories=tuple(dict.fromkeys((*(item.categories if item is not None else ()), *said.categories))),
    )


def _address(page: Page, response: Response, item: FoundItem | None, title: str) -> str:
    """The canonical address, by which one story seen in several places is one item.

    A list that cuts titles short knows its items again by their address alone: there it stays.
    """
    if item is None:
        return canonical_of(page, response)
    named = canonical_of(page, response)
    return named if named != canonical_url(response.url) and title == item.title else item.url


def canonical_of(page: Page, response: Response) -> str:
    """The canonical address: that of `rel=canonical` or `og:url` on the same site, unless it is the home page; else the page's own."""
    here = urlsplit(response.url)
    claims = [
        page.link(link.get("href"))
        for link in page.root.iter("link")
        if "canonical" in (link.get("rel") or "").lower().split()
    ]
    for claim in (*claims, page.link(page.metas.get("og:url"))):
        there = urlsplit(claim)
        same = (there.hostname or "").removeprefix("www.") == (here.hostname or "").removeprefix("www.")
        # A template that names the home page on every page would make all articles one.
        if claim and same and (there.path.strip("/") or there.query or not here.path.strip("/")):
            return canonical_url(claim)
    return canonical_url(response.url)


def read_body(page: Page, source: Source, said: Said, text: str) -> str:
    """The article's text, one line for each block, at most `clean.BODY_LIMIT` characters."""
    selector = source.options.get("body")
    if selector:
        parts = select(page.root, str(selector))
        chosen = [part for part in parts if not any(parent in parts for parent in part.iterancestors())]
        if chosen:
            return shorten("\n".join(element_text(part, lines=True) for part in chosen), BODY_LIMIT)
    body = _extracted(page) if len(text) < _SLOW else ""
    if len(body) < _SHORT_BODY:
        structural = element_text(main_content(page), lines=True)
        body = (
            max(body, said.body, structural, key=len)
            if len(structural) < 20 * max(_SHORT_BODY, len(said.body))
            else max(body, said.body, key=len) or structural
        )
    return shorten(body, BODY_LIMIT)


def _without_title(body: str, title: str, page: Page) -> str:
    """The text without the title that extraction leaves at its head."""
    first, _, rest = body.partition("\n")
    return rest if rest and tidy(first) in {tidy(title), tidy(page_title(page))} else body


def _extracted(page: Page) -> str:
    import logging

    from trafilatura import extract

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    logging.getLogger("htmldate").setLevel(logging.CRITICAL)
    try:
        found = extract(deepcopy(page.root), include_comments=False, include_tables=True, favor_recall=True, fast=True)
    except (ValueError, TypeError, AttributeError, LookupError, RecursionError):
        return ""
    return "\n".join(line for line in (tidy(line) for line in (found or "").splitlines()) if line)


def _title(page: Page, said: Said, item: FoundItem | None) -> str:
    """The title that brought us here, unless it was cut short and the page has all of it."""
    own = plain_title(page_title(page) or said.title, markup=False)
    if item is None or not item.title:  # an address of a sitemap comes without a title
        return own or plain_title(said.title, markup=False) or urlsplit(page.url).path
    cut = _CUT.sub("", item.title).strip()
    full = next(
        (one for one in (own, plain_title(said.title, markup=False)) if one.casefold().startswith(cut.casefold())), ""
    )
    return full if _CUT.search(item.title) and full else item.title


def _summary(page: Page, said: Said, source: Source, item: FoundItem | None, body: str) -> str:
    selector = source.options.get("article_summary")
    chosen = select(page.root, str(selector)) if selector else []
    if chosen:
        return shorten(text_of(chosen[0]), SUMMARY_LIMIT)
    if item is not None and item.summary and not _CUT.search(item.summary):
        return item.summary
    described = plain_summary(said.summary, literal=True)
    if len(described) > 40:
        return described
    return (item.summary if item is not None else "") or described or first_sentence(body, 300)


def _author(page: Page) -> str:
    for selector in _AUTHOR:
        for element in select(page.root, selector)[:1]:
            name = _BY.sub("", text_of(element, limit=120))
            if 2 < len(name) <= 80 and not DATED.search(name):
                return name
    return ""


def _language(page: Page) -> str | None:
    tag = (
        page.root.get("lang")
        or page.root.get("{http://www.w3.org/XML/1998/namespace}lang")
        or page.metas.get("og:locale")
        or ""
    ).lower()
    found = re.match(r"[a-z]{2,3}(?=$|[-_])", tag)
    return found.group() if found else None


# ------------------------------------------------------------------------------------------------ PDF


def _from_pdf(response: Response, source: Source, item: FoundItem | None) -> FoundItem:
    """An article that is a PDF: its text is the body."""
    pages = pdf_text(response.content, url=response.url, max_pages=_PDF_PAGES)
    meta = pdf_meta(response.content)
    body = shorten(
        "\n".join(line for page in pages for line in (tidy(line) for line in page.splitlines()) if line), BODY_LIMIT
    )
    url = item.url if item is not None else canonical_url(response.url)
    created = moment_of(meta.get("created", ""), source, response)
    known = item is not None and item.published is not None
    return FoundItem(
        guid=item.guid if item is not None else url,
        url=url,
        title=(item.title if item is not None else "") or pdf_title(meta, pages, response.url),
        summary=(item.summary if item is not None else "") or shorten(" ".join(body.split()), 400),
        body=body,
        author=(item.author if item is not None else "") or meta.get("author", ""),
        published=item.published if item is not None and known else created,
        date_from=item.date_from if item is not None and known else ("page" if created else "none"),
        language=item.language if item is not None else None,
        categories=item.categories if item is not None else (),
    )
