"""Fetching: what is sent, what comes back, redirects, limits, TLS, HTTP/2 and the recorded web."""

from __future__ import annotations

import gzip
import ssl
import zlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import brotli
import pytest
import trustme

from tests.servers.http2 import Http2Server
from tests.servers.web import (
    Reply,
    WebServer,
    brotli_bomb,
    chunked,
    compressed,
    gzip_bomb,
    redirect,
    sequence,
    validated,
)
from watchbot import __version__
from watchbot.collect.fetch import Fetcher, FetchSettings
from watchbot.errors import FetchError
from watchbot.model import Request

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def fast(*allowed: str, **more: object) -> FetchSettings:
    values: dict[str, object] = {"min_delay": 0, "backoff": 0.01, "read_timeout": 2.0, "total_timeout": 5.0}
    return FetchSettings(allow_private=frozenset(allowed), **(values | more))  # type: ignore[arg-type]


@pytest.fixture
async def fetcher(web: WebServer) -> AsyncIterator[Fetcher]:
    async with Fetcher(fast(web.netloc), clock=lambda: NOON) as fetcher:
        yield fetcher


async def refused(fetcher: Fetcher, url: str, **more: object) -> FetchError:
    with pytest.raises(FetchError) as error:
        await fetcher.fetch(Request(url=url, **more))  # type: ignore[arg-type]
    return error.value


# ---------------------------------------------------------------------- what is sent and what comes back


async def test_a_page_comes_back_whole(web: WebServer, fetcher: Fetcher) -> None:
    url = web.page("/x", "é" * 10, "text/html; charset=utf-8", ETag='"1"', X_Y="z")
    response = await fetcher.fetch(Request(url=url))
    assert response.content == ("é" * 10).encode()
    assert (response.status, response.url, response.requested_url) == (200, url, url)
    assert response.headers["etag"] == '"1"'
    assert response.headers["x-y"] == "z"
    assert response.content_type == "text/html"
    assert response.fetched_at == NOON
    assert (response.wire_bytes, response.requests, response.permanent_url) == (20, 1, None)
    assert not response.not_modified


async def test_it_says_who_asks(web: WebServer) -> None:
    web.page("/x", "")
    async with Fetcher(fast(web.netloc, contact="veille@example.org")) as fetcher:
        await fetcher.fetch(Request(url=web.url("/x")))
    for seen in web.seen:
        assert seen.headers["user-agent"] == f"watchbot/{__version__} (+veille@example.org)"
        assert seen.headers["accept-encoding"] == "gzip, deflate, br"
        assert "fr" in seen.headers["accept-language"]
        assert seen.host == web.netloc


async def test_validators_are_sent_and_a_304_is_no_error(web: WebServer, fetcher: Fetcher) -> None:
    modified = "Tue, 24 Nov 2026 10:00:00 GMT"
    web.route("/x", validated(b"body", etag='W/"7"', modified=modified))
    first = await fetcher.fetch(Request(url=web.url("/x")))
    second = await fetcher.fetch(Request(url=web.url("/x"), etag=first.headers["etag"], last_modified=modified))
    assert (first.status, second.status, second.content) == (200, 304, b"")
    assert second.not_modified
    assert web.seen[-1].headers["if-none-match"] == 'W/"7"'
    assert web.seen[-1].headers["if-modified-since"] == modified


async def test_a_post_carries_its_body_and_headers(web: WebServer, fetcher: Fetcher) -> None:
    web.route("/api", lambda seen: Reply(200, {"content-type": "application/json"}, seen.body.upper()))
    request = Request(
        url=web.url("/api"),
        method="POST",
        content=b'{"q":1}',
        headers={"Content-Type": "application/json", "X-Key": "k"},
    )
    assert (await fetcher.fetch(request)).content == b'{"Q":1}'
    seen = web.seen[-1]
    assert (seen.method, seen.headers["x-key"], seen.headers["content-type"]) == ("POST", "k", "application/json")


