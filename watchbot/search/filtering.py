"""What passes the filters of a question: one truth a row of the index."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

import numpy as np

from watchbot.french_dates import PARIS
from watchbot.search.expressions import either, number_expression, quoted, reference_expression
from watchbot.search.query import Filter, Query
from watchbot.search.rows import EDITED, JUDGED, RELEVANT, TELLS_CHANGE, production_bit
from watchbot.search.spans import Span

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from watchbot.search.index import SearchIndex
    from watchbot.store import Store

    Mask = NDArray[np.bool_]

# Rows that may hold a number, a phrase or an excluded word.
MOST_ROWS = 200_000


def passing(index: SearchIndex, store: Store, query: Query, *, everything: bool = False) -> Mask:
    """Which rows pass every filter. Off-topic items do not, unless `everything` is asked for; unjudged ones do."""
    columns = index.columns
    count = columns.count
    flags = columns.of("flags")
    mask: Mask = np.ones(count, np.bool_) if everything else (flags & (JUDGED | RELEVANT)) != JUDGED
    for kind, rule in _RULES.items():
        filters = query.of_kind(kind)
        if filters:
            mask &= rule(index, store, filters)
    for phrase in query.phrases:
        mask &= _rows_with(index, store, quoted(phrase))
    if query.excluded:
        mask &= ~_rows_with(index, store, either([quoted(word) for word in query.excluded]))
    return mask


def unmet(index: SearchIndex, store: Store, query: Query) -> tuple[Filter, ...]:
    """The numbers and references of a question that no item names: what comes nearest is found without them."""
    asked = (*query.of_kind("number"), *query.of_kind("reference"))
    return tuple(one for one in asked if not _RULES[one.kind](index, store, (one,)).any())


def span_times(span: Span) -> tuple[datetime | None, datetime | None]:
    """The moments from which, and before which, a span of days in Paris lasts."""
    start = datetime.combine(span.start, time(), PARIS).astimezone(UTC) if span.start else None
    last = span.end if span.end is None or span.end < date.max else None
    end = datetime.combine(last + timedelta(days=1), time(), PARIS).astimezone(UTC) if last else None
    return start, end


def _topics(index: SearchIndex, _store: Store, filters: Sequence[Filter]) -> Mask:
    """Tagged with any of the topics, or named by its title: the classifier misses some."""
    codes = index.names.get("topic", {})
    bits = np.uint32(sum(1 << codes[str(one.value)] for one in filters if str(one.value) in codes))
    return np.asarray(((index.columns.of("topics") | index.columns.of("named")) & bits) != 0)


def _regions(index: SearchIndex, _store: Store, filters: Sequence[Filter]) -> Mask:
    codes = index.names.get("region", {})
    names = [name for one in filters for name in (one.value if isinstance(one.value, tuple) else (one.value,))]
    wanted = [codes[str(name)] for name in names if str(name) in codes]
    return np.isin(index.columns.of("region"), wanted)


def _sources(index: SearchIndex, _store: Store, filters: Sequence[Filter]) -> Mask:
    codes = index.names.get("publisher", {})
    wanted = [codes[str(one.value)] for one in filters if str(one.value) in codes]
    return np.isin(index.columns.of("publisher"), wanted)


def _productions(index: SearchIndex, _store: Store, filters: Sequence[Filter]) -> Mask:
    """Of any of these kinds, or of none in particular: what is open to all kinds is open to this one."""
    bits = np.uint8(sum(production_bit(str(one.value)) for one in filters))
    kinds = index.columns.of("productions")
    return np.asarray((kinds == 0) | ((kinds & bits) != 0))


def _periods(index: SearchIndex, _store: Store, filters: Sequence[Filter]) -> Mask:
    dates = index.columns.of("date")
    mask = np.zeros(len(dates), np.bool_)
    for one in filters:
        if isinstance(one.value, Span):
            start, end = span_times(one.value)
            inside = np.ones(len(dates), np.bool_)
            if start is not None:
                inside &= dates >= max(0, int(start.timestamp()))
            if end is not None:
                inside &= dates < max(0, min(int(end.timestamp()), 2**32 - 1))
            mask |= inside
    return mask


def _due(index: SearchIndex, store: Store, filters: Sequence[Filter]) -> Mask:
    mask = np.zeros(index.columns.count, np.bool_)
    for one in filters:
        if isinstance(one.value, Span):
            entries = store.deadlines.upcoming(one.value.start or date.min, one.value.end or date.max)
            ids = dict.fromkeys(item for entry in entries for item in entry.item_ids)
            mask |= _at(index, store.search.numbers(ids))
    return mask


def _numbers(index: SearchIndex, store: Store, filters: Sequence[Filter]) -> Mask:
    return _rows_with(index, store, either([number_expression(str(one.value)) for one in filters]))


def _references(index: SearchIndex, store: Store, filters: Sequence[Filter]) -> Mask:
    quotes = [str(one.value[1]) for one in filters if isinstance(one.value, tuple)]
    return _rows_with(index, store, either([reference_expression(quote) for quote in quotes]))


def _changes(index: SearchIndex, _store: Store, _filters: Sequence[Filter]) -> Mask:
    """Edited since it was first seen, or telling of a change."""
    flags = index.columns.of("flags")
    return np.asarray((flags & (EDITED | TELLS_CHANGE)) != 0)


_RULES: dict[str, Callable[[SearchIndex, Store, Sequence[Filter]], Mask]] = {
    "period": _periods,
    "region": _regions,
    "topic": _topics,
    "source": _sources,
    "production": _productions,
    "changes": _changes,
    "due": _due,
    "number": _numbers,
    "reference": _references,
}


def _rows_with(index: SearchIndex, store: Store, expression: str) -> Mask:
    return _at(index, store.search.matching(expression, MOST_ROWS, 0, 2**62))


def _at(index: SearchIndex, numbers: Sequence[int]) -> Mask:
    mask = np.zeros(index.columns.count, np.bool_)
    places = index.columns.places_of(numbers)
    mask[places[places < len(mask)]] = True
    return mask
