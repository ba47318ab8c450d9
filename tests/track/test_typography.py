"""Typography is made one on the way in, and French on the way out."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchbot.french_dates import paris_day, written_date
from watchbot.track.typography import (
    canonical,
    french,
    numeric_date,
    plural,
    quoted,
    shortened,
)

NBSP = "\u00a0"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("l'aide", "l’aide"),
        ("«\u00a0oui\u00a0» et “non”", '"oui" et "non"'),
        ("65%\u00a0de", "65 % de"),
        ("28\u202f000€", "28 000 €"),
        ("6 M€", "6 M€"),
        ("a — b - c", "a – b – c"),
        ("2024–2026", "2024-2026"),
        ("co\u00adpro\u200bduction", "coproduction"),
        ("ﬁnancement", "financement"),
        ("CO₂", "CO2"),
        ("m²", "m²"),
        ("10³", "10³"),
        ("e\u0301co", "éco"),
        ("Note: oui!", "Note : oui !"),
        ("à 10:30", "à 10:30"),
        ("https://a.fr/?b=c", "https://a.fr/?b=c"),
        ("fin…", "fin..."),
        ("1 er mars", "1er mars"),
        ("nº 5", "n° 5"),
        ("( a , b )", "(a, b)"),
    ],
)
def test_one_form(written: str, expected: str) -> None:
    assert canonical(written) == expected


@given(st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_canonical_keeps_digits_and_letters_and_is_stable(text: str) -> None:
    once = canonical(text)
    assert canonical(once) == once or canonical(canonical(once)) == canonical(once)
    ascii_before = [sign for sign in text if sign.isascii() and sign.isalnum()]
    ascii_after = [sign for sign in once if sign.isascii() and sign.isalnum()]
    assert "".join(sign for sign in ascii_before if sign.isdigit()) in "".join(ascii_after) or len(ascii_after) >= len(
        ascii_before
    )


def test_no_break_spaces_where_french_asks_for_them() -> None:
    assert french('"oui" : 28 000 € ; 65 % !') == f"«{NBSP}oui{NBSP}»{NBSP}: 28{NBSP}000{NBSP}€{NBSP}; 65{NBSP}%{NBSP}!"
    assert french("n° 5 de 12 jours...") == f"n°{NBSP}5 de 12{NBSP}jours…"
    assert quoted('il dit "oui"') == f"«{NBSP}il dit “{NBSP}oui{NBSP}”{NBSP}»"


def test_days_are_those_of_france() -> None:
    assert paris_day(datetime(2026, 11, 22, 23, 30, tzinfo=UTC)) == date(2026, 11, 23)


def test_dates_and_counts() -> None:
    assert written_date(date(2025, 3, 1)) == f"1er{NBSP}mars{NBSP}2025"
    assert written_date(date(2026, 12, 21)) == f"21{NBSP}décembre{NBSP}2026"
    assert numeric_date(date(2026, 2, 3)) == "03/02/2026"
    assert plural(0, "jour") == f"0{NBSP}jour"
    assert plural(1, "jour") == f"1{NBSP}jour"
    assert plural(28_000, "jour") == f"28{NBSP}000{NBSP}jours"


def test_a_cut_falls_between_words() -> None:
    assert shortened("court", 10) == "court"
    assert shortened("un texte bien trop long", 15) == "un texte bien…"
    assert shortened("x" * 30, 10) == "x" * 9 + "…"
