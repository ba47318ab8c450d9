"""The history of a reference: its versions, when each was in force, what changed, and the news that speak of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from watchbot.errors import UsageError
from watchbot.french_dates import paris_day
from watchbot.model import Change, FactKind, Item, Record, Snapshot
from watchbot.track.emerging import JobRow, jobs_history
from watchbot.track.render_text import event_name
from watchbot.track.significance import FactReader
from watchbot.track.typography import NBSP, french, numeric_date
from watchbot.track.validity import validity

if TYPE_CHECKING:
    from watchbot.store import Store

_STATED_ROLES = frozenset({"entree-en-vigueur", "validite"})
_STATED = 5
_READ = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version: seen from `first_seen` to `last_seen`, followed by another at `until` (None for the newest).

    `stated` quotes the dates in force that the text itself gives.
    """

    snapshot: Snapshot
    until: datetime | None
    stated: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """All that is known of a reference's history. `validity` is set for register records, `jobs` for lists of emerging jobs; lists are oldest first."""

    reference: str
    title: str
    url: str
    versions: tuple[Version, ...]
    changes: tuple[Change, ...]
    mentions: tuple[Item, ...]
    validity: str = ""
    jobs: tuple[JobRow, ...] = ()


def build_timeline(
    reference: str,
    snapshots: Sequence[Snapshot],
    changes: Sequence[Change],
    mentions: Sequence[Item] = (),
    *,
    record: Record | None = None,
    today: date | None = None,
    read_facts: FactReader | None = None,
) -> Timeline:
    """Put a reference's history together.

    Args:
        reference: The name it was asked by: a source's id, a document's key or a register number.
        snapshots: Its versions, in any order.
        changes: Its changes and events, in any order.
        mentions: News items that speak of it.
        record: Its register record, if it is one.
        today: The day in France, needed with `record`.
        read_facts: How dates in force are read from a text; none are without it.

    Raises:
        UsageError: Nothing is known of the reference.
    """
    if not snapshots and not changes:
        message = (
            f"nothing is tracked under {reference!r}; `watchbot sources` lists sources, `watchbot changes` what changed"
        )
        raise UsageError(message)
    ordered = sorted(snapshots, key=lambda one: (one.first_seen, one.id))
    newest = ordered[-1] if ordered else None
    return Timeline(
        reference=reference,
        title=newest.title if newest else changes[0].title,
        url=newest.url if newest else changes[0].url,
        versions=tuple(_version(one, ordered, read_facts) for one in ordered),
        changes=tuple(sorted(changes, key=lambda one: (one.detected_at, one.id))),
        mentions=tuple(sorted(mentions, key=lambda one: (one.date, one.id))),
        validity=validity(record, today) if record is not None and today is not None else "",
        jobs=jobs_history(ordered),
    )


def timeline_of(
    store: Store,
    reference: str,
    today: date,
    mentions: Sequence[Item] = (),
    *,
    read_facts: FactReader | None = None,
) -> Timeline:
    """The history of what the store knows under a source's id, a document's key or a register number (in any case).

    Raises:
        UsageError: Nothing is known of the reference, or a source has several documents (they are listed).
    """
    key = _key_of(store, reference)
    return build_timeline(
        reference,
        store.snapshots.versions(key),
        store.changes.list(key=key),
        mentions,
        record=store.records.get(key),
        today=today,
        read_facts=read_facts,
    )


def _key_of(store: Store, reference: str) -> str:
    for candidate in dict.fromkeys((reference, reference.upper().replace(" ", ""))):
        if store.snapshots.versions(candidate) or store.changes.list(key=candidate, limit=1):
            return candidate
    keys = [key for _, key, _, _ in store.snapshots.references(reference)]
    if len(keys) > 1:
        listed = "\n".join(f"  {key}" for key in keys[:50])
        message = f"the source {reference!r} has {len(keys)} documents; name one of them:\n{listed}"
        raise UsageError(message)
    return keys[0] if keys else reference


def _version(snapshot: Snapshot, ordered: Sequence[Snapshot], read_facts: FactReader | None) -> Version:
    following = [one for one in ordered if one.source_id == snapshot.source_id and one.version == snapshot.version + 1]
    return Version(
        snapshot=snapshot,
        until=following[0].first_seen if following else None,
        stated=_stated(snapshot.text[:_READ], read_facts) if read_facts else (),
    )


