"""Rendering: golden files, hostile texts, sizes, contrast, and how it looks in a real browser."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import html5lib
import pytest
from sample import CHANGE, EDITION, NOW, READER, material, story

from watchbot.demo.bot_api import visible_text
from watchbot.digest.compose import compose
from watchbot.digest.model import Links
from watchbot.digest.render import HTML_BYTES, render_html, render_telegram, render_text, safe_url, subject
from watchbot.digest.telegram import LIMIT, cut, pack, units
from watchbot.errors import ConfigError

GOLDEN = Path(__file__).parent / "golden"
LINKS = Links(
    unsubscribe="https://v.example/u/abc", preferences="https://v.example/p/abc", items="https://v.example/items"
)
FULL = replace(EDITION, figures=True, sections=("echeances", "changements", "themes", "chiffres"))
CHROMIUM = shutil.which("chromium")


@pytest.fixture
def digest():
    return compose(FULL, material(8), now=NOW, reader=READER)


def hostile():
    evil = story(0)
    item = replace(
        evil.item,
        title="<script>alert(1)</script> & <b>gras</b> \u202eétrange " + "long " * 2000,
        url="javascript:alert(1)",
        publisher='"><img src=x onerror=alert(1)>',
    )
    return replace(
        evil,
        item=item,
        summary="</p><iframe src=//evil.example>",
        chips=("<i>x</i>",),
        also=(("Y", "data:text/html,x"),),
    )


@pytest.mark.parametrize("name", ["hebdo.html", "hebdo.txt", "hebdo.telegram.html"])
def test_golden(digest, templates, name):
    if name.endswith(".txt"):
        text = render_text(digest, templates, LINKS)
    elif "telegram" in name:
        text = "\n=====\n".join(render_telegram(digest, templates, LINKS)) + "\n"
    else:
        text = render_html(digest, templates, LINKS)
    path = GOLDEN / name
    if os.environ.get("WRITE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_the_subject_says_what_presses(digest):
    assert (
        subject(digest) == "Hebdo coordination\u00a0: RS6456 – Déployer une démarche écoresponsable, dans 28\u00a0jours"
    )


def test_html_is_valid_and_declares_its_language(digest, templates):
    html = render_html(digest, templates, LINKS)
    parser = html5lib.HTMLParser(strict=True)
    tree = parser.parse(html)
    assert tree is not None
    assert '<html lang="fr"' in html
    assert "<script" not in html
    assert html.count("<h1") == 1
    layout = re.findall(r"<table(?![^>]*role=)", html)
    assert layout == [], "every table says whether it is layout"


def test_hostile_text_stays_text(templates):
    digest = compose(FULL, replace(material(0), stories=(hostile(),)), now=NOW)
    html = render_html(digest, templates, LINKS)
    messages = render_telegram(digest, templates, LINKS)

    class Tags(HTMLParser):
        def __init__(self):
            super().__init__()
            self.found = []

        def handle_starttag(self, tag, attrs):
            self.found.append((tag, dict(attrs)))

    tags = Tags()
    tags.feed(html)
    names = {tag for tag, _ in tags.found}
    assert not names & {"script", "iframe", "img"}
    assert not any("onerror" in attrs for _, attrs in tags.found)
    assert "javascript:" not in html
    assert "data:text" not in html
    assert "\u202e" not in html
    assert all(visible_text(message) for message in messages)
    assert "javascript:" not in "".join(messages)
    assert "\u202e" not in render_text(digest, templates, LINKS)


def test_the_mail_never_grows_past_what_gmail_shows(templates):
    stories = tuple(
        replace(
            story(n),
            item=replace(story(n).item, id=f"{n:012x}", title=f"{n} " + "titre interminable " * 40),
            summary="phrase " * 60,
            chips=("x" * 200,) * 5,
        )
        for n in range(200)
    )
    edition = replace(FULL, max_items=200, max_per_topic=50)
    digest = compose(edition, replace(material(0), stories=stories, changes=(CHANGE,) * 12), now=NOW)
    html = render_html(digest, templates, LINKS)
    assert len(html.encode()) <= HTML_BYTES
    assert "Se désabonner" in html
    assert "autres</a>" in html


def test_plain_text_is_at_most_72_columns_but_for_addresses(digest, templates):
    text = render_text(digest, templates, LINKS)
    wide = [line for line in text.splitlines() if len(line) > 72 and "http" not in line]
    assert wide == []
    assert "\n\n\n" not in text
    assert "\n-- \n" in text


def test_telegram_messages_parse_and_fit(templates):
    stories = tuple(replace(story(n), item=replace(story(n).item, id=f"{n:012x}")) for n in range(60))
    edition = replace(FULL, max_items=60, max_per_topic=50)
    digest = compose(edition, replace(material(0), stories=stories), now=NOW)
    messages = render_telegram(digest, templates, LINKS)
    assert len(messages) > 1
    for message in messages:
        assert units(message) <= LIMIT
        assert visible_text(message)
    together = "".join(messages)
    assert all(together.count(story.item.url.replace("&", "&amp;")) == 1 for story in stories)


def test_a_block_too_long_is_cut_outside_tags_and_entities():
    block = "<b>" + "a&amp;b😀" * 2000 + '</b><a href="https://e.org">fin</a>'
    (message,) = pack([block])
    assert units(message) <= LIMIT
    assert visible_text(message).endswith("…")
    for limit in range(40, 120):
        assert visible_text(cut("<b>x</b> <i>é&lt;y</i> " * 20, limit)) is not None


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://e.org/a?b=c", "https://e.org/a?b=c"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("//e.org/x", ""),
        ("http://[bad", ""),
        ("https://e.org/a b", ""),
        ("", ""),
    ],
)
def test_only_http_addresses_become_links(url, safe):
    assert safe_url(url) == safe


def test_a_faulty_template_names_file_and_line(digest, tmp_path):
    (tmp_path / "hebdo.txt.j2").write_text("bonjour\n{{ digest.nothing }}\n")
    with pytest.raises(ConfigError, match=r"hebdo\.txt\.j2.*nothing"):
        render_text(digest, tmp_path, LINKS)
    (tmp_path / "bad.txt.j2").write_text("{% if %}")
    with pytest.raises(ConfigError, match=r"bad\.txt\.j2:1"):
        render_text(digest, tmp_path, LINKS, "bad")


def _luminance(color: str) -> float:
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(
    ("ink", "paper"),
    [
        *(("#1d2a24", "#ffffff"), ("#55635b", "#ffffff"), ("#14603f", "#ffffff"), ("#cfe3d6", "#14432f")),
        *(("#6b3f00", "#fdf0d8"), ("#8a2f08", "#fdf1ea"), ("#ffffff", "#8a2f08"), ("#55635b", "#fdf1ea")),
        *(("#e4ebe6", "#18201c"), ("#a9b6ae", "#18201c"), ("#8fd3ae", "#18201c"), ("#ffdf9e", "#4a3510")),
        *(("#ffc4a3", "#3a2016"), ("#ffd2c2", "#3a1f17"), ("#c6f0d7", "#173324"), ("#3a1504", "#ffb48f")),
    ],
)
def test_contrast_is_at_least_aa(ink, paper, templates):
    template = (templates / "hebdo.html.j2").read_text(encoding="utf-8")
    assert ink in template
    assert paper in template
    light, dark = sorted((_luminance(ink), _luminance(paper)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's Chromium")
def test_it_looks_right_on_phone_and_desk_in_light_and_dark(digest, templates, tmp_path):
    from playwright.sync_api import sync_playwright

    page_file = tmp_path / "digest.html"
    page_file.write_text(render_html(digest, templates, LINKS), encoding="utf-8")
    options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        for width in (375, 800):
            for scheme in ("light", "dark"):
                page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
                page.goto(page_file.as_uri())
                assert page.evaluate("document.documentElement.scrollWidth") <= width
                color = page.evaluate("getComputedStyle(document.querySelector('.sheet')).backgroundColor")
                assert color == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(24, 32, 28)")
                for heading in ("Échéances", "Changements", "Financements"):
                    assert page.get_by_role("heading", name=heading, exact=True).is_visible()
                shot = tmp_path / f"{width}-{scheme}.png"
                page.screenshot(path=str(shot), full_page=True)
                assert shot.stat().st_size > 10_000
                page.close()
        browser.close()
