"""What is new of what readers follow: looked for in the store, told by nobody yet.

A match is named by what it is: `item:<id of the story>`, `change:<id>`, `moved:<new date>`, `due:<date>:<days before>`. That name is
recorded with the follow, so a match comes once for ever, whatever is looked at again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, MutableMapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING

from watchbot.app.follows import KEPT_AFTER, due_of
from watchbot.app.material import STALE, story_of
from watchbot.digest.followed import News
from watchbot.french_dates import paris_day
from watchbot.model import Deadline, Followed, FollowedKind, Item, Verdict

if TYPE_CHECKING:
    from watchbot.config import Watch
    from watchbot.digest.model import Story
    from watchbot.search.query import Query
    from watchbot.store import Store

# How far a look goes back before the last one: a batch of verdicts is written some time after its moment was taken.
OVERLAP = timedelta(minutes=30)
# What came longer ago is no news, whenever it is judged: after a pause, or when the archive is tagged anew.
CATCH_UP = timedelta(days=14)
# How many answers of a search are looked through for new ones.
ANSWERS = 500
# How much of a text is looked into for the words of a search.
READ = 5_000
# From so many letters on, one may be wrong.
LONG = 7
_REGISTER = re.compile(r"\b(RS|RNCP)[\s\u00a0\u202f]?(\d{2,6})\b", re.IGNORECASE)


class Looker:
    """Looks for matches at one moment; what several follows need is read once."""

    def __init__(self, watch: Watch, store: Store, follows: Sequence[Followed], moment: datetime) -> None:
        self._watch = watch
        self._store = store
        self._follows = follows
        self._moment = moment
        self._today = paris_day(moment)
        self._answers: dict[tuple[str, tuple[str, ...]], list[str]] = {}

    def matches(self, followed: Followed) -> list[str]:
        """Names of the matches that are not recorded yet."""
        if followed.kind is FollowedKind.SEARCH:
            found = self._stories(followed, self._answer)
        elif followed.kind is FollowedKind.REFERENCE:
            found = [*self._reminder(followed), *self._changes(followed), *self._stories(followed, self._mentions)]
        else:
            found = [*self._moved(followed), *self._reminder(followed)]
        return self._store.follows.unknown(followed.id, found)

    def is_over(self, followed: Followed) -> bool:
        """Whether a deadline is past for so long that following it makes no sense any more."""
        due = due_of(self._store, followed) or followed.due
        return followed.kind is FollowedKind.DEADLINE and due is not None and due + KEPT_AFTER < self._today

    # -------------------------------------------------------------------------------------- stories

    def _stories(self, followed: Followed, found: Callable[[Followed], list[str]]) -> list[str]:
        oldest = max(followed.created_at, self._moment - CATCH_UP)
        since = _since(followed, self._moment)
        fresh = {
            one.id: one for one in self._fresh.values() if one.first_seen > oldest and self._judged[one.id] >= since
        }
        if not fresh:
            return []
        return list(dict.fromkeys(f"item:{fresh[one].cluster or one}" for one in found(followed) if one in fresh))

    @cached_property
    def _fresh(self) -> dict[str, Item]:
        """Items that were judged relevant since the oldest look, by id; a new source's archive is no news."""
        found = self._store.items.get_many(list(self._judged))
        oldest = self._moment - CATCH_UP
        return {
            one.id: one
            for one in found
            if oldest < one.first_seen <= self._moment and one.first_seen - one.date < STALE
        }

    @cached_property
    def _judged(self) -> dict[str, datetime]:
        """When items were judged relevant, since the oldest look."""
        since = min((_since(one, self._moment) for one in self._follows), default=self._moment)
        return self._store.tags.relevant_since(since)

    def _answer(self, followed: Followed) -> list[str]:
        key = (followed.target, followed.without)
        if key not in self._answers:
            self._answers[key] = searched(self._watch, self._store, followed.target, followed.without, self._moment)
        return self._answers[key]

    def _mentions(self, followed: Followed) -> list[str]:
        from watchbot.app.tracking import mentions_of

        if _REGISTER.fullmatch(followed.target):
            return self._naming.get(followed.target, [])
        return [one.id for one in mentions_of(self._watch, self._store, followed.target)]

    @cached_property
    def _naming(self) -> dict[str, list[str]]:
        """The fresh items that name a register number, by number."""
        found: dict[str, list[str]] = {}
        for one in self._fresh.values():
            text = f"{one.title} {one.summary} {one.body}"
            for kind, digits in sorted({(match[1].upper(), match[2]) for match in _REGISTER.finditer(text)}):
                found.setdefault(f"{kind}{digits}", []).append(one.id)
        return found

    # -------------------------------------------------------------------------------------- references and deadlines

    def _changes(self, followed: Followed) -> list[str]:
        """Changes of a reference. That a registration ends is told by reminders, on the days that the reader chose."""
        since, until = _since(followed, self._moment), self._moment + timedelta(microseconds=1)
        changes = self._store.changes
        found = {c.id: c for c in changes.list(since=since, until=until, key=followed.target)}
        found.update((c.id, c) for c in changes.list(since=since, until=until, source=followed.target))
        kept = [c for c in found.values() if not (c.event == "expiring" and followed.due == c.due)]
        return [f"change:{c.id}" for c in sorted(kept, key=lambda c: (c.detected_at, c.id))]

    def _moved(self, followed: Followed) -> list[str]:
        due = due_of(self._store, followed)
        return [f"moved:{due.isoformat()}"] if due and due != followed.due and due >= self._today else []

    def _reminder(self, followed: Followed) -> list[str]:
        due = due_of(self._store, followed)
        if due is None:
            return []
        # Of a date that moved the reader knows nothing yet, so whatever is due by now is told.
        known = followed.due_since if followed.due_since and due == followed.due else followed.created_at
        days = reminder_on(due, followed.days, self._today, paris_day(known))
        return [] if days is None else [f"due:{due.isoformat()}:{days}"]


