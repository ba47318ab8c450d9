"""Subscribing, confirming, preferences, leaving. Links from mails open a page; only its button changes something.

Mail scanners open every link: nothing may happen on GET. One-click unsubscription is a POST (RFC 8058).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from watchbot.app import subscribing
from watchbot.app.links import token
from watchbot.errors import UsageError, WatchbotError
from watchbot.store import Store
from watchbot.web.guard import form_values
from watchbot.web.pages import choices, message, page

if TYPE_CHECKING:
    from watchbot.config import Watch

Values = Mapping[str, Sequence[str]]
# A field that people do not see and programs fill in.
TRAP = "site"


def watch_of(request: Request) -> Watch:
    """The watch as it was last read."""
    watch: Watch = request.app.state.watch
    return watch


def now_of(request: Request) -> datetime:
    """The present."""
    clock: Callable[[], datetime] = request.app.state.clock
    return clock()


def form(request: Request) -> Response:
    """The page on which to subscribe."""
    return _form(watch_of(request), {})


def _form(watch: Watch, values: Values, problem: str = "", status: int = 200) -> Response:
    first = [watch.editions[0].id] if watch.editions else []
    chosen = {"editions": first, **{key: list(value) for key, value in values.items()}}
    return page(watch, "inscription", status=status, choices=choices(watch), chosen=chosen, problem=problem, trap=TRAP)


async def subscribe(request: Request) -> Response:
    """Take a request; the answer is the same whether the address is known or not."""
    values = await form_values(request)
    return await run_in_threadpool(_subscribe, request, values)


def _subscribe(request: Request, values: Values) -> Response:
    watch = watch_of(request)
    answer = message(
        watch,
        "Vérifiez votre boîte de réception",
        "Si cette adresse peut recevoir notre courrier, un message vient d’y être envoyé : ouvrez le lien qu’il contient.",
        "Rien d’ici cinq minutes ? Regardez parmi les indésirables, puis recommencez. Les messages suivants sont de plus en"
        " plus espacés : cinq au plus par jour et par adresse.",
    )
    if values.get(TRAP):
        return answer
    try:
        wish = subscribing.checked_wish(watch, values)
        with Store(watch.database) as store:
            subscribing.request_subscription(watch, store, (values.get("address") or [""])[0], wish, now_of(request))
    except UsageError as error:
        return _form(watch, values, str(error), 422)
    answer.background = BackgroundTask(_send, watch)
    return answer


def _send(watch: Watch) -> None:
    """Send what was just queued; whatever fails is tried again by `watchbot run`."""
    from watchbot.app.digesting import deliver

    try:
        deliver(watch)
    except WatchbotError as error:
        import structlog

        structlog.get_logger("watchbot").warning("confirmation not sent yet", error=str(error))


def confirmation(request: Request) -> Response:
    """The page that a confirmation letter leads to."""
    watch = watch_of(request)
    try:
        with Store(watch.database) as store:
            subscribing.reader_of(watch, store, request.path_params["token"], "confirm")
    except UsageError as error:
        return _invalid(watch, error)
    return page(watch, "confirmation")


async def confirm(request: Request) -> Response:
    """Confirm."""
    await form_values(request)
    return await run_in_threadpool(_confirm, request)


def _confirm(request: Request) -> Response:
    watch = watch_of(request)
    try:
        with Store(watch.database) as store:
            reader = subscribing.confirm_subscription(watch, store, request.path_params["token"], now_of(request))
    except UsageError as error:
        return _invalid(watch, error)
    names = [edition.name for edition in watch.editions if edition.id in reader.editions]
    return message(
        watch,
        "Inscription confirmée",
        f"Vous recevrez : {', '.join(names)}.",
        "Chaque message contient un lien vers vos préférences et un lien pour vous désabonner.",
        link=(f"/preferences/{token(watch, reader.id, 'preferences')}", "Mes préférences"),
    )


def preferences(request: Request) -> Response:
    """A reader's preferences."""
    return _preferences(request)


