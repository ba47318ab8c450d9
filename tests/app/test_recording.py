"""Recording visits: a batch at once, and a fault in one of them stops no other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from watchbot.app.recording import CollectReport, Recorder, record_visits
from watchbot.collect.collected import Collected
from watchbot.errors import StoreError
from watchbot.model import Attempt, FoundItem, Kind, Source, Validators
from watchbot.store import Store

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "watch.db") as store:
        yield store


def source(name: str) -> Source:
    return Source(id=name, name=name.upper(), publisher="P", kind=Kind.FEED, url=f"https://{name}.example.org/feed")


def brought(name: str, *titles: str, **attempt: object) -> Collected:
    items = [
        FoundItem(
            guid=title,
            url=f"https://{name}.example.org/{n}",
            title=title,
            published=NOON - timedelta(days=n),
            date_from="feed",
        )
        for n, title in enumerate(titles)
    ]
    return Collected(
        source_id=name,
        attempt=Attempt(source_id=name, started_at=NOON, items_seen=len(items), **attempt),  # type: ignore[arg-type]
        items=tuple(items),
        validators={f"https://{name}.example.org/feed": Validators(etag='"1"', stored_at=NOON)},
    )


def record(store: Store, *visits: Collected) -> CollectReport:
    report = CollectReport()
    pairs = [(source(visit.source_id), visit) for visit in visits]
    record_visits(store, pairs, lambda: NOON, report)
    return report


def test_a_batch_is_recorded_whole(store: Store) -> None:
    report = record(
        store,
        brought("a", "Un", "Deux"),
        brought("b", status=304, not_modified=True),
        brought("c", error="timeout", message="silent"),
        brought("d", moved_to="https://new.example.org/feed"),
    )
    assert (len(report.new), report.items_seen, report.succeeded, report.not_modified) == (2, 2, 3, 1)
    assert report.failures == [("c", "timeout", "silent")]
    assert report.moved == [("d", "https://new.example.org/feed")]
    assert [attempt.items_new for one in "abcd" for attempt in store.attempts.of(one)] == [2, 0, 0, 0]
    states = store.sources.states([source(one) for one in "abcd"])
    assert all(states[one].next_due > NOON and states[one].validators for one in "abcd")  # type: ignore[operator]
    assert states["d"].moved_to == "https://new.example.org/feed"


def test_what_cannot_be_recorded_fails_its_own_visit_alone(store: Store) -> None:
    # A lone surrogate cannot be written as UTF-8: nothing that collecting lets through, but a bug might.
    report = record(store, brought("a", "Un"), brought("b", "\ud800"), brought("c", "Trois"))
    assert (len(report.new), report.succeeded) == (2, 2)
    assert [(one, reason) for one, reason, _ in report.failures] == [("b", "crash")]
    assert "could not be recorded" in report.failures[0][2]
    states = store.sources.states([source(one) for one in "abc"])
    assert [bool(states[one].validators) for one in "abc"] == [True, False, True]
    assert store.items.count() == 2


def test_a_full_database_stops_the_round_and_leaves_nothing_half(store: Store) -> None:
    store.execute("PRAGMA max_page_count = 1")
    with pytest.raises(StoreError):
        record(store, *(brought(f"s{n}", *(f"{n} {m} " + "x" * 400 for m in range(40))) for n in range(40)))
    store.execute("PRAGMA max_page_count = 1000000")
    assert (store.items.count(), store.attempts.count()) == (0, 0)
    assert len(record(store, brought("a", "Un")).new) == 1


def test_the_recorder_writes_over_a_connection_of_its_own(store: Store) -> None:
    report = CollectReport()
    recorder = Recorder(store.path, {"a": source("a")}, lambda: NOON, report)
    recorder.record([brought("a", "Un")])
    recorder.close()
    assert store.items.count() == len(report.new) == 1


def test_the_rhythm_of_a_batch_is_that_of_each_source_alone(store: Store, tmp_path: Path) -> None:
    visits = [
        brought("daily", *(f"n{n}" for n in range(20))),
        brought("undated"),
        brought("failing", error="timeout"),
    ]
    record(store, *visits)
    record(store, *visits)
    with Store(tmp_path / "other.db") as other:
        for visit in (*visits, *visits):
            record(other, visit)
        for visit in visits:
            one = source(visit.source_id)
            assert store.sources.state(one).next_due == other.sources.state(one).next_due