async def test_one_connection_serves_many_requests(web: WebServer, fetcher: Fetcher) -> None:
    web.route("/x", validated(b"body"))
    web.route("/moved", redirect("/x"))
    for etag in (None, '"v1"', None, '"v1"'):
        await fetcher.fetch(Request(url=web.url("/moved"), etag=etag))
    assert (await refused(fetcher, web.url("/none"))).reason == "not-found"
    assert len(web.seen) == 10
    assert web.connections == 1


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (401, "forbidden"),
        (403, "forbidden"),
        (404, "not-found"),
        (410, "gone"),
        (418, "client-error"),
        (451, "forbidden"),
        (304, None),
        (300, "client-error"),
        (500, "server-error"),
        (599, "server-error"),
        (999, "forbidden"),
    ],
)
async def test_every_status_has_its_reason(web: WebServer, fetcher: Fetcher, status: int, reason: str | None) -> None:
    web.route("/x", Reply(status, {}, b"no" * 100_000 if status != 304 else b""))
    if reason is None:
        assert (await fetcher.fetch(Request(url=web.url("/x")))).status == status
        return
    error = await refused(fetcher, web.url("/x"))
    assert (error.reason, error.status, error.url) == (reason, status, web.url("/x"))
    assert str(error).startswith(web.url("/x"))


# ---------------------------------------------------------------------- redirects


async def test_permanent_redirects_are_reported_as_a_move(web: WebServer, fetcher: Fetcher) -> None:
    web.route("/old", redirect("/newer", 301))
    web.route("/newer", redirect(web.url("/new#top"), 308))
    web.page("/new", "here")
    response = await fetcher.fetch(Request(url=web.url("/old")))
    assert (response.url, response.permanent_url, response.requests) == (web.url("/new"), web.url("/new"), 3)
    assert response.requested_url == web.url("/old")


async def test_one_temporary_redirect_makes_the_move_temporary(web: WebServer, fetcher: Fetcher) -> None:
    web.route("/old", redirect("/newer", 301))
    web.route("/newer", redirect("/new", 302))
    web.page("/new", "here")
    assert (await fetcher.fetch(Request(url=web.url("/old")))).permanent_url is None


async def test_redirects_in_a_circle_are_refused(web: WebServer, fetcher: Fetcher) -> None:
    web.route("/a", redirect("/b"))
    web.route("/b", redirect("/a"))
    assert (await refused(fetcher, web.url("/a"))).reason == "redirect-loop"
    assert len(web.paths()) == 2


async def test_redirects_without_end_are_refused(web: WebServer, fetcher: Fetcher) -> None:
    web.default(lambda seen: redirect(f"{seen.path}x") if "robots" not in seen.path else Reply(404))
    assert (await refused(fetcher, web.url("/a"))).reason == "too-many-redirects"
    assert len(web.paths()) == 9


async def test_a_site_that_insists_on_its_cookie_gets_it(web: WebServer, fetcher: Fetcher) -> None:
    def door(seen: object) -> Reply:
        if "visited=yes" in seen.headers.get("cookie", ""):  # type: ignore[attr-defined]
            return Reply(200, {}, b"in")
        return redirect("/door", 302, set_cookie="visited=yes; Path=/; HttpOnly")

    web.route("/door", door)
    assert (await fetcher.fetch(Request(url=web.url("/door")))).content == b"in"
    # The cookie is forgotten afterwards.
    await fetcher.fetch(Request(url=web.url("/door")))
    assert "cookie" not in web.seen[-2].headers


async def test_secrets_do_not_follow_to_another_origin(web: WebServer) -> None:
    with WebServer() as other:
        other.page("/x", "theirs")
        web.route("/x", redirect(other.url("/x"), 307, set_cookie="session=1"))
        web.route("/same", redirect("/y"))
        web.page("/y", "ours")
        async with Fetcher(fast(web.netloc, other.netloc)) as fetcher:
            headers = {"Authorization": "Bearer s3cret", "X-Api-Key": "k"}
            await fetcher.fetch(Request(url=web.url("/x"), headers=headers))
            await fetcher.fetch(Request(url=web.url("/same"), headers=headers))
        assert web.seen[-1].headers["authorization"] == "Bearer s3cret"
        seen = other.seen[-1].headers
        assert "authorization" not in seen
        assert "x-api-key" not in seen
        assert "cookie" not in seen
        assert seen["user-agent"].startswith("watchbot/")


