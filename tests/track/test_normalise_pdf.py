"""PDF pages as passages."""

from __future__ import annotations

import random

import pytest

from tests.track.documents import page, text_of_pages
from tests.track.guide import Layout, guide, laid_out, random_layout, rendered, substantive
from watchbot.track.compare import compare
from watchbot.track.normalise import normalise_document

HEADER = "Guide de la production"


def pages(*bodies: str, header: str = HEADER, footer: str = "Page {n} sur {of}") -> tuple[str, ...]:
    return tuple(f"{header}\n{text}\n{footer.format(n=n, of=len(bodies))}" for n, text in enumerate(bodies, start=1))


def test_headers_footers_and_page_numbers_go() -> None:
    text = text_of_pages(pages("Un début de phrase qui", "continue ici. Puis une autre", "et la fin."))
    assert text == f"~ {HEADER}\n~ Page 0 sur 0\nUn début de phrase qui continue ici. Puis une autre et la fin."
    for footer in ("{n}", "– {n} –", "{n}/{of}", "p. {n}", "CPNEF {n}"):
        assert text_of_pages(pages("Un.", "Deux.", "Trois.", footer=footer)).split("\n")[-3:] == [
            "Un.",
            "Deux.",
            "Trois.",
        ]
    assert text_of_pages(("i\nAvant-propos.", "ii\nSuite.")) == "Avant-propos.\nSuite."


def test_numbers_that_are_no_page_numbers_stay() -> None:
    assert "65" in text_of_pages(("Seuil\n65", "Autre\n80", "Encore\n12"))
    rows = tuple(f"Titre {n} du chapitre\nAction {value} points" for n, value in enumerate((5, 12, 7, 30, 2)))
    assert all(f"Action {value} points" in text_of_pages(rows) for value in (5, 12, 7, 30, 2))


def test_words_cut_at_line_ends_are_made_whole() -> None:
    assert text_of_pages(("Une produc-\ntion écores-\nponsable.",)) == "Une production écoresponsable."
    assert text_of_pages(("Une produc\u00ad\ntion et une cou\u00ac\nverture.",)) == "Une production et une couverture."
    assert (
        text_of_pages(("En Île-de-\nFrance, le rendez-vous. Un rendez-\nvous.",))
        == "En Île-de-France, le rendez-vous. Un rendez-vous."
    )
    assert text_of_pages(("l’article 122-\n38 du règlement.",)) == "l’article 122-38 du règlement."


def test_tables_of_contents_go() -> None:
    text = text_of_pages(
        ("Sommaire\n1. Énergie 4\n2. Déchets 7\nIntroduction\nLe texte commence.", "3.1 Suite ........ 12\nFin.")
    )
    assert "Énergie" not in text
    assert "Suite" not in text
    assert "Introduction" in text


def test_structure_is_found_in_lines() -> None:
    text = text_of_pages(
        (
            "Chapitre 1 – Énergie\n1.1 Principes\nLe texte du\nchapitre.\n• premier point ;\n• second point\nqui continue ;\nArticle 122-38\nLe bilan est remis.\nCritère 4 : trier.",
        )
    )
    assert text.split("\n") == [
        "## Chapitre 1 – Énergie",
        "### 1.1 Principes",
        "Le texte du chapitre.",
        "- premier point ;",
        "- second point qui continue ;",
        "## Article 122-38",
        "Le bilan est remis.",
        "- Critère 4 : trier.",
    ]


def test_a_title_that_becomes_a_running_header_is_still_there() -> None:
    plain = ("Guide de la production\nUn texte de présentation.", "Suite du texte.", "Fin du texte.")
    headed = pages("Un texte de présentation.", "Suite du texte.", "Fin du texte.")
    assert compare(text_of_pages(plain), text_of_pages(headed)) == []
    assert compare(text_of_pages(headed), text_of_pages(plain)) == []
    assert (
        compare(
            text_of_pages(headed),
            text_of_pages(
                pages("Un texte de présentation.", "Suite du texte.", "Fin du texte.", header="Autre en-tête")
            ),
        )
        == []
    )


@pytest.mark.parametrize("seed", range(6))
def test_two_columns_read_as_one(seed: int) -> None:
    blocks = guide(seed=3, chapters=3, sections=2)
    narrow = laid_out(blocks, Layout(width=44, lines=100, hyphenate=True))
    other = random_layout(random.Random(seed))
    assert compare(text_of_pages(narrow), text_of_pages(laid_out(blocks, other))) == []


def test_thirty_real_pages_set_otherwise_and_one_number_changed() -> None:
    blocks = guide(chapters=12, sections=4)
    before = normalise_document(page(rendered(blocks), content_type="application/pdf"))
    assert before.content_type == "application/pdf"
    assert before.title == "Guide de la production responsable"
    reset = normalise_document(
        page(rendered(blocks, size=12, margin=90, header="Édition de mars"), content_type="application/pdf")
    )
    assert compare(before.text, reset.text) == []
    changed, _ = substantive(blocks, 6)
    after = normalise_document(page(rendered(changed, size=9, margin=40), content_type="application/pdf"))
    assert len(compare(before.text, after.text)) == 1


def test_nothing_in_a_pdf_is_nothing() -> None:
    assert text_of_pages(()) == ""
    assert text_of_pages(("", "\n \n")) == ""
