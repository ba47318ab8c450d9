"""From stories, changes and deadlines to the digest of one reader. Pure: the same input gives the same bytes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from operator import itemgetter

from watchbot.digest.due import DueTable
from watchbot.digest.entries import change_entry, entry_of, sureness
from watchbot.digest.figures import MONTHLY, Count, figures
from watchbot.digest.fitting import read_within
from watchbot.digest.french import capital, full_date, of_period, period, typeset
from watchbot.digest.lead import reading_line, with_preheader, word_count
from watchbot.digest.model import ChangeEntry, Digest, DueLine, Entry, Figures, FollowedGroup, Section, Story
from watchbot.digest.why import why_received, why_told
from watchbot.french_dates import paris_day
from watchbot.model import Change, Deadline, Edition, Significance, Subscriber

MAX_DOUBTFUL = 8
# Editions that come more often are named by their day, the others by what they cover.
DAILY = timedelta(days=6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """All that the issue of an edition can tell, prepared once for all of its readers.

    `stories` are the relevant ones (and the doubtful), each story once; `background` are older ones with deadlines ahead;
    `publishers` names the publisher of each source id; `regions` and `bearing` say of a source which region it speaks for
    and which topics it bears on (none: it concerns everyone); `history` is what former periods held, oldest first, for figures.
    `interest` and `sureness` say how much, beside the stories' importance, the share of a reader's interests that a story
    meets counts, and how sure the topic is under which it stands.
    """

    stories: tuple[Story, ...]
    changes: tuple[Change, ...]
    deadlines: tuple[Deadline, ...]
    topics: Mapping[str, str]
    publishers: Mapping[str, str]
    watch: str
    background: tuple[Story, ...] = ()
    history: tuple[Count, ...] = ()
    regions: Mapping[str, str | None] = field(default_factory=dict)
    bearing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    interest: float = 0.0
    sureness: float = 0.0


def compose(
    edition: Edition,
    material: Material,
    *,
    now: datetime,
    reader: Subscriber | None = None,
    sent: Collection[str] = frozenset(),
    importance: Mapping[str, float] | None = None,
) -> Digest:
    """The digest of one reader; a `Composer` does the common work once for many.

    Args:
        edition: what the edition holds, and how much of it.
        material: what there is to tell.
        now: the moment of the issue, aware.
        reader: whose preferences count; None for the edition as it is (previews, the archive).
        sent: ids that the reader was told already: they do not come again.
        importance: scores by item id in place of the stories' own.
    """
    return Composer(edition, material, now, importance).compose(reader, sent)


def issue_id(edition: Edition, now: datetime) -> str:
    """The name of an issue: the French day it is for. One edition has one issue a day."""
    return f"{edition.id}-{paris_day(now).isoformat()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ready:
    """A story with its words for everyone; `topics` are those of its topics that the edition has, best first.

    `rank` is its place among all by importance, and by date and id among equals.
    """

    story: Story
    entry: Entry
    topics: tuple[str, ...]
    rank: int
    importance: float = 0.0


@dataclass(frozen=True, slots=True)
class _News:
    """What is news from some moment on: relevant stories, doubtful ones, changes."""

    relevant: Sequence[_Ready]
    doubtful: Sequence[_Ready]
    changes: Sequence[tuple[Change, ChangeEntry]]


class Composer:
    """Composes an issue of an edition for one reader after another; what does not depend on the reader is done once."""

    def __init__(
        self, edition: Edition, material: Material, now: datetime, importance: Mapping[str, float] | None = None
    ) -> None:
        self._edition = edition
        self._material = material
        self._now = now
        self._today = paris_day(now)
        self._allowed = tuple(t for t in edition.topics or material.topics if t in material.topics)
        self._scores = importance or {}
        ranked = sorted(material.stories, key=lambda story: _rank(story, self._scores))
        ready = [self._ready(story, rank) for rank, story in enumerate(ranked)]
        self._relevant = [one for one in ready if one.story.verdict.relevant]
        self._doubtful = [one for one in ready if one.story.verdict.maybe and not one.story.verdict.relevant]
        self._background = [self._ready(story, 0) for story in material.background if story.verdict.relevant]
        # Substantive first, otherwise as they come (the most pressing first).
        ordered = sorted(material.changes, key=lambda change: change.significance is not Significance.SUBSTANTIVE)
        self._changes = [(change, change_entry(change, material.publishers)) for change in ordered]
        self._dues = DueTable(material.changes, material.deadlines, material.publishers, self._today)
        self._sources = {one for deadline in material.deadlines for one in deadline.source_ids}
        self._words: dict[str, int] = {}
        self._news: dict[datetime | None, _News] = {None: _News(self._relevant, self._doubtful, self._changes)}
        self._written: dict[tuple[str, tuple[str, ...], bool], Entry] = {}

    def compose(
        self,
        reader: Subscriber | None = None,
        sent: Collection[str] = frozenset(),
        followed: tuple[FollowedGroup, ...] = (),
        since: datetime | None = None,
    ) -> Digest:
        """The digest of one reader (see `compose`); what stands among the `followed` stands nowhere else.

        `since` is from when on there is news for this reader, where the material goes further back.
        """
        sent = frozenset(sent).union(*(group.ids for group in followed)) if followed else sent
        edition = self._edition
        topics = self._topics(reader)
        news = self._news_since(since)
        wanted = [one for one in news.relevant if self._wanted(one, reader, topics)]
        fresh = [one for one in wanted if _unknown(one, sent)]
        sections = self._sections(fresh, topics, reader) if "themes" in edition.sections else ()
        heard = {source for source in self._sources if self._heard(source, self._bearing(source), reader, topics)}
        changes = [
            pair
            for pair in news.changes
            if self._heard(pair[0].source_id, pair[0].topics or self._bearing(pair[0].source_id), reader, topics)
        ]
        concerned = self._concerned(wanted, reader, topics) | {change.id for change, _ in changes} | heard
        changes = [pair for pair in changes if pair[0].id not in sent]
        limit = edition.max_deadlines if "echeances" in edition.sections else 0
        dues, more_dues = self._dues.lines(concerned, {change.id for change, _ in changes}, limit)
        shown = _not_among(dues, changes) if "changements" in edition.sections else []
        doubtful = self._to_judge(news.doubtful, reader, topics, sent) if "peut-etre" in edition.sections else []
        digest = Digest(
            edition=edition.id,
            issue=issue_id(edition, self._now),
            title=edition.name,
            watch=self._material.watch,
            period=self._period(since),
            date=self._now,
            preheader="",
            reading="",
            why=self._why_received(reader),
            deadlines=dues,
            changes=tuple(shown[: edition.max_changes]),
            sections=tuple(section for section in sections if section.entries),
            rest=tuple(section for section in sections if not section.entries),
            doubtful=tuple(doubtful[:MAX_DOUBTFUL]),
            figures=self._figures(concerned, topics),
            followed=followed,
            order=("suivis", *edition.sections) if followed else edition.sections,
            minimum=edition.minimum,
            more_deadlines=more_dues if limit else 0,
            more_changes=max(0, len(shown) - edition.max_changes),
            more_doubtful=max(0, len(doubtful) - MAX_DOUBTFUL),
        )
        if edition.minutes:
            digest = read_within(digest, edition.minutes, self._count_words)
        return with_preheader(replace(digest, reading=reading_line(digest, self._count_words)))

    # -------------------------------------------------------------------------------------- what is wanted

    def _news_since(self, since: datetime | None) -> _News:
        """What is news from a moment on; readers who share the moment share the answer."""
        every = self._news[None]
        if since is not None and since not in self._news:
            self._news[since] = _News(
                [one for one in every.relevant if _seen(one.story) > since],
                [one for one in every.doubtful if _seen(one.story) > since],
                [pair for pair in every.changes if pair[0].detected_at > since],
            )
        return self._news[since]

    def _topics(self, reader: Subscriber | None) -> tuple[str, ...]:
        """Topics in the order to show them: the reader's own choice first, within what the edition has."""
        if reader is None or not reader.topics:
            return self._allowed
        return tuple(topic for topic in dict.fromkeys(reader.topics) if topic in self._allowed)

    def _wanted(self, one: _Ready, reader: Subscriber | None, topics: Sequence[str]) -> bool:
        """Whether a story's topics, region, kinds of production and language are all wanted."""
        if not any(topic in topics for topic in one.topics):
            # A doubtful story of no topic is for whoever judges.
            return not one.story.verdict.topics and not one.story.verdict.relevant and self._suits(one.story, reader)
        return self._suits(one.story, reader)

    def _suits(self, story: Story, reader: Subscriber | None) -> bool:
        item = story.item
        for wishes in (self._edition, reader):
            if wishes is None:
                continue
            # An item of no region or of no kind of production concerns everyone.
            if wishes.regions and item.region and item.region not in wishes.regions:
                return False
            if wishes.kinds and item.productions and not set(wishes.kinds) & set(item.productions):
                return False
        return not (reader and reader.languages and item.language not in reader.languages)

    def _bearing(self, source: str) -> tuple[str, ...]:
        return self._material.bearing.get(source, ())

    def _heard(self, source: str, bearing: Sequence[str], reader: Subscriber | None, topics: Sequence[str]) -> bool:
        """Whether what a source says is for a reader; of no topic, or of no region, it concerns everyone."""
        region = self._material.regions.get(source)
        if region and any(one and one.regions and region not in one.regions for one in (self._edition, reader)):
            return False
        return not bearing or any(topic in topics for topic in bearing)

    def _concerned(self, wanted: Sequence[_Ready], reader: Subscriber | None, topics: Sequence[str]) -> set[str]:
        """Ids of the items of wanted stories, of this issue and of former ones."""
        former = [one for one in self._background if self._wanted(one, reader, topics)]
        return {one for ready in (*wanted, *former) for one in (ready.story.item.id, *ready.story.members)}

    # -------------------------------------------------------------------------------------- sections

    def _sections(self, fresh: Sequence[_Ready], topics: Sequence[str], reader: Subscriber | None) -> list[Section]:
        """Each story once, under its first topic that is wanted; the most important to the reader first."""
        grouped: dict[str, list[_Placed]] = {topic: [] for topic in topics}
        for one in fresh:
            home = next((topic for topic in one.topics if topic in grouped), None)
            if home is not None:
                grouped[home].append(((-self._to_reader(one, home, reader), one.rank), one))
        for found in grouped.values():
            found.sort(key=itemgetter(0))
        taken = _shared_out(grouped, self._edition.max_per_topic, self._edition.max_items)
        return [
            Section(
                id=topic,
                name=self._material.topics[topic],
                entries=tuple(self._entry(one, reader) for one in taken[topic]),
                more=len(found) - len(taken[topic]),
            )
            for topic, found in grouped.items()
            if found
        ]

    def _to_reader(self, one: _Ready, home: str, reader: Subscriber | None) -> float:
        """How important a story is to a reader, under a topic."""
        material, item = self._material, one.story.item
        if item.id in self._scores:
            return one.importance
        scores = one.story.verdict.scores
        main = one.story.verdict.topics[0]
        value = one.importance + material.sureness * (scores.get(home, 0.0) - scores.get(main, 0.0))
        interests = 0 if reader is None else len(reader.topics) + len(reader.regions) + len(reader.kinds)
        if reader is not None and interests:
            met = sum(topic in reader.topics for topic in one.topics) + (item.region in reader.regions)
            met += sum(kind in reader.kinds for kind in item.productions)
            value += material.interest * min(1.0, met / interests)
        return round(value, 6)

    def _to_judge(
        self, doubtful: Sequence[_Ready], reader: Subscriber | None, topics: Sequence[str], sent: Collection[str]
    ) -> list[Entry]:
        return [
            replace(one.entry, why=typeset(sureness(one.story.verdict.relevance)))
            for one in doubtful
            if _unknown(one, sent) and self._wanted(one, reader, topics)
        ]

    def _entry(self, one: _Ready, reader: Subscriber | None) -> Entry:
        """The entry with the line why it is there; readers who follow the same share one object."""
        followed = tuple(t for t in one.topics if reader is not None and t in reader.topics)
        at_home = reader is not None and one.story.item.region in reader.regions
        key = (one.entry.id, followed, at_home)
        if key not in self._written:
            self._written[key] = replace(
                one.entry, why=why_told(one.story, followed, self._material.topics, self._today, at_home=at_home)
            )
        return self._written[key]

    # -------------------------------------------------------------------------------------- the rest

    def _figures(self, concerned: Collection[str], topics: Sequence[str]) -> Figures | None:
        if not self._edition.figures:
            return None
        material = self._material
        return figures(material.history, material.topics, topics, self._dues.days(concerned), self._today)

    def _period(self, since: datetime | None) -> str:
        start = self._today - self._edition.period
        # Who was told nothing for a while reads from when on.
        held = since is not None and paris_day(since) < start
        if self._edition.period < DAILY and not held:
            return capital(full_date(self._today))
        told = f"veille {period(paris_day(since) if since is not None and held else start, self._today)}"
        history = self._material.history
        if self._edition.figures and history and self._edition.period >= MONTHLY:
            # What is counted are calendar months, what is told is new since the last issue: two stretches of time.
            return typeset(f"Chiffres {of_period(history[-1].span.label)}, {told}")
        return typeset(capital(told))

    def _why_received(self, reader: Subscriber | None) -> str:
        edition = f"l’édition « {self._edition.name} »"
        if reader is None:
            return typeset(f"Vous lisez {edition}, sans choix de thèmes ni de régions.")
        return why_received(f"vous suivez {edition}", reader, self._material.topics)

    def _ready(self, story: Story, rank: int) -> _Ready:
        topics = tuple(topic for topic in story.verdict.topics if topic in self._allowed)
        value = self._scores.get(story.item.id, story.importance)
        return _Ready(
            story=story, entry=entry_of(story, self._material.topics), topics=topics, rank=rank, importance=value
        )

    def _count_words(self, entry: Entry) -> int:
        if entry.id not in self._words:
            self._words[entry.id] = word_count(f"{entry.title} {entry.summary}")
        return self._words[entry.id]


