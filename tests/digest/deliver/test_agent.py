"""Sending for real: SMTP and Bot API servers that refuse, delay and break off, and a sender that is killed."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.servers.web import Reply
from watchbot.demo.bot_api import LocalBotApi
from watchbot.demo.sinks import MailSink, unreliable
from watchbot.digest.deliver.agent import Agent, AgentSettings, run_agent
from watchbot.digest.deliver.message import message_id
from watchbot.digest.deliver.routes import TelegramRoute
from watchbot.digest.deliver.telegram import TelegramChannel
from watchbot.errors import DeliveryError
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
        assert here(settings(path, mail, bot)) == Counter()
        assert sorted(m.recipients[0] for m in mail.messages) == [f"r{n}@example.org" for n in range(5)]
        assert b"\r\n.point\r\n" in mail.messages[0].content
        assert [m.text for m in bot.messages if m.chat == "1000"] == ["partie 0 pour 0", "partie 1 pour 0"]


def test_dead_addresses_are_suppressed_and_keep_no_address_on_the_list(tmp_path):
    path = tmp_path / "w.db"
    fill(path, mails=3)
    with MailSink(unreliable(1, temporary=0.0, permanent=frozenset({"r1@example.org"}))) as mail:
        counts = here(settings(path, mail))
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
        counts = here(settings(path, bot=bot))
        assert time.monotonic() - asked[0] >= 1
    assert counts["sent"] == 2
    with Store(path) as store:
        assert store.subscribers.get("telegram1").state == "suppressed"


def test_a_server_that_is_down_blames_no_one(tmp_path):
    path = tmp_path / "w.db"
    fill(path, mails=20)
    down = settings(path, patience=0.0, smtp_url="smtp://127.0.0.1:9")
    assert set(here(down)) == {"postponed"}
    with Store(path) as store:
        assert {d.attempts for d in store.outbox.deliveries()} == {0}
        assert all(s.state == "active" for s in store.subscribers.all())
    time.sleep(0.05)
    with MailSink() as mail:
        assert here(settings(path, mail))["sent"] == 20


def test_without_tls_nothing_is_sent_unless_allowed(tmp_path):
    path = tmp_path / "w.db"
    fill(path, mails=1)
    with MailSink() as mail:
        assert here(settings(path, mail, smtp_allow_plain=False, patience=0.0)) == Counter(postponed=1)
        assert mail.messages == []


def here(wanted):
    """The agent in this process."""
    agent = Agent(wanted, threading.Event())
    agent.run()
    return agent.counts


@pytest.mark.parametrize("step", ["", "commit"])
def test_a_mail_in_doubt_goes_again_under_its_message_id(tmp_path, step):
    path = tmp_path / "w.db"
    fill(path, mails=1)
    with Store(path) as store:
        key = store.outbox.deliveries()[0].key
        store.outbox.mark(key, DeliveryState.SENDING, step=step)
    with MailSink() as mail:
        assert here(settings(path, mail)) == Counter(sent=1)
        assert [one.message_id for one in mail.messages] == [message_id(key, "example.org")]


@pytest.mark.parametrize("there", [True, False])
def test_a_part_in_doubt_is_looked_for(tmp_path, there):
    """The agent died over the first part: it is sent again only if it is not in the chat."""
    path = tmp_path / "w.db"
    fill(path, chats=1, parts=2)
    with LocalBotApi() as bot:
        channel = TelegramChannel(bot.token, bot.url)
        last = channel.send("77", "autre")
        if there:
            channel.send("1000", "<b>partie 0</b> pour 0")
        channel.close()
        with Store(path) as store:
            key = store.outbox.deliveries()[0].key
            store.outbox.mark(key, DeliveryState.SENDING, step=f"commit:{last}", parts_done=0)
        assert here(settings(path, bot=bot)) == Counter(sent=1)
        assert [one.text for one in bot.messages if one.chat == "1000"] == ["partie 0 pour 0", "partie 1 pour 0"]
        with Store(path) as store:
            assert store.outbox.receipts() == {"1000": last + 2}


def test_without_a_last_id_the_dead_agents_message_is_taken_for_sent(tmp_path):
    path = tmp_path / "w.db"
    fill(path, chats=1)
    with Store(path) as store:
        store.outbox.mark(store.outbox.deliveries()[0].key, DeliveryState.SENDING, step="commit:", parts_done=0)
    with LocalBotApi() as bot:
        assert here(settings(path, bot=bot)) == Counter(sent=1)
        assert bot.messages == []


@pytest.mark.parametrize("mood", ["drop", "lose answer", (500, "Internal Server Error", None)])
@pytest.mark.parametrize("first", [True, False])
def test_an_answer_that_did_not_come_is_looked_for(tmp_path, mood, first):
    """Over the first message ever there is nothing to look by yet: the next ones' ids tell where to look."""
    path = tmp_path / "w.db"
    fill(path, chats=30, parts=2)
    calls: list[str] = []

    def answers(method, chat):
        calls.append(method)
        return mood if len(calls) == (1 if first else 2) else None

    with LocalBotApi(mood=answers) as bot:
        assert here(settings(path, bot=bot))["sent"] == 30
        assert Counter((one.chat, one.text) for one in bot.messages) == Counter(
            {(str(1000 + n), f"partie {p} pour {n}"): 1 for n in range(30) for p in range(2)}
        )


