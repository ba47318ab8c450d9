"""The bot as a service: alone, or in a thread beside the scheduler; by polling, or by a webhook.

With WATCHBOT_TELEGRAM_WEBHOOK_URL, Telegram brings updates to that address with the secret of
WATCHBOT_TELEGRAM_WEBHOOK_SECRET in a header; the web app, or a small server in its place, hands them on.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import re
import threading
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from telegram.error import InvalidToken, TelegramError

from watchbot.chat.bot import BotOptions, ChatBot, log
from watchbot.errors import ConfigError

if TYPE_CHECKING:
    from watchbot.config import Watch

SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105 - the header's name
MAX_BODY = 1_000_000
STOP_SECONDS = 10.0
AGAIN_SECONDS = 30.0


class BotThread:
    """The bot in a thread of its own, with an event loop of its own."""

    def __init__(self, watch: Watch, clock: Callable[[], datetime], options: BotOptions | None = None) -> None:
        """Make ready.

        Raises:
            ConfigError: a setting is missing.
        """
        check_settings(watch)
        self._watch = watch
        self._clock = clock
        self._options = options
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._bot: ChatBot | None = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="bot", daemon=True)

    def start(self, wait: float = 10.0) -> bool:
        """Start; returns whether the bot answers already. If Telegram is away, it goes on trying."""
        self._thread.start()
        return self.wait(wait)

    def wait(self, seconds: float) -> bool:
        """Wait until the bot answers, for so many seconds at most; returns whether it does."""
        return self._ready.wait(seconds) and self._bot is not None

    def stop(self) -> None:
        """Stop, letting what is under way end; what is cut goes on at the next start."""
        if self._loop is not None and self._stop is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(STOP_SECONDS)

    @property
    def alive(self) -> bool:
        """Whether it runs, be it waiting for Telegram."""
        return self._thread.is_alive()

    def use(self, watch: Watch) -> None:
        """Answer by another reading of the watch's folder from now on."""
        from dataclasses import replace

        self._watch = watch
        if self._bot is not None:
            self._bot.desk = replace(self._bot.desk, watch=watch)

    @property
    def route(self) -> Route:
        """The address for Telegram, to be served by the web app."""
        return Route(self._watch.settings.webhook_path, self._receive, methods=["POST"])

    async def _receive(self, request: Request) -> Response:
        bot, loop = self._bot, self._loop
        content, refusal = await read_update(request, webhook_secret(self._watch))
        if refusal is not None:
            return refusal
        if bot is None or loop is None or content is None:
            return PlainTextResponse("starting\n", status_code=503)
        taken = asyncio.run_coroutine_threadsafe(bot.take(content), loop)
        await asyncio.wrap_future(taken)
        return PlainTextResponse("ok\n")

    async def _run(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        while not self._stop.is_set():
            try:
                await self._serve(self._stop)
            except InvalidToken:
                log("no bot: Telegram does not know WATCHBOT_TELEGRAM_TOKEN")
                break
            except TelegramError as error:
                log("the bot waits for Telegram", error=f"{type(error).__name__}: {error}")
                await _pause(self._stop, AGAIN_SECONDS)
        self._ready.set()

    async def _serve(self, stop: asyncio.Event) -> None:
        bot = ChatBot(self._watch, self._clock, self._options)
        url = self._watch.settings.telegram_webhook_url
        try:
            await bot.start(polling=not url)
            if url:
                await bot.use_webhook(url, webhook_secret(self._watch))
            self._bot = bot
            self._ready.set()
            await stop.wait()
        finally:
            self._bot = None
            await bot.stop()


def start_beside(watch: Watch, clock: Callable[[], datetime], site: Starlette | None) -> BotThread | None:
    """Start the bot beside the scheduler; without a token, or with settings that are wrong, everything else runs all the same.

    Args:
        watch: the watch.
        clock: gives the present.
        site: the web app, which takes in what a webhook brings.
    """
    if watch.settings.telegram_token is None:
        return None
    try:
        bot = BotThread(watch, clock)
    except ConfigError as error:
        log("no bot", error=str(error))
        return None
    if watch.settings.telegram_webhook_url:
        if site is None:
            log("no bot: a webhook needs the web app; run without --no-web, or `watchbot bot` beside")
            return None
        site.router.routes.append(bot.route)
    bot.start(0)
    return bot


def serve(watch: Watch, clock: Callable[[], datetime]) -> None:
    """Run the bot alone until SIGINT or SIGTERM.

    Raises:
        ConfigError: a setting is missing.
    """
    import signal

    thread = BotThread(watch, clock)
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    thread.start(0)
    if watch.settings.telegram_webhook_url:
        import uvicorn

        app = Starlette(routes=[thread.route])
        config = uvicorn.Config(
            app, watch.settings.web_host, watch.settings.web_port, access_log=False, log_level="warning"
        )
        uvicorn.Server(config).run()
    else:
        while not ended.wait(0.5) and thread.alive:
            pass
    thread.stop()


def check_settings(watch: Watch) -> None:
    """Refuse settings with which the bot could not run safely.

    Raises:
        ConfigError: no token or no secret key; or a webhook without a secret, without which anybody could play Telegram.
    """
    settings = watch.settings
    problems = []
    if settings.telegram_token is None:
        problems.append("environment: WATCHBOT_TELEGRAM_TOKEN is not set; @BotFather gives one")
    if settings.secret_key is None:
        problems.append("environment: WATCHBOT_SECRET_KEY is not set; `watchbot init` writes one into .env")
    if settings.telegram_webhook_url:
        secret = webhook_secret(watch)
        if not re.fullmatch(r"[A-Za-z0-9_-]{16,256}", secret):
            problems.append(
                "environment: WATCHBOT_TELEGRAM_WEBHOOK_SECRET must be 16 to 256 letters, digits, _ or - for a webhook"
            )
        if settings.webhook_path == "/":
            problems.append(
                "environment: WATCHBOT_TELEGRAM_WEBHOOK_URL needs a path of its own, such as https://example.org/telegram"
            )
    if problems:
        raise ConfigError(problems)


def webhook_secret(watch: Watch) -> str:
    """What Telegram must show to be believed."""
    secret = watch.settings.telegram_webhook_secret
    return secret.get_secret_value() if secret is not None else ""


async def read_update(request: Request, secret: str) -> tuple[dict[str, object] | None, Response | None]:
    """The update in a request, or the answer that refuses it."""
    shown = request.headers.get(SECRET_HEADER, "")
    if not secret or not hmac.compare_digest(shown.encode(), secret.encode()):
        return None, PlainTextResponse("forbidden\n", status_code=403)
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            return None, PlainTextResponse("too long\n", status_code=413)
    try:
        content = json.loads(body)
    except ValueError:
        content = None
    if not isinstance(content, dict) or not isinstance(content.get("update_id"), int):
        return None, PlainTextResponse("not an update\n", status_code=400)
    return content, None


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
