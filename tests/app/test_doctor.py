"""The doctor on broken setups: what is wrong, and what to do about it, each in words that help."""

from __future__ import annotations

import fcntl
import json
import os
import resource
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from aiosmtpd.smtp import AuthResult

from watchbot.app.backup import backup
from watchbot.app.doctor import examine
from watchbot.app.doctor.machine import clock_offset
from watchbot.app.scaffold import init_watch
from watchbot.demo.bot_api import LocalBotApi
from watchbot.demo.sinks import MailSink
from watchbot.model import Delivery
from watchbot.store import Store
from watchbot.store.outbox import Outgoing

# Nothing answers here: the clock is not compared.
NOBODY = ("127.0.0.1", 9)


@pytest.fixture
def folder(tmp_path):
    init_watch(tmp_path / "w", blank=True)
    with Store(tmp_path / "w" / "watch.db"):
        pass
    return tmp_path / "w"


@pytest.fixture
def found(folder, monkeypatch):
    """What the doctor says of one thing, with these variables set."""

    def look(what, **variables):
        with monkeypatch.context() as patch:
            for name, value in variables.items():
                patch.setenv(f"WATCHBOT_{name}", value)
            return [one for one in examine(folder, time_server=NOBODY) if one.what == what]

    return look


def test_settings_that_are_no_addresses_and_mails_that_nobody_reads_are_told(found):
    for variables, state, said in (
        ({"BASE_URL": "veille.example.org"}, "error", "WATCHBOT_BASE_URL"),
        ({"ADMIN_EMAIL": "nobody"}, "error", "WATCHBOT_ADMIN_EMAIL"),
        ({"BOUNCE_ADDRESS": "a b@c"}, "error", "WATCHBOT_BOUNCE_ADDRESS"),
        ({"BASE_URL": "http://veille.example.org", "SMTP_URL": "smtp://127.0.0.1:9"}, "warning", "one-click"),
        ({"SMTP_URL": "smtp://127.0.0.1:9"}, "warning", "nothing reads bounces"),
    ):
        told = [one for one in found("configuration", **variables) if said in one.finding]
        assert [one.state for one in told] == [state], variables
    read = found("configuration", SMTP_URL="smtp://127.0.0.1:9", BOUNCE_SECRET="s" * 30)
    assert not [one for one in read if "nothing reads" in one.finding]


def test_without_its_key_a_watch_is_in_trouble(folder, found):
    (folder / ".env").write_text("")
    assert ("error", True) in [(one.state, "SECRET_KEY" in one.finding) for one in found("configuration")]


def test_a_wrong_setting_does_not_hide_the_rest(folder, found):
    (one,) = [one for one in found("configuration", WEB_PORT="abc") if one.state == "error"]
    assert "WATCHBOT_WEB_PORT" in one.finding
    assert found("database", WEB_PORT="abc")[0].state == "ok"
    assert found("mail server", WEB_PORT="abc", SMTP_URL="smtp://127.0.0.1:9")[0].state == "error"


def test_backups_that_cannot_be_written_are_told(found, tmp_path):
    (tmp_path / "file").touch()
    (one,) = found("backups", BACKUP_DIR=str(tmp_path / "file" / "backups"))
    assert (one.state, "cannot be written" in one.finding) == ("error", True)


def test_a_database_that_others_can_read_is_told(folder, found):
    assert found("secrets") == []
    (folder / "watch.db").chmod(0o644)
    (one,) = found("secrets")
    assert (one.state, one.advice) == ("warning", f"chmod 600 {folder / 'watch.db'}")


def refuse_login(*_):
    return AuthResult(success=False, handled=False)


def test_a_mail_server_that_does_not_work_is_told_by_what_goes_wrong(found, authority):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    with MailSink(authenticator=refuse_login, auth_require_tls=False) as sink, MailSink(tls_context=context) as tls:
        port, secure = sink.port, tls.port
        cases = {
            f"smtp://me:secret@127.0.0.1:{port}": ("535", "correct user and password"),
            f"smtps://127.0.0.1:{port}": ("SSL", "smtp://…:587 is STARTTLS"),
            f"smtp://nowhere.invalid:{port}": ("nowhere.invalid", "the host's name"),
            "smtp://127.0.0.1:9": ("refused", "host and port"),
        }
        for url, (said, advice) in cases.items():
            (one,) = found("mail server", SMTP_URL=url, SMTP_ALLOW_PLAIN="1")
            assert (one.state, said in one.finding, advice in one.advice) == ("error", True, True), one
            assert "secret" not in one.finding + one.advice
        (one,) = found("mail server", SMTP_URL=f"smtp://127.0.0.1:{port}")
        assert "offers no STARTTLS" in one.finding
        (one,) = found("mail server", SMTP_URL=f"smtp://127.0.0.1:{secure}")
        assert "certificate" in one.advice
        (one,) = found("mail server", SMTP_URL=f"smtp://127.0.0.1:{port}", SMTP_ALLOW_PLAIN="1")
        assert one.state == "ok"


