"""One story once: which items of different publishers are the same text, or the same press release reprinted.

Conservative: two articles about one topic, two sessions of one committee, the same call of two regions or of two years
are different stories. Candidates come from shared phrases (an inverted index of the smallest hashes of five-word
phrases, and of pairs of words in titles), so that the work grows with the number of stories, not with its square.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from watchbot.collect.duplicates_words import COMMON, MONTHS, ORDINALS, PLACES, STOPWORDS
from watchbot.extract.folding import unaccented

if TYPE_CHECKING:
    from watchbot.model import Vectors

MAX_APART = timedelta(days=14)
_SHINGLE = 5
_SKETCH = 24
_CROWDED = 40
_MAX_WORDS = 1_500
# Shares of the shorter text's five-word phrases that the longer one also has.
_REPRINTED, _REPRINTED_SHORT, _QUOTED, _ALIKE = 0.5, 0.65, 0.3, 0.9
_SOME_PHRASES, _MANY_PHRASES = 12, 35
_SAME_TITLE, _CLOSE_TITLE, _FORM_TITLE = 0.6, 0.5, 0.3
_CLOSE_VECTORS = 0.94
_MIN_TITLE_WORDS = 4

_WORD = re.compile(r"[a-z0-9]+")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What is known of one item. `text` is its summary and body; `published` may be first-seen, or None."""

    id: str
    title: str
    text: str = ""
    publisher: str = ""
    published: datetime | None = None


@dataclass(slots=True)
class _Read:
    """A story as it is compared."""

    story: Story
    words: frozenset[str]
    pairs: frozenset[str]
    telling: frozenset[str]
    phrases: frozenset[int]
    sketch: tuple[int, ...]
    vector: int | None = None


def clusters(stories: Sequence[Story], vectors: Vectors | None = None) -> dict[str, str]:
    """The cluster of every story: its id to the id of the story that stands for it (its own id when it is alone).

    Args:
        stories: In any order; the one published first stands for its cluster.
        vectors: Row i belongs to story i, float32 of shape (len(stories), d), L2-normalised: a further hint, never
            enough alone.
    """
    read = [_read(story, place if vectors is not None else None) for place, story in enumerate(stories)]
    order = sorted(read, key=lambda one: (one.story.published or _LAST, one.story.id))
    heads: dict[str, _Read] = {}
    members: dict[str, list[_Read]] = {}
    for one, candidates in _with_candidates(order):
        agreeing: dict[str, int] = defaultdict(int)
        for other in candidates:
            if _same(one, other, _cosine(one, other, vectors)):
                agreeing[heads[other.story.id].story.id] += 1
        # A chain of half-likenesses must not grow: the newcomer agrees with the head, or with most of those compared.
        joined = next(
            (
                head
                for head in sorted(agreeing, key=lambda head: -agreeing[head])
                if _agrees(one, members[head], agreeing[head], vectors)
            ),
            None,
        )
        heads[one.story.id] = members[joined][0] if joined else one
        members.setdefault(joined or one.story.id, []).append(one)
    return {story.id: heads[story.id].story.id for story in stories}


def same_story(first: Story, second: Story, similarity: float | None = None) -> bool:
    """Whether two stories are one; `similarity` is the cosine of their vectors when there are any."""
    return _same(_read(first, None), _read(second, None), similarity)


def fold(text: str) -> str:
    """Lower case without accents, as words are compared."""
    text = unaccented(text.lower().replace("œ", "oe").replace("’", "'"))
    return text.replace("grand est", "grandest")  # else its second word would pass for a verb


_LAST = datetime.max.replace(tzinfo=UTC)


def _agrees(one: _Read, members: list[_Read], agreeing: int, vectors: Vectors | None) -> bool:
    return agreeing * 2 >= min(len(members), _CROWDED) or _same(one, members[0], _cosine(one, members[0], vectors))


def _cosine(first: _Read, second: _Read, vectors: Vectors | None) -> float | None:
    if vectors is None or first.vector is None or second.vector is None:
        return None
    return float(vectors[first.vector] @ vectors[second.vector])


# ------------------------------------------------------------------------------------------------ reading


def _read(story: Story, place: int | None) -> _Read:
    title = _content_words(story.title)
    text = [word for word in _WORD.findall(fold(story.text[: _MAX_WORDS * 12])) if word not in STOPWORDS][:_MAX_WORDS]
    phrases = frozenset(_hash(" ".join(text[start : start + _SHINGLE])) for start in range(len(text) - _SHINGLE + 1))
    return _Read(
        story=story,
        words=frozenset(title),
        pairs=frozenset(f"{a} {b}" for a, b in pairwise(title)),
        telling=frozenset(title) - _STEMMED_COMMON,
        phrases=phrases,
        sketch=tuple(sorted(phrases)[:_SKETCH]),
        vector=place,
    )


