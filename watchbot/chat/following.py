"""Following a search, a reference or a deadline, and the settings of a follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watchbot.app.follows import change_follow, described, due_of, follow, unfollow
from watchbot.chat.markup import bold, fr, lines, said
from watchbot.chat.results import EXPIRED, next_deadline
from watchbot.chat.subscription import keep_reader, new_reader, require_configuring
from watchbot.chat.turn import Turn
from watchbot.model import Followed, FollowedKind, FollowPace

if TYPE_CHECKING:
    from watchbot.chat.callbacks import Pressed
    from watchbot.chat.replies import Button
    from watchbot.store.chat import ResultList

REMINDERS = (30, 14, 7, 3, 1)
GONE = "Vous ne suivez plus cela. /abonnement montre ce que vous suivez."


def follow_search(turn: Turn, results: ResultList) -> None:
    """Follow the search of a list, without the filters that were taken away."""
    _follow(turn, FollowedKind.SEARCH, results.question, removed=results.removed)


def follow_entry(turn: Turn, results: ResultList, place: int) -> None:
    """Follow what an entry of a list is: a deadline, the deadline of a story, the reference of a change."""
    if not 0 <= place < len(results.entries):
        turn.toast(EXPIRED, alert=True)
        return
    entry = results.entries[place]
    if results.kind == "items":
        due = next_deadline(turn.store, entry, turn.today)
        if due is None:
            turn.toast("Cette nouvelle n’a plus d’échéance à venir.", alert=True)
            return
        _follow(turn, FollowedKind.DEADLINE, due.uid)
    elif results.kind == "deadlines":
        _follow(turn, FollowedKind.DEADLINE, entry)
    elif results.kind == "changes":
        change = turn.store.changes.get(entry)
        _follow(turn, FollowedKind.REFERENCE, change.key if change is not None else entry)
    else:
        _follow(turn, FollowedKind.REFERENCE, entry)


def _follow(turn: Turn, kind: FollowedKind, target: str, removed: tuple[str, ...] = ()) -> None:
    require_configuring(turn)
    # Written at once: what is followed twice is followed once, so an update that came again does no harm.
    with turn.store.transaction():
        reader = turn.reader
        if reader is None or reader.state in {"pending", "suppressed"}:
            from dataclasses import replace

            keep_reader(turn, replace(new_reader(turn), state="active"))
        reader = turn.reader or new_reader(turn)
        followed = follow(turn.watch, turn.store, reader.id, kind, target, at=turn.now, without=removed)
    turn.toast("Suivi ajouté.")
    turn.say(*_told(turn, followed, "🔔 Vous suivez maintenant"), buttons=_settings(turn, followed))


def pressed(turn: Turn, asked: Pressed) -> None:
    """A button of the settings: show, pace, a reminder's day, follow no more."""
    require_configuring(turn)
    reader = turn.reader
    followed = turn.store.follows.get(asked.argument(0))
    if reader is None or followed is None or followed.subscriber_id != reader.id:
        turn.toast(GONE, alert=True)
        return
    if asked.action == "fx":
        unfollow(turn.store, reader.id, followed.id)
        turn.toast("Suivi retiré.")
        turn.show(fr("Vous ne suivez plus : ") + said(followed.label, 200))
        return
    if asked.action == "fp":
        other = FollowPace.DIGEST if followed.pace is FollowPace.AT_ONCE else FollowPace.AT_ONCE
        followed = change_follow(turn.store, reader.id, followed.id, pace=other)
    elif asked.action == "fd" and asked.number(1) in REMINDERS:
        days = sorted(set(followed.days) ^ {asked.number(1)})
        followed = change_follow(turn.store, reader.id, followed.id, days=days)
    turn.toast()
    if asked.action == "fs":
        turn.say(*_told(turn, followed, "🔔 Suivi"), buttons=_settings(turn, followed))
    else:
        turn.show(*_told(turn, followed, "🔔 Suivi"), buttons=_settings(turn, followed))


def _told(turn: Turn, followed: Followed, head: str) -> list[str]:
    return [lines([bold(fr(head)), said(described(followed, due_of(turn.store, followed), turn.today), 400)])]


def _settings(turn: Turn, followed: Followed) -> list[tuple[Button, ...]]:
    at_once = followed.pace is FollowPace.AT_ONCE
    rows: list[tuple[Button, ...]] = [
        (
            turn.button(
                "Plutôt dans le prochain numéro" if at_once else "Plutôt dès qu’il y a du nouveau", "fp", followed.id
            ),
        )
    ]
    if followed.kind is not FollowedKind.SEARCH:
        rows.append(
            tuple(
                turn.button(f"{'✓ ' if days in followed.days else ''}{days} j", "fd", followed.id, days)
                for days in REMINDERS
            )
        )
    rows.append((turn.button("Ne plus suivre", "fx", followed.id),))
    return rows
