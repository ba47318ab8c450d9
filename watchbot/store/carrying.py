"""What a restored backup must learn from the database that it replaces: who must not be written to, and what was sent since."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from watchbot.store.subscribers import suppression_hash

if TYPE_CHECKING:
    from watchbot.store.database import Store

# What the former database knows better: it is newer. Rows of these tables go over those of the backup.
_NEWER = ("outbox", "runs", "issues")
# What is only ever added to.
_ADDED = ("suppressions", "told")


def carry_over(store: Store, former: Path, secret: bytes | None) -> int:
    """Take from a former database what keeps a restored one from writing twice, or to those who left since the backup.

    Args:
        store: the restored database.
        former: the database before, of the same version (migrated).
        secret: the watch's key, by which suppressed addresses are known; without it nobody is erased again.

    Returns:
        How many readers of the backup were erased again.

    Raises:
        StoreError: the former database cannot be read; nothing is changed.
    """
    store.execute("ATTACH DATABASE ? AS former", (str(former),))
    try:
        with store.transaction():
            for table in _NEWER:
                store.execute(f"INSERT OR REPLACE INTO {table} SELECT {_columns(store, table)} FROM former.{table}")
            for table in _ADDED:
                store.execute(f"INSERT OR IGNORE INTO {table} SELECT {_columns(store, table)} FROM former.{table}")
            return _erase_again(store, secret) if secret is not None else 0
    finally:
        store.execute("DETACH DATABASE former")


def _columns(store: Store, table: str) -> str:
    """The table's columns in its own order, whatever their order in the former database."""
    return ", ".join(row["name"] for row in store.rows(f"PRAGMA main.table_info({table})"))


def _erase_again(store: Store, secret: bytes) -> int:
    """Those who left or were given up since the backup; who has confirmed again stays in the former database, and is left alone."""
    gone = {row[0] for row in store.rows("SELECT hash FROM suppressions")}
    kept = {row[0] for row in store.rows("SELECT id FROM former.subscribers")}
    erased = 0
    for one in store.subscribers.all():
        if one.id not in kept and suppression_hash(one.channel, one.address, secret) in gone:
            store.issues.forget(one.id)
            erased += store.subscribers.remove(one.id)
    return erased
