"""One request and its answer over kept connections, with every limit in force. Redirects are answers like any other.

Built on httpcore, the engine of httpx, since only there the socket that is connected can be chosen. HTTP/2 where the
server speaks it. The environment's proxy settings are never read.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpcore

from watchbot.collect.decoding import Body, BodyRefusedError
from watchbot.collect.network import PinnedBackend, RefusedAddressError, Resolve, UnknownHostError
from watchbot.collect.safety import Address, private
from watchbot.collect.settings import FetchSettings
from watchbot.errors import FetchError

# Hosts whose idle connections are kept; beyond, the one unused for longest is closed.
MAX_POOLS = 300
KEEP_ALIVE_SECONDS = 20.0
ERROR_BODY_BYTES = 64 * 1024
# Where a header comes twice these are joined; of the others the first counts.
_JOINED = frozenset({b"link", b"cache-control", b"vary", b"content-encoding", b"set-cookie"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What one request brought. Header names are lower case; several cookies are joined by line feeds."""

    status: int
    headers: dict[str, str]
    content: bytes
    wire_bytes: int


class Budget:
    """The wall-clock seconds that one fetch may still spend on the network."""

    __slots__ = ("left", "total")

    def __init__(self, seconds: float) -> None:
        self.total = self.left = seconds


class _Pool:
    """The connections to one origin, and how many requests are using them."""

    __slots__ = ("inner", "users")

    def __init__(self, inner: httpcore.AsyncConnectionPool) -> None:
        self.inner = inner
        self.users = 0


