"""Turns at a host, on a clock of the test's own: no test here waits."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.servers.web import Reply, WebServer, sequence
from watchbot.collect.fetch import Fetcher, FetchSettings
from watchbot.collect.politeness import LONGEST_RETRY_AFTER, HostPausedError, Politeness, retry_after
from watchbot.errors import FetchError
from watchbot.model import Request

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


class Clock:
    """Monotonic seconds that pass only by sleeping; sleepers wake in order."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        wake = self.now + seconds
        await asyncio.sleep(0)
        self.now = max(self.now, wake)


def manners(clock: Clock, **more: object) -> Politeness:
    return Politeness(FetchSettings(**more), clock=clock, sleep=clock.sleep)  # type: ignore[arg-type]


async def test_requests_to_one_host_keep_their_distance() -> None:
    clock = Clock()
    polite = manners(clock, min_delay=2.0, per_host=1)
    starts = []
    for _ in range(3):
        async with polite.turn("a"):
            starts.append(clock.now)
    async with polite.turn("b"):
        starts.append(clock.now)
    assert starts == [1000.0, 1002.0, 1004.0, 1004.0]


async def test_no_more_than_so_many_at_once() -> None:
    polite = manners(Clock(), min_delay=0, per_host=2)
    here = most = 0

    async def ask() -> None:
        nonlocal here, most
        async with polite.turn("a"):
            here += 1
            most = max(most, here)
            await asyncio.sleep(0)
            here -= 1

    await asyncio.gather(*(ask() for _ in range(10)))
    assert most == 2


async def test_sockets_are_bounded_over_all_hosts() -> None:
    polite = manners(Clock(), min_delay=0, per_host=2, concurrency=3)
    here = most = 0

    async def ask(host: str) -> None:
        nonlocal here, most
        async with polite.turn(host):
            here += 1
            most = max(most, here)
            await asyncio.sleep(0)
            here -= 1

    await asyncio.gather(*(ask(f"h{number}") for number in range(20)))
    assert most == 3


async def test_a_crawl_delay_counts_within_reason() -> None:
    clock = Clock()
    polite = manners(clock, min_delay=1.0, max_crawl_delay=10.0, per_host=1)
    for asked, kept in ((5.0, 5.0), (3600.0, 10.0), (0.1, 1.0)):
        polite.keep_apart("a", asked)
        async with polite.turn("a"):
            pass
        start = clock.now
        async with polite.turn("a"):
            assert clock.now - start == pytest.approx(kept)


async def test_a_busy_host_is_left_alone_for_everyone() -> None:
    clock = Clock()
    polite = manners(clock, min_delay=0, max_wait=30.0)
    assert polite.rest("a", "busy", 12.0) == 12.0
    async with polite.turn("b"):
        assert clock.now == 1000.0
    async with polite.turn("a"):
        assert clock.now == 1012.0
    polite.rest("a", "busy", 31.0)
    with pytest.raises(HostPausedError) as paused:
        async with polite.turn("a"):
            pass
    assert (paused.value.seconds, paused.value.why) == (31.0, "busy")


async def test_rests_double_up_to_a_bound_and_start_again_after_an_answer() -> None:
    polite = manners(Clock(), backoff=1.0, max_wait=10.0)
    assert [polite.rest("a", "busy") for _ in range(6)] == [1, 2, 4, 8, 10, 10]
    polite.answered("a")
    assert polite.rest("a", "busy") == 1


async def test_a_silent_host_is_left_alone_and_tried_again_once_later() -> None:
    clock = Clock()
    polite = manners(clock, min_delay=0, failures_before_pause=3, pause=600.0)
    for _ in range(3):
        async with polite.turn("a"):
            polite.failed("a", "no answer")
    with pytest.raises(HostPausedError):
        async with polite.turn("a"):
            pass
    clock.now += 601
    async with polite.turn("a"):
        polite.failed("a", "no answer")
    with pytest.raises(HostPausedError):  # one failure is enough this time
        async with polite.turn("a"):
            pass
    clock.now += 601
    async with polite.turn("a"):
        polite.answered("a")
    async with polite.turn("a"):
        polite.failed("a", "no answer")
    async with polite.turn("a"):
        pass


