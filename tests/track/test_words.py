"""Word-level differences give both texts back and are readable."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from watchbot.track.fold import folded, tokens
from watchbot.track.typography import canonical
from watchbot.track.words import Run, similarity, word_runs

WORDS = st.lists(
    st.sampled_from(
        [
            "le",
            "score",
            "doit",
            "être",
            "supérieur",
            "à",
            "65",
            "%",
            "70",
            ",",
            ".",
            "(",
            ")",
            "l’œuvre",
            "28",
            "000",
            "€",
            "et",
        ]
    ),
    max_size=25,
).map(" ".join)


@given(WORDS, WORDS)
@settings(max_examples=150, deadline=None)
def test_the_pieces_give_the_texts_back(before: str, after: str) -> None:
    runs = word_runs(before, after)
    assert "".join(run.before for run in runs) == before
    assert "".join(run.after for run in runs) == after


@given(st.text(max_size=80), st.text(max_size=80))
@settings(max_examples=150, deadline=None)
def test_any_text_gives_itself_back(before: str, after: str) -> None:
    runs = word_runs(before, after)
    assert "".join(run.before for run in runs) == before
    assert "".join(run.after for run in runs) == after


def test_one_number_is_one_difference() -> None:
    assert word_runs("supérieur à 65 % du total", "supérieur à 70 % du total") == (
        Run("same", "supérieur à ", "supérieur à "),
        Run("replaced", "65 ", "70 "),
        Run("same", "% du total", "% du total"),
    )


def test_little_words_alone_do_not_tie_two_sentences() -> None:
    runs = word_runs("Trier les déchets de la régie", "Former une équipe de la post-production")
    assert [run.op for run in runs] == ["replaced"]


def test_nothing_against_something() -> None:
    assert word_runs("", "") == ()
    assert word_runs("", "a") == (Run("added", "", "a"),)
    assert word_runs("a", "") == (Run("removed", "a", ""),)


def test_similarity_is_a_ratio() -> None:
    assert similarity([], []) == 1
    assert similarity(["a", "b"], ["a", "c"]) == 0.5


def same(left: str, right: str) -> bool:
    return folded(canonical(left)) == folded(canonical(right))


def test_typography_case_accents_and_hyphenation_do_not_count() -> None:
    assert same("L'ÉTAT attribue 28 000 € ;", "l’État attribue 28\u202f000\u00a0€.")
    assert same("éco-responsable", "écoresponsable")
    assert same("l'œuvre", "l’oeuvre")
    assert same("« oui »", "“oui”")
    assert same("65%", "65 %")
    assert same("1 er mars", "1er mars")
    assert same("Critères impératifs", "CRITERES IMPERATIFS")
    assert same("2024 – 2026", "2024 — 2026")


def test_numbers_units_and_signs_do_count() -> None:
    for left, right in (
        ("65 %", "66 %"),
        ("3,5 %", "35 %"),
        ("article 122-18", "article 12218"),
        ("28 000 €", "2 800 €"),
        ("6 M€", "6 m€"),
        ("5 MW", "5 mW"),
        ("à -5 °C", "à 5 °C"),
        ("65 %", "65 points"),
        ("28 000 €", "28 000 $"),
        ("> 65", "< 65"),
        ("30 jours", "30 mois"),
        ("peut", "peu"),
        ("| 1 | 12 |", "| 11 | 2 |"),
        ("niveau 2 3 étoiles", "niveau 23 étoiles"),
        ("de 10 – 12", "de 101 – 2"),
        ("5. 12", "51 2"),
    ):
        assert not same(left, right), (left, right)


def test_tokens_keep_numbers_and_references_whole() -> None:
    text = "l’article 122-18 : 28 000,50 € le 21/12/2026 à 12:30"
    assert [text[token.start : token.end] for token in tokens(text)] == [
        "l’",
        "article",
        "122-18",
        "28 000,50",
        "€",
        "le",
        "21/12/2026",
        "à",
        "12:30",
    ]
