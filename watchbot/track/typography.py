"""One way of writing each character, so that typography alone never looks like a change; and French spacing for display.

`canonical` is applied to everything that is normalised. It never touches digits, letters or units: only quotes, dashes,
spaces, ligatures of fonts and invisible characters. `french` puts the no-break spaces back for readers.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date

NBSP = "\u00a0"

_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t\v\f\x1c\x1d\x1e\x1f\x85"
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\ufffc\x00\x7f"
_CHARACTERS: dict[int, str | None] = {
    **dict.fromkeys(map(ord, _SPACES), " "),
    **dict.fromkeys(map(ord, _INVISIBLE), None),
    **dict.fromkeys(map(ord, "\u2018\u2019\u201a\u201b\u02bc\u02b9\u2032\u00b4`'"), "’"),
    **dict.fromkeys(map(ord, "\u201c\u201d\u201e\u201f\u2033«»\u2039\u203a\u301d\u301e"), '"'),
    **dict.fromkeys(map(ord, "\u2010\u2011\u2043\ufe63\uff0d"), "-"),
    **dict.fromkeys(map(ord, "\u2012\u2014\u2015\u2212\ufe58"), "–"),
    **dict.fromkeys(
        map(ord, "\u2022\u25cf\u25cb\u25aa\u25ab\u25a0\u25a1\u25e6\u2023\u2219\u27a2\u27a4\u25b6\u25ba\uf0b7\uf0a7"),
        "•",
    ),
    **{0x2080 + digit: str(digit) for digit in range(10)},
    **dict.fromkeys(map(ord, "✓✔☑✅🗸"), "✓"),
    **dict.fromkeys(map(ord, "✗✘☒❌✕✖"), "✗"),
    0xFB00: "ff",
    0xFB01: "fi",
    0xFB02: "fl",
    0xFB03: "ffi",
    0xFB04: "ffl",
    0xFB05: "st",
    0xFB06: "st",
    ord("…"): "...",
    ord("º"): "°",
    ord("№"): "n°",
    ord("\u20ac"): "€",
    ord("\u1d49"): "e",
    ord("\u02b3"): "r",
    ord("\uff1a"): ":",
    ord("\u2215"): "/",
    ord("\u2044"): "/",
}
_RUN_OF_SPACES = re.compile(r" {2,}")
_SPACED_DASH = re.compile(r" [-–] (?<=\S [-–] )(?=\S)")
_TIGHT_DASH = re.compile(r"–(?<=\w–)(?=\w)")
# Each pattern begins with the mark itself and only then looks back: that is what lets the engine skip ahead.
_MARK = re.compile(r"[;!?](?<=[\w)\]\"’.][;!?])(?!\w)")
_UNIT = re.compile(r"[%€‰](?<=\d[%€‰])(?!\w)")
_COLON = re.compile(r":(?<=[\w)\]\"’%€]:)(?=[ \n]|$)", re.MULTILINE)
_BEFORE_COMMA = re.compile(r" +([,)\]])(?!\d)")
_AFTER_OPEN = re.compile(r"([(\[]) +")
_DOTS = re.compile(r"\.(?: ?\.){2,}")
_QUOTED = re.compile(r'"[ ]?([^"\n]*?)[ ]?"')
_ORDINAL = re.compile(r"\b(1|I) (er|re)\b")


def canonical(text: str) -> str:
    """Write a text (one line or many) with one form of each quote, dash, space, ligature and French spacing.

    Line ends are kept; runs of spaces become one. The result is in Unicode's NFC form.
    """
    text = unicodedata.normalize("NFC", text).translate(_CHARACTERS)
    if "  " in text:
        text = _RUN_OF_SPACES.sub(" ", text)
    text = _SPACED_DASH.sub(" – ", text)
    text = _TIGHT_DASH.sub("-", text)
    text = _MARK.sub(r" \g<0>", text)
    text = _UNIT.sub(r" \g<0>", text)
    text = _COLON.sub(" :", text)
    if " ," in text or " )" in text or " ]" in text:
        text = _BEFORE_COMMA.sub(r"\1", text)
    if "( " in text or "[ " in text:
        text = _AFTER_OPEN.sub(r"\1", text)
    text = _DOTS.sub("...", text)
    text = _QUOTED.sub(r'"\1"', text)
    return _ORDINAL.sub(r"\1\2", text)


_NO_BREAK_BEFORE = re.compile(r" (?=[;:!?%€‰»])")
_GROUPS = re.compile(r"(?<=\d) (?=\d{3}(?!\d))")
_NUMBER_UNIT = re.compile(r"(?<=\d) (?=(?:€|%|M€|k€|Md€|euros?|kg|km|kWh|MWh|t|ans?|mois|jours?)\b)")
_NUMBER_SIGN = re.compile(r"(?<=n°) (?=\d)")
_PAIRED = re.compile(r'"([^"\n]*)"')


def french(text: str) -> str:
    """Dress a canonical text for readers: guillemets and the no-break spaces that French typography asks for."""
    text = _PAIRED.sub(f"«{NBSP}\\1{NBSP}»", text)
    text = text.replace("« ", f"«{NBSP}")
    text = _NO_BREAK_BEFORE.sub(NBSP, text)
    text = _GROUPS.sub(NBSP, text)
    text = _NUMBER_UNIT.sub(NBSP, text)
    text = _NUMBER_SIGN.sub(NBSP, text)
    return text.replace("...", "…")


def quoted(text: str) -> str:
    """The text between guillemets."""
    inner = french(text).replace("«", "“").replace("»", "”")
    return f"«{NBSP}{inner}{NBSP}»"


def numeric_date(day: date) -> str:
    """A date as `21/12/2026`."""
    return f"{day.day:02d}/{day.month:02d}/{day.year}"


def plural(count: int, singular: str, several: str | None = None) -> str:
    """The count and its noun, agreed as French does: 0 and 1 are singular."""
    noun = singular if abs(count) < 2 else (several or f"{singular}s")
    return f"{grouped(count)}{NBSP}{noun}"


def grouped(number: int) -> str:
    """An integer with no-break spaces between groups of three digits from 10 000 on, as for 1 000 too."""
    return f"{number:,}".replace(",", NBSP)


def shortened(text: str, limit: int) -> str:
    """At most `limit` characters, cut between words and closed by an ellipsis."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1].rsplit(" ", 1)[0].rstrip(" ,;:.–-")
    return f"{cut or text[: limit - 1]}…"
