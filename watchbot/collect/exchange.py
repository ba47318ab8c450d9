"""One request and its answer over kept connections, with every limit in force. Redirects are answers like any other.

Built on libcurl through pycurl, which understands what servers send better than any client written in Python, speaks
HTTP/2 where they do, and lets the very socket that is connected be judged. Content codings are undone here, within
bounds; cookies, redirects and the environment's proxies are not its business.
"""

from __future__ import annotations

import asyncio
import math
import re
import time
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

import pycurl

from watchbot.collect.decoding import BodyRefusedError
from watchbot.collect.faults import explained
from watchbot.collect.network import Hosts, RefusedAddressError, Resolve
from watchbot.collect.safety import Address
from watchbot.collect.settings import FetchSettings
from watchbot.collect.transfer import Answer, Transfer

# Idle connections that are kept, and for how long; beyond, the one unused for longest is closed.
MAX_IDLE = 300
KEEP_ALIVE_SECONDS = 20
READ_BYTES = 64 * 1024
_LINE_BREAKS = re.compile(rb"[\r\n\0]+")


class Budget:
    """The wall-clock seconds that one fetch may still spend on the network."""

    __slots__ = ("left", "total")

    def __init__(self, seconds: float) -> None:
        self.total = self.left = seconds


class Exchanger:
    """Sends requests; one for all hosts. Not for two event loops at once."""

    def __init__(self, settings: FetchSettings, resolve: Resolve) -> None:
        self._settings = settings
        self._hosts = Hosts(resolve)
        self._recorded = _recorded_base(settings.recorded)
        # Hosts that the watch allows wherever they are share no connection with the others.
        self._connections = {private_ok: _connections() for private_ok in (False, True)}

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
        started = time.monotonic()
        private_ok = private_ok or bool(self._recorded)
        transfer = Transfer(self._settings, max_bytes=max_bytes, cut=cut)
        curl = pycurl.Curl()
        try:
            async with asyncio.timeout(budget.left):
                self._prepare(curl, transfer, private_ok=private_ok)
                await self._aim(curl, address, private_ok=private_ok)
                _say(curl, method, {"Host": address.netloc, **headers}, content)
                await self._perform(curl, transfer, private_ok=private_ok)
            return transfer.answer()
        except (pycurl.error, OSError, RefusedAddressError, BodyRefusedError) as error:
            connected = curl.getinfo(pycurl.PRETRANSFER_TIME) > 0
            raise explained(error, address, connected=connected, seconds=budget.total) from error
        finally:
            budget.left = max(0.0, budget.left - (time.monotonic() - started))

    async def _perform(self, curl: pycurl.Curl, transfer: Transfer, *, private_ok: bool) -> None:
        try:
            await self._connections[private_ok].perform(curl)
        except pycurl.error:
            if transfer.refusal is not None:
                raise transfer.refusal from None
            if not transfer.cut_short:
                raise

    async def _aim(self, curl: pycurl.Curl, address: Address, *, private_ok: bool) -> None:
        """Set where to connect to; the addresses of the host are resolved and judged here, and pinned."""
        if self._recorded:
            curl.setopt(pycurl.URL, self._recorded + address.target)
            return
        if not self._hosts.at_hand(address.host, address.port):
            await self._resolve(curl, address, private_ok=private_ok)
        found = await self._hosts.addresses(address.host, address.port, private_ok=private_ok)
        curl.setopt(pycurl.URL, address.url)
        if found != [address.host]:
            numbers = ",".join(f"[{number}]" if ":" in number else number for number in found)
            curl.setopt(pycurl.RESOLVE, [f"+{address.host}:{address.port}:{numbers}"])
        if address.scheme == "https":
            self._trust(curl)

    async def _resolve(self, curl: pycurl.Curl, address: Address, *, private_ok: bool) -> None:
        """Have the name of a host resolved, within the time for connecting, of which the rest is left to libcurl."""
        seconds = self._settings.connect_timeout
        started = time.monotonic()
        try:
            async with asyncio.timeout(seconds):
                await self._hosts.addresses(address.host, address.port, private_ok=private_ok)
        except TimeoutError as error:
            raise pycurl.error(pycurl.E_OPERATION_TIMEDOUT, "the name server did not answer") from error
        left = seconds - (time.monotonic() - started)
        curl.setopt(pycurl.CONNECTTIMEOUT_MS, max(1, round(left * 1000)))

    def _prepare(self, curl: pycurl.Curl, transfer: Transfer, *, private_ok: bool) -> None:
        for option, value in self._constant_options:
            curl.setopt(option, value)
        if not private_ok:
            curl.setopt(pycurl.OPENSOCKETFUNCTION, transfer.open_socket)
        curl.setopt(pycurl.HEADERFUNCTION, transfer.header)
        curl.setopt(pycurl.WRITEFUNCTION, transfer.body)

    @cached_property
    def _constant_options(self) -> list[tuple[int, int | str]]:
        settings = self._settings
        return [
            (pycurl.NOSIGNAL, 1),
            (pycurl.PROXY, ""),
            (pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS),
            (pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_2TLS),
            (pycurl.HTTP_CONTENT_DECODING, 0),
            # What is asked for is what was judged, dots included.
            (pycurl.PATH_AS_IS, 1),
            (pycurl.BUFFERSIZE, READ_BYTES),
            (pycurl.MAXAGE_CONN, KEEP_ALIVE_SECONDS),
            (pycurl.CONNECTTIMEOUT_MS, max(1, round(settings.connect_timeout * 1000))),
            # Less than a byte a second on average for so long: nothing came.
            (pycurl.LOW_SPEED_LIMIT, 1),
            (pycurl.LOW_SPEED_TIME, math.ceil(settings.read_timeout)),
        ]

    def _trust(self, curl: pycurl.Curl) -> None:
        """Check certificates: the authorities that certifi lists, and those of `ca_file`."""
        import certifi

        curl.setopt(pycurl.SSLVERSION, pycurl.SSLVERSION_TLSv1_2)
        if self._settings.ca_file is None:
            # By its name: libcurl then reads it once for all connections.
            curl.setopt(pycurl.CAINFO, certifi.where())
        else:
            own = Path(self._settings.ca_file).read_bytes()
            curl.setopt(pycurl.CAINFO_BLOB, Path(certifi.where()).read_bytes() + b"\n" + own)

    async def close(self) -> None:
        """Close every connection."""
        for connections in self._connections.values():
            await connections.aclose()


