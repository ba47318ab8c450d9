"""How dates are spelled in folded text: names of months and days, and the pieces of patterns that rules share."""

from __future__ import annotations

import re
from datetime import date

MONTHS = {
    "janvier": 1, "janv": 1, "jan": 1, "january": 1,
    "fevrier": 2, "fevr": 2, "fev": 2, "february": 2, "feb": 2,
    "mars": 3, "march": 3,
    "avril": 4, "avr": 4, "april": 4, "apr": 4,
    "mai": 5, "may": 5,
    "juin": 6, "june": 6, "jun": 6,
    "juillet": 7, "juil": 7, "july": 7, "jul": 7,
    "aout": 8, "august": 8, "aug": 8,
    "septembre": 9, "sept": 9, "sep": 9, "september": 9,
    "octobre": 10, "oct": 10, "october": 10,
    "novembre": 11, "nov": 11, "november": 11,
    "decembre": 12, "dec": 12, "december": 12,
}  # fmt: skip
WEEKDAYS = {
    "lundi": 0, "mardi": 1, "mercredi": 2, "jeudi": 3, "vendredi": 4, "samedi": 5, "dimanche": 6,
    "monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4, "saturday": 5, "sunday": 6,
}  # fmt: skip
DAY_WORDS = {
    "premier": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8, "neuf": 9, "dix": 10,
    "onze": 11, "douze": 12, "treize": 13, "quatorze": 14, "quinze": 15, "seize": 16, "dix-sept": 17, "dix-huit": 18,
    "dix-neuf": 19, "vingt": 20, "vingt et un": 21, "vingt-et-un": 21, "vingt-deux": 22, "vingt-trois": 23, "vingt-quatre": 24,
    "vingt-cinq": 25, "vingt-six": 26, "vingt-sept": 27, "vingt-huit": 28, "vingt-neuf": 29, "trente": 30, "trente et un": 31,
    "trente-et-un": 31,
}  # fmt: skip


def _alternatives(words: dict[str, int]) -> str:
    return "|".join(sorted(words, key=lambda word: (-len(word), word)))


_SHORT_MONTHS = {
    name: number
    for name, number in MONTHS.items()
    if len(name) <= 5 and name not in {"mars", "mai", "may", "june", "july", "juin", "aout", "march", "april", "avril"}
}
MONTH = rf"(?:(?:{_alternatives({name: number for name, number in MONTHS.items() if name not in _SHORT_MONTHS})})\b|(?:{_alternatives(_SHORT_MONTHS)})\b\.?)"
WEEKDAY = rf"(?:{_alternatives(WEEKDAYS)})"
DAY = r"(?:1 ?ere?|[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?(?!\d)"
DAY_IN_WORDS = rf"(?:{_alternatives(DAY_WORDS)})"
YEAR = r"(?:19|20)\d\d(?!\d)"
# A complete date, in words or figures, for what must have all of it (an act's date).
FULL_DATE = rf"(?:{DAY} {MONTH} {YEAR}|[0-3]?\d[/.-][01]?\d[/.-]{YEAR})"
MONTH_YEAR = rf"(?:{MONTH} {YEAR})"

_SPELLED = re.compile(rf"(?P<day>{DAY}) (?P<month>{MONTH}) (?P<year>{YEAR})")
_FIGURES = re.compile(rf"(?P<day>[0-3]?\d)[/.-](?P<month>[01]?\d)[/.-](?P<year>{YEAR})")
_MONTH_YEAR = re.compile(rf"(?P<month>{MONTH}) (?P<year>{YEAR})")


def day_number(text: str) -> int:
    """The day of the month that `1er`, `3rd`, `03` or `premier` is."""
    if text in DAY_WORDS:
        return DAY_WORDS[text]
    return int(re.match(r"\d+", text)[0])  # type: ignore[index]


def month_number(text: str) -> int:
    """The month that `janv.` or `March` (folded) is."""
    return MONTHS[text.rstrip(".")]


def valid(year: int, month: int, day: int) -> date | None:
    """The date, or None where the calendar has no such day."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def iso_of_spelled(text: str) -> str | None:
    """The ISO form of the first complete date within a folded text."""
    match = _SPELLED.search(text)
    if match:
        found = valid(int(match["year"]), month_number(match["month"]), day_number(match["day"]))
    elif match := _FIGURES.search(text):
        found = valid(int(match["year"]), int(match["month"]), int(match["day"]))
    else:
        found = None
    return found.isoformat() if found else None


def iso_of_month_year(text: str) -> str | None:
    """The ISO form (`2025-06`) of the first month with a year within a folded text."""
    match = _MONTH_YEAR.search(text)
    return f"{match['year']}-{month_number(match['month']):02d}" if match else None
