"""Tagging: texts in, verdicts out, as thriftily as accuracy allows.

Modes. `auto` is a cascade: the fast tier settles what is clearly noise, the full tier the rest. `full` asks the accurate encoder
about every text, `fast` about none (archives). A long body is not cut: its passages are looked at when the headline leaves a
doubt or topics open (see `_read_on`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np

from watchbot.classify.clues import ClueReader
from watchbot.classify.decision import verdicts
from watchbot.classify.encoder import make_encoder
from watchbot.classify.head import Features, Head, load_head
from watchbot.classify.material import read_file
from watchbot.classify.text import Text, behind_title, headline, is_long, passages, remainder, text_hash
from watchbot.errors import ClassifierError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from watchbot.config.classifier import ClassifierFile
    from watchbot.model import Example, Vectors, Verdict

Mode = Literal["auto", "full", "fast"]
# Of a long body, the passages richest in the watch's words are judged.
PASSAGES = 4
# A passage counts for less than the headline: what is said in passing does not make an item's topic. To make it relevant, a
# passage must be this sure; scores are scaled so that it then reaches the threshold, wherever training has put that.
PASSAGE_NEEDS = 0.87


class VectorCache(Protocol):
    """Vectors kept by text, such as `store.vectors`."""

    def get_many(self, encoder: str, hashes: Sequence[str]) -> Mapping[str, Vectors]:
        """The vectors that are known, by hash."""
        ...

    def put_many(self, encoder: str, vectors: Mapping[str, Vectors]) -> None:
        """Remember vectors."""
        ...


class Classifier:
    """A trained classifier of one folder. Encoders load on first use and are shared by the process."""

    def __init__(self, file: ClassifierFile, head: Head, folder: Path, cache: VectorCache | None = None) -> None:
        self.file = file
        self.head = head
        self.folder = folder
        self.cache = cache
        self.examples_by_hash: Mapping[str, Example] | None = None
        self._clues = ClueReader.of(file)

    @classmethod
    def load(cls, folder: Path, cache: VectorCache | None = None) -> Classifier:
        """Read the folder's file and its trained head.

        Raises:
            ClassifierError: not trained, or trained with other topics, words or encoders than the file now says.
            ConfigError: the file is wrong.
        """
        from watchbot.classify.training import settings_digest

        file = read_file(folder)
        head = load_head(folder)
        topics = tuple(topic.id for topic in file.topics)
        if head.notes.topics != topics or head.notes.encoders != tuple(file.model.encoders):
            message = (
                f"{folder}: the head was trained for other topics or encoders than the file says; run `watchbot train`"
            )
            raise ClassifierError(message)
        if head.notes.settings_hash != settings_digest(file):
            message = f"{folder}: words or thresholds have changed since the head was trained; run `watchbot train`"
            raise ClassifierError(message)
        return cls(file, head, folder, cache)

    @property
    def name(self) -> str:
        """The name of the head, stored with every verdict."""
        return self.head.notes.name

    @property
    def topics(self) -> tuple[str, ...]:
        """Ids of the topics, in the file's order."""
        return self.head.notes.topics

    @cached_property
    def topic_names(self) -> dict[str, str]:
        """What readers see for each topic id."""
        return {topic.id: topic.name for topic in self.file.topics}

    def tag(self, texts: Sequence[Text], *, mode: Mode = "auto") -> list[Verdict]:
        """One verdict a text, in order."""
        return verdicts(self.scores(texts, mode=mode), self.topics, self.head.notes.thresholds, self.head.notes.maybe)

    def scores(self, texts: Sequence[Text], *, mode: Mode = "auto") -> NDArray[np.float32]:
        """Calibrated probabilities, shape (n, 1 + topics), relevance first."""
        scores = self.headline_scores(texts, mode)
        self._read_on(texts, scores, mode)
        return scores

    def headline_scores(self, texts: Sequence[Text], mode: Mode) -> NDArray[np.float32]:
        """As `scores`, of the headlines alone."""
        if not texts:
            return np.zeros((0, 1 + len(self.topics)), np.float32)
        features = self.features(texts, self.head.tiers["fast" if mode != "full" else "full"].encoders)
        scores = self._probabilities(features, "full" if mode == "full" else "fast")
        if mode == "auto":
            self._refine(texts, features, scores)
        return scores

    def features(self, texts: Sequence[Text], encoders: Sequence[str]) -> Features:
        """Vectors by these encoders, clues and n-grams of texts. Clues are read while an encoder computes."""
        lines = [headline(text) for text in texts]
        begun = {name: self._begin(name, lines) for name in encoders}
        clues = self._clues.read(texts)
        grams = [self.head.ngrams.row(line) for line in lines]
        return Features(vectors={name: finish() for name, finish in begun.items()}, clues=clues, grams=grams)

    def vectors(self, encoder: str, lines: Sequence[str]) -> Vectors:
        """Vectors of texts, from the cache where it has them; texts said twice are encoded once."""
        return self._begin(encoder, lines)()

    def telling_passages(self, text: Text, count: int = PASSAGES) -> list[Text]:
        """The passages beyond the headline that hold most of the watch's words, in reading order; none that holds fewer than two.

        Each as it is judged: behind the title, since a passage alone lacks its subject, and read to its end.
        """
        if not is_long(text):
            return []
        pieces = list(passages(remainder(text)))
        strength = [self._clues.strength(piece) for piece in pieces]
        ranked = sorted(range(len(pieces)), key=lambda place: (-strength[place], place))[:count]
        return [behind_title(text, pieces[place]) for place in sorted(ranked) if strength[place] >= 2]

    def passage_scores(self, extracts: Sequence[Text], owners: Sequence[int], mode: Mode) -> NDArray[np.float32]:
        """What passages count for, shape (n, 1 + topics): probabilities, discounted. `owners` says of which text each is."""
        features = self.features(extracts, self.head.tiers["fast"].encoders)
        found = self._probabilities(features, "fast")
        if mode != "fast":
            # One passage a text goes to the accurate encoder: the most relevant one.
            best = _first_best(owners, found[:, 0])
            chosen = found[best]
            self._refine([extracts[row] for row in best], features.take(best), chosen)
            found[best] = chosen
        return found * min(1.0, self.head.notes.thresholds["relevance"] / PASSAGE_NEEDS)

    def strength(self, text: str) -> float:
        """How many different words of the watch a text holds."""
        return self._clues.strength(text)

    def keywords(self, text: str, topic: str) -> set[str]:
        """The topic's keywords that a text holds, folded."""
        return self._clues.words(text, topic)

    # ------------------------------------------------------------------------------------------ inside

    def _begin(self, encoder: str, lines: Sequence[str]) -> Callable[[], Vectors]:
        """Begin to encode what the cache lacks; what is returned waits for it. The cache is asked by this thread alone."""
        keys = [text_hash(line) for line in lines]
        by_key = dict(zip(keys, lines, strict=True))
        known = dict(self.cache.get_many(encoder, list(by_key))) if self.cache else {}
        missing = [key for key in by_key if key not in known]
        if not missing:
            return lambda: np.stack([known[key] for key in keys])
        encoding = _beside().submit(make_encoder(encoder).encode, [by_key[key] for key in missing])

        def finish() -> Vectors:
            new = dict(zip(missing, encoding.result(), strict=True))
            known.update(new)
            if self.cache:
                self.cache.put_many(encoder, new)
            return np.stack([known[key] for key in keys])

        return finish

    def _probabilities(self, features: Features, tier: str) -> NDArray[np.float32]:
        return self.head.tiers[tier].probabilities(features, self.head.memory)

    def _refine(self, texts: Sequence[Text], features: Features, scores: NDArray[np.float32]) -> None:
        """Judge again with the accurate encoder what the fast tier has not settled; `scores` is changed in place."""
        if self.head.tiers["full"].encoders == self.head.tiers["fast"].encoders:
            return
        open_ = np.flatnonzero(scores[:, 0] >= self.head.notes.settle).tolist()
        if not open_:
            return
        some = features.take(open_)
        lines = [headline(texts[place]) for place in open_]
        missing = [name for name in self.head.tiers["full"].encoders if name not in features.vectors]
        vectors = {**some.vectors, **{name: self.vectors(name, lines) for name in missing}}
        scores[open_] = self._probabilities(Features(vectors=vectors, clues=some.clues, grams=some.grams), "full")

    def _read_on(self, texts: Sequence[Text], scores: NDArray[np.float32], mode: Mode) -> None:
        """Let the passages of long bodies speak: each label takes its best passage, discounted, if that beats the headline.

        The passages richest in the watch's words are chosen by a count, which costs no encoding. Those of all texts are
        encoded together.
        """
        told = [self.telling_passages(text) for text in texts]
        owners = [place for place, extracts in enumerate(told) for _ in extracts]
        if not owners:
            return
        found = self.passage_scores([extract for extracts in told for extract in extracts], owners, mode)
        for place, row in zip(owners, found, strict=True):
            np.maximum(scores[place], row, out=scores[place])


@cache
def _beside() -> ThreadPoolExecutor:
    """The thread that encodes beside the one that asks; encoders share out their batches from there."""
    return ThreadPoolExecutor(1, thread_name_prefix="encoding")


def _first_best(owners: Sequence[int], relevance: NDArray[np.float32]) -> list[int]:
    """For each owner, in order, the first row of greatest relevance."""
    best: dict[int, int] = {}
    for row, owner in enumerate(owners):
        if owner not in best or relevance[row] > relevance[best[owner]]:
            best[owner] = row
    return list(best.values())
