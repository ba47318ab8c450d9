"""Packing blocks of Telegram HTML into messages.

Limits are those of the Bot API (https://core.telegram.org/bots/api#sendmessage): 4096 characters after entities are
parsed, counted in UTF-16 code units. Here the markup is counted too, so a message is always well within.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

# A character of the Unicode private use area: it cannot come from a cleaned text.
CUT = "\ue000"
LIMIT = 4096
ELLIPSIS = "…"
_TOKEN = re.compile(r"<(/?)([a-z]+)[^>]*>|&[a-z0-9#]+;|.", re.DOTALL)
_BLANKS = re.compile(r"\n{3,}")


def units(text: str) -> int:
    """The length of a text in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def pack(blocks: Sequence[str], limit: int = LIMIT) -> list[str]:
    """Messages made of whole blocks, an empty line between; a block longer than a message is cut, its tags closed."""
    messages: list[str] = []
    current = ""
    for block in blocks:
        piece = _BLANKS.sub("\n\n", block.strip())
        if not piece:
            continue
        if units(piece) > limit:
            piece = cut(piece, limit)
        joined = f"{current}\n\n{piece}" if current else piece
        if units(joined) > limit:
            messages.append(current)
            current = piece
        else:
            current = joined
    return [*messages, current] if current else messages


def cut(html: str, limit: int) -> str:
    """The beginning of a block within `limit`, never inside a tag or an entity, with open tags closed."""
    kept: list[str] = []
    open_tags: list[str] = []
    size = 0
    for match in _TOKEN.finditer(html):
        token, closing, tag = match[0], match[1], match[2]
        after = open_tags[:-1] if closing and open_tags else [*open_tags, tag] if tag and not closing else open_tags
        rest = sum(len(name) + 3 for name in after) + len(ELLIPSIS)
        if size + units(token) + rest > limit:
            break
        kept.append(token)
        size += units(token)
        open_tags = after
    return "".join(kept) + ELLIPSIS + "".join(f"</{name}>" for name in reversed(open_tags))
