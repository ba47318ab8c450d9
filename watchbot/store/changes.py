"""Changes of tracked references and events of register records, each once."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from watchbot.model import Change, Edit, Significance
from watchbot.store.columns import date_or_none, json_text, marks, strings, time_text, to_date_or_none, to_time

if TYPE_CHECKING:
    from watchbot.store.database import Store

_CHUNK = 400


class Changes:
    """The table of changes."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, changes: Iterable[Change]) -> tuple[Change, ...]:
        """Record changes; return those that were not known yet, in order. A change is known by its id."""
        added = []
        with self._store.transaction():
            for change in changes:
                cursor = self._store.execute(
                    "INSERT OR IGNORE INTO changes (id, source_id, key, title, url, event, detected_at, significance, reasons, edits,"
                    " before_id, after_id, topics, due) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    _values(change),
                )
                if cursor.rowcount == 1:
                    added.append(change)
        return tuple(added)

    def get(self, change: str) -> Change | None:
        """The change with this id, or with an id that starts so when only one does."""
        row = self._store.row("SELECT * FROM changes WHERE id = ?", (change,))
        if row is None and len(change) >= 4:
            rows = self._store.rows("SELECT * FROM changes WHERE id >= ? AND id < ? LIMIT 2", (change, change + "g"))
            row = rows[0] if len(rows) == 1 else None
        return _change(row) if row is not None else None

    def known(self, ids: Sequence[str]) -> frozenset[str]:
        """Which of these ids are recorded."""
        found: set[str] = set()
        for start in range(0, len(ids), _CHUNK):
            chunk = ids[start : start + _CHUNK]
            found.update(
                row[0] for row in self._store.rows(f"SELECT id FROM changes WHERE id IN ({marks(chunk)})", chunk)
            )
        return frozenset(found)

    def list(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        source: str | None = None,
        key: str | None = None,
        event: str | None = None,
        significance: Significance | None = None,
        due_from: date | None = None,
        limit: int | None = None,
    ) -> tuple[Change, ...]:
        """Changes that pass every filter, newest first: detected in [`since`, `until`), due on `due_from` or later."""
        filters: Sequence[tuple[str, Any]] = [
            ("detected_at >= ?", time_text(since) if since else None),
            ("detected_at < ?", time_text(until) if until else None),
            ("source_id = ?", source),
            ("key = ?", key),
            ("event = ?", event),
            ("significance = ?", significance.value if significance else None),
            ("due >= ?", date_or_none(due_from)),
        ]
        chosen = [(clause, value) for clause, value in filters if value is not None]
        where = f"WHERE {' AND '.join(clause for clause, _ in chosen)}" if chosen else ""
        rows = self._store.rows(
            f"SELECT * FROM changes {where} ORDER BY detected_at DESC, id LIMIT ?",
            [*(value for _, value in chosen), -1 if limit is None else limit],
        )
        return tuple(_change(row) for row in rows)

    def count(self) -> int:
        """How many changes there are."""
        row = self._store.row("SELECT count(*) FROM changes")
        return int(row[0]) if row is not None else 0


def _values(change: Change) -> tuple[Any, ...]:
    edits = [[edit.op, list(edit.path), edit.before, edit.after, edit.label] for edit in change.edits]
    return (
        change.id,
        change.source_id,
        change.key,
        change.title,
        change.url,
        change.event,
        time_text(change.detected_at),
        change.significance.value,
        json_text(change.reasons),
        zlib.compress(json_text(edits).encode("utf-8", "replace")),
        change.before_id,
        change.after_id,
        json_text(change.topics),
        date_or_none(change.due),
    )


def _change(row: sqlite3.Row) -> Change:
    edits = json.loads(zlib.decompress(row["edits"]))
    return Change(
        id=row["id"],
        source_id=row["source_id"],
        key=row["key"],
        title=row["title"],
        url=row["url"],
        event=row["event"],
        detected_at=to_time(row["detected_at"]),
        significance=Significance(row["significance"]),
        reasons=strings(row["reasons"]),
        edits=tuple(
            Edit(op=op, path=tuple(path), before=before, after=after, label=label)
            for op, path, before, after, label in edits
        ),
        before_id=row["before_id"],
        after_id=row["after_id"],
        topics=strings(row["topics"]),
        due=to_date_or_none(row["due"]),
    )
