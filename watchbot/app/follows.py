"""What a reader follows: a search, a reference, a deadline. Adding, listing, changing, removing.

Messages of errors are for the reader, in French. A follow belongs to one subscriber, and every function that touches one
asks whose it is: an id that was guessed or forged opens nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from watchbot.digest.french import clean, days_left, joined, long_date, typeset
from watchbot.errors import UsageError
from watchbot.extract.folding import unaccented
from watchbot.french_dates import paris_day
from watchbot.model import REMINDER_DAYS, Deadline, Followed, FollowedKind, FollowPace
from watchbot.store.follows import follow_id

if TYPE_CHECKING:
    from watchbot.config import Watch
    from watchbot.store import Store

MAX_FOLLOWS = 50
MAX_TEXT = 300
MAX_REMINDERS = 6
FURTHEST = 365
# How long a follow of a deadline outlives it: a source may still move it.
KEPT_AFTER = timedelta(days=30)
_NUMBER = re.compile(r"\s*(RS|RNCP)[\s\u00a0\u202f.-]*(\d{2,6})\s*", re.IGNORECASE)
_LABEL = 140


def follow(
    watch: Watch,
    store: Store,
    subscriber: str,
    kind: FollowedKind,
    target: str,
    *,
    at: datetime,
    without: Collection[str] = (),
    pace: FollowPace | None = None,
    days: Sequence[int] | None = None,
) -> Followed:
    """Follow something; what is followed already is changed to the new pace and days instead of being followed twice.

    Args:
        watch: the watch.
        store: its database.
        subscriber: the id of the subscriber.
        kind: what is followed.
        target: a search as it is typed; a register number (`RS 6456`), a tracked source's id or a document's key; a deadline's uid.
        at: the present; only what is found from now on is a match.
        without: ids of the search's understood filters that the reader removed.
        pace: at once unless said otherwise, or as it was.
        days: before a deadline on which to remind of it; (30, 7, 1) unless said otherwise, or as they were. Empty: no reminder.

    Raises:
        UsageError: no such subscriber, reference or deadline, nothing to search for, or too many follows.
    """
    if store.subscribers.get(subscriber) is None:
        message = "il faut d’abord être inscrit·e"
        raise UsageError(message)
    chosen = None if days is None else checked_days(days)
    with store.transaction():
        asked = _asked(watch, store, kind, target, sorted(set(without)), at)
        known = _known(store, subscriber, asked)
        if known is not None:
            changed = replace(
                known, label=asked.label, pace=pace or known.pace, days=known.days if chosen is None else chosen
            )
            store.follows.save(changed)
            return changed
        if store.follows.count(subscriber) >= MAX_FOLLOWS:
            message = f"vous suivez déjà {MAX_FOLLOWS} choses, le maximum ; retirez-en une d’abord"
            raise UsageError(message)
        new = replace(
            asked,
            id=follow_id(subscriber, kind, _folded(asked), asked.without),
            subscriber_id=subscriber,
            pace=pace or FollowPace.AT_ONCE,
            days=REMINDER_DAYS if chosen is None else chosen,
        )
        store.follows.save(new)
    return new


def kind_of(watch: Watch, store: Store, target: str) -> FollowedKind:
    """What someone means who names a thing to follow: a known reference or deadline, or else a search."""
    name = target.strip()
    if _NUMBER.fullmatch(name) or any(one.id == name and one.tracked for one in watch.sources):
        return FollowedKind.REFERENCE
    if store.deadlines.get(name) is not None:
        return FollowedKind.DEADLINE
    return FollowedKind.REFERENCE if store.snapshots.versions(name) else FollowedKind.SEARCH


def follows_of(store: Store, subscriber: str) -> list[Followed]:
    """What a subscriber follows, oldest first."""
    return store.follows.of(subscriber)


def change_follow(
    store: Store,
    subscriber: str,
    followed: str,
    *,
    pace: FollowPace | None = None,
    days: Sequence[int] | None = None,
) -> Followed:
    """Change the pace or the days of reminders.

    Raises:
        UsageError: the subscriber follows no such thing, or the days are not valid.
    """
    found = _own(store, subscriber, followed)
    changed = replace(found, pace=pace or found.pace, days=found.days if days is None else checked_days(days))
    store.follows.save(changed)
    return changed


def unfollow(store: Store, subscriber: str, followed: str) -> bool:
    """Follow it no more. Returns whether it was followed; what another subscriber follows is left alone."""
    found = store.follows.get(followed)
    return found is not None and found.subscriber_id == subscriber and store.follows.remove(found.id)


def checked_days(days: Sequence[int]) -> tuple[int, ...]:
    """Days of reminders, each once, most first.

    Raises:
        UsageError: too many, or out of bounds.
    """
    chosen = tuple(sorted(set(days), reverse=True))
    if len(chosen) > MAX_REMINDERS or any(not 0 <= one <= FURTHEST for one in chosen):
        message = f"choisissez au plus {MAX_REMINDERS} rappels, de 0 à {FURTHEST} jours avant l’échéance"
        raise UsageError(message)
    return chosen


def due_of(store: Store, followed: Followed) -> date | None:
    """The day on which what is followed is due or ends, as it is known now; None when there is none."""
    if followed.kind is FollowedKind.DEADLINE:
        deadline = store.deadlines.get(followed.target)
        return deadline.due if deadline is not None else None
    if followed.kind is FollowedKind.REFERENCE:
        record = store.records.get(followed.target)
        return record.expires if record is not None else None
    return None


def described(followed: Followed, due: date | None, today: date) -> str:
    """A follow in one French line: `RS6456 – Déployer… : 21 décembre 2026, dans 28 jours · dès qu’il y a du nouveau · …`."""
    parts = [followed.label if due is None else f"{followed.label} : {long_date(due)}, {days_left(due, today)}"]
    parts.append(
        "dès qu’il y a du nouveau"
        if followed.pace is FollowPace.AT_ONCE
        else "dans le prochain numéro que vous recevez"
    )
    if followed.kind is not FollowedKind.SEARCH:
        parts.append(reminders(followed.days))
    return typeset(" · ".join(parts))


def reminders(days: Sequence[int]) -> str:
    """`rappels 30, 7 et 1 jours avant`, `rappel 7 jours avant`, `sans rappel`."""
    if not days:
        return "sans rappel"
    named = joined([str(one) for one in days])
    return f"rappel{'s' if len(days) > 1 else ''} {named} jour{'s' if max(days) > 1 else ''} avant"


# ------------------------------------------------------------------------------------------ what is asked for


def _asked(watch: Watch, store: Store, kind: FollowedKind, target: str, without: list[str], at: datetime) -> Followed:
    """The follow that is asked for, without whose it is."""
    asked = Followed(id="", subscriber_id="", kind=kind, target=" ".join(target.split()), created_at=at)
    if kind is FollowedKind.SEARCH:
        return _search(asked, without)
    if kind is FollowedKind.DEADLINE:
        return _deadline(store, asked, at)
    return _reference(watch, store, asked, at)


def _search(asked: Followed, without: list[str]) -> Followed:
    text = clean(asked.target, MAX_TEXT + 1)
    if not re.search(r"\w", text) or len(text) > MAX_TEXT:
        message = f"écrivez une recherche de 1 à {MAX_TEXT} caractères"
        raise UsageError(message)
    kept = tuple(one for one in without if re.fullmatch(r"[\w:.-]{1,40}", one))
    return replace(asked, target=text, without=kept, label=typeset(f"« {clean(text, _LABEL)} »"))


def _deadline(store: Store, asked: Followed, at: datetime) -> Followed:
    deadline = store.deadlines.get(asked.target)
    if deadline is None or deadline.due < paris_day(at):
        message = "cette échéance n’est plus au calendrier ou est passée"
        raise UsageError(message)
    return replace(asked, label=label_of(deadline), due=deadline.due, due_since=at)


def label_of(deadline: Deadline) -> str:
    """What a deadline is called."""
    return typeset(clean(deadline.title, _LABEL))


def _reference(watch: Watch, store: Store, asked: Followed, at: datetime) -> Followed:
    number = _NUMBER.fullmatch(asked.target)
    if number:
        name = f"{number[1].upper()}{number[2]}"
        record = store.records.get(name)
        title = f" – {clean(record.short_title or record.title, _LABEL)}" if record is not None else ""
        due = record.expires if record is not None else None
        return replace(asked, target=name, label=typeset(name + title), due=due, due_since=at if due else None)
    versions = store.snapshots.versions(asked.target)
    if versions:
        return replace(asked, label=typeset(clean(versions[-1].title, _LABEL)) or asked.target)
    source = next((one for one in watch.sources if one.id == asked.target), None)
    if source is None or not (source.tracked or store.snapshots.references(source.id)):
        tracked = [one.id for one in watch.sources if one.tracked]
        message = f"aucune référence suivie sous ce nom ; écrivez un numéro (RS6456) ou une source : {', '.join(tracked[:12])}"
        raise UsageError(message)
    return replace(asked, label=typeset(clean(source.name, _LABEL)))


def _known(store: Store, subscriber: str, asked: Followed) -> Followed | None:
    return store.follows.get(follow_id(subscriber, asked.kind, _folded(asked), asked.without))


def _folded(asked: Followed) -> str:
    """What makes two follows the same: a search's words without case, accents and punctuation at its ends."""
    if asked.kind is not FollowedKind.SEARCH:
        return asked.target
    return unaccented(asked.target.casefold().replace("’", "'")).strip(" .,;:!?«»")


def _own(store: Store, subscriber: str, followed: str) -> Followed:
    found = store.follows.get(followed)
    if found is None or found.subscriber_id != subscriber:
        message = "vous ne suivez rien de tel ; la liste de vos suivis a changé"
        raise UsageError(message)
    return found
