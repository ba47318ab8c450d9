"""Rendering: golden files, hostile texts, sizes; mail and text say the same."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import html5lib
import pytest
from hostile import URLS, hostile_material
from sample import CHANGE, EDITION, MONTHLY, NOW, READER, TEAM, followed, follows, material, sample, story

from watchbot.demo.bot_api import visible_text
from watchbot.digest.addresses import safe_url
from watchbot.digest.compose import compose
from watchbot.digest.fitting import FEWEST_DEADLINES, shorter
from watchbot.digest.followed import followed_digest, groups_of
from watchbot.digest.french import NBSP
from watchbot.digest.model import Bar, Digest, Links
from watchbot.digest.plain import bar_line, wrapped
from watchbot.digest.render import HTML_BYTES, render_html, render_mail, render_telegram, render_text
from watchbot.digest.telegram import LIMIT, cut, pack, units
from watchbot.errors import ConfigError

GOLDEN = Path(__file__).parent / "golden"
LINKS = Links(
    unsubscribe="https://v.example/u/abc",
    preferences="https://v.example/p/abc",
    archive="https://v.example/archives/1",
    items="https://v.example/recherche?theme={topic}",
    calendar="https://v.example/calendrier.ics",
)
TEAM_LINKS = replace(LINKS, feedback="https://v.example/juger/{item}", extra={"Corriger": "https://v.example/corriger"})
SAMPLES = {
    "hebdo": lambda: (sample(), LINKS),
    "mensuel": lambda: (sample(MONTHLY, reader=None), LINKS),
    "referentiels": lambda: (sample(TEAM, reader=None), TEAM_LINKS),
    "suivis": lambda: (sample(groups=followed()), LINKS),
    "suivi": lambda: (
        followed_digest(followed(), edition="suivi", issue="0123", watch="Veille écoproduction", now=NOW),
        Links(unsubscribe=LINKS.unsubscribe, preferences=LINKS.preferences),
    ),
    "court": lambda: (sample(replace(EDITION, max_items=2, max_deadlines=1, max_changes=1), reader=None), Links()),
}
EVERYTHING = replace(TEAM, max_items=60, max_per_topic=50)


class Tags(HTMLParser):
    """Every element with its attributes, and the text between."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def of(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.found if tag == name]


def parsed(html: str):
    return html5lib.HTMLParser(strict=True).parse(html)


