"""JSON for programs: items, search, and their OpenAPI document."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from watchbot.errors import UsageError
from watchbot.model import REGIONS, Item
from watchbot.store import Store
from watchbot.web.plain import plain
from watchbot.web.subscription import now_of, watch_of

if TYPE_CHECKING:
    from watchbot.config import Watch

MAX_LIMIT = 200
MAX_OFFSET = 100_000
MAX_QUERY = 300
CACHE = {"Cache-Control": "public, max-age=60", "Access-Control-Allow-Origin": "*"}


def told(answer: Callable[[Request], Response]) -> Callable[[Request], Response]:
    """An endpoint that says what is wrong with a call as JSON with status 400."""

    def endpoint(request: Request) -> Response:
        try:
            return answer(request)
        except UsageError as error:
            return JSONResponse({"error": str(error)}, status_code=400, headers=CACHE)

    return endpoint


@told
def items(request: Request) -> Response:
    """Relevant items, newest first."""
    watch, query = watch_of(request), request.query_params
    limit = number(query.get("limit"), "limit", 50, 1, MAX_LIMIT)
    offset = number(query.get("offset"), "offset", 0, 0, MAX_OFFSET)
    with Store(watch.database) as store:
        found = selected(watch, store, request, limit=limit + 1, offset=offset)
        shown = [item_json(item, topics) for item, topics in with_topics(store, found[:limit])]
    following = f"{request.url.path}?{request.url.include_query_params(offset=offset + limit).query}"
    return JSONResponse({"items": shown, "next": following if len(found) > limit else None}, headers=CACHE)


@told
def search(request: Request) -> Response:
    """Items that match words or a question."""
    from watchbot.app.searching import search_items

    watch, query = watch_of(request), request.query_params.get("q", "").strip()
    if not query or len(query) > MAX_QUERY:
        message = f"q: write from 1 to {MAX_QUERY} characters"
        raise UsageError(message)
    limit = number(request.query_params.get("limit"), "limit", 20, 1, 100)
    with Store(watch.database) as store:
        answer = search_items(watch, store, query, now_of(request), limit=limit)
        found = with_topics(store, [hit.item for hit in answer.hits])
    shown = [item_json(item, topics) for item, topics in found]
    return JSONResponse({"query": query, "understood": plain(answer.understood), "items": shown}, headers=CACHE)


def openapi(request: Request) -> Response:
    """The document that describes this interface."""
    from watchbot.web.openapi import document

    watch = watch_of(request)
    return JSONResponse(document(watch.name, [t.id for t in watch.classifier.topics], list(REGIONS)), headers=CACHE)


def selected(watch: Watch, store: Store, request: Request, *, limit: int, offset: int = 0) -> list[Item]:
    """Items by the filters topic, source, region, since and until of a query (French names too).

    Raises:
        UsageError: a filter names nothing that there is, or a date is none.
    """
    query = request.query_params
    topics = list(dict.fromkeys([*query.getlist("topic"), *query.getlist("theme")]))
    sources = list(dict.fromkeys(query.getlist("source")))
    regions = list(dict.fromkeys(query.getlist("region")))
    known = {
        "topic": [t.id for t in watch.classifier.topics],
        "source": [s.id for s in watch.sources],
        "region": [*REGIONS],
    }
    for name, given in (("topic", topics), ("source", sources), ("region", regions)):
        unknown = [one for one in given if one not in known[name]]
        if unknown:
            message = f"{name}: unknown {unknown[0][:80]!r}"
            raise UsageError(message)
    return store.items.select(
        topics=topics,
        sources=sources,
        regions=regions,
        since=moment(query.get("since"), "since"),
        until=moment(query.get("until"), "until"),
        relevant=True,
        limit=limit,
        offset=offset,
    )


def with_topics(store: Store, found: Sequence[Item]) -> list[tuple[Item, list[str]]]:
    """Items with their topics, the main one first."""
    tags = store.tags.of([item.id for item in found])
    return [(item, [tag.topic for tag in tags.get(item.id, ())]) for item in found]


def item_json(item: Item, topics: Sequence[str]) -> Mapping[str, Any]:
    """An item as the interface shows it: without the publisher's whole text."""
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


def number(text: str | None, name: str, default: int, least: int, most: int) -> int:
    """A whole number of a query.

    Raises:
        UsageError: it is none, or out of bounds.
    """
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 9 and least <= int(text) <= most):
        message = f"{name}: write a number from {least} to {most}"
        raise UsageError(message)
    return int(text)


def moment(text: str | None, name: str) -> datetime | None:
    """A date or a time of a query; UTC when it does not say.

    Raises:
        UsageError: it is neither.
    """
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    except ValueError as error:
        message = f"{name}: write a date such as 2026-11-16 or a time such as 2026-11-16T08:00:00Z"
        raise UsageError(message) from error
