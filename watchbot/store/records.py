"""The register records a watch follows, as last seen."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from watchbot.model import CompetenceBlock, Record
from watchbot.store.columns import date_or_none, json_text, time_text, to_date_or_none

if TYPE_CHECKING:
    from watchbot.store.database import Store


class Records:
    """The table of records. Their versions are snapshots, keyed by number."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def save(self, source_id: str, records: Iterable[Record], seen_at: datetime) -> None:
        """Insert or refresh records; one that had been withdrawn and is back is no longer so."""
        moment = time_text(seen_at)
        with self._store.transaction():
            self._store.executemany(
                "INSERT INTO records (source_id, number, title, active, expires, data, first_seen, last_seen)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (source_id, number) DO UPDATE SET title = excluded.title,"
                " active = excluded.active, expires = excluded.expires, data = excluded.data, last_seen = excluded.last_seen,"
                " withdrawn_at = NULL",
                [
                    (source_id, r.number, r.title, r.active, date_or_none(r.expires), record_json(r), moment, moment)
                    for r in records
                ],
            )

    def withdraw(self, source_id: str, numbers: Iterable[str], at: datetime) -> None:
        """Mark records that their register no longer lists; they stay on file."""
        self._store.executemany(
            "UPDATE records SET withdrawn_at = ? WHERE source_id = ? AND number = ?",
            [(time_text(at), source_id, number) for number in numbers],
        )

    def known(self, source_id: str) -> dict[str, Record]:
        """The records of a source that are not withdrawn, by number."""
        rows = self._store.rows("SELECT data FROM records WHERE source_id = ? AND withdrawn_at IS NULL", (source_id,))
        records = (record_from_json(row[0]) for row in rows)
        return {record.number: record for record in records}

    def get(self, number: str) -> Record | None:
        """The record with this number (`RS6456`), as last seen by any source."""
        row = self._store.row(
            "SELECT data FROM records WHERE number = ? ORDER BY last_seen DESC LIMIT 1", (number.upper(),)
        )
        return record_from_json(row[0]) if row is not None else None

    def expiring(self, start: date, end: date) -> list[Record]:
        """The records whose registration ends in [`start`, `end`], soonest first."""
        sql = "SELECT data FROM records WHERE expires BETWEEN ? AND ? AND withdrawn_at IS NULL ORDER BY expires, number"
        return [record_from_json(row[0]) for row in self._store.rows(sql, (start.isoformat(), end.isoformat()))]

    def count(self, source_id: str | None = None) -> int:
        """How many records are on file, withdrawn ones included."""
        where, parameters = ("", ()) if source_id is None else ("WHERE source_id = ?", (source_id,))
        row = self._store.row(f"SELECT count(*) FROM records {where}", parameters)
        return int(row[0]) if row is not None else 0


def record_json(record: Record) -> str:
    """A record as canonical JSON: the same record, the same text."""
    return json_text(
        {
            "number": record.number,
            "title": record.title,
            "short_title": record.short_title,
            "certifiers": record.certifiers,
            "level": record.level,
            "active": record.active,
            "registration": record.registration,
            "decided": date_or_none(record.decided),
            "effective": date_or_none(record.effective),
            "expires": date_or_none(record.expires),
            "formacodes": record.formacodes,
            "rome": record.rome,
            "nsf": record.nsf,
            "blocks": [[block.code, block.title] for block in record.blocks],
            "replaces": record.replaces,
            "replaced_by": record.replaced_by,
            "url": record.url,
            "extra": dict(sorted(record.extra.items())),
        }
    )


def record_from_json(text: str) -> Record:
    """The record that `record_json` wrote."""
    data: dict[str, Any] = json.loads(text)
    pairs = {name: tuple((code, label) for code, label in data[name]) for name in ("formacodes", "rome", "nsf")}
    return Record(
        number=data["number"],
        title=data["title"],
        short_title=data["short_title"],
        certifiers=tuple(data["certifiers"]),
        level=data["level"],
        active=data["active"],
        registration=data["registration"],
        decided=to_date_or_none(data["decided"]),
        effective=to_date_or_none(data["effective"]),
        expires=to_date_or_none(data["expires"]),
        blocks=tuple(CompetenceBlock(code=code, title=title) for code, title in data["blocks"]),
        replaces=tuple(data["replaces"]),
        replaced_by=tuple(data["replaced_by"]),
        url=data["url"],
        extra=data["extra"],
        **pairs,
    )
