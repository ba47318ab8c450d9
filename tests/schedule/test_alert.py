"""An alert from end to end: `watchbot run` in a process of its own finds a change and tells it at once, once, by mail and Telegram."""

from __future__ import annotations

import email
import email.policy
import os
import re
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

from watchbot.app.collecting import collect
from watchbot.app.people import add_subscriber
from watchbot.app.scaffold import init_watch
from watchbot.config import load_watch
from watchbot.demo.bot_api import LocalBotApi
from watchbot.demo.server import WEEKS, RecordedWeb
from watchbot.demo.sinks import MailSink
from watchbot.store import Store

AT_ONCE = timedelta(minutes=1)


def _only(folder, source):
    """Leave one source in the watch's folder."""
    path = folder / "sources.toml"
    head, *tables = path.read_text(encoding="utf-8").split("\n[[sources]]\n")
    (kept,) = [table for table in tables if re.search(rf'^id = "{source}"$', table, re.MULTILINE)]
    path.write_text(f"{head}\n[[sources]]\n{kept}", encoding="utf-8")


def _run(folder, environ, mail, bot):
    """Run the watch until both channels brought something (or a minute has passed), and a little longer: nothing may follow."""
    process = subprocess.Popen(
        [sys.executable, "-m", "watchbot", "run", "--no-web", "--watch", str(folder)],
        stderr=subprocess.PIPE,
        text=True,
        env=environ,
    )
    lines = []
    try:
        for line in process.stderr:  # ends with the process, whatever happens
            lines.append(line)
            if '"collected"' in line:
                break
        until = time.monotonic() + AT_ONCE.total_seconds()
        while time.monotonic() < until and not (mail.messages and bot.messages):
            time.sleep(0.1)
        arrived = datetime.now(UTC)
    finally:
        process.send_signal(signal.SIGTERM)
        rest = process.communicate(timeout=30)[1]
    assert process.returncode == 0, rest
    return arrived, "".join(lines) + rest


def test_a_change_is_told_within_a_minute_of_its_detection_and_once(tmp_path):
    folder = tmp_path / "w"
    init_watch(folder)
    _only(folder, "label-ecoprod")
    with RecordedWeb(WEEKS[0]) as web, MailSink() as mail, LocalBotApi() as bot:
        environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith("WATCHBOT_")},
            "WATCHBOT_RECORDED_WEB": web.base,
            "WATCHBOT_SMTP_URL": mail.url,
            "WATCHBOT_SMTP_ALLOW_PLAIN": "1",
            "WATCHBOT_MAIL_FROM": "veille@watchbot.example",
            "WATCHBOT_BASE_URL": "https://veille.watchbot.example",
            "WATCHBOT_SECRET_KEY": "for this test alone, and long enough for it",
            "WATCHBOT_TELEGRAM_TOKEN": bot.token,
            "WATCHBOT_TELEGRAM_API": bot.url,
        }
        watch = load_watch(folder, environ)
        before = datetime.now(UTC) - timedelta(days=7)
        with Store(watch.database) as store:
            for channel, address in (("email", "equipe@cpnef.example"), ("telegram", "515151")):
                add_subscriber(watch, store, channel, address, editions=["referentiels"], confirmed=True, at=before)
            add_subscriber(watch, store, "email", "autre@cpnef.example", editions=["hebdo"], confirmed=True, at=before)
            assert collect(watch, store, clock=lambda: before).changes == []
        web.set_week(WEEKS[1])
        arrived, _ = _run(folder, environ, mail, bot)
        with Store(watch.database) as store:
            (change,) = store.changes.list()
        assert arrived - change.detected_at < AT_ONCE
        _run(folder, environ, mail, bot)  # started anew, it has nothing more to tell
        with Store(watch.database) as store:
            assert len(store.outbox.deliveries()) == 2
        (received,), (message,) = mail.messages, bot.messages
    assert received.recipients == ("equipe@cpnef.example",)
    letter = email.message_from_bytes(received.content, policy=email.policy.default)
    text = letter.get_body(("plain",)).get_content()
    for told in (text, message.text):
        assert "seuil 65 % → 70 %" in told.replace("\u00a0", " ")
        assert "alerte" in told
