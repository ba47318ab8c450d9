"""What each reader was told, so that nothing comes twice over the weeks, and the issues that went out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from watchbot.store.columns import time_text, to_time

if TYPE_CHECKING:
    from watchbot.store.database import Store


class Issues:
    """The tables of issues and of what was told."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def open(self, edition: str, issue: str, at: datetime) -> datetime:
        """Record an issue, or find it: the moment it was composed for, which stays that of the first time."""
        self._store.execute(
            "INSERT OR IGNORE INTO issues (edition, issue, composed_at) VALUES (?, ?, ?)",
            (edition, issue, time_text(at)),
        )
        row = self._store.row("SELECT composed_at FROM issues WHERE edition = ? AND issue = ?", (edition, issue))
        return to_time(row[0]) if row is not None else at

    def finish(self, edition: str, issue: str, at: datetime) -> None:
        """Every reader's message of this issue is in the outbox."""
        sql = "UPDATE issues SET finished_at = coalesce(finished_at, ?) WHERE edition = ? AND issue = ?"
        self._store.execute(sql, (time_text(at), edition, issue))

    def unfinished(self, edition: str, since: datetime) -> Sequence[datetime]:
        """The moments of this edition's issues, composed since then, of which some messages were never queued; oldest first."""
        sql = "SELECT composed_at FROM issues WHERE edition = ? AND finished_at IS NULL AND composed_at >= ? ORDER BY 1"
        return [to_time(row[0]) for row in self._store.rows(sql, (edition, time_text(since)))]

    def list(self, edition: str | None = None) -> Sequence[tuple[str, str, datetime]]:
        """Issues as (edition, issue, composed at), newest first."""
        where, parameters = ("WHERE edition = ?", [edition]) if edition else ("", [])
        rows = self._store.rows(f"SELECT * FROM issues {where} ORDER BY composed_at DESC, edition", parameters)
        return [(row["edition"], row["issue"], to_time(row["composed_at"])) for row in rows]

    def told(self, subscriber: str) -> frozenset[str]:
        """Ids of items and changes that this subscriber was told, in whatever edition."""
        return frozenset(r[0] for r in self._store.rows("SELECT what FROM told WHERE subscriber_id = ?", (subscriber,)))

    def tell(self, subscriber: str, issue: str, what: Iterable[str]) -> None:
        """Record that an issue told a subscriber these things. To be called with the queueing of its delivery."""
        self._store.executemany(
            "INSERT OR IGNORE INTO told (subscriber_id, what, issue) VALUES (?, ?, ?)",
            [(subscriber, w, issue) for w in what],
        )

    def hold(self, subscriber: str, edition: str, since: datetime) -> None:
        """An issue held too little for a subscriber: the next one looks back to `since`, or to where an earlier one did."""
        sql = "INSERT OR IGNORE INTO held (subscriber_id, edition, since) VALUES (?, ?, ?)"
        self._store.execute(sql, (subscriber, edition, time_text(since)))

    def held(self, edition: str) -> Mapping[str, datetime]:
        """From when on an edition's subscribers, whose last issues held too little, were told nothing of it."""
        rows = self._store.rows("SELECT subscriber_id, since FROM held WHERE edition = ?", (edition,))
        return {row[0]: to_time(row[1]) for row in rows}

    def held_for(self, subscriber: str) -> Mapping[str, datetime]:
        """The same by edition, for one subscriber."""
        rows = self._store.rows(
            "SELECT edition, since FROM held WHERE subscriber_id = ? ORDER BY edition", (subscriber,)
        )
        return {row[0]: to_time(row[1]) for row in rows}

    def release(self, subscriber: str, edition: str) -> None:
        """An edition goes out to a subscriber again. To be called with the queueing of its delivery."""
        self._store.execute("DELETE FROM held WHERE subscriber_id = ? AND edition = ?", (subscriber, edition))

    def told_by(self, issue: str) -> dict[str, frozenset[str]]:
        """What an issue told, by subscriber."""
        found: dict[str, set[str]] = {}
        for row in self._store.rows("SELECT subscriber_id, what FROM told WHERE issue = ?", (issue,)):
            found.setdefault(row[0], set()).add(row[1])
        return {subscriber: frozenset(what) for subscriber, what in found.items()}

    def forget(self, subscriber: str) -> None:
        """Forget all that a subscriber was told, and what waits (erasure)."""
        self._store.execute("DELETE FROM held WHERE subscriber_id = ?", (subscriber,))
        self._store.execute("DELETE FROM told WHERE subscriber_id = ?", (subscriber,))
