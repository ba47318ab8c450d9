"""Issues that went out, and what each reader was told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from watchbot.store import Store

MONDAY = datetime(2026, 11, 16, 6, 30, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "watch.db") as opened:
        yield opened


def test_an_issue_keeps_the_moment_it_was_first_composed_for(store: Store) -> None:
    assert store.issues.open("hebdo", "2026-11-16", MONDAY) == MONDAY
    assert store.issues.open("hebdo", "2026-11-16", MONDAY + timedelta(hours=5)) == MONDAY
    assert store.issues.list() == [("hebdo", "2026-11-16", MONDAY)]


def test_issues_are_listed_newest_first(store: Store) -> None:
    for week in range(3):
        store.issues.open("hebdo", f"w{week}", MONDAY + timedelta(weeks=week))
    store.issues.open("mensuel", "m", MONDAY + timedelta(days=1))
    assert [issue for _, issue, _ in store.issues.list()] == ["w2", "w1", "m", "w0"]
    assert [issue for _, issue, _ in store.issues.list("mensuel")] == ["m"]


def test_nothing_is_told_twice_over_the_weeks(store: Store) -> None:
    store.issues.tell("ana", "w0", ["a", "b"])
    store.issues.tell("ana", "w1", ["b", "c"])
    store.issues.tell("bob", "w1", ["b"])
    assert store.issues.told("ana") == {"a", "b", "c"}
    assert store.issues.told("bob") == {"b"}
    assert store.issues.told("eve") == frozenset()
    # "b" stays what week 0 told: composing that issue again says the same.
    assert store.issues.told_by("w0") == {"ana": frozenset("ab")}
    assert store.issues.told_by("w1") == {"ana": frozenset("c"), "bob": frozenset("b")}


def test_forgetting_one_reader_leaves_the_others(store: Store) -> None:
    store.issues.tell("ana", "w0", ["a"])
    store.issues.tell("bob", "w0", ["a"])
    store.issues.forget("ana")
    assert store.issues.told("ana") == frozenset()
    assert store.issues.told("bob") == {"a"}


def test_telling_with_a_failed_queueing_is_undone(store: Store) -> None:
    with pytest.raises(RuntimeError), store.transaction():
        store.issues.tell("ana", "w0", ["a"])
        raise RuntimeError
    assert store.issues.told("ana") == frozenset()
