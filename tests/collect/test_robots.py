"""robots.txt: obeyed, cached, and what happens when it cannot be had."""

from __future__ import annotations

import pytest

from tests.servers.web import Reply, WebServer, redirect, sequence, silent
from watchbot.collect.fetch import Fetcher, FetchSettings
from watchbot.collect.robots import MAX_ROBOTS_BYTES, Robots, parse_robots
from watchbot.collect.safety import check_url
from watchbot.errors import FetchError
from watchbot.model import Kind, Request, Response, Source


def fast(web: WebServer, **more: object) -> FetchSettings:
    values: dict[str, object] = {"min_delay": 0, "backoff": 0.01, "attempts": 1, "read_timeout": 0.3}
    return FetchSettings(allow_private=frozenset({web.netloc}), **(values | more))  # type: ignore[arg-type]


def robots(web: WebServer, text: str | bytes, status: int = 200) -> None:
    body = text.encode() if isinstance(text, str) else text
    web.route("/robots.txt", Reply(status, {"content-type": "text/plain"}, body))


async def reason(fetcher: Fetcher, url: str) -> str:
    try:
        await fetcher.fetch(Request(url=url))
    except FetchError as error:
        return error.reason
    return ""


async def test_what_is_disallowed_is_not_asked(web: WebServer) -> None:
    robots(web, "User-agent: *\nDisallow: /private\nAllow: /private/news$\n")
    for path in ("/private", "/private/x", "/private/news", "/news"):
        web.page(path, "x")
    async with Fetcher(fast(web)) as fetcher:
        found = [await reason(fetcher, web.url(p)) for p in ("/private", "/private/x", "/private/news", "/news")]
    assert found == ["robots", "robots", "", ""]
    assert web.paths() == ["/private/news", "/news"]
    assert len(web.seen) == 3  # robots.txt once


async def test_our_own_group_counts_before_the_general_one(web: WebServer) -> None:
    robots(web, "User-agent: *\nDisallow: /\n\nUser-agent: WatchBot\nDisallow: /no\n")
    web.page("/yes", "x")
    async with Fetcher(fast(web)) as fetcher:
        assert await reason(fetcher, web.url("/yes")) == ""
        assert await reason(fetcher, web.url("/no")) == "robots"


async def test_a_reason_to_ignore_robots_is_heeded(web: WebServer) -> None:
    robots(web, "User-agent: *\nDisallow: /\n")
    web.page("/x", "by permission")
    source = Source(
        id="a", name="A", publisher="A", kind=Kind.PAGE, url=web.url("/x"), ignore_robots="permission of 2026-01-05"
    )
    async with Fetcher(fast(web)) as fetcher:
        assert (await fetcher.fetch(Request(url=web.url("/x")), source)).content == b"by permission"
        assert await reason(fetcher, web.url("/x")) == "robots"


async def test_each_hop_of_a_redirect_is_asked_of_its_own_robots(web: WebServer) -> None:
    with WebServer() as other:
        robots(other, "User-agent: *\nDisallow: /closed\n")
        web.route("/a", redirect(other.url("/closed/x")))
        settings = FetchSettings(allow_private=frozenset({web.netloc, other.netloc}), min_delay=0)
        async with Fetcher(settings) as fetcher:
            assert await reason(fetcher, web.url("/a")) == "robots"
        assert other.paths() == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
async def test_no_robots_txt_allows_all(web: WebServer, status: int) -> None:
    robots(web, "User-agent: *\nDisallow: /\n", status)
    web.page("/x", "x")
    async with Fetcher(fast(web)) as fetcher:
        assert await reason(fetcher, web.url("/x")) == ""


@pytest.mark.parametrize("status", [500, 503, 429])
async def test_a_server_that_fails_to_give_it_is_not_asked_for_now(web: WebServer, status: int) -> None:
    robots(web, "", status)
    web.page("/x", "x")
    async with Fetcher(fast(web)) as fetcher:
        assert await reason(fetcher, web.url("/x")) == "robots-unreachable"
        assert await reason(fetcher, web.url("/x")) == "robots-unreachable"
    assert web.paths() == []
    assert len(web.seen) == 1


