"""Composing: each story once, nothing twice, the pressing first, and the same bytes for the same input."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from sample import CHANGE, DEADLINE, EDITION, EXPIRING, NOW, READER, material, story

from watchbot.digest.compose import compose, issue_id
from watchbot.digest.french import clean, days_left, long_date, period, typeset
from watchbot.digest.summary import summarise
from watchbot.model import Verdict


def test_registrations_that_end_within_the_month_stand_on_top():
    digest = compose(EDITION, material(), now=NOW)
    sooner = replace(DEADLINE, uid="x@w", due=date(2026, 11, 25), title="Autre chose", previous=None)
    with_sooner = compose(EDITION, replace(material(), deadlines=(sooner, DEADLINE)), now=NOW)
    assert digest.deadlines[0].title.startswith("RS6456")
    assert [line.title[:6] for line in with_sooner.deadlines][:2] == ["RS6456", "Autre "]
    assert digest.deadlines[0].left == "dans 28\u00a0jours"
    assert digest.deadlines[1].previous == "15\u00a0janvier\u00a02027"


def test_the_same_input_gives_the_same_digest():
    assert compose(EDITION, material(9), now=NOW, reader=READER) == compose(
        EDITION, material(9), now=NOW, reader=READER
    )


def test_each_story_stands_once_under_its_first_wanted_topic():
    digest = compose(EDITION, material(8), now=NOW)
    ids = [entry.id for entry in digest.entries]
    assert len(ids) == len(set(ids)) == 8
    by_reader = compose(EDITION, material(8), now=NOW, reader=replace(READER, topics=("mesure",)))
    assert [section.id for section in by_reader.sections] == ["mesure"]


def test_what_was_told_does_not_come_again():
    first = compose(EDITION, material(), now=NOW, reader=READER)
    again = compose(EDITION, material(), now=NOW, reader=READER, sent=frozenset(first.told))
    assert again.entries == () == again.changes
    assert again.empty


def test_regions_keep_what_has_no_region():
    reader = replace(READER, topics=(), regions=("bretagne",))
    digest = compose(EDITION, material(), now=NOW, reader=reader)
    assert digest.entries
    assert all(not entry.region for entry in digest.entries)


def test_limits_count_what_they_leave_out():
    digest = compose(replace(EDITION, max_per_topic=1, max_items=2), material(9), now=NOW)
    assert all(len(section.entries) == 1 for section in digest.sections)
    assert len(digest.entries) == 2
    assert digest.sections[0].more > 0


def test_clusters_say_who_else():
    (entry, *_) = compose(EDITION, material(), now=NOW).entries
    assert entry.also == (("Boxoffice Pro", "https://boxofficepro.example/x"),)


def test_doubtful_stories_stand_apart_and_only_where_wanted():
    doubtful = story(0, verdict=Verdict(relevant=False, relevance=0.4, topics=(), scores={}, maybe=True))
    team = replace(EDITION, sections=("themes", "peut-etre"))
    assert len(compose(team, replace(material(0), stories=(doubtful,)), now=NOW).doubtful) == 1
    assert compose(EDITION, replace(material(0), stories=(doubtful,)), now=NOW).doubtful == ()


def test_deadlines_alone_are_no_issue():
    alone = replace(material(0), changes=())
    assert compose(EDITION, alone, now=NOW).empty
    assert not compose(EDITION, replace(material(0), changes=(CHANGE,)), now=NOW).empty


def test_one_subject_on_one_day_is_one_line():
    said = replace(
        DEADLINE, uid="o@w", due=date(2026, 12, 21), title="RS6456 : la certification expire", source_ids=("sud",)
    )
    digest = compose(EDITION, replace(material(), deadlines=(said,), changes=(EXPIRING,)), now=NOW)
    assert len(digest.deadlines) == 1


def test_issue_ids_are_french_days():
    late = NOW.replace(hour=23, minute=30)
    assert issue_id(EDITION, NOW) == "hebdo-2026-11-23"
    assert issue_id(EDITION, late) == "hebdo-2026-11-24"


def test_dates_as_the_french_write_them():
    assert long_date(date(2025, 3, 1)) == "1er\u00a0mars\u00a02025"
    assert period(date(2026, 12, 28), date(2027, 1, 4)) == "du 28\u00a0décembre\u00a02026 au 4\u00a0janvier\u00a02027"
    today = date(2026, 11, 23)
    told = [days_left(today + timedelta(days=n), today) for n in (-2, 0, 1, 28, 365)]
    assert told == ["il y a 2\u00a0jours", "aujourd’hui", "demain", "dans 28\u00a0jours", "dans 12\u00a0mois"]


def test_typesetting_leaves_addresses_alone():
    assert (
        typeset("Prix : 28 000 € ! « Oui » d'ici là")
        == "Prix\u00a0: 28\u00a0000\u00a0€\u00a0! «\u00a0Oui\u00a0» d’ici là"
    )
    assert typeset("voir https://e.org/a?b=c:d;e! fin") == "voir https://e.org/a?b=c:d;e! fin"
    assert typeset("à 10:30 ou 16:9") == "à 10:30 ou 16:9"


def test_hidden_characters_are_dropped_and_long_titles_cut_at_words():
    assert clean("a\u202eb\u200bc\x07d\n e") == "abcd e"
    assert clean("mot " * 100, 50).endswith("mot…")
    assert len(clean("x" * 10_000, 160)) == 160


def test_summaries_are_whole_sentences_of_the_text_beyond_the_title():
    title = "Un titre bien choisi"
    text = "Un titre bien choisi. Une première phrase qui en dit davantage. Une seconde, plus longue, qui ajoute des précisions utiles."
    summary = summarise(title, text, "")
    assert summary.startswith("Une première phrase")
    assert all(part in text for part in summary.rstrip("…").split(". "))
    assert (
        summarise(title, "", "Le corps parle à la place du résumé absent.")
        == "Le corps parle à la place du résumé absent."
    )
    assert summarise(title, "Lire la suite de l’article sur le site", "") == ""
