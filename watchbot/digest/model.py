"""What a digest says, whatever form it takes: plain text in frozen dataclasses, ready to be rendered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from urllib.parse import quote

from watchbot.model import Item, Verdict

# Versions up to this many characters stand side by side, even on a phone.
BRIEF = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """An item with all that composing needs of it, worked out once for all subscribers.

    `chips` are short facts (a deadline, an amount); `also` are other publishers of the same story, with their addresses,
    and `members` the ids of their items; `importance` orders stories within a topic, higher first;
    `seen` is when the newest of its items was first seen, the item's own time if not given.
    """

    item: Item
    verdict: Verdict
    summary: str = ""
    chips: tuple[str, ...] = ()
    due: date | None = None
    also: tuple[tuple[str, str], ...] = ()
    members: tuple[str, ...] = ()
    importance: float = 0.0
    explanation: str = ""
    seen: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A story as one reader sees it. `topics` and `region` are names; `why` says in French why it is there.

    `ids` are all by which it must not come again: its own, its cluster's, those of the cluster's other items.
    """

    id: str
    title: str
    url: str
    publisher: str
    day: str
    summary: str = ""
    topics: tuple[str, ...] = ()
    topic_ids: tuple[str, ...] = ()
    region: str = ""
    region_id: str = ""
    chips: tuple[str, ...] = ()
    also: tuple[tuple[str, str], ...] = ()
    why: str = ""
    explanation: str = ""
    language: str = "fr"
    published: datetime | None = None
    updated: datetime | None = None
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DueLine:
    """A deadline: `day` in French, `left` such as "dans 28 jours", `quote` the source's exact words, `note` ours.

    `moved` says in French that a source moved it, and from when. `urgent` lines are named in the subject, `soon` ones stand out.
    `news` is the id of the change that tells it and that this reader was not told yet; empty for what merely stays due.
    """

    id: str
    due: date
    day: str
    month: str
    left: str
    title: str
    quote: str = ""
    note: str = ""
    url: str = ""
    publisher: str = ""
    moved: str = ""
    previous: date | None = None
    role: str = ""
    sequence: int = 0
    urgent: bool = False
    soon: bool = False
    news: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a passage; `changed` when the other version does not have it."""

    text: str
    changed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One edited place: where, and both versions about the difference; one of them is empty when it was added or removed."""

    where: str
    before: tuple[Run, ...] = ()
    after: tuple[Run, ...] = ()

    @property
    def brief(self) -> bool:
        """Whether both versions fit side by side."""
        return bool(self.before and self.after) and max(len(self.before_text), len(self.after_text)) <= BRIEF

    @property
    def before_text(self) -> str:
        """The former words."""
        return "".join(run.text for run in self.before)

    @property
    def after_text(self) -> str:
        """The new words."""
        return "".join(run.text for run in self.after)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeEntry:
    """A change of a reference; `kind` says in French what happened; `more` passages were left out for length."""

    id: str
    title: str
    url: str
    publisher: str
    day: str
    kind: str
    significance: str
    substantive: bool
    reasons: tuple[str, ...] = ()
    passages: tuple[Passage, ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The stories of one topic; `more` were left out for length (all of them when `entries` is empty)."""

    id: str
    name: str
    entries: tuple[Entry, ...]
    more: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedGroup:
    """What is new of one thing that the reader follows: deadlines (reminders, moved dates), changes, stories.

    `url` is where to see everything of it; `more` were left out for length; `ids` are all by which its stories and changes must not come again.
    """

    id: str
    label: str
    url: str = ""
    deadlines: tuple[DueLine, ...] = ()
    changes: tuple[ChangeEntry, ...] = ()
    entries: tuple[Entry, ...] = ()
    more: int = 0
    ids: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many things are new."""
        return len(self.deadlines) + len(self.changes) + len(self.entries) + self.more


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One row of a figure: a label, how many, the share of the largest in percent.

    `before` is the count of the period before; `trend` the counts of all periods, oldest first, and `spark` their line.
    """

    label: str
    count: int
    percent: int
    before: int | None = None
    trend: tuple[int, ...] = ()
    spark: str = ""

    @property
    def difference(self) -> str:
        """`+3`, `−1` (a true minus) or `=` against the period before; empty when that is not known."""
        if self.before is None:
            return ""
        step = self.count - self.before
        return f"+{step}" if step > 0 else f"−{-step}" if step else "="


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Counts over time: `span` names the period of `topics`, `since` the first one (empty when it is the only one), `periods` are all stories by period, `ahead` deadlines by month."""

    span: str
    since: str
    total: int
    topics: tuple[Bar, ...] = ()
    periods: tuple[Bar, ...] = ()
    ahead: tuple[Bar, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """An issue of an edition for one reader. `rest` are sections of which nothing fits; `more_…` count what was left out."""

    edition: str
    issue: str
    title: str
    watch: str
    period: str
    date: datetime
    preheader: str
    reading: str
    why: str
    deadlines: tuple[DueLine, ...] = ()
    changes: tuple[ChangeEntry, ...] = ()
    sections: tuple[Section, ...] = ()
    rest: tuple[Section, ...] = ()
    doubtful: tuple[Entry, ...] = ()
    followed: tuple[FollowedGroup, ...] = ()
    figures: Figures | None = None
    order: tuple[str, ...] = ("echeances", "changements", "themes")
    minimum: int = 1
    more_deadlines: int = 0
    more_changes: int = 0
    more_doubtful: int = 0

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Every story, in the order of the sections."""
        return tuple(entry for section in self.sections for entry in section.entries)

    @property
    def counts(self) -> Mapping[str, int]:
        """How many deadlines, changes, stories and doubtful stories are shown, and how many stories were left out."""
        left_out = sum(section.more for section in (*self.sections, *self.rest))
        return {
            "deadlines": len(self.deadlines),
            "changes": len(self.changes),
            "stories": len(self.entries),
            "doubtful": len(self.doubtful),
            "left_out": left_out,
        }

    @property
    def weight(self) -> int:
        """How many things the issue tells, doubtful ones not counted."""
        return len(self.deadlines) + len(self.changes) + len(self.entries) + self.followed_count

    @property
    def followed_count(self) -> int:
        """How many things are new in what the reader follows."""
        return sum(group.count for group in self.followed)

    @property
    def news(self) -> int:
        """How many things are new to the reader. A deadline is news only with the change that tells it: others stay until they pass."""
        changes = {change.id for change in self.changes} | {line.news for line in self.deadlines if line.news}
        return len(changes) + len(self.entries) + self.followed_count

    @property
    def empty(self) -> bool:
        """Whether the issue is not worth sending: nothing new, or less than the edition's minimum. Figures count as what they add up."""
        news = self.news + (self.figures.total if self.figures is not None else 0)
        return news == 0 or news < self.minimum

    @property
    def told(self) -> tuple[str, ...]:
        """Ids of all that the issue tells and that must not come again, each once."""
        entries = (one for entry in self.entries for one in (entry.id, *entry.ids))
        changes = (change.id for change in self.changes)
        lines = (line.news for line in self.deadlines if line.news)
        followed = (one for group in self.followed for one in group.ids)
        return tuple(dict.fromkeys((*followed, *entries, *changes, *lines)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Addresses that differ by reader; empty ones are left out.

    In `items` (a topic's page) `{topic}` stands for the topic's id, in `feedback` (to judge a story) `{item}` for the item's.
    """

    unsubscribe: str = ""
    preferences: str = ""
    archive: str = ""
    items: str = ""
    feedback: str = ""
    calendar: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)

    def of_topic(self, topic: str) -> str:
        """The address of everything on a topic, or an empty string."""
        return _filled(self.items, "topic", topic)

    def of_item(self, item: str) -> str:
        """The address at which a reader judges an item, or an empty string."""
        return _filled(self.feedback, "item", item)


def _filled(address: str, name: str, value: str) -> str:
    """The address with its placeholder filled in, or added to its query when it has none."""
    if not address:
        return ""
    place = f"{{{name}}}"
    if place in address:
        return address.replace(place, quote(value, safe=""))
    return f"{address}{'&' if '?' in address else '?'}{name}={quote(value, safe='')}"
