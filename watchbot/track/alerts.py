"""Which changes deserve an alert at once, and in what order changes stand anywhere."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from watchbot.model import Change, Significance

ALERT_DAYS = 30
"""A registration that ends within this many days is worth an alert; earlier notices wait for the digest."""

_EVENT_RANK = {
    "expired": 0,
    "withdrawn": 1,
    "expiring": 2,
    "renewed": 3,
    "moved-deadline": 4,
    "block-modified": 5,
    "edited": 6,
    "list": 7,
    "new": 8,
}


def deserves_alert(change: Change, today: date) -> bool:
    """Whether a change goes out at once to those who asked for alerts: substantive, and pressing if it is only a reminder."""
    if change.significance is not Significance.SUBSTANTIVE:
        return False
    if change.event == "expiring":
        return change.due is not None and (change.due - today).days <= ALERT_DAYS
    return True


def by_urgency(changes: Iterable[Change], today: date) -> list[Change]:
    """Changes in the order to show them in.

    First registrations that have ended or end within `ALERT_DAYS`, soonest first; then the other substantive changes by
    event and newest first; editorial ones last.
    """
    return sorted(changes, key=lambda change: _urgency(change, today))


def _urgency(change: Change, today: date) -> tuple[int, int, int, float, str]:
    pressing = change.event in {"expiring", "expired", "withdrawn"} and deserves_alert(change, today)
    days = (change.due - today).days if pressing and change.due else 10_000
    group = 0 if pressing and change.due else 1 if change.significance is Significance.SUBSTANTIVE else 2
    return (group, days, _EVENT_RANK.get(change.event, 9), -change.detected_at.timestamp(), change.id)
