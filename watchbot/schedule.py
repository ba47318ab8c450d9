"""The scheduler: everything that a running watch does by itself, in one process.

Jobs are kept by APScheduler in a SQLite file of their own (`<database>.jobs`), so that what was missed while the machine
slept is made up for on waking, once (coalesced). Digests are idempotent by issue, so a job that runs twice sends once.
"""

from __future__ import annotations

import fcntl
import os
import signal
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from watchbot.errors import StoreError, WatchbotError

if TYPE_CHECKING:
    from watchbot.chat.serve import BotThread
    from watchbot.config import Watch
    from watchbot.web.serve import WebThread

COLLECT_EVERY = timedelta(minutes=5)
DELIVER_EVERY = timedelta(minutes=1)
BOUNCES_EVERY = timedelta(minutes=15)
# What was sent is kept in full for so long.
CONTENTS_KEPT = timedelta(days=60)
# A digest missed by less than this is made up for; by more, the next one tells all.
MISFIRE_GRACE = timedelta(days=2)
STOP_SECONDS = 6.0
PARIS = ZoneInfo("Europe/Paris")

Log = Callable[..., None]


def _now() -> datetime:
    return datetime.now(UTC)


# ------------------------------------------------------------------------------------------ jobs (by name: they are stored)


def collect_job(folder: str) -> None:
    """Visit what is due, work out what is new, tag it, tell alerts, and tell the administrator of sources in trouble."""
    from watchbot.app.alerting import alert
    from watchbot.app.classifying import classify
    from watchbot.app.collecting import collect
    from watchbot.app.health import troubles_to_tell
    from watchbot.app.notes import note_troubles
    from watchbot.app.understanding import understand

    watch, store = _open(folder)
    with store:
        report = collect(watch, store, clock=_now)
        if report.new or report.edited or report.changes:
            understand(watch, store, _now())
            classify(watch, store, clock=_now)
        queued = alert(watch, store, _now())
        with store.transaction():
            # In one transaction: a trouble is marked as told only if the letter is in the outbox.
            troubles = troubles_to_tell(watch, store, _now())
            note_troubles(watch, store, troubles, _now())
        for health in troubles:
            log("source in trouble", source=health.source_id, state=health.state.value, reason=health.message)
        log("collected", sources=report.sources, new=len(report.new), changes=len(report.changes), alerts=queued)
    if queued:
        deliver_job(folder)


def digest_job(folder: str, edition: str) -> None:
    """Compose and send today's issue of an edition."""
    from watchbot.app.digesting import send

    watch, store = _open(folder)
    with store:
        report = send(watch, store, watch.edition(edition), clock=_now, patience=120.0)
    log("digest", issue=report.issue, queued=report.queued, sent=report.delivered["sent"], waiting=report.waiting)


def deliver_job(folder: str) -> None:
    """Try again what waits in the outbox."""
    from watchbot.app.digesting import deliver

    watch, store = _open(folder)
    with store:
        due = store.outbox.next_due()
    if due is not None and due <= _now():
        log("delivered", **deliver(watch))


def bounces_job(folder: str) -> None:
    """Read what came back by mail."""
    from watchbot.app.bouncing import take_mailbox

    watch, store = _open(folder)
    with store:
        counts = take_mailbox(watch, store, _now())
    if counts:
        log("bounces", **counts)


def note_job(folder: str) -> None:
    """Write the administrator's weekly note."""
    from watchbot.app.notes import weekly_note

    watch, store = _open(folder)
    with store:
        log("weekly note", queued=weekly_note(watch, store, _now()))


def backup_job(folder: str) -> None:
    """Forget requests that nobody confirmed, and copy the database into the backup folder, verified."""
    from watchbot.app.backup import backup, prune
    from watchbot.app.subscribing import forget_unconfirmed

    watch, store = _open(folder)
    with store:
        forget_unconfirmed(store, _now())
        store.chat.prune(_now())
        store.outbox.forget_contents(_now() - CONTENTS_KEPT)
    if watch.settings.backup_dir:
        folder_of_backups = Path(watch.settings.backup_dir)
        made = backup(watch.database, folder_of_backups, _now())
        log("backup", file=str(made), removed=len(prune(folder_of_backups)))


def _open(folder: str) -> tuple[Watch, Any]:
    from watchbot.config import load_watch
    from watchbot.store import Store

    watch = load_watch(Path(folder))
    return watch, Store(watch.database)


def log(event: str, **values: object) -> None:
    """One structured line; secrets are never among the values."""
    import structlog

    structlog.get_logger("watchbot").info(event, **values)


# ------------------------------------------------------------------------------------------ the process


