"""Telling what an answer is, and `try_url` over real HTTP."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import AsyncIterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.collect.answers import PAGES, answer, page
from tests.collect.exports import FICHES, TABLES, csv_zip, xml_zip, zip_of
from tests.collect.pdfs import make_pdf
from tests.servers.web import Reply, WebServer, drip, gzip_bomb, redirect
from watchbot.collect.detect import Tried, detect, try_url
from watchbot.collect.fetch import Fetcher, FetchSettings
from watchbot.errors import FetchError, ParseError, WatchbotError
from watchbot.model import Kind

RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>Fil</title><link>https://www.example.fr/</link>
<item><title>Un</title><link>https://www.example.fr/1</link></item><item><title>Deux</title><link>https://www.example.fr/2</link></item></channel></rss>"""
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"><title>F</title><entry><title>a</title><id>x</id><link href="/a"/></entry></feed>'
SITEMAP = '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>https://www.example.fr/a-propos</loc></url></urlset>'
POSTS = json.dumps([{"id": 1, "date_gmt": "2026-11-20T10:00:00", "link": "https://www.example.fr/un/", "title": {"rendered": "Un &amp; deux"}, "excerpt": {"rendered": "<p>x</p>"}}])  # fmt: skip
JSON_FEED = json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "J", "items": [{"id": "1", "url": "https://www.example.fr/1", "title": "Un"}]})  # fmt: skip
API = json.dumps({"meta": {"total": 2}, "results": {"hits": [{"titre": f"Texte {n}", "lien": f"/t/{n}", "date_publication": f"2026-11-0{n}", "chapo": "…"} for n in (1, 2)]}})  # fmt: skip
PDF = make_pdf(["Référentiel du label", "85 actions"], ["Seuil"], title="Label 2025")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (RSS, Kind.FEED),
        ("\ufeff\n <!-- x --><?pi?>" + ATOM, Kind.FEED),
        ("<br />\n<b>Warning</b>: include() in x.php\n" + RSS, Kind.FEED),
        (RSS.replace("<?xml", "\x00<?xml"), Kind.FEED),
        (RSS.encode("utf-16"), Kind.FEED),
        (RSS.replace("<rss", "<!DOCTYPE rss [<!ENTITY a 'b'>]><rss"), Kind.FEED),
        ('<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>', Kind.FEED),
        (JSON_FEED, Kind.FEED),
        (SITEMAP, Kind.SITEMAP),
        (gzip.compress(SITEMAP.encode(), mtime=0), Kind.SITEMAP),
        ("<sitemapindex><sitemap><loc>https://www.example.fr/s.xml</loc></sitemap></sitemapindex>", Kind.SITEMAP),
        ("https://www.example.fr/a\nhttps://www.example.fr/b\n", Kind.SITEMAP),
        (POSTS, Kind.WORDPRESS),
        (json.dumps({"name": "Site", "namespaces": ["oembed/1.0", "wp/v2"], "routes": {}}), Kind.WORDPRESS),
        (API, Kind.API),
        (PDF, Kind.DOCUMENT),
        (csv_zip(), Kind.REGISTER),
        (xml_zip(), Kind.REGISTER),
        (FICHES, Kind.REGISTER),
        (TABLES["Standard"], Kind.REGISTER),
        (
            json.dumps({"title": "Répertoire", "resources": [{"title": "export-fiches-rncp-v4-1-2026-11-16.zip"}]}),
            Kind.REGISTER,
        ),
    ],
)
def test_what_an_answer_is_told_by_its_bytes(content: str | bytes, kind: Kind) -> None:
    for declared in ("text/html", "application/octet-stream", ""):
        found = detect(answer(content, content_type=declared))
        assert found.kind is kind
        assert found.confidence > 0.5


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *(
            (path.stem, Kind.LISTING)
            for path in sorted(PAGES.glob("*.html"))
            if path.stem not in {"article-related", "reference-aide", "menus-only"}
        ),
        ("article-related", Kind.PAGE),
        ("reference-aide", Kind.PAGE),
        ("menus-only", Kind.PAGE),
    ],
)
def test_lists_and_pages_are_told_apart(name: str, kind: Kind) -> None:
    assert detect(page(f"{name}.html")).kind is kind


