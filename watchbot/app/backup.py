"""Backups of the database: made while it is in use, verified, restored with the former file kept."""

from __future__ import annotations

import glob
import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from watchbot.errors import StoreError, UsageError
from watchbot.store.database import advice_on, create_private

KEPT = 14
AGE = timedelta(days=14)
_STEM = "watch-%Y%m%dT%H%M%SZ"
_FILES = ("", "-wal", "-shm")
# What every version of a watch's database has.
_OF_A_WATCH = ("_migrations", "items", "subscribers", "outbox")


def backup(database: Path, folder: Path, moment: datetime) -> Path:
    """Copy the database into `folder` by SQLite's online backup, and check the copy.

    Raises:
        UsageError: there is no database.
        StoreError: the copy is not sound; it is removed.
    """
    if not database.is_file():
        message = f"{database}: no database to back up"
        raise UsageError(message)
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"watch-{moment.astimezone(UTC).strftime('%Y%m%dT%H%M%SZ')}.db"
    partial = target.with_suffix(".partial")
    try:
        _copy(database, partial)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return target


def prune(folder: Path, keep: int = KEPT) -> list[Path]:
    """Remove the backups in `folder` but for the newest `keep`, of these the ones made `AGE` before the newest.

    Returns those removed. Other files are left alone.
    """
    backups = sorted(folder.glob(f"watch-{'[0-9]' * 8}T{'[0-9]' * 6}Z.db"))
    newest = datetime.strptime(backups[-1].stem, _STEM).replace(tzinfo=UTC) if backups else datetime.now(UTC)
    least = f"{(newest - AGE).strftime(_STEM)}.db"
    old = [path for path in backups[:-1] if path not in backups[-keep:] or path.name < least]
    for path in old:
        path.unlink()
    return old


def prune_former(database: Path, at: datetime) -> list[Path]:
    """Remove what `restore` put aside longer than `AGE` ago: it holds people who were erased since; returns those removed."""
    limit = (at - AGE).timestamp()
    former = database.parent.glob(f"{glob.escape(database.name)}.before-restore-*")
    old = sorted(path for path in former if path.stat().st_mtime < limit)
    for path in old:
        path.unlink()
    return old


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What restoring did: where the former database is, how many readers were erased again, or why the former was not read."""

    former: Path | None = None
    erased: int = 0
    unread: str = ""


def restore(backup_file: Path, database: Path, at: datetime, secret: bytes | None = None) -> Restored:
    """Put a backup in the database's place; the former file is kept beside it.

    What the former database knows of deliveries, of issues and of people who left since the backup is carried over, so that
    nobody gets a message twice, and nobody who was erased comes back. If it cannot be read, what was due before `at` is taken for
    done: an issue that went out must not go out again.

    Args:
        backup_file: made by `backup`.
        database: the watch's database; may be absent or damaged.
        at: the present.
        secret: the watch's key, to know those who left.

    Raises:
        UsageError: there is no such backup.
        StoreError: the backup is not sound.
    """
    if not backup_file.is_file():
        message = f"{backup_file}: no such backup"
        raise UsageError(message)
    verify(backup_file)
    # Copied aside first: the present database is touched only when what replaces it is whole and sound.
    partial = database.with_name(f"{database.name}.restoring")
    try:
        _copy(backup_file, partial)
        erased, unread = _carry_over(database, partial, at, secret) if database.exists() else (0, "")
        kept = _put_aside(database) if database.exists() else None
        partial.replace(database)
    finally:
        for suffix in _FILES:
            partial.with_name(partial.name + suffix).unlink(missing_ok=True)
    return Restored(former=kept, erased=erased, unread=unread)


def _carry_over(database: Path, partial: Path, at: datetime, secret: bytes | None) -> tuple[int, str]:
    from watchbot.store import Store
    from watchbot.store.carrying import carry_over

    try:
        with Store(database):
            pass  # brought up to this version
        with Store(partial) as store:
            erased = carry_over(store, database, secret)
            store.scrub()
    except StoreError as error:
        erased, unread = 0, str(error)
        with Store(partial) as store:
            for job in store.runs.all():
                store.runs.done(job, at)
            store.scrub()
    else:
        unread = ""
    _in_one_file(partial)
    return erased, unread


def _in_one_file(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")


def _put_aside(database: Path) -> Path:
    """Rename the database with its write-ahead log, which may hold the last commits of a process that was killed."""
    number = 1
    while (kept := database.with_name(f"{database.name}.before-restore-{number}")).exists():
        number += 1
    for suffix in _FILES:
        path = database.with_name(database.name + suffix)
        if path.exists():
            aside = path.replace(kept.with_name(kept.name + suffix))
            aside.chmod(0o600)
            os.utime(aside)  # its age counts from now
    return kept


def _copy(source_path: Path, target_path: Path) -> None:
    target_path.unlink(missing_ok=True)
    create_private(target_path)
    try:
        with closing(sqlite3.connect(source_path)) as source, closing(sqlite3.connect(target_path)) as target:
            source.backup(target)
        # A backup is carried around.
        _in_one_file(target_path)
    except sqlite3.OperationalError as error:
        # The disk, a lock: nothing is said of the database itself.
        message = f"{source_path} cannot be copied to {target_path}: {error}{advice_on(str(error))}"
        raise StoreError(message) from error
    except sqlite3.DatabaseError as error:
        message = f"{source_path}: not a sound database: {error}"
        raise StoreError(message) from error
    verify(target_path)


def verify(path: Path) -> None:
    """Check that a file is a whole and sound database of a watch.

    Raises:
        StoreError: it is not; a damaged one is told in three lines at most.
    """
    tables: set[str] = set()
    try:
        with closing(sqlite3.connect(path)) as copy:
            found = str(copy.execute("PRAGMA integrity_check(3)").fetchone()[0])
            if found == "ok":
                tables = {row[0] for row in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except sqlite3.DatabaseError as error:
        found = str(error)
    if found != "ok":
        message = f"{path}: not a sound database: {'; '.join(found.splitlines()[:3])}"
        raise StoreError(message)
    missing = [table for table in _OF_A_WATCH if table not in tables]
    if missing:
        what = "is empty" if not tables else f"is a database of something else, without the table {missing[0]}"
        message = f"{path}: no database of a watch: it {what}"
        raise StoreError(message)
