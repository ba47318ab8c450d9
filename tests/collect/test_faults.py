"""What goes wrong on the way: each fault has its reason, is over in bounded time, and costs no other source anything."""

from __future__ import annotations

import ssl
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.servers.web import (
    Reply,
    WebServer,
    chunked,
    drip,
    garbage,
    hang,
    reset,
    sequence,
    silent,
    truncated,
)
from watchbot.collect.fetch import Fetcher, FetchSettings
from watchbot.errors import FetchError
from watchbot.model import Request, Response

RSS = b'<?xml version="1.0"?><rss version="2.0"><channel><title>t</title></channel></rss>'


def fast(*allowed: str, **more: object) -> FetchSettings:
    values: dict[str, object] = {
        "min_delay": 0,
        "backoff": 0.01,
        "attempts": 2,
        "connect_timeout": 0.4,
        "read_timeout": 0.4,
        "total_timeout": 1.0,
        "pause": 0.0,
    }
    return FetchSettings(allow_private=frozenset(allowed), **(values | more))  # type: ignore[arg-type]


@pytest.fixture
async def fetcher(web: WebServer) -> AsyncIterator[Fetcher]:
    async with Fetcher(fast(web.netloc)) as fetcher:
        yield fetcher


async def fault(fetcher: Fetcher, url: str, within: float = 3.0) -> str:
    started = time.monotonic()
    with pytest.raises(FetchError) as error:
        await fetcher.fetch(Request(url=url))
    assert time.monotonic() - started < within
    assert str(error.value).startswith(url.rpartition("/")[0])
    return error.value.reason


async def fine(fetcher: Fetcher, web: WebServer) -> None:
    """After any fault the next page of the same server is fetched as if nothing had been."""
    web.page("/fine", RSS)
    response = await fetcher.fetch(Request(url=web.url("/fine")))
    assert response.content == RSS


async def test_a_dead_host() -> None:
    async with Fetcher(fast("127.0.0.9")) as fetcher:
        assert await fault(fetcher, "http://127.0.0.9:9/feed") == "connect"


async def test_a_host_that_never_answers_the_connection() -> None:
    import socket

    # A listener whose queue is full leaves further connections hanging, as a firewall that drops packets does.
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        waiting = []
        for _ in range(4):
            one = socket.socket()
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
            waiting.append(one)
        async with Fetcher(fast(f"127.0.0.1:{port}")) as fetcher:
            assert await fault(fetcher, f"http://127.0.0.1:{port}/feed") in ("connect-timeout", "timeout")
        for one in waiting:
            one.close()


async def test_a_name_that_does_not_resolve() -> None:
    async with Fetcher(fast()) as fetcher:
        # RFC 6761: never resolves, anywhere.
        assert await fault(fetcher, "http://nowhere.invalid/feed", within=10) in ("dns", "connect-timeout")


async def test_a_name_server_that_does_not_answer() -> None:
    import asyncio

    async def never(host: str, port: int) -> list[str]:
        await asyncio.sleep(60)
        return []

    async with Fetcher(fast(), resolve=never) as fetcher:
        assert await fault(fetcher, "http://example.org/feed") == "connect-timeout"


async def test_a_name_without_an_address() -> None:
    async def none(host: str, port: int) -> list[str]:
        return []

    async with Fetcher(fast(), resolve=none) as fetcher:
        assert await fault(fetcher, "http://example.org/feed") == "dns"


async def test_a_second_address_is_tried_when_the_first_is_dead(web: WebServer) -> None:
    async def two(host: str, port: int) -> list[str]:
        return ["127.0.0.9", "127.0.0.1"]

    web.page("/x", "alive")
    async with Fetcher(fast("twofold.test"), resolve=two) as fetcher:
        response = await fetcher.fetch(Request(url=f"http://twofold.test:{web.port}/x"))
    assert response.content == b"alive"


async def test_a_server_that_says_nothing(web: WebServer, fetcher: Fetcher) -> None:
    web.route("/x", silent())
    assert await fault(fetcher, web.url("/x")) == "timeout"
    await fine(fetcher, web)


async def test_a_body_that_never_comes(web: WebServer, fetcher: Fetcher) -> None:
    web.route("/x", hang())
    assert await fault(fetcher, web.url("/x")) == "timeout"
    await fine(fetcher, web)


async def test_a_slow_drip_ends_by_the_wall_clock(web: WebServer, fetcher: Fetcher) -> None:
    # Each byte comes well within the read time-out; all together would take half a minute.
    web.route("/x", drip(RSS * 8, size=1, pause=0.05))
    assert await fault(fetcher, web.url("/x"), within=2.0) == "timeout"
    await fine(fetcher, web)


async def test_a_slow_head_ends_by_the_wall_clock(web: WebServer, fetcher: Fetcher) -> None:
    from tests.servers.web import Pause

    steps: list[object] = [b"HTTP/1.1 200 OK\r\n"]
    for number in range(100):
        steps += [b"x-%d: y\r\n" % number, Pause(0.05)]
    web.route("/x", _Raw(steps=steps))
    assert await fault(fetcher, web.url("/x"), within=2.0) == "timeout"


