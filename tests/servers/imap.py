"""A mailbox on loopback: as much of IMAP4rev1 (RFC 3501) as reading unseen messages takes, over TLS from the start."""

from __future__ import annotations

import re
import ssl
import threading
from dataclasses import dataclass, field
from socketserver import StreamRequestHandler, ThreadingTCPServer


@dataclass(slots=True)
class Box:
    """The mailbox: messages by uid, which were seen, and who may read."""

    messages: list[bytes]
    login: tuple[str, str] = ("veille", "p@ss")
    seen: set[int] = field(default_factory=set)
    refuse: str = ""


class MailboxServer:
    """Serves a box on 127.0.0.1 and an ephemeral port."""

    def __init__(self, box: Box, context: ssl.SSLContext) -> None:
        self.box = box
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.box, self._server.context = box, context
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> MailboxServer:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def port(self) -> int:
        return self._server.server_address[1]


class _Server(ThreadingTCPServer):
    daemon_threads = True
    box: Box
    context: ssl.SSLContext

    def get_request(self):
        connection, address = super().get_request()
        return self.context.wrap_socket(connection, server_side=True), address

    def handle_error(self, request, client_address):
        pass


class _Handler(StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        self._say("* OK ready")
        while line := self.rfile.readline().decode().strip():
            tag, _, command = line.partition(" ")
            name = command.split(" ", 1)[0].upper()
            if name == self.server.box.refuse:
                self._say(f"{tag} NO refused")
                continue
            answer = self._answer(name, command)
            self._say(f"{tag} {answer}")
            if name == "LOGOUT":
                return

    def _answer(self, name: str, command: str) -> str:
        box = self.server.box
        if name == "CAPABILITY":
            self._say("* CAPABILITY IMAP4rev1")
        elif name == "LOGIN":
            _, user, password = command.split(" ", 2)
            return "OK in" if (user, password.strip('"')) == box.login else "NO wrong"
        elif name == "SELECT":
            if '"INBOX"' not in command:
                return "NO no such folder"
            self._say(f"* {len(box.messages)} EXISTS")
        elif name == "LOGOUT":
            self._say("* BYE")
        elif name == "UID":
            self._uid(command.split(" ", 1)[1])
        return f"OK {name} done"

    def _uid(self, command: str) -> None:
        box = self.server.box
        if command.startswith("SEARCH UNSEEN"):
            unseen = (str(n) for n in range(1, len(box.messages) + 1) if n not in box.seen)
            self._say("* SEARCH " + " ".join(unseen))
        elif match := re.match(r"FETCH (\d+) \(BODY.PEEK\[\]<0\.(\d+)>\)", command):
            number, limit = int(match[1]), int(match[2])
            content = box.messages[number - 1][:limit]
            self.wfile.write(f"* {number} FETCH (UID {number} BODY[]<0> {{{len(content)}}}\r\n".encode())
            self.wfile.write(content + b")\r\n")
        elif match := re.match(r"STORE (\d+) \+FLAGS\.SILENT \(\\Seen\)", command):
            box.seen.add(int(match[1]))

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())
