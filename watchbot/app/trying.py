"""Looking at one address, without a watch.

Whoever types an address on this machine means it: the loopback host that was typed is allowed, and only that one;
redirects and links to other private hosts stay refused.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from watchbot.collect.detect import Tried
    from watchbot.collect.settings import FetchSettings


async def try_url(
    url: str,
    *,
    allow_private: bool,
    timeout: float,  # noqa: ASYNC109 - bounds the whole visit
    clock: Callable[[], datetime],
    folder: Path,
    environ: Mapping[str, str],
) -> Tried:
    """What would be collected from an address.

    Args:
        url: as typed; `https://` is added when it has no scheme.
        allow_private: allow the typed host wherever it is, not only on this machine.
        timeout: seconds in all.
        clock: gives the present.
        folder: the watch's, whose `.env` may hold the secrets of interfaces; there need be none.
        environ: the process's environment, which goes before `.env`.

    Raises:
        FetchError: the address gives no answer.
        ParseError: the answer cannot be watched.
    """
    from watchbot.collect.detect import try_url as run
    from watchbot.collect.fetch import Fetcher
    from watchbot.collect.settings import FetchSettings
    from watchbot.config.environment import merged_environment

    settings = allowing(
        FetchSettings(min_delay=0.0, attempts=1, total_timeout=timeout), url, allow_private=allow_private
    )
    async with Fetcher(settings, clock=clock, env=merged_environment(folder, environ)) as fetcher:
        return await run(url, fetcher, seconds=timeout)


def allowing(settings: FetchSettings, url: str, *, allow_private: bool) -> FetchSettings:
    """The settings with the typed host allowed, if it is this machine or `allow_private` is set."""
    parts = urlsplit(url if "://" in url else f"https://{url}")
    host = parts.hostname or ""
    if not host or not (allow_private or _is_loopback(host)):
        return settings
    place = f"{host}:{parts.port}" if parts.port else host
    return replace(settings, allow_private=settings.allow_private | {place})


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
