"""The notation of normalised texts, read back as passages."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from watchbot.track.passages import CELL, RawPassage, normalised_text, read_lines
from watchbot.track.tree import read_tree, sentences, split_marker

KINDS = st.sampled_from(["heading", "text", "item", "row", "header", "link"])


@example([("heading", "##")])
@given(st.lists(st.tuples(KINDS, st.text("ab1 #-|@~\\.é", max_size=12)), max_size=8))
@settings(max_examples=200, deadline=None)
def test_every_passage_is_read_back_as_what_it_was(passages: list[tuple[str, str]]) -> None:
    text = normalised_text([RawPassage(kind=kind, text=words) for kind, words in passages])
    for line in read_lines(text):
        assert line.kind in {"heading", "text", "item", "row", "header", "link", "running"}
    again = normalised_text(
        [
            RawPassage(kind=line.kind, text=CELL.join(line.cells) or line.text, level=line.level)
            for line in read_lines(text)
        ]
    )
    assert [line.kind for line in read_lines(again)] == [line.kind for line in read_lines(text)]


def test_rows_keep_their_empty_cells() -> None:
    text = normalised_text([RawPassage(kind="row", text=CELL.join(["", "b", "", "c|d", ""]))])
    assert text == "|  | b |  | c¦d |  |"
    assert read_lines(text)[0].cells == ("", "b", "", "c¦d", "")


def test_sections_give_paths_columns_and_groups() -> None:
    passages = read_tree("# A\n## B\nUne phrase. Une autre.\n|= Nom | Prix |\n| x | 1 |\n# C\n- Critère 2 : trier")
    assert [(p.kind, p.path, p.text) for p in passages] == [
        ("heading", (), "A"),
        ("heading", ("A",), "B"),
        ("text", ("A", "B"), "Une phrase."),
        ("text", ("A", "B"), "Une autre."),
        ("header", ("A", "B"), "Nom | Prix"),
        ("row", ("A", "B"), "x | 1"),
        ("heading", (), "C"),
        ("item", ("C",), "trier"),
    ]
    assert passages[5].columns == ("Nom", "Prix")
    assert passages[2].group == passages[3].group
    assert passages[7].marker == "Critère 2"
    assert passages[7].full_text == "Critère 2 : trier"


@pytest.mark.parametrize(
    ("text", "marker", "rest"),
    [
        ("Critère 12 : utiliser", "Critère 12", "utiliser"),
        ("Article 122-18 – Dépôt", "Article 122-18", "Dépôt"),
        ("Article L. 111-1. Dépôt", "Article L. 111-1", "Dépôt"),
        ("Article 122-18", "", "Article 122-18"),
        ("3.2.1 Énergie", "3.2.1", "Énergie"),
        ("12. Faire", "12.", "Faire"),
        ("a) faire", "a)", "faire"),
        ("IV. Mesures", "IV.", "Mesures"),
        ("85 actions", "", "85 actions"),
        ("2025 marque un tournant", "", "2025 marque un tournant"),
        ("1er janvier", "", "1er janvier"),
        ("Niveau 2 de l’AFNOR", "", "Niveau 2 de l’AFNOR"),
        ("À Paris", "", "À Paris"),
        ("Le. x", "", "Le. x"),
    ],
)
def test_markers(text: str, marker: str, rest: str) -> None:
    assert split_marker(text) == (marker, rest)


def test_sentences_end_where_they_end() -> None:
    text = 'Voir art. 122-18 du RGA. Le score est de 65,5 %. M. Dupont (p. 3) dit "oui." Puis trois étoiles ! Fin'
    assert sentences(text) == [
        "Voir art. 122-18 du RGA.",
        "Le score est de 65,5 %.",
        'M. Dupont (p. 3) dit "oui."',
        "Puis trois étoiles !",
        "Fin",
    ]


def test_a_minus_sign_at_the_head_of_an_item_is_no_bullet() -> None:
    assert normalised_text([RawPassage(kind="item", text="-5 °C au plus")]) == "- -5 °C au plus"
    assert normalised_text([RawPassage(kind="item", text="- au plus 5 °C")]) == "- au plus 5 °C"
