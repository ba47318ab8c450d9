"""Numbers as French and English texts write them: in digits ("28 000", "1,2", "28.000,50", "28,000") and in words.

Everything here works on folded text (see `watchbot.extract.folding`): lower case, no accents, plain spaces and dashes.
"""

from __future__ import annotations

import re
from decimal import Decimal

_UNITS = {
    "zero": 0, "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8, "neuf": 9,
    "dix": 10, "onze": 11, "douze": 12, "treize": 13, "quatorze": 14, "quinze": 15, "seize": 16,
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11,
    "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {
    "vingt": 20, "vingts": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60, "septante": 70, "huitante": 80,
    "octante": 80, "nonante": 90,
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_SCALES = {
    "cent": 100, "cents": 100, "hundred": 100, "mille": 10**3, "thousand": 10**3, "million": 10**6, "millions": 10**6,
    "milliard": 10**9, "milliards": 10**9,
}  # fmt: skip
_ALL = {**_UNITS, **_TENS, **_SCALES}
_WORD = "|".join(sorted(_ALL, key=lambda word: (-len(word), word)))

WORDS = rf"\b(?:{_WORD})\b(?:(?:[ -]et[ -](?:une?|onze)|[ -](?:{_WORD}))\b){{0,12}}+"
DIGITS = r"(?:\d{1,3}(?:[ .,']\d{3}){1,4}(?!\d)(?:[.,]\d{1,2}(?!\d))?|\d{1,15}(?:[.,]\d{1,4})?(?!\d))"
# A number in digits that does not begin inside a word, a larger number or a reference such as 122-18.
FREE_DIGITS = rf"(?<![\w.,/])(?<!\d-){DIGITS}"
NUMBER = rf"(?:{FREE_DIGITS}|{WORDS})"

# Words that begin a number other than one: where none stands, no number in words is worth looking for.
NUMERAL_HINT = re.compile(
    rf"\b(?:{'|'.join(sorted(set(_ALL) - {'un', 'une', 'one'}, key=lambda word: (-len(word), word)))})\b"
)

# Multipliers between a number and its unit, as folded text has them.
MULTIPLIERS = {
    "k": 10**3, "mille": 10**3, "milliers": 10**3, "thousand": 10**3, "m": 10**6, "mio": 10**6, "million": 10**6, "millions": 10**6,
    "md": 10**9, "mds": 10**9, "mrd": 10**9, "bn": 10**9, "billion": 10**9, "milliard": 10**9, "milliards": 10**9,
}  # fmt: skip


def parse_number(text: str, *, scaled: bool = False) -> Decimal | None:
    """The number that a folded text is, or None.

    Args:
        text: Digits with any separators, or words ("vingt-huit mille").
        scaled: A multiplier ("millions") follows, so that "1,234" is a decimal number and not a thousand.
    """
    text = text.strip()
    if not text:
        return None
    return _digits(text, scaled=scaled) if text[0].isdigit() else _words(text)


def canonical(number: Decimal) -> str:
    """A decimal number as text without exponent, separators or idle zeros: `28000`, `1.5`."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _digits(text: str, *, scaled: bool) -> Decimal | None:
    compact = text.replace(" ", "").replace("'", "")
    signs = [sign for sign in compact if sign in ".,"]
    if len(signs) == 1:
        whole, _, part = compact.replace(",", ".").partition(".")
        thousands = len(part) == 3 and 1 <= len(whole) <= 3 and whole != "0" and not scaled and compact == text
        compact = whole + part if thousands else f"{whole}.{part}"
    elif len(set(signs)) == 2 and compact.rfind(signs[-1]) > compact.rfind(signs[0]):
        compact = compact.replace(signs[0], "").replace(signs[-1], ".")
    elif signs:
        compact = compact.replace(".", "").replace(",", "")
    return Decimal(compact) if re.fullmatch(r"[0-9]+(?:\.[0-9]*)?", compact) else None


def _words(text: str) -> Decimal | None:
    """Additive within a hundred, times hundred, times a scale; None where words do not make one number ("deux trois")."""
    total = group = 0
    scale_before = 10**12
    last = 0  # the value of the word before, to refuse "vingt trente"
    for word in re.split(r"[ -]", text):
        if word == "et":
            continue
        value = _ALL.get(word)
        if value is None:
            return None
        if word in _SCALES and value > 100:
            if value >= scale_before:
                return None
            total += (group or 1) * value
            scale_before, group, last = value, 0, 0
        elif value == 100:
            if group > 16:  # "quinze cents"
                return None
            group, last = (group or 1) * 100, 100
        elif value == 20 and group % 100 == 4:
            group, last = group - 4 + 80, 80
        elif _follows(value, last):
            group, last = group + value, (value if value >= 10 else 1)
        else:
            return None
    return Decimal(total + group)


def _follows(value: int, last: int) -> bool:
    """Whether a word below a hundred can follow the one before: "vingt-deux", "dix-sept", "soixante-douze", "cent six"."""
    if last in {0, 100}:
        return True
    if last == 10:
        return 7 <= value <= 9
    return last >= 20 and (value < 10 or (last in {60, 80} and value < 20))
