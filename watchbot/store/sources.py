"""Sources: what is remembered of each from one visit to the next.

Validators must be recorded in the same transaction as what the visit brought: alone, they would make the next visit hear
"not modified" about items that were never stored.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from watchbot import __version__
from watchbot.model import Attempt, Source, SourceState, Validators
from watchbot.store.columns import marks, time_text, to_time, to_time_or_none

if TYPE_CHECKING:
    from watchbot.store.database import Store

# A page that could not be read is tried at so many visits.
MAX_TRIES = 5
_CHUNK = 400


# What was read with another table of sources.toml says nothing of what would be read with this one.
_FORGET_VALIDATORS = (
    "DELETE FROM validators WHERE source_id = :id"
    " AND EXISTS (SELECT 1 FROM source_states WHERE source_id = :id AND fingerprint <> :fingerprint)"
)
# What a server said of another address (moved, gone) does not hold for this one.
_RECORD = (
    "INSERT INTO source_states (source_id, url, fingerprint, next_due, moved_to, disabled_at, disabled_reason)"
    " VALUES (:id, :url, :fingerprint, :next_due, :moved_to, :disabled_at, :disabled_reason)"
    " ON CONFLICT DO UPDATE SET next_due = excluded.next_due, url = excluded.url, fingerprint = excluded.fingerprint,"
    " moved_to = CASE WHEN :ok THEN excluded.moved_to WHEN url = excluded.url THEN moved_to END,"
    " disabled_at = CASE WHEN :gone THEN excluded.disabled_at WHEN url = excluded.url THEN disabled_at END,"
    " disabled_reason = CASE WHEN :gone THEN excluded.disabled_reason WHEN url = excluded.url THEN disabled_reason"
    " ELSE '' END"
)


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
        """Remember one visit. To be called in the transaction that stores what the visit brought.

        A status of 410 disables the source until its address is changed or it is enabled again.

        Args:
            source: the source visited.
            attempt: the visit.
            validators: by address, to hold from now on; None to forget one.
            next_due: when to come again.
            unread: pages that could not be read for a passing reason.
            read: pages that now were.
        """
        gone = attempt.error == "gone"
        mark = fingerprint(source)
        values = {
            "id": source.id,
            "url": source.url,
            "fingerprint": mark,
            "next_due": time_text(next_due),
            "ok": attempt.ok,
            "moved_to": attempt.moved_to,
            "gone": gone,
            "disabled_at": time_text(attempt.started_at) if gone else None,
            "disabled_reason": attempt.message if gone else "",
        }
        with self._store.transaction():
            self._store.execute(_FORGET_VALIDATORS, {"id": source.id, "fingerprint": mark})
            self._store.execute(_RECORD, values)
            self._record_validators(source.id, validators)
            self._record_unread(source.id, unread, read, attempt.started_at)

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

    # ------------------------------------------------------------------------------------------ inside

    def _record_validators(self, source_id: str, validators: Mapping[str, Validators | None]) -> None:
        gone = [(source_id, address) for address, held in validators.items() if held is None]
        kept = [
            (source_id, address, held.etag, held.last_modified, time_text(held.stored_at))
            for address, held in validators.items()
            if held is not None
        ]
        if gone:
            self._store.executemany("DELETE FROM validators WHERE source_id = ? AND address = ?", gone)
        if kept:
            self._store.executemany(
                "INSERT OR REPLACE INTO validators (source_id, address, etag, last_modified, stored_at) VALUES (?, ?, ?, ?, ?)",
                kept,
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


def _plain(value: object) -> object:
    """What JSON has no word for: mappings that are no dicts, sets, and whatever else an option may be."""
    if isinstance(value, Mapping):
        return dict(value)
    return sorted(value, key=str) if isinstance(value, (set, frozenset)) else str(value)
