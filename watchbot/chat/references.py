"""One reference: a register record or a tracked text, with its validity, its versions, what changed, and the news about it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from watchbot.app.tracking import reference_timeline
from watchbot.chat.asking import best_name
from watchbot.chat.markup import bold, fr, italic, lines, link, quoted, said
from watchbot.chat.turn import Turn, in_rows
from watchbot.digest.french import capital, clean, in_language, joined, long_date, plural, typeset
from watchbot.errors import UsageError
from watchbot.track.validity import validity

if TYPE_CHECKING:
    from watchbot.model import Record
    from watchbot.track.timeline import Timeline

_NUMBER = re.compile(r"\s*(RS|RNCP)[\s\u00a0\u202f.-]*(\d{2,6})\s*", re.IGNORECASE)
NEWS, CHANGES = 4, 4


def reference(turn: Turn, text: str) -> None:
    """What is known of a reference; without one, those that can be asked for."""
    name = _named(turn, text)
    if name is None:
        _offer(turn, text)
        return
    record = turn.store.records.get(name)
    history: Timeline | None = None
    try:
        history = reference_timeline(turn.watch, turn.store, name, turn.now)
    except UsageError:
        # Nothing but the record itself is known, or the source has several documents.
        if record is None:
            _offer(turn, text, source=name)
            return
    if record is None and (history is None or not (history.versions or history.changes or history.mentions)):
        _offer(turn, text)
        return
    target = record.number if record is not None else history.reference if history is not None else name
    results = turn.freeze("reference", fr("Référence"), [target])
    rows = [(turn.button("🔔 Suivre cette référence", "g", results.token, 0),)]
    turn.show(*_told(turn, history, record), buttons=rows)


def _named(turn: Turn, text: str) -> str | None:
    number = _NUMBER.fullmatch(text)
    if number:
        return f"{number[1].upper()}{number[2]}"
    wanted = clean(text, 200)
    if not wanted:
        return None
    if turn.store.snapshots.versions(wanted):
        return wanted
    tracked = {one.id: (one.id, one.name) for one in turn.watch.sources if one.tracked}
    return best_name(wanted, tracked)


def _offer(turn: Turn, text: str, source: str | None = None) -> None:
    asked = clean(text, 80)
    listed_here = turn.store.snapshots.references(source)[:12] if source is not None else []
    if listed_here:
        listed = [f"{place}. {said(title or key, 120)}" for place, (_, key, title, _) in enumerate(listed_here, 1)]
        results = turn.freeze("references", fr("Références"), [key for _, key, _, _ in listed_here])
        numbered = [turn.button(str(place + 1), "n", results.token, place) for place in range(len(listed_here))]
        turn.show(fr("Cette source a plusieurs documents. Lequel ?"), lines(listed), buttons=in_rows(numbered, 4))
        return
    tracked = [one for one in turn.watch.sources if one.tracked and len(one.id) <= 40]
    buttons = [turn.button(one.name, "d", one.id) for one in tracked[:12]]
    unknown = f"Je ne connais aucune référence {quoted(asked, 80)}.\n" if asked else ""
    ask = "Donnez un numéro du registre (/reference RS6456), ou choisissez un texte suivi :"
    turn.show(unknown + fr(ask), buttons=in_rows(buttons, 1))


def _told(turn: Turn, history: Timeline | None, record: Record | None) -> list[str]:
    blocks = [_head(turn, history, record)]
    if record is not None:
        blocks.append(_record(record))
    if history is None:
        return blocks
    if history.versions:
        newest = history.versions[-1]
        stated = f" (le texte dit : {joined(list(newest.stated[:2]))})" if newest.stated else ""
        count = plural(len(history.versions), "version")
        blocks.append(fr(f"{count}, la dernière vue le {long_date(newest.snapshot.last_seen)}{stated}"))
    if history.changes:
        blocks.append(lines([bold(fr("Derniers changements")), *_changes(history)]))
    if history.mentions:
        news = [
            fr(f"• {long_date(one.date)} : ") + link(one.url, said(in_language(one.title, one.language), 140))
            for one in reversed(history.mentions[-NEWS:])
        ]
        blocks.append(lines([bold(fr("Dans les nouvelles")), *news]))
    return blocks


def _head(turn: Turn, history: Timeline | None, record: Record | None) -> str:
    title, url, valid = (record.title, record.url, validity(record, turn.today)) if record is not None else ("", "", "")
    if history is not None:
        title, url, valid = history.title or title, history.url or url, history.validity or valid
    return lines(
        [
            bold(link(url, said(typeset(title), 200))),
            said(record.number) if record is not None and record.number not in title else "",
            bold(fr(capital(valid))) if valid else "",
        ]
    )


def _record(record: Record) -> str:
    certifiers = joined([clean(name, 80) for name in record.certifiers[:3]])
    codes = ", ".join(f"{code} {label}" for code, label in record.formacodes[:4])
    facts = [("Certificateur", certifiers), ("Niveau", record.level), ("Formacode", codes)]
    blocks = plural(len(record.blocks), "bloc de compétences", "blocs de compétences") if record.blocks else ""
    return lines([*(fr(f"{name} : ") + said(typeset(value), 200) for name, value in facts if value), fr(blocks)])


def _changes(history: Timeline) -> list[str]:
    told = []
    for change in reversed(history.changes[-CHANGES:]):
        reasons = " ; ".join(change.reasons[:2])
        day = f"• {long_date(change.detected_at)}, {change.significance.value} : "
        told.append(fr(day) + (said(typeset(reasons), 220) if reasons else italic(fr("voir le texte"))))
    return told
