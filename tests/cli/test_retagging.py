"""Tagging an archive anew from the command line: by parts, by the fast tier, killed and resumed, while readers read."""

from __future__ import annotations

import os
import signal
import threading
import time
from datetime import UTC, datetime

import pytest

from watchbot.model import FoundItem, Kind, Source
from watchbot.store import Store

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
SOURCE = Source(id="archive", name="Archive", publisher="P", kind=Kind.FEED, url="https://example.org/feed")
COUNT = 800


@pytest.fixture
def archive(program):
    """A watch with an archive that nobody has judged."""
    with Store(program.folder / "watch.db") as store:
        for start in range(0, COUNT, 200):
            found = [
                FoundItem(
                    guid=f"g{n}",
                    url=f"https://example.org/{n}",
                    title=f"Dépêche {n} : {'un éco-bonus pour les tournages' if n % 4 == 0 else 'les entrées de la semaine'}",
                    summary=f"La décision n° {n} est publiée.",
                )
                for n in range(start, start + 200)
            ]
            store.items.save(SOURCE, found, NOW)
    return program


def test_a_killed_retagging_goes_on_where_it_stopped_and_readers_read_meanwhile(archive):
    with Store(archive.folder / "watch.db") as store:
        reads, stop = [], threading.Event()

        def read() -> None:
            with Store(store.path) as other:
                while not stop.is_set():
                    start = time.perf_counter()
                    other.items.select(limit=20)
                    other.tags.counts()
                    reads.append(time.perf_counter() - start)
                    stop.wait(0.02)

        reader = threading.Thread(target=read)
        reader.start()
        process = archive.start("classify", "--fast")
        while store.tags.counts()["waiting"] == COUNT and process.poll() is None:
            time.sleep(0.02)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        stop.set()
        reader.join()
        left = store.tags.counts()["waiting"]
    assert 0 < left < COUNT
    assert reads
    assert max(reads) < 2
    rest = archive.json("classify", "--fast")
    assert (rest["judged"], rest["waiting"]) == (left, left)
    assert archive.json("classify")["judged"] == 0


def test_an_archive_is_judged_by_parts_and_then_exactly(archive):
    out = archive("classify", "--fast", "--limit", "300")
    assert out.startswith("300 items judged: ")
    assert f"{COUNT - 300} still wait" in out
    first = archive.json("classify", "--all", "--limit", "20")
    assert (first["judged"], first["waiting"]) == (20, COUNT)
    assert first["kept"] + first["off_topic"] == 20
    assert "choose one" in archive("classify", "--all", "--fast", code=2) + archive.err