def test_a_page_tells_the_feeds_and_interfaces_it_names() -> None:
    found = detect(page("wordpress-theme.html"))
    assert [(one.kind, one.url) for one in found.follow][:1] == [(Kind.FEED, "https://www.example.fr/feed/")]
    assert (Kind.WORDPRESS, "https://www.example.fr/wp-json/wp/v2/posts") in [
        (one.kind, one.url) for one in found.follow
    ]
    assert found.language == "fr"
    links = detect(answer((PAGES / "guides-pdf.html").read_text().replace('class="guides"', "hidden")))
    assert links.kind in (Kind.LISTING, Kind.PAGE)


def test_a_json_interface_is_mapped() -> None:
    options = detect(answer(API, "https://api.example.fr/textes")).options
    assert options == {
        "items": "results.hits",
        "fields": {"title": "titre", "url": "lien", "date": "date_publication", "summary": "chapo"},
    }
    without = detect(
        answer(json.dumps([{"id": 7, "name": "Sept", "nested": [{"name": "x"}]}]), "https://api.example.fr/x?y=1")
    )
    assert without.options["fields"]["url"] == "https://api.example.fr/x?y=1#!/{id}"
    nested = detect(
        answer(json.dumps({"d": [{"title": {"fr": "T"}, "url": "https://e.example/", "created": 1_790_000_000}]}))
    )
    assert nested.options["fields"] == {"title": "title.fr", "url": "url", "date": "created"}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \n", "empty"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "unsupported"),
        (bytes(range(256)) * 4 + b"\0" * 900, "unsupported"),
        (zip_of({"[Content_Types].xml": b"x", "word/document.xml": b"x"}), "unsupported"),
        (zip_of({"photos/1.jpg": b"x"}), "unsupported"),
        (b"PK\x03\x04broken", "unsupported"),
        (b"\x1f\x8bbroken", "unsupported"),
        (gzip.compress(b"\x1f\x8b" + b"x" * 10, mtime=0), "bomb"),
        (gzip.compress(b" " * 70_000_000, mtime=0), "bomb"),
        (b"BEGIN:VCALENDAR\nEND:VCALENDAR", "unsupported"),
        (b'{"a": 1}', "unsupported"),
        (b"[1, 2, 3]", "unsupported"),
        (b"{broken json", "unsupported"),
        (b"[" * 200_000, "unsupported"),
        (b"<opml version='2.0'><body/></opml>", "opml"),
        (b"<kml><Document/></kml>", "unsupported"),
        (b"just some words", "unsupported"),
        (b"<html><head><title>Just a moment...</title></head><body></body></html>", "bot-challenge"),
    ],
)
def test_what_cannot_be_watched_says_why(content: bytes, reason: str) -> None:
    with pytest.raises(ParseError) as raised:
        detect(answer(content, content_type="application/octet-stream"))
    assert raised.value.reason == reason


@example(bytes(12), b"\x1f\x8b\x08")
@settings(max_examples=80, deadline=None)
@given(
    st.binary(max_size=120),
    st.sampled_from(
        [b"", b"<rss><channel>", b"<html><ul>", b"%PDF-1.4", b"PK\x03\x04", b"\x1f\x8b\x08", b'{"items": [', b"<?xml "]
    ),
)
def test_no_bytes_break_it(noise: bytes, start: bytes) -> None:
    try:
        detect(answer(start + noise))
    except ParseError as error:
        assert error.reason != "crash"  # noqa: PT017


# ------------------------------------------------------------------------------------------------ over HTTP


@pytest.fixture
async def fetcher(web: WebServer) -> AsyncIterator[Fetcher]:
    settings = FetchSettings(allow_private=frozenset({web.netloc}), min_delay=0, attempts=1, max_wait=1.0)
    async with Fetcher(settings) as made:
        yield made


async def test_a_feed(web: WebServer, fetcher: Fetcher) -> None:
    tried = await try_url(web.page("/flux", RSS, "text/html"), fetcher)
    assert (tried.kind, tried.title, [item.title for item in tried.items]) == (Kind.FEED, "Fil", ["Un", "Deux"])
    assert json.loads(json.dumps(tried.as_json()))["items"][0]["url"] == "https://www.example.fr/1"


