"""A raw HTTP/1.1 server in a thread, on an ephemeral port of loopback, able to misbehave at every byte.

A `Reply` is a head and a list of steps: bytes to write, `Pause` seconds, `HANG` until the client gives up, `RESET` the
connection. Routes are looked up by (host, path), then path alone, so one server plays many sites.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

import brotli


@dataclass(frozen=True)
class Pause:
    """Wait so many seconds before the next step."""

    seconds: float


HANG = object()
RESET = object()
Step = bytes | Pause | object


@dataclass(frozen=True)
class Seen:
    """One request as the server saw it. Header names are lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def host(self) -> str:
        return self.headers.get("host", "")


@dataclass(frozen=True)
class Reply:
    """What to answer. Without `content-length` or `transfer-encoding` among the headers the body's true length is given."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    steps: Sequence[Step] | None = None
    close: bool = False

    def head(self) -> bytes:
        headers = {name.lower(): value for name, value in self.headers.items()}
        framed = "content-length" in headers or "transfer-encoding" in headers
        if not framed and self.steps is None and self.status not in (204, 304):
            headers["content-length"] = str(len(self.body))
        if self.close or (not framed and self.steps is not None):
            headers["connection"] = "close"
        lines = [f"HTTP/1.1 {self.status} Status", *(f"{name}: {value}" for name, value in headers.items())]
        return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"


Handler = Callable[[Seen], Reply]


class WebServer:
    """Use as a context manager; `url("/path")` gives an address, `seen` every request so far."""

    def __init__(self, *, tls: ssl.SSLContext | None = None, address: str = "127.0.0.1") -> None:
        self.address = address
        self.port = 0
        self.seen: list[Seen] = []
        self.connections = 0
        self.at_once = 0
        self.most_at_once = 0
        self._tls = tls
        self._routes: dict[tuple[str | None, str], Handler] = {}
        self._default: Handler = lambda _: Reply(404, {"content-type": "text/plain"}, b"not here")
        self._loop = asyncio.new_event_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    # ------------------------------------------------------------------ what it serves

    def route(self, path: str, reply: Reply | Handler, *, host: str | None = None) -> str:
        """Answer `path` (of `host` only, if given) with a reply or a function of the request; returns the address."""
        self._routes[host, path] = reply if callable(reply) else lambda _: reply
        return self.url(path)

    def page(self, path: str, body: str | bytes, content_type: str = "text/html; charset=utf-8", **headers: str) -> str:
        """Serve a plain 200."""
        raw = body.encode() if isinstance(body, str) else body
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.route(path, Reply(200, {"content-type": content_type, **named}, raw))

    def default(self, reply: Reply | Handler) -> None:
        """What to answer where no route is."""
        self._default = reply if callable(reply) else lambda _: reply

    @property
    def netloc(self) -> str:
        return f"{self.address}:{self.port}"

    @property
    def base(self) -> str:
        return f"{'https' if self._tls else 'http'}://{self.netloc}"

    def url(self, path: str = "/") -> str:
        return self.base + path

    def paths(self) -> list[str]:
        """The targets asked for so far, robots.txt left out."""
        return [one.target for one in self.seen if one.path != "/robots.txt"]

    # ------------------------------------------------------------------ life

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(
            asyncio.start_server(self._client, self.address, 0, ssl=self._tls, backlog=512), self._loop
        ).result(10)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *exc: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _stop(self) -> None:
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # ------------------------------------------------------------------ one connection

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        with contextlib.suppress(
            OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError
        ):
            while await self._exchange(reader, writer):
                pass
        with contextlib.suppress(Exception):
            writer.close()
        self._tasks.discard(task)

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ", 2)
        pairs = (line.partition(":")[::2] for line in head[1:] if line)
        headers = {name.strip().lower(): value.strip() for name, value in pairs}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        request = Seen(method, target, headers, body)
        self.seen.append(request)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            reply = self._reply(request)
            return await self._answer(reply, writer) and headers.get("connection") != "close"
        finally:
            self.at_once -= 1

    def _reply(self, request: Seen) -> Reply:
        handler = self._routes.get((request.host, request.path)) or self._routes.get((None, request.path))
        return (handler or self._default)(request)

    async def _answer(self, reply: Reply, writer: asyncio.StreamWriter) -> bool:
        steps: Iterable[Step] = [reply.head() + reply.body] if reply.steps is None else [reply.head(), *reply.steps]
        for step in steps:
            if isinstance(step, bytes):
                writer.write(step)
                await writer.drain()
            elif isinstance(step, Pause):
                await asyncio.sleep(step.seconds)
            elif step is HANG:
                await asyncio.sleep(3600)
            elif step is RESET:
                raw = writer.get_extra_info("socket")
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                writer.transport.abort()
                return False
        return reply.steps is None and not reply.close


# ---------------------------------------------------------------------- ways to misbehave


def redirect(to: str, status: int = 302, **headers: str) -> Reply:
    """A redirect to `to`."""
    return Reply(status, {"location": to, **{name.replace("_", "-"): value for name, value in headers.items()}})


def drip(body: bytes, *, size: int = 1, pause: float = 0.05) -> Reply:
    """The right length is promised, then `size` bytes come every `pause` seconds."""
    steps: list[Step] = []
    for start in range(0, len(body), size):
        steps += [body[start : start + size], Pause(pause)]
    return Reply(200, {"content-length": str(len(body)), "content-type": "text/xml"}, steps=steps)


def truncated(body: bytes, promised: int) -> Reply:
    """More bytes are promised than come before the connection closes."""
    return Reply(200, {"content-length": str(promised), "content-type": "text/xml"}, steps=[body])


def chunked(parts: Iterable[bytes], *, finished: bool = True, content_type: str = "text/xml") -> Reply:
    """A chunked body, with or without its closing chunk."""
    steps: list[Step] = [b"%x\r\n%s\r\n" % (len(part), part) for part in parts if part]
    return Reply(
        200,
        {"transfer-encoding": "chunked", "content-type": content_type},
        steps=[*steps, b"0\r\n\r\n"] if finished else steps,
    )


def compressed(body: bytes, coding: str = "gzip", content_type: str = "text/xml") -> Reply:
    """A body in gzip or br."""
    # The best quality of Brotli takes seconds for megabytes of zeros and makes them no smaller.
    raw = gzip.compress(body) if coding == "gzip" else brotli.compress(body, quality=5)
    return Reply(200, {"content-encoding": coding, "content-type": content_type}, raw)


def gzip_bomb(megabytes: int = 64) -> Reply:
    """Zeros, a thousand times smaller on the wire."""
    return compressed(bytes(megabytes << 20), "gzip")


def brotli_bomb(megabytes: int = 64) -> Reply:
    """Zeros, tens of thousands of times smaller on the wire."""
    return compressed(bytes(megabytes << 20), "br")


def hang() -> Reply:
    """The head comes, the body never does."""
    return Reply(200, {"content-length": "100", "content-type": "text/xml"}, steps=[HANG])


def silent() -> Reply:
    """Not even a head: use as the reply of a route whose client must give up waiting."""
    return _Silent(steps=[HANG])


class _Silent(Reply):
    def head(self) -> bytes:
        return b""


def reset(after: bytes = b"") -> Reply:
    """The connection is reset after so many bytes of the body."""
    return Reply(200, {"content-length": str(len(after) + 100)}, steps=[after, Pause(0.02), RESET])


def garbage(raw: bytes) -> Reply:
    """Bytes that are no HTTP at all."""
    return _Garbage(body=raw, steps=[raw])


class _Garbage(Reply):
    def head(self) -> bytes:
        return b""


def sequence(*replies: Reply | Handler) -> Handler:
    """One reply after another; the last one from then on."""
    left = list(replies)

    def handler(request: Seen) -> Reply:
        reply = left.pop(0) if len(left) > 1 else left[0]
        return reply(request) if callable(reply) else reply

    return handler


def validated(
    body: bytes, *, etag: str | None = '"v1"', modified: str | None = None, content_type: str = "text/xml"
) -> Handler:
    """A well-behaved server: 304 when the client's validators still hold."""

    def handler(request: Seen) -> Reply:
        same = (etag and request.headers.get("if-none-match") == etag) or (
            modified and request.headers.get("if-modified-since") == modified
        )
        headers = {"content-type": content_type}
        headers |= {"etag": etag} if etag else {}
        headers |= {"last-modified": modified} if modified else {}
        return Reply(304, headers) if same else Reply(200, headers, body)

    return handler
