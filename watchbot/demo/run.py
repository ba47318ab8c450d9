"""The main job on the recorded web, with real parts on loopback: HTTP, SMTP, a Bot API server, SQLite.

Two Mondays a week apart: collect, track, understand, classify, compose, deliver; then what was delivered is written to a folder.
"""

from __future__ import annotations

import email
import email.policy
import json
import os
import shutil
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from watchbot.errors import UsageError

if TYPE_CHECKING:
    from watchbot.config import Watch
    from watchbot.demo.bot_api import LocalBotApi
    from watchbot.demo.sinks import MailSink
    from watchbot.model import Change
    from watchbot.store import Store

MARK = ".watchbot-demo"
HOUR = 6
READERS = (
    # channel, address, editions, topics, regions
    ("email", "camille@coordination.example", ("hebdo",), (), ()),
    ("email", "yanis@tournages.example", ("hebdo",), ("financements", "mesure", "innovations"), ("sud", "occitanie")),
    (
        "email",
        "equipe@cpnef.example",
        ("hebdo", "referentiels"),
        ("referentiels", "reglementation", "formation", "financements"),
        (),
    ),
    ("telegram", "424242", ("hebdo",), (), ()),
    # This edition alerts: what changes reaches its readers at once, and their digest leaves it out.
    ("telegram", "515151", ("referentiels",), ("referentiels", "reglementation", "formation", "financements"), ()),
)

Say = Callable[[str], None]


@dataclass(slots=True, kw_only=True)
class WeekReport:
    """What one week of the demonstration did."""

    week: str
    sources: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    seen: int = 0
    new: int = 0
    edited: int = 0
    changes: list[Change] = field(default_factory=list)
    kept: int = 0
    off_topic: int = 0
    maybe: int = 0
    alerts: int = 0
    sent: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True, kw_only=True)
class DemoReport:
    """What the demonstration did, and where to look."""

    out: Path
    weeks: list[WeekReport] = field(default_factory=list)
    topics: Mapping[str, int] = field(default_factory=dict)
    deadlines: int = 0
    mails: int = 0
    messages: int = 0
    agreement: float = 0.0
    dialogue: str = ""
    files: list[Path] = field(default_factory=list)


def run_demo(out: Path, say: Say) -> DemoReport:
    """Run the demonstration and write what was delivered under `out`.

    Raises:
        UsageError: `out` holds something that the demonstration did not make.
    """
    from watchbot.app.scaffold import init_watch
    from watchbot.config import load_watch
    from watchbot.demo.bot_api import LocalBotApi
    from watchbot.demo.server import DEMO_ENVIRON, WEEKS, RecordedWeb
    from watchbot.demo.sinks import MailSink
    from watchbot.store import Store

    out = out.resolve()
    _clear(out)
    init_watch(out / "watch")
    report = DemoReport(out=out)
    with ExitStack() as stack:
        web = stack.enter_context(RecordedWeb(WEEKS[0]))
        mail = stack.enter_context(MailSink())
        bot = stack.enter_context(LocalBotApi())
        environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith("WATCHBOT_")},
            **DEMO_ENVIRON,
            "WATCHBOT_RECORDED_WEB": web.base,
            "WATCHBOT_SMTP_URL": mail.url,
            "WATCHBOT_SMTP_ALLOW_PLAIN": "1",
            "WATCHBOT_SMTP_RATE": "1000",
            "WATCHBOT_MAIL_FROM": "veille@watchbot.example",
            "WATCHBOT_BASE_URL": "https://veille.watchbot.example",
            "WATCHBOT_TELEGRAM_TOKEN": bot.token,
            "WATCHBOT_TELEGRAM_API": bot.url,
        }
        watch = load_watch(out / "watch", environ)
        store = stack.enter_context(Store(watch.database))
        _subscribe(watch, store)
        for week in WEEKS:
            web.set_week(week)
            report.weeks.append(_week(watch, store, week, say))
        _summarise(store, report, mail, bot)
        say("a conversation with the bot")
        report.dialogue = _converse(watch, bot)
        _write(watch, store, report, mail, bot)
    return report


def _clear(out: Path) -> None:
    """Empty a former demonstration's folder; anything else is left alone."""
    if out.exists() and any(out.iterdir()) and not (out / MARK).exists():
        message = f"{out} is not empty and holds no demonstration; name another folder with --out"
        raise UsageError(message)
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    (out / MARK).touch()


def _subscribe(watch: Watch, store: Store) -> None:
    from watchbot.app.people import add_subscriber

    at = datetime(2026, 11, 9, 9, 0, tzinfo=UTC)
    for channel, address, editions, topics, regions in READERS:
        add_subscriber(
            watch, store, channel, address, editions=editions, topics=topics, regions=regions, confirmed=True, at=at
        )


