"""The scheduler: jobs that persist, one instance, a graceful stop, and a Monday missed made up for once."""

from __future__ import annotations

import io
import os
import pickle
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED

from watchbot.app.fires import edition_trigger, last_fire, missed
from watchbot.app.scaffold import init_watch
from watchbot.config import load_watch
from watchbot.digest.compose import issue_id
from watchbot.errors import StoreError
from watchbot.logs import mask_secrets
from watchbot.schedule import build_scheduler, single_instance
from watchbot.schedule.timetable import BUSY_SECONDS, make_up
from watchbot.store import Store


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
        "follows",
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


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        # Clocks go from 2:00 to 3:00: half past two does not exist, and the run is not lost.
        (datetime(2026, 3, 28, 12, tzinfo=UTC), ["2026-03-29T01:30", "2026-03-30T00:30"]),
        # Clocks go from 3:00 back to 2:00: half past two comes twice, on one French day: one issue.
        (datetime(2026, 10, 24, 12, tzinfo=UTC), ["2026-10-25T01:30", "2026-10-26T01:30"]),
    ],
)
def test_an_hour_that_does_not_exist_or_comes_twice_is_one_issue(watch, day, hours):
    file = watch.folder / "digests" / "hebdo.toml"
    file.write_text(file.read_text().replace("30 7 * * mon", "30 2 * * *"))
    edition = load_watch(watch.folder, {}).edition("hebdo")
    fires = [last_fire(edition, day + timedelta(days=n), day + timedelta(days=n + 1)) for n in range(2)]
    assert [f"{fire.astimezone(UTC):%Y-%m-%dT%H:%M}" for fire in fires] == hours
    assert (
        issue_id(edition, fires[0]) == issue_id(edition, fires[0] - timedelta(hours=1)) != issue_id(edition, fires[1])
    )


def test_jitter_on_the_night_with_two_equal_hours_is_not_run_over_and_over(watch):
    trigger = pickle.loads(pickle.dumps(edition_trigger(replace(watch.edition("hebdo"), schedule="30 2 * * *"))))
    trigger.jitter = 300
    fire, fires = datetime(2026, 10, 24, 0, 31, tzinfo=UTC), []
    for _ in range(4):
        fire = trigger.get_next_fire_time(fire, fire.astimezone(UTC) + timedelta(milliseconds=20))
        fires.append(fire.astimezone(UTC))
    assert [f"{one:%d %H}" for one in fires] == ["25 00", "25 01", "26 01", "27 01"]
    assert all(30 <= one.minute <= 35 for one in fires)


def test_a_run_that_was_cut_or_failed_is_made_up_for_within_two_days_only(watch):
    edition = watch.edition("hebdo")
    trigger = edition_trigger(edition)
    monday = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
    before, after = monday - timedelta(days=7), monday + timedelta(hours=5)
    assert missed(trigger, before, after)
    assert not missed(trigger, monday, after)
    assert not missed(trigger, before, monday - timedelta(seconds=1))
    assert not missed(trigger, before, monday + timedelta(days=2, minutes=1))


def test_a_new_edition_is_not_taken_for_missed_and_a_changed_hour_counts_from_the_change(watch):
    scheduler = build_scheduler(watch)
    with Store(watch.database) as store:
        began = store.runs.all()["digest-hebdo"]
        assert datetime.now(UTC) - began < timedelta(minutes=1)
        store.execute("UPDATE runs SET done_at = '2020-01-01T00:00:00.000000Z'")
        file = watch.folder / "digests" / "hebdo.toml"
        file.write_text(file.read_text().replace("30 7 * * mon", "0 0 * * *"))
        build_scheduler(load_watch(watch.folder, {}), scheduler)
        assert store.runs.all()["digest-hebdo"] >= began
        make_up(load_watch(watch.folder, {}), scheduler)
    times = {job.id: job.next_run_time for job in scheduler.get_jobs()}
    scheduler.shutdown()
    assert times["digest-hebdo"] > datetime.now(UTC)
    assert times["backup"] <= datetime.now(UTC), "a backup missed at night is made at the start"


def test_a_damaged_store_of_jobs_is_begun_anew(watch):
    file = watch.database.with_name("watch.db.jobs")
    file.write_bytes(b"no database" * 1000)
    scheduler = build_scheduler(watch)
    assert scheduler.get_job("digest-hebdo").next_run_time > datetime.now(UTC)
    scheduler.shutdown()
    assert file.with_name("watch.db.jobs.damaged").read_bytes().startswith(b"no database")
    file.unlink()
    file.mkdir()
    with pytest.raises(StoreError, match=r"watch\.db\.jobs"):
        build_scheduler(watch)


