"""The application: its addresses, what stands before them, and how errors are told."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime
from importlib.resources import files
from ipaddress import ip_address
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from watchbot.errors import WatchbotError
from watchbot.store import Store
from watchbot.web import api, archive, feeds, following, judging, reading, returned, subscription
from watchbot.web.guard import HEADERS, Pace, RateLimit, SecurityHeaders
from watchbot.web.pages import message, page
from watchbot.web.subscription import now_of, watch_of

if TYPE_CHECKING:
    from watchbot.config import Watch


def create_app(
    watch: Watch, clock: Callable[[], datetime], *, forms: Pace | None = None, pages: Pace | None = None
) -> Starlette:
    """The ASGI application of a watch.

    Args:
        watch: the watch; `app.state.watch` can be replaced while it runs.
        clock: gives the present.
        forms: how many forms a client may send; 10 at once, then one in 6 s.
        pages: how many pages a client may read; 120 at once, then two a second.
    """
    https = watch.settings.base_url.startswith("https://")
    app = Starlette(
        routes=_routes(),
        middleware=[
            Middleware(SecurityHeaders, https=https),
            Middleware(
                RateLimit,
                forms=forms or Pace(10, 6.0),
                pages=pages or Pace(120, 0.5),
                free=(watch.settings.webhook_path, "/bounces"),
            ),
        ],
        exception_handlers={HTTPException: _http_error, Exception: _fault},
    )
    app.state.watch = watch
    app.state.clock = clock
    # Set by `watchbot run`; `watchbot web` alone answers for itself only.
    app.state.scheduled_since = None
    app.state.archive = archive.Kept()
    app.state.explaining = reading.Explaining()
    return app


def _routes() -> list[Route]:
    return [
        Route("/", reading.home),
        Route("/inscription", subscription.form, methods=["GET"]),
        Route("/inscription", subscription.subscribe, methods=["POST"]),
        Route("/confirmation/{token}", subscription.confirmation, methods=["GET"]),
        Route("/confirmation/{token}", subscription.confirm, methods=["POST"]),
        Route("/preferences/{token}", subscription.preferences, methods=["GET"]),
        Route("/preferences/{token}", subscription.change, methods=["POST"]),
        Route("/preferences/{token}/donnees.json", subscription.data),
        Route("/preferences/{token}/suivis", following.change, methods=["POST"]),
        Route("/desabonnement/{token}", subscription.leaving, methods=["GET"]),
        Route("/desabonnement/{token}", subscription.leave, methods=["POST"]),
        Route("/recherche", reading.search),
        Route("/nouvelles/{item}", reading.item),
        Route("/jugement/{token}/{item}", judging.judgement, methods=["GET"]),
        Route("/jugement/{token}/{item}", judging.judge, methods=["POST"]),
        Route("/archives", archive.listing),
        Route("/archives/", archive.static),
        Route("/archives/{issue}", archive.issue),
        Route("/archives/{path:path}", archive.static),
        Route("/flux", feeds.listing),
        Route("/flux.atom", feeds.feed),
        Route("/flux/{kind}/{one}.atom", feeds.feed_of),
        Route("/calendrier.ics", feeds.calendar),
        Route("/calendrier/{kind}/{one}.ics", feeds.calendar_of),
        Route("/bounces", returned.take, methods=["POST"]),
        Route("/api", _documentation),
        Route("/api/items", api.items),
        Route("/api/search", api.search),
        Route("/api/openapi.json", api.openapi),
        Route("/healthz", _healthz),
        Route("/metrics", _metrics),
        Route("/style.css", _style),
        Route("/robots.txt", _robots),
        Route("/favicon.ico", _no_icon),
    ]


def _documentation(request: Request) -> Response:
    from watchbot.model import REGIONS
    from watchbot.web.openapi import document

    watch = watch_of(request)
    described = document(watch.name, [topic.id for topic in watch.classifier.topics], list(REGIONS))
    return page(watch, "api", paths=described["paths"])


def _healthz(request: Request) -> Response:
    """200 while the database answers and, beside a scheduler, what it has to do is done in time; 503 otherwise."""
    from watchbot.app.metrics import delays

    since = request.app.state.scheduled_since
    try:
        with Store(watch_of(request).database, busy_seconds=2) as store:
            visits = store.attempts.count()
            late = delays(store, now_of(request), since) if since is not None else []
    except (WatchbotError, sqlite3.Error):
        return JSONResponse({"status": "error", "what": "database"}, status_code=503)
    if late:
        return JSONResponse({"status": "error", "what": "; ".join(late)}, status_code=503)
    return JSONResponse({"status": "ok", "visits": visits})


def _metrics(request: Request) -> Response:
    """Figures for Prometheus; only for this machine and its private network, and not through a public proxy."""
    from watchbot.app.metrics import CONTENT_TYPE, metrics_text

    client = request.client.host if request.client else ""
    # A proxy that is not trusted to say for whom it asks stands near itself: whoever it names counts as well.
    asked_for = request.headers.get("x-forwarded-for", client).split(",")
    if not all(_is_near(one.strip()) for one in (client, *asked_for)):
        return PlainTextResponse("figures are for the private network\n", status_code=403)
    watch = watch_of(request)
    try:
        with Store(watch.database, busy_seconds=2) as store:
            content = metrics_text(watch, store, now_of(request))
    except (WatchbotError, sqlite3.Error):
        return PlainTextResponse("the database cannot be read\n", status_code=503)
    return Response(content, headers={"Content-Type": CONTENT_TYPE})


def _is_near(client: str) -> bool:
    try:
        address = ip_address(client)
    except ValueError:
        return False
    return address.is_loopback or address.is_private


def _style(_request: Request) -> Response:
    content = files("watchbot.web").joinpath("style.css").read_bytes()
    return Response(content, media_type="text/css", headers={"Cache-Control": "public, max-age=3600"})


def _robots(_request: Request) -> Response:
    return PlainTextResponse(
        "User-agent: *\nDisallow: /preferences/\nDisallow: /desabonnement/\nDisallow: /confirmation/\nDisallow: /jugement/\nDisallow: /nouvelles/\n"
    )


def _no_icon(_request: Request) -> Response:
    """Browsers ask for it by themselves; there is none, and that is no error."""
    return Response(status_code=204, headers={"Cache-Control": "public, max-age=86400"})


def _http_error(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    detail = error.detail if isinstance(error, HTTPException) else ""
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    if request.url.path.startswith("/api/"):
        return JSONResponse({"error": detail}, status_code=status, headers=headers)
    title, text = {
        404: ("Page introuvable", "Il n’y a pas de page à cette adresse."),
        405: ("Méthode non permise", "Cette page ne se lit pas ainsi."),
    }.get(status, ("Demande refusée", detail))
    response = message(watch_of(request), title, text, status=status, link=("/", "Accueil"))
    response.headers.update(headers)
    return response


def _fault(request: Request, error: Exception) -> Response:
    """A fault of ours: the reader gets a reference that is in the log."""
    import secrets

    import structlog

    reference = secrets.token_hex(4)
    path = request.url.path.split("/")[1]
    structlog.get_logger("watchbot").error("page failed", reference=reference, page=path, exc_info=error)
    response = message(
        watch_of(request),
        "Quelque chose a échoué",
        f"Réessayez dans un instant. Si cela dure, écrivez-nous en citant la référence {reference}.",
        status=500,
    )
    # This answer is made outside of the middleware that adds them.
    response.headers.update(HEADERS)
    return response
