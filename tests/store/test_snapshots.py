"""Versions are kept once each, whatever the number of checks."""

from __future__ import annotations

import hashlib
import os
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from watchbot.model import NormalisedDocument, Snapshot
from watchbot.store import Store

T0 = datetime(2026, 11, 16, 7, tzinfo=UTC)
KEY = "https://exemple.fr/label"


def document(text: str, *, key: str = KEY, normaliser: int = 1) -> NormalisedDocument:
    return NormalisedDocument(
        key=key,
        url=key,
        title="Label",
        content_type="text/html",
        text=text,
        digest=hashlib.sha256(text.encode()).hexdigest(),
        normaliser=normaliser,
    )


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "watch.db")


def test_the_first_sight_is_a_version_without_predecessor(store: Store) -> None:
    recorded = store.snapshots.record("s", document("un"), b"<p>un</p>", T0)
    assert recorded.is_new
    assert recorded.previous is None
    assert recorded.snapshot == store.snapshots.get(recorded.snapshot.id)
    assert recorded.snapshot.version == 1
    assert recorded.snapshot.text == "un"
    assert recorded.snapshot.first_seen == recorded.snapshot.last_seen == T0
    assert store.snapshots.raw(recorded.snapshot.id) == b"<p>un</p>"
    assert store.snapshots.raw_digest(recorded.snapshot.id) == hashlib.sha256(b"<p>un</p>").hexdigest()


def test_seeing_it_again_only_moves_last_seen(store: Store) -> None:
    first = store.snapshots.record("s", document("un"), b"a", T0)
    before = store.snapshots.stored_bytes()
    for check in range(1, 200):
        recorded = store.snapshots.record("s", document("un"), b"session %d" % check, T0 + timedelta(hours=check))
        assert not recorded.is_new
        assert recorded.previous is None
        assert recorded.snapshot.id == first.snapshot.id
    assert recorded.snapshot.last_seen == T0 + timedelta(hours=199)
    assert recorded.snapshot.first_seen == T0
    assert store.snapshots.stored_bytes() == before
    assert store.snapshots.get(first.snapshot.id) == recorded.snapshot


def test_an_older_sight_moves_first_seen_back_and_never_last_seen(store: Store) -> None:
    store.snapshots.record("s", document("un"), b"a", T0)
    recorded = store.snapshots.record("s", document("un"), b"a", T0 - timedelta(days=1))
    assert recorded.snapshot.first_seen == T0 - timedelta(days=1)
    assert recorded.snapshot.last_seen == T0


def test_a_version_that_comes_back_is_a_version_but_its_content_is_not_stored_again(store: Store) -> None:
    raws = {"un": os.urandom(5_000), "deux": os.urandom(5_000)}
    for step, text in enumerate(("un", "deux")):
        store.snapshots.record("s", document(text), raws[text], T0 + timedelta(days=step))
    held = store.snapshots.stored_bytes()
    recorded = store.snapshots.record("s", document("un"), raws["un"], T0 + timedelta(days=2))
    assert recorded.is_new
    assert recorded.snapshot.version == 3
    assert recorded.previous is not None
    assert recorded.previous.text == "deux"
    assert store.snapshots.stored_bytes() == held
    assert [one.text for one in store.snapshots.versions(KEY)] == ["un", "deux", "un"]


def test_what_stood_when(store: Store) -> None:
    for step, text in enumerate(("un", "deux")):
        store.snapshots.record("s", document(text), text.encode(), T0 + timedelta(days=7 * step))
    at = {days: store.snapshots.as_of("s", KEY, T0 + timedelta(days=days)) for days in (-1, 0, 6, 7, 90)}
    assert at[-1] is None
    assert [at[days].text for days in (0, 6, 7, 90) if at[days]] == ["un", "un", "deux", "deux"]
    latest = store.snapshots.latest("s", KEY)
    assert latest is not None
    assert latest.text == "deux"


def test_sources_and_keys_stand_apart(store: Store) -> None:
    store.snapshots.record("a", document("un"), b"1", T0)
    store.snapshots.record("b", document("un"), b"1", T0)
    store.snapshots.record("a", document("un", key="autre"), b"1", T0)
    assert store.snapshots.references() == [("a", "autre", "Label", 1), ("a", KEY, "Label", 1), ("b", KEY, "Label", 1)]
    assert store.snapshots.references("b") == [("b", KEY, "Label", 1)]
    assert len(store.snapshots.versions(KEY)) == 2
    assert len(store.snapshots.versions(KEY, "a")) == 1
    assert store.snapshots.latest("c", KEY) is None
    assert store.snapshots.get(99) is None
    assert store.snapshots.raw(99) == b""
    assert store.snapshots.raw_digest(99) == ""


def test_a_change_of_rules_is_no_change_of_the_document(store: Store) -> None:
    store.snapshots.record("s", document("vieilles règles"), b"<p>brut</p>", T0)

    def anew(snapshot: Snapshot, raw: bytes) -> NormalisedDocument:
        assert raw == b"<p>brut</p>"
        return document("nouvelles règles", key=snapshot.key, normaliser=2)

    same = store.snapshots.record(
        "s", document("nouvelles règles", normaliser=2), b"x", T0 + timedelta(days=1), renormalise=anew
    )
    assert not same.is_new
    assert same.snapshot.version == 1
    changed = store.snapshots.record(
        "s", document("autre", normaliser=2), b"y", T0 + timedelta(days=2), renormalise=anew
    )
    assert changed.is_new
    assert changed.previous is not None
    assert changed.previous.text == "nouvelles règles"
    assert store.integrity_problems() == []


def test_a_version_can_be_seen_again_without_its_text(store: Store) -> None:
    recorded = store.snapshots.record("s", document("un"), b"1", T0)
    store.snapshots.seen_again(recorded.snapshot, T0 + timedelta(days=1))
    store.snapshots.seen_again(recorded.snapshot, T0)
    seen = store.snapshots.get(recorded.snapshot.id)
    assert seen is not None
    assert seen.last_seen == T0 + timedelta(days=1)


def test_texts_are_compressed_and_what_does_not_shrink_is_kept_as_it_is(store: Store) -> None:
    noise = os.urandom(20_000)
    recorded = store.snapshots.record("s", document("mot " * 50_000), noise, T0)
    assert 20_000 < store.snapshots.stored_bytes() < 23_000
    assert store.snapshots.raw(recorded.snapshot.id) == noise
    assert recorded.snapshot.text == "mot " * 50_000


def test_an_aborted_transaction_leaves_nothing(store: Store) -> None:
    with pytest.raises(RuntimeError), store.transaction():
        store.snapshots.record("s", document("un"), b"1", T0)
        raise RuntimeError
    assert store.snapshots.references() == []
    assert store.snapshots.stored_bytes() == 0


def test_two_writers_agree(tmp_path: Path) -> None:
    path = tmp_path / "watch.db"
    Store(path).close()

    def write(number: int) -> None:
        with Store(path) as own:
            for step in range(20):
                own.snapshots.record(
                    "s",
                    document(f"texte {step % 5}", key=f"k{step % 3}"),
                    b"raw %d" % number,
                    T0 + timedelta(minutes=step),
                )

    writers = [threading.Thread(target=write, args=(number,)) for number in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with Store(path) as store:
        assert store.integrity_problems() == []
        for key in ("k0", "k1", "k2"):
            versions = store.snapshots.versions(key)
            assert [one.version for one in sorted(versions, key=lambda one: one.version)] == list(
                range(1, len(versions) + 1)
            )
