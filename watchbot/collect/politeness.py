"""Turns at a host: few at once, a pause between two, and none while the host asks for rest or does not answer.

Hosts do not share anything but the number of sockets in use, so one that is slow or dead holds up only itself.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from watchbot.collect.settings import FetchSettings

LONGEST_RETRY_AFTER = 7 * 86_400.0


class HostPausedError(Exception):
    """The host is being left alone for `seconds` more; `why` is its last failure."""

    def __init__(self, seconds: float, why: str) -> None:
        super().__init__(why)
        self.seconds = seconds
        self.why = why


class _Host:
    """What is known of one host during a round."""

    __slots__ = ("delay", "failures", "next_start", "resumes", "slots", "strikes", "why")

    def __init__(self, per_host: int, delay: float) -> None:
        self.slots = asyncio.Semaphore(per_host)
        self.delay = delay
        self.next_start = 0.0
        self.resumes = 0.0
        self.failures = 0
        self.strikes = 0
        self.why = ""


class Politeness:
    """Keeps the turns of all hosts.

    Args:
        settings: how polite to be.
        clock: monotonic seconds.
        sleep: waits so many seconds.
    """

    def __init__(
        self,
        settings: FetchSettings,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._sleep = sleep
        self._hosts: dict[str, _Host] = {}
        self._sockets = asyncio.Semaphore(settings.concurrency)

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Wait for this host's turn; the body of the `with` is the request.

        Raises:
            HostPausedError: the host is left alone for longer than a fetch may wait.
        """
        state = self._host(host)
        self._refuse_if_paused(state)
        async with state.slots:
            await self._wait_for_start(state)
            async with self._sockets:
                yield

    def keep_apart(self, host: str, seconds: float) -> None:
        """Keep at least so many seconds between requests to a host, as its robots.txt asks, within reason."""
        state = self._host(host)
        state.delay = max(self._settings.min_delay, min(seconds, self._settings.max_crawl_delay))

    def rest(self, host: str, why: str, seconds: float | None = None) -> float:
        """The host is busy: leave it alone as long as it asks, or for a pause that doubles each time. Returns how long."""
        state = self._host(host)
        if seconds is None:
            seconds = min(self._settings.backoff * 2**state.strikes, self._settings.max_wait)
        state.strikes += 1
        state.resumes = max(state.resumes, self._clock() + seconds)
        state.why = why
        return seconds

    def failed(self, host: str, why: str) -> None:
        """The host did not answer; after several times in a row it is left alone for a while."""
        state = self._host(host)
        state.failures += 1
        if state.failures >= self._settings.failures_before_pause:
            state.resumes = max(state.resumes, self._clock() + self._settings.pause)
            state.why = why

    def answered(self, host: str) -> None:
        """The host answered: past failures no longer count."""
        state = self._host(host)
        state.failures = state.strikes = 0

    def _host(self, host: str) -> _Host:
        state = self._hosts.get(host)
        if state is None:
            state = self._hosts[host] = _Host(self._settings.per_host, self._settings.min_delay)
        return state

    def _refuse_if_paused(self, state: _Host) -> float:
        left = state.resumes - self._clock()
        if left > self._settings.max_wait:
            raise HostPausedError(left, state.why)
        return left

    async def _wait_for_start(self, state: _Host) -> None:
        while (rest := self._refuse_if_paused(state)) > 0:
            await self._sleep(rest)
        now = self._clock()
        start = max(now, state.next_start)
        state.next_start = start + state.delay
        if start > now:
            await self._sleep(start - now)


def retry_after(header: str | None, now: datetime) -> float | None:
    """Seconds to wait by a Retry-After header (RFC 9110 section 10.2.3: seconds or a date), at most a week; else None."""
    if not header:
        return None
    text = header.strip()
    if text.isascii() and text.replace(".", "", 1).isdigit():
        return min(float(text), LONGEST_RETRY_AFTER)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, min((moment - now).total_seconds(), LONGEST_RETRY_AFTER))
