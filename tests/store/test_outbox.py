"""The outbox: every message once, whatever is queued again, fails, or is called off on the way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchbot.model import Delivery, DeliveryState, Subscriber
from watchbot.store import Store
from watchbot.store.outbox import CONFIRMATION, Outgoing, delivery_key, pack, unpack

NOW = datetime(2026, 11, 16, 6, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "watch.db") as opened:
        yield opened


def message(subscriber: str = "ana", issue: str = "w0", channel: str = "email", subject: str = "Veille") -> Outgoing:
    key = delivery_key("hebdo", issue, subscriber, channel)
    delivery = Delivery(key=key, edition="hebdo", issue=issue, subscriber_id=subscriber, channel=channel)
    return Outgoing(delivery=delivery, address=f"{subscriber}@example.org", payload={"subject": subject, "text": "é"})


def due(store: Store, at: datetime = NOW, channel: str = "email", limit: int = 100) -> list[str]:
    return [one.delivery.subscriber_id for one in store.outbox.due(channel, at, limit)]


# ------------------------------------------------------------------------------------------------ queueing


def test_queueing_twice_sends_once_and_the_same(store: Store) -> None:
    assert store.outbox.enqueue([message("ana"), message("bob")], NOW) == 2
    assert store.outbox.enqueue([message("ana", subject="Autre"), message("eve")], NOW + MINUTE) == 1
    assert due(store, NOW + MINUTE) == ["ana", "bob", "eve"]
    assert store.outbox.payload(message("ana").delivery.key) == {"subject": "Veille", "text": "é"}
    assert store.outbox.counts() == {"queued": 3}


def test_queueing_again_what_was_sent_sends_nothing(store: Store) -> None:
    key = message().delivery.key
    store.outbox.enqueue([message()], NOW)
    store.outbox.sent(key, NOW)
    assert store.outbox.enqueue([message()], NOW + MINUTE) == 0
    assert due(store, NOW + MINUTE) == []
    assert store.outbox.counts() == {"sent": 1}


def test_another_issue_reader_or_channel_is_another_message(store: Store) -> None:
    others = [message(), message(issue="w1"), message("bob"), message(channel="telegram")]
    assert store.outbox.enqueue(others, NOW) == 4
    assert store.outbox.known([one.delivery.key for one in others] + ["absent"]) == {o.delivery.key for o in others}
    assert store.outbox.known([]) == frozenset()


def test_what_was_queued_comes_back_whole(store: Store) -> None:
    store.outbox.enqueue([message()], NOW)
    (one,) = store.outbox.due("email", NOW)
    assert (one.address, one.payload, one.step, one.parts_done) == ("ana@example.org", message().payload, "", 0)
    assert (one.delivery.state, one.delivery.attempts, one.delivery.next_attempt_at) == (DeliveryState.QUEUED, 0, NOW)
    assert store.outbox.payload("absent") is None


@given(
    st.dictionaries(st.text(max_size=10), st.one_of(st.text(max_size=50), st.integers(), st.lists(st.text(max_size=9))))
)
def test_payloads_are_the_same_bytes_and_back(payload: dict[str, object]) -> None:
    assert unpack(pack(payload)) == payload
    assert pack(dict(reversed(payload.items()))) == pack(payload)


# ------------------------------------------------------------------------------------------------ when


def test_due_by_time_channel_and_number(store: Store) -> None:
    store.outbox.enqueue([message("late")], NOW + MINUTE)
    store.outbox.enqueue([message("a"), message("b"), message("t", channel="telegram")], NOW)
    assert due(store, NOW - MINUTE) == []
    assert due(store) == ["a", "b"]
    assert due(store, limit=1) == ["a"]
    assert due(store, channel="telegram") == ["t"]
    assert due(store, NOW + MINUTE) == ["a", "b", "late"]
    assert store.outbox.next_due() == NOW


def test_nothing_waits(store: Store) -> None:
    assert store.outbox.next_due() is None
    assert store.outbox.counts() == {}


def test_a_passing_failure_waits_and_counts(store: Store) -> None:
    key = message().delivery.key
    store.outbox.enqueue([message()], NOW)
    store.outbox.postpone(key, NOW + MINUTE, "451 greylisted")
    assert due(store) == []
    (one,) = store.outbox.due("email", NOW + MINUTE)
    assert (one.delivery.attempts, one.delivery.error) == (1, "451 greylisted")
    store.outbox.postpone(key, NOW + 2 * MINUTE, "server down", counted=False)
    (one,) = store.outbox.due("email", NOW + 2 * MINUTE)
    assert one.delivery.attempts == 1
    assert store.outbox.next_due() == NOW + 2 * MINUTE


def test_an_interrupted_transmission_is_taken_up_where_it_was(store: Store) -> None:
    key = message().delivery.key
    store.outbox.enqueue([message()], NOW)
    store.outbox.mark(key, DeliveryState.SENDING, step="begun", parts_done=2)
    store.outbox.mark(key, DeliveryState.SENDING, step="commit")
    (one,) = store.outbox.due("email", NOW)
    assert (one.delivery.state, one.step, one.parts_done) == (DeliveryState.SENDING, "commit", 2)


# ------------------------------------------------------------------------------------------------ the end


def test_sent_and_failed_are_final(store: Store) -> None:
    store.outbox.enqueue([message("ana"), message("bob")], NOW)
    ana, bob = message("ana").delivery.key, message("bob").delivery.key
    store.outbox.sent(ana, NOW + MINUTE)
    store.outbox.fail(bob, "550 no such user" + "x" * 900)
    for key in (ana, bob):
        store.outbox.postpone(key, NOW, "too late")
        store.outbox.mark(key, DeliveryState.SENDING, step="begun")
        assert not store.outbox.waits(key)
    store.outbox.suppress("ana", "too late")
    assert due(store, NOW + 9 * MINUTE) == []
    assert store.outbox.next_due() is None
    (sent,) = store.outbox.deliveries(state=DeliveryState.SENT)
    assert (sent.key, sent.sent_at, sent.error, sent.attempts) == (ana, NOW + MINUTE, "", 1)
    (failed,) = store.outbox.deliveries(state=DeliveryState.FAILED)
    assert failed.sent_at is None
    assert failed.error.startswith("550")
    assert len(failed.error) == 500


def test_suppression_stops_what_waits_and_nothing_else(store: Store) -> None:
    store.outbox.enqueue([message("ana"), message("ana", issue="w1"), message("ana", issue="w2"), message("bob")], NOW)
    store.outbox.sent(message("ana").delivery.key, NOW)
    store.outbox.mark(message("ana", issue="w1").delivery.key, DeliveryState.SENDING, step="begun")
    store.outbox.suppress("ana", "unsubscribed")
    assert due(store) == ["bob"]
    assert store.outbox.counts() == {"sent": 1, "suppressed": 2, "queued": 1}
    assert store.outbox.counts("hebdo", "w1") == {"suppressed": 1}


def test_what_was_called_off_while_in_hand_does_not_come_back(store: Store) -> None:
    """An agent holds a batch in memory: who unsubscribes meanwhile must be left alone."""
    key = message("ana").delivery.key
    store.outbox.enqueue([message("ana")], NOW)
    (in_hand,) = store.outbox.due("email", NOW)
    assert store.outbox.waits(in_hand.delivery.key)
    store.outbox.suppress("ana", "unsubscribed")
    assert not store.outbox.waits(key)
    store.outbox.postpone(key, NOW + MINUTE, "451 later")
    assert due(store, NOW + MINUTE) == []
    store.subscribers.remove("ana")
    assert not store.outbox.waits(key)


def reader(store: Store, name: str, state: str) -> None:
    one = Subscriber(id=name, channel="email", address=f"{name}@example.org", state=state, created_at=NOW)
    store.subscribers.add(one, b"k" * 32)


def test_a_pause_holds_what_waits_and_what_is_in_hand_but_no_letter_that_was_asked_for(store: Store) -> None:
    for name in ("ana", "bob"):
        reader(store, name, "active")
    letter = Delivery(key="letter", edition=CONFIRMATION, issue="connu-1", subscriber_id="ana", channel="email")
    letters = [Outgoing(delivery=letter, address="ana@example.org", payload={})]
    store.outbox.enqueue([message("ana"), message("bob")], NOW)
    store.subscribers.set_state("ana", "paused")
    assert not store.outbox.waits(message("ana").delivery.key)
    assert due(store) == ["bob"]
    store.outbox.sent(message("bob").delivery.key, NOW)
    assert store.outbox.next_due() is None
    assert store.outbox.oldest_waiting() is None
    store.outbox.enqueue(letters, NOW + MINUTE)
    assert [one.delivery.key for one in store.outbox.due("email", NOW + MINUTE)] == ["letter"]
    store.outbox.sent("letter", NOW + MINUTE)
    store.subscribers.set_state("ana", "active")
    assert due(store, NOW + MINUTE) == ["ana"]


def test_what_a_pause_held_for_long_is_called_off(store: Store) -> None:
    for name, state in (("ana", "paused"), ("bob", "active")):
        reader(store, name, state)
    store.outbox.enqueue([message("ana"), message("bob")], NOW)
    store.outbox.enqueue([message("ana", issue="w1")], NOW + 2 * MINUTE)
    assert store.outbox.call_off_held(NOW + MINUTE) == 1
    store.subscribers.set_state("ana", "active")
    waiting = [one.delivery.key for one in store.outbox.due("email", NOW + 2 * MINUTE)]
    assert waiting == [message("bob").delivery.key, message("ana", issue="w1").delivery.key]


def test_newest_deliveries_first(store: Store) -> None:
    for n in range(3):
        store.outbox.enqueue([message(issue=f"w{n}")], NOW + n * MINUTE)
    assert [one.issue for one in store.outbox.deliveries(limit=2)] == ["w2", "w1"]


def test_marks_leave_the_file_as_durable_as_it_was(store: Store) -> None:
    store.outbox.enqueue([message()], NOW)
    store.outbox.mark(message().delivery.key, DeliveryState.SENDING, step="begun")
    store.outbox.sent(message().delivery.key, NOW)
    assert store.rows("PRAGMA synchronous")[0][0] == 1
