"""Attempts: recorded whole, found again, and what happens when the disk is full or the database locked."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from watchbot.errors import StoreError
from watchbot.model import Attempt
from watchbot.store import Store
from watchbot.store.attempts import RECENT

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "watch.db", busy_seconds=0.2) as store:
        yield store


def attempt(source: str = "a", hours_ago: float = 0, **more: object) -> Attempt:
    return Attempt(source_id=source, started_at=NOON - timedelta(hours=hours_ago), **more)  # type: ignore[arg-type]


def test_an_attempt_comes_back_as_it_was(store: Store) -> None:
    full = attempt(
        elapsed_ms=812,
        status=200,
        bytes=12_345,
        page_bytes=54_321,
        requests=3,
        not_modified=False,
        items_seen=20,
        items_new=2,
        items_edited=1,
        changes=4,
        error="",
        message="1 of 20 entries without a date",
        moved_to="https://example.org/new",
        newest=NOON - timedelta(days=1),
    )
    plain = attempt(hours_ago=1, error="timeout", message="nothing came for 20 s")
    store.attempts.add(full)
    store.attempts.add(plain)
    assert store.attempts.of("a") == [full, plain]
    assert store.attempts.of("a", limit=1) == [full]
    assert store.attempts.of("b") == []
    assert store.attempts.count() == 2


def test_the_last_of_several_sources_at_once(store: Store) -> None:
    store.attempts.add_many(attempt(source, hours_ago=n) for source in "abc" for n in range(5))
    found = store.attempts.recent(["a", "c", "never"], limit=2)
    assert {source: len(several) for source, several in found.items()} == {"a": 2, "c": 2, "never": 0}
    assert [one.started_at for one in found["a"]] == [NOON, NOON - timedelta(hours=1)]
    assert len(store.attempts.recent([f"s{n}" for n in range(1000)])) == 1000


def test_the_last_success(store: Store) -> None:
    assert store.attempts.last_success("a") is None
    store.attempts.add_many([attempt(hours_ago=5), attempt(hours_ago=3), attempt(hours_ago=1, error="timeout")])
    assert store.attempts.last_success("a") == NOON - timedelta(hours=3)


def test_those_since_a_moment(store: Store) -> None:
    store.attempts.add_many(attempt(hours_ago=n) for n in range(10))
    found = store.attempts.since(NOON - timedelta(hours=2))
    assert [one.started_at for one in found] == [NOON - timedelta(hours=n) for n in (2, 1, 0)]


def test_old_ones_are_forgotten_but_the_last_of_each_source_stay(store: Store) -> None:
    store.attempts.add_many(attempt("busy", hours_ago=n) for n in range(100))
    store.attempts.add_many(attempt("rare", hours_ago=1000 + n) for n in range(3))
    assert store.attempts.prune(NOON - timedelta(hours=50)) == 49
    assert store.attempts.count() == 54
    assert store.attempts.prune(NOON + timedelta(hours=1)) == 51 - RECENT
    assert len(store.attempts.of("rare")) == 3


def test_several_are_added_together_or_not_at_all(store: Store) -> None:
    naive = Attempt(source_id="a", started_at=datetime(2026, 1, 1))
    with pytest.raises(ValueError, match="naive"):
        store.attempts.add_many([attempt(), naive])
    assert store.attempts.count() == 0


# ---------------------------------------------------------------------- faults of the disk and of others


def fill(store: Store) -> int:
    """Add attempts until the disk is full; returns how many were recorded."""
    with pytest.raises(StoreError, match="free some disk space"):
        for added in range(10_000):
            store.attempts.add(attempt(hours_ago=added, message="x" * 900))
    return store.attempts.count()


def test_a_full_disk_is_said_and_what_was_recorded_stays(tmp_path: Path) -> None:
    path = tmp_path / "watch.db"
    with Store(path) as store:
        pages = store.rows("PRAGMA page_count")[0][0]
        store.execute(f"PRAGMA max_page_count = {pages + 20}")
        recorded = fill(store)
        assert recorded > 10
        # A batch that does not fit leaves nothing of itself behind, and the store goes on working.
        with pytest.raises(StoreError):
            store.attempts.add_many(attempt("batch", hours_ago=n, message="x" * 900) for n in range(200))
        assert store.attempts.count() == recorded
        assert store.attempts.of("batch") == []
        store.execute("PRAGMA max_page_count = 100000")
        store.attempts.add(attempt("after"))
    with Store(path) as store:
        assert store.attempts.count() == recorded + 1
        assert store.integrity_problems() == []


def test_a_database_locked_for_too_long_is_said(store: Store) -> None:
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="another watchbot is writing"):
        store.attempts.add(attempt())
    with pytest.raises(StoreError, match="another watchbot is writing"):
        store.attempts.add_many([attempt()])
    # Reading goes on meanwhile, and writing once the other is done.
    assert store.attempts.count() == 0
    other.execute("ROLLBACK")
    other.close()
    store.attempts.add(attempt())
    assert store.attempts.count() == 1


def test_a_lock_held_for_a_moment_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "watch.db"
    with Store(path, busy_seconds=10) as store:
        locked = threading.Event()

        def hold() -> None:
            other = sqlite3.connect(path, isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            locked.set()
            time.sleep(0.2)
            other.execute("COMMIT")
            other.close()

        holder = threading.Thread(target=hold)
        holder.start()
        locked.wait(5)
        store.attempts.add_many([attempt()])
        holder.join()
        assert store.attempts.count() == 1


def test_writers_queue_and_none_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "watch.db"
    Store(path).close()

    def write(name: str) -> None:
        with Store(path, busy_seconds=30) as store:
            for n in range(25):
                store.attempts.add_many([attempt(name, hours_ago=n)])

    threads = [threading.Thread(target=write, args=(f"w{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with Store(path) as store:
        assert store.attempts.count() == 100
