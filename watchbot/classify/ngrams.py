"""Weighted word and character n-grams (TF-IDF), in plain Python and numpy so that tagging needs nothing else.

Weights are those of scikit-learn's `TfidfVectorizer(sublinear_tf=True)`: (1 + ln tf) (1 + ln((1 + n) / (1 + df))), rows of norm 1.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from watchbot.classify.lexicon import tokens

if TYPE_CHECKING:
    from numpy.typing import NDArray

WORD_ORDERS = (1, 2)
CHARACTER_ORDERS = (3, 4, 5)
Row = tuple["NDArray[np.int32]", "NDArray[np.float32]"]


def word_grams(words: Sequence[str]) -> Iterable[str]:
    """Words and pairs of words; single characters do not count."""
    kept = [word for word in words if len(word) > 1]
    yield from kept
    for first, second in itertools.pairwise(kept):
        yield f"{first} {second}"


def character_grams(words: Sequence[str]) -> Iterable[str]:
    """Runs of 3 to 5 characters inside words padded with a space at each side."""
    for word in words:
        padded = f" {word} "
        for order in CHARACTER_ORDERS:
            if len(padded) <= order:
                yield padded
                break
            for start in range(len(padded) - order + 1):
                yield padded[start : start + order]


class Ngrams:
    """A vocabulary of n-grams with their weights; one space for words and one for characters, each of norm 1."""

    def __init__(self, words: Sequence[str], characters: Sequence[str], idf: NDArray[np.float32]) -> None:
        self.words = list(words)
        self.characters = list(characters)
        self.idf = idf
        self._word_index = {gram: n for n, gram in enumerate(self.words)}
        self._character_index = {gram: n + len(self.words) for n, gram in enumerate(self.characters)}

    def __len__(self) -> int:
        return len(self.words) + len(self.characters)

    @classmethod
    def fit(cls, texts: Sequence[str], *, words_in: int = 2, characters_in: int = 3) -> Ngrams:
        """The n-grams found in at least so many texts, in alphabetical order."""
        seen_words: Counter[str] = Counter()
        seen_characters: Counter[str] = Counter()
        for text in texts:
            words = tokens(text)
            seen_words.update(set(word_grams(words)))
            seen_characters.update(set(character_grams(words)))
        kept_words = sorted(gram for gram, count in seen_words.items() if count >= words_in)
        kept_characters = sorted(gram for gram, count in seen_characters.items() if count >= characters_in)
        counts = [seen_words[g] for g in kept_words] + [seen_characters[g] for g in kept_characters]
        idf = np.array([math.log((1 + len(texts)) / (1 + count)) + 1 for count in counts], np.float32)
        return cls(kept_words, kept_characters, idf)

    def row(self, text: str) -> Row:
        """The n-grams of a text: their places in the vocabulary, and their weights."""
        words = tokens(text)
        parts = [
            self._weights(Counter(word_grams(words)), self._word_index),
            self._weights(Counter(character_grams(words)), self._character_index),
        ]
        return np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])

    def _weights(self, counts: Counter[str], index: dict[str, int]) -> Row:
        known = [(index[gram], count) for gram, count in counts.items() if gram in index]
        places = np.array([place for place, _ in known], np.int32)
        tf = np.array([1 + math.log(count) for _, count in known], np.float32)
        weights = tf * self.idf[places]
        norm = float(np.sqrt((weights * weights).sum()))
        return places, weights / norm if norm else weights

    def matrix(self, texts: Sequence[str]) -> Any:
        """The rows of many texts as a scipy CSR matrix of shape (n, len(self)). For training only."""
        from scipy import sparse

        csr_matrix: Any = sparse.csr_matrix
        rows = [self.row(text) for text in texts]
        pointers = np.cumsum([0, *(len(places) for places, _ in rows)])
        if not rows:
            return csr_matrix((0, len(self)), dtype=np.float64)
        places = np.concatenate([p for p, _ in rows])
        weights = np.concatenate([w for _, w in rows]).astype(np.float64)
        return csr_matrix((weights, places, pointers), shape=(len(rows), len(self)))
