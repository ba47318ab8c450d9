"""What people said of items is kept, once each, for ever."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from watchbot.model import Example, FoundItem, Kind, Source
from watchbot.store import Store

NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)
EXAMPLE = Example(
    title="Une recyclerie de décors",
    summary="À Lyon.",
    topics=("reemploi", "decors"),
    relevant=True,
    publisher="Écran vert",
    author="camille",
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "watch.db") as opened:
        yield opened


def add(store: Store, example: Example, at: datetime = NOON, origin: str = "bot", item: str | None = None) -> bool:
    return store.corrections.add(example, item=item, origin=origin, at=at)


def test_the_same_judgement_is_recorded_once(store: Store) -> None:
    assert add(store, EXAMPLE)
    assert not add(store, EXAMPLE)
    assert not add(store, EXAMPLE, NOON + timedelta(hours=3), origin="cli")
    assert store.corrections.count() == 1


@pytest.mark.parametrize(
    "other",
    [{"topics": ("reemploi",)}, {"relevant": False}, {"author": "dominique"}, {"title": "Autre"}, {"summary": ""}],
)
def test_other_judgements_are_kept_beside(store: Store, other: dict[str, object]) -> None:
    add(store, EXAMPLE)
    assert add(store, replace(EXAMPLE, **other))  # type: ignore[arg-type]
    assert store.corrections.count() == 2


def test_read_back_oldest_first_with_author_and_date(store: Store) -> None:
    add(store, EXAMPLE)
    add(store, replace(EXAMPLE, relevant=False, topics=()), NOON + timedelta(days=1))
    first, second = store.corrections.all()
    # Each correction is a theme of its own, so that the same one is never on both sides of a split.
    assert replace(first, date="", theme="", template="") == EXAMPLE
    assert first.theme != second.theme
    assert first.date.startswith("2026-11-16")
    assert (second.relevant, second.topics) == (False, ())


def test_a_correction_outlives_its_item(store: Store) -> None:
    source = Source(id="s", name="S", publisher="P", kind=Kind.FEED, url="https://example.org/feed")
    (item,) = store.items.save(source, [FoundItem(guid="g", url="https://example.org/1", title="Titre")], NOON).new
    add(store, EXAMPLE, item=item)
    store.execute("DELETE FROM items WHERE id = ?", (item,))
    assert store.corrections.count() == 1
    assert store.integrity_problems() == []
