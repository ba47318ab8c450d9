"""Links that open the bot and ask it something: `https://t.me/<bot>?start=<payload>`.

A payload is at most 64 characters of `A-Z a-z 0-9 _ -` (https://core.telegram.org/bots/features#deep-linking): one letter that says
what it is, `_`, and an id, or a short text as base64url. Anybody can write one, so a payload only ever asks to be shown something.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Literal

PAYLOAD = 64
Asked = Literal["item", "search", "topic", "region", "reference", "deadlines", "changes", "subscribe"]
_LETTERS: dict[str, Asked] = {
    "i": "item",
    "q": "search",
    "t": "topic",
    "r": "region",
    "n": "reference",
    "e": "deadlines",
    "c": "changes",
    "s": "subscribe",
}
_BY_NAME = {name: letter for letter, name in _LETTERS.items()}
_PLAIN = re.compile(r"[A-Za-z0-9-]*")


def payload(asked: Asked, value: str = "") -> str:
    """The payload that asks for something; an empty string when it would not fit."""
    letter = _BY_NAME[asked]
    if asked == "search":
        value = base64.urlsafe_b64encode(value.encode()).decode().rstrip("=")
    elif not _PLAIN.fullmatch(value):
        return ""
    text = f"{letter}_{value}" if value else letter
    return text if len(text) <= PAYLOAD else ""


def read_payload(text: str) -> tuple[Asked, str] | None:
    """What a payload asks for, or None when it is none of ours."""
    letter, _, value = text[: PAYLOAD + 1].partition("_")
    asked = _LETTERS.get(letter)
    if asked is None or len(text) > PAYLOAD:
        return None
    if asked != "search":
        return (asked, value) if _PLAIN.fullmatch(value) else None
    if not re.fullmatch(r"[A-Za-z0-9_-]+", value):
        return None
    try:
        return asked, base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)).decode()
    except (binascii.Error, ValueError):
        return None


def deep_link(bot: str, asked: Asked, value: str = "") -> str:
    """The address that opens the bot and asks for something; an empty string without a bot, or when it would not fit."""
    found = payload(asked, value)
    return f"https://t.me/{bot}?start={found}" if bot and found else ""
