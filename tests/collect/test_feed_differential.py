"""Nothing that feedparser finds is lost: over the corpus field by field, and over damaged feeds entry by entry."""

from __future__ import annotations

import calendar
import warnings
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import feedparser
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.collect.answers import NOW, answer, source
from watchbot.collect.canonical import absolute, canonical_url
from watchbot.collect.clean import plain_text, plain_title
from watchbot.collect.feed import parse
from watchbot.errors import ParseError
from watchbot.model import FoundItem, Kind

FEEDS = Path(__file__).parent / "corpus" / "feeds"
URL = "https://www.example.fr/feed"
CORPUS = {path.name: path.read_bytes() for path in sorted(FEEDS.iterdir()) if path.suffix != ".json"}
# What the reference reads worse, each for the reason given.
BETTER = {
    ("atom03.xml", "title"): "escaped HTML is left escaped",
    ("html_entities.xml", "link"): "an ampersand in an address is taken for an entity",
    ("wrong_namespaces.xml", "link"): "a misspelt Atom namespace is not seen through",
    ("crossed_tags.xml", "title"): "an entry with an open title loses it",
    ("crossed_tags.xml", "link"): "and swallows the next entry",
    ("dates.xml", "published"): "day and month without a year it knows are guessed from the clock",
    ("joomla.xml", "author"): "an address of the domain .example is not known for one",
    ("xml_base.xml", "id"): "identifiers are resolved as addresses",
    ("feedburner.xml", "link"): "the tracking redirect is given instead of the origin",
}


def read(content: bytes) -> tuple[FoundItem, ...]:
    return parse(answer(content, URL, "application/xml"), source(Kind.FEED, URL)).items


def reference(content: bytes) -> list[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        headers = {"content-type": "application/xml", "content-location": URL}
        try:
            return list(feedparser.parse(content, response_headers=headers).entries)
        except (ValueError, TypeError, KeyError, IndexError, AttributeError):  # it breaks on some damage itself
            return []


def letters(text: str) -> str:
    return "".join(char for char in text.lower() if char.isalnum())


def address(link: str) -> str:
    return canonical_url(absolute(URL, link))


@pytest.mark.parametrize("name", CORPUS)
def test_every_field_that_feedparser_finds(name: str) -> None:
    items, entries = read(CORPUS[name]), reference(CORPUS[name])
    assert len(items) >= len(entries)
    if len(items) != len(entries):
        return
    for item, entry in zip(items, entries, strict=True):
        differences = dict(compare(item, entry))
        assert {field for field in differences if (name, field) not in BETTER} == set(), differences


def compare(item: FoundItem, entry: Any) -> list[tuple[str, str]]:
    """Fields in which an item falls short of the reference's entry, with what that has."""
    return [
        *_identity(item, entry),
        *_texts(item, entry),
        *_dates(item, entry),
    ]


def _identity(item: FoundItem, entry: Any) -> list[tuple[str, str]]:
    short = []
    title = plain_title(entry.get("title") or "")
    if title and letters(title) != letters(item.title):
        short.append(("title", title))
    link = address(entry.get("link") or "")
    if link and link != item.url:
        short.append(("link", link))
    guid = " ".join((entry.get("id") or "").split())
    if guid and guid != item.guid and not item.guid.startswith(item.url):
        short.append(("id", guid))
    return short


def _texts(item: FoundItem, entry: Any) -> list[tuple[str, str]]:
    short = []
    summary = letters(plain_text(entry.get("summary") or ""))
    ours = letters(item.summary) + letters(item.body)
    if summary and not (summary[:200] in ours or ours.startswith(letters(item.summary)[:100])):
        short.append(("summary", summary))
    for content in entry.get("content") or ():
        text = letters(plain_text(content["value"]))
        if text and text not in ours:
            short.append(("content", text))
    author = entry.get("author_detail", {}).get("name") or ""
    if author and letters(author) not in letters(item.author):
        short.append(("author", author))
    terms = {plain_title(tag["term"]) for tag in entry.get("tags") or () if tag["term"]}
    terms = {term for term in terms if not term.startswith("http://schemas.google.com/")}
    if not terms <= set(item.categories):
        short.append(("categories", str(terms)))
    return short


def _dates(item: FoundItem, entry: Any) -> list[tuple[str, str]]:
    short = []
    for name in ("published", "updated"):
        parsed = dict.get(entry, f"{name}_parsed")
        if parsed is None or parsed.tm_year < 1990:
            continue
        moment = datetime.fromtimestamp(calendar.timegm(parsed), UTC)
        if moment > NOW:
            continue
        near = [ours for ours in (item.published, item.updated) if ours and abs((ours - moment).total_seconds()) < 7300]
        if not near:  # two hours: a date without a zone is Paris time here and UTC there
            short.append((name, str(moment)))
    return short


# ------------------------------------------------------------------------------------------------ damage

WHOLE = ("wordpress.xml", "drupal.xml", "blogger.xml", "atom03.xml", "rss10.rdf", "youtube.xml", "html_titles.xml")
SNIPPETS = [
    b"<", b">", b"&", b'"', b"]]>", b"<![CDATA[", b"<!--", b"-->", b"&nbsp;", b"&#0;", b"&#x110000;", b"&e;", b"<b>", b"</b>", b"<br>", b"\0",
    b"\xff", b"\xc3", b"</item>", b"</title>", b"</channel>", b"<item>", b"<title>", b"<?php ?>", b"<!DOCTYPE x [<!ENTITY e '&e;'>]>", b"'", b"x:y=", b"</",
]  # fmt: skip


def quiet(content: bytes) -> tuple[FoundItem, ...]:
    try:
        return read(content)
    except ParseError:
        return ()


@pytest.mark.parametrize("name", WHOLE)
def test_truncation_loses_no_entry(name: str) -> None:
    content = CORPUS[name]
    for cut in range(200, len(content), 61):
        items, entries = quiet(content[:cut]), reference(content[:cut])
        assert len(items) >= len(entries), cut
        urls, titles = {item.url for item in items}, {letters(item.title) for item in items}
        for entry in entries:
            link = address(entry.get("link") or "")
            assert not link or link in urls or name == "drupal.xml", cut
            title = letters(plain_title(entry.get("title") or ""))
            assert not title or title in titles or name == "atom03.xml", cut


damage = settings(max_examples=70, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


@damage
@given(name=st.sampled_from(WHOLE), data=st.data())
def test_insertions_lose_no_entry(name: str, data: st.DataObject) -> None:
    content = CORPUS[name]
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content)))
        content = content[:place] + data.draw(st.sampled_from(SNIPPETS)) + content[place:]
    check_count(content)


