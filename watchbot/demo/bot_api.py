"""A Bot API server on loopback that keeps what it is sent and holds to Telegram's rules.

It speaks the part of https://core.telegram.org/bots/api that python-telegram-bot uses for sending, and refuses what Telegram
refuses: texts over 4096 characters after entities are parsed, HTML that does not parse, chats that blocked the bot.
"""

from __future__ import annotations

import html
import json
import re
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

LIMIT = 4096
_TAGS = frozenset(
    {"b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "a", "code", "pre", "blockquote", "tg-spoiler", "span"}
)
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]*)([^<>]*)>")
_ENTITY = re.compile(r"&(?:lt|gt|amp|quot|#\d{1,7}|#x[0-9a-fA-F]{1,6});")

# What the server answers instead, for a chat: (status, description, retry_after) or None to accept; "drop" breaks off.
Mood = Callable[[str, str], tuple[int, str, int | None] | str | None]


@dataclass(frozen=True, slots=True)
class Sent:
    """A message as it was accepted: chat, HTML, and the text that a reader sees."""

    chat: str
    html: str
    text: str


@dataclass(slots=True)
class _State:
    token: str
    mood: Mood
    sent: list[Sent] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


class LocalBotApi:
    """The server, in a thread of its own, on a port that the system chooses."""

    def __init__(self, token: str = "1:demonstration", mood: Mood | None = None) -> None:  # noqa: S107 - no secret
        self._state = _State(token, mood or (lambda _method, _chat: None))
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.state = self._state
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> LocalBotApi:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def token(self) -> str:
        """The token that it takes."""
        return self._state.token

    @property
    def url(self) -> str:
        """Its base address, as WATCHBOT_TELEGRAM_API takes it."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def messages(self) -> list[Sent]:
        """What it accepted so far."""
        with self._state.lock:
            return list(self._state.sent)


def visible_text(markup: str) -> str:
    """The text of Telegram HTML after its entities are parsed.

    Raises:
        ValueError: it does not parse, in Telegram's words.
    """
    open_tags: list[str] = []
    rest = _ENTITY.sub("", markup)
    if "<" in _TAG.sub("", rest):
        message = "can't parse entities: unsupported start tag"
        raise ValueError(message)
    for match in _TAG.finditer(markup):
        tag = match[2].lower()
        if tag not in _TAGS:
            message = f'can\'t parse entities: unsupported start tag "{tag}"'
            raise ValueError(message)
        if not match[1]:
            open_tags.append(tag)
        elif not open_tags or open_tags.pop() != tag:
            message = f'can\'t parse entities: unmatched end tag "{tag}"'
            raise ValueError(message)
    if open_tags:
        message = f"can't parse entities: can't find end tag corresponding to start tag \"{open_tags[-1]}\""
        raise ValueError(message)
    return html.unescape(_TAG.sub("", markup))


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    state: _State


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(min(length, 1_000_000)).decode("utf-8", "replace")
        match = re.fullmatch(r"/bot([^/]+)/(\w+)", self.path.partition("?")[0])
        if match is None or match[1] != self.server.state.token:
            self._answer(401, {"ok": False, "error_code": 401, "description": "Unauthorized"})
            return
        fields = self._fields(body)
        mood = self.server.state.mood(match[2], str(fields.get("chat_id", "")))
        if mood == "drop":
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return
        if isinstance(mood, tuple):
            self._refuse(*mood)
            return
        self._method(match[2], fields)

    do_GET = do_POST  # noqa: N815 - the name that http.server calls

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        pass

    def _fields(self, body: str) -> dict[str, Any]:
        if "json" in (self.headers.get("content-type") or ""):
            loaded = json.loads(body or "{}")
            return loaded if isinstance(loaded, dict) else {}
        return {key: values[0] for key, values in parse_qs(body).items()}

    def _method(self, name: str, fields: dict[str, Any]) -> None:
        if name == "getMe":
            self._accept({"id": 1, "is_bot": True, "first_name": "Veille", "username": "veille_bot"})
        elif name == "sendMessage":
            self._send_message(fields)
        elif name == "getUpdates":
            self._accept([])
        else:
            self._accept(True)

    def _send_message(self, fields: dict[str, Any]) -> None:
        chat, markup = str(fields.get("chat_id", "")), str(fields.get("text", ""))
        if not re.fullmatch(r"-?\d+", chat):
            self._refuse(400, "Bad Request: chat not found", None)
            return
        try:
            text = visible_text(markup) if fields.get("parse_mode") == "HTML" else markup
        except ValueError as error:
            self._refuse(400, f"Bad Request: {error}", None)
            return
        if not text.strip():
            self._refuse(400, "Bad Request: message text is empty", None)
            return
        if len(text.encode("utf-16-le")) // 2 > LIMIT:
            self._refuse(400, "Bad Request: message is too long", None)
            return
        state = self.server.state
        with state.lock:
            state.sent.append(Sent(chat, markup, text))
            number = len(state.sent)
        self._accept(
            {"message_id": number, "date": int(time.time()), "chat": {"id": int(chat), "type": "private"}, "text": text}
        )

    def _accept(self, result: object) -> None:
        self._answer(200, {"ok": True, "result": result})

    def _refuse(self, status: int, description: str, retry_after: int | None) -> None:
        extra = {"parameters": {"retry_after": retry_after}} if retry_after is not None else {}
        self._answer(status, {"ok": False, "error_code": status, "description": description, **extra})

    def _answer(self, status: int, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