def test_over_the_only_message_ever_a_digest_twice_is_better_than_none(tmp_path):
    path = tmp_path / "w.db"
    fill(path, chats=1)
    moods = ["lose answer"]
    with LocalBotApi(mood=lambda method, chat: moods.pop() if moods else None) as bot:
        assert here(settings(path, bot=bot))["sent"] == 1
        assert len(bot.messages) == 2


def test_boxes_of_messages(tmp_path):
    """Supergroups count for themselves; private chats and basic groups count together."""
    path = tmp_path / "w.db"
    fill(path)
    with Store(path) as store:
        rows = [("5", 40), ("-12", 41), ("-1001234567890", 900), ("-1009999999999", 7)]
        outgoing = []
        for chat, _ in rows:
            delivery = Delivery(key=chat, edition="h", issue="i", subscriber_id=chat, channel="telegram")
            outgoing.append(Outgoing(delivery=delivery, address=chat, payload={"messages": ["x"]}))
        store.outbox.enqueue(outgoing, NOW)
        for chat, receipt in rows:
            store.outbox.mark(chat, DeliveryState.SENDING, receipt=receipt)
        with LocalBotApi() as bot:
            route = TelegramRoute(settings(path, bot=bot), store)
            lasts = [route.last_id(c) for c in ("6", "-13", "-1001234567890", "-1009999999999", "-1007777777777")]
            route.close()
    assert lasts == [41, 41, 900, 7, None]


def test_one_message_that_cannot_be_made_does_not_stop_the_others(tmp_path):
    path = tmp_path / "w.db"
    fill(path, mails=3)
    with Store(path) as store:
        broken = Delivery(key="broken", edition="h", issue="i", subscriber_id="email0", channel="email")
        wrong = Delivery(key="wrong", edition="h", issue="i", subscriber_id="email1", channel="email")
        bad = {"subject": "x", "text": "x", "html": "", "date": NOW.isoformat()}
        store.outbox.enqueue(
            [
                Outgoing(delivery=broken, address="r0@example.org", payload={"text": "no subject"}),
                Outgoing(delivery=wrong, address="not an address", payload=bad),
            ],
            NOW - timedelta(days=1),
        )
    with MailSink() as mail:
        assert here(settings(path, mail)) == Counter(sent=3, failed=2)
    with Store(path) as store:
        assert {one.state for one in store.subscribers.all()} == {"active"}


@pytest.mark.parametrize(
    "changes",
    [
        {"smtp_url": "http://x"},
        {"sender": {"address": "no address", "name": "V"}},
        {"dkim": {"selector": "s", "domain": "e.org", "path": "/nonexistent"}},
    ],
)
def test_wrong_settings_lose_nothing(tmp_path, changes):
    path = tmp_path / "w.db"
    fill(path, mails=2)
    with MailSink() as mail:
        assert set(here(settings(path, mail, patience=0.0, **changes))) == {"postponed"}
        time.sleep(0.05)
        assert here(settings(path, mail)) == Counter(sent=2)


