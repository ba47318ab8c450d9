"""Collecting: visit the sources that are due, record each visit whole, tell what is new and what changed.

What one visit brought (items, versions, events, validators, the attempt) is recorded in one transaction: killed at any
point, a round has recorded some visits entirely and the others not at all, and those are still due.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from watchbot.errors import ParseError, StoreError
from watchbot.model import Attempt, Change, FoundItem, Kind, Source
from watchbot.store.items import Saved

if TYPE_CHECKING:
    from watchbot.collect.collected import Collected
    from watchbot.collect.round import Visit
    from watchbot.collect.settings import FetchSettings
    from watchbot.config import Watch
    from watchbot.store import Store

Clock = Callable[[], datetime]
PARIS = ZoneInfo("Europe/Paris")


@dataclass(slots=True, kw_only=True)
class CollectReport:
    """What a round of visits did."""

    sources: int = 0
    succeeded: int = 0
    not_modified: int = 0
    items_seen: int = 0
    new: list[str] = field(default_factory=list)
    edited: list[str] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    failures: list[tuple[str, str, str]] = field(default_factory=list)
    moved: list[tuple[str, str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def partial(self) -> bool:
        """Whether some source could not be collected."""
        return bool(self.failures)


def fetch_settings(watch: Watch) -> FetchSettings:
    """The fetcher's manners, as the watch's `[collect]` table and environment say."""
    from watchbot.collect.settings import FetchSettings

    table = watch.collect
    recorded = watch.settings.recorded_web
    return FetchSettings(
        contact=table.contact,
        total_timeout=table.timeout,
        max_bytes=table.max_bytes,
        per_host=table.per_host,
        # A recorded web is on this machine: there is no server to spare.
        min_delay=0.0 if recorded else table.min_delay,
        allow_private=frozenset(table.allow_private),
        recorded=recorded,
    )


def collect(
    watch: Watch,
    store: Store,
    *,
    clock: Clock,
    only: Sequence[str] = (),
    due_only: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> CollectReport:
    """Visit sources and record what they brought.

    Args:
        watch: the watch.
        store: its database.
        clock: gives the present.
        only: ids of the sources to visit; all when empty.
        due_only: leave out sources whose rhythm says that it is too early; never with `only`.
        progress: told (visits done, visits in all).
    """
    chosen = [watch.source(one) for one in only] if only else list(watch.sources)
    if due_only and not only:
        chosen = store.sources.due(chosen, clock())
    else:
        chosen = [source for source in chosen if source.enabled or only]
    report = CollectReport(sources=len(chosen))
    asyncio.run(_collect(watch, store, chosen, clock, report, progress))
    expire_registrations(watch, store, clock(), report)
    return report


async def _collect(
    watch: Watch,
    store: Store,
    chosen: Sequence[Source],
    clock: Clock,
    report: CollectReport,
    progress: Callable[[int, int], None] | None,
) -> None:
    from watchbot.collect.fetch import Fetcher
    from watchbot.collect.round import collect_batches

    by_id = {source.id: source for source in chosen}
    done = 0
    loop = asyncio.get_running_loop()
    # SQLite writes in a thread of its own, with a connection of its own, while the next answers are fetched and read.
    with ThreadPoolExecutor(1, thread_name_prefix="store") as writer:
        recorder = await loop.run_in_executor(writer, lambda: _Recorder(store.path, by_id, clock, report))
        try:
            async with Fetcher(fetch_settings(watch), clock=clock, env=watch.environ) as fetcher:
                batches = collect_batches(chosen, fetcher, prepare=_prepare(store, chosen))
                async with aclosing(batches):
                    async for batch in batches:
                        await loop.run_in_executor(writer, recorder.record, batch)
                        done += len(batch)
                        if progress is not None:
                            progress(done, len(chosen))
        finally:
            await loop.run_in_executor(writer, recorder.close)


class _Recorder:
    """Records visits over a connection of its own. Belongs to the thread that makes it."""

    def __init__(self, path: Path, sources: Mapping[str, Source], clock: Clock, report: CollectReport) -> None:
        from watchbot.store import Store

        self._store = Store(path)
        self._sources = sources
        self._clock = clock
        self._report = report

    def record(self, batch: Sequence[Collected]) -> None:
        """Record a batch of visits in one transaction."""
        with self._store.transaction():
            for collected in batch:
                record_visit(self._store, self._sources[collected.source_id], collected, self._clock, self._report)

    def close(self) -> None:
        """Close the connection."""
        self._store.close()


def _prepare(store: Store, chosen: Sequence[Source]) -> Callable[[Source], Visit]:
    """What is remembered of each source to visit: its state at once, its known addresses if they are asked for."""
    from watchbot.collect.round import Visit

    states = store.sources.states(chosen)

    def prepare(source: Source) -> Visit:
        state = states[source.id]
        urls: frozenset[str] | None = None

        def known(item: FoundItem) -> bool:
            nonlocal urls
            if urls is None:
                urls = store.items.urls_of_source(source.id) - state.unread
            return item.url in urls

        return Visit(source=source, validators=state.validators, known=known)

    return prepare


def record_visit(store: Store, source: Source, collected: Collected, clock: Clock, report: CollectReport) -> None:
    """Record all that one visit brought, in one transaction.

    A fault met in what one source brought is recorded as a failed visit of that source and stops nothing else.
    """
    attempt = collected.attempt
    saved = Saved()
    changes: list[Change] = []
    problems: list[str] = []
    try:
        with store.transaction():
            saved = store.items.save(source, collected.items, attempt.started_at)
            changes, problems = _keep_references(store, source, collected, attempt.started_at)
            attempt = replace(attempt, items_new=len(saved.new), items_edited=len(saved.edited), changes=len(changes))
            _record_attempt(store, source, attempt, collected, clock)
    except StoreError:
        raise
    except Exception as error:  # noqa: BLE001 - a fault in one source must not stop the round
        saved, changes, problems = Saved(), [], []
        message = f"what it brought could not be recorded: {type(error).__name__}: {error}"
        attempt = replace(attempt, error="crash", message=message)
        # Without validators, so that the next visit brings everything again.
        _record_attempt(store, source, attempt, replace(collected, validators={}, unread=frozenset()), clock)
    report.items_seen += len(collected.items)
    report.new += saved.new
    report.edited += saved.edited
    report.changes += changes
    report.problems += [f"{source.id}: {problem}" for problem in (*collected.problems, *problems)]
    if attempt.ok:
        report.succeeded += 1
        report.not_modified += attempt.not_modified
    else:
        report.failures.append((source.id, attempt.error, attempt.message))
    if attempt.moved_to:
        report.moved.append((source.id, attempt.moved_to))


def _record_attempt(store: Store, source: Source, attempt: Attempt, collected: Collected, clock: Clock) -> None:
    from watchbot.collect.rhythm import next_due

    with store.transaction():
        store.attempts.add(attempt)
        dates, attempts = store.sources.dates(source.id), store.attempts.of(source.id)
        store.sources.record(
            source,
            attempt,
            validators=collected.validators,
            next_due=next_due(source, dates, attempts, clock(), collected.retry_at),
            unread=collected.unread,
            read=collected.read,
        )


def _keep_references(
    store: Store, source: Source, collected: Collected, seen_at: datetime
) -> tuple[list[Change], list[str]]:
    """Store versions of documents and records; a document that cannot be read is a problem, not a failure."""
    from watchbot.track.keeping import keep_document, keep_records

    changes: list[Change] = []
    problems: list[str] = []
    for document in collected.documents:
        try:
            kept = keep_document(store, source, document, seen_at)
        except ParseError as error:
            problems.append(str(error))
            continue
        changes += kept.changes
        problems += kept.problems
    if collected.records:
        today = seen_at.astimezone(PARIS).date()
        kept = keep_records(store, source, collected.records, seen_at, today, complete=not collected.problems)
        changes += kept.changes
        problems += kept.problems
    return changes, problems


def expire_registrations(watch: Watch, store: Store, moment: datetime, report: CollectReport) -> None:
    """Tell registrations that end soon, from the records on file: time passes even while the export stands still."""
    from watchbot.track.keeping import keep_records

    today = moment.astimezone(PARIS).date()
    for source in watch.sources:
        if source.kind is Kind.REGISTER:
            records = store.records.known(source.id)
            if records:
                kept = keep_records(store, source, records.values(), moment, today, complete=False)
                report.changes += kept.changes
