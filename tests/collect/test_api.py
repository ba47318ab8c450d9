"""JSON interfaces: paths, templates, paging, and the shapes of Légifrance and EUR-Lex."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.collect.answers import answer, check_golden, plain, source
from watchbot.collect.api import first_request, parse
from watchbot.collect.json_path import at, fill, is_template, text_at
from watchbot.errors import ParseError
from watchbot.model import Found, Kind, Source

URL = "https://api.exemple.fr/v1/actes"
FIELDS = {"title": "titre", "url": "lien", "date": "date"}


def an_api(url: str = URL, **options: Any) -> Source:
    return source(Kind.API, url, {"items": "resultats", "fields": FIELDS, **options})


def read(data: Any, api: Source | None = None, url: str = URL) -> Found:
    content = data if isinstance(data, str) else json.dumps(data)
    return parse(answer(content, url, "application/json"), api or an_api())


# ------------------------------------------------------------------------------------------------ real shapes


def test_legifrance_search() -> None:
    """The answer of `/search` of Légifrance's interface, fund JORF."""
    data = {
        "executionTime": 31,
        "results": [
            {
                "titles": [{"id": "JORFTEXT000051000001", "cid": "JORFTEXT000051000001", "title": "Décret n° 2026-470 du 3 novembre 2026 relatif aux <mark>aides</mark> financières du CNC"}],
                "nature": "DECRET",
                "date": 1793664000000,
                "datePublication": "2026-11-04T00:00:00.000+0000",
                "sections": [{"extracts": [{"values": ["double rapport <mark>carbone</mark>"]}]}],
                "resumePrincipal": ["Le décret subordonne le paiement de l’aide au dépôt d’un double rapport carbone."],
            },
            {"titles": [{"id": "JORFTEXT000051000002", "title": "Arrêté du 2 novembre 2026"}], "datePublication": 1793577600000},
        ],
        "totalResultNumber": 2,
    }  # fmt: skip
    api = source(
        Kind.API,
        "https://api.piste.gouv.fr/dila/legifrance/lf-engine-app/search",
        {
            "method": "POST",
            "body": {"fond": "JORF", "recherche": {"pageNumber": 1, "pageSize": 10, "sort": "PUBLICATION_DATE_DESC"}},
            "items": "results",
            "fields": {
                "title": "titles.0.title",
                "url": "https://www.legifrance.gouv.fr/jorf/id/{titles.0.id}",
                "id": "titles.0.id",
                "date": "datePublication",
                "summary": "resumePrincipal",
            },
            "next": "?recherche.pageNumber",
            "max_pages": 3,
        },
    )
    request = first_request(api)
    assert request.method == "POST"
    assert request.headers["Content-Type"] == "application/json"
    assert json.loads(request.content or b"")["recherche"]["pageNumber"] == 1
    found = read(data, api, api.url)
    check_golden("api-legifrance", [plain(item) for item in found.items])
    assert [json.loads(one.request.content or b"")["recherche"]["pageNumber"] for one in found.follow] == [2, 3]
    assert all(one.request.method == "POST" and one.role == "next" for one in found.follow)
    assert api.options["body"]["recherche"]["pageNumber"] == 1


def test_eurlex_sparql() -> None:
    """SPARQL 1.1 query results in JSON, as the Publications Office's endpoint gives them."""
    data = {
        "head": {"vars": ["celex", "title", "date"]},
        "results": {
            "bindings": [
                {
                    "celex": {"type": "literal", "value": "32026L0470"},
                    "title": {
                        "type": "literal",
                        "xml:lang": "fr",
                        "value": "Directive (UE) 2026/470 sur la durabilité",
                    },
                    "date": {
                        "type": "literal",
                        "datatype": "http://www.w3.org/2001/XMLSchema#date",
                        "value": "2026-02-26",
                    },
                }
            ]
        },
    }
    fields = {
        "title": "title.value",
        "url": "https://eur-lex.europa.eu/legal-content/FR/TXT/?uri=CELEX:{celex}",
        "id": "celex.value",
        "date": "date",
    }
    api = source(
        Kind.API,
        "https://publications.europa.eu/webapi/rdf/sparql?query=x",
        {"items": "results.bindings", "fields": fields},
    )
    check_golden("api-eurlex", [plain(item) for item in read(data, api, api.url).items])


