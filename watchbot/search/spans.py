"""Spans of days, and those that words alone mean: "cette semaine", "le mois dernier", "les 15 derniers jours". Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from watchbot.extract.calendar_arithmetic import after, last_day
from watchbot.extract.numbers import WORDS, parse_number

_UNITS = {"j": "jour", "d": "jour", "s": "semaine", "w": "semaine", "m": "mois", "t": "trimestre", "q": "trimestre", "a": "an", "y": "an", "h": "heure"}  # fmt: skip
UNIT = r"(?:jours?|semaines?|mois|trimestres?|ans?|annees?|days?|weeks?|months?|quarters?|years?|heures?|hours?|h|j)"
NUMBER = rf"(?:\d{{1,4}}|{WORDS}|quinzaine|trentaine)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Days from `start` to `end`, both included; None is open."""

    start: date | None = None
    end: date | None = None


def monday_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def current_span(words: str, today: date) -> Span | None:
    """The days of what is now, or was last: "cette semaine", "le mois dernier", "hier"."""
    monday = monday_of(today)
    last = re.search(r"derni|passe|preced|last", words) is not None
    if words.startswith(("aujourd", "ce jour", "today", "ce matin")):
        return Span(start=today, end=today)
    if words in {"hier", "yesterday", "avant-hier"}:
        day = today - timedelta(days=2 if words == "avant-hier" else 1)
        return Span(start=day, end=day)
    if "week-end" in words or "weekend" in words:
        saturday = monday + timedelta(days=5) if today.weekday() >= 5 else monday - timedelta(days=2)
        return Span(start=saturday, end=saturday + timedelta(days=1))
    if "semaine" in words or "week" in words:
        start = monday - timedelta(days=7) if last else monday
        return Span(start=start, end=start + timedelta(days=6))
    if "mois" in words or "month" in words:
        start = today.replace(day=1)
        start = (start - timedelta(days=1)).replace(day=1) if last else start
        return Span(start=start, end=last_day(start.year, start.month))
    if "trimestre" in words or "quarter" in words:
        start = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
        start = (after(start, -3, "mois") or start) if last else start
        end = after(start, 3, "mois")
        return Span(start=start, end=end - timedelta(days=1) if end else None)
    year = today.year - 1 if last else today.year
    return Span(start=date(year, 1, 1), end=date(year, 12, 31))


def next_span(words: str, today: date) -> Span:
    """The days of what comes next: "demain", "le mois prochain"."""
    if words in {"demain", "tomorrow"}:
        day = today + timedelta(days=1)
        return Span(start=day, end=day)
    if "semaine" in words or "week" in words:
        start = monday_of(today) + timedelta(days=7)
        return Span(start=start, end=start + timedelta(days=6))
    if "mois" in words or "month" in words:
        start = last_day(today.year, today.month) + timedelta(days=1)
        return Span(start=start, end=last_day(start.year, start.month))
    return Span(start=date(today.year + 1, 1, 1), end=date(today.year + 1, 12, 31))


def amount_of(text: str) -> int:
    """The number that digits or words say."""
    known = {"quinzaine": 15, "trentaine": 30}
    if text in known:
        return known[text]
    return int(text) if text.isdigit() else int(parse_number(text) or 1)


def moved(today: date, number: int, unit: str) -> date | None:
    """The day so many units (folded, any language) after, or before when negative; None beyond the calendar."""
    name = _UNITS[unit[0]]
    if name == "trimestre":
        name, number = "mois", number * 3
    if name == "heure":
        name, number = "jour", -(-number // 24) if number > 0 else -(-number // 24) or -1
    return after(today, number, name)
