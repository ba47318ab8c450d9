"""WordPress' REST interface: addresses, posts, paging, and its ways to say no."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.collect.answers import answer, check_golden, plain, source
from watchbot.collect.wordpress import first_request, parse, posts_url
from watchbot.errors import ParseError
from watchbot.model import Found, Kind, Response

SITE = "https://www.exemple.fr"
URL = f"{SITE}/wp-json/wp/v2/posts?per_page=2&_embed=author,wp:term"


def post(number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "date": "2026-11-02T09:30:00",
        "date_gmt": "2026-11-02T08:30:00",
        "guid": {"rendered": f"{SITE}/?p={number}"},
        "modified": "2026-11-03T10:00:00",
        "modified_gmt": "2026-11-03T09:00:00",
        "slug": f"billet-{number}",
        "status": "publish",
        "type": "post",
        "link": f"{SITE}/2026/11/billet-{number}/",
        "title": {"rendered": "L&#8217;aide &#038; la <em>prime</em>"},
        "content": {"rendered": "<p>Premier&nbsp;: texte.</p>\n<p>Second.</p>", "protected": False},
        "excerpt": {"rendered": "<p>R&eacute;sum&eacute; [&hellip;]</p>\n", "protected": False},
        "author": 3,
        "categories": [4, 9],
        **more,
    }


def read(data: Any, url: str = URL, options: dict[str, Any] | None = None, **headers: str) -> Found:
    content = data if isinstance(data, str | bytes) else json.dumps(data)
    return parse(
        answer(content, url, "application/json; charset=UTF-8", **headers), source(Kind.WORDPRESS, SITE, options)
    )


def test_posts() -> None:
    embedded = {
        "author": [{"id": 3, "name": "Camille &amp; Co"}],
        "wp:term": [[{"name": "Réglementation"}, {"name": "Aides"}], [{"name": "CNC"}]],
    }
    bare = post(2, title="", excerpt={"rendered": ""}, date_gmt="0000-00-00T00:00:00")
    odd = post(
        3, link="/2026/11/relatif/", title={"rendered": "Relatif"}, lang="fr_FR", yoast_head_json={"author": "Léo"}
    )
    found = read([post(_embedded=embedded), bare, odd])
    check_golden("wordpress-posts", [plain(item) for item in found.items])


@pytest.mark.parametrize(
    ("url", "options", "asked"),
    [
        (SITE, {}, "/wp-json/wp/v2/posts?per_page=50&_embed=author,wp:term"),
        (f"{SITE}/", {"per_page": 10}, "/wp-json/wp/v2/posts?per_page=10&_embed=author,wp:term"),
        (f"{SITE}/blog/", {}, "/blog/wp-json/wp/v2/posts?per_page=50&_embed=author,wp:term"),
        (f"{SITE}/wp-json/", {}, "/wp-json/wp/v2/posts?per_page=50&_embed=author,wp:term"),
        (f"{SITE}/wp-json/wp/v2/actualites", {}, "/wp-json/wp/v2/actualites?per_page=50&_embed=author,wp:term"),
        (
            f"{SITE}/wp-json/wp/v2/posts?per_page=5",
            {"per_page": 10},
            "/wp-json/wp/v2/posts?per_page=5&_embed=author,wp:term",
        ),
        (f"{SITE}/?rest_route=/wp/v2/posts", {}, "/?rest_route=/wp/v2/posts&per_page=50&_embed=author,wp:term"),
        (
            SITE,
            {"categories": [4, 9], "search": "bilan carbone"},
            "/wp-json/wp/v2/posts?per_page=50&categories=4,9&search=bilan+carbone&_embed=author,wp:term",
        ),
    ],
)
def test_first_request(url: str, options: dict[str, Any], asked: str) -> None:
    assert posts_url(url, options) == SITE + asked
    assert first_request(source(Kind.WORDPRESS, url, options)).url == SITE + asked


def follows(found: Found) -> list[str]:
    return [follow.request.url for follow in found.follow]


def test_paging() -> None:
    second = URL + "&page=2"
    posts = [post(1), post(2)]
    assert follows(read(posts, **{"x-wp-totalpages": "3"})) == [second]
    assert follows(read(posts, **{"x-wp-totalpages": "1"})) == []
    assert follows(read(posts, second, {"max_pages": 3}, **{"x-wp-totalpages": "3"})) == [URL + "&page=3"]
    assert follows(read(posts, second, {"max_pages": 2}, **{"x-wp-totalpages": "3"})) == []
    # without the header: a full page, or the Link header
    assert follows(read(posts)) == [second]
    assert follows(read(posts[:1])) == []
    assert follows(read(posts[:1], link=f'<{second}>; rel="next"')) == [second]
    assert follows(read([], **{"x-wp-totalpages": "3"})) == []
    assert [one.role for one in read(posts).follow] == ["next"]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("rest_no_route", "api-error"),
        ("rest_not_logged_in", "login-required"),
        ("rest_cannot_access", "login-required"),
        ("internal_server_error", "api-error"),
    ],
)
def test_errors(code: str, reason: str) -> None:
    with pytest.raises(ParseError, match=code) as caught:
        read({"code": code, "message": "Désolé", "data": {"status": 401}})
    assert caught.value.reason == reason


def test_page_beyond_the_last() -> None:
    assert read({"code": "rest_post_invalid_page_number", "message": "x", "data": {"status": 400}}) == Found()


@pytest.mark.parametrize("prefix", ["\ufeff", "\n\n", "<br />\n<b>Notice</b>: x [8] in {y} on line <b>2</b><br />\n"])
def test_junk_before_the_json(prefix: str) -> None:
    assert len(read(prefix + json.dumps([post()])).items) == 1


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "empty"),
        ("<html><title>Just a moment...</title><p>x</p></html>", "bot-challenge"),
        ("<html><p>Page introuvable</p></html>", "not-json"),
        ('{"name": "Site", "namespaces": []}', "not-wordpress"),
        ("3", "not-json"),
        ("[" * 100_000, "not-json"),
    ],
)
def test_what_are_no_posts(content: str, reason: str) -> None:
    with pytest.raises(ParseError) as caught:
        read(content)
    assert caught.value.reason == reason


def test_one_post_and_other_things_in_the_list() -> None:
    assert read(post()).items[0].guid == f"{SITE}/?p=1"
    found = read([post(), "x", {"id": 1}, {"link": None, "guid": {}, "title": {"rendered": "Sans lien"}, "id": 7}])
    assert [item.title for item in found.items] == ["L’aide & la prime", "Sans lien"]
    assert found.items[1].url == f"{SITE}/wp-json/wp/v2/posts#!entry-7"
    assert found.problems == ("2 of 4 entries are no posts",)


def test_dates_are_utc_or_local() -> None:
    gmt, local = read([post(), post(2, date_gmt=None, modified_gmt="", modified="demain")]).items
    assert gmt.published == local.published == datetime(2026, 11, 2, 8, 30, tzinfo=UTC)
    assert gmt.updated == datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
    assert local.updated is None


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*post(), "rendered", "_embedded", "wp:term", "name"]), inner, max_size=5), max_leaves=12
)  # fmt: skip


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.lists(ANY, max_size=3))
def test_any_json_is_read_or_refused(data: list[Any]) -> None:
    response: Response = replace(answer(json.dumps(data), URL, "application/json"), url=URL)
    for item in parse(response, source(Kind.WORDPRESS, SITE)).items:
        assert item.title
        assert item.url.startswith("https://")
