"""What happens to the calendar's entries when their sources speak again: moved, put off elsewhere, repeated late."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchbot.extract.deadlines import Said, deadlines_of, moved, puts_off, reconciled
from watchbot.extract.facts import extract_facts
from watchbot.model import Deadline

SEEN = datetime(2026, 11, 16, 7, 30, tzinfo=UTC)
LATER = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
TITLE = "Appel à projets : décors durables en Occitanie"


def entries(
    text: str, key: str = "item:1", title: str = TITLE, source: str = "cnc", seen: datetime = SEEN
) -> list[Deadline]:
    said = Said(key=key, title=title, facts=extract_facts(text, seen.date()), source_id=source, item_id=key[5:])
    return deadlines_of(said, seen)


def first_read(text: str, **changes: str) -> list[Deadline]:
    found, _ = reconciled([], entries(text, **changes), [], SEEN)
    return found


def test_a_new_text_adds_its_entries() -> None:
    found, uids = reconciled([], entries("Dépôt avant le 15 janvier 2027."), [], SEEN)
    assert [entry.due for entry in found] == [date(2027, 1, 15)]
    assert uids == [found[0].uid]


def test_reading_again_changes_nothing() -> None:
    known = first_read("Dépôt avant le 15 janvier 2027.")
    assert reconciled(known, entries("Dépôt avant le 15 janvier 2027."), known, LATER) == ([], [known[0].uid])


def test_its_own_text_moves_an_entry() -> None:
    known = first_read("Dépôt avant le 15 janvier 2027.")
    (entry,), uids = reconciled(known, entries("Dépôt avant le 29 janvier 2027.", seen=LATER), known, LATER)
    assert (entry.uid, entry.due, entry.previous, entry.sequence) == (
        known[0].uid,
        date(2027, 1, 29),
        date(2027, 1, 15),
        1,
    )
    assert (entry.first_seen, entry.changed_at) == (SEEN, LATER)
    assert uids == [entry.uid]


def test_another_source_puts_it_off() -> None:
    known = first_read("Dépôt des dossiers avant le 15 janvier 2027.")
    text = "La date limite de dépôt, initialement fixée au 15 janvier 2027, est repoussée au 29 janvier 2027."
    news = entries(
        text, key="item:2", title="Décors durables en Occitanie : un délai supplémentaire", source="ecoprod", seen=LATER
    )
    assert [entry.due for entry in news] == [date(2027, 1, 29)]
    (entry,), uids = reconciled([], news, known, LATER)
    assert (entry.uid, entry.due, entry.previous, entry.sequence) == (
        known[0].uid,
        date(2027, 1, 29),
        date(2027, 1, 15),
        1,
    )
    assert entry.item_ids == ("1", "2")
    assert entry.source_ids == ("cnc", "ecoprod")
    assert uids == [known[0].uid]


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Appel à projets : courts métrages en Bretagne", "La date limite de dépôt est repoussée au 29 janvier 2027."),
        ("Décors durables en Occitanie : seconde session", "Les dossiers sont à déposer avant le 29 mars 2027."),
        ("Décors durables en Occitanie", "La validité du label est prolongée jusqu’au 29 janvier 2029."),
    ],
)
def test_what_puts_nothing_off(title: str, text: str) -> None:
    known = first_read("Dépôt des dossiers avant le 15 janvier 2027.")
    news = entries(text, key="item:2", title=title, source="ecoprod", seen=LATER)
    (entry,), _ = reconciled([], news, known, LATER)
    assert entry.uid != known[0].uid
    assert entry.previous is None


def test_who_repeats_the_old_day_late_moves_nothing_back() -> None:
    known = first_read("Dépôt avant le 15 janvier 2027.")
    (shifted,), _ = reconciled(known, entries("Dépôt avant le 29 janvier 2027.", seen=LATER), known, LATER)
    late = entries("Date limite de dépôt : 15 janvier 2027.", key="item:3", source="boxoffice", seen=LATER)
    (entry,), uids = reconciled([], late, [shifted], LATER)
    assert (entry.uid, entry.due, entry.sequence) == (shifted.uid, date(2027, 1, 29), 1)
    assert entry.source_ids == ("cnc", "boxoffice")
    assert uids == [shifted.uid]
    again, uids = reconciled([entry], late, [entry], LATER)
    assert again == []
    assert uids == [entry.uid]


def test_a_source_may_change_its_mind_back() -> None:
    known = first_read("Dépôt avant le 15 janvier 2027.")
    (shifted,), _ = reconciled(known, entries("Dépôt avant le 29 janvier 2027.", seen=LATER), known, LATER)
    (entry,), _ = reconciled([shifted], entries("Dépôt avant le 15 janvier 2027.", seen=LATER), [shifted], LATER)
    assert (entry.uid, entry.due, entry.previous, entry.sequence) == (
        shifted.uid,
        date(2027, 1, 15),
        date(2027, 1, 29),
        2,
    )


def test_a_new_session_on_a_day_that_was_moved_away_is_another_entry() -> None:
    known = first_read("Dépôt avant le 15 janvier 2027.")
    (shifted,), _ = reconciled(known, entries("Dépôt avant le 29 janvier 2027.", seen=LATER), known, LATER)
    shifted = replace(shifted, previous=None)
    both = entries("Dépôt avant le 29 janvier 2027. Dépôt des courts avant le 15 janvier 2027.", seen=LATER)
    found, uids = reconciled([shifted], both, [shifted], LATER)
    assert len(set(uids)) == 2
    assert shifted.uid in uids
    (new,) = [entry for entry in found if entry.uid != shifted.uid]
    assert new.due == date(2027, 1, 15)
    again, same = reconciled([shifted, new], both, [shifted, new], LATER)
    assert (again, same) == ([], uids)


def test_what_has_passed_was_not_moved() -> None:
    before = entries(
        "Session de printemps : dépôt avant le 20 novembre 2026. Session d’été : dépôt avant le 15 juin 2027."
    )
    after = entries("Session d’été : dépôt avant le 22 juin 2027.", seen=LATER)
    assert [(old.due, new.due) for old, new in moved(before, after)] == [(date(2027, 6, 15), date(2027, 6, 22))]
    gone = entries("Dépôt avant le 20 novembre 2026.")
    assert moved(gone, entries("Dépôt avant le 19 novembre 2027.", seen=LATER)) == []


def test_alike_sentences_are_paired_whatever_their_order() -> None:
    before = entries("Fiction : dépôt avant le 15 janvier 2027. Documentaire : dépôt avant le 20 février 2027.")
    after = entries(
        "Documentaire : dépôt avant le 10 janvier 2027. Fiction : dépôt avant le 25 février 2027.", seen=LATER
    )
    pairs = [(old.due.isoformat(), new.due.isoformat()) for old, new in moved(before, after)]
    assert pairs == [("2027-01-15", "2027-02-25"), ("2027-02-20", "2027-01-10")]


def test_words_of_postponement() -> None:
    for text in (
        "Dépôt prolongé jusqu’au 5 mai 2027.",
        "La clôture est reportée au 5 mai 2027.",
        "Deadline extended to 5 May 2027.",
    ):
        assert all(puts_off(entry) for entry in entries(text)), text
    assert not any(puts_off(entry) for entry in entries("Dépôt avant le 5 mai 2027."))


DAYS = st.dates(date(2026, 12, 1), date(2028, 12, 31))


@settings(max_examples=60, deadline=None)
@given(st.lists(DAYS, max_size=5, unique=True), st.lists(DAYS, max_size=5, unique=True))
def test_the_calendar_holds_what_the_text_says_now(first: list[date], second: list[date]) -> None:
    """After any two versions, the uids of the text name exactly its days, each once, and a third reading changes nothing."""

    def text(days: list[date]) -> str:
        return " ".join(f"Dépôt avant le {day:%d/%m/%Y}." for day in days)

    known, _ = reconciled([], entries(text(first)), [], SEEN)
    after = entries(text(second), seen=LATER)
    changed, uids = reconciled(known, after, known, LATER)
    calendar = {entry.uid: entry for entry in (*known, *changed)}
    assert sorted(calendar[uid].due for uid in uids) == sorted(second)
    said = [calendar[uid] for uid in uids]
    assert reconciled(said, entries(text(second), seen=LATER), said, LATER) == ([], uids)