def check_golden(name: str, text: str) -> None:
    path = GOLDEN / name
    if os.environ.get("WRITE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), f"{name} differs: look, then WRITE_GOLDEN=1"


@pytest.mark.parametrize("name", SAMPLES)
def test_golden_files(name, templates):
    digest, links = SAMPLES[name]()
    shown, html, text = render_mail(digest, templates, links)
    assert shown == digest
    check_golden(f"{name}.html", html)
    check_golden(f"{name}.txt", text)
    check_golden(f"{name}.telegram.html", "\n=====\n".join(render_telegram(digest, templates, links)) + "\n")


@pytest.mark.parametrize("name", SAMPLES)
def test_html_is_valid_semantic_and_needs_nothing_from_elsewhere(name, templates):
    digest, links = SAMPLES[name]()
    html = render_html(digest, templates, links)
    assert parsed(html) is not None
    tags = Tags(html)
    assert tags.of("html")[0]["lang"] == "fr"
    assert len(tags.of("h1")) == 1
    assert tags.of("h2")
    assert (
        len(tags.of("h3"))
        == len(digest.deadlines)
        + len(digest.changes)
        + len(digest.entries)
        + len(digest.doubtful)
        + digest.followed_count
    )
    assert all(table.get("role") for table in tags.of("table")), "every table says whether it is layout"
    assert not {tag for tag, _ in tags.found} & {"script", "img", "iframe", "link", "object", "form"}
    assert "url(" not in html
    assert "@import" not in html
    assert all(attributes["href"].startswith("https://") for attributes in tags.of("a"))
    assert {meta.get("content") for meta in tags.of("meta") if meta.get("name") == "color-scheme"} == {"light dark"}
    levels = [int(tag[1]) for tag, _ in tags.found if re.fullmatch(r"h[1-6]", tag)]
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_styles_are_inlined_and_what_stays_in_the_head_is_small_enough_for_gmail(templates):
    html = render_html(sample(), templates, LINKS)
    kept = re.findall(r"<style[^>]*>(.*?)</style>", html, re.DOTALL)
    assert all(len(block) < 8_192 for block in kept), "Gmail drops a style block from 8192 characters on"
    assert "prefers-color-scheme: dark" in kept[0]
    assert "[data-ogsc]" not in kept[0]
    assert "[data-ogsc] .sheet" in kept[1]
    styled = [tag for tag, attributes in Tags(html).found if attributes.get("class") and not attributes.get("style")]
    assert styled == [], "every element with a class carries its style"


def test_english_stories_say_so_and_keep_their_own_spaces(templates):
    html = render_html(compose(EDITION, material(8), now=NOW), templates, LINKS)
    assert re.search(r'<h3 lang="en"[^>]*><a [^>]*>Updated guidance on HVO for generators and trucks: what', html)
    assert "January?" in html


def test_a_story_names_its_other_topics_whatever_section_it_stands_in(templates):
    reader = replace(READER, topics=("referentiels",), regions=())
    html = render_html(compose(EDITION, material(1), now=NOW, reader=reader), templates, LINKS)
    (meta,) = re.findall(r'<p class="meta"[^>]*>(CNC [^<]*)<', html)
    assert meta == "CNC · 23&nbsp;novembre&nbsp;2026 · Financements"


def test_a_story_without_a_word_of_why_can_be_judged_all_the_same(templates):
    digest = sample(TEAM, reader=None)
    html = render_html(digest, templates, TEAM_LINKS)
    assert any(not (entry.why or entry.explanation) for entry in digest.entries)
    for entry in (*digest.entries, *digest.doubtful):
        assert f"https://v.example/juger/{entry.id}" in html


def test_an_issue_without_links_has_no_empty_ones(templates):
    digest = sample(reader=None, count=2)
    html, text = render_html(digest, templates, Links()), render_text(digest, templates, Links())
    assert 'href=""' not in html
    assert "désabonner" not in html + text


def test_hostile_text_stays_text(templates):
    digest = compose(EVERYTHING, hostile_material(), now=NOW)
    html = render_html(digest, templates, Links(items="javascript:x", extra={"<b>x</b>": "data:x"}))
    assert parsed(html) is not None
    tags = Tags(html)
    assert not {tag for tag, _ in tags.found} & {"script", "iframe", "img"}
    assert not [name for _, attributes in tags.found for name in attributes if name.startswith("on")]
    for attributes in tags.of("a"):
        assert re.match(r"https://(e\.org|boxofficepro)", attributes["href"]), attributes["href"][:80]
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b\ue000\ud800-\udfff]", html)
    assert "49" not in html.replace("49 %", ""), "a template in a title is not run"


def test_hostile_text_stays_text_on_telegram_and_in_plain_text(templates):
    digest = compose(EVERYTHING, hostile_material(), now=NOW)
    messages = render_telegram(digest, templates, Links())
    for message in messages:
        assert visible_text(message)
        assert units(message) <= LIMIT
        assert set(re.findall(r"</?([a-z]+)", message)) <= {"a", "b", "i", "s"}
    assert "javascript:" not in "".join(re.findall(r'href="([^"]*)"', "".join(messages)))
    text = render_text(digest, templates, Links())
    assert not re.search("[\x00-\x09\x0b-\x1f\u202a-\u202e\u2066-\u2069\ue000\ud800-\udfff]", text)
    text.encode()


def test_the_mail_never_grows_past_what_gmail_shows_and_its_text_says_the_same(templates):
    stories = tuple(
        story(
            n,
            item=replace(story(n).item, id=f"{n:012x}", title=f"{n} " + "titre interminable " * 40),
            summary="phrase " * 60,
            chips=("x" * 200,) * 5,
        )
        for n in range(200)
    )
    edition = replace(EDITION, max_items=200, max_per_topic=50)
    long = replace(material(0), stories=stories, changes=tuple(replace(CHANGE, id=f"c{n}") for n in range(12)))
    digest = compose(edition, long, now=NOW)
    shown, html, text = render_mail(digest, templates, LINKS)
    assert len(html.encode()) <= HTML_BYTES
    assert "Se désabonner" in html
    assert "autres</a>" in html
    assert 0 < len(shown.entries) < len(digest.entries)
    assert shown.counts["left_out"] - digest.counts["left_out"] == len(digest.entries) - len(shown.entries)
    assert set(shown.told) < set(digest.told)
    assert all((entry.url in text) == (entry in shown.entries) for entry in digest.entries)


def test_thirty_stories_fit_whole(templates):
    digest = compose(replace(EDITION, max_per_topic=30), material(30), now=NOW)
    assert len(digest.entries) == 30
    shown, html, _ = render_mail(digest, templates, LINKS)
    assert shown == digest
    assert len(html.encode()) < 80_000


