"""Opening, migrating, locking and failing of the database file."""

from __future__ import annotations

import sqlite3
import threading

import pytest

from watchbot.errors import StoreError
from watchbot.store import Store, database
from watchbot.store.database import migrations, statements


def test_opens_in_wal_mode_with_every_migration(tmp_path):
    with Store(tmp_path / "w.db") as store:
        assert store.row("PRAGMA journal_mode")[0] == "wal"
        assert {row[0] for row in store.rows("SELECT number FROM _migrations")} == set(migrations())
        assert store.integrity_problems() == []


def test_many_openings_at_once_migrate_once(tmp_path):
    errors = []

    def open_it():
        try:
            Store(tmp_path / "w.db").close()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_refuses_a_database_of_a_newer_version(tmp_path):
    with Store(tmp_path / "w.db") as store:
        store.execute("INSERT INTO _migrations (number, name) VALUES (9999, 'future')")
    with pytest.raises(StoreError, match="newer watchbot"):
        Store(tmp_path / "w.db")


def test_refuses_a_file_that_is_no_database(tmp_path):
    (tmp_path / "w.db").write_bytes(b"not a database at all, but long enough to be looked at" * 20)
    with pytest.raises(StoreError, match="WATCHBOT_DB"):
        Store(tmp_path / "w.db")


def test_missing_folder_says_what_to_do(tmp_path):
    with pytest.raises(StoreError, match="folder exists"):
        Store(tmp_path / "absent" / "w.db")


def test_a_lock_held_too_long_is_explained(tmp_path):
    with Store(tmp_path / "w.db") as holder, holder.transaction():
        second = Store(tmp_path / "w.db", busy_seconds=0.05)
        with pytest.raises(StoreError, match="another watchbot is writing"), second.transaction():
            pass
        second.close()


def test_a_transaction_is_all_or_nothing_and_nests(tmp_path):
    with Store(tmp_path / "w.db") as store:
        store.execute("CREATE TABLE t (x)")
        with pytest.raises(ValueError, match="stop"), store.transaction():
            store.execute("INSERT INTO t VALUES (1)")
            raise ValueError("stop")
        with store.transaction():
            store.execute("INSERT INTO t VALUES (2)")
            with pytest.raises(ValueError, match="inner"), store.transaction():
                store.execute("INSERT INTO t VALUES (3)")
                raise ValueError("inner")
        assert [row[0] for row in store.rows("SELECT x FROM t")] == [2]


def test_a_full_disk_is_explained_and_loses_nothing(tmp_path):
    with Store(tmp_path / "w.db") as store:
        store.execute("CREATE TABLE t (x)")
        store.execute("INSERT INTO t VALUES ('kept')")
        pages = store.row("PRAGMA page_count")[0]
        store.execute(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(StoreError, match="free some disk space"), store.transaction():
            store.execute("INSERT INTO t VALUES (zeroblob(1000000))")
        assert [row[0] for row in store.rows("SELECT x FROM t")] == ["kept"]


def test_statements_keeps_triggers_whole():
    script = "-- a note\nCREATE TABLE a (x);\nCREATE TRIGGER t AFTER INSERT ON a BEGIN\n  DELETE FROM a;\nEND;\n"
    parts = list(statements(script))
    assert len(parts) == 2
    connection = sqlite3.connect(":memory:")
    for part in parts:
        connection.execute(part)


@pytest.mark.parametrize("stays", [False, True])
def test_the_log_is_bounded_though_somebody_always_reads(tmp_path, monkeypatch, stays):
    """SQLite folds the log in only at a moment without readers: two that take turns kept it growing without end."""
    monkeypatch.setattr(database, "LOG_BYTES", 2_000_000)
    monkeypatch.setattr(database, "LOG_PATIENCE", 2.0 if not stays else 0.05)
    path, done = tmp_path / "watch.db", threading.Event()
    began = threading.Barrier(3)

    def read(turn):
        with Store(path) as store:
            store.execute("BEGIN")
            store.rows("SELECT count(*) FROM source_states")
            began.wait()
            while not done.wait(0.02 + 0.01 * turn):
                if not stays:
                    store.execute("COMMIT")
                    store.execute("BEGIN")
                    store.rows("SELECT count(*) FROM source_states")
            store.execute("COMMIT")

    with Store(path) as store:
        store.execute("CREATE TABLE ballast (content BLOB)")
        readers = [threading.Thread(target=read, args=(turn,)) for turn in range(2)]
        for reader in readers:
            reader.start()
        began.wait()
        largest = 0
        for _ in range(60):
            with store.transaction():
                store.execute("DELETE FROM ballast")
                store.execute("INSERT INTO ballast VALUES (randomblob(300000))")
            largest = max(largest, (tmp_path / "watch.db-wal").stat().st_size)
        done.set()
        for reader in readers:
            reader.join()
        assert store.row("PRAGMA busy_timeout")[0] == 1000 * database.BUSY_SECONDS
    if stays:  # nothing can be done then but to go on, and not to wait at every commit
        assert largest > 10_000_000
    else:
        assert largest < 10_000_000
