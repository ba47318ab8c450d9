"""Corrections: what people said of items, with author and date. Never deleted; the last word on a text counts."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from watchbot.model import Example
from watchbot.store.columns import json_text, strings, time_text

if TYPE_CHECKING:
    from watchbot.store.database import Store


class Corrections:
    """The table of corrections."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, example: Example, *, item: str | None, origin: str, at: datetime) -> bool:
        """Record one judgement; `origin` is `cli`, `bot`, `csv` or `digest`. What only repeats the last word is not recorded.

        The last word of the text counts, which is what training learns from, and that of the item: what was said of it
        and taken back is said anew when it is said again.
        """
        with self._store.transaction():
            if self._repeats(example, item):
                return False
            self._store.execute(
                "INSERT INTO corrections (key, item_id, title, summary, publisher, lang, topics, relevant, author, origin,"
                " corrected_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    self._key(example, at),
                    item,
                    example.title,
                    example.summary,
                    example.publisher,
                    example.lang,
                    json_text(example.topics),
                    int(example.relevant),
                    example.author,
                    origin,
                    time_text(at),
                ),
            )
        return True

    def _repeats(self, example: Example, item: str | None) -> bool:
        said = (json_text(example.topics), int(example.relevant), example.author)
        row = self._store.row(
            "SELECT topics, relevant, author FROM corrections WHERE title = ? AND summary = ? ORDER BY id DESC LIMIT 1",
            (example.title, example.summary),
        )
        if row is None or tuple(row) != said:
            return False
        if item is None:
            return True
        row = self._store.row(
            "SELECT topics, relevant, author FROM corrections WHERE item_id = ? ORDER BY id DESC LIMIT 1", (item,)
        )
        return row is not None and tuple(row) == said

    def _key(self, example: Example, at: datetime) -> str:
        """A key of its own for each judgement: its place among all is part of it, for the same may be said again."""
        row = self._store.row("SELECT coalesce(max(id), 0) + 1 FROM corrections")
        place = str(row[0]) if row is not None else ""
        parts = (example.title, example.summary, json_text(example.topics), str(example.relevant), example.author)
        return hashlib.sha256("\x1f".join((*parts, time_text(at), place)).encode()).hexdigest()[:32]

    def all(self) -> Sequence[Example]:
        """Every correction, oldest first."""
        return [_example(row) for row in self._store.rows("SELECT * FROM corrections ORDER BY id")]

    def latest(self, item: str) -> Example | None:
        """What was said last of an item, if a person judged it."""
        row = self._store.row("SELECT * FROM corrections WHERE item_id = ? ORDER BY id DESC LIMIT 1", (item,))
        return _example(row) if row is not None else None

    def count(self) -> int:
        """How many corrections there are."""
        row = self._store.row("SELECT count(*) FROM corrections")
        return int(row[0]) if row is not None else 0


def _example(row: sqlite3.Row) -> Example:
    return Example(
        title=row["title"],
        summary=row["summary"],
        topics=strings(row["topics"]),
        relevant=bool(row["relevant"]),
        lang=row["lang"],
        publisher=row["publisher"],
        theme=f"correction-{row['id']}",
        template=f"correction-{row['id']}",
        author=row["author"],
        date=row["corrected_at"][:10],
    )
