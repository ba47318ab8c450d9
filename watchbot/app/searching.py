"""Finding items by words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from watchbot.model import Item

if TYPE_CHECKING:
    from watchbot.config import Watch
    from watchbot.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One item found, best first by `score` (higher is better)."""

    item: Item
    score: float
    passage: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a search found, and what was understood of the question."""

    query: str
    hits: tuple[Hit, ...] = ()
    understood: tuple[str, ...] = ()


def search_items(watch: Watch, store: Store, query: str, moment: datetime, *, limit: int = 20) -> Answer:  # noqa: ARG001
    """The items whose text holds every word of the query."""
    words = re.findall(r"\w+", query)[:32]
    if not words:
        return Answer(query=query)
    expression = " ".join(f'"{word}"*' for word in words)
    scores = dict(store.items.search_text(expression, limit))
    items = store.items.get_many(list(scores))
    return Answer(query=query, hits=tuple(Hit(item=item, score=-scores[item.id]) for item in items))
