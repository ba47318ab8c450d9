"""The recorded web: the pages of `recorded/` served over real HTTP on loopback, as their sites sent them.

One server stands for all the hosts. A page is chosen by the Host header, the method, the path and the query, so a
fetcher that sends every request to one base address, keeping its original Host header, sees the web as it was in one
week. `recorded/README.md` says how the files are laid out.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from email.utils import format_datetime, parsedate_to_datetime
from functools import cached_property, lru_cache
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from importlib.resources.abc import Traversable
from threading import Lock, Thread
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from watchbot.model import Source

__all__ = ["DEMO_ENVIRON", "WEEKS", "RecordedPage", "RecordedWeb", "demo_sources", "hosts", "recorded_pages"]

# The two dates of the recording, Mondays, a week apart.
WEEKS = ("2026-11-16", "2026-11-23")

# What the interfaces of the recorded web take for credentials.
DEMO_ENVIRON: Mapping[str, str] = {"PISTE_CLIENT_ID": "demonstration", "PISTE_CLIENT_SECRET": "demonstration"}

_NOT_FOUND = """<!DOCTYPE html>
<html lang="fr"><head><meta charset="utf-8"><title>Page introuvable</title></head>
<body><main><h1>Page introuvable</h1>
<p>La page que vous cherchez n’existe pas ou a été déplacée.</p><p><a href="/">Retour à l’accueil</a></p></main></body></html>
"""
_HTML = "text/html; charset=UTF-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the server sends: status, headers in order, body."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, kw_only=True)
class RecordedPage:
    """One entry of a manifest.

    `query` holds the parameters that a request must have for this page; others are ignored, as sites do. `etag` is
    `strong`, `weak` or None: its value is made from the body, so that a file edited by hand never lies.
    """

    host: str
    path: str
    file: Traversable
    type: str
    method: str = "GET"
    query: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    etag: str | None = None
    last_modified: str | None = None
    location: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    bearer: bool = False

    @cached_property
    def body(self) -> bytes:
        """The bytes as recorded."""
        return self.file.read_bytes()

    @cached_property
    def entity_tag(self) -> str | None:
        """The ETag header, or None if the site sends none."""
        if self.etag is None:
            return None
        tag = f'"{hashlib.sha256(self.body).hexdigest()[:16]}"'
        return f"W/{tag}" if self.etag == "weak" else tag

    @property
    def identity(self) -> tuple[str, str, str, frozenset[tuple[str, str]]]:
        """What a later week's entry replaces."""
        return self.host, self.method, self.path, frozenset(self.query.items())

    def unchanged(self, if_none_match: str | None, if_modified_since: str | None) -> bool:
        """Whether the copy that a client holds is still good (RFC 9110, section 13.2.2: the ETag decides if sent)."""
        if if_none_match is not None and self.entity_tag is not None:
            held = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
            return "*" in held or self.entity_tag.removeprefix("W/") in held
        if if_none_match is None and if_modified_since is not None and self.last_modified is not None:
            try:
                return parsedate_to_datetime(self.last_modified) <= parsedate_to_datetime(if_modified_since)
            except (TypeError, ValueError):
                return False
        return False


@lru_cache(maxsize=len(WEEKS))
def recorded_pages(week: str) -> tuple[RecordedPage, ...]:
    """All that is answered in a week, with what it takes over from the week before.

    Raises:
        ValueError: nothing was recorded in that week.
    """
    if week not in WEEKS:
        message = f"no week {week!r} was recorded; there are {', '.join(WEEKS)}"
        raise ValueError(message)
    folder = files("watchbot.demo") / "recorded" / week
    manifest: dict[str, Any] = tomllib.loads((folder / "manifest.toml").read_text(encoding="utf-8"))
    pages = {page.identity: page for page in recorded_pages(manifest["base"])} if "base" in manifest else {}
    for entry in manifest["pages"]:
        page = RecordedPage(**{**entry, "file": folder.joinpath(*entry["file"].split("/"))})
        pages[page.identity] = page
    return tuple(pages.values())


def hosts(week: str) -> frozenset[str]:
    """The hosts of which something was recorded by that week."""
    return frozenset(page.host for page in recorded_pages(week))


def demo_sources(sources: Iterable[Source]) -> tuple[Source, ...]:
    """Those of the sources whose address is in the recorded web.

    A source whose host was recorded but whose page was not is left out: it would only be answered by 404.
    """
    recorded = {(page.host, page.path) for page in recorded_pages(WEEKS[0])}
    return tuple(source for source in sources if _place(source.url) in recorded)


