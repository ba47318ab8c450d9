"""Feeds of every format and make, read to golden results; each file of `corpus/feeds` has the structure of a real make."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.collect.answers import NOW, answer, check_golden, plain, source
from watchbot.collect.feed import parse
from watchbot.errors import ParseError
from watchbot.model import Found, Kind

FEEDS = Path(__file__).parent / "corpus" / "feeds"
URL = "https://www.example.fr/feed"
NAMES = sorted(path.name for path in FEEDS.iterdir())


def read(content: bytes | str, content_type: str = "application/rss+xml", **options: object) -> Found:
    return parse(answer(content, URL, content_type), source(Kind.FEED, URL, options))


def rss(*items: str, head: str = "<link>https://site.example/</link>") -> str:
    body = "".join(f"<item>{item}</item>" for item in items)
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>T</title>{head}{body}</channel></rss>'


@pytest.mark.parametrize("name", NAMES)
def test_corpus(name: str) -> None:
    found = read((FEEDS / name).read_bytes())
    result = {"title": found.title, "items": [plain(item) for item in found.items], "problems": list(found.problems)}
    check_golden(f"feed-{name.replace('.', '-')}", result)


# ------------------------------------------------------------------------------------------------ fields


def test_title_is_plain_whatever_it_was() -> None:
    titles = {
        "<![CDATA[<b>Gras</b> &amp; net]]>": "Gras & net",
        "&lt;i&gt;Ital&lt;/i&gt;": "Ital",
        "R&amp;amp;D": "R&D",
        "L&amp;#8217;aide": "L’aide",
        "5 &lt; 6": "5 < 6",
        "List&lt;String&gt;": "List<String>",
    }
    found = read(rss(*(f"<title>{title}</title>" for title in titles)))
    assert [item.title for item in found.items] == list(titles.values())


@pytest.mark.parametrize(
    ("fields", "title"),
    [
        ("<description>Une phrase. Une autre.</description>", "Une phrase."),
        ("<link>https://s.example/2026/un-bon-titre-12345.html</link>", "Un bon titre"),
        ("<link>https://s.example/12345</link>", "Sans titre"),
        ("<title> </title><title>Second</title>", "Second"),
        ("", "Sans titre"),
    ],
)
def test_no_entry_is_lost_for_lacking_a_title(fields: str, title: str) -> None:
    assert [item.title for item in read(rss(fields)).items] == [title]


@pytest.mark.parametrize(
    ("fields", "url"),
    [
        ("<link>https://a.example/1?utm_source=rss#top</link>", "https://a.example/1"),
        ("<link>/rel</link>", "https://site.example/rel"),
        ("<link>//cdn.example/x</link>", "https://cdn.example/x"),
        ("<link/><guid>https://a.example/g</guid>", "https://a.example/g"),
        ("<guid isPermaLink='false'>https://a.example/g</guid>", "https://a.example/g"),
        ("<link>javascript:alert(1)</link><guid>https://a.example/g</guid>", "https://a.example/g"),
        ("<link>magnet:?xt=urn</link><enclosure url='https://a.example/e.pdf'/>", "https://a.example/e.pdf"),
        ("<link>https://a.example/1</link><link/>", "https://a.example/1"),
        ("<link href='https://a.example/h'/>", "https://a.example/h"),
        ("<link>www.a.example/x</link>", "https://www.a.example/x"),
        ("<link>https:///a.example/x</link>", "https://a.example/x"),
    ],
)
def test_address_of_an_entry(fields: str, url: str) -> None:
    assert read(rss(fields)).items[0].url == url


def test_atom_alternate_is_chosen_among_links() -> None:
    links = [
        '<link rel="self" href="https://a.example/self"/>',
        '<link rel="replies" type="text/html" href="https://a.example/replies"/>',
        '<link rel="alternate" type="application/json" href="https://a.example/json"/>',
        '<link rel="alternate" type="text/html" href="https://a.example/page"/>',
        '<link rel="enclosure" href="https://a.example/file"/>',
    ]
    for order in (links, links[::-1]):
        text = f'<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>t</title>{"".join(order)}</entry></feed>'
        assert read(text).items[0].url == "https://a.example/page"


def test_entries_without_address_keep_apart_and_stay_the_same() -> None:
    one, two = read(rss("<title>Un</title>", "<title>Deux</title>")).items
    again = read(rss("<title>Nouveau</title>", "<title>Un</title>", "<guid>autre</guid><title>Deux</title>")).items
    assert one.url != two.url
    assert one.url.startswith("https://site.example/#!entry-")
    assert [item.url for item in again[1:]] == [one.url, two.url]


def test_shared_identifiers_are_told_apart() -> None:
    found = read(
        rss(
            "<title>Un</title><link>https://a.example/</link>",
            "<title>Deux</title><link>https://a.example/</link>",
            "<title>Trois</title><link>https://a.example/3</link><guid>x</guid>",
        )
    )
    assert len({item.guid for item in found.items}) == 3
    assert found.items[2].guid == "x"
    assert "2 of 3 entries with the identifier of another" in found.problems


@pytest.mark.parametrize(
    ("fields", "published"),
    [
        ("<pubDate>Tue, 03 Nov 2026 10:00:00 +0100</pubDate>", datetime(2026, 11, 3, 9, tzinfo=UTC)),
        ("<pubDate>mar. 3 nov. 2026 10:00</pubDate>", datetime(2026, 11, 3, 9, tzinfo=UTC)),
        ("<pubDate>n’importe quoi</pubDate><dc:date>2026-11-03T10:00Z</dc:date>", datetime(2026, 11, 3, 10, tzinfo=UTC)),
        ("<pubDate>Sat, 01 Jan 2050 00:00:00 GMT</pubDate>", None),
        ("<pubDate>Thu, 01 Jan 1970 00:00:00 GMT</pubDate>", None),
        ("<pubDate>Sat, 01 Jan 2050 00:00:00 GMT</pubDate><atom:updated>2026-11-03T10:00Z</atom:updated>", datetime(2026, 11, 3, 10, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_date_of_an_entry(fields: str, published: datetime | None) -> None:
    item = read(rss(fields)).items[0]
    assert item.published == published
    assert item.date_from == ("feed" if published else "none")


def test_many_unreadable_dates_do_not_take_long() -> None:
    found = read(rss(*(f"<title>{n}</title><pubDate>le {n} du mois {n}</pubDate>" for n in range(3000))))
    assert len(found.items) == 3000


def test_author_without_mail_address_and_feed_author_of_atom() -> None:
    found = read(
        rss("<author>a@b.example (Zoé)</author>", "<author>Léo &lt;l@b.example&gt;</author>", "<author>Ana</author>")
    )
    assert [item.author for item in found.items] == ["Zoé", "Léo", "Ana"]
    atom = '<feed xmlns="http://www.w3.org/2005/Atom"><author><name>Rédaction</name></author><entry><title>t</title></entry></feed>'
    assert read(atom).items[0].author == "Rédaction"


def test_categories_of_all_modules_once_each() -> None:
    fields = (
        "<category>Un</category><category domain='x'> Deux </category><dc:subject>Un</dc:subject>"
        "<itunes:category text='Trois'><itunes:category text='Quatre'/></itunes:category><itunes:keywords>Cinq, Six</itunes:keywords>"
    )
    assert read(rss(fields)).items[0].categories == ("Un", "Deux", "Trois", "Quatre", "Cinq", "Six")


def test_limits() -> None:
    title, text = "mot " * 1000, "<p>" + "mot " * 100_000 + "</p>"
    item = read(rss(f"<title>{title}</title><description><![CDATA[{text}]]></description>")).items[0]
    assert len(item.title) <= 500
    assert len(item.summary) <= 2000
    assert 100_000 < len(item.body) <= 200_000


# ------------------------------------------------------------------------------------------------ charsets and headers


@pytest.mark.parametrize(
    ("encoding", "content_type"),
    [
        ("utf-8", "text/xml"),
        ("utf-8", "text/xml; charset=us-ascii"),
        ("utf-8", "application/rss+xml; charset=iso-8859-1"),
        ("cp1252", "text/xml; charset=utf-8"),
        ("cp1252", "application/xml"),
        ("iso-8859-15", "application/xml; charset=iso-8859-15"),
    ],
)
def test_charset_of_the_header(encoding: str, content_type: str) -> None:
    text = rss("<title>Été à 5 €</title>")
    assert read(text.encode(encoding), content_type).items[0].title == "Été à 5 €"


# ------------------------------------------------------------------------------------------------ JSON Feed


def test_json_feed_that_is_odd() -> None:
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "items": [
            {
                "id": 3.5,
                "title": None,
                "content_text": "Texte",
                "authors": "x",
                "tags": [1, "t"],
                "attachments": [None],
            },
            "no object",
            {"url": 5, "title": ["x"], "date_published": 12},
        ],
    }
    found = read(json.dumps(document), "application/feed+json")
    assert [(item.title, item.categories) for item in found.items] == [("Texte", ("t",)), ("Sans titre", ())]


@pytest.mark.parametrize("content", ["{}", "[]", '{"items": 3}', '{"items": [{"name": 1}]}', "{", '{"a":' * 50_000])
def test_other_json_is_refused(content: str) -> None:
    with pytest.raises(ParseError) as caught:
        read(content, "application/json")
    assert caught.value.reason == "not-a-feed"


# ------------------------------------------------------------------------------------------------ what is no feed


@pytest.mark.parametrize("content", [b"", b"  \n", b"\0\0\0", b"\xef\xbb\xbf"])
def test_empty_body(content: bytes) -> None:
    with pytest.raises(ParseError) as caught:
        read(content)
    assert caught.value.reason == "empty"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"/>', "sitemap"),
        ('<opml version="2.0"><body/></opml>', "OPML"),
        ("just words", "no feed"),
        ("%PDF-1.7", "no feed"),
        ("<html><title>x</title><p>Une page ordinaire, sans flux, avec assez de texte pour n’être aucun mur.</p></html>", "web page"),
    ],
)  # fmt: skip
def test_what_is_no_feed_is_refused_with_advice(content: str, told: str) -> None:
    with pytest.raises(ParseError, match=told) as caught:
        read(content)
    assert caught.value.reason == "not-a-feed"
    assert caught.value.url == URL


def test_wall_instead_of_a_feed() -> None:
    page = "<html><head><title>Just a moment...</title></head><body>Enable JavaScript and cookies to continue</body></html>"
    with pytest.raises(ParseError) as caught:
        read(page, "text/html")
    assert caught.value.reason == "bot-challenge"


def test_feed_sent_as_html_is_a_feed() -> None:
    assert len(read(rss("<title>Un</title>"), "text/html").items) == 1


def test_no_date_lies_after_the_fetch() -> None:
    for name in NAMES:
        for item in read((FEEDS / name).read_bytes()).items:
            assert item.published is None or item.published.tzinfo is not None
            assert item.published is None or (item.published - NOW).days <= 1
            assert item.url.startswith(("http://", "https://"))
            assert item.title
            assert item.guid


# ------------------------------------------------------------------------------------------------ met in the wild


def test_feed_that_stands_alone_in_a_page() -> None:
    atom = '<feed xmlns="http://www.w3.org/2005/Atom"><title>Blog</title><entry><title>Un</title><link href="/un"/></entry></feed>'
    found = read(
        f"<!DOCTYPE html>\n<html xmlns='http://www.w3.org/1999/xhtml'>\n<body>\n{atom}</body></html>", "text/html"
    )
    assert [item.title for item in found.items] == ["Un"]
    with pytest.raises(ParseError):
        read(f"<html><body><p>Une page qui montre comment écrire un flux.</p>{atom}</body></html>", "text/html")


def test_section_mark_in_a_comment_and_an_unclosed_comment() -> None:
    text = rss("<title>Un &nbsp;</title>", "<!-- <![CDATA[ --><title>Deux</title>", "<title>Trois</title>")
    assert [item.title for item in read(text).items] == ["Un", "Deux", "Trois"]
    assert [
        item.title for item in read(rss("<title>Un &nbsp;</title>", "<title>Deux</title><!-- fin <![CDATA[")).items
    ] == ["Un", "Deux"]


def test_binary_atom_constructs_are_decoded() -> None:
    entry = (
        '<title type="application/octet-stream" mode="base64">VW4gdGl0cmU=</title>'
        '<content type="application/octet-stream">VW4gY29ycHM=</content><summary type="image/png">/9j/</summary>'
    )
    item = read(f'<feed xmlns="http://www.w3.org/2005/Atom"><entry>{entry}</entry></feed>').items[0]
    assert (item.title, item.body) == ("Un titre", "Un corps")


def test_titles_show_nothing_of_scripts_and_frames() -> None:
    titles = [
        "<script>x()</script>Sûr",
        "<iframe src='x'>y</iframe>Sûr",
        "<blink>Sûr</blink>",
        "<!DOCTYPE html><html><body>Sûr</body></html>",
        "<embed src='x'>Sûr",
    ]
    found = read(rss(*(f"<title><![CDATA[{title}]]></title>" for title in titles)))
    assert {item.title for item in found.items} == {"Sûr"}


def test_longer_text_of_a_podcast_is_its_body_and_second_date_its_update() -> None:
    fields = (
        "<title>t</title><description>Court.</description><itunes:summary>Un résumé bien plus long que le premier.</itunes:summary>"
        "<pubDate>Mon, 02 Nov 2026 10:00:00 GMT</pubDate><dc:date>2026-11-03T10:00:00Z</dc:date>"
    )
    item = read(rss(fields)).items[0]
    assert (item.summary, item.body) == ("Court.", "Un résumé bien plus long que le premier.")
    assert (item.published, item.updated) == (
        datetime(2026, 11, 2, 10, tzinfo=UTC),
        datetime(2026, 11, 3, 10, tzinfo=UTC),
    )


def test_control_characters_within_markup_that_needs_a_parser() -> None:
    item = read(rss("<title>t</title><description>&lt;p title='&gt;'&gt;a\x01b&amp;#2;&lt;p&gt;c</description>")).items[
        0
    ]
    assert item.summary in ("ab c", "ab\ufffd c")