def test_a_job_store_that_cannot_be_written_to_for_a_while_does_not_end_the_scheduler(watch):
    """As on a full disk; here another process holds its lock."""
    scheduler = build_scheduler(watch)
    scheduler.retry_seconds = 0.1
    ran = threading.Event()
    scheduler.add_listener(lambda event: event.job_id == "note" and ran.set(), EVENT_JOB_EXECUTED)
    scheduler.modify_job("note", next_run_time=datetime.now(UTC))
    lock = sqlite3.connect(f"{watch.database}.jobs", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    scheduler.resume()
    assert ran.wait(10), "the job runs though its next time cannot be written"
    time.sleep(BUSY_SECONDS + 0.3)
    lock.execute("ROLLBACK")
    lock.close()
    for _ in range(100):
        if scheduler.get_job("note").next_run_time > datetime.now(UTC):
            break
        time.sleep(0.1)
    again = scheduler.get_job("note").next_run_time
    scheduler.shutdown()
    assert again > datetime.now(UTC)


def test_only_one_runs(watch):
    lock = single_instance(watch.database)
    with pytest.raises(StoreError, match="another `watchbot run`"):
        single_instance(watch.database)
    other = watch.folder / "other.db"
    other.symlink_to(watch.database)
    with pytest.raises(StoreError, match="another `watchbot run`"):
        single_instance(other)
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
            (watch.folder / "digests" / "broken.toml").write_text("nonsense = [")
            process.send_signal(signal.SIGHUP)
        if '"not reloaded' in line:
            (watch.folder / "digests" / "broken.toml").unlink()
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
    assert any('"not reloaded' in line and "broken.toml" in line for line in lines)
    assert not any('"job failed"' in line for line in lines), "the former settings go on"


def test_a_folder_that_cannot_work_is_not_taken_up(watch, capfd):
    """Whatever is saved before a SIGHUP: the process lives, says what is wrong, and goes on as before."""
    from watchbot.logs import configure
    from watchbot.schedule.jobs import HELD
    from watchbot.schedule.process import _reload

    configure("info", "json")
    edition, template = watch.folder / "digests" / "hebdo.toml", watch.folder / "digests" / "templates"
    dotenv = watch.folder / ".env"
    former = load_watch(watch.folder)
    HELD[str(watch.folder)] = former
    scheduler = build_scheduler(former)
    template.mkdir(exist_ok=True)

    def refused(file, text):
        kept = file.read_bytes() if file.exists() else None
        file.write_text(text)
        _reload(watch.folder, scheduler, None, None)
        file.unlink() if kept is None else file.write_bytes(kept)
        said = capfd.readouterr().err
        assert '"not reloaded' in said, said
        assert HELD[str(watch.folder)] is former
        return said

    try:
        assert "is not a time zone" in refused(edition, edition.read_text().replace("Europe/Paris", "Europe/Pariss"))
        assert "WATCHBOT_SECRET_KEY is gone" in refused(dotenv, "")
        assert "template" in refused(template / "hebdo.html.j2", "{% if %}")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("watchbot.config.load_watch", lambda _: 1 / 0)
            assert "ZeroDivisionError" in refused(edition, edition.read_text())
        _reload(watch.folder, scheduler, None, None)
        assert '"reloaded"' in capfd.readouterr().err
        assert HELD[str(watch.folder)] is not former
    finally:
        HELD.pop(str(watch.folder))
        scheduler.shutdown()


def test_a_watch_with_a_broken_template_does_not_start(watch):
    from watchbot.errors import ConfigError
    from watchbot.schedule.process import run

    (watch.folder / "digests" / "templates").mkdir(exist_ok=True)
    (watch.folder / "digests" / "templates" / "hebdo.html.j2").write_text("{% if %}")
    with pytest.raises(ConfigError, match="template"):
        run(watch.folder, web=False)


def test_a_timetable_that_never_comes_again_stops_nothing_at_the_start(watch):
    scheduler = build_scheduler(watch)
    scheduler.pause_job("digest-hebdo")
    make_up(watch, scheduler)
    assert scheduler.get_job("digest-hebdo").next_run_time is None
    scheduler.shutdown()


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
    failed, told = threading.Event(), []
    scheduler.add_listener(lambda event: (told.append(event.job_id), failed.set()), EVENT_JOB_ERROR)
    (watch.folder / "sources.toml").write_text("nonsense = [")
    scheduler.modify_job("note", next_run_time=datetime.now(UTC))
    scheduler.resume()
    assert failed.wait(20)
    soon = datetime.now(UTC) + timedelta(minutes=11)
    with Store(watch.database) as store:
        long_ago = {"done_at": "2020-01-01T00:00:00.000000Z"}
        store.execute("UPDATE runs SET done_at = :done_at", long_ago)
    scheduler.modify_job("backup", next_run_time=datetime.now(UTC))
    for _ in range(200):
        if "backup" in told and scheduler.get_job("backup").next_run_time < soon:
            break
        time.sleep(0.05)
    again = scheduler.get_job("backup").next_run_time
    scheduler.shutdown()
    assert again < soon, "what failed at night is tried again soon, not the next night"
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
