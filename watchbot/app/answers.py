"""What programs get: items and answers as plain data, the same from the command line and from the web."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from watchbot.errors import UsageError
from watchbot.french_dates import PARIS
from watchbot.model import REGIONS, Item

if TYPE_CHECKING:
    from watchbot.app.searching import Answer
    from watchbot.config import Watch
    from watchbot.store import Store

MAX_QUERY = 300
MAX_OFFSET = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which items to list. Empty topics, sources and regions mean all; `everything` takes off-topic items too."""

    topics: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    everything: bool = False


def checked_selection(
    watch: Watch,
    moment: datetime,
    *,
    topics: Sequence[str] = (),
    sources: Sequence[str] = (),
    regions: Sequence[str] = (),
    since: str | None = None,
    until: str | None = None,
    everything: bool = False,
) -> Selection:
    """A selection by names and dates as they were given.

    Raises:
        UsageError: a name is unknown (the nearest is named), or a date is none.
    """
    known = {
        "topic": (topics, [topic.id for topic in watch.classifier.topics]),
        "source": (sources, [source.id for source in watch.sources]),
        "region": (regions, list(REGIONS)),
    }
    from watchbot.config.problems import nearest

    for what, (given, names) in known.items():
        for one in given:
            if one not in names:
                message = f'{what}: no {what} "{one[:80]}"{nearest(one, names)}'
                raise UsageError(message)
    return Selection(
        topics=tuple(dict.fromkeys(topics)),
        sources=tuple(dict.fromkeys(sources)),
        regions=tuple(dict.fromkeys(regions)),
        since=moment_of(since, "since", moment),
        until=moment_of(until, "until", moment),
        everything=everything,
    )


def select_items(store: Store, selection: Selection, *, limit: int | None = 50, offset: int = 0) -> list[Item]:
    """The items of a selection, newest first."""
    return store.items.select(
        topics=selection.topics,
        sources=selection.sources,
        regions=selection.regions,
        since=selection.since,
        until=selection.until,
        relevant=None if selection.everything else True,
        limit=limit,
        offset=offset,
    )


def moment_of(text: str | None, name: str, moment: datetime) -> datetime | None:
    """A point in time: a date (that day in France begins), a time, or a duration before `moment` (`7d`, `12h`).

    Raises:
        UsageError: the text is none of these.
    """
    if not text:
        return None
    from watchbot.config.durations import parse_duration

    try:
        found = datetime.fromisoformat(text)
        return found if found.tzinfo else found.replace(tzinfo=PARIS)
    except ValueError:
        pass
    try:
        before: timedelta = parse_duration(text)
        return moment - before
    except (ValueError, OverflowError):
        message = f"{name}: {text[:40]!r} is neither a date such as 2026-11-16 nor a duration such as 7d"
        raise UsageError(message) from None


def with_topics(store: Store, found: Sequence[Item]) -> list[tuple[Item, list[str]]]:
    """Items with the ids of their topics, the main one first."""
    tags = store.tags.of([item.id for item in found])
    return [(item, [tag.topic for tag in tags.get(item.id, ())]) for item in found]


def item_data(item: Item, topics: Sequence[str]) -> dict[str, Any]:
    """An item as programs get it: without the publisher's whole text."""
    return {
        "id": item.id,
        "url": item.url,
        "title": item.title,
        "summary": item.summary,
        "date": item.date.isoformat(),
        "publisher": item.publisher,
        "source": item.source_id,
        "language": item.language,
        "region": item.region,
        "productions": list(item.productions),
        "topics": list(topics),
        "story": item.cluster,
    }


def items_data(store: Store, selection: Selection, *, limit: int, offset: int = 0) -> Mapping[str, Any]:
    """One page of a selection. `next_offset` is None on the last."""
    found = select_items(store, selection, limit=limit + 1, offset=offset)
    shown = [item_data(item, topics) for item, topics in with_topics(store, found[:limit])]
    return {"items": shown, "next_offset": offset + limit if len(found) > limit else None}


def search_data(
    watch: Watch,
    store: Store,
    question: str,
    moment: datetime,
    *,
    limit: int = 20,
    offset: int = 0,
    without: Collection[str] = (),
) -> Mapping[str, Any]:
    """One page of what a search finds, with the filters understood: their ids, given back as `without`, take them away.

    Raises:
        UsageError: there is nothing to search for, or too much.
    """
    return answer_data(search(watch, store, question, moment, limit=limit, offset=offset, without=without), offset)


def search(
    watch: Watch,
    store: Store,
    question: str,
    moment: datetime,
    *,
    limit: int = 20,
    offset: int = 0,
    without: Collection[str] = (),
) -> Answer:
    """What a search finds.

    Raises:
        UsageError: there is nothing to search for, or too much.
    """
    from watchbot.app.searching import search_items

    text = question.strip()
    if not text or len(text) > MAX_QUERY:
        message = f"q: write from 1 to {MAX_QUERY} characters"
        raise UsageError(message)
    return search_items(watch, store, text, moment, limit=limit, offset=offset, without=without)


def answer_data(answer: Answer, offset: int = 0) -> Mapping[str, Any]:
    """An answer as plain data."""
    found = [
        {
            **item_data(hit.item, [tag.topic for tag in hit.tags]),
            "score": round(hit.score, 6),
            "passage": hit.passage,
        }
        for hit in answer.hits
    ]
    following = offset + len(found)
    return {
        "query": answer.query.text,
        "corrections": [{"typed": typed, "read": read} for typed, read in answer.query.corrections],
        "filters": [{"id": one.id, "kind": one.kind, "label": one.label} for one in answer.filters],
        "total": answer.total,
        "items": found,
        "next_offset": following if found and following < answer.total else None,
    }
