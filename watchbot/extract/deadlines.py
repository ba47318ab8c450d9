"""The calendar: deadlines of many texts made one entry each, however many sources speak of them. Pure."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from rapidfuzz import fuzz

from watchbot.model import Deadline, Fact, FactKind

MINIMUM_CONFIDENCE = 0.6
SAME_SUBJECT = 70
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A text that speaks of deadlines: an item, or a reference document. `key` stays the same over its versions."""

    key: str
    title: str
    facts: tuple[Fact, ...]
    source_id: str
    item_id: str | None = None
    url: str = ""


def deadlines_of(said: Said, seen_at: datetime) -> list[Deadline]:
    """What is due according to one text: one entry for each date and role, the surest quote kept."""
    found: dict[tuple[date, str], Deadline] = {}
    for fact in said.facts:
        if fact.kind is not FactKind.DEADLINE or fact.confidence < MINIMUM_CONFIDENCE:
            continue
        day = fact.end_value or fact.value
        if not _DAY.fullmatch(day):
            continue
        due = date.fromisoformat(day)
        entry = Deadline(
            uid=uid(said.key, fact.role, due),
            due=due,
            title=said.title,
            role=fact.role,
            quote=_quote(fact),
            confidence=fact.confidence,
            item_ids=(said.item_id,) if said.item_id else (),
            source_ids=(said.source_id,),
            url=said.url,
            first_seen=seen_at,
        )
        former = found.get((due, fact.role))
        if former is None or former.confidence < entry.confidence:
            found[due, fact.role] = entry
    return list(found.values())


def merged(known: Sequence[Deadline], new: Iterable[Deadline]) -> list[Deadline]:
    """Known entries with new ones folded in; only entries that are new or changed are returned.

    The same day, role and subject said by another source is the same entry. Another day from the same text moves the
    entry (see `moved`), which callers do before.
    """
    by_uid = {entry.uid: entry for entry in known}
    changed: dict[str, Deadline] = {}
    for entry in new:
        same = by_uid.get(entry.uid) or next((one for one in by_uid.values() if same_deadline(one, entry)), None)
        if same is None:
            by_uid[entry.uid] = changed[entry.uid] = entry
            continue
        joined = replace(
            same,
            item_ids=tuple(dict.fromkeys(same.item_ids + entry.item_ids)),
            source_ids=tuple(dict.fromkeys(same.source_ids + entry.source_ids)),
            quote=entry.quote if entry.confidence > same.confidence else same.quote,
            confidence=max(same.confidence, entry.confidence),
        )
        if joined != same:
            by_uid[same.uid] = changed[same.uid] = joined
    return list(changed.values())


def moved(before: Sequence[Deadline], after: Sequence[Deadline]) -> list[tuple[Deadline, Deadline]]:
    """Entries of one text whose date is another in its next version, as (old entry, entry moved).

    Within each role, dates that only the former version has are paired with dates that only the new one has, in order. The
    moved entry keeps the uid, so that a subscribed calendar moves it instead of adding another.
    """
    pairs = []
    for role in {entry.role for entry in before}:
        old_days = {e.due for e in before if e.role == role}
        new_days = {e.due for e in after if e.role == role}
        gone = sorted((e for e in before if e.role == role and e.due not in new_days), key=lambda e: e.due)
        come = sorted((e for e in after if e.role == role and e.due not in old_days), key=lambda e: e.due)
        for old, new in zip(gone, come, strict=False):
            pairs.append(
                (old, replace(new, uid=old.uid, previous=old.due, sequence=old.sequence + 1, first_seen=old.first_seen))
            )
    return pairs


def same_deadline(one: Deadline, other: Deadline) -> bool:
    """Whether two entries speak of the same thing: the same day and role, and titles or quotes alike."""
    if one.due != other.due or one.role != other.role:
        return False
    return fuzz.token_set_ratio(_bare(one.title), _bare(other.title)) >= SAME_SUBJECT


def uid(key: str, role: str, due: date) -> str:
    """The identifier of an entry's iCalendar event (RFC 5545 section 3.8.4.7): stable, and unique over watches."""
    return hashlib.sha256(f"{key}|{role}|{due.isoformat()}".encode()).hexdigest()[:24] + "@watchbot"


def _quote(fact: Fact) -> str:
    """The source's exact words about the date: its sentence, or the part of it around the date when it is long."""
    sentence = fact.sentence or fact.quote
    if len(sentence) <= 180:
        return sentence
    place = max(0, sentence.find(fact.quote))
    start = max(0, place - 90)
    end = min(len(sentence), place + len(fact.quote) + 60)
    while start > 0 and not sentence[start - 1].isspace():
        start -= 1
    while end < len(sentence) and not sentence[end].isspace():
        end += 1
    return ("…" if start else "") + sentence[start:end].strip() + ("…" if end < len(sentence) else "")


def _bare(text: str) -> str:
    folded = unicodedata.normalize("NFD", text.lower())
    return " ".join(re.findall(r"[a-z0-9]{3,}", "".join(c for c in folded if not unicodedata.combining(c))))
