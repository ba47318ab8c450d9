"""The kind `page`: what of a reference page is kept."""

from __future__ import annotations

import pytest

from tests.collect.answers import URL, answer, check_golden, page, source
from watchbot.collect.content import main_content
from watchbot.collect.page import parse, without_site
from watchbot.collect.tree import page_of, text_of
from watchbot.errors import ParseError
from watchbot.model import Kind


def kept(response_name: str = "reference-aide.html", **options: object) -> str:
    return parse(page(response_name), source(Kind.PAGE, options=options)).documents[0].raw.decode()


def test_headings_lists_and_tables_are_kept_and_chrome_is_not() -> None:
    found = parse(page("reference-aide.html"), source(Kind.PAGE))
    document = found.documents[0]
    text = text_of(page_of(document.raw.decode(), URL).root)
    check_golden(
        "page-reference-aide", {"title": document.title, "text": text, "meta": dict(document.meta), "key": document.key}
    )
    assert document.title == "Aide à l’écoproduction"
    for part in ("<h2>Montants</h2>", "<td>25 000 € à 75 000 €</td>", "<li>Un bilan carbone", "15 janvier 2027"):
        assert part in document.raw.decode().replace(" </", "</")
    for part in ("Mentions légales", "cookies", "Partager", "Accueil", "Toutes les aides"):
        assert part not in text


def test_content_and_drop_selectors() -> None:
    raw = kept(content="#contenu", drop=[".compteur", "h2:first-of-type + table"])
    assert "1 482" not in raw
    assert "25 000" not in raw
    assert "Calendrier" in raw
    assert "1 482" not in kept(drop=["p.compteur"])


def test_several_matches_are_joined_in_order_and_nested_ones_count_once() -> None:
    html = "<div class=a>un <div class=a>deux</div></div><p>non</p><div class=a>trois</div>"
    raw = parse(answer(html), source(Kind.PAGE, options={"content": ".a"})).documents[0].raw.decode()
    assert text_of(page_of(raw, URL).root) == "un deux trois"


def test_a_selector_that_finds_nothing_makes_no_document() -> None:
    found = parse(page("reference-aide.html"), source(Kind.PAGE, options={"content": "#disparu"}))
    assert found.documents == ()
    assert "'#disparu' finds nothing" in found.problems[0]


def test_the_key_is_the_source_s_address_whatever_the_redirects() -> None:
    document = parse(answer("<h1>T</h1><p>Texte</p>", "https://www.example.fr/nouvelle/"), source(Kind.PAGE)).documents[
        0
    ]
    assert (document.key, document.url) == (URL, "https://www.example.fr/nouvelle/")


def test_news_on_the_page_are_items_when_asked_for() -> None:
    assert parse(page("cnc-actualites.html"), source(Kind.PAGE)).items == ()
    assert len(parse(page("cnc-actualites.html"), source(Kind.PAGE, options={"follow_news": True})).items) == 8


def test_the_same_page_gives_the_same_bytes() -> None:
    assert kept() == kept()


def test_a_wall_is_no_version_of_a_page() -> None:
    with pytest.raises(ParseError) as raised:
        parse(answer("<title>Access denied</title><p>Error 1020"), source(Kind.PAGE))
    assert raised.value.reason == "access-denied"


def test_a_page_without_text_makes_no_document() -> None:
    found = parse(
        answer("<h1></h1><main><img src=x></main>" + "<nav><a href=/x>menu du site</a></nav>" * 3), source(Kind.PAGE)
    )
    assert found.documents == ()
    assert found.problems


@pytest.mark.parametrize(
    ("title", "site", "expected"),
    [
        ("Aide à l’écoproduction | Région Sud", "Région Sud", "Aide à l’écoproduction"),
        ("Région Sud - Aide à l’écoproduction", "Région Sud", "Aide à l’écoproduction"),
        ("L’aide régionale à l’écoproduction - CNC", "", "L’aide régionale à l’écoproduction"),
        ("Film - Court", "", "Film - Court"),
        ("Sans séparateur", "Site", "Sans séparateur"),
    ],
)
def test_the_site_s_name_is_no_part_of_a_title(title: str, site: str, expected: str) -> None:
    assert without_site(title, site) == expected


def test_what_holds_most_of_the_text_is_kept_even_if_its_class_says_menu() -> None:
    body = (
        "<div class='menu'><h1>Carte</h1>"
        + "<p>Un paragraphe de la carte, qui est le contenu même.</p>" * 20
        + "</div><div class=footer>x</div>"
    )
    assert text_of(main_content(page_of(body, URL))).startswith("Carte Un paragraphe")


def test_a_document_too_large_asks_for_a_selector() -> None:
    html = "<main>" + ("<p>" + "mot " * 2_000 + "</p>") * 800 + "</main>"
    with pytest.raises(ParseError) as raised:
        parse(answer(html), source(Kind.PAGE))
    assert raised.value.reason == "too-large"
