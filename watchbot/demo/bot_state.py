"""What the local Bot API server remembers: messages, updates, answers."""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from dataclasses import dataclass, field
from typing import Any

BOT = {"id": 1, "is_bot": True, "first_name": "Veille", "username": "veille_bot"}
# Ids of supergroups and channels begin with -100 and have a box of messages of their own; all other chats share one.
_OWN_BOX = "-100"


@dataclass(frozen=True, slots=True)
class Sent:
    """A message as it stands: chat, HTML, the text that a reader sees, and what came with it."""

    chat: str
    html: str
    text: str
    message_id: int = 0
    markup: dict[str, Any] | None = None
    entities: tuple[dict[str, Any], ...] = ()
    document: str = ""
    data: bytes = b""
    by_bot: bool = True
    # Who wrote it, when that was a person.
    author: int = 0
    edits: int = 0

    @property
    def buttons(self) -> list[tuple[str, str]]:
        """The buttons under it, as (label, callback data or address)."""
        rows = (self.markup or {}).get("inline_keyboard", [])
        return [(b["text"], b.get("callback_data") or b.get("url") or "") for row in rows for b in row]


@dataclass(slots=True)
class BotState:
    """All of it, under one lock. `changed` wakes those who wait for updates or messages."""

    token: str
    lock: threading.RLock = field(default_factory=threading.RLock)
    messages: dict[tuple[str, int], Sent] = field(default_factory=dict)
    # All that was written, sent, edited and answered, in order.
    history: list[Sent | dict[str, Any]] = field(default_factory=list)
    last_ids: dict[str, int] = field(default_factory=dict)
    updates: list[dict[str, Any]] = field(default_factory=list)
    update_id: int = 0
    # The last update that the bot has confirmed by asking for the next.
    confirmed: int = 0
    blocked: set[str] = field(default_factory=set)
    moved: dict[str, str] = field(default_factory=dict)
    answers: list[dict[str, Any]] = field(default_factory=list)
    inline_answers: list[dict[str, Any]] = field(default_factory=list)
    commands: list[dict[str, Any]] = field(default_factory=list)
    admins: dict[str, list[int]] = field(default_factory=dict)
    # Queries that wait for an answer, and whose they are.
    queries: dict[str, str] = field(default_factory=dict)
    webhook: tuple[str, str] | None = None
    closed: bool = False
    changed: threading.Condition = field(init=False)

    def __post_init__(self) -> None:
        self.changed = threading.Condition(self.lock)

    def close(self) -> None:
        """Wake those who wait: the server ends."""
        with self.changed:
            self.closed = True
            self.changed.notify_all()

    def next_id(self, chat: str) -> int:
        """The next message id in the chat's box of messages."""
        box = chat if chat.startswith(_OWN_BOX) and len(chat) > 10 else ""
        self.last_ids[box] = self.last_ids.get(box, 0) + 1
        return self.last_ids[box]

    def keep(self, one: Sent) -> None:
        """Keep a new or edited message."""
        with self.changed:
            self.messages[one.chat, one.message_id] = one
            self.history.append(one)
            self.changed.notify_all()

    def shown(self, one: Sent) -> dict[str, Any]:
        """The message as the API gives it back."""
        message: dict[str, Any] = {
            "message_id": one.message_id,
            "date": int(time.time()),
            "chat": chat_of(one.chat),
            "text": one.text,
            "entities": list(one.entities),
        }
        if one.by_bot:
            message["from"] = BOT
        if one.markup and "inline_keyboard" in one.markup:
            message["reply_markup"] = one.markup
        if one.document:
            del message["text"], message["entities"]
            message["document"] = {"file_id": one.document, "file_unique_id": one.document, "file_name": one.document}
            message["caption"] = one.text
        return message

    # ------------------------------------------------------------------------------------------ people

    def write(self, chat: int, text: str, more: dict[str, Any]) -> int:
        """A message of a person."""
        with self.changed:
            number = self.next_id(str(chat))
            sender = more.get("from") or person(chat if chat > 0 else 7)
            one = Sent(str(chat), text, text, number, by_bot=False, author=sender["id"])
            self.messages[one.chat, number] = one
            self.history.append(one)
            message = self.shown(one) | {"from": sender}
            command = text.split(maxsplit=1)[0] if text.startswith("/") else ""
            if command:
                message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(command)}]
            self.update({"message": message | more})
        return number

    def press(self, chat: int, message_id: int, data: str, user: dict[str, Any] | None) -> str:
        """A button pressed."""
        with self.changed:
            one = self.messages.get((str(chat), message_id))
            label = next((text for text, carried in (one.buttons if one else ()) if carried == data), data)
            self.history.append({"pressed": label, "chat": str(chat), "user": user})
            query = f"callback-{self.update_id + 1}"
            self.queries[query] = str(chat)
            message = self.shown(one) if one else {"chat": chat_of(str(chat)), "message_id": message_id, "date": 0}
            asked = {"id": query, "from": user or person(chat if chat > 0 else 7), "chat_instance": str(chat)}
            self.update({"callback_query": asked | {"message": message, "data": data}})
        return query

    def ask_inline(self, user: int, query: str, offset: str) -> str:
        """An inline query typed."""
        with self.changed:
            name = f"inline-{self.update_id + 1}"
            self.queries[name] = str(user)
            self.update({"inline_query": {"id": name, "from": person(user), "query": query, "offset": offset}})
        return name

    def update(self, content: dict[str, Any]) -> None:
        """An update for the bot: to its webhook when it has one, else to be fetched."""
        with self.changed:
            self.update_id += 1
            update = {"update_id": self.update_id, **content}
            if self.webhook is None:
                self.updates.append(update)
                self.changed.notify_all()
                return
            address, secret = self.webhook
        threading.Thread(target=_post, args=(address, secret, update), daemon=True).start()

    def wait_updates(self, offset: int, limit: int, seconds: float) -> list[dict[str, Any]]:
        """Updates from `offset` on, once there are any; earlier ones are forgotten."""
        end = time.monotonic() + seconds
        with self.changed:
            self.confirmed = max(self.confirmed, offset - 1)
            self.updates = [one for one in self.updates if one["update_id"] >= offset]
            while not self.updates and not self.closed and time.monotonic() < end:
                self.changed.wait(end - time.monotonic())
            return self.updates[:limit]


def person(number: int) -> dict[str, Any]:
    """A user of Telegram."""
    return {"id": number, "is_bot": False, "first_name": f"Personne {number}", "language_code": "fr"}


def chat_of(chat: str) -> dict[str, Any]:
    """A chat as the API describes it: private, group or supergroup by its id."""
    number = int(chat)
    if number > 0:
        return {"id": number, "type": "private", "first_name": f"Personne {number}"}
    kind = "supergroup" if chat.startswith(_OWN_BOX) and len(chat) > 10 else "group"
    return {"id": number, "type": kind, "title": f"Groupe {-number}"}


def _post(address: str, secret: str, update: dict[str, Any]) -> None:
    headers = {"Content-Type": "application/json"} | ({"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {})
    request = urllib.request.Request(address, json.dumps(update).encode(), headers)  # noqa: S310 - the bot's own address
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        answer.read()
