"""Telling readers what is new of what they follow: in a message of its own, or in their next digest.

A match and the message that tells it are written in one transaction: killed anywhere, each is told once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING

from watchbot.app.digesting import reader_links, render
from watchbot.app.follow_matches import Looker, news_of, told_ids
from watchbot.app.follows import due_of
from watchbot.digest.followed import followed_digest, groups_of
from watchbot.french_dates import PARIS, paris_day
from watchbot.model import Delivery, Followed, FollowedKind, FollowPace, Subscriber
from watchbot.store.outbox import Outgoing, delivery_key

if TYPE_CHECKING:
    from watchbot.config import Watch
    from watchbot.digest.model import FollowedGroup, Story
    from watchbot.store import Store

EDITION = "suivi"
# Reminders, and what is gathered for readers without a digest, come from this hour on, in France.
MORNING = 7

Match = tuple[Followed, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """What one reader is to be told now: matches by follow; those of pace `digest` wait for the next issue."""

    reader: Subscriber
    now: tuple[Match, ...] = ()
    later: tuple[Match, ...] = ()


def due_alerts(watch: Watch, store: Store, moment: datetime) -> list[Alert]:
    """What each reader is to be told of what is new since the last look. Reads only."""
    follows = store.follows.all()
    looker = Looker(watch, store, follows, moment)
    return [alert for alert in _alerts(store, looker, follows, moment) if alert.now or alert.later]


def alert_follows(watch: Watch, store: Store, moment: datetime) -> int:
    """Queue a message for each reader who has news; returns how many messages are new. Idempotent."""
    follows = store.follows.all()
    looker = Looker(watch, store, follows, moment)
    stories: dict[str, Story] = {}
    queued = 0
    for alert in _alerts(store, looker, follows, moment):
        gathers = _gathers(watch, alert.reader, moment) and store.follows.has_waiting(alert.reader.id)
        if alert.now or alert.later or gathers:
            with store.transaction():
                queued += _settle(watch, store, alert, moment, stories)
    with store.transaction():
        store.follows.looked([one.id for one in follows], moment)
        for one in follows:
            if looker.is_over(one):
                store.follows.remove(one.id)
        # The end of a registration is told as a change of its reference when it moves.
        _note_dates(store, [one for one in follows if one.kind is FollowedKind.REFERENCE], moment)
    return queued


def _alerts(store: Store, looker: Looker, follows: Sequence[Followed], moment: datetime) -> Iterator[Alert]:
    morning = moment.astimezone(PARIS).hour >= MORNING
    for subscriber, own in groupby(follows, key=lambda one: one.subscriber_id):
        reader = store.subscribers.get(subscriber)
        if reader is None:
            continue
        now: list[Match] = []
        later: list[Match] = []
        for one in own:
            for match in looker.matches(one):
                # Reminders have a day of their own, whatever the pace; nobody is woken by one.
                reminder = match.startswith("due:")
                if reminder and not morning:
                    continue
                (now if reminder or one.pace is FollowPace.AT_ONCE else later).append((one, match))
        yield Alert(reader=reader, now=tuple(now), later=tuple(later))


def _settle(watch: Watch, store: Store, alert: Alert, moment: datetime, stories: dict[str, Story]) -> int:
    """Record one reader's matches and queue his message. To be called in a transaction."""
    reader = alert.reader
    told = store.issues.told(reader.id)
    now = _untold(store, alert.now, told, moment)
    later = _untold(store, alert.later, told, moment)
    store.follows.record([(one.id, match) for one, match in later], moment, None)
    waiting = _waiting(store, reader)
    reminded = {one.id for one, match in now if match.startswith("due:")}
    # A reminder says that the date moved: that is told with it.
    now += [(one, match) for one, match in waiting if one.id in reminded and match.startswith("moved:")]
    issue = _issue_of(now)
    if _gathers(watch, reader, moment) and waiting:
        day = f"jour-{paris_day(moment).isoformat()}"
        if not store.outbox.known([delivery_key(EDITION, day, reader.id, reader.channel)]):
            issue, now = day, [*now, *(one for one in waiting if one not in now)]
    if not now:
        return 0
    key = delivery_key(EDITION, issue, reader.id, reader.channel)
    _record(store, now, key, moment)
    groups = _groups(watch, store, now, moment, stories)
    _note_dates(store, list({one.id: one for one, _ in now}.values()), moment)
    if not groups:
        return 0
    digest = followed_digest(groups, edition=EDITION, issue=issue, watch=watch.name, now=moment)
    payload = render(watch, digest, reader_links(watch, reader), _template(watch, reader), reader.channel)
    delivery = Delivery(key=key, edition=EDITION, issue=issue, subscriber_id=reader.id, channel=reader.channel)
    store.issues.tell(reader.id, issue, digest.told)
    return store.outbox.enqueue([Outgoing(delivery=delivery, address=reader.address, payload=payload)], moment)


