"""When an edition comes out, in French."""

from __future__ import annotations

import re

from watchbot.digest.french import NBSP, WEEKDAYS
from watchbot.model import Edition

_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def told_schedule(edition: Edition) -> str:
    """`le lundi à 7 h 30`, `du lundi au vendredi à 8 h`; the edition's period for less usual schedules."""
    minute, hour, day, _, weekdays = edition.schedule.split()
    days = _days(weekdays.lower()) if day == "*" else _days_of_month(day, weekdays.lower())
    if not days or not hour.isdigit() or not minute.isdigit():
        return f"tous les {edition.period.days}{NBSP}jours" if edition.period.days > 1 else "chaque jour"
    clock = f"{int(hour)}{NBSP}h" + (f"{NBSP}{int(minute):02d}" if int(minute) else "")
    return f"{days} à {clock}"


def _days(weekdays: str) -> str:
    if weekdays == "*":
        return "chaque jour"
    span = re.fullmatch(r"([a-z]{3})-([a-z]{3})", weekdays)
    if span and span[1] in _NAMES and span[2] in _NAMES:
        return f"du {_name(span[1])} au {_name(span[2])}"
    named = weekdays.split(",")
    if all(one in _NAMES for one in named):
        return "le " + " et le ".join(_name(one) for one in named)
    return ""


def _days_of_month(day: str, weekdays: str) -> str:
    return f"le premier {_name(weekdays)} du mois" if day == "1-7" and weekdays in _NAMES else ""


def _name(short: str) -> str:
    return WEEKDAYS[_NAMES.index(short)]
