"""What a visit of a source brings, and the functions that read what servers answer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from watchbot.model import Attempt, Found, FoundDocument, FoundItem, Record, Request, Response, Source, Validators

Known = Collection[str] | Callable[[FoundItem], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What one visit brought.

    `validators` replace those held for their addresses; None means to forget them. They are to be recorded together with
    the rest or not at all, and are empty when the visit was not complete: else the next would be told "not modified".

    `unread` are pages of items that could not be read for a passing reason; `read` those that now could. `retry_at` is
    when the server, or our manners, allow the next visit at the earliest.
    """

    source_id: str
    attempt: Attempt
    items: tuple[FoundItem, ...] = ()
    documents: tuple[FoundDocument, ...] = ()
    records: tuple[Record, ...] = ()
    validators: Mapping[str, Validators | None] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()
    read: frozenset[str] = frozenset()
    problems: tuple[str, ...] = ()
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Readers:
    """The functions that know the kinds: the first request of a source, an answer's content, an article's page."""

    first: Callable[[Source], Request]
    parse: Callable[[Response, Source], Found]
    article: Callable[[Response, Source, FoundItem | None], FoundItem]


def default_readers() -> Readers:
    """The readers of the kinds that watchbot knows."""
    from watchbot.collect.kinds import first_request, parse

    return Readers(first=first_request, parse=parse, article=_read_article)


def _read_article(response: Response, source: Source, item: FoundItem | None) -> FoundItem:
    # Loaded with the first article: feeds, which need none, are read without.
    from watchbot.collect.article import read_article

    return read_article(response, source, item)