def _preferences(request: Request, problem: str = "", typed: Values | None = None) -> Response:
    """The page; with a problem, what was `typed` stands in it rather than what is stored."""
    from watchbot.web.following import lines_of

    watch = watch_of(request)
    try:
        with Store(watch.database) as store:
            reader = subscribing.reader_of(watch, store, request.path_params["token"], "preferences")
            follows = lines_of(store, reader.id, now_of(request))
    except UsageError as error:
        return _invalid(watch, error)
    names = ("editions", "topics", "regions", "kinds", "languages")
    chosen = {name: list(getattr(reader, name) if typed is None else typed.get(name, ())) for name in names}
    return page(
        watch,
        "preferences",
        status=422 if problem else 200,
        choices=choices(watch),
        chosen=chosen,
        reader=reader,
        alerts=reader.alerts if typed is None else bool(typed.get("alerts")),
        paused=reader.state == "paused" if typed is None else bool(typed.get("paused")),
        problem=problem,
        saved="ok" in request.query_params,
        follows=follows,
        refused=request.query_params.get("erreur", "")[:200],
        data=f"{request.url.path}/donnees.json",
        action=f"{request.url.path}/suivis",
        leave=f"/desabonnement/{token(watch, reader.id, 'unsubscribe')}",
    )


async def change(request: Request) -> Response:
    """Save preferences."""
    values = await form_values(request)
    return await run_in_threadpool(_change, request, values)


def _change(request: Request, values: Values) -> Response:
    watch = watch_of(request)
    try:
        wish = subscribing.checked_wish(watch, values)
    except UsageError as error:
        return _preferences(request, str(error), values)
    try:
        with Store(watch.database) as store:
            paused = bool(values.get("paused"))
            subscribing.change_preferences(watch, store, request.path_params["token"], wish, paused=paused)
    except UsageError as error:
        return _invalid(watch, error)
    return RedirectResponse(f"{request.url.path}?ok", status_code=303)


def data(request: Request) -> Response:
    """All that is stored of the reader (GDPR, articles 15 and 20)."""
    from watchbot.app.people import export_person
    from watchbot.web.plain import plain

    watch = watch_of(request)
    try:
        with Store(watch.database) as store:
            reader = subscribing.reader_of(watch, store, request.path_params["token"], "preferences")
            stored = export_person(store, reader.channel, reader.address)
    except UsageError as error:
        return _invalid(watch, error)
    return JSONResponse(plain(stored), headers={"Content-Disposition": 'attachment; filename="mes-donnees.json"'})


def leaving(request: Request) -> Response:
    """The page that a link to unsubscribe leads to."""
    watch = watch_of(request)
    try:
        with Store(watch.database) as store:
            subscribing.reader_of(watch, store, request.path_params["token"], "unsubscribe")
    except UsageError as error:
        if str(error) == subscribing.GONE:
            return _left(watch)
        return _invalid(watch, error)
    return page(watch, "desabonnement")


def leave(request: Request) -> Response:
    """Unsubscribe: from the page's button, or as a mail provider does (RFC 8058). The token is all that counts."""
    watch = watch_of(request)
    try:
        with Store(watch.database) as store:
            subscribing.leave(watch, store, request.path_params["token"], now_of(request))
    except UsageError as error:
        return _invalid(watch, error)
    return _left(watch)


def _left(watch: Watch) -> Response:
    return message(
        watch,
        "Vous êtes désabonné·e",
        "Vous ne recevrez plus rien, et vos données sont effacées.",
        link=("/inscription", "Se réinscrire"),
    )


def _invalid(watch: Watch, error: UsageError) -> Response:
    text = str(error)
    return message(
        watch, "Lien non valable", f"{text[:1].upper()}{text[1:]}.", status=404, link=("/inscription", "S’inscrire")
    )
