"""Kill the sender at random points, servers in a bad mood, and count what arrived.

    python benchmarks/faults.py                     # 50 kills of the command, 500 recipients, 20 times: raw counts exact
    python benchmarks/faults.py --victim either --lost-answers 0.02
                                                    # the command or its agent is killed, and mails' answers are lost

Killed (SIGKILL) is a real process, at moments drawn from a seed: in the middle of a recipient, of a message, or after the
server took a message and before the answer is seen. SMTP and Bot API servers are real ones on loopback; they answer with 4xx,
429, 500 and break connections off, before they took a message, and (the Bot API always, SMTP by --lost-answers) after.

Two counts of mails: raw, as the server took them, and in mailboxes, where a repetition is known by its Message-ID. A mail whose
answer is lost is sent again, so only the second count can be exact then; Telegram's is exact always.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from watchbot.demo import sinks
from watchbot.demo.bot_api import DROP, LOSE_ANSWER, LocalBotApi
from watchbot.demo.sinks import MailSink
from watchbot.digest.deliver.settings import AgentSettings
from watchbot.model import Delivery, Subscriber
from watchbot.store import Store
from watchbot.store.outbox import Outgoing, delivery_key

NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
SECRET = "k" * 32
COMMAND = "import sys; from watchbot.digest.deliver.agent import *; import json; run_agent(AgentSettings(**json.load(sys.stdin)))"


@dataclass
class Victim:
    """The process to be killed, and at which of the servers' events."""

    moments: set[int]
    chance: random.Random
    events: int = 0
    kills: int = 0
    process: subprocess.Popen[str] | None = None
    either: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def event(self) -> bool | None:
        """Something happened at a server: kill now if this is the moment. Returns whether the server then drops the call."""
        with self.lock:
            self.events += 1
            if self.events not in self.moments:
                return None
            if self.process is None or self.process.poll() is not None:
                # Dead already, its agent at the last message: the next one dies a little later.
                self.moments.add(next(n for n in itertools.count(self.events + 1) if n not in self.moments))
                return None
            agents = _children(self.process.pid) if self.either and self.chance.random() < 0.5 else []
            with contextlib.suppress(ProcessLookupError):  # it ended by itself this very moment
                os.kill(agents[0] if agents else self.process.pid, signal.SIGKILL)
            self.kills += 1
            return self.chance.random() < 0.5


