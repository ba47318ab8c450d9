"""OPML, in and out."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchbot.collect.opml import OpmlFeed, read_opml, tables_of, write_opml
from watchbot.config.sources import SourceTable
from watchbot.errors import ParseError
from watchbot.model import Kind, Source

OPML = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="1.1"><head><title>Abonnements</title></head><body>
<outline text="Institutions"><outline text="Régions">
<outline type="rss" text="Région &amp; Sud" xmlUrl="https://www.example.fr/feed/?a=1&amp;b=2" htmlUrl="https://www.example.fr/"/></outline>
<outline TEXT="CNC" xmlurl="feed://www.cnc.fr/rss"/></outline>
<outline title="En double" xmlUrl="https://www.example.fr/feed/?a=1&amp;b=2"/>
<outline text="Une page" type="link" url="https://www.example.fr/"/>
<outline text="Sans schéma" xmlUrl="javascript:alert(1)"/></body></opml>"""


def feed(identity: str, publisher: str, **other: object) -> Source:
    return Source(
        id=identity,
        name=f"Actualités « {identity} » & co",
        publisher=publisher,
        kind=Kind.FEED,
        url=f"https://{identity}.example/feed?x=1&y=2",
        **other,
    )  # type: ignore[arg-type]


def test_feeds_with_their_folders_each_once() -> None:
    assert read_opml(OPML.encode()) == (
        OpmlFeed(
            "Région & Sud",
            "https://www.example.fr/feed/?a=1&b=2",
            "https://www.example.fr/",
            ("Institutions", "Régions"),
        ),
        OpmlFeed("CNC", "http://www.cnc.fr/rss", "", ("Institutions",)),
    )


def test_what_is_written_is_read_again() -> None:
    sources = [
        feed("un", "CNC"),
        feed("deux", "CNC", language="en"),
        feed("trois", "AFNOR", home="https://trois.example/accueil"),
    ]
    sources.append(Source(id="page", name="Page", publisher="CNC", kind=Kind.PAGE, url="https://x.example/"))
    text = write_opml(sources, title="Ma veille", now=datetime(2026, 11, 24, tzinfo=UTC))
    found = read_opml(text.encode())
    assert [(one.title, one.url, one.folders) for one in found] == [
        ("Actualités « un » & co", "https://un.example/feed?x=1&y=2", ("CNC",)),
        ("Actualités « deux » & co", "https://deux.example/feed?x=1&y=2", ("CNC",)),
        ("Actualités « trois » & co", "https://trois.example/feed?x=1&y=2", ()),
    ]
    assert found[1].language == "en"
    assert "<dateCreated>Tue, 24 Nov 2026 00:00:00 +0000</dateCreated>" in text


def test_tables_are_valid_sources_with_ids_of_their_own() -> None:
    feeds = [*read_opml(OPML.encode()), OpmlFeed("Autre", "https://www.example.fr/autre/feed/")]
    tables = tables_of(feeds, taken={"example"}, day="2026-11-24")
    assert [table["id"] for table in tables] == ["example-2", "cnc", "example-autre"]
    for table in tables:
        SourceTable.model_validate(table)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not-opml"),
        (b"<rss/>", "not-opml"),
        (b'<!DOCTYPE o [<!ENTITY a "b">]><opml><body/></opml>', "entities"),
        (
            b"<opml><body>"
            + b"".join(b'<outline xmlUrl="http://e.example/%d"/>' % n for n in range(20_001))
            + b"</body></opml>",
            "too-large",
        ),
    ],
)
def test_what_is_no_opml_or_too_much_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(ParseError) as raised:
        read_opml(data)
    assert raised.value.reason == reason


def test_a_file_cut_short_or_badly_written_gives_what_it_has() -> None:
    assert len(read_opml(OPML.encode()[: OPML.index("<outline title=")])) == 2
    assert len(read_opml(OPML.replace("&amp;", "&").encode())) == 2
    assert len(read_opml(OPML.replace("UTF-8", "ISO-8859-1").encode("cp1252"))) == 2


def test_deep_nesting_is_walked() -> None:
    deep = '<outline text="x">' * 200 + '<outline text="y" xmlUrl="https://e.example/"/>' + "</outline>" * 200
    assert [one.title for one in read_opml(f"<opml><body>{deep}</body></opml>".encode())] == ["y"]


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=200), st.integers(0, len(OPML)))
def test_no_damage_breaks_it(noise: bytes, place: int) -> None:
    data = OPML.encode()
    try:
        found = read_opml(data[:place] + noise + data[place:])
    except ParseError:
        return
    assert all(one.url.startswith("http") for one in found)
