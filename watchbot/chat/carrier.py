"""Carrying replies to Telegram, and what is done about each of its refusals."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING, Any

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    LinkPreviewOptions,
    ReplyParameters,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter, TelegramError

from watchbot.chat.conversation import new_reference
from watchbot.chat.replies import Edit, File, Inline, Reply, Rows, Say, Toast

if TYPE_CHECKING:
    from telegram import Bot, Message

FIRST_PAUSE, LONGEST_PAUSE = 0.25, 30.0
INLINE_SECONDS = 60
_GONE = ("message to edit not found", "message can't be edited", "message_id_invalid")
_LATE = ("query is too old", "query id is invalid", "query_id_invalid")
_TAGS = re.compile(r"<[^>]*>")


class Carrier:
    """Carries replies. Waits and tries again while Telegram is busy or away, until `stopping` is set."""

    def __init__(self, bot: Bot, stopping: asyncio.Event, on_refused: Callable[[int], Awaitable[None]]) -> None:
        self._bot = bot
        self._stopping = stopping
        self._on_refused = on_refused

    async def carry(self, reply: Reply, sent: list[tuple[int, int]]) -> bool:
        """Carry out one reply; chat and id of a new message are added to `sent`.

        Returns:
            Whether it is done with, be it because it was refused for good; False when the bot stops first.
        """
        pause = FIRST_PAUSE
        while True:
            try:
                message = await self._try(reply)
            except RetryAfter as error:
                pause = _seconds(error)
            except (Forbidden, BadRequest, ChatMigrated) as error:
                instead = await self._settle(reply, error)
                if instead is None:
                    return True
                reply = instead
                continue
            except NetworkError as error:
                _log("Telegram is away", reply, error=f"{type(error).__name__}: {error}")
            except TelegramError as error:
                _log("answer refused", reply, error=f"{type(error).__name__}: {error}")
                return True
            else:
                if message is not None:
                    sent.append((message.chat_id, message.message_id))
                return True
            if await self._stopped_within(pause):
                return False
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _stopped_within(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return False
        return True

    async def _settle(self, reply: Reply, error: TelegramError) -> Reply | None:
        """What to carry out instead of what was refused; None when nothing is left to do."""
        said = str(error).lower()
        if isinstance(error, ChatMigrated) and isinstance(reply, Say | File):
            return replace(reply, chat=error.new_chat_id)
        if isinstance(error, Forbidden):
            if not isinstance(reply, Toast | Inline):
                await self._on_refused(reply.chat)
            _log("answer refused", reply, error=str(error))
            return None
        if "message is not modified" in said or any(one in said for one in _LATE):
            return None
        if isinstance(reply, Edit) and any(one in said for one in _GONE):
            return Say(chat=reply.chat, html=reply.html, buttons=reply.buttons, thread=reply.thread)
        if "can't parse entities" in said and isinstance(reply, Say | Edit) and _TAGS.search(reply.html):
            _log("markup refused", reply, error=str(error))
            return replace(reply, html=_plain(reply.html))
        if "thread not found" in said and isinstance(reply, Say | File) and reply.thread is not None:
            return replace(reply, thread=None)
        _log("answer refused", reply, error=str(error))
        return None

    async def _try(self, reply: Reply) -> Message | None:
        """Carry it out; the new message, if it is one."""
        bot = self._bot
        if isinstance(reply, Say):
            answered = reply.answers
            parameters = ReplyParameters(answered, allow_sending_without_reply=True) if answered else None
            return await bot.send_message(
                reply.chat,
                reply.html,
                reply_markup=_keyboard(reply.buttons),
                reply_parameters=parameters,
                message_thread_id=reply.thread,
                **_looks(),
            )
        if isinstance(reply, Edit):
            await bot.edit_message_text(
                reply.html, reply.chat, reply.message, reply_markup=_keyboard(reply.buttons), **_looks()
            )
        elif isinstance(reply, Toast):
            await bot.answer_callback_query(reply.query, reply.text or None, show_alert=reply.alert)
        elif isinstance(reply, File):
            return await bot.send_document(
                reply.chat,
                reply.content.encode(),
                filename=reply.name,
                caption=reply.html or None,
                parse_mode=ParseMode.HTML,
                message_thread_id=reply.thread,
            )
        else:
            await self._inline(reply)
        return None

    async def _inline(self, reply: Inline) -> None:
        results = [
            InlineQueryResultArticle(
                hit.id,
                hit.title,
                InputTextMessageContent(hit.html, **_looks()),
                url=hit.url or None,
                description=hit.description,
            )
            for hit in reply.hits
        ]
        button = InlineQueryResultsButton(reply.button, start_parameter=reply.start) if reply.button else None
        await self._bot.answer_inline_query(
            reply.query,
            results,
            cache_time=INLINE_SECONDS,
            is_personal=True,
            next_offset=reply.next_offset,
            button=button,
        )


def _keyboard(rows: Rows) -> InlineKeyboardMarkup | None:
    if not rows:
        return None
    return InlineKeyboardMarkup(
        [
            [InlineKeyboardButton(one.text, url=one.url or None, callback_data=one.data or None) for one in row]
            for row in rows
        ]
    )


def _looks() -> dict[str, Any]:
    return {"parse_mode": ParseMode.HTML, "link_preview_options": LinkPreviewOptions(is_disabled=True)}


def _plain(html: str) -> str:
    """The words without any markup, as markup."""
    from html import escape

    return escape(unescape(_TAGS.sub("", html)), quote=False)


def _seconds(error: RetryAfter) -> float:
    wait = error.retry_after
    return wait.total_seconds() if hasattr(wait, "total_seconds") else float(wait)


def _log(what: str, reply: Reply, **values: object) -> None:
    import structlog

    structlog.get_logger("watchbot").warning(what, reference=new_reference(), reply=type(reply).__name__, **values)
