"""Dates, numbers and spaces as the French write them; fetched text made fit to be shown."""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchbot.digest.entries import amount_chip, due_chip, short_region
from watchbot.digest.french import (
    NBSP,
    capital,
    clean,
    days_left,
    full_date,
    in_language,
    joined,
    long_date,
    month_of,
    nested,
    period,
    plural,
    typeset,
)

MIXED = st.text(
    alphabet=st.sampled_from("aé 1 0 :;!?%€«»'’\u00a0\u202f.,-/@w\u200b\u202e\u0301\ue000\U0001f3ac\u200dhtp"),
    max_size=60,
)


def test_dates_as_the_french_write_them():
    assert long_date(date(2025, 3, 1)) == "1er\u00a0mars\u00a02025"
    assert long_date(datetime(2026, 12, 31, 23, 30, tzinfo=UTC)) == "1er\u00a0janvier\u00a02027"
    assert full_date(date(2026, 11, 23)) == "lundi 23\u00a0novembre\u00a02026"
    assert period(date(2026, 12, 28), date(2027, 1, 4)) == "du 28\u00a0décembre\u00a02026 au 4\u00a0janvier\u00a02027"
    assert period(date(2026, 10, 28), date(2026, 11, 4)) == "du 28\u00a0octobre au 4\u00a0novembre\u00a02026"
    assert period(date(2026, 11, 1), date(2026, 11, 8)) == "du 1er au 8\u00a0novembre\u00a02026"
    assert month_of(date(2026, 7, 1), short=True) == "juil.\u00a02026"
    assert month_of(date(2026, 8, 1), year=False) == "août"
    today = date(2026, 11, 23)
    told = [days_left(date.fromordinal(today.toordinal() + n), today) for n in (-2, -1, 0, 1, 28, 365)]
    assert told == [
        *(
            "il y a 2\u00a0jours",
            "il y a 1\u00a0jour",
            "aujourd’hui",
            "demain",
            "dans 28\u00a0jours",
            "dans 12\u00a0mois",
        )
    ]


def test_numbers_and_lists():
    assert [plural(n, "jour") for n in (0, 1, 2, 1200)] == [
        "0\u00a0jour",
        "1\u00a0jour",
        "2\u00a0jours",
        "1\u00a0200\u00a0jours",
    ]
    assert plural(2, "nouveau", "nouveaux") == "2\u00a0nouveaux"
    assert [joined(list("abc"[:n])) for n in range(4)] == ["", "a", "a et b", "a, b et c"]


@pytest.mark.parametrize(
    ("raw", "set_"),
    [
        ("Prix : 28 000 € ! « Oui » d'ici là", "Prix_: 28_000_€_! «_Oui_» d’ici là"),
        ("Prix: 28000€! «Oui»; non?", "Prix_: 28000_€_! «_Oui_»_; non_?"),
        ("65% des 85 actions", "65_% des 85 actions"),
        ("Vraiment ?!", "Vraiment_?!"),
        ("du 1er mars au 15 mai 2027, dans 3 mois", "du 1er_mars au 15_mai 2027, dans 3_mois"),
        ("décret n° 2025-500, art. 122-18", "décret n°_2025-500, art._122-18"),
        ("voir https://e.org/a?b=c:d;e! fin", "voir https://e.org/a?b=c:d;e! fin"),
        ("écrire à moi@e.org : merci", "écrire à moi@e.org_: merci"),
        ("à 10:30 ou 16:9, f(x)!=y, AT&T;x", "à 10:30 ou 16:9, f(x)!=y, AT&T;x"),
        ("Prime RSE+ : 28 000 €", "Prime RSE+_: 28_000_€"),
        ("(oui) : 5 % ; 3 € ! « a » ; 20° ? etc. ; A* :", "(oui)_: 5_%_; 3_€_! «_a_»_; 20°_? etc._; A*_:"),
        ("", ""),
    ],
)
def test_typesetting(raw, set_):
    assert typeset(raw) == set_.replace("_", NBSP)


