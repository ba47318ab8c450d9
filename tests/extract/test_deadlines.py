"""The calendar's entries: one for each thing due, however often it is said, and moved when its source moves it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from watchbot.extract.deadlines import Said, deadlines_of, merged, moved, once_a_day, same_deadline, uid
from watchbot.extract.facts import extract_facts
from watchbot.model import Deadline, Fact, FactKind

SEEN = datetime(2026, 11, 16, 7, 30, tzinfo=UTC)
LATER = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
TITLE = "Appel à projets : aide à l’écoproduction"


def said(text: str, key: str = "item:1", **changes: object) -> Said:
    values = {"title": TITLE, "source_id": "cnc", "item_id": "1", "url": "https://www.cnc.fr/1", **changes}
    return Said(key=key, facts=extract_facts(text, SEEN.date()), **values)  # type: ignore[arg-type]


def entries(text: str, key: str = "item:1", **changes: object) -> list[Deadline]:
    return deadlines_of(said(text, key, **changes), SEEN)


def fact(
    day: str,
    *,
    role: str = "depot",
    confidence: float = 0.9,
    sentence: str = "Dépôt.",
    kind: FactKind = FactKind.DEADLINE,
) -> Fact:
    return Fact(
        kind=kind, quote=day, start=0, end=len(day), value=day, role=role, sentence=sentence, confidence=confidence
    )


def given_facts(*facts: Fact) -> list[Deadline]:
    return deadlines_of(Said(key="item:1", title=TITLE, facts=facts, source_id="cnc"), SEEN)


# ------------------------------------------------------------------------------------------------ of one text


def test_a_text_gives_an_entry_with_its_quote() -> None:
    (entry,) = entries("Aides du CNC. Les dossiers sont à déposer avant le 15 janvier 2027. Contact : aides@cnc.fr.")
    assert entry.due == date(2027, 1, 15)
    assert entry.role == "depot"
    assert entry.quote == "Les dossiers sont à déposer avant le 15 janvier 2027."
    assert (entry.title, entry.url, entry.item_ids, entry.source_ids) == (
        TITLE,
        "https://www.cnc.fr/1",
        ("1",),
        ("cnc",),
    )
    assert (entry.sequence, entry.previous, entry.first_seen) == (0, None, SEEN)


def test_a_period_is_due_at_its_end() -> None:
    (entry,) = entries("Dépôt des candidatures du 4 au 29 janvier 2027.")
    assert entry.due == date(2027, 1, 29)


def test_same_day_twice_is_one_entry_with_the_surest_quote() -> None:
    one = fact("2027-01-15", confidence=0.7, sentence="Le 15 janvier.")
    other = fact("2027-01-15", confidence=0.95, sentence="Date limite : 15 janvier 2027.")
    for facts in ((one, other), (other, one)):
        (entry,) = given_facts(*facts)
        assert (entry.quote, entry.confidence) == ("Date limite : 15 janvier 2027.", 0.95)


def test_what_is_no_entry() -> None:
    assert not given_facts(fact("2027-01-15", kind=FactKind.DATE))
    assert not given_facts(fact("2027-01-15", confidence=0.3))
    assert not given_facts(fact("P15D"), fact("--01-15"), fact("2027-01"), fact("2027"))


def test_long_sentences_are_quoted_around_the_date_in_whole_words() -> None:
    before, after = "Les bénéficiaires de cette aide sélective " * 6, " auprès de la direction de la création" * 6
    (entry,) = entries(f"{before}déposent leur dossier avant le 15 janvier 2027{after}.")
    assert "avant le 15 janvier 2027" in entry.quote
    assert len(entry.quote) < 220
    assert entry.quote.startswith("…")
    assert entry.quote.endswith("…")
    text = f"{before}déposent leur dossier avant le 15 janvier 2027{after}."
    assert entry.quote.strip("…") in text
    words = set(text.replace(".", " ").split())
    assert set(entry.quote.strip("…").split()) <= words


def test_uids_are_stable_and_distinct() -> None:
    day = date(2027, 1, 15)
    assert uid("item:1", "depot", day) == uid("item:1", "depot", day)
    assert len({uid("item:1", "depot", day), uid("item:2", "depot", day), uid("item:1", "validite", day)}) == 3
    assert uid("item:1", "depot", day).endswith("@watchbot")


# ------------------------------------------------------------------------------------------------ merged


def test_two_sources_that_say_the_same_make_one_entry() -> None:
    known = entries("Dépôt des dossiers avant le 15 janvier 2027.")
    again = entries(
        "Date limite de dépôt : 15 janvier 2027.",
        "item:2",
        title="Aide à l’écoproduction : l’appel à projets est ouvert",
        source_id="ecoprod",
        item_id="2",
    )
    (joined,) = merged(known, again)
    assert joined.uid == known[0].uid
    assert joined.item_ids == ("1", "2")
    assert joined.source_ids == ("cnc", "ecoprod")
    assert joined.sequence == 0
    assert merged([joined], again) == []


def test_merging_again_changes_nothing() -> None:
    known = entries("Dépôt avant le 15 janvier 2027, puis clôture le 3 mars 2027.")
    assert len(known) == 2
    assert merged([], known) == known
    assert merged(known, known) == []


def test_other_subjects_days_and_roles_stay_apart() -> None:
    (entry,) = entries("Dépôt des dossiers avant le 15 janvier 2027.")
    other = replace(entry, uid="x", title="Festival du court métrage de Brest")
    assert not same_deadline(entry, other)
    assert not same_deadline(entry, replace(entry, due=date(2027, 1, 16)))
    assert not same_deadline(entry, replace(entry, role="validite"))
    assert merged([entry], [other]) == [other]


def test_the_surest_quote_wins() -> None:
    (entry,) = entries("Dépôt des dossiers avant le 15 janvier 2027.")
    weak, sure = replace(entry, quote="faible", confidence=0.65), replace(entry, quote="sûr", confidence=0.99)
    assert merged([entry], [weak]) == []
    assert [one.quote for one in merged([weak], [sure])] == ["sûr"]


# ------------------------------------------------------------------------------------------------ moved


def test_a_moved_date_keeps_its_uid_and_counts_the_move() -> None:
    before = entries("Dépôt des dossiers avant le 15 janvier 2027.")
    after = deadlines_of(said("Dépôt des dossiers avant le 29 janvier 2027."), LATER)
    ((old, new),) = moved(before, after)
    assert old == before[0]
    assert (new.uid, new.sequence, new.previous) == (old.uid, 1, date(2027, 1, 15))
    assert new.due == date(2027, 1, 29)
    assert new.quote == "Dépôt des dossiers avant le 29 janvier 2027."
    assert new.first_seen == SEEN
    ((_, again),) = moved([new], deadlines_of(said("Dépôt des dossiers avant le 5 février 2027."), LATER))
    assert (again.uid, again.sequence, again.previous) == (old.uid, 2, date(2027, 1, 29))


def test_what_stays_is_not_moved() -> None:
    before = entries("Dépôt avant le 15 janvier 2027. Seconde session : dépôt avant le 15 juin 2027.")
    after = entries("Dépôt avant le 15 janvier 2027. Seconde session : dépôt avant le 22 juin 2027.")
    assert [(old.due, new.due) for old, new in moved(before, after)] == [(date(2027, 6, 15), date(2027, 6, 22))]
    assert moved(before, before) == []


def test_a_date_of_another_role_is_no_move() -> None:
    before = given_facts(fact("2027-01-15", role="depot"))
    after = given_facts(fact("2027-02-15", role="validite"))
    assert moved(before, after) == []


def test_dates_added_or_taken_away_are_no_move() -> None:
    two = given_facts(fact("2027-01-15"), fact("2027-06-15"))
    one = given_facts(fact("2027-01-15"))
    assert moved(one, two) == []
    assert moved(two, one) == []


def test_one_sentence_quoted_by_two_sources_is_one_entry_and_a_formula_is_not():
    def entry(source, title, quote):
        return Deadline(
            uid=uid(source, "depot", date(2026, 11, 27)),
            due=date(2026, 11, 27),
            title=title,
            role="depot",
            quote=quote,
            confidence=0.9,
            source_ids=(source,),
        )

    sentence = "L’entrée est gratuite, sur inscription obligatoire jusqu’au 27 novembre."
    one = entry("ecoprod", "Assises 2026 : le programme complet", sentence)
    other = entry("mediakwest", "Assises : rendez-vous à la Cité universitaire", sentence.replace("’", "'"))
    (joined,) = merged([one], [other])
    assert joined.uid == one.uid
    assert joined.source_ids == ("ecoprod", "mediakwest")
    formula = "Dépôt avant le 27 novembre."
    assert merged([entry("a", "Aide à l'écriture", formula)], [entry("b", "Fonds animation", formula)])[0].uid != uid(
        "a", "depot", date(2026, 11, 27)
    )


# ------------------------------------------------------------------------------------------------ as shown


def test_a_day_of_an_item_is_shown_once_with_the_surest_words() -> None:
    day = date(2026, 12, 1)
    entry = Deadline(
        uid="a", due=day, title=TITLE, role="entree", quote="Dès le 1er décembre.", confidence=0.7, item_ids=("1",)
    )
    surer = replace(entry, uid="b", role="depot", quote="Dépôt avant le 1er décembre.", confidence=0.9)
    elsewhere = replace(entry, uid="c", item_ids=("2",))
    also_elsewhere = replace(entry, uid="d", item_ids=("1", "3"))
    later = replace(entry, uid="e", due=date(2026, 12, 2))
    reference = replace(entry, uid="f", item_ids=())
    entries = [entry, surer, elsewhere, also_elsewhere, later, reference]
    assert [one.uid for one in once_a_day(entries)] == ["b", "c", "d", "e", "f"]
    assert [one.uid for one in once_a_day([surer, entry])] == ["b"]