def reminder_on(due: date, days: Iterable[int], today: date, known: date) -> int | None:
    """Which reminder is due: the tightest whose day has come; None when none is, or the deadline has passed.

    Args:
        due: the deadline.
        days: how many days before it to remind.
        today: the present day; a reminder whose day was missed comes late.
        known: the day on which the reader learnt of this date: nothing is reminded that he was just told.
    """
    left = (due - today).days
    if left < 0:
        return None
    return min((one for one in days if left <= one and due - timedelta(days=one) > known), default=None)


def searched(watch: Watch, store: Store, text: str, without: Collection[str], moment: datetime) -> list[str]:
    """Ids of the items that a search is about, best first.

    A search ranks whatever is near; an alert must be right. So its filters decide, and of its words most must be in the text.
    "This week" is left out: what is followed is news anyway.
    """
    from watchbot.app.searching import read_query, search_items
    from watchbot.search.periods import Span
    from watchbot.search.query import Filter

    asked = read_query(watch, text, moment, store)
    asked = asked.without(*without, *(one.id for one in asked.of_kind("period")))
    # Older items, however well they answer, must not push out new ones.
    recent = Span(start=paris_day(moment - CATCH_UP - STALE), end=None)
    asked = replace(asked, filters=(*asked.filters, Filter(id="recent", kind="period", value=recent, label="")))
    answer = search_items(watch, store, asked, moment, limit=ANSWERS, passages=False)
    return [hit.item.id for hit in answer.hits if is_about(hit.item, asked)]


def is_about(item: Item, asked: Query) -> bool:
    """Whether an item that passes the filters speaks of what is asked, word by word.

    All phrases, and of the words two thirds at least; the words behind a topic or a kind of production are spoken for by that
    filter, whatever words the item has for it.
    """
    from watchbot.search.words import stem, words_of

    words = list(words_of(f"{item.title} {item.summary} {item.body[:READ]}"))
    text = f" {' '.join(words)} "
    if any(f" {' '.join(phrase)} " not in text for phrase in asked.phrases):
        return False
    stems = {stem(word) for word in words}
    wanted = {stem(word) for word in asked.words}
    spoken_for = len(asked.of_kind("topic")) + len(asked.of_kind("production"))
    return sum(_is_among(word, stems) for word in wanted) >= ceil(2 * len(wanted) / 3) - spoken_for


