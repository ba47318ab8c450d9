"""Changes are recorded once and found by what one asks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from watchbot.model import Change, Edit, Significance
from watchbot.store import Store

T0 = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
CHANGE = Change(
    id="0123456789abcdef",
    source_id="label",
    key="https://exemple.fr/label",
    title="Label – référentiel",
    url="https://exemple.fr/label",
    event="edited",
    detected_at=T0,
    significance=Significance.SUBSTANTIVE,
    reasons=("seuil 65\u00a0% → 70\u00a0%",),
    edits=(
        Edit(op="edited", path=("A", "B"), before="65 %", after="70 %", label="critère 2"),
        Edit(op="added", path=(), after="nouveau"),
    ),
    topics=("referentiels",),
    due=date(2027, 1, 15),
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "watch.db")


def variants() -> list[Change]:
    return [
        CHANGE,
        replace(
            CHANGE, id="0123ffff", detected_at=T0 - timedelta(days=1), significance=Significance.EDITORIAL, due=None
        ),
        replace(
            CHANGE,
            id="4567",
            source_id="rs",
            key="RS6456",
            event="expiring",
            detected_at=T0 + timedelta(days=1),
            due=date(2026, 12, 21),
        ),
    ]


def test_a_change_comes_back_as_it_was(store: Store) -> None:
    assert store.changes.add([CHANGE]) == (CHANGE,)
    assert store.changes.get(CHANGE.id) == CHANGE
    assert store.changes.list() == (CHANGE,)


def test_adding_again_adds_nothing(store: Store) -> None:
    store.changes.add([CHANGE])
    later = replace(CHANGE, detected_at=T0 + timedelta(days=3))
    assert store.changes.add([later, replace(CHANGE, id="neuf")]) == (replace(CHANGE, id="neuf"),)
    assert store.changes.count() == 2
    assert store.changes.get(CHANGE.id) == CHANGE
    assert store.changes.known([CHANGE.id, "inconnu"]) == {CHANGE.id}


def test_by_the_beginning_of_an_id_when_only_one_fits(store: Store) -> None:
    store.changes.add(variants())
    assert store.changes.get("01234") == CHANGE
    assert store.changes.get("0123") is None
    assert store.changes.get("456") is None
    assert store.changes.get("absent") is None


def test_newest_first_and_by_every_filter(store: Store) -> None:
    first, editorial, expiring = variants()
    store.changes.add([first, editorial, expiring])
    assert store.changes.list() == (expiring, first, editorial)
    assert store.changes.list(since=T0) == (expiring, first)
    assert store.changes.list(until=T0) == (editorial,)
    assert store.changes.list(source="rs") == (expiring,)
    assert store.changes.list(key="RS6456", event="expiring") == (expiring,)
    assert store.changes.list(significance=Significance.EDITORIAL) == (editorial,)
    assert store.changes.list(due_from=date(2027, 1, 1)) == (first,)
    assert store.changes.list(limit=1) == (expiring,)
    assert store.changes.list(source="absent") == ()
