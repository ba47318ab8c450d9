"""Vectors by text and encoder, as float16: the same text is encoded once, and encoders are never mixed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from watchbot.store.columns import marks

if TYPE_CHECKING:
    from watchbot.model import Vectors as Array
    from watchbot.store.database import Store

CHUNK = 400


class Vectors:
    """The table of vectors. Float16 keeps cosines to three decimals at half the size (see docs/classifier.md)."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get_many(self, encoder: str, hashes: Sequence[str]) -> dict[str, Array]:
        """The vectors that are known, by hash of their text, as float32 of shape (dimension,)."""
        found: dict[str, Array] = {}
        for start in range(0, len(hashes), CHUNK):
            chunk = list(hashes[start : start + CHUNK])
            sql = f"SELECT text_hash, vector FROM vectors WHERE encoder = ? AND text_hash IN ({marks(chunk)})"
            for row in self._store.rows(sql, [encoder, *chunk]):
                found[row[0]] = np.frombuffer(row[1], dtype="<f2").astype(np.float32)
        return found

    def put_many(self, encoder: str, vectors: Mapping[str, Array]) -> None:
        """Remember vectors by hash of their text."""
        rows = [(encoder, key, np.asarray(vector, dtype="<f2").tobytes()) for key, vector in vectors.items()]
        with self._store.transaction():
            self._store.executemany("INSERT OR IGNORE INTO vectors (encoder, text_hash, vector) VALUES (?, ?, ?)", rows)

    def count(self, encoder: str) -> int:
        """How many vectors of this encoder there are."""
        row = self._store.row("SELECT count(*) FROM vectors WHERE encoder = ?", (encoder,))
        return int(row[0]) if row is not None else 0

    def forget(self, encoder: str) -> int:
        """Drop every vector of an encoder that is no longer used."""
        return self._store.execute("DELETE FROM vectors WHERE encoder = ?", (encoder,)).rowcount
