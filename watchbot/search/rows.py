"""The packed record of an item: what filters look at, the hash of its text, and the sign code of its vector. Pure.

A record is 34 bytes (`HEADER`, little-endian) and, when the item has a vector, one bit a dimension: 48 bytes for 384 dimensions.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from watchbot.model import PRODUCTIONS
from watchbot.search import lexicon
from watchbot.search.words import folded

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from watchbot.store.search_index import RawRow

HEADER = np.dtype(
    [
        ("date", "<u4"),
        ("topics", "<u4"),
        ("named", "<u4"),
        ("publisher", "<u2"),
        ("region", "u1"),
        ("productions", "u1"),
        ("flags", "u1"),
        ("spare", "u1"),
        ("text", "V16"),
    ]
)
# The same, to write one record: ten times faster than through numpy.
_PACKED = struct.Struct("<IIIHBBBB16s")
_READ = 600
JUDGED, RELEVANT, EDITED, TELLS_CHANGE = 1, 2, 4, 8
MOST_TOPICS = 32

_TELLS = re.compile(
    r"\b(?:modifi\w+|nouvelle version|version \d|evolue\w*|revis\w+|mis(?:e|es)? a jour|change(?:ment|ments|nt|d|s)?|actualis\w+|remplac\w+|abrog\w+|renforc\w+|updat\w+|revised|amend\w+|passe de|desormais|entr\w+ en vigueur)\b"
)
_KINDS = {kind: 1 << bit for bit, kind in enumerate(PRODUCTIONS)}


def pack(
    row: RawRow,
    text_hash: str,
    code: bytes,
    topics: Mapping[str, int],
    region_of: Callable[[str], int],
    publisher_of: Callable[[str], int],
) -> bytes:
    """The record of an item.

    Args:
        row: The item.
        text_hash: The hash of its text, 32 hexadecimal digits: the key of its vector.
        code: The sign code of its vector, or no bytes.
        topics: The bit of each topic.
        region_of: The code of a region.
        publisher_of: The code of a publisher.
    """
    title = folded(row.title)
    summary = folded(row.summary[:_READ])
    tells = _TELLS.search(f"{title} {summary}") is not None
    header = _PACKED.pack(
        min(max(int(datetime.fromisoformat(row.sort_date).timestamp()), 0), 2**32 - 1),
        sum(1 << topics[topic] for topic in set(row.topics) if topic in topics),
        named_topics(title if row.judged else f"{title} {summary}", topics),
        publisher_of(row.publisher),
        region_of(row.region) if row.region else 0,
        sum(_KINDS.get(kind, 0) for kind in set(row.productions)),
        JUDGED * row.judged | RELEVANT * row.relevant | EDITED * row.edited | TELLS_CHANGE * tells,
        0,
        bytes.fromhex(text_hash),
    )
    return header + code


def named_topics(text: str, topics: Mapping[str, int]) -> int:
    """The bits of the topics that a folded text names by the words people ask for them with."""
    bits = 0
    for topic, pattern in _cues().items():
        if topic in topics and pattern.search(text):
            bits |= 1 << topics[topic]
    return bits


def production_bit(kind: str) -> int:
    """The bit of a kind of production."""
    return _KINDS.get(kind, 0)


def sign_code(vector: NDArray[np.float32], mean: NDArray[np.float32]) -> bytes:
    """One bit a dimension: whether the vector lies above the mean. Charikar, "Similarity estimation techniques", STOC 2002."""
    return np.packbits(vector > mean).tobytes()


@lru_cache(maxsize=1)
def _cues() -> dict[str, re.Pattern[str]]:
    return {topic: re.compile(rf"(?<![\w-])(?:{cue})(?![\w-])") for topic, cue in lexicon.TOPIC_CUES.items()}