def build_scheduler(watch: Watch, scheduler: Any = None) -> Any:
    """A scheduler with the watch's jobs: new ones added, changed ones replaced, those of removed editions dropped."""
    from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
    from apscheduler.schedulers.background import BackgroundScheduler
    from apscheduler.triggers.cron import CronTrigger
    from apscheduler.triggers.interval import IntervalTrigger

    if scheduler is None:
        scheduler = BackgroundScheduler(
            jobstores={"default": SQLAlchemyJobStore(url=f"sqlite:///{watch.database}.jobs")},
            job_defaults={
                "coalesce": True,
                "max_instances": 1,
                "misfire_grace_time": int(MISFIRE_GRACE.total_seconds()),
            },
            timezone=PARIS,
        )
    folder = str(watch.folder)
    wanted: dict[str, tuple[Callable[..., None], Any, list[str]]] = {
        "collect": (collect_job, IntervalTrigger(seconds=int(COLLECT_EVERY.total_seconds())), [folder]),
        "deliver": (deliver_job, IntervalTrigger(seconds=int(DELIVER_EVERY.total_seconds())), [folder]),
        "backup": (backup_job, CronTrigger.from_crontab("15 3 * * *", timezone=PARIS), [folder]),
        "note": (note_job, CronTrigger.from_crontab("0 7 * * mon", timezone=PARIS), [folder]),
    }
    if watch.settings.bounce_imap_url:
        wanted["bounces"] = (bounces_job, IntervalTrigger(seconds=int(BOUNCES_EVERY.total_seconds())), [folder])
    for edition in watch.editions:
        trigger = CronTrigger.from_crontab(edition.schedule, timezone=ZoneInfo(edition.timezone))
        trigger.jitter = int(edition.jitter.total_seconds()) or None
        wanted[f"digest-{edition.id}"] = (digest_job, trigger, [folder, edition.id])
    if not scheduler.running:
        scheduler.start(paused=True)
    known = {job.id: job for job in scheduler.get_jobs()}
    for name in set(known) - set(wanted):
        scheduler.remove_job(name)
    for name, (run, trigger, arguments) in wanted.items():
        job = known.get(name)
        # A job that is as it was keeps its next time: that is how a missed one is found.
        if job is None or _form(job.trigger) != _form(trigger) or list(job.args) != arguments:
            scheduler.add_job(run, trigger, args=arguments, id=name, replace_existing=True)
    return scheduler


def _form(trigger: Any) -> tuple[str, str, int]:
    """What tells one trigger from another: its fields, its time zone, its jitter."""
    return str(trigger), str(trigger.timezone), int(trigger.jitter or 0)


def _tell_failures(scheduler: Any) -> None:
    """A job that fails is logged once, as everything else is, and runs again at its next time."""
    import logging

    from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MISSED

    def told(event: Any) -> None:
        error = getattr(event, "exception", None)
        log("job failed" if error else "job missed", job=event.job_id, error=f"{type(error).__name__}: {error}")

    scheduler.add_listener(told, EVENT_JOB_ERROR | EVENT_JOB_MISSED)
    # APScheduler's own lines would go around the masking of secrets.
    logging.getLogger("apscheduler").addHandler(logging.NullHandler())
    logging.getLogger("apscheduler").propagate = False


def run(folder: Path, *, stop: threading.Event | None = None, web: bool = True) -> bool:
    """Run the watch until SIGTERM or SIGINT; SIGHUP reads its folder again.

    Args:
        folder: the watch's folder.
        stop: ends it, like the signals.
        web: serve the web app as well.

    Returns:
        Whether every job had ended when it stopped; if not, its thread is still at work.

    Raises:
        StoreError: another process runs this watch.
        ConfigError: the watch's folder is wrong.
    """
    from watchbot.config import load_watch
    from watchbot.logs import configure

    watch = load_watch(folder)
    configure(watch.settings.log, watch.settings.log_format)
    lock = single_instance(watch.database)
    stop = stop or threading.Event()
    reload = threading.Event()
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        signal.signal(signal.SIGHUP, lambda *_: reload.set())
    scheduler = build_scheduler(watch)
    _tell_failures(scheduler)
    scheduler.resume()
    scheduler.modify_job("collect", next_run_time=_now())
    site = _serve(watch) if web else None
    bot = _talk(watch, site)
    log("running", watch=str(watch.folder), editions=[edition.id for edition in watch.editions])
    try:
        while not stop.wait(0.5):
            if reload.is_set():
                reload.clear()
                _reload(folder, scheduler, site, bot)
    finally:
        if bot is not None:
            bot.stop()
        if site is not None:
            site.stop()
        ended = _stop(scheduler)
        os.close(lock)
        log("stopped", ended=ended)
    return ended


def _serve(watch: Watch) -> WebThread | None:
    """The web app; without it (no secret key, port taken) everything else runs all the same."""
    from watchbot.web.serve import WebThread

    if watch.settings.secret_key is None:
        log("no web app: WATCHBOT_SECRET_KEY is not set")
        return None
    site = WebThread(watch, _now)
    if not site.start():
        log("no web app: it could not listen", host=watch.settings.web_host, port=watch.settings.web_port)
        return None
    log("serving", host=watch.settings.web_host, port=site.port)
    return site


def _talk(watch: Watch, site: WebThread | None) -> BotThread | None:
    """The bot, when there is a token; it waits for Telegram by itself."""
    if watch.settings.telegram_token is None:
        return None
    from watchbot.chat.serve import start_beside

    return start_beside(watch, _now, site.app if site is not None else None)


def _reload(folder: Path, scheduler: Any, site: WebThread | None, bot: BotThread | None) -> None:
    from watchbot.config import load_watch

    try:
        watch = load_watch(folder)
        build_scheduler(watch, scheduler)
        if site is not None:
            site.app.state.watch = watch
        if bot is not None:
            bot.use(watch)
        log("reloaded")
    except WatchbotError as error:
        log("not reloaded: the folder has faults, the former settings go on", error=str(error))


def _stop(scheduler: Any) -> bool:
    """Let jobs under way end, but not for longer than `STOP_SECONDS`: whatever is cut goes on at the next start."""
    ending = threading.Thread(target=scheduler.shutdown, kwargs={"wait": True}, daemon=True)
    ending.start()
    ending.join(STOP_SECONDS)
    return not ending.is_alive()


def single_instance(database: Path) -> int:
    """Take the lock of the one process that may run a watch; closing the descriptor gives it back.

    Raises:
        StoreError: another process has it.
    """
    descriptor = os.open(f"{database}.run.lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        message = f"{database}: another `watchbot run` is running this watch; stop it first"
        raise StoreError(message) from error
    return descriptor
