"""Credentials of interfaces: tokens asked for once, sent to one host, told to nobody."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest

from tests.collect.answers import answer, source
from tests.servers.web import Reply, Seen, WebServer
from watchbot.collect.collected import default_readers
from watchbot.collect.fetch import Fetcher, FetchSettings
from watchbot.collect.oauth import Credentials, Token, authorised, read_token, token_request
from watchbot.collect.source import collect_source
from watchbot.errors import FetchError
from watchbot.model import Kind, Request, Source

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
ENV = {"PISTE_ID": "me", "PISTE_SECRET": "s3cr3t & co", "TOKEN": "abc"}
OAUTH = {
    "auth": "oauth2",
    "token_url": "https://oauth.piste.gouv.fr/api/oauth/token",
    "client_id_env": "PISTE_ID",
    "client_secret_env": "PISTE_SECRET",
    "scope": "openid",
}
FIELDS = {"items": "r", "fields": {"title": "t", "url": "u"}}


def an_api(url: str = "https://api.piste.gouv.fr/x", **options: Any) -> Source:
    return source(Kind.API, url, {**FIELDS, **options})


def test_token_request_is_a_form() -> None:
    request = token_request(an_api(**OAUTH), ENV)
    assert (request.method, request.url) == ("POST", OAUTH["token_url"])
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert parse_qs((request.content or b"").decode()) == {
        "grant_type": ["client_credentials"],
        "client_id": ["me"],
        "client_secret": ["s3cr3t & co"],
        "scope": ["openid"],
    }


def test_missing_variable_is_told_by_its_name_only() -> None:
    with pytest.raises(FetchError, match="PISTE_SECRET is not set") as caught:
        token_request(an_api(**OAUTH), {"PISTE_ID": "me", "PISTE_SECRET": " "})
    assert caught.value.reason == "credentials"


def test_token_answer() -> None:
    token = read_token(answer('{"access_token":"T0ken","token_type":"Bearer","expires_in":3600}'), NOW)
    assert token == Token("T0ken", NOW + timedelta(hours=1))
    assert "T0ken" not in repr(token)
    assert token.is_fresh(NOW + timedelta(minutes=58))
    assert not token.is_fresh(NOW + timedelta(minutes=59, seconds=30))
    assert read_token(answer('{"access_token":"x"}'), NOW).is_fresh(NOW + timedelta(minutes=5))
    assert read_token(answer('{"access_token":"x","expires_in":1}'), NOW).is_fresh(NOW)


@pytest.mark.parametrize(
    "body",
    ["", "{}", "[]", '{"access_token": 3}', '{"access_token": "a\\nX: b"}', '{"error": "invalid_client"}', "<html>"],
)
def test_answers_without_a_token(body: str) -> None:
    with pytest.raises(FetchError) as caught:
        read_token(answer(body), NOW)
    assert caught.value.reason == "credentials"
    assert ("invalid_client" in str(caught.value)) == ("invalid_client" in body)


def test_authorised_keeps_the_other_headers() -> None:
    request = Request(url="https://a.fr", headers={"Accept": "x"})
    assert authorised(request, "t").headers == {"Accept": "x", "Authorization": "Bearer t"}
    assert authorised(request, "t", header="X-Key", scheme="").headers == {"Accept": "x", "X-Key": "t"}


class Gateway:
    """A token endpoint and an interface that wants its token; counts the tokens given."""

    def __init__(self, web: WebServer, seconds: int = 3600) -> None:
        self.web = web
        self.given = 0
        self.seconds = seconds
        web.route("/token", self._token)
        web.route("/api", self._api)

    def _token(self, seen: Seen) -> Reply:
        if parse_qs(seen.body.decode())["client_secret"] != ["s3cr3t & co"]:
            return Reply(status=401, body=b'{"error":"invalid_client"}')
        self.given += 1
        body = {"access_token": f"token-{self.given}", "expires_in": self.seconds}
        return Reply(headers={"content-type": "application/json"}, body=json.dumps(body).encode())

    def _api(self, seen: Seen) -> Reply:
        if seen.headers.get("authorization") != f"Bearer token-{self.given}":
            return Reply(status=401)
        page = json.loads(seen.body)["page"]
        body = {"r": [{"t": f"Texte {page}", "u": f"/texte/{page}"}]}
        return Reply(headers={"content-type": "application/json"}, body=json.dumps(body).encode())

    def source(self, **more: Any) -> Source:
        options = {
            **OAUTH,
            "token_url": self.web.url("/token"),
            "method": "POST",
            "body": {"page": 1},
            "next": "?page",
            "max_pages": 3,
        }
        return an_api(self.web.url("/api"), **options, **more)


@pytest.fixture
async def fetcher(web: WebServer) -> AsyncIterator[Fetcher]:
    limits = FetchSettings(allow_private=frozenset({web.netloc}), min_delay=0, backoff=0.01, attempts=1, pause=0.0)
    async with Fetcher(limits, clock=lambda: NOW, env=ENV) as one:
        yield one


async def test_a_visit_asks_for_one_token_and_reads_all_pages(web: WebServer, fetcher: Fetcher) -> None:
    gateway = Gateway(web)
    collected = await collect_source(gateway.source(), fetcher, readers=default_readers())
    assert [item.title for item in collected.items] == ["Texte 1", "Texte 2", "Texte 3"]
    assert collected.attempt.error == ""
    assert gateway.given == 1


async def test_an_old_token_is_renewed(web: WebServer, fetcher: Fetcher) -> None:
    gateway = Gateway(web, seconds=90)
    moments = [NOW]
    fetcher.clock = lambda: moments[-1]
    credentials = Credentials(gateway.source(), ENV)
    request = Request(url=web.url("/api"))
    for seconds, expected in ((0, "token-1"), (30, "token-1"), (100, "token-2")):
        moments.append(NOW + timedelta(seconds=seconds))
        sent = await credentials.authorise(request, fetcher)
        assert sent.headers["Authorization"] == f"Bearer {expected}"


async def test_wrong_secret_fails_the_visit_without_telling_it(web: WebServer, fetcher: Fetcher) -> None:
    gateway = Gateway(web)
    fetcher.env = {**ENV, "PISTE_SECRET": "wrong-one"}
    collected = await collect_source(gateway.source(), fetcher, readers=default_readers())
    assert collected.attempt.error
    assert "wrong-one" not in repr(collected)
    fetcher.env = {}
    collected = await collect_source(gateway.source(), fetcher, readers=default_readers())
    assert collected.attempt.error == "credentials"


async def test_secrets_stay_with_their_host(web: WebServer, fetcher: Fetcher) -> None:
    for options in (
        {"auth": "bearer", "token_env": "TOKEN"},
        {"auth": "header", "token_env": "TOKEN", "header_name": "X-Key"},
    ):
        credentials = Credentials(an_api("https://api.fr/x", **options), ENV)
        own = await credentials.authorise(Request(url="https://api.fr/y"), fetcher)
        assert own.headers in ({"Authorization": "Bearer abc"}, {"X-Key": "abc"})
        for other in ("https://autre.fr/y", "http://api.fr/y", "https://api.fr:8443/y"):
            assert (await credentials.authorise(Request(url=other), fetcher)).headers == {}
    none = Credentials(source(Kind.FEED), {})
    assert (await none.authorise(Request(url="https://www.example.fr/actualites/"), fetcher)).headers == {}
