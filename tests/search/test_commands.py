"""`watchbot ask` and `watchbot search` as a user calls them."""

from __future__ import annotations

import json

from typer.testing import CliRunner

from watchbot.cli.main import app

RUNNER = CliRunner()


def run(watch, *arguments: str) -> str:
    result = RUNNER.invoke(app, [arguments[0], "--watch", str(watch.folder), *arguments[1:]])
    assert result.exit_code == 0, (result.output, result.exception)
    return result.stdout


def test_ask_answers_in_french(watch, store):
    out = run(watch, "ask", "jusqu'à quand est valable RS6456 ?")
    assert out.startswith("Compris : RS6456.\nRS6456 « Déployer une démarche »")
    assert "[0m" not in out


def test_ask_as_json_has_what_the_answer_rests_on(watch, store):
    data = json.loads(run(watch, "ask", "qu'est-ce qui a changé dans le label ecoprod ?", "--json"))
    assert [one["id"] for one in data["changes"]] == ["c1"]
    assert data["items"][0]["title"].startswith("Label Ecoprod")
    assert data["lines"]
    assert {one["kind"] for one in data["filters"]} >= {"changes"}


def test_search_without_a_filter(watch, store):
    narrow = json.loads(run(watch, "search", "aides en corse", "--json"))
    wide = json.loads(run(watch, "search", "aides en corse", "--without", "r-corse", "--json"))
    assert narrow["total"] == 1 < wide["total"]
