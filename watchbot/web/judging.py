"""Judging an item from the team's mail: the link opens a page, and only its buttons record a correction.

Mail scanners open every link, so nothing happens on GET. The token is bound to one reader; whoever leaves the team's edition
judges no more. A correction is signed with the reader's id, not with the address: it outlives an erasure without naming anybody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from watchbot.app import subscribing
from watchbot.app.answers import with_topics
from watchbot.errors import UsageError
from watchbot.store import Store
from watchbot.web.guard import form_values
from watchbot.web.pages import message, page
from watchbot.web.reading import row_of
from watchbot.web.subscription import now_of, watch_of

if TYPE_CHECKING:
    from watchbot.config import Watch
    from watchbot.model import Item, Subscriber

PURPOSE = "judge"


def judgement(request: Request) -> Response:
    """The page that a link of the team's mail leads to."""
    return _page(request, "")


def _page(request: Request, problem: str) -> Response:
    watch = watch_of(request)
    try:
        with Store(watch.database) as store:
            _reader(watch, store, request)
            item = _item(store, request)
            (_, topics), *_ = with_topics(store, [item])
            verdict = store.tags.verdicts([item.id]).get(item.id)
            human = store.tags.by_human(item.id)
    except UsageError as error:
        return _refused(watch, error)
    return page(
        watch,
        "jugement",
        status=422 if problem else 200,
        row=row_of(watch, item, topics),
        verdict=verdict,
        human=human,
        chosen=topics or _likely(verdict.scores if verdict is not None else {}),
        topics=[(topic.id, topic.name, topic.description) for topic in watch.classifier.topics],
        problem=problem,
    )


def _likely(scores: Mapping[str, float]) -> list[str]:
    """The topic to propose for an item that has none: the best, if it is near enough."""
    best = max(scores, key=lambda topic: scores[topic], default="")
    return [best] if best and scores[best] >= 0.25 else []


async def judge(request: Request) -> Response:
    """Record a judgement."""
    values = await form_values(request)
    return await run_in_threadpool(_judge, request, values)


def _judge(request: Request, values: Mapping[str, Sequence[str]]) -> Response:
    from watchbot.app.classifying import correct

    watch = watch_of(request)
    off_topic = (values.get("verdict") or [""])[0] == "hors-sujet"
    topics = [] if off_topic else list(dict.fromkeys(values.get("topics", ())))
    if not off_topic and not topics:
        return _page(request, "cochez au moins un thème, ou « Hors sujet »")
    try:
        with Store(watch.database) as store:
            reader = _reader(watch, store, request)
            item = _item(store, request)
            correct(
                watch,
                store,
                item.id,
                topics=topics,
                off_topic=off_topic,
                author=f"lecteur-{reader.id[:8]}",
                at=now_of(request),
                origin="digest",
            )
    except UsageError as error:
        return _refused(watch, error)
    names = [topic.name for topic in watch.classifier.topics if topic.id in topics]
    said = "hors sujet" if off_topic else f"retenu pour {', '.join(f'« {name} »' for name in names)}"
    return message(
        watch,
        "Merci, c’est noté",
        f"« {item.title} » : {said}.",
        "Le classement est corrigé tout de suite, et le prochain apprentissage en tiendra compte.",
        link=(f"/nouvelles/{item.id}", "Voir la nouvelle"),
    )


def _reader(watch: Watch, store: Store, request: Request) -> Subscriber:
    reader = subscribing.reader_of(watch, store, request.path_params["token"], PURPOSE)
    if reader.state != "active" or not any(one.show_maybe and one.id in reader.editions for one in watch.editions):
        message_text = "seule l’équipe qui reçoit cette édition peut juger"
        raise UsageError(message_text)
    return reader


def _item(store: Store, request: Request) -> Item:
    item = store.items.get(request.path_params["item"])
    if item is None:
        message_text = "cette nouvelle n’existe plus"
        raise UsageError(message_text)
    return item


def _refused(watch: Watch, error: UsageError) -> Response:
    text = str(error)
    return message(watch, "Jugement impossible", f"{text[:1].upper()}{text[1:]}.", status=404)
