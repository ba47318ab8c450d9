"""Proposed selectors: that they find the list again, keep off menus, and stay quick on hostile pages."""

from __future__ import annotations

import time

import pytest

from tests.collect.answers import NOW, URL, page, source
from watchbot.collect.listing import parse
from watchbot.collect.propose import MIN_SCORE, propose
from watchbot.collect.repetition import repetitions
from watchbot.collect.selectors import item_selector, next_selector
from watchbot.collect.tree import Page, page_of, read_page, select
from watchbot.model import Kind

SELECTORS = {
    "cnc-actualites": ("div.actu-item", "li.suivant a"),
    "drupal-views": ("div.views-row", "li.pager-next a"),
    "wordpress-theme": ("article.post", "a.next"),
    "spip-rubrique": ("li.hentry", None),
    "typo3-news": ("div.article", "li.next a"),
    "table-deliberations": ("tbody tr", None),
    "flat-headings": ("table h3", None),
    "definition-list": (".publications dt", None),
    "guides-pdf": (".guides li", None),
}


@pytest.mark.parametrize("name", SELECTORS)
def test_the_selectors_are_those_a_person_would_write(name: str) -> None:
    best = propose(read_page(page(f"{name}.html")), NOW)[0]
    assert (best.options["item"], best.options.get("next")) == SELECTORS[name]
    assert best.score >= MIN_SCORE


@pytest.mark.parametrize("name", [*SELECTORS, "cards-whole-link", "flat-date-first", "text-lines"])
def test_reading_with_the_proposed_selectors_gives_the_same_items(name: str) -> None:
    response = page(f"{name}.html")
    best = propose(read_page(response), NOW)[0]
    on_its_own = parse(response, source(Kind.LISTING))
    told = parse(response, source(Kind.LISTING, options=dict(best.options)))
    assert told.items == on_its_own.items


@pytest.mark.parametrize("name", ["menus-only", "reference-aide"])
def test_menus_footers_and_cookie_banners_are_no_news(name: str) -> None:
    assert [one for one in propose(read_page(page(f"{name}.html")), NOW) if one.score >= MIN_SCORE] == []


def test_class_names_made_by_build_tools_are_avoided() -> None:
    best = propose(read_page(page("cards-whole-link.html")), NOW)[0]
    assert not any("css-" in text or "sc-" in text for text in best.options.values())


def cards(count: int, tag: str = "div") -> str:
    return "".join(
        f"<{tag} class='bloc n{n}'><h3><a href='/n/{n}'>Une nouvelle assez longue numéro {n}</a></h3><p>{n} mars 2026</p></{tag}>"
        for n in range(1, count + 1)
    )


def test_share_buttons_tag_clouds_and_pagination_lose() -> None:
    shares = "".join(
        f"<li><a href='https://s.example/{n}?u=x'>Partager sur le réseau social numéro {n}</a></li>" for n in range(9)
    )
    tags = "".join(f"<a class=tag href='/t/{n}'>mot{n}</a>" for n in range(30))
    pages = "".join(f"<li><a href='?page={n}'>{n}</a></li>" for n in range(1, 20))
    html = f"<ul class=partage>{shares}</ul><div class=nuage>{tags}</div>{cards(4)}<ul class=pages>{pages}</ul>"
    assert propose(page_of(html, URL), NOW)[0].options["item"] == "div.bloc"


def test_a_lone_card_in_the_last_row_is_an_entry_like_the_others() -> None:
    parts = [card + "</div>" for card in cards(7).split("</div>") if card]
    rows = ["".join(parts[start : start + 3]) for start in (0, 3, 6)]
    html = "".join(f"<div class=row>{row}</div>" for row in rows)
    best = propose(page_of(f"<main>{html}</main>", URL), NOW)[0]
    assert len(best.items) == 7
    assert {item.get("class", "").split()[0] for item in best.items} == {"bloc"}


def test_entries_that_only_their_classes_set_apart_are_adopted() -> None:
    html = "<section>" + cards(5).replace("bloc n1", "bloc-une vedette").replace("bloc n3", "autre") + "</section>"
    assert len(propose(page_of(html, URL), NOW)[0].items) == 5


def test_a_selector_is_only_given_when_it_finds_the_items() -> None:
    tree = page_of("<div><p><a href=/1>x</a></p></div>" * 3, URL)
    items = select(tree.root, "p")
    selector = item_selector(items[:2], tree)
    assert selector is None or set(select(tree.root, selector)) >= set(items[:2])


@pytest.mark.parametrize(
    "markup",
    [
        "<a rel=next href='?p=2'>2</a>",
        "<link rel=next href='?p=2'>",
        "<div class=pager><a href='?p=2'>Page suivante</a></div>",
        "<ul class=pagination><li><a href='?p=1'>1</a><li class=n><a href='?p=2' aria-label='Suivant'>›</a></ul>",
        "<nav class='nav-links'><a class=older href='?p=2'>Articles plus anciens</a></nav>",
    ],
)
def test_the_next_page_is_seen(markup: str) -> None:
    tree = page_of(f"<body>{markup}", URL)
    selector = next_selector(tree)
    assert selector is not None
    assert tree.link(select(tree.root, selector)[0].get("href")) == f"{URL}?p=2"


def test_no_next_page_where_none_is() -> None:
    assert next_selector(page_of("<p><a href=/suite>Suivant</a> <a href=x>Lire la suite</a>", URL)) is None


HOSTILE = {
    "a tag of 200,000 attributes": lambda: "<div " + " ".join(f"a{n}=b" for n in range(200_000)) + ">x</div>" + cards(5),
    "quotes that hide tags": lambda: "<div " + " ".join(f'a{n}="<>"' for n in range(100_000)) + ">x</div>" + cards(5),
    "deep nesting": lambda: "<div>" * 100_000 + cards(5),
    "25,000 links": lambda: "<ul>" + "".join(f"<li><a href='/n/{n}'>Une nouvelle numéro {n}</a></li>" for n in range(25_000)) + "</ul>",
    "links in tables in tables": lambda: "<table><tr><td>" * 600 + cards(400),
    "200,000 paragraphs": lambda: "<p>" * 200_000 + cards(5),
    "one class for each": lambda: "".join(f"<div class='c{chr(97 + n % 26) * (1 + n % 40)}'><a href='/{n}'>Une nouvelle de {n}</a></div>" for n in range(2_500)),
    "unclosed quotes": lambda: "<a href='x" * 100_000,
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pages_take_seconds_not_minutes(name: str) -> None:
    html = HOSTILE[name]()
    began = time.process_time()
    tree: Page = page_of(html, URL)
    propose(tree, NOW)
    assert time.process_time() - began < 8


def test_repetitions_need_two_links_of_their_own() -> None:
    assert repetitions(page_of("<p><a href=/1>x</a><a href=/1>y</a><a href='#'>z</a>", URL)) == []
