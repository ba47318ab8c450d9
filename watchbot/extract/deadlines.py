"""The calendar: deadlines of many texts made one entry each, however many sources speak of them. Pure."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from rapidfuzz import fuzz

from watchbot.extract.date_cues import moves
from watchbot.extract.folding import fold
from watchbot.extract.spelled import MONTHS
from watchbot.model import Deadline, Fact, FactKind

MINIMUM_CONFIDENCE = 0.6
SAME_SUBJECT = 70
SAME_QUOTE = 92
SAME_WORDS = 3
# A call may be prolonged in the days after its end.
JUST_PASSED = timedelta(days=31)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_UNDATED = re.compile(rf"\d+|\b(?:{'|'.join(MONTHS)})\b", re.IGNORECASE)
# Words that titles of announcements share whatever they announce.
_GENERIC = frozenset(
    [
        "appel", "appels", "projet", "projets", "candidature", "candidatures", "aide", "aides", "fonds", "soutien", "date", "limite",
        "depot", "dossiers", "report", "reporte", "reportee", "repoussee", "repousse", "prolonge", "prolongee", "prolongation", "les", "des",
        "une", "est", "pour", "aux", "sur", "dans", "par", "jusqu", "nouvelle", "delai", "avant", "call", "for", "the", "deadline", "extended", "projects",
    ]
)  # fmt: skip


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
    # One day of one text is one entry: what it is, when the text also says that plainly, is more than "autre".
    named = {due for due, role in found if role != "autre"}
    return [entry for (due, role), entry in found.items() if role != "autre" or due not in named]


def reconciled(
    before: Sequence[Deadline], after: Sequence[Deadline], known: Iterable[Deadline], moment: datetime
) -> tuple[list[Deadline], list[str]]:
    """Fold what a text says now into the calendar.

    Args:
        before: The entries that the former version of this text gave; empty for a new text.
        after: What it gives now (see `deadlines_of`).
        known: Other entries of the calendar that it may speak of: due on the same days, or ahead.
        moment: When it was read.

    Returns:
        The entries that are new, joined or moved, and the uids of all entries that the text gives now.
    """
    calendar = {entry.uid: entry for entry in (*known, *before)}
    shifted = {(new.due, new.role): new for _, new in moved(before, after)}
    changed: dict[str, Deadline] = {}
    uids: list[str] = []
    for entry in after:
        result = shifted.get((entry.due, entry.role)) or _outdated(entry, calendar.values())
        result = result or _put_off(entry, calendar.values(), moment) or _joined(entry, calendar, moment)
        if result != calendar.get(result.uid):
            calendar[result.uid] = changed[result.uid] = result
        uids.append(result.uid)
    return list(changed.values()), list(dict.fromkeys(uids))


def merged(known: Sequence[Deadline], new: Iterable[Deadline]) -> list[Deadline]:
    """Known entries with new ones folded in; only entries that are new or changed are returned.

    The same day, role and subject said by another source is the same entry.
    """
    calendar = {entry.uid: entry for entry in known}
    changed: dict[str, Deadline] = {}
    for entry in new:
        result = _joined(entry, calendar, entry.first_seen)
        if result != calendar.get(result.uid):
            calendar[result.uid] = changed[result.uid] = result
    return list(changed.values())


def moved(before: Sequence[Deadline], after: Sequence[Deadline]) -> list[tuple[Deadline, Deadline]]:
    """Entries of one text whose date is another in its next version, as (old entry, entry moved).

    Within each role, dates that only the former version has are paired with dates that only the new one has: those whose
    sentences are most alike first, then the nearest. What has passed when the text is read again was not moved: the new
    date is another session. The moved entry keeps the uid, so that a subscribed calendar moves it instead of adding another.
    """
    pairs: list[tuple[Deadline, Deadline]] = []
    for role in {entry.role for entry in before}:
        old_days = {e.due for e in before if e.role == role}
        new_days = {e.due for e in after if e.role == role}
        gone = [e for e in before if e.role == role and e.due not in new_days]
        come = [e for e in after if e.role == role and e.due not in old_days]
        likely = sorted(
            (
                (
                    -round(fuzz.ratio(_bare(_UNDATED.sub("", old.quote)), _bare(_UNDATED.sub("", new.quote))), -1),
                    abs((old.due - new.due).days),
                    i,
                    j,
                )
                for i, old in enumerate(gone)
                for j, new in enumerate(come)
                if new.first_seen is None or old.due >= new.first_seen.date()
            )
        )
        taken_old: set[int] = set()
        taken_new: set[int] = set()
        for _, _, i, j in likely:
            if i not in taken_old and j not in taken_new and not _outdates(gone[i], come[j]):
                taken_old.add(i)
                taken_new.add(j)
                pairs.append((gone[i], _moved_to(gone[i], come[j])))
    return sorted(pairs, key=lambda pair: (pair[0].due, pair[0].uid))


def once_a_day(entries: Sequence[Deadline]) -> list[Deadline]:
    """The entries, in their order, without a second one of the same day and the same item: the surer is kept.

    One day of a text may be both the end of entries and the beginning of a scheme. The calendar keeps both, since either can be
    moved without the other; a reader wants the day once.
    """
    shown: dict[tuple[date, str], Deadline] = {}
    for entry in sorted(entries, key=lambda one: (-one.confidence, one.role == "autre", one.uid)):
        for item in entry.item_ids:
            shown.setdefault((entry.due, item), entry)
    return [one for one in entries if not one.item_ids or any(shown[one.due, item] is one for item in one.item_ids)]


def puts_off(entry: Deadline) -> bool:
    """Whether an entry's text says that the date was another before: "la date limite est repoussée au…"."""
    return moves(fold(entry.quote)[0])


