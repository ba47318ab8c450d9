"""The order of items within a topic. Pure, and stable: the same signals give the same order, whatever order they come in.

An item's importance is a sum of parts in [0, 1], each with its weight:

| part | weight | 1 when | 0 when |
|---|---|---|---|
| sureness | 2.0 | the topic is certain | it is not there |
| novelty | 1.0 | out now | weeks old (halves every 7 days) |
| authority | 0.8 | the source makes the rule (`AUTHORITY`); of a story, the highest that carries it | it has none |
| deadline | 1.0 | due within 7 days | none, past, or over 180 days away |
| carried | 0.6 | 4 publishers or more | one |
| interest | 0.8 | every interest of the subscriber | none of them |
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

WEIGHTS = {"sureness": 2.0, "novelty": 1.0, "authority": 0.8, "deadline": 1.0, "carried": 0.6, "interest": 0.8}
# What `authority` in sources.toml is worth: who makes the rule, a body of the sector or its unions and funds, anybody else.
AUTHORITY = {"rule": 1.0, "body": 0.6, "press": 0.3}
HALF_LIFE_DAYS = 7.0
SOON_DAYS, FAR_DAYS = 7, 180
MANY_PUBLISHERS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """What importance is made of. `published` is aware; `authority` in [0, 1]; `due` is the nearest deadline said.

    `matches` of the subscriber's `interests` (topics, regions, kinds of production) are met by the item.
    """

    id: str
    published: datetime
    sureness: float = 1.0
    authority: float = AUTHORITY["press"]
    due: date | None = None
    publishers: int = 1
    matches: int = 0
    interests: int = 0


def parts(signals: Signals, now: datetime) -> dict[str, float]:
    """Each part of the importance, in [0, 1]."""
    age = max(0.0, (now - signals.published).total_seconds() / 86400)
    return {
        "sureness": min(1.0, max(0.0, signals.sureness)),
        "novelty": 0.5 ** (age / HALF_LIFE_DAYS),
        "authority": min(1.0, max(0.0, signals.authority)),
        "deadline": _nearness(signals.due, now.date()),
        "carried": min(1.0, max(0, signals.publishers - 1) / (MANY_PUBLISHERS - 1)),
        "interest": min(1.0, signals.matches / signals.interests) if signals.interests else 0.0,
    }


def importance(signals: Signals, now: datetime) -> float:
    """The weighted sum of the parts, rounded to six places."""
    return round(math.fsum(WEIGHTS[name] * value for name, value in parts(signals, now).items()), 6)


def in_order(items: Iterable[Signals], now: datetime) -> Sequence[Signals]:
    """The most important first; then the newest, then by id."""
    return sorted(items, key=lambda one: (-importance(one, now), -one.published.timestamp(), one.id))


def _nearness(due: date | None, today: date) -> float:
    if due is None:
        return 0.0
    days = (due - today).days
    if days < 0 or days > FAR_DAYS:
        return 0.0
    return 1.0 if days <= SOON_DAYS else 1 - (days - SOON_DAYS) / (FAR_DAYS - SOON_DAYS)
