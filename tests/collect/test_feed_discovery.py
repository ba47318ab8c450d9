"""A home page instead of a feed leads to the feeds that it names."""

from __future__ import annotations

import pytest

from tests.collect.answers import answer, source
from watchbot.collect.feed import parse
from watchbot.collect.feed_discovery import discover_feeds
from watchbot.errors import ParseError
from watchbot.model import Kind

URL = "https://www.example.fr/"


def page(head: str = "", body: str = "") -> str:
    return f"<!DOCTYPE html><html><head><title>Accueil</title>{head}</head><body>{body}<p>{'Bienvenue. ' * 30}</p></body></html>"


def test_declared_feeds_come_first_and_comments_last() -> None:
    text = page(
        '<link rel="alternate" type="application/rss+xml" title="» Flux des commentaires" href="/comments/feed/">'
        '<link rel="ALTERNATE" type="application/rss+xml; charset=utf-8" href="/feed/">'
        '<link rel="alternate" hreflang="en" href="/en/">'
        '<link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/2">'
        '<link rel="alternate" type="application/atom+xml" href="https://autre.example/atom.xml">',
        '<a href="/flux-rss">Nos flux RSS</a>',
    )
    assert discover_feeds(text, URL) == [
        "https://www.example.fr/feed/",
        "https://autre.example/atom.xml",
        "https://www.example.fr/comments/feed/",
        "https://www.example.fr/flux-rss",
    ]


@pytest.mark.parametrize(
    ("body", "feeds"),
    [
        ('<a href="/rss">RSS</a>', ["https://www.example.fr/rss"]),
        ('<a href="/actualites/feed/">Actus</a>', ["https://www.example.fr/actualites/feed/"]),
        ('<a href="spip.php?page=backend">Suivre</a>', ["https://www.example.fr/spip.php?page=backend"]),
        ('<a href="/index.php?format=feed&amp;type=rss">x</a>', ["https://www.example.fr/index.php?format=feed&type=rss"]),
        ('<a href="/actualites">Fil RSS expliqué</a>', []),
        ('<a href="/feedback">Votre avis</a>', []),
        ('<a href="#rss">RSS</a><a href="mailto:rss@x.fr">RSS</a>', []),
    ],
)  # fmt: skip
def test_linked_feeds(body: str, feeds: list[str]) -> None:
    assert discover_feeds(page(body=body), URL) == feeds


def test_base_element_and_broken_markup() -> None:
    text = '<base href="https://cdn.example/x/"><link rel=alternate type=application/rss+xml href=f.xml><a href="'
    assert discover_feeds(text, URL) == ["https://cdn.example/x/f.xml"]
    assert discover_feeds("", URL) == []


def test_page_becomes_feeds_to_follow() -> None:
    text = page('<link rel="alternate" type="application/rss+xml" href="/feed/">')
    found = parse(answer(text, URL), source(Kind.FEED, URL))
    assert [(one.role, one.request.url, one.depth) for one in found.follow] == [
        ("feed", "https://www.example.fr/feed/", 1)
    ]
    assert found.items == ()
    with pytest.raises(ParseError):
        parse(answer(text, URL), source(Kind.FEED, URL, {"autodiscover": False}))


def test_page_never_leads_to_itself() -> None:
    text = page('<link rel="alternate" type="application/rss+xml" href="/">')
    with pytest.raises(ParseError):
        parse(answer(text, URL), source(Kind.FEED, URL))
