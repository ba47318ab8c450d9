"""Deadlines as an iCalendar file (RFC 5545, RFC 7986) that a calendar can subscribe to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from watchbot.model import Deadline

if TYPE_CHECKING:
    from icalendar import Event

ROLES = {
    "depot": "Dépôt",
    "validite": "Fin de validité",
    "entree-en-vigueur": "Entrée en vigueur",
    "evenement": "Événement",
}

_NBSP = "\u00a0"


def calendar_bytes(deadlines: Iterable[Deadline], now: datetime, name: str) -> bytes:
    """The calendar, soonest first: all-day events with stable UIDs; SEQUENCE grows when a source moves a date.

    Args:
        deadlines: what is due.
        now: goes into DTSTAMP, so that the same deadlines at the same moment give the same bytes.
        name: the calendar's name.
    """
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", "-//watchbot//echeances//FR")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", timedelta(hours=12), parameters={"value": "DURATION"})
    for deadline in sorted(deadlines, key=lambda one: (one.due, one.uid)):
        calendar.add_component(_event(deadline, now))
    return bytes(calendar.to_ical())


def _event(deadline: Deadline, now: datetime) -> Event:
    from icalendar import Alarm, Event

    title = " ".join(deadline.title.split())
    event = Event()
    event.add("uid", deadline.uid)
    event.add("sequence", deadline.sequence)
    event.add("dtstamp", now.astimezone(UTC).replace(microsecond=0))
    changed = deadline.changed_at or deadline.first_seen
    if changed is not None:
        event.add("last-modified", changed.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", deadline.due)
    event.add("dtend", deadline.due + timedelta(days=1))
    event.add("summary", f"{ROLES.get(deadline.role, 'Échéance')}{_NBSP}: {title}")
    lines = [f"«{_NBSP}{deadline.quote}{_NBSP}»"]
    if deadline.previous:
        lines.append(f"Date déplacée{_NBSP}; avant{_NBSP}: {deadline.previous.strftime('%d/%m/%Y')}")
    if deadline.source_ids:
        lines.append(f"Source{_NBSP}: " + ", ".join(deadline.source_ids))
    event.add("description", "\n".join(lines))
    if deadline.url:
        event.add("url", "".join(deadline.url.split()))
    event.add("transp", "TRANSPARENT")
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", title)
    alarm.add("trigger", timedelta(days=-7))
    event.add_component(alarm)
    return event
