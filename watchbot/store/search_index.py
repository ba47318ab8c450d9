"""What search keeps: packed records of items, the words of their texts, and full-text lookups by row number."""

from __future__ import annotations

import contextlib
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from watchbot.store.columns import marks, strings

if TYPE_CHECKING:
    from watchbot.store.database import Store

CHUNK = 400
# Of a body, what stands in for a missing summary is in so many characters.
LEAD_CHARACTERS = 1_200
# How long a search waits for another writer before it leaves the writing to it.
PATIENCE_MS = 40
_BM25 = "bm25(items_fts, 8.0, 3.0, 1.0)"


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRow:
    """An item as its record is made from. `judged` tells whether the classifier, or a person, has seen it."""

    n: int
    title: str
    summary: str
    lead: str
    sort_date: str
    region: str | None
    productions: tuple[str, ...]
    publisher: str
    edited: bool
    judged: bool
    relevant: bool
    topics: tuple[str, ...]


class SearchTable:
    """The tables of search, and the full-text index by row number (`items.n`)."""

    def __init__(self, store: Store) -> None:
        self._store = store

    # ------------------------------------------------------------------------------------------ records

    def newest_seq(self) -> int:
        """The number of the last writing; 0 when there was none."""
        row = self._store.row("SELECT max(seq) FROM search_rows")
        return int(row[0]) if row is not None and row[0] is not None else 0

    def dirty_count(self) -> int:
        """How many items have no record, or an old one."""
        row = self._store.row("SELECT count(*) FROM search_dirty")
        return int(row[0]) if row is not None else 0

    def has_dirty(self) -> bool:
        """Whether any item has no record, or an old one."""
        return self._store.row("SELECT 1 FROM search_dirty LIMIT 1") is not None

    def dirty(self, limit: int) -> list[RawRow]:
        """Items without an up-to-date record, newest first."""
        sql = (
            f"SELECT i.n, i.title, i.summary, substr(i.body, 1, {LEAD_CHARACTERS}) AS lead, i.sort_date, i.region, i.productions,"
            " i.publisher, i.edited_at, v.relevant,"
            " (SELECT group_concat(topic) FROM tags t WHERE t.item_id = i.id) AS topics"
            " FROM search_dirty d JOIN items i ON i.n = d.n LEFT JOIN verdicts v ON v.item_id = i.id ORDER BY d.n DESC LIMIT ?"
        )
        return [_raw(row) for row in self._store.rows(sql, (limit,))]

    def write(
        self, records: Sequence[tuple[int, bytes]], terms: Mapping[str, int], stems: Mapping[str, str], seq: int
    ) -> None:
        """Write records under `seq`, add to the counts of words, and take the items off the list of what is out of date."""
        with self._store.transaction():
            self._store.executemany(
                "INSERT INTO search_rows (n, seq, record) VALUES (?, ?, ?)"
                " ON CONFLICT (n) DO UPDATE SET seq = excluded.seq, record = excluded.record",
                [(n, seq, record) for n, record in records],
            )
            self._store.executemany(
                "INSERT INTO search_terms (term, stem, docs) VALUES (?, ?, ?)"
                " ON CONFLICT (term) DO UPDATE SET docs = docs + excluded.docs",
                [(term, stems[term], count) for term, count in terms.items()],
            )
            self._store.executemany("DELETE FROM search_dirty WHERE n = ?", [(n,) for n, _ in records])

    @contextlib.contextmanager
    def impatient(self) -> Iterator[None]:
        """Within, another writer's lock raises StoreError at once instead of being waited for."""
        row = self._store.row("PRAGMA busy_timeout")
        former = int(row[0]) if row is not None else 0
        self._store.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")
        try:
            yield
        finally:
            self._store.execute(f"PRAGMA busy_timeout = {former}")

    def forget_orphans(self) -> None:
        """Take off the list what is no item any more."""
        self._store.execute("DELETE FROM search_dirty WHERE n NOT IN (SELECT n FROM items)")

    def texts(self, numbers: Sequence[int], offset: int) -> dict[int, str]:
        """The hashes of texts in records, which stand there at `offset` in 16 bytes, in hexadecimal by row number."""
        found: dict[int, str] = {}
        for start in range(0, len(numbers), CHUNK):
            chunk = list(numbers[start : start + CHUNK])
            sql = f"SELECT n, lower(hex(substr(record, ?, 16))) FROM search_rows WHERE n IN ({marks(chunk)})"
            found.update((row[0], row[1]) for row in self._store.rows(sql, [offset + 1, *chunk]))
        return found

    def mark_all_dirty(self) -> None:
        """Have every record made again."""
        self._store.execute("INSERT INTO search_dirty (n) SELECT n FROM items WHERE 1 ON CONFLICT DO NOTHING")

    def records(self, after_seq: int, size: int = 50_000) -> Iterator[list[tuple[int, bytes]]]:
        """Records written after `after_seq`, as (n, record) in batches."""
        if after_seq <= 0:
            sql, last = "SELECT n, record FROM search_rows WHERE n > ? ORDER BY n LIMIT ?", 0
            while rows := self._store.rows(sql, (last, size)):
                last = rows[-1][0]
                yield [(row[0], row[1]) for row in rows]
            return
        rows = self._store.rows("SELECT n, record FROM search_rows WHERE seq > ? ORDER BY n", (after_seq,))
        if rows:
            yield [(row[0], row[1]) for row in rows]

    # ------------------------------------------------------------------------------------------ names and centre

    def names(self, kind: str) -> dict[str, int]:
        """The codes of names of a kind."""
        rows = self._store.rows("SELECT name, code FROM search_names WHERE kind = ?", (kind,))
        return {row[0]: row[1] for row in rows}

    def identity(self) -> str:
        """What tells this database from another that is put in its place; empty before the first record."""
        row = self._store.row("SELECT name FROM search_names WHERE kind = 'identity'")
        return str(row[0]) if row is not None else ""

    def add_names(self, kind: str, codes: Mapping[str, int]) -> None:
        """Record the codes of names that are new."""
        self._store.executemany(
            "INSERT INTO search_names (kind, code, name) VALUES (?, ?, ?)",
            [(kind, code, name) for name, code in codes.items()],
        )

    def centre(self) -> tuple[str, int, bytes] | None:
        """The encoder of the codes, over how many vectors the mean was taken, and the mean as float32 bytes."""
        row = self._store.row("SELECT encoder, vectors, mean FROM search_centre")
        return (row[0], row[1], row[2]) if row is not None else None

    def set_centre(self, encoder: str, vectors: int, mean: bytes) -> None:
        """Write the mean that codes are centred on from now on; every record is to be made again."""
        with self._store.transaction():
            self._store.execute(
                "INSERT INTO search_centre (one, encoder, vectors, mean) VALUES (1, ?, ?, ?) ON CONFLICT (one) DO UPDATE SET"
                " encoder = excluded.encoder, vectors = excluded.vectors, mean = excluded.mean",
                (encoder, vectors, mean),
            )
            self.mark_all_dirty()

    def sample_vectors(self, encoder: str, size: int) -> list[bytes]:
        """Some vectors of an encoder, in the order of the hashes of their texts, which is as good as chance."""
        sql = "SELECT vector FROM vectors WHERE encoder = ? ORDER BY text_hash LIMIT ?"
        return [row[0] for row in self._store.rows(sql, (encoder, size))]

    # ------------------------------------------------------------------------------------------ words

    def forms(self, stem: str, limit: int = 8) -> list[tuple[str, int]]:
        """The words of a stem, with the number of items that hold each, most frequent first."""
        sql = "SELECT term, docs FROM search_terms WHERE stem = ? ORDER BY docs DESC, term LIMIT ?"
        return [(row[0], row[1]) for row in self._store.rows(sql, (stem, limit))]

    def beginning(self, prefix: str, limit: int = 8) -> list[tuple[str, int]]:
        """The most frequent words that begin so."""
        sql = "SELECT term, docs FROM search_terms WHERE term >= ? AND term < ? ORDER BY docs DESC, term LIMIT ?"
        return [(row[0], row[1]) for row in self._store.rows(sql, (prefix, prefix + "\U0010ffff", limit))]

    def docs(self, term: str) -> int:
        """How many items hold a word in their title or summary."""
        row = self._store.row("SELECT docs FROM search_terms WHERE term = ?", (term,))
        return int(row[0]) if row is not None else 0

    def all_terms(self) -> dict[str, int]:
        """Every word, with the number of items that hold it."""
        return {row[0]: row[1] for row in self._store.rows("SELECT term, docs FROM search_terms")}

    # ------------------------------------------------------------------------------------------ full text

    def scored(self, expression: str, limit: int) -> list[tuple[int, float]]:
        """Row numbers and BM25 scores (lower is better) of items that match; title weighs most."""
        sql = f"SELECT rowid, {_BM25} FROM items_fts WHERE items_fts MATCH ? LIMIT ?"
        return self._store.rows(sql, (expression, limit))  # type: ignore[return-value]

    def newest_scored(self, expression: str, limit: int, low: int, high: int) -> list[tuple[int, float]]:
        """As `scored`, of the newest items that match with row numbers from `low` to `high`: only these are scored."""
        sql = (
            f"SELECT rowid, {_BM25} FROM items_fts WHERE items_fts MATCH ? AND rowid BETWEEN ? AND ?"
            " ORDER BY rowid DESC LIMIT ?"
        )
        return self._store.rows(sql, (expression, low, high, limit))  # type: ignore[return-value]

    def matching(self, expression: str, limit: int, low: int, high: int) -> list[int]:
        """Row numbers from `low` to `high` of the items that match, newest first."""
        sql = (
            "SELECT rowid FROM items_fts WHERE items_fts MATCH ? AND rowid BETWEEN ? AND ? ORDER BY rowid DESC LIMIT ?"
        )
        return [row[0] for row in self._store.rows(sql, (expression, low, high, limit))]

    def texts_of(self, numbers: Sequence[int]) -> dict[int, tuple[str, str, str]]:
        """Title, beginning of the summary, and publisher of items by row number."""
        found: dict[int, tuple[str, str, str]] = {}
        for start in range(0, len(numbers), CHUNK):
            chunk = list(numbers[start : start + CHUNK])
            sql = f"SELECT n, title, substr(summary, 1, 400), publisher FROM items WHERE n IN ({marks(chunk)})"
            found.update((row[0], (row[1], row[2], row[3])) for row in self._store.rows(sql, chunk))
        return found

    def ids(self, numbers: Sequence[int]) -> dict[int, str]:
        """The ids of items by row number."""
        found: dict[int, str] = {}
        for start in range(0, len(numbers), CHUNK):
            chunk = list(numbers[start : start + CHUNK])
            found.update(
                (row[0], row[1])
                for row in self._store.rows(f"SELECT n, id FROM items WHERE n IN ({marks(chunk)})", chunk)
            )
        return found

    def numbers(self, ids: Iterable[str]) -> list[int]:
        """The row numbers of items by id; unknown ids are left out."""
        found: list[int] = []
        wanted = list(ids)
        for start in range(0, len(wanted), CHUNK):
            chunk = wanted[start : start + CHUNK]
            found.extend(row[0] for row in self._store.rows(f"SELECT n FROM items WHERE id IN ({marks(chunk)})", chunk))
        return found


def counted(words: Iterable[Iterable[str]]) -> Counter[str]:
    """In how many of these texts each word stands."""
    counts: Counter[str] = Counter()
    for text in words:
        counts.update(set(text))
    return counts


def _raw(row: sqlite3.Row) -> RawRow:
    return RawRow(
        n=row["n"],
        title=row["title"],
        summary=row["summary"],
        lead=row["lead"],
        sort_date=row["sort_date"],
        region=row["region"],
        productions=strings(row["productions"]),
        publisher=row["publisher"],
        edited=row["edited_at"] is not None,
        judged=row["relevant"] is not None,
        relevant=bool(row["relevant"]),
        topics=tuple(row["topics"].split(",")) if row["topics"] else (),
    )
