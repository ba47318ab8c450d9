"""How sources are doing: who fails, and who has silently gone blind. Pure.

Blind is a source that answers but brings nothing any more: its selector matches nothing, its pages shrank to a wall, its
newest date stands still for far longer than its rhythm. None of that is an error, so nothing else would tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from watchbot.model import Attempt, Health, HealthState, Source, SourceState

# So many visits in a row without anything, where there was something before, are no accident.
EMPTY_VISITS = 3
# So many failures in a row; for those that time does not mend, fewer.
FAILURES = 3
LASTING_FAILURES = 2
LASTING = frozenset(
    {"not-found", "forbidden", "robots", "tls", "dns", "unsafe-address", "private-address", "not-a-feed", "selector"}
    | {"client-error", "redirect-loop", "too-many-redirects", "too-large", "bomb", "crash", "protocol"}
)
# Answers that are walls instead of content (`walls.REASONS`): what is behind them cannot be seen.
BLIND = frozenset({"bot-challenge", "login-required", "cookie-wall", "javascript-required", "access-denied"})
# A page that shrank to less than this part of its usual size, and brought nothing.
SHRUNK = 0.3
# A silence of so many times a gap that is already long for it, and at the very least so many days.
SILENCE_FACTOR = 3
SILENCE_LEAST = timedelta(days=21)
DATES_NEEDED = 6
DATES_USED = 30
# The same trouble is told again only after so long, should the source recover and fall ill again in between.
TELL_AGAIN = timedelta(days=7)

WEEK = timedelta(days=7)
PACE_WEEKS, TREND_WEEKS, BASE_WEEKS = 8, 4, 8


def assess(
    source: Source, state: SourceState | None, attempts: Sequence[Attempt], dates: Sequence[datetime], now: datetime
) -> Health:
    """How a source is doing.

    Args:
        source: the source.
        state: what is remembered of it.
        attempts: past visits, the newest first; three dozen are enough.
        dates: when its items were published (or first seen), in any order; a few hundred are enough.
        now: the time of day.
    """
    what, reason, message = _diagnosis(source, state, attempts, dates, now)
    past = [moment for moment in dates if moment <= now]
    return Health(
        source_id=source.id,
        state=what,
        reason=reason,
        message=message,
        last_attempt=attempts[0].started_at if attempts else None,
        last_success=next((attempt.started_at for attempt in attempts if attempt.ok), None),
        newest=max(past, default=None),
        items_a_week=_within(past, now - PACE_WEEKS * WEEK, now) / PACE_WEEKS,
        trend=_trend(past, now),
        failures=_failures(attempts),
    )


def to_tell(health: Health, state: SourceState, now: datetime) -> bool:
    """Whether the administrator is to be told: of every trouble once, and of the same again only if it came back later.

    Whoever heeds it marks the state as told; when a source is well again, as over.
    """
    troubled = health.state in (HealthState.SUSPECT, HealthState.FAILING, HealthState.DISABLED)
    if not troubled or health.reason == "by-hand":
        return False
    if state.told_at is None or health.reason != state.told:
        return True
    return state.told_over and now - state.told_at > TELL_AGAIN


# ---------------------------------------------------------------------------------------------- diagnosis


def _diagnosis(
    source: Source, state: SourceState | None, attempts: Sequence[Attempt], dates: Sequence[datetime], now: datetime
) -> tuple[HealthState, str, str]:
    if not source.enabled:
        return HealthState.DISABLED, "by-hand", "disabled in sources.toml"
    if state is not None and state.disabled_at is not None:
        message = f"{state.disabled_reason or 'the server says it is gone'}; give it a new address or remove it"
        return HealthState.DISABLED, "gone", message
    if not attempts:
        return HealthState.NEW, "", ""
    return (
        _failing(attempts) or _blind(attempts) or _still(source, attempts, dates, now) or _well(source, state, attempts)
    )


def _failing(attempts: Sequence[Attempt]) -> tuple[HealthState, str, str] | None:
    failures = _failures(attempts)
    last = attempts[0]
    if last.error in BLIND and failures >= LASTING_FAILURES:
        return HealthState.SUSPECT, last.error, last.message
    if failures >= FAILURES or (failures >= LASTING_FAILURES and last.error in LASTING):
        return HealthState.FAILING, last.error, f"{failures} visits in a row failed: {last.message}"
    return None


def _blind(attempts: Sequence[Attempt]) -> tuple[HealthState, str, str] | None:
    """It answers, and used to bring something, and now brings nothing."""
    answers = [attempt for attempt in attempts if attempt.ok and not attempt.not_modified]
    empty = 0
    while empty < len(answers) and answers[empty].items_seen == 0:
        empty += 1
    if not empty:
        return None
    last, before = answers[0], [attempt for attempt in answers[empty:] if attempt.items_seen]
    # An unchanged answer (304) is one more visit that brought nothing, if the last one that changed did not either.
    repeated = sum(attempt.ok and attempt.started_at > last.started_at for attempt in attempts)
    if "finds nothing" in last.message and empty + repeated >= 2:
        return HealthState.SUSPECT, "selector", f"its selector matches nothing any more: {last.message}"
    if empty + repeated < EMPTY_VISITS:
        return None
    usual = median(attempt.page_bytes for attempt in before) if before else 0
    if usual and last.page_bytes < SHRUNK * usual:
        message = (
            f"its page shrank from {usual:,.0f} to {last.page_bytes:,} bytes and holds nothing: a wall, or an error"
        )
        return HealthState.SUSPECT, "shrunk", message
    if before:
        message = f"no item in the last {empty + repeated} visits, where there were {before[0].items_seen} before"
        return HealthState.SUSPECT, "no-items", message
    return (
        HealthState.SUSPECT,
        "never-any",
        f"it has never brought an item: {last.message or 'check kind and selectors'}",
    )


def _still(
    source: Source, attempts: Sequence[Attempt], dates: Sequence[datetime], now: datetime
) -> tuple[HealthState, str, str] | None:
    """Its newest date stands still for far longer than its rhythm."""
    days = sorted({moment.date() for moment in dates if moment <= now})[-DATES_USED:]
    if len(days) < DATES_NEEDED or not attempts[0].ok:
        return None
    gaps = sorted((newer - older).days for older, newer in pairwise(days))
    # Not the very longest: one old entry at the end of a feed would excuse any silence.
    longest = gaps[int(0.9 * (len(gaps) - 1))]
    silence = now.date() - days[-1]
    if silence <= max(SILENCE_FACTOR * timedelta(days=longest), SILENCE_LEAST, 2 * source.every):
        return None
    message = f"nothing new for {silence.days} days, where it hardly ever left more than {longest} between two items"
    return HealthState.SUSPECT, "silent", message


def _well(source: Source, state: SourceState | None, attempts: Sequence[Attempt]) -> tuple[HealthState, str, str]:
    last = attempts[0]
    if not last.ok:
        known = any(attempt.ok for attempt in attempts)
        return (HealthState.OK if known else HealthState.NEW), "", f"the last visit failed: {last.message}"
    moved = last.moved_to or (state.moved_to if state is not None else None)
    if moved and moved != source.url:
        return HealthState.OK, "", f"it has moved for good: set url to {moved}"
    return HealthState.OK, "", ""


def _failures(attempts: Sequence[Attempt]) -> int:
    count = 0
    for attempt in attempts:
        if attempt.ok:
            break
        count += 1
    return count


def _within(dates: Sequence[datetime], start: datetime, end: datetime) -> int:
    return sum(start < moment <= end for moment in dates)


def _trend(dates: Sequence[datetime], now: datetime) -> float | None:
    turn = now - TREND_WEEKS * WEEK
    recent = _within(dates, turn, now) / TREND_WEEKS
    before = _within(dates, turn - BASE_WEEKS * WEEK, turn) / BASE_WEEKS
    # A feed shows only its newest entries: without dates from before there is nothing to compare with.
    if not before or min(dates) > turn - WEEK:
        return None
    return recent / before
