"""What a question deserves before the news: the record that it names, what is due, what changed; and answers to small talk."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from watchbot.chat.agenda import BEHIND, concerned, sure_deadlines
from watchbot.chat.events import folded
from watchbot.chat.markup import bold, fr, lines, link, said
from watchbot.chat.turn import Turn
from watchbot.digest.french import clean, long_date, typeset
from watchbot.search.periods import Span
from watchbot.track.validity import validity

if TYPE_CHECKING:
    from watchbot.chat.replies import Button
    from watchbot.search.query import Query

SHOWN = 3
_GREETINGS = frozenset({"bonjour", "bonsoir", "salut", "coucou", "hello", "hi", "hey"})
_THANKS = frozenset(
    {"merci", "merci beaucoup", "thanks", "thank you", "super", "parfait", "ok", "d accord", "top", "genial"}
)
_FAREWELLS = frozenset({"au revoir", "a bientot", "bye", "bonne journee", "bonne soiree"})


def small_talk(text: str) -> str | None:
    """The answer to a greeting or thanks; None to anything that asks something."""
    words = " ".join("".join(char if char.isalnum() else " " for char in folded(clean(text, 60))).split())
    if words in _GREETINGS:
        return "Bonjour ! Que voulez-vous savoir ? Par exemple : aides en Région Sud, ou /aide pour voir ce que je sais faire."
    if words in _THANKS:
        return "Avec plaisir ! Une autre question ?"
    return "À bientôt !" if words in _FAREWELLS else None


def leads(turn: Turn, query: Query) -> tuple[list[str], list[tuple[Button, ...]]]:
    """Blocks to stand before the news, and the buttons that lead on."""
    blocks: list[str] = []
    buttons: list[tuple[Button, ...]] = []
    for one in query.of_kind("number")[:2]:
        record = turn.store.records.get(str(one.value))
        if record is not None:
            head = f"{bold(said(record.number))} {link(record.url, said(typeset(record.title), 160))}"
            blocks.append(lines([head, fr(f"Fiche {validity(record, turn.today)}")]))
            buttons.append((turn.button(f"Fiche {record.number}", "d", record.number),))
    if query.of_kind("due"):
        blocks.append(_due(turn, query))
        buttons.append((turn.button("⏳ Toutes les échéances", "v", "e"),))
    if query.of_kind("changes"):
        blocks.append(_changed(turn, query))
        buttons.append((turn.button("✎ Tous les changements", "v", "c"),))
    return [block for block in blocks if block], buttons


def _due(turn: Turn, query: Query) -> str:
    """The soonest deadlines within what was asked; nothing when it was narrowed by more than topics."""
    if {one.kind for one in query.filters} - {"due", "topic"}:
        return ""
    spans = [one.value for one in query.of_kind("due") if isinstance(one.value, Span)]
    found = [
        one
        for one in concerned(turn, sure_deadlines(turn), {str(f.value) for f in query.of_kind("topic")})
        if not spans or any(_holds(span, one.due) for span in spans)
    ]
    if not found:
        return ""
    told = [fr(f"• {long_date(one.due)} : ") + link(one.url, said(typeset(one.title), 120)) for one in found[:SHOWN]]
    return lines([bold(fr("⏳ Les plus proches échéances")), *told])


def _holds(span: Span, day: date) -> bool:
    return (span.start is None or span.start <= day) and (span.end is None or day <= span.end)


def _changed(turn: Turn, query: Query) -> str:
    topics = {str(one.value) for one in query.of_kind("topic")}
    found = [one for one in turn.store.changes.list(since=turn.now - BEHIND) if not topics or topics & set(one.topics)]
    if not found:
        return ""
    told = [
        fr(f"• {long_date(one.detected_at)} : ")
        + link(one.url, said(typeset(one.title), 120))
        + (fr(", ") + said(typeset(one.reasons[0]), 120) if one.reasons else "")
        for one in found[:SHOWN]
    ]
    return lines([bold(fr("✎ Les derniers changements des textes suivis")), *told])
