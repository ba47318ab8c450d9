"""Composing: each story once, nothing twice, the pressing first, and the same bytes for the same input."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from sample import (
    CHANGE,
    DEADLINE,
    EDITION,
    EDITORIAL,
    EXPIRING,
    MONTHLY,
    NOW,
    READER,
    TEAM,
    doubtful,
    history,
    material,
    sample,
    story,
)

from watchbot.digest.compose import Composer, compose, issue_id
from watchbot.digest.lead import subject
from watchbot.model import Verdict


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_registrations_that_end_within_the_month_stand_on_top():
    digest = compose(EDITION, material(), now=NOW)
    assert [line.title[:6] for line in digest.deadlines] == ["RS6456", "Assise", "Région"]
    assert digest.deadlines[0].left == "dans 28\u00a0jours"
    assert plain(digest.deadlines[0].note) == "Fin de l’enregistrement au registre"
    assert plain(digest.deadlines[2].moved) == "reportée, avant : 15 janvier 2027"
    sooner = replace(DEADLINE, previous=date(2027, 3, 1))
    (line,) = compose(EDITION, replace(material(), changes=(), deadlines=(sooner,)), now=NOW).deadlines
    assert plain(line.moved) == "avancée, avant : 1er mars 2027"


def test_a_reminder_is_told_once_among_the_deadlines_or_among_the_changes():
    digest = compose(EDITION, material(), now=NOW)
    assert [change.id for change in digest.changes] == [CHANGE.id, EDITORIAL.id]
    assert EXPIRING.id in digest.told
    without = compose(replace(EDITION, sections=("changements",)), material(), now=NOW)
    assert EXPIRING.id in [change.id for change in without.changes]
    alone = compose(EDITION, replace(material(0), changes=(EXPIRING,)), now=NOW)
    assert (alone.news, alone.empty) == (1, False)
    again = compose(EDITION, replace(material(0), changes=(EXPIRING,)), now=NOW, sent=frozenset(alone.told))
    assert again.empty
    assert again.deadlines[0].title.startswith("RS6456"), "what is due stays on the list until it passes"


def test_substantive_changes_come_first_with_what_was_and_what_is():
    first, second = compose(EDITION, material(), now=NOW).changes
    assert (first.substantive, second.substantive) == (True, False)
    assert first.reasons[0] == "seuil 65\u00a0% → 70\u00a0%"
    passage = first.passages[0]
    assert passage.where == "Obtenir le label", "the document's own title is not repeated"
    assert [run.text for run in passage.before if run.changed] == ["65", "85"]
    assert [run.text for run in passage.after if run.changed] == ["70", "90"]


def test_a_change_of_other_topics_is_for_others():
    marked = replace(CHANGE, topics=("biodiversite",))
    mine = replace(CHANGE, id="m", topics=("mesure",))
    digest = compose(EDITION, replace(material(0), changes=(marked, mine)), now=NOW, reader=READER)
    assert [change.id for change in digest.changes] == ["m"]
    by_edition = replace(EDITION, topics=("financements",))
    assert compose(by_edition, replace(material(0), changes=(mine,)), now=NOW).changes == ()


def test_changes_and_deadlines_of_a_source_are_for_those_whom_it_concerns():
    """Alerts and changes went to every reader whatever he had chosen, since no change had a topic or a region."""
    by_source = replace(CHANGE, source_id="fonds", topics=())
    due = replace(DEADLINE, uid="d", item_ids=(), source_ids=("fonds",))
    given = replace(
        material(0),
        changes=(by_source,),
        deadlines=(due,),
        regions={"fonds": "sud"},
        bearing={"fonds": ("financements",)},
    )

    def told(**wishes):
        reader = replace(READER, **{"topics": (), "regions": (), **wishes})
        digest = compose(EDITION, given, now=NOW, reader=reader)
        return len(digest.changes), len(digest.deadlines)

    assert told() == told(topics=("financements",)) == told(regions=("sud", "corse")) == (1, 1)
    assert told(topics=("biodiversite",)) == told(regions=("corse",)) == (0, 0)
    assert told(topics=("financements",), regions=("corse",)) == (0, 0)
    assert compose(replace(EDITION, regions=("corse",)), given, now=NOW).changes == ()
    assert len(compose(EDITION, replace(given, bearing={}, regions={}), now=NOW, reader=READER).changes) == 1


def test_the_same_input_gives_the_same_digest():
    composer = Composer(EDITION, material(9), NOW)
    others = [replace(READER, id=f"r{n}", topics=topics) for n, topics in enumerate([(), ("mesure",), ("x",)])]
    for other in others:
        composer.compose(other)
    assert composer.compose(READER) == compose(EDITION, material(9), now=NOW, reader=READER)
    shuffled = replace(material(9), stories=tuple(reversed(material(9).stories)))
    assert compose(EDITION, shuffled, now=NOW) == compose(EDITION, material(9), now=NOW)


def test_each_story_stands_once_under_its_first_wanted_topic():
    digest = compose(EDITION, material(8), now=NOW)
    ids = [entry.id for entry in digest.entries]
    assert len(ids) == len(set(ids)) == 8
    by_reader = compose(EDITION, material(8), now=NOW, reader=replace(READER, topics=("mesure",)))
    assert [section.id for section in by_reader.sections] == ["mesure"]
    assert "Région Sud" in {entry.publisher for entry in by_reader.entries}


def test_topics_stand_in_the_order_of_the_readers_interests():
    digest = compose(EDITION, material(8), now=NOW, reader=replace(READER, topics=("mesure", "financements", "mesure")))
    assert [section.id for section in digest.sections] == ["mesure", "financements"]
    everyone = compose(EDITION, material(8), now=NOW)
    assert [section.id for section in everyone.sections][:2] == ["reglementation", "financements"]


def test_scores_given_order_stories():
    scores = {story(0).item.id: 0.0, story(1).item.id: 1.0, story(6).item.id: 9.0}
    digest = compose(replace(EDITION, topics=("financements",)), material(8), now=NOW, importance=scores)
    assert [entry.id for entry in digest.entries] == [story(n).item.id for n in (6, 1, 0)]


def test_what_meets_more_of_a_readers_interests_comes_first():
    def told(number, topics, **scores):
        verdict = Verdict(relevant=True, relevance=0.9, topics=topics, scores={"mesure": 0.9, **scores})
        return story(number, verdict=verdict, importance=5.0 - number / 10)

    one, both = told(0, ("mesure",)), told(2, ("mesure", "financements"), financements=0.8)
    given = replace(material(0), stories=(one, both), interest=0.8, sureness=2.0)
    edition = replace(EDITION, topics=("mesure", "financements"))
    reader = replace(READER, topics=("mesure", "financements"), regions=())
    ids = [entry.id for entry in compose(edition, given, now=NOW, reader=reader).entries]
    assert ids == [both.item.id, one.item.id]
    anybody = compose(edition, given, now=NOW).entries
    assert [entry.id for entry in anybody] == [one.item.id, both.item.id]


def test_under_a_second_topic_a_story_counts_as_sure_as_that_topic_is():
    def told(number, **scores):
        verdict = Verdict(relevant=True, relevance=0.9, topics=("mesure", "financements"), scores=scores)
        return story(number, verdict=verdict, importance=5.0 - number / 10)

    doubtful_there, sure_there = told(0, mesure=0.95, financements=0.4), told(2, mesure=0.95, financements=0.9)
    given = replace(material(0), stories=(doubtful_there, sure_there), sureness=2.0)
    edition = replace(EDITION, topics=("financements",))
    entries = compose(edition, given, now=NOW).entries
    assert [entry.id for entry in entries] == [sure_there.item.id, doubtful_there.item.id]


def test_what_was_told_does_not_come_again_by_any_member_of_its_cluster():
    first = compose(EDITION, material(), now=NOW, reader=READER)
    again = compose(EDITION, material(), now=NOW, reader=READER, sent=frozenset(first.told))
    assert again.entries == () == again.changes
    assert again.empty
    assert "bbbbbbbbbbbb" in first.told
    member = story(0)
    late = replace(member, item=replace(member.item, id="cccccccccccc"), members=())
    carried = replace(material(0), stories=(late,), changes=())
    assert compose(EDITION, carried, now=NOW, sent=frozenset(first.told)).empty


def test_regions_keep_what_has_no_region():
    reader = replace(READER, topics=(), regions=("bretagne",))
    digest = compose(EDITION, material(), now=NOW, reader=reader)
    assert digest.entries
    assert all(not entry.region for entry in digest.entries)
    southern = replace(EDITION, regions=("sud",))
    assert all(e.region_id in {"", "sud"} for e in compose(southern, material(8), now=NOW).entries)
    assert all(not e.region_id for e in compose(southern, material(8), now=NOW, reader=reader).entries)


def test_kinds_and_languages_are_kept_to():
    animation = story(0, item=replace(story(0).item, productions=("animation",)))
    held = replace(material(0), stories=(animation, story(4)), changes=())
    reader = replace(READER, topics=(), regions=(), kinds=("documentaire",), languages=("en",))
    assert [e.language for e in compose(EDITION, held, now=NOW, reader=reader).entries] == ["en"]
    assert compose(replace(EDITION, kinds=("flux",)), replace(held, stories=(animation,)), now=NOW).entries == ()


def test_limits_count_what_they_leave_out_and_every_topic_keeps_its_first():
    digest = compose(replace(EDITION, max_per_topic=1), material(9), now=NOW)
    assert all(len(section.entries) == 1 for section in digest.sections)
    assert digest.sections[1].more == 3
    few = compose(replace(EDITION, max_items=6), material(40), now=NOW)
    assert len(few.entries) == 6
    assert [len(section.entries) for section in few.sections] == [1, 2, 1, 1, 1]
    assert few.rest == ()
    fewer = compose(replace(EDITION, max_items=2), material(9), now=NOW)
    assert [section.id for section in fewer.sections] == ["reglementation", "financements"]
    assert [(section.id, section.more) for section in fewer.rest] == [
        ("mesure", 1),
        ("innovations", 2),
        ("international", 1),
    ]
    assert fewer.counts["left_out"] == 7
    cut = compose(replace(EDITION, max_deadlines=1, max_changes=1), material(0), now=NOW)
    assert (len(cut.deadlines), cut.more_deadlines, len(cut.changes), cut.more_changes) == (1, 2, 1, 1)
    assert EDITORIAL.id not in cut.told, "what was left out is not told"


def test_clusters_say_who_else():
    (entry, *_) = compose(EDITION, material(), now=NOW).entries
    assert entry.also == (("Boxoffice Pro", "https://boxofficepro.example/x"),)


def test_every_story_says_why_it_is_there():
    digest = compose(EDITION, material(8), now=NOW, reader=READER)
    whys = {entry.title[:6]: plain(entry.why) for entry in digest.entries}
    assert whys["Région"] == "Parce que vous suivez « Financements », « Mesure et bilan carbone » et la région Sud"
    assert whys["Arrêté"] == "Échéance dans 8 jours", "the heading names the topic"
    generic = compose(EDITION, material(1), now=NOW)
    assert generic.entries[0].why == ""
    assert plain(digest.why) == (
        "Vous recevez ce message parce que vous suivez l’édition « Hebdo coordination » ; vos thèmes sont « Financements » et"
        " « Mesure et bilan carbone » ; votre région est Sud."
    )


def test_doubtful_stories_stand_apart_and_only_where_wanted():
    told = replace(material(0), stories=(doubtful(),))
    (entry,) = compose(TEAM, told, now=NOW).doubtful
    assert plain(entry.why) == "Pertinence estimée à 42 % : à juger"
    assert compose(EDITION, told, now=NOW).doubtful == ()
    assert compose(TEAM, replace(told, changes=()), now=NOW).empty, "doubts alone are no issue"
    many = replace(told, stories=tuple(doubtful(90 + n) for n in range(12)))
    assert compose(TEAM, many, now=NOW).more_doubtful == 4


def test_doubtful_but_relevant_stories_of_other_topics_stay_away():
    verdict = Verdict(relevant=True, relevance=0.6, topics=("innovations",), scores={}, maybe=True)
    other = story(3, verdict=verdict)
    due = replace(DEADLINE, item_ids=(other.item.id,))
    held = replace(material(0), stories=(other,), deadlines=(due,), changes=())
    digest = compose(EDITION, held, now=NOW, reader=READER)
    assert digest.entries == () == digest.deadlines


def test_deadlines_are_those_of_wanted_stories_whether_new_or_not():
    due = replace(DEADLINE, item_ids=(story(3).item.id,))
    former = replace(material(0), background=(story(3),), deadlines=(due,), changes=())
    assert len(compose(EDITION, former, now=NOW).deadlines) == 1
    assert compose(EDITION, former, now=NOW, reader=READER).deadlines == ()
    far = replace(DEADLINE, due=date(2028, 1, 1))
    past = replace(DEADLINE, due=date(2026, 11, 22))
    assert compose(EDITION, replace(material(0), deadlines=(far, past), changes=()), now=NOW).deadlines == ()


def test_deadlines_alone_are_no_issue():
    alone = replace(material(0), changes=())
    assert compose(EDITION, alone, now=NOW).empty
    assert not compose(EDITION, replace(material(0), changes=(CHANGE,)), now=NOW).empty
    assert compose(replace(EDITION, minimum=3), replace(material(1), changes=(CHANGE,)), now=NOW).empty


def test_one_subject_on_one_day_is_one_line():
    said = replace(DEADLINE, uid="o@w", due=date(2026, 12, 21), title="RS6456 : la certification expire")
    alike = replace(DEADLINE, uid="p@w", title="Fonds cinéma, région Sud : dépôt", previous=None)
    digest = compose(EDITION, replace(material(), deadlines=(said, DEADLINE, alike), changes=(EXPIRING,)), now=NOW)
    assert [line.id for line in digest.deadlines] == ["change-beef", "d1@watchbot"]


def test_figures_tell_the_last_period_and_the_way_there():
    first_monday = NOW.replace(day=2)
    told = replace(material(), history=history(now=first_monday))
    found = compose(MONTHLY, told, now=first_monday, reader=READER).figures
    assert (found.span, found.since, found.total) == ("octobre", "mai", 19)
    assert [bar.label for bar in found.topics] == ["Financements", "Mesure et bilan carbone"]
    first = found.topics[0]
    assert (first.count, first.percent, first.difference, first.trend) == (14, 100, "+2", (4, 6, 8, 10, 12, 14))
    assert len(first.spark) == 6
    assert found.topics[1].difference == "−1"
    assert [(bar.label, bar.count) for bar in found.ahead] == [
        ("novembre", 1),
        ("décembre", 1),
        ("janvier\u00a02027", 1),
    ]
    late = sample(MONTHLY).figures
    assert (late.span, late.since) == ("du 1er au 23\u00a0novembre", "juin")
    assert {bar.difference for bar in late.topics} == {""}, "a month under way is not held against a whole one"
    quiet = compose(MONTHLY, replace(material(0), changes=(), history=history()), now=NOW)
    assert not quiet.empty, "the figures of a month are worth an issue"
    assert compose(MONTHLY, replace(material(0), changes=()), now=NOW).figures is None
    weekly = replace(EDITION, figures=True)
    assert compose(weekly, replace(material(1), history=history(weekly)), now=NOW).figures.span == "23\u00a0novembre"


def test_issue_ids_are_french_days_and_daily_editions_are_named_by_theirs():
    late = NOW.replace(hour=23, minute=30)
    assert issue_id(EDITION, NOW) == "hebdo-2026-11-23"
    assert issue_id(EDITION, late) == "hebdo-2026-11-24"
    assert plain(sample(TEAM).period) == "Lundi 23 novembre 2026"
    assert plain(sample().period) == "Veille du 16 au 23 novembre 2026"
    daily = replace(EDITION, period=timedelta(days=1))
    assert plain(compose(daily, material(), now=late).period) == "Mardi 24 novembre 2026"


def test_topics_that_the_classifier_does_not_have_are_ignored():
    digest = compose(replace(EDITION, topics=("inconnu", "mesure")), material(8), now=NOW)
    assert [section.id for section in digest.sections] == ["mesure"]


def test_the_lead_says_how_much_and_what_presses():
    digest = sample()
    assert plain(digest.reading) == "3 échéances, 2 changements et 4 nouvelles · 1 minute de lecture"
    assert plain(digest.preheader).endswith("À noter : RS6456 – Déployer une démarche écoresponsable, dans 28 jours.")
    assert plain(subject(digest)) == "Hebdo coordination : RS6456 – Déployer une démarche écoresponsable, dans 28 jours"
    calm = compose(EDITION, replace(material(2), deadlines=(), changes=()), now=NOW)
    assert plain(subject(calm)) == "Hebdo coordination : 2 nouvelles"
    assert "À la une : Prime RSE+" in plain(calm.preheader)
    one = compose(replace(EDITION, name="Alerte"), replace(material(0), deadlines=(), changes=(CHANGE,)), now=NOW)
    assert plain(subject(one)) == "Alerte : Label Ecoprod : le référentiel"
    assert "À noter : Label Ecoprod" in plain(one.preheader)
    nothing = compose(EDITION, replace(material(0), deadlines=(), changes=()), now=NOW)
    assert plain(subject(nothing)) == "Hebdo coordination : Rien de nouveau"
