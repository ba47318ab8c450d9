"""Sending messages by the Bot API, through python-telegram-bot."""

from __future__ import annotations

import asyncio
from typing import Any

from watchbot.errors import DeliveryError, ServerUnavailableError


class TelegramChannel:
    """A bot that sends; it has an event loop of its own, so that callers need none."""

    def __init__(self, token: str, api: str) -> None:
        from telegram import Bot
        from telegram.request import HTTPXRequest

        self._loop = asyncio.new_event_loop()
        request = HTTPXRequest(connect_timeout=10, read_timeout=30, write_timeout=30)
        self._bot = Bot(token, base_url=f"{api.rstrip('/')}/bot", request=request)
        self._ready = False

    def send(self, chat: str, text: str) -> None:
        """Send one message (HTML parse mode) to a chat.

        Raises:
            DeliveryError: permanent when the chat cannot be written to; with `retry_after` when the API says so.
        """
        from telegram import LinkPreviewOptions
        from telegram.constants import ParseMode
        from telegram.error import BadRequest, Forbidden, RetryAfter, TelegramError

        preview = LinkPreviewOptions(is_disabled=True)
        try:
            self._run(self._bot.send_message(chat, text, parse_mode=ParseMode.HTML, link_preview_options=preview))
        except RetryAfter as error:
            seconds = error.retry_after
            wait = seconds.total_seconds() if hasattr(seconds, "total_seconds") else float(seconds)
            raise DeliveryError(f"Telegram asks to wait {wait:.0f} s", permanent=False, retry_after=wait) from error
        except (Forbidden, BadRequest) as error:
            raise DeliveryError(f"Telegram: {error}", permanent=True) from error
        except TelegramError as error:
            raise ServerUnavailableError(f"Telegram: {type(error).__name__}: {error}") from error

    def check(self) -> str:
        """The bot's user name.

        Raises:
            DeliveryError: the API cannot be reached or does not know the token.
        """
        from telegram.error import TelegramError

        try:
            me = self._run(self._bot.get_me())
        except TelegramError as error:
            raise ServerUnavailableError(f"Telegram: {type(error).__name__}: {error}") from error
        return str(me.username)

    def close(self) -> None:
        """End the connections."""
        if self._ready:
            self._loop.run_until_complete(self._bot.shutdown())
        self._loop.close()

    def _run(self, call: Any) -> Any:
        async def begin() -> Any:
            if not self._ready:
                # No getMe: the token is proved by the first message, and the connections open with it.
                await asyncio.gather(*(request.initialize() for request in self._bot._request))
                self._ready = True
            return await call

        return self._loop.run_until_complete(begin())
