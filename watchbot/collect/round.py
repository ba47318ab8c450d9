"""A round: every source that is due, each host in its own lane, results handed on as they come.

Nothing is kept back until the end: whoever records each result as it comes loses, when the round is killed, only the
visits under way, and those sources are still due.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from watchbot.collect.source import Collected, Known, Readers, collect_source, default_readers
from watchbot.model import Source, Validators

if TYPE_CHECKING:
    from watchbot.collect.fetch import Fetcher

# Results that may wait to be recorded; beyond, collecting pauses, so memory stays bounded when the disk is slow.
WAITING_RESULTS = 256
# One transaction's worth, and how long the first of it may wait for the others.
BATCH = 128
LINGER_SECONDS = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One source to visit, with what is remembered of it."""

    source: Source
    validators: Mapping[str, Validators] = field(default_factory=dict)
    known: Known = frozenset()


def visit_anew(source: Source) -> Visit:
    """A visit of a source of which nothing is remembered."""
    return Visit(source=source)


async def collect_round(
    sources: Iterable[Source],
    fetcher: Fetcher,
    *,
    prepare: Callable[[Source], Visit] = visit_anew,
    readers: Readers | None = None,
    seconds: float | None = None,
) -> AsyncGenerator[Collected, None]:
    """Visit sources and yield what each brought, in the order in which they end.

    Whoever leaves before the end should close the generator (`contextlib.aclosing`): that cancels the visits under way.

    Args:
        sources: what to visit; the order within one host is kept.
        fetcher: asks the servers.
        prepare: what is remembered of a source, asked for just before its visit.
        readers: what knows the kinds.
        seconds: after so long no further visit is begun; sources left out are simply still due.
    """
    batches = collect_batches(sources, fetcher, prepare=prepare, readers=readers, seconds=seconds, size=1)
    async with contextlib.aclosing(batches):
        async for batch in batches:
            for collected in batch:
                yield collected


async def collect_batches(
    sources: Iterable[Source],
    fetcher: Fetcher,
    *,
    prepare: Callable[[Source], Visit] = visit_anew,
    readers: Readers | None = None,
    seconds: float | None = None,
    size: int = BATCH,
) -> AsyncGenerator[list[Collected], None]:
    """As `collect_round`, but yields what has come since the last time, at most `size`: one transaction's worth."""
    readers = readers or default_readers()
    stop_at = None if seconds is None else time.monotonic() + seconds
    results: asyncio.Queue[Collected | None] = asyncio.Queue(WAITING_RESULTS)
    per_host = fetcher.settings.per_host

    async def work(lane: deque[Source]) -> None:
        while lane and (stop_at is None or time.monotonic() < stop_at):
            visit = prepare(lane.popleft())
            await results.put(
                await collect_source(visit.source, fetcher, visit.validators, known=visit.known, readers=readers)
            )

    async def work_all() -> None:
        lanes = _lanes(sources).values()
        workers = [asyncio.create_task(work(lane)) for lane in lanes for _ in range(min(per_host, len(lane)))]
        try:
            await asyncio.gather(*workers)
        finally:
            for worker in workers:
                worker.cancel()
            with contextlib.suppress(asyncio.QueueFull):
                results.put_nowait(None)

    running = asyncio.create_task(work_all())
    try:
        while batch := await _batch(results, running, size):
            yield batch
        await running
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def _batch(results: asyncio.Queue[Collected | None], running: asyncio.Task[None], size: int) -> list[Collected]:
    """What has come, waiting for one and a moment for others; empty when all lanes are done."""
    batch: list[Collected] = []
    if results.empty() and running.done():
        return batch
    collected = await results.get()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LINGER_SECONDS):
            while collected is not None:
                batch.append(collected)
                if len(batch) == size or (results.empty() and running.done()):
                    break
                collected = await results.get()
    return batch


def _lanes(sources: Iterable[Source]) -> dict[str, deque[Source]]:
    """Sources by host."""
    lanes: dict[str, deque[Source]] = {}
    for source in sources:
        lanes.setdefault(urlsplit(source.url).netloc.lower(), deque()).append(source)
    return lanes