def test_open_data_records() -> None:
    """Opendatasoft's `results` with `next` counted by an offset-free page, and HTML in its texts."""
    data = {
        "resultats": [
            {
                "titre": "Une <b>aide</b> &amp; plus",
                "lien": "/a?utm_source=x",
                "date": "2 nov. 2026",
                "texte": "<p>Un</p><p>Deux</p>",
                "qui": "CNC",
            }
        ]
    }
    item = read(data, an_api(fields={**FIELDS, "body": "texte", "author": "qui"})).items[0]
    assert (item.title, item.url, item.summary, item.body, item.author) == (
        "Une aide & plus",
        "https://api.exemple.fr/a",
        "Un Deux",
        "Un\nDeux",
        "CNC",
    )
    assert (item.guid, item.date_from) == (item.url, "feed")


# ------------------------------------------------------------------------------------------------ items


@pytest.mark.parametrize(
    ("data", "path", "titles"),
    [
        ([{"titre": "A"}], "", ["A"]),
        ({"r": {"x": {"titre": "A"}, "y": {"titre": "B"}}}, "r", ["A", "B"]),
        ({"r": {"titre": "A", "lien": "/a"}}, "r", ["A"]),
        ({"r": [{"s": [{"titre": "A"}, {"titre": "B"}]}, {"s": [{"titre": "C"}]}]}, "r.*.s.*", ["A", "B", "C"]),
        ({"a.b": [{"titre": "A"}]}, "a.b", ["A"]),
        ({"resultats": []}, "resultats", []),
    ],
)
def test_where_the_entries_are(data: Any, path: str, titles: list[str]) -> None:
    assert [item.title for item in read(data, an_api(items=path)).items] == titles


def test_entries_that_lack_something() -> None:
    found = read(
        {
            "resultats": [
                {"titre": "Sans lien"},
                {"lien": "/x"},
                {},
                "mot",
                {"titre": "Mauvais lien", "lien": "javascript:x", "date": "demain"},
            ]
        }
    )
    assert [(item.title, item.url) for item in found.items] == [
        ("Sans lien", f"{URL}#!entry-Sans%20lien"),
        ("https://api.exemple.fr/x", "https://api.exemple.fr/x"),
        ("Mauvais lien", f"{URL}#!entry-Mauvais%20lien"),
    ]
    assert found.problems == ("2 of 5 entries have neither title nor address", "3 of 3 entries without a date")


def test_template_without_its_value_is_no_address() -> None:
    fields = {"title": "titre", "url": "https://s.fr/{id}/{slug}"}
    one, two = read(
        {"resultats": [{"titre": "A", "id": 3, "slug": "é a"}, {"titre": "B", "id": 3}]}, an_api(fields=fields)
    ).items
    assert one.url == "https://s.fr/3/%C3%A9%20a"
    assert two.url.startswith(URL)


@pytest.mark.parametrize(
    "date",
    [1793664000, 1793664000000, "2026-11-03", "03/11/2026", "3 novembre 2026", {"value": "2026-11-03"}, ["2026-11-03"]],
)
def test_dates(date: Any) -> None:
    published = read({"resultats": [{"titre": "A", "lien": "/a", "date": date}]}).items[0].published
    assert published is not None
    assert abs((published - datetime(2026, 11, 3, tzinfo=UTC)).total_seconds()) < 86400


# ------------------------------------------------------------------------------------------------ paging


def follows(found: Found) -> list[str]:
    return [follow.request.url for follow in found.follow]


DATA = {"resultats": [{"titre": "A", "lien": "/a"}], "suite": "/v1/actes?cursor=b", "ailleurs": "https://autre.fr/?p=2"}


