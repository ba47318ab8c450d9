"""Following searches, references and deadlines: matches once, at once or in the digest; reminders that follow moved dates."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from watchbot.app.digesting import send
from watchbot.app.follow_alerts import EDITION, alert_follows, due_alerts
from watchbot.app.follow_matches import is_about, reminder_on
from watchbot.app.follows import MAX_FOLLOWS, change_follow, described, due_of, follow, follows_of, unfollow
from watchbot.app.people import add_subscriber, erase_person, export_person
from watchbot.app.searching import read_query
from watchbot.digest.french import NBSP
from watchbot.errors import UsageError
from watchbot.model import (
    Change,
    Deadline,
    FollowedKind,
    FollowPace,
    FoundItem,
    Item,
    Kind,
    Record,
    Significance,
    Source,
    Verdict,
)
from watchbot.store import Store

SOURCE = Source(id="ecoprod-actualites", name="Ecoprod", publisher="Ecoprod", kind=Kind.FEED, url="https://e.org/f")
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SEARCH, REFERENCE, DEADLINE = FollowedKind.SEARCH, FollowedKind.REFERENCE, FollowedKind.DEADLINE
DUE = Deadline(
    uid="d1@watchbot",
    due=date(2027, 1, 15),
    title="Région Sud : dépôt des dossiers",
    role="depot",
    quote="avant le 15 janvier 2027",
    confidence=0.9,
    source_ids=("ecoprod-actualites",),
    url="https://e.org/sud",
)


@pytest.fixture
def store(watch, tmp_path):
    with Store(tmp_path / "w.db") as store:
        yield store


@pytest.fixture
def reader(watch, store):
    return person(watch, store, "camille@example.org", "hebdo")


def person(watch, store, address, *editions, channel="email"):
    return add_subscriber(watch, store, channel, address, editions=editions, confirmed=True, at=NOW - DAY)


def news(store, title, at, *, topics=("mesure",), relevant=True, published=None, cluster=None):
    url = f"https://e.org/{title.replace(' ', '-')}"
    found = FoundItem(guid=url, url=url, title=title, summary=f"{title}, en bref.", published=published or at)
    saved = store.items.save(SOURCE, [found], at)
    scores = dict.fromkeys(topics, 0.9)
    store.tags.record(
        [(saved.new[0], "h", Verdict(relevant=relevant, relevance=0.9, topics=topics, scores=scores))], "head", at
    )
    if cluster:
        store.items.set_clusters([(saved.new[0], cluster)])
    return saved.new[0]


def change(number, at, *, key="RS6456", event="block-modified", significance=Significance.SUBSTANTIVE, due=None):
    return Change(
        id=f"c{number}",
        source_id="registre-rs",
        key=key,
        title=f"{key} – Déployer une démarche écoresponsable",
        url="https://fc.example/rs/6456",
        event=event,
        detected_at=at,
        significance=significance,
        reasons=("bloc modifié",),
        due=due,
    )


def messages(store, reader, edition=EDITION):
    """What was queued for a reader, oldest first, with ordinary spaces."""
    rows = store.rows(
        "SELECT key FROM outbox WHERE subscriber_id = ? AND edition = ? ORDER BY created_at, key", (reader.id, edition)
    )
    payloads = [store.outbox.payload(row[0]) for row in rows]
    return [
        {
            name: plain(value) if isinstance(value, str) else [plain(one) for one in value]
            for name, value in each.items()
        }
        for each in payloads
    ]


def plain(text):
    return text.replace(NBSP, " ")


# ------------------------------------------------------------------------------------------ adding, changing, removing


def test_the_same_thing_followed_again_is_one_follow_with_the_new_wishes(watch, store, reader):
    first = follow(watch, store, reader.id, SEARCH, "Bilan carbone", at=NOW)
    again = follow(watch, store, reader.id, SEARCH, "  bilan  CARBONE ?", at=NOW + DAY, pace=FollowPace.DIGEST)
    assert again.id == first.id
    assert again.created_at == NOW
    assert follows_of(store, reader.id) == [again]
    assert follow(watch, store, reader.id, SEARCH, "bilan carbone", at=NOW, without=["t-x"]).id != first.id
    numbers = [
        follow(watch, store, reader.id, REFERENCE, name, at=NOW).target for name in ("RS6456", "rs 6456", "RS-6456")
    ]
    assert numbers == ["RS6456"] * 3
    assert len(follows_of(store, reader.id)) == 3


def test_a_reader_touches_only_what_is_his(watch, store, reader):
    other = person(watch, store, "other@example.org", "hebdo")
    mine = follow(watch, store, reader.id, SEARCH, "bilan carbone", at=NOW)
    with pytest.raises(UsageError, match="rien de tel"):
        change_follow(store, other.id, mine.id, pace=FollowPace.DIGEST)
    assert not unfollow(store, other.id, mine.id)
    assert change_follow(store, reader.id, mine.id, pace=FollowPace.DIGEST, days=[1, 60, 1]).days == (60, 1)
    assert unfollow(store, reader.id, mine.id)
    assert not unfollow(store, reader.id, mine.id)


@pytest.mark.parametrize(
    ("kind", "target", "days", "said"),
    [
        (SEARCH, "", None, "caractères"),
        (SEARCH, " ?!", None, "caractères"),
        (SEARCH, "x" * 301, None, "caractères"),
        (REFERENCE, "n’importe quoi", None, "aucune référence"),
        (REFERENCE, "", None, "aucune référence"),
        (DEADLINE, "d9@watchbot", None, "calendrier"),
        (SEARCH, "bilan", [400], "rappels"),
        (SEARCH, "bilan", [-1], "rappels"),
        (SEARCH, "bilan", range(9), "rappels"),
    ],
)
def test_what_cannot_be_followed_is_said_in_french(watch, store, reader, kind, target, days, said):
    with pytest.raises(UsageError, match=said):
        follow(watch, store, reader.id, kind, target, at=NOW, days=days)
    assert follows_of(store, reader.id) == []


def test_nobody_follows_without_being_subscribed_nor_too_much(watch, store, reader):
    with pytest.raises(UsageError, match="inscrit"):
        follow(watch, store, "nobody", SEARCH, "bilan", at=NOW)
    for number in range(MAX_FOLLOWS):
        follow(watch, store, reader.id, SEARCH, f"bilan {number}", at=NOW)
    with pytest.raises(UsageError, match="maximum"):
        follow(watch, store, reader.id, SEARCH, "un de trop", at=NOW)
    follow(watch, store, reader.id, SEARCH, "bilan 3", at=NOW, pace=FollowPace.DIGEST)


def test_a_follow_is_described_in_french(watch, store, reader):
    store.deadlines.save([DUE])
    one = follow(watch, store, reader.id, DEADLINE, DUE.uid, at=NOW)
    text = described(one, due_of(store, one), date(2026, 11, 23))
    assert f"dépôt des dossiers{NBSP}: 15{NBSP}janvier" in text
    assert plain(text) == (
        "Région Sud : dépôt des dossiers : 15 janvier 2027, dans 53 jours · dès qu’il y a du nouveau ·"
        " rappels 30, 7 et 1 jours avant"
    )
    quiet = change_follow(store, reader.id, one.id, days=(), pace=FollowPace.DIGEST)
    assert plain(described(quiet, None, date(2026, 11, 23))).endswith(
        "dans le prochain numéro que vous recevez · sans rappel"
    )
    assert "rappel 1 jour avant" in plain(described(replace(one, days=(1,)), None, date(2026, 11, 23)))


def test_a_tracked_source_is_followed_by_its_id(watch, store, reader):
    source = next(one for one in watch.sources if one.tracked)
    one = follow(watch, store, reader.id, REFERENCE, source.id, at=NOW)
    store.changes.add([replace(change(1, NOW + HOUR, key="https://x.example/doc"), source_id=source.id)])
    assert alert_follows(watch, store, NOW + 2 * HOUR) == 1
    assert [what for what, _, _ in store.follows.matches(one.id)] == ["change:c1"]


# ------------------------------------------------------------------------------------------ searches


def test_a_search_tells_what_comes_after_it_was_followed_once_for_ever(watch, store, reader):
    news(store, "Un bilan carbone ancien", NOW - HOUR)
    follow(watch, store, reader.id, SEARCH, "bilan carbone", at=NOW)
    assert alert_follows(watch, store, NOW + HOUR) == 0
    fresh = news(store, "Le bilan carbone devient obligatoire", NOW + HOUR)
    news(store, "Une ressourcerie de costumes ouvre", NOW + HOUR)
    news(store, "Bilan carbone des exploitations agricoles", NOW + HOUR, relevant=False)
    assert [len(alert.now) for alert in due_alerts(watch, store, NOW + 2 * HOUR)] == [1]
    assert alert_follows(watch, store, NOW + 2 * HOUR) == 1
    assert alert_follows(watch, store, NOW + 3 * HOUR) == 0
    (payload,) = messages(store, reader)
    assert "Le bilan carbone devient obligatoire" in payload["text"]
    assert "ancien" not in payload["text"]
    assert "costumes" not in payload["text"]
    assert "agricoles" not in payload["text"]
    assert fresh in store.issues.told(reader.id)


def test_better_answers_of_the_past_do_not_hide_what_is_new(watch, store, reader, monkeypatch):
    monkeypatch.setattr("watchbot.app.follow_matches.ANSWERS", 3)
    for number in range(6):
        news(store, f"Bilan carbone, bilan carbone {number}", NOW - timedelta(days=200))
    follow(watch, store, reader.id, SEARCH, "bilan carbone", at=NOW)
    news(store, "Les studios publient leur premier bilan, gaz à effet de serre et carbone compris", NOW + HOUR)
    assert alert_follows(watch, store, NOW + 2 * HOUR) == 1


def test_the_archive_of_a_new_source_and_a_story_seen_again_are_no_news(watch, store, reader):
    follow(watch, store, reader.id, SEARCH, "bilan carbone", at=NOW)
    news(store, "Un bilan carbone de l’an dernier", NOW + HOUR, published=NOW - timedelta(days=200))
    assert alert_follows(watch, store, NOW + HOUR) == 0
    head = news(store, "Le bilan carbone devient obligatoire", NOW + HOUR)
    assert alert_follows(watch, store, NOW + 2 * HOUR) == 1
    news(store, "Bilan carbone obligatoire, dit la presse", NOW + 3 * HOUR, cluster=head)
    assert alert_follows(watch, store, NOW + 4 * HOUR) == 0


def test_what_a_digest_told_is_not_told_again_nor_the_other_way_round(watch, store, reader):
    follow(watch, store, reader.id, SEARCH, "bilan carbone", at=NOW)
    known = news(store, "Le bilan carbone des studios", NOW + HOUR)
    store.issues.tell(reader.id, "hebdo-x", [known])
    assert alert_follows(watch, store, NOW + 2 * HOUR) == 0
    news(store, "Le bilan carbone des plateaux", NOW + 2 * HOUR)
    assert alert_follows(watch, store, NOW + 3 * HOUR) == 1
    report = send(watch, store, watch.edition("hebdo"), clock=lambda: NOW + DAY)
    assert (report.queued, report.empty) == (0, 1)


def test_one_message_tells_a_story_that_two_follows_found_once(watch, store, reader):
    for text in ("bilan carbone", "bilan des studios"):
        follow(watch, store, reader.id, SEARCH, text, at=NOW)
    news(store, "Le bilan carbone des studios", NOW + HOUR)
    assert alert_follows(watch, store, NOW + 2 * HOUR) == 1
    (payload,) = messages(store, reader)
    assert payload["text"].count("* Le bilan carbone des studios") == 1
    assert alert_follows(watch, store, NOW + 3 * HOUR) == 0


def test_paused_readers_wait_and_are_not_flooded_afterwards(watch, store, reader):
    follow(watch, store, reader.id, SEARCH, "bilan carbone", at=NOW)
    store.subscribers.set_state(reader.id, "paused")
    news(store, "Le bilan carbone de novembre", NOW + HOUR)
    assert alert_follows(watch, store, NOW + 2 * HOUR) == 0
    store.subscribers.set_state(reader.id, "active")
    assert alert_follows(watch, store, NOW + timedelta(days=60)) == 0


@pytest.mark.parametrize(
    ("question", "title", "about"),
    [
        ("groupe électrogène à hydrogène", "Des groupes électrogènes à l’hydrogène à Marseille", True),
        ("groupe électrogène à hydrogène", "Un groupe de travail sur le hors-champ", False),
        ("hydrogene", "Hydrogène : premiers tournages", True),
        ("electrognène", "Un groupe électrogène", True),
        ('"sobriété numérique"', "La sobriété numérique des studios", True),
        ('"sobriété numérique"', "Sobriété et numérique", False),
        ("aides pour un documentaire", "Le fonds de soutien ouvre", True),
    ],
)
def test_an_alert_is_about_what_is_asked(watch, question, title, about):
    item = Item(id="a", url="https://e.org", title=title, first_seen=NOW, last_seen=NOW)
    assert is_about(item, read_query(watch, question, NOW)) is about


# ------------------------------------------------------------------------------------------ references


def record(expires):
    return Record(
        number="RS6456", title="Déployer une démarche écoresponsable", expires=expires, url="https://fc.example/6456"
    )


def test_a_reference_tells_its_changes_and_the_news_that_name_it(watch, store, reader):
    store.records.save("registre-rs", [record(date(2026, 12, 21))], NOW)
    one = follow(watch, store, reader.id, REFERENCE, "rs6456", at=NOW)
    assert one.label == "RS6456 – Déployer une démarche écoresponsable"
    store.changes.add([change(1, NOW - HOUR), change(2, NOW + HOUR), change(3, NOW + HOUR, key="RS9999")])
    store.changes.add([change(4, NOW + HOUR, event="expiring", due=date(2026, 12, 21))])
    news(store, "La certification RS6456 sera renouvelée", NOW + HOUR)
    assert alert_follows(watch, store, NOW + 2 * HOUR) == 1
    assert {what.partition(":")[0] for what, _, _ in store.follows.matches(one.id)} == {"change", "item"}
    (payload,) = messages(store, reader)
    assert "bloc modifié" in payload["text"]
    assert "sera renouvelée" in payload["text"]
    assert payload["text"].count("bloc modifié") == 1
    assert alert_follows(watch, store, NOW + 3 * HOUR) == 0


def test_the_end_of_a_registration_is_reminded_and_follows_its_renewal(watch, store, reader):
    store.records.save("registre-rs", [record(date(2026, 12, 21))], NOW)
    follow(watch, store, reader.id, REFERENCE, "RS6456", at=NOW)
    assert alert_follows(watch, store, datetime(2026, 12, 14, 8, tzinfo=UTC)) == 1
    (payload,) = messages(store, reader)
    assert "21 DÉCEMBRE 2026, DANS 7 JOURS" in payload["text"]
    assert "fin de l’enregistrement" in payload["text"]
    store.records.save("registre-rs", [record(date(2029, 12, 21))], NOW)
    for day in (15, 20, 21):
        assert alert_follows(watch, store, datetime(2026, 12, day, 8, tzinfo=UTC)) == 0
    assert alert_follows(watch, store, datetime(2029, 12, 20, 8, tzinfo=UTC)) == 1


# ------------------------------------------------------------------------------------------ deadlines


def test_reminders_come_on_their_days_once_and_never_after(watch, store, reader):
    store.deadlines.save([DUE])
    follow(watch, store, reader.id, DEADLINE, DUE.uid, at=NOW)
    sent = []
    moment = NOW
    while moment.date() < date(2027, 1, 25):
        moment += timedelta(hours=6)
        sent += [moment.date()] * alert_follows(watch, store, moment)
    assert sent == [date(2026, 12, 16), date(2027, 1, 8), date(2027, 1, 14)]
    assert "dans 7 jours" in messages(store, reader)[1]["subject"]


def test_reminders_wait_for_the_morning(watch, store, reader):
    store.deadlines.save([DUE])
    follow(watch, store, reader.id, DEADLINE, DUE.uid, at=NOW)
    assert alert_follows(watch, store, datetime(2027, 1, 2, 8, tzinfo=UTC)) == 1  # the one of 30 days, late
    assert alert_follows(watch, store, datetime(2027, 1, 7, 23, 30, tzinfo=UTC)) == 0  # past midnight in France
    assert alert_follows(watch, store, datetime(2027, 1, 8, 5, 30, tzinfo=UTC)) == 0  # 6:30 in France
    assert alert_follows(watch, store, datetime(2027, 1, 8, 6, 30, tzinfo=UTC)) == 1


def test_a_moved_deadline_is_told_and_its_reminders_follow(watch, store, reader):
    store.deadlines.save([DUE])
    follow(watch, store, reader.id, DEADLINE, DUE.uid, at=NOW)
    assert alert_follows(watch, store, datetime(2026, 12, 16, 8, tzinfo=UTC)) == 1
    store.deadlines.save([replace(DUE, due=date(2027, 2, 26), previous=DUE.due, sequence=1)])
    assert alert_follows(watch, store, datetime(2026, 12, 17, 8, tzinfo=UTC)) == 1
    told = messages(store, reader)[1]["text"]
    assert "26 FÉVRIER 2027" in told
    assert "reportée, avant : 15 janvier 2027" in told
    for day in (date(2027, 1, 8), date(2027, 1, 14)):
        assert alert_follows(watch, store, datetime(day.year, day.month, day.day, 8, tzinfo=UTC)) == 0
    assert alert_follows(watch, store, datetime(2027, 1, 27, 8, tzinfo=UTC)) == 1
    assert "reportée, avant" in messages(store, reader)[2]["text"]
    assert alert_follows(watch, store, datetime(2027, 2, 25, 8, tzinfo=UTC)) == 1


def test_a_deadline_moved_into_the_past_is_silent_and_forgotten_in_time(watch, store, reader):
    store.deadlines.save([DUE])
    follow(watch, store, reader.id, DEADLINE, DUE.uid, at=NOW)
    store.deadlines.save([replace(DUE, due=date(2026, 11, 1), previous=DUE.due)])
    assert alert_follows(watch, store, NOW + DAY) == 0
    assert len(follows_of(store, reader.id)) == 1
    assert alert_follows(watch, store, NOW + 30 * DAY) == 0
    assert follows_of(store, reader.id) == []


def test_an_entry_that_left_the_calendar_reminds_of_nothing(watch, store, reader):
    store.deadlines.save([DUE])
    follow(watch, store, reader.id, DEADLINE, DUE.uid, at=NOW)
    store.deadlines.remove_unsaid()
    assert alert_follows(watch, store, datetime(2027, 1, 14, 8, tzinfo=UTC)) == 0


@pytest.mark.parametrize(
    ("today", "known", "reminder"),
    [
        (date(2026, 12, 1), date(2026, 11, 1), None),
        (date(2026, 12, 16), date(2026, 11, 1), 30),
        (date(2027, 1, 3), date(2026, 11, 1), 30),
        (date(2027, 1, 12), date(2026, 11, 1), 7),
        (date(2027, 1, 15), date(2026, 11, 1), 1),
        (date(2027, 1, 16), date(2026, 11, 1), None),
        (date(2027, 1, 3), date(2026, 12, 20), None),
        (date(2027, 1, 8), date(2027, 1, 8), None),
    ],
)
def test_the_tightest_reminder_whose_day_has_come(today, known, reminder):
    assert reminder_on(DUE.due, (30, 7, 1), today, known) == reminder


# ------------------------------------------------------------------------------------------ in the digest


def test_pace_digest_stands_in_a_section_of_the_next_issue_and_nowhere_else(watch, store, reader):
    one = follow(watch, store, reader.id, SEARCH, "bilan carbone", at=NOW, pace=FollowPace.DIGEST)
    news(store, "Le bilan carbone devient obligatoire", NOW + HOUR)
    news(store, "Une ressourcerie de costumes ouvre", NOW + HOUR, topics=("innovations",))
    assert alert_follows(watch, store, NOW + 2 * HOUR) == 0
    assert store.follows.waiting(one.id)
    assert send(watch, store, watch.edition("hebdo"), clock=lambda: NOW + DAY, dry_run=True).queued == 1
    assert store.follows.waiting(one.id)
    assert send(watch, store, watch.edition("hebdo"), clock=lambda: NOW + DAY).queued == 1
    assert store.follows.waiting(one.id) == []
    (payload,) = messages(store, reader, "hebdo")
    text = payload["text"]
    assert text.index("Vos suivis") < text.index("Le bilan carbone devient") < text.index("Une ressourcerie")
    assert text.count("Le bilan carbone devient") == 1
    assert "1 nouveauté suivie" in text
    assert messages(store, reader) == []
    assert send(watch, store, watch.edition("hebdo"), clock=lambda: NOW + 2 * DAY).queued == 0


def test_a_reminder_does_not_wait_for_the_digest_and_tells_the_move_with_it(watch, store, reader):
    store.deadlines.save([DUE])
    one = follow(watch, store, reader.id, DEADLINE, DUE.uid, at=NOW, pace=FollowPace.DIGEST)
    store.deadlines.save([replace(DUE, due=date(2026, 12, 4), previous=DUE.due)])
    assert alert_follows(watch, store, NOW + HOUR) == 0  # eleven days left, the move waits
    assert store.follows.waiting(one.id) == ["moved:2026-12-04"]
    assert alert_follows(watch, store, datetime(2026, 11, 27, 8, tzinfo=UTC)) == 1
    assert "avancée, avant : 15 janvier 2027" in messages(store, reader)[0]["text"]
    assert store.follows.waiting(one.id) == []


def test_a_reader_without_a_digest_gets_one_message_a_day(watch, store):
    chat = person(watch, store, "4711", channel="telegram")
    follow(watch, store, chat.id, SEARCH, "bilan carbone", at=NOW, pace=FollowPace.DIGEST)
    for number in range(3):
        news(store, f"Bilan carbone numéro {number}", NOW + HOUR)
    assert alert_follows(watch, store, NOW + 2 * HOUR) == 1
    news(store, "Bilan carbone du soir", NOW + 3 * HOUR)
    assert alert_follows(watch, store, NOW + 4 * HOUR) == 0
    assert alert_follows(watch, store, NOW + DAY) == 1
    first, second = messages(store, chat)
    assert "numéro 2" in first["messages"][0]
    assert "du soir" in second["messages"][0]
    assert first["messages"][0].count("<u>") == 1


# ------------------------------------------------------------------------------------------ whole or not at all


def test_a_match_is_recorded_only_with_its_message(watch, store, reader, monkeypatch):
    one = follow(watch, store, reader.id, SEARCH, "bilan carbone", at=NOW)
    news(store, "Le bilan carbone devient obligatoire", NOW + HOUR)

    def full(*_):
        message = "no space left on device"
        raise OSError(message)

    with monkeypatch.context() as patch, pytest.raises(OSError, match="no space"):
        patch.setattr(store.outbox, "enqueue", full)
        alert_follows(watch, store, NOW + HOUR)
    assert store.follows.matches(one.id) == []
    assert store.issues.told(reader.id) == frozenset()
    assert alert_follows(watch, store, NOW + 2 * HOUR) == 1


def test_export_and_erasure_take_follows_along(watch, store, reader, monkeypatch):
    monkeypatch.setattr("watchbot.app.people.secret_key", lambda _watch: "k" * 32)
    follow(watch, store, reader.id, SEARCH, "bilan carbone", at=NOW)
    news(store, "Le bilan carbone devient obligatoire", NOW + HOUR)
    alert_follows(watch, store, NOW + 2 * HOUR)
    stored = export_person(store, "email", reader.address)
    assert stored["follows"][0]["follow"].target == "bilan carbone"
    assert stored["follows"][0]["matches"][0]["what"].startswith("item:")
    erase_person(watch, store, "email", reader.address, NOW)
    for table in ("follows", "follow_matches", "told", "outbox"):
        assert store.rows(f"SELECT * FROM {table}") == []
