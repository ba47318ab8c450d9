"""Searching: a question in French (or English) becomes filters and a ranking; its answer says what was understood."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from watchbot.errors import ClassifierError
from watchbot.model import Item, Tag
from watchbot.search.query import Filter, Query, understand
from watchbot.search.spans import Span

if TYPE_CHECKING:
    from watchbot.app.answering import Reply
    from watchbot.config import Watch
    from watchbot.model import Vectors
    from watchbot.search.index import SearchIndex
    from watchbot.store import Store

# Records that a question makes up for before it is answered; the pipeline makes the rest.
MOST_AT_ONCE = 5_000
REMEMBERED = 512
INDEXES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One item found, best first by `score` (higher is better). `passage` is the sentence that answers best."""

    item: Item
    score: float
    passage: str = ""
    tags: tuple[Tag, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a search found. `total` counts all that was ranked, of which `hits` are one page.

    `unmet` are filters that nothing passes and that were therefore let go: register numbers and references that no item
    names, the wish for anything that is due. `hits` are then what comes nearest without them.
    """

    query: Query
    hits: tuple[Hit, ...] = ()
    total: int = 0
    unmet: tuple[Filter, ...] = ()

    @property
    def filters(self) -> tuple[Filter, ...]:
        """What was understood and not taken away; ids go into `without`."""
        return self.query.filters

    @property
    def understood(self) -> tuple[str, ...]:
        """The French labels of the filters."""
        return self.query.understood


def read_query(watch: Watch, text: str, now: datetime, store: Store | None = None) -> Query:
    """A question as this watch understands it; with a store, typing mistakes are corrected by the words of its items."""
    speller = index_of(watch, store).speller(store) if store is not None else None
    return understand(text, now, topics=watch.classifier.topics, sources=watch.sources, speller=speller)


def search_items(
    watch: Watch,
    store: Store,
    query: str | Query,
    now: datetime,
    *,
    limit: int = 20,
    offset: int = 0,
    without: Collection[str] = (),
    everything: bool = False,
    passages: bool = True,
) -> Answer:
    """The items that answer a question, best first.

    Args:
        watch: The watch, whose topics and publishers can be asked for.
        store: Its database.
        query: A question, or one that was read before.
        now: The moment it is asked.
        limit: How many hits to give.
        offset: How many better ones to leave out: pages are stable while nothing new comes in.
        without: Ids of filters that were taken away.
        everything: Items that the classifier, or a person, put off topic too.
        passages: Find the sentence of each hit that answers best, which takes as long as the rest.
    """
    from watchbot.search.filtering import unmet
    from watchbot.search.passages import best_passage
    from watchbot.search.ranking import rank

    index = index_of(watch, store)
    index.refresh(store, most=MOST_AT_ONCE)
    asked = read_query(watch, query, now, store) if isinstance(query, str) else query
    asked = asked.without(*without)
    index = index.snapshot()
    missing = unmet(index, store, asked)
    if missing and not asked.words and not asked.phrases:
        return Answer(query=asked, unmet=missing)  # nothing else was asked, and nothing comes near a number
    vector = query_vector(index, asked)
    ranking = rank(index, store, _without(asked, missing), vector, now, everything=everything)
    if not len(ranking.numbers) and (vague := _any_time(asked)):
        missing = (*missing, *vague)
        ranking = rank(index, store, _without(asked, missing), vector, now, everything=everything)
    page = slice(max(0, offset), max(0, offset) + max(0, limit))
    numbers = [int(n) for n in ranking.numbers[page]]
    ids = store.search.ids(numbers)
    scores = {ids[n]: float(score) for n, score in zip(numbers, ranking.scores[page], strict=True) if n in ids}
    items = store.items.get_many(list(scores))
    tags = store.tags.of([item.id for item in items])
    hits = tuple(
        Hit(
            item=item,
            score=scores[item.id],
            passage=best_passage(item, asked.words) if passages else "",
            tags=tags.get(item.id, ()),
        )
        for item in items
    )
    return Answer(query=asked, hits=hits, total=len(ranking.numbers), unmet=missing)


def _without(query: Query, filters: Collection[Filter]) -> Query:
    return query.without(*(one.id for one in filters))


def _any_time(query: Query) -> tuple[Filter, ...]:
    """The wish for anything that is due at all, which a question about dates may have meant otherwise."""
    return tuple(one for one in query.of_kind("due") if isinstance(one.value, Span) and one.value.end is None)


def answer_question(
    watch: Watch, store: Store, text: str, now: datetime, *, limit: int = 5, without: Collection[str] = ()
) -> Reply:
    """Answer a question in French by what is stored; see `watchbot.app.answering`."""
    from watchbot.app import answering

    return answering.answer_question(watch, store, text, now, limit=limit, without=without)


def refresh_search(watch: Watch, store: Store) -> int:
    """Make the search records of items that are new, edited or newly judged; part of the pipeline. Idempotent.

    Returns:
        How many records were made.
    """
    return index_of(watch, store).refresh(store)


# ------------------------------------------------------------------------------------------------- shared in the process

_INDEXES: OrderedDict[tuple[str, ...], SearchIndex] = OrderedDict()
_VECTORS: OrderedDict[tuple[str, str], Vectors] = OrderedDict()
_LOCK = threading.Lock()


def index_of(watch: Watch, store: Store) -> SearchIndex:
    """The index of a database, held by the process from the first question on."""
    from watchbot.search.index import SearchIndex

    topics = tuple(topic.id for topic in watch.classifier.topics)
    encoder = watch.classifier.model.encoders[0]
    stat = store.path.stat()
    key = (str(store.path), str(stat.st_dev), str(stat.st_ino), encoder, *topics)
    with _LOCK:
        index = _INDEXES.get(key)
        if index is None:
            index = _INDEXES[key] = SearchIndex(topics, encoder, hash_of)
            while len(_INDEXES) > INDEXES:
                _INDEXES.popitem(last=False)
        _INDEXES.move_to_end(key)
        return index


def query_vector(index: SearchIndex, query: Query) -> Vectors | None:
    """The vector of a question's meaning; None when nothing is left of it, no item has vectors, or the encoder is missing."""
    from watchbot.classify.encoder import make_encoder

    if index.mean is None or not query.says_something:
        return None
    key = (index.encoder, query.meaning)
    with _LOCK:
        known = _VECTORS.get(key)
    if known is not None:
        return known
    try:
        vector: Vectors = make_encoder(index.encoder).encode([query.meaning])[0]
    except ClassifierError:
        return None
    with _LOCK:
        _VECTORS[key] = vector
        while len(_VECTORS) > REMEMBERED:
            _VECTORS.popitem(last=False)
    return vector


def hash_of(title: str, summary: str, body: str) -> str:
    """The hash under which the classifier stores the vector of an item."""
    from watchbot.classify.text import Text, headline, text_hash

    return text_hash(headline(Text(title=title, summary=summary, body=body)))
