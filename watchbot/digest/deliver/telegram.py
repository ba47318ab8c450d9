"""Sending messages by the Bot API, through python-telegram-bot."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Collection, Coroutine
from typing import Any

from watchbot.errors import DeliveryError, DeliveryInDoubtError, ServerUnavailableError

# How many ids beyond the last known one a message in doubt is looked for.
SPAN = 20
# Seconds; who asks for more is asked again after that.
LONGEST_WAIT = 86_400.0


class TelegramChannel:
    """A bot that sends; it has an event loop of its own, so that callers need none."""

    def __init__(self, token: str, api: str, *, timeout: float = 30.0) -> None:
        from telegram import Bot
        from telegram.request import HTTPXRequest

        # Times to wait as timedelta, as the library will have it; otherwise it warns at every one.
        os.environ.setdefault("PTB_TIMEDELTA", "true")
        self._loop = asyncio.new_event_loop()
        request = HTTPXRequest(connect_timeout=10, read_timeout=timeout, write_timeout=timeout)
        self._bot = Bot(token, base_url=f"{api.rstrip('/')}/bot", request=request)
        self._ready = False

    def send(self, chat: str, text: str) -> int:
        """Send one message (HTML parse mode) to a chat; a group that became a supergroup is followed there.

        Returns:
            The message's id. In private chats and basic groups, which share one box of messages, ids only grow.

        Raises:
            DeliveryError: permanent when the chat or text is refused; with `retry_after` when the API says so.
            DeliveryInDoubtError: the request was handed over, but no answer came.
            ServerUnavailableError: the API cannot be reached: surely nothing was sent.
        """
        from telegram.error import ChatMigrated

        def send_to(where: str | int) -> Callable[[], Coroutine[Any, Any, Any]]:
            return lambda: self._bot.send_message(where, text, **_looks())

        try:
            try:
                sent = self._run(send_to(chat))
            except ChatMigrated as moved:
                sent = self._run(send_to(moved.new_chat_id))
            return int(sent.message_id)
        except Exception as error:
            raise _translated(error) from error

    def find(self, chat: str, text: str, after: int, others: Collection[int] = ()) -> int | None:
        """Look whether a message in doubt is there, among the ids that follow the last known one.

        The API has no way to read a chat, but editing is idempotent: a message edited into the very text that it has is refused
        as "not modified". So each id is edited into the text: what answers so is the message. (Were there another message of
        this bot, it would become the text: even then the text is there once.) `others` are ids known to be other messages.

        Returns:
            The message's id, or None when it is not there, or the server cannot tell.

        Raises:
            DeliveryError: the chat is refused, or the API says to wait.
            ServerUnavailableError: the API cannot be reached; look again later.
        """
        from telegram.error import EndPointNotFound, InvalidToken

        try:
            ids = [one for one in range(after + 1, after + 1 + SPAN + len(others)) if one not in others][:SPAN]
            return next((number for number in ids if self._is_there(chat, text, number)), None)
        except (InvalidToken, EndPointNotFound):
            return None  # a server without this method
        except Exception as error:
            raise _translated(error) from error

    def _is_there(self, chat: str, text: str, number: int) -> bool:
        from telegram import Message
        from telegram.error import BadRequest

        try:
            answer = self._run(
                lambda: self._bot.edit_message_text(text, chat_id=chat, message_id=number, **_looks()),
            )
        except BadRequest as error:
            return "message is not modified" in str(error).lower()
        return isinstance(answer, Message) and answer.message_id == number

    def check(self) -> str:
        """The bot's user name.

        Raises:
            DeliveryError: the API cannot be reached or does not know the token.
        """
        try:
            me = self._run(self._bot.get_me)
        except Exception as error:
            raise _translated(error) from error
        return str(me.username)

    def close(self) -> None:
        """End the connections."""
        if self._ready:
            self._loop.run_until_complete(self._bot.shutdown())
        self._loop.close()

    def _run(self, call: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        async def begin() -> Any:
            if not self._ready:
                # No getMe: the token is proved by the first message, and the connections open with it.
                await asyncio.gather(*(request.initialize() for request in self._bot._request))
                self._ready = True
            return await call()

        return self._loop.run_until_complete(begin())


def _looks() -> dict[str, Any]:
    from telegram import LinkPreviewOptions
    from telegram.constants import ParseMode

    return {"parse_mode": ParseMode.HTML, "link_preview_options": LinkPreviewOptions(is_disabled=True)}


def _translated(error: Exception) -> DeliveryError:
    """An error of python-telegram-bot as one of ours; one that is none of its own comes of an answer that it does not understand."""
    import httpx
    from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError

    if isinstance(error, RetryAfter):
        seconds = error.retry_after
        wait = seconds.total_seconds() if hasattr(seconds, "total_seconds") else float(seconds)
        wait = min(max(wait, 0.0), LONGEST_WAIT)
        return DeliveryError(f"Telegram asks to wait {wait:.0f} s", permanent=False, retry_after=wait)
    if isinstance(error, Forbidden | BadRequest):
        # python-telegram-bot takes "Bad Request" off the API's words, but leaves "Forbidden".
        kind, said = type(error).__name__, str(error)
        return DeliveryError(f"Telegram: {said if said.startswith(kind) else f'{kind}: {said}'}", permanent=True)
    text = f"Telegram: {type(error).__name__}: {error}"
    if not isinstance(error, TelegramError):
        return DeliveryInDoubtError(f"Telegram: an answer that makes no sense: {type(error).__name__}: {error}")
    unsent = isinstance(error.__cause__, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
    if isinstance(error, NetworkError) and not unsent and "Too Many Requests" not in text:
        return DeliveryInDoubtError(text)
    return ServerUnavailableError(text)
