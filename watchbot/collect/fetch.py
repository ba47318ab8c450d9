"""The only place that asks a source's server for anything: politely, within limits, and never a private address.

Redirects are followed by hand so that every hop is judged as the first address was: by the rules of `safety`, by the
robots.txt of its origin and by the manners towards its host.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Self

import stamina

from watchbot.collect.decoding import ACCEPT_ENCODING
from watchbot.collect.exchange import Budget, Exchanger
from watchbot.collect.network import Resolve, Resolver
from watchbot.collect.politeness import HostPausedError, Politeness, retry_after
from watchbot.collect.redirects import REDIRECTS, Hop
from watchbot.collect.robots import MAX_ROBOTS_BYTES, Robots
from watchbot.collect.safety import Address, check_url
from watchbot.collect.settings import FetchSettings
from watchbot.collect.transfer import Answer
from watchbot.errors import FetchError
from watchbot.model import Request, Response, Source

# Else every retry would be logged on standard output; what came of a fetch is in its attempt.
stamina.instrumentation.set_on_retry_hooks([])

__all__ = ["FetchSettings", "Fetcher"]

# The server says that it is busy, not that the address is wrong.
BUSY = frozenset({429, 502, 503, 504})
# `protocol` among them: an answer longer than it said leaves its rest where the next one is expected.
RETRIED = frozenset({"throttled", "server-error", "connect", "disconnected", "truncated", "protocol"})
# A failure to answer at all: several in a row and the host is left alone.
SILENCE = frozenset({"dns", "connect", "connect-timeout", "timeout", "disconnected", "tls"})

ACCEPT = "application/atom+xml, application/rss+xml, application/json;q=0.9, text/html;q=0.9, */*;q=0.8"


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Fetcher:
    """Fetches addresses. Use as an async context manager, one for all sources of a round.

    Args:
        settings: manners and limits.
        resolve: names to IP addresses; the system's resolver unless given.
        clock: the time of day, aware.
        env: where the secrets of interfaces are, by name; the process's environment unless given.
    """

    def __init__(
        self,
        settings: FetchSettings,
        *,
        resolve: Resolve | None = None,
        clock: Callable[[], datetime] = _utc_now,
        politeness: Politeness | None = None,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.env = os.environ if env is None else env
        self._resolver = Resolver() if resolve is None else None
        self._exchanger = Exchanger(settings, resolve or self._resolver)  # type: ignore[arg-type]
        self._politeness = politeness or Politeness(settings)
        self._robots = Robots(self._fetch_robots, ttl=settings.robots_ttl, error_ttl=settings.robots_error_ttl)
        self._headers = {
            "User-Agent": settings.agent_header,
            "Accept": ACCEPT,
            "Accept-Language": "fr, en;q=0.7, *;q=0.5",
            "Accept-Encoding": ACCEPT_ENCODING,
        }

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._exchanger.close()
        if self._resolver is not None:
            self._resolver.close()

    async def fetch(self, request: Request, source: Source | None = None) -> Response:
        """Ask for an address and follow its redirects.

        Args:
            request: the address, the validators of the copy held, and perhaps a method, headers and a body.
            source: for whom; its `ignore_robots` and `allow_private` count.

        Returns:
            The answer, of status 2xx or 304.

        Raises:
            FetchError: there is none. `reason` is one of `unsafe-address`, `private-address`, `robots`,
                `robots-unreachable`, `dns`, `connect`, `connect-timeout`, `timeout`, `tls`, `disconnected`, `truncated`, `protocol`, `too-large`, `bomb`, `encoding`,
                `redirect-loop`, `too-many-redirects`, `throttled`, `host-paused`, `gone`, `not-found`, `forbidden`,
                `client-error`, `server-error`.
        """
        allowed = self._allowed(source)
        obey = source is None or not source.ignore_robots
        return await self._follow(request, allowed, obey=obey)

    # ------------------------------------------------------------------------------------------ redirects

    async def _follow(
        self, request: Request, allowed: frozenset[str], *, obey: bool = True, cut: bool = False
    ) -> Response:
        settings = self.settings
        started = time.monotonic()
        max_bytes = request.max_bytes or settings.max_bytes
        budget = Budget(settings.total_timeout * max(1.0, max_bytes / settings.max_bytes))
        hop = Hop(check_url(request.url, allowed), request.method, self._request_headers(request), request.content)
        while True:
            if obey:
                await self._obey_robots(hop.address, allowed)
            answer = await self._patiently(hop, allowed, budget, max_bytes, cut=cut)
            hop.wire_bytes += answer.wire_bytes
            if answer.status not in REDIRECTS or not answer.headers.get("location"):
                return self._response(request, hop, answer, started)
            hop.redirect(answer, allowed, most=settings.max_redirects)

    def _response(self, request: Request, hop: Hop, answer: Answer, started: float) -> Response:
        if not (200 <= answer.status < 300 or answer.status == 304):
            raise self._refused(hop.address, answer)
        moved = hop.permanent and bool(hop.visited)
        return Response(
            url=hop.address.url,
            requested_url=request.url,
            status=answer.status,
            headers=answer.headers,
            content=answer.content,
            fetched_at=self.clock(),
            elapsed_ms=round((time.monotonic() - started) * 1000),
            permanent_url=hop.address.url if moved else None,
            wire_bytes=hop.wire_bytes,
            requests=hop.requests,
        )

    # ------------------------------------------------------------------------------------------ one hop

    async def _patiently(
        self, hop: Hop, allowed: frozenset[str], budget: Budget, max_bytes: int, *, cut: bool
    ) -> Answer:
        """One hop, tried again when the server is busy or the connection breaks."""
        try:
            try:
                return await self._once(hop, allowed, budget, max_bytes, cut=cut)
            except FetchError as error:
                if error.reason not in RETRIED:
                    raise
                return await self._again(error, hop, allowed, budget, max_bytes, cut=cut)
        except FetchError as error:
            if error.reason in SILENCE or error.status in BUSY:
                self._politeness.failed(hop.address.netloc, str(error))
            raise

    async def _again(
        self,
        failure: FetchError,
        hop: Hop,
        allowed: frozenset[str],
        budget: Budget,
        max_bytes: int,
        *,
        cut: bool,
    ) -> Answer:
        """The tries after the first, which failed; most fetches never get here."""
        settings = self.settings
        began = time.monotonic()
        first: FetchError | None = failure

        def on(error: Exception) -> bool | float:
            if not isinstance(error, FetchError) or error.reason not in RETRIED or budget.left <= 0:
                return False
            if error.reason == "server-error" and error.status not in BUSY:
                return False
            if error.retry_after is None:
                return True
            return error.retry_after if time.monotonic() - began + error.retry_after <= settings.max_wait else False

        async for attempt in stamina.retry_context(
            on,
            attempts=settings.attempts,
            timeout=settings.max_wait,
            wait_initial=settings.backoff,
            wait_max=settings.max_wait / 2,
            wait_jitter=settings.backoff,
        ):
            with attempt:
                if first is not None:
                    failed, first = first, None
                    raise failed
                return await self._once(hop, allowed, budget, max_bytes, cut=cut)
        raise AssertionError("stamina either returns or raises")  # pragma: no cover

    async def _once(self, hop: Hop, allowed: frozenset[str], budget: Budget, max_bytes: int, *, cut: bool) -> Answer:
        """One request in its turn."""
        address = hop.address
        headers = hop.headers
        if cookie := hop.cookie_header:
            headers = {**headers, "Cookie": cookie}
        try:
            async with self._politeness.turn(address.netloc):
                hop.requests += 1
                answer = await self._exchanger.send(
                    address,
                    hop.method,
                    headers,
                    hop.content,
                    max_bytes=max_bytes,
                    cut=cut,
                    private_ok=address.allowed_by(allowed),
                    budget=budget,
                )
        except HostPausedError as paused:
            raise _paused(address, paused) from None
        if answer.status in BUSY:
            raise self._busy(address, answer)
        self._politeness.answered(address.netloc)
        return answer

    def _busy(self, address: Address, answer: Answer) -> FetchError:
        asked = retry_after(answer.headers.get("retry-after"), self.clock())
        what = f"{address.url}: the server is busy (HTTP {answer.status})"
        rest = self._politeness.rest(address.netloc, what, asked)
        reason = "throttled" if answer.status in (429, 503) else "server-error"
        message = f"{what}; it will be left alone for {rest:.0f} s"
        return FetchError(message, url=address.url, reason=reason, status=answer.status, retry_after=asked)

    def _refused(self, address: Address, answer: Answer) -> FetchError:
        status = answer.status
        reason, advice = _REFUSALS.get(status) or _REFUSALS.get(status // 100 * 100, _UNHEARD_OF)
        message = f"{address.url}: the server answered HTTP {status}; {advice}"
        return FetchError(message, url=address.url, reason=reason, status=status)

    # ------------------------------------------------------------------------------------------ permission

    def _allowed(self, source: Source | None) -> frozenset[str]:
        allowed = self.settings.allow_private
        if source is not None and source.allow_private:
            own = re.sub(r"^https?://|[/?#].*$", "", source.url.lower())
            allowed |= {own}
        return allowed

    async def _obey_robots(self, address: Address, allowed: frozenset[str]) -> None:
        token = self.settings.robots_token
        rules, just_read = await self._robots.rules(address, allowed)
        if just_read and (delay := rules.crawl_delay(token)) is not None:
            self._politeness.keep_apart(address.netloc, delay)
        if rules.refusal:
            message = f"{address.url}: {rules.refusal}, so the site must not be asked now; it will be tried again"
            raise FetchError(message, url=address.url, reason="robots-unreachable")
        if not rules.allows(address.url, token):
            message = (
                f"{address.url}: robots.txt asks robots to stay away; ask the publisher, then say in ignore_robots"
                " why it may be fetched"
            )
            raise FetchError(message, url=address.url, reason="robots")

    async def _fetch_robots(self, url: str, allowed: frozenset[str]) -> Response:
        return await self._follow(Request(url=url, max_bytes=MAX_ROBOTS_BYTES), allowed, obey=False, cut=True)

    def _request_headers(self, request: Request) -> dict[str, str]:
        headers = {**self._headers, **request.headers}
        if request.etag:
            headers["If-None-Match"] = request.etag
        if request.last_modified:
            headers["If-Modified-Since"] = request.last_modified
        return headers


_REFUSALS: Mapping[int, tuple[str, str]] = {
    401: ("forbidden", "it asks for a login; use a public address of the source"),
    403: ("forbidden", "it refuses access; ask the publisher or use another address"),
    404: ("not-found", "nothing is there; look for the source's new address"),
    410: ("gone", "the page was removed for good; the source is disabled"),
    451: ("forbidden", "it refuses access for legal reasons"),
    100: ("protocol", "which is no answer"),
    300: ("client-error", "which leads nowhere"),
    400: ("client-error", "check the address"),
    500: ("server-error", "it will be tried again"),
}
# LinkedIn's 999 and the like.
_UNHEARD_OF = ("forbidden", "a status of its own, by which sites turn robots away; ask the publisher")


def _paused(address: Address, paused: HostPausedError) -> FetchError:
    message = f"{address.url}: the host is left alone for {paused.seconds:.0f} s more, since {paused.why}"
    return FetchError(message, url=address.url, reason="host-paused", retry_after=paused.seconds)
