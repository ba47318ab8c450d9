"""What the bot does in answer to an event, as plain values that can be kept in the database and carried out later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Button:
    """A button: with `data` it comes back to us, with `url` it opens a page."""

    text: str
    data: str = ""
    url: str = ""


Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """A new message. `answers` is the message that it answers, `thread` the topic of a forum."""

    chat: int
    html: str
    buttons: Rows = ()
    answers: int | None = None
    thread: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Another text and other buttons for a message of ours."""

    chat: int
    message: int
    html: str
    buttons: Rows = ()
    thread: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Toast:
    """The answer to a pressed button: a short plain text over the chat, or nothing but that it was taken."""

    query: str
    text: str = ""
    alert: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A text file."""

    chat: int
    name: str
    content: str
    html: str = ""
    thread: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InlineHit:
    """One result of an inline search: what stands in the list, and the message that choosing it sends."""

    id: str
    title: str
    description: str
    html: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inline:
    """The answer to an inline search; `start` is the deep link of the button above the results."""

    query: str
    hits: tuple[InlineHit, ...]
    next_offset: str = ""
    button: str = ""
    start: str = ""


Reply = Say | Edit | Toast | File | Inline
_KINDS: Mapping[str, type[Any]] = {"say": Say, "edit": Edit, "toast": Toast, "file": File, "inline": Inline}
_NAMES = {kind: name for name, kind in _KINDS.items()}


def to_plain(reply: Reply) -> dict[str, Any]:
    """A reply as JSON holds it."""
    return {"do": _NAMES[type(reply)], **asdict(reply)}


def from_plain(values: Mapping[str, Any]) -> Reply:
    """The reply that `to_plain` wrote."""
    fields = dict(values)
    kind = _KINDS[fields.pop("do")]
    if "buttons" in fields:
        fields["buttons"] = _rows(fields["buttons"])
    if "hits" in fields:
        fields["hits"] = tuple(InlineHit(**hit) for hit in fields["hits"])
    reply: Reply = kind(**fields)
    return reply


def _rows(rows: Sequence[Sequence[Mapping[str, str]]]) -> Rows:
    return tuple(tuple(Button(**button) for button in row) for row in rows)
