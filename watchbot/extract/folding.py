"""A sentence as the rules see it: lower case, without accents, one kind of space, dash and apostrophe.

Rules are written once for "DÉPÔT", "dépôt", its form with combining accents and its form cut by a soft hyphen; every
offset found in the folded text leads back to the characters of the original.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cached_property

from watchbot.model import Fact, FactKind


def _table() -> dict[int, str]:
    """One character to one character: accents off, capitals down, typographic signs to their plain form."""
    table: dict[int, str] = {}
    for code in (*range(0x41, 0x5B), *range(0xC0, 0x180), *range(0x1E00, 0x1F00)):
        base = unicodedata.normalize("NFD", chr(code))[0].lower()
        if len(base) == 1 and base != chr(code):
            table[code] = base
    table.update({0x0152: "œ", 0x00C6: "æ", 0x1D49: "e", 0x02B3: "r", 0x1D48: "d"})
    table.update(
        dict.fromkeys((0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000), " ")
    )
    table.update(dict.fromkeys(range(0x2000, 0x200B), " "))
    table.update(dict.fromkeys((0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2015, 0x2212), "-"))
    table.update(dict.fromkeys((0x2018, 0x2019, 0x02BC, 0x2032, 0x60, 0xB4), "'"))
    return table


_FOLD = _table()
_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
# What does not fold one to one: runs of spaces, marks that combine, marks that do not show, ligatures.
_UNEVEN = re.compile(r" {2,}|[\u0300-\u036f\u00ad\u200b-\u200d\u2060\ufeff]+|[ﬀ-ﬆ]")


def fold(text: str) -> tuple[str, list[int] | None]:
    """The folded text, and where each of its characters stands in `text` (None when at the same place)."""
    folded = text.translate(_FOLD)
    if _UNEVEN.search(folded) is None:
        return folded, None
    parts: list[str] = []
    places: list[int] = []
    last = 0
    for match in _UNEVEN.finditer(folded):
        parts.append(folded[last : match.start()])
        places.extend(range(last, match.start()))
        run = match[0]
        instead = _LIGATURES.get(run, "") or (" " if run[0] == " " else "")
        parts.append(instead)
        places.extend([match.start()] * len(instead))
        last = match.end()
    parts.append(folded[last:])
    places.extend(range(last, len(folded)))
    return "".join(parts), places


def unaccented(text: str) -> str:
    """The text decomposed (NFKD) and without its combining marks; case, spaces and signs stay."""
    if text.isascii():
        return text
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))


_MOVING = re.compile(
    r"\b(?:passe|passent|passer|passera|passant|releve|relevee|porte|portee|augmente|augmentee|ramene|ramenee|abaisse|abaissee|revalorise|revalorisee|raised|lowered|increased|goes|reduced"
    r"|evolue|evoluent|grimpe)s?(?: (?:du|le|la|les|l'|son|sa|leur|the) ?\w+(?: \w+)?)?(?: de| d'| from)? ?\Z"
)


class Passage:
    """One sentence of a text, folded, in which rules mark what they have read so that no other rule reads it again."""

    def __init__(self, sentence: str, start: int = 0) -> None:
        """Fold `sentence`, which begins at character `start` of its text."""
        self.sentence = sentence
        self.start = start
        self.folded, self._places = fold(sentence)
        self.rest = self.folded

    def claim(self, start: int, end: int) -> None:
        """Hide these folded characters from the rules that come after."""
        self.rest = f"{self.rest[:start]}{chr(0) * (end - start)}{self.rest[end:]}"

    def claim_all(self, spans: list[tuple[int, int]]) -> None:
        """As `claim`, for many spans in order, at the cost of one."""
        parts: list[str] = []
        last = 0
        for begin, end in spans:
            start = max(begin, last)
            if end <= start:
                continue
            parts.append(self.rest[last:start])
            parts.append(chr(0) * (end - start))
            last = end
        parts.append(self.rest[last:])
        self.rest = "".join(parts)

    def moving(self, start: int) -> bool:
        """Whether the range that begins here is a move from one value to another ("passe de 65 % à 70 %")."""
        return _MOVING.search(self.folded, max(0, start - 48), start) is not None

    def original(self, start: int, end: int) -> str:
        """The characters of the sentence behind these folded ones."""
        left, right = self._span(start, end)
        return self.sentence[left:right]

    def place(self, folded: int) -> int:
        """Where in the sentence a folded character stands."""
        return folded if self._places is None else self._places[folded]

    def fact(
        self,
        kind: FactKind,
        start: int,
        end: int,
        *,
        value: str,
        end_value: str | None = None,
        unit: str = "",
        role: str = "",
        confidence: float = 1.0,
    ) -> Fact:
        """A fact read in these folded characters, with its place in the whole text."""
        left, right = self._span(start, end)
        return Fact(
            kind=kind,
            quote=self.sentence[left:right],
            start=self.start + left,
            end=self.start + right,
            value=value,
            end_value=end_value,
            unit=unit,
            role=role,
            sentence=self.trimmed,
            confidence=round(confidence, 2),
        )

    @cached_property
    def trimmed(self) -> str:
        """The sentence on one line, for people."""
        return " ".join(self.sentence.split())

    def _span(self, start: int, end: int) -> tuple[int, int]:
        if self._places is None:
            return start, end
        right = self._places[end] if end < len(self._places) else len(self.sentence)
        # The next character may follow a run that was folded away: marks belong to the quote, spaces do not.
        while right > self._places[end - 1] + 1 and self.sentence[right - 1].isspace():
            right -= 1
        return self._places[start], right
