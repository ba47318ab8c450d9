"""Past issues: the list, each as its mail stood, and the static archive (by topic, with search in the page)."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from watchbot.errors import WatchbotError
from watchbot.store import Store
from watchbot.web.pages import message, page
from watchbot.web.subscription import watch_of

if TYPE_CHECKING:
    from watchbot.digest.model import Digest

# A mail carries its styles in itself.
MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src https:; base-uri 'none'; frame-ancestors 'none'"
# The archive's pages search in themselves by a script of ours.
ARCHIVE_POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
MAILS_KEPT = 64
# The newest issues that the archive's pages and feeds hold; the list has them all.
ISSUES = 120
FEED_ISSUES = 12
TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "ics": "text/calendar; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
}
FRESH = {"Cache-Control": "public, max-age=300"}


@dataclass(slots=True)
class Kept:
    """What was composed of past issues, which do not change: digests by issue, and the pages of all together."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    digests: dict[str, Digest] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    made_of: tuple[str, ...] = ()
    mails: dict[str, str] = field(default_factory=dict)


def listing(request: Request) -> Response:
    """The list of past issues, by edition."""
    watch = watch_of(request)
    names = {edition.id: edition.name for edition in watch.editions}
    with Store(watch.database) as store:
        issues = [(issue, names[edition], at) for edition, issue, at in store.issues.list() if edition in names]
    return page(watch, "archives", issues=issues)


def issue(request: Request) -> Response:
    """A past issue in the form of its mail, whole and without a reader's preferences."""
    from watchbot.app.archiving import unabridged
    from watchbot.app.digesting import preview, render
    from watchbot.digest.model import Links

    watch, wanted = watch_of(request), request.path_params["issue"]
    kept: Kept = request.app.state.archive
    html = kept.mails.get(wanted)
    if html is None:
        with Store(watch.database) as store:
            known = {one: (edition, at) for edition, one, at in store.issues.list()}
            edition = next((e for e in watch.editions if wanted in known and e.id == known[wanted][0]), None)
            if edition is None:
                return static(request)
            try:
                digest = preview(watch, store, unabridged(edition), known[wanted][1], explain=False)
            except WatchbotError as error:
                return message(watch, "Numéro illisible", f"{error}.", status=500)
        html = str(render(watch, digest, Links(), edition.template, "email")["html"])
        if len(kept.mails) >= MAILS_KEPT:
            kept.mails.clear()
        kept.mails[wanted] = html
    return HTMLResponse(html, headers={"Content-Security-Policy": MAIL_POLICY, **FRESH})


def static(request: Request) -> Response:
    """A page, feed or calendar of the static archive, as `watchbot digest archive` writes it."""
    watch = watch_of(request)
    path = request.path_params.get("path") or request.path_params.get("issue") or "index.html"
    content = _files(request).get(path)
    if content is None:
        return message(watch, "Numéro inconnu", "Il n’y a pas de numéro à cette adresse.", status=404)
    kind = TYPES.get(path.rpartition(".")[2], "application/octet-stream")
    headers = {"Content-Security-Policy": ARCHIVE_POLICY, "Content-Type": kind, **FRESH}
    return Response(content, headers=headers)


def issues_of(request: Request, edition: str) -> list[Digest]:
    """The newest issues of an edition, newest first."""
    return [digest for digest in _digests(request) if digest.edition == edition][:FEED_ISSUES]


def _digests(request: Request) -> list[Digest]:
    from watchbot.app.archiving import past_issues

    watch = watch_of(request)
    kept: Kept = request.app.state.archive
    with kept.lock, Store(watch.database) as store:
        return past_issues(watch, store, limit=ISSUES, known=kept.digests)


def _files(request: Request) -> dict[str, bytes]:
    from watchbot.digest.archive import archive_files

    watch = watch_of(request)
    kept: Kept = request.app.state.archive
    digests = _digests(request)
    made_of = tuple(digest.issue for digest in digests)
    with kept.lock:
        if kept.made_of != made_of or not kept.files:
            kept.files = archive_files(digests, base=f"{watch.settings.base_url.rstrip('/')}/archives")
            kept.made_of = made_of
        return kept.files
