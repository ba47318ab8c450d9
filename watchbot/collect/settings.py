"""How the fetcher behaves: who it says it is, how long it waits, how much it reads, how politely it asks."""

from __future__ import annotations

from dataclasses import dataclass

from watchbot import __version__


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchSettings:
    """Manners and limits of a fetcher. Times are in seconds, sizes in bytes.

    Attributes:
        user_agent: product token and version; robots.txt is read for the token before the slash.
        contact: a mail address or page that servers' owners can turn to; part of the User-Agent.
        connect_timeout: for name resolution, TCP and TLS together.
        read_timeout: for the server to send anything at all.
        total_timeout: wall clock of one fetch with its redirects, waiting for the host's turn not counted.
        max_bytes: the largest body, as sent and as decoded.
        max_ratio: the largest body decoded, in multiples of what was sent, beyond the first `ratio_free_bytes`.
        max_redirects: hops followed.
        per_host: requests under way at once to one host.
        min_delay: between the starts of two requests to one host; robots.txt may ask for more.
        max_crawl_delay: the most that robots.txt can ask for.
        concurrency: requests under way at once to all hosts.
        attempts: tries of one address when the server is busy or the connection breaks.
        backoff: the first pause between tries; it doubles, with jitter.
        max_wait: the longest that one fetch waits between its tries, all pauses together; a server that asks for
            more (Retry-After) is left alone until then.
        failures_before_pause: connections in a row that must fail for a host to be left alone for `pause`.
        pause: how long a host that does not answer is left alone.
        robots_ttl: how long robots.txt is believed; `robots_error_ttl` when the server failed to give it.
        allow_private: private hosts ("host" or "host:port") that may be asked.
        ca_file: a PEM file of further certificate authorities to trust.
        recorded: base address of a recorded web: every request goes there over plain HTTP, with its own Host header.
    """

    user_agent: str = f"watchbot/{__version__}"
    contact: str = ""
    connect_timeout: float = 10.0
    read_timeout: float = 20.0
    total_timeout: float = 30.0
    max_bytes: int = 20_000_000
    max_ratio: float = 200.0
    ratio_free_bytes: int = 1_000_000
    max_redirects: int = 8
    per_host: int = 2
    min_delay: float = 0.5
    max_crawl_delay: float = 30.0
    concurrency: int = 64
    attempts: int = 3
    backoff: float = 1.0
    max_wait: float = 30.0
    failures_before_pause: int = 3
    pause: float = 600.0
    robots_ttl: float = 6 * 3600.0
    robots_error_ttl: float = 600.0
    allow_private: frozenset[str] = frozenset()
    ca_file: str | None = None
    recorded: str | None = None

    @property
    def agent_header(self) -> str:
        """The User-Agent header: who asks, and whom to turn to."""
        return f"{self.user_agent} (+{self.contact})" if self.contact else self.user_agent

    @property
    def robots_token(self) -> str:
        """The product token by which robots.txt names us."""
        return self.user_agent.partition("/")[0].strip() or "watchbot"
