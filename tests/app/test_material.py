"""What an issue can tell, gathered from a real store: windows without gaps, clusters, figures, explanations."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from watchbot.app.archiving import past_issues
from watchbot.app.digesting import preview, send
from watchbot.app.material import prepare
from watchbot.app.people import add_subscriber, export_person
from watchbot.app.scaffold import init_watch
from watchbot.config import load_watch
from watchbot.digest.model import Links
from watchbot.digest.render import render_text
from watchbot.model import FoundItem, Kind, Source, Verdict
from watchbot.store import Store

SOURCE = Source(id="ecoprod-actualites", name="Ecoprod", publisher="Ecoprod", kind=Kind.FEED, url="https://e.org/f")
FRIDAY = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


@pytest.fixture
def watch(tmp_path):
    init_watch(tmp_path / "w")
    return load_watch(tmp_path / "w", {})


def add(store, title: str, at: datetime, *topics: str, source: Source = SOURCE):
    url = f"https://e.org/{title.replace(' ', '-')}"
    found = FoundItem(guid=url, url=url, title=title, summary=f"{title}, avant le 15 janvier 2027.", published=at)
    store.items.save(source, [found], at)
    (item,) = [one for one in store.items.select(limit=None) if one.title == title]
    scores = dict.fromkeys(topics or ("mesure",), 0.93)
    verdict = Verdict(relevant=True, relevance=0.97, topics=tuple(scores), scores=scores)
    store.tags.record([(item.id, "h", verdict)], "head", at)
    return item


def test_a_daily_edition_that_rests_at_weekends_leaves_no_gap(watch):
    edition = watch.edition("referentiels")
    reader = ("email", "equipe@example.org")
    with Store(watch.database) as store:
        add(store, "Le bilan carbone de vendredi", FRIDAY - timedelta(hours=2))
        add_subscriber(
            watch, store, *reader, editions=("referentiels",), topics=(), regions=(), confirmed=True, at=FRIDAY
        )
        assert send(watch, store, edition, clock=lambda: FRIDAY).queued == 1
        late = add(store, "Le bilan carbone de samedi", FRIDAY + timedelta(hours=30))
        material = prepare(watch, store, edition, MONDAY, explain=False)
        assert [story.item.id for story in material.stories] == [late.id]
        assert send(watch, store, edition, clock=lambda: MONDAY).queued == 1
        told = store.issues.told(store.subscribers.find(*reader).id)
        assert late.id in told
        assert len(told) == 2


def test_an_issue_after_a_long_silence_looks_back_a_week_more_than_its_period(watch):
    edition = watch.edition("hebdo")
    with Store(watch.database) as store:
        store.issues.open("hebdo", "hebdo-2026-06-01", datetime(2026, 6, 1, tzinfo=UTC))
        for days in (5, 12, 20):
            add(store, f"Il y a {days} jours", MONDAY - timedelta(days=days))
        found = {story.item.title for story in prepare(watch, store, edition, MONDAY).stories}
    assert found == {"Il y a 5 jours", "Il y a 12 jours"}


def test_what_was_too_little_for_an_issue_waits_until_it_is_enough(watch):
    edition = replace(watch.edition("hebdo"), minimum=2)
    narrow, wide = ("email", "etroit@example.org"), ("email", "large@example.org")
    with Store(watch.database) as store:
        for reader, topics in ((narrow, ("biodiversite",)), (wide, ())):
            add_subscriber(watch, store, *reader, editions=("hebdo",), topics=topics, confirmed=True, at=MONDAY)
        old = add(store, "Le bilan carbone d’avant", MONDAY - timedelta(days=9))
        kept = [old]

        def sent(weeks: int, **titles: tuple[str, ...]):
            at = MONDAY + timedelta(weeks=weeks)
            kept.extend(add(store, title, at - timedelta(days=2), *topics) for title, topics in titles.items())
            return send(watch, store, edition, clock=lambda: at)

        assert sent(0, Un=("biodiversite",), Deux=("mesure",)).queued == 1, "to the one who wants all"
        assert send(watch, store, edition, clock=lambda: MONDAY).queued == 0, "the same issue again tells nothing more"
        report = sent(1, Trois=("biodiversite",))
        assert (report.queued, report.empty) == (1, 1)
        (letter,) = _mails(store, store.subscribers.find(*narrow))
        assert {"Un", "Trois"} <= set(letter["text"].split())
        assert "Veille du 16 au 30 novembre 2026" in letter["text"].replace("\u00a0", " "), (
            "from when on nothing was told"
        )
        assert "Deux" not in letter["text"]
        told = store.issues.told(store.subscribers.find(*narrow).id)
        assert {one.title for one in kept if one.id in told} == {"Un", "Trois"}
        assert store.issues.held("hebdo").keys() == {store.subscribers.find(*wide).id}, "who has one waiting now"
        assert sent(2).queued == 0, "nothing comes twice"
        assert sent(3, Quatre=("mesure",)).queued == 1
        assert "Trois" in _mails(store, store.subscribers.find(*wide))[-1]["text"]
        assert store.issues.held("hebdo") == {}


def test_what_is_too_little_waits_eight_weeks_and_is_forgotten_with_its_reader(watch):
    edition = replace(watch.edition("hebdo"), minimum=2)
    with Store(watch.database) as store:
        reader = add_subscriber(
            watch,
            store,
            "email",
            "a@example.org",
            editions=("hebdo",),
            topics=("biodiversite",),
            confirmed=True,
            at=MONDAY,
        )
        add(store, "Ancienne", MONDAY - timedelta(days=2), "biodiversite")
        for week in range(9):
            assert send(watch, store, edition, clock=lambda week=week: MONDAY + timedelta(weeks=week)).queued == 0
        add(store, "Nouvelle", MONDAY + timedelta(weeks=9, days=-2), "biodiversite")
        assert send(watch, store, edition, clock=lambda: MONDAY + timedelta(weeks=9)).queued == 0
        assert store.issues.held("hebdo").keys() == {reader.id}
        assert list(store.issues.held_for(reader.id)) == ["hebdo"]
        assert list(export_person(store, "email", "a@example.org")["held"]) == ["hebdo"]
        store.issues.forget(reader.id)
        assert store.issues.held("hebdo") == {}


def _mails(store, reader):
    return [store.outbox.payload(one.key) for one in store.outbox.of(reader.id)]


def test_monthly_figures_are_those_of_complete_months(watch):
    with Store(watch.database) as store:
        for month, count in ((8, 4), (9, 1), (10, 3), (11, 2)):
            for number in range(count):
                add(
                    store, f"Nouvelle {month} {number}", datetime(2026, month, 5, 12, tzinfo=UTC), "mesure", "numerique"
                )
        figures = preview(watch, store, watch.edition("mensuel"), MONDAY.replace(day=2)).figures
        running = preview(watch, store, watch.edition("mensuel"), MONDAY).figures
    assert (figures.span, figures.total) == ("octobre", 3)
    assert [(bar.count, bar.before, bar.trend[-2:]) for bar in figures.topics] == [(3, 1, (1, 3))] * 2
    assert [bar.count for bar in figures.periods] == [1, 3], "the watch saw all of neither August nor the months before"
    assert figures.since == "septembre"
    assert (running.span, running.total) == ("du 1er au 23\u00a0novembre", 2)


def test_the_first_month_of_a_watch_is_held_against_nothing(watch):
    with Store(watch.database) as store:
        add(store, "De novembre", datetime(2026, 11, 6, 12, tzinfo=UTC))
        early = preview(watch, store, watch.edition("mensuel"), datetime(2026, 11, 5, tzinfo=UTC))
        digest = preview(watch, store, watch.edition("mensuel"), datetime(2026, 12, 7, 8, tzinfo=UTC))
    assert early.figures is None, "before there was anything to count"
    assert (digest.figures.span, digest.figures.since, digest.figures.total) == ("novembre", "", 1)
    assert [(bar.before, bar.difference, bar.spark) for bar in digest.figures.topics] == [(None, "", "")]
    assert [bar.label for bar in digest.figures.periods] == ["novembre"]
    period = digest.period.replace("\u00a0", " ")
    assert period == "Chiffres de novembre, veille du 6 novembre au 7 décembre 2026"
    text = render_text(digest, watch.templates, Links(), "hebdo")
    assert "Nouvelles par thème, novembre\u00a0:" in text
    assert "depuis" not in text.split("nouvelles retenues")[0]


def test_tags_are_explained_where_the_edition_asks_for_it(watch):
    with Store(watch.database) as store:
        add(store, "Un calculateur de bilan carbone pour les tournages", MONDAY - timedelta(hours=3), "mesure")
        team = preview(watch, store, watch.edition("referentiels"), MONDAY)
        unexplained = preview(watch, store, watch.edition("referentiels"), MONDAY, explain=False)
        weekly = preview(watch, store, watch.edition("hebdo"), MONDAY)
    assert team.entries[0].explanation.startswith("Classé «\u00a0Mesure")
    assert "93\u00a0%" in team.entries[0].explanation
    assert re.search("; proche de «\u00a0.+\u00a0» et «\u00a0.+\u00a0»$", team.entries[0].explanation)
    assert unexplained.entries[0].explanation == "" == weekly.entries[0].explanation
    assert team.entries[0].chips == ("Avant le 15\u00a0janvier 2027",)


def test_without_a_classifier_the_digest_goes_out_unexplained(watch):
    for path in watch.classifier_folder.glob("*.npz"):
        path.unlink()
    for path in watch.classifier_folder.glob("*head*"):
        path.unlink()
    with Store(watch.database) as store:
        add(store, "Le bilan carbone", MONDAY - timedelta(hours=3))
        digest = preview(watch, store, watch.edition("referentiels"), MONDAY)
    assert digest.entries[0].explanation == ""


def test_stories_of_one_cluster_stand_once_and_are_all_told(watch):
    with Store(watch.database) as store:
        first = add(store, "La prime RSE", MONDAY - timedelta(hours=9))
        second = add(store, "La prime RSE et le CNC", MONDAY - timedelta(hours=3))
        store.items.set_clusters([(second.id, first.id)])
        (story,) = prepare(watch, store, watch.edition("hebdo"), MONDAY).stories
        digest = preview(watch, store, watch.edition("hebdo"), MONDAY)
    assert story.members == (second.id,)
    assert {first.id, second.id} <= set(digest.told)


def test_what_an_issue_left_out_to_be_short_stands_in_the_archive(watch):
    edition = watch.edition("hebdo")
    with Store(watch.database) as store:
        for number in range(9):
            add(store, f"Nouvelle {number}", MONDAY - timedelta(hours=2 + number))
        store.issues.open("hebdo", "hebdo-2026-11-23", MONDAY)
        mailed = preview(watch, store, edition, MONDAY)
        (kept,) = past_issues(watch, store)
    assert len(mailed.entries) == edition.max_per_topic < 9
    assert len(kept.entries) == 9


def test_past_issues_become_pages_that_do_not_change_again(watch, tmp_path):
    from watchbot.app.archiving import write_web_archive

    with Store(watch.database) as store:
        add(store, "Le bilan carbone de vendredi", FRIDAY)
        for edition, at in (("hebdo", MONDAY), ("hebdo", MONDAY - timedelta(days=7)), ("disparue", MONDAY)):
            store.issues.open(edition, f"{edition}-{at.date()}", at)
        written = write_web_archive(watch, store, tmp_path / "archive", "https://v.example/archive")
        names = {path.relative_to(tmp_path / "archive").as_posix() for path in written}
        assert write_web_archive(watch, store, tmp_path / "archive", "https://v.example/archive") == []
    assert {"index.html", "numeros/hebdo-2026-11-23.html", "themes/mesure.html", "flux/editions/hebdo.atom"} <= names
    assert not {name for name in names if "disparue" in name or "11-16" in name}


def test_who_makes_the_rule_comes_before_the_press_and_a_story_has_its_highest_source(watch):
    edition = watch.edition("hebdo")
    press, rule = (replace(SOURCE, id=one) for one in ("mediakwest", "cnc-actualites"))
    assert {source.id: source.authority for source in watch.sources if source.id in (press.id, rule.id)} == {
        "mediakwest": "press",
        "cnc-actualites": "rule",
    }
    with Store(watch.database) as store:
        by_press = add(store, "Le bilan carbone vu par la presse", MONDAY - timedelta(hours=5), source=press)
        by_rule = add(store, "Le bilan carbone vu par le Centre", MONDAY - timedelta(hours=5), source=rule)
        importance = {
            story.item.id: story.importance for story in prepare(watch, store, edition, MONDAY, explain=False).stories
        }
        assert importance[by_rule.id] - importance[by_press.id] == pytest.approx(0.8 * (1.0 - 0.3))
        store.items.set_clusters({by_press.id: by_press.cluster, by_rule.id: by_press.cluster}.items())
        (story,) = prepare(watch, store, edition, MONDAY, explain=False).stories
        assert (story.item.id, story.importance) == (by_press.id, pytest.approx(importance[by_rule.id]))
