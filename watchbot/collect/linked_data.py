"""What a page says of itself for machines: JSON-LD articles (schema.org), Open Graph and Dublin Core."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from watchbot.collect.clean import plain_text, tidy
from watchbot.collect.tree import Page

_ARTICLE = re.compile(
    r"\w*(?:NewsArticle|BlogPosting)|(?:Tech|Scholarly|Satirical)?Article|SocialMediaPosting|Report|PressRelease|GovernmentPublication"
)
_PUBLISHED_METAS = (
    "article:published_time", "og:article:published_time", "datepublished", "date", "dc.date", "dcterms.date", "dc.date.issued", "dcterms.issued",
    "dcterms.created", "dc.date.created", "publishdate", "publish-date", "pubdate", "publication_date", "parsely-pub-date", "sailthru.date",
    "cxenseparse:recs:publishtime", "citation_publication_date", "article.published", "created", "date.created", "og:published_time",
)  # fmt: skip
_UPDATED_METAS = (
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "dcterms.modified",
    "dc.date.modified",
    "last-modified",
)
_MAX_NODES = 2_000


@dataclass(frozen=True, slots=True)
class Said:
    """What the machine-readable part of a page says; dates are as written."""

    title: str = ""
    published: str = ""
    updated: str = ""
    author: str = ""
    summary: str = ""
    body: str = ""
    categories: tuple[str, ...] = ()


def read_said(page: Page) -> Said:
    """Gather what JSON-LD and `meta` elements say of the article; JSON-LD counts first."""
    article = next(iter(_articles(page)), {})
    metas = page.metas
    return Said(
        title=_text(article.get("headline") or article.get("name"))
        or metas.get("og:title", "")
        or metas.get("twitter:title", ""),
        published=_text(article.get("datePublished") or article.get("dateCreated")) or _first(metas, _PUBLISHED_METAS),
        updated=_text(article.get("dateModified")) or _first(metas, _UPDATED_METAS),
        author=_names(article.get("author"))
        or _name(metas.get("author") or metas.get("article:author") or metas.get("dc.creator") or ""),
        summary=_text(article.get("description")) or metas.get("og:description", "") or metas.get("description", ""),
        body=_text(article.get("articleBody"), limit=200_000),
        categories=_categories(article, metas),
    )


def is_article(page: Page) -> bool:
    """Whether a page says, with a date, that it is one article."""
    dated = any(_text(article.get("datePublished")) for article in _articles(page))
    return dated or (page.metas.get("og:type") == "article" and "article:published_time" in page.metas)


def _articles(page: Page) -> Iterator[Mapping[str, Any]]:
    """The objects of type article in all JSON-LD blocks, in order."""
    for block in page.linked_data:
        try:
            data = json.loads(block.strip().removeprefix("<!--").removesuffix("-->"), strict=False)
        except (ValueError, RecursionError):
            continue
        waiting, seen = [data], 0
        while waiting and seen < _MAX_NODES:
            node = waiting.pop(0)
            seen += 1
            if isinstance(node, list):
                waiting[:0] = node[:200]
            elif isinstance(node, dict):
                kinds = node.get("@type")
                if any(_ARTICLE.fullmatch(str(kind)) for kind in (kinds if isinstance(kinds, list) else [kinds])):
                    yield node
                waiting += [
                    node[key]
                    for key in ("@graph", "mainEntity", "mainEntityOfPage")
                    if isinstance(node.get(key), dict | list)
                ]


def _text(value: object, *, limit: int = 3_000) -> str:
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, dict):
        value = value.get("@value") or value.get("name")
    return plain_text(value, limit=limit) if isinstance(value, str) else ""


def _names(value: object) -> str:
    people = value if isinstance(value, list) else [value]
    names = [_name(_text(person)) for person in people[:8]]
    return ", ".join(dict.fromkeys(name for name in names if name))


def _name(text: str) -> str:
    """A name, not an address, of reasonable length."""
    text = tidy(text)
    return "" if "://" in text or len(text) > 100 else text


def _first(metas: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((metas[name] for name in names if metas.get(name)), "")


def _categories(article: Mapping[str, Any], metas: Mapping[str, str]) -> tuple[str, ...]:
    found: list[str] = []
    for value in (
        article.get("articleSection"),
        article.get("keywords"),
        metas.get("article:section"),
        metas.get("article:tag"),
    ):
        values = value if isinstance(value, list) else str(value).split(",") if isinstance(value, str) else []
        found += [tidy(one)[:80] for one in values[:20] if isinstance(one, str) and one.strip()]
    return tuple(dict.fromkeys(found))[:20]
