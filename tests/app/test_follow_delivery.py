"""What is followed arrives: over a real mail server and the local Bot API server, once, whoever asks again."""

from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime, timedelta

import pytest

from watchbot.app.digesting import deliver
from watchbot.app.follow_alerts import alert_follows
from watchbot.app.follows import follow
from watchbot.app.people import add_subscriber
from watchbot.app.scaffold import init_watch
from watchbot.config import load_watch
from watchbot.demo.bot_api import LocalBotApi
from watchbot.demo.sinks import MailSink
from watchbot.model import Deadline, FollowedKind, FoundItem, Verdict
from watchbot.store import Store

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DUE = Deadline(
    uid="d1@watchbot",
    due=datetime(2026, 11, 30, tzinfo=UTC).date(),
    title="Fonds <Sud> & Cie : dépôt",
    role="depot",
    quote="avant le 30 novembre 2026",
    confidence=0.9,
    url="https://e.org/sud",
)


@pytest.fixture
def servers(tmp_path):
    init_watch(tmp_path / "w")
    with MailSink() as mail, LocalBotApi() as bot:
        environ = {
            "WATCHBOT_SMTP_URL": mail.url,
            "WATCHBOT_SMTP_ALLOW_PLAIN": "1",
            "WATCHBOT_SMTP_RATE": "1000",
            "WATCHBOT_TELEGRAM_TOKEN": bot.token,
            "WATCHBOT_TELEGRAM_API": bot.url,
            "WATCHBOT_BASE_URL": "https://veille.example",
        }
        yield load_watch(tmp_path / "w", environ), mail, bot


def test_alerts_arrive_by_mail_and_telegram_once(servers):
    watch, mail, bot = servers
    with Store(watch.database) as store:
        store.deadlines.save([DUE])
        for channel, address in (("email", "camille@example.org"), ("telegram", "4711")):
            reader = add_subscriber(watch, store, channel, address, editions=(), confirmed=True, at=NOW - HOUR)
            follow(watch, store, reader.id, FollowedKind.SEARCH, "bilan <carbone>", at=NOW - HOUR)
            follow(watch, store, reader.id, FollowedKind.DEADLINE, DUE.uid, at=NOW - 24 * HOUR)
        title = "Le bilan <b>carbone</b> & la prime"
        found = FoundItem(guid="1", url="https://e.org/1?a=1&b=2", title=title, summary="En bref.", published=NOW)
        (item,) = store.items.save(watch.sources[0], [found], NOW).new
        verdict = Verdict(relevant=True, relevance=0.9, topics=("mesure",), scores={"mesure": 0.9})
        store.tags.record([(item, "h", verdict)], "head", NOW)
        assert alert_follows(watch, store, NOW + HOUR) == 2
        assert alert_follows(watch, store, NOW + HOUR) == 0
    assert deliver(watch) == {"sent": 2}
    assert deliver(watch) == {}

    (received,) = mail.messages
    message = email.message_from_bytes(received.content, policy=email.policy.default)
    assert message["Subject"].replace("\u00a0", " ") == "Vos suivis : Fonds <Sud> & Cie : dépôt, dans 7 jours"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    html = message.get_body(("html",)).get_content()
    assert "Le bilan &lt;b&gt;carbone&lt;/b&gt; &amp; la prime" in html
    assert "https://veille.example/recherche?q=bilan+%3Ccarbone%3E" in html
    assert "https://veille.example/preferences/" in html
    text = message.get_body(("plain",)).get_content()
    assert title in text.replace("\u00a0", " ")
    (sent,) = bot.messages
    assert sent.chat == "4711"
    assert "Le bilan &lt;b&gt;carbone&lt;/b&gt; &amp; la prime" in sent.html


def test_a_running_watch_looks_by_itself(servers):
    from watchbot.schedule.jobs import follows_job, now

    watch, mail, _ = servers
    with (watch.folder / ".env").open("a", encoding="utf-8") as env:
        env.write(f"\nWATCHBOT_SMTP_URL={mail.url}\nWATCHBOT_SMTP_ALLOW_PLAIN=1\nWATCHBOT_SMTP_RATE=1000\n")
    moment = now()
    with Store(watch.database) as store:
        reader = add_subscriber(
            watch, store, "email", "camille@example.org", editions=(), confirmed=True, at=moment - 2 * HOUR
        )
        follow(watch, store, reader.id, FollowedKind.SEARCH, "hydrogène", at=moment - HOUR)
        found = FoundItem(guid="1", url="https://e.org/1", title="Groupe à hydrogène", published=moment)
        (item,) = store.items.save(watch.sources[0], [found], moment).new
        verdict = Verdict(relevant=True, relevance=0.9, topics=("mesure",), scores={"mesure": 0.9})
        store.tags.record([(item, "h", verdict)], "head", moment)
    for _ in range(2):
        follows_job(str(watch.folder))
    (received,) = mail.messages
    assert b"hydrog" in received.content
    with Store(watch.database) as store:
        assert "follows" in store.runs.all()
