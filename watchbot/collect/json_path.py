"""Dotted paths into JSON: `hits.hits`, `titles.0.title`, `results.*.sections`, and templates `https://site/{id}`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

_PLACEHOLDER = re.compile(r"\{([\w.*@$:#-]{1,200})\}")
_MAX_VALUES = 100_000


def at(data: Any, path: str) -> Any:
    """The value at a path, or None.

    A name goes into an object, a number into a list, `*` into every member of a list or object (the results of several
    `*` come as one list). An empty path is the value itself. A name that contains dots is tried whole first.
    """
    if not path or data is None:
        return data
    if isinstance(data, dict) and path in data:
        return data[path]
    head, _, rest = path.partition(".")
    if head == "*":
        return _every(data, rest)
    if isinstance(data, dict):
        return at(data.get(head), rest)
    if not isinstance(data, list) or not data:
        return None
    if head.lstrip("-").isdecimal():
        return at(data[int(head)], rest) if -len(data) <= int(head) < len(data) else None
    return at(data[0], path)  # one value where a list of one is usual


def _every(data: Any, rest: str) -> list[Any]:
    """What a path leads to in each member of a list or object."""
    members = list(data.values()) if isinstance(data, dict) else data if isinstance(data, list) else []
    found: list[Any] = []
    for member in members:
        value = at(member, rest)
        if isinstance(value, list) and "*" in rest.split("."):
            found.extend(value)
        elif value is not None:
            found.append(value)
        if len(found) > _MAX_VALUES:
            break
    return found


def text_at(data: Any, path: str) -> str:
    """The value at a path as text: numbers too, lists joined by a comma, objects by their usual text member."""
    return as_text(at(data, path))


def as_text(value: Any) -> str:
    """A JSON value as text, or an empty string if it has none."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list):
        return ", ".join(text for text in map(as_text, value[:50]) if text)
    if isinstance(value, dict):
        for key in ("rendered", "value", "#text", "@value", "text", "fr", "fra"):
            if key in value:
                return as_text(value[key])
    return ""


def is_template(path: str) -> bool:
    """Whether a path is a template with places in braces."""
    return _PLACEHOLDER.search(path) is not None


def fill(template: str, data: Any, encode: Callable[[str], str] | None = None) -> str:
    """A template with each `{path}` replaced; empty if one of them has no value.

    Args:
        template: Text with paths in braces.
        data: What the paths lead into.
        encode: Applied to each value; percent-encodes it unless given.
    """
    missing = False

    def value(found: re.Match[str]) -> str:
        nonlocal missing
        text = text_at(data, found.group(1)).strip()
        missing |= not text
        return encode(text) if encode else quote(text, safe="/:")

    filled = _PLACEHOLDER.sub(value, template)
    return "" if missing else filled
