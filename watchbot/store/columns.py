"""How values are written to columns: times as UTC ISO 8601 text that sorts, tuples as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime


def time_text(moment: datetime) -> str:
    """An aware datetime as `2026-11-24T07:30:00.000000Z`: fixed width, so text order is time order."""
    if moment.tzinfo is None:
        message = "naive datetime given to the store"
        raise ValueError(message)
    return moment.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


def time_or_none(moment: datetime | None) -> str | None:
    """As `time_text`, keeping None."""
    return None if moment is None else time_text(moment)


def to_time(text: str) -> datetime:
    """The aware UTC datetime that `time_text` wrote."""
    return datetime.fromisoformat(text)


def to_time_or_none(text: str | None) -> datetime | None:
    """As `to_time`, keeping None."""
    return None if text is None else datetime.fromisoformat(text)


def date_or_none(day: date | None) -> str | None:
    """A date as ISO 8601 text, keeping None."""
    return None if day is None else day.isoformat()


def to_date_or_none(text: str | None) -> date | None:
    """The date that `date_or_none` wrote."""
    return None if text is None else date.fromisoformat(text)


def json_text(values: object) -> str:
    """Compact JSON, not escaped to ASCII."""
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def strings(text: str) -> tuple[str, ...]:
    """A tuple of strings from its JSON text."""
    return tuple(json.loads(text))


def marks(values: Iterable[object]) -> str:
    """The placeholders `?,?,?` for an IN list of these values."""
    return ",".join("?" for _ in values)