def _untold(store: Store, matches: Sequence[Match], told: frozenset[str], moment: datetime) -> list[Match]:
    """Matches that nobody recorded meanwhile, without those that the reader was told by a digest or an alert."""
    left = []
    for one, match in matches:
        if not store.follows.unknown(one.id, [match]):
            continue
        if told.intersection(told_ids(store, match)):
            store.follows.record([(one.id, match)], moment, "")
        else:
            left.append((one, match))
    return left


def _record(store: Store, matches: Sequence[Match], key: str, moment: datetime) -> None:
    named = [(one.id, match) for one, match in matches]
    store.follows.record(named, moment, key)
    store.follows.tell(named, key)


def _groups(
    watch: Watch, store: Store, matches: Sequence[Match], moment: datetime, stories: dict[str, Story]
) -> tuple[FollowedGroup, ...]:
    """The groups that tell these matches."""
    by_follow: dict[str, tuple[Followed, list[str]]] = {}
    for one, match in matches:
        by_follow.setdefault(one.id, (one, []))[1].append(match)
    news = [news_of(watch, store, one, found, moment, stories) for one, found in by_follow.values()]
    topics = watch.topic_names
    publishers = watch.publishers
    return groups_of(news, topics, publishers, paris_day(moment))


def _note_dates(store: Store, follows: Sequence[Followed], moment: datetime) -> None:
    """From now on the reader knows the dates as they are."""
    for one in follows:
        due = due_of(store, one)
        if due is not None and due != one.due:
            store.follows.know_due(one.id, due, moment)


def _waiting(store: Store, reader: Subscriber) -> list[Match]:
    return [(one, match) for one in store.follows.of(reader.id) for match in store.follows.waiting(one.id)]


def _issue_of(matches: Sequence[Match]) -> str:
    """The name of a message: the same matches, the same name."""
    named = sorted(f"{one.id} {match}" for one, match in matches)
    return hashlib.sha256("\n".join(named).encode()).hexdigest()[:16]


def _gathers(watch: Watch, reader: Subscriber, moment: datetime) -> bool:
    """Whether what waits for a digest comes in a message a day: the reader has none, and it is morning or later."""
    has_digest = any(one.id in reader.editions and reader.channel in one.channels for one in watch.editions)
    return not has_digest and moment.astimezone(PARIS).hour >= MORNING


def _template(watch: Watch, reader: Subscriber) -> str:
    own = [one.template for one in watch.editions if one.id in reader.editions and reader.channel in one.channels]
    return next(iter([*own, *(one.template for one in watch.editions)]), "hebdo")


# ------------------------------------------------------------------------------------------ in a digest


def waiting_news(
    watch: Watch, store: Store, reader: Subscriber, moment: datetime
) -> tuple[tuple[FollowedGroup, ...], list[tuple[str, str]]]:
    """What waits for a reader's next digest, and the matches that are then over, as (follow, match).

    What he was told elsewhere since is over as well, but not told again.
    """
    waiting = _waiting(store, reader)
    if not waiting:
        return (), []
    told = store.issues.told(reader.id)
    news = [(one, match) for one, match in waiting if not told.intersection(told_ids(store, match))]
    return _groups(watch, store, news, moment, {}), [(one.id, match) for one, match in waiting]


def tell_waiting(store: Store, matches: Sequence[tuple[str, str]], key: str, moment: datetime) -> None:
    """These matches are told by a delivery. To be called with its queueing."""
    store.follows.tell(matches, key)
    follows = [store.follows.get(one) for one in dict.fromkeys(one for one, _ in matches)]
    _note_dates(store, [one for one in follows if one is not None], moment)
