"""Content codings undone while the body streams in, so that a bomb is refused before it has filled the memory.

gzip and deflate are those of RFC 9110 section 8.4.1 (a server's raw deflate is understood too), br that of RFC 7932.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Protocol

import brotli

ACCEPT_ENCODING = "gzip, deflate, br"
# What one call of a decoder may give: between two calls the limits are looked at.
STEP = 256 * 1024
MAX_CODINGS = 3
_GZIP_MAGIC = b"\x1f\x8b"


class BodyRefusedError(Exception):
    """The body must not be read on: `reason` is `too-large`, `bomb` or `encoding`."""

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class Decoder(Protocol):
    """Bytes in, decoded bytes out in pieces of at most `STEP` bytes or so."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Decode what has come, piece by piece."""
        ...

    def finish(self) -> bool:
        """Whether the coded stream came to its own end."""
        ...


class Body:
    """A body as it comes in: decoded, counted, and refused once it is too large.

    Args:
        encoding: the Content-Encoding header.
        max_bytes: the most that may come, coded or decoded.
        max_ratio: the most that it may grow by decoding, once more than `free_bytes` came out.
    """

    def __init__(self, encoding: str, *, max_bytes: int, max_ratio: float, free_bytes: int) -> None:
        self.wire_bytes = 0
        self._max_bytes = max_bytes
        self._max_ratio = max_ratio
        self._free_bytes = free_bytes
        self._out = BytesIO()
        self._decoders = _decoders(encoding)

    def feed(self, chunk: bytes) -> None:
        """Take one chunk off the wire.

        Raises:
            BodyRefusedError: the body is too large or a bomb, or is not coded as it says.
        """
        self.wire_bytes += len(chunk)
        if self._decoders:
            self._decode(chunk, 0)
        else:
            self._out.write(chunk)
        if self.wire_bytes > self._max_bytes:
            raise BodyRefusedError(f"more than {self._max_bytes:,} bytes came", "too-large")

    def finish(self) -> bytes:
        """The whole decoded body.

        Raises:
            BodyRefusedError: `encoding`, when a coded stream broke off.
        """
        if self.wire_bytes and not all(decoder.finish() for decoder in self._decoders):
            raise BodyRefusedError("the compressed body breaks off", "truncated")
        return self._out.getvalue()

    def so_far(self) -> bytes:
        """What was decoded until now, at most `max_bytes`."""
        return self._out.getvalue()[: self._max_bytes]

    def _decode(self, data: bytes, layer: int) -> None:
        if layer == len(self._decoders):
            self._out.write(data)
            self._judge(self._out.tell())
            return
        try:
            for piece in self._decoders[layer].feed(data):
                self._decode(piece, layer + 1)
        except (zlib.error, brotli.error) as error:
            raise BodyRefusedError(f"the body is not coded as it says ({error})", "encoding") from error

    def _judge(self, size: int) -> None:
        if size > self._max_bytes:
            raise BodyRefusedError(f"more than {self._max_bytes:,} bytes came out of {self.wire_bytes:,}", "too-large")
        if size > self._free_bytes and size > self.wire_bytes * self._max_ratio:
            raise BodyRefusedError(f"{self.wire_bytes:,} bytes swelled to more than {size:,}", "bomb")


class _Deflate:
    """gzip (several members, junk after them), zlib, or raw deflate; a body that is none of them passes as it is."""

    def __init__(self, *, gzip: bool) -> None:
        self._gzip = gzip
        self._open: zlib._Decompress | None = None
        self._held = b""
        self._members = 0
        self._plain = False
        self._ended = False

    def _undecided(self) -> bool:
        """Whether too little has come to tell how the body is packed."""
        return self._open is None and not self._plain

    def feed(self, data: bytes) -> Iterator[bytes]:
        while not self._ended:
            if self._plain:
                yield data
                return
            if self._open is None:
                data = self._start(self._held + data)
                if self._undecided():
                    return
                continue
            piece = self._open.decompress(data, STEP)
            data = self._open.unused_data if self._open.eof else self._open.unconsumed_tail
            if self._open.eof:
                self._members, self._open = self._members + 1, None
            if piece:
                yield piece
            elif not data:
                return

    def finish(self) -> bool:
        return self._open is None and (self._plain or self._members > 0)

    def _start(self, data: bytes) -> bytes:
        """Look at the first two bytes of the body, or of what follows a member; returns what is to be decoded."""
        if self._members:
            data = data.lstrip(b"\0")
        self._held = b""
        if len(data) < 2:
            self._held = data
        elif data[:2] == _GZIP_MAGIC:
            self._open = zlib.decompressobj(zlib.MAX_WBITS | 16)
        elif self._members:
            self._ended = True
        elif self._gzip:
            self._plain = True
        else:
            # RFC 1950: method 8, a window of at most 32 KiB, and a header that is a multiple of 31; else raw deflate.
            wrapped = data[0] & 0x0F == 8 and data[0] >> 4 <= 7 and int.from_bytes(data[:2], "big") % 31 == 0
            self._open = zlib.decompressobj(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)
        return data


class _Brotli:
    def __init__(self) -> None:
        self._inner = brotli.Decompressor()
        self._held = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        self._held += data
        while not self._inner.is_finished():
            ready = self._inner.can_accept_more_data()
            given = self._held if ready else b""
            self._held = b"" if ready else self._held
            piece = self._inner.process(given, output_buffer_limit=STEP)
            if piece:
                yield piece
            elif ready:
                return

    def finish(self) -> bool:
        return bool(self._inner.is_finished())


def _decoders(encoding: str) -> list[Decoder]:
    """Decoders in the order to apply them: the last coding named was applied last."""
    names = [name.strip().lower() for name in encoding.split(",")]
    names = [name for name in names if name and name not in ("identity", "none", "utf-8", "binary", "text/html")]
    if len(names) > MAX_CODINGS:
        raise BodyRefusedError(f"it is coded {len(names)} times over", "bomb")
    return [_decoder(name) for name in reversed(names)]


def _decoder(name: str) -> Decoder:
    if name in ("gzip", "x-gzip"):
        return _Deflate(gzip=True)
    if name == "deflate":
        return _Deflate(gzip=False)
    if name == "br":
        return _Brotli()
    raise BodyRefusedError(f"the coding {name!r} was not asked for and is not known", "encoding")
