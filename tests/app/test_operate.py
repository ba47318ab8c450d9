"""Doctor, backup, alerts: what keeps a watch running."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from watchbot.app.alerting import alert
from watchbot.app.backup import backup, restore
from watchbot.app.people import add_subscriber
from watchbot.app.scaffold import init_watch
from watchbot.config import load_watch
from watchbot.errors import StoreError, UsageError
from watchbot.model import Change, FoundItem, Kind, Significance, Source
from watchbot.store import Store

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
CHANGE = Change(
    id="c1",
    source_id="label-ecoprod",
    key="label",
    title="Label Ecoprod",
    url="https://ecoprod.com/label",
    event="edited",
    detected_at=NOW,
    significance=Significance.SUBSTANTIVE,
    reasons=("seuil 65 % → 70 %",),
)


@pytest.fixture
def folder(tmp_path):
    init_watch(tmp_path / "w")
    return tmp_path / "w"


def test_alerts_go_once_to_those_who_asked(folder):
    watch = load_watch(folder, {})
    with Store(watch.database) as store:
        for address, edition in (("team@example.org", "referentiels"), ("set@example.org", "hebdo")):
            add_subscriber(watch, store, "email", address, editions=[edition], confirmed=True, at=NOW)
        store.changes.add([CHANGE])
        assert alert(watch, store, NOW) == 1
        assert alert(watch, store, NOW) == 0
        (delivery,) = store.outbox.deliveries()
        payload = store.outbox.payload(delivery.key)
        assert "seuil 65\u00a0% → 70\u00a0%" in payload["text"]
        assert delivery.edition == "alerte"
        why = "parce que l’édition «\u00a0Référentiels\u00a0», que vous suivez, signale aussitôt tout changement important."
        assert why in " ".join(payload["text"].split(" ")).replace("\n", " ")
        assert "\u00a0: alerte\u00a0»" not in payload["text"], "there is no edition of that name"
        team = store.subscribers.find("email", "team@example.org")
        assert store.issues.told(team.id) == {"c1"}


def test_editorial_changes_wait_for_the_digest(folder):
    from dataclasses import replace

    watch = load_watch(folder, {})
    with Store(watch.database) as store:
        add_subscriber(watch, store, "email", "t@example.org", editions=["referentiels"], confirmed=True, at=NOW)
        store.changes.add([replace(CHANGE, significance=Significance.EDITORIAL)])
        assert alert(watch, store, NOW) == 0


def test_a_reader_of_a_quiet_edition_can_ask_for_alerts(folder):
    from dataclasses import replace

    watch = load_watch(folder, {})
    with Store(watch.database) as store:
        reader = add_subscriber(watch, store, "email", "a@example.org", editions=["hebdo"], confirmed=True, at=NOW)
        store.subscribers.save(replace(reader, alerts=True))
        store.changes.add([CHANGE])
        assert alert(watch, store, NOW) == 1
        (delivery,) = store.outbox.deliveries()
        text = store.outbox.payload(delivery.key)["text"].replace("\n", " ")
        assert "parce que vous avez demandé une alerte dès qu’un changement important est constaté." in text


def test_one_message_though_two_editions_alert(folder):
    watch = load_watch(folder, {})
    with Store(watch.database) as store:
        both = ["hebdo", "referentiels"]
        add_subscriber(watch, store, "email", "a@example.org", editions=both, confirmed=True, at=NOW)
        store.changes.add([CHANGE])
        assert alert(watch, store, NOW) == 1


def test_restoring_keeps_the_last_commits_of_a_killed_process(tmp_path):
    """A killed process leaves its last commits in the write-ahead log: they go aside with the database."""
    import subprocess
    import sys

    path = tmp_path / "watch.db"
    with Store(path):
        pass
    copy = backup(path, tmp_path / "backups", NOW)
    script = (
        "import os, sys\nfrom datetime import UTC, datetime\nfrom watchbot.store import Store\nstore = Store(sys.argv[1])\n"
        "store.issues.open('hebdo', 'hebdo-1', datetime(2026, 11, 23, tzinfo=UTC))\nos._exit(9)"
    )
    subprocess.run([sys.executable, "-c", script, str(path)], check=False)
    kept = restore(copy, path, NOW).former
    with Store(kept) as former, Store(path) as present:
        assert len(former.issues.list()) == 1
        # That an issue was begun is carried over: it goes on, and is not begun again.
        assert present.issues.list() == former.issues.list()
    assert restore(copy, path, NOW).former != kept, "a former database is never written over"


def test_a_backup_that_is_not_sound_leaves_the_database_alone(tmp_path):
    path = tmp_path / "watch.db"
    with Store(path) as store:
        store.issues.open("hebdo", "hebdo-1", NOW)
    (tmp_path / "bad.db").write_bytes(path.read_bytes()[:5000])
    with pytest.raises(StoreError):
        restore(tmp_path / "bad.db", path, NOW)
    with Store(path) as store:
        assert len(store.issues.list()) == 1
    assert not list(tmp_path.glob("*restor*"))


@pytest.mark.parametrize(
    ("script", "said"), [("", "it is empty"), ("CREATE TABLE a (b)", "something else, without the table _migrations")]
)
def test_a_database_that_is_no_watch_is_not_restored(tmp_path, script, said):
    import sqlite3
    from contextlib import closing

    path, other = tmp_path / "watch.db", tmp_path / "e.db"
    with Store(path) as store:
        store.issues.open("hebdo", "hebdo-1", NOW)
    other.touch()
    with closing(sqlite3.connect(other)) as connection:
        connection.executescript(script)
    with pytest.raises(StoreError, match=said):
        restore(other, path, NOW)
    with Store(path) as store:
        assert len(store.issues.list()) == 1


def test_a_much_damaged_backup_is_told_in_few_words(tmp_path):
    path = tmp_path / "watch.db"
    with Store(path) as store:
        store.execute("CREATE TABLE filler (a)")
        store.executemany("INSERT INTO filler VALUES (?)", [("x" * 3000,)] * 200)
    copy = backup(path, tmp_path / "backups", NOW)
    damaged = bytearray(copy.read_bytes())
    damaged[len(damaged) // 2 :] = bytes(len(damaged) - len(damaged) // 2)
    copy.write_bytes(damaged)
    with pytest.raises(StoreError) as told:
        restore(copy, path, NOW)
    assert str(told.value).count("\n") <= 2
    assert len(str(told.value)) < 600


def test_database_backup_and_logs_are_for_their_owner_alone(tmp_path):
    import os

    former = os.umask(0)
    try:
        with Store(tmp_path / "watch.db") as store:
            store.issues.open("hebdo", "hebdo-1", NOW)
            copy = backup(tmp_path / "watch.db", tmp_path / "backups", NOW)
            files = [*tmp_path.glob("watch.db*"), copy]
            assert len(files) == 4
            assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
        aside = restore(copy, tmp_path / "watch.db", NOW).former
    finally:
        os.umask(former)
    assert {path.stat().st_mode & 0o777 for path in (aside, tmp_path / "watch.db")} == {0o600}


def test_what_was_put_aside_goes_after_two_weeks(tmp_path):
    from datetime import timedelta

    from watchbot.app.backup import prune_former

    with Store(tmp_path / "watch.db"):
        copy = backup(tmp_path / "watch.db", tmp_path / "backups", NOW)
    aside = restore(copy, tmp_path / "watch.db", NOW).former
    now = datetime.now(UTC)
    assert prune_former(tmp_path / "watch.db", now + timedelta(days=13)) == []
    assert aside in prune_former(tmp_path / "watch.db", now + timedelta(days=15))
    assert not list(tmp_path.glob("*before-restore*"))
    assert (tmp_path / "watch.db").exists()


def test_no_backup_is_older_than_two_weeks(tmp_path):
    from watchbot.app.backup import prune

    names = ["watch-20261101T031500Z.db", "watch-20261110T031500Z.db", "watch-20261124T031400Z.db"]
    for name in names:
        (tmp_path / name).touch()
    assert [path.name for path in prune(tmp_path)] == names[:1]
    assert prune(tmp_path) == []


def test_old_backups_are_removed_and_nothing_else(tmp_path):
    from watchbot.app.backup import prune

    with Store(tmp_path / "watch.db"):
        pass
    folder = tmp_path / "backups"
    made = [backup(tmp_path / "watch.db", folder, NOW + timedelta(days=day)) for day in range(4)]
    (folder / "precious.db").write_text("x")
    assert prune(folder, 2) == made[:2]
    assert sorted(folder.iterdir()) == [folder / "precious.db", *made[2:]]


def test_a_backup_of_a_database_in_use_is_sound_and_comes_back(tmp_path):
    path = tmp_path / "watch.db"
    source = Source(id="s", name="S", publisher="S", kind=Kind.FEED, url="https://e.org/f")
    entry = FoundItem(guid="1", url="https://e.org/1", title="Un")
    with Store(path) as store:
        store.items.save(source, [entry], NOW)
        copy = backup(path, tmp_path / "backups", NOW)
        store.items.save(source, [FoundItem(guid="2", url="https://e.org/2", title="Deux")], NOW)
    kept = restore(copy, path, NOW).former
    with Store(path) as store:
        assert store.items.count() == 1
    with Store(kept) as former:
        assert former.items.count() == 2
    (tmp_path / "bad.db").write_bytes(b"x" * 5000)
    with pytest.raises(StoreError, match="not a sound"):
        restore(tmp_path / "bad.db", path, NOW)
    with pytest.raises(UsageError, match="no such backup"):
        restore(tmp_path / "absent.db", path, NOW)
    with pytest.raises(UsageError, match="no database"):
        backup(tmp_path / "absent.db", tmp_path, NOW)


def test_restoring_neither_sends_again_nor_brings_back_who_left(folder, tmp_path):
    """A backup of Sunday, restored on Monday after the issue went out."""
    from watchbot.app.digesting import secret_key, send
    from watchbot.app.people import erase_person
    from watchbot.demo.sinks import MailSink
    from watchbot.model import Verdict

    with MailSink() as mail:
        watch = load_watch(folder, {"WATCHBOT_SMTP_URL": mail.url, "WATCHBOT_SMTP_ALLOW_PLAIN": "1"})
        with Store(watch.database) as store:
            found = FoundItem(guid="1", url="https://e.org/1", title="Une aide", published=NOW)
            store.items.save(watch.sources[0], [found], NOW)
            verdict = Verdict(relevant=True, relevance=1.0, topics=("financements",), scores={"financements": 1.0})
            store.tags.record([(store.items.select(limit=None)[0].id, "h", verdict)], "human", NOW, by="human")
            for name in ("ana", "bob", "zoe"):
                add_subscriber(watch, store, "email", f"{name}@example.org", editions=["hebdo"], confirmed=True, at=NOW)
            copy = backup(watch.database, tmp_path / "backups", NOW)
            assert send(watch, store, watch.edition("hebdo"), clock=lambda: NOW).delivered["sent"] == 3
            erase_person(watch, store, "email", "zoe@example.org", NOW)
        done = restore(copy, watch.database, NOW, secret_key(watch).encode())
        assert (done.erased, done.unread) == (1, "")
        with Store(watch.database) as store:
            assert {one.address for one in store.subscribers.all()} == {"ana@example.org", "bob@example.org"}
            assert send(watch, store, watch.edition("hebdo"), clock=lambda: NOW).known == 2
            assert store.issues.told(store.subscribers.find("email", "ana@example.org").id)
        assert len(mail.messages) == 3
    assert b"zoe@example.org" not in watch.database.read_bytes()


def test_restoring_over_a_damaged_database_says_that_nothing_could_be_carried_over(tmp_path):
    path = tmp_path / "watch.db"
    with Store(path) as store:
        store.issues.open("hebdo", "hebdo-1", NOW)
        store.runs.begin("digest-hebdo", NOW - timedelta(days=7))
    copy = backup(path, tmp_path / "backups", NOW)
    path.write_bytes(b"not a database" * 1000)
    done = restore(copy, path, NOW)
    assert "not a database" in done.unread
    with Store(path) as store:
        assert len(store.issues.list()) == 1
        assert store.runs.all() == {"digest-hebdo": NOW}, "what may have gone out is not made up for"
    assert sorted(one.name for one in tmp_path.iterdir() if "restoring" in one.name) == []
