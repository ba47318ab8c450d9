"""Telegram's HTML, read as the Bot API reads it: the text that is left, its entities, and its complaints word for word.

Source: https://core.telegram.org/bots/api#html-style. Offsets and lengths are in UTF-16 code units, as the API counts.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from typing import Any

_KINDS = {
    **dict.fromkeys(("b", "strong"), "bold"),
    **dict.fromkeys(("i", "em"), "italic"),
    **dict.fromkeys(("u", "ins"), "underline"),
    **dict.fromkeys(("s", "strike", "del"), "strikethrough"),
    **dict.fromkeys(("tg-spoiler", "span"), "spoiler"),
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
_PIECE = re.compile(
    r"<(?P<end>/?)(?P<tag>[A-Za-z][A-Za-z0-9-]*)(?P<rest>[^<>]*)>|(?P<entity>&(?:lt|gt|amp|quot|#\d{1,7}|#x[0-9a-fA-F]{1,6});)|(?P<open><)"
)
_ATTRIBUTE = re.compile(r"([A-Za-z-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|(\S+))")


class EntityError(ValueError):
    """The markup does not parse; the message is the API's."""

    def __init__(self, complaint: str) -> None:
        super().__init__(f"can't parse entities: {complaint}")


@dataclass(slots=True)
class _Reader:
    pieces: list[str] = field(default_factory=list)
    length: int = 0
    stack: list[tuple[str, int, dict[str, str]]] = field(default_factory=list)
    entities: list[dict[str, Any]] = field(default_factory=list)

    def add(self, text: str) -> None:
        self.pieces.append(text)
        self.length += utf16_length(text)

    def begin(self, tag: str, rest: str, offset: int) -> None:
        attributes = {m[1].lower(): html.unescape(m[2] or m[3] or m[4] or "") for m in _ATTRIBUTE.finditer(rest)}
        if tag not in _KINDS or (tag == "span" and attributes.get("class") != "tg-spoiler"):
            raise EntityError(f'Unsupported start tag "{tag}" at byte offset {offset}')
        self.stack.append((tag, self.length, attributes))

    def end(self, tag: str, offset: int) -> None:
        if not self.stack:
            raise EntityError(f"Unexpected end tag at byte offset {offset}")
        name, start, attributes = self.stack.pop()
        if name != tag:
            raise EntityError(f'Unmatched end tag at byte offset {offset}, expected "</{name}>", found "</{tag}>"')
        if self.length > start and (name != "a" or "href" in attributes):
            entity = {"type": _KINDS[name], "offset": start, "length": self.length - start}
            if name == "a":
                entity["url"] = attributes["href"]
            self.entities.append(entity)


def utf16_length(text: str) -> int:
    """Length as the Bot API counts: in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def read_markup(markup: str) -> tuple[str, list[dict[str, Any]]]:
    """The text that a reader sees and its entities, as the API gives them back.

    Raises:
        EntityError: it does not parse.
    """
    reader, at = _Reader(), 0
    for match in _PIECE.finditer(markup):
        reader.add(markup[at : match.start()])
        at = match.end()
        offset = len(markup[: match.start()].encode())
        if match["open"]:
            raise EntityError(f"Unclosed start tag at byte offset {offset}")
        if match["entity"]:
            reader.add(html.unescape(match["entity"]))
        elif match["end"]:
            reader.end(match["tag"].lower(), offset)
        else:
            reader.begin(match["tag"].lower(), match["rest"], offset)
    reader.add(markup[at:])
    if reader.stack:
        raise EntityError(f'Can\'t find end tag corresponding to start tag "{reader.stack[-1][0]}"')
    return "".join(reader.pieces), sorted(reader.entities, key=lambda e: (e["offset"], -e["length"]))


def visible_text(markup: str) -> str:
    """The text of Telegram HTML after its entities are parsed.

    Raises:
        EntityError: it does not parse, in Telegram's words.
    """
    return read_markup(markup)[0]
