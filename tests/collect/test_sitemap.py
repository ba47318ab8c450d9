"""Sitemaps: plain, news, indexes, gzip, text, damaged, hostile."""

from __future__ import annotations

import gzip
import time
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.collect.answers import answer, source
from watchbot.collect.sitemap import MAX_PARTS, parse
from watchbot.errors import ParseError
from watchbot.model import Found, Kind

URL = "https://www.exemple.fr/sitemap.xml"
NS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'


def read(content: bytes | str, url: str = URL, **options: Any) -> Found:
    return parse(answer(content, url, "application/xml"), source(Kind.SITEMAP, URL, options))


def urlset(*urls: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><urlset {NS}>{"".join(f"<url>{url}</url>" for url in urls)}</urlset>'


def loc(path: str, more: str = "") -> str:
    return f"<loc>https://www.exemple.fr{path}</loc>{more}"


def paths(found: Found) -> list[str]:
    return [item.url.removeprefix("https://www.exemple.fr") for item in found.items]


NEWS = """<news:news><news:publication><news:name>Exemple</news:name><news:language>fr</news:language></news:publication>
<news:publication_date>2026-11-20T10:00:00+01:00</news:publication_date><news:title>L&apos;aide &amp;amp; la prime</news:title>
<news:keywords>aide, CNC</news:keywords></news:news>"""


def test_news_sitemap_tells_title_and_date() -> None:
    found = read(urlset(loc("/a?utm_source=x", NEWS)))
    item = found.items[0]
    assert (item.title, item.url, item.language, item.categories) == (
        "L'aide & la prime",
        "https://www.exemple.fr/a",
        "fr",
        ("aide", "CNC"),
    )
    assert (item.published, item.date_from) == (datetime(2026, 11, 20, 9, tzinfo=UTC), "feed")
    assert [(one.role, one.request.url, one.item) for one in found.follow] == [("article", item.url, item)]


def test_plain_sitemap_leaves_the_title_to_the_page() -> None:
    image = (
        "<image:image><image:loc>https://cdn.exemple.fr/i.jpg</image:loc><image:title>Photo</image:title></image:image>"
    )
    item = read(urlset(loc("/un-article", image + "<lastmod>2026-11-02</lastmod>"))).items[0]
    assert (item.url, item.title, item.published, item.date_from) == (
        "https://www.exemple.fr/un-article",
        "",
        None,
        "none",
    )
    assert item.updated == datetime(2026, 11, 2, tzinfo=ZoneInfo("Europe/Paris"))


def test_without_following_titles_come_from_the_address() -> None:
    found = read(urlset(loc("/2026/11/03/bilan-carbone-12345.html"), loc("/")), follow=False)
    assert found.follow == ()
    assert [(item.title, item.date_from) for item in found.items] == [
        ("Bilan carbone", "url"),
        ("https://www.exemple.fr/", "none"),
    ]


def test_newest_first_and_no_more_than_asked() -> None:
    text = urlset(
        loc("/sans"),
        loc("/vieux", "<lastmod>2020-01-01</lastmod>"),
        loc("/neuf", "<lastmod>2026-11-01T00:00:00Z</lastmod>"),
        loc("/moyen", "<lastmod>2025-01-01</lastmod>"),
        loc("/futur", "<lastmod>2031-01-01</lastmod>"),
        loc("/neuf#deux"),
    )
    assert paths(read(text)) == ["/neuf", "/moyen", "/vieux", "/sans", "/futur"]
    found = read(text, max_items=2)
    assert paths(found) == ["/neuf", "/moyen"]
    assert found.problems == ("3 older addresses were left out",)


def test_include_and_exclude() -> None:
    text = urlset(loc("/actualites/a"), loc("/actualites/tag/b"), loc("/contact"))
    assert paths(read(text, include="/actualites/", exclude=r"/tag/")) == ["/actualites/a"]
    assert read(text, include="/rien/").problems == ("none of 3 addresses passes include and exclude",)
    with pytest.raises(ParseError) as caught:
        read(text, include="(")
    assert caught.value.reason == "bad-option"


def index(*parts: str) -> str:
    return f"<sitemapindex {NS}>{''.join(f'<sitemap>{part}</sitemap>' for part in parts)}</sitemapindex>"


def test_index_leads_to_its_parts_news_and_newest_first() -> None:
    found = read(
        index(
            loc("/author-sitemap.xml"),
            loc("/page-sitemap.xml", "<lastmod>2026-11-01</lastmod>"),
            loc("/autre.xml", "<lastmod>2026-11-10</lastmod>"),
            loc("/post-sitemap2.xml", "<lastmod>2026-11-09</lastmod>"),
            loc("/sitemap.xml"),
        )
    )
    assert [follow.request.url.rpartition("/")[2] for follow in found.follow] == [
        "post-sitemap2.xml",
        "autre.xml",
        "page-sitemap.xml",
        "author-sitemap.xml",
    ]
    assert {follow.role for follow in found.follow} == {"next"}
    many = read(index(*(loc(f"/{n}.xml") for n in range(100))))
    assert len(many.follow) == MAX_PARTS
    assert many.problems == ("70 of 100 parts of the index were left out",)


@pytest.mark.parametrize("url", [URL + ".gz", URL])
def test_gzip(url: str) -> None:
    assert paths(read(gzip.compress(urlset(loc("/a")).encode()), url)) == ["/a"]


def test_gzip_truncated_bomb_and_nonsense() -> None:
    packed = gzip.compress(urlset(*(loc(f"/page-{n}-{n * n * 7919}") for n in range(500))).encode())
    assert len(read(packed[: len(packed) // 2]).items) > 50
    for content, reason in (
        (gzip.compress(b"\0" * 70_000_000), "bomb"),
        (b"\x1f\x8bnonsense", "not-a-sitemap"),
        (gzip.compress(gzip.compress(b"x")), "bomb"),
    ):
        with pytest.raises(ParseError) as caught:
            read(content)
        assert caught.value.reason == reason


def test_text_sitemap_and_robots() -> None:
    assert paths(read("\ufeffhttps://www.exemple.fr/a\r\nhttps://www.exemple.fr/b\n\n")) == ["/a", "/b"]
    found = read("User-agent: *\nDisallow: /x\nSitemap: https://www.exemple.fr/s1.xml\nsitemap:/s2.xml\n")
    assert [follow.request.url for follow in found.follow] == [
        "https://www.exemple.fr/s1.xml",
        "https://www.exemple.fr/s2.xml",
    ]


def test_feed_as_a_sitemap() -> None:
    text = "<rss version='2.0'><channel><item><title>Un</title><link>https://www.exemple.fr/un</link><pubDate>Mon, 02 Nov 2026 10:00:00 GMT</pubDate></item></channel></rss>"
    assert [(item.url, item.title) for item in read(text).items] == [("https://www.exemple.fr/un", "Un")]


@pytest.mark.parametrize(
    "text",
    [
        urlset(loc("/a"), loc("/b", "<lastmod>2026-11-01</lastmod>"))[:-40],
        urlset(loc("/a?x=1&y=2"), loc("/b")),
        urlset(loc("/a"), loc("/b")).replace(f" {NS}", ""),
        urlset(loc("/a"), loc("/b")).replace("</loc>", "", 1),
        "<?xml version='1.0'?>\n\n" + urlset(loc("/a"), loc("/b")),
        urlset(loc("/a"), "<loc>javascript:x</loc>", "<loc/>", loc("/b")),
    ],
)
def test_damaged(text: str) -> None:
    assert {path.partition("?")[0] for path in paths(read(text))} == {"/a", "/b"}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "empty"),
        ("<html><title>Just a moment...</title></html>", "bot-challenge"),
        ("<html><p>Introuvable</p></html>", "not-a-sitemap"),
        ("quelques mots", "not-a-sitemap"),
        ("<kml/>", "not-a-sitemap"),
        ('{"a": 1}', "not-a-sitemap"),
    ],
)
def test_what_is_no_sitemap(content: str, reason: str) -> None:
    with pytest.raises(ParseError) as caught:
        read(content)
    assert caught.value.reason == reason


def test_fifty_thousand_addresses() -> None:
    text = urlset(*(loc(f"/page/{n}", "<lastmod>2026-11-01T10:00:00+00:00</lastmod>") for n in range(50_000)))
    started = time.perf_counter()
    assert len(read(text, max_items=100).items) == 100
    assert time.perf_counter() - started < 10


def test_entities_are_not_expanded() -> None:
    text = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>' + urlset(
        loc("/&f;&b;")
    )
    assert all(len(item.url) < 60 and "root" not in item.url for item in read(text).items)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    st.lists(
        st.sampled_from(
            [
                "<urlset>",
                "<url>",
                "<loc>",
                "https://a.fr/",
                "</loc>",
                "</url>",
                "</urlset>",
                "<sitemapindex>",
                "<sitemap>",
                "&",
                "<",
                "<![CDATA[",
                "é",
                "<lastmod>2026",
            ]
        ),
        max_size=20,
    )
)
def test_heaps_of_fragments_are_read_or_refused(pieces: list[str]) -> None:
    try:
        found = read("<urlset " + NS + ">" + "".join(pieces))
    except ParseError:
        return
    assert all(item.url.startswith("https://") for item in found.items)
