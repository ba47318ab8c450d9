"""What training needs of a classifier's folder: its file, its examples and their features."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import ValidationError

from watchbot.classify.clues import ClueReader
from watchbot.classify.encoder import make_encoder
from watchbot.classify.evaluation import label_matrix
from watchbot.classify.examples import CORRECTIONS, example_hash, example_text, folds, read_examples, read_lines
from watchbot.classify.head import Head, load_head, quantised
from watchbot.classify.ngrams import Ngrams
from watchbot.classify.text import headline
from watchbot.config.classifier import ClassifierFile
from watchbot.config.problems import validation_problems
from watchbot.errors import ClassifierError, ConfigError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from watchbot.model import Example, Vectors

SETTINGS = "veille.toml"
Progress = Callable[[int, int], None]
# A person's correction is surer than a written example, and is about a text as life sends them.
CORRECTION_WEIGHT = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """All that training needs of a folder. `vectors` are rounded; `grams` is a scipy matrix of shape (n, vocabulary)."""

    file: ClassifierFile
    examples: Sequence[Example]
    hashes: tuple[str, ...]
    labels: NDArray[np.int8]
    weights: NDArray[np.float64]
    folds: NDArray[np.int64]
    vectors: Mapping[str, NDArray[np.int8]]
    clues: NDArray[np.float16]
    ngrams: Ngrams
    grams: Any
    encoded: int = 0

    @property
    def topics(self) -> tuple[str, ...]:
        """Ids of the topics, in the file's order."""
        return tuple(topic.id for topic in self.file.topics)

    def fixed_thresholds(self) -> dict[int, float]:
        """The thresholds that the file fixes, by column of the labels."""
        columns = [self.file.relevance.threshold, *(topic.threshold for topic in self.file.topics)]
        return {column: value for column, value in enumerate(columns) if value != "auto"}

    def subset(self, places: Sequence[int]) -> Material:
        """The same with some of the examples (the vocabulary stays)."""
        at = np.asarray(places)
        return Material(
            file=self.file,
            examples=[self.examples[i] for i in at],
            hashes=tuple(self.hashes[i] for i in at),
            labels=self.labels[at],
            weights=self.weights[at],
            folds=self.folds[at],
            vectors={name: vectors[at] for name, vectors in self.vectors.items()},
            clues=self.clues[at],
            ngrams=self.ngrams,
            grams=self.grams[at],
        )


def read_file(folder: Path) -> ClassifierFile:
    """The classifier's file of a folder, validated.

    Raises:
        ConfigError: missing or wrong.
    """
    path = folder / SETTINGS
    try:
        text = path.read_text(encoding="utf-8-sig")
        return ClassifierFile.model_validate(tomllib.loads(text))
    except FileNotFoundError as error:
        message = f"{path}: no such file; a classifier's folder holds {SETTINGS} and examples.jsonl"
        raise ConfigError(message) from error
    except tomllib.TOMLDecodeError as error:
        message = f"{path}: not valid TOML: {error}"
        raise ConfigError(message) from error
    except ValidationError as error:
        raise ConfigError(validation_problems(str(path), error, ClassifierFile, text)) from error


def gather(folder: Path, progress: Progress | None = None) -> Material:
    """Read a folder and compute the features of its examples."""
    file = read_file(folder)
    topics = [topic.id for topic in file.topics]
    examples = read_examples(folder, topics)
    if len({example.relevant for example in examples}) < 2:
        message = f"{folder / 'examples.jsonl'}: needs relevant examples and others, to tell them apart"
        raise ConfigError(message)
    hashes = tuple(example_hash(example) for example in examples)
    lines = [headline(example_text(example)) for example in examples]
    vectors, encoded = _vectors(folder, file.model.encoders, dict(zip(hashes, lines, strict=True)), progress)
    corrected = {example_hash(example) for example in _corrections(folder, topics)}
    ngrams = Ngrams.fit(lines)
    # The head keeps half precision: train with what it will use.
    ngrams = Ngrams(ngrams.words, ngrams.characters, ngrams.idf.astype(np.float16).astype(np.float32))
    return Material(
        file=file,
        examples=examples,
        hashes=hashes,
        labels=label_matrix(examples, topics),
        weights=np.array([CORRECTION_WEIGHT if key in corrected else 1.0 for key in hashes]),
        folds=folds(examples),
        vectors=vectors,
        clues=ClueReader.of(file).read([example_text(example) for example in examples]).astype(np.float16),
        ngrams=ngrams,
        grams=ngrams.matrix(lines),
        encoded=encoded,
    )


def former_head(folder: Path) -> Head | None:
    """The head that the folder holds now, if it can be read."""
    try:
        return load_head(folder)
    except ClassifierError:
        return None


def _vectors(
    folder: Path, encoders: Sequence[str], lines: Mapping[str, str], progress: Progress | None
) -> tuple[dict[str, NDArray[np.int8]], int]:
    """Rounded vectors of the examples by encoder, from the former head where it has them, and how many were encoded anew."""
    former = former_head(folder)
    known = {
        name: dict(zip(former.memory.hashes, former.memory.vectors[name], strict=True))
        for name in encoders
        if former and name in former.memory.vectors
    }
    missing = {name: [key for key in lines if key not in known.get(name, {})] for name in encoders}
    total, done = sum(len(keys) for keys in missing.values()), 0
    result: dict[str, NDArray[np.int8]] = {}
    for name in encoders:
        table = known.get(name, {})
        for key in missing[name]:
            # One text at a time: an encoder in floating point may differ in its last bits between batches.
            vector: Vectors = make_encoder(name).encode([lines[key]])
            table[key] = quantised(vector)[0]
            done += 1
            if progress:
                progress(done, total)
        result[name] = np.stack([table[key] for key in lines])
    return result, total


def _corrections(folder: Path, topics: Sequence[str]) -> list[Example]:
    path = folder / CORRECTIONS
    return read_lines(path, topics) if path.is_file() else []
