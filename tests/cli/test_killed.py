"""SIGKILL at many points of the main job, then again: nothing lost, nothing doubled."""

from __future__ import annotations

import os
import random
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


def kill_and_go_on(program, chance, *arguments, kills=4, longest=1.2):
    for _ in range(kills):
        process = program.start(*arguments)
        time.sleep(chance.uniform(0.2, longest))
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    program(*arguments)


def test_collecting_and_classifying_killed_end_where_an_unbroken_run_ends(program, few, recorded, tmp_path):
    chance = random.Random(42)
    kill_and_go_on(program, chance, "collect", *few, kills=3)
    kill_and_go_on(program, chance, "classify", kills=2, longest=2.0)
    recorded.set_week("2026-11-23")
    kill_and_go_on(program, chance, "collect", *few, kills=2)
    kill_and_go_on(program, chance, "classify", kills=1, longest=2.0)
    broken = state(program.folder)

    from watchbot.app.scaffold import init_watch

    other = tmp_path / "other"
    init_watch(other)
    program.folder = other
    recorded.set_week("2026-11-16")
    for week in ("2026-11-16", "2026-11-23"):
        recorded.set_week(week)
        program("collect", *few)
        program("classify")
    assert broken == state(other)


def test_sending_killed_tells_each_reader_once(read_program):
    program = read_program
    with MailSink() as mail:
        program.environ |= {
            "WATCHBOT_SMTP_URL": mail.url,
            "WATCHBOT_SMTP_ALLOW_PLAIN": "1",
            "WATCHBOT_SMTP_RATE": "1000",
        }
        for n in range(12):
            program("subscribers", "add", f"r{n}@example.org", "--confirmed")
        kill_and_go_on(program, random.Random(5), "digest", "send", "hebdo", kills=4, longest=1.5)
        program("digest", "send", "hebdo")
        got = sorted(m.recipients[0] for m in mail.messages)
    assert got == sorted(f"r{n}@example.org" for n in range(12))
    with Store(program.folder / "watch.db") as store:
        told = store.issues.told_by(store.issues.list()[0][1])
        assert len(told) == 12
        assert len(set(told.values())) == 1