def _week(watch: Watch, store: Store, week: str, say: Say) -> WeekReport:
    from watchbot.app.alerting import alert
    from watchbot.app.classifying import classify
    from watchbot.app.collecting import collect
    from watchbot.app.digesting import deliver, send
    from watchbot.app.understanding import understand
    from watchbot.demo.server import demo_sources

    moment = datetime.fromisoformat(week).replace(hour=HOUR, minute=30, tzinfo=UTC)
    result = WeekReport(week=week)

    def clock() -> datetime:
        return moment

    say(f"{week}: collecting over HTTP on loopback")
    sources = demo_sources(watch.sources)
    gathered = collect(watch, store, clock=clock, only=[source.id for source in sources])
    result.sources, result.seen = gathered.sources, gathered.items_seen
    result.new, result.edited, result.changes = len(gathered.new), len(gathered.edited), gathered.changes
    result.failed = [(one, reason) for one, reason, _ in gathered.failures]
    say(f"{week}: facts, deadlines and topics of {result.new} new items")
    understand(watch, store, moment)
    judged = classify(watch, store, clock=clock)
    result.kept, result.off_topic, result.maybe = judged.kept, judged.off_topic, judged.maybe
    result.alerts = alert(watch, store, moment)
    if result.alerts:
        say(f"{week}: {result.alerts} alerts at once, by SMTP and the Bot API")
        result.sent += deliver(watch, patience=10.0, backoff=0.05)
    say(f"{week}: digests by SMTP and the Bot API")
    for edition in watch.editions:
        if edition.id != "mensuel":
            result.sent += send(watch, store, edition, clock=clock, patience=10.0, backoff=0.05).delivered
    return result


def _converse(watch: Watch, bot: LocalBotApi) -> str:
    from watchbot.demo.server import WEEKS
    from watchbot.demo.talking import hold_dialogue

    moment = datetime.fromisoformat(WEEKS[-1]).replace(hour=HOUR + 2, tzinfo=UTC)
    return hold_dialogue(watch, bot, lambda: moment)


def _summarise(store: Store, report: DemoReport, mail: MailSink, bot: LocalBotApi) -> None:
    report.topics = store.tags.topic_counts()
    last = datetime.fromisoformat(report.weeks[-1].week).date()
    report.deadlines = len(store.deadlines.upcoming(last, last.replace(year=last.year + 1)))
    report.mails, report.messages = len(mail.messages), len(bot.messages)
    report.agreement = _agreement(store)


def _agreement(store: Store) -> float:
    """The share of items whose relevance the classifier judged as the people who wrote the recorded web labelled it."""
    lines = (files("watchbot.demo") / "recorded" / "expected.jsonl").read_text(encoding="utf-8").splitlines()
    expected = {row["title"]: row["relevant"] for row in map(json.loads, filter(str.strip, lines))}
    items = store.items.select(limit=None)
    verdicts = store.tags.verdicts([item.id for item in items])
    known = [(expected[i.title], verdicts[i.id].relevant) for i in items if i.title in expected and i.id in verdicts]
    return sum(a == b for a, b in known) / len(known) if known else 0.0


def _write(watch: Watch, store: Store, report: DemoReport, mail: MailSink, bot: LocalBotApi) -> None:
    """What was delivered, as files: the messages as they came, and what they show."""
    from watchbot.app.tracking import upcoming_deadlines, write_calendar

    for number, received in enumerate(mail.messages, 1):
        name = f"{number:02d}-{received.recipients[0].partition('@')[0]}"
        _put(report, f"mail/{name}.eml", received.content)
        parsed = email.message_from_bytes(received.content, policy=email.policy.default)
        for kind, suffix in (("html", "html"), ("plain", "txt")):
            body: Any = parsed.get_body((kind,))
            _put(report, f"mail/{name}.{suffix}", body.get_content().encode())
    for number, message in enumerate(bot.messages[: report.messages], 1):
        _put(report, f"telegram/{number:02d}-{message.chat}.html", message.html.encode())
        _put(report, f"telegram/{number:02d}-{message.chat}.txt", message.text.encode())
    _put(report, "dialogue.txt", report.dialogue.encode())
    last = datetime.fromisoformat(report.weeks[-1].week).replace(hour=HOUR, tzinfo=UTC)
    calendar = report.out / "echeances.ics"
    write_calendar(watch, upcoming_deadlines(store, last, timedelta(days=365)), last, calendar)
    report.files.append(calendar)


def _put(report: DemoReport, name: str, content: bytes) -> None:
    path = report.out / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    report.files.append(path)
