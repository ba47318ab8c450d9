"""A Bot API server on loopback that keeps what it is sent and holds to Telegram's rules.

It speaks the part of https://core.telegram.org/bots/api that python-telegram-bot uses here, and refuses what Telegram refuses,
in the same words: texts over 4096 UTF-16 units after entities are parsed, HTML that does not parse, callback data over 64
bytes, edits that change nothing, chats that blocked the bot. People who write, press buttons and search inline are played by
`write`, `press` and `ask_inline`; what they do comes to the bot by getUpdates or by its webhook.
"""

from __future__ import annotations

import email
import email.policy
import json
import re
import socket
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from watchbot.demo.bot_methods import METHODS, RefusedError
from watchbot.demo.bot_state import BotState, Sent
from watchbot.demo.telegram_html import visible_text

__all__ = ["DROP", "LOSE_ANSWER", "LocalBotApi", "Mood", "Sent", "visible_text"]

# What a mood may say besides an answer: break off before, or after, the call is carried out.
DROP = "drop"
LOSE_ANSWER = "lose answer"
# What the server answers instead, by method and chat: (status, description, retry_after), DROP, LOSE_ANSWER; None accepts.
Mood = Callable[[str, str], tuple[int, str, int | None] | str | None]
BODY_LIMIT = 50_000_000


class LocalBotApi:
    """The server, in a thread of its own, on a port that the system chooses."""

    def __init__(self, token: str = "1:demonstration", mood: Mood | None = None) -> None:  # noqa: S107 - no secret
        self.state = BotState(token=token)
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.state = self.state
        self._server.mood = mood or (lambda _method, _chat: None)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> LocalBotApi:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.state.close()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def token(self) -> str:
        """The token that it takes."""
        return self.state.token

    @property
    def url(self) -> str:
        """Its base address, as WATCHBOT_TELEGRAM_API takes it."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def messages(self) -> list[Sent]:
        """What it accepted so far, each message as it stands after edits; those that were deleted are gone."""
        with self.state.lock:
            return [one for one in self.state.messages.values() if one.by_bot]

    def write(self, chat: int, text: str, **more: Any) -> int:
        """Someone writes to the bot; returns the message's id. `more` are further fields of the message (`from`, `chat`…)."""
        return self.state.write(chat, text, more)

    def press(self, chat: int, message_id: int, data: str, user: dict[str, Any] | None = None) -> str:
        """Someone presses the button of a message that carries this data; returns the callback query's id."""
        return self.state.press(chat, message_id, data, user)

    def ask_inline(self, user: int, query: str, offset: str = "") -> str:
        """Someone types `@bot query` in another chat; returns the inline query's id."""
        return self.state.ask_inline(user, query, offset)

    def block(self, chat: int) -> None:
        """The person blocks the bot."""
        with self.state.lock:
            self.state.blocked.add(str(chat))


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256
    state: BotState
    mood: Mood

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that breaks off, or was killed, is no error of the server."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 16
    server: _Server

    def do_POST(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(min(length, BODY_LIMIT))
        match = re.fullmatch(r"/bot([^/]+)/(\w+)", self.path.partition("?")[0])
        if match is None or match[1] != self.server.state.token:
            self._answer(401, {"ok": False, "error_code": 401, "description": "Unauthorized"})
            return
        try:
            fields = self._fields(body)
        except ValueError:
            self._refuse(400, "Bad Request: can't parse the request", {})
            return
        mood = self.server.mood(match[2], str(fields.get("chat_id", "")))
        if mood == DROP:
            self._break_off()
        elif isinstance(mood, tuple):
            status, description, wait = mood
            self._refuse(status, description, {} if wait is None else {"retry_after": wait})
        else:
            self._carry_out(match[2], fields, answered=mood != LOSE_ANSWER)

    do_GET = do_POST  # noqa: N815 - the name that http.server calls

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        pass

    def _carry_out(self, name: str, fields: dict[str, Any], *, answered: bool) -> None:
        method = METHODS.get(name.lower())
        if method is None:
            self._refuse(404, "Not Found: method not found", {})
            return
        try:
            result = method(self.server.state, fields)
        except RefusedError as error:
            self._refuse(error.status, str(error), error.parameters)
            return
        if answered:
            self._answer(200, {"ok": True, "result": result})
        else:
            self._break_off()

    def _break_off(self) -> None:
        self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True

    def _fields(self, body: bytes) -> dict[str, Any]:
        """The fields of a call, from the query, a form, JSON, or parts; what is JSON in a form is read as such."""
        kind = self.headers.get("content-type") or ""
        fields: dict[str, Any] = {k: v[0] for k, v in parse_qs(self.path.partition("?")[2]).items()}
        if "json" in kind:
            loaded = json.loads(body or b"{}")
            fields |= loaded if isinstance(loaded, dict) else {}
        elif kind.startswith("multipart/"):
            fields |= _parts(kind, body)
        else:
            fields |= {k: v[0] for k, v in parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True).items()}
        return {key: _loaded(value) for key, value in fields.items()}

    def _refuse(self, status: int, description: str, parameters: dict[str, int]) -> None:
        extra = {"parameters": parameters} if parameters else {}
        self._answer(status, {"ok": False, "error_code": status, "description": description, **extra})

    def _answer(self, status: int, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _parts(kind: str, body: bytes) -> dict[str, Any]:
    """The parts of multipart/form-data; a file is a dictionary with its name and bytes."""
    message = email.message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body, policy=email.policy.HTTP)
    fields: dict[str, Any] = {}
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        data = content if isinstance(content, bytes) else b""
        filename = part.get_filename()
        fields[str(name)] = {"name": filename, "data": data} if filename else data.decode("utf-8", "replace")
    return fields


def _loaded(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in {"{", "["}:
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