@pytest.mark.parametrize(("status", "method"), [(301, "GET"), (302, "GET"), (303, "GET"), (307, "POST"), (308, "POST")])
async def test_a_redirected_post_is_what_the_status_says(
    web: WebServer, fetcher: Fetcher, status: int, method: str
) -> None:
    web.route("/form", redirect("/done", status))
    web.page("/done", "ok")
    await fetcher.fetch(Request(url=web.url("/form"), method="POST", content=b"a=b"))
    assert (web.seen[-1].method, web.seen[-1].body) == (method, b"a=b" if method == "POST" else b"")


async def test_a_location_may_be_in_raw_utf8(web: WebServer, fetcher: Fetcher) -> None:
    # The test server writes Latin-1: these bytes are UTF-8 on the wire.
    web.route("/a", redirect("/é".encode().decode("latin-1")))
    web.page("/%C3%A9", "found")
    assert (await fetcher.fetch(Request(url=web.url("/a")))).content == b"found"


async def test_a_redirect_without_location_is_an_error(web: WebServer, fetcher: Fetcher) -> None:
    web.route("/a", Reply(302))
    assert (await refused(fetcher, web.url("/a"))).reason == "client-error"


# ---------------------------------------------------------------------- codings and limits

TEXT = b"<rss>" + bytes(range(32, 127)) * 400 + b"</rss>"


@pytest.mark.parametrize(
    ("coding", "raw"),
    [
        ("gzip", gzip.compress(TEXT, mtime=0)),
        ("x-gzip", gzip.compress(TEXT, mtime=0)),
        ("GZIP", gzip.compress(TEXT[:100], mtime=0) + gzip.compress(TEXT[100:], mtime=0)),
        ("gzip", gzip.compress(TEXT, mtime=0) + b"\0\0\0 junk after the end"),
        ("gzip", TEXT),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", zlib.compress(TEXT)[2:-4]),
        ("br", brotli.compress(TEXT)),
        ("gzip, br", brotli.compress(gzip.compress(TEXT, mtime=0))),
        ("identity", TEXT),
        ("", TEXT),
    ],
)
async def test_every_coding_is_undone(web: WebServer, fetcher: Fetcher, coding: str, raw: bytes) -> None:
    headers = {"content-encoding": coding} if coding else {}
    web.route("/whole", Reply(200, headers, raw))
    pieces = chunked([raw[i : i + 7] for i in range(0, len(raw), 7)])
    web.route("/pieces", Reply(200, {**pieces.headers, **headers}, steps=[b"".join(pieces.steps or ())]))  # type: ignore[arg-type]
    for path in ("/whole", "/pieces"):
        response = await fetcher.fetch(Request(url=web.url(path)))
        assert response.content == TEXT
        assert response.wire_bytes == len(raw)


@pytest.mark.parametrize(
    ("coding", "raw", "reason"),
    [
        ("gzip", gzip.compress(TEXT, mtime=0)[:-30], "truncated"),
        ("br", brotli.compress(TEXT)[:-3], "truncated"),
        ("br", b"this is not brotli at all", "encoding"),
        ("gzip", gzip.compress(TEXT, mtime=0)[:40] + b"\xff" * 200, "encoding"),
        ("zstd", b"whatever", "encoding"),
        ("gzip, gzip, gzip, gzip", b"whatever", "bomb"),
    ],
)
async def test_a_body_not_coded_as_it_says_is_refused(
    web: WebServer, fetcher: Fetcher, coding: str, raw: bytes, reason: str
) -> None:
    web.route("/x", Reply(200, {"content-encoding": coding}, raw))
    assert (await refused(fetcher, web.url("/x"))).reason == reason


