"""A look at all that a running watch needs, and what to do about each thing that is wrong."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from watchbot.errors import ConfigError, WatchbotError

if TYPE_CHECKING:
    from watchbot.config import Watch
    from watchbot.store import Store

LEAST_DISK = 500_000_000
QUIET = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked at. `state` is `ok`, `warning` or `error`."""

    state: str
    what: str
    finding: str
    advice: str = ""


def examine(folder: Path) -> list[Finding]:
    """Look at configuration, database, disk, clock, mail server, bot, and the last runs. Never raises for what it finds."""
    from watchbot.app.checking import check_watch
    from watchbot.config import load_watch

    try:
        watch = load_watch(folder)
    except ConfigError as error:
        return [
            Finding(state="error", what="configuration", finding=p, advice="correct the file") for p in error.problems
        ]
    problems, warnings = check_watch(watch)
    found = [Finding(state="error", what="configuration", finding=p, advice="correct it") for p in problems]
    found += [Finding(state="warning", what="configuration", finding=w) for w in warnings]
    if not found:
        found.append(Finding(state="ok", what="configuration", finding=f"{len(watch.sources)} sources, all valid"))
    found += [
        *_disk(watch),
        *_clock(),
        *_database(watch),
        *_backups(watch),
        *_mail(watch),
        *_domain(watch),
        *_bot(watch),
    ]
    return found


def _disk(watch: Watch) -> Iterator[Finding]:
    free = shutil.disk_usage(watch.database.parent).free
    state = "ok" if free > LEAST_DISK else "error"
    advice = "" if state == "ok" else "free some space: nothing can be recorded on a full disk"
    yield Finding(state=state, what="disk", finding=f"{free / 1e9:.1f} GB free", advice=advice)


def _clock() -> Iterator[Finding]:
    now = datetime.now(UTC)
    sane = now.year >= 2026
    advice = "" if sane else "set the clock (timedatectl): digests and deadlines go by it"
    yield Finding(
        state="ok" if sane else "error", what="clock", finding=now.strftime("%Y-%m-%d %H:%M UTC"), advice=advice
    )


def _database(watch: Watch) -> Iterator[Finding]:
    from watchbot.store import Store

    if not watch.database.exists():
        yield Finding(state="warning", what="database", finding="none yet", advice="run `watchbot collect`")
        return
    try:
        with Store(watch.database) as store:
            problems = store.integrity_problems()
            yield from (
                Finding(state="error", what="database", finding=p, advice="restore a backup: `watchbot restore FILE`")
                for p in problems
            )
            if not problems:
                yield Finding(state="ok", what="database", finding=f"sound, {store.items.count()} items")
            yield from _runs(watch, store)
    except WatchbotError as error:
        yield Finding(state="error", what="database", finding=str(error), advice="see the message")


def _runs(watch: Watch, store: Store) -> Iterator[Finding]:
    from watchbot.app.health import source_health
    from watchbot.model import HealthState

    now = datetime.now(UTC)
    recent = store.attempts.since(now - QUIET)
    if not recent and store.attempts.count():
        yield Finding(
            state="warning", what="collection", finding="no visit for a day", advice="is `watchbot run` running?"
        )
    for health in source_health(watch, store, now):
        if health.state in {HealthState.FAILING, HealthState.SUSPECT, HealthState.DISABLED}:
            advice = f"watchbot collect --source {health.source_id}; correct its table in sources.toml"
            yield Finding(
                state="warning",
                what=f"source {health.source_id}",
                finding=f"{health.state.value}: {health.message}",
                advice=advice,
            )
    waiting = store.outbox.counts()
    if waiting["failed"]:
        yield Finding(state="warning", what="deliveries", finding=f"{waiting['failed']} failed for good")


def _mail(watch: Watch) -> Iterator[Finding]:
    from watchbot.digest.deliver.smtp import SmtpConnection, SmtpServer

    if watch.settings.smtp_url is None:
        return
    try:
        url = watch.settings.smtp_url.get_secret_value()
        server = SmtpServer.from_url(url, allow_plain=watch.settings.smtp_allow_plain)
        connection = SmtpConnection(server, timeout=10)
        connection.check()
        connection.quit()
    except WatchbotError as error:
        yield Finding(state="error", what="mail server", finding=str(error), advice="check WATCHBOT_SMTP_URL")
    else:
        yield Finding(state="ok", what="mail server", finding=f"{server.host}:{server.port} answers")


def _domain(watch: Watch) -> Iterator[Finding]:
    """Whether receivers can tell that mails come from us; only when there is a mail server and a public domain."""
    from watchbot.app.mail_domain import dns_lookup, look_at_domain

    settings = watch.settings
    domain = settings.mail_from.rpartition("@")[2]
    if settings.smtp_url is None or "." not in domain:
        return
    selector = settings.dkim_selector if settings.dkim_key else None
    signing = settings.dkim_domain or domain
    if selector is None:
        yield Finding(
            state="warning",
            what="DKIM",
            finding="mails are not signed here",
            advice="set WATCHBOT_DKIM_KEY, or let the mail provider sign",
        )
    try:
        for one in look_at_domain(signing if selector else domain, selector, dns_lookup()):
            yield Finding(
                state="warning" if one.advice else "ok", what=one.what, finding=one.finding, advice=one.advice
            )
    except OSError as error:
        yield Finding(state="warning", what="DNS", finding=str(error), advice="look at the network of this machine")


def _backups(watch: Watch) -> Iterator[Finding]:
    if not watch.settings.backup_dir:
        advice = "set WATCHBOT_BACKUP_DIR to a folder on another disk"
        yield Finding(state="warning", what="backups", finding="none are made", advice=advice)
        return
    newest = max(
        Path(watch.settings.backup_dir).glob("watch-*.db"), key=lambda path: path.stat().st_mtime, default=None
    )
    age = datetime.now(UTC).timestamp() - newest.stat().st_mtime if newest else None
    if age is None or age > 2 * QUIET.total_seconds():
        finding = "none yet" if newest is None else f"the newest is {(age or 0) / 86400:.0f} days old"
        advice = "`watchbot run` makes one at night; `watchbot backup` makes one now"
        yield Finding(state="warning", what="backups", finding=finding, advice=advice)
    else:
        yield Finding(state="ok", what="backups", finding=f"newest: {newest}")


def _bot(watch: Watch) -> Iterator[Finding]:
    from watchbot.digest.deliver.telegram import TelegramChannel

    if watch.settings.telegram_token is None:
        return
    channel = TelegramChannel(watch.settings.telegram_token.get_secret_value(), watch.settings.telegram_api)
    try:
        name = channel.check()
    except WatchbotError as error:
        yield Finding(state="error", what="Telegram bot", finding=str(error), advice="check WATCHBOT_TELEGRAM_TOKEN")
    else:
        yield Finding(state="ok", what="Telegram bot", finding=f"@{name} answers")
    finally:
        channel.close()
