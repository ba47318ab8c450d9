"""Feeds that are valid whatever was fetched, and the calendar of an issue."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import feedparser
import icalendar
import pytest
from hostile import hostile_material
from lxml import etree
from sample import EDITION, NOW, material, sample
from test_render import EVERYTHING, check_golden

from watchbot.digest.agenda import render_calendar
from watchbot.digest.atom import Feed, FeedEntry, feed_bytes, render_atom
from watchbot.digest.compose import compose

HOME = "https://v.example"
SCHEMA = etree.RelaxNG(etree.parse(str(Path(__file__).parent / "atom.rng")))
SPACE = {"a": "http://www.w3.org/2005/Atom"}


def valid(content: bytes):
    tree = etree.fromstring(content)
    SCHEMA.assertValid(tree)
    ids = tree.xpath("//a:id/text()", namespaces=SPACE)
    assert len(ids) == len(set(ids))
    # RFC 4287, 4.1.2: an entry without content has a link to it.
    bare = tree.xpath("//a:entry[not(a:content) and not(a:link[not(@rel) or @rel='alternate'])]", namespaces=SPACE)
    assert bare == []
    return tree


def atom(digests, path="flux.atom", **wanted) -> bytes:
    return render_atom(digests, address=f"{HOME}/{path}", home=HOME, **wanted)


def test_the_feed_of_an_edition_is_valid_and_holds_stories_and_changes():
    content = atom(sample(reader=None))
    valid(content)
    check_golden("hebdo.atom", content.decode() + "\n")
    read = feedparser.parse(content)
    assert not read.bozo
    assert read.feed.title == "Veille écoproduction – Hebdo coordination"
    assert len(read.entries) == 10
    assert read.entries[0].id.startswith(f"{HOME}/id/")


def test_feeds_of_topics_and_regions_hold_theirs():
    by_topic = feedparser.parse(atom(sample(reader=None), topic="mesure"))
    assert by_topic.feed.title == "Veille écoproduction – Mesure et bilan carbone"
    assert {entry.author for entry in by_topic.entries} == {"Région Sud", "Ecoprod", "Légifrance"}
    by_region = feedparser.parse(atom(sample(reader=None), region="corse"))
    assert by_region.feed.title.endswith("Corse")
    assert [entry.author for entry in by_region.entries] == ["Collectivité de Corse"]
    nothing = atom(sample(reader=None), topic="international", region="bretagne")
    valid(nothing)
    assert feedparser.parse(nothing).entries == []
    assert "Bretagne" in feedparser.parse(nothing).feed.title


def test_what_two_issues_tell_stands_once():
    former = compose(EDITION, material(4), now=NOW - timedelta(days=7))
    both = feedparser.parse(atom([sample(reader=None), former]))
    assert len(both.entries) == 10
    assert both.feed.updated == "2026-11-23T06:30:00Z"
    with pytest.raises(ValueError, match="no issue"):
        atom([])


def test_hostile_text_makes_a_valid_feed():
    content = atom(compose(EVERYTHING, hostile_material(), now=NOW))
    tree = valid(content)
    assert tree.xpath("//a:link[starts-with(@href, 'java')]", namespaces=SPACE) == []
    assert not feedparser.parse(content).bozo
    raw = FeedEntry(id=f"{HOME}/id/1", title="a\x00b\ud800\uffff", updated=NOW, language="x y", summary="\x1b")
    valid(
        feed_bytes(
            Feed(title="t", subtitle="s", address=f"{HOME}/f", home=HOME, author="", updated=NOW, entries=(raw,))
        )
    )


def test_the_calendar_of_an_issue_holds_its_deadlines():
    digest = sample(reader=None)
    content = render_calendar(digest)
    assert content == render_calendar(digest)
    events = icalendar.Calendar.from_ical(content).walk("VEVENT")
    assert [str(event["uid"]) for event in events] == ["d2@watchbot", "change-beef@watchbot", "d1@watchbot"]
    moved = events[2]
    assert moved["sequence"] == 1
    assert "15/01/2027" in moved["description"]
    assert b"VEVENT" not in render_calendar(replace(digest, deadlines=()))
