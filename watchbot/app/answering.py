"""Answering a question in French by what is stored, and by nothing else: extracts, dates and changes, never a made-up sentence."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from watchbot.app.searching import Answer, Hit, search_items
from watchbot.app.tracking import upcoming_deadlines
from watchbot.digest.french import NBSP, clean, days_left, in_language, long_date, nested, plural, typeset
from watchbot.french_dates import paris_day
from watchbot.model import Change, Deadline, Record
from watchbot.search.filtering import span_times
from watchbot.search.spans import Span
from watchbot.search.words import STOP_WORDS, folded, stem, words_of

if TYPE_CHECKING:
    from watchbot.config import Watch
    from watchbot.search.query import Query
    from watchbot.store import Store

MOST_BESIDE = 6
# Items whose deadlines are looked at.
MOST_ITEMS = 100
# Without a period, what changed is looked for so far back.
CHANGES_BACK = timedelta(days=365)
LATELY = timedelta(days=60)
AHEAD = timedelta(days=730)
_TITLE, _PASSAGE = 160, 240
_EVENTS = {
    "edited": "texte modifié",
    "new": "nouveau",
    "renewed": "renouvelé",
    "block-modified": "bloc de compétences modifié",
    "expired": "arrivé à échéance",
    "expiring": "échéance proche",
    "withdrawn": "retiré",
    "moved-deadline": "échéance déplacée",
    "list": "liste modifiée",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer in French.

    `lines` are what to read, in their order; `deadlines`, `changes` and `records` are what the question asked for beside
    items, and `answer` is the search that it rests on.
    """

    answer: Answer
    lines: tuple[str, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    changes: tuple[Change, ...] = ()
    records: tuple[Record, ...] = ()

    @property
    def text(self) -> str:
        """The lines as one text."""
        return "\n".join(self.lines)


def answer_question(
    watch: Watch, store: Store, text: str, now: datetime, *, limit: int = 5, without: Collection[str] = ()
) -> Reply:
    """Answer a question: what was understood, the register records and changes it asks for, what is due, and the best items.

    Args:
        watch: The watch.
        store: Its database.
        text: The question.
        now: The moment it is asked.
        limit: How many items to name.
        without: Ids of filters that were taken away.
    """
    answer = search_items(watch, store, text, now, limit=limit, without=without)
    query, today = answer.query, paris_day(now)
    records = _records(store, query)
    deadlines = _deadlines(watch, store, query, now) if query.of_kind("due") else ()
    changes = _changes(watch, store, query, now)
    names = watch.publishers
    lines = (
        *_understood(answer),
        *(line for record in records for line in _record_lines(record, today)),
        *_section("Échéances", [_deadline_line(one, names, today) for one in deadlines]),
        *_section("Changements", [_change_line(one) for one in changes]),
        *_items(answer, beside=bool(records or deadlines or changes)),
    )
    return Reply(answer=answer, lines=lines, deadlines=deadlines, changes=changes, records=records)


# ------------------------------------------------------------------------------------------------- what is found


def _records(store: Store, query: Query) -> tuple[Record, ...]:
    found = (store.records.get(str(one.value)) for one in query.of_kind("number"))
    return tuple(record for record in found if record is not None)


def _deadlines(watch: Watch, store: Store, query: Query, now: datetime) -> tuple[Deadline, ...]:
    """What is due in the span that was asked for: that of items found, or about the words of the question."""
    spans = [one.value for one in query.of_kind("due") if isinstance(one.value, Span)]
    about = {hit.item.id for hit in search_items(watch, store, query, now, limit=MOST_ITEMS).hits}
    wanted = _stems(query)
    found = []
    for entry in upcoming_deadlines(store, now, AHEAD):
        if not any(_holds(span, entry.due) for span in spans):
            continue
        if not about.isdisjoint(entry.item_ids) or not wanted or wanted & _stems_of(f"{entry.title} {entry.quote}"):
            found.append(entry)
    return tuple(found[:MOST_BESIDE])


def _changes(watch: Watch, store: Store, query: Query, now: datetime) -> tuple[Change, ...]:
    """What changed in the period that was asked for: of the register records named, else what the question is about.

    Who asks what is new, of a region or of a thing by its name, is told what changed lately too.
    """
    spans = [one.value for one in query.of_kind("period") if isinstance(one.value, Span)]
    asked = bool(query.of_kind("changes"))
    since, until = span_times(spans[0]) if spans else (now - (CHANGES_BACK if asked else LATELY), None)
    numbers = [str(one.value) for one in query.of_kind("number")]
    if numbers:
        found = [one for number in numbers for one in store.changes.list(since=since, until=until, key=number)]
        return tuple(found[:MOST_BESIDE])
    if not asked and not query.newest:
        return ()
    regions = {str(one.value) for one in query.of_kind("region")}
    places = {source.id: source.region for source in watch.sources}
    wanted = _stems(query)
    ranked = []
    for change in store.changes.list(since=since, until=until, limit=500):
        if regions and places.get(change.source_id) not in regions:
            continue
        held = len(wanted & _stems_of(f"{change.title} {change.key} {' '.join(change.topics)}"))
        if held or regions or (asked and not wanted):
            ranked.append((-held, -change.detected_at.timestamp(), change.id, change))
    best = min((one[0] for one in ranked), default=0)
    return tuple(change for held, _, _, change in sorted(ranked, key=lambda one: one[:3]) if held == best)[:MOST_BESIDE]


def _stems(query: Query) -> set[str]:
    words = [*query.words, *(word for phrase in query.phrases for word in phrase)]
    return {stem(word.rstrip("*")) for word in words if word not in STOP_WORDS}


def _stems_of(text: str) -> set[str]:
    return {stem(word) for word in words_of(text)}


def _holds(span: Span, day: date) -> bool:
    return (span.start is None or day >= span.start) and (span.end is None or day <= span.end)


# ------------------------------------------------------------------------------------------------- how it reads


def _understood(answer: Answer) -> Iterator[str]:
    for typed, read in answer.query.corrections:
        yield f"J’ai lu «{NBSP}{read}{NBSP}» pour «{NBSP}{clean(typed, 60)}{NBSP}»."
    if answer.filters:
        yield f"Compris{NBSP}: {f'{NBSP}; '.join(answer.understood)}."
    for one in answer.unmet:
        yield "Aucune échéance à venir n’est connue." if one.kind == "due" else f"Aucun article ne cite {one.label}."


def _record_lines(record: Record, today: date) -> Iterator[str]:
    name = nested(typeset(clean(record.title, _TITLE)))
    parts = [f"{record.number} «{NBSP}{name}{NBSP}»"]
    if record.expires is not None:
        verb = "enregistrement échu depuis le" if record.expires < today else "enregistré jusqu’au"
        parts.append(f"{verb} {long_date(record.expires)} ({days_left(record.expires, today)})")
    if record.active is False:
        parts.append("fiche inactive")
    if record.certifiers:
        parts.append(f"certificateur{NBSP}: {typeset(clean(', '.join(record.certifiers), 120))}")
    yield f"{', '.join(parts)}."
    if record.replaced_by:
        yield f"Remplacé par {', '.join(record.replaced_by)}."


def _deadline_line(entry: Deadline, names: dict[str, str], today: date) -> str:
    who = ", ".join(dict.fromkeys(names.get(one, one) for one in entry.source_ids))
    moved = f", auparavant le {long_date(entry.previous)}" if entry.previous else ""
    title = typeset(clean(entry.title, _TITLE))
    return f"{long_date(entry.due)} ({days_left(entry.due, today)}{moved}){NBSP}: {title}" + (
        f" – {who}" if who else ""
    )


def _change_line(change: Change) -> str:
    what = _EVENTS.get(change.event, change.event)
    why = f"{NBSP}: {typeset(clean(change.reasons[0], _PASSAGE))}" if change.reasons else ""
    day = long_date(paris_day(change.detected_at))
    return f"{day}, {typeset(clean(change.title, _TITLE))} ({what}, modification {change.significance.value}){why}"


def _items(answer: Answer, *, beside: bool) -> Iterator[str]:
    if not answer.hits:
        if not beside:
            yield "Rien de tel dans la veille." + (
                " Retirez un filtre ou essayez d’autres mots." if answer.filters else " Essayez d’autres mots."
            )
        return
    yield f"{plural(answer.total, 'article')}{NBSP}:" if answer.total > 1 else f"Un article{NBSP}:"
    for place, hit in enumerate(answer.hits, 1):
        yield f"{place}. {_item_line(hit)}"


def _item_line(hit: Hit) -> str:
    item = hit.item
    where = ", ".join(part for part in (clean(item.publisher, 60), long_date(item.date)) if part)
    line = f"{in_language(clean(item.title, _TITLE), item.language) or item.url} ({where})"
    passage = in_language(clean(hit.passage, _PASSAGE), item.language)
    told = folded(passage) in folded(f"{item.title} ")
    return f"{line}. {passage}" if passage and not told else line


def _section(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield f"{title}{NBSP}:"
        yield from (f"- {line}" for line in lines)
