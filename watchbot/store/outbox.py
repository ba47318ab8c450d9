"""The outbox: every message that is to be sent, once.

A delivery's key is unique over edition, issue, subscriber and channel, so queueing it again does nothing. Its payload is
rendered when queued: sending again after a failure sends the same bytes.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from watchbot.model import Delivery, DeliveryState
from watchbot.store.columns import marks, time_text, to_time, to_time_or_none

if TYPE_CHECKING:
    from watchbot.store.database import Store

# What stands in the place of an edition for letters that answer a request to subscribe.
CONFIRMATION = "confirmation"
_WAITING = "state IN ('queued', 'sending')"
# A reader who paused (or is no reader at the moment) gets nothing but what answers a request of his own.
_HELD = (
    f"edition <> '{CONFIRMATION}' AND EXISTS"
    " (SELECT 1 FROM subscribers AS reader WHERE reader.id = outbox.subscriber_id AND reader.state <> 'active')"
)
_TO_SEND = f"{_WAITING} AND NOT ({_HELD})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A delivery with all that is needed to send it. `step` is how far an interrupted transmission went."""

    delivery: Delivery
    address: str
    payload: Mapping[str, Any]
    step: str = ""
    parts_done: int = 0


def delivery_key(edition: str, issue: str, subscriber: str, channel: str) -> str:
    """What makes a delivery this one and no other."""
    return "|".join((edition, issue, subscriber, channel))


