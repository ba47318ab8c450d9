"""The calendar in the store."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from watchbot.model import Deadline
from watchbot.store import Store

SEEN = datetime(2026, 11, 16, 7, 30, tzinfo=UTC)
ENTRY = Deadline(
    uid="a@watchbot",
    due=date(2027, 1, 15),
    title="Appel à projets",
    role="depot",
    quote="Dépôt avant le 15 janvier 2027.",
    confidence=0.95,
    item_ids=("1", "2"),
    source_ids=("cnc",),
    url="https://www.cnc.fr/1",
    previous=date(2027, 1, 8),
    sequence=1,
    first_seen=SEEN,
)
BARE = Deadline(uid="b@watchbot", due=date(2026, 12, 21), title="", role="autre", quote="", confidence=0.6)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "watch.db") as opened:
        yield opened


def test_saved_and_read_back_soonest_first(store: Store) -> None:
    store.deadlines.save([ENTRY, BARE])
    assert store.deadlines.upcoming(date(2026, 1, 1), date(2027, 12, 31)) == [BARE, ENTRY]


def test_both_ends_of_a_period_count(store: Store) -> None:
    store.deadlines.save([ENTRY, BARE])
    assert store.deadlines.upcoming(BARE.due, BARE.due) == [BARE]
    assert store.deadlines.upcoming(date(2026, 12, 22), date(2027, 1, 15)) == [ENTRY]
    assert store.deadlines.upcoming(date(2026, 12, 22), date(2027, 1, 14)) == []


def test_saving_again_changes_nothing_and_a_move_keeps_one_entry(store: Store) -> None:
    store.deadlines.save([ENTRY])
    store.deadlines.save([ENTRY])
    moved = replace(ENTRY, due=date(2027, 2, 1), previous=ENTRY.due, sequence=2, quote="Reporté au 1er février 2027.")
    store.deadlines.save([moved])
    assert store.deadlines.upcoming(date(2026, 1, 1), date(2028, 1, 1)) == [moved]


def test_on_days(store: Store) -> None:
    store.deadlines.save([ENTRY, BARE])
    assert store.deadlines.on([]) == []
    assert store.deadlines.on([ENTRY.due, date(2027, 3, 3)]) == [ENTRY]
    assert store.deadlines.on([ENTRY.due, BARE.due]) == [BARE, ENTRY]


def test_moved_from_and_when_it_changed(store: Store) -> None:
    changed = replace(ENTRY, changed_at=datetime(2026, 11, 23, 7, 30, tzinfo=UTC))
    store.deadlines.save([changed, BARE])
    assert store.deadlines.moved_from([date(2027, 1, 8)]) == [changed]
    assert store.deadlines.moved_from([ENTRY.due]) == []
    assert store.deadlines.moved_from([]) == []


def test_what_no_text_says_any_more_is_forgotten(store: Store) -> None:
    store.deadlines.save([ENTRY, BARE])
    store.deadlines.set_said_by("item:1", [ENTRY.uid, BARE.uid, BARE.uid])
    store.deadlines.set_said_by("item:2", [ENTRY.uid])
    store.deadlines.set_said_by("item:1", [BARE.uid])
    store.deadlines.remove_unsaid()
    assert store.deadlines.said_by("item:1") == [BARE]
    assert store.deadlines.said_by("item:2") == [ENTRY]
    store.deadlines.set_said_by("item:2", [])
    store.deadlines.remove_unsaid()
    assert store.deadlines.upcoming(date(2026, 1, 1), date(2028, 1, 1)) == [BARE]
    assert store.deadlines.said_by("item:2") == []


def test_a_text_cannot_say_what_is_not_there(store: Store) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        store.deadlines.set_said_by("item:1", ["absent@watchbot"])


def test_texts_are_read_once_in_each_form(store: Store) -> None:
    texts = [(f"item:{n}", "v1") for n in range(900)]
    assert store.deadlines.unread(texts) == [key for key, _ in texts]
    for key, digest in texts[:-1]:
        store.deadlines.mark_read(key, digest)
    assert store.deadlines.unread(texts) == ["item:899"]
    assert store.deadlines.unread([("item:0", "v2")]) == ["item:0"]
    store.deadlines.mark_read("item:0", "v2")
    assert store.deadlines.unread([("item:0", "v2")]) == []
    assert store.deadlines.unread([("item:0", "v1")]) == ["item:0"]
    assert store.deadlines.unread([]) == []
