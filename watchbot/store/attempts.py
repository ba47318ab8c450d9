"""Attempts: every visit of every source, good or bad."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from watchbot.model import Attempt
from watchbot.store.columns import marks, time_or_none, time_text, to_time, to_time_or_none

if TYPE_CHECKING:
    from watchbot.store.database import Store

# Enough of the past for health and rhythm.
RECENT = 36
_CHUNK = 400
_INSERT = (
    "INSERT INTO attempts (source_id, started_at, elapsed_ms, status, bytes, page_bytes, requests, not_modified,"
    " items_seen, items_new, items_edited, changes, error, message, moved_to, newest)"
)


class Attempts:
    """The table of attempts."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, attempt: Attempt) -> None:
        """Record one attempt."""
        self._store.insert_rows(_INSERT, [_values(attempt)])

    def add_many(self, attempts: Iterable[Attempt]) -> None:
        """Record several attempts, all or none."""
        with self._store.transaction():
            self._store.insert_rows(_INSERT, [_values(attempt) for attempt in attempts])

    def of(self, source_id: str, limit: int = RECENT) -> list[Attempt]:
        """The last attempts at a source, the newest first."""
        sql = "SELECT * FROM attempts WHERE source_id = ? ORDER BY started_at DESC, n DESC LIMIT ?"
        return [_attempt(row) for row in self._store.rows(sql, (source_id, limit))]

    def recent(self, source_ids: Sequence[str], limit: int = RECENT) -> dict[str, list[Attempt]]:
        """The last attempts at each of these sources, the newest first; empty lists for those never tried."""
        found: dict[str, list[Attempt]] = {one: [] for one in source_ids}
        for start in range(0, len(source_ids), _CHUNK):
            chunk = source_ids[start : start + _CHUNK]
            sql = (
                "SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY source_id ORDER BY started_at DESC, n DESC)"
                f" AS place FROM attempts WHERE source_id IN ({marks(chunk)})) WHERE place <= ? ORDER BY source_id, place"
            )
            for row in self._store.rows(sql, [*chunk, limit]):
                found[row["source_id"]].append(_attempt(row))
        return found

    def last_success(self, source_id: str) -> datetime | None:
        """When the source was last collected without error."""
        sql = "SELECT max(started_at) FROM attempts WHERE source_id = ? AND error = ''"
        row = self._store.row(sql, (source_id,))
        return to_time_or_none(row[0]) if row else None

    def since(self, moment: datetime) -> list[Attempt]:
        """Every attempt from a moment on, the oldest first."""
        sql = "SELECT * FROM attempts WHERE started_at >= ? ORDER BY started_at, n"
        return [_attempt(row) for row in self._store.rows(sql, (time_text(moment),))]

    def count(self) -> int:
        """How many attempts are recorded."""
        row = self._store.row("SELECT count(*) FROM attempts")
        return int(row[0]) if row else 0

    def prune(self, before: datetime) -> int:
        """Forget attempts older than `before`, the last `RECENT` of each source excepted. Returns how many."""
        sql = (
            "DELETE FROM attempts WHERE started_at < ? AND n NOT IN (SELECT n FROM (SELECT n, row_number() OVER"
            " (PARTITION BY source_id ORDER BY started_at DESC, n DESC) AS place FROM attempts) WHERE place <= ?)"
        )
        return self._store.execute(sql, (time_text(before), RECENT)).rowcount


def _values(attempt: Attempt) -> tuple[object, ...]:
    return (
        attempt.source_id,
        time_text(attempt.started_at),
        attempt.elapsed_ms,
        attempt.status,
        attempt.bytes,
        attempt.page_bytes,
        attempt.requests,
        int(attempt.not_modified),
        attempt.items_seen,
        attempt.items_new,
        attempt.items_edited,
        attempt.changes,
        attempt.error,
        attempt.message,
        attempt.moved_to,
        time_or_none(attempt.newest),
    )


def _attempt(row: sqlite3.Row) -> Attempt:
    return Attempt(
        source_id=row["source_id"],
        started_at=to_time(row["started_at"]),
        elapsed_ms=row["elapsed_ms"],
        status=row["status"],
        bytes=row["bytes"],
        page_bytes=row["page_bytes"],
        requests=row["requests"],
        not_modified=bool(row["not_modified"]),
        items_seen=row["items_seen"],
        items_new=row["items_new"],
        items_edited=row["items_edited"],
        changes=row["changes"],
        error=row["error"],
        message=row["message"],
        moved_to=row["moved_to"],
        newest=to_time_or_none(row["newest"]),
    )
