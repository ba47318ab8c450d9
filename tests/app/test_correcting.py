"""Correcting items: the last word counts in tags, corrections.jsonl, training and explanations."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from watchbot.app.classifying import correct, fold_in_corrections, said_by_hand
from watchbot.classify.examples import read_examples, read_lines
from watchbot.model import FoundItem, Kind, Source
from watchbot.store import Store

SOURCE = Source(id="ecoprod-actualites", name="Ecoprod", publisher="Ecoprod", kind=Kind.FEED, url="https://e.org/f")
NINE = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.fixture
def store(watch):
    corrections = watch.classifier_folder / "corrections.jsonl"
    for path in (watch.database, corrections):
        path.unlink(missing_ok=True)
    with Store(watch.database) as opened:
        yield opened


def add(store, title="Des décors en carton recyclé", guid="1"):
    found = FoundItem(guid=guid, url=f"https://e.org/{guid}", title=title, summary="Un atelier à Lyon.")
    (item,) = store.items.save(SOURCE, [found], NINE).new
    return item


def say(watch, store, item, *topics, minutes=0, author="claire"):
    at = NINE + timedelta(minutes=minutes)
    correct(watch, store, item, topics=topics, off_topic=not topics, author=author, at=at)


def learnt(watch, store, item):
    """What training would learn of an item's text."""
    title = store.items.get(item).title
    topics = [topic.id for topic in watch.classifier.topics]
    return [one.topics for one in read_examples(watch.classifier_folder, topics) if one.title == title]


def folded(watch):
    topics = [topic.id for topic in watch.classifier.topics]
    return [one.topics for one in read_lines(watch.classifier_folder / "corrections.jsonl", topics)]


@pytest.mark.parametrize("fold_between", [False, True])
def test_who_comes_back_to_the_first_judgement_is_heard_everywhere(watch, store, fold_between):
    item = add(store)
    for minutes, topics in enumerate([["mesure"], [], ["mesure"]]):
        say(watch, store, item, *topics, minutes=minutes)
        if fold_between:
            assert fold_in_corrections(watch, store) == 1
    assert fold_in_corrections(watch, store) == (0 if fold_between else 3)
    assert fold_in_corrections(watch, store) == 0
    assert folded(watch) == [("mesure",), (), ("mesure",)]
    assert learnt(watch, store, item) == [("mesure",)]
    assert [tag.topic for tag in store.tags.of([item])[item]] == ["mesure"]
    assert store.corrections.latest(item).topics == ("mesure",)
    assert "hors sujet" not in said_by_hand(watch, store, item)


def test_repeating_the_last_word_adds_nothing(watch, store):
    item = add(store)
    for minutes in (0, 1, 2_000):
        say(watch, store, item, "mesure", minutes=minutes)
    assert store.corrections.count() == 1
    assert fold_in_corrections(watch, store) == 1


def test_another_person_between_does_not_hide_the_last_word(watch, store):
    item = add(store)
    say(watch, store, item, "mesure")
    say(watch, store, item, "animation", minutes=1, author="dominique")
    say(watch, store, item, "mesure", minutes=2)
    fold_in_corrections(watch, store)
    assert learnt(watch, store, item) == [("mesure",)]
    assert "claire" in said_by_hand(watch, store, item)


def test_two_items_of_one_text_are_both_explained(watch, store):
    first, second = add(store), add(store, guid="2")
    for item in (first, second):
        say(watch, store, item, "mesure")
        assert "claire" in said_by_hand(watch, store, item)


def test_a_topic_named_twice_is_taken_once(watch, store):
    item = add(store)
    say(watch, store, item, "mesure", "Animation", "mesure", "MESURE")
    assert [tag.topic for tag in store.tags.of([item])[item]] == ["mesure", "animation"]
    assert store.corrections.latest(item).topics == ("mesure", "animation")


def test_a_database_that_lost_the_last_word_gets_it_back(watch, store):
    lost, kept = add(store), add(store, "Un autre titre", guid="2")
    for item in (lost, kept):
        say(watch, store, item, "mesure", "animation")
        say(watch, store, item, minutes=1)
    say(watch, store, lost, "mesure", "animation", minutes=2)
    # As the former version left it: the tags heard the last word, the corrections did not keep it.
    store.execute("DELETE FROM corrections WHERE id = (SELECT max(id) FROM corrections)")
    store.execute("DROP INDEX corrections_text")
    store.execute("DELETE FROM _migrations WHERE number = 87")
    assert store.corrections.latest(lost).topics == ()
    with Store(watch.database) as again:
        assert again.corrections.count() == 5
        said = again.corrections.latest(lost)
        assert (said.topics, said.author, said.date) == (("mesure", "animation"), "claire", "2026-11-20")
        assert again.corrections.latest(kept).topics == ()
        say(watch, again, lost, minutes=3)
        fold_in_corrections(watch, again)
        assert learnt(watch, again, lost) == [()]