def test_shortening_ends_and_counts_everything():
    digest = compose(EVERYTHING, hostile_material(), now=NOW)
    steps: list[Digest] = [digest]
    while (less := shorter(steps[-1])) != steps[-1]:
        steps.append(less)
    last = steps[-1]
    assert last.entries == () == last.changes
    assert last.doubtful == ()
    assert sum(section.more for section in last.rest) == len(digest.entries)
    assert last.more_changes == len(digest.changes) + digest.more_changes
    assert len(last.deadlines) <= FEWEST_DEADLINES
    assert len(steps) < 80


@pytest.mark.parametrize("minutes", [1, 2, 4])
def test_an_issue_that_promises_minutes_keeps_its_promise_and_counts_the_rest(minutes, templates):
    short = replace(EDITION, minutes=minutes, max_items=60, max_per_topic=50)
    full, digest = (compose(edition, material(60), now=NOW) for edition in (replace(short, minutes=0), short))
    assert "minutes de\u00a0lecture" in full.reading
    read = int(re.search(r"(\d+)\u00a0minute", digest.reading)[1])
    assert read <= minutes < int(re.search(r"(\d+)\u00a0minute", full.reading)[1])
    assert len(digest.changes) == len(full.changes)
    assert len(digest.deadlines) >= min(3, len(full.deadlines))
    left = sum(section.more for section in (*digest.sections, *digest.rest))
    assert left + len(digest.entries) == len(full.entries)
    text = render_text(digest, templates, LINKS)
    for section in (*digest.sections, *digest.rest):
        assert not section.more or f"theme={section.id}" in text, "what is left out has a link"
    assert "passages modifiés" in text or any(change.passages for change in digest.changes)


def test_however_much_is_followed_the_mail_fits_and_counts_the_rest(templates):
    search, reference, _ = follows()
    news = []
    for number in range(50):
        mine = replace(search.followed, id=f"s{number}", label="« " + "énergie " * 16 + "»")
        stories = tuple(story(20 * number + each, members=()) for each in range(20))
        changes = tuple(replace(reference.changes[0], id=f"c{number}-{each}") for each in range(3))
        news.append(replace(search, followed=mine, stories=stories, changes=changes))
    groups = groups_of(news, {}, {}, NOW.date())
    digest = followed_digest(groups, edition="suivi", issue="0123", watch="Veille", now=NOW)
    assert digest.followed_count == 50 * 23
    shown, html, text = render_mail(digest, templates, LINKS)
    assert len(html.encode()) < HTML_BYTES
    assert shown.followed_count == digest.followed_count
    assert html.count("«&nbsp;énergie") >= 50 <= text.count(f"«{NBSP}énergie")


def test_plain_text_is_at_most_72_columns_but_for_addresses(templates):
    for make in SAMPLES.values():
        text = render_text(*_with(templates, make()))
        wide = [line for line in text.splitlines() if len(line) > 72 and "http" not in line]
        assert wide == []
        assert "\n\n\n" not in text
        assert "\n-- \n" in text
        assert all(
            line.strip() == line[line.index("http") :].strip() for line in text.splitlines() if "https://" in line
        )
    hostile = render_text(compose(EVERYTHING, hostile_material(), now=NOW), templates, Links())
    assert [line for line in hostile.splitlines() if len(line) > 72 and "http" not in line] == []


def _with(templates, pair):
    digest, links = pair
    return digest, templates, links


def test_bars_and_long_words_fit_the_width():
    bar = Bar(
        label="Innovations et pratiques de plateau", count=1234, percent=100, before=2, trend=(1,) * 6, spark="▁" * 6
    )
    assert len(bar_line(bar)) <= 72
    assert bar_line(Bar(label="x", count=0, percent=0)).split() == ["x", "0"]
    assert max(map(len, wrapped("x" * 500, 2).splitlines())) <= 72
    assert wrapped("voir https://e.org/" + "a" * 90).count("\n") == 1


def test_telegram_messages_parse_and_fit_and_headings_stay_with_their_stories(templates):
    stories = tuple(story(n, item=replace(story(n).item, id=f"{n:012x}")) for n in range(60))
    edition = replace(EDITION, max_items=60, max_per_topic=50)
    digest = compose(edition, replace(material(0), stories=stories), now=NOW)
    messages = render_telegram(digest, templates, LINKS)
    assert len(messages) > 1
    for message in messages:
        assert units(message) <= LIMIT
        assert visible_text(message)
        assert not re.search(r"<b>[^<]*</b>\s*$", message), "a heading alone at the end of a message"
    together = "".join(messages)
    assert all(together.count(story.item.url.replace("&", "&amp;")) == 1 for story in stories)


