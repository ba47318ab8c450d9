"""Subscribers: who asked for what, and who must never be written to again."""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from watchbot.errors import UsageError
from watchbot.model import Subscriber
from watchbot.store.columns import json_text, strings, time_or_none, time_text, to_time, to_time_or_none

if TYPE_CHECKING:
    from watchbot.store.database import Store

_LISTS = ("editions", "topics", "regions", "kinds", "languages")


def address_key(address: str) -> str:
    """The address as it is compared: without outer blanks, in NFC and lower case."""
    return unicodedata.normalize("NFC", address.strip()).casefold()


def subscriber_id(channel: str, address: str, created_at: datetime) -> str:
    """A new subscriber's id: 16 hexadecimal digits of a SHA-256."""
    return hashlib.sha256(f"{channel}|{address_key(address)}|{time_text(created_at)}".encode()).hexdigest()[:16]


class Subscribers:
    """The table of subscribers and the list of suppressed addresses."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, subscriber: Subscriber, secret: bytes, *, asked: bool = False) -> Subscriber:
        """Record a subscriber, or return the one who already has this address on this channel.

        A suppressed address is taken only if the person `asked` for it, and then pending: confirming lifts the suppression.

        Raises:
            UsageError: the address is suppressed (it bounced, complained, or was erased); only a new confirmed request lifts that.
        """
        known = self.find(subscriber.channel, subscriber.address)
        if known is not None:
            return known
        if not asked and self.is_suppressed(subscriber.channel, subscriber.address, secret):
            message = "this address is on the suppression list; it has to ask for the digest again by itself"
            raise UsageError(message)
        self._insert(subscriber)
        return subscriber

    def save(self, subscriber: Subscriber) -> None:
        """Write changed preferences or state."""
        values = {**{name: json_text(getattr(subscriber, name)) for name in _LISTS}}
        self._store.execute(
            "UPDATE subscribers SET editions = :editions, topics = :topics, regions = :regions, kinds = :kinds,"
            " languages = :languages, frequency = :frequency, alerts = :alerts, state = :state, confirmed_at = :confirmed_at,"
            " asked_at = :asked_at WHERE id = :id",
            {
                **values,
                "frequency": subscriber.frequency,
                "alerts": int(subscriber.alerts),
                "state": subscriber.state,
                "confirmed_at": time_or_none(subscriber.confirmed_at),
                "asked_at": time_or_none(subscriber.asked_at),
                "id": subscriber.id,
            },
        )

    def set_state(self, subscriber: str, state: str) -> None:
        """Pause, resume or suppress a subscriber."""
        self._store.execute("UPDATE subscribers SET state = ? WHERE id = ?", (state, subscriber))

    def move(self, subscriber: str, address: str) -> None:
        """The same subscriber has another address now: a group that became a supergroup."""
        sql = "UPDATE subscribers SET address = ?, address_key = ? WHERE id = ?"
        self._store.execute(sql, (address.strip(), address_key(address), subscriber))

    def get(self, subscriber: str) -> Subscriber | None:
        """The subscriber with this id."""
        row = self._store.row("SELECT * FROM subscribers WHERE id = ?", (subscriber,))
        return _subscriber(row) if row is not None else None

    def find(self, channel: str, address: str) -> Subscriber | None:
        """The subscriber with this address on this channel."""
        sql = "SELECT * FROM subscribers WHERE channel = ? AND address_key = ?"
        row = self._store.row(sql, (channel, address_key(address)))
        return _subscriber(row) if row is not None else None

    def confirm(self, subscriber: str, at: datetime) -> Subscriber | None:
        """Turn a pending subscriber into an active one (double opt-in). Confirming twice changes nothing."""
        found = self.get(subscriber)
        if found is None or found.state not in {"pending", "paused"}:
            return found
        confirmed = replace(found, state="active", confirmed_at=found.confirmed_at or at)
        self.save(confirmed)
        return confirmed

    def active(self, edition: str | None = None, channels: Sequence[str] = ()) -> Iterator[Subscriber]:
        """Active subscribers, by id; of one edition when given."""
        for row in self._store.rows("SELECT * FROM subscribers WHERE state = 'active' ORDER BY id"):
            one = _subscriber(row)
            if (edition is None or edition in one.editions) and (not channels or one.channel in channels):
                yield one

    def all(self) -> list[Subscriber]:
        """Every subscriber, by date."""
        return [_subscriber(row) for row in self._store.rows("SELECT * FROM subscribers ORDER BY created_at, id")]

    def remove(self, subscriber: str) -> bool:
        """Forget a subscriber: the row, what was sent, and what waits to be sent. Nothing of the person is kept."""
        with self._store.transaction():
            self._store.execute("DELETE FROM outbox WHERE subscriber_id = ?", (subscriber,))
            return self._store.execute("DELETE FROM subscribers WHERE id = ?", (subscriber,)).rowcount > 0

    # ------------------------------------------------------------------------------------------ suppression

    def suppress(self, channel: str, address: str, reason: str, secret: bytes, at: datetime) -> None:
        """Never write to this address again."""
        self._store.execute(
            "INSERT OR IGNORE INTO suppressions (hash, reason, suppressed_at) VALUES (?, ?, ?)",
            (suppression_hash(channel, address, secret), reason, time_text(at)),
        )

    def give_up(self, subscriber: str, reason: str, secret: bytes, at: datetime) -> bool:
        """Write to this subscriber no more: suppress the address, and call off what waits. Returns whether there is one."""
        found = self.get(subscriber)
        with self._store.transaction():
            self._store.outbox.suppress(subscriber, reason)
            if found is not None:
                self.set_state(found.id, "suppressed")
                self.suppress(found.channel, found.address, reason[:120], secret, at)
        return found is not None

    def lift(self, channel: str, address: str, secret: bytes) -> None:
        """The person asked again and confirmed: write to the address again."""
        self._store.execute("DELETE FROM suppressions WHERE hash = ?", (suppression_hash(channel, address, secret),))

    def is_suppressed(self, channel: str, address: str, secret: bytes) -> bool:
        """Whether the address is on the suppression list."""
        sql = "SELECT 1 FROM suppressions WHERE hash = ?"
        return self._store.row(sql, (suppression_hash(channel, address, secret),)) is not None

    def count_soft_bounce(self, subscriber: str) -> int:
        """One more passing refusal; returns how many in a row."""
        self._store.execute("UPDATE subscribers SET soft_bounces = soft_bounces + 1 WHERE id = ?", (subscriber,))
        row = self._store.row("SELECT soft_bounces FROM subscribers WHERE id = ?", (subscriber,))
        return int(row[0]) if row is not None else 0

    def clear_soft_bounces(self, subscriber: str) -> None:
        """A message arrived: passing refusals are forgotten."""
        self._store.execute("UPDATE subscribers SET soft_bounces = 0 WHERE id = ? AND soft_bounces > 0", (subscriber,))

    def _insert(self, subscriber: Subscriber) -> None:
        values: dict[str, Any] = {
            "id": subscriber.id,
            "channel": subscriber.channel,
            "address": subscriber.address.strip(),
            "address_key": address_key(subscriber.address),
            **{name: json_text(getattr(subscriber, name)) for name in _LISTS},
            "frequency": subscriber.frequency,
            "alerts": int(subscriber.alerts),
            "state": subscriber.state,
            "created_at": time_text(subscriber.created_at),
            "confirmed_at": time_or_none(subscriber.confirmed_at),
            "asked_at": time_or_none(subscriber.asked_at),
        }
        names = ", ".join(values)
        self._store.execute(f"INSERT INTO subscribers ({names}) VALUES (:{', :'.join(values)})", values)


def suppression_hash(channel: str, address: str, secret: bytes) -> str:
    """A keyed hash (HMAC-SHA-256): without the watch's secret key nobody can test addresses against the list."""
    return hmac.new(secret, f"{channel}|{address_key(address)}".encode(), hashlib.sha256).hexdigest()


def _subscriber(row: sqlite3.Row) -> Subscriber:
    return Subscriber(
        id=row["id"],
        channel=row["channel"],
        address=row["address"],
        editions=strings(row["editions"]),
        topics=strings(row["topics"]),
        regions=strings(row["regions"]),
        kinds=strings(row["kinds"]),
        languages=strings(row["languages"]),
        frequency=row["frequency"],
        alerts=bool(row["alerts"]),
        state=row["state"],
        created_at=to_time(row["created_at"]),
        confirmed_at=to_time_or_none(row["confirmed_at"]),
        asked_at=to_time_or_none(row["asked_at"]),
    )
