"""JSON as servers send it: with a byte order mark, after warnings of PHP, or not at all."""

from __future__ import annotations

import json
import re
from typing import Any

from watchbot.collect.charset import decode
from watchbot.collect.walls import refuse_wall
from watchbot.errors import ParseError
from watchbot.model import Response

_BEGIN = re.compile(r"[\[{]")
_JUNK_CHARACTERS = 20_000


def read_json(response: Response) -> Any:
    """The value of a JSON body.

    Raises:
        ParseError: It is none; `reason` is `empty`, `not-json`, or that of a wall.
    """
    text = decode(response.content, response.headers).strip("\ufeff\0 \t\r\n")
    if not text:
        raise ParseError(f"{response.url}: the answer is empty", url=response.url, reason="empty")
    for begin in _beginnings(text):
        try:
            return json.loads(text[begin:])
        except (ValueError, RecursionError):
            continue
    if text.startswith("<"):
        refuse_wall(response, text)
    what = response.content_type or "no type"
    message = f"{response.url}: the answer is no JSON ({what}): is the interface switched off?"
    raise ParseError(message, url=response.url, reason="not-json")


def _beginnings(text: str) -> list[int]:
    """Where the value may begin: at the start, or after junk that some servers put before it."""
    if text[0] in "[{":
        return [0]
    return [found.start() for found in _BEGIN.finditer(text[:_JUNK_CHARACTERS])][:5]
