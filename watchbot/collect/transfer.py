"""One answer as it comes in, and the socket it comes through: what libcurl calls back while a request is under way.

A callback must not raise (libcurl would only print it): what it refuses is kept in `refusal`, and the transfer stopped.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass

import pycurl

from watchbot.collect.decoding import Body, BodyRefusedError
from watchbot.collect.network import RefusedAddressError
from watchbot.collect.safety import refused_ip
from watchbot.collect.settings import FetchSettings

ERROR_BODY_BYTES = 64 * 1024
# Where a header comes twice these are joined; of the others the first counts.
_JOINED = frozenset({"link", "cache-control", "vary", "content-encoding", "set-cookie"})
_STOP = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What one request brought. Header names are lower case; several cookies are joined by line feeds."""

    status: int
    headers: dict[str, str]
    content: bytes
    wire_bytes: int


class Transfer:
    """The state of one request.

    Args:
        settings: how much a body may grow by decoding.
        max_bytes: the largest body accepted, as sent and as decoded.
        cut: read no further than `max_bytes` rather than refuse.
    """

    def __init__(self, settings: FetchSettings, *, max_bytes: int, cut: bool) -> None:
        self.refusal: Exception | None = None
        self.cut_short = False
        self._settings = settings
        self._max_bytes = max_bytes
        self._cut = cut
        self._status = 0
        self._lines: list[bytes] = []
        self._headers: dict[str, str] = {}
        self._body: Body | None = None

    def open_socket(self, _purpose: int, address: pycurl.CurlSockAddr) -> socket.socket | int:
        """Give the socket for a connection, unless the very address to be connected to must not be."""
        number = address.addr[0] if isinstance(address.addr, tuple) else str(address.addr)
        if why := refused_ip(str(number)):
            self.refusal = RefusedAddressError(f"{number} is {why}")
            bad: int = pycurl.SOCKET_BAD
            return bad
        return socket.socket(address.family, address.socktype, address.protocol)

    def header(self, line: bytes) -> int | None:
        """Take one line of the head; interim answers and trailers are passed over."""
        if self._body is not None:
            return None
        if line.startswith(b"HTTP/"):
            self._lines = [line]
        elif line.strip():
            self._lines.append(line)
        elif not self._lines[0].split()[1].startswith(b"1"):
            return self._begin()
        return None

    def body(self, chunk: bytes) -> int | None:
        """Take one piece of the body."""
        assert self._body is not None
        try:
            self._body.feed(chunk)
        except BodyRefusedError as refused:
            if not (self._cut and refused.reason == "too-large"):
                self.refusal = refused
            self.cut_short = True
            return _STOP
        return None

    def answer(self) -> Answer:
        """The answer, once the transfer has ended.

        Raises:
            BodyRefusedError: its coding broke off.
        """
        if self._body is None or not self._wanted:
            return Answer(self._status, self._headers, b"", 0)
        content = self._body.so_far() if self.cut_short else self._body.finish()
        return Answer(self._status, self._headers, content, self._body.wire_bytes)

    @property
    def _wanted(self) -> bool:
        return 200 <= self._status < 300

    def _begin(self) -> int | None:
        """The head is complete: judge what it says of the body."""
        status = self._lines[0].split()[1]
        if len(status) != 3:
            self.refusal = BodyRefusedError(f"{status.decode('latin-1')} is no status of HTTP", "protocol")
            return _STOP
        self._status = int(status)
        self._headers = _headers(self._lines[1:])
        # The body of a redirect or an error is read only so that the connection can be used again.
        if not self._wanted:
            self._cut, self._max_bytes = True, ERROR_BODY_BYTES
        length = self._headers.get("content-length", "")
        if not self._cut and length.isdigit() and int(length[:20]) > self._max_bytes:
            message = f"it is {length} bytes long, and at most {self._max_bytes:,} are read"
            self.refusal = BodyRefusedError(message, "too-large")
            return _STOP
        try:
            self._body = Body(
                self._headers.get("content-encoding", "") if self._wanted else "",
                max_bytes=self._max_bytes,
                max_ratio=self._settings.max_ratio,
                free_bytes=self._settings.ratio_free_bytes,
            )
        except BodyRefusedError as refused:
            self.refusal = refused
            return _STOP
        return None


def _headers(lines: list[bytes]) -> dict[str, str]:
    headers: dict[str, str] = {}
    key = ""
    for line in lines:
        if line[:1] in (b" ", b"\t"):  # the old way of going on with the line before
            headers[key] = f"{headers.get(key, '')} {_text(line)}".strip()
            continue
        name, _, value = line.partition(b":")
        key, text = name.strip().lower().decode("latin-1"), _text(value)
        if key not in headers:
            headers[key] = text
        elif key in _JOINED:
            headers[key] += ("\n" if key == "set-cookie" else ", ") + text
    return headers


def _text(value: bytes) -> str:
    """Header values are ASCII by the book; servers also send UTF-8 (in Location) or Latin-1."""
    value = value.strip()
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")
