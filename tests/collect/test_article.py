"""Article pages: title, text, date, author and address, in the order of trust."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from tests.collect.answers import URL, answer, check_golden, page, plain, source
from tests.collect.pdfs import make_pdf
from watchbot.collect.article import read_article
from watchbot.errors import ParseError
from watchbot.model import FoundItem, Kind

LISTING = source(Kind.LISTING)
ARTICLE = "https://www.example.fr/professionnels/actualites/eco-conditionnalite_1805866?xtor=RSS-1"
TEXT = "<p>" + "Le dispositif s’applique aux demandes déposées à compter du mois suivant. " * 12 + "</p>"


def item(**known: object) -> FoundItem:
    return FoundItem(**{"guid": "g", "url": "https://www.example.fr/a", "title": "Un titre", **known})  # type: ignore[arg-type]


def test_a_page_as_the_cnc_writes_them() -> None:
    found = read_article(page("article-related.html", ARTICLE), LISTING)
    check_golden("article-cnc", plain(found))
    assert found.url == "https://www.example.fr/professionnels/actualites/eco-conditionnalite_1805866"
    assert found.published is not None
    assert (found.published.isoformat(), found.date_from) == ("2024-04-16T00:00:00+02:00", "page")
    assert found.author == "Jeanne Martin"
    assert "Depuis le 1er mars" in found.body
    assert "Mentions légales" not in found.body
    assert "cookies" not in found.body


def test_what_the_listing_knew_is_kept_and_completed() -> None:
    known = item(title="Éco-conditionnalité : remise d’un double…", summary="Court…", categories=("Aides",))
    found = read_article(page("article-related.html", ARTICLE), LISTING, known)
    assert (found.guid, found.url) == ("g", "https://www.example.fr/a")  # its title was cut: the address identifies it
    assert found.title == "Éco-conditionnalité : remise d’un double bilan carbone pour l’animation"
    assert found.summary.startswith("Depuis le 1er mars")
    assert found.categories == ("Aides",)


def test_a_title_and_summary_that_are_whole_are_not_replaced() -> None:
    found = read_article(
        page("article-related.html", ARTICLE), LISTING, item(title="Le titre de la liste", summary="Un résumé entier.")
    )
    assert (found.title, found.summary) == ("Le titre de la liste", "Un résumé entier.")


def test_the_canonical_address_replaces_that_of_the_list_and_the_guid_stays() -> None:
    html = f"<link rel=canonical href=/vrai><h1>Un titre</h1>{TEXT}"
    found = read_article(
        answer(html, "https://www.example.fr/liste?id=3"), LISTING, item(url="https://www.example.fr/liste?id=3")
    )
    assert (found.guid, found.url) == ("g", "https://www.example.fr/vrai")
    found = read_article(
        answer(f"<h1>Un titre</h1>{TEXT}", "https://www.example.fr/apres-redirection"), LISTING, item()
    )
    assert found.url == "https://www.example.fr/a"


def linked(**article: object) -> str:
    graph = {
        "@context": "https://schema.org",
        "@graph": [
            {"@type": "WebSite", "name": "Site", "datePublished": "2001-01-01"},
            {"@type": ["NewsArticle"], **article},
        ],
    }
    return f"<html lang=fr-FR><script type='application/ld+json'>{json.dumps(graph)}</script><body><article><h1>Titre</h1>{TEXT}</article>"


def test_json_ld_comes_first() -> None:
    html = linked(
        headline="Titre", datePublished="2026-02-03T10:00:00+01:00", dateModified="2026-02-04", author=[{"name": "Ana Silva"}, {"name": "https://x.example"}],
        description="Une description assez longue pour servir de résumé à l’article.", keywords="aides, régions", articleSection="Actualités",
    )  # fmt: skip
    html += "<meta property='article:published_time' content='2020-01-01'><time datetime='2019-01-01'>"
    found = read_article(answer(html), LISTING, item(published=datetime(2018, 1, 1, tzinfo=UTC), date_from="page"))
    assert found.published == datetime(2026, 2, 3, 9, tzinfo=UTC)
    assert found.updated is not None
    assert found.updated.day == 4
    assert found.author == "Ana Silva"
    assert found.summary.startswith("Une description")
    assert found.categories == ("Actualités", "aides", "régions")
    assert found.language == "fr"


@pytest.mark.parametrize("block", ["{", "[[[[", "null", '{"@graph": 3}', '{"@type": {"a": 1}}', "[" * 100_000])
def test_broken_json_ld_costs_nothing(block: str) -> None:
    html = f"<script type='application/ld+json'>{block}</script><h1>Un titre d’article</h1>{TEXT}<p>Publié le 3 mars 2026</p>"
    found = read_article(answer(html), LISTING)
    assert found.title == "Un titre d’article"
    assert found.published is not None


@pytest.mark.parametrize(
    ("markup", "day", "date_from"),
    [
        ("<h1>T</h1><meta name='DC.date' content='2026-02-03'>", "2026-02-03", "page"),
        ("<h1>T</h1><p><time datetime='2026-02-03T08:00'>mardi</time></p>", "2026-02-03", "page"),
        ("<h1>T</h1><p><time class=updated datetime='2026-02-05'>x</time> <time datetime='2026-02-03'>y</time></p>", "2026-02-03", "page"),
        ("<h1>T</h1><p>Mis à jour le 5 février 2026. Publié le 3 février 2026 à 14h30</p>", "2026-02-03", "text"),
        ("<h1>T</h1><p>Publié le mardi 3 février 2026</p>", "2026-02-03", "text"),
        ("<p>Mis en ligne le 1er mars 2025 – rubrique</p><h1>T</h1>", "2025-03-01", "text"),
        ("<h1>T</h1><div class=entry-meta>03/02/26</div>", "2026-02-03", "page"),
        ("<h1>Mon titre</h1>3 février 2026<p>Le décret du 12 mars 2024 est modifié.</p>", "2026-02-03", "text"),
        ("<h1>T</h1><p>Le décret du 12 mars 2024 est modifié.</p>", None, "none"),
        ("<h1>T</h1><p>Publié le 3 février 2031</p>", None, "none"),
    ],
)  # fmt: skip
def test_where_the_date_comes_from(markup: str, day: str | None, date_from: str) -> None:
    found = read_article(answer(f"<body><main>{markup}{TEXT}</main>"), LISTING)
    assert (found.published.date().isoformat() if found.published else None, found.date_from) == (day, date_from)


def test_the_date_of_the_address_is_the_last_resort_and_the_listing_s_better() -> None:
    response = answer(f"<h1>T</h1>{TEXT}", "https://www.example.fr/2026/01/05/t/")
    found = read_article(response, LISTING)
    assert found.published is not None
    assert (found.published.isoformat()[:10], found.date_from) == ("2026-01-05", "url")
    known = item(published=datetime(2026, 1, 6, tzinfo=UTC), date_from="page")
    assert read_article(response, LISTING, known).published == known.published


def test_selectors_override_what_is_found() -> None:
    html = f"<h1>T</h1><time datetime=2026-01-01>x</time><div class=d>le 3 mars 2026</div><b class=s>Mon résumé.</b>{TEXT}<div class=t><p>Un.</p><p>Deux <div class=t>trois.</div></div>"
    options = {"body": ".t", "article_date": ".d", "article_summary": ".s"}
    found = read_article(answer(html), source(Kind.LISTING, options=options))
    assert found.body == "Un.\nDeux\ntrois."
    assert found.summary == "Mon résumé."
    assert found.published is not None
    assert found.published.month == 3


@pytest.mark.parametrize(
    ("canonical", "expected"),
    [
        ("https://www.example.fr/vrai", "https://www.example.fr/vrai"),
        ("/vrai?id=3", "https://www.example.fr/vrai?id=3"),
        ("https://example.fr/vrai", "https://example.fr/vrai"),
        ("https://www.example.fr/", "https://www.example.fr/actualites/"),
        ("https://ailleurs.example/copie", "https://www.example.fr/actualites/"),
        ("javascript:x", "https://www.example.fr/actualites/"),
    ],
)
def test_the_canonical_address_is_believed_within_its_site(canonical: str, expected: str) -> None:
    found = read_article(answer(f"<link rel=canonical href='{canonical}'><h1>T</h1>{TEXT}"), LISTING)
    assert found.url == expected


def test_a_long_body_is_bounded_and_a_heavy_page_read_by_its_structure() -> None:
    html = "<main><h1>T</h1>" + "<p>Une phrase de quelque longueur, pour remplir la page.</p>" * 40_000 + "</main>"
    found = read_article(answer(html), LISTING)
    assert 190_000 < len(found.body) <= 200_000


def test_a_pdf_is_an_article_too() -> None:
    raw = make_pdf(
        ["Guide des tournages", "Premier chapitre : préparer."],
        ["Deuxième page."],
        title="Guide 2026",
        author="Ecoprod",
    )
    found = read_article(answer(raw, "https://www.example.fr/guide.pdf", "application/pdf"), LISTING)
    assert (found.title, found.author) == ("Guide 2026", "Ecoprod")
    assert "Deuxième page." in found.body
    assert read_article(answer(raw, URL, "application/pdf"), LISTING, item()).title == "Un titre"


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"PK\x03\x04rest", "not-html"), (b"", "not-html"), (b"<title>403 Forbidden</title>", "access-denied")],
)
def test_what_is_no_article_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(ParseError) as raised:
        read_article(answer(content), LISTING)
    assert raised.value.reason == reason
