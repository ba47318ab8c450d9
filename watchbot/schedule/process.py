"""The program that runs a watch: one instance, signals, reload, and an end within ten seconds."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from watchbot.errors import ConfigError, StoreError, WatchbotError
from watchbot.schedule.jobs import HELD, STOPPING, log, now
from watchbot.schedule.timetable import build_scheduler, make_up, tell_failures

if TYPE_CHECKING:
    from watchbot.chat.serve import BotThread
    from watchbot.config import Watch
    from watchbot.web.serve import WebThread

# For everything together: jobs under way, the agent's last message, answers of the web app.
STOP_SECONDS = 7.0


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
    from watchbot.app.checking import template_problems
    from watchbot.config import load_watch
    from watchbot.logs import configure

    watch = load_watch(folder)
    configure(watch.settings.log, watch.settings.log_format)
    faults = template_problems(watch)  # else they would show on Monday
    if faults:
        raise ConfigError(faults)
    lock = single_instance(watch.database)
    stop = stop or threading.Event()
    reload = threading.Event()
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        signal.signal(signal.SIGHUP, lambda *_: reload.set())
    STOPPING.clear()
    HELD[str(watch.folder)] = watch
    scheduler = build_scheduler(watch)
    tell_failures(watch, scheduler)
    make_up(watch, scheduler)
    for name in ("deliver", "collect"):
        scheduler.modify_job(name, next_run_time=now())
    scheduler.resume()
    site = _serve(watch) if web else None
    bot = _talk(watch, site)
    log("running", watch=str(watch.folder), editions=[edition.id for edition in watch.editions])
    try:
        while not stop.wait(0.5):
            if reload.is_set():
                reload.clear()
                _reload(folder, scheduler, site, bot)
    finally:
        ended = _stop(scheduler, site, bot)
        if ended:  # else what hangs must still find that it is to stop
            STOPPING.clear()
        HELD.pop(str(watch.folder), None)
        os.close(lock)
        log("stopped", ended=ended)
    return ended


def _serve(watch: Watch) -> WebThread | None:
    """The web app; without it (no secret key, port taken) everything else runs all the same."""
    from watchbot.web.serve import WebThread

    if watch.settings.secret_key is None:
        log("no web app: WATCHBOT_SECRET_KEY is not set")
        return None
    site = WebThread(watch, now)
    site.app.state.scheduled_since = now()
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

    return start_beside(watch, now, site.app if site is not None else None)


def _reload(folder: Path, scheduler: Any, site: WebThread | None, bot: BotThread | None) -> None:
    """Take up the folder as it is now, if the watch can work with it; whatever is wrong with it, the former settings go on."""
    former = HELD[str(folder.expanduser().resolve())]
    try:
        watch = _workable(folder, former)
    except WatchbotError as error:
        log("not reloaded: the folder has faults, the former settings go on", error=str(error))
        return
    except Exception as error:  # noqa: BLE001 - whatever somebody writes into a file, the running watch outlives it
        log("not reloaded: the former settings go on", error=f"{type(error).__name__}: {error}")
        return
    try:
        build_scheduler(watch, scheduler)
    except Exception as error:  # noqa: BLE001 - likewise
        log("not reloaded: the former settings go on", error=f"{type(error).__name__}: {error}")
        with contextlib.suppress(Exception):  # what hindered the one may hinder the other: it was told
            build_scheduler(former, scheduler)
        return
    HELD[str(watch.folder)] = watch
    if site is not None:
        site.app.state.watch = watch
    if bot is not None:
        bot.use(watch)
    log("reloaded")


def _workable(folder: Path, former: Watch) -> Watch:
    """The watch as its folder has it now.

    Raises:
        ConfigError: it could not work.
    """
    from watchbot.app.checking import check_watch
    from watchbot.config import load_watch

    watch = load_watch(folder)
    problems, _ = check_watch(watch)
    if former.settings.secret_key is not None and watch.settings.secret_key is None:
        problems.append("environment: WATCHBOT_SECRET_KEY is gone: without it nothing can be sent")
    if problems:
        raise ConfigError(problems)
    return watch


def _stop(scheduler: Any, site: WebThread | None, bot: BotThread | None) -> bool:
    """Let what is under way end, everything at once, but not for longer than `STOP_SECONDS`: what is cut goes on at the next start."""
    until = time.monotonic() + STOP_SECONDS
    STOPPING.set()
    stops: list[Callable[[], None]] = [scheduler.shutdown]
    stops += [part.stop for part in (site, bot) if part is not None]
    ending = [threading.Thread(target=stop, daemon=True) for stop in stops]
    for thread in ending:
        thread.start()
    for thread in ending:
        thread.join(max(0.0, until - time.monotonic()))
    return not any(thread.is_alive() for thread in ending)


def single_instance(database: Path) -> int:
    """Take the lock of the one process that may run a watch; closing the descriptor gives it back.

    Raises:
        StoreError: another process has it.
    """
    descriptor = os.open(f"{os.path.realpath(database)}.run.lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        message = f"{database}: another `watchbot run` is running this watch; stop it first"
        raise StoreError(message) from error
    return descriptor
