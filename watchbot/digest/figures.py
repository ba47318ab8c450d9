"""Figures of an edition: stories by topic over time, deadlines ahead; as bars and lines of text, without any image."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from watchbot.digest.french import NBSP, long_date, month_of
from watchbot.digest.model import Bar, Figures
from watchbot.french_dates import PARIS, paris_day
from watchbot.model import Edition

PERIODS = 6
MONTHLY = timedelta(days=25)
MONTHS_AHEAD = 6
# From this day on the month under way tells more than the last complete one.
WELL_INTO = 11
_LEVELS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of time that figures count over: from `start` on, before `end`; both aware. `running`: it is not over."""

    label: str
    start: datetime
    end: datetime
    running: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """What a span held: relevant stories by topic (a story can have several), and how many stories in all."""

    span: Span
    topics: Mapping[str, int]
    stories: int


def spans(edition: Edition, now: datetime, began: datetime | None = None) -> tuple[Span, ...]:
    """The periods to compare, oldest first: calendar months for a monthly edition, else periods of its length.

    Those in which the watch (`began`: when it first saw anything) was not there from the first day are no measure for
    others and left out; only the last one, which the issue tells, may have begun without it.
    """
    found = _months(paris_day(now)) if edition.period >= MONTHLY else _stretches(edition, now)
    if began is None:
        return found
    *former, last = found
    whole = [span for span in former if paris_day(span.start) >= paris_day(began)]
    return (*whole, last) if last.end > began else ()


def _stretches(edition: Edition, now: datetime) -> tuple[Span, ...]:
    starts = [now - edition.period * (PERIODS - number) for number in range(PERIODS)]
    return tuple(
        Span(label=long_date(start + edition.period, year=False), start=start, end=start + edition.period)
        for start in starts
    )


def figures(
    history: Sequence[Count], names: Mapping[str, str], topics: Sequence[str], dues: Iterable[date], today: date
) -> Figures | None:
    """The figures of an issue, or None when nothing was counted.

    Args:
        history: counts by span, oldest first; the last is the one that the issue tells.
        names: the names of topics.
        topics: those to show.
        dues: days of deadlines ahead.
        today: the day of the issue in France.
    """
    if not history:
        return None
    last = history[-1]
    shown = [topic for topic in topics if any(count.topics.get(topic) for count in history)]
    rows = [(names[topic], tuple(count.topics.get(topic, 0) for count in history)) for topic in shown]
    largest = max((trend[-1] for _, trend in rows), default=0)
    scale = max((n for _, trend in rows for n in trend), default=0)
    bars = [
        Bar(
            label=label,
            count=trend[-1],
            percent=share(trend[-1], largest),
            # A month under way is not to be held against a whole one.
            before=trend[-2] if len(trend) > 1 and not last.span.running else None,
            trend=trend,
            spark=spark(trend, scale) if len(trend) > 1 else "",
        )
        for label, trend in rows
    ]
    bars.sort(key=lambda bar: (-bar.count, bar.label))
    return Figures(
        span=last.span.label,
        since=history[0].span.label if len(history) > 1 else "",
        total=last.stories,
        topics=tuple(bars),
        periods=_bars([(count.span.label, count.stories) for count in history]),
        ahead=_ahead(dues, today),
    )


def spark(counts: Sequence[int], largest: int) -> str:
    """Counts as a line of blocks, `▁▃█`: one each, the tallest for `largest`; nothing counted is the lowest."""
    top = max(largest, 1)
    return "".join(_LEVELS[min(len(_LEVELS) - 1, (len(_LEVELS) - 1) * count // top + (count > 0))] for count in counts)


def share(count: int, largest: int) -> int:
    """Percent of the largest; what is there is seen, so at least 2 for any."""
    return max(2, round(100 * count / largest)) if count and largest else 0


def _months(today: date) -> tuple[Span, ...]:
    """The last `PERIODS` months: complete ones at the beginning of a month, when a monthly edition is due, else to this day."""
    running = today.day >= WELL_INTO
    firsts = [(today.replace(day=1) + timedelta(days=32)).replace(day=1) if running else today.replace(day=1)]
    while len(firsts) <= PERIODS:
        firsts.append((firsts[-1] - timedelta(days=1)).replace(day=1))
    firsts.reverse()
    return tuple(_month(first, following, today) for first, following in pairwise(firsts))


def _month(first: date, following: date, today: date) -> Span:
    label = month_of(first, year=first.year != today.year)
    if today >= following:
        return Span(label=label, start=_midnight(first), end=_midnight(following))
    tomorrow = today + timedelta(days=1)
    return Span(
        label=f"du 1er au {today.day}{NBSP}{label}", start=_midnight(first), end=_midnight(tomorrow), running=True
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), PARIS)


def _ahead(dues: Iterable[date], today: date) -> tuple[Bar, ...]:
    """Deadlines by month from this one to the last that has any."""
    found = Counter((due.year, due.month) for due in dues if due >= today)
    if not found:
        return ()
    rows = []
    first = today.replace(day=1)
    for _ in range(MONTHS_AHEAD):
        rows.append((month_of(first, year=first.year != today.year), found[first.year, first.month]))
        first = (first + timedelta(days=32)).replace(day=1)
    while rows and not rows[-1][1]:
        rows.pop()
    return _bars(rows)


def _bars(rows: Sequence[tuple[str, int]]) -> tuple[Bar, ...]:
    largest = max((count for _, count in rows), default=0)
    return tuple(Bar(label=label, count=count, percent=share(count, largest)) for label, count in rows)
