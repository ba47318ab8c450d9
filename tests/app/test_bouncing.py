"""Carrying out what came back: who is given up, who is let go, and who is left alone."""

from __future__ import annotations

import json
import ssl
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from tests.digest.deliver.test_bounces import FAILED, report
from tests.servers.imap import Box, MailboxServer
from watchbot.app.bouncing import take_mailbox, take_mails
from watchbot.app.scaffold import init_watch
from watchbot.config import load_watch
from watchbot.digest.deliver import mailbox
from watchbot.digest.deliver.message import message_id
from watchbot.digest.deliver.rules import ReturnPath
from watchbot.model import Delivery, Subscriber
from watchbot.store import Store
from watchbot.store.outbox import Outgoing, delivery_key

NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
SECRET = "k" * 32
PATHS = ReturnPath("bounces@veille.example", SECRET.encode())


@pytest.fixture
def watch(tmp_path):
    init_watch(tmp_path / "watch")
    return load_watch(
        tmp_path / "watch",
        {"WATCHBOT_BOUNCE_ADDRESS": "bounces@veille.example", "WATCHBOT_SECRET_KEY": SECRET},
    )


@pytest.fixture
def store(watch):
    with Store(watch.database) as opened:
        for name in ("camille", "sacha"):
            address = f"{name}@example.org"
            one = Subscriber(id=name, channel="email", address=address, state="active", created_at=NOW)
            opened.subscribers.add(one, SECRET.encode())
            key = delivery_key("hebdo", "w1", name, "email")
            delivery = Delivery(key=key, edition="hebdo", issue="w1", subscriber_id=name, channel="email")
            opened.outbox.enqueue([Outgoing(delivery=delivery, address=address, payload={"text": "x"})], NOW)
        yield opened


def bounce(status="5.1.1", to="camille@example.org"):
    return report(FAILED.replace("5.1.1", status).replace("User unknown", "no"), headers=f"To: {PATHS.of(to)}")


def test_the_mail_to_leave_is_known_whoever_sends_it_without_an_address_for_bounces(tmp_path, store):
    """Only a mail server and a sender are set: the header's own mail, sent from elsewhere, lets the reader go."""
    from urllib.parse import unquote

    from watchbot.digest.deliver.routes import MailRoute
    from watchbot.digest.deliver.settings import AgentSettings

    plain = load_watch(tmp_path / "watch", {"WATCHBOT_MAIL_FROM": "veille@exemple.fr", "WATCHBOT_SECRET_KEY": SECRET})
    payload = {"subject": "s", "text": "t", "html": "<p>t</p>", "date": NOW.isoformat()}
    delivery = Delivery(key="k", edition="hebdo", issue="w2", subscriber_id="camille", channel="email")
    one = Outgoing(delivery=delivery, address="camille@example.org", payload=payload)
    settings = AgentSettings(
        database=plain.database,
        smtp_url="smtp://127.0.0.1:9",
        smtp_allow_plain=True,
        secret=SECRET,
        sender={"address": "veille@exemple.fr", "name": "Veille"},
    )
    message, _ = MailRoute(settings, store)._built(one, "veille@exemple.fr")
    address, _, subject = str(message["List-Unsubscribe"]).strip("<>").removeprefix("mailto:").partition("?subject=")
    asks = f"From: other@elsewhere.example\r\nTo: {address}\r\nSubject: {unquote(subject)}\r\n\r\n".encode()
    assert address == "veille@exemple.fr"
    assert take_mails(plain, store, [asks], NOW) == Counter(unsubscribe=1, left=1)
    assert store.subscribers.get("camille") is None
    assert store.subscribers.get("sacha") is not None
    forged = asks.replace(unquote(subject).split()[1].encode(), b"0" * 24)
    assert take_mails(plain, store, [forged], NOW) == Counter(unsubscribe=1, unknown=1)


def test_a_dead_address_is_given_up_at_once(watch, store):
    assert take_mails(watch, store, [bounce()], NOW) == Counter(bounce=1, suppressed=1)
    assert store.subscribers.get("camille").state == "suppressed"
    assert store.subscribers.get("sacha").state == "active"
    assert store.outbox.counts() == {"suppressed": 1, "queued": 1}
    assert store.subscribers.is_suppressed("email", "camille@example.org", SECRET.encode())
    assert take_mails(watch, store, [bounce()], NOW) == Counter(bounce=1)