async def test_a_server_that_recovers_is_asked_again(web: WebServer) -> None:
    web.route("/robots.txt", sequence(Reply(500), Reply(404)))
    web.page("/x", "x")
    async with Fetcher(fast(web, robots_error_ttl=0.0)) as fetcher:
        assert await reason(fetcher, web.url("/x")) == "robots-unreachable"
        assert await reason(fetcher, web.url("/x")) == ""


async def test_a_host_that_does_not_answer_is_reported_as_that(web: WebServer) -> None:
    web.route("/robots.txt", silent())
    web.page("/x", "x")
    async with Fetcher(fast(web)) as fetcher:
        assert await reason(fetcher, web.url("/x")) == "timeout"


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("", True),
        ("<!doctype html><html><body>Not found. Disallow: nothing</body></html>", True),
        ("\ufeffUser-agent: *\nDisallow: /x", False),
        ("User-agent: *\r\nDisallow: /x\r\n", False),
        ("User-agent: *\rDisallow: /x\r", False),
        ("USER-AGENT: *\nDISALLOW: /X\nDISALLOW: /x", False),
        ("User-agent: other\nDisallow: /x", True),
        ("User-agent: *\nDisallow:", True),
        ("User-agent: *\nDisallow: *.html$\nDisallow: /*x", False),
    ],
)
def test_files_as_they_are_found(text: str, allowed: bool) -> None:
    assert parse_robots(text.encode()).allows("https://example.org/x", "watchbot") is allowed


def test_any_bytes_can_be_read() -> None:
    assert parse_robots(bytes(range(256)) * 100 + b"\nDisallow: /\n").allows("https://example.org/x", "watchbot")


async def test_only_the_first_500_kib_count(web: WebServer) -> None:
    late = b"User-agent: *\nDisallow: /early\n" + b"# filler\n" * (MAX_ROBOTS_BYTES // 9) + b"Disallow: /late\n"
    robots(web, late * 2)
    web.page("/late", "x")
    async with Fetcher(fast(web)) as fetcher:
        assert await reason(fetcher, web.url("/early")) == "robots"
        assert await reason(fetcher, web.url("/late")) == ""


async def test_a_moved_robots_txt_is_followed_and_one_that_loops_allows(web: WebServer) -> None:
    web.route("/robots.txt", redirect("/r.txt", 301))
    web.route("/r.txt", Reply(200, {}, b"User-agent: *\nDisallow: /x"))
    web.page("/loop", "x")
    async with Fetcher(fast(web)) as fetcher:
        assert await reason(fetcher, web.url("/x")) == "robots"
    web.route("/robots.txt", redirect("/robots.txt", 301))
    async with Fetcher(fast(web)) as fetcher:
        assert await reason(fetcher, web.url("/loop")) == ""


async def test_rules_are_believed_for_a_while_and_read_once_by_all() -> None:
    now = [0.0]
    asked: list[str] = []

    async def fetch(url: str, allowed: frozenset[str]) -> Response:
        from datetime import UTC, datetime

        asked.append(url)
        body = b"User-agent: *\nCrawl-delay: 7\nDisallow: /x"
        moment = datetime(2026, 11, 24, tzinfo=UTC)
        return Response(url=url, requested_url=url, status=200, headers={}, content=body, fetched_at=moment)

    import asyncio

    known = Robots(fetch, ttl=100.0, error_ttl=1.0, clock=lambda: now[0])
    address = check_url("https://example.org/x")
    answers = await asyncio.gather(*(known.rules(address) for _ in range(5)))
    assert asked == ["https://example.org/robots.txt"]
    assert [just_read for _, just_read in answers].count(True) == 1
    assert answers[0][0].crawl_delay("watchbot") == 7.0
    now[0] = 99.0
    await known.rules(address)
    assert len(asked) == 1
    now[0] = 101.0
    await known.rules(address)
    assert len(asked) == 2


async def test_the_crawl_delay_is_kept(web: WebServer) -> None:
    robots(web, "User-agent: *\nCrawl-delay: 0.2\n")
    web.page("/x", "x")
    import time

    async with Fetcher(fast(web)) as fetcher:
        started = time.monotonic()
        for _ in range(3):
            await fetcher.fetch(Request(url=web.url("/x")))
        # robots.txt at 0; then one at once, and two that wait.
        assert time.monotonic() - started >= 0.39
