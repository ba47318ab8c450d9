"""Two hundred people at once with the bot, by real polling: how long answers take, and whether any is lost.

    python benchmarks/chat.py                 200 chats for 60 s
    python benchmarks/chat.py --quick         40 chats for 8 s
    python benchmarks/chat.py --every 4 --rate 0    what it can do beyond the pace that Telegram allows

The bot runs in a process of its own, as `watchbot bot` runs it; the local Bot API server and the people are in another. People write
questions and commands and press buttons, each again a random while after the answer came (`--every` seconds on average: for 200 chats,
Telegram's 30 messages a second leave no less than seven). The rival is the least that a bot can do: python-telegram-bot echoing, without
database or search, with the same people on the same server in the same run.
"""

from __future__ import annotations

import argparse
import heapq
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
PATIENCE = 10.0
FIRST = 1_000
QUESTIONS = (
    "aides en Région Sud depuis septembre", "bilan carbone obligatoire", "label ecoprod", "formation coordinateur",
    "quoi de neuf en Bretagne ?", "groupe électrogène hydrogène", "calculateur carbone homologué", "prime RSE+",
    "décors réemploi", "RS6456", "échéances avant fin janvier", "animation sobriété numérique", "éclairage LED",
    "directive CSRD", "tournage parc naturel", "green film", "repas végétariens sur les plateaux", "mobilité des équipes",
    "ce qui a changé", "aide régionale documentaire",
)  # fmt: skip
COMMANDS = ("/recent", "/echeances", "/changements", "/theme mesure", "/region sud", "/aide", "/abonnement", "/start")
# Added to a question, so that hardly any was asked before.
MORE = (
    "en 2026", "Corse", "fiction", "Occitanie", "jeu vidéo", "depuis mars", "cantine", "Ademe", "CNC", "série", "publicité",
    "costumes", "lumière", "transport", "déchets", "Afdas", "festival", "Europe", "studio", "biodiversité", "VHSS", "décor",
    "streaming", "rendu 3D", "hier", "ce mois", "guide", "charte", "vélo", "eau",
)  # fmt: skip
BUTTONS = ("Détail", "Suivants", "‹", "✕", "↩", "🔔", "Continuer")


class Crowd:
    """People at a server: what they do, and how long each answer took, in seconds."""

    def __init__(self, api, every: float, seed: int = 1) -> None:
        self.api = api
        self.every = every
        self.random = random.Random(seed)
        self.waits: list[float] = []
        self.acted: dict[int, float] = {}
        self.shown: dict[int, dict[int, object]] = defaultdict(dict)
        self.agenda: list[tuple[float, int]] = []
        self.changed = threading.Condition()
        self.over = False
        # Seconds of processor time that the bot took, its start included.
        self.cpu = 0.0

    def watch(self) -> None:
        """Take note of whatever the bot sends, as it comes."""
        state, at = self.api.state, 0
        while not self.over:
            with state.changed:
                while len(state.history) == at and not self.over:
                    state.changed.wait(0.2)
                new, at = state.history[at:], len(state.history)
            now = time.perf_counter()
            for one in new:
                self._take(one, now)

    def _take(self, one, now: float) -> None:
        if isinstance(one, dict):
            if one.get("toast"):
                self._answered(int(one["chat"]), now)
        elif one.by_bot:
            self.shown[int(one.chat)][one.message_id] = one
            self._answered(int(one.chat), now)

    def _answered(self, chat: int, now: float) -> None:
        with self.changed:
            start = self.acted.pop(chat, None)
            if start is not None:
                self.waits.append(now - start)
                heapq.heappush(self.agenda, (now + self.random.expovariate(1 / self.every), chat))
                self.changed.notify()

    def act(self, chat: int) -> None:
        """One person writes, or presses a button of the newest message."""
        own = self.shown[chat]
        newest = own[max(own)] if own else None
        with self.changed:
            self.acted[chat] = time.perf_counter()
        if newest is not None and self.random.random() < 0.4:
            carried = [data for text, data in newest.buttons if text.startswith(BUTTONS)]
            if carried:
                self.api.press(chat, newest.message_id, self.random.choice(carried))
                return
        if self.random.random() < 0.6:
            self.api.write(chat, f"{self.random.choice(QUESTIONS)} {self.random.choice(MORE)}")
        else:
            self.api.write(chat, self.random.choice(COMMANDS))

    def run(self, chats: int, seconds: float) -> None:
        """Talk for so many seconds, then wait for the last answers."""
        watcher = threading.Thread(target=self.watch, daemon=True)
        watcher.start()
        end = time.perf_counter() + seconds
        start = time.perf_counter()
        self.agenda = [(start + self.random.expovariate(1 / self.every), FIRST + n) for n in range(chats)]
        heapq.heapify(self.agenda)
        while (now := time.perf_counter()) < end:
            with self.changed:
                if not self.agenda or self.agenda[0][0] > now:
                    self.changed.wait(min(0.05, self.agenda[0][0] - now) if self.agenda else 0.05)
                    continue
                chat = heapq.heappop(self.agenda)[1]
            self.act(chat)
        while self.acted and time.perf_counter() < end + PATIENCE:
            time.sleep(0.02)
        self.over = True
        watcher.join()


