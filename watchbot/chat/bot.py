"""The running bot: updates come in by polling or webhook, are kept, answered once, in order by chat, and carried back.

An update is kept in the database before Telegram is told that it came, and its answers before they are sent: killed at any
point, the next run goes on where this one stopped.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from telegram import BotCommand, Update
from telegram.constants import ChatAction, ChatMemberStatus
from telegram.error import InvalidToken, TelegramError
from telegram.ext import AIORateLimiter, Application, ApplicationBuilder, TypeHandler

from watchbot.app.pace import Pace
from watchbot.chat.carrier import Carrier
from watchbot.chat.commands import COMMANDS
from watchbot.chat.conversation import Desk, is_heavy, needs_rights
from watchbot.chat.events import ALLOWED, Event, event_of, from_plain
from watchbot.chat.ledger import Ledger
from watchbot.chat.replies import Reply
from watchbot.chat.replies import from_plain as reply_from
from watchbot.errors import ConfigError, StoreError

if TYPE_CHECKING:
    from watchbot.config import Watch

RIGHTS_SECONDS = 60.0
RETRY_SECONDS = 5.0
AT_ONCE = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class BotOptions:
    """How the bot behaves towards Telegram and people.

    `rate` is messages a second in all (Telegram allows about 30), `group_rate` a minute in one group. A person may ask
    `burst` times at once, then once every `seconds`. `poll` is how long a request for updates waits.
    """

    rate: float = 30.0
    group_rate: float = 20.0
    burst: int = 30
    seconds: float = 2.0
    poll: timedelta = timedelta(seconds=25)


class _Inbox(asyncio.Queue[Any]):
    """The queue that python-telegram-bot fills: what is put is kept in the database first, and only then confirmed to Telegram."""

    def __init__(self, keep: Callable[[Update], Any]) -> None:
        super().__init__()
        self._keep = keep

    async def put(self, item: Any) -> None:
        """Take in an update; other things are the library's own signals."""
        if not isinstance(item, Update):
            await super().put(item)
            return
        try:
            event = await self._keep(item)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - one update that cannot be read must not keep the others from being
            log("update not read", update=item.update_id, error=f"{type(error).__name__}: {error}", exc_info=error)
            return
        if event is not None:
            await super().put(event)


