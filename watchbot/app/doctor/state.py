"""What the watch remembers: database, backups, last runs, deliveries."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from watchbot.app.doctor.finding import Finding, fine, trouble, warning
from watchbot.app.doctor.machine import readable_by_others
from watchbot.errors import WatchbotError
from watchbot.model import DeliveryState, HealthState

if TYPE_CHECKING:
    from watchbot.config import Watch
    from watchbot.store import Store

QUIET = timedelta(days=1)
# Waiting messages are tried every minute; a server that is away for longer is worth a look.
LATE = timedelta(minutes=15)


def look_at_state(watch: Watch) -> Iterator[Finding]:
    """Look at the database and what it tells, and at the backups."""
    from watchbot.store import Store

    if not watch.database.exists():
        yield warning("database", "none yet", "run `watchbot collect`, or `watchbot run`")
    else:
        try:
            with Store(watch.database) as store:
                yield from _soundness(store)
                yield from _program(watch)
                yield from _collection(watch, store)
                yield from _editions(watch, store)
                yield from _deliveries(store)
        except (WatchbotError, sqlite3.Error) as error:
            finding, _, advice = str(error).partition("; ")
            damaged = not advice or "watchbot restore" in advice
            yield trouble("database", finding, _how_to_restore(watch) if damaged else advice)
    yield from _backups(watch)


def _how_to_restore(watch: Watch) -> str:
    newest = _newest_backup(watch)
    return f"stop `watchbot run`, then `watchbot restore {newest or 'FILE'}`"


def _soundness(store: Store) -> Iterator[Finding]:
    problems = store.integrity_problems()
    if problems:
        shown = "; ".join(" ".join(problem.split()) for problem in problems[:3])
        more = f" and {len(problems) - 3} more" if len(problems) > 3 else ""
        message = f"{store.path}: damaged: {shown}{more}"
        raise WatchbotError(message)
    yield fine("database", f"sound, {store.items.count()} items")


def _program(watch: Watch) -> Iterator[Finding]:
    """Whether `watchbot run` is at work: it holds a lock."""
    lock = Path(f"{os.path.realpath(watch.database)}.run.lock")
    try:
        descriptor = os.open(lock, os.O_RDONLY)
    except OSError:
        yield warning(
            "program", "`watchbot run` was never started", "start it, or the service (deploy/watchbot.service)"
        )
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        yield fine("program", "`watchbot run` is running")
    else:
        yield warning("program", "`watchbot run` is not running", "start it: `systemctl start watchbot`")
    finally:
        os.close(descriptor)


def _collection(watch: Watch, store: Store) -> Iterator[Finding]:
    from watchbot.app.health import source_health

    now = datetime.now(UTC)
    if store.attempts.count() and not store.attempts.since(now - QUIET):
        yield warning("collection", "no visit for a day", "is `watchbot run` running? `watchbot collect` visits now")
    for health in source_health(watch, store, now):
        if health.state in {HealthState.FAILING, HealthState.SUSPECT, HealthState.DISABLED}:
            advice = f"`watchbot collect --source {health.source_id}`; correct its table in sources.toml"
            yield warning(f"source {health.source_id}", f"{health.state.value}: {health.message}", advice)


def _editions(watch: Watch, store: Store) -> Iterator[Finding]:
    """Editions that were due and did not come to their end."""
    from watchbot.app.fires import digest_name, edition_trigger, missed

    now, runs = datetime.now(UTC), store.runs.all()
    for edition in watch.editions:
        last = runs.get(digest_name(edition.id))
        # A run that is under way has a little time.
        if last is not None and missed(edition_trigger(edition), last, now - LATE - edition.jitter):
            advice = f"start `watchbot run`, which makes up for it, or `watchbot digest send {edition.id}`"
            yield warning(f"edition {edition.id}", f"was due and did not run ({edition.schedule})", advice)


def _deliveries(store: Store) -> Iterator[Finding]:
    counts, now = store.outbox.counts(), datetime.now(UTC)
    failed = store.outbox.deliveries(state=DeliveryState.FAILED, limit=1)
    if failed:
        finding = f"{counts['failed']} failed for good; the last: {failed[0].error}"
        advice = "`watchbot digest deliveries --state failed` lists them; docs/delivery.md says who is to blame"
        yield warning("deliveries", finding, advice)
    oldest = store.outbox.oldest_waiting()
    if oldest is not None and now - oldest[0] > LATE:
        waiting = counts["queued"] + counts["sending"]
        finding = f"{waiting} wait, the oldest since {oldest[0]:%Y-%m-%d %H:%M} UTC" + (
            f": {oldest[1]}" if oldest[1] else ""
        )
        yield warning("deliveries", finding, "correct what is said of mail server or bot; is `watchbot run` running?")


def _newest_backup(watch: Watch) -> Path | None:
    if not watch.settings.backup_dir:
        return None
    return max(Path(watch.settings.backup_dir).glob("watch-*.db"), key=lambda path: path.stat().st_mtime, default=None)


def _backups(watch: Watch) -> Iterator[Finding]:
    from watchbot.app.backup import verify

    if not watch.settings.backup_dir:
        yield warning("backups", "none are made", "set WATCHBOT_BACKUP_DIR to a folder on another disk")
        return
    folder = Path(watch.settings.backup_dir)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        advice = "give the user that runs watchbot the right to write there, or correct WATCHBOT_BACKUP_DIR"
        yield trouble("backups", f"{folder} cannot be written to: {error.strerror}", advice)
        return
    newest = _newest_backup(watch)
    advice = "`watchbot run` makes one at night; `watchbot backup` makes one now"
    if newest is None:
        yield warning("backups", f"none yet in {watch.settings.backup_dir}", advice)
        return
    yield from readable_by_others(newest)
    age = datetime.now(UTC).timestamp() - newest.stat().st_mtime
    try:
        verify(newest)
    except WatchbotError as error:
        yield trouble("backups", str(error), "make another: `watchbot backup`; look at the disk")
        return
    if age > 2 * QUIET.total_seconds():
        yield warning("backups", f"the newest is {age / 86400:.0f} days old", advice)
    else:
        yield fine("backups", f"newest, sound: {newest}")
