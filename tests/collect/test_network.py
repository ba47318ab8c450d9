"""Resolving and connecting: the names, what is judged, connections kept and shared, what goes out on the wire."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pycurl
import pytest
import trustme

from tests.servers.http2 import Http2Server
from tests.servers.web import WebServer
from watchbot.collect import exchange
from watchbot.collect.fetch import Fetcher, FetchSettings
from watchbot.collect.network import Hosts, RefusedAddressError, Resolver, UnknownHostError
from watchbot.collect.transfer import Transfer
from watchbot.model import Request


@contextmanager
def mute_port() -> Iterator[int]:
    """A port that never completes a connection: its queue is full."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.2", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        waiting = []
        for _ in range(4):
            one = socket.socket()
            one.setblocking(False)
            one.connect_ex(("127.0.0.2", port))
            waiting.append(one)
        yield port
        for one in waiting:
            one.close()


async def only(*addresses: str) -> list[str]:
    return list(addresses)


async def test_the_system_s_resolver_is_asked_and_believed_for_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    now, asked = [0.0], []
    real = socket.getaddrinfo

    def noted(host: str, *rest: object, **more: object) -> object:
        asked.append(host)
        return real(host, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", noted)
    resolver = Resolver()
    hosts = Hosts(resolver, clock=lambda: now[0])
    try:
        assert "127.0.0.1" in await hosts.addresses("localhost", 80, private_ok=True)
        now[0] = 59.0
        await hosts.addresses("localhost", 80, private_ok=True)
        assert asked == ["localhost"]
        now[0] = 61.0
        await hosts.addresses("localhost", 80, private_ok=True)
        assert len(asked) == 2
        for _ in range(2):
            for name in ("nowhere.invalid", "a" * 70 + ".test"):
                with pytest.raises(UnknownHostError):
                    await hosts.addresses(name, 80, private_ok=True)
        assert len(asked) == 4
    finally:
        resolver.close()


async def test_a_mute_address_does_not_hold_up_the_next() -> None:
    with mute_port() as port:
        server = await asyncio.start_server(_one_answer, "127.0.0.1", port)
        settings = FetchSettings(allow_private=frozenset({"both.test"}), min_delay=0, connect_timeout=4.0)
        async with Fetcher(settings, resolve=lambda host, number: only("127.0.0.2", "127.0.0.1")) as fetcher:
            started = time.monotonic()
            assert (await fetcher.fetch(Request(url=f"http://both.test:{port}/"))).content == b"ok"
            assert time.monotonic() - started < 3.0
        server.close()


async def _one_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
    await writer.drain()
    writer.close()


async def test_an_address_as_host_is_judged_too() -> None:
    hosts = Hosts(lambda host, port: only("203.0.113.1"))
    for host in ("127.0.0.1", "::1", "::ffff:10.0.0.1", "name.test"):
        with pytest.raises(RefusedAddressError):
            await hosts.addresses(host, 80, private_ok=False)


async def test_the_socket_itself_is_refused_whatever_was_resolved(web: WebServer) -> None:
    # Past the judging of names, straight to the engine, as if libcurl had resolved something else by itself.
    transfer = Transfer(FetchSettings(), max_bytes=100, cut=False)
    curl = pycurl.Curl()
    curl.setopt(pycurl.URL, web.url("/x"))
    curl.setopt(pycurl.OPENSOCKETFUNCTION, transfer.open_socket)
    async with pycurl.AsyncCurlMulti() as connections:
        with pytest.raises(pycurl.error):
            await connections.perform(curl)
    assert isinstance(transfer.refusal, RefusedAddressError)
    assert web.connections == 0


async def test_hosts_that_are_allowed_share_no_connection_with_others(web: WebServer) -> None:
    web.page("/x", "x")
    async with Fetcher(FetchSettings(allow_private=frozenset({"ours.test"}), min_delay=0), resolve=_here) as fetcher:
        assert (await fetcher.fetch(Request(url=f"http://ours.test:{web.port}/x"))).content == b"x"
        with pytest.raises(Exception, match="private"):
            await fetcher.fetch(Request(url=f"http://theirs.test:{web.port}/x"))
    assert {seen.host for seen in web.seen} == {f"ours.test:{web.port}"}


async def _here(host: str, port: int) -> list[str]:
    return ["127.0.0.1"]


async def test_idle_connections_are_let_go_beyond_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "MAX_IDLE", 2)
    servers = [WebServer() for _ in range(4)]
    for server in servers:
        server.__enter__()
        server.page("/x", "x")
    settings = FetchSettings(allow_private=frozenset(server.netloc for server in servers), min_delay=0)
    try:
        async with Fetcher(settings) as fetcher:
            for server in [*servers, servers[3], servers[0]]:
                await fetcher.fetch(Request(url=server.url("/x")))
        assert [server.connections for server in servers] == [2, 1, 1, 1]
    finally:
        for server in servers:
            server.__exit__()


async def test_no_header_can_be_smuggled_into_another(web: WebServer) -> None:
    web.page("/x", "x")
    async with Fetcher(FetchSettings(allow_private=frozenset({web.netloc}), min_delay=0)) as fetcher:
        request = Request(url=web.url("/x"), headers={"X-One": "a\r\nX-Two: b", "X-Empty": ""}, etag='"e"\nEvil: 1')
        await fetcher.fetch(request)
    headers = web.seen[-1].headers
    assert headers["x-one"] == "a X-Two: b"
    assert headers["x-empty"] == ""
    assert headers["if-none-match"] == '"e" Evil: 1'
    assert {"x-two", "evil", "expect"}.isdisjoint(headers)


async def test_the_path_is_asked_for_as_it_was_judged(web: WebServer) -> None:
    web.page("/a/../b", "x")
    async with Fetcher(FetchSettings(allow_private=frozenset({web.netloc}), min_delay=0)) as fetcher:
        await fetcher.fetch(Request(url=web.url("/a/../b?c=[1]&d=%7Be%7D")))
    assert web.paths() == ["/a/../b?c=[1]&d=%7Be%7D"]


async def test_http2_carries_several_requests_at_once_and_a_body(authority: trustme.CA, ca_file: Path) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with Http2Server(context) as server:
        netloc = f"127.0.0.1:{server.port}"
        settings = FetchSettings(allow_private=frozenset({netloc}), min_delay=0, ca_file=str(ca_file), backoff=0.01)
        async with Fetcher(settings) as fetcher:
            both = [fetcher.fetch(Request(url=f"https://{netloc}/{n}")) for n in range(4)]
            answers = await asyncio.gather(*both)
            assert [answer.content for answer in answers] == [b"you asked /%d" % n for n in range(4)]
            request = Request(url=f"https://{netloc}/post", method="POST", content=b"a=b", headers={"X-Y": "z"})
            assert (await fetcher.fetch(request)).content == b"you asked /post"
        assert set(server.protocols) == {"h2"}
