"""One reference: a register record or a tracked text, with its validity, its versions, what changed, and the news about it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from watchbot.app.tracking import reference_timeline
from watchbot.chat.asking import best_name
from watchbot.chat.markup import bold, fr, italic, lines, link, quoted, said
from watchbot.chat.turn import Turn, in_rows
from watchbot.digest.french import clean, joined, long_date, plural, typeset
from watchbot.errors import UsageError

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
    try:
        history = reference_timeline(turn.watch, turn.store, name, turn.now)
    except UsageError:
        # A source with several documents.
        _offer(turn, text, source=name)
        return
    record = turn.store.records.get(name)
    if record is None and not history.versions and not history.changes and not history.mentions:
        _offer(turn, text)
        return
    results = turn.freeze("reference", fr("Référence"), [history.reference if record is None else record.number])
    rows = [(turn.button("🔔 Suivre cette référence", "g", results.token, 0),)]
    turn.show(*_told(history, record), buttons=rows)


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
    if source is not None:
        found = turn.store.snapshots.references(source)[:12]
        listed = [f"{place}. {said(title or key, 120)}" for place, (_, key, title, _) in enumerate(found, 1)]
        results = turn.freeze("references", fr("Références"), [key for _, key, _, _ in found])
        numbered = [turn.button(str(place + 1), "n", results.token, place) for place in range(len(found))]
        turn.show(fr("Cette source a plusieurs documents. Lequel ?"), lines(listed), buttons=in_rows(numbered, 4))
        return
    tracked = [one for one in turn.watch.sources if one.tracked and len(one.id) <= 40]
    buttons = [turn.button(one.name, "d", one.id) for one in tracked[:12]]
    unknown = f"Je ne connais aucune référence {quoted(asked, 80)}.\n" if asked else ""
    ask = "Donnez un numéro du registre (/reference RS6456), ou choisissez un texte suivi :"
    turn.show(unknown + fr(ask), buttons=in_rows(buttons, 1))


def _told(history: Timeline, record: Record | None) -> list[str]:
    blocks = [
        lines(
            [
                bold(link(history.url, said(typeset(history.title), 200))),
                said(record.number) if record is not None else "",
                bold(fr(history.validity)) if history.validity else "",
            ]
        )
    ]
    if record is not None:
        blocks.append(_record(record))
    if history.versions:
        newest = history.versions[-1]
        stated = f" (le texte dit : {joined(list(newest.stated[:2]))})" if newest.stated else ""
        seen = f"{plural(len(history.versions), 'version')} ; la dernière vue le {long_date(newest.snapshot.last_seen)}{stated}"
        blocks.append(fr(seen))
    if history.changes:
        blocks.append(lines([bold(fr("Derniers changements")), *_changes(history)]))
    if history.mentions:
        found = [f"• {long_date(one.date)} : " for one in history.mentions[-NEWS:]]
        news = [
            fr(day) + link(one.url, said(one.title, 140))
            for day, one in zip(found, history.mentions[-NEWS:], strict=True)
        ]
        blocks.append(lines([bold(fr("Dans les nouvelles")), *reversed(news)]))
    return blocks


def _record(record: Record) -> str:
    certifiers = joined([clean(name, 80) for name in record.certifiers[:3]])
    codes = ", ".join(f"{code} {label}" for code, label in record.formacodes[:4])
    facts = [("Certificateur", certifiers), ("Niveau", record.level), ("Formacode", codes)]
    blocks = plural(len(record.blocks), "bloc de compétences", "blocs de compétences") if record.blocks else ""
    return lines([*(fr(f"{name} : ") + said(value, 200) for name, value in facts if value), fr(blocks)])


def _changes(history: Timeline) -> list[str]:
    told = []
    for change in reversed(history.changes[-CHANGES:]):
        reasons = " ; ".join(change.reasons[:2])
        day = f"• {long_date(change.detected_at)}, {change.significance.value} : "
        told.append(fr(day) + (said(typeset(reasons), 220) if reasons else italic(fr("voir le texte"))))
    return told
