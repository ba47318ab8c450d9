"""How often a source is visited: as often as it publishes, within bounds. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from watchbot.model import Attempt, Source

# No source is left alone for longer; references that people are alerted of, no longer than a day.
LONGEST = timedelta(days=7)
LONGEST_TRACKED = timedelta(days=1)
# A failing source is asked less and less often, but no more rarely than this, so that its return is noticed.
LONGEST_FAILING = timedelta(days=1)
# A source is visited so many times in the time between two of its publications.
VISITS_A_GAP = 8
DATES_USED = 12
JITTER = 0.1


def usual_gap(dates: Sequence[datetime]) -> timedelta | None:
    """The usual time between two days of publication (the median over the newest dozen), or None with fewer than three.

    Several items of one day count as one publication. Dates may come in any order.
    """
    days = sorted({moment.date() for moment in dates}, reverse=True)[:DATES_USED]
    if len(days) < 3:
        return None
    return timedelta(days=float(median((newer - older).days for newer, older in pairwise(days))))


def interval(source: Source, dates: Sequence[datetime], attempts: Sequence[Attempt], now: datetime) -> timedelta:
    """The time to leave between two visits.

    Args:
        source: its `every` is the least.
        dates: when its items were published (or first seen), in any order.
        attempts: past visits, the newest first.
        now: the time of day.
    """
    longest = max(source.every, LONGEST_TRACKED if source.tracked else LONGEST)
    failures = _failures(attempts)
    wanted = _gap(dates, attempts, now)
    chosen = source.every if wanted is None else max(source.every, min(wanted / VISITS_A_GAP, longest))
    if failures:
        doubled = source.every * 2 ** min(failures - 1, 16)
        chosen = max(min(doubled, max(LONGEST_FAILING, source.every)), min(chosen, LONGEST_FAILING), source.every)
    return chosen


def needs_history(dates: Sequence[datetime], attempt: Attempt) -> bool:
    """Whether more than the last visit must be known to tell when the next is due."""
    return not attempt.ok or usual_gap(dates) is None


def next_due(
    source: Source,
    dates: Sequence[datetime],
    attempts: Sequence[Attempt],
    now: datetime,
    retry_at: datetime | None = None,
) -> datetime:
    """When a source that was just visited is to be visited next.

    A tenth at most is added, by chance that depends only on the source and the day, so that sources spread out.

    Args:
        source: the source.
        dates: when its items were published (or first seen), in any order; one a day is enough.
        attempts: past visits, the newest first, the one just made included; that one alone unless `needs_history`.
        now: the time of day.
        retry_at: not before this (the server's Retry-After).
    """
    chosen = interval(source, dates, attempts, now)
    due = now + chosen * (1 + JITTER * _chance(source.id, now))
    return due if retry_at is None else max(due, retry_at)


def _gap(dates: Sequence[datetime], attempts: Sequence[Attempt], now: datetime) -> timedelta | None:
    """The time expected between two publications; longer for one that has been silent for longer than usual."""
    gap = usual_gap(dates)
    if gap is not None:
        silence = now - max(dates)
        return max(gap, silence / 2)
    # Nothing is dated (a reference page, a young source): how long visits have been bringing nothing stands in.
    quiet_since = None
    for attempt in attempts:
        if attempt.ok and (attempt.items_new or attempt.items_edited or attempt.changes):
            break
        quiet_since = attempt.started_at
    if quiet_since is None or len(attempts) < 3:
        return None
    return now - quiet_since


def _failures(attempts: Sequence[Attempt]) -> int:
    """How many visits have failed in a row, the newest first."""
    count = 0
    for attempt in attempts:
        if attempt.ok:
            break
        count += 1
    return count


def _chance(source_id: str, now: datetime) -> float:
    """A number in [0, 1) that depends only on the source and the day."""
    digest = hashlib.sha256(f"{source_id} {now.date().isoformat()}".encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32
