"""Reading without an address: the home page, search, past issues, the Atom feed, the calendar."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from watchbot.digest.atom import Feed, FeedEntry, entry_id, feed_bytes
from watchbot.digest.french import clean
from watchbot.errors import UsageError, WatchbotError
from watchbot.model import REGIONS
from watchbot.store import Store
from watchbot.web.api import CACHE, MAX_QUERY, selected, with_topics
from watchbot.web.pages import message, page
from watchbot.web.subscription import now_of, watch_of

if TYPE_CHECKING:
    from watchbot.model import Item

AHEAD = timedelta(days=365)
FEED_ITEMS = 50
# A mail carries its styles in itself.
MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src https:; base-uri 'none'; frame-ancestors 'none'"
ARCHIVE_KEPT = 64


def home(request: Request) -> Response:
    """What this is, and the way to everything."""
    watch = watch_of(request)
    topics = [(topic.id, topic.name) for topic in watch.classifier.topics]
    return page(watch, "accueil", editions=watch.editions, topics=topics)


def search(request: Request) -> Response:
    """The page to search on."""
    from watchbot.app.searching import search_items

    watch = watch_of(request)
    query = request.query_params.get("q", "").strip()[:MAX_QUERY]
    names = {topic.id: topic.name for topic in watch.classifier.topics}
    understood: list[str] = []
    rows = []
    with Store(watch.database) as store:
        theme = request.query_params.get("theme", "")
        if query:
            answer = search_items(watch, store, query, now_of(request), limit=30)
            understood = [str(one) for one in answer.understood]
            found = [hit.item for hit in answer.hits]
        else:
            found = store.items.select(
                relevant=True, topics=[theme] if theme in names else [], limit=FEED_ITEMS if theme else 20
            )
        for item, topics in with_topics(store, found):
            rows.append(
                (item, [names[topic] for topic in topics if topic in names], REGIONS.get(item.region or "", ""))
            )
    return page(watch, "recherche", query=query, theme=names.get(theme, ""), understood=understood, rows=rows)


def calendar(request: Request) -> Response:
    """Deadlines of the year ahead as iCalendar."""
    from watchbot.app.tracking import upcoming_deadlines
    from watchbot.extract.calendar import calendar_bytes

    watch, now = watch_of(request), now_of(request)
    with Store(watch.database) as store:
        content = calendar_bytes(upcoming_deadlines(store, now, AHEAD), now, watch.name)
    return Response(content, media_type="text/calendar; charset=utf-8", headers=CACHE)


def feed(request: Request) -> Response:
    """The newest items as Atom (RFC 4287), by topic, region or source."""
    watch = watch_of(request)
    try:
        with Store(watch.database) as store:
            found = selected(watch, store, request, limit=FEED_ITEMS)
    except UsageError as error:
        return message(watch, "Flux inconnu", f"{error}.", status=404)
    base = watch.settings.base_url.rstrip("/")
    address = f"{base}{request.url.path}" + (f"?{request.url.query}" if request.url.query else "")
    content = feed_bytes(
        Feed(
            title=watch.name,
            address=address,
            home=base,
            author=watch.name,
            updated=max((item.edited_at or item.first_seen for item in found), default=now_of(request)),
            entries=tuple(_feed_entry(item, base) for item in found),
        )
    )
    return Response(content, media_type="application/atom+xml; charset=utf-8", headers=CACHE)


def _feed_entry(item: Item, base: str) -> FeedEntry:
    return FeedEntry(
        id=entry_id(base, item.id),
        title=clean(item.title, 300) or item.url,
        url=item.url,
        published=item.date,
        updated=item.edited_at or item.date,
        author=clean(item.publisher, 100),
        summary=clean(item.summary, 1_000),
        language=item.language,
    )


def archive(request: Request) -> Response:
    """The list of past issues."""
    watch = watch_of(request)
    names = {edition.id: edition.name for edition in watch.editions}
    with Store(watch.database) as store:
        issues = [(issue, names[edition], at) for edition, issue, at in store.issues.list() if edition in names]
    return page(watch, "archives", issues=issues)


def issue(request: Request) -> Response:
    """A past issue as it stands for everyone, without a reader's preferences."""
    from watchbot.app.digesting import preview, render
    from watchbot.digest.model import Links

    watch, wanted = watch_of(request), request.path_params["issue"]
    kept: dict[str, str] = request.app.state.issues
    html = kept.get(wanted)
    if html is None:
        with Store(watch.database) as store:
            known = {one: (edition, at) for edition, one, at in store.issues.list()}
            edition = next((e for e in watch.editions if wanted in known and e.id == known[wanted][0]), None)
            if edition is None:
                return message(watch, "Numéro inconnu", "Il n’y a pas de numéro à cette adresse.", status=404)
            try:
                digest = preview(watch, store, edition, known[wanted][1], explain=False)
            except WatchbotError as error:
                return message(watch, "Numéro illisible", f"{error}.", status=500)
        html = str(render(watch, digest, Links(), edition.template, "email")["html"])
        if len(kept) >= ARCHIVE_KEPT:
            kept.clear()
        kept[wanted] = html
    return HTMLResponse(html, headers={"Content-Security-Policy": MAIL_POLICY, "Cache-Control": "public, max-age=300"})