async def test_a_home_page_leads_to_its_feed_and_keeps_its_list_in_mind(web: WebServer, fetcher: Fetcher) -> None:
    html = (PAGES / "wordpress-theme.html").read_text().replace("https://www.example.fr", web.base)
    web.page("/feed/", RSS, "application/rss+xml")
    tried = await try_url(web.page("/", html), fetcher)
    assert (tried.kind, tried.url, tried.reason) == (Kind.FEED, f"{web.base}/feed/", "a feed that the page names")
    assert Kind.LISTING in {one.kind for one in tried.alternatives}
    assert tried.asked == f"{web.base}/"


@pytest.mark.parametrize(
    "reply",
    [
        Reply(404),
        Reply(200, body=b"<html><p>Page introuvable</p></html>"),
        Reply(200, body=RSS[: RSS.index("<item>")].encode()),
    ],
)
async def test_a_feed_that_is_named_but_bad_gives_way_to_the_list(
    web: WebServer, fetcher: Fetcher, reply: Reply
) -> None:
    html = (PAGES / "wordpress-theme.html").read_text().replace("https://www.example.fr", web.base)
    web.route("/feed/", reply)
    web.route("/comments/feed/", reply)
    tried = await try_url(web.page("/actus", html), fetcher)
    assert tried.kind is Kind.LISTING
    assert len(tried.items) == 8
    assert tried.problems


async def test_a_listing(web: WebServer, fetcher: Fetcher) -> None:
    tried = await try_url(web.page("/l", (PAGES / "cnc-actualites.html").read_bytes()), fetcher)
    assert tried.kind is Kind.LISTING
    assert len(tried.items) == 8
    assert tried.options["item"] == "div.actu-item"


async def test_a_pdf_shows_its_title_pages_dates_and_first_lines(web: WebServer, fetcher: Fetcher) -> None:
    document = (await try_url(web.page("/label.pdf", PDF, "application/pdf"), fetcher)).as_json()["document"]
    assert (document["title"], document["pages"]) == ("Label 2025", "2")
    assert document["created"].startswith("2000-01-01")
    assert document["first_lines"] == ["Référentiel du label", "85 actions", "Seuil"]


async def test_a_plain_page(web: WebServer, fetcher: Fetcher) -> None:
    tried = await try_url(web.page("/aide", (PAGES / "reference-aide.html").read_bytes()), fetcher)
    assert tried.kind is Kind.PAGE
    assert tried.document["first_lines"][0] == "Aide à l’écoproduction"


async def test_sitemaps_and_their_index(web: WebServer, fetcher: Fetcher) -> None:
    web.page("/part.xml.gz", gzip.compress(SITEMAP.encode(), mtime=0), "application/gzip")
    index = f"<sitemapindex><sitemap><loc>{web.base}/part.xml.gz</loc></sitemap></sitemapindex>"
    tried = await try_url(web.page("/sitemap.xml", index, "text/xml"), fetcher)
    assert tried.kind is Kind.SITEMAP
    assert [item.url for item in tried.items] == ["https://www.example.fr/a-propos"]
    assert tried.as_json()["items"][0]["title"]


async def test_wordpress_root_and_json_interface(web: WebServer, fetcher: Fetcher) -> None:
    web.page("/wp-json/wp/v2/posts", POSTS, "application/json")
    root = web.page("/wp-json/", json.dumps({"namespaces": ["wp/v2"], "name": "Site"}), "application/json")
    tried = await try_url(root, fetcher)
    assert (tried.kind, [item.title for item in tried.items]) == (Kind.WORDPRESS, ["Un & deux"])
    tried = await try_url(web.page("/api", API, "application/json"), fetcher)
    assert (tried.kind, [item.title for item in tried.items]) == (Kind.API, ["Texte 1", "Texte 2"])


