"""The scheduler: jobs that persist, one instance, a graceful stop, and a Monday missed made up for once."""

from __future__ import annotations

import io
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED

from watchbot.app.scaffold import init_watch
from watchbot.config import load_watch
from watchbot.errors import StoreError
from watchbot.logs import mask_secrets
from watchbot.schedule import build_scheduler, single_instance


@pytest.fixture
def watch(tmp_path):
    init_watch(tmp_path / "w", blank=True)
    return load_watch(tmp_path / "w", {})


def test_jobs_are_those_of_the_watch_and_persist(watch):
    scheduler = build_scheduler(watch)
    times = {job.id: job.next_run_time for job in scheduler.get_jobs()}
    scheduler.shutdown()
    assert set(times) == {
        "collect",
        "deliver",
        "backup",
        "note",
        "digest-hebdo",
        "digest-referentiels",
        "digest-mensuel",
    }
    monday = times["digest-hebdo"]
    assert (monday.weekday(), monday.hour) == (0, 7)
    assert str(monday.tzinfo) == "Europe/Paris"
    again = build_scheduler(watch)
    assert {job.id: job.next_run_time for job in again.get_jobs()} == times
    again.shutdown()


def test_a_removed_edition_loses_its_job_on_reload(watch):
    scheduler = build_scheduler(watch)
    (watch.folder / "digests" / "mensuel.toml").unlink()
    build_scheduler(load_watch(watch.folder, {}), scheduler)
    assert "digest-mensuel" not in {job.id for job in scheduler.get_jobs()}
    scheduler.shutdown()


def test_a_monday_that_was_slept_through_is_made_up_for_once(watch):
    scheduler = build_scheduler(watch)
    # The machine sleeps over two fires of the job; on waking they are one run.
    scheduler.modify_job("digest-hebdo", next_run_time=datetime.now(UTC) - timedelta(hours=5))
    ran = []
    scheduler.add_listener(lambda event: ran.append(event.job_id), EVENT_JOB_EXECUTED)
    scheduler.resume()
    for _ in range(100):
        if "digest-hebdo" in ran:
            break
        time.sleep(0.1)
    job = scheduler.get_job("digest-hebdo")
    scheduler.shutdown()
    assert ran.count("digest-hebdo") == 1
    assert job.next_run_time > datetime.now(UTC)


def test_daylight_saving_keeps_half_past_seven_in_paris(watch):
    scheduler = build_scheduler(watch)
    trigger = scheduler.get_job("digest-hebdo").trigger
    scheduler.shutdown()
    trigger.jitter = None
    moment = datetime(2026, 10, 20, tzinfo=UTC)
    fires = []
    for _ in range(3):
        fire = trigger.get_next_fire_time(None, moment)
        fires.append(fire)
        moment = fire + timedelta(minutes=1)
    assert [(f.hour, f.minute) for f in fires] == [(7, 30)] * 3
    assert {f.astimezone(UTC).hour for f in fires} == {6}


def test_only_one_runs(watch):
    lock = single_instance(watch.database)
    with pytest.raises(StoreError, match="another `watchbot run`"):
        single_instance(watch.database)
    os.close(lock)
    os.close(single_instance(watch.database))


def test_run_starts_reloads_and_stops_within_ten_seconds(watch):
    command = [sys.executable, "-m", "watchbot", "run", "--watch", str(watch.folder)]
    environ = {**os.environ, "WATCHBOT_WEB_PORT": "0"}
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environ)
    lines = []
    for line in process.stderr:
        lines.append(line)
        if '"running"' in line:
            process.send_signal(signal.SIGHUP)
        if '"reloaded"' in line:
            break
    start = time.monotonic()
    process.send_signal(signal.SIGTERM)
    rest = process.communicate(timeout=20)[1]
    assert time.monotonic() - start < 10
    assert process.returncode == 0, rest
    assert '"stopped"' in rest
    assert any('"serving"' in line for line in lines)


def test_a_job_that_hangs_does_not_keep_it_from_stopping(tmp_path):
    """A site that accepts and never answers: the visit is cut, and the program ends all the same."""
    init_watch(tmp_path / "w")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        environ = {
            **os.environ,
            "WATCHBOT_WEB_PORT": "0",
            "WATCHBOT_RECORDED_WEB": f"http://127.0.0.1:{silent.getsockname()[1]}",
        }
        command = [sys.executable, "-m", "watchbot", "run", "--watch", str(tmp_path / "w")]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environ)
        silent.settimeout(30)
        silent.accept()
        start = time.monotonic()
        process.send_signal(signal.SIGTERM)
        rest = process.communicate(timeout=30)[1]
    assert time.monotonic() - start < 10
    assert process.returncode == 0
    assert '"ended": false' in rest


def test_a_changed_time_zone_or_jitter_is_taken_up_on_reload(watch):
    scheduler = build_scheduler(watch)
    file = watch.folder / "digests" / "hebdo.toml"
    file.write_text(file.read_text().replace("Europe/Paris", "America/Martinique"))
    build_scheduler(load_watch(watch.folder, {}), scheduler)
    job = scheduler.get_job("digest-hebdo")
    scheduler.shutdown()
    assert str(job.next_run_time.tzinfo) == "America/Martinique"


def test_a_job_that_fails_is_logged_and_stops_nothing(watch, capfd):
    from watchbot.logs import configure
    from watchbot.schedule.timetable import tell_failures

    configure("info", "json")
    scheduler = build_scheduler(watch)
    tell_failures(watch, scheduler)
    failed = threading.Event()
    scheduler.add_listener(lambda _event: failed.set(), EVENT_JOB_ERROR)
    (watch.folder / "sources.toml").write_text("nonsense = [")
    scheduler.modify_job("note", next_run_time=datetime.now(UTC))
    scheduler.resume()
    assert failed.wait(20)
    scheduler.shutdown()
    assert '"job failed"' in capfd.readouterr().err


def test_logs_follow_a_stderr_that_is_replaced_and_outlive_one_that_is_closed(monkeypatch):
    import structlog

    from watchbot.logs import configure

    first, second = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "stderr", first)
    configure("info", "json")
    monkeypatch.setattr(sys, "stderr", second)
    first.close()
    structlog.get_logger("watchbot").warning("still heard")
    assert "still heard" in second.getvalue()


def test_secrets_are_masked_in_logs():
    event = {"event": "x", "telegram_token": "1:abc", "url": "smtps://me:hunter2@host", "text": "123456789:" + "A" * 35}
    masked = str(mask_secrets(None, "info", event))
    assert "hunter2" not in masked
    assert "AAAA" not in masked
    assert "1:abc" not in masked