def test_a_block_too_long_is_cut_outside_tags_and_entities():
    block = "<b>" + "a&amp;b😀" * 2000 + '</b><a href="https://e.org">fin</a>'
    (message,) = pack([block])
    assert units(message) <= LIMIT
    assert visible_text(message).endswith("…")
    for limit in range(40, 120):
        assert visible_text(cut("<b>x</b> <i>é&lt;y</i> " * 20, limit)) is not None
    assert pack(["", " \n "]) == []


@pytest.mark.parametrize("url", [url for url in URLS if not url.startswith('https://e.org/"')])
def test_addresses_that_do_not_show_where_they_lead_are_no_links(url):
    assert safe_url(url) == ""


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://e.org/a?b=c#d", "https://e.org/a?b=c#d"),
        (" http://e.org:8080/é ", "http://e.org:8080/é"),
        ("HTTPS://E.org/", "HTTPS://E.org/"),
        ('https://e.org/"<x>|{y}`', "https://e.org/%22%3Cx%3E%7C%7By%7D%60"),
        ("https://e.org/a b", ""),
    ],
)
def test_http_addresses_become_links(url, safe):
    assert safe_url(url) == safe


def test_placeholders_in_links_are_filled_or_added():
    assert Links(items="https://v.example/t/{topic}").of_topic("a/b") == "https://v.example/t/a%2Fb"
    assert Links(items="https://v.example/t?x=1").of_topic("mesure") == "https://v.example/t?x=1&topic=mesure"
    assert Links(feedback="https://v.example/j").of_item("a1") == "https://v.example/j?item=a1"
    assert Links().of_topic("mesure") == ""


def test_a_faulty_template_names_file_and_line(tmp_path):
    digest = sample()
    (tmp_path / "hebdo.txt.j2").write_text("bonjour\n{{ digest.nothing }}\n")
    with pytest.raises(ConfigError, match=r"hebdo\.txt\.j2.*nothing"):
        render_text(digest, tmp_path, LINKS)
    (tmp_path / "bad.txt.j2").write_text("{% if %}")
    with pytest.raises(ConfigError, match=r"bad\.txt\.j2:1"):
        render_text(digest, tmp_path, LINKS, "bad")
    (tmp_path / "vast.html.j2").write_text("x" * HTML_BYTES)
    with pytest.raises(ConfigError, match="even without its stories"):
        render_html(digest, tmp_path, LINKS, "vast")
    with pytest.raises(ConfigError, match=r"none\.telegram\.j2"):
        render_telegram(digest, tmp_path, LINKS, "none")


def test_a_template_of_any_name_escapes(tmp_path):
    (tmp_path / "own.html.j2").write_text('{% include "piece.j2" %}<p>{{ digest.title }}</p>')
    (tmp_path / "piece.j2").write_text("{{ digest.watch }}")
    digest = replace(sample(), title="<b>x</b>", watch="<i>y</i>")
    (tmp_path / "own.txt.j2").write_text("{{ digest.title }}")
    html = render_html(digest, tmp_path, LINKS, "own")
    assert "&lt;b&gt;" in html
    assert "&lt;i&gt;" in html
    assert render_text(digest, tmp_path, LINKS, "own") == "<b>x</b>\n"


def test_the_readers_own_links_are_in_every_form(templates):
    digest = sample(reader=READER)
    forms = [render_html(digest, templates, LINKS), render_text(digest, templates, LINKS)]
    forms.append("".join(render_telegram(digest, templates, LINKS)))
    for form in forms:
        assert LINKS.unsubscribe in form
        assert LINKS.preferences in form


# An ordinary space before double punctuation or a unit, or inside guillemets: a line could break there.
BREAKABLE = re.compile(r"[^\s–-] [;:!?»%€](?!\w)|« ")


@pytest.mark.parametrize("name", SAMPLES)
def test_no_form_has_an_ordinary_space_where_french_has_none_that_breaks(name, templates):
    digest, links = SAMPLES[name]()
    digest = replace(digest, more_doubtful=2, more_changes=3, more_deadlines=2)
    html = re.sub(
        r"<(style|title)[^>]*>.*?</\1>|<!--.*?-->", "", render_html(digest, templates, links), flags=re.DOTALL
    )
    labels = " | ".join(
        value or "" for _, found in Tags(html).found for key, value in found.items() if key == "aria-label"
    )
    shown = {
        "html": visible_text(re.sub(r"<[^>]+>", "", html)),
        "labels": labels,
        "text": render_text(digest, templates, links),
        "telegram": "\n".join(visible_text(message) for message in render_telegram(digest, templates, links)),
    }
    for form, text in shown.items():
        assert not (found := BREAKABLE.search(text)), f"{form}: {text[max(0, found.start() - 40) : found.end() + 20]!r}"
        assert not re.search(r"^ *[;:!?»%€]", text, re.MULTILINE), form
