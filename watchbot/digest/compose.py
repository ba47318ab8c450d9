"""From stories, changes and deadlines to the digest of one reader. Pure: the same input gives the same bytes."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from watchbot.digest.french import NBSP, PARIS, clean, days_left, joined, long_date, period, plural, typeset
from watchbot.digest.model import Bar, ChangeEntry, Digest, DueLine, Entry, Passage, Section, Story
from watchbot.model import REGIONS, Change, Deadline, Edition, Significance, Subscriber

MAX_DEADLINES = 8
MAX_CHANGES = 12
MAX_PASSAGES = 3
MAX_DOUBTFUL = 8
AHEAD = timedelta(days=120)
URGENT = 31
WORDS_A_MINUTE = 230
TITLE = 160
PASSAGE = 320
_OF_CHANGE = "change-"
_NUMBER = re.compile(r"\b(?:RS|RNCP) ?\d+")
_WORD = re.compile(r"\w{3,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """All that the issue of an edition can tell, prepared once for all of its readers.

    `stories` are the relevant ones (and the doubtful), each story once; `background` are older ones with deadlines ahead; `publishers` names the publisher of each source id.
    """

    stories: tuple[Story, ...]
    changes: tuple[Change, ...]
    deadlines: tuple[Deadline, ...]
    topics: Mapping[str, str]
    publishers: Mapping[str, str]
    watch: str
    background: tuple[Story, ...] = ()
    counts: Mapping[str, int] | None = None
    counts_before: Mapping[str, int] | None = None


def compose(
    edition: Edition,
    material: Material,
    *,
    now: datetime,
    reader: Subscriber | None = None,
    sent: Collection[str] = frozenset(),
) -> Digest:
    """The digest of one reader.

    Args:
        edition: what the edition holds, and how much of it.
        material: what there is to tell.
        now: the moment of the issue, aware.
        reader: whose preferences count; None for the edition as it is (previews, the archive).
        sent: ids that the reader was told already: they do not come again.
    """
    today = now.astimezone(PARIS).date()
    topics = _wanted_topics(edition, reader, material.topics)
    stories = [s for s in material.stories if s.item.id not in sent and _wanted(s, edition, reader, topics)]
    changes = _changes(material, topics, reader, sent)
    sections = _sections(edition, [s for s in stories if s.verdict.relevant], topics, material.topics, reader)
    known = (*material.stories, *material.background)
    concerned = {s.item.id for s in known if s.verdict.relevant and _wanted(s, edition, reader, topics)}
    deadlines = _deadlines(material, today, concerned)
    shown = "peut-etre" in edition.sections
    doubtful = tuple(_entry(s, material.topics, reader) for s in stories if s.verdict.maybe and not s.verdict.relevant)
    told_changes = changes if "changements" in edition.sections else ()
    digest = Digest(
        edition=edition.id,
        issue=issue_id(edition, now),
        title=edition.name,
        watch=material.watch,
        period=typeset(f"Veille {period(today - edition.period, today)}"),
        date=now,
        preheader="",
        reading="",
        why=_why_received(edition, reader, material.topics),
        deadlines=deadlines if "echeances" in edition.sections else (),
        changes=told_changes,
        sections=sections if "themes" in edition.sections else (),
        doubtful=doubtful[:MAX_DOUBTFUL] if shown else (),
        figures=_figures(material) if edition.figures else (),
        order=edition.sections,
        minimum=edition.minimum,
    )
    return _with_lead(digest)


def issue_id(edition: Edition, now: datetime) -> str:
    """The name of an issue: the French day it is for. One edition has one issue a day."""
    return f"{edition.id}-{now.astimezone(PARIS).date().isoformat()}"


# ------------------------------------------------------------------------------------------ what is wanted


def _wanted_topics(edition: Edition, reader: Subscriber | None, names: Mapping[str, str]) -> tuple[str, ...]:
    """Topics in the order to show them: the reader's own choice first, within what the edition has."""
    allowed = edition.topics or tuple(names)
    if reader is None or not reader.topics:
        return tuple(allowed)
    return tuple(topic for topic in reader.topics if topic in allowed)


def _wanted(story: Story, edition: Edition, reader: Subscriber | None, topics: Sequence[str]) -> bool:
    item = story.item
    regions = reader.regions if reader and reader.regions else edition.regions
    # An item of no region or of no kind of production concerns everyone.
    if regions and item.region and item.region not in regions:
        return False
    kinds = reader.kinds if reader and reader.kinds else edition.kinds
    if kinds and item.productions and not set(kinds) & set(item.productions):
        return False
    if reader and reader.languages and item.language not in reader.languages:
        return False
    return story.verdict.maybe or any(topic in topics for topic in story.verdict.topics)


