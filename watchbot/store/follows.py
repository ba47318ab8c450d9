"""What readers follow, and which matches they were told: each match once for ever.

Follows go with their subscriber: erasing the one erases the others, by foreign key.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from watchbot.model import Followed, FollowedKind, FollowPace
from watchbot.store.columns import (
    date_or_none,
    json_text,
    marks,
    strings,
    time_or_none,
    time_text,
    to_date_or_none,
    to_time,
    to_time_or_none,
)

if TYPE_CHECKING:
    from watchbot.store.database import Store

_CHUNK = 400


def follow_id(subscriber: str, kind: FollowedKind, target: str, without: Collection[str] = ()) -> str:
    """The id of a follow: 10 hexadecimal digits, the same whenever the same reader follows the same thing."""
    parts = (subscriber, kind.value, target, *sorted(without))
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:10]


class Follows:
    """The tables of follows and of their matches."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def save(self, followed: Followed) -> None:
        """Insert a follow, or write its label, pace, days, and what was last looked at."""
        self._store.execute(
            "INSERT INTO follows (id, subscriber_id, kind, target, without, label, pace, days, created_at, looked_at, due,"
            " due_since) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET label = excluded.label,"
            " pace = excluded.pace, days = excluded.days, looked_at = excluded.looked_at, due = excluded.due,"
            " due_since = excluded.due_since",
            (
                followed.id,
                followed.subscriber_id,
                followed.kind.value,
                followed.target,
                json_text(sorted(followed.without)),
                followed.label,
                followed.pace.value,
                json_text(followed.days),
                time_text(followed.created_at),
                time_or_none(followed.looked_at),
                date_or_none(followed.due),
                time_or_none(followed.due_since),
            ),
        )

    def get(self, followed: str) -> Followed | None:
        """The follow with this id."""
        row = self._store.row("SELECT * FROM follows WHERE id = ?", (followed,))
        return _followed(row) if row is not None else None

    def of(self, subscriber: str) -> list[Followed]:
        """What a subscriber follows, oldest first."""
        sql = "SELECT * FROM follows WHERE subscriber_id = ? ORDER BY created_at, id"
        return [_followed(row) for row in self._store.rows(sql, (subscriber,))]

    def all(self) -> list[Followed]:
        """Every follow of subscribers who are written to, by subscriber, oldest first."""
        sql = (
            "SELECT f.* FROM follows f JOIN subscribers s ON s.id = f.subscriber_id WHERE s.state = 'active'"
            " ORDER BY f.subscriber_id, f.created_at, f.id"
        )
        return [_followed(row) for row in self._store.rows(sql)]

    def looked(self, follows: Iterable[str], at: datetime) -> None:
        """Matches of these follows were looked for."""
        moment = time_text(at)
        self._store.executemany("UPDATE follows SET looked_at = ? WHERE id = ?", [(moment, one) for one in follows])

    def know_due(self, followed: str, due: date, at: datetime) -> None:
        """The reader knows of this date from now on."""
        sql = "UPDATE follows SET due = ?, due_since = ? WHERE id = ?"
        self._store.execute(sql, (due.isoformat(), time_text(at), followed))

    def has_waiting(self, subscriber: str) -> bool:
        """Whether something waits for this subscriber's next digest."""
        sql = (
            "SELECT 1 FROM follow_matches m JOIN follows f ON f.id = m.follow_id WHERE f.subscriber_id = ?"
            " AND m.told_by IS NULL"
        )
        return self._store.row(sql, (subscriber,)) is not None

    def count(self, subscriber: str) -> int:
        """How many things a subscriber follows."""
        row = self._store.row("SELECT count(*) FROM follows WHERE subscriber_id = ?", (subscriber,))
        return int(row[0]) if row is not None else 0

    def remove(self, followed: str) -> bool:
        """Forget a follow and its matches; returns whether there was one."""
        return self._store.execute("DELETE FROM follows WHERE id = ?", (followed,)).rowcount > 0

    # ------------------------------------------------------------------------------------------ matches

    def unknown(self, followed: str, what: Sequence[str]) -> list[str]:
        """Which of these matches are not recorded yet, in order."""
        known: set[str] = set()
        for start in range(0, len(what), _CHUNK):
            chunk = list(what[start : start + _CHUNK])
            sql = f"SELECT what FROM follow_matches WHERE follow_id = ? AND what IN ({marks(chunk)})"
            known.update(row[0] for row in self._store.rows(sql, [followed, *chunk]))
        return [one for one in what if one not in known]

    def record(self, matches: Iterable[tuple[str, str]], at: datetime, told_by: str | None) -> None:
        """Record matches as (follow, what): told by a delivery, known otherwise (empty), or waiting (None)."""
        moment = time_text(at)
        self._store.executemany(
            "INSERT OR IGNORE INTO follow_matches (follow_id, what, found_at, told_by) VALUES (?, ?, ?, ?)",
            [(one, what, moment, told_by) for one, what in matches],
        )

    def waiting(self, followed: str) -> list[str]:
        """Matches that wait for the next digest, oldest first."""
        sql = "SELECT what FROM follow_matches WHERE follow_id = ? AND told_by IS NULL ORDER BY found_at, what"
        return [row[0] for row in self._store.rows(sql, (followed,))]

    def tell(self, matches: Iterable[tuple[str, str]], told_by: str) -> None:
        """Waiting matches were told by a delivery. To be called with its queueing."""
        self._store.executemany(
            "UPDATE follow_matches SET told_by = ? WHERE follow_id = ? AND what = ? AND told_by IS NULL",
            [(told_by, one, what) for one, what in matches],
        )

    def matches(self, followed: str) -> list[tuple[str, datetime, str | None]]:
        """Every match of a follow as (what, found at, told by), oldest first."""
        sql = "SELECT what, found_at, told_by FROM follow_matches WHERE follow_id = ? ORDER BY found_at, what"
        return [(row[0], to_time(row[1]), row[2]) for row in self._store.rows(sql, (followed,))]


def _followed(row: sqlite3.Row) -> Followed:
    return Followed(
        id=row["id"],
        subscriber_id=row["subscriber_id"],
        kind=FollowedKind(row["kind"]),
        target=row["target"],
        without=strings(row["without"]),
        label=row["label"],
        pace=FollowPace(row["pace"]),
        days=tuple(json.loads(row["days"])),
        created_at=to_time(row["created_at"]),
        looked_at=to_time_or_none(row["looked_at"]),
        due=to_date_or_none(row["due"]),
        due_since=to_time_or_none(row["due_since"]),
    )
