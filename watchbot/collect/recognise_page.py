"""What an HTML page is good for: the feeds and interfaces it names, a list to read, or a page to track."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from watchbot.collect.content import main_content, refuse_wall_page
from watchbot.collect.feed_discovery import discover_feeds
from watchbot.collect.linked_data import is_article
from watchbot.collect.page import page_title
from watchbot.collect.propose import Proposal, propose
from watchbot.collect.recognise import Candidate, Detection
from watchbot.collect.tree import Page, page_of, text_of
from watchbot.model import Kind, Response

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# A page is a list when a list fills it, or when it holds little running text beside.
_LIST_SCORE = 0.4
_LIST_SHARE = 0.3
_LONG_TEXT, _SOME_TEXT = 1_500, 400
_PARAGRAPH, _PARAGRAPHS = 80, 2_000
# What a page is shows long before its end; the longest are not read whole for that.
_CHARACTERS = 3_000_000
_MANY_PDFS = 3
_PDF_LINK = re.compile(r"\.pdf(?:$|[?#])", re.IGNORECASE)


def recognise_page(text: str, response: Response) -> Detection:
    """Tell what an HTML page is good for.

    Raises:
        ParseError: It is a wall or empty.
    """
    page = page_of(text[:_CHARACTERS], response.url)
    refuse_wall_page(response, text, page)
    follow = (*_feeds(text, response), *_wordpress(page))
    language = re.sub(r"[-_].*", "", (page.root.get("lang") or "").strip().lower())
    proposals = propose(page, response.fetched_at)
    best = _the_list(proposals, page)
    found = Detection(
        kind=Kind.PAGE,
        confidence=0.5,
        reason="a page of running text",
        url=response.url,
        title=page_title(page),
        language=language if re.fullmatch("[a-z]{2,3}", language) else "",
        follow=follow,
    )
    if best is not None:
        reason = f"{len(best.items)} entries of one make"
        return replace(found, kind=Kind.LISTING, confidence=best.score, reason=reason, options=dict(best.options))
    return replace(found, follow=(*follow, *_doubtful_list(proposals, page), *_documents(page)))


def _doubtful_list(proposals: list[Proposal], page: Page) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(
            kind=Kind.LISTING,
            url=page.url,
            reason=f"a list of {len(one.items)} entries on the page",
            options=dict(one.options),
        )
        for one in proposals[:1]
    )


def _feeds(text: str, response: Response) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(kind=Kind.FEED, url=url, reason="a feed that the page names")
        for url in discover_feeds(text, response.url)
    )


def _wordpress(page: Page) -> tuple[Candidate, ...]:
    """The REST interface that a WordPress site names in the head of its pages."""
    for link in page.root.iter("link"):
        if "https://api.w.org/" in (link.get("rel") or ""):
            base = page.link(link.get("href"))
            if base:
                url = base + "wp/v2/posts" if "?rest_route=" in base else urljoin(base.rstrip("/") + "/", "wp/v2/posts")
                return (
                    Candidate(
                        kind=Kind.WORDPRESS, url=url, reason="the REST interface of WordPress that the page names"
                    ),
                )
    return ()


def _documents(page: Page) -> tuple[Candidate, ...]:
    links = {
        page.link(link.get("href")) for link in page.root.iter("a") if _PDF_LINK.search(link.get("href") or "")
    } - {""}
    if len(links) < _MANY_PDFS:
        return ()
    options = {"links": 'a[href*=".pdf"]'}
    return (
        Candidate(kind=Kind.DOCUMENT, url=page.url, reason=f"{len(links)} PDFs that the page links", options=options),
    )


def _the_list(proposals: list[Proposal], page: Page) -> Proposal | None:
    """The list that the page is about, if it is about one: it fills the page, or there is little running text beside it."""
    content = main_content(page)
    total = max(1, len(text_of(content)))
    running = _running_text(content)
    article = is_article(page)
    for proposal in proposals:
        if proposal.score < _LIST_SCORE:
            return None
        listed = sum(len(text_of(item, limit=2_000)) for item in proposal.items)
        beside = running - sum(_running_text(item) for item in proposal.items)
        if (listed >= _LIST_SHARE * total and not article) or beside < (_SOME_TEXT if article else _LONG_TEXT):
            return proposal
    return None


def _running_text(node: HtmlElement) -> int:
    """How many characters stand in paragraphs of some length."""
    lengths = (len(text_of(paragraph, limit=2_000)) for paragraph in islice(node.iter("p"), _PARAGRAPHS))
    return sum(length for length in lengths if length > _PARAGRAPH)
