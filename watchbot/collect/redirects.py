"""Redirects followed by hand (RFC 9110 section 15.4): each hop judged, loops noticed, secrets left behind."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from watchbot.collect.decoding import ACCEPT_ENCODING
from watchbot.collect.safety import Address, check_url, join
from watchbot.collect.transfer import Answer
from watchbot.errors import FetchError

REDIRECTS = frozenset({301, 302, 303, 307, 308})
PERMANENT = frozenset({301, 308})
# Headers that may follow a redirect to another origin: the others may hold secrets.
_HARMLESS = frozenset({"accept", "accept-language", "user-agent"})
_COOKIE = re.compile(r"([^=;\s]+=[^;]*)")


@dataclass(slots=True)
class Hop:
    """Where a fetch has got to: the address asked now, and what is sent along.

    `permanent` holds while every redirect so far was permanent; `requests` and `wire_bytes` count all hops and tries.
    """

    address: Address
    method: str
    headers: dict[str, str]
    content: bytes | None
    permanent: bool = True
    requests: int = 0
    wire_bytes: int = 0
    visited: set[tuple[str, str]] = field(default_factory=set)
    _cookies: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def cookie_header(self) -> str:
        """The cookies that this host has set during this very chain of redirects."""
        return "; ".join(f"{name}={value}" for name, value in self._cookies.get(self.address.netloc, {}).items())

    def redirect(self, answer: Answer, allowed: frozenset[str], *, most: int) -> None:
        """Go to where an answer points.

        Args:
            answer: the redirect.
            allowed: private hosts that may be asked.
            most: hops followed at most.

        Raises:
            FetchError: `redirect-loop`, `too-many-redirects`, or as `check_url`.
        """
        before = self.address
        self.visited.add((before.url, self.cookie_header))
        self._keep_cookies(answer.headers.get("set-cookie", ""))
        self.address = check_url(join(before, answer.headers["location"]), allowed)
        if len(self.visited) > most:
            message = f"{before.url}: more than {most} redirects; check the address"
            raise FetchError(message, url=before.url, reason="too-many-redirects")
        # The same address again is no circle when a cookie was set in between: some sites ask for that.
        if (self.address.url, self.cookie_header) in self.visited:
            message = f"{before.url}: its redirects go round in a circle; check the address"
            raise FetchError(message, url=before.url, reason="redirect-loop")
        self.permanent = self.permanent and answer.status in PERMANENT
        if answer.status == 303 or (answer.status in (301, 302) and self.method == "POST"):
            self.method, self.content = "GET", None
            self.headers.pop("Content-Type", None)
        if self.address.origin != before.origin:
            self.headers = {name: value for name, value in self.headers.items() if name.lower() in _HARMLESS}
            self.headers["Accept-Encoding"] = ACCEPT_ENCODING

    def _keep_cookies(self, header: str) -> None:
        for line in header.split("\n"):
            if found := _COOKIE.match(line.strip()):
                name, _, value = found[1].partition("=")
                self._cookies.setdefault(self.address.netloc, {})[name] = value.strip()