class Outbox:
    """The table of deliveries."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def enqueue(self, outgoing: Iterable[Outgoing], at: datetime) -> int:
        """Queue messages; those that are known by their key are left as they are. Returns how many were new."""
        moment = time_text(at)
        rows = [
            (
                one.delivery.key,
                one.delivery.edition,
                one.delivery.issue,
                one.delivery.subscriber_id,
                one.delivery.channel,
                one.address,
                pack(one.payload),
                moment,
                moment,
            )
            for one in outgoing
        ]
        with self._store.transaction():
            before = self._store.connection.total_changes
            self._store.executemany(
                "INSERT OR IGNORE INTO outbox (key, edition, issue, subscriber_id, channel, address, payload, next_attempt_at,"
                " created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                rows,
            )
            return self._store.connection.total_changes - before

    def known(self, keys: Sequence[str]) -> frozenset[str]:
        """Which of these deliveries were queued already, in whatever state they are."""
        found: set[str] = set()
        for start in range(0, len(keys), 400):
            chunk = keys[start : start + 400]
            rows = self._store.rows(f"SELECT key FROM outbox WHERE key IN ({marks(chunk)})", list(chunk))
            found.update(row[0] for row in rows)
        return frozenset(found)

    def due(self, channel: str, now: datetime, limit: int = 100) -> list[Outgoing]:
        """Messages to send now: queued ones whose time has come, and ones whose transmission was interrupted; none held."""
        sql = (
            f"SELECT * FROM outbox WHERE channel = ? AND {_TO_SEND} AND next_attempt_at <= ?"
            " ORDER BY next_attempt_at, key LIMIT ?"
        )
        return [_outgoing(row) for row in self._store.rows(sql, (channel, time_text(now), limit))]

    def waits(self, key: str) -> bool:
        """Whether this message is still to be sent: what was in hand may have been called off or held meanwhile."""
        sql = f"SELECT 1 FROM outbox WHERE key = ? AND {_TO_SEND}"
        return self._store.row(sql, (key,)) is not None

    def others_wait(self, key: str) -> bool:
        """Whether other Telegram messages, none in doubt, wait for chats that share their ids (all but supergroups)."""
        sql = (
            "SELECT 1 FROM outbox WHERE channel = 'telegram' AND key <> ? AND step = ''"
            f" AND {_TO_SEND} AND address NOT LIKE '-100%'"
        )
        return self._store.row(sql, (key,)) is not None

    def next_due(self, channel: str | None = None) -> datetime | None:
        """When the earliest waiting message is due; of one channel when given."""
        sql = f"SELECT min(next_attempt_at) FROM outbox WHERE {_TO_SEND} AND channel = coalesce(?, channel)"
        row = self._store.row(sql, (channel,))
        return to_time_or_none(row[0]) if row is not None else None

    def oldest_waiting(self) -> tuple[datetime, str] | None:
        """When the message that has waited longest was queued, and its last error; none that is held."""
        sql = f"SELECT created_at, error FROM outbox WHERE {_TO_SEND} ORDER BY created_at LIMIT 1"
        row = self._store.row(sql)
        return (to_time(row[0]), row[1]) if row is not None else None

    def mark(
        self,
        key: str,
        state: DeliveryState,
        *,
        step: str = "",
        parts_done: int | None = None,
        receipt: int | None = None,
    ) -> None:
        """Record how far a transmission is, durably: the mark outlives even a power cut."""
        self._store.execute("PRAGMA synchronous = FULL")
        try:
            self._store.execute(
                "UPDATE outbox SET state = ?, step = ?, parts_done = coalesce(?, parts_done),"
                " receipt = coalesce(?, receipt) WHERE key = ? AND state IN ('queued', 'sending')",
                (state.value, step, parts_done, receipt, key),
            )
        finally:
            self._store.execute("PRAGMA synchronous = NORMAL")

    def receipts(self) -> dict[str, int]:
        """The highest receipt of each address."""
        sql = "SELECT address, max(receipt) FROM outbox WHERE receipt IS NOT NULL GROUP BY address"
        return {row[0]: row[1] for row in self._store.rows(sql)}

    def sent(self, key: str, at: datetime) -> None:
        """The message was accepted."""
        self._finish(key, DeliveryState.SENT, "", time_text(at))

    def postpone(self, key: str, until: datetime, error: str, *, counted: bool = True) -> None:
        """A passing failure: try again at `until`. Not `counted` when the recipient is not to blame.

        How far the transmission went stays as it was marked: a doubt outlives the pause.
        """
        sql = "UPDATE outbox SET state = 'queued', attempts = attempts + ?, next_attempt_at = ?, error = ?"
        sql += " WHERE key = ? AND state IN ('queued', 'sending')"
        self._store.execute(sql, (int(counted), time_text(until), error[:500], key))

    def fail(self, key: str, error: str) -> None:
        """The message will never be accepted."""
        self._finish(key, DeliveryState.FAILED, error, None)

    def suppress(self, subscriber: str, error: str) -> None:
        """Nothing more is sent to this subscriber."""
        sql = "UPDATE outbox SET state = 'suppressed', error = ? WHERE subscriber_id = ? AND state IN ('queued', 'sending')"
        self._store.execute(sql, (error[:500], subscriber))

    def call_off_held(self, before: datetime) -> int:
        """Call off what has been held for its reader since before a moment: it is no news any more. Returns how many."""
        sql = f"UPDATE outbox SET state = 'suppressed', error = ? WHERE {_WAITING} AND created_at < ? AND {_HELD}"
        return self._store.execute(sql, ("the reader paused", time_text(before))).rowcount

    def mails(self) -> list[tuple[str, str]]:
        """Every delivery by e-mail as (key, subscriber), newest first."""
        rows = self._store.rows(
            "SELECT key, subscriber_id FROM outbox WHERE channel = 'email' ORDER BY created_at DESC"
        )
        return [(row[0], row[1]) for row in rows]

    def counts(
        self, edition: str | None = None, issue: str | None = None, since: datetime | None = None
    ) -> Counter[str]:
        """How many deliveries are in each state: of an edition, of an issue, queued since a moment."""
        limits = (
            ("edition = ?", edition),
            ("issue = ?", issue),
            ("created_at >= ?", time_text(since) if since else None),
        )
        where = [(c, v) for c, v in limits if v is not None]
        clause = "WHERE " + " AND ".join(c for c, _ in where) if where else ""
        rows = self._store.rows(f"SELECT state, count(*) FROM outbox {clause} GROUP BY state", [v for _, v in where])
        return Counter({row[0]: row[1] for row in rows})

    def deliveries(
        self, *, state: DeliveryState | None = None, since: datetime | None = None, limit: int = 100
    ) -> list[Delivery]:
        """The newest deliveries: in one state, queued since a moment."""
        sql = "SELECT * FROM outbox WHERE state = coalesce(?, state) AND created_at >= ? ORDER BY created_at DESC, key LIMIT ?"
        parameters = (state.value if state else None, time_text(since) if since else "", limit)
        return [_delivery(row) for row in self._store.rows(sql, parameters)]

    def of(self, subscriber: str) -> list[Delivery]:
        """Every delivery to a subscriber, oldest first."""
        sql = "SELECT * FROM outbox WHERE subscriber_id = ? ORDER BY created_at, key"
        return [_delivery(row) for row in self._store.rows(sql, (subscriber,))]

    def queued_at(self, subscriber: str, edition: str, since: datetime) -> list[datetime]:
        """When each message of an edition to a subscriber was queued, oldest first."""
        sql = "SELECT created_at FROM outbox WHERE subscriber_id = ? AND edition = ? AND created_at > ? ORDER BY created_at"
        return [to_time(row[0]) for row in self._store.rows(sql, (subscriber, edition, time_text(since)))]

    def payload(self, key: str) -> Mapping[str, Any] | None:
        """What was or will be sent."""
        row = self._store.row("SELECT payload FROM outbox WHERE key = ?", (key,))
        return unpack(row[0]) if row is not None else None

    def forget_contents(self, before: datetime) -> int:
        """Empty the payloads of what was sent or given up before a moment: that it was sent stays known. Returns how many."""
        sql = (
            "UPDATE outbox SET payload = ? WHERE state NOT IN ('queued', 'sending') AND created_at < ? AND payload <> ?"
        )
        empty = pack({})
        return self._store.execute(sql, (empty, time_text(before), empty)).rowcount

    def _finish(self, key: str, state: DeliveryState, error: str, sent_at: str | None) -> None:
        self._store.execute("PRAGMA synchronous = FULL")
        try:
            self._store.execute(
                "UPDATE outbox SET state = ?, step = '', attempts = attempts + 1, error = ?, sent_at = ? WHERE key = ?",
                (state.value, error[:500], sent_at, key),
            )
        finally:
            self._store.execute("PRAGMA synchronous = NORMAL")


def pack(payload: Mapping[str, Any]) -> bytes:
    """A payload as compressed JSON: the same payload, the same bytes."""
    return zlib.compress(json.dumps(payload, ensure_ascii=False, sort_keys=True).encode(), 6)


def unpack(packed: bytes) -> dict[str, Any]:
    """The payload that `pack` wrote."""
    payload: dict[str, Any] = json.loads(zlib.decompress(packed))
    return payload


def _delivery(row: sqlite3.Row) -> Delivery:
    return Delivery(
        key=row["key"],
        edition=row["edition"],
        issue=row["issue"],
        subscriber_id=row["subscriber_id"],
        channel=row["channel"],
        state=DeliveryState(row["state"]),
        attempts=row["attempts"],
        next_attempt_at=to_time(row["next_attempt_at"]),
        sent_at=to_time_or_none(row["sent_at"]),
        error=row["error"],
    )


def _outgoing(row: sqlite3.Row) -> Outgoing:
    return Outgoing(
        delivery=_delivery(row),
        address=row["address"],
        payload=unpack(row["payload"]),
        step=row["step"],
        parts_done=row["parts_done"],
    )
