"""Pages as passages."""

from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.track.documents import body, page, text_of
from watchbot.errors import ParseError
from watchbot.track.links import document_name
from watchbot.track.normalise import NORMALISER, normalise_document
from watchbot.track.normalise_html import html_passages


def lines(inner: str) -> list[str]:
    """The lines of a content, without the frame that `body` puts around it."""
    return text_of(body(inner)).split("\n")[1:-1]


def test_structure_is_kept() -> None:
    assert lines("<h2>Sec</h2><p>Un <b>mot</b>.</p><ul><li>a<ul><li>b</li></ul></li></ul><ol><li>c</li></ol>") == [
        "## Sec",
        "Un mot.",
        "- a",
        "  - b",
        "- c",
    ]


def test_tables_with_spans_headers_and_definitions() -> None:
    table = (
        "<table><caption>T</caption><tr><th>Nom</th><th>A</th><th>B</th></tr><tr><td rowspan=2>x</td><td>1</td><td>2</td></tr>"
        "<tr><td colspan=2>3</td></tr><tr><td>y</td><td>4</td><td rowspan=2>5</td></tr><tr><td>z</td><td>6</td></tr></table>"
    )
    assert lines(table) == ["T", "|= Nom | A | B |", "| x | 1 | 2 |", "| x | 3 |  |", "| y | 4 | 5 |", "| z | 6 | 5 |"]
    assert lines("<dl><dt>Montant<dd>28 000 €<dt>Q<dd><p>un</p><p>deux</p></dl>") == [
        "| Montant | 28 000 € |",
        "###### Q",
        "un",
        "deux",
    ]


def test_layout_tables_are_no_tables() -> None:
    assert lines(
        "<table><tr><td><h2>Sec</h2><p>Texte.</p></td><td><table><tr><td>a</td><td>b</td></tr></table></td></tr></table>"
    ) == ["## Sec", "Texte.", "| a | b |"]
    assert lines("<table role=presentation><tr><td>Un texte.</td><td>Deux.</td></tr></table>") == ["Un texte.", "Deux."]


def test_inline_marks_line_breaks_and_raised_digits() -> None:
    assert lines("<p>CO<sub>2</sub> sur 10 m<sup>2</sup> le 1<sup>er</sup> mars</p>") == ["CO2 sur 10 m² le 1er mars"]
    assert lines("<p>Prix <del>65 %</del> <ins>70 %</ins></p>") == ["Prix ~~65 %~~ 70 %"]
    assert lines("<p>Une ligne<br>coupée<br>- premier<br>- second<br>Fin.</p>") == [
        "Une ligne coupée",
        "- premier",
        "- second Fin.",
    ]
    assert lines("<pre>un.\ndeux</pre>") == ["un.", "deux"]


def test_furniture_goes_and_what_it_holds_by_mistake_stays() -> None:
    assert lines(
        "<nav><p>Menu</p></nav><p>Texte.</p><div class='social-share'>Facebook</div><aside><p>Actu</p></aside><footer>pied</footer>"
    ) == ["Texte."]
    assert lines("<div class='sidebar'><p>Date limite : 15 janvier 2027</p></div>") == ["Date limite : 15 janvier 2027"]
    assert lines("<aside class='callout'><p>À noter.</p></aside>") == ["À noter."]
    assert lines("<h3><button>Conditions</button></h3><p>Texte.</p><button>OK</button>") == ["### Conditions", "Texte."]
    assert lines("<div class='elementor-widget elementor-widget-text-editor'><p>Texte.</p></div>") == ["Texte."]
    assert lines("<section class='bloc-dialogue-social'><p>Texte.</p></section>") == ["Texte."]
    assert lines("<div hidden><p>Réponse repliée.</p></div>") == ["Réponse repliée."]


def test_tables_of_contents_and_related_links_go() -> None:
    assert lines("<ul><li><a href='#a'>Énergie</a></li><li><a href='#b'>Déchets</a></li></ul><p>Texte.</p>") == [
        "Texte."
    ]
    assert lines(
        "<h2>À lire aussi</h2><ul><li><a href=/x>Une actualité bien longue du secteur</a></ul><h2>Suite</h2><p>Texte.</p>"
    ) == ["## Suite", "Texte."]