def _place(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.hostname or "", parts.path or "/"


class RecordedWeb:
    """Serves one week of the recorded web on 127.0.0.1, on a port of the system's choice, while the context is open.

    Attributes:
        week: The week served; `set_week` moves on to another.
    """

    def __init__(self, week: str = WEEKS[0]) -> None:
        self._lock = Lock()
        self._requests: list[tuple[str, str, int]] = []
        self._index: dict[tuple[str, str, str], list[RecordedPage]] = {}
        self._server: ThreadingHTTPServer | None = None
        self._thread: Thread | None = None
        self.week = week
        self.set_week(week)

    def __enter__(self) -> Self:
        self._server = _Server(self)
        self._thread = Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="recorded-web", daemon=True
        )
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()
            self._server = None

    @property
    def base(self) -> str:
        """The address to send every request to, such as `http://127.0.0.1:40123`."""
        return f"http://{self.address}"

    @property
    def address(self) -> str:
        """`host:port`, as `allow_private` wants it.

        Raises:
            RuntimeError: the server is not running.
        """
        if self._server is None:
            message = "the recorded web is served only inside its with block"
            raise RuntimeError(message)
        return f"127.0.0.1:{self._server.server_address[1]}"

    def set_week(self, week: str) -> None:
        """Serve another week from now on.

        Raises:
            ValueError: nothing was recorded in that week.
        """
        index: dict[tuple[str, str, str], list[RecordedPage]] = {}
        for page in recorded_pages(week):
            index.setdefault((page.host, page.method, page.path), []).append(page)
        # The entry that asks for most parameters is looked at first.
        for pages in index.values():
            pages.sort(key=lambda page: -len(page.query))
        with self._lock:
            self.week, self._index = week, index

    @property
    def requests(self) -> tuple[tuple[str, str, int], ...]:
        """Every request so far: method, address (as `https://host/path?query`) and status."""
        with self._lock:
            return tuple(self._requests)

    @property
    def request_count(self) -> int:
        """How many requests were answered so far."""
        with self._lock:
            return len(self._requests)

    def answer(self, method: str, host: str, target: str, headers: Mapping[str, str]) -> Answer:
        """What is sent for a request; header names in lower case. Counted in `requests`."""
        page = self._find("GET" if method == "HEAD" else method, host.partition(":")[0].lower(), target)
        answer = _not_found() if page is None else _respond(page, headers)
        with self._lock:
            self._requests.append((method, f"https://{host}{target}", answer.status))
        return answer

    def _find(self, method: str, host: str, target: str) -> RecordedPage | None:
        parts = urlsplit(target)
        given = dict(parse_qsl(parts.query, keep_blank_values=True))
        with self._lock:
            pages = self._index.get((host, method, parts.path or "/"), [])
        return next((page for page in pages if page.query.items() <= given.items()), None)


def _respond(page: RecordedPage, headers: Mapping[str, str]) -> Answer:
    if page.bearer and not headers.get("authorization", "").startswith("Bearer "):
        body = b'{"error":"invalid_token","error_description":"No access token"}'
        return Answer(status=401, headers=(("Content-Type", "application/json"),), body=body)
    validators = [("ETag", page.entity_tag), ("Last-Modified", page.last_modified)]
    kept = tuple((name, value) for name, value in validators if value)
    if page.status == HTTPStatus.OK and page.unchanged(headers.get("if-none-match"), headers.get("if-modified-since")):
        return Answer(status=304, headers=kept, body=b"")
    sent = [("Content-Type", page.type), *kept, *page.headers.items()]
    if page.location:
        sent.append(("Location", page.location))
    return Answer(status=page.status, headers=tuple(sent), body=page.body)


def _not_found() -> Answer:
    return Answer(status=404, headers=(("Content-Type", _HTML),), body=_NOT_FOUND.encode())


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, web: RecordedWeb) -> None:
        self.web = web
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server
    # A head and a body sent in two packets would each wait for the other's acknowledgement (Nagle).
    wbufsize = 65536
    disable_nagle_algorithm = True
    timeout = 30

    def version_string(self) -> str:
        return "nginx"

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The Date header: the morning of the recorded week, so that answers do not depend on the day of the demo."""
        del timestamp
        day = datetime.combine(datetime.fromisoformat(self.server.web.week).date(), time(5), tzinfo=UTC)
        return format_datetime(day, usegmt=True)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is BaseHTTPRequestHandler's
        """Keep quiet: requests are counted, not printed."""

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length:
            self.rfile.read(length)
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.server.web.answer(self.command, headers.get("host", ""), self.path, headers)
        self.send_response(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        if answer.status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    do_GET = do_HEAD = do_POST = _serve  # noqa: N815 - names given by BaseHTTPRequestHandler
