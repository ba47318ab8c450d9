"""Backups of the database: made while it is in use, verified, restored with the former file kept."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from watchbot.errors import StoreError, UsageError
from watchbot.store.database import advice_on

KEPT = 14
_FILES = ("", "-wal", "-shm")


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
    """Remove all but the newest `keep` backups in `folder`; returns those removed. Other files are left alone."""
    old = sorted(folder.glob("watch-????????T??????Z.db"))[:-keep]
    for path in old:
        path.unlink()
    return old


def restore(backup_file: Path, database: Path) -> Path | None:
    """Put a backup in the database's place; the former file is kept beside it and its path returned.

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
        kept = _put_aside(database) if database.exists() else None
        partial.replace(database)
    finally:
        partial.unlink(missing_ok=True)
    return kept


def _put_aside(database: Path) -> Path:
    """Rename the database with its write-ahead log, which may hold the last commits of a process that was killed."""
    number = 1
    while (kept := database.with_name(f"{database.name}.before-restore-{number}")).exists():
        number += 1
    for suffix in _FILES:
        path = database.with_name(database.name + suffix)
        if path.exists():
            path.replace(kept.with_name(kept.name + suffix))
    return kept


def _copy(source_path: Path, target_path: Path) -> None:
    target_path.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(source_path)) as source, closing(sqlite3.connect(target_path)) as target:
            source.backup(target)
            # One file that needs no other: a backup is carried around.
            target.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError as error:
        # The disk, a lock: nothing is said of the database itself.
        message = f"{source_path} cannot be copied to {target_path}: {error}{advice_on(str(error))}"
        raise StoreError(message) from error
    except sqlite3.DatabaseError as error:
        message = f"{source_path}: not a sound database: {error}"
        raise StoreError(message) from error
    verify(target_path)


def verify(path: Path) -> None:
    """Check that a file is a whole and sound database.

    Raises:
        StoreError: it is not.
    """
    try:
        with closing(sqlite3.connect(path)) as copy:
            found = copy.execute("PRAGMA integrity_check").fetchone()[0]
    except sqlite3.DatabaseError as error:
        found = str(error)
    if found != "ok":
        message = f"{path}: not a sound database: {found}"
        raise StoreError(message)
