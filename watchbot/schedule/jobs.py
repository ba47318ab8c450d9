"""What a running watch does: jobs, known by name to the persistent job store.

Each can be killed anywhere and run again: what it recorded is whole, and it goes on from there.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from watchbot.app.fires import MISFIRE_GRACE, digest_name, last_fire

if TYPE_CHECKING:
    from watchbot.config import Watch
    from watchbot.store import Store

# What was sent is kept in full for so long.
CONTENTS_KEPT = timedelta(days=60)
# What a reader's pause holds back is no news after so long; follows catch up no further either.
HELD_FOR = timedelta(days=14)
# How long a digest's agent waits for a server that says "later"; then the outbox is tried again every minute.
PATIENCE = 120.0

# The watches of this process by folder: what was read at the start or at the last good reload, whatever is being edited now.
HELD: dict[str, Watch] = {}
# The process is ending: agents are told to finish the message under way and no more.
STOPPING = threading.Event()


def now() -> datetime:
    """The present."""
    return datetime.now(UTC)


def collect_job(folder: str) -> None:
    """Visit what is due, work out what is new, tag it, make it findable, tell alerts, and the administrator of troubles."""
    from watchbot.app.alerting import alert
    from watchbot.app.classifying import classify
    from watchbot.app.collecting import collect
    from watchbot.app.follow_alerts import alert_follows
    from watchbot.app.health import troubles_to_tell
    from watchbot.app.notes import note_troubles
    from watchbot.app.searching import refresh_search
    from watchbot.app.understanding import understand

    with _running(folder, "collect") as (watch, store):
        report = collect(watch, store, clock=now)
        if report.new or report.edited or report.changes:
            understand(watch, store, now())
            classify(watch, store, clock=now)
            # Now, so that the next question does not wait for it.
            refresh_search(watch, store)
        queued = alert(watch, store, now())
        if report.new or report.edited or report.changes:
            queued += alert_follows(watch, store, now())
        with store.transaction():
            # In one transaction: a trouble is marked as told only if the letter is in the outbox.
            troubles = troubles_to_tell(watch, store, now())
            note_troubles(watch, store, troubles, now())
        for health in troubles:
            log("source in trouble", source=health.source_id, state=health.state.value, reason=health.message)
        log("collected", sources=report.sources, new=len(report.new), changes=len(report.changes), alerts=queued)
    if queued:
        deliver_job(folder)


def digest_job(folder: str, edition: str) -> None:
    """Compose and send an edition: first what an interrupted run left of an issue, then the issue that is due.

    An issue that was begun on Monday and goes on on Tuesday stays Monday's: nobody gets two.
    """
    from watchbot.app.digesting import send

    with _running(folder, digest_name(edition)) as (watch, store):
        chosen = watch.edition(edition)
        for moment in store.issues.unfinished(edition, now() - MISFIRE_GRACE):
            report = send(watch, store, chosen, clock=partial(_same, moment), patience=PATIENCE, stop=STOPPING)
            log("digest", issue=report.issue, queued=report.queued, sent=report.delivered["sent"], resumed=True)
        newest = next(iter(store.issues.list(edition)), None)
        fire = last_fire(chosen, now() - MISFIRE_GRACE, now())
        if newest is None or fire is None or newest[2] < fire:
            report = send(watch, store, chosen, clock=now, patience=PATIENCE, stop=STOPPING)
            sent = report.delivered["sent"]
            log("digest", issue=report.issue, queued=report.queued, sent=sent, waiting=report.waiting)


def follows_job(folder: str) -> None:
    """Remind of deadlines, and tell what else is new of what readers follow."""
    from watchbot.app.follow_alerts import alert_follows

    with _running(folder, "follows") as (watch, store):
        queued = alert_follows(watch, store, now())
    if queued:
        log("follows", queued=queued)
        deliver_job(folder)


def _same(moment: datetime) -> datetime:
    return moment


def deliver_job(folder: str) -> None:
    """Try again what waits in the outbox."""
    from watchbot.app.digesting import deliver

    with _running(folder) as (watch, store):
        due = store.outbox.next_due()
    if due is not None and due <= now():
        log("delivered", **deliver(watch, stop=STOPPING))


def bounces_job(folder: str) -> None:
    """Read what came back by mail."""
    from watchbot.app.bouncing import take_mailbox

    with _running(folder) as (watch, store):
        counts = take_mailbox(watch, store, now())
    if counts:
        log("bounces", **counts)


def note_job(folder: str) -> None:
    """Write the administrator's weekly note."""
    from watchbot.app.notes import weekly_note

    with _running(folder, "note") as (watch, store):
        log("weekly note", queued=weekly_note(watch, store, now()))


def backup_job(folder: str) -> None:
    """Forget requests that nobody confirmed, and copy the database into the backup folder, verified."""
    from watchbot.app.backup import backup, prune, prune_former
    from watchbot.app.subscribing import forget_unconfirmed

    with _running(folder, "backup") as (watch, store):
        forget_unconfirmed(store, now())
        store.chat.prune(now())
        store.outbox.call_off_held(now() - HELD_FOR)
        store.outbox.forget_contents(now() - CONTENTS_KEPT)
        prune_former(watch.database, now())
        if watch.settings.backup_dir:
            folder_of_backups = Path(watch.settings.backup_dir)
            made = backup(watch.database, folder_of_backups, now())
            log("backup", file=str(made), removed=len(prune(folder_of_backups)))


@contextlib.contextmanager
def _running(folder: str, job: str | None = None) -> Iterator[tuple[Watch, Store]]:
    """The watch and its database; if the job has a name and comes to its end, that is recorded."""
    from watchbot.config import load_watch
    from watchbot.store import Store

    began = now()
    watch = HELD.get(folder) or load_watch(Path(folder))
    with Store(watch.database) as store:
        yield watch, store
        if job is not None:
            store.runs.done(job, began)


def log(event: str, **values: object) -> None:
    """One structured line; secrets are never among the values."""
    import structlog

    structlog.get_logger("watchbot").info(event, **values)
