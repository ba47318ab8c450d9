"""The kinds behind one signature: each module is loaded when the first source of its kind is read."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from watchbot.model import Found, Kind, Request, Response, Source

# The kinds that ask for another address than the source's own; the modules of the others are not loaded to be asked.
_KNOW_BETTER = frozenset({Kind.WORDPRESS, Kind.API})


def first_request(source: Source) -> Request:
    """What to ask for first: the source's address, unless its kind knows better (a `first_request` of its own)."""
    if source.kind not in _KNOW_BETTER:
        return Request(url=source.url)
    request: Callable[[Source], Request] = _module(source.kind).first_request
    return request(source)


def parse(response: Response, source: Source) -> Found:
    """Read an answer as the source's kind: a pure function of the answer and the source.

    Raises:
        ParseError: The answer is not what the kind expects; `reason` is a stable slug.
    """
    read: Callable[[Response, Source], Found] = _module(source.kind).parse
    return read(response, source)


def _module(kind: Kind) -> Any:
    return import_module(f"watchbot.collect.{kind.value}")
