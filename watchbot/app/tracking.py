"""References over time: histories with the news that mention them, and the calendar of what is due."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from watchbot.french_dates import paris_day
from watchbot.model import Deadline, Item

if TYPE_CHECKING:
    from watchbot.config import Watch
    from watchbot.store import Store
    from watchbot.track.timeline import Timeline

MENTIONS = 100


def reference_timeline(watch: Watch, store: Store, reference: str, moment: datetime) -> Timeline:
    """The history of a source's document or of a register record, with the news that mention it."""
    from watchbot.extract.facts import extract_facts
    from watchbot.track.timeline import timeline_of

    mentions = mentions_of(watch, store, reference)
    return timeline_of(store, reference, paris_day(moment), mentions, read_facts=extract_facts)


def mentions_of(watch: Watch, store: Store, reference: str) -> list[Item]:
    """Items that name the reference: by its register number, or by what its source says that it documents."""
    names = {reference}
    names.update(name for source in watch.sources if source.id == reference for name in source.watch)
    found: dict[str, None] = {}
    for name in sorted(names):
        words = re.findall(r"\w+", name)
        number = re.fullmatch(r"(RS|RNCP)\s*(\d+)", name, re.IGNORECASE)
        expressions = [" ".join(f'"{word}"' for word in words)] if words else []
        if number:
            expressions.append(f'"{number[1]} {number[2]}"')
        for expression in expressions:
            found.update((one, None) for one, _ in store.items.search_text(expression, MENTIONS))
    return sorted(store.items.get_many(list(found)), key=lambda item: item.date)


def upcoming_deadlines(store: Store, moment: datetime, ahead: timedelta) -> list[Deadline]:
    """What is due from today on, soonest first, a day once for each item; not what only items say that were judged off topic."""
    from watchbot.extract.deadlines import once_a_day

    today = paris_day(moment)
    found = store.deadlines.upcoming(today, today + ahead)
    verdicts = store.tags.verdicts(list(dict.fromkeys(one for entry in found for one in entry.item_ids)))
    off_topic = {one for one, verdict in verdicts.items() if not verdict.relevant}
    return once_a_day([one for one in found if not one.item_ids or not off_topic.issuperset(one.item_ids)])


def write_calendar(watch: Watch, deadlines: list[Deadline], moment: datetime, path: Path) -> None:
    """Write deadlines as an iCalendar file."""
    from watchbot.extract.calendar import calendar_bytes

    path.write_bytes(calendar_bytes(deadlines, moment, watch.name))
