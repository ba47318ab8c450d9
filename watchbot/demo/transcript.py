"""A conversation as text, as it went through the local Bot API server: who wrote, what came back, which buttons there were."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from watchbot.demo.bot_state import Sent

INDENT = "          "


def transcript(history: Iterable[Sent | Mapping[str, Any]], names: Mapping[str, str] | None = None) -> str:
    """The conversation, one block an event. `names` says how people are called, by id; `Vous` without."""
    names = names or {}
    blocks: list[str] = []
    for one in history:
        if isinstance(one, Sent):
            blocks.append(_message(one, names))
        elif "pressed" in one:
            whom = names.get(str((one["user"] or {}).get("id", one["chat"])), "Vous")
            blocks.append(f"{whom:<8}▸ [{one['pressed']}]")
        elif one.get("toast"):
            blocks.append(f"Bot     ▸ (bulle) {one['toast']}")
        elif "inline" in one:
            rows = [f"{INDENT}– {hit['title']} ({hit.get('description', '')})" for hit in one["inline"]]
            blocks.append("\n".join(["Bot     ▸ (résultats en ligne)", *rows]))
    return "\n\n".join(blocks) + "\n"


def _message(one: Sent, names: Mapping[str, str]) -> str:
    whom = "Bot" if one.by_bot else names.get(str(one.author), "Vous")
    how = "(modifie) " if one.edits else ""
    text = _shown(one)
    if one.document:
        text = f"[fichier {one.document}] {text}"
    head, *rest = text.split("\n")
    lines = [f"{whom:<8}▸ {how}{head}", *(INDENT + line if line else "" for line in rest)]
    rows = (one.markup or {}).get("inline_keyboard", [])
    lines += [INDENT + " ".join(f"[{button['text']}]" for button in row) for row in rows]
    return "\n".join(lines)


def _shown(one: Sent) -> str:
    """The text, with the addresses of links after their words."""
    units = one.text.encode("utf-16-le")
    parts: list[str] = []
    last = 0
    for entity in sorted(one.entities, key=lambda e: int(e["offset"])):
        if entity["type"] != "text_link":
            continue
        end = 2 * (int(entity["offset"]) + int(entity["length"]))
        parts.append(units[last:end].decode("utf-16-le") + f" <{entity['url']}>")
        last = end
    return "".join(parts) + units[last:].decode("utf-16-le")
