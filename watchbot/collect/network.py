"""Names to addresses: resolved once, every address judged; what is connected to is judged once more, as a number.

A name that resolves differently a moment later (DNS rebinding) gains nothing, since it is not resolved again.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

from watchbot.collect.safety import refused_ip

Resolve = Callable[[str, int], Awaitable[list[str]]]

# Name servers that do not answer hold a thread each, for longer than we wait: there must be threads left for the others.
RESOLVER_THREADS = 32
DNS_SECONDS = 60.0


class RefusedAddressError(Exception):
    """A name resolved to an address that must not be connected to."""


class UnknownHostError(OSError):
    """A name that does not resolve."""


class Resolver:
    """Names to IP addresses by the system's resolver, in threads of its own."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(RESOLVER_THREADS, thread_name_prefix="dns")

    async def __call__(self, host: str, port: int) -> list[str]:
        """The addresses of `host`, in the order to try them.

        Raises:
            OSError: the name does not resolve.
        """
        return await asyncio.get_running_loop().run_in_executor(self._threads, _addresses, host, port)

    def close(self) -> None:
        """Let go of the threads, those that still wait included."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _addresses(host: str, port: int) -> list[str]:
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise OSError(str(error)) from error
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


class Hosts:
    """The addresses of hosts, judged; what a name resolved to is believed for a minute, its not resolving too.

    Args:
        resolve: names to addresses.
        clock: monotonic seconds.
    """

    def __init__(self, resolve: Resolve, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._resolve = resolve
        self._clock = clock
        self._known: dict[tuple[str, int], tuple[float, list[str] | UnknownHostError]] = {}

    def at_hand(self, host: str, port: int) -> bool:
        """Whether the addresses of a host are known without asking anyone."""
        at, known = self._known.get((host, port), (0.0, None))
        return (known is not None and self._clock() - at <= DNS_SECONDS) or _is_ip(host)

    async def addresses(self, host: str, port: int, *, private_ok: bool) -> list[str]:
        """Where to connect to for a host.

        Args:
            host: a name or a number.
            port: the port.
            private_ok: whether the host may be on a private network.

        Raises:
            UnknownHostError: the name does not resolve.
            RefusedAddressError: one of its addresses must not be connected to.
        """
        addresses = [host] if _is_ip(host) else await self._resolved(host, port)
        if not private_ok:
            # One bad address condemns the name: a host that is also private is not a public host.
            for address in addresses:
                if why := refused_ip(address):
                    raise RefusedAddressError(f"{host} is {why}")
        return addresses

    async def _resolved(self, host: str, port: int) -> list[str]:
        at, known = self._known.get((host, port), (0.0, None))
        if known is None or self._clock() - at > DNS_SECONDS:
            known = await self._asked(host, port)
            self._known[host, port] = (self._clock(), known)
        if isinstance(known, UnknownHostError):
            raise known
        return known

    async def _asked(self, host: str, port: int) -> list[str] | UnknownHostError:
        try:
            return await self._resolve(host, port) or UnknownHostError("the name has no address")
        except TimeoutError:
            raise
        except OSError as error:
            return UnknownHostError(error.strerror or str(error))


@lru_cache(maxsize=4096)
def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
