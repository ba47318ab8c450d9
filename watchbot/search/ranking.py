"""From a question to an order of items: filters, words and meaning, fused by reciprocal rank.

Cormack, Clarke and Büttcher, "Reciprocal rank fusion outperforms Condorcet and individual rank learning methods", SIGIR 2009.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from watchbot.search.filtering import passing
from watchbot.search.lexical import by_words, groups_of, stems_of
from watchbot.search.rows import production_bit
from watchbot.search.semantic import by_meaning
from watchbot.search.words import words_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from watchbot.model import Vectors
    from watchbot.search.index import Columns, SearchIndex
    from watchbot.search.lexical import Group
    from watchbot.search.query import Query
    from watchbot.store import Store

RANK_CONSTANT = 60
WORDS_WEIGHT, MEANING_WEIGHT = 1.0, 1.0
# Further from the question than this in meaning, and without its words, an item does not answer it.
LEAST_COSINE = 0.2
# Where the filters leave no more than so many, all of them are answers, however far.
FEW = 200
# What breaks ties: an item of today over one of long ago, by so much of its score; more where the newest are asked for.
RECENCY, RECENCY_ASKED = 0.02, 0.3
HALF_LIFE_DAYS = 120.0
# What holds every topic, and names the kind of production, comes before what holds one, or names none.
TOPIC_BONUS, PRODUCTION_BONUS = 0.2, 0.1
# How many of the best are read again, and what the share of the question that they hold is worth.
READ_AGAIN = 30
TITLE_SHARE, SUMMARY_SHARE, PUBLISHER_BONUS = 0.5, 0.25, 0.25
MOST = 10_000
# Of what passes the filters of a question that asks for nothing else, so many of the newest follow what its words find.
MOST_BESIDE = 1_000
KEPT_BY_RANK = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """Row numbers of items, best first, with their scores."""

    numbers: NDArray[np.int64]
    scores: NDArray[np.float32]


def rank(
    index: SearchIndex,
    store: Store,
    query: Query,
    vector: Vectors | None,
    now: datetime,
    *,
    everything: bool = False,
    words: bool = True,
) -> Ranking:
    """Rank the items that answer a question.

    Args:
        index: The records in memory, up to date.
        store: The database.
        query: The question.
        vector: That of its meaning, or None to search by words alone.
        now: The moment it is asked.
        everything: Off-topic items too.
        words: Search by words; without, by meaning alone.
    """
    mask = passing(index, store, query, everything=everything)
    columns = index.columns
    if not query.says_something:
        newest = _newest(columns, mask)
        return Ranking(numbers=columns.numbers[newest], scores=np.zeros(len(newest), np.float32))
    scores = np.zeros(len(mask), np.float32)
    groups = groups_of(store.search, query)
    if words:
        places, _ = by_words(store.search, columns, groups, mask)
        scores[places] += WORDS_WEIGHT / (RANK_CONSTANT + 1 + np.arange(len(places), dtype=np.float32))
    if vector is not None:
        places, cosines = by_meaning(index, store, vector, mask)
        if np.count_nonzero(mask) > FEW:
            places = places[(cosines >= LEAST_COSINE) | (scores[places] > 0)]
        scores[places] += MEANING_WEIGHT / (RANK_CONSTANT + 1 + np.arange(len(places), dtype=np.float32))
    if not query.is_specific and query.filters:
        rest = _newest(columns, mask & (scores == 0))[:MOST_BESIDE]
        scores[rest] = 1.0 / (2 * RANK_CONSTANT + KEPT_BY_RANK)
    ranking = _ordered(columns, scores, query, now, index.names.get("topic", {}))
    return _read_again(store, ranking, query, groups, len(mask)) if words else ranking


def _read_again(store: Store, ranking: Ranking, query: Query, groups: Sequence[Group], items: int) -> Ranking:
    """The best once more by how much of the question their titles and summaries hold, and whether it names their publisher."""
    numbers = [int(n) for n in ranking.numbers[:READ_AGAIN]]
    texts = store.search.texts_of(numbers)
    worths = [(group.stems, group.worth(items)) for group in groups if group.stems]
    whole = sum(worth for _, worth in worths) or 1.0
    named = set(query.words)
    factors = np.ones(len(numbers))
    for place, number in enumerate(numbers):
        title, summary, name = texts.get(number, ("", "", ""))
        in_title, in_summary = stems_of(title), stems_of(summary)
        publisher = set(words_of(name))
        for stems, worth in worths:
            if stems & in_title:
                factors[place] += TITLE_SHARE * worth / whole
            elif stems & in_summary:
                factors[place] += SUMMARY_SHARE * worth / whole
        if publisher and named.issuperset(publisher):
            factors[place] += PUBLISHER_BONUS
    scores = ranking.scores.astype(np.float64)
    scores[: len(numbers)] *= factors
    best = np.lexsort((np.arange(len(numbers)), -np.round(scores[: len(numbers)], 9)))
    order = np.concatenate([best, np.arange(len(numbers), len(scores))])
    # What was not read again stays behind what was.
    scores[len(numbers) :] = np.minimum(scores[len(numbers) :], scores[: len(numbers)].min(initial=np.inf))
    return Ranking(numbers=ranking.numbers[order], scores=scores[order].astype(np.float32))


def _newest(columns: Columns, mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The places of what passes, newest first, at most `MOST`."""
    places = np.flatnonzero(mask)
    dates = columns.of("date")[places].astype(np.int64)
    if len(places) > MOST:
        kept = np.argpartition(-dates, MOST)[:MOST]
        places, dates = places[kept], dates[kept]
    return places[np.lexsort((columns.numbers[places], -dates))]


def _ordered(
    columns: Columns, scores: NDArray[np.float32], query: Query, now: datetime, topics: dict[str, int]
) -> Ranking:
    places = np.flatnonzero(scores)
    found = scores[places].astype(np.float64)
    dates = columns.of("date")[places].astype(np.int64)
    age = np.maximum(0.0, now.timestamp() - dates) / 86_400.0
    weight = RECENCY_ASKED if query.newest else RECENCY
    found = found * (1.0 + weight * np.exp2(-age / HALF_LIFE_DAYS))
    wanted = [topics[str(one.value)] for one in query.of_kind("topic") if str(one.value) in topics]
    if len(wanted) > 1:
        bits = columns.of("topics")[places] | columns.of("named")[places]
        held = sum(((bits >> np.uint32(bit)) & 1).astype(np.float64) for bit in wanted)
        found = found * (1.0 + TOPIC_BONUS * held)
    kinds = sum(production_bit(str(one.value)) for one in query.of_kind("production"))
    if kinds:
        found = found * (1.0 + PRODUCTION_BONUS * ((columns.of("productions")[places] & np.uint8(kinds)) != 0))
    numbers = columns.numbers[places]
    order = np.lexsort((numbers, -dates, -np.round(found, 9)))
    return Ranking(numbers=numbers[order], scores=found[order].astype(np.float32))
