"""Numbers in a passage, written in digits or in words, for comparison: nothing numeric may change unnoticed."""

from __future__ import annotations

from dataclasses import dataclass

from watchbot.track.fold import Token, plain_word
from watchbot.track.lexicon import NUMBER_WORDS, STOP

_SIGNS = frozenset(("%", "€", "‰"))


@dataclass(frozen=True, slots=True)
class Figure:
    """A number at `text[start:end]`; `value` is what it is compared by."""

    start: int
    end: int
    value: str


def figures(words: list[Token], text: str) -> list[Figure]:
    """The numbers among the tokens of a text, in order. "un" and "une" are articles more often than numbers and left out."""
    found = []
    for token in words:
        if any(sign.isdigit() for sign in token.key):
            found.append(Figure(token.start, token.end, _value(token.key)))
        elif _is_number_word(text[token.start : token.end]):
            found.append(Figure(token.start, token.end, token.key))
    return found


def _value(key: str) -> str:
    """`28000,50` as `28000.5`: a decimal comma is a point, and trailing zeros of decimals count for nothing."""
    if key.count(",") == 1 and key.replace(",", "").isdigit():
        whole, decimals = key.split(",")
        return f"{whole}.{decimals.rstrip('0')}".rstrip(".")
    return key.lstrip("0") or "0"


def _is_number_word(word: str) -> bool:
    parts = plain_word(word.rstrip("’")).split("-")
    joined = len(parts) > 1
    return any(part in NUMBER_WORDS for part in parts) and all(
        part in NUMBER_WORDS or (joined and part in {"et", "un", "une"}) for part in parts
    )


def with_unit(figure: Figure, words: list[Token], text: str) -> tuple[str, str]:
    """The number as written, and the word or sign that follows it at once ("85", "actions")."""
    following = next((token for token in words if token.start >= figure.end), None)
    written = text[figure.start : figure.end]
    if (
        following is None
        or text[figure.end : following.start].strip()
        or (not written[:1].isdigit() and written[-1:].isdigit())
    ):
        return written, ""
    word = text[following.start : following.end]
    names = word[0].isalpha() and len(word) > 1 and following.key not in STOP
    return written, word if word in _SIGNS or names else ""