def test_linked_documents_are_named_without_what_varies() -> None:
    link = "<p><a href='https://cdn{n}.x.fr/f{n}/guide%20v3.pdf;jsessionid=A{n}?utm_source={n}'>Guide</a></p>"
    assert lines(link.format(n=1)) == lines(link.format(n=2)) == ["Guide", "@ guide v3.pdf"]
    assert document_name("/a/guide.3f2a9c1b7d.pdf") == "guide.pdf"
    assert document_name("/a/page.html") == document_name("//[bad") == document_name("/" + "x" * 3000 + ".pdf") == ""


def test_without_main_the_body_counts_and_a_title_in_the_header_stays() -> None:
    text = text_of("<body><header><nav><a href=/>Accueil</a></nav><h1>Label</h1></header><p>Texte du label.</p></body>")
    assert text == "# Label\nTexte du label."


@pytest.mark.parametrize(
    ("raw", "content_type"),
    [
        ("<p>été à 28 000 €</p>".encode(), "text/html"),
        ("<meta charset=iso-8859-1><p>été à 28 000 EUR</p>".encode("latin-1"), "text/html"),
        ("<p>été à 28 000 €</p>".encode("cp1252"), "text/html"),
        ("<p>été à 28 000 €</p>".encode("cp1252"), "text/html; charset=utf-8"),
        ("<p>été à 28 000 €</p>".encode("utf-8-sig"), "text/html"),
        ("<p>été à 28 000 €</p>".encode("utf-16"), "text/html"),
        ('<?xml version="1.0" encoding="utf-8"?><html><p>été à 28 000 €</p></html>'.encode(), "application/xhtml+xml"),
    ],
)
def test_encodings(raw: bytes, content_type: str) -> None:
    assert "été à 28 000" in text_of(raw, content_type=content_type)


def test_what_is_no_page() -> None:
    assert text_of(b"", content_type="text/html") == ""
    assert text_of(b"<!-- -->", content_type="text/html") == ""
    assert text_of(b"Une ligne\n\nDeux", content_type="text/plain") == "Une ligne\nDeux"
    assert text_of(b"Prix < 5", content_type="text/plain") == "Prix < 5"
    with pytest.raises(ParseError, match="cannot track application/zip") as caught:
        text_of(b"PK\x03\x04\x00\x00", content_type="application/zip")
    assert caught.value.reason == "unsupported"


def test_the_normalised_document_names_its_rules_and_digest() -> None:
    normalised = normalise_document(page(body("<p>a</p>"), title="  L'aide "))
    assert normalised.normaliser == NORMALISER
    assert normalised.title == "L’aide"
    assert len(normalised.digest) == 64
    assert normalise_document(page(body("<p>a</p>"))).title == "Titre"


@given(st.text("<>/abp \"'=&;#1é", max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_markup_is_read(source: str) -> None:
    text_of(source)


@given(st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    with contextlib.suppress(ParseError):
        text_of(raw)


@pytest.mark.parametrize(
    "source",
    [
        "<div>" * 5_000 + "x" + "</div>" * 5_000,
        "<table><tr><td rowspan=99999 colspan=99999>x</table>" * 50,
        f"<td rowspan={'9' * 5000}>",
        "<p>" + "mis à jour le " * 5_000 + "</p>",
        "<p>" + "1 " * 20_000 + "</p>",
        "<p>" + "a" * 200_000 + "</p>",
        "<p>" + '"' * 50_000 + "</p>",
        "<p>" + "- " * 50_000 + "</p>",
        "<p>" + "(" * 50_000 + "</p>",
        "<p>" + "Accueil > " * 20 + "</p>",
        "<ul>" * 2_000 + "<li>x",
    ],
)
def test_hostile_markup_takes_no_time(source: str) -> None:
    start = time.perf_counter()
    html_passages(source.encode())
    text_of(source)
    assert time.perf_counter() - start < 5


def test_binary_files_are_refused_even_where_some_bytes_look_like_markup() -> None:
    raw = b"\x89PNG\x00\x01<p>\x02\x00" * 500
    with pytest.raises(ParseError, match="cannot track"):
        normalise_document(page(raw, content_type="application/octet-stream"))