async def test_an_export_of_the_register_shows_its_first_records(web: WebServer, fetcher: Fetcher) -> None:
    tried = await try_url(web.page("/export.zip", csv_zip(), "application/zip"), fetcher)
    assert tried.kind is Kind.REGISTER
    assert [record["number"] for record in tried.as_json()["records"]] == ["RNCP37773", "RNCP30111", "RNCP30112"]
    listed = json.dumps(
        {
            "title": "Répertoire",
            "resources": [{"title": "export-fiches-rncp-v4-1-2026-11-16.zip", "url": f"{web.base}/export.zip"}],
        }
    )
    tried = await try_url(web.page("/api/1/datasets/x/", listed, "application/json"), fetcher)
    assert tried.problems == (f"would be read next: {web.base}/export.zip",)


async def test_redirects_are_followed_and_the_last_address_told(web: WebServer, fetcher: Fetcher) -> None:
    web.page("/nouveau", RSS)
    web.route("/ancien", redirect("/nouveau", 301))
    tried = await try_url(web.url("/ancien"), fetcher)
    assert (tried.asked, tried.url) == (web.url("/ancien"), web.url("/nouveau"))


async def test_an_address_without_a_scheme_is_meant_as_https(web: WebServer, fetcher: Fetcher) -> None:
    with pytest.raises(FetchError) as raised:
        await try_url(f"{web.netloc}/x", fetcher, seconds=0.5)
    assert raised.value.url.startswith("https://")


@pytest.mark.parametrize("name", ["/drip", "/hang"])
async def test_a_server_that_drags_its_feet_is_given_up(web: WebServer, fetcher: Fetcher, name: str) -> None:
    web.route("/drip", drip(RSS.encode(), size=1, pause=0.2))
    web.route("/hang", drip(b"x", pause=30))
    began = time.monotonic()
    with pytest.raises(FetchError) as raised:
        await try_url(web.url("/drip"), fetcher, seconds=0.8)
    assert raised.value.reason == "timeout"
    assert time.monotonic() - began < 3


async def test_a_slow_feed_does_not_keep_the_list_from_being_shown(web: WebServer, fetcher: Fetcher) -> None:
    html = (PAGES / "wordpress-theme.html").read_text().replace("https://www.example.fr", web.base)
    web.route("/feed/", drip(RSS.encode(), size=1, pause=0.2))
    tried = await try_url(web.page("/actus", html), fetcher, seconds=1.0)
    assert tried.kind is Kind.LISTING
    assert f"{web.base}/feed/: no answer in time" in tried.problems


async def test_private_addresses_and_bombs_are_refused(web: WebServer, fetcher: Fetcher) -> None:
    for url in ("http://127.0.0.2:1/", "http://[::1]/", "ftp://example.fr/", "http://169.254.169.254/latest/"):
        with pytest.raises(WatchbotError):
            await try_url(url, fetcher)
    web.route("/bombe", gzip_bomb())
    with pytest.raises(FetchError):
        await try_url(web.url("/bombe"), fetcher)


def heavy(kind: str) -> bytes:
    if kind == "links":
        return (
            b"<ul>"
            + b"".join(b"<li><a href='/n/%d'>Une nouvelle num\xc3\xa9ro %d</a></li>" % (n, n) for n in range(12_500))
            + b"</ul>"
        )
    if kind == "text":
        return b"<main>" + b"<p>Un paragraphe de texte, avec <b>quelques</b> mots.</p>" * 12_500 + b"</main>"
    if kind == "attributes":
        return b"<div " + b" ".join(b"a%d=b" % n for n in range(75_000)) + b">x</div>"
    if kind == "json":
        return json.dumps([{"title": f"T{n}", "url": f"/{n}", "date": "2026-01-01"} for n in range(6_000)]).encode()
    return b"<rss><channel>" + b"<item><title>a</title><link>https://e.example/</link></item>" * 6_000


@pytest.mark.parametrize("kind", ["links", "text", "attributes", "json", "feed"])
async def test_heavy_pages_take_seconds(web: WebServer, fetcher: Fetcher, kind: str) -> None:
    began = time.process_time()
    try:
        tried: Tried | None = await try_url(web.page("/gros", heavy(kind)), fetcher)
    except ParseError:
        tried = None
    assert time.process_time() - began < 4
    if kind in {"json", "feed", "links"}:
        assert tried is not None
        assert len(tried.items) >= 100