class ChatBot:
    """The bot of one watch. `start` and `stop` belong to one event loop."""

    def __init__(self, watch: Watch, clock: Callable[[], datetime], options: BotOptions | None = None) -> None:
        """Make ready.

        Raises:
            ConfigError: no token or no secret key is set.
        """
        if watch.settings.telegram_token is None:
            message = "environment: WATCHBOT_TELEGRAM_TOKEN is not set; @BotFather gives one"
            raise ConfigError(message)
        # Times to wait as timedelta, as the library will have it; otherwise it warns at every one.
        os.environ.setdefault("PTB_TIMEDELTA", "true")
        self.desk = Desk.of(watch, "")
        self.options = options or BotOptions()
        self._stopping = asyncio.Event()
        self._ledger = Ledger(watch.database, clock)
        self._inbox = _Inbox(self._take_in)
        self._app = self._application(watch)
        self._carrier = Carrier(self._app.bot, self._stopping, self._refused)
        self._chats: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._people = Pace(self.options.burst, self.options.seconds)
        self._groups = Pace(int(self.options.group_rate), 60 / self.options.group_rate)
        self._warned: set[int] = set()
        self._rights: dict[tuple[int, int], tuple[float, bool]] = {}

    def _application(self, watch: Watch) -> Application[Any, Any, Any, Any, Any, Any]:
        # The library's own log lines may show the token.
        for name in ("telegram", "httpx"):
            logging.getLogger(name).addHandler(logging.NullHandler())
            logging.getLogger(name).propagate = False
        token = watch.settings.telegram_token
        limiter = AIORateLimiter(
            overall_max_rate=self.options.rate, group_max_rate=self.options.group_rate, max_retries=2
        )
        app: Application[Any, Any, Any, Any, Any, Any] = (
            ApplicationBuilder()
            .token(token.get_secret_value() if token else "")
            .base_url(f"{watch.settings.telegram_api.rstrip('/')}/bot")
            .rate_limiter(limiter)
            .concurrent_updates(AT_ONCE)
            .connection_pool_size(64)
            .pool_timeout(30)
            # An answer that is only late must not be sent again.
            .connect_timeout(10)
            .read_timeout(30)
            .write_timeout(30)
            # One waits for updates while another, at the end, confirms the last ones.
            .get_updates_connection_pool_size(2)
            .job_queue(None)
            .update_queue(self._inbox)
            .build()
        )
        app.add_handler(TypeHandler(Event, self._on_event))
        return app

    # ------------------------------------------------------------------------------------------ life

    async def start(self, *, polling: bool = True) -> None:
        """Begin: finish what a former run left, then take in updates.

        Raises:
            TelegramError: Telegram cannot be reached, or does not know the token.
        """
        await self._app.initialize()
        me = self._app.bot
        self._ledger.bot = me.id
        self.desk = replace(self.desk, bot_name=me.username)
        await self._set_menu()
        await self._app.start()
        await self._resume()
        if polling and self._app.updater is not None:
            await self._app.updater.start_polling(
                timeout=self.options.poll,
                bootstrap_retries=-1,
                allowed_updates=list(ALLOWED),
                error_callback=lambda error: log("Telegram is away", error=f"{type(error).__name__}: {error}"),
            )
        self._app.create_task(self._ledger.warm_up(self.desk))

    async def stop(self) -> None:
        """End: what is under way is finished or left to the next run."""
        self._stopping.set()
        if self._app.updater is not None and self._app.updater.running:
            await self._app.updater.stop()
        if self._app.running:
            await self._app.stop()
        await self._app.shutdown()
        self._ledger.close()

    async def use_webhook(self, url: str, secret: str) -> None:
        """Have Telegram bring updates to an address."""
        await self._app.bot.set_webhook(url, secret_token=secret, allowed_updates=list(ALLOWED))

    async def take(self, content: dict[str, Any]) -> None:
        """Take in an update that Telegram brought; once this returns, it is kept."""
        update = Update.de_json(content, self._app.bot)
        if update is not None:
            await self._inbox.put(update)

    async def _set_menu(self) -> None:
        menu = [BotCommand(one.name, one.told) for one in COMMANDS if not one.administrator]
        try:
            await self._app.bot.set_my_commands(menu)
        except InvalidToken:
            raise
        except TelegramError as error:
            log("no menu of commands", error=str(error))

    async def _resume(self) -> None:
        for left in await self._ledger.left_undone():
            try:
                event = from_plain(left.event) if left.event else None
                replies = [reply_from(one) for one in left.answers[left.carried :]]
            except (TypeError, KeyError) as error:
                log("update of another version left aside", update=left.id, error=str(error))
                await self._ledger.done(left.id, ())
                continue
            if event is not None:
                self._inbox.put_nowait(event)
            else:
                self._app.create_task(self._carry(left.id, replies, left.carried))

    # ------------------------------------------------------------------------------------------ taking in

    async def _take_in(self, update: Update) -> Event | None:
        """The event of an update, kept; None when there is nothing to do about it."""
        event = event_of(update, self._ledger.bot, self.desk.bot_name)
        if event is not None:
            event = self._paced(event)
        fingerprint = hashlib.sha256(update.to_json().encode("utf-8", "replace")).hexdigest()[:16]
        while event is not None:
            try:
                return event if await self._ledger.receive(event, fingerprint) else None
            except StoreError as error:
                # Not confirmed to Telegram while it cannot be kept.
                log("update not kept yet", error=str(error))
                try:
                    await asyncio.wait_for(self._stopping.wait(), RETRY_SECONDS)
                except TimeoutError:
                    continue
                raise
        return None

    def _paced(self, event: Event) -> Event | None:
        """The event; with the seconds to wait when its person asks too much, and nothing at all once that was said."""
        # Administrators who hide all have one id: each group counts by itself.
        wait = self._people.take(f"{event.chat}" if event.anonymous else str(event.user)) if event.user else 0.0
        if not event.private and not wait:
            wait = self._groups.take(str(event.chat))
        if not wait:
            self._warned.discard(event.user)
            return event
        if event.user in self._warned or event.kind == "inline":
            return None
        self._warned.add(event.user)
        return replace(event, wait=wait)

    # ------------------------------------------------------------------------------------------ answering

    async def _on_event(self, event: Event, _context: object) -> None:
        lock = self._chats.setdefault(event.chat, asyncio.Lock())
        async with lock:
            if needs_rights(event):
                event = replace(event, admin=await self._administers(event.chat, event.user))
            if is_heavy(event):
                await self._show_typing(event)
            replies = await self._ledger.answer(self.desk, event)
            await self._carry(event.update, replies)

    async def _carry(self, update: int, replies: Sequence[Reply], carried: int = 0) -> None:
        sent: list[tuple[int, int]] = []
        for number, reply in enumerate(replies, 1):
            if not await self._carrier.carry(reply, sent):
                return
            if number < len(replies):
                await self._ledger.carried(update, carried + number)
        if replies:
            await self._ledger.done(update, sent)

    async def _administers(self, chat: int, user: int) -> bool:
        now = asyncio.get_running_loop().time()
        known = self._rights.get((chat, user))
        if known is not None and now - known[0] < RIGHTS_SECONDS:
            return known[1]
        try:
            member = await self._app.bot.get_chat_member(chat, user)
        except TelegramError as error:
            log("rights not known", error=str(error))
            return False
        rights = member.status in {ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR}
        if len(self._rights) > 10_000:
            self._rights.clear()
        self._rights[chat, user] = (now, rights)
        return rights

    async def _show_typing(self, event: Event) -> None:
        try:
            await self._app.bot.send_chat_action(event.chat, ChatAction.TYPING, message_thread_id=event.thread)
        except TelegramError as error:
            log("typing not shown", error=str(error))

    async def _refused(self, chat: int) -> None:
        await self._ledger.give_up(chat, self.desk.secret)


def log(event: str, **values: object) -> None:
    """One structured line."""
    import structlog

    structlog.get_logger("watchbot").warning(event, **values)
