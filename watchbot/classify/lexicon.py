"""Lists of words as clues: which of a classifier's lexicons and keywords a text holds."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

_TOKEN = re.compile(r"[a-z0-9]+")
# The blocks of combining marks that Latin letters bear once decomposed.
_MARKS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]")
_APOSTROPHES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "·": "", "’": "'"})


def fold(text: str) -> str:
    """Lower case without accents; ligatures and the median point of inclusive writing are undone."""
    lowered = text.lower().translate(_APOSTROPHES)
    return lowered if lowered.isascii() else _MARKS.sub("", unicodedata.normalize("NFKD", lowered))


@functools.lru_cache(maxsize=1024)
def tokens(text: str) -> tuple[str, ...]:
    """The words and numbers of a text, folded. Clues and n-grams ask for the same texts one after the other."""
    return tuple(_TOKEN.findall(fold(text)))


class Lexicons:
    """Named lists of words and phrases, looked up in a text all at once.

    A final asterisk stands for any ending (`ecoconception*`); elsewhere a word matches whole.
    """

    def __init__(self, lists: Mapping[str, Iterable[str]]) -> None:
        self.names = tuple(lists)
        self._exact: dict[tuple[str, ...], set[int]] = {}
        self._prefix: dict[tuple[str, ...], set[int]] = {}
        for index, words in enumerate(lists.values()):
            for word in words:
                phrase = tuple(_TOKEN.findall(fold(word)))
                if phrase:
                    table = self._prefix if word.rstrip().endswith("*") else self._exact
                    table.setdefault(phrase, set()).add(index)
        # For each first word, how many words a phrase may have: most tokens start none.
        self._lengths: dict[str, set[int]] = {}
        for phrase in [*self._exact, *self._prefix]:
            if len(phrase) > 1:
                self._lengths.setdefault(phrase[0], set()).add(len(phrase))
        self._stems = {len(phrase[-1]) for phrase in self._prefix}

    def found(self, words: Sequence[str]) -> list[set[str]]:
        """For each lexicon, the distinct entries found among the tokens of a text, as text."""
        hits: list[set[str]] = [set() for _ in self.names]
        for start, first in enumerate(words):
            for length in (1, *self._lengths.get(first, ())):
                window = tuple(words[start : start + length])
                if len(window) == length:
                    self._look(window, hits)
        return hits

    def _look(self, phrase: tuple[str, ...], hits: list[set[str]]) -> None:
        for index in self._exact.get(phrase, ()):
            hits[index].add(" ".join(phrase))
        *head, last = phrase
        for size in self._stems:
            if size <= len(last):
                stem = (*head, last[:size])
                for index in self._prefix.get(stem, ()):
                    hits[index].add(" ".join(stem))