@settings(max_examples=200, deadline=None)
@given(MIXED)
def test_typesetting_moves_nothing_but_spaces_and_is_done_once(text):
    def bare(value: str) -> str:
        return "".join(value.replace("'", "’").split())

    done = typeset(text)
    assert bare(done) == bare(text)
    assert typeset(done) == done


def test_english_keeps_its_own_spaces():
    assert in_language("What counts? 5% of it: that's all!", "en") == "What counts? 5% of it: that's all!"
    assert in_language("Quoi?", "fr-FR") == "Quoi\u00a0?"


def test_hidden_characters_are_dropped_and_long_titles_cut_at_words():
    assert clean("a\u202eb\u200bc\x07d\n e") == "abcd e"
    assert clean("mot " * 100, 50).endswith("mot…")
    assert len(clean("x" * 10_000, 160)) == 160
    assert clean("\ud800lone\udfff \ue000private\ufeff\U000e0041") == "lone private"
    assert clean("so\u00adli\u2060de\u061c\u3164") == "solide"
    assert (
        clean("Z" + "\u0335\u0321\u0322\u0327\u0328" * 40 + "algo")
        in {"Z\u0321\u0327algo", unicodedata.normalize("NFC", "Z\u0335\u0321algo"), "Z\u0321\u0322algo"}
        or len(clean("Z" + "\u0335" * 40)) <= 3
    )
    assert clean("un\u0302\u0301 e\u0301te\u0301").endswith("été")


def test_emoji_stay_whole():
    family = "\U0001f469\u200d\U0001f3ac\ufe0f cinéaste"
    assert clean(family) == family
    assert clean("a\u200db") == "ab"
    assert clean("\U0001f3ac" * 300, 160)[-1] == "…"


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200), st.integers(min_value=10, max_value=60))
def test_clean_text_is_one_short_line_that_can_be_written(text, limit):
    done = clean(text, limit)
    assert len(done) <= limit
    assert done == done.strip()
    assert not set(done) & set("\n\r\t\u202e\u200b\ue000")
    done.encode()


def test_chips_quotes_and_names():
    assert due_chip("jusqu'au 11 décembre 2026") == "Jusqu’au 11\u00a0décembre 2026"
    assert due_chip("21 décembre") == "Échéance\u00a0: 21\u00a0décembre"
    assert nested("dit « non »") == "dit “non”"
    assert capital("état") == "État"
    assert short_region("sud") == "Sud"
    assert short_region("bretagne") == "Bretagne"
    assert short_region("atlantide") == "atlantide"


@pytest.mark.parametrize(
    ("before", "quote", "chip"),
    [
        ("", "de 4 à 12 €", "De 4 à 12_€"),
        ("Le prix varie ", "de 4 à 12 €", "Prix_: de 4 à 12_€"),
        ("Une aide ", "comprise entre 5 000 € et 40 000 €", "Aide_: de 5_000_€ à 40_000_€"),
        ("Elle est ", "comprise entre 5 000 € et 40 000 €", "De 5_000_€ à 40_000_€"),
        ("L’ADEME ouvre un fonds de ", "six millions d’euros", "Fonds_: six millions d’euros"),
        ("", "Six millions d’euros", "Six millions d’euros"),
        ("Dotée de ", "1,2 million d’euros", "Dotation_: 1,2 million d’euros"),
        ("L’aide à la fiction, plafonnée à ", "400 000 €", "Plafond_: 400_000_€"),
        ("Sans aide, il a coûté ", "900 euros", "900 euros"),
        ("La subvention est de ", "900 €", "Subvention_: 900_€"),
    ],
)
def test_a_sum_says_what_it_is_when_the_words_before_it_do(before, quote, chip):
    assert amount_chip(quote, before) == chip.replace("_", NBSP)
