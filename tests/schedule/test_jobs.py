"""The jobs themselves, called as the scheduler calls them."""

from __future__ import annotations

import re

from watchbot.app.scaffold import init_watch
from watchbot.config import load_watch
from watchbot.demo.server import WEEKS, RecordedWeb
from watchbot.schedule import jobs
from watchbot.store import Store


def test_what_a_round_brings_can_be_found_before_anybody_asks(tmp_path, monkeypatch):
    folder = tmp_path / "w"
    init_watch(folder)
    path = folder / "sources.toml"
    head, *tables = path.read_text(encoding="utf-8").split("\n[[sources]]\n")
    (kept,) = [table for table in tables if re.search(r'^id = "ecoprod-actualites"$', table, re.MULTILINE)]
    path.write_text(f"{head}\n[[sources]]\n{kept}", encoding="utf-8")
    with RecordedWeb(WEEKS[0]) as web:
        watch = load_watch(folder, {"WATCHBOT_RECORDED_WEB": web.base})
        monkeypatch.setitem(jobs.HELD, str(folder), watch)
        jobs.collect_job(str(folder))
    with Store(watch.database) as store:
        found = store.items.select(limit=None)
        assert found
        assert len(store.tags.verdicts([item.id for item in found])) == len(found)
        assert not store.search.has_dirty()
        assert sum(map(len, store.search.records(0))) == len(found)
