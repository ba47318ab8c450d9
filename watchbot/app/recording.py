"""Recording what visits brought: items, versions, events, validators and the attempts, in one transaction a batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from watchbot.errors import ParseError, StoreError
from watchbot.french_dates import paris_day
from watchbot.model import Attempt, Change, Source
from watchbot.store.items import Saved

if TYPE_CHECKING:
    from watchbot.collect.collected import Collected
    from watchbot.store import Store

Clock = Callable[[], datetime]


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


class Recorder:
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
            visits = [(self._sources[collected.source_id], collected) for collected in batch]
            record_visits(self._store, visits, self._clock, self._report)

    def close(self) -> None:
        """Close the connection."""
        self._store.close()


def record_visits(
    store: Store, visits: Sequence[tuple[Source, Collected]], clock: Clock, report: CollectReport
) -> None:
    """Record all that some visits brought, in one transaction.

    A fault met in what one source brought is recorded as a failed visit of that source and stops nothing else.
    """
    try:
        with store.transaction():
            recorded = _record(store, visits, clock)
    except StoreError:
        raise
    except Exception as error:  # noqa: BLE001 - a fault in one source must not stop the round
        if len(visits) > 1:
            for visit in visits:
                record_visits(store, [visit], clock, report)
            return
        recorded = [_record_crash(store, *visits[0], error, clock)]
    for one in recorded:
        _tell(report, one)


@dataclass(frozen=True, slots=True)
class _Recorded:
    """What recording one visit came to."""

    collected: Collected
    attempt: Attempt
    saved: Saved = field(default_factory=Saved)
    changes: Sequence[Change] = ()
    problems: Sequence[str] = ()


def _record(store: Store, visits: Sequence[tuple[Source, Collected]], clock: Clock) -> list[_Recorded]:
    answers = [(source, collected.items, collected.attempt.started_at) for source, collected in visits]
    recorded = []
    for (source, collected), saved in zip(visits, store.items.save_all(answers), strict=True):
        attempt = collected.attempt
        changes, problems = _keep_references(store, source, collected, attempt.started_at)
        if saved.new or saved.edited or changes:
            attempt = replace(attempt, items_new=len(saved.new), items_edited=len(saved.edited), changes=len(changes))
        recorded.append(_Recorded(collected, attempt, saved, changes, problems))
    _record_attempts(
        store, [(source, one.attempt, one.collected) for (source, _), one in zip(visits, recorded, strict=True)], clock
    )
    return recorded


def _record_crash(store: Store, source: Source, collected: Collected, error: Exception, clock: Clock) -> _Recorded:
    message = f"what it brought could not be recorded: {type(error).__name__}: {error}"
    attempt = replace(collected.attempt, error="crash", message=message)
    # Without validators, so that the next visit brings everything again.
    _record_attempts(store, [(source, attempt, replace(collected, validators={}, unread=frozenset()))], clock)
    return _Recorded(collected, attempt)


def _record_attempts(store: Store, visits: Sequence[tuple[Source, Attempt, Collected]], clock: Clock) -> None:
    from watchbot.collect.rhythm import needs_history, next_due
    from watchbot.store.sources import Visited

    with store.transaction():
        store.attempts.add_many([attempt for _, attempt, _ in visits])
        changed = {source.id for source, _, collected in visits if collected.items}
        dates = store.sources.publication_days([source.id for source, _, _ in visits], changed)
        longer = [source.id for source, attempt, _ in visits if needs_history(dates[source.id], attempt)]
        history = store.attempts.recent(longer)
        now = clock()
        store.sources.record_all(
            [
                Visited(
                    source=source,
                    attempt=attempt,
                    validators=collected.validators,
                    next_due=next_due(
                        source, dates[source.id], history.get(source.id, [attempt]), now, collected.retry_at
                    ),
                    unread=collected.unread,
                    read=collected.read,
                    days=dates[source.id],
                )
                for source, attempt, collected in visits
            ]
        )


def _tell(report: CollectReport, one: _Recorded) -> None:
    attempt, source = one.attempt, one.collected.source_id
    report.items_seen += len(one.collected.items)
    report.new += one.saved.new
    report.edited += one.saved.edited
    report.changes += one.changes
    report.problems += [f"{source}: {problem}" for problem in (*one.collected.problems, *one.problems)]
    if attempt.ok:
        report.succeeded += 1
        report.not_modified += attempt.not_modified
    else:
        report.failures.append((source, attempt.error, attempt.message))
    if attempt.moved_to:
        report.moved.append((source, attempt.moved_to))


def _keep_references(
    store: Store, source: Source, collected: Collected, seen_at: datetime
) -> tuple[list[Change], list[str]]:
    """Store versions of documents and records; a document that cannot be read is a problem, not a failure."""
    changes: list[Change] = []
    problems: list[str] = []
    if not (collected.documents or collected.records):
        return changes, problems
    from watchbot.track.keeping import keep_document, keep_records

    for document in collected.documents:
        try:
            kept = keep_document(store, source, document, seen_at)
        except ParseError as error:
            problems.append(str(error))
            continue
        changes += kept.changes
        problems += kept.problems
    if collected.records:
        today = paris_day(seen_at)
        kept = keep_records(store, source, collected.records, seen_at, today, complete=not collected.problems)
        changes += kept.changes
        problems += kept.problems
    return changes, problems
