"""Until when a registration holds, from its end date and its ACTIF flag, which can disagree: both are shown, neither trusted alone."""

from __future__ import annotations

from datetime import date

from watchbot.model import Record
from watchbot.track.typography import NBSP, numeric_date, plural

THRESHOLDS = (180, 90, 30, 7)
"""Days before the end of a registration at which it is announced, each once."""


def days_left(record: Record, today: date) -> int | None:
    """Days to the last day of the registration; negative once past, None without a date."""
    return (record.expires - today).days if record.expires else None


def threshold_reached(record: Record, today: date) -> int | None:
    """The tightest of `THRESHOLDS` that the registration has come under, or None (none yet, past, or no date)."""
    left = days_left(record, today)
    if left is None or left < 0:
        return None
    return min((days for days in THRESHOLDS if left <= days), default=None)


def remaining(record: Record, today: date) -> str:
    """The time left in words: `expire dans 28 jours, le 21/12/2026`."""
    left = days_left(record, today)
    if left is None or record.expires is None:
        return "sans date de fin d’enregistrement"
    day = numeric_date(record.expires)
    if left < 0:
        return f"a expiré le {day}, il y a {plural(-left, 'jour')}"
    if left == 0:
        return f"expire aujourd’hui, le {day}"
    return f"expire demain, le {day}" if left == 1 else f"expire dans {plural(left, 'jour')}, le {day}"


def disagreement(record: Record, today: date) -> str:
    """What is odd when the flag and the date contradict each other; empty otherwise."""
    left = days_left(record, today)
    if left is None or record.expires is None or record.active is None:
        return ""
    day = numeric_date(record.expires)
    if record.active and left < 0:
        return f"à vérifier{NBSP}: fiche marquée active, mais enregistrement terminé le {day}"
    if not record.active and left >= 0:
        return f"à vérifier{NBSP}: fiche marquée inactive, mais enregistrement valable jusqu’au {day}"
    return ""


def validity(record: Record, today: date) -> str:
    """Both the flag and the date, in words: `active ; expire dans 28 jours, le 21/12/2026`."""
    flag = {True: "active", False: "inactive", None: "état inconnu"}[record.active]
    said = f"{flag}{NBSP}; {remaining(record, today)}"
    odd = disagreement(record, today)
    return f"{said} ({odd})" if odd else said