def _why_received(edition: Edition, reader: Subscriber | None, names: Mapping[str, str]) -> str:
    if reader is None:
        return typeset(f"Vous lisez l’édition « {edition.name} ».")
    chosen = [f"« {names[topic]} »" for topic in reader.topics if topic in names]
    parts = [f"vous êtes abonné·e à l’édition « {edition.name} »"]
    if chosen:
        parts.append("vos thèmes sont " + joined(chosen))
    if reader.regions:
        parts.append("vos régions, " + joined([REGIONS.get(region, region) for region in reader.regions]))
    return typeset(f"Vous recevez ce message parce que {' ; '.join(parts)}.")


# ------------------------------------------------------------------------------------------ sections


def _sections(
    edition: Edition,
    stories: Sequence[Story],
    topics: Sequence[str],
    names: Mapping[str, str],
    reader: Subscriber | None,
) -> tuple[Section, ...]:
    """Each story once, under its first topic that is wanted; the most important first."""
    grouped: dict[str, list[Story]] = {topic: [] for topic in topics}
    for story in stories:
        home = next((topic for topic in story.verdict.topics if topic in grouped), None)
        if home is not None:
            grouped[home].append(story)
    left = edition.max_items
    sections = []
    for topic in topics:
        ranked = sorted(grouped[topic], key=_rank)
        taken = ranked[: min(edition.max_per_topic, left)]
        left -= len(taken)
        if ranked:
            entries = tuple(_entry(story, names, reader) for story in taken)
            sections.append(Section(id=topic, name=names[topic], entries=entries, more=len(ranked) - len(taken)))
    return tuple(section for section in sections if section.entries)


def _rank(story: Story) -> tuple[float, float, str]:
    return (-story.importance, -story.item.date.timestamp(), story.item.id)


def _entry(story: Story, names: Mapping[str, str], reader: Subscriber | None) -> Entry:
    item = story.item
    return Entry(
        id=item.id,
        title=typeset(clean(item.title, TITLE)),
        url=item.url,
        publisher=clean(item.publisher, 60),
        day=long_date(item.date),
        summary=typeset(story.summary),
        topics=tuple(names[topic] for topic in story.verdict.topics if topic in names),
        region=REGIONS.get(item.region or "", ""),
        chips=story.chips,
        also=story.also,
        why=_why(story, names, reader),
        explanation=story.explanation,
        language=item.language,
    )


def _why(story: Story, names: Mapping[str, str], reader: Subscriber | None) -> str:
    """Why this story is in this digest, in one line."""
    reasons = []
    if reader is not None:
        followed = [
            f"« {names[topic]} »" for topic in story.verdict.topics if topic in reader.topics and topic in names
        ]
        if followed:
            reasons.append("vous suivez " + joined(followed))
        if story.item.region in reader.regions:
            reasons.append(f"vous suivez la région {REGIONS[story.item.region or '']}")
    if not reasons and story.verdict.topics:
        reasons.append(f"thème « {names.get(story.verdict.topics[0], story.verdict.topics[0])} »")
    if story.due is not None:
        reasons.append("une échéance approche")
    if story.also:
        reasons.append(f"repris par {plural(len(story.also), 'autre éditeur', 'autres éditeurs')}")
    return typeset("Ici parce que : " + " ; ".join(reasons)) if reasons else ""


def _changes(
    material: Material, topics: Sequence[str], reader: Subscriber | None, sent: Collection[str]
) -> tuple[ChangeEntry, ...]:
    """Changes as they come (the most pressing first); a change of no topic concerns everyone."""
    wanted = [
        change
        for change in material.changes
        if change.id not in sent and (reader is None or not change.topics or set(change.topics) & set(topics))
    ]
    return tuple(_change(change, material) for change in wanted[:MAX_CHANGES])


def _change(change: Change, material: Material) -> ChangeEntry:
    passages = tuple(
        Passage(
            where=typeset(clean(" › ".join((*edit.path, *_field(edit.label))), 120)),
            before=typeset(clean(edit.before, PASSAGE)),
            after=typeset(clean(edit.after, PASSAGE)),
        )
        for edit in change.edits
        if edit.before or edit.after
    )
    return ChangeEntry(
        id=change.id,
        title=typeset(clean(change.title, TITLE)),
        url=change.url,
        publisher=clean(material.publishers.get(change.source_id, ""), 60),
        day=long_date(change.detected_at),
        significance=change.significance.value,
        substantive=change.significance is Significance.SUBSTANTIVE,
        reasons=tuple(typeset(clean(reason, 200)) for reason in change.reasons[:6]),
        passages=passages[:MAX_PASSAGES],
        more=max(0, len(passages) - MAX_PASSAGES),
    )


