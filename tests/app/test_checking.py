"""What must fit together: templates, classifier, settings of mail."""

from __future__ import annotations

import pytest

from watchbot.app.checking import check_watch
from watchbot.app.scaffold import init_watch
from watchbot.config import load_watch


@pytest.fixture
def folder(tmp_path):
    init_watch(tmp_path / "w")
    return tmp_path / "w"


def test_the_shipped_watch_has_no_problem(folder):
    problems, warnings = check_watch(load_watch(folder, {}))
    assert problems == []
    assert any("WATCHBOT_SMTP_URL" in warning for warning in warnings)


def test_a_broken_template_is_named(folder):
    (folder / "digests" / "templates" / "hebdo.html.j2").write_text("{{ digest.nothing }}")
    (folder / "digests" / "templates" / "hebdo.txt.j2").write_text("{% if %}")
    problems, _ = check_watch(load_watch(folder, {}))
    assert any("digests/hebdo" in one and "hebdo.html.j2" in one for one in problems)
    assert any("hebdo.txt.j2:1" in one for one in problems)


def test_a_bad_example_and_a_missing_head_are_named(folder):
    with (folder / "classifiers" / "examples.jsonl").open("a") as file:
        file.write('{"title": "x", "topics": ["inconnu"], "relevant": true}\n')
    problems, _ = check_watch(load_watch(folder, {}))
    assert any("examples.jsonl" in one and "inconnu" in one for one in problems)


def test_settings_of_mail_that_cannot_work(folder):
    environ = {
        "WATCHBOT_SMTP_URL": "http://mail.example",
        "WATCHBOT_MAIL_FROM": "nobody",
        "WATCHBOT_DKIM_KEY": "/nowhere/key.pem",
    }
    problems, _ = check_watch(load_watch(folder, environ))
    text = "\n".join(problems)
    for name in ("WATCHBOT_SMTP_URL", "WATCHBOT_MAIL_FROM", "WATCHBOT_DKIM_KEY"):
        assert name in text


def test_links_that_lead_nowhere_are_warned_of(folder):
    _, warnings = check_watch(load_watch(folder, {"WATCHBOT_SMTP_URL": "smtps://mail.example"}))
    text = "\n".join(warnings)
    assert "WATCHBOT_BASE_URL" in text
    assert "WATCHBOT_MAIL_FROM" in text
