"""Collecting: visit the sources that are due, record each visit whole, tell what is new and what changed.

What one visit brought (items, versions, events, validators, the attempt) is recorded in one transaction: killed at any
point, a round has recorded some visits entirely and the others not at all, and those are still due.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from datetime import datetime
from typing import TYPE_CHECKING

from watchbot.app.recording import Clock, CollectReport, Recorder
from watchbot.french_dates import paris_day
from watchbot.model import FoundItem, Kind, Source

if TYPE_CHECKING:
    from watchbot.collect.round import Visit
    from watchbot.collect.settings import FetchSettings
    from watchbot.config import Watch
    from watchbot.store import Store

__all__ = ["CollectReport", "collect", "expire_registrations", "fetch_settings"]


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
    # What was loaded until now stays: there is no point in looking through it for garbage again and again.
    gc.freeze()
    try:
        asyncio.run(_collect(watch, store, chosen, clock, report, progress))
    finally:
        gc.unfreeze()
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
        recorder = await loop.run_in_executor(writer, lambda: Recorder(store.path, by_id, clock, report))
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


def expire_registrations(watch: Watch, store: Store, moment: datetime, report: CollectReport) -> None:
    """Tell registrations that end soon, from the records on file: time passes even while the export stands still."""
    today = paris_day(moment)
    for source in watch.sources:
        records = store.records.known(source.id) if source.kind is Kind.REGISTER else {}
        if records:
            from watchbot.track.keeping import keep_records

            kept = keep_records(store, source, records.values(), moment, today, complete=False)
            report.changes += kept.changes
