"""What is remembered of a source from one visit to the next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from watchbot.model import Attempt, FoundItem, Kind, Source, SourceState, Validators
from watchbot.store import Store
from watchbot.store.sources import MAX_TRIES, Visited, fingerprint

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SOURCE = Source(id="a", name="A", publisher="P", kind=Kind.LISTING, url="http://a.test/", options={"item": "li"})
TAG = Validators(etag='"1"', last_modified="Tue, 24 Nov 2026 10:00:00 GMT", stored_at=NOON)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "watch.db") as store:
        yield store


def visit(store: Store, source: Source = SOURCE, at: datetime = NOON, **more: object) -> None:
    attempt_keys = {"error", "message", "moved_to", "status"}
    attempt = Attempt(source_id=source.id, started_at=at, **{k: v for k, v in more.items() if k in attempt_keys})  # type: ignore[arg-type]
    rest = {k: v for k, v in more.items() if k not in attempt_keys}
    store.sources.record(source, attempt, **({"validators": {}, "next_due": at + timedelta(hours=6)} | rest))  # type: ignore[arg-type]


def test_nothing_is_remembered_of_a_source_never_visited(store: Store) -> None:
    assert store.sources.state(SOURCE) == SourceState(source_id="a")


def test_a_visit_is_remembered(store: Store) -> None:
    visit(
        store, validators={SOURCE.url: TAG, "http://a.test/2": replace(TAG, last_modified=None)}, moved_to="http://b/"
    )
    state = store.sources.state(SOURCE)
    assert state.validators == {SOURCE.url: TAG, "http://a.test/2": replace(TAG, last_modified=None)}
    assert (state.next_due, state.moved_to, state.disabled_at) == (NOON + timedelta(hours=6), "http://b/", None)


def test_validators_are_replaced_forgotten_and_otherwise_kept(store: Store) -> None:
    visit(store, validators={"http://a.test/1": TAG, "http://a.test/2": TAG, "http://a.test/3": TAG})
    newer = Validators(etag='"2"', stored_at=NOON)
    visit(store, validators={"http://a.test/1": newer, "http://a.test/2": None})
    assert store.sources.state(SOURCE).validators == {"http://a.test/1": newer, "http://a.test/3": TAG}


@pytest.mark.parametrize(
    "changed",
    [{"options": {"item": "article"}}, {"kind": Kind.PAGE}, {"url": "http://a.test/new"}, {"timezone": "UTC"}],
)
def test_validators_count_only_for_what_they_were_read_with(store: Store, changed: dict[str, object]) -> None:
    visit(store, validators={SOURCE.url: TAG})
    other = replace(SOURCE, **changed)  # type: ignore[arg-type]
    assert store.sources.state(other).validators == {}
    assert store.sources.state(replace(SOURCE, name="Renamed", every=timedelta(days=1))).validators
    # Even a failed visit with the new table does not bring the old ones back.
    visit(store, other, error="timeout")
    assert store.sources.state(other).validators == {}
    assert store.sources.state(other).next_due == NOON + timedelta(hours=6)
    assert store.sources.state(SOURCE).validators == {}


def test_the_fingerprint_does_not_depend_on_the_order_of_options() -> None:
    one = replace(SOURCE, options={"a": [1, 2], "b": {"x": 1, "y": None}})
    two = replace(SOURCE, options={"b": {"y": None, "x": 1}, "a": (1, 2)})
    assert fingerprint(one) == fingerprint(two)
    assert len(fingerprint(one)) == 16


def test_a_410_disables_until_the_address_changes_or_it_is_enabled(store: Store) -> None:
    visit(store, error="gone", status=410, message="removed for good")
    state = store.sources.state(SOURCE)
    assert (state.disabled_at, state.disabled_reason) == (NOON, "removed for good")
    later = NOON + timedelta(days=30)
    assert store.sources.due([SOURCE], later) == []
    moved = replace(SOURCE, url="http://a.test/new")
    assert store.sources.state(moved).disabled_at is None
    assert store.sources.due([moved], NOON) == [moved]
    store.sources.enable(SOURCE)
    assert store.sources.due([SOURCE], NOON) == [SOURCE]


def test_a_disabled_source_that_is_visited_by_hand_stays_disabled_by_its_word_alone(store: Store) -> None:
    visit(store, error="gone", message="removed")
    visit(store, at=NOON + timedelta(hours=1), error="timeout")
    assert store.sources.state(SOURCE).disabled_at == NOON


def test_those_due_are_told_the_longest_waiting_first(store: Store) -> None:
    sources = [replace(SOURCE, id=f"s{n}") for n in range(5)]
    for hours, source in zip((3, 1, 2, 9), sources, strict=False):
        visit(store, source, next_due=NOON + timedelta(hours=hours))
    off = replace(SOURCE, id="off", enabled=False)
    due = store.sources.due([*sources, off], NOON + timedelta(hours=4))
    assert [source.id for source in due] == ["s4", "s1", "s2", "s0"]
    store.sources.make_due(["s3"])
    assert "s3" in [source.id for source in store.sources.due(sources, NOON)]


def test_thousands_of_states_at_once(store: Store) -> None:
    sources = [replace(SOURCE, id=f"s{n}") for n in range(1000)]
    with store.transaction():
        for source in sources:
            visit(store, source, validators={source.url: TAG})
    states = store.sources.states(sources)
    assert len(states) == 1000
    assert all(state.validators for state in states.values())


def test_pages_not_read_are_tried_a_few_times(store: Store) -> None:
    page = "http://a.test/article"
    for tries in range(1, MAX_TRIES + 1):
        visit(store, unread={page, f"{page}{tries}"})
        assert (page in store.sources.state(SOURCE).unread) == (tries < MAX_TRIES)
    visit(store, read={f"{page}1"})
    assert store.sources.state(SOURCE).unread == {f"{page}{n}" for n in range(2, MAX_TRIES + 1)}


def test_a_suggested_move_stays_until_a_visit_says_otherwise(store: Store) -> None:
    visit(store, moved_to="http://b.test/")
    visit(store, error="timeout")
    assert store.sources.state(SOURCE).moved_to == "http://b.test/"
    visit(store)
    assert store.sources.state(SOURCE).moved_to is None


def test_what_the_administrator_was_told(store: Store) -> None:
    store.sources.mark_over(SOURCE)
    store.sources.mark_told(SOURCE, "no-items", NOON)
    state = store.sources.state(SOURCE)
    assert (state.told, state.told_at, state.told_over) == ("no-items", NOON, False)
    store.sources.mark_over(SOURCE)
    assert store.sources.state(SOURCE).told_over
    store.sources.mark_told(SOURCE, "timeout", NOON + timedelta(days=1))
    assert not store.sources.state(SOURCE).told_over


def test_a_source_can_be_forgotten(store: Store) -> None:
    visit(store, validators={SOURCE.url: TAG}, unread={"http://a.test/x"})
    store.sources.forget("a")
    assert store.sources.state(SOURCE) == SourceState(source_id="a")
    assert store.integrity_problems() == []


def test_the_dates_of_a_source_s_items(store: Store) -> None:
    items = [
        FoundItem(guid=str(n), url=f"http://a.test/{n}", title=f"T{n}", published=NOON - timedelta(days=n))
        for n in range(5)
    ]
    store.items.save(SOURCE, items, NOON)
    assert store.sources.dates("a", limit=3) == [NOON - timedelta(days=n) for n in range(3)]
    assert store.sources.dates("b") == []


def test_validators_never_outlive_the_items_they_speak_of(store: Store) -> None:
    items = [FoundItem(guid="1", url="http://a.test/1", title="T")]
    with pytest.raises(ZeroDivisionError), store.transaction():
        store.items.save(SOURCE, items, NOON)
        visit(store, validators={SOURCE.url: TAG})
        raise ZeroDivisionError
    assert store.items.count() == 0
    assert store.sources.state(SOURCE) == SourceState(source_id="a")


def test_days_of_publication_are_remembered_until_entries_come(store: Store) -> None:
    def entries(*days: int) -> list[FoundItem]:
        return [
            FoundItem(guid=f"{day}", url=f"http://a.test/{day}", title=f"T{day}", published=NOON - timedelta(days=day))
            for day in days
        ]

    store.items.save(SOURCE, entries(1, 2, 3), NOON)
    worked_out = store.sources.publication_days(["a", "b"], changed={"a"})
    assert worked_out == {"a": [NOON - timedelta(days=n) for n in (1, 2, 3)], "b": []}
    attempt = Attempt(source_id="a", started_at=NOON)
    store.sources.record_all(
        [Visited(source=SOURCE, attempt=attempt, validators={}, next_due=NOON, days=worked_out["a"])]
    )
    store.items.save(SOURCE, entries(0), NOON)
    assert store.sources.publication_days(["a"], changed=()) == {"a": worked_out["a"]}
    newer = store.sources.publication_days(["a"], changed={"a"})["a"]
    assert newer == [NOON, *worked_out["a"]]
    # Several of one day are one; no more than a dozen days count.
    store.items.save(SOURCE, entries(*range(20)), NOON)
    assert len(store.sources.publication_days(["a"], changed={"a"})["a"]) == 12
