"""From what a source showed to what is kept: a version stored, its change told; in one transaction each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from watchbot.model import Change, Edit, FoundDocument, Record, Snapshot, Source
from watchbot.track.compare import compare
from watchbot.track.document import document_change, has_vanished, renormalised, restored
from watchbot.track.emerging import emerging_change, lists_jobs
from watchbot.track.normalise import NORMALISER, normalise_document
from watchbot.track.record_fields import normalise_record
from watchbot.track.register import Register, record_changes
from watchbot.track.significance import FactReader
from watchbot.track.watch import Watch

if TYPE_CHECKING:
    from watchbot.store import Store

_TOO_FEW = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What keeping did: the changes that are news, the new version if there is one, and problems to tell the operator."""

    changes: tuple[Change, ...] = ()
    snapshot: Snapshot | None = None
    problems: tuple[str, ...] = ()


def keep_document(
    store: Store,
    source: Source,
    document: FoundDocument,
    seen_at: datetime,
    *,
    topics: tuple[str, ...] = (),
    read_facts: FactReader | None = None,
) -> Kept:
    """Store one fetched version of a page or PDF and its change since the last. Idempotent.

    What differs from the last version in nothing that counts (see `compare`) is that version seen again, not a new one. A
    version that is nearly empty (maintenance) is told, and the one after it is compared with the last full one.

    Raises:
        ParseError: The document is neither HTML, PDF nor text.
    """
    topics = topics or source.topics
    normalised = normalise_document(document)
    with store.transaction():
        latest = store.snapshots.current(source.id, document.key, NORMALISER, renormalised)
        edits = compare(latest.text, normalised.text) if latest is not None else []
        if latest is not None and not edits:
            store.snapshots.seen_again(latest, seen_at)
            return Kept()
        recorded = store.snapshots.record(source.id, normalised, document.raw, seen_at)
        if latest is None:
            return Kept(snapshot=recorded.snapshot)
        change = _change(store, latest, recorded.snapshot, edits, seen_at, topics, read_facts)
        added = store.changes.add([change]) if change is not None else ()
    return Kept(changes=added, snapshot=recorded.snapshot)


def _change(
    store: Store,
    previous: Snapshot,
    after: Snapshot,
    edits: list[Edit],
    seen_at: datetime,
    topics: tuple[str, ...],
    read_facts: FactReader | None,
) -> Change | None:
    full = _last_full(store, previous)
    if full is not previous:
        edits = compare(full.text, after.text)
        if not edits:
            return restored(previous, after, seen_at, topics)
    if lists_jobs(after):
        listed = emerging_change(full, after, seen_at, topics)
        if listed is not None:
            return listed
    return document_change(full, after, seen_at, topics=topics, read_facts=read_facts, edits=edits)


def _last_full(store: Store, previous: Snapshot) -> Snapshot:
    """The version to compare with: the previous one, or the one before it when the previous one had vanished."""
    if previous.version < 2:
        return previous
    earlier = [
        one for one in store.snapshots.versions(previous.key, previous.source_id) if one.version < previous.version
    ]
    return earlier[-1] if earlier and has_vanished(earlier[-1].text, previous.text) else previous


def keep_records(
    store: Store,
    source: Source,
    records: Iterable[Record],
    seen_at: datetime,
    today: date,
    *,
    follows: Callable[[Record], bool] | None = None,
    complete: bool = True,
    topics: tuple[str, ...] = (),
    read_facts: FactReader | None = None,
) -> Kept:
    """Store the followed records of a register as seen now, and their events. Idempotent.

    Args:
        store: The watch's store.
        source: The register.
        records: The followed records that the export lists.
        seen_at: When it was fetched.
        today: The day in France.
        follows: Says of a known record whether the watch still asks for it: one that it no longer asks for is forgotten, not
            withdrawn. By default what the source's options say (see `watch.Watch`).
        complete: False if the export was cut short: then nothing counts as withdrawn.
        topics: Topics that the events bear on; by default those of the source.
        read_facts: How facts are read from texts.
    """
    follows = follows or Watch.from_options(source.options).follows
    after = {record.number: record for record in records}
    known = store.records.known(source.id)
    before = {number: record for number, record in known.items() if number in after or follows(record)}
    problems = []
    if complete and before and len(after.keys() & before.keys()) < _TOO_FEW * len(before):
        problems.append(
            f"{source.id}: the export lists {len(after)} followed records where {len(before)} were known; taken for a damaged export, none is withdrawn"
        )
        complete = False
    gone = [number for number in before if number not in after] if complete else []
    register = Register(source_id=source.id, detected_at=seen_at, topics=topics or source.topics, read_facts=read_facts)
    with store.transaction():
        found = [
            change
            for number in (*after, *gone)
            for change in _record_events(
                store, register, before.get(number), after.get(number), today, first_load=not known
            )
        ]
        store.records.save(source.id, after.values(), seen_at)
        store.records.withdraw(source.id, gone, seen_at)
        added = store.changes.add(found)
    return Kept(changes=added, problems=tuple(problems))


def _record_events(
    store: Store, register: Register, before: Record | None, after: Record | None, today: date, *, first_load: bool
) -> tuple[Change, ...]:
    before_id = after_id = None
    if after is not None:
        normalised, raw = normalise_record(after)
        recorded = store.snapshots.record(register.source_id, normalised, raw, register.detected_at)
        before_id = recorded.previous.id if recorded.previous else None
        after_id = recorded.snapshot.id
    elif before is not None:
        latest = store.snapshots.latest(register.source_id, before.number)
        before_id = latest.id if latest else None
    return record_changes(before, after, today, register, first_load=first_load, before_id=before_id, after_id=after_id)