@damage
@given(name=st.sampled_from(WHOLE), data=st.data())
def test_flipped_bits_lose_no_entry(name: str, data: st.DataObject) -> None:
    content = bytearray(CORPUS[name])
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    check_count(bytes(content))


@damage
@given(name=st.sampled_from(WHOLE), data=st.data())
def test_deletions_and_repetitions_lose_no_entry(name: str, data: st.DataObject) -> None:
    content = CORPUS[name]
    start = data.draw(st.integers(0, len(content) - 1))
    end = data.draw(st.integers(start, min(len(content), start + 120)))
    check_count(content[:start] + content[start:end] * data.draw(st.sampled_from([0, 2, 3])) + content[end:])


def check_count(content: bytes) -> None:
    items = quiet(content)
    assert len(items) >= len(reference(content))
    for item in items:
        assert item.title
        assert "\0" not in item.title + item.body
        item.body.encode()  # no lone surrogates
        assert canonical_url(item.url) == item.url


def test_attribute_with_a_digit_that_is_a_letter_elsewhere() -> None:
    content = CORPUS["blogger.xml"].replace(b"type='text'", b"t\xb9pe='text'").replace(b"</title>", b"</title", 1)
    assert len(read(content)) == len(reference(content)) == 1


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.binary(max_size=400))
def test_noise_never_crashes(content: bytes) -> None:
    quiet(content)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    st.lists(
        st.sampled_from(
            [*SNIPPETS, b"<rss>", b"<feed>", b"<link>", b" a ", b"<entry>", b"<content>", b"<author>", b"xml:base='/'"]
        ),
        max_size=40,
    )
)
def test_heaps_of_fragments_never_crash(pieces: list[bytes]) -> None:
    content = b"".join(pieces)
    assert len(quiet(b"<rss>" + content)) >= 0
