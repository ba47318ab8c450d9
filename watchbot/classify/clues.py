"""Which of the classifier's words a text holds, and which meet: the features that say "this sector AND this concern".

A linear view of embeddings adds evidence up; relevance here is mostly a conjunction (the sector, and ecology or a rule or a
job), so the meeting of two lexicons, and the presence of one without the other, are features of their own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from watchbot.classify.lexicon import Lexicons, tokens
from watchbot.classify.text import Text, headline

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from watchbot.config.classifier import ClassifierFile

Clues = "NDArray[np.float32]"


class ClueReader:
    """Reads the clues of texts for one classifier file. Its lexicons meet in pairs; the topics' keywords only count."""

    def __init__(self, lexicons: Mapping[str, Sequence[str]], keywords: Mapping[str, Sequence[str]]) -> None:
        self._families = len(lexicons)
        self._lexicons = Lexicons({**lexicons, **{f"topic:{topic}": words for topic, words in keywords.items()}})
        n = self._families
        self._low, self._high = np.tril_indices(n, -1)
        self._with, self._without = np.nonzero(~np.eye(n, dtype=bool))
        self.dimension = 4 * (n + len(keywords)) + len(self._low) + len(self._with)

    @classmethod
    def of(cls, file: ClassifierFile) -> ClueReader:
        """The reader for a classifier's file."""
        return cls(file.lexicons, {topic.id: topic.keywords for topic in file.topics})

    def read(self, texts: Sequence[Text]) -> NDArray[np.float32]:
        """Clues of texts, shape (n, dimension): in the title, in all, present, by length, pairs that meet, one without another."""
        return np.array([self._of_one(text) for text in texts], np.float32).reshape(len(texts), self.dimension)

    def strength(self, text: str) -> float:
        """How many different words of the lexicons and keywords a passage holds: a cheap way to choose passages."""
        return float(sum(len(hits) for hits in self._lexicons.found(tokens(text))))

    def words(self, text: str, topic: str) -> set[str]:
        """The keywords of a topic found in a text, folded."""
        found = dict(zip(self._lexicons.names, self._lexicons.found(tokens(text)), strict=True))
        return found.get(f"topic:{topic}", set())

    def _of_one(self, text: Text) -> NDArray[np.float32]:
        words = tokens(headline(text))
        title = np.array([len(hits) for hits in self._lexicons.found(tokens(text.title))], np.float32)
        everywhere = np.array([len(hits) for hits in self._lexicons.found(words)], np.float32)
        log = np.log1p(everywhere)
        family, present = log[: self._families], everywhere[: self._families] > 0
        return np.concatenate(
            [
                np.minimum(title, 2) / 2,
                log / 1.5,
                everywhere > 0,
                everywhere * (3 / max(5, len(words))),
                np.minimum(family[self._low], family[self._high]) / 1.5,
                present[self._with] & ~present[self._without],
            ]
        ).astype(np.float32)