def same_deadline(one: Deadline, other: Deadline) -> bool:
    """Whether two entries speak of the same thing: the same day and role, and titles or quotes alike."""
    if one.due != other.due or one.role != other.role:
        return False
    return _alike(one, other) or _quoted_alike(one, other)


def _quoted_alike(one: Deadline, other: Deadline) -> bool:
    """Whether two sources quote one sentence that is no formula ("Dépôt avant le 15 janvier"), about something of one name."""
    first, second = (_bare(_UNDATED.sub("", entry.quote)) for entry in (one, other))
    telling = set(first.split()) & set(second.split()) - _GENERIC
    named = set(_bare(one.title).split()) & set(_bare(other.title).split()) - _GENERIC
    return bool(named) and len(telling) >= SAME_WORDS and fuzz.ratio(first, second) >= SAME_QUOTE


def _alike(one: Deadline, other: Deadline) -> bool:
    return fuzz.token_set_ratio(_bare(one.title), _bare(other.title)) >= SAME_SUBJECT


def _moved_to(old: Deadline, new: Deadline) -> Deadline:
    """The old entry on its new date, with the words of the text that moves it."""
    return replace(
        new,
        uid=old.uid,
        previous=old.due,
        sequence=old.sequence + 1,
        item_ids=tuple(dict.fromkeys(old.item_ids + new.item_ids)),
        source_ids=tuple(dict.fromkeys(old.source_ids + new.source_ids)),
        first_seen=old.first_seen,
        changed_at=new.first_seen,
    )


def _joined(entry: Deadline, calendar: Mapping[str, Deadline], moment: datetime | None) -> Deadline:
    """The entry of the calendar that says the same, with this source; or the entry itself, under a uid of its own."""
    same = calendar.get(entry.uid)
    if same is None or same.due != entry.due:
        same = next((one for one in calendar.values() if same_deadline(one, entry)), None)
    if same is None:
        # An entry that was moved away keeps its uid: what is due on its old day now is another.
        return replace(entry, uid=uid(entry.uid, entry.role, entry.due)) if entry.uid in calendar else entry
    joined = replace(
        same,
        item_ids=tuple(dict.fromkeys(same.item_ids + entry.item_ids)),
        source_ids=tuple(dict.fromkeys(same.source_ids + entry.source_ids)),
        quote=entry.quote if entry.confidence > same.confidence else same.quote,
        confidence=max(same.confidence, entry.confidence),
    )
    return joined if joined == same else replace(joined, changed_at=moment)


def _outdates(old: Deadline, entry: Deadline) -> bool:
    """Whether a text repeats the day from which another source has since moved the entry."""
    return old.previous == entry.due and old.role == entry.role and len(old.source_ids) > 1


def _outdated(entry: Deadline, calendar: Iterable[Deadline]) -> Deadline | None:
    """The entry that was moved away from the day that this text still gives, with this text among those that speak of it."""
    for one in calendar:
        if one.previous == entry.due and one.role == entry.role and _alike(one, entry):
            items, sources = one.item_ids + entry.item_ids, one.source_ids + entry.source_ids
            return replace(one, item_ids=tuple(dict.fromkeys(items)), source_ids=tuple(dict.fromkeys(sources)))
    return None


def _put_off(entry: Deadline, calendar: Iterable[Deadline], moment: datetime) -> Deadline | None:
    """The entry that a text says is put off ("la date limite est repoussée au…"), moved to its new day."""
    if not puts_off(entry):
        return None
    candidates = [
        one
        for one in calendar
        if one.role == entry.role and moment.date() - JUST_PASSED <= one.due < entry.due and _same_subject(one, entry)
    ]
    if not candidates or any(same_deadline(one, entry) for one in calendar):
        return None
    nearest = max(candidates, key=lambda one: (one.due, one.uid))
    return _moved_to(nearest, entry)


def _same_subject(one: Deadline, other: Deadline) -> bool:
    """Whether titles are about one thing, calls, aids and dates apart: any call resembles any other."""
    first, second = (set(_bare(entry.title).split()) - _GENERIC for entry in (one, other))
    shared = first & second
    return len(shared) >= 2 and len(shared) >= 0.6 * min(len(first), len(second))


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
