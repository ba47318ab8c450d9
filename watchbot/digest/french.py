"""How French readers see dates, numbers and text."""

from __future__ import annotations

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

NBSP = "\u00a0"
PARIS = ZoneInfo("Europe/Paris")
MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)

# Characters that change the direction or hide in text: fetched text must not reorder what stands around it.
_HIDDEN = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x08\x0b-\x1f\x7f-\x9f]")
_BEFORE = re.compile(r"(?<=[\w)\]»%€’”]) ?([;!?])(?!\w)")
_COLON = re.compile(r"(?<=[\w)\]»%€’”]) ?:(?= |$)")
_UNIT = re.compile(r"(?<=\d) (?=[%€°]|k€|M€|tonnes?\b|ans?\b|jours?\b|mois\b|h\b)")
_THOUSANDS = re.compile(r"(?<=\d) (?=\d{3}\b)")
_OPEN, _CLOSE = re.compile(r"« ?"), re.compile(r" ?»")
_APOSTROPHE = re.compile(r"(?<=[A-Za-zÀ-ÿ])'(?=[A-Za-zÀ-ÿ])")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+\.\S+")


def clean(text: str, limit: int = 0) -> str:
    """Fetched text for display on one line: nothing hidden, blanks folded, cut at a word when longer than `limit`."""
    text = " ".join(_HIDDEN.sub("", text).split())
    if limit and len(text) > limit:
        cut = text[: limit - 1]
        space = cut.rfind(" ")
        text = (cut[:space] if space > limit // 2 else cut).rstrip(" ,;:.–-") + "…"
    return text


def typeset(text: str) -> str:
    """French spacing: no-break spaces before double punctuation and units and inside guillemets; addresses untouched."""
    parts = []
    last = 0
    for match in _ADDRESS.finditer(text):
        parts += [_typeset(text[last : match.start()]), match[0]]
        last = match.end()
    return "".join([*parts, _typeset(text[last:])])


def _typeset(text: str) -> str:
    text = _BEFORE.sub(rf"{NBSP}\1", text)
    text = _COLON.sub(f"{NBSP}:", text)
    text = _UNIT.sub(NBSP, text)
    text = _THOUSANDS.sub(NBSP, text)
    text = _CLOSE.sub(f"{NBSP}»", _OPEN.sub(f"«{NBSP}", text))
    return _APOSTROPHE.sub("’", text)


def long_date(day: date, *, year: bool = True) -> str:
    """`1er mars 2025`, `23 novembre 2026`; without the year when asked."""
    local = day.astimezone(PARIS).date() if isinstance(day, datetime) else day
    number = "1er" if local.day == 1 else str(local.day)
    return f"{number}{NBSP}{MONTHS[local.month - 1]}" + (f"{NBSP}{local.year}" if year else "")


def period(start: date, end: date) -> str:
    """`du 16 au 23 novembre 2026`, with month and year said once when they are the same."""
    if start.year != end.year:
        return f"du {long_date(start)} au {long_date(end)}"
    if start.month != end.month:
        return f"du {long_date(start, year=False)} au {long_date(end)}"
    first = "1er" if start.day == 1 else str(start.day)
    return f"du {first} au {long_date(end)}"


def days_left(due: date, today: date) -> str:
    """`aujourd’hui`, `demain`, `dans 28 jours`, `dans 3 mois`, `il y a 2 jours`."""
    days = (due - today).days
    if days < 0:
        return f"il y a {plural(-days, 'jour')}"
    if days < 2:
        return ("aujourd’hui", "demain")[days]
    if days < 92:
        return f"dans {plural(days, 'jour')}"
    return f"dans {round(days / 30.44)}{NBSP}mois"


def plural(count: int, singular: str, plural_form: str = "") -> str:
    """`1 jour`, `2 jours`: zero and one are singular in French."""
    return f"{grouped(count)}{NBSP}{singular if count < 2 else plural_form or singular + 's'}"


def grouped(number: int) -> str:
    """`28 000`, with a no-break space between thousands."""
    return f"{number:,}".replace(",", NBSP)


def joined(words: tuple[str, ...] | list[str]) -> str:
    """`a`, `a et b`, `a, b et c`."""
    return " et ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)