async def test_those_who_wait_hear_at_once_that_the_host_is_paused() -> None:
    clock = Clock()
    polite = manners(clock, min_delay=1.0, per_host=1, failures_before_pause=1)
    entered = asyncio.Event()

    async def first() -> None:
        async with polite.turn("a"):
            entered.set()
            await asyncio.sleep(0)
            polite.failed("a", "dead")

    async def later() -> str:
        await entered.wait()
        try:
            async with polite.turn("a"):
                return "asked"
        except HostPausedError:
            return "paused"

    results = await asyncio.gather(first(), *(later() for _ in range(50)))
    assert results[1:] == ["paused"] * 50
    assert clock.now == 1000.0


# ---------------------------------------------------------------------- Retry-After


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("1.5", 1.5),
        (format_datetime(NOON + timedelta(minutes=5), usegmt=True), 300.0),
        ("Tuesday, 24-Nov-26 12:01:00 GMT", 60.0),
        (format_datetime(NOON - timedelta(days=1), usegmt=True), 0.0),
        ("999999999999", LONGEST_RETRY_AFTER),
        ("9" * 400, LONGEST_RETRY_AFTER),
        ("soon", None),
        ("-5", None),
        ("", None),
        (None, None),
        ("Fri, 31 Dec 99999 23:59:59 GMT", None),
    ],
)
def test_retry_after_in_seconds_and_as_a_date(header: str | None, seconds: float | None) -> None:
    assert retry_after(header, NOON) == seconds


@given(st.text(max_size=40))
@settings(max_examples=200)
def test_any_retry_after_is_bounded_or_ignored(header: str) -> None:
    seconds = retry_after(header, NOON)
    assert seconds is None or 0 <= seconds <= LONGEST_RETRY_AFTER


def fast(web: WebServer, **more: object) -> FetchSettings:
    values: dict[str, object] = {"min_delay": 0, "backoff": 0.01, "max_wait": 2.0}
    return FetchSettings(allow_private=frozenset({web.netloc}), **(values | more))  # type: ignore[arg-type]


async def test_a_busy_server_is_tried_again_after_the_time_it_asks_for(web: WebServer) -> None:
    import time

    web.route("/x", sequence(Reply(429, {"retry-after": "0.3"}), Reply(503), Reply(200, {}, b"at last")))
    async with Fetcher(fast(web)) as fetcher:
        started = time.monotonic()
        response = await fetcher.fetch(Request(url=web.url("/x")))
        assert response.content == b"at last"
        assert response.requests == 3
        assert time.monotonic() - started >= 0.3


@pytest.mark.parametrize("asked", ["3600", format_datetime(NOON + timedelta(hours=1), usegmt=True)])
async def test_a_long_retry_after_is_kept_for_the_next_visit(web: WebServer, asked: str) -> None:
    web.route("/x", Reply(503, {"retry-after": asked}))
    web.page("/y", "y")
    async with Fetcher(fast(web), clock=lambda: NOON) as fetcher:
        for path, reason in (("/x", "throttled"), ("/y", "host-paused")):
            with pytest.raises(FetchError) as error:
                await fetcher.fetch(Request(url=web.url(path)))
            assert error.value.reason == reason
            assert error.value.retry_after == pytest.approx(3600, abs=5)
    assert web.paths() == ["/x"]


async def test_a_storm_of_errors_ends(web: WebServer) -> None:
    web.default(lambda seen: Reply(502))
    web.route("/robots.txt", Reply(404))
    async with Fetcher(fast(web, pause=60.0, max_wait=0.5)) as fetcher:
        reasons = []
        for number in range(6):
            with pytest.raises(FetchError) as error:
                await fetcher.fetch(Request(url=web.url(f"/{number}")))
            reasons.append(error.value.reason)
    assert reasons == ["server-error"] * 3 + ["host-paused"] * 3
    # Three tries each at the most, fewer when the pauses between them add up.
    assert 5 <= len(web.paths()) <= 9


async def test_no_more_than_two_at_once_reach_one_server(web: WebServer) -> None:
    web.default(lambda seen: Reply(200, {}, b"x"))
    async with Fetcher(fast(web)) as fetcher:
        await asyncio.gather(*(fetcher.fetch(Request(url=web.url(f"/{n}"))) for n in range(30)))
    assert len(web.paths()) == 30
    assert web.most_at_once <= 2
    assert web.connections <= 2