def _content_words(title: str) -> list[str]:
    """The words of a title that carry meaning, plurals as singulars."""
    return [_stem(word) for word in _WORD.findall(fold(title)) if word not in STOPWORDS]


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 3 and word[-1] in "sx" and word[-2:] != "ss" else word


def _hash(phrase: str) -> int:
    return int.from_bytes(hashlib.blake2b(phrase.encode(), digest_size=8).digest(), "big")


def _with_candidates(order: Sequence[_Read]) -> list[tuple[_Read, list[_Read]]]:
    """Each story with the earlier ones that share some phrase, or some pair of title words, with it."""
    index: dict[object, list[_Read]] = defaultdict(list)
    found = []
    for one in order:
        candidates: dict[str, _Read] = {}
        for key in (*one.sketch, *one.pairs):
            # A phrase that very many stories share is boilerplate; only the latest of them are looked at.
            for other in index[key][-_CROWDED:]:
                candidates[other.story.id] = other
            index[key].append(one)
        found.append((one, list(candidates.values())))
    return found


# ------------------------------------------------------------------------------------------------ comparing


def _same(first: _Read, second: _Read, similarity: float | None) -> bool:
    if _far_apart(first.story, second.story):
        return False
    shared = _containment(first, second)
    titles = _title_likeness(first, second)
    alike = titles >= _SAME_TITLE and _one_in_the_other(first, second)
    if first.story.publisher and first.story.publisher == second.story.publisher:
        return shared >= _ALIKE and alike and not _disagree(first, second)
    if titles >= _FORM_TITLE and _disagree(first, second):
        # The forms of yearly calls and of each session's results are copied too: nearly all must be the same.
        return shared >= _ALIKE and not _disagree_on_numbers(first, second)
    shortest = min(len(first.phrases), len(second.phrases))
    if shortest >= _SOME_PHRASES and shared >= (_REPRINTED if shortest >= _MANY_PHRASES else _REPRINTED_SHORT):
        return True
    if shortest >= _SOME_PHRASES and shared >= _QUOTED and titles >= _CLOSE_TITLE:
        return True
    telling = first.telling & second.telling
    if alike and len(first.words & second.words) >= _MIN_TITLE_WORDS and len(telling) >= 2:
        return True
    return similarity is not None and similarity >= _CLOSE_VECTORS and titles >= _CLOSE_TITLE and len(telling) >= 3


def _one_in_the_other(first: _Read, second: _Read) -> bool:
    """Whether one title only adds words to the other: where each has words of its own, they may tell two stories apart."""
    return first.words <= second.words or second.words <= first.words


def _far_apart(first: Story, second: Story) -> bool:
    if first.published is None or second.published is None:
        return False
    return abs(first.published - second.published) > MAX_APART


def _containment(first: _Read, second: _Read) -> float:
    smaller = min(len(first.phrases), len(second.phrases))
    return len(first.phrases & second.phrases) / smaller if smaller else 0.0


def _title_likeness(first: _Read, second: _Read) -> float:
    """Jaccard index of the titles' words, those in common use in the sector counting half."""
    either = first.words | second.words
    if not either:
        return 0.0
    return _weight(first.words & second.words) / _weight(either)


def _weight(words: frozenset[str]) -> float:
    return sum(0.5 if word in _STEMMED_COMMON else 1.0 for word in words)


def _disagree(first: _Read, second: _Read) -> bool:
    """Whether the titles name different numbers, places, months or sessions."""
    if _disagree_on_numbers(first, second):
        return True
    tests: tuple[Callable[[_Read], set[str]], ...] = (
        lambda one: {word for word in one.words if word in _STEMMED_PLACES},
        lambda one: {word for word in one.words if word in ORDINALS},
        lambda one: {word for word in one.words if word in _STEMMED_MONTHS},
    )
    return any(
        mine and other and not (mine <= other or other <= mine)
        for mine, other in ((test(first), test(second)) for test in tests)
    )


def _disagree_on_numbers(first: _Read, second: _Read) -> bool:
    mine, other = (set(_NUMBER.findall(one.story.title)) for one in (first, second))
    return bool(mine and other) and not (mine <= other or other <= mine)


_STEMMED_PLACES = frozenset(_stem(word) for word in PLACES)
_STEMMED_COMMON = frozenset(_stem(word) for word in COMMON)
_STEMMED_MONTHS = frozenset(_stem(word) for word in MONTHS)

__all__ = ["MAX_APART", "Story", "clusters", "same_story"]
