"""Durations as people write them: `90s`, `15m`, `6h`, `7d`, `2w`, or a sum (`1d12h`)."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "j": "days", "w": "weeks"}
_PATTERN = r"(\d+)\s*([smhdjw])"


def parse_duration(text: object) -> timedelta:
    """A duration from its text.

    Raises:
        ValueError: the text is no duration; the message shows the form.
    """
    if isinstance(text, timedelta):
        return text
    if not isinstance(text, str) or not re.fullmatch(rf"(\s*{_PATTERN}\s*)+", text.lower()):
        message = f"{text!r} is not a duration; write for example 90s, 15m, 6h, 7d, 2w or 1d12h"
        raise ValueError(message)
    return sum(
        (timedelta(**{_UNITS[unit]: int(count)}) for count, unit in re.findall(_PATTERN, text.lower())), timedelta()
    )


def duration_text(duration: timedelta) -> str:
    """The shortest text that `parse_duration` reads back."""
    seconds = int(duration.total_seconds())
    for unit, size in (("w", 604800), ("d", 86400), ("h", 3600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    PlainSerializer(duration_text),
    WithJsonSchema({"type": "string", "pattern": r"^(\d+\s*[smhdjw]\s*)+$", "examples": ["6h", "7d", "15m"]}),
]