def test_a_sender_refused_by_the_server_blames_no_reader(tmp_path):
    path = tmp_path / "w.db"
    fill(path, mails=2)

    answers = ["550 5.1.8 sender's domain unknown"] * 3
    with MailSink(lambda step, _: answers.pop() if answers else None) as mail:
        counts = here(settings(path, mail))
    assert counts["sent"] + counts["failed"] == 2
    with Store(path) as store:
        assert {one.state for one in store.subscribers.all()} == {"active"}


def test_refusals_of_a_mailbox_count_only_in_a_row(tmp_path):
    path = tmp_path / "w.db"
    with Store(path) as store:
        store.subscribers.add(
            Subscriber(id="s", channel="email", address="r@example.org", state="active", created_at=NOW), b"k" * 32
        )
    replies = iter(["552 5.2.2 full", "552 5.2.2 full", None, "552 5.2.2 full", "552 5.2.2 full", "552 5.2.2 full"])
    states = []
    with MailSink(lambda step, _: next(replies) if step == "RCPT" else None) as mail:
        for n in range(6):
            delivery = Delivery(key=f"k{n}", edition="h", issue=f"i{n}", subscriber_id="s", channel="email")
            payload = {"subject": "x", "text": "x", "html": "x", "date": NOW.isoformat()}
            with Store(path) as store:
                store.outbox.enqueue([Outgoing(delivery=delivery, address="r@example.org", payload=payload)], NOW)
            here(settings(path, mail))
            with Store(path) as store:
                states.append(store.subscribers.get("s").state)
    assert states == ["active"] * 5 + ["suppressed"]


def test_four_hundreds_are_tried_again_but_not_for_ever(tmp_path):
    path = tmp_path / "w.db"
    fill(path, mails=1)
    with MailSink(lambda step, _: "451 4.3.0 later") as mail:
        counts = here(settings(path, mail, backoff=0.0001))
    assert counts == Counter(postponed=7, failed=1)


def test_a_busy_api_is_left_alone_and_nobody_is_blamed(tmp_path):
    path = tmp_path / "w.db"
    fill(path, chats=3)
    calls: list[float] = []

    def mood(method, chat):
        calls.append(time.monotonic())
        return (429, "Too Many Requests: retry after 1", 1) if len(calls) <= 2 else None

    with LocalBotApi(mood=mood) as bot:
        assert here(settings(path, bot=bot)) == Counter(sent=3, postponed=2)
    assert calls[1] - calls[0] >= 1
    assert calls[2] - calls[1] >= 1
    with Store(path) as store:
        assert {one.attempts for one in store.outbox.deliveries()} == {1}


def test_rates_are_held(tmp_path):
    path = tmp_path / "w.db"
    fill(path, mails=5)
    with MailSink() as mail:
        began = time.monotonic()
        here(settings(path, mail, smtp_rate=20.0))
        assert time.monotonic() - began >= 4 / 20


def test_messages_of_a_channel_without_settings_are_not_waited_for(tmp_path):
    path = tmp_path / "w.db"
    fill(path, mails=1, chats=1)
    began = time.monotonic()
    with MailSink() as mail:
        assert here(settings(path, mail, patience=30.0)) == Counter(sent=1)
    assert time.monotonic() - began < 10


def test_what_is_called_off_in_hand_is_not_sent(tmp_path):
    path = tmp_path / "w.db"
    fill(path, mails=2)

    def leave(step, envelope):
        if step == "RCPT":
            with Store(path) as store:
                store.subscribers.remove("email1" if "r0@example.org" in envelope.rcpt_tos else "email0")

    with MailSink(leave) as mail:
        here(settings(path, mail))
        assert len(mail.messages) == 1


