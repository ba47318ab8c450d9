"""Sources: what is remembered of each from one visit to the next.

Validators must be recorded in the same transaction as what the visit brought: alone, they would make the next visit hear
"not modified" about items that were never stored.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from watchbot import __version__
from watchbot.model import Attempt, Source, SourceState, Validators
from watchbot.store.columns import json_text, marks, strings, time_text, to_time, to_time_or_none

if TYPE_CHECKING:
    from watchbot.store.database import Store

# A page that could not be read is tried at so many visits.
MAX_TRIES = 5
_CHUNK = 400


# What was read with another table of sources.toml says nothing of what would be read with this one.
_FORGET_VALIDATORS = (
    "DELETE FROM validators WHERE source_id IN (SELECT s.source_id FROM json_each(?) AS mark"
    " JOIN source_states s ON s.source_id = mark.key WHERE s.fingerprint <> mark.value)"
)
_STATE = (
    "INSERT INTO source_states (source_id, url, fingerprint, next_due, days, moved_to, disabled_at, disabled_reason)"
)
# What a server said of another address (moved, gone) does not hold for this one.
_KEPT_MOVE = "moved_to = CASE WHEN url = excluded.url THEN moved_to END"
_NEW_MOVE = "moved_to = excluded.moved_to"
_STILL_DISABLED = (
    "disabled_at = CASE WHEN url = excluded.url THEN disabled_at END,"
    " disabled_reason = CASE WHEN url = excluded.url THEN disabled_reason ELSE '' END"
)
_NOW_DISABLED = "disabled_at = excluded.disabled_at, disabled_reason = excluded.disabled_reason"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visited:
    """One visit, to be remembered.

    Attributes:
        source: the source visited.
        attempt: the visit.
        validators: by address, to hold from now on; None to forget one.
        next_due: when to come again.
        unread: pages that could not be read for a passing reason.
        read: pages that now were.
        days: its newest days of publication, as `publication_days` gives them.
    """

    source: Source
    attempt: Attempt
    validators: Mapping[str, Validators | None]
    next_due: datetime
    unread: Collection[str] = ()
    read: Collection[str] = ()
    days: Sequence[datetime] | None = None


def fingerprint(source: Source) -> str:
    """What a source is collected by, in 16 hexadecimal digits.

    With another kind, address, option or version of watchbot, what was read before says nothing of what would be read now.
    """
    parts = [source.kind, source.url, source.timezone, source.language, source.options, __version__]
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class Sources:
    """The tables of source states, validators and unread pages."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def state(self, source: Source) -> SourceState:
        """What is remembered of a source."""
        return self.states([source])[source.id]

    def states(self, sources: Sequence[Source]) -> dict[str, SourceState]:
        """What is remembered of each of these sources, by id; for one never visited an empty state."""
        by_id = {source.id: source for source in sources}
        found = {one: SourceState(source_id=one) for one in by_id}
        ids = list(by_id)
        for start in range(0, len(ids), _CHUNK):
            chunk = ids[start : start + _CHUNK]
            validators, unread = self._validators(chunk), self._unread(chunk)
            sql = f"SELECT * FROM source_states WHERE source_id IN ({marks(chunk)})"
            for row in self._store.rows(sql, chunk):
                one = row["source_id"]
                source = by_id[one]
                same_url = row["url"] == source.url
                found[one] = SourceState(
                    source_id=one,
                    validators=validators.get(one, {}) if row["fingerprint"] == fingerprint(source) else {},
                    unread=unread.get(one, frozenset()),
                    next_due=to_time_or_none(row["next_due"]) if same_url else None,
                    disabled_at=to_time_or_none(row["disabled_at"]) if same_url else None,
                    disabled_reason=row["disabled_reason"] if same_url else "",
                    moved_to=row["moved_to"] if same_url else None,
                    told=row["told"],
                    told_at=to_time_or_none(row["told_at"]),
                    told_over=bool(row["told_over"]),
                )
        return found

    def due(self, sources: Sequence[Source], now: datetime) -> list[Source]:
        """Which of these sources are to be visited now, those due for longest first. Disabled ones never are."""
        states = self.states(sources)
        waiting = [(states[source.id].next_due, source) for source in sources if source.enabled]
        ready = [(due, s) for due, s in waiting if states[s.id].disabled_at is None and (due is None or due <= now)]
        return [source for _, source in sorted(ready, key=lambda pair: (pair[0] is not None, pair[0] or now))]

    def record(
        self,
        source: Source,
        attempt: Attempt,
        *,
        validators: Mapping[str, Validators | None],
        next_due: datetime,
        unread: Collection[str] = (),
        read: Collection[str] = (),
    ) -> None:
        """Remember one visit; see `record_all`."""
        visited = Visited(
            source=source, attempt=attempt, validators=validators, next_due=next_due, unread=unread, read=read
        )
        self.record_all([visited])

    def record_all(self, visits: Sequence[Visited]) -> None:
        """Remember visits. To be called in the transaction that stores what they brought.

        A status of 410 disables the source until its address is changed or it is enabled again.
        """
        marked = {one.source.id: fingerprint(one.source) for one in visits}
        with self._store.transaction():
            self._store.execute(_FORGET_VALIDATORS, (json_text(marked),))
            for gone, ok in ((False, True), (False, False), (True, False)):
                rows = [
                    _state_row(one, marked[one.source.id])
                    for one in visits
                    if (one.attempt.error == "gone", one.attempt.ok) == (gone, ok)
                ]
                self._store.insert_rows(
                    _STATE,
                    rows,
                    " ON CONFLICT DO UPDATE SET next_due = excluded.next_due, url = excluded.url, fingerprint ="
                    f" excluded.fingerprint, days = excluded.days, {_NEW_MOVE if ok else _KEPT_MOVE},"
                    f" {_NOW_DISABLED if gone else _STILL_DISABLED}",
                )
            self._record_validators(visits)
            for one in visits:
                self._record_unread(one.source.id, one.unread, one.read, one.attempt.started_at)

    def enable(self, source: Source) -> None:
        """Visit a source again that the server said was gone."""
        sql = "UPDATE source_states SET disabled_at = NULL, disabled_reason = '', next_due = NULL WHERE source_id = ?"
        self._store.execute(sql, (source.id,))

    def make_due(self, source_ids: Sequence[str]) -> None:
        """Visit these sources at the next round, whatever their rhythm."""
        self._store.executemany(
            "UPDATE source_states SET next_due = NULL WHERE source_id = ?", [(one,) for one in source_ids]
        )

    def mark_told(self, source: Source, reason: str, at: datetime) -> None:
        """The administrator was told of this trouble."""
        sql = (
            "INSERT INTO source_states (source_id, url, told, told_at) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE"
            " SET told = excluded.told, told_at = excluded.told_at, told_over = 0"
        )
        self._store.execute(sql, (source.id, source.url, reason, time_text(at)))

    def mark_over(self, source: Source) -> None:
        """The trouble that the administrator was told of is over."""
        sql = "UPDATE source_states SET told_over = 1 WHERE source_id = ? AND told <> '' AND told_over = 0"
        self._store.execute(sql, (source.id,))

    def forget(self, source_id: str) -> None:
        """Forget all about a source but its items and attempts."""
        self._store.execute("DELETE FROM source_states WHERE source_id = ?", (source_id,))

    def dates(self, source_id: str, limit: int = 400) -> list[datetime]:
        """When the newest items of a source were published (or first seen), the newest first."""
        sql = (
            "SELECT i.sort_date FROM items i WHERE i.id IN (SELECT item_id FROM origins WHERE source_id = ?)"
            " ORDER BY i.sort_date DESC LIMIT ?"
        )
        return [to_time(row[0]) for row in self._store.rows(sql, (source_id, limit))]

    def publication_days(self, source_ids: Sequence[str], changed: Collection[str]) -> dict[str, list[datetime]]:
        """When each source published last on each of its newest days of publication, the newest first.

        Args:
            source_ids: the sources.
            changed: those that brought entries since their last visit was recorded: for the others what was worked
                out then still holds, and their whole past is not looked through again.
        """
        found: dict[str, list[datetime]] = {}
        for start in range(0, len(source_ids), _CHUNK):
            chunk = source_ids[start : start + _CHUNK]
            sql = f"SELECT source_id, days FROM source_states WHERE days IS NOT NULL AND source_id IN ({marks(chunk)})"
            for row in self._store.rows(sql, chunk):
                if row["source_id"] not in changed:
                    found[row["source_id"]] = [to_time(day) for day in strings(row["days"])]
        return found | self._publication_days([one for one in source_ids if one not in found])

    def _publication_days(self, source_ids: Sequence[str], limit: int = 12) -> dict[str, list[datetime]]:
        found: dict[str, list[datetime]] = {one: [] for one in source_ids}
        for start in range(0, len(source_ids), _CHUNK):
            chunk = source_ids[start : start + _CHUNK]
            sql = (
                "SELECT source_id, newest FROM (SELECT o.source_id, max(i.sort_date) AS newest, row_number() OVER"
                " (PARTITION BY o.source_id ORDER BY substr(i.sort_date, 1, 10) DESC) AS place FROM origins o"
                f" JOIN items i ON i.id = o.item_id WHERE o.source_id IN ({marks(chunk)})"
                " GROUP BY o.source_id, substr(i.sort_date, 1, 10)) WHERE place <= ? ORDER BY source_id, place"
            )
            for row in self._store.rows(sql, [*chunk, limit]):
                found[row["source_id"]].append(to_time(row["newest"]))
        return found

    # ------------------------------------------------------------------------------------------ inside

    def _record_validators(self, visits: Sequence[Visited]) -> None:
        gone: list[tuple[str, str]] = []
        kept: list[tuple[str, str, str | None, str | None, str]] = []
        for one in visits:
            for address, held in one.validators.items():
                if held is None:
                    gone.append((one.source.id, address))
                else:
                    stored_at = time_text(held.stored_at)
                    kept.append((one.source.id, address, held.etag, held.last_modified, stored_at))
        if gone:
            self._store.executemany("DELETE FROM validators WHERE source_id = ? AND address = ?", gone)
        self._store.insert_rows(
            "INSERT OR REPLACE INTO validators (source_id, address, etag, last_modified, stored_at)", kept
        )

    def _record_unread(self, source_id: str, unread: Collection[str], read: Collection[str], at: datetime) -> None:
        if read:
            sql = "DELETE FROM unread_pages WHERE source_id = ? AND address = ?"
            self._store.executemany(sql, [(source_id, address) for address in read])
        if unread:
            self._store.executemany(
                "INSERT INTO unread_pages (source_id, address, tries, tried_at) VALUES (?, ?, 1, ?)"
                " ON CONFLICT DO UPDATE SET tries = tries + 1, tried_at = excluded.tried_at",
                [(source_id, address, time_text(at)) for address in unread],
            )

    def _validators(self, ids: Sequence[str]) -> dict[str, dict[str, Validators]]:
        found: dict[str, dict[str, Validators]] = {}
        for row in self._store.rows(f"SELECT * FROM validators WHERE source_id IN ({marks(ids)})", ids):
            found.setdefault(row["source_id"], {})[row["address"]] = Validators(
                etag=row["etag"], last_modified=row["last_modified"], stored_at=to_time(row["stored_at"])
            )
        return found

    def _unread(self, ids: Sequence[str]) -> dict[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        sql = f"SELECT source_id, address FROM unread_pages WHERE source_id IN ({marks(ids)}) AND tries < ?"
        for row in self._store.rows(sql, [*ids, MAX_TRIES]):
            found.setdefault(row["source_id"], set()).add(row["address"])
        return {one: frozenset(addresses) for one, addresses in found.items()}


def _state_row(one: Visited, mark: str) -> tuple[object, ...]:
    gone = one.attempt.error == "gone"
    return (
        one.source.id,
        one.source.url,
        mark,
        time_text(one.next_due),
        None if one.days is None else json_text([time_text(day) for day in one.days]),
        one.attempt.moved_to,
        time_text(one.attempt.started_at) if gone else None,
        one.attempt.message if gone else "",
    )


def _plain(value: object) -> object:
    """What JSON has no word for: mappings that are no dicts, sets, and whatever else an option may be."""
    if isinstance(value, Mapping):
        return dict(value)
    return sorted(value, key=str) if isinstance(value, (set, frozenset)) else str(value)
