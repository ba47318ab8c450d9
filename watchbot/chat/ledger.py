"""The bot's threads and what they may touch: a store a thread, one that writes at a time.

Answers are worked out in a few threads, those that take long in one of their own, and what came in and went out is written by
another, so that taking in updates never waits for an answer.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

import structlog

from watchbot.app.searching import search_items
from watchbot.chat.conversation import is_heavy
from watchbot.chat.events import Event
from watchbot.chat.replies import Reply, to_plain
from watchbot.store import Store
from watchbot.store.chat import OpenUpdate

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from watchbot.chat.conversation import Desk

T = TypeVar("T")
LIGHT_THREADS = 3


class Ledger:
    """Works out and keeps answers. `bot` is the bot's id, whose numbers of updates these are."""

    def __init__(self, database: Path, clock: Callable[[], datetime]) -> None:
        self.bot = 0
        self._database = database
        self._clock = clock
        self._local = threading.local()
        self._writing = threading.Lock()
        self._light = ThreadPoolExecutor(LIGHT_THREADS, "chat")
        self._heavy = ThreadPoolExecutor(1, "chat-heavy")
        self._writer = ThreadPoolExecutor(1, "chat-ledger")

    async def receive(self, event: Event, fingerprint: str) -> bool:
        """Keep an event until it is answered; False when this update came before."""
        now = self._clock()
        written = (event.chat, event.message) if event.kind == "message" else None

        def keep(store: Store) -> bool:
            return store.chat.receive(
                self.bot, event.update, event.plain(), now, message=written, fingerprint=fingerprint
            )

        return await self._write(keep)

    async def answer(self, desk: Desk, event: Event) -> Sequence[Reply]:
        """Work out the answer and keep it; nothing when it was answered before."""
        pool = self._heavy if is_heavy(event) else self._light
        return await asyncio.get_running_loop().run_in_executor(pool, self._answer, desk, event)

    async def warm_up(self, desk: Desk) -> None:
        """Load what the first question needs (the index, the encoder) before anybody asks one."""

        def ask() -> None:
            try:
                search_items(desk.watch, self._store(), "veille", self._clock(), limit=1)
            except Exception as error:  # noqa: BLE001 - the first question will tell
                structlog.get_logger("watchbot").warning(
                    "search not warmed up", error=f"{type(error).__name__}: {error}"
                )

        await asyncio.get_running_loop().run_in_executor(self._heavy, ask)

    async def carried(self, update: int, count: int) -> None:
        """So many replies to an update were carried out."""
        await self._write(lambda s: s.chat.carried(self.bot, update, count))

    async def done(self, update: int, sent: Sequence[tuple[int, int]]) -> None:
        """Nothing is left to do for an update, in answer to which these messages were sent."""
        now = self._clock()
        await self._write(lambda s: s.chat.done(self.bot, update, sent, now))

    async def left_undone(self) -> list[OpenUpdate]:
        """What a former run left, after forgetting what is too old."""

        def find(store: Store) -> list[OpenUpdate]:
            store.chat.prune(self._clock())
            return store.chat.open_updates(self.bot)

        return await self._write(find)

    async def give_up(self, chat: int, secret: bytes) -> None:
        """Telegram refuses to bring anything to a chat: write there no more of ourselves."""

        def drop(store: Store) -> None:
            reader = store.subscribers.find("telegram", str(chat))
            if reader is not None:
                store.subscribers.give_up(reader.id, "refused by Telegram", secret, self._clock())

        await self._write(drop)

    def close(self) -> None:
        """End the threads; a store is closed with the thread that has it."""
        for pool in (self._light, self._heavy, self._writer):
            pool.shutdown(wait=True, cancel_futures=True)

    def _answer(self, desk: Desk, event: Event) -> Sequence[Reply]:
        store = self._store()
        turn = desk.answer(store, event, self._clock())
        try:
            return self._keep(store, event, turn.replies, turn.writes)
        except Exception as error:  # noqa: BLE001 - what could not be written is said, and logged
            turn = desk.apologise(store, event, self._clock(), error)
            try:
                return self._keep(store, event, turn.replies, ())
            except Exception:  # noqa: BLE001 - the disk may be full: then the apology is sent all the same
                return turn.replies

    def _keep(
        self, store: Store, event: Event, replies: Sequence[Reply], writes: Sequence[Callable[[], object]]
    ) -> Sequence[Reply]:
        with self._writing, store.transaction():
            if not store.chat.answered(self.bot, event.update, [to_plain(one) for one in replies]):
                return ()
            for write in writes:
                write()
        return replies

    async def _write(self, work: Callable[[Store], T]) -> T:
        def run() -> T:
            store = self._store()
            with self._writing, store.transaction():
                return work(store)

        return await asyncio.get_running_loop().run_in_executor(self._writer, run)

    def _store(self) -> Store:
        store: Store | None = getattr(self._local, "store", None)
        if store is None:
            store = self._local.store = Store(self._database)
        return store
