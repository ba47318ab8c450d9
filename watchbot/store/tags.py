"""Verdicts and tags: what the classifier, or a person, says of items. A person's judgement is never overwritten by the model."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from watchbot.model import Tag, Verdict
from watchbot.store.columns import json_text, marks, time_text, to_time

if TYPE_CHECKING:
    from watchbot.store.database import Store

CHUNK = 400


class Tags:
    """The tables of verdicts and tags."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def record(self, judged: Sequence[tuple[str, str, Verdict]], head: str, at: datetime, *, by: str = "model") -> None:
        """Write verdicts of items as (item id, hash of the text judged, verdict), with their tags best first."""
        with self._store.transaction():
            for item, text_hash, verdict in judged:
                if by == "model" and self.by_human(item):
                    continue
                self._store.execute(
                    "INSERT INTO verdicts (item_id, relevant, relevance, maybe, scores, head, text_hash, by, decided_at)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (item_id) DO UPDATE SET relevant = excluded.relevant,"
                    " relevance = excluded.relevance, maybe = excluded.maybe, scores = excluded.scores, head = excluded.head,"
                    " text_hash = excluded.text_hash, by = excluded.by, decided_at = excluded.decided_at",
                    (
                        item,
                        int(verdict.relevant),
                        verdict.relevance,
                        int(verdict.maybe),
                        json_text(dict(verdict.scores)),
                        head,
                        text_hash,
                        by,
                        time_text(at),
                    ),
                )
                self._store.execute("DELETE FROM tags WHERE item_id = ?", (item,))
                self._store.executemany(
                    "INSERT INTO tags (item_id, topic, score, rank, by) VALUES (?, ?, ?, ?, ?)",
                    [(item, t, verdict.scores.get(t, 1.0), rank, by) for rank, t in enumerate(verdict.topics)],
                )

    def by_human(self, item: str) -> bool:
        """Whether a person has judged this item."""
        return self._store.row("SELECT 1 FROM verdicts WHERE item_id = ? AND by = 'human'", (item,)) is not None

    def of(self, items: Sequence[str]) -> dict[str, tuple[Tag, ...]]:
        """The tags of items, best first; items without any are left out."""
        found: dict[str, list[Tag]] = {}
        for start in range(0, len(items), CHUNK):
            chunk = list(items[start : start + CHUNK])
            sql = f"SELECT item_id, topic, score, by FROM tags WHERE item_id IN ({marks(chunk)}) ORDER BY item_id, rank, topic"
            for row in self._store.rows(sql, chunk):
                found.setdefault(row["item_id"], []).append(Tag(topic=row["topic"], score=row["score"], by=row["by"]))
        return {item: tuple(tags) for item, tags in found.items()}

    def verdicts(self, items: Sequence[str]) -> dict[str, Verdict]:
        """The verdicts of items; items not judged yet are left out."""
        tags = self.of(items)
        found: dict[str, Verdict] = {}
        for start in range(0, len(items), CHUNK):
            chunk = list(items[start : start + CHUNK])
            for row in self._store.rows(f"SELECT * FROM verdicts WHERE item_id IN ({marks(chunk)})", chunk):
                found[row["item_id"]] = _verdict(row, tags.get(row["item_id"], ()))
        return found

    def waiting(self, heads: Sequence[str], size: int = 256) -> Iterator[list[str]]:
        """Ids of items that none of these heads has judged, or that were edited since, in batches.

        What the caller does not judge between two batches would come again for ever, so each batch is taken by row number.
        """
        last = 0
        sql = (
            "SELECT i.n, i.id FROM items i LEFT JOIN verdicts v ON v.item_id = i.id"
            f" WHERE i.n > ? AND {_unjudged(heads)} ORDER BY i.n LIMIT ?"
        )
        while rows := self._store.rows(sql, (last, *heads, size)):
            last = rows[-1]["n"]
            yield [row["id"] for row in rows]

    def waiting_count(self, heads: Sequence[str]) -> int:
        """How many items none of these heads has judged, or were edited since."""
        sql = f"SELECT count(*) FROM items i LEFT JOIN verdicts v ON v.item_id = i.id WHERE {_unjudged(heads)}"
        row = self._store.row(sql, tuple(heads))
        return int(row[0]) if row is not None else 0

    def relevant_since(self, moment: datetime) -> dict[str, datetime]:
        """Items that were judged relevant at or after a moment, by the model or by a person: when, by id."""
        sql = "SELECT item_id, decided_at FROM verdicts WHERE decided_at >= ? AND relevant = 1 ORDER BY item_id"
        return {row[0]: to_time(row[1]) for row in self._store.rows(sql, (time_text(moment),))}

    def counts(self) -> dict[str, int]:
        """How many items are kept, off topic, doubtful, and not judged yet."""
        row = self._store.row(
            "SELECT coalesce(sum(relevant), 0), coalesce(sum(1 - relevant), 0), coalesce(sum(maybe), 0) FROM verdicts"
        )
        kept, off, maybe = (int(value) for value in row) if row is not None else (0, 0, 0)
        return {"kept": kept, "off_topic": off, "maybe": maybe, "waiting": self._store.items.count() - kept - off}

    def topic_counts(self, since: datetime | None = None) -> dict[str, int]:
        """How many relevant items bear each topic."""
        where, parameters = ("AND i.sort_date >= ?", [time_text(since)]) if since else ("", [])
        sql = (
            "SELECT t.topic, count(*) FROM tags t JOIN verdicts v ON v.item_id = t.item_id JOIN items i ON i.id = t.item_id"
            f" WHERE v.relevant = 1 {where} GROUP BY t.topic ORDER BY 2 DESC, 1"
        )
        return {row[0]: row[1] for row in self._store.rows(sql, parameters)}

    def relevant_count(self, since: datetime) -> int:
        """How many relevant items are dated at or after a moment."""
        sql = (
            "SELECT count(*) FROM verdicts v JOIN items i ON i.id = v.item_id WHERE v.relevant = 1 AND i.sort_date >= ?"
        )
        row = self._store.row(sql, (time_text(since),))
        return int(row[0]) if row is not None else 0


def _unjudged(heads: Sequence[str]) -> str:
    return f"(v.item_id IS NULL OR (v.by = 'model' AND (v.head NOT IN ({marks(heads)}) OR v.decided_at < i.edited_at)))"


def _verdict(row: sqlite3.Row, tags: tuple[Tag, ...]) -> Verdict:
    return Verdict(
        relevant=bool(row["relevant"]),
        relevance=row["relevance"],
        topics=tuple(tag.topic for tag in tags),
        scores=json.loads(row["scores"]),
        maybe=bool(row["maybe"]),
    )
