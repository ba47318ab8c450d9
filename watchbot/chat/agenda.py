"""Deadlines ahead and changes of references, a page at a time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from watchbot.app.tracking import upcoming_deadlines
from watchbot.chat.markup import bold, fr, italic, lines, link, quoted, said
from watchbot.chat.results import EXPIRED, MOST, PAGE, page_near, topic_names, turning
from watchbot.chat.turn import Turn, in_rows
from watchbot.digest.entries import change_entry
from watchbot.digest.french import clean, days_left, joined, long_date, plural, typeset
from watchbot.model import Change, Deadline

if TYPE_CHECKING:
    from watchbot.chat.replies import Button
    from watchbot.store.chat import ResultList

AHEAD = timedelta(days=365)
BEHIND = timedelta(days=92)
# Deadlines that are hardly ones are left out.
SURE = 0.5


# ------------------------------------------------------------------------------------------ deadlines


def deadlines(turn: Turn) -> None:
    """What is due within a year, soonest first: of the reader's topics when some were chosen and have any."""
    found = sure_deadlines(turn)
    reader = turn.reader
    chosen = concerned(turn, found, reader.topics) if reader is not None else []
    note = "D’après vos thèmes : /abonnement pour les changer." if chosen and reader and reader.topics else ""
    results = turn.freeze("deadlines", fr("⏳ Échéances à venir"), [one.uid for one in (chosen or found)[:MOST]])
    show_deadlines(turn, results, 0, note=note)


def sure_deadlines(turn: Turn) -> list[Deadline]:
    """What is due within a year, without what is hardly a deadline and what only off-topic news tell."""
    found = [one for one in upcoming_deadlines(turn.store, turn.now, AHEAD) if one.confidence >= SURE]
    verdicts = turn.store.tags.verdicts([item for one in found for item in one.item_ids])
    return [
        one
        for one in found
        if not one.item_ids or any(item not in verdicts or verdicts[item].relevant for item in one.item_ids)
    ]


def concerned(turn: Turn, found: Sequence[Deadline], topics: Collection[str]) -> list[Deadline]:
    """Those told by news that bear one of the topics, or by no news; all of them without topics."""
    if not topics:
        return list(found)
    tags = turn.store.tags.of([item for one in found for item in one.item_ids])
    return [
        one
        for one in found
        if not one.item_ids or any(tag.topic in topics for item in one.item_ids for tag in tags.get(item, ()))
    ]


def show_deadlines(turn: Turn, results: ResultList, page: int, *, note: str = "") -> None:
    """One page of a frozen list of deadlines."""
    page, pages = page_near(results, page)
    start = page * PAGE
    blocks = [_heading(results, page, pages, "échéance", note)]
    follows: list[Button] = []
    for number, uid in enumerate(results.entries[start : start + PAGE], start):
        deadline = turn.store.deadlines.get(uid)
        if deadline is None:
            blocks.append(fr(f"{number + 1}. Cette échéance a été retirée par sa source."))
            continue
        blocks.append(_deadline(deadline, number + 1, turn.today))
        follows.append(turn.button(f"🔔 Suivre {number + 1}", "g", results.token, number))
    if not results.entries:
        blocks.append(fr("Aucune échéance dans les douze mois à venir."))
    rows = in_rows(follows, 3)
    if pages > 1:
        rows.append(turning(turn, results.token, page, pages))
    base = turn.watch.settings.base_url.rstrip("/")
    if base.startswith("https://"):
        rows.append((turn.opening("📅 Calendrier à jour", f"{base}/calendrier.ics"),))
    turn.show(*blocks, buttons=rows)


def _deadline(deadline: Deadline, number: int, today: date) -> str:
    title, quote = clean(deadline.title, 160), clean(deadline.quote, 160)
    moved = ""
    if deadline.previous is not None and deadline.previous != deadline.due:
        moved = f"Date {'reportée' if deadline.previous < deadline.due else 'avancée'}, avant : {long_date(deadline.previous)}"
    return lines(
        [
            f"{number}. " + link(deadline.url, said(typeset(title), 160)),
            f"⏳ {bold(fr(long_date(deadline.due)))}{fr(', ' + days_left(deadline.due, today))}",
            italic(quoted(typeset(quote), 160)) if quote and quote not in title else "",
            fr(moved),
        ]
    )


# ------------------------------------------------------------------------------------------ changes


def changes(turn: Turn) -> None:
    """What changed in references over three months, newest first."""
    found = turn.store.changes.list(since=turn.now - BEHIND, limit=MOST)
    results = turn.freeze("changes", fr("✎ Changements des références"), [one.id for one in found])
    show_changes(turn, results, 0)


def show_changes(turn: Turn, results: ResultList, page: int) -> None:
    """One page of a frozen list of changes."""
    page, pages = page_near(results, page)
    start = page * PAGE
    publishers = turn.watch.publishers
    blocks = [_heading(results, page, pages, "changement", "")]
    buttons: list[Button] = []
    for number, one in enumerate(results.entries[start : start + PAGE], start):
        change = turn.store.changes.get(one)
        if change is not None:
            blocks.append(_change(change, number + 1, publishers.get(change.source_id, "")))
            buttons.append(turn.button(f"Détail {number + 1}", "o", results.token, number))
    if not results.entries:
        blocks.append(fr("Rien n’a changé ces trois derniers mois dans les textes suivis."))
    rows = in_rows(buttons, 3)
    if pages > 1:
        rows.append(turning(turn, results.token, page, pages))
    turn.show(*blocks, buttons=rows)


def _change(change: Change, number: int, publisher: str) -> str:
    entry = change_entry(change, {change.source_id: publisher})
    about = ", ".join(part for part in (entry.kind, entry.publisher, entry.day) if part)
    reasons = [f"• {said(reason, 200)}" for reason in entry.reasons[:2]]
    return lines([f"{number}. {link(entry.url, said(entry.title, 160))}", italic(said(about, 160)), *reasons])


def show_change(turn: Turn, results: ResultList, place: int) -> None:
    """One change with its passages, before and after."""
    from watchbot.track.render import telegram_of_change

    change = turn.store.changes.get(results.entries[place]) if 0 <= place < len(results.entries) else None
    if change is None:
        turn.toast(EXPIRED, alert=True)
        return
    topics = [name for topic, name in topic_names(turn).items() if topic in change.topics]
    text = telegram_of_change(change, limit=3_600)
    rows = [
        (turn.button("🔔 Suivre cette référence", "g", results.token, place),),
        (turn.button("‹ Retour à la liste", "p", results.token, place // PAGE),),
    ]
    turn.toast()
    day = fr(f"Détecté le {long_date(change.detected_at)}" + (f" · {joined(topics)}" if topics else ""))
    turn.show(text, day, buttons=rows)


def _heading(results: ResultList, page: int, pages: int, name: str, note: str) -> str:
    count = len(results.entries)
    place = f", page {page + 1} sur {pages}" if pages > 1 else ""
    return lines([bold(results.title), italic(fr(plural(count, name) + place)) if count else "", fr(note)])
