"""Versions of tracked references: each distinct content once, compressed; storage grows with changes, not with checks."""

from __future__ import annotations

import hashlib
import sqlite3
import zlib
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from watchbot.errors import StoreError
from watchbot.model import NormalisedDocument, Snapshot
from watchbot.store.columns import time_text, to_time

if TYPE_CHECKING:
    from watchbot.store.database import Store

Renormaliser = Callable[[Snapshot, bytes], NormalisedDocument]
"""Reads a stored version anew, from its raw bytes, by today's rules."""

_COLUMNS = "s.id, s.source_id, s.key, s.version, s.url, s.title, s.content_type, s.digest, s.raw_digest, s.normaliser, s.first_seen, s.last_seen"
_WITH_TEXT = f"SELECT {_COLUMNS}, c.codec, c.data FROM snapshots s JOIN contents c ON c.digest = s.digest"


class Recorded(NamedTuple):
    """What recording one fetched version did: the version, the one before it if this is news, and whether it is new."""

    snapshot: Snapshot
    previous: Snapshot | None
    is_new: bool


class Snapshots:
    """The table of versions. All times are UTC in the file and aware datetimes here."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def record(
        self,
        source_id: str,
        normalised: NormalisedDocument,
        raw: bytes,
        seen_at: datetime,
        *,
        renormalise: Renormaliser | None = None,
    ) -> Recorded:
        """Keep one fetched version. Idempotent: the newest version seen again only has its `last_seen` moved on.

        Args:
            source_id: The source that showed it.
            normalised: Its normalised text; versions are told apart by its digest.
            raw: The bytes as fetched, stored for the first sight of each version.
            seen_at: When it was fetched.
            renormalise: Used when the newest version was made by other rules of normalising: it is read anew first, so
                that a change of the rules never looks like a change of the document.
        """
        with self._store.transaction():
            if renormalise is not None:
                self.current(source_id, normalised.key, normalised.normaliser, renormalise)
            latest = self._newest(source_id, normalised.key)
            if latest is not None and latest["digest"] == normalised.digest:
                return Recorded(self._seen_again(latest, seen_at), None, is_new=False)
            self._insert(
                source_id, normalised, raw, seen_at, version=latest["version"] + 1 if latest is not None else 1
            )
            newest = self._newest(source_id, normalised.key)
            if newest is None:  # pragma: no cover - the row was written in this very transaction
                raise StoreError("a version just written cannot be read back")
            return Recorded(_snapshot(newest), _snapshot(latest) if latest is not None else None, is_new=True)

    def current(self, source_id: str, key: str, normaliser: int, renormalise: Renormaliser) -> Snapshot | None:
        """The newest version of a reference, read anew first if it was made by another version of the rules."""
        with self._store.transaction():
            row = self._newest(source_id, key)
            if row is not None and row["normaliser"] != normaliser:
                self._renormalise(row, renormalise)
                row = self._newest(source_id, key)
        return _snapshot(row) if row is not None else None

    def seen_again(self, snapshot: Snapshot, seen_at: datetime) -> None:
        """Note that a version was seen at a moment, be it under another typography."""
        self._store.execute(
            "UPDATE snapshots SET last_seen = max(last_seen, ?) WHERE id = ?", (time_text(seen_at), snapshot.id)
        )

    def get(self, snapshot: int) -> Snapshot | None:
        """The version with this id."""
        row = self._store.row(f"{_WITH_TEXT} WHERE s.id = ?", (snapshot,))
        return _snapshot(row) if row is not None else None

    def raw(self, snapshot: int) -> bytes:
        """The bytes of a version as they were first fetched; empty for an unknown id."""
        sql = "SELECT c.codec, c.data FROM snapshots s JOIN contents c ON c.digest = s.raw_digest WHERE s.id = ?"
        row = self._store.row(sql, (snapshot,))
        return _unpacked(row["codec"], row["data"]) if row is not None else b""

    def raw_digest(self, snapshot: int) -> str:
        """The SHA-256 of the bytes of a version, in hexadecimal; empty for an unknown id."""
        row = self._store.row("SELECT raw_digest FROM snapshots WHERE id = ?", (snapshot,))
        return str(row[0]) if row is not None else ""

    def latest(self, source_id: str, key: str) -> Snapshot | None:
        """The newest version of a reference."""
        row = self._newest(source_id, key)
        return _snapshot(row) if row is not None else None

    def as_of(self, source_id: str, key: str, moment: datetime) -> Snapshot | None:
        """The version that stood at a moment: the newest first seen by then."""
        row = self._store.row(
            f"{_WITH_TEXT} WHERE s.source_id = ? AND s.key = ? AND s.first_seen <= ? ORDER BY s.version DESC LIMIT 1",
            (source_id, key, time_text(moment)),
        )
        return _snapshot(row) if row is not None else None

    def versions(self, key: str, source_id: str | None = None) -> list[Snapshot]:
        """Every version of a reference, oldest first; of all sources that show it unless one is given."""
        where, parameters = (
            ("s.key = ?", [key]) if source_id is None else ("s.key = ? AND s.source_id = ?", [key, source_id])
        )
        return [
            _snapshot(row)
            for row in self._store.rows(f"{_WITH_TEXT} WHERE {where} ORDER BY s.first_seen, s.id", parameters)
        ]

    def references(self, source_id: str | None = None) -> list[tuple[str, str, str, int]]:
        """Every tracked reference as (source id, key, newest title, number of versions), by source and key."""
        where, parameters = ("", ()) if source_id is None else ("WHERE source_id = ?", (source_id,))
        sql = f"SELECT source_id, key, title, max(version) FROM snapshots {where} GROUP BY source_id, key ORDER BY source_id, key"
        return [tuple(row) for row in self._store.rows(sql, parameters)]

    def stored_bytes(self) -> int:
        """How many bytes all contents take, compressed."""
        row = self._store.row("SELECT coalesce(sum(length(data)), 0) FROM contents")
        return int(row[0]) if row is not None else 0

    # ------------------------------------------------------------------------------------------ writing

    def _newest(self, source_id: str, key: str) -> sqlite3.Row | None:
        return self._store.row(
            f"{_WITH_TEXT} WHERE s.source_id = ? AND s.key = ? ORDER BY s.version DESC LIMIT 1", (source_id, key)
        )

    def _seen_again(self, row: sqlite3.Row, seen_at: datetime) -> Snapshot:
        last = max(row["last_seen"], time_text(seen_at))
        first = min(row["first_seen"], time_text(seen_at)) if row["version"] == 1 else row["first_seen"]
        self._store.execute("UPDATE snapshots SET last_seen = ?, first_seen = ? WHERE id = ?", (last, first, row["id"]))
        return _snapshot(row, first_seen=first, last_seen=last)

    def _insert(
        self, source_id: str, found: NormalisedDocument, raw: bytes, seen_at: datetime, *, version: int
    ) -> None:
        raw_digest = hashlib.sha256(raw).hexdigest()
        self._keep(raw_digest, raw)
        self._keep(found.digest, found.text.encode())
        moment = time_text(seen_at)
        self._store.execute(
            "INSERT INTO snapshots (source_id, key, version, url, title, content_type, digest, raw_digest, normaliser, first_seen, last_seen)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                source_id, found.key, version, found.url, found.title, found.content_type, found.digest, raw_digest, found.normaliser,
                moment, moment,
            ),
        )  # fmt: skip

    def _keep(self, digest: str, data: bytes) -> None:
        if self._store.row("SELECT 1 FROM contents WHERE digest = ?", (digest,)) is None:
            codec, packed = _packed(data)
            self._store.execute(
                "INSERT INTO contents (digest, size, codec, data) VALUES (?, ?, ?, ?)",
                (digest, len(data), codec, packed),
            )

    def _renormalise(self, row: sqlite3.Row, renormalise: Renormaliser) -> None:
        anew = renormalise(_snapshot(row), self.raw(row["id"]))
        self._keep(anew.digest, anew.text.encode())
        self._store.execute(
            "UPDATE snapshots SET digest = ?, normaliser = ? WHERE id = ?", (anew.digest, anew.normaliser, row["id"])
        )
        self._store.execute(
            "DELETE FROM contents WHERE digest = ? AND NOT EXISTS (SELECT 1 FROM snapshots WHERE digest = ? OR raw_digest = ?)",
            (row["digest"],) * 3,
        )


def _snapshot(row: sqlite3.Row, *, first_seen: str | None = None, last_seen: str | None = None) -> Snapshot:
    return Snapshot(
        id=row["id"],
        source_id=row["source_id"],
        key=row["key"],
        url=row["url"],
        title=row["title"],
        content_type=row["content_type"],
        digest=row["digest"],
        text=_unpacked(row["codec"], row["data"]).decode("utf-8"),
        first_seen=to_time(first_seen or row["first_seen"]),
        last_seen=to_time(last_seen or row["last_seen"]),
        version=row["version"],
    )


def _packed(data: bytes) -> tuple[str, bytes]:
    """Compressed, unless that makes it no smaller (PDFs are compressed inside)."""
    packed = zlib.compress(data, 9)
    return ("zlib", packed) if len(packed) < len(data) else ("none", data)


def _unpacked(codec: str, data: bytes) -> bytes:
    return zlib.decompress(data) if codec == "zlib" else data
