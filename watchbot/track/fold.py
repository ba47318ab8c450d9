"""What two passages are compared by: words, numbers and units, without case, accents, punctuation, quotes or hyphenation.

Accents go because capitals often lose them and because their correction alone is no news.

Numbers, decimal marks, hyphens between digits, signs, percent and currency signs, and the case of unit prefixes (M€, m€)
always count, and so do ticks and crosses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_ACCENTED = "àâäáãåçéèêëíìîïñóòôöõúùûüÿ"
_ACCENTS = str.maketrans(_ACCENTED + _ACCENTED.upper(), "aaaaaaceeeeiiiinooooouuuuy" + "AAAAAACEEEEIIIINOOOOOUUUUY")
_MEGA = re.compile(r"(?<=\d )M(?=(?:€|W|Wh|o|J)(?!\w))|(?<=\d)M(?=(?:€|W|Wh|o|J)(?!\w))")
_MINUS = re.compile(r"(?:^|(?<=[^\d] )|(?<=\())[-–](?=\d)", re.MULTILINE)
_COMPOUND = re.compile(r"(?<=[^\W\d_])-(?=[^\W\d_])")
_GROUPED = re.compile(r"(?<=\d) (?=\d{3}(?!\d))")
_LOOSE = re.compile(r"(?<!\d)[.,:/-]+|[.,:/-]+(?!\d)")
_OTHER = r"[^\w\n.,:/%€$£¥‰+<>=≥≤°²³¹§~&✓✗☐-]+"
_APART = re.compile(rf"(?<=\d){_OTHER}(?=\d)")
_SILENT = re.compile(_OTHER)
_TOKEN = re.compile(
    r"\d{1,3}(?:[ \u00a0]\d{3})+(?:[.,]\d+)?(?!\d)"  # 28 000,50
    r"|\d+(?:[.,:/-]\d+)*(?:(?:er|re|ère|e|ème|h\d{0,2})\b)?"  # 122-18, 21/12/2026, 3,5, 1er, 9h30
    r"|[^\W\d_]+\d\w*"  # RS6456, SeCO2
    r"|[^\W\d_]+(?:-[^\W\d_]+)*’?"  # éco-responsable, l’
    r"|[%€$£¥‰+<>=≥≤°²³¹&✓✗☐]|~~"
    r"|\w+"
)


def folded(text: str) -> str:
    """The comparison key of each line of a canonical text, without spaces; two lines that read the same have the same key."""
    text = _MEGA.sub("§", text.translate(_ACCENTS)).lower()
    text = text.replace("œ", "oe").replace("æ", "ae").replace("’", " ")
    text = _MINUS.sub("§", text)
    text = _COMPOUND.sub("", text)
    text = _GROUPED.sub("", text)
    text = _LOOSE.sub("", text)
    # Two numbers side by side stay two: "1 | 12" is not "11 | 2".
    return _SILENT.sub("", _APART.sub("_", text))


@dataclass(frozen=True, slots=True)
class Token:
    """A word, number or sign of a text: `text[start:end]`, and the key it is compared by."""

    start: int
    end: int
    key: str


def tokens(text: str) -> list[Token]:
    """The words, numbers and signs of a canonical text in order; punctuation and spaces lie between them."""
    return [Token(found.start(), found.end(), _token_key(found[0])) for found in _TOKEN.finditer(text)]


def _token_key(word: str) -> str:
    if word[0].isdigit():
        return word.replace(" ", "").replace("\u00a0", "")
    # A lone M is the prefix of a unit (M€, MW), which a lone m is not.
    return word if word == "M" else plain_word(word.replace("-", "").rstrip("’"))


def word_set(text: str) -> frozenset[str]:
    """The words of a text between spaces, as they are: a readable way to write a set of words."""
    return frozenset(text.split())


def plain_word(word: str) -> str:
    """A word in lower case, without accents or ligatures."""
    return word.translate(_ACCENTS).lower().replace("œ", "oe").replace("æ", "ae")
