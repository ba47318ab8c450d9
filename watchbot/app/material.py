"""What an issue of an edition can tell, gathered from the store once for all of its readers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from watchbot.classify.importance import AUTHORITY, WEIGHTS, Signals, importance
from watchbot.digest.compose import Material
from watchbot.digest.entries import amount_chip, due_chip
from watchbot.digest.figures import Count, spans
from watchbot.digest.french import clean, typeset
from watchbot.digest.model import Story
from watchbot.digest.summary import summarise
from watchbot.errors import WatchbotError
from watchbot.french_dates import paris_day
from watchbot.model import Change, Deadline, Edition, FactKind, Item, Verdict

if TYPE_CHECKING:
    from watchbot.classify.explain import Explanation
    from watchbot.config import Watch
    from watchbot.store import Store

# An item that was published long before it was first seen (a new source's archive) is no news.
STALE = timedelta(days=45)
AHEAD = timedelta(days=120)
# How much longer than its period an issue may look back to where the former one ended.
CATCH_UP = timedelta(days=8)
# How much of the passage that weighed most is quoted.
PASSAGE = 140
# Of the titles of the nearest examples, so much is quoted.
NEAR = 70


def prepare(
    watch: Watch,
    store: Store,
    edition: Edition,
    moment: datetime,
    *,
    explain: bool = True,
    since: datetime | None = None,
) -> Material:
    """All that an issue composed at `moment` can tell; the same state gives the same material.

    `explain` says whether tags are explained where the edition asks for it, which loads the classifier; `since` is from when
    on there is news, the edition's own start if not given (see `news_since`).
    """
    since = since or news_since(store, edition, moment)
    items = [
        item
        for item in store.items.select(seen_since=since, until=moment + timedelta(days=1), limit=None)
        if item.first_seen - item.date < STALE and since < item.first_seen <= moment
    ]
    verdicts = store.tags.verdicts([item.id for item in items])
    recent = store.changes.list(since=since + timedelta(microseconds=1), until=moment + timedelta(seconds=1))
    changes = _ordered([change for change in recent if _stands(store, change)], moment)
    today = paris_day(moment)
    deadlines = store.deadlines.upcoming(today, today + AHEAD)
    authority = {source.id: AUTHORITY[source.authority] for source in watch.sources}
    stories = list(_stories(items, verdicts, deadlines, authority, moment))
    if edition.explain and explain:
        explanations = _explanations(watch, store, stories)
        stories = [replace(story, explanation=explanations.get(story.item.id, "")) for story in stories]
    return replace(
        bare_material(watch),
        stories=tuple(stories),
        background=tuple(_background(store, deadlines, {item.id for item in items})),
        changes=changes,
        deadlines=tuple(deadlines),
        history=tuple(_history(store, edition, moment)) if edition.figures else (),
    )


def bare_material(watch: Watch) -> Material:
    """What every issue of a watch stands on, with nothing to tell yet: its topics and sources, and how stories are weighed."""
    return Material(
        stories=(),
        changes=(),
        deadlines=(),
        topics=watch.topic_names,
        publishers=watch.publishers,
        regions={source.id: source.region for source in watch.sources},
        bearing={source.id: source.topics for source in watch.sources},
        watch=watch.name,
        interest=WEIGHTS["interest"],
        sureness=WEIGHTS["sureness"],
    )


def news_since(store: Store, edition: Edition, moment: datetime) -> datetime:
    """From when on there is news: a period ago, or the former issue when that is longer ago.

    A daily edition that rests at weekends, jitter, a clock change or a machine that slept leave no gap; what a reader was
    told does not come again.
    """
    start = moment - edition.period
    former = next((at for _, _, at in store.issues.list(edition.id) if at < moment), start)
    return max(min(start, former), start - CATCH_UP)


def _explanations(watch: Watch, store: Store, stories: Sequence[Story]) -> Mapping[str, str]:
    """Why each story has its main topic, by item id; nothing when the classifier cannot be loaded."""
    from watchbot.app.classifying import load_classifier
    from watchbot.classify.explain import explain as explain_tag
    from watchbot.classify.retag import item_text

    found: dict[str, str] = {}
    try:
        classifier = load_classifier(watch, store)
        for story in stories:
            if not story.verdict.topics:
                continue
            told = explain_tag(classifier, item_text(story.item), story.verdict.topics[0], story.verdict)
            found[story.item.id] = _explained(told, story.item.title)
    except WatchbotError as error:
        import structlog

        # The digest is worth more than its explanations.
        structlog.get_logger("watchbot").warning("tags not explained", reason=str(error))
    return found


def _explained(told: Explanation, title: str) -> str:
    passage = clean(told.passage, PASSAGE)
    by = (
        "d’après son titre"
        if not passage or clean(told.passage).casefold() == clean(title).casefold()
        else f"surtout pour « {passage} »"
    )
    near = " et ".join(f"« {clean(one.title, NEAR)} »" for one in told.neighbours)
    like = f" ; proche de {near}" if near else ""
    return typeset(f"Classé « {told.name} » ({round(100 * told.score)} %), {by}{like}")


def _history(store: Store, edition: Edition, moment: datetime) -> Iterable[Count]:
    """What former periods held, oldest first."""
    for span in spans(edition, moment, store.items.began()):
        topics = Counter(store.tags.topic_counts(span.start))
        topics.subtract(store.tags.topic_counts(span.end))
        stories = store.tags.relevant_count(span.start) - store.tags.relevant_count(span.end)
        yield Count(span=span, topics=dict(topics), stories=stories)


def _stands(store: Store, change: Change) -> bool:
    """Whether a reminder still holds: a record that was renewed since no longer expires on that day."""
    if change.event != "expiring":
        return True
    record = store.records.get(change.key)
    return record is None or record.expires == change.due


def _background(store: Store, deadlines: Sequence[Deadline], known: set[str]) -> Iterable[Story]:
    """Items of former issues whose deadlines are still ahead: they tell whom a deadline concerns."""
    ids = list(dict.fromkeys(one for deadline in deadlines for one in deadline.item_ids if one not in known))
    verdicts = store.tags.verdicts(ids)
    for item in store.items.get_many(ids):
        if item.id in verdicts and verdicts[item.id].relevant:
            yield Story(item=item, verdict=verdicts[item.id])


def _ordered(changes: Sequence[Change], moment: datetime) -> tuple[Change, ...]:
    """The most pressing first; of several reminders of one register record, only the newest."""
    from watchbot.track.alerts import by_urgency

    newest: dict[tuple[str, str], Change] = {}
    rest: list[Change] = []
    for change in sorted(changes, key=lambda one: (one.detected_at, one.id)):
        if change.event == "expiring":
            newest[change.source_id, change.key] = change
        else:
            rest.append(change)
    return tuple(by_urgency([*rest, *newest.values()], paris_day(moment)))


def _stories(
    items: Sequence[Item],
    verdicts: dict[str, Verdict],
    deadlines: Sequence[Deadline],
    authority: Mapping[str, float],
    moment: datetime,
) -> Iterable[Story]:
    """Relevant and doubtful items, each story once: the item that stands for a cluster, or the best of it that is here."""
    due = {one: deadline for deadline in reversed(deadlines) for one in deadline.item_ids}
    clusters: dict[str, list[Item]] = {}
    for item in items:
        verdict = verdicts.get(item.id)
        if verdict is not None and (verdict.relevant or verdict.maybe):
            clusters.setdefault(item.cluster, []).append(item)
    for head, members in clusters.items():
        members.sort(key=lambda item: (item.id != head, item.date, item.id))
        best, others = members[0], members[1:]
        also = dict.fromkeys((one.publisher, one.url) for one in others if one.publisher != best.publisher)
        deadline = next((due[one.id] for one in members if one.id in due), None)
        highest = max(authority.get(one.source_id, AUTHORITY["press"]) for one in members)
        story = story_of(best, verdicts[best.id], tuple(also), deadline, moment, highest)
        seen = max(one.first_seen for one in members)
        yield replace(story, members=tuple(one.id for one in others), seen=seen)


def story_of(
    item: Item,
    verdict: Verdict,
    also: tuple[tuple[str, str], ...],
    deadline: Deadline | None,
    moment: datetime,
    authority: float = AUTHORITY["press"],
) -> Story:
    """An item with its summary, its facts as chips, and how important it is."""
    from watchbot.extract.facts import extract_facts

    text = f"{item.title}. {item.summary} {item.body[:3000]}"
    facts = extract_facts(text, paris_day(item.date))
    wanted = {FactKind.AMOUNT: 2, FactKind.DEADLINE: 1}
    chips: dict[tuple[str, str], str] = {}
    for fact in facts:
        new = (fact.kind.value, fact.value) not in chips
        if new and wanted.get(fact.kind, 0) > 0 and fact.confidence >= 0.8 and len(fact.quote) < 60:
            wanted[fact.kind] -= 1
            before = text[max(0, fact.start - 60) : fact.start]
            chip = amount_chip(fact.quote, before) if fact.kind is FactKind.AMOUNT else due_chip(fact.quote)
            chips[fact.kind.value, fact.value] = chip
    return Story(
        item=item,
        verdict=verdict,
        summary=summarise(item.title, item.summary, item.body),
        chips=tuple(chips.values()),
        due=deadline.due if deadline else None,
        also=also,
        importance=_importance(item, verdict, also, deadline, moment, authority),
    )


def _importance(
    item: Item,
    verdict: Verdict,
    also: Sequence[object],
    deadline: Deadline | None,
    moment: datetime,
    authority: float,
) -> float:
    """Order within the main topic (see `watchbot.classify.importance`); a reader's interests come in when composing."""
    signals = Signals(
        id=item.id,
        published=item.date,
        sureness=max((verdict.scores.get(topic, 0.0) for topic in verdict.topics[:1]), default=0.0),
        authority=authority,
        due=deadline.due if deadline else None,
        publishers=1 + len(also),
    )
    return importance(signals, moment)
