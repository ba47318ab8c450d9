"""`watchbot add`: what is proposed for an address, and how it is written down."""

from __future__ import annotations

import stat
import tomllib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.collect.answers import PAGES
from tests.servers.web import WebServer
from watchbot.collect import adding
from watchbot.collect.adding import append_source, propose_source, publisher_of, slug_for, table_of
from watchbot.collect.detect import Tried
from watchbot.collect.fetch import Fetcher, FetchSettings
from watchbot.config.sources import OPTIONS, SourceTable
from watchbot.errors import ConfigError, UsageError
from watchbot.model import Kind

RSS = "<rss version='2.0'><channel><title>Actualités | CNC</title><language>fr</language><item><title>Un</title><link>https://e.example/1</link></item></channel></rss>"
FILE = """# Ma veille, tenue par deux personnes
version = 1

[collect]
contact = "veille@example.fr"   # ne pas changer

[[sources]]
id = "cnc"
name = "CNC"
publisher = "CNC"
kind = "listing"
url = "https://www.cnc.fr/professionnels/actualites"

[sources.options]
item = ".actu" # vérifié en mars
# fin
"""


@pytest.fixture
async def fetcher(web: WebServer) -> AsyncIterator[Fetcher]:
    manners = FetchSettings(allow_private=frozenset({web.netloc}), min_delay=0, attempts=1, max_wait=1.0)
    async with Fetcher(manners) as made:
        yield made


def valid(table: dict[str, Any]) -> SourceTable:
    """The table as the configuration reads it, with the options of its kind."""
    read = SourceTable.model_validate({**table, "url": "https://www.example.fr/", "home": None})
    OPTIONS[read.kind].model_validate(read.options)
    return read


async def test_a_feed_is_proposed_for_a_home_page(web: WebServer, fetcher: Fetcher) -> None:
    html = (PAGES / "wordpress-theme.html").read_text().replace("https://www.example.fr", web.base)
    web.page("/feed/", RSS, "application/rss+xml")
    proposed = await propose_source(web.page("/", html), fetcher, taken={"127-0-0-1"})
    table = dict(proposed.table)
    assert (table["kind"], table["url"], table["name"], table["publisher"]) == (
        "feed",
        f"{web.base}/feed/",
        "Actualités | CNC",
        "CNC",
    )
    assert table["id"] == "127-0-0-1-2"
    assert table["checked"].endswith(": 1 entrées lues")
    valid(table)


async def test_a_list_is_proposed_with_selectors_that_the_configuration_takes(web: WebServer, fetcher: Fetcher) -> None:
    proposed = await propose_source(
        web.page("/professionnels/actualites", (PAGES / "cnc-actualites.html").read_bytes()), fetcher
    )
    table = dict(proposed.table)
    assert table["options"]["item"] == "div.actu-item"
    assert table["id"] == "127-0-0-1-professionnels-actualites"
    assert valid(table).options["next"] == "li.suivant a"


async def test_a_site_without_news_on_its_home_page_is_watched_by_its_sitemap(web: WebServer, fetcher: Fetcher) -> None:
    web.page("/sitemap_index.xml", f"<urlset><url><loc>{web.base}/a</loc></url></urlset>", "text/xml")
    proposed = await propose_source(web.page("/", (PAGES / "menus-only.html").read_bytes()), fetcher)
    assert (proposed.table["kind"], proposed.table["url"]) == ("sitemap", f"{web.base}/sitemap_index.xml")


async def test_a_page_stays_a_page_where_there_is_nothing_else(web: WebServer, fetcher: Fetcher) -> None:
    proposed = await propose_source(web.page("/", (PAGES / "reference-aide.html").read_bytes()), fetcher)
    assert proposed.table["kind"] == "page"
    assert "options" not in proposed.table


async def test_a_json_interface_keeps_its_mapping(web: WebServer, fetcher: Fetcher, tmp_path: Path) -> None:
    proposed = await propose_source(
        web.page("/api", '{"data": [{"titre": "Un", "lien": "/1", "date": "2026-01-02"}]}', "application/json"), fetcher
    )
    path = tmp_path / "sources.toml"
    append_source(path, proposed.table)
    written = tomllib.loads(path.read_text())["sources"][0]
    assert written["options"] == {"items": "data", "fields": {"title": "titre", "url": "lien", "date": "date"}}
    valid(written)


