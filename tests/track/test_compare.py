"""Edits between two normalised texts."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.track.documents import body, text_of
from watchbot.model import Edit
from watchbot.track.compare import compare
from watchbot.track.passages import RawPassage, normalised_text
from watchbot.track.windows import windows

BEFORE = """# Label
## Critères obligatoires
Le score doit être supérieur à 65 %. Le label comporte 85 actions.
- Utiliser des groupes électrogènes propres
- Trier les déchets
- Former les équipes
Critère 1 : Nommer un référent
Critère 2 : Réaliser un bilan carbone
## Calculateurs
|= Nom | Éditeur | Niveau |
| SeCO2 | Secoya | 1 |
| Carbon'Clap | Ecoprod | 2 |
| Carbon Stage | Greenly | 2 |
## Contacts
Écrire à la commission pour toute question utile sur le label.
@ referentiel-v3.pdf"""


def told(before: str, after: str) -> list[tuple[str, str, str, str]]:
    return [(edit.op, edit.label, edit.before, edit.after) for edit in compare(before, after)]


def test_the_same_text_differs_in_nothing() -> None:
    assert compare(BEFORE, BEFORE) == []
    assert compare("", "") == []


def test_many_edits_at_once_each_told_once() -> None:
    after = """# Label
## Critères impératifs
Le score doit être supérieur à 70 %. Le label comporte 90 actions.
- Trier les déchets
- Former les équipes et les prestataires
- Supprimer le plastique
Critère 1 : Nommer un référent
Critère 2 : Compenser la biodiversité
Critère 3 : Réaliser un bilan carbone
## Contacts
Écrire à la commission pour toute question utile sur le label.
## Calculateurs
|= Nom | Éditeur | Niveau | Depuis |
| SeCO2 | Secoya | 1 | 2023 |
| Carbulator | ACCEPTE | 3 | 2025 |
| Carbon'Clap | Ecoprod | 3 | 2023 |
| Carbon Stage | Greenly SAS | 2 | 2024 |
@ referentiel-v4.pdf"""
    assert sorted(told(BEFORE, after)) == sorted(
        [
            ("removed", "critère", "Utiliser des groupes électrogènes propres", ""),
            ("renamed", "section", "Critères obligatoires", "Critères impératifs"),
            ("edited", "passage", "Le score doit être supérieur à 65 %.", "Le score doit être supérieur à 70 %."),
            ("edited", "passage", "Le label comporte 85 actions.", "Le label comporte 90 actions."),
            ("edited", "critère", "Former les équipes", "Former les équipes et les prestataires"),
            ("added", "critère", "", "Supprimer le plastique"),
            ("added", "critère 2", "", "Critère 2 : Compenser la biodiversité"),
            ("moved", "numérotation", "Critère 2", "Critère 3"),
            ("moved", "section", "Label", "Calculateurs"),
            ("added", "colonne", "", "Depuis"),
            ("added", "ligne", "", "Carbulator | ACCEPTE | 3 | 2025"),
            ("edited", "colonne Niveau", "2", "3"),
            ("edited", "colonne Éditeur", "Greenly", "Greenly SAS"),
            ("edited", "document lié", "referentiel-v3.pdf", "referentiel-v4.pdf"),
        ]
    )


def test_paths_lead_to_the_passage() -> None:
    edits = compare(BEFORE, BEFORE.replace("| Carbon'Clap | Ecoprod | 2 |", "| Carbon'Clap | Ecoprod | 3 |"))
    assert edits == [
        Edit(op="edited", path=("Label", "Calculateurs", "Carbon'Clap"), before="2", after="3", label="colonne Niveau")
    ]


def test_a_section_comes_goes_and_moves_as_one() -> None:
    section = "## Recours\nUn recours est ouvert.\n- auprès du comité\n- sous un mois\n### Suite\nFin."
    first, second = BEFORE.split("## Calculateurs")
    longer = f"{first}{section}\n## Calculateurs{second}"
    assert told(BEFORE, longer) == [
        ("added", "section", "", section.replace("## ", "", 1).replace("- ", "").replace("### ", "").replace("#", ""))
    ]
    assert [row[:2] for row in told(longer, BEFORE)] == [("removed", "section")]
    moved = f"{BEFORE}\n{section}"
    assert [row[:2] for row in told(longer, moved)] == [("moved", "section")]


def test_a_paragraph_is_one_edit_and_an_edited_sentence_too() -> None:
    paragraph = "Un premier point. Un deuxième point. Un troisième."
    assert told(BEFORE, f"{BEFORE}\n{paragraph}") == [("added", "passage", "", paragraph)]
    assert [
        row[0] for row in told(f"{BEFORE}\n{paragraph}", f"{BEFORE}\n{paragraph.replace('deuxième', 'autre')}")
    ] == ["edited"]


def test_cutting_text_into_passages_otherwise_is_no_difference() -> None:
    words = "Le producteur dépose le dossier complet. Il joint le devis et le plan de financement. La commission statue"
    split = "Le producteur dépose\nle dossier complet. Il joint le devis\n- et le plan de financement.\n## La commission statue"
    assert compare(f"{BEFORE}\n{words}", f"{BEFORE}\n{split}") == []
    changed = split.replace("devis", "budget")
    assert [(edit.op, edit.before, edit.after) for edit in compare(f"{BEFORE}\n{words}", f"{BEFORE}\n{changed}")] == [
        ("edited", "Il joint le devis et le plan de financement.", "Il joint le budget et le plan de financement.")
    ]


def test_case_accents_and_final_marks_are_no_difference() -> None:
    assert (
        compare(BEFORE, BEFORE.upper().replace("CO2", "CO2").replace("REFERENTIEL-V3.PDF", "referentiel-v3.pdf")) == []
    )
    assert compare(BEFORE, BEFORE.replace("équipes", "équipes ;").replace("É", "E")) == []


def test_a_renumbered_article_alone_is_told_as_such() -> None:
    before = "## Article 122-18 – Bilan\nTexte du bilan.\n## Article 122-19 – Suite\nTexte de la suite."
    assert told(before, before.replace("122-18", "122-38")) == [
        ("renamed", "section", "Article 122-18 – Bilan", "Article 122-38 – Bilan")
    ]


def test_columns_that_go_change_name_or_place() -> None:
    head = "|= Nom | Prix | Date |\n| a | 1 | 2025 |\n| b | 2 | 2026 |"
    assert told(head, "|= Nom | Date |\n| a | 2025 |\n| b | 2026 |") == [("removed", "colonne", "Prix", "")]
    assert told(head, head.replace("Prix", "Tarif")) == [("renamed", "colonne", "Prix", "Tarif")]
    swapped = "|= Nom | Date | Prix |\n| a | 2025 | 1 |\n| b | 2026 | 2 |"
    assert [row[1] for row in told(head, swapped)] != []


def test_rows_are_told_apart_by_their_key_or_the_second_cell() -> None:
    numbered = "|= N° | Nom | Prix |\n| 1 | a | 10 |\n| 2 | b | 20 |"
    shifted = "|= N° | Nom | Prix |\n| 1 | z | 5 |\n| 2 | a | 10 |\n| 3 | b | 25 |"
    rows = told(numbered, shifted)
    assert ("added", "ligne", "", "1 | z | 5") in rows
    assert ("edited", "colonne Prix", "20", "25") in rows
    twice = "|= Nom | Prix |\n| a | 1 |\n| a | 2 |"
    assert told(twice, twice.replace("| a | 2 |", "| a | 3 |")) == [("edited", "colonne Prix", "2", "3")]


def test_figures_that_slide_from_one_cell_to_the_next_are_seen() -> None:
    assert told("| a | 1 | 12 |", "| a | 11 | 2 |") == [
        ("edited", "colonne 2", "1", "11"),
        ("edited", "colonne 3", "12", "2"),
    ]


def test_definitions_are_fields() -> None:
    assert told("| Date limite | 15 janvier 2027 |", "| Date limite | 31 janvier 2027 |") == [
        ("edited", "champ Date limite", "15 janvier 2027", "31 janvier 2027")
    ]


def test_a_passage_moved_and_edited_is_one_edit() -> None:
    sentence = "Les dépenses de transport collectif des équipes sont prises en charge dans la limite de 5 000 €."
    before = f"{sentence}\n{BEFORE}"
    after = f"{BEFORE}\n{sentence.replace('5 000', '6 000')}"
    assert told(before, after) == [("edited", "passage", sentence, sentence.replace("5 000", "6 000"))]


def test_labels_come_from_markers_and_headings() -> None:
    base = text_of(body("<h2>Pièces à fournir</h2><ul><li>Le devis détaillé</li><li>Le scénario</li></ul>"))
    more = text_of(
        body(
            "<h2>Pièces à fournir</h2><ul><li>Le devis détaillé</li><li>Le bilan carbone</li><li>Le scénario</li></ul>"
        )
    )
    assert told(base, more) == [("added", "pièce", "", "Le bilan carbone")]


@given(
    st.lists(st.sampled_from(["ab", "cd", "ef", "gh", "ij", "kl", "mn", "op", "qr", "st"]), max_size=12),
    st.integers(0, 10_000),
)
@settings(max_examples=150, deadline=None)
def test_any_two_texts_compare_and_a_difference_of_words_is_seen(words: list[str], seed: int) -> None:
    rng = random.Random(seed)
    kinds = ["heading", "text", "item", "row"]
    before = normalised_text([RawPassage(kind=rng.choice(kinds), text=f"{word} {n}") for n, word in enumerate(words)])
    shuffled = rng.sample(words, len(words))
    after = normalised_text([RawPassage(kind=rng.choice(kinds), text=f"{word} {n}") for n, word in enumerate(shuffled)])
    edits = compare(before, after)
    if shuffled != words:
        assert edits
    for edit in edits:
        assert edit.op in {"added", "removed", "edited", "moved", "renamed"}
        assert edit.before or edit.after


@pytest.mark.parametrize("count", [1, 4])
def test_long_passages_are_cut_into_windows_around_their_differences(count: int) -> None:
    words = [f"mot{n}" for n in range(3_000)]
    changed = list(words)
    for place in range(count):
        changed[500 + place * 600] = "autre"
    edit = Edit(op="edited", path=("A",), before=" ".join(words), after=" ".join(changed), label="passage")
    parts = list(windows(edit))
    assert len(parts) == count
    assert all(len(part.before) < 600 and "autre" in part.after and part.path == ("A",) for part in parts)
    short = Edit(op="edited", path=(), before="a", after="b")
    assert list(windows(short)) == [short]