@pytest.mark.parametrize(
    "bomb", [gzip_bomb(64), brotli_bomb(64), compressed(gzip.compress(bytes(32 << 20), mtime=0), "gzip")]
)
async def test_bombs_are_refused_before_they_swell(web: WebServer, fetcher: Fetcher, bomb: Reply) -> None:
    headers = dict(bomb.headers)
    if bomb.body[:2] == b"\x1f\x8b" and gzip.decompress(bomb.body)[:2] == b"\x1f\x8b":
        headers["content-encoding"] = "gzip, gzip"
    web.route("/x", Reply(200, headers, bomb.body))
    import tracemalloc

    tracemalloc.start()
    error = await refused(fetcher, web.url("/x"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert error.reason == "bomb"
    assert peak < 40 << 20


async def test_a_body_said_to_be_too_large_is_not_read(web: WebServer, fetcher: Fetcher) -> None:
    web.route("/x", Reply(200, {"content-length": "200000000"}, steps=[b"x" * 1000]))
    assert (await refused(fetcher, web.url("/x"))).reason == "too-large"


async def test_a_body_that_grows_too_large_is_refused_on_the_way(web: WebServer) -> None:
    web.route("/x", chunked([b"x" * 10_000] * 50))
    web.route("/gz", compressed(b"abc" * 100_000))
    async with Fetcher(fast(web.netloc, max_bytes=100_000)) as fetcher:
        for path in ("/x", "/gz"):
            assert (await refused(fetcher, web.url(path))).reason == "too-large"
        # A request may ask for more, or for less.
        assert len((await fetcher.fetch(Request(url=web.url("/x"), max_bytes=600_000))).content) == 500_000
        assert (await refused(fetcher, web.url("/gz"), max_bytes=10)).reason == "too-large"


# ---------------------------------------------------------------------- TLS and HTTP/2


async def test_a_trusted_certificate_is_accepted(tls_web: WebServer, ca_file: Path) -> None:
    tls_web.page("/x", "safe")
    async with Fetcher(fast(tls_web.netloc, ca_file=str(ca_file))) as fetcher:
        assert (await fetcher.fetch(Request(url=tls_web.url("/x")))).content == b"safe"
    assert tls_web.connections == 1


async def test_the_name_in_the_address_is_the_one_checked_though_an_ip_is_connected(
    tls_web: WebServer, ca_file: Path
) -> None:
    async def here(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    tls_web.page("/x", "safe")
    async with Fetcher(fast("localhost", "other.test", ca_file=str(ca_file)), resolve=here) as fetcher:
        assert (await fetcher.fetch(Request(url=f"https://localhost:{tls_web.port}/x"))).content == b"safe"
        error = await refused(fetcher, f"https://other.test:{tls_web.port}/x")
    assert error.reason == "tls"


async def test_http2_is_spoken_where_the_server_speaks_it(authority: trustme.CA, ca_file: Path) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with Http2Server(context) as server:
        base = f"https://127.0.0.1:{server.port}"
        async with Fetcher(fast(f"127.0.0.1:{server.port}", ca_file=str(ca_file))) as fetcher:
            for path in ("/a", "/b"):
                response = await fetcher.fetch(Request(url=base + path))
                assert response.content == b"you asked " + path.encode()
                assert response.headers["etag"] == '"h2"'
        assert server.protocols == ["h2"]


# ---------------------------------------------------------------------- the recorded web


async def test_the_recorded_web_stands_in_for_the_real_one(web: WebServer) -> None:
    web.route("/a", redirect("https://www.example.org/b", 301), host="example.org")
    web.route("/b", Reply(200, {"etag": '"r"'}, b"recorded"), host="www.example.org")
    async with Fetcher(fast(recorded=web.base)) as fetcher:
        response = await fetcher.fetch(Request(url="https://example.org/a"))
        assert response.url == response.permanent_url == "https://www.example.org/b"
        assert response.content == b"recorded"
        # The rules of addresses hold there too.
        assert (await refused(fetcher, "https://127.0.0.1/x")).reason == "private-address"
        assert (await refused(fetcher, "https://nowhere.example.org/x")).reason == "not-found"
    assert {seen.host for seen in web.seen} == {"example.org", "www.example.org", "nowhere.example.org"}


async def test_a_changed_answer_is_seen_after_a_304(web: WebServer, fetcher: Fetcher) -> None:
    web.route("/x", sequence(validated(b"one"), validated(b"one"), validated(b"two", etag='"v2"')))
    answers = [await fetcher.fetch(Request(url=web.url("/x"), etag=etag)) for etag in (None, '"v1"', '"v1"')]
    assert [answer.content for answer in answers] == [b"one", b"", b"two"]
