"""What a reader follows, on the page of preferences: add, change, remove."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from watchbot.app import subscribing
from watchbot.app.follows import change_follow, described, due_of, follow, follows_of, kind_of, unfollow
from watchbot.errors import UsageError
from watchbot.french_dates import paris_day
from watchbot.model import FollowedKind, FollowPace
from watchbot.store import Store
from watchbot.web.guard import form_values
from watchbot.web.subscription import now_of, watch_of

if TYPE_CHECKING:
    from datetime import datetime

    from watchbot.config import Watch

Values = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A follow as the page shows it; `days` is None when it has no reminders."""

    id: str
    text: str
    pace: str
    days: str | None


def lines_of(store: Store, subscriber: str, now: datetime) -> list[Line]:
    """What a reader follows."""
    today = paris_day(now)
    return [
        Line(
            id=one.id,
            text=described(one, due_of(store, one), today),
            pace=one.pace.value,
            days=None if one.kind is FollowedKind.SEARCH else ", ".join(map(str, one.days)),
        )
        for one in follows_of(store, subscriber)
    ]


async def change(request: Request) -> Response:
    """Add, change or remove, as the button that was pressed says."""
    values = await form_values(request)
    return await run_in_threadpool(_change, request, values)


def _change(request: Request, values: Values) -> Response:
    watch, back = watch_of(request), request.url.path.removesuffix("/suivis")
    try:
        with Store(watch.database) as store:
            reader = subscribing.reader_of(watch, store, request.path_params["token"], "preferences")
            _carry_out(watch, store, reader.id, values, now_of(request))
    except UsageError as error:
        # Shown by the page itself; a link that is not valid is told there as well.
        return RedirectResponse(f"{back}?erreur={quote(str(error)[:200])}#suivis", status_code=303)
    return RedirectResponse(f"{back}?ok#suivis", status_code=303)


def _carry_out(watch: Watch, store: Store, subscriber: str, values: Values, at: datetime) -> None:
    def given(name: str) -> str:
        return (values.get(name) or [""])[0].strip()

    if given("retirer"):
        unfollow(store, subscriber, given("retirer"))
        return
    pace = FollowPace.DIGEST if given("rythme") == FollowPace.DIGEST.value else FollowPace.AT_ONCE
    if given("changer"):
        days = _days(given("jours")) if "jours" in values or given("avec-rappels") else None
        change_follow(store, subscriber, given("changer"), pace=pace, days=days)
        return
    target = given("cible")
    follow(watch, store, subscriber, kind_of(watch, store, target), target, at=at, pace=pace)


def _days(text: str) -> list[int]:
    parts = [part for part in text.replace(";", ",").replace(" ", ",").split(",") if part]
    if not all(part.isascii() and part.isdigit() and len(part) < 5 for part in parts):
        message = "écrivez des nombres de jours, par exemple 30, 7, 1"
        raise UsageError(message)
    return [int(part) for part in parts]
