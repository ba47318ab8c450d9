"""Dates of every sort, and what is no date."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchbot.collect.dates import date_in_url, parse_date, plausible

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 2, 5, 12, 0, tzinfo=UTC)


def paris(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=PARIS)  # type: ignore[misc,arg-type]


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # RFC 822 and its dialects
        ("Tue, 16 Apr 2024 10:00:00 +0200", utc(2024, 4, 16, 8)),
        ("Tue, 16 Apr 2024 10:00:00 GMT", utc(2024, 4, 16, 10)),
        ("16 Apr 24 10:00 UT", utc(2024, 4, 16, 10)),
        ("mar., 16 avr. 2024 10:00:00 +0200", utc(2024, 4, 16, 8)),
        ("Mar, 03 Fév 2026 10:00:00 +0100", utc(2026, 2, 3, 9)),
        ("Sat, 07 Sept 2002 00:00 EST", utc(2002, 9, 7, 5)),
        ("Thu, 5 Jan 2006 19:31:00 UTC+1", utc(2006, 1, 5, 18, 31)),
        ("01 Jan 2026 00:00:00 GMT+0100", utc(2025, 12, 31, 23)),
        ("Tue, 16 Apr 2024 10:00:00", paris(2024, 4, 16, 10)),
        ("Wed, 02 Oct 2002 24:00:00 GMT", utc(2002, 10, 3)),
        ("Sat, 30 Jun 2012 23:59:60 GMT", utc(2012, 6, 30, 23, 59, 59)),
        ("5 jan 69 10:00 GMT", None),
        ("5 jan 99 10:00 GMT", utc(1999, 1, 5, 10)),
        # ISO 8601
        ("2024-04-16T10:00:00Z", utc(2024, 4, 16, 10)),
        ("2024-04-16T10:00:00.123456789+02:00", utc(2024, 4, 16, 8, 0, 0, 123456)),
        ("2024-04-16T10:00+02", utc(2024, 4, 16, 8)),
        ("2024-04-16T10:00:00+0200", utc(2024, 4, 16, 8)),
        ("2024-04-16 10:00", paris(2024, 4, 16, 10)),
        ("2024-04-16", paris(2024, 4, 16)),
        ("2024-4-6", paris(2024, 4, 6)),
        ("2024/04/16", paris(2024, 4, 16)),
        ("20240416", paris(2024, 4, 16)),
        ("20240416T101500Z", utc(2024, 4, 16, 10, 15)),
        ("20021231T19:20:30.45+01:00", utc(2002, 12, 31, 18, 20, 30)),
        ("2003-07-01 T 01:55:07-05:00", utc(2003, 7, 1, 6, 55, 7)),
        ("20240416101500", paris(2024, 4, 16, 10, 15)),
        ("2024-107", paris(2024, 4, 16)),
        ("2024-W16-2", paris(2024, 4, 16)),
        ("2024W16", paris(2024, 4, 15)),
        ("2024-04", paris(2024, 4, 1)),
        # asctime, Unix
        ("Tue Apr 16 10:00:00 2024", paris(2024, 4, 16, 10)),
        ("Tue Apr 16 10:00:00 CEST 2024", utc(2024, 4, 16, 8)),
        ("1713254400", utc(2024, 4, 16, 8)),
        ("1713254400000", utc(2024, 4, 16, 8)),
        ("1713254400.25", utc(2024, 4, 16, 8)),
        # in words
        ("16 avril 2024", paris(2024, 4, 16)),
        ("1er mars 2025", paris(2025, 3, 1)),
        ("lundi 2 décembre 2024", paris(2024, 12, 2)),
        ("le 3 févr. 2026 à 14h30", paris(2026, 2, 3, 14, 30)),
        ("Publié le 3 février 2026 à 9 h 05", paris(2026, 2, 3, 9, 5)),
        ("8 août 2025", paris(2025, 8, 8)),
        ("Par Jean Dupont, le 5 janvier 2026 | Actualités", paris(2026, 1, 5)),
        ("vendredi 30 janvier 2026, 18:30", paris(2026, 1, 30, 18, 30)),
        ("du 12 juin 2025 au 14 juin 2025", paris(2025, 6, 12)),
        ("avril 2024", paris(2024, 4, 1)),
        ("April 16, 2024 2:30 pm", paris(2024, 4, 16, 14, 30)),
        ("Apr 16th, 2024 at 12:05 AM EST", utc(2024, 4, 16, 5, 5)),
        ("16. April 2024", paris(2024, 4, 16)),
        ("16 de abril de 2024", paris(2024, 4, 16)),
        ("16 maart 2024", paris(2024, 3, 16)),
        # in figures
        ("publié le 03/02/26", paris(2026, 2, 3)),
        ("Le 03.02.2026 - 14:30", paris(2026, 2, 3, 14, 30)),
        ("lun, 02/02/2026 - 10:15", paris(2026, 2, 2, 10, 15)),
        ("01/13/2026", paris(2026, 1, 13)),
        ("Fri, 2006/09/15 08:19:53 EDT", utc(2006, 9, 15, 12, 19, 53)),
        # relative, or without a year
        ("hier", paris(2026, 2, 4)),
        ("aujourd’hui à 10h", paris(2026, 2, 5)),
        ("il y a 3 jours", NOW - timedelta(days=3)),
        ("il y a une heure", NOW - timedelta(hours=1)),
        ("2 days ago", NOW - timedelta(days=2)),
        ("16 avril", paris(2025, 4, 16)),
        ("4 février", paris(2026, 2, 4)),
        ("lundi 2 février à 10h30", paris(2026, 2, 2, 10, 30)),
    ],
)
def test_spellings(text: str, expected: datetime | None) -> None:
    assert parse_date(text, now=NOW, thorough=False) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "Thu, 01 Jan 1970 00:00:00 +0000",
        "0000-00-00 00:00:00",
        "Mon, 30 Nov -0001 00:00:00 +0000",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "2031-01-01",
        "Sun, 31 Apr 2024 10:00:00 GMT",
        "2023-02-29",
        "2024",
        "bientôt",
        "Article 122-38 du RGA",
        "25 000 € sur 3 ans",
        "décret n° 2025-500",
        "RNCP37773",
        "06 12 34 56 78",
        "99/99/9999",
        "2024-W99",
        "2024-999",
        "0",
        "-1",
        "12:30",
    ],
)
def test_what_is_no_date(text: str) -> None:
    assert parse_date(text, now=NOW) is None


def test_first_plausible_date_of_several() -> None:
    assert parse_date("créé le 01/01/1970, publié le 3 février 2026", now=NOW) == paris(2026, 2, 3)
    assert parse_date("mis à jour le 4 février 2026, publié le 3/2/2026", now=NOW) == paris(2026, 2, 4)


def test_zone_of_the_source_and_daylight_saving() -> None:
    assert parse_date("16 juillet 2024 10:00", timezone="Indian/Reunion") == utc(2024, 7, 16, 6)
    assert parse_date("16 juillet 2024 10:00") == utc(2024, 7, 16, 8)
    assert parse_date("16 janvier 2024 10:00") == utc(2024, 1, 16, 9)
    assert parse_date("16 janvier 2024 10:00", timezone="Nowhere/Land") == utc(2024, 1, 16, 10)


def test_without_now_the_future_is_a_date_and_nothing_is_relative() -> None:
    assert parse_date("2031-01-01") == paris(2031, 1, 1)
    assert parse_date("hier") is None
    assert parse_date("16 avril") is None


def test_a_day_ahead_is_forgiven() -> None:
    assert plausible(NOW + timedelta(hours=20), NOW) is not None
    assert plausible(NOW + timedelta(days=2), NOW) is None
    assert plausible(None, NOW) is None


def test_dateparser_reads_what_is_left() -> None:
    text = "3 Φεβρουαρίου 2026"
    assert parse_date(text, now=NOW, thorough=False) is None
    assert parse_date("le trois 03-févr-2026", now=NOW) == paris(2026, 2, 3)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://s.fr/2026/02/03/titre", paris(2026, 2, 3)),
        ("https://s.fr/actus/2026-02-03-titre.html", paris(2026, 2, 3)),
        ("https://s.fr/2026/02/titre", None),
        ("https://s.fr/2026/13/45/titre", None),
        ("https://s.fr/2031/01/01/", None),
        ("https://s.fr/2026/02/31/", None),
    ],
)
def test_date_in_an_address(url: str, expected: datetime | None) -> None:
    assert date_in_url(url, now=NOW) == expected


@pytest.mark.parametrize(
    "text", ["9 " * 100_000, "1 mar " * 50_000, "jan " * 100_000, "12:" * 100_000, "2024-" * 50_000, "’" * 100_000]
)
def test_long_texts_are_quick(text: str) -> None:
    started = time.perf_counter()
    parse_date(text, now=NOW, thorough=False)
    assert time.perf_counter() - started < 0.5


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text(max_size=60))
def test_never_fails_and_never_leaves_the_bounds(text: str) -> None:
    found = parse_date(text, now=NOW, thorough=False)
    assert found is None or (found.tzinfo is not None and utc(1990, 1, 1) <= found <= NOW + timedelta(days=2))


PIECES = [
    "1",
    "31",
    "02",
    "2026",
    "févr.",
    "mars",
    " ",
    "/",
    "-",
    ":",
    "T",
    "Z",
    "+0100",
    "à",
    "h",
    "GMT",
    "le ",
    "W06",
    "pm",
    ".5",
    "il y a ",
    "jours",
]


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(PIECES), max_size=12))
def test_heaps_of_pieces_never_fail(pieces: list[str]) -> None:
    found = parse_date("".join(pieces), now=NOW, thorough=False)
    assert found is None or found.tzinfo is not None


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.datetimes(datetime(1990, 1, 2), datetime(2026, 2, 5)), st.integers(-12, 14))
def test_iso_and_rfc822_round_trip(moment: datetime, hours: int) -> None:
    from datetime import timezone
    from email.utils import format_datetime

    aware = moment.replace(microsecond=0, tzinfo=timezone(timedelta(hours=hours)))
    assert parse_date(aware.isoformat()) == aware
    assert parse_date(format_datetime(aware)) == aware
