"""Subscribers: one for each address, consent, and being forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from watchbot.app.people import erase_person, export_person
from watchbot.app.scaffold import init_watch
from watchbot.config import load_watch
from watchbot.errors import UsageError
from watchbot.model import Delivery, Subscriber
from watchbot.store import Store
from watchbot.store.outbox import Outgoing, delivery_key
from watchbot.store.subscribers import address_key, subscriber_id, suppression_hash

NOW = datetime(2026, 11, 16, 6, 30, tzinfo=UTC)
SECRET = b"k" * 32
ADDRESS = "Ana.Perez@Example.org"
ANA = Subscriber(
    id=subscriber_id("email", ADDRESS, NOW),
    channel="email",
    address=ADDRESS,
    editions=("hebdo",),
    topics=("aides", "formation"),
    regions=("sud",),
    kinds=("fiction",),
    languages=("fr",),
    alerts=True,
    created_at=NOW,
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "watch.db") as opened:
        yield opened


def other(address: str, **changes: object) -> Subscriber:
    values: dict[str, Any] = {"id": subscriber_id("email", address, NOW), "address": address, **changes}
    return replace(ANA, **values)


def test_added_and_read_back(store: Store) -> None:
    assert store.subscribers.add(ANA, SECRET) == ANA
    assert store.subscribers.get(ANA.id) == ANA
    assert store.subscribers.all() == [ANA]
    assert store.subscribers.get("absent") is None


@pytest.mark.parametrize("spelled", [ADDRESS, ADDRESS.lower(), f"  {ADDRESS.upper()} "])
def test_one_address_is_one_subscriber(store: Store, spelled: str) -> None:
    store.subscribers.add(ANA, SECRET)
    again = other(spelled, topics=(), id="another")
    assert store.subscribers.add(again, SECRET) == ANA
    assert store.subscribers.find("email", spelled) == ANA
    assert len(store.subscribers.all()) == 1


def test_addresses_are_compared_in_one_unicode_form() -> None:
    assert address_key("jose\u0301@example.org") == address_key("JOSÉ@example.org")


def test_same_address_on_another_channel_is_another(store: Store) -> None:
    store.subscribers.add(ANA, SECRET)
    chat = replace(ANA, id="chat", channel="telegram")
    assert store.subscribers.add(chat, SECRET) == chat


def test_consent_is_given_once(store: Store) -> None:
    store.subscribers.add(ANA, SECRET)
    assert list(store.subscribers.active()) == []
    confirmed = store.subscribers.confirm(ANA.id, NOW)
    assert confirmed == replace(ANA, state="active", confirmed_at=NOW)
    assert store.subscribers.confirm(ANA.id, NOW + timedelta(days=3)) == confirmed
    store.subscribers.set_state(ANA.id, "paused")
    resumed = store.subscribers.confirm(ANA.id, NOW + timedelta(days=4))
    assert resumed == confirmed
    assert store.subscribers.confirm("absent", NOW) is None


def test_an_old_confirmation_link_does_not_lift_a_suppression(store: Store) -> None:
    store.subscribers.add(ANA, SECRET)
    store.subscribers.set_state(ANA.id, "suppressed")
    found = store.subscribers.confirm(ANA.id, NOW)
    assert found is not None
    assert found.state == "suppressed"


def test_active_ones_by_edition_and_channel(store: Store) -> None:
    ana = store.subscribers.add(replace(ANA, state="active"), SECRET)
    bob = store.subscribers.add(other("bob@example.org", state="active", editions=("mensuel",)), SECRET)
    store.subscribers.add(other("eve@example.org", state="paused"), SECRET)
    assert {one.id for one in store.subscribers.active()} == {ana.id, bob.id}
    assert list(store.subscribers.active("hebdo")) == [ana]
    assert list(store.subscribers.active(channels=("telegram",))) == []
    assert list(store.subscribers.active("mensuel", ("email",))) == [bob]


def test_preferences_are_saved(store: Store) -> None:
    store.subscribers.add(ANA, SECRET)
    changed = replace(ANA, topics=(), regions=("bretagne",), alerts=False, frequency="monthly", state="paused")
    store.subscribers.save(changed)
    store.subscribers.save(changed)
    assert store.subscribers.get(ANA.id) == changed


# ------------------------------------------------------------------------------------------------ suppression


def test_a_suppressed_address_is_not_added_again(store: Store) -> None:
    store.subscribers.suppress("email", ADDRESS, "bounce", SECRET, NOW)
    store.subscribers.suppress("email", ADDRESS.upper(), "complaint", SECRET, NOW)
    assert store.subscribers.is_suppressed("email", f" {ADDRESS.lower()}", SECRET)
    assert not store.subscribers.is_suppressed("telegram", ADDRESS, SECRET)
    with pytest.raises(UsageError, match="suppression list"):
        store.subscribers.add(ANA, SECRET)
    store.subscribers.lift("email", ADDRESS, SECRET)
    assert store.subscribers.add(ANA, SECRET) == ANA


def test_the_list_tells_nothing_without_the_key(store: Store) -> None:
    store.subscribers.suppress("email", ADDRESS, "bounce", SECRET, NOW)
    assert not store.subscribers.is_suppressed("email", ADDRESS, b"another key")
    assert suppression_hash("email", ADDRESS, SECRET) != suppression_hash("email", ADDRESS, b"another key")


def test_soft_bounces_in_a_row(store: Store) -> None:
    store.subscribers.add(ANA, SECRET)
    assert [store.subscribers.count_soft_bounce(ANA.id) for _ in range(3)] == [1, 2, 3]
    store.subscribers.clear_soft_bounces(ANA.id)
    assert store.subscribers.count_soft_bounce(ANA.id) == 1
    assert store.subscribers.count_soft_bounce("absent") == 0


# ------------------------------------------------------------------------------------------------ erasure


def test_erasure_leaves_only_the_keyed_hash(tmp_path: Path) -> None:
    """Not a byte of the address stays in the files, nor an id by which what was told could be tied to the person."""
    folder = tmp_path / "watch"
    init_watch(folder)
    watch = load_watch(folder, {})
    assert watch.settings.secret_key is not None
    secret = watch.settings.secret_key.get_secret_value().encode()
    with Store(tmp_path / "watch.db") as store:
        store.subscribers.add(ANA, secret)
        store.subscribers.add(other("bob@example.org"), secret)
        store.issues.tell(ANA.id, "w0", ["item"])
        key = delivery_key("hebdo", "w0", ANA.id, "email")
        delivery = Delivery(key=key, edition="hebdo", issue="w0", subscriber_id=ANA.id, channel="email")
        store.outbox.enqueue([Outgoing(delivery=delivery, address=ADDRESS, payload={"text": "Bonjour"})], NOW)
        stored = export_person(store, "email", ADDRESS)
        assert (stored["subscriber"], stored["told"], stored["follows"]) == (ANA, ["item"], [])
        assert stored["deliveries"][0]["content"] == {"text": "Bonjour"}
        store.scrub()
        assert _traces(tmp_path, store=None) == ["watch.db"]
        erase_person(watch, store, "email", ADDRESS, NOW)
        assert store.subscribers.find("email", ADDRESS) is None
        assert store.outbox.counts() == {}
        assert store.issues.told(ANA.id) == frozenset()
        assert [row["hash"] for row in store.rows("SELECT * FROM suppressions")] == [
            suppression_hash("email", ADDRESS, secret)
        ]
        assert [one.address for one in store.subscribers.all()] == ["bob@example.org"]
        with pytest.raises(UsageError):
            erase_person(watch, store, "email", ADDRESS, NOW)
        assert _traces(tmp_path, store=store) == []
    assert _traces(tmp_path, store=None) == []


def _traces(folder: Path, *, store: Store | None) -> list[str]:
    if store is not None:
        dumped = "\n".join(store.connection.iterdump()).lower()
        assert ADDRESS.lower() not in dumped
        assert ANA.id not in dumped
    files = [path for path in folder.glob("watch.db*") if path.is_file()]
    return [
        path.name
        for path in files
        if ADDRESS.lower().encode() in path.read_bytes().lower() or ANA.id.encode() in path.read_bytes()
    ]
