"""What a digest says, whatever form it takes: plain text in frozen dataclasses, ready to be rendered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from watchbot.model import Item, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """An item with all that composing needs of it, worked out once for all subscribers.

    `chips` are short facts (a deadline, an amount); `also` are other publishers of the same story, with their addresses;
    `importance` orders stories within a topic, higher first.
    """

    item: Item
    verdict: Verdict
    summary: str = ""
    chips: tuple[str, ...] = ()
    due: date | None = None
    also: tuple[tuple[str, str], ...] = ()
    importance: float = 0.0
    explanation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A story as one reader sees it. `topics` are names; `why` says in French why it is there."""

    id: str
    title: str
    url: str
    publisher: str
    day: str
    summary: str = ""
    topics: tuple[str, ...] = ()
    region: str = ""
    chips: tuple[str, ...] = ()
    also: tuple[tuple[str, str], ...] = ()
    why: str = ""
    explanation: str = ""
    language: str = "fr"


@dataclass(frozen=True, slots=True, kw_only=True)
class DueLine:
    """A deadline: `day` in French, `left` such as "dans 28 jours", `quote` the source's exact words."""

    id: str
    due: date
    day: str
    left: str
    title: str
    quote: str = ""
    url: str = ""
    publisher: str = ""
    previous: str = ""
    urgent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One edited place: where, before, after."""

    where: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeEntry:
    """A change of a reference."""

    id: str
    title: str
    url: str
    publisher: str
    day: str
    significance: str
    substantive: bool
    reasons: tuple[str, ...] = ()
    passages: tuple[Passage, ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The stories of one topic; `more` were left out for length."""

    id: str
    name: str
    entries: tuple[Entry, ...]
    more: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One row of a figure: a label, how many, and the share of the largest in percent."""

    label: str
    count: int
    percent: int
    before: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """An issue of an edition for one reader."""

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
    doubtful: tuple[Entry, ...] = ()
    figures: tuple[Bar, ...] = ()
    order: tuple[str, ...] = ("echeances", "changements", "themes")
    minimum: int = 1

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Every story, in the order of the sections."""
        return tuple(entry for section in self.sections for entry in section.entries)

    @property
    def weight(self) -> int:
        """How many things the issue tells, doubtful ones not counted."""
        return len(self.deadlines) + len(self.changes) + len(self.entries)

    @property
    def empty(self) -> bool:
        """Whether the issue is not worth sending: nothing new, or less than the edition's minimum.

        Deadlines alone are no news: they were told when they were found.
        """
        news = len(self.changes) + len(self.entries)
        return news == 0 or news < self.minimum

    @property
    def told(self) -> tuple[str, ...]:
        """Ids of all that the issue tells and that must not come again."""
        return tuple(entry.id for entry in self.entries) + tuple(change.id for change in self.changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Addresses that differ by reader; empty ones are left out."""

    unsubscribe: str = ""
    preferences: str = ""
    archive: str = ""
    items: str = ""
    feedback: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)