def _field(label: str) -> tuple[str, ...]:
    """The name of the field or column that changed; other labels say no more than the section does."""
    kind, _, name = label.partition(" ")
    return (name,) if kind in {"champ", "colonne"} and name else ()


def _deadlines(material: Material, today: date, wanted: Collection[str]) -> tuple[DueLine, ...]:
    """Deadlines of wanted stories, of tracked references and of registers, soonest first."""
    found = [
        _due_of_change(change, material, today)
        for change in material.changes
        if change.due is not None and today <= change.due <= today + AHEAD
    ]
    for deadline in material.deadlines:
        concerned = not deadline.item_ids or any(one in wanted for one in deadline.item_ids)
        if concerned and today <= deadline.due <= today + AHEAD:
            found.append(_due_line(deadline, material, today))
    lines: list[DueLine] = []
    for line in found:
        if not any(_same_subject(line, other) for other in lines):
            lines.append(line)
    return tuple(sorted(lines, key=_pressing))[:MAX_DEADLINES]


def _pressing(line: DueLine) -> tuple[bool, date, str]:
    """Registrations and references that end within the month first, whatever else is due; then the soonest."""
    return (not (line.urgent and line.id.startswith(_OF_CHANGE)), line.due, line.id)


def _same_subject(line: DueLine, other: DueLine) -> bool:
    """Whether two lines of one day speak of the same thing: the same register number, or titles that begin alike."""
    if line.due != other.due:
        return False
    numbers = set(_NUMBER.findall(line.title))
    if numbers:
        return bool(numbers & set(_NUMBER.findall(other.title)))
    first, second = (set(_WORD.findall(one.title.lower())[:4]) for one in (line, other))
    return len(first & second) >= 2


def _due_of_change(change: Change, material: Material, today: date) -> DueLine:
    due = change.due or today
    return DueLine(
        id=f"{_OF_CHANGE}{change.id}",
        due=due,
        day=long_date(due),
        left=days_left(due, today),
        title=typeset(clean(change.title, TITLE)),
        quote=typeset(clean(change.reasons[0], 200)) if change.reasons else "",
        url=change.url,
        publisher=clean(material.publishers.get(change.source_id, ""), 60),
        urgent=(due - today).days <= URGENT,
    )


def _due_line(deadline: Deadline, material: Material, today: date) -> DueLine:
    publishers = dict.fromkeys(material.publishers.get(source, source) for source in deadline.source_ids)
    return DueLine(
        id=deadline.uid,
        due=deadline.due,
        day=long_date(deadline.due),
        left=days_left(deadline.due, today),
        title=typeset(clean(deadline.title, TITLE)),
        quote=typeset(clean(deadline.quote, 200)),
        url=deadline.url,
        publisher=clean(joined(list(publishers)[:3]), 80),
        previous=long_date(deadline.previous) if deadline.previous else "",
        urgent=(deadline.due - today).days <= URGENT,
    )


def _figures(material: Material) -> tuple[Bar, ...]:
    counts = material.counts or {}
    before = material.counts_before or {}
    largest = max([*counts.values(), 1])
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(
        Bar(label=material.topics[t], count=n, percent=round(100 * n / largest), before=before.get(t))
        for t, n in ordered
        if t in material.topics and n
    )


# ------------------------------------------------------------------------------------------ lead


def _with_lead(digest: Digest) -> Digest:
    parts = []
    if digest.deadlines:
        parts.append(plural(len(digest.deadlines), "échéance"))
    if digest.changes:
        parts.append(plural(len(digest.changes), "changement"))
    if digest.entries:
        parts.append(plural(len(digest.entries), "nouvelle"))
    first = digest.deadlines[0] if digest.deadlines else None
    lead = joined(parts) or "Rien de nouveau"
    preheader = f"{lead}. À noter : {first.title}, {first.left}." if first and first.urgent else f"{lead}."
    return replace(digest, preheader=typeset(clean(preheader, 180)), reading=_reading(digest, lead))


def _reading(digest: Digest, lead: str) -> str:
    texts = [f"{e.title} {e.summary}" for e in digest.entries]
    texts += [f"{d.title} {d.quote}" for d in digest.deadlines]
    texts += [f"{c.title} {' '.join(c.reasons)}" for c in digest.changes]
    minutes = max(1, round(sum(len(text.split()) for text in texts) / WORDS_A_MINUTE))
    return f"{lead} · {plural(minutes, 'minute')} de lecture".replace("de lecture", f"de{NBSP}lecture")