def _stated(text: str, read_facts: FactReader) -> tuple[str, ...]:
    kinds = {FactKind.DEADLINE, FactKind.DATE}
    quotes = [fact.quote for fact in read_facts(text) if fact.kind in kinds and fact.role in _STATED_ROLES]
    return tuple(french(quote) for quote in dict.fromkeys(quotes))[:_STATED]


# ------------------------------------------------------------------------------------------ text and JSON


def timeline_text(timeline: Timeline) -> str:
    """Render a history as plain text in French, newest first."""
    lines = [
        french(timeline.title),
        *([timeline.url] if timeline.url else []),
        *([timeline.validity] if timeline.validity else []),
    ]
    lines += ["", "Versions"]
    lines += [f"  {version_line(version)}" for version in reversed(timeline.versions)] or [
        "  (aucune version conservée)"
    ]
    if timeline.jobs:
        lines += ["", "Métiers"]
        lines += [f"  {job.state:6} {job.title} ({years_told(job)})" for job in timeline.jobs]
    lines += ["", "Chronologie"]
    for moment, kind, told in reversed(entries(timeline)):
        lines.append(f"  {numeric_date(paris_day(moment))}  {kind}{NBSP}: {told}")
    return "\n".join(lines) + "\n"


def years_told(job: JobRow) -> str:
    """The years in which a job was listed: `2023, 2024 et 2025`."""
    years = [str(year) for year in job.years]
    return " et ".join([part for part in (", ".join(years[:-1]), *years[-1:]) if part])


def version_line(version: Version) -> str:
    """One version in a line: `version 2, vue du 16/11/2026 au 23/11/2026 (« valable jusqu’au 31 décembre 2027 »)`."""
    one = version.snapshot
    seen = f"du {numeric_date(paris_day(one.first_seen))} au {numeric_date(paris_day(one.last_seen))}"
    stated = f" ({' ; '.join(version.stated)})" if version.stated else ""
    current = "" if version.until else ", en cours"
    return f"version {one.version}, vue {seen}{current}{stated}"


def entries(timeline: Timeline) -> list[tuple[datetime, str, str]]:
    """Everything dated, oldest first, as (moment, kind of entry, what happened)."""
    found = [
        (version.snapshot.first_seen, "Première version vue", french(version.snapshot.title))
        for version in timeline.versions[:1]
    ]
    found += [
        (change.detected_at, f"{event_name(change)} ({change.significance.value})", " ; ".join(change.reasons))
        for change in timeline.changes
    ]
    found += [
        (
            item.date,
            f"Actualité ({item.publisher})" if item.publisher else "Actualité",
            f"{french(item.title)} – {item.url}",
        )
        for item in timeline.mentions
    ]
    return sorted(found, key=lambda entry: entry[0])


def timeline_data(timeline: Timeline) -> dict[str, Any]:
    """The history as plain data for JSON: dates in ISO 8601, texts of versions left out (their `digest` names them)."""
    return {
        "reference": timeline.reference,
        "title": timeline.title,
        "url": timeline.url,
        "validity": timeline.validity,
        "versions": [
            {
                "version": version.snapshot.version,
                "source": version.snapshot.source_id,
                "snapshot": version.snapshot.id,
                "digest": version.snapshot.digest,
                "first_seen": version.snapshot.first_seen.isoformat(),
                "last_seen": version.snapshot.last_seen.isoformat(),
                "until": version.until.isoformat() if version.until else None,
                "stated": list(version.stated),
            }
            for version in timeline.versions
        ],
        "jobs": [{"state": job.state, "title": job.title, "years": list(job.years)} for job in timeline.jobs],
        "changes": [
            {
                "id": change.id,
                "event": change.event,
                "detected_at": change.detected_at.isoformat(),
                "significance": change.significance.value,
                "reasons": list(change.reasons),
                "due": change.due.isoformat() if change.due else None,
                "before": change.before_id,
                "after": change.after_id,
            }
            for change in timeline.changes
        ],
        "mentions": [
            {
                "id": item.id,
                "date": item.date.isoformat(),
                "title": item.title,
                "url": item.url,
                "publisher": item.publisher,
            }
            for item in timeline.mentions
        ],
    }
