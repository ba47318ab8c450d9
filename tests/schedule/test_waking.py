"""The program as it runs, slept through its hour, killed, stopped and started again: in the end each reader got one issue."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from watchbot.app.people import add_subscriber
from watchbot.app.scaffold import init_watch
from watchbot.config import load_watch
from watchbot.demo.sinks import MailSink
from watchbot.model import FoundItem, Kind, Source, Verdict
from watchbot.store import Store

pytestmark = pytest.mark.slow


@pytest.fixture
def folder(tmp_path):
    """A watch with something to tell, whose hebdo was due an hour ago; nothing ran since yesterday."""
    init_watch(tmp_path / "w", blank=True)
    file = tmp_path / "w" / "digests" / "hebdo.toml"
    now = datetime.now(UTC)
    due = (now - timedelta(hours=1)).astimezone(ZoneInfo("Europe/Paris"))
    file.write_text(file.read_text().replace("30 7 * * mon", f"{due.minute} {due.hour} * * *"))
    watch = load_watch(tmp_path / "w", {})
    source = Source(id="s", name="S", publisher="S", kind=Kind.FEED, url="https://e.org/f")
    with Store(watch.database) as store:
        store.items.save(source, [FoundItem(guid="1", url="https://e.org/1", title="Une aide", published=now)], now)
        (item,) = store.items.select(limit=None)
        verdict = Verdict(relevant=True, relevance=1.0, topics=("financements",), scores={"financements": 1.0})
        store.tags.record([(item.id, "h", verdict)], "human", now, by="human")
        store.runs.begin("digest-hebdo", now - timedelta(days=1))
    return tmp_path / "w"


def add_readers(folder, count):
    watch = load_watch(folder, {})
    with Store(watch.database) as store:
        for n in range(count):
            add_subscriber(
                watch, store, "email", f"r{n}@example.org", editions=["hebdo"], confirmed=True, at=datetime.now(UTC)
            )


class Running:
    """`watchbot run` as a process of its own; its log is a file."""

    def __init__(self, folder, mail, *, rate=1000):
        environ = {
            **os.environ,
            "WATCHBOT_WEB_PORT": "0",
            "WATCHBOT_SMTP_URL": mail.url,
            "WATCHBOT_SMTP_ALLOW_PLAIN": "1",
            "WATCHBOT_SMTP_RATE": str(rate),
        }
        self.log = folder / "log"
        command = [sys.executable, "-m", "watchbot", "run", "--watch", str(folder)]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(command, stderr=log, env=environ)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def until(self, what, seconds=40):
        end = time.monotonic() + seconds
        while not what():
            assert time.monotonic() < end, self.log.read_text()
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.01)

    def logged(self, text):
        self.until(lambda: text in self.log.read_text())

    def end(self, number=signal.SIGTERM):
        began = time.monotonic()
        self.process.send_signal(number)
        code = self.process.wait(timeout=20)
        assert time.monotonic() - began < 10
        return code


def recipients(mail):
    return Counter(one.recipients[0] for one in mail.messages)


def test_an_issue_slept_through_is_sent_on_waking_and_once(folder):
    add_readers(folder, 1)
    with MailSink() as mail:
        with Running(folder, mail) as program, Store(folder / "watch.db") as store:
            before = store.runs.all()["digest-hebdo"]
            program.logged('"event": "digest"')
            program.until(lambda: store.runs.all()["digest-hebdo"] > before)
            program.until(lambda: mail.messages)
            program.end(signal.SIGKILL)
        assert recipients(mail) == {"r0@example.org": 1}
        with Running(folder, mail) as program:
            program.logged('"event": "collected"')
            second = subprocess.run(
                [sys.executable, "-m", "watchbot", "run", "--watch", str(folder)],
                capture_output=True,
                text=True,
                timeout=30,
                check=False,
            )
            assert second.returncode != 0
            assert "another `watchbot run`" in second.stderr
            assert program.end() == 0
            assert "making up" not in program.log.read_text()
        assert recipients(mail) == {"r0@example.org": 1}


def test_killed_while_an_issue_is_composed_the_rest_of_the_readers_get_it_at_the_next_start(folder):
    add_readers(folder, 40)
    queued = 0
    with MailSink() as mail:
        with Running(folder, mail) as program, Store(folder / "watch.db") as store:
            program.until(lambda: store.outbox.counts()["queued"] > 3)
            program.end(signal.SIGKILL)
            queued = store.outbox.counts().total()
        assert 3 < queued < 40
        with Running(folder, mail) as program:
            program.logged('"resumed": true')
            program.until(lambda: len(mail.messages) == 40)
            assert program.end() == 0
        assert recipients(mail) == {f"r{n}@example.org": 1 for n in range(40)}
    with Store(folder / "watch.db") as store:
        assert len(store.issues.list()) == 1


def test_stopped_while_it_sends_the_message_under_way_is_finished_and_the_rest_go_out_later(folder):
    add_readers(folder, 20)
    with MailSink() as mail:
        with Running(folder, mail, rate=10) as program:
            program.until(lambda: len(mail.messages) > 3)
            assert program.end() == 0
            assert '"ended": true' in program.log.read_text()
        sent = len(mail.messages)
        with Store(folder / "watch.db") as store:
            assert store.outbox.counts() == {"sent": sent, "queued": 20 - sent}
        with Running(folder, mail) as program:
            program.until(lambda: len(mail.messages) == 20)
            assert program.end() == 0
        assert recipients(mail) == {f"r{n}@example.org": 1 for n in range(20)}