def test_a_full_mailbox_is_given_up_after_three_in_a_row(watch, store):
    full = bounce("5.2.2")
    assert take_mails(watch, store, [full, full], NOW) == Counter(bounce=2)
    store.subscribers.clear_soft_bounces("camille")
    assert take_mails(watch, store, [full, full], NOW) == Counter(bounce=2)
    assert take_mails(watch, store, [full], NOW) == Counter(bounce=1, suppressed=1)


def test_our_own_faults_and_delays_change_nothing(watch, store):
    spam, delay = bounce("5.7.1"), bounce("4.4.1").replace(b"Action: failed", b"Action: delayed")
    assert take_mails(watch, store, [spam] * 5 + [delay], NOW) == Counter(bounce=5, delay=1)
    assert store.subscribers.get("camille").state == "active"


def test_who_asks_to_leave_or_complains_is_let_go(watch, store):
    leaving = f"From: c@example.org\r\nTo: {PATHS.of('camille@example.org')}\r\nSubject: unsubscribe\r\n\r\n".encode()
    assert take_mails(watch, store, [leaving, leaving], NOW) == Counter(unsubscribe=2, left=1, unknown=1)
    assert store.subscribers.get("camille") is None
    assert store.subscribers.is_suppressed("email", "camille@example.org", SECRET.encode())
    complaint = (
        "Content-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n--b\r\nContent-Type:"
        f" message/rfc822\r\n\r\nReturn-Path: <{PATHS.of('sacha@example.org')}>\r\nSubject: x\r\n\r\nx\r\n--b--\r\n"
    ).encode()
    assert take_mails(watch, store, [complaint], NOW) == Counter(complaint=1, left=1)
    assert store.subscribers.all() == []
    assert store.outbox.counts() == {}


def test_without_a_token_the_message_that_came_back_tells_whom(watch, store):
    ours = message_id(delivery_key("hebdo", "w1", "camille", "email"), "example.org").encode()
    raw = report(FAILED, headers="To: veille@example.org").replace(b"<0123456789abcdef@example.org>", ours)
    assert take_mails(watch, store, [raw], NOW)["suppressed"] == 1
    assert store.subscribers.get("camille").state == "suppressed"


def test_forgeries_do_nothing(watch, store):
    wrong = f"bounces+{'0' * 24}@veille.example"
    mails = [report(FAILED, headers=f"To: {to}") for to in (wrong, "veille@example.org")]
    asks = f"From: x@example.org\r\nTo: {wrong}\r\nSubject: unsubscribe\r\n\r\n".encode()
    assert take_mails(watch, store, [*mails, asks, b"", b"\xff\x00"], NOW)["unknown"] == 3
    assert {one.state for one in store.subscribers.all()} == {"active"}


def test_the_mailbox_is_read_once(watch, store, authority, ca_file, monkeypatch):
    assert take_mailbox(watch, store, NOW) == Counter()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    trusting = ssl.create_default_context(cafile=str(ca_file))
    original = mailbox.opened

    @contextmanager
    def opened(url):
        with original(url, context=trusting) as box:
            yield box

    monkeypatch.setattr(mailbox, "opened", opened)
    with MailboxServer(Box([bounce(), bounce("5.2.2", "sacha@example.org")]), context) as server:
        address = f"imaps://veille:p%40ss@127.0.0.1:{server.port}/INBOX"
        reading = load_watch(
            watch.folder,
            {
                "WATCHBOT_BOUNCE_ADDRESS": "bounces@veille.example",
                "WATCHBOT_SECRET_KEY": SECRET,
                "WATCHBOT_BOUNCE_IMAP_URL": address,
            },
        )
        assert take_mailbox(reading, store, NOW) == Counter(bounce=2, suppressed=1)
        assert server.box.seen == {1, 2}
        assert take_mailbox(reading, store, NOW) == Counter()


def test_the_command_reads_files_and_standard_input(watch, store, tmp_path, monkeypatch):
    from typer.testing import CliRunner

    from watchbot.cli.main import app

    for name, value in (("WATCHBOT_BOUNCE_ADDRESS", "bounces@veille.example"), ("WATCHBOT_SECRET_KEY", SECRET)):
        monkeypatch.setenv(name, value)
    (tmp_path / "b.eml").write_bytes(bounce())
    folder = ["--watch", str(watch.folder)]
    result = CliRunner().invoke(app, ["bounces", str(tmp_path / "b.eml"), "--json", *folder])
    assert json.loads(result.output) == {"bounce": 1, "suppressed": 1}
    result = CliRunner().invoke(app, ["bounces", "-", *folder], input=bounce("5.2.2", "sacha@example.org"))
    assert result.output.strip() == "1 bounce"
    assert CliRunner().invoke(app, ["bounces", *folder]).output.strip() == "nothing came back"