def test_asked_to_stop_it_ends_after_the_message_under_way(tmp_path):
    path = tmp_path / "w.db"
    fill(path, mails=50)
    process = None

    def stop(step, envelope):
        if step == "DATA" and process is not None:
            process.send_signal(signal.SIGTERM)

    with MailSink(stop) as mail:
        process = subprocess.Popen(
            [sys.executable, "-m", "watchbot.digest.deliver.agent"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        process.stdin.write(json.dumps(asdict(settings(path, mail))) + "\n")
        process.stdin.flush()
        answer = process.stdout.readline()
        process.stdin.close()
        assert process.wait(30) == 0
        process.stdout.close()
        assert json.loads(answer) == {"sent": len(mail.messages)}
    with Store(path) as store:
        counts = store.outbox.counts()
        assert counts["sent"] == len(mail.messages) < 50
        assert counts["sending"] == 0


def test_an_agent_that_died_is_told(tmp_path):
    with pytest.raises(DeliveryError, match="nothing is lost"):
        run_agent(AgentSettings(database=str(tmp_path / "absent" / "w.db"), secret=SECRET))


def test_postponed_messages_wait_for_their_time(tmp_path):
    path = tmp_path / "w.db"
    fill(path, mails=1)
    with Store(path) as store:
        key = store.outbox.deliveries()[0].key
        store.outbox.postpone(key, datetime.now(UTC) + timedelta(hours=1), "later")
    with MailSink() as mail:
        assert here(settings(path, mail, patience=0.0)) == Counter()
        assert mail.messages == []


NONSENSE = [
    *(b"<html>", b"{}", b"[]", b"null", b"", b"\xff\xfe", b'{"ok":true,"result":true}', b'{"ok":true,"result":{}}'),
    b'{"ok":false,"error_code":429,"description":"x","parameters":{"retry_after":-5}}',
    b'{"ok":false,"error_code":429,"description":"x","parameters":{"retry_after":99999999999999}}',
]


@pytest.mark.parametrize("answer", NONSENSE)
def test_a_bot_api_that_answers_nonsense_neither_loses_messages_nor_keeps_mails_from_going_out(tmp_path, web, answer):
    path = tmp_path / "w.db"
    fill(path, mails=2, chats=2)
    web.default(Reply(429 if b"429" in answer else 200, {"content-type": "application/json"}, answer))
    with MailSink() as mail, Store(path) as store:
        chosen = settings(path, mail, patience=0.2)
        token, api = "123456789:" + "A" * 35, web.base
        Agent(replace(chosen, telegram_token=token, telegram_api=api), threading.Event()).run()
        assert store.outbox.counts() == {"sent": 2, "queued": 2}
        assert len(mail.messages) == 2


def test_a_mail_server_out_of_step_refuses_nobody_for_good(tmp_path):
    path = tmp_path / "w.db"
    fill(path, mails=1)
    with MailSink(lambda step, _envelope: "999 what" if step == "DATA" else None) as mail, Store(path) as store:
        Agent(settings(path, mail, patience=0.1), threading.Event()).run()
        assert store.outbox.counts() == {"queued": 1}


@pytest.mark.parametrize("step", ["commit:", "commit:?"])
@pytest.mark.parametrize("taken", [True, False])
def test_the_first_message_ever_in_doubt_waits_for_the_ids_of_others(tmp_path, taken, step):
    """When the agent had died over it, it was taken for sent at once, and was missing if the server had not taken it."""
    path = tmp_path / "w.db"
    fill(path, chats=3)
    with LocalBotApi() as bot, Store(path) as store:
        (first, *_) = store.outbox.due("telegram", datetime.now(UTC))
        store.outbox.mark(first.delivery.key, DeliveryState.SENDING, step=step)
        if taken:
            channel = TelegramChannel(bot.token, bot.url)
            channel.send(first.address, first.payload["messages"][0])
            channel.close()
        Agent(settings(path, bot=bot), threading.Event()).run()
        assert store.outbox.counts() == {"sent": 3}
        assert Counter(one.chat for one in bot.messages) == {"1000": 1, "1001": 1, "1002": 1}
