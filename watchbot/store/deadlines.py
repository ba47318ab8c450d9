"""The calendar of what is due."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from watchbot.model import Deadline
from watchbot.store.columns import (
    date_or_none,
    json_text,
    marks,
    strings,
    time_or_none,
    to_date_or_none,
    to_time_or_none,
)

if TYPE_CHECKING:
    from watchbot.store.database import Store


class Deadlines:
    """The table of deadlines, and which text said which."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def save(self, entries: Iterable[Deadline]) -> None:
        """Insert or replace entries by their uid."""
        self._store.executemany(
            "INSERT INTO deadlines (uid, due, title, role, quote, confidence, item_ids, source_ids, url, previous, sequence,"
            " first_seen, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (uid) DO UPDATE SET due = excluded.due,"
            " title = excluded.title, quote = excluded.quote, confidence = excluded.confidence, item_ids = excluded.item_ids,"
            " source_ids = excluded.source_ids, url = excluded.url, previous = excluded.previous, sequence = excluded.sequence,"
            " changed_at = excluded.changed_at",
            [_values(entry) for entry in entries],
        )

    def upcoming(self, start: date, end: date) -> Sequence[Deadline]:
        """Entries due in [`start`, `end`], soonest first."""
        sql = "SELECT * FROM deadlines WHERE due BETWEEN ? AND ? ORDER BY due, uid"
        return [_deadline(row) for row in self._store.rows(sql, (start.isoformat(), end.isoformat()))]

    def get(self, uid: str) -> Deadline | None:
        """The entry with this uid."""
        row = self._store.row("SELECT * FROM deadlines WHERE uid = ?", (uid,))
        return _deadline(row) if row is not None else None

    def of_item(self, item: str) -> Sequence[Deadline]:
        """Entries that an item gives, soonest first."""
        sql = (
            "SELECT * FROM deadlines WHERE EXISTS (SELECT 1 FROM json_each(item_ids) WHERE value = ?) ORDER BY due, uid"
        )
        return [_deadline(row) for row in self._store.rows(sql, (item,))]

    def on(self, days: Sequence[date]) -> Sequence[Deadline]:
        """Entries due on one of these days."""
        if not days:
            return []
        sql = f"SELECT * FROM deadlines WHERE due IN ({marks(days)}) ORDER BY due, uid"
        return [_deadline(row) for row in self._store.rows(sql, [day.isoformat() for day in days])]

    def moved_from(self, days: Sequence[date]) -> Sequence[Deadline]:
        """Entries that a source moved away from one of these days."""
        if not days:
            return []
        sql = f"SELECT * FROM deadlines WHERE previous IN ({marks(days)}) ORDER BY due, uid"
        return [_deadline(row) for row in self._store.rows(sql, [day.isoformat() for day in days])]

    def said_by(self, text_key: str) -> Sequence[Deadline]:
        """Entries that a text gave."""
        sql = "SELECT d.* FROM deadlines d JOIN deadline_texts t ON t.uid = d.uid WHERE t.text_key = ? ORDER BY d.due, d.uid"
        return [_deadline(row) for row in self._store.rows(sql, (text_key,))]

    def set_said_by(self, text_key: str, uids: Iterable[str]) -> None:
        """Record which entries a text gives now."""
        self._store.execute("DELETE FROM deadline_texts WHERE text_key = ?", (text_key,))
        self._store.executemany(
            "INSERT OR IGNORE INTO deadline_texts (text_key, uid) VALUES (?, ?)", [(text_key, uid) for uid in uids]
        )

    def remove_unsaid(self) -> None:
        """Forget entries that no text gives any more."""
        self._store.execute("DELETE FROM deadlines WHERE uid NOT IN (SELECT uid FROM deadline_texts)")

    def unread(self, texts: Sequence[tuple[str, str]]) -> list[str]:
        """Of texts as (key, hash), the keys of those whose facts were not read yet in this form."""
        known: dict[str, str] = {}
        for start in range(0, len(texts), 400):
            chunk = [key for key, _ in texts[start : start + 400]]
            sql = f"SELECT text_key, text_hash FROM texts_read WHERE text_key IN ({marks(chunk)})"
            known.update((row[0], row[1]) for row in self._store.rows(sql, chunk))
        return [key for key, digest in texts if known.get(key) != digest]

    def mark_read(self, text_key: str, digest: str) -> None:
        """The facts of this form of a text were read."""
        sql = "INSERT INTO texts_read VALUES (?, ?) ON CONFLICT (text_key) DO UPDATE SET text_hash = excluded.text_hash"
        self._store.execute(sql, (text_key, digest))


def _values(entry: Deadline) -> tuple[object, ...]:
    return (
        entry.uid,
        entry.due.isoformat(),
        entry.title,
        entry.role,
        entry.quote,
        entry.confidence,
        json_text(entry.item_ids),
        json_text(entry.source_ids),
        entry.url,
        date_or_none(entry.previous),
        entry.sequence,
        time_or_none(entry.first_seen),
        time_or_none(entry.changed_at),
    )


def _deadline(row: sqlite3.Row) -> Deadline:
    return Deadline(
        uid=row["uid"],
        due=date.fromisoformat(row["due"]),
        title=row["title"],
        role=row["role"],
        quote=row["quote"],
        confidence=row["confidence"],
        item_ids=strings(row["item_ids"]),
        source_ids=strings(row["source_ids"]),
        url=row["url"],
        previous=to_date_or_none(row["previous"]),
        sequence=row["sequence"],
        first_seen=to_time_or_none(row["first_seen"]),
        changed_at=to_time_or_none(row["changed_at"]),
    )
