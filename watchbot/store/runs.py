"""When each scheduled job last ran to its end."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from watchbot.store.columns import time_text, to_time

if TYPE_CHECKING:
    from watchbot.store.database import Store


class Runs:
    """The table of runs: one row a job."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def begin(self, job: str, at: datetime) -> datetime:
        """What is known of a job: when its last finished run began; for a new job the present, from which it counts."""
        self._store.execute("INSERT OR IGNORE INTO runs (job, done_at) VALUES (?, ?)", (job, time_text(at)))
        row = self._store.row("SELECT done_at FROM runs WHERE job = ?", (job,))
        return to_time(row[0]) if row is not None else at

    def done(self, job: str, began: datetime) -> None:
        """A run that began then came to its end."""
        self._store.execute(
            "INSERT INTO runs (job, done_at) VALUES (?, ?) ON CONFLICT (job) DO UPDATE SET done_at = max(done_at, ?)",
            (job, time_text(began), time_text(began)),
        )

    def all(self) -> dict[str, datetime]:
        """When the last finished run of each job began."""
        return {row[0]: to_time(row[1]) for row in self._store.rows("SELECT job, done_at FROM runs")}

    def forget(self, job: str) -> None:
        """The job is no more."""
        self._store.execute("DELETE FROM runs WHERE job = ?", (job,))
