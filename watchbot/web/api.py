"""JSON for programs: items, search, and their OpenAPI document."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from watchbot.app.answers import MAX_OFFSET, Selection, checked_selection, items_data, search_data
from watchbot.errors import UsageError
from watchbot.model import REGIONS
from watchbot.store import Store
from watchbot.web.subscription import now_of, watch_of

MAX_LIMIT = 200
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
    """Items, newest first: what `watchbot items` lists."""
    limit, offset = page_of(request, 50)
    with Store(watch_of(request).database) as store:
        return _page(request, items_data(store, selection_of(request), limit=limit, offset=offset))


@told
def search(request: Request) -> Response:
    """Items that answer words or a question: what `watchbot search --json` prints."""
    limit, offset = page_of(request, 20)
    query = request.query_params
    with Store(watch_of(request).database) as store:
        found = search_data(
            watch_of(request),
            store,
            query.get("q", ""),
            now_of(request),
            limit=limit,
            offset=offset,
            without=query.getlist("without"),
        )
    return _page(request, found)


def openapi(request: Request) -> Response:
    """The document that describes this interface."""
    from watchbot.web.openapi import document

    watch = watch_of(request)
    return JSONResponse(document(watch.name, [t.id for t in watch.classifier.topics], list(REGIONS)), headers=CACHE)


def selection_of(request: Request) -> Selection:
    """What a query asks for (`topic` may be called `theme`).

    Raises:
        UsageError: a filter names nothing that there is, or a date is none.
    """
    query = request.query_params
    return checked_selection(
        watch_of(request),
        now_of(request),
        topics=[*query.getlist("topic"), *query.getlist("theme")],
        sources=query.getlist("source"),
        regions=query.getlist("region"),
        since=query.get("since"),
        until=query.get("until"),
        everything=query.get("all", "") in {"1", "true"},
    )


def page_of(request: Request, size: int) -> tuple[int, int]:
    """How many items of a query, and how many to leave out.

    Raises:
        UsageError: one is no number, or out of bounds.
    """
    query = request.query_params
    limit = number(query.get("limit"), "limit", size, 1, MAX_LIMIT)
    return limit, number(query.get("offset"), "offset", 0, 0, MAX_OFFSET)


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


def _page(request: Request, data: Mapping[str, Any]) -> Response:
    """A page of an answer; the address of the next stands in the header Link (RFC 8288)."""
    headers = dict(CACHE)
    if data["next_offset"] is not None:
        following = request.url.include_query_params(offset=data["next_offset"])
        headers["Link"] = f'<{request.url.path}?{following.query}>; rel="next"'
    return JSONResponse(data, headers=headers)