def _children(pid: int) -> list[int]:
    """The processes that a process started (Linux)."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


@dataclass
class Outcome:
    """What arrived. `wanted` recipients should each have one of each of their parts; `refused` ones nothing."""

    wanted: Counter[str]
    raw: Counter[str]
    distinct: Counter[str]
    refused: int
    kills: int
    states: Counter[str]
    seconds: float

    def exact(self, *, in_mailboxes: bool = False) -> bool:
        """Whether each got one, none two, none zero."""
        return (self.distinct if in_mailboxes else self.raw) == self.wanted

    @property
    def missing(self) -> int:
        """How many messages did not arrive at all."""
        return (self.wanted - self.raw).total()

    @property
    def doubled(self) -> int:
        """How many messages came once too often, as raw transmissions."""
        return (self.raw - self.wanted).total()


def fill(path: Path, recipients: int) -> tuple[Counter[str], set[str]]:
    """Queue an issue for three fifths by mail and two fifths by Telegram, some in two parts; one in fifty refuses for good."""
    wanted: Counter[str] = Counter()
    refused: set[str] = set()
    outgoing = []
    with Store(path) as store, store.transaction():
        for n in range(recipients):
            channel = "telegram" if n % 5 in {1, 3} else "email"
            address = str(1000 + n) if channel == "telegram" else f"r{n}@example.org"
            one = Subscriber(id=f"s{n}", channel=channel, address=address, state="active", created_at=NOW)
            store.subscribers.add(one, SECRET.encode())
            parts = [f"<b>Partie {p}</b> pour {n}" for p in range(1 + (n % 10 == 1))]
            payload = {
                "subject": f"Numéro {n}",
                "text": f"Bonjour {n}\n" * 50,
                "html": f"<p>Bonjour {n}</p>" * 50,
                "date": NOW.isoformat(),
            }
            key = delivery_key("hebdo", "w", one.id, channel)
            delivery = Delivery(key=key, edition="hebdo", issue="w", subscriber_id=one.id, channel=channel)
            outgoing.append(
                Outgoing(
                    delivery=delivery,
                    address=address,
                    payload={"messages": parts} if channel == "telegram" else payload,
                )
            )
            if n % 50 == 7:
                refused.add(address)
            elif channel == "email":
                wanted[address] = 1
            else:
                wanted |= {f"{address}/{p}": 1 for p in range(len(parts))}
        store.outbox.enqueue(outgoing, NOW)
    return wanted, refused


@contextlib.contextmanager
def servers(
    seed: int, victim: Victim, refused: set[str], lost_answers: float
) -> Iterator[tuple[MailSink, LocalBotApi]]:
    """Both servers, in a bad mood drawn from the seed; at each event the victim may die."""
    moods = sinks.unreliable(seed, temporary=0.06, drops=0.03, lost_answers=lost_answers, permanent=frozenset(refused))
    dice = random.Random(seed + 1)

    def mail(step: str, envelope: object) -> str | None:
        dropped = victim.event()
        if dropped is not None:
            return sinks.DROP if dropped else None
        return moods(step, envelope)  # type: ignore[arg-type]

    def bot(method: str, chat: str) -> tuple[int, str, int | None] | str | None:
        dropped = victim.event()
        if dropped is not None:
            return DROP if dropped else None
        if chat in refused:
            return 403, "Forbidden: bot was blocked by the user", None
        roll = dice.random()
        answers = [
            (0.03, (429, "Too Many Requests: retry after 0", 0)),
            (0.06, (500, "Internal Server Error", None)),
            (0.09, DROP),
            (0.12, LOSE_ANSWER if method == "sendMessage" else None),
        ]
        return next((answer for limit, answer in answers if roll < limit), None)

    with MailSink(mail) as sink, LocalBotApi(mood=bot) as api:
        yield sink, api


def start(victim: str, settings: AgentSettings) -> subprocess.Popen[str]:
    """The command that sends, which starts an agent; or an agent alone."""
    arguments = ["-m", "watchbot.digest.deliver.agent"] if victim == "agent" else ["-c", COMMAND]
    process = subprocess.Popen(
        [sys.executable, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        # A command whose agent was killed says so, and is run again.
        stderr=subprocess.DEVNULL if victim == "either" else None,
        start_new_session=True,
        text=True,
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(asdict(settings)) + "\n")
    process.stdin.flush()
    if victim != "agent":
        process.stdin.close()
    return process


def run_faults(
    folder: Path, *, recipients: int, kills: int, seed: int, victim: str, lost_answers: float = 0.0
) -> Outcome:
    """Send an issue, killing the sender `kills` times, then let it finish; count what arrived.

    `lost_answers` is the share of mails that the server takes without its answer coming through. The Bot API server always
    loses some.
    """
    path = folder / "watch.db"
    wanted, refused = fill(path, recipients)
    chance = random.Random(seed)
    # A mail is two events, a part of a Telegram message one.
    about = sum(2 if "@" in name else 1 for name in wanted)
    doomed = Victim(
        set(chance.sample(range(1, about), kills)) if kills else set(),
        random.Random(seed + 2),
        either=victim == "either",
    )
    began = time.monotonic()
    with servers(seed, doomed, refused, lost_answers) as (mail, bot):
        settings = AgentSettings(
            database=str(path),
            secret=SECRET,
            smtp_url=mail.url,
            smtp_allow_plain=True,
            smtp_rate=1e6,
            sender={"address": "veille@example.org", "name": "Veille"},
            telegram_token=bot.token,
            telegram_api=bot.url,
            telegram_rate=1e6,
            patience=0.0,
            backoff=0.01,
        )
        while True:
            done = doomed.events >= about or doomed.kills >= kills
            doomed.process = start(victim, replace(settings, patience=60.0 if done else 5.0))
            doomed.process.wait()
            with Store(path) as store:
                counts = store.outbox.counts()
            if not counts["queued"] + counts["sending"]:
                break
        raw = Counter(one.recipients[0] for one in mail.messages)
        distinct = Counter({recipient: len(kept) for recipient, kept in mail.mailboxes.items()})
        told = Counter(f"{one.chat}/{one.text.split()[1]}" for one in bot.messages)
    return Outcome(wanted, raw + told, distinct + told, len(refused), doomed.kills, counts, time.monotonic() - began)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recipients", type=int, default=500)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--repeat", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--victim", choices=["command", "agent", "either"], default="command")
    parser.add_argument("--lost-answers", type=float, default=0.0, help="share of mails taken without an answer")
    options = parser.parse_args()
    failures = 0
    for seed in range(options.seed, options.seed + options.repeat):
        with tempfile.TemporaryDirectory() as folder:
            outcome = run_faults(
                Path(folder),
                recipients=options.recipients,
                kills=options.kills,
                seed=seed,
                victim=options.victim,
                lost_answers=options.lost_answers,
            )
        # Only a lost answer, or the death of the agent itself, may repeat a mail (under its Message-ID).
        certain = options.victim == "command" and not options.lost_answers
        good = outcome.exact(in_mailboxes=not certain) and outcome.states["failed"] == outcome.refused
        failures += not good
        print(
            f"seed {seed}: {outcome.kills} kills ({options.victim}), {outcome.wanted.total()} messages wanted,"
            f" {outcome.missing} missing, {outcome.doubled} repeated raw,"
            f" {(outcome.distinct - outcome.wanted).total()} doubled in mailboxes or chats, states {dict(outcome.states)},"
            f" {outcome.seconds:.0f} s: {'good' if good else 'BAD'}",
            flush=True,
        )
        if not good:
            print(f"    missing: {outcome.wanted - outcome.distinct}, doubled: {outcome.distinct - outcome.wanted}")
    exact = options.victim == "command" and not options.lost_answers
    how = "as the servers took them" if exact else "in mailboxes and chats"
    print(f"{options.repeat - failures} of {options.repeat} runs: each got one, none two, none zero, {how}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