def test_a_bot_without_its_token_and_a_mailbox_that_is_away(found):
    with LocalBotApi() as api:
        (one,) = found("Telegram bot", TELEGRAM_TOKEN=api.token, TELEGRAM_API=api.url)
        assert one.state == "ok"
        (one,) = found("Telegram bot", TELEGRAM_TOKEN="123456789:" + "A" * 35, TELEGRAM_API=api.url)
        assert (one.state, "@BotFather" in one.advice) == ("error", True), one
    (one,) = found("Telegram bot", TELEGRAM_TOKEN="123456789:" + "A" * 35, TELEGRAM_API="http://127.0.0.1:9")
    assert "network" in one.advice
    away, unset = found("mailbox of bounces", BOUNCE_IMAP_URL="imaps://a:b@127.0.0.1:9/INBOX")
    assert (away.state, unset.state) == ("error", "warning")


def test_a_database_that_is_damaged_names_the_backup_to_restore(found, folder, tmp_path):
    path = folder / "watch.db"
    copy = backup(path, tmp_path / "backups", datetime.now(UTC))
    (one,) = found("backups", BACKUP_DIR=str(tmp_path / "backups"))
    assert (one.state, str(copy) in one.finding) == ("ok", True)
    content = bytearray(path.read_bytes())
    content[4096 * 4 :] = bytes(len(content) - 4096 * 4)
    path.write_bytes(content)
    (one,) = found("database", BACKUP_DIR=str(tmp_path / "backups"))
    assert (one.state, f"`watchbot restore {copy}`" in one.advice) == ("error", True), one
    path.write_bytes(b"hello" * 1000)
    (one,) = found("database")
    assert (one.state, "not a watch's database" in one.advice) == ("error", True)
    copy.write_bytes(copy.read_bytes()[:5000])
    (one,) = found("backups", BACKUP_DIR=str(tmp_path / "backups"))
    assert (one.state, "not a sound database" in one.finding) == ("error", True)


def test_a_disk_that_takes_nothing_more_is_told_and_the_program_ends_with_1(folder):
    """As on a full disk: every write beyond a kilobyte fails."""

    def small_files():
        resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024))

    command = [sys.executable, "-m", "watchbot", "doctor", "--json", "--watch", str(folder)]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        preexec_fn=small_files,
        env={**os.environ, "WATCHBOT_TIME_SERVER": "127.0.0.1:9"},
        timeout=60,
        check=False,
    )
    (disk,) = [one for one in json.loads(done.stdout) if one["what"] == "disk"]
    assert (done.returncode, disk["state"]) == (1, "error")
    assert "free some space" in disk["advice"]


def test_faults_in_the_files_do_not_hide_those_of_the_machine(folder):
    (folder / "sources.toml").write_text("nonsense = [")
    states = {one.what: one.state for one in examine(folder, time_server=NOBODY)}
    assert states == {"configuration": "error", "disk": "ok", "clock": "ok"}


@pytest.mark.parametrize(("off", "state"), [(0, "ok"), (3600, "error"), (-3600, "error")])
def test_the_clock_is_compared_with_a_time_server(folder, off, state):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))

        def answer():
            _, asker = server.recvfrom(512)
            server.sendto(
                bytes([0x24, 2]) + bytes(38) + struct.pack("!II", int(time.time() + off) + 2208988800, 0), asker
            )

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        (clock,) = [one for one in examine(folder, time_server=server.getsockname()) if one.what == "clock"]
        thread.join()
    assert clock.state == state, clock
    assert bool(off) == ("set the clock" in clock.advice)


def test_a_server_without_the_time_is_not_believed():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        threading.Thread(target=lambda: server.sendto(bytes(48), server.recvfrom(512)[1]), daemon=True).start()
        assert clock_offset(server.getsockname()) is None


def test_secrets_that_others_can_read(found, folder):
    assert found("secrets") == []
    (folder / ".env").chmod(0o644)
    (one,) = found("secrets")
    assert "chmod 600" in one.advice


def test_whether_the_program_runs_an_edition_was_missed_and_messages_wait(found, folder):
    (one,) = found("program")
    assert "never started" in one.finding
    descriptor = os.open(f"{folder / 'watch.db'}.run.lock", os.O_CREAT | os.O_RDWR)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    assert found("program")[0].state == "ok"
    os.close(descriptor)
    assert "is not running" in found("program")[0].finding

    file = folder / "digests" / "hebdo.toml"
    file.write_text(file.read_text().replace("30 7 * * mon", "*/10 * * * *"))
    now = datetime.now(UTC)
    with Store(folder / "watch.db") as store:
        store.runs.begin("digest-hebdo", now - timedelta(hours=1))
        waiting = Delivery(key="k", edition="hebdo", issue="w", subscriber_id="s", channel="email")
        outgoing = Outgoing(delivery=waiting, address="a@example.org", payload={"subject": "S"})
        store.outbox.enqueue([outgoing], now - timedelta(hours=1))
        store.outbox.postpone("k", now, "421 the server is away")
    (one,) = found("edition hebdo")
    assert "watchbot digest send hebdo" in one.advice
    (one,) = found("deliveries")
    assert "1 wait" in one.finding
    assert "421 the server is away" in one.finding
    with Store(folder / "watch.db") as store:
        store.outbox.fail("k", "550 5.1.1 no such user")
    (one,) = found("deliveries")
    assert "1 failed for good; the last: 550" in one.finding
    assert "digest deliveries" in one.advice