def _seen(story: Story) -> datetime:
    """When the newest of a story was first seen."""
    return story.seen or story.item.first_seen


def _rank(story: Story, scores: Mapping[str, float]) -> tuple[float, float, str]:
    """The most important first; then the newest, then by id."""
    return (-scores.get(story.item.id, story.importance), -story.item.date.timestamp(), story.item.id)


def _unknown(one: _Ready, sent: Collection[str]) -> bool:
    """Whether the reader was told this story neither by this item nor by another of its cluster."""
    return not any(known in sent for known in one.entry.ids)


def _not_among(lines: Sequence[DueLine], changes: Sequence[tuple[Change, ChangeEntry]]) -> list[ChangeEntry]:
    """Changes without the reminders that stand among the deadlines: those are not told a second time."""
    told = {line.news for line in lines}
    return [entry for change, entry in changes if not (change.event == "expiring" and change.id in told)]


# A story with what it is ordered by, least first: minus its importance to the reader, and its rank.
_Placed = tuple[tuple[float, int], _Ready]


def _shared_out(grouped: Mapping[str, Sequence[_Placed]], a_topic: int, in_all: int) -> dict[str, Sequence[_Ready]]:
    """What is shown of each topic: its first stories; when not all fit, one each, then the most important of all."""
    taken = {topic: found[:a_topic] for topic, found in grouped.items()}
    if sum(map(len, taken.values())) > in_all:
        firsts = [found[0][0] for found in taken.values() if found][:in_all]
        others = sorted(place for found in taken.values() for place, _ in found[1:])
        kept = {*firsts, *others[: in_all - len(firsts)]}
        taken = {topic: [one for one in found if one[0] in kept] for topic, found in taken.items()}
    return {topic: [one for _, one in found] for topic, found in taken.items()}
