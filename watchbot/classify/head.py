"""The head: what turns the features of a text into calibrated topics.

It is a regularised least-squares classifier in the space of a kernel, one output for relevance and one for each topic
(Rifkin, Yeo and Poggio, "Regularized Least-Squares Classification", 2003), calibrated by Platt's sigmoid. The kernel is a
weighted sum of: a Gaussian on each encoder's vectors, a Gaussian on the clues, and the dot product of n-grams. So the head
remembers the labelled examples, as small integers, which also gives the nearest of them for explanations.

A head has two tiers: `fast` leaves out the first encoder (the accurate, slow one), `full` uses all.
"""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from watchbot.classify.ngrams import Ngrams, Row
from watchbot.errors import ClassifierError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from watchbot.model import Vectors

FORMAT = 1
ARRAYS, NOTES = "head.npz", "head.json"
AGAIN = "; run `watchbot train`"
# Vectors of norm 1 in hundreds of dimensions: components beyond 0.36 are rare, steps of 1/350 cost no accuracy.
STEP = 350.0
WIDTH = {"encoder": 1.5, "clues": 1.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """What is known of n texts. `vectors` may lack encoders that a tier does not use."""

    vectors: Mapping[str, Vectors]
    clues: NDArray[np.float32]
    grams: Sequence[Row]

    def __len__(self) -> int:
        return len(self.clues)

    def take(self, places: Sequence[int]) -> Features:
        """The features of some of the texts."""
        chosen = list(places)
        return Features(
            vectors={name: vectors[chosen] for name, vectors in self.vectors.items()},
            clues=self.clues[chosen],
            grams=[self.grams[place] for place in chosen],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """The labelled examples as the kernel compares with them. `labels` is (n, 1 + topics): relevance first, 0 or 1.

    `left_out` (n, 1 + topics) are the full tier's out-of-fold values and `folds` (n,) their folds, by which the next head is
    compared with this one; heads made before they were kept have none.
    """

    hashes: tuple[str, ...]
    labels: NDArray[np.int8]
    vectors: Mapping[str, NDArray[np.int8]]
    clues: NDArray[np.float16]
    spread: Mapping[str, float]
    left_out: NDArray[np.float32] | None = None
    folds: NDArray[np.int8] | None = None

    def gaussian(self, block: str, query: NDArray[np.float32]) -> NDArray[np.float32]:
        """exp(-w d²/m) of queries against examples, shape (q, n); m is the median d² among the examples."""
        if block == "clues":
            known, width = self.clues.astype(np.float32), WIDTH["clues"]
        else:
            known, width = dequantised(self.vectors[block]), WIDTH["encoder"]
        squared = (query**2).sum(1)[:, None] + (known**2).sum(1)[None] - 2 * query @ known.T
        near: NDArray[np.float32] = np.exp(-(width / self.spread[block]) * np.maximum(squared, 0)).astype(np.float32)
        return near


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """One trained classifier: `alpha` (n, 1 + topics), `grams` (vocabulary, 1 + topics), `bias` and Platt's slope and offset."""

    weights: Mapping[str, float]
    alpha: NDArray[np.float32]
    grams: NDArray[np.float32]
    bias: NDArray[np.float32]
    slope: NDArray[np.float32]
    offset: NDArray[np.float32]

    @property
    def encoders(self) -> tuple[str, ...]:
        """The encoders whose vectors it needs."""
        return tuple(name for name in self.weights if name not in {"clues", "grams"})

    def decide(self, features: Features, memory: Memory) -> NDArray[np.float32]:
        """Raw decision values, shape (q, 1 + topics)."""
        values = np.repeat(self.bias[None], len(features), axis=0)
        for block, weight in self.weights.items():
            if block == "grams":
                for place, (columns, entries) in enumerate(features.grams):
                    values[place] += entries @ self.grams[columns]
                continue
            query = features.clues if block == "clues" else features.vectors[block]
            values += weight * (memory.gaussian(block, query) @ self.alpha)
        return values

    def probabilities(self, features: Features, memory: Memory) -> NDArray[np.float32]:
        """Calibrated (q, 1 + topics): P(relevant), then P(topic) = P(relevant) P(topic | relevant)."""
        if not len(features):
            return np.zeros((0, len(self.bias)), np.float32)
        logits = self.slope * self.decide(features, memory) + self.offset
        chances: NDArray[np.float32] = (1 / (1 + np.exp(-np.clip(logits, -30, 30)))).astype(np.float32)
        chances[:, 1:] *= chances[:, :1]
        return chances


@dataclass(frozen=True, slots=True, kw_only=True)
class Notes:
    """What a head says of itself, in head.json: readable, and compared before use."""

    format: int
    name: str
    classifier: str
    topics: tuple[str, ...]
    encoders: tuple[str, ...]
    examples: int
    examples_hash: str
    settings_hash: str
    thresholds: Mapping[str, float]
    maybe: tuple[float, float]
    settle: float
    scores: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A trained head: notes, remembered examples, vocabulary and the two tiers."""

    notes: Notes
    memory: Memory
    ngrams: Ngrams
    tiers: Mapping[str, Tier]

    def save(self, folder: Path) -> None:
        """Write head.npz and head.json: the same head gives the same bytes.

        The arrays bear the head's name, so that arrays and notes of two trainings are never taken for one head. Both files
        are written beside first; killed before the first is renamed, the former head stays, and killed between the two
        renamings, the new notes still lie beside, where `load_head` finds them.
        """
        arrays: dict[str, Any] = {
            "labels": self.memory.labels,
            "clues": self.memory.clues,
            "idf": self.ngrams.idf.astype(np.float16),
            **{f"vectors/{name}": vectors for name, vectors in self.memory.vectors.items()},
        }
        if self.memory.left_out is not None and self.memory.folds is not None:
            arrays |= {"left_out": self.memory.left_out, "folds": self.memory.folds}
        for name, tier in self.tiers.items():
            for part in ("alpha", "grams", "bias", "slope", "offset"):
                values = getattr(tier, part)
                arrays[f"{name}/{part}"] = values.astype(np.float16) if part == "grams" else values
        texts = {
            "hashes": "\n".join(self.memory.hashes),
            "words": "\n".join(self.ngrams.words),
            "characters": "\n".join(self.ngrams.characters),
            "spread": json.dumps(dict(self.memory.spread)),
            "weights": json.dumps({name: dict(tier.weights) for name, tier in self.tiers.items()}),
            "name": self.notes.name,
        }
        folder.mkdir(parents=True, exist_ok=True)
        notes = json.dumps(asdict(self.notes), ensure_ascii=False, indent=2) + "\n"
        written = [
            _write_beside(folder / ARRAYS, _archive(arrays, texts)),
            _write_beside(folder / NOTES, notes.encode()),
        ]
        for beside, path in zip(written, (folder / ARRAYS, folder / NOTES), strict=True):
            beside.replace(path)


def load_head(folder: Path) -> Head:
    """Read the head of a classifier's folder.

    Raises:
        ClassifierError: there is none, it is damaged, its two files are of two trainings, or another version of watchbot made it.
    """
    try:
        arrays, notes = _read(folder)
        if not _match(arrays, notes):
            # A training may have replaced both files between the two readings.
            arrays, notes = _read(folder)
        if not _match(arrays, notes):
            message = f"{folder}: {ARRAYS} and {NOTES} are of two trainings{AGAIN}"
            raise ClassifierError(message)
        if notes.get("format") != FORMAT:
            message = f"{folder / NOTES}: made by another version of watchbot{AGAIN}"
            raise ClassifierError(message)
        return _head(notes, arrays)
    except FileNotFoundError as error:
        message = f"{folder}: this classifier is not trained yet{AGAIN}"
        raise ClassifierError(message) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, zipfile.BadZipFile) as error:
        message = f"{folder / ARRAYS}: the trained head cannot be read ({error}){AGAIN}"
        raise ClassifierError(message) from error


def _read(folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Arrays and notes of a folder: those of head.json, or what a training that was killed has left beside it."""
    with np.load(folder / ARRAYS, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    notes: dict[str, Any] = json.loads((folder / NOTES).read_text(encoding="utf-8"))
    beside = _beside(folder / NOTES)
    if not _match(arrays, notes) and beside.is_file():
        notes = json.loads(beside.read_text(encoding="utf-8"))
    return arrays, notes


def _match(arrays: Mapping[str, Any], notes: Mapping[str, Any]) -> bool:
    """Whether arrays and notes are of one training. Heads made before arrays bore a name are taken as they are."""
    return "name" not in arrays or bytes(arrays["name"]).decode() == notes.get("name")


def quantised(vectors: Vectors) -> NDArray[np.int8]:
    """Vectors of norm 1 as small integers."""
    small: NDArray[np.int8] = np.clip(np.rint(vectors * STEP), -127, 127).astype(np.int8)
    return small


def dequantised(small: NDArray[np.int8]) -> NDArray[np.float32]:
    """The vectors that `quantised` rounded, of norm 1 again (zero stays zero)."""
    vectors = small.astype(np.float32)
    norm = np.sqrt((vectors**2).sum(1, keepdims=True))
    unit: NDArray[np.float32] = vectors / np.maximum(norm, 1e-6)
    return unit


def _head(notes: dict[str, Any], arrays: dict[str, Any]) -> Head:
    def text(name: str) -> str:
        return bytes(arrays[name]).decode()

    weights = json.loads(text("weights"))
    prefix = "vectors/"
    return Head(
        notes=Notes(
            **{**notes, **{name: tuple(notes[name]) for name in ("topics", "encoders", "maybe")}},
        ),
        memory=Memory(
            hashes=tuple(text("hashes").split("\n")),
            labels=arrays["labels"],
            vectors={name.removeprefix(prefix): arrays[name] for name in arrays if name.startswith(prefix)},
            clues=arrays["clues"],
            spread=json.loads(text("spread")),
            left_out=arrays.get("left_out"),
            folds=arrays.get("folds"),
        ),
        ngrams=Ngrams(
            text("words").split("\n") if len(arrays["words"]) else [],
            text("characters").split("\n") if len(arrays["characters"]) else [],
            arrays["idf"].astype(np.float32),
        ),
        tiers={
            name: Tier(
                weights=blocks,
                **{
                    part: arrays[f"{name}/{part}"].astype(np.float32)
                    for part in ("alpha", "grams", "bias", "slope", "offset")
                },
            )
            for name, blocks in weights.items()
        },
    )


def _archive(arrays: Mapping[str, Any], texts: Mapping[str, str]) -> bytes:
    """An .npz with fixed dates and no compression, so that its bytes depend on its content alone."""
    buffer = io.BytesIO()
    members = {**arrays, **{name: np.frombuffer(text.encode(), np.uint8) for name, text in texts.items()}}
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(members):
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            with archive.open(entry, "w", force_zip64=True) as member:
                np.lib.format.write_array(member, np.ascontiguousarray(members[name]), allow_pickle=False)
    return buffer.getvalue()


def _write_beside(path: Path, content: bytes) -> Path:
    """Write a file's next content beside it, on the disk for good, so that renaming it is all that is left to do."""
    beside = _beside(path)
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return beside


def _beside(path: Path) -> Path:
    return path.with_name(path.name + ".new")