def _is_among(word: str, stems: Collection[str]) -> bool:
    """Whether a word is there; one letter wrong in a long word is taken for a slip of the finger."""
    if word in stems or len(word) < LONG:
        return word in stems
    from rapidfuzz.distance import OSA

    return any(abs(len(one) - len(word)) < 2 and OSA.distance(one, word, score_cutoff=1) < 2 for one in stems)


def _since(followed: Followed, moment: datetime) -> datetime:
    """From when on there is news for a follow: since shortly before the last look."""
    looked = followed.looked_at or followed.created_at
    return max(followed.created_at, looked - OVERLAP, moment - CATCH_UP)


# ------------------------------------------------------------------------------------------ matches as they are told


def news_of(
    watch: Watch,
    store: Store,
    followed: Followed,
    matches: Sequence[str],
    moment: datetime,
    known: MutableMapping[str, Story],
) -> News:
    """What to tell of these matches; what is no longer there is left out. `known` keeps stories from one reader to the next."""
    named: dict[str, list[str]] = {}
    for match in matches:
        kind, _, what = match.partition(":")
        named.setdefault(kind, []).append(what)
    changes = [store.changes.get(one) for one in named.get("change", ())]
    today = paris_day(moment)
    return News(
        followed=followed,
        url=_address(watch, followed),
        deadlines=_deadlines(store, followed, named, today),
        changes=tuple(change for change in changes if change is not None),
        stories=tuple(_stories(store, named.get("item", ()), moment, known)),
    )


def _stories(store: Store, ids: Sequence[str], moment: datetime, known: MutableMapping[str, Story]) -> Iterable[Story]:
    new = [one for one in ids if one not in known]
    verdicts = store.tags.verdicts(new)
    fallback = Verdict(relevant=True, relevance=1.0, topics=(), scores={})
    for item in store.items.get_many(new):
        known[item.id] = story_of(item, verdicts.get(item.id, fallback), (), None, moment)
    return [known[one] for one in ids if one in known]


def _deadlines(store: Store, followed: Followed, named: dict[str, list[str]], today: date) -> tuple[Deadline, ...]:
    """The deadline that is reminded of or was moved, once, with the date that the reader knew if it is another one."""
    if not (named.get("due") or named.get("moved")):
        return ()
    due = due_of(store, followed)
    if due is None or due < today:
        return ()
    if followed.kind is FollowedKind.REFERENCE:
        return (_end_of_registration(store, followed, due),)
    deadline = store.deadlines.get(followed.target)
    if deadline is None:
        return ()
    moved = bool(named.get("moved")) and followed.due is not None
    return (replace(deadline, previous=followed.due) if moved else deadline,)


def _end_of_registration(store: Store, followed: Followed, due: date) -> Deadline:
    record = store.records.get(followed.target)
    return Deadline(
        uid=f"fin-{followed.target}",
        due=due,
        title=followed.label,
        role="validite",
        quote="fin de l’enregistrement au registre",
        confidence=1.0,
        url=record.url if record is not None else "",
    )


def _address(watch: Watch, followed: Followed) -> str:
    """Where everything of a search can be read."""
    from urllib.parse import urlencode

    if followed.kind is not FollowedKind.SEARCH:
        return ""
    query = urlencode([("q", followed.target), *(("sans", one) for one in followed.without)])
    return f"{watch.settings.base_url.rstrip('/')}/recherche?{query}"


def told_ids(store: Store, match: str) -> tuple[str, ...]:
    """The ids by which digests know what a match is; none for dates."""
    kind, _, what = match.partition(":")
    if kind == "change":
        return (what,)
    if kind != "item":
        return ()
    item = store.items.get(what)
    return (what,) if item is None else tuple(dict.fromkeys((what, item.cluster or what)))
