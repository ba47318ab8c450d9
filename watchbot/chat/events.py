"""What people do, as plain values: a message, a button, an inline search, the bot thrown out, a group that moved.

Updates of no concern (channel posts, edited messages, what other bots say, groups talking among themselves) are no events.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from watchbot.extract.folding import unaccented

if TYPE_CHECKING:
    from telegram import CallbackQuery, ChatMemberUpdated, InlineQuery, Message, Update

# What is read of a message; Telegram's limit is 4096.
TEXT = 4_096
ALLOWED = ("message", "callback_query", "inline_query", "my_chat_member")
_COMMAND = re.compile(r"/([^\s@/]{1,64})(?:@(\w{1,64}))?(?:\s+(.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that someone did.

    `kind` is `message`, `button`, `inline`, `left` (the bot may no longer write here) or `moved` (the group is now `moved_to`).
    `command` is in lower case without accents and slash, `text` what follows it. `named` says that the bot was addressed by its
    name or by answering it. `admin` says whether the person may configure this chat; None until someone asked. `wait` is how
    many seconds a person who asks too much is to wait.
    """

    update: int
    kind: str
    chat: int = 0
    user: int = 0
    private: bool = True
    text: str = ""
    command: str = ""
    named: bool = True
    message: int = 0
    thread: int | None = None
    query: str = ""
    offset: str = ""
    anonymous: bool = False
    admin: bool | None = None
    moved_to: int = 0
    wait: float = 0.0

    def plain(self) -> dict[str, Any]:
        """As JSON holds it."""
        return asdict(self)


def from_plain(values: Mapping[str, Any]) -> Event:
    """The event that `plain` wrote."""
    return Event(**values)


def event_of(update: Update, bot_id: int, bot_name: str) -> Event | None:
    """The event of an update, or None when it is of no concern to the bot."""
    number = update.update_id
    if update.message is not None:
        return _message(number, update.message, bot_id, bot_name)
    if update.callback_query is not None:
        return _button(number, update.callback_query)
    if update.inline_query is not None:
        return _inline(number, update.inline_query)
    if update.my_chat_member is not None:
        return _membership(number, update.my_chat_member)
    return None


def _read(text: str | None, limit: int = TEXT) -> str:
    """What is read of a text: its beginning, without lone surrogates, which no file can hold."""
    return (text or "")[:limit].encode("utf-8", "replace").decode()


def folded(text: str) -> str:
    """In lower case without accents."""
    return unaccented(text.casefold())


def _message(number: int, message: Message, bot_id: int, bot_name: str) -> Event | None:
    chat, sender = message.chat, message.from_user
    if chat.type == "channel" or message.via_bot is not None:
        return None
    if message.migrate_to_chat_id:
        return Event(update=number, kind="moved", chat=chat.id, private=False, moved_to=message.migrate_to_chat_id)
    # Administrators who hide write in the name of the group; other names are channels that post here.
    anonymous = message.sender_chat is not None and message.sender_chat.id == chat.id
    if sender is None or (message.sender_chat is not None and not anonymous) or (sender.is_bot and not anonymous):
        return None
    private = chat.type == "private"
    text = _read(message.text)
    command, text, other = _parted(text, bot_name)
    if other:
        return None
    text, mentioned = _without_name(text, bot_name)
    answered = message.reply_to_message
    to_bot = answered is not None and answered.from_user is not None and answered.from_user.id == bot_id
    named = private or mentioned or to_bot or command.endswith("@")
    command = command.rstrip("@")
    if not private and not named and not command:
        return None
    if not command and not text.strip() and not mentioned and not (private and message.effective_attachment):
        return None
    return Event(
        update=number,
        kind="message",
        chat=chat.id,
        user=sender.id,
        private=private,
        text=text.strip(),
        command=command,
        named=named,
        message=message.message_id,
        thread=message.message_thread_id if message.is_topic_message else None,
        anonymous=anonymous,
    )


def _parted(text: str, bot_name: str) -> tuple[str, str, bool]:
    """The command (with `@` at its end when the bot was named), what follows, and whether another bot was meant."""
    match = _COMMAND.fullmatch(text.strip())
    if match is None:
        return "", text, False
    name, whom, rest = match.groups()
    if whom and whom.casefold() != bot_name.casefold():
        return "", "", True
    return folded(name) + ("@" if whom else ""), rest or "", False


def _without_name(text: str, bot_name: str) -> tuple[str, bool]:
    bare, count = re.subn(rf"(?<!\w)@{re.escape(bot_name)}(?!\w)[,:]?", " ", text, flags=re.IGNORECASE)
    return (" ".join(bare.split()), True) if count else (text, False)


def _button(number: int, pressed: CallbackQuery) -> Event | None:
    message = pressed.message
    if message is None or message.chat.type == "channel" or pressed.from_user.is_bot:
        return None
    thread = getattr(message, "message_thread_id", None) if getattr(message, "is_topic_message", False) else None
    return Event(
        update=number,
        kind="button",
        chat=message.chat.id,
        user=pressed.from_user.id,
        private=message.chat.type == "private",
        text=_read(pressed.data, 256),
        message=message.message_id,
        thread=thread,
        query=pressed.id,
    )


def _inline(number: int, asked: InlineQuery) -> Event | None:
    if asked.from_user.is_bot:
        return None
    user = asked.from_user.id
    return Event(
        update=number,
        kind="inline",
        chat=user,
        user=user,
        text=_read(asked.query),
        query=asked.id,
        offset=_read(asked.offset, 64),
    )


def _membership(number: int, member: ChatMemberUpdated) -> Event | None:
    if member.new_chat_member.status not in {"left", "kicked"} or member.chat.type == "channel":
        return None
    private = member.chat.type == "private"
    return Event(update=number, kind="left", chat=member.chat.id, user=member.from_user.id, private=private)