class Exchanger:
    """Sends requests; one for all hosts. Not for two event loops at once."""

    def __init__(self, settings: FetchSettings, resolve: Resolve) -> None:
        self._settings = settings
        self._resolve = resolve
        self._pools: OrderedDict[tuple[str, str, int, bool], _Pool] = OrderedDict()
        self._tls = tls_context(settings.ca_file)
        self._recorded = _recorded_host(settings.recorded)

    async def send(
        self,
        address: Address,
        method: str,
        headers: Mapping[str, str],
        content: bytes | None,
        *,
        max_bytes: int,
        cut: bool,
        private_ok: bool,
        budget: Budget,
    ) -> Answer:
        """Send one request and read its answer.

        Args:
            address: what to ask, already judged.
            method: the HTTP method.
            headers: besides Host and Content-Length.
            content: the body to send.
            max_bytes: the largest body accepted, as sent and as decoded.
            cut: read no further than `max_bytes` rather than refuse.
            private_ok: whether the host may be on a private network.
            budget: what this takes is taken off it.

        Raises:
            FetchError: with the reason why there is no answer, or why it was not read to its end.
        """
        pool = self._pool(address, private_ok)
        request = self._request(address, method, headers, content)
        started = time.monotonic()
        pool.users += 1
        try:
            async with asyncio.timeout(budget.left):
                response = await pool.inner.handle_async_request(request)
                try:
                    return await self._read(response, max_bytes, cut=cut)
                finally:
                    await response.aclose()
        except (TimeoutError, httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as error:
            raise _explained(error, address, budget) from error
        except (ssl.SSLError, RefusedAddressError, BodyRefusedError, httpcore.UnsupportedProtocol, OSError) as error:
            raise _explained(error, address, budget) from error
        finally:
            pool.users -= 1
            budget.left = max(0.0, budget.left - (time.monotonic() - started))

    async def _read(self, response: httpcore.Response, max_bytes: int, *, cut: bool) -> Answer:
        status, headers = response.status, _headers(response.headers)
        if 200 <= status < 300:
            content, wire_bytes = await self._body(response, headers, max_bytes, cut=cut)
            return Answer(status, headers, content, wire_bytes)
        # The body of a redirect or an error is read only so that the connection can be used again.
        with contextlib.suppress(BodyRefusedError, httpcore.ProtocolError):
            await self._body(response, headers, ERROR_BODY_BYTES, cut=True)
        return Answer(status, headers, b"", 0)

    async def _body(
        self, response: httpcore.Response, headers: Mapping[str, str], max_bytes: int, *, cut: bool
    ) -> tuple[bytes, int]:
        length = headers.get("content-length", "")
        if not cut and length.isdigit() and int(length[:20]) > max_bytes:
            raise BodyRefusedError(f"it is {length} bytes long, and at most {max_bytes:,} are read", "too-large")
        body = Body(
            headers.get("content-encoding", ""),
            max_bytes=max_bytes,
            max_ratio=self._settings.max_ratio,
            free_bytes=self._settings.ratio_free_bytes,
        )
        try:
            async for chunk in response.aiter_stream():
                body.feed(chunk)
            content = body.finish()
        except BodyRefusedError as refused:
            if not (cut and refused.reason == "too-large"):
                raise
            content = body.so_far()
        return content, body.wire_bytes

    def _request(
        self, address: Address, method: str, headers: Mapping[str, str], content: bytes | None
    ) -> httpcore.Request:
        pairs = [(b"Host", address.netloc.encode("ascii"))]
        pairs += [(name.encode("latin-1"), value.encode("utf-8")) for name, value in headers.items()]
        if content is not None:
            pairs.append((b"Content-Length", str(len(content)).encode("ascii")))
        settings = self._settings
        timeouts = {
            "connect": settings.connect_timeout,
            "read": settings.read_timeout,
            "write": settings.read_timeout,
            "pool": None,
        }
        scheme = "http" if self._recorded else address.scheme
        url = httpcore.URL(
            scheme=scheme.encode(), host=address.host.encode(), port=address.port, target=address.target.encode()
        )
        return httpcore.Request(
            method.encode(), url, headers=pairs, content=content or b"", extensions={"timeout": timeouts}
        )

    def _pool(self, address: Address, private_ok: bool) -> _Pool:
        key = (address.scheme, address.host, address.port, private_ok)
        pool = self._pools.get(key)
        if pool is None:
            backend = PinnedBackend(self._resolve, private_ok=private_ok or bool(self._recorded), to=self._recorded)
            inner = httpcore.AsyncConnectionPool(
                ssl_context=self._tls,
                max_connections=self._settings.per_host,
                keepalive_expiry=KEEP_ALIVE_SECONDS,
                http2=True,
                network_backend=backend,
            )
            pool = self._pools[key] = _Pool(inner)
        self._pools.move_to_end(key)
        return pool

    async def trim(self) -> None:
        """Close the connections of hosts beyond the first `MAX_POOLS`, those unused for longest first."""
        if len(self._pools) <= MAX_POOLS:
            return
        idle = [key for key, pool in self._pools.items() if not pool.users]
        for key in idle[: len(self._pools) - MAX_POOLS]:
            await self._pools.pop(key).inner.aclose()

    async def close(self) -> None:
        """Close every connection."""
        pools, self._pools = list(self._pools.values()), OrderedDict()
        for pool in pools:
            await pool.inner.aclose()


def tls_context(ca_file: str | None) -> ssl.SSLContext:
    """The context that checks certificates: the authorities that certifi lists, and those of `ca_file`."""
    import certifi

    context = ssl.create_default_context(cafile=certifi.where())
    if ca_file is not None:
        context.load_verify_locations(cafile=ca_file)
    return context


def _recorded_host(base: str | None) -> tuple[str, int] | None:
    if base is None:
        return None
    parts = urlsplit(base)
    return (parts.hostname or "127.0.0.1", parts.port or 80)


def _headers(raw: list[tuple[bytes, bytes]]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for raw_name, value in raw:
        name = raw_name.lower()
        key, text = name.decode("latin-1"), _text(value)
        if key not in headers:
            headers[key] = text
        elif name in _JOINED:
            headers[key] += ("\n" if name == b"set-cookie" else ", ") + text
    return headers


def _text(value: bytes) -> str:
    """Header values are ASCII by the book; servers also send UTF-8 (in Location) or Latin-1."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


_AGAIN = "it will be tried again"


def _explained(error: Exception, address: Address, budget: Budget) -> FetchError:
    """What went wrong on the network, as reason and sentence."""
    url = address.url
    if isinstance(error, RefusedAddressError):
        return private(url, str(error))
    reason, what = _reason(error, budget)
    return FetchError(f"{url}: {what}", url=url, reason=reason)


def _reason(error: Exception, budget: Budget) -> tuple[str, str]:
    if isinstance(error, BodyRefusedError):
        return error.reason, f"the answer was refused: {error}"
    if isinstance(error, UnknownHostError):
        return "dns", f"the host's name does not resolve ({error}); check the address"
    if isinstance(error, ssl.SSLError):
        why = getattr(error, "verify_message", "") or error.reason or str(error)
        return "tls", f"no safe connection ({why}); ask the publisher to renew the certificate"
    if isinstance(error, httpcore.ConnectTimeout):
        return "connect-timeout", f"{error}; {_AGAIN}"
    if isinstance(error, httpcore.TimeoutException):
        return "timeout", f"{error}; {_AGAIN}"
    if isinstance(error, TimeoutError):
        return "timeout", f"the answer was not complete within {budget.total:g} s; {_AGAIN}"
    if isinstance(error, httpcore.ProtocolError):
        return _protocol_reason(str(error))
    if isinstance(error, httpcore.ConnectError):
        return "connect", f"no connection ({error}); {_AGAIN}"
    return "disconnected", f"the connection broke off ({error}); {_AGAIN}"


def _protocol_reason(message: str) -> tuple[str, str]:
    if "without sending complete message body" in message or "incomplete chunked read" in message:
        return "truncated", f"the answer broke off before its end ({message}); {_AGAIN}"
    if "disconnected without sending" in message or "ConnectionTerminated" in message or "StreamReset" in message:
        return "disconnected", f"the server hung up ({message}); {_AGAIN}"
    return "protocol", f"the answer is not HTTP ({message})"
