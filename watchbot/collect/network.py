"""Sockets: names are resolved here, every address judged, and the very address that was judged is connected to.

A name that resolves differently a moment later (DNS rebinding) gains nothing, since it is not resolved again.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpcore

from watchbot.collect.safety import refused_ip

Resolve = Callable[[str, int], Awaitable[list[str]]]

# Name servers that do not answer hold a thread each, for longer than we wait: there must be threads left for the others.
RESOLVER_THREADS = 32
DNS_SECONDS = 60.0
# A second address is tried while the first is still silent (RFC 8305 gives 250 ms).
NEXT_ADDRESS_AFTER = 0.3


class RefusedAddressError(Exception):
    """A name resolved to an address that must not be connected to."""


class UnknownHostError(httpcore.ConnectError):
    """A name that does not resolve."""


class Resolver:
    """Names to IP addresses by the system's resolver, remembered for a minute, in threads of its own."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._threads = ThreadPoolExecutor(RESOLVER_THREADS, thread_name_prefix="dns")
        self._known: dict[tuple[str, int], tuple[float, list[str] | OSError]] = {}

    async def __call__(self, host: str, port: int) -> list[str]:
        """The addresses of `host`, in the order to try them.

        Raises:
            UnknownHostError: the name does not resolve.
        """
        at, known = self._known.get((host, port), (0.0, None))
        if known is None or self._clock() - at > DNS_SECONDS:
            loop = asyncio.get_running_loop()
            known = await loop.run_in_executor(self._threads, _addresses, host, port)
            self._known[host, port] = (self._clock(), known)
        if isinstance(known, OSError):
            raise UnknownHostError(str(known)) from known
        return known

    def close(self) -> None:
        """Let go of the threads, those that still wait included."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _addresses(host: str, port: int) -> list[str] | OSError:
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        return error if isinstance(error, OSError) else OSError(str(error))
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


class PinnedBackend(httpcore.AsyncNetworkBackend):
    """Connects to addresses that were judged. `private_ok` for a host that the watch allows; `to` replaces the host."""

    def __init__(self, resolve: Resolve, *, private_ok: bool, to: tuple[str, int] | None = None) -> None:
        self._resolve = resolve
        self._private_ok = private_ok
        self._to = to

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Resolve, judge and connect, all within `timeout` seconds."""
        host, port = self._to or (host, port)
        try:
            async with asyncio.timeout(timeout):
                addresses = [host] if _is_ip(host) else await self._resolve(host, port)
                if not self._private_ok:
                    # One bad address condemns the name: a host that is also private is not a public host.
                    for address in addresses:
                        if why := refused_ip(address):
                            raise RefusedAddressError(f"{host} is {why}")
                reader, writer = await _connect_first(addresses, port)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(f"no connection within {timeout:g} s") from error
        except OSError as error:
            raise httpcore.ConnectError(error.strerror or str(error)) from error
        return Stream(reader, writer)

    async def sleep(self, seconds: float) -> None:
        """Wait; used by httpcore between its own retries, of which there are none."""
        await asyncio.sleep(seconds)


async def _connect_first(addresses: list[str], port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect to the first address that answers; each next one is given its chance after a short while."""
    if len(addresses) == 1:
        return await asyncio.open_connection(addresses[0], port)
    if not addresses:
        raise UnknownHostError("the name has no address")
    running: set[asyncio.Task[tuple[asyncio.StreamReader, asyncio.StreamWriter]]] = set()
    left, failure = list(addresses), OSError("no address answered")
    try:
        while left or running:
            if left:
                running.add(asyncio.create_task(asyncio.open_connection(left.pop(0), port)))
            wait = NEXT_ADDRESS_AFTER if left else None
            done, running = await asyncio.wait(running, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                error = task.exception()
                if error is None:
                    running |= done - {task}
                    return task.result()
                if isinstance(error, OSError):
                    failure = error
        raise failure
    finally:
        for task in running:
            task.add_done_callback(_discard)
            task.cancel()


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _discard(task: asyncio.Task[tuple[asyncio.StreamReader, asyncio.StreamWriter]]) -> None:
    if not task.cancelled() and task.exception() is None:
        task.result()[1].close()


class Stream(httpcore.AsyncNetworkStream):
    """One TCP or TLS connection over asyncio's streams."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Whatever has come, at most `max_bytes`; empty at the end of the stream."""
        try:
            async with asyncio.timeout(timeout):
                return await self._reader.read(max_bytes)
        except TimeoutError as error:
            raise httpcore.ReadTimeout(f"nothing came for {timeout:g} s") from error
        except OSError as error:
            raise httpcore.ReadError(error.strerror or str(error)) from error

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of `buffer`."""
        try:
            self._writer.write(buffer)
            async with asyncio.timeout(timeout):
                await self._writer.drain()
        except TimeoutError as error:
            raise httpcore.WriteTimeout(f"nothing could be sent for {timeout:g} s") from error
        except OSError as error:
            raise httpcore.WriteError(error.strerror or str(error)) from error

    async def aclose(self) -> None:
        """Close at once, without waiting for the other side to agree."""
        transport = self._writer.transport
        if self._writer.get_extra_info("ssl_object") is not None:
            transport.abort()
        else:
            transport.close()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        """Encrypt the connection, the certificate being checked for `server_hostname`."""
        try:
            await self._writer.start_tls(ssl_context, server_hostname=server_hostname, ssl_handshake_timeout=timeout)
        except ssl.SSLError:
            self._writer.transport.abort()
            raise
        except (OSError, ConnectionError) as error:
            self._writer.transport.abort()
            if isinstance(error, TimeoutError) or "handshake is taking longer" in str(error):
                raise httpcore.ConnectTimeout("the TLS handshake did not end in time") from error
            raise httpcore.ConnectError(f"the TLS handshake broke off: {error}") from error
        return self

    def get_extra_info(self, info: str) -> Any:
        """What httpcore asks of a stream: the TLS object, and whether an idle connection has been hung up."""
        if info == "is_readable":
            return self._reader.at_eof() or self._has_unread()
        if info == "server_addr":
            return self._writer.get_extra_info("peername")
        return self._writer.get_extra_info(info)

    def _has_unread(self) -> bool:
        return bool(getattr(self._reader, "_buffer", b"")) or self._reader.exception() is not None
