"""Notes to the administrator: a trouble at once and once, the week's state once a week."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from watchbot.app.letters import letter_html
from watchbot.app.notes import note_troubles, weekly_note, weekly_text
from watchbot.app.scaffold import init_watch
from watchbot.config import load_watch
from watchbot.demo.sinks import MailSink
from watchbot.model import Attempt, Delivery, FoundItem, Health, HealthState, Verdict
from watchbot.store import Store
from watchbot.store.outbox import Outgoing

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path):
    init_watch(tmp_path / "w")
    return tmp_path / "w"


def test_the_weekly_note_comes_once_a_week_and_arrives(folder):
    from watchbot.app.digesting import deliver

    with MailSink() as mail:
        environ = {
            "WATCHBOT_ADMIN_EMAIL": "admin@example.org",
            "WATCHBOT_SMTP_URL": mail.url,
            "WATCHBOT_SMTP_ALLOW_PLAIN": "1",
        }
        watch = load_watch(folder, environ)
        with Store(watch.database) as store:
            assert weekly_note(watch, store, NOW)
            assert not weekly_note(watch, store, NOW + timedelta(hours=1))
            assert weekly_note(watch, store, NOW + timedelta(days=7))
        assert deliver(watch)["sent"] >= 1
        assert mail.messages[0].recipients == ("admin@example.org",)


def test_the_weekly_note_names_items_in_doubt(folder):
    watch = load_watch(folder, {})
    with Store(watch.database) as store:
        store.items.save(watch.sources[0], [FoundItem(guid="1", url="https://e.org/1", title="Peut-être")], NOW)
        (item,) = store.items.select(limit=None)
        doubt = Verdict(relevant=False, relevance=0.5, topics=(), scores={}, maybe=True)
        store.tags.record([(item.id, "h", doubt)], "head", NOW)
        text = weekly_text(watch, store, NOW)
    assert f"{item.id} Peut-être" in text
    assert "1 in doubt" in text


def test_the_weekly_note_names_sources_in_trouble_and_the_failures_of_the_week_without_addresses(folder):
    watch = load_watch(folder, {})
    gone = watch.sources[0]
    with Store(watch.database) as store:
        for day in range(14):
            moment = NOW - timedelta(days=13 - day)
            attempt = Attempt(source_id=gone.id, started_at=moment, status=410, error="gone", message="answers 410")
            store.attempts.add(attempt)
        for n, age in enumerate((0, 1, 2, 30)):
            delivery = Delivery(key=f"k{n}", edition="hebdo", issue="w", subscriber_id=f"s{n}", channel="email")
            one = Outgoing(delivery=delivery, address=f"r{n}@example.org", payload={})
            store.outbox.enqueue([one], NOW - timedelta(days=age))
            store.outbox.fail(f"k{n}", "550 5.1.1 no such user" if n else "552 5.2.2 full")
        text = weekly_text(watch, store, NOW)
    assert "Messages: 0 sent, 3 failed, 0 called off, 0 waiting." in text
    assert "- 2 × w (email): 550 5.1.1 no such user" in text
    assert "- w (email): 552 5.2.2 full" in text
    assert "example.org" not in text
    assert f"- {gone.id}: " in text


def test_a_trouble_is_told_at_once(folder):
    trouble = Health(source_id="s", state=HealthState.FAILING, reason="gone", message="answers 410 since Monday")
    watch = load_watch(folder, {"WATCHBOT_ADMIN_EMAIL": "admin@example.org"})
    with Store(watch.database) as store:
        assert note_troubles(watch, store, [trouble], NOW)
        assert not note_troubles(watch, store, [], NOW)
        (delivery,) = store.outbox.deliveries()
        assert "answers 410 since Monday" in store.outbox.payload(delivery.key)["text"]


def test_without_an_administrator_nothing_is_queued(folder):
    trouble = Health(source_id="s", state=HealthState.FAILING)
    watch = load_watch(folder, {})
    with Store(watch.database) as store:
        assert not weekly_note(watch, store, NOW)
        assert not note_troubles(watch, store, [trouble], NOW)


def test_a_letter_shows_whatever_it_holds_as_text_and_addresses_as_links():
    html = letter_html("<t>", "a <b>\nhttps://e.org/?a=1&b=2\n\njavascript:x")
    assert "<b>" not in html
    assert '<a href="https://e.org/?a=1&amp;b=2">' in html
    assert html.count("<a ") == 1
