"""robots.txt as RFC 9309 says: fetched once per origin, believed for some hours, obeyed.

Not there (4xx) means all is allowed; a server that fails to give it (5xx) means nothing is, for now.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from protego import Protego

from watchbot.collect.safety import Address
from watchbot.errors import FetchError
from watchbot.model import Response

# RFC 9309 section 2.5: at least this much must be read; what is beyond is ignored.
MAX_ROBOTS_BYTES = 500 * 1024
_BUSY = 429


@dataclass(frozen=True, slots=True)
class Rules:
    """What one origin's robots.txt says. `refusal` when it could not be had, and so nothing may be asked."""

    parsed: Protego | None = None
    refusal: str = ""

    def allows(self, url: str, token: str) -> bool:
        """Whether a robot of this name may ask for an address."""
        return not self.refusal and (self.parsed is None or self.parsed.can_fetch(url, token))

    def crawl_delay(self, token: str) -> float | None:
        """Seconds between requests that it asks for."""
        delay = self.parsed.crawl_delay(token) if self.parsed is not None else None
        return float(delay) if delay is not None and delay > 0 else None


def parse_robots(content: bytes) -> Rules:
    """Read a robots.txt; whatever is not one (a page that says "not found") allows all."""
    text = content[:MAX_ROBOTS_BYTES].decode("utf-8-sig", "replace")
    lowered = text.lower()
    if "disallow" not in lowered and "crawl-delay" not in lowered:
        return Rules()
    return Rules(Protego.parse(text))


class Robots:
    """The rules of every origin asked so far.

    Args:
        fetch: fetches the robots.txt at an address, cut at `MAX_ROBOTS_BYTES`, given the private hosts allowed.
        ttl: seconds for which rules are believed.
        error_ttl: seconds after which a failing server is asked again.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        fetch: Callable[[str, frozenset[str]], Awaitable[Response]],
        *,
        ttl: float,
        error_ttl: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetch = fetch
        self._ttl = ttl
        self._error_ttl = error_ttl
        self._clock = clock
        self._known: dict[tuple[str, str, int], tuple[float, Rules]] = {}
        self._locks: dict[tuple[str, str, int], asyncio.Lock] = {}

    async def rules(self, address: Address, allowed: frozenset[str] = frozenset()) -> tuple[Rules, bool]:
        """The rules for the origin of an address, and whether they were read just now.

        Raises:
            FetchError: the host cannot be reached at all.
        """
        origin = address.origin
        if (rules := self._fresh(origin)) is not None:
            return rules, False
        async with self._locks.setdefault(origin, asyncio.Lock()):
            if (rules := self._fresh(origin)) is not None:
                return rules, False
            rules, ttl = await self._read(address, allowed)
            self._known[origin] = (self._clock() + ttl, rules)
        self._locks.pop(origin, None)
        return rules, True

    def _fresh(self, origin: tuple[str, str, int]) -> Rules | None:
        expires, rules = self._known.get(origin, (0.0, None))
        return rules if rules is not None and self._clock() < expires else None

    async def _read(self, address: Address, allowed: frozenset[str]) -> tuple[Rules, float]:
        try:
            response = await self._fetch(f"{address.scheme}://{address.netloc}/robots.txt", allowed)
        except FetchError as error:
            status = error.status
            if status is not None and 400 <= status < 500 and status != _BUSY:
                return Rules(), self._ttl
            if status is not None:
                return Rules(refusal=f"robots.txt could not be had (HTTP {status})"), self._error_ttl
            if error.reason in ("too-many-redirects", "redirect-loop", "encoding", "bomb", "robots"):
                return Rules(), self._ttl
            raise
        return parse_robots(response.content), self._ttl
