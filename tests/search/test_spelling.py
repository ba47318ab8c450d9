"""Typing mistakes: what is corrected, and what is left as it was typed."""

from __future__ import annotations

import pytest

from watchbot.search.spelling import Speller

SPELLER = Speller({"hydrogene": 4, "batteries": 9, "plateau": 12, "carbulator": 3, "ecran": 5, "paris": 7, "trois": 8})


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("hidrogene", "hydrogene"),
        ("hydorgène", "hydrogene"),
        ("baterie", "batterie"),
        ("plataeu", "plateau"),
        ("financment", "financement"),
        ("bretange", "bretagne"),
        ("seprembre", "septembre"),
        ("erran", None),
        ("parus", None),
        ("plateaux", None),
        ("hydrogène", None),
        ("zzzzzz", None),
        ("pal", None),
        ("RS6457", None),
    ],
)
def test_nearest_word(typed, read):
    corrected, corrections = SPELLER.correct(f"un {typed} ?")
    assert corrections == (((typed, read),) if read else ())
    assert corrected == f"un {read or typed} ?"


def test_words_that_one_item_holds_correct_nothing_in_a_large_archive():
    many = {f"mot{n:05d}x": 5 for n in range(3_000)}
    assert Speller({**many, "carbulator": 1}).nearest("carbulatr") is None
    assert Speller({**many, "carbulator": 2}).nearest("carbulatr") == "carbulator"


def test_an_elided_article_is_no_mistake():
    assert SPELLER.correct("lorsqu'hydrogene")[1] == ()
