"""Follows: one row a thing, matches once, gone with their subscriber."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from watchbot.model import Followed, FollowedKind, FollowPace, Subscriber
from watchbot.store import Store
from watchbot.store.follows import follow_id

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def person(number: int, state: str = "active") -> Subscriber:
    return Subscriber(id=f"s{number}", channel="telegram", address=str(number), state=state, created_at=NOW)


def followed(subscriber: str = "s1", target: str = "RS6456") -> Followed:
    kind = FollowedKind.REFERENCE
    return Followed(
        id=follow_id(subscriber, kind, target), subscriber_id=subscriber, kind=kind, target=target, created_at=NOW
    )


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "w.db") as store:
        for one in (person(1), person(2), person(3, "paused")):
            store.subscribers.add(one, b"k" * 32)
        yield store


def test_a_follow_is_read_as_it_was_written_and_written_again(store):
    one = followed()
    store.follows.save(one)
    assert store.follows.get(one.id) == one
    changed = Followed(
        **{
            **{name: getattr(one, name) for name in one.__slots__},
            "pace": FollowPace.DIGEST,
            "days": (14, 0),
            "looked_at": NOW,
            "due": date(2026, 12, 21),
            "due_since": NOW,
        }
    )
    store.follows.save(changed)
    assert store.follows.of("s1") == [changed]
    assert store.follows.count("s1") == 1


def test_ids_differ_by_reader_kind_target_and_filters():
    ids = {
        follow_id("s1", FollowedKind.SEARCH, "a"),
        follow_id("s2", FollowedKind.SEARCH, "a"),
        follow_id("s1", FollowedKind.REFERENCE, "a"),
        follow_id("s1", FollowedKind.SEARCH, "b"),
        follow_id("s1", FollowedKind.SEARCH, "a", ("f",)),
    }
    assert len(ids) == 5
    assert follow_id("s1", FollowedKind.SEARCH, "a", ("x", "y")) == follow_id(
        "s1", FollowedKind.SEARCH, "a", ("y", "x")
    )


def test_only_readers_who_are_written_to_are_looked_at(store):
    for number in (1, 2, 3):
        store.follows.save(followed(f"s{number}"))
    assert [one.subscriber_id for one in store.follows.all()] == ["s1", "s2"]


def test_a_match_is_told_once(store):
    one = followed()
    store.follows.save(one)
    store.follows.record([(one.id, "item:a"), (one.id, "item:b")], NOW, None)
    store.follows.record([(one.id, "item:a")], NOW, "again")
    assert store.follows.unknown(one.id, ["item:c", "item:a"]) == ["item:c"]
    assert store.follows.waiting(one.id) == ["item:a", "item:b"]
    store.follows.tell([(one.id, "item:a")], "first")
    store.follows.tell([(one.id, "item:a")], "second")
    assert [(what, by) for what, _, by in store.follows.matches(one.id)] == [("item:a", "first"), ("item:b", None)]
    assert store.follows.waiting(one.id) == ["item:b"]


def test_erasing_a_subscriber_erases_follows_and_matches(store):
    one, other = followed("s1"), followed("s2")
    for each in (one, other):
        store.follows.save(each)
        store.follows.record([(each.id, "item:a")], NOW + timedelta(days=1), None)
    store.subscribers.remove("s1")
    assert store.follows.of("s1") == []
    assert store.rows("SELECT * FROM follow_matches WHERE follow_id = ?", (one.id,)) == []
    assert store.follows.waiting(other.id) == ["item:a"]
    assert store.follows.remove(other.id)
    assert not store.follows.remove(other.id)
