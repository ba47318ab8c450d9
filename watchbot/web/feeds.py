"""Feeds (Atom, RFC 4287) and calendars (iCalendar, RFC 5545) of everything, of an edition, a topic, a region or a source."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from watchbot.app.answers import checked_selection, select_items, with_topics
from watchbot.digest.atom import Feed, FeedEntry, entry_id, feed_bytes
from watchbot.digest.french import clean
from watchbot.errors import UsageError
from watchbot.model import REGIONS, Edition
from watchbot.store import Store
from watchbot.web.api import CACHE, selection_of
from watchbot.web.pages import message, page
from watchbot.web.subscription import now_of, watch_of

if TYPE_CHECKING:
    from watchbot.app.answers import Selection
    from watchbot.config import Watch
    from watchbot.model import Deadline, Item

AHEAD = timedelta(days=365)
FEED_ITEMS = 50


def listing(request: Request) -> Response:
    """Every feed and calendar that there is."""
    watch = watch_of(request)
    return page(
        watch,
        "flux",
        editions=[(one.id, one.name) for one in watch.editions],
        topics=[(one.id, one.name) for one in watch.classifier.topics],
        regions=list(REGIONS.items()),
    )


# ------------------------------------------------------------------------------------------ feeds


def feed(request: Request) -> Response:
    """The newest items as Atom, by the filters of the query: topic (or theme), region, source."""
    try:
        return _feed(request, selection_of(request), "")
    except UsageError as error:
        return _unknown(request, error)


def feed_of(request: Request) -> Response:
    """The newest items of one topic, region or source; the issues of one edition."""
    watch, kind, one = watch_of(request), request.path_params["kind"], request.path_params["one"]
    try:
        if kind == "editions":
            return _feed_of_edition(request, watch.edition(one))
        name = name_of(watch, kind, one)
        topics, regions, sources = ([one] if kind == wanted else [] for wanted in ("themes", "regions", "sources"))
        selection = checked_selection(watch, now_of(request), topics=topics, regions=regions, sources=sources)
        return _feed(request, selection, name)
    except UsageError as error:
        return _unknown(request, error)


def _feed(request: Request, selection: Selection, name: str) -> Response:
    watch = watch_of(request)
    topics = watch.topic_names
    with Store(watch.database) as store:
        found = with_topics(store, select_items(store, selection, limit=FEED_ITEMS))
    base = watch.settings.base_url.rstrip("/")
    address = f"{base}{request.url.path}" + (f"?{request.url.query}" if request.url.query else "")
    content = feed_bytes(
        Feed(
            title=f"{watch.name} – {name}" if name else watch.name,
            address=address,
            home=base,
            author=watch.name,
            updated=max((item.edited_at or item.first_seen for item, _ in found), default=now_of(request)),
            entries=tuple(
                _feed_entry(item, [(t, topics[t]) for t in tags if t in topics], base) for item, tags in found
            ),
        )
    )
    return _atom(content)


def _feed_of_edition(request: Request, edition: Edition) -> Response:
    from watchbot.digest.atom import render_atom
    from watchbot.web.archive import issues_of

    watch = watch_of(request)
    base = watch.settings.base_url.rstrip("/")
    address = f"{base}{request.url.path}"
    issues = issues_of(request, edition.id)
    if issues:
        return _atom(render_atom(issues, address=address, home=base))
    title = f"{watch.name} – {edition.name}"
    empty = Feed(title=title, address=address, home=base, author=watch.name, updated=now_of(request), entries=())
    return _atom(feed_bytes(empty))


def _feed_entry(item: Item, categories: Sequence[tuple[str, str]], base: str) -> FeedEntry:
    return FeedEntry(
        id=entry_id(base, item.id),
        title=clean(item.title, 300) or item.url,
        url=item.url,
        published=item.date,
        updated=item.edited_at or item.date,
        author=clean(item.publisher, 100),
        summary=clean(item.summary, 1_000),
        language=item.language,
        categories=tuple(categories),
    )


def _atom(content: bytes) -> Response:
    return Response(content, media_type="application/atom+xml; charset=utf-8", headers=CACHE)


# ------------------------------------------------------------------------------------------ calendars


def calendar(request: Request) -> Response:
    """All deadlines of the year ahead."""
    watch = watch_of(request)
    with Store(watch.database) as store:
        return _calendar(request, _ahead(request, store), watch.name)


def calendar_of(request: Request) -> Response:
    """The deadlines of one topic, region or edition."""
    watch, kind, one = watch_of(request), request.path_params["kind"], request.path_params["one"]
    try:
        name = name_of(watch, kind, one)
        edition = watch.edition(one) if kind == "editions" else None
    except UsageError as error:
        return _unknown(request, error)
    with Store(watch.database) as store:
        if edition is not None:
            kept = _of_edition(store, edition, _ahead(request, store))
        elif kind == "themes":
            kept = _of_topics(store, {one}, _ahead(request, store))
        else:
            kept = _of_region(watch, store, one, _ahead(request, store))
    return _calendar(request, kept, f"{watch.name} – {name}")


def _ahead(request: Request, store: Store) -> list[Deadline]:
    from watchbot.app.tracking import upcoming_deadlines

    return upcoming_deadlines(store, now_of(request), AHEAD)


def _calendar(request: Request, deadlines: Sequence[Deadline], name: str) -> Response:
    from watchbot.extract.calendar import calendar_bytes

    content = calendar_bytes(deadlines, now_of(request), name)
    return Response(content, media_type="text/calendar; charset=utf-8", headers=CACHE)


def _of_topics(store: Store, topics: set[str], deadlines: Sequence[Deadline]) -> list[Deadline]:
    """Deadlines that an item of one of these topics gives."""
    tags = store.tags.of(list(dict.fromkeys(one for each in deadlines for one in each.item_ids)))
    return [
        each for each in deadlines if any(tag.topic in topics for one in each.item_ids for tag in tags.get(one, ()))
    ]


def _of_region(watch: Watch, store: Store, region: str, deadlines: Sequence[Deadline]) -> list[Deadline]:
    """Deadlines that an item, or a source, of the region gives."""
    items = store.items.get_many(list(dict.fromkeys(one for each in deadlines for one in each.item_ids)))
    of_region = {one.id for one in items if one.region == region}
    of_region |= {one.id for one in watch.sources if one.region == region}
    return [each for each in deadlines if of_region.intersection((*each.item_ids, *each.source_ids))]


def _of_edition(store: Store, edition: Edition, deadlines: Sequence[Deadline]) -> list[Deadline]:
    """Deadlines as the edition tells them: by its topics; those that no item gives concern everyone."""
    if not edition.topics:
        return list(deadlines)
    kept = {each.uid for each in _of_topics(store, set(edition.topics), deadlines)}
    return [each for each in deadlines if each.uid in kept or not each.item_ids]


# ------------------------------------------------------------------------------------------ names


def name_of(watch: Watch, kind: str, one: str) -> str:
    """What a topic, region, source or edition is called.

    Raises:
        UsageError: there is none of this name.
    """
    known = {
        "themes": watch.topic_names,
        "regions": dict(REGIONS),
        "sources": {source.id: source.name for source in watch.sources},
        "editions": {edition.id: edition.name for edition in watch.editions},
    }.get(kind, {})
    if one not in known:
        message_text = f"no {kind} {one[:80]!r}"
        raise UsageError(message_text)
    return known[one]


def _unknown(request: Request, _error: UsageError) -> Response:
    return message(
        watch_of(request),
        "Flux inconnu",
        "Il n’y a pas de flux de ce nom.",
        status=404,
        link=("/flux", "Tous les flux"),
    )
