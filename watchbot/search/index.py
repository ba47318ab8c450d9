"""The records of every item in memory, as columns: what filters and the search by meaning look at.

Bounded: about 90 bytes an item, 90 MB for a million. A process that answers many questions holds one index and refreshes it
before each; only what was written since is read. Making records (from items that are new, edited or newly judged) is part of
the pipeline, and what it left is made up for at the next question.
"""

from __future__ import annotations

import copy
import secrets
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from watchbot.errors import StoreError
from watchbot.search.rows import HEADER, MOST_TOPICS, pack, sign_code
from watchbot.search.spelling import Speller
from watchbot.search.words import stem, words_of
from watchbot.store.search_index import counted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from watchbot.store import Store
    from watchbot.store.search_index import RawRow

BATCH = 1_000
# The mean that codes are centred on is taken anew while the archive is small, each time it has grown so many times.
FIRST_CENTRE, GROWTH, LAST_CENTRE = 32, 8, 20_000
SAMPLE = 4_096
# Longer "words" are hashes or addresses: nobody misspells them.
LONGEST_TERM = 32
# Words are read again for correcting mistakes after so many writings.
STALE = 50

HashOf = Callable[[str, str, str], str]


@dataclass(slots=True)
class Columns:
    """The records as columns of `count` rows; arrays have room for more.

    Each field of the header is an array of its own, which is read three times faster than records side by side.
    `codes` holds 64 dimensions a row of the array.
    """

    count: int = 0
    numbers: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    fields: dict[str, NDArray[Any]] = field(
        default_factory=lambda: {name: np.zeros(0, HEADER[name]) for name in HEADER.names or ()}
    )
    coded: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))
    codes: NDArray[np.uint64] = field(default_factory=lambda: np.zeros((0, 0), np.uint64))
    places: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))

    def apply(self, records: list[tuple[int, bytes]]) -> None:
        """Put records in, new ones at the end and known ones in their place."""
        numbers = np.fromiter((n for n, _ in records), np.int64, len(records))
        widest = max(len(record) for _, record in records)
        size = HEADER.itemsize + -(-(widest - HEADER.itemsize) // 8) * 8
        raw = np.frombuffer(b"".join(record.ljust(size, b"\0") for _, record in records), np.uint8)
        raw = raw.reshape(len(records), size)
        self._make_room(int(numbers.max()), (size - HEADER.itemsize) // 8)
        places = self.places[numbers]
        fresh = np.flatnonzero(places < 0)
        places[fresh] = np.arange(self.count, self.count + len(fresh), dtype=np.int32)
        self.places[numbers] = places
        self._make_space(self.count + len(fresh))
        self.numbers[places] = numbers
        headers = np.ascontiguousarray(raw[:, : HEADER.itemsize]).view(HEADER).reshape(-1)
        for name, values in self.fields.items():
            values[places] = headers[name]
        self.coded[places] = np.fromiter(
            (len(record) > HEADER.itemsize for _, record in records), np.bool_, len(records)
        )
        if size > HEADER.itemsize:
            words = np.ascontiguousarray(raw[:, HEADER.itemsize :]).view("<u8")
            self.codes[: words.shape[1], places] = words.T
        self.count += len(fresh)

    def of(self, name: str) -> NDArray[Any]:
        """One field of the header (`rows.HEADER`) of every row."""
        return self.fields[name][: self.count]

    def places_of(self, numbers: Iterable[int]) -> NDArray[np.int32]:
        """Where these row numbers stand; those without a record are left out."""
        wanted = np.fromiter(numbers, np.int64)
        wanted = wanted[(wanted >= 0) & (wanted < len(self.places))]
        places = self.places[wanted]
        return places[places >= 0]

    def _make_room(self, highest: int, words: int) -> None:
        if highest >= len(self.places):
            grown = np.full(max(1_024, int((highest + 1) * 1.25)), -1, np.int32)
            grown[: len(self.places)] = self.places
            self.places = grown
        if words > self.codes.shape[0]:
            wider = np.zeros((words, self.codes.shape[1]), np.uint64)
            wider[: self.codes.shape[0]] = self.codes
            self.codes = wider

    def _make_space(self, count: int) -> None:
        capacity = len(self.numbers)
        if count <= capacity:
            return
        more = max(1_024, int(count * 1.25)) - capacity
        self.numbers = np.concatenate([self.numbers, np.zeros(more, np.int64)])
        for name, values in self.fields.items():
            self.fields[name] = np.concatenate([values, np.zeros(more, values.dtype)])
        self.coded = np.concatenate([self.coded, np.zeros(more, np.bool_)])
        self.codes = np.concatenate([self.codes, np.zeros((self.codes.shape[0], more), np.uint64)], axis=1)


class SearchIndex:
    """The records of one database in memory. Threads share it, each with its own store, and search in a `snapshot` of it."""

    def __init__(self, topics: Iterable[str], encoder: str, hash_of: HashOf) -> None:
        """Begin empty.

        Args:
            topics: The ids of the watch's topics.
            encoder: Whose vectors to search by.
            hash_of: The hash under which the vector of (title, summary, body) is stored.
        """
        self.encoder = encoder
        self.columns = Columns()
        self.names: dict[str, dict[str, int]] = {}
        self.mean: NDArray[np.float32] | None = None
        self._topics = tuple(topics)
        self._hash_of = hash_of
        self._seq = 0
        self._identity = ""
        self._lock = threading.RLock()
        self._speller: tuple[int, Speller] | None = None

    def speller(self, store: Store) -> Speller:
        """What corrects typing mistakes by the words of the archive, of not long ago."""
        with self._lock:
            if self._speller is None or abs(self._seq - self._speller[0]) > STALE:
                self._speller = (self._seq, Speller(store.search.all_terms()))
            return self._speller[1]

    def snapshot(self) -> SearchIndex:
        """The index as it is now, for one search: rows that other threads add from here on are not in it. Nothing is copied."""
        with self._lock:
            held = copy.copy(self)
            held.columns = replace(self.columns, fields=dict(self.columns.fields))
            return held

    def refresh(self, store: Store, *, most: int | None = None) -> int:
        """Bring the index up to date.

        Args:
            store: The database.
            most: Make at most so many records; those of the newest items first. None: all that are missing.

        Returns:
            How many records were made. While another process writes, none are, and the index stays as it was.
        """
        made = 0
        with self._lock:
            while store.search.has_dirty() and (most is None or made < most):
                count = self._make(store)
                if not count:
                    break
                made += count
            self._load(store)
        return made

    # ------------------------------------------------------------------------------------------ making

    def _make(self, store: Store) -> int:
        """Make the records of one batch in one transaction; 0 when another process holds the lock."""
        try:
            with store.search.impatient(), store.transaction():
                self._settle_centre(store)
                rows = store.search.dirty(BATCH)
                if not rows:
                    store.search.forget_orphans()
                    return 0
                self._write(store, rows)
                return len(rows)
        except StoreError:
            return 0

    def _write(self, store: Store, rows: list[RawRow]) -> None:
        names = {kind: store.search.names(kind) for kind in ("topic", "region", "publisher")}
        known = {kind: dict(codes) for kind, codes in names.items()}
        for topic in self._topics[:MOST_TOPICS]:
            names["topic"].setdefault(topic, len(names["topic"]))
        topics = {topic: bit for topic, bit in names["topic"].items() if bit < MOST_TOPICS}

        def code_of(kind: str, most: int) -> Callable[[str], int]:
            codes = names[kind]
            return lambda name: codes.setdefault(name, len(codes) + 1) if len(codes) < most or name in codes else 0

        hashes = [self._hash_of(row.title, row.summary, row.lead) for row in rows]
        vectors = store.vectors.get_many(self.encoder, list(dict.fromkeys(hashes)))
        mean = self._mean(store)
        region_of, publisher_of = code_of("region", 255), code_of("publisher", 65_535)
        records = []
        for row, text in zip(rows, hashes, strict=True):
            vector = vectors.get(text)
            code = sign_code(vector, mean) if vector is not None and mean is not None else b""
            records.append((row.n, pack(row, text, code, topics, region_of, publisher_of)))
        for kind, codes in names.items():
            store.search.add_names(kind, {name: c for name, c in codes.items() if name not in known[kind]})
        if not store.search.identity():
            store.search.add_names("identity", {secrets.token_hex(8): 0})
        terms = self._new_terms(store, rows, hashes)
        store.search.write(records, terms, {term: stem(term) for term in terms}, store.search.newest_seq() + 1)

    def _new_terms(self, store: Store, rows: list[RawRow], hashes: list[str]) -> dict[str, int]:
        """The words of texts that were not counted before in this form."""
        before = store.search.texts([row.n for row in rows], HEADER.fields["text"][1])  # type: ignore[index]
        fresh = [row for row, text in zip(rows, hashes, strict=True) if before.get(row.n) != text]
        counts = counted(
            [word for word in words_of(f"{row.title} {row.summary}") if len(word) <= LONGEST_TERM] for row in fresh
        )
        return dict(counts)

    def _settle_centre(self, store: Store) -> None:
        """Take the mean of the vectors when there is none, too few were seen for it, or the encoder is another."""
        centre = store.search.centre()
        if centre is not None and centre[0] == self.encoder and centre[1] >= LAST_CENTRE:
            return
        known = store.vectors.count(self.encoder)
        needed = FIRST_CENTRE if centre is None or centre[0] != self.encoder else centre[1] * GROWTH
        if known < min(needed, LAST_CENTRE):
            return
        sample = store.search.sample_vectors(self.encoder, SAMPLE)
        vectors = np.frombuffer(b"".join(sample), "<f2").reshape(len(sample), -1).astype(np.float32)
        store.search.set_centre(self.encoder, known, vectors.mean(axis=0).astype("<f4").tobytes())
        self.mean = None

    def _mean(self, store: Store) -> NDArray[np.float32] | None:
        centre = store.search.centre()
        return np.frombuffer(centre[2], "<f4") if centre is not None and centre[0] == self.encoder else None

    # ------------------------------------------------------------------------------------------ loading

    def _load(self, store: Store) -> None:
        """Read what was written since, by this process or another."""
        newest, identity = store.search.newest_seq(), store.search.identity()
        if (newest, identity) == (self._seq, self._identity):
            return
        if newest < self._seq or identity != self._identity:  # another file, or one restored from a backup
            self.columns, self._seq, self._identity = Columns(), 0, identity
        for records in store.search.records(self._seq):
            self.columns.apply(records)
        self._seq = newest
        self.names = {kind: store.search.names(kind) for kind in ("topic", "region", "publisher")}
        self.mean = self._mean(store)
