"""Opening an export, whatever it is wrapped in, without being filled up by it: zip, zip in zip, gzip, or bare.

Nothing is unpacked to disk by its name. Every stream that comes out counts what it gives, and stops beyond the limits:
what a zip says of its own sizes is not believed.
"""

from __future__ import annotations

import gzip
import io
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from watchbot.errors import ParseError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MAX_ENTRIES = 200
MAX_DEPTH = 2
# The exports of 2026 unpack to 1 GB at most; text of their sort shrinks to a tenth, a bomb to a thousandth.
MAX_UNPACKED = 4_000_000_000
MAX_RATIO = 150
_RATIO_FROM = 20_000_000
_IN_MEMORY = 8_000_000
# What zipfile, gzip and zlib raise for bytes that are not what they say.
ARCHIVE_FAULTS: tuple[type[Exception], ...] = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)
_ZIP, _GZIP = b"PK\x03\x04", b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of an export: its name without folders, its size, and where to open it."""

    name: str
    size: int
    opener: zipfile.ZipFile | None
    info: zipfile.ZipInfo | None
    file: IO[bytes]
    url: str

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        """A buffered stream of the file's bytes; it may be opened several times, one after the other.

        Raises:
            ParseError: While reading, with reason `bomb` beyond the limits, or `unreadable` when the archive is damaged.
        """
        if self.opener is None or self.info is None:
            self.file.seek(0)
            raw = gzip.GzipFile(fileobj=self.file) if _starts(self.file, _GZIP) else self.file
            yield io.BufferedReader(_Counted(raw, self.size, self.url), 1 << 16)
            return
        with _unpacking(self.url), self.opener.open(self.info) as stream:
            yield io.BufferedReader(_Counted(stream, self.info.compress_size, self.url), 1 << 16)


@contextmanager
def open_export(file: IO[bytes], url: str) -> Iterator[list[Entry]]:
    """The files of an export, zips within it opened.

    Args:
        file: A seekable binary file; it is not closed.
        url: Where it came from, for messages.

    Raises:
        ParseError: With reason `bomb` (too many files, too large, shrunk too well), `encrypted` or `unreadable`.
    """
    kept: list[IO[bytes]] = []
    try:
        yield _entries(file, url, kept, depth=0)
    finally:
        for spool in kept:
            spool.close()


def _entries(file: IO[bytes], url: str, kept: list[IO[bytes]], depth: int) -> list[Entry]:
    file.seek(0, io.SEEK_END)
    size = file.tell()
    if not _starts(file, _ZIP):
        return [Entry("", size, None, None, file, url)]
    with _unpacking(url):
        archive = zipfile.ZipFile(file)
    infos = [info for info in archive.infolist() if not info.is_dir()]
    _refuse_bomb(infos, size, url)
    found: list[Entry] = []
    for info in infos:
        name = info.filename.rpartition("/")[2]
        if name.lower().endswith(".zip"):
            if depth + 1 >= MAX_DEPTH + 1:
                raise ParseError(f"{url}: zips within zips, more than {MAX_DEPTH} deep", url=url, reason="bomb")
            found += _entries(
                _spooled(Entry(name, info.file_size, archive, info, file, url), kept), url, kept, depth + 1
            )
        else:
            found.append(Entry(name, info.file_size, archive, info, file, url))
    return found


def _spooled(entry: Entry, kept: list[IO[bytes]]) -> IO[bytes]:
    """An inner zip as a seekable file: in memory while small, else in a temporary file."""
    spool: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed by open_export
    kept.append(spool)
    with entry.open() as stream:
        while block := stream.read(1 << 20):
            spool.write(block)
    spool.seek(0)
    return spool


def _refuse_bomb(infos: list[zipfile.ZipInfo], size: int, url: str) -> None:
    total = sum(info.file_size for info in infos)
    if len(infos) > MAX_ENTRIES:
        raise ParseError(
            f"{url}: a zip of {len(infos)} files, more than {MAX_ENTRIES}: refused", url=url, reason="bomb"
        )
    if total > MAX_UNPACKED or (total > _RATIO_FROM and total > MAX_RATIO * max(1, size)):
        raise ParseError(f"{url}: a zip of {size} bytes that says it holds {total}: refused", url=url, reason="bomb")
    if any(info.flag_bits & 1 for info in infos):
        raise ParseError(f"{url}: the zip asks for a password", url=url, reason="encrypted")


def _starts(file: IO[bytes], mark: bytes) -> bool:
    file.seek(0)
    head = file.read(len(mark))
    file.seek(0)
    return head == mark


@contextmanager
def _unpacking(url: str) -> Iterator[None]:
    try:
        yield
    except ARCHIVE_FAULTS as error:
        raise ParseError(f"{url}: the archive is damaged ({error}); it will be tried again", url=url) from error


class _Counted(io.RawIOBase):
    """A stream that refuses to give more than the limits allow for what it was packed in."""

    def __init__(self, stream: IO[bytes] | gzip.GzipFile, packed: int, url: str) -> None:
        super().__init__()
        self._stream = stream
        self._most = min(MAX_UNPACKED, max(_RATIO_FROM, packed * MAX_RATIO))
        self._given = 0
        self._url = url

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer)
        with _unpacking(self._url):
            block = self._stream.read(len(view))
        self._given += len(block)
        if self._given > self._most:
            raise ParseError(
                f"{self._url}: it unpacks to more than {self._most} bytes: refused", url=self._url, reason="bomb"
            )
        view[: len(block)] = block
        return len(block)
