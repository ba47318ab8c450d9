"""The bot as a service: webhook, settings, killed by force."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace

import httpx
import pytest
from starlette.applications import Starlette

from tests.chat.conftest import CAMILLE, NOW, fill
from watchbot.chat.serve import BotThread, check_settings, start_beside
from watchbot.config import load_watch
from watchbot.demo.bot_state import person
from watchbot.demo.talking import settle
from watchbot.errors import ConfigError
from watchbot.store import Store
from watchbot.web.serve import WebThread

HOOK_SECRET = "s" * 32


def hook_settings(api, tmp_path, port: int) -> dict[str, str]:
    return {
        "WATCHBOT_DB": str(tmp_path / "watch.db"),
        "WATCHBOT_TELEGRAM_TOKEN": api.token,
        "WATCHBOT_TELEGRAM_API": api.url,
        "WATCHBOT_WEB_PORT": str(port),
        "WATCHBOT_TELEGRAM_WEBHOOK_URL": f"http://127.0.0.1:{port}/telegram/abc",
        "WATCHBOT_TELEGRAM_WEBHOOK_SECRET": HOOK_SECRET,
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_updates_come_by_webhook_through_the_web_app(api, folder, tmp_path):
    port = free_port()
    watch = load_watch(folder, hook_settings(api, tmp_path, port))
    fill(watch)
    site = WebThread(watch, lambda: None)
    assert site.start()
    bot = start_beside(watch, lambda: NOW, site.app)
    try:
        assert bot.wait(10)
        message = {"message_id": 1, "date": 1, "chat": {"id": CAMILLE, "type": "private"}, "from": person(CAMILLE)}
        update = {"update_id": 70, "message": message | {"text": "/aide"}}
        address = watch.settings.telegram_webhook_url
        for secret in ("", "x", "s" * 31):
            refused = httpx.post(address, json=update, headers={"X-Telegram-Bot-Api-Secret-Token": secret})
            assert refused.status_code == 403
        right = {"X-Telegram-Bot-Api-Secret-Token": HOOK_SECRET}
        for content, status in (
            (b"{", 400),
            (b"[]", 400),
            (b"{}", 400),
            (b'{"update_id": 1}', 200),
            (b" " * 1_000_001, 413),
        ):
            assert httpx.post(address, content=content, headers=right).status_code == status
        for _ in range(2):
            assert httpx.post(address, json=update, headers=right).status_code == 200
        api.write(CAMILLE, "/recent")
        with Store(watch.database) as store:
            end = time.monotonic() + 10
            while len(api.messages) < 2 and time.monotonic() < end:
                time.sleep(0.01)
            settle(api, store.chat)
        assert [m.text[:8] for m in api.messages] == ["La veill", "Les dern"]
        # Telegram is never told to slow down.
        assert all(httpx.post(address, json=update, headers=right).status_code == 200 for _ in range(30))
    finally:
        bot.stop()
        site.stop()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"WATCHBOT_TELEGRAM_TOKEN": ""}, "TELEGRAM_TOKEN"),
        ({"WATCHBOT_SECRET_KEY": ""}, "SECRET_KEY"),
        ({"WATCHBOT_TELEGRAM_WEBHOOK_SECRET": ""}, "WEBHOOK_SECRET"),
        ({"WATCHBOT_TELEGRAM_WEBHOOK_SECRET": "court"}, "WEBHOOK_SECRET"),
        ({"WATCHBOT_TELEGRAM_WEBHOOK_URL": "https://e.org"}, "path of its own"),
    ],
)
def test_settings_with_which_it_would_not_be_safe_are_refused(api, folder, tmp_path, more, words):
    watch = load_watch(folder, hook_settings(api, tmp_path, 1) | more)
    if "WATCHBOT_SECRET_KEY" in more:
        watch = replace(watch, settings=watch.settings.model_copy(update={"secret_key": None}))
    with pytest.raises(ConfigError, match=words):
        check_settings(watch)
    assert start_beside(watch, lambda: None, Starlette()) is None


def test_a_token_that_telegram_does_not_know_ends_the_bot_only(api, folder, tmp_path):
    settings = hook_settings(api, tmp_path, 1) | {
        "WATCHBOT_TELEGRAM_TOKEN": "9:other",
        "WATCHBOT_TELEGRAM_WEBHOOK_URL": "",
    }
    bot = BotThread(load_watch(folder, settings), lambda: None)
    assert not bot.start()
    bot.stop()
    assert not bot.alive


def test_nothing_is_lost_when_it_is_killed_while_many_write(api, folder, tmp_path):
    settings = {
        "WATCHBOT_DB": str(tmp_path / "watch.db"),
        "WATCHBOT_TELEGRAM_TOKEN": api.token,
        "WATCHBOT_TELEGRAM_API": api.url,
        "WATCHBOT_WATCH": str(folder),
    }
    watch = load_watch(folder, settings)
    fill(watch)
    environ = {k: v for k, v in os.environ.items() if not k.startswith("WATCHBOT_")} | settings

    def start():
        return subprocess.Popen([sys.executable, "-m", "watchbot", "bot"], env=environ, stderr=subprocess.DEVNULL)

    bot = start()
    try:
        for chat in range(2000, 2030):
            api.write(chat, "bilan carbone")
        with api.state.changed:
            assert api.state.changed.wait_for(lambda: len(api.state.history) > 34, 30)
        bot.send_signal(signal.SIGKILL)
        bot.wait()
        for chat in range(2030, 2040):
            api.write(chat, "/aide")
        bot = start()
        with api.state.changed:
            assert api.state.changed.wait_for(lambda: len({m.chat for m in api.messages}) == 40, 30)
        with Store(watch.database) as store:
            settle(api, store.chat)
    finally:
        bot.terminate()
        assert bot.wait(15) == 0
    # Each person was answered: once, or twice if it was killed between the answer and its note. How many answers that is
    # depends on how fast the machine writes notes.
    answered = Counter(m.chat for m in api.messages)
    assert set(answered) == {str(chat) for chat in range(2000, 2040)}
    assert max(answered.values()) <= 2
    assert all(answered[str(chat)] == 1 for chat in range(2030, 2040))


def test_watchbot_run_answers_as_well(api, tmp_path, monkeypatch):
    import threading

    from watchbot.app.scaffold import init_watch
    from watchbot.schedule import run

    for name in [one for one in os.environ if one.startswith("WATCHBOT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("WATCHBOT_TELEGRAM_TOKEN", api.token)
    monkeypatch.setenv("WATCHBOT_TELEGRAM_API", api.url)
    init_watch(tmp_path / "w", blank=True)
    stop = threading.Event()
    ended = []
    running = threading.Thread(target=lambda: ended.append(run(tmp_path / "w", stop=stop, web=False)))
    running.start()
    try:
        api.write(CAMILLE, "/aide")
        with api.state.changed:
            assert api.state.changed.wait_for(lambda: api.messages, 20)
        assert api.messages[0].text.startswith("La veille")
        assert [one["command"] for one in api.state.commands][:2] == ["start", "recent"]
    finally:
        stop.set()
        running.join(20)
    assert ended == [True]
