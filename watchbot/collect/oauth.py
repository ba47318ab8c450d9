"""Credentials of the kind `api`.

OAuth 2 client credentials (RFC 6749, section 4.4), as Légifrance's PISTE gateway asks for, a bearer token, or a header
of the interface's own.

Secrets come from the environment, by the names that the source's options give, and go to the interface's own host only.
They are in no message, no log and no representation.

How a visit uses it::

    credentials = Credentials(source, fetcher.env)
    ...
    request = await credentials.authorise(request, fetcher)  # before every fetch; asks for a token when it must

"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from watchbot.errors import FetchError
from watchbot.model import Request, Response, Source

if TYPE_CHECKING:
    from watchbot.collect.fetch import Fetcher

# A token is renewed this long before it expires: the answer takes time too.
EARLY = timedelta(seconds=60)
# What is assumed when the server does not say (RFC 6749, section 5.1, recommends that it does).
DEFAULT_LIFE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Token:
    """An access token. Its value does not show in its representation."""

    value: str = field(repr=False)
    expires_at: datetime

    def is_fresh(self, now: datetime) -> bool:
        """Whether it can still be used."""
        return now < self.expires_at - EARLY


def token_request(source: Source, env: Mapping[str, str]) -> Request:
    """The request for an access token: a form with `grant_type=client_credentials`.

    Args:
        source: Its options `token_url`, `client_id_env`, `client_secret_env` and perhaps `scope`.
        env: The environment.

    Raises:
        FetchError: With reason `credentials`: a variable is not set.
    """
    options = source.options
    form = {
        "grant_type": "client_credentials",
        "client_id": _secret(source, env, "client_id_env"),
        "client_secret": _secret(source, env, "client_secret_env"),
    }
    if options.get("scope"):
        form["scope"] = str(options["scope"])
    return Request(
        url=str(options.get("token_url") or ""),
        method="POST",
        headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
        content=urlencode(form).encode(),
        max_bytes=100_000,
    )


def read_token(response: Response, now: datetime) -> Token:
    """The token in an answer of the token endpoint (RFC 6749, section 5.1).

    Raises:
        FetchError: With reason `credentials`: there is none.
    """
    try:
        data = json.loads(response.content)
    except (ValueError, RecursionError):
        data = None
    value = data.get("access_token") if isinstance(data, dict) else None
    if not isinstance(value, str) or not value.isprintable() or not value:
        error = data.get("error") if isinstance(data, dict) else None
        told = f" ({error})" if isinstance(error, str) and error.isidentifier() else ""
        message = f"{response.url}: the server gave no access token{told}; check client id, secret and scope"
        raise FetchError(message, url=response.url, reason="credentials")
    seconds = data.get("expires_in")
    life = timedelta(seconds=min(float(seconds), 86400)) if isinstance(seconds, int | float) else DEFAULT_LIFE
    return Token(value=value, expires_at=now + max(life, EARLY * 2))


def authorised(request: Request, token: str, *, header: str = "Authorization", scheme: str = "Bearer") -> Request:
    """The same request with a token in a header."""
    value = f"{scheme} {token}" if scheme else token
    return replace(request, headers={**request.headers, header: value})


class Credentials:
    """The credentials of one source during one visit or longer; keeps a token until it expires.

    Args:
        source: Of any kind; without `auth` in its options, requests pass as they are.
        env: The environment.
    """

    def __init__(self, source: Source, env: Mapping[str, str]) -> None:
        self._source = source
        self._env = env
        self._auth = str(source.options.get("auth") or "none")
        self._token: Token | None = None

    async def authorise(self, request: Request, fetcher: Fetcher) -> Request:
        """The request with what the interface asks for; to another host than the source's, it goes without.

        Raises:
            FetchError: With reason `credentials`, or whatever asking for a token fails with.
        """
        if self._auth == "none" or _origin(request.url) != _origin(self._source.url):
            return request
        if self._auth == "oauth2":
            return authorised(request, (await self._fresh(fetcher)).value)
        token = _secret(self._source, self._env, "token_env")
        if self._auth == "bearer":
            return authorised(request, token)
        return authorised(request, token, header=str(self._source.options.get("header_name")), scheme="")

    async def _fresh(self, fetcher: Fetcher) -> Token:
        now = fetcher.clock()
        if self._token is None or not self._token.is_fresh(now):
            # The token endpoint is no page that robots.txt speaks of.
            asker = replace(self._source, ignore_robots="an access token is asked for, as the interface's terms say")
            response = await fetcher.fetch(token_request(self._source, self._env), asker)
            self._token = read_token(response, now)
        return self._token


def _secret(source: Source, env: Mapping[str, str], option: str) -> str:
    name = str(source.options.get(option) or "")
    value = env.get(name, "").strip()
    if not value:
        message = (
            f"{source.id}: the environment variable {name or option} is not set; put it into the environment or .env"
        )
        raise FetchError(message, url=source.url, reason="credentials")
    return value


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port
