"""Search by meaning: sign codes of the vectors find a short list, the vectors themselves order it.

A vector is compared first by one bit a dimension (whether it lies above the mean): an exclusive or and a count of bits,
48 bytes an item instead of 1,536. The few hundred nearest are then compared by their float16 vectors, which stay in
the database. `benchmarks/search.py` measures what this loses and gains against every vector in float32.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from watchbot.search.rows import sign_code

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from watchbot.model import Vectors
    from watchbot.search.index import Columns, SearchIndex
    from watchbot.store import Store

SHORT_LIST = 200
# One more candidate for so many items: the more there are, the more are nearly alike.
PER_CANDIDATE = 2_500
KEPT = 200
# Where fewer items than this pass the filters, only these are compared.
FEW = 0.3
_BLOCK = 131_072


def by_meaning(
    index: SearchIndex, store: Store, vector: Vectors, mask: NDArray[np.bool_]
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The items that pass `mask` whose vectors are nearest to `vector`, best first.

    Args:
        index: The records in memory.
        store: Where the vectors are.
        vector: The question's, of the index's encoder: shape (dimension,).
        mask: What passes the filters, one value a row.

    Returns:
        Places, and cosines about the mean (1 is the same direction), at most `KEPT` of each.
    """
    mean = index.mean
    columns = index.columns
    if mean is None or columns.codes.shape[0] * 64 < len(vector) or len(mean) != len(vector):
        return np.zeros(0, np.int32), np.zeros(0, np.float32)
    short_list = SHORT_LIST + len(mask) // PER_CANDIDATE
    candidates = nearest_codes(columns, sign_code(vector, mean), mask & columns.coded[: len(mask)], short_list)
    return _by_vectors(index, store, vector - mean, candidates, mean)


def nearest_codes(columns: Columns, code: bytes, mask: NDArray[np.bool_], count: int) -> NDArray[np.int32]:
    """The places of the `count` rows (or more, on a tie) whose codes differ in the fewest bits, nearest first."""
    words = np.frombuffer(code.ljust(columns.codes.shape[0] * 8, b"\0"), "<u8")
    allowed = int(np.count_nonzero(mask))
    if not allowed:
        return np.zeros(0, np.int32)
    if allowed < FEW * len(mask):
        places = np.flatnonzero(mask)
        distances = _distances(columns.codes[:, places], words)
    else:
        distances = _distances(columns.codes[:, : len(mask)], words)
        distances[~mask] = np.iinfo(np.uint16).max
        places = None
    if len(distances) > count:
        totals = np.cumsum(np.bincount(np.minimum(distances, 1_024), minlength=1_025))
        edge = int(np.searchsorted(totals, min(count, allowed)))
        near = np.flatnonzero(distances <= edge)
    else:
        near = np.arange(len(distances))
    near = near[np.lexsort((near, distances[near]))][:count]
    return (near if places is None else places[near]).astype(np.int32)


def _distances(codes: NDArray[np.uint64], words: NDArray[np.uint64]) -> NDArray[np.uint16]:
    """How many bits of each code differ. Block by block, so that what is between fits the cache."""
    total = np.zeros(codes.shape[1], np.uint16)
    for start in range(0, codes.shape[1], _BLOCK):
        part = total[start : start + _BLOCK]
        for row, word in zip(codes, words, strict=True):
            part += np.bitwise_count(row[start : start + _BLOCK] ^ word)
    return total


def _by_vectors(
    index: SearchIndex, store: Store, centred: NDArray[np.float32], places: NDArray[np.int32], mean: NDArray[np.float32]
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    texts = [bytes(text).hex() for text in index.columns.of("text")[places]]
    vectors = store.vectors.get_many(index.encoder, list(dict.fromkeys(texts)))
    known = [place for place, text in enumerate(texts) if text in vectors]
    if not known:
        return np.zeros(0, np.int32), np.zeros(0, np.float32)
    matrix = np.stack([vectors[texts[place]] for place in known]) - mean
    norms = np.linalg.norm(matrix, axis=1) * float(np.linalg.norm(centred))
    cosines = (matrix @ centred) / np.maximum(norms, 1e-9)
    places = places[known]
    order = np.lexsort((places, -cosines))[:KEPT]
    return places[order], cosines[order].astype(np.float32)
