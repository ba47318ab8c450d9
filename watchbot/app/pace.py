"""How fast one client may ask."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

MAX_CLIENTS = 10_000


class Pace:
    """A token bucket a client: `burst` requests at once, then one every `seconds`. Remembers at most `MAX_CLIENTS`."""

    def __init__(self, burst: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._burst = burst
        self._seconds = seconds
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, client: str) -> float:
        """Take one token; returns 0, or the seconds to wait when there is none."""
        now = self._clock()
        tokens, seen = self._buckets.pop(client, (float(self._burst), now))
        tokens = min(float(self._burst), tokens + (now - seen) / self._seconds)
        allowed = tokens >= 1
        self._buckets[client] = (tokens - 1 if allowed else tokens, now)
        while len(self._buckets) > MAX_CLIENTS:
            self._buckets.popitem(last=False)
        return 0.0 if allowed else (1 - tokens) * self._seconds