def fill(folder: Path, items: int) -> None:
    """A watch with so many stories, tagged, over a year."""
    import numpy as np

    from watchbot.app.scaffold import init_watch
    from watchbot.app.searching import refresh_search
    from watchbot.app.understanding import understand
    from watchbot.classify.encoder import make_encoder
    from watchbot.classify.text import Text, headline, text_hash
    from watchbot.config import load_watch
    from watchbot.model import FoundItem, Kind, Source, Verdict
    from watchbot.store import Store

    init_watch(folder)
    watch = load_watch(folder)
    lines = (ROOT / "classifiers" / "examples.jsonl").read_text(encoding="utf-8").splitlines()
    examples = [json.loads(line) for line in lines if line.strip()]
    found = [
        FoundItem(
            guid=str(n),
            url=f"https://e.org/{n}",
            title=examples[n % len(examples)]["title"],
            summary=examples[n % len(examples)]["summary"],
            published=NOW - timedelta(hours=4 * n),
        )
        for n in range(items)
    ]
    source = Source(id=watch.sources[0].id, name="E", publisher="Ecoprod", kind=Kind.FEED, url="https://e.org/f")
    with Store(watch.database) as store:
        store.items.save(source, found, NOW)
        by_url = {item.url: item.id for item in store.items.select(limit=None)}
        judged = []
        for n, one in enumerate(found):
            example = examples[n % len(examples)]
            topics = tuple(example["topics"])
            scores = dict.fromkeys(topics, 0.9)
            verdict = Verdict(relevant=example["relevant"], relevance=0.9, topics=topics, scores=scores)
            judged.append((by_url[one.url], "h", verdict))
        store.tags.record(judged, "head", NOW)
        understand(watch, store, NOW)
        # Random vectors: it is the time of encoding a question and comparing it that is measured, not what is found.
        encoder = make_encoder(watch.classifier.model.encoders[0])
        texts = [Text(title=one.title, summary=one.summary, body="") for one in found]
        vectors = np.random.default_rng(1).normal(size=(items, encoder.dimension)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        hashes = [text_hash(headline(text)) for text in texts]
        store.vectors.put_many(encoder.name, dict(zip(hashes, vectors, strict=True)))
        refresh_search(watch, store)


def play(command: list[str], environ: dict[str, str], api, chats: int, seconds: float, every: float) -> Crowd:
    """Start a bot, let the crowd talk with it, end it."""
    bot = subprocess.Popen(command, env={**os.environ, **environ})
    try:
        api.write(1, "/aide")
        end = time.monotonic() + 60
        while not api.messages and time.monotonic() < end:
            time.sleep(0.05)
        assert api.messages, "the bot does not answer"
        crowd = Crowd(api, every)
        crowd.run(chats, seconds)
    finally:
        bot.send_signal(signal.SIGTERM)
        _, status, usage = os.wait4(bot.pid, 0)
        bot.returncode = os.waitstatus_to_exitcode(status)
    crowd.cpu = usage.ru_utime + usage.ru_stime
    return crowd


def told(name: str, crowd: Crowd, chats: int, seconds: float) -> float:
    """Print a line; returns the 95th percentile in milliseconds."""
    waits = sorted(crowd.waits)
    half, most = (1000 * waits[int(len(waits) * share)] for share in (0.5, 0.95))
    print(
        f"{name:<36} {chats} chats, {len(waits):>5} answers ({len(waits) / seconds:.1f}/s), {len(crowd.acted)} lost,"
        f" p50 {half:.0f} ms, p95 {most:.0f} ms, slowest {1000 * waits[-1]:.0f} ms,"
        f" processor {1000 * crowd.cpu / len(waits):.0f} ms an answer"
    )
    return most


def ours(rate: float, folder: Path) -> None:
    """The bot's process."""
    from watchbot.chat.bot import BotOptions
    from watchbot.chat.serve import BotThread
    from watchbot.config import load_watch

    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    bot = BotThread(load_watch(folder), lambda: NOW, BotOptions(rate=rate))
    bot.start()
    ended.wait()
    bot.stop()


def echo() -> None:
    """The rival's process."""
    from telegram.ext import Application, CallbackQueryHandler, MessageHandler, filters

    async def answer(update, _context) -> None:
        await update.message.reply_text(update.message.text)

    async def pressed(update, _context) -> None:
        await update.callback_query.answer("ok")

    base = f"{os.environ['WATCHBOT_TELEGRAM_API']}/bot"
    token = os.environ["WATCHBOT_TELEGRAM_TOKEN"]
    app = Application.builder().token(token).base_url(base).concurrent_updates(512).connection_pool_size(64).build()
    app.add_handler(MessageHandler(filters.TEXT, answer))
    app.add_handler(CallbackQueryHandler(pressed))
    app.run_polling()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chats", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument(
        "--every", type=float, default=10, help="seconds from an answer to the next question, on average"
    )
    parser.add_argument("--items", type=int, default=2_000)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--bot", choices=["ours", "echo"], help=argparse.SUPPRESS)
    parser.add_argument("--rate", type=float, default=30.0, help="messages a second at most; 0: no limit")
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.bot == "echo":
        echo()
        return
    if options.bot == "ours":
        ours(options.rate, options.folder)
        return
    if options.quick:
        options.chats, options.seconds, options.every = 40, 8, 2
    from watchbot.demo.bot_api import LocalBotApi

    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "veille"
        fill(folder, options.items)
        print(f"{options.items} stories, {os.cpu_count()} cores")
        command = [sys.executable, __file__, "--folder", str(folder), "--bot"]
        found = {}
        limit = f"at most {options.rate:g} messages/s" if options.rate else "without a limit"
        bots = ((f"watchbot, {limit}", ["ours", "--rate", str(options.rate)]), ("python-telegram-bot, echo", ["echo"]))
        for name, end in bots:
            with LocalBotApi() as api:
                environ = {
                    "WATCHBOT_TELEGRAM_TOKEN": api.token,
                    "WATCHBOT_TELEGRAM_API": api.url,
                    "WATCHBOT_LOG": "error",
                    "OMP_NUM_THREADS": "1",
                }
                crowd = play([*command, *end], environ, api, options.chats, options.seconds, options.every)
            found[end[0]] = told(name, crowd, options.chats, options.seconds)
        print(f"p95 against the echo: {found['ours'] / found['echo']:.1f} times; the aim is under 300 ms, none lost")


if __name__ == "__main__":
    main()
