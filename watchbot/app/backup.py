"""Backups of the database: made while it is in use, verified, restored with the former file kept."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from watchbot.errors import StoreError, UsageError


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
    target = folder / f"watch-{moment.strftime('%Y%m%dT%H%M%SZ')}.db"
    partial = target.with_suffix(".partial")
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(partial)) as copy:
        source.backup(copy)
    _verify(partial)
    partial.replace(target)
    return target


def restore(backup_file: Path, database: Path) -> Path | None:
    """Put a backup in the database's place; the former file is kept beside it and its path returned.

    Raises:
        UsageError: there is no such backup.
        StoreError: the backup is not sound.
    """
    if not backup_file.is_file():
        message = f"{backup_file}: no such backup"
        raise UsageError(message)
    _verify(backup_file)
    kept = None
    if database.exists():
        kept = database.with_name(f"{database.name}.before-restore")
        database.replace(kept)
        for suffix in ("-wal", "-shm"):
            database.with_name(database.name + suffix).unlink(missing_ok=True)
    with closing(sqlite3.connect(backup_file)) as source, closing(sqlite3.connect(database)) as target:
        source.backup(target)
    return kept


def _verify(path: Path) -> None:
    try:
        with closing(sqlite3.connect(path)) as copy:
            found = copy.execute("PRAGMA integrity_check").fetchone()[0]
    except sqlite3.DatabaseError as error:
        found = str(error)
    if found != "ok":
        message = f"{path}: not a sound database: {found}"
        raise StoreError(message)
