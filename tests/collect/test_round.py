"""A round of many sources: lanes by host, the slow and the dead, stopping, killing."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.servers.web import Reply, WebServer, hang, validated
from watchbot.collect import feed
from watchbot.collect.collected import Collected, Readers
from watchbot.collect.fetch import Fetcher, FetchSettings
from watchbot.collect.round import Visit, collect_batches, collect_round
from watchbot.errors import StoreError
from watchbot.model import FoundItem, Kind, Request, Response, Source
from watchbot.store import Store


def no_article(response: Response, source: Source, item: FoundItem | None) -> FoundItem:
    raise AssertionError("feeds follow nothing here")


READERS = Readers(first=lambda source: Request(url=source.url), parse=feed.parse, article=no_article)


def rss(name: str, count: int = 3) -> bytes:
    entries = "".join(
        f"<item><title>{name} {n}</title><link>http://news.test/{name}/{n}</link><guid>{name}-{n}</guid>"
        "<pubDate>Mon, 23 Nov 2026 10:00:00 GMT</pubDate></item>"
        for n in range(count)
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>{name}</title>{entries}</channel></rss>'.encode()


def feeds(web: WebServer, count: int, prefix: str = "f") -> list[Source]:
    sources = []
    for number in range(count):
        name = f"{prefix}{number}"
        web.route(f"/{name}.xml", validated(rss(name)))
        sources.append(a_source(name, web.url(f"/{name}.xml")))
    return sources


def a_source(name: str, url: str) -> Source:
    return Source(id=name, name=name, publisher="P", kind=Kind.FEED, url=url)


def polite(*hosts: WebServer, **more: object) -> FetchSettings:
    values: dict[str, object] = {"min_delay": 0, "backoff": 0.01, "max_wait": 0.2, "attempts": 1}
    return FetchSettings(allow_private=frozenset(host.netloc for host in hosts), **(values | more))  # type: ignore[arg-type]


async def test_every_source_is_visited_once(web: WebServer) -> None:
    sources = feeds(web, 30)
    async with Fetcher(polite(web)) as fetcher:
        collected = [one async for one in collect_round(sources, fetcher, readers=READERS)]
    assert sorted(one.source_id for one in collected) == sorted(source.id for source in sources)
    assert all(len(one.items) == 3 for one in collected)
    assert sorted(web.paths()) == sorted(f"/{source.id}.xml" for source in sources)
    assert web.most_at_once <= 2


async def test_an_empty_round_ends(web: WebServer) -> None:
    async with Fetcher(polite(web)) as fetcher:
        assert [one async for one in collect_round([], fetcher, readers=READERS)] == []


async def test_one_broken_source_does_not_stop_the_others(web: WebServer) -> None:
    sources = [*feeds(web, 4), a_source("ftp", "ftp://x.test/"), a_source("none", web.url("/none.xml"))]
    async with Fetcher(polite(web)) as fetcher:
        collected = {one.source_id: one async for one in collect_round(sources, fetcher, readers=READERS)}
    assert collected["ftp"].attempt.error == "unsafe-address"
    assert collected["none"].attempt.error == "not-found"
    assert sum(one.attempt.ok for one in collected.values()) == 4


async def test_slow_and_dead_hosts_hold_up_only_themselves() -> None:
    with ExitStack() as stack:
        good, slow = (stack.enter_context(WebServer()) for _ in range(2))
        slow.default(hang())
        sources = [a_source(f"slow{n}", slow.url(f"/{n}")) for n in range(40)]
        # Nothing listens on this port of loopback.
        sources += [a_source(f"dead{n}", f"http://127.0.0.9:9/{n}") for n in range(40)]
        sources += feeds(good, 40)
        settings = polite(good, slow, read_timeout=0.4)
        settings = FetchSettings(
            **{name: getattr(settings, name) for name in settings.__slots__ if name != "allow_private"},
            allow_private=settings.allow_private | {"127.0.0.9"},
        )
        started = time.monotonic()
        async with Fetcher(settings) as fetcher:
            collected = [one async for one in collect_round(sources, fetcher, readers=READERS)]
        order = [(one.source_id.rstrip("0123456789"), one.attempt.error) for one in collected]
        took = time.monotonic() - started
    assert len(order) == 120
    assert order.count(("f", "")) == 40
    assert {error for kind, error in order if kind == "dead"} <= {"connect", "host-paused"}
    assert {error for kind, error in order if kind == "slow"} == {"timeout", "host-paused"}
    # Forty hanging sources at two at once would take 8 s; the host is left alone after three.
    assert took < 5


async def test_what_is_remembered_is_asked_for_just_before_the_visit(web: WebServer) -> None:
    sources, prepared = feeds(web, 6), []

    def prepare(source: Source) -> Visit:
        prepared.append(len(web.paths()))
        return Visit(source=source)

    async with Fetcher(polite(web, per_host=1)) as fetcher:
        _ = [one async for one in collect_round(sources, fetcher, prepare=prepare, readers=READERS)]
    assert prepared == [0, 1, 2, 3, 4, 5]


async def test_a_failing_database_ends_the_round_with_its_own_error(web: WebServer) -> None:
    def prepare(source: Source) -> Visit:
        raise StoreError("locked")

    async with Fetcher(polite(web)) as fetcher:
        with pytest.raises(StoreError):
            _ = [one async for one in collect_round(feeds(web, 3), fetcher, prepare=prepare, readers=READERS)]


async def test_after_its_time_no_further_visit_is_begun(web: WebServer) -> None:
    sources = feeds(web, 50)
    async with Fetcher(polite(web, min_delay=0.1)) as fetcher:
        collected = [one async for one in collect_round(sources, fetcher, readers=READERS, seconds=0.3)]
    assert 1 <= len(collected) < 15
    assert all(one.attempt.ok for one in collected)


async def test_leaving_a_round_stops_it(web: WebServer) -> None:
    sources = feeds(web, 50)
    async with Fetcher(polite(web)) as fetcher:
        stream = collect_round(sources, fetcher, readers=READERS)
        async for _ in stream:
            break
        await stream.aclose()
        await asyncio.sleep(0.02)
        asked = len(web.paths())
        await asyncio.sleep(0.05)
        assert len(web.paths()) == asked < 50


async def test_results_that_wait_are_bounded(web: WebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    from watchbot.collect import round as round_module

    monkeypatch.setattr(round_module, "WAITING_RESULTS", 4)
    sources = feeds(web, 30)
    seen: list[int] = []
    async with Fetcher(polite(web)) as fetcher:
        async for batch in collect_batches(sources, fetcher, readers=READERS, size=3):
            assert len(batch) <= 3
            seen.append(len(batch))
            await asyncio.sleep(0.02)
    assert sum(seen) == 30


# ---------------------------------------------------------------------- killed in the middle

CHILD = """
import asyncio, sys
from datetime import UTC, datetime
sys.path.insert(0, {root!r})
from tests.collect.test_round import record_round
asyncio.run(record_round(sys.argv[1], sys.argv[2], int(sys.argv[3])))
"""


def record(store: Store, source: Source, collected: Collected) -> None:
    """What recording a visit is: everything in one transaction."""
    with store.transaction():
        store.items.save(source, collected.items, collected.attempt.started_at)
        store.attempts.add(collected.attempt)
        later = datetime(2030, 1, 1, tzinfo=UTC)
        store.sources.record(source, collected.attempt, validators=collected.validators, next_due=later)


async def record_round(netloc: str, database: str, count: int) -> None:
    """A round over the feeds of a server, recorded as it goes."""
    sources = [a_source(f"f{n}", f"http://{netloc}/f{n}.xml") for n in range(count)]
    by_id = {source.id: source for source in sources}
    with Store(database) as store:
        due = store.sources.due(sources, datetime.now(UTC))
        settings = FetchSettings(allow_private=frozenset({netloc}), min_delay=0.005)
        async with Fetcher(settings) as fetcher:

            def prepare(source: Source) -> Visit:
                return Visit(source=source, validators=store.sources.state(source).validators)

            async for batch in collect_batches(due, fetcher, prepare=prepare, readers=READERS, size=5):
                with store.transaction():
                    for one in batch:
                        record(store, by_id[one.source_id], one)


async def test_a_killed_round_loses_nothing(web: WebServer, tmp_path: Path) -> None:
    count, database = 60, tmp_path / "watch.db"
    feeds(web, count)
    root = str(Path(__file__).parents[2])
    for stop_after in (8, 20, 45):
        before = len(web.paths())
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD.format(root=root), web.netloc, str(database), str(count)],
            cwd=root,
            env={**os.environ, "PYTHONPATH": root},
        )
        deadline = time.monotonic() + 20
        while len(web.paths()) - before < min(stop_after, count) and child.poll() is None:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.005)
        child.send_signal(signal.SIGKILL)
        child.wait(10)
        with Store(database) as store:
            assert store.integrity_problems() == []
            done = store.attempts.count()
            # Every visit is recorded whole or not at all.
            assert store.items.count() == 3 * done
            assert len(store.rows("SELECT 1 FROM validators")) == done
            if done == count:
                break
    await record_round(web.netloc, str(database), count)
    with Store(database) as store:
        assert store.items.count() == 3 * count
        assert store.attempts.count() == count
        assert not [one for one in store.attempts.since(datetime(2020, 1, 1, tzinfo=UTC)) if one.not_modified]


async def test_a_dead_server_in_a_recorded_web_is_one_reason(web: WebServer) -> None:
    web.default(Reply(503))
    async with Fetcher(polite(recorded=web.base, pause=60.0)) as fetcher:
        sources = [a_source(f"a{n}", f"https://news{n % 2}.example.org/{n}") for n in range(8)]
        collected = [one async for one in collect_round(sources, fetcher, readers=READERS)]
    assert {one.attempt.error for one in collected} <= {"robots-unreachable", "host-paused", "throttled"}
    assert len(collected) == 8
