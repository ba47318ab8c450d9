"""Searching: a question in French (or English) becomes filters and a ranking; its answer says what was understood."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from watchbot.model import Change, Deadline, Item, Record, Tag
from watchbot.search.periods import Span
from watchbot.search.query import PARIS, Filter, Query, understand

if TYPE_CHECKING:
    from watchbot.config import Watch
    from watchbot.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One item found, best first by `score` (higher is better). `passage` is the sentence that answers best."""

    item: Item
    score: float
    passage: str = ""
    tags: tuple[Tag, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a search found. `total` counts all that was ranked, of which `hits` are one page."""

    query: Query
    hits: tuple[Hit, ...] = ()
    total: int = 0

    @property
    def filters(self) -> tuple[Filter, ...]:
        """What was understood and not taken away; ids go into `without`."""
        return self.query.filters

    @property
    def understood(self) -> tuple[str, ...]:
        """The French labels of the filters."""
        return self.query.understood


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer in French, drawn from what is stored and from nothing else.

    `lines` are its sentences, in the order in which they are to be read; `deadlines`, `changes` and `records` are what the
    question asked for beside items.
    """

    answer: Answer
    lines: tuple[str, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    changes: tuple[Change, ...] = ()
    records: tuple[Record, ...] = ()


def read_query(watch: Watch, text: str, now: datetime) -> Query:
    """A question as this watch understands it."""
    return understand(text, now, topics=watch.classifier.topics, sources=watch.sources)


def search_items(
    watch: Watch,
    store: Store,
    query: str | Query,
    now: datetime,
    *,
    limit: int = 20,
    offset: int = 0,
    without: Collection[str] = (),
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
    """
    asked = read_query(watch, query, now) if isinstance(query, str) else query
    asked = asked.without(*without)
    scores = _candidates(store, asked)
    items = [item for item in store.items.get_many(list(scores)) if _passes(store, item, asked)]
    items.sort(key=lambda item: (-scores[item.id], item.date, item.id))
    tags = store.tags.of([item.id for item in items])
    hits = [Hit(item=item, score=scores[item.id], tags=tags.get(item.id, ())) for item in items]
    return Answer(query=asked, hits=tuple(hits[offset : offset + limit]), total=len(hits))


def answer_question(
    watch: Watch, store: Store, text: str, now: datetime, *, limit: int = 5, without: Collection[str] = ()
) -> Reply:
    """Answer a question by what is stored: the filters understood, the best items, what is due, what changed, what is on file."""
    answer = search_items(watch, store, text, now, limit=limit, without=without)
    asked = answer.query
    records = tuple(
        record for one in asked.of_kind("number") if (record := store.records.get(str(one.value))) is not None
    )
    return Reply(answer=answer, records=records)


def _candidates(store: Store, query: Query) -> dict[str, float]:
    groups = [f'"{word}"*' for word in query.words] + ['"' + " ".join(phrase) + '"' for phrase in query.phrases]
    if not groups:
        return {item.id: item.date.timestamp() for item in store.items.select(limit=500)}
    return {one: -score for one, score in store.items.search_text(" OR ".join(groups), 500)}


def _passes(store: Store, item: Item, query: Query) -> bool:
    for kind in {one.kind for one in query.filters}:
        values = [one.value for one in query.of_kind(kind)]
        if kind == "topic" and not {tag.topic for tag in store.tags.of([item.id]).get(item.id, ())} & set(values):
            return False
        if kind == "region" and item.region not in values:
            return False
        if kind == "source" and item.publisher not in values:
            return False
        if kind == "production" and item.productions and not set(item.productions) & set(values):
            return False
        if kind == "period" and not any(isinstance(v, Span) and _within(item.date, v) for v in values):
            return False
    return True


def _within(moment: datetime, span: Span) -> bool:
    start, end = span_times(span)
    return (start is None or moment >= start) and (end is None or moment < end)


def span_times(span: Span) -> tuple[datetime | None, datetime | None]:
    """The moments from which and before which a span of days in Paris lasts."""
    start = datetime.combine(span.start, time(), PARIS).astimezone(UTC) if span.start else None
    end = datetime.combine(span.end + timedelta(days=1), time(), PARIS).astimezone(UTC) if span.end else None
    return start, end
