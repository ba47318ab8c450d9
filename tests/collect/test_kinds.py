"""The kinds behind one signature."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

from tests.collect.answers import answer, source
from watchbot.collect.kinds import _KNOW_BETTER, first_request, parse
from watchbot.errors import ParseError
from watchbot.model import Kind

PAGE = (
    "<html><head><title>Page</title></head><body><main><h1>Page</h1>"
    + "<p>Un paragraphe de texte.</p>" * 30
    + "</main></body></html>"
)


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in (Kind.WORDPRESS, Kind.API, Kind.REGISTER)])
def test_first_request_is_the_address(kind: Kind) -> None:
    assert first_request(source(kind)).url == source(kind).url


def test_first_request_of_kinds_that_know_better() -> None:
    assert "/wp-json/wp/v2/posts?" in first_request(source(Kind.WORDPRESS)).url
    assert first_request(source(Kind.API, options={"method": "POST"})).method == "POST"


def test_every_kind_that_has_a_first_request_is_asked_for_it() -> None:
    having = {kind for kind in Kind if hasattr(import_module(f"watchbot.collect.{kind.value}"), "first_request")}
    assert having == _KNOW_BETTER


def test_dispatch() -> None:
    rss = "<rss version='2.0'><channel><item><title>Un</title></item></channel></rss>"
    assert parse(answer(rss), source(Kind.FEED)).items[0].title == "Un"
    assert parse(answer(PAGE), source(Kind.PAGE)).documents[0].title == "Page"
    assert parse(answer("[]"), source(Kind.WORDPRESS)).items == ()


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_refuses_an_empty_answer_by_a_reason(kind: Kind) -> None:
    options = {"register": "rs", "numbers": ["RS6456"]} if kind is Kind.REGISTER else {}
    with pytest.raises(ParseError) as caught:
        parse(answer(b""), source(kind, options=options))
    assert caught.value.reason


def test_modules_of_kinds_are_loaded_when_needed() -> None:
    code = "import sys, watchbot.collect.kinds; print([name for name in sys.modules if name.startswith(('lxml', 'feedparser', 'pypdf', 'dateparser', 'watchbot.collect.feed'))])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