def _connections() -> pycurl.AsyncCurlMulti:
    connections = pycurl.AsyncCurlMulti()
    connections.setopt(pycurl.M_MAXCONNECTS, MAX_IDLE)
    return connections


def _say(curl: pycurl.Curl, method: str, headers: Mapping[str, str], content: bytes | None) -> None:
    """Set what is sent: nothing but the headers given."""
    lines = [_line(name, value) for name, value in headers.items()]
    if method != "GET":
        curl.setopt(pycurl.CUSTOMREQUEST, method)
    if content is not None:
        curl.setopt(pycurl.POSTFIELDS, content)
        lines.append(b"Expect:")
        if "content-type" not in {name.lower() for name in headers}:
            lines.append(b"Content-Type:")
    curl.setopt(pycurl.HTTPHEADER, lines)


def _line(name: str, value: str) -> bytes:
    """A header as sent. Line breaks in it, which could add others, become spaces; an empty one is libcurl's `Name;`."""
    raw = _LINE_BREAKS.sub(b" ", value.encode())
    return name.encode("latin-1") + (b": " + raw if raw.strip() else b";")


def _recorded_base(base: str | None) -> str:
    """Scheme, host and port of a recorded web; empty without one."""
    return f"http://{urlsplit(base).netloc}" if base else ""
