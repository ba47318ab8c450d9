"""Sending for real: SMTP and Bot API servers that refuse, delay and break off, and a sender that is killed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from watchbot.demo.bot_api import LocalBotApi
from watchbot.demo.sinks import MailSink, unreliable
from watchbot.digest.deliver.agent import AgentSettings, run_agent
from watchbot.model import Delivery, DeliveryState, Subscriber
from watchbot.store import Store
from watchbot.store.outbox import Outgoing, delivery_key

NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
SECRET = "s" * 32
SENDER = {"address": "veille@example.org", "name": "Veille"}


def fill(path, mails=0, chats=0, parts=1):
    with Store(path) as store:
        outgoing = []
        for channel, count in (("email", mails), ("telegram", chats)):
            for n in range(count):
                address = f"r{n}@example.org" if channel == "email" else str(1000 + n)
                one = Subscriber(
                    id=f"{channel}{n}",
                    channel=channel,
                    address=address,
                    editions=("hebdo",),
                    state="active",
                    created_at=NOW,
                )
                store.subscribers.add(one, SECRET.encode())
                key = delivery_key("hebdo", "hebdo-2026-11-23", one.id, channel)
                delivery = Delivery(
                    key=key, edition="hebdo", issue="hebdo-2026-11-23", subscriber_id=one.id, channel=channel
                )
                payload = {"messages": [f"<b>partie {p}</b> pour {n}" for p in range(parts)]}
                if channel == "email":
                    payload = {
                        "subject": f"Numéro {n}",
                        "text": "Bonjour\n.point\n",
                        "html": "<p>Bonjour</p>",
                        "date": NOW.isoformat(),
                        "unsubscribe_url": "https://v.example/u",
                    }
                outgoing.append(Outgoing(delivery=delivery, address=address, payload=payload))
        assert store.outbox.enqueue(outgoing, NOW) == mails + chats
        assert store.outbox.enqueue(outgoing, NOW) == 0


def settings(path, mail=None, bot=None, **changes):
    values = {
        "database": str(path),
        "secret": SECRET,
        "smtp_url": mail.url if mail else "",
        "smtp_allow_plain": True,
        "smtp_rate": 10_000.0,
        "sender": SENDER,
        "telegram_token": bot.token if bot else "",
        "telegram_api": bot.url if bot else "",
        "backoff": 0.02,
        "patience": 20.0,
    }
    return AgentSettings(**{**values, **changes})


def test_everyone_gets_one_and_a_second_run_sends_nothing(tmp_path):
    path = tmp_path / "w.db"
    fill(path, mails=5, chats=3, parts=2)
    with MailSink() as mail, LocalBotApi() as bot:
        assert run_agent(settings(path, mail, bot)) == Counter(sent=8)
        assert run_agent(settings(path, mail, bot)) == Counter()
        assert sorted(m.recipients[0] for m in mail.messages) == [f"r{n}@example.org" for n in range(5)]
        assert b"\r\n.point\r\n" in mail.messages[0].content
        assert [m.text for m in bot.messages if m.chat == "1000"] == ["partie 0 pour 0", "partie 1 pour 0"]


def test_dead_addresses_are_suppressed_and_keep_no_address_on_the_list(tmp_path):
    path = tmp_path / "w.db"
    fill(path, mails=3)
    with MailSink(unreliable(1, temporary=0.0, permanent=frozenset({"r1@example.org"}))) as mail:
        counts = run_agent(settings(path, mail))
    assert counts == Counter(sent=2, failed=1, suppressed=1)
    with Store(path) as store:
        assert store.subscribers.get("email1").state == "suppressed"
        assert store.subscribers.is_suppressed("email", "R1@Example.org", SECRET.encode())
        rows = [tuple(row) for row in store.rows("SELECT * FROM suppressions")]
        assert "r1@example.org" not in str(rows)


def test_a_blocked_bot_suppresses_and_retry_after_is_obeyed(tmp_path):
    path = tmp_path / "w.db"
    fill(path, chats=3)
    asked: list[float] = []

    def mood(method, chat):
        if chat == "1001":
            return 403, "Forbidden: bot was blocked by the user", None
        if chat == "1002" and not asked:
            asked.append(time.monotonic())
            return 429, "Too Many Requests: retry after 1", 1
        return None

    with LocalBotApi(mood=mood) as bot:
        counts = run_agent(settings(path, bot=bot))
        assert time.monotonic() - asked[0] >= 1
    assert counts["sent"] == 2
    with Store(path) as store:
        assert store.subscribers.get("telegram1").state == "suppressed"


def test_a_server_that_is_down_blames_no_one(tmp_path):
    path = tmp_path / "w.db"
    fill(path, mails=20)
    down = settings(path, patience=0.0, smtp_url="smtp://127.0.0.1:9")
    assert set(run_agent(down)) == {"postponed"}
    with Store(path) as store:
        assert {d.attempts for d in store.outbox.deliveries()} == {0}
        assert all(s.state == "active" for s in store.subscribers.all())
    time.sleep(0.05)
    with MailSink() as mail:
        assert run_agent(settings(path, mail))["sent"] == 20


def test_without_tls_nothing_is_sent_unless_allowed(tmp_path):
    path = tmp_path / "w.db"
    fill(path, mails=1)
    with MailSink() as mail:
        assert run_agent(settings(path, mail, smtp_allow_plain=False, patience=0.0)) == Counter(postponed=1)
        assert mail.messages == []


@pytest.mark.parametrize(
    ("channel", "step", "expected"),
    [("email", "begun", 1), ("email", "commit", 1), ("telegram", "begun", 1), ("telegram", "commit", 0)],
)
def test_the_rule_for_deliveries_in_doubt(tmp_path, channel, step, expected):
    """Only the death of the agent itself leaves a doubt: mail goes again under its Message-ID, Telegram does not."""
    path = tmp_path / "w.db"
    fill(path, mails=int(channel == "email"), chats=int(channel == "telegram"))
    with Store(path) as store:
        store.outbox.mark(store.outbox.deliveries()[0].key, DeliveryState.SENDING, step=step, parts_done=0)
    with MailSink() as mail, LocalBotApi() as bot:
        run_agent(settings(path, mail, bot))
        assert len(mail.messages) + len(bot.messages) == expected
    with Store(path) as store:
        assert store.outbox.counts() == Counter(sent=1)


def test_killed_at_random_points_each_gets_one_and_none_two(tmp_path):
    """The command that sends is killed (SIGKILL) again and again, servers in a bad mood: in the end each has exactly one."""
    path = tmp_path / "w.db"
    mails, chats, kills = 60, 40, 10
    fill(path, mails=mails, chats=chats)
    chance = random.Random(20261123)
    moods = random.Random(7)

    def mood(method, chat):
        dice = moods.random()
        return "drop" if dice < 0.05 else (429, "Too Many Requests", 0) if dice < 0.1 else None

    with MailSink(unreliable(3, temporary=0.1)) as mail, LocalBotApi(mood=mood) as bot:
        wanted = settings(path, mail, bot)
        script = "import sys, json; from watchbot.digest.deliver.agent import AgentSettings, run_agent; run_agent(AgentSettings(**json.loads(sys.argv[1])))"
        import json
        from dataclasses import asdict

        for _ in range(kills):
            process = subprocess.Popen([sys.executable, "-c", script, json.dumps(asdict(wanted))])
            time.sleep(chance.uniform(0.15, 0.7))
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        run_agent(replace(wanted, patience=30.0))
        got = Counter(m.recipients[0] for m in mail.messages)
        told = Counter(m.chat for m in bot.messages)
    assert got == Counter({f"r{n}@example.org": 1 for n in range(mails)})
    assert told == Counter({str(1000 + n): 1 for n in range(chats)})
    with Store(path) as store:
        assert store.outbox.counts() == Counter(sent=mails + chats)


def test_postponed_messages_wait_for_their_time(tmp_path):
    path = tmp_path / "w.db"
    fill(path, mails=1)
    with Store(path) as store:
        key = store.outbox.deliveries()[0].key
        store.outbox.postpone(key, datetime.now(UTC) + timedelta(hours=1), "later")
    with MailSink() as mail:
        assert run_agent(settings(path, mail, patience=0.0)) == Counter()
        assert mail.messages == []
