"""The iCalendar file: exact bytes, what a calendar reads in them, and RFC 5545's lines."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from watchbot.extract.calendar import calendar_bytes
from watchbot.model import Deadline

NOW = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
GOLDEN = Path(__file__).parent / "golden" / "deadlines.ics"
DEPOSIT = Deadline(
    uid="0123456789abcdef01234567@watchbot",
    due=date(2027, 1, 29),
    title="Appel à projets : décors, costumes ; réemploi \\ recyclage",
    role="depot",
    quote="Les dossiers, complets, sont à déposer avant le 29 janvier 2027 ; aucun délai.",
    confidence=0.95,
    item_ids=("a",),
    source_ids=("cnc", "ecoprod"),
    url="https://www.cnc.fr/aides?id=1&lang=fr",
    previous=date(2027, 1, 15),
    sequence=1,
)
EXPIRY = Deadline(
    uid="fedcba9876543210fedcba98@watchbot",
    due=date(2026, 12, 21),
    title="RS6456",
    role="validite",
    quote="Enregistrée jusqu’au 21/12/2026.",
    confidence=1.0,
)


def test_golden_bytes() -> None:
    made = calendar_bytes([DEPOSIT, EXPIRY], NOW, "Échéances de l’écoproduction")
    assert made == GOLDEN.read_bytes()


def test_order_and_zone_of_the_input_change_no_byte() -> None:
    paris = NOW.astimezone(timezone(timedelta(hours=1))).replace(microsecond=123)
    assert calendar_bytes([EXPIRY, DEPOSIT], paris, "x") == calendar_bytes([DEPOSIT, EXPIRY], NOW, "x")


def test_a_calendar_reads_it_back() -> None:
    calendar = Calendar.from_ical(calendar_bytes([DEPOSIT, EXPIRY], NOW, "Échéances"))
    assert str(calendar["x-wr-calname"]) == "Échéances"
    assert calendar["refresh-interval"].dt == timedelta(hours=12)
    first, second = calendar.walk("VEVENT")
    assert str(first["uid"]) == EXPIRY.uid
    assert first["dtstart"].dt == date(2026, 12, 21)
    assert first["dtend"].dt == date(2026, 12, 22)
    assert first["sequence"] == 0
    assert "url" not in first
    assert str(second["summary"]) == f"Dépôt\u00a0: {DEPOSIT.title}"
    assert second["sequence"] == 1
    assert second["dtstamp"].dt == NOW
    assert str(second["url"]) == DEPOSIT.url
    description = str(second["description"])
    assert DEPOSIT.quote in description
    assert "15/01/2027" in description
    assert "cnc, ecoprod" in description
    (alarm,) = second.walk("VALARM")
    assert alarm["trigger"].dt == timedelta(days=-7)


def test_last_modified_is_when_it_moved_else_when_it_was_seen() -> None:
    seen, moved = datetime(2026, 11, 16, 7, 30, tzinfo=UTC), datetime(2026, 11, 20, 7, 30, 5, 123, tzinfo=UTC)
    made = calendar_bytes(
        [replace(EXPIRY, first_seen=seen), replace(DEPOSIT, first_seen=seen, changed_at=moved)], NOW, "x"
    )
    first, second = Calendar.from_ical(made).walk("VEVENT")
    assert first["last-modified"].dt == seen
    assert second["last-modified"].dt == moved.replace(microsecond=0)


def test_roles_without_a_name_are_deadlines() -> None:
    text = calendar_bytes([replace(EXPIRY, role="autre")], NOW, "x").decode()
    assert "SUMMARY:Échéance\u00a0: RS6456" in text


def test_empty_calendar_is_a_calendar() -> None:
    assert Calendar.from_ical(calendar_bytes([], NOW, "vide")).walk("VEVENT") == []


@settings(max_examples=60, deadline=None)
@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=300),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=400),
)
def test_lines_are_folded_and_nothing_is_lost(title: str, quote: str) -> None:
    """RFC 5545 section 3.1: lines end with CRLF and have at most 75 octets; no character is cut."""
    made = calendar_bytes([replace(DEPOSIT, title=title, quote=quote)], NOW, "x")
    assert made.endswith(b"\r\n")
    assert b"\n" not in made.replace(b"\r\n", b"")
    for line in made.split(b"\r\n"):
        assert len(line) <= 75
        line.decode("utf-8")
    (event,) = Calendar.from_ical(made).walk("VEVENT")
    assert str(event["summary"]).split() == f"Dépôt\u00a0: {title}".split()
    assert quote in str(event["description"])


def test_no_line_of_a_source_becomes_a_property() -> None:
    evil = replace(
        DEPOSIT,
        title="a\r\nATTACH:http://evil.example/\r\nEND:VEVENT",
        quote="b\nBEGIN:VALARM",
        url="https://x.example/\r\nATTACH:y",
    )
    calendar = Calendar.from_ical(calendar_bytes([evil], NOW, "x"))
    (event,) = calendar.walk("VEVENT")
    assert "attach" not in event
    assert len(event.walk("VALARM")) == 1