def table(**more: Any) -> dict[str, Any]:
    return {
        "id": "afnor", "name": "Actualités « AFNOR »", "publisher": "AFNOR", "kind": "feed", "url": "https://www.afnor.org/feed/", "home": None, "language": "fr", **more
    }  # fmt: skip


def test_not_a_byte_of_the_file_changes(tmp_path: Path) -> None:
    path = tmp_path / "sources.toml"
    path.write_text(FILE, encoding="utf-8")
    path.chmod(0o640)
    added = append_source(path, table(options={"follow": True, "drop": ("a", "b"), "body": None}))
    text = path.read_text(encoding="utf-8")
    assert text == f"{FILE.rstrip()}\n\n{added}"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    first, second = tomllib.loads(text)["sources"]
    assert first["options"] == {"item": ".actu"}
    assert second["name"] == "Actualités « AFNOR »"
    assert second["options"] == {"follow": True, "drop": ["a", "b"]}
    assert "home" not in second
    assert [one.name for one in tmp_path.iterdir()] == ["sources.toml"]


def test_a_file_that_is_not_there_or_empty_is_begun(tmp_path: Path) -> None:
    append_source(tmp_path / "sources.toml", table())
    assert tomllib.loads((tmp_path / "sources.toml").read_text())["version"] == 1
    (tmp_path / "vide.toml").touch()
    append_source(tmp_path / "vide.toml", table())
    assert tomllib.loads((tmp_path / "vide.toml").read_text())["sources"][0]["id"] == "afnor"


def test_nothing_is_added_twice(tmp_path: Path) -> None:
    path = tmp_path / "sources.toml"
    append_source(path, table())
    before = path.read_text()
    with pytest.raises(UsageError, match="another id"):
        append_source(path, table(url="https://autre.example/"))
    with pytest.raises(UsageError, match="watched already"):
        append_source(path, table(id="autre"))
    assert path.read_text() == before


@pytest.mark.parametrize("text", ["version = ", "sources = []\n", 'sources = "x"\n', "[sources]\nid = 1\n"])
def test_a_file_that_cannot_be_appended_to_is_left_alone(tmp_path: Path, text: str) -> None:
    path = tmp_path / "sources.toml"
    path.write_text(text)
    with pytest.raises(ConfigError):
        append_source(path, table())
    assert path.read_text() == text


def test_a_crash_while_writing_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "sources.toml"
    path.write_text(FILE, encoding="utf-8")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(adding.os, "fdopen", full)
    with pytest.raises(OSError, match="No space"):
        append_source(path, table())
    assert path.read_text(encoding="utf-8") == FILE
    assert [one.name for one in tmp_path.iterdir()] == ["sources.toml"]


@pytest.mark.parametrize(
    ("url", "slug"),
    [
        ("https://www.cnc.fr/professionnels/actualites", "cnc-professionnels-actualites"),
        ("https://ecoprod.com/feed/", "ecoprod"),
        ("https://www.example.fr/wp-json/wp/v2/posts", "example-wp-json"),
        ("https://actu.region-sud.fr/fr/Éco%20production/index.html", "region-sud-eco-production"),
        ("http://192.168.1.2/x", "192-168-1-2-x"),
        ("https://e.example/" + "tres-long-" * 30, "e-" + ("tres-long-" * 30)[:48].strip("-")),
    ],
)
def test_ids_from_addresses(url: str, slug: str) -> None:
    assert slug_for(url) == slug
    assert slug_for(url, {slug}) == f"{slug}-2"


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40), st.text(max_size=40))
def test_any_address_and_title_make_a_valid_table(path: str, title: str) -> None:
    tried = Tried(asked="", url=f"https://www.example.fr/{path}", kind=Kind.PAGE, confidence=1, reason="", title=title)
    made = table_of(tried, day="2026-11-24")
    SourceTable.model_validate({**made, "url": "https://www.example.fr/"})


@pytest.mark.parametrize(
    ("title", "url", "publisher"),
    [
        ("Actualités | CNC", "https://x.example/", "CNC"),
        ("Actualités – Film en Région", "https://x.example/", "Film en Région"),
        ("Actualités", "https://www.cnc.fr/a", "CNC"),
        ("", "https://www.film-paris-region.fr/a", "Film Paris Region"),
        ("", "http://127.0.0.1/", "127.0.0.1"),
    ],
)
def test_publishers(title: str, url: str, publisher: str) -> None:
    assert publisher_of(Tried(asked="", url=url, kind=Kind.FEED, confidence=1, reason="", title=title)) == publisher
