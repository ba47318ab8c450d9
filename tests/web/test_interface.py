"""The JSON interface: its document is valid, its answers are as the document says, and the same as the command line's."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from watchbot.cli import main as cli
from watchbot.web.app import _routes

CALLS = {
    "/api/items": [
        {},
        {"limit": 1},
        {"offset": 2},
        {"topic": ["financements", "mesure"]},
        {"region": "sud"},
        {"source": "ecoprod-actualites"},
        {"since": "7d"},
        {"until": "2026-11-12"},
        {"all": "1"},
    ],
    "/api/search": [
        {"q": "bilan"},
        {"q": "aides en Région Sud depuis septembre"},
        {"q": "aides en Région Sud", "without": ["r-sud"]},
        {"q": "bilan", "limit": 1, "offset": 1},
        {"q": "zzzqqq"},
    ],
}
WRONG = {
    "/api/items": [
        {"limit": 0},
        {"limit": 201},
        {"offset": -1},
        {"topic": "x"},
        {"region": "x"},
        {"source": "x"},
        {"since": "x"},
    ],
    "/api/search": [{}, {"q": ""}, {"q": "x" * 301}, {"q": "x", "limit": 0}, {"q": "x", "offset": "a"}],
}


@pytest.fixture
def document(shared):
    return shared.client.get("/api/openapi.json").json()


def test_the_document_is_valid_and_names_every_route(document):
    validate(document)
    served = {route.path for route in _routes() if route.path.startswith("/api/")}
    assert set(document["paths"]) | {"/api/openapi.json"} == served


@pytest.mark.parametrize("path", CALLS)
def test_answers_are_as_the_document_says(shared, document, path):
    described = document["paths"][path]["get"]
    names = {one["name"] for one in described["parameters"]}
    used = {name for call in CALLS[path] for name in call}
    assert used == names, "every parameter is tried"

    def schema(status):
        content = described["responses"][status]["content"]["application/json"]["schema"]
        return Draft202012Validator({**content, "components": document["components"]})

    for call in CALLS[path]:
        answer = shared.client.get(path, params=call)
        assert answer.status_code == 200, call
        schema("200").validate(answer.json())
    for call in WRONG[path]:
        answer = shared.client.get(path, params=call)
        assert answer.status_code == 400, call
        schema("400").validate(answer.json())


def test_the_command_line_gives_the_same_answer(shared, capsys, monkeypatch):
    monkeypatch.setenv("WATCHBOT_DB", str(shared.watch.database))
    monkeypatch.setattr("watchbot.cli.reading.now", lambda: shared.now)
    for question, given in (
        ("aide en Région Sud depuis septembre", {}),
        ("tournages", {"limit": "1"}),
        ("tournages en Région Sud", {"without": "r-sud"}),
    ):
        arguments = [part for name, value in given.items() for part in (f"--{name}", value)]
        monkeypatch.setattr(
            "sys.argv", ["watchbot", "search", question, "--watch", str(shared.watch.folder), "--json", *arguments]
        )
        with pytest.raises(SystemExit) as end:
            cli()
        assert end.value.code == 0
        printed = json.loads(capsys.readouterr().out)
        assert printed == shared.client.get("/api/search", params={"q": question, **given}).json()
        assert printed["items"]


def test_a_filter_is_understood_and_taken_away(shared):
    question = {"q": "tournages en Région Sud"}
    first = shared.client.get("/api/search", params=question).json()
    (region,) = [one for one in first["filters"] if one["kind"] == "region"]
    assert "Sud" in region["label"]
    rest = shared.client.get("/api/search", params={**question, "without": region["id"]}).json()
    assert region not in rest["filters"]
    assert rest["total"] >= first["total"]
