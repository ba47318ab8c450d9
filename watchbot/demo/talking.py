"""People who talk with the bot through the local Bot API server: for the demonstration, and for whoever tests a bot."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from watchbot.demo.bot_state import BOT
from watchbot.demo.transcript import transcript
from watchbot.errors import WatchbotError
from watchbot.store import Store

if TYPE_CHECKING:
    from watchbot.config import Watch
    from watchbot.demo.bot_api import LocalBotApi
    from watchbot.store.chat import Chat

PAUSE = 0.004
PERSON = 424242


def settle(api: LocalBotApi, chat: Chat, seconds: float = 20.0) -> None:
    """Wait until the bot has taken in all that people did, and is done with it.

    Raises:
        WatchbotError: it is not within so many seconds.
    """
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        state = api.state
        with state.lock:
            taken = all(update["update_id"] <= state.confirmed for update in state.updates)
        if taken and not chat.open_updates(int(str(BOT["id"]))):
            return
        time.sleep(PAUSE)
    message = "the bot does not answer"
    raise WatchbotError(message)


def press(api: LocalBotApi, chat: int, label: str) -> bool:
    """Press the button whose text begins so, under the newest message that has one; returns whether there is one."""
    for one in reversed(api.messages):
        data = next((data for text, data in one.buttons if text.startswith(label)), None)
        if one.chat == str(chat) and data is not None:
            api.press(chat, one.message_id, data)
            return True
    return False


def hold_dialogue(watch: Watch, api: LocalBotApi, clock: Callable[[], datetime]) -> str:
    """A short conversation of a subscriber with the bot of a watch, by real polling; returns its transcript."""
    from watchbot.chat.serve import BotThread

    start = len(api.state.history)
    bot = BotThread(watch, clock)
    with Store(watch.database) as store:
        try:
            bot.start()
            acts: tuple[Callable[[], object], ...] = (
                lambda: api.write(PERSON, "quoi de neuf sur les aides en Île-de-France ?"),
                lambda: press(api, PERSON, "✕"),
                lambda: press(api, PERSON, "Détail 1"),
                lambda: press(api, PERSON, "‹ Retour"),
                lambda: press(api, PERSON, "🔔 Suivre"),
                lambda: api.write(PERSON, "/reference RS6456"),
                lambda: api.write(PERSON, "/echeances"),
            )
            for act in acts:
                act()
                settle(api, store.chat)
        finally:
            bot.stop()
    with api.state.lock:
        return transcript(api.state.history[start:])
