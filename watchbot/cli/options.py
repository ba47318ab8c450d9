"""Options that many commands share, and how they open the watch."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from watchbot.config import Watch
    from watchbot.store import Store

WatchOption = Annotated[
    Path,
    typer.Option("--watch", "-w", envvar="WATCHBOT_WATCH", help="The watch's folder.", show_default="this folder"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON on standard output.")]
SinceOption = Annotated[
    str | None, typer.Option("--since", help="Only since this date (2026-11-16) or this long ago (7d, 12h).")
]
LimitOption = Annotated[int, typer.Option("--limit", "-n", min=1, max=10_000, help="How many at the most.")]

HERE = Path()


def open_watch(folder: Path) -> Watch:
    """Read and validate the watch in `folder`."""
    from watchbot.config import load_watch

    return load_watch(folder)


def open_classifier_part(folder: Path) -> Watch:
    """Read and validate the classifier of the watch in `folder`; its sources and editions are not looked at."""
    from watchbot.config import load_classifier_part

    return load_classifier_part(folder)


def open_store(watch: Watch) -> Store:
    """Open the watch's database."""
    from watchbot.store import Store

    return Store(watch.database)


def now() -> datetime:
    """The present, aware. `WATCHBOT_NOW` is not read: time is passed in by whoever needs another."""
    return datetime.now(UTC)


def since_time(text: str | None, moment: datetime) -> datetime | None:
    """A point in time from a date or a duration before `moment`.

    Raises:
        UsageError: the text is neither.
    """
    from watchbot.app.answers import moment_of

    return moment_of(text, "--since", moment)
