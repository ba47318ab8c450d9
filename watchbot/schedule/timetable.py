"""When each job runs: APScheduler's persistent job store, and what makes up for runs that were missed or cut.

Jobs are kept in a SQLite file of their own (`<database>.jobs`): what was missed while the machine slept is made up for on
waking, once (coalesced). APScheduler counts a job as run when it starts; so that one that was killed or failed is not lost until
next week, the database also knows which runs came to their end, and the others are run again. Jobs are idempotent.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apscheduler.schedulers.background import BackgroundScheduler

from watchbot.app.fires import MISFIRE_GRACE, digest_name, edition_trigger, missed, of_the_calendar
from watchbot.errors import StoreError, WatchbotError
from watchbot.french_dates import PARIS
from watchbot.schedule.jobs import (
    backup_job,
    bounces_job,
    collect_job,
    deliver_job,
    digest_job,
    follows_job,
    log,
    note_job,
    now,
)

if TYPE_CHECKING:
    from watchbot.config import Watch

COLLECT_EVERY = timedelta(minutes=5)
DELIVER_EVERY = timedelta(minutes=1)
BOUNCES_EVERY = timedelta(minutes=15)
# A job of the calendar (a digest, a backup) that failed is tried again after this.
RETRY_AFTER = timedelta(minutes=10)
# How long the job store is waited for when it is locked; then it is tried again.
BUSY_SECONDS = 2.0

# A job's function, its trigger, its arguments.
Job = tuple[Callable[..., None], Any, list[str]]


class SteadyScheduler(BackgroundScheduler):
    """A scheduler whose thread outlives what its job store throws: a full disk or a lock would end it, and all jobs with it."""

    retry_seconds = 10.0

    def _process_jobs(self) -> float | None:
        kept: Any = super()
        try:
            wait: float | None = kept._process_jobs()
        except Exception as error:  # noqa: BLE001 - the store's driver has errors of its own
            log("the timetable cannot be kept, trying again", error=str(error).partition("\n")[0])
            return self.retry_seconds
        return wait


def build_scheduler(watch: Watch, scheduler: Any = None) -> Any:
    """A paused scheduler with the watch's jobs, or a running one brought up to date.

    New jobs are added, changed ones replaced, those of removed editions dropped. A job that is as it was keeps its next time:
    that is how a missed one is found.
    """
    from watchbot.store import Store

    scheduler = scheduler or _new_scheduler(watch)
    wanted = _wanted(watch)
    if not scheduler.running:
        _start(watch, scheduler)
    known = {job.id: job for job in scheduler.get_jobs()}
    with Store(watch.database) as store:
        for name in set(known) - set(wanted):
            scheduler.remove_job(name)
            store.runs.forget(name)
        for name, (run, trigger, arguments) in wanted.items():
            job = known.get(name)
            if job is None or _form(job.trigger) != _form(trigger) or list(job.args) != arguments:
                scheduler.add_job(run, trigger, args=arguments, id=name, replace_existing=True)
                if job is not None:
                    store.runs.done(name, now())  # another timetable: it counts from now
            store.runs.begin(name, now())
    return scheduler


def _start(watch: Watch, scheduler: Any) -> None:
    from sqlalchemy.exc import SQLAlchemyError

    try:
        scheduler.start(paused=True)
    except SQLAlchemyError as error:
        message = f"{watch.database}.jobs: {error.__cause__ or error}; it must be a file that may be written"
        raise StoreError(message) from error


def _new_scheduler(watch: Watch) -> Any:
    from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore

    grace = int(MISFIRE_GRACE.total_seconds())
    file = Path(f"{watch.database}.jobs")
    _put_aside_if_damaged(file)
    made: Any = SteadyScheduler
    return made(
        jobstores={
            "default": SQLAlchemyJobStore(
                url=f"sqlite:///{file}", engine_options={"connect_args": {"timeout": BUSY_SECONDS}}
            )
        },
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": grace},
        timezone=PARIS,
    )


def _put_aside_if_damaged(file: Path) -> None:
    """A job store that cannot be read is begun anew: what it knew follows from the editions and from the runs on record."""
    if not file.is_file():
        return
    try:
        with contextlib.closing(sqlite3.connect(file)) as connection:
            sound = connection.execute("PRAGMA quick_check").fetchone()[0] == "ok"
    except sqlite3.OperationalError:
        return  # locked, or not to be opened: the scheduler says so
    except sqlite3.DatabaseError:
        sound = False
    if not sound:
        file.replace(f"{file}.damaged")
        log("the store of jobs was damaged and is begun anew", former=f"{file}.damaged")


def _wanted(watch: Watch) -> dict[str, Job]:
    from apscheduler.triggers.cron import CronTrigger
    from apscheduler.triggers.interval import IntervalTrigger

    folder = str(watch.folder)
    wanted: dict[str, Job] = {
        "collect": (collect_job, IntervalTrigger(seconds=int(COLLECT_EVERY.total_seconds())), [folder]),
        "deliver": (deliver_job, IntervalTrigger(seconds=int(DELIVER_EVERY.total_seconds())), [folder]),
        "backup": (backup_job, CronTrigger.from_crontab("15 3 * * *", timezone=PARIS), [folder]),
        "follows": (follows_job, CronTrigger.from_crontab("5 7-21 * * *", timezone=PARIS), [folder]),
        "note": (note_job, CronTrigger.from_crontab("0 7 * * mon", timezone=PARIS), [folder]),
    }
    if watch.settings.bounce_imap_url:
        wanted["bounces"] = (bounces_job, IntervalTrigger(seconds=int(BOUNCES_EVERY.total_seconds())), [folder])
    for edition in watch.editions:
        trigger = edition_trigger(edition)
        trigger.jitter = int(edition.jitter.total_seconds()) or None
        wanted[digest_name(edition.id)] = (digest_job, trigger, [folder, edition.id])
    return wanted


def _form(trigger: Any) -> tuple[type, str, str, int]:
    """What tells one trigger from another: its kind, its fields, its time zone, its jitter."""
    return type(trigger), str(trigger), str(trigger.timezone), int(trigger.jitter or 0)


# ------------------------------------------------------------------------------------------ making up


def make_up(watch: Watch, scheduler: Any) -> None:
    """Run at once each job of the calendar whose last run was missed, killed, or failed, if it was within the grace."""
    from watchbot.store import Store

    with Store(watch.database) as store:
        runs = store.runs.all()
    moment = now()
    for job in scheduler.get_jobs():
        due = job.next_run_time  # None when it never comes again
        if job.id in runs and due is not None and due > moment and missed(job.trigger, runs[job.id], moment):
            log("making up", job=job.id, last=runs[job.id].isoformat(timespec="seconds"))
            scheduler.modify_job(job.id, next_run_time=moment)


def tell_failures(watch: Watch, scheduler: Any) -> None:
    """A job that fails is logged once, as everything else is; one of the calendar is tried again soon, not next week."""
    import logging

    from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MISSED
    from apscheduler.jobstores.base import JobLookupError

    def told(event: Any) -> None:
        error = getattr(event, "exception", None)
        if error is None:
            log("job missed: too long ago to be made up for", job=event.job_id)
        else:
            log("job failed", job=event.job_id, error=f"{type(error).__name__}: {error}")
        job = scheduler.get_job(event.job_id) if error and scheduler.running else None
        if job is not None and of_the_calendar(job.trigger) and _worth_retrying(watch, job):
            again = min(job.next_run_time or datetime.max.replace(tzinfo=UTC), now() + RETRY_AFTER)
            with contextlib.suppress(JobLookupError):
                scheduler.modify_job(job.id, next_run_time=again)

    scheduler.add_listener(told, EVENT_JOB_ERROR | EVENT_JOB_MISSED)
    # APScheduler's own lines would go around the masking of secrets.
    logging.getLogger("apscheduler").addHandler(logging.NullHandler())
    logging.getLogger("apscheduler").propagate = False


def _worth_retrying(watch: Watch, job: Any) -> bool:
    """Whether the run that failed is still within the grace; when even that cannot be read, it is."""
    from watchbot.store import Store

    try:
        with Store(watch.database) as store:
            last = store.runs.all().get(job.id)
    except WatchbotError:
        return True
    return last is None or missed(job.trigger, last, now())
