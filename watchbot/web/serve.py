"""Serving the application with uvicorn: alone, or beside the scheduler in a thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

import uvicorn

from watchbot.web.app import create_app

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from watchbot.config import Watch

STOP_SECONDS = 2


def server(app: Starlette, host: str, port: int) -> uvicorn.Server:
    """A server for the application; no access log, since addresses hold tokens."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=STOP_SECONDS,
        limit_concurrency=200,
    )
    return uvicorn.Server(config)


def serve(watch: Watch, clock: Callable[[], datetime]) -> None:
    """Serve until SIGINT or SIGTERM."""
    server(create_app(watch, clock), watch.settings.web_host, watch.settings.web_port).run()


class WebThread:
    """The application served in a thread of this process."""

    def __init__(self, watch: Watch, clock: Callable[[], datetime], **options: object) -> None:
        self.app = create_app(watch, clock, **options)  # type: ignore[arg-type]
        self._server = server(self.app, watch.settings.web_host, watch.settings.web_port)
        self._thread = threading.Thread(target=self._run, name="web", daemon=True)

    def _run(self) -> None:
        try:
            self._server.run()
        except SystemExit:
            # uvicorn ends so when the port is taken; it has logged why.
            self._server.should_exit = True

    def start(self, wait: float = 10.0) -> bool:
        """Start; returns whether it listens."""
        self._thread.start()
        pause = threading.Event()
        waited = 0.0
        while not self._server.started and self._thread.is_alive() and waited < wait:
            pause.wait(0.02)
            waited += 0.02
        return self._server.started

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self._server.servers[0].sockets[0].getsockname()[1])

    def stop(self) -> None:
        """Stop, letting answers under way end."""
        self._server.should_exit = True
        self._thread.join(STOP_SECONDS + 1)