async def test_a_truncated_body(web: WebServer, fetcher: Fetcher) -> None:
    web.route("/x", truncated(RSS, len(RSS) + 10))
    assert await fault(fetcher, web.url("/x")) == "truncated"
    assert web.paths() == ["/x", "/x"]
    await fine(fetcher, web)


async def test_a_truncated_body_may_be_whole_the_next_time(web: WebServer, fetcher: Fetcher) -> None:
    web.route("/x", sequence(truncated(RSS[:10], len(RSS)), Reply(200, {}, RSS)))
    assert (await fetcher.fetch(Request(url=web.url("/x")))).content == RSS


async def test_chunks_that_break_off(web: WebServer, fetcher: Fetcher) -> None:
    web.route("/x", chunked([RSS[:20], RSS[20:]], finished=False))
    assert await fault(fetcher, web.url("/x")) == "truncated"


async def test_a_length_that_is_too_short(web: WebServer, fetcher: Fetcher) -> None:
    # What is promised is read; the rest does not spoil the next answer of that connection.
    web.route("/x", Reply(200, {"content-length": "20"}, RSS))
    assert (await fetcher.fetch(Request(url=web.url("/x")))).content == RSS[:20]
    await fine(fetcher, web)


async def test_a_length_that_is_no_number(web: WebServer, fetcher: Fetcher) -> None:
    web.route("/x", Reply(200, {"content-length": "many"}, RSS))
    assert await fault(fetcher, web.url("/x")) == "protocol"


async def test_a_connection_that_is_reset(web: WebServer, fetcher: Fetcher) -> None:
    web.route("/x", reset(b"half"))
    assert await fault(fetcher, web.url("/x")) in ("disconnected", "truncated")
    web.route("/y", sequence(reset(), Reply(200, {}, RSS)))
    assert (await fetcher.fetch(Request(url=web.url("/y")))).content == RSS


async def test_a_server_that_hangs_up_at_once(web: WebServer, fetcher: Fetcher) -> None:
    web.route("/x", garbage(b""))
    assert await fault(fetcher, web.url("/x")) == "disconnected"


@pytest.mark.parametrize(
    "raw",
    [
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"HTTP/1.1 200 OK\r\nno colon here\r\n\r\nbody",
        b"HTTP/1.1 200 OK\r\nx: " + b"y" * 300_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 60_000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nbody\r\n0\r\n\r\n",
        b"HTTP/1.1 999999 OK\r\n\r\n",
    ],
    ids=["ssh", "no status", "tls", "bad header", "long header", "many headers", "bad chunk", "long status"],
)
async def test_what_is_no_http(web: WebServer, fetcher: Fetcher, raw: bytes) -> None:
    web.route("/x", garbage(raw))
    assert await fault(fetcher, web.url("/x")) in ("protocol", "disconnected", "truncated", "timeout")
    await fine(fetcher, web)


async def test_an_answer_of_http_0_9_or_1_0(web: WebServer, fetcher: Fetcher) -> None:
    web.route("/x", garbage(b"HTTP/1.0 200 OK\r\nContent-Type: text/xml\r\n\r\n" + RSS))
    assert (await fetcher.fetch(Request(url=web.url("/x")))).content == RSS


async def test_an_unknown_authority(tls_web: WebServer) -> None:
    tls_web.page("/x", RSS)
    async with Fetcher(fast(tls_web.netloc)) as fetcher:
        assert await fault(fetcher, tls_web.url("/x")) == "tls"


async def test_tls_where_none_is_spoken_and_the_other_way_round(
    web: WebServer, tls_web: WebServer, ca_file: Path
) -> None:
    async with Fetcher(fast(web.netloc, tls_web.netloc, ca_file=str(ca_file))) as fetcher:
        assert await fault(fetcher, f"https://{web.netloc}/x") in ("tls", "connect", "connect-timeout", "timeout")
        assert await fault(fetcher, f"http://{tls_web.netloc}/x") in ("disconnected", "protocol")


async def test_an_outdated_protocol(tls_web: WebServer, ca_file: Path) -> None:
    tls_web._tls.maximum_version = ssl.TLSVersion.TLSv1_2  # type: ignore[union-attr]
    tls_web._tls.set_ciphers("AES128-SHA")  # type: ignore[union-attr]
    async with Fetcher(fast(tls_web.netloc, ca_file=str(ca_file))) as fetcher:
        reason = ""
        try:
            tls_web.page("/x", RSS)
            response: Response = await fetcher.fetch(Request(url=tls_web.url("/x")))
            assert response.content == RSS
        except FetchError as error:
            reason = error.reason
    assert reason in ("", "tls", "connect")


async def test_a_storm_of_5xx_from_everywhere(web: WebServer) -> None:
    web.default(lambda seen: Reply(404) if seen.path == "/robots.txt" else Reply(503))
    async with Fetcher(fast(web.netloc, pause=60.0, max_wait=0.2)) as fetcher:
        reasons = [await fault(fetcher, web.url(f"/{number}")) for number in range(20)]
    assert reasons[0] == "throttled"
    assert reasons[-1] == "host-paused"
    assert len(web.paths()) < 10


class _Raw(Reply):
    def head(self) -> bytes:
        return b""
