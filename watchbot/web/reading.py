"""Reading without an address: the home page, search, an item."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from watchbot.app.answers import MAX_QUERY, with_topics
from watchbot.errors import UsageError, WatchbotError
from watchbot.model import PRODUCTIONS, REGIONS
from watchbot.store import Store
from watchbot.web.api import number
from watchbot.web.pages import message, page
from watchbot.web.subscription import now_of, watch_of

if TYPE_CHECKING:
    from watchbot.classify.classifier import Classifier
    from watchbot.config import Watch
    from watchbot.model import Item

PAGE = 20
MAX_PAGE = 500
EXPLAINED_KEPT = 512


@dataclass(slots=True)
class Explaining:
    """The classifier, loaded when it is first needed, and the sentences it gave. One thread at a time asks it."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    sentences: dict[str, list[str]] = field(default_factory=dict)
    watch: Watch | None = None
    classifier: Classifier | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An item as a page shows it; `topics` are pairs of id and name, `region` a name."""

    item: Item
    topics: tuple[tuple[str, str], ...]
    region: str
    passage: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """A filter that was understood, and the address of the same search without it (or with it again)."""

    label: str
    href: str


def home(request: Request) -> Response:
    """What this is, and the way to everything."""
    watch = watch_of(request)
    topics = [(topic.id, topic.name) for topic in watch.classifier.topics]
    return page(watch, "accueil", editions=watch.editions, topics=topics)


def row_of(watch: Watch, item: Item, topics: Sequence[str], passage: str = "") -> Row:
    """An item with the names of its topics and region."""
    names = watch.topic_names
    return Row(
        item=item,
        topics=tuple((one, names[one]) for one in topics if one in names),
        region=REGIONS.get(item.region or "", ""),
        passage="" if _folded(passage) in _folded(f"{item.title} {item.summary}") else passage,
    )


def _folded(text: str) -> str:
    return " ".join(text.replace("\u00a0", " ").split())


# ------------------------------------------------------------------------------------------ search


def search(request: Request) -> Response:
    """The page to search on. What was understood stands in links that take it away; nothing needs a script."""
    query = request.query_params.get("q", "").strip()[:MAX_QUERY]
    return _results(request, query) if query else _newest(request)


def _results(request: Request, query: str) -> Response:
    from watchbot.app.searching import read_query, search_items

    watch = watch_of(request)
    without = tuple(dict.fromkeys(request.query_params.getlist("sans")))[:20]
    number_of_page = _page_number(request)
    offset = (number_of_page - 1) * PAGE
    with Store(watch.database) as store:
        asked = read_query(watch, query, now_of(request), store)
        answer = search_items(watch, store, asked, now_of(request), limit=PAGE, offset=offset, without=without)
    rows = [row_of(watch, hit.item, [tag.topic for tag in hit.tags], hit.passage) for hit in answer.hits]
    taken_away = [one for one in asked.filters if one.id in without]

    def address(left_out: Sequence[str], at: int = 1) -> str:
        pairs = [("q", query), *(("sans", one) for one in left_out), *([("page", str(at))] if at > 1 else [])]
        return f"/recherche?{urlencode(pairs)}"

    return page(
        watch,
        "recherche",
        query=query,
        heading="",
        without=without,
        chips=[Chip(label=one.label, href=address([*without, one.id])) for one in answer.filters],
        restored=[
            Chip(label=one.label, href=address([other for other in without if other != one.id])) for one in taken_away
        ],
        corrections=asked.corrections,
        rows=rows,
        total=answer.total,
        previous=address(without, number_of_page - 1) if number_of_page > 1 else "",
        following=address(without, number_of_page + 1) if offset + len(rows) < answer.total and rows else "",
    )


def _newest(request: Request) -> Response:
    """The newest items, of a topic or region if one is asked for."""
    watch = watch_of(request)
    names = watch.topic_names
    theme, region = request.query_params.get("theme", ""), request.query_params.get("region", "")
    theme, region = (theme if theme in names else ""), (region if region in REGIONS else "")
    number_of_page = _page_number(request)
    with Store(watch.database) as store:
        found = store.items.select(
            relevant=True,
            topics=[theme] if theme else [],
            regions=[region] if region else [],
            limit=PAGE + 1,
            offset=(number_of_page - 1) * PAGE,
        )
        rows = [row_of(watch, item, topics) for item, topics in with_topics(store, found[:PAGE])]
    kept = [(name, value) for name, value in (("theme", theme), ("region", region)) if value]

    def address(at: int) -> str:
        return f"/recherche?{urlencode([*kept, ('page', str(at))])}"

    return page(
        watch,
        "recherche",
        query="",
        heading=" · ".join(name for name in (names.get(theme, ""), REGIONS.get(region, "")) if name)
        or "Dernières nouvelles",
        without=(),
        chips=[],
        restored=[],
        corrections=(),
        rows=rows,
        total=len(rows),
        previous=address(number_of_page - 1) if number_of_page > 1 else "",
        following=address(number_of_page + 1) if len(found) > PAGE else "",
    )


def _page_number(request: Request) -> int:
    try:
        return number(request.query_params.get("page"), "page", 1, 1, MAX_PAGE)
    except UsageError:
        return 1


# ------------------------------------------------------------------------------------------ one item


def item(request: Request) -> Response:
    """One item: what it says, what is due, who else tells it, and why it bears its topics."""
    watch = watch_of(request)
    with Store(watch.database) as store:
        found = store.items.get(request.path_params["item"])
        if found is None:
            return message(watch, "Nouvelle inconnue", "Il n’y a pas de nouvelle à cette adresse.", status=404)
        (_, topics), *_ = with_topics(store, [found])
        human = store.tags.by_human(found.id)
        also = [one for one in store.items.in_cluster(found.cluster) if one.id != found.id]
        deadlines = store.deadlines.of_item(found.id)
        versions = len(store.items.versions(found.id))
    return page(
        watch,
        "nouvelle",
        row=row_of(watch, found, topics),
        kinds=[PRODUCTIONS[one] for one in found.productions if one in PRODUCTIONS],
        also=[one for one in also if one.publisher != found.publisher],
        deadlines=deadlines,
        versions=versions,
        human=human,
        sentences=[] if human else explained(request, found),
    )


def explained(request: Request, found: Item) -> list[str]:
    """Why the classifier judged an item so, one sentence a topic; nothing when it cannot be asked."""
    from watchbot.app.classifying import explain_item

    kept: Explaining = request.app.state.explaining
    key = f"{found.id} {found.edited_at}"
    if key not in kept.sentences:
        try:
            with kept.lock:
                told = [one.sentence for one in explain_item(_classifier(kept, watch_of(request)), found)]
        except WatchbotError as error:
            import structlog

            structlog.get_logger("watchbot").warning("item not explained", reason=str(error))
            return []
        if len(kept.sentences) >= EXPLAINED_KEPT:
            kept.sentences.clear()
        kept.sentences[key] = told
        return told
    return kept.sentences[key]


def _classifier(kept: Explaining, watch: Watch) -> Classifier:
    """The watch's classifier. To be called under the lock."""
    from watchbot.app.classifying import load_classifier

    if kept.classifier is None or kept.watch is not watch:
        kept.watch, kept.classifier = watch, load_classifier(watch)
    return kept.classifier