def test_next_by_path() -> None:
    assert follows(read(DATA, an_api(next="suite"))) == ["https://api.exemple.fr/v1/actes?cursor=b"]
    assert follows(read(DATA, an_api(next="rien"))) == []
    assert follows(read(DATA, an_api(next="ailleurs"))) == []  # credentials and manners end at the host
    assert follows(read({**DATA, "resultats": []}, an_api(next="suite"))) == []


def test_next_by_parameter() -> None:
    api = an_api(URL + "?q=é&page=1", next="?page", max_pages=3)
    assert follows(read(DATA, api, api.url)) == [URL + "?q=%C3%A9&page=2"]
    assert follows(read(DATA, api, URL + "?q=é&page=2")) == [URL + "?q=%C3%A9&page=3"]
    assert follows(read(DATA, api, URL + "?q=é&page=3")) == []
    zero = an_api(URL + "?p=0", next="?p", max_pages=2)
    assert follows(read(DATA, zero, zero.url)) == [URL + "?p=1"]
    assert follows(read(DATA, an_api(next="?page", max_pages=1))) == []
    assert follows(read(DATA, an_api())) == []


def test_post_body_grows_the_path_to_its_page() -> None:
    api = an_api(method="POST", body=None, next="?pagination.page", max_pages=2)
    assert json.loads(read(DATA, api).follow[0].request.content or b"") == {"pagination": {"page": 2}}
    assert json.loads(first_request(api).content or b"x") == {}


def test_headers_of_the_request() -> None:
    request = first_request(an_api(headers={"X-Version": 2, "Accept": "application/vnd+json"}))
    assert request.headers == {"Accept": "application/vnd+json", "X-Version": "2"}
    assert (request.method, request.content) == ("GET", None)


# ------------------------------------------------------------------------------------------------ errors


@pytest.mark.parametrize(
    ("data", "reason", "told"),
    [
        ({"autre": [], "total": 0}, "path", "autre, total"),
        ({"error": "invalid_request", "error_description": "pageSize trop grand"}, "api-error", "pageSize trop grand"),
        ({"message": "API key invalid"}, "api-error", "API key"),
        ({"resultats": 3}, "api-error", "check body"),
        ("<html><title>Accès refusé</title><p>x</p></html>", "access-denied", "refuses"),
        ("pas du json", "not-json", "no JSON"),
        ("", "empty", "is empty"),
    ],
)
def test_errors(data: Any, reason: str, told: str) -> None:
    with pytest.raises(ParseError, match=told) as caught:
        read(data)
    assert caught.value.reason == reason


# ------------------------------------------------------------------------------------------------ paths


def test_paths() -> None:
    data = {"a": [{"b": 1}, {"b": [2, 3]}], "c": {"d": None, "e": True, "f": {"value": "v"}}}
    assert at(data, "") == data
    assert at(data, "a.1.b.0") == 2
    assert at(data, "a.-1.b") == [2, 3]
    assert at(data, "a.b") == 1
    assert at(data, "a.*.b") == [1, [2, 3]]
    assert at(data, "c.*") == [True, {"value": "v"}]
    assert at(data, "a.9.b") is None
    assert at(data, "x.y") is None
    assert at([], "x") is None
    assert text_at(data, "c.f") == "v"
    assert text_at(data, "c.e") == ""
    assert text_at(data, "a.1.b") == "2, 3"
    assert is_template("x{a}")
    assert not is_template("a.b")
    assert fill("{a.0.b}-{c.f}", data) == "1-v"
    assert fill("{a.0.b}-{z}", data) == ""


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["resultats", "titre", "lien", "date", "x"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(ANY, st.sampled_from(["resultats", "", "resultats.*", "*.titre", "x.0.-1"]))
def test_any_json_is_read_or_refused(data: Any, path: str) -> None:
    try:
        found = read(json.dumps(data), an_api(items=path))
    except ParseError:
        return
    assert all(item.title and item.url.startswith("https://") for item in found.items)
