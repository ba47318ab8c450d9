"""How French readers see dates, numbers and text."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime

from watchbot.french_dates import MONTHS, paris_day, written_date

NBSP = "\u00a0"
WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
SHORT_MONTHS = (
    *("janv.", "févr.", "mars", "avr.", "mai", "juin"),
    *("juil.", "août", "sept.", "oct.", "nov.", "déc."),
)

# What shows nothing, changes the direction of what stands around it, or is no character at all: format and private
# use characters, fillers, lone surrogates. U+200D is kept where it joins emoji.
_EMOJI = "\u2600-\u27bf\ufe0f\U0001f000-\U0001faff"
_HIDDEN = re.compile(
    rf"(?<![{_EMOJI}])\u200d|\u200d(?![{_EMOJI}])"
    "|[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200c\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ud800-\udfff\ue000-\uf8ff\ufeff\uffa0\ufdd0-\ufdef\ufff9-\ufffc\ufffe\uffff"
    "\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)
# Marks piled on a letter run over the lines above.
_MARKS = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_PILED = re.compile(f"({_MARKS}{{2}}){_MARKS}+")
_READ = 20_000

# Stands for an address while the text about it is set: a noncharacter, which no text holds.
_HELD = "\ufdd0"
_SPACE = "[ \u00a0\u202f]"
# After these a sign of double punctuation can stand: words, what closes, units, the plus of a name ("Prime RSE+").
_ENDS = r"[\w)\]}»%‰€£$’”…+°*.'\"\ufdd0]"
_BEFORE = re.compile(rf"(?<={_ENDS}){_SPACE}?([;!?]+)(?![\w;!?=])")
_COLON = re.compile(rf"(?<={_ENDS}){_SPACE}?:(?=\s|$)")
_UNIT = re.compile(rf"(?<=\d){_SPACE}?(?=[%€])|(?<=\d) (?=(?:°|k€|M€|tonnes?|ans?|jours?|mois|h)(?!\w))")
_DAY = re.compile(
    rf"(?<=\b\d) (?=(?:{'|'.join(MONTHS)})\b)|(?<=\b\d\d) (?=(?:{'|'.join(MONTHS)})\b)|(?<=\b1er) (?=(?:{'|'.join(MONTHS)})\b)"
)
_THOUSANDS = re.compile(r"(?<=\d) (?=\d{3}(?!\d))")
_SHORT = re.compile(r"(?<![\w.])(n°|art\.|M\.|Mme|p\.) (?=\w)")
_OPEN, _CLOSE = re.compile(rf"«{_SPACE}?"), re.compile(rf"{_SPACE}?»")
_APOSTROPHE = re.compile(r"(?<=[A-Za-zÀ-ÿ])'(?=[A-Za-zÀ-ÿ])")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|(?<!\S)\S{1,200}@\S{1,200}\.\w+")


def clean(text: str, limit: int = 0) -> str:
    """Fetched text for display on one line: nothing hidden, blanks folded, cut at a word when longer than `limit`."""
    text = unicodedata.normalize("NFC", _HIDDEN.sub("", text[: max(_READ, 2 * limit)]))
    text = " ".join(_PILED.sub(r"\1", text).split())
    if limit and len(text) > limit:
        cut = text[: limit - 1]
        space = cut.rfind(" ")
        text = (cut[:space] if space > limit // 2 else cut).rstrip(" ,;:.–-\u200d") + "…"
    return text


def typeset(text: str) -> str:
    """French spacing: no-break spaces before double punctuation and units and inside guillemets; addresses untouched."""
    addresses = _ADDRESS.findall(text)
    text = _typeset(_ADDRESS.sub(_HELD, text.replace(_HELD, "")))
    first, *rest = text.split(_HELD)
    return first + "".join(address + part for address, part in zip(addresses, rest, strict=True))


def _typeset(text: str) -> str:
    text = _CLOSE.sub(f"{NBSP}»", _OPEN.sub(f"«{NBSP}", text))
    text = _BEFORE.sub(rf"{NBSP}\1", text)
    text = _COLON.sub(f"{NBSP}:", text)
    text = _UNIT.sub(NBSP, text)
    text = _THOUSANDS.sub(NBSP, text)
    text = _SHORT.sub(rf"\1{NBSP}", text)
    text = _DAY.sub(NBSP, text)
    return _APOSTROPHE.sub("’", text)


def in_language(text: str, language: str) -> str:
    """The text typeset as French if it is; other languages have spaces of their own."""
    return typeset(text) if language.lower().startswith("fr") else text


def nested(text: str) -> str:
    """A text to stand inside of guillemets: its own quotation marks become the inner ones."""
    return re.sub(rf"{_SPACE}?»", "”", re.sub(rf"«{_SPACE}?", "“", text))


def capital(text: str) -> str:
    """The text with its first letter in upper case, the rest as it is."""
    return text[:1].upper() + text[1:]


def long_date(day: date, *, year: bool = True) -> str:
    """`1er mars 2025`, `23 novembre 2026`; without the year when asked."""
    return written_date(_local(day), year=year)


def full_date(day: date) -> str:
    """`lundi 23 novembre 2026`."""
    return f"{WEEKDAYS[_local(day).weekday()]} {long_date(day)}"


def month_of(day: date, *, short: bool = False, year: bool = True) -> str:
    """`novembre 2026`, `nov. 2026`, `nov.`."""
    local = _local(day)
    name = (SHORT_MONTHS if short else MONTHS)[local.month - 1]
    return f"{name}{NBSP}{local.year}" if year else name


def period(start: date, end: date) -> str:
    """`du 16 au 23 novembre 2026`, with month and year said once when they are the same."""
    if start.year != end.year:
        return f"du {long_date(start)} au {long_date(end)}"
    if start.month != end.month:
        return f"du {long_date(start, year=False)} au {long_date(end)}"
    first = "1er" if start.day == 1 else str(start.day)
    return f"du {first} au {long_date(end)}"


def of_period(label: str) -> str:
    """`de novembre`, `d’octobre`; a stretch that says its own bounds (`du 1er au 23 novembre`) as it is."""
    if label.startswith("du "):
        return label
    return f"d’{label}" if label[:1] in "aeiouyé" else f"de {label}"


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


def _local(day: date) -> date:
    """The day in France of a moment; a day is itself."""
    return paris_day(day) if isinstance(day, datetime) else day
