"""Collecting one source: its address, then what that asks to be followed, breadth first and within bounds.

A pure map step in shape: picklable arguments in (the fetcher aside), a picklable `Collected` out, no database.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from watchbot.collect.collected import Collected, Known, Readers, default_readers
from watchbot.collect.oauth import Credentials
from watchbot.errors import FetchError, ParseError
from watchbot.model import (
    Attempt,
    Follow,
    Found,
    FoundDocument,
    FoundItem,
    Kind,
    Record,
    Request,
    Response,
    Source,
    Validators,
)

if TYPE_CHECKING:
    from watchbot.collect.fetch import Fetcher

__all__ = ["Collected", "Known", "Readers", "collect_source", "default_readers"]

# The most requests that one visit makes, and the most of each role; a source's own options can only lower the latter.
MAX_REQUESTS = 300
MAX_FOLLOWED = {"next": 100, "article": 200, "document": 500, "feed": 3}
MAX_DEPTH = 4
VISIT_SECONDS = 900.0
PARSE_SECONDS = 60.0
# Small answers are parsed at once; handing them to a thread would cost more than it saves.
INLINE_BYTES = 64 * 1024
INLINE_KINDS = frozenset({Kind.FEED, Kind.WORDPRESS, Kind.API, Kind.SITEMAP})
# Registers are exports of hundreds of megabytes, documents are PDFs.
MAX_BYTES = {Kind.REGISTER: 600_000_000, Kind.DOCUMENT: 100_000_000}
# A server whose validators never change would hide its news for ever: once a week the whole answer is asked for.
VALIDATORS_LAST = timedelta(days=7)
# Failures after which a page is worth another try at the next visit.
TEMPORARY = frozenset(
    {"connect", "connect-timeout", "timeout", "disconnected", "truncated", "throttled", "host-paused", "server-error"}
    | {"dns", "robots-unreachable", "too-slow", "bot-challenge", "maintenance"}
)


async def collect_source(
    source: Source,
    fetcher: Fetcher,
    validators: Mapping[str, Validators] | None = None,
    *,
    known: Known = frozenset(),
    readers: Readers | None = None,
) -> Collected:
    """Visit a source once. Never raises for what the source or its server does: that is in the attempt.

    Args:
        source: what to collect.
        fetcher: asks the servers.
        validators: those held, by address.
        known: canonical addresses of items whose pages need not be read again, or a function that says so of an item.
        readers: what knows the kinds; by default all that watchbot knows.
    """
    visit = _Visit(source, fetcher, validators or {}, known, readers or default_readers())
    try:
        async with asyncio.timeout(VISIT_SECONDS):
            await visit.run()
    except TimeoutError:
        visit.fail("too-slow", f"{source.url}: the visit took more than {VISIT_SECONDS / 60:.0f} minutes and was cut")
    except Exception as error:  # noqa: BLE001 - a bug met in one source must not stop the round
        visit.fail("crash", f"{source.url}: {type(error).__name__}: {error}; please report this")
    return visit.collected()


class _Visit:
    """The state of one visit."""

    def __init__(
        self,
        source: Source,
        fetcher: Fetcher,
        held: Mapping[str, Validators],
        known: Known,
        readers: Readers,
    ) -> None:
        self.source = source
        self.fetcher = fetcher
        self.readers = readers
        self._credentials = Credentials(source, fetcher.env)
        self.started_at = fetcher.clock()
        self.started = time.monotonic()
        self._held = {a: v for a, v in held.items() if self.started_at - v.stored_at < VALIDATORS_LAST}
        self._known = known
        self._queue: deque[Follow] = deque()
        self._asked: set[str] = set()
        self._followed: dict[str, int] = {}
        self._items: dict[tuple[str, str], FoundItem] = {}
        self._documents: list[FoundDocument] = []
        self._records: list[Record] = []
        self._validators: dict[str, Validators | None] = {}
        self._unread: set[str] = set()
        self._read: set[str] = set()
        self._problems: list[str] = []
        self._complete = True
        self._retry_at: datetime | None = None
        self._first: Response | None = None
        self._status: int | None = None
        self._requests = 0
        self._bytes = 0
        self._error = self._message = ""

    # ------------------------------------------------------------------------------------------ the walk

    async def run(self) -> None:
        """The first address, then the queue until it is empty or a bound is reached."""
        try:
            request = self.readers.first(self.source)
            response = await self._fetch(
                replace(request, max_bytes=request.max_bytes or MAX_BYTES.get(self.source.kind))
            )
            self._first = response
            self._status = response.status
            if not response.not_modified:
                await self._take(response, depth=0)
        except FetchError as error:
            self.fail(error.reason, str(error), error.status)
            if error.retry_after is not None:
                self._retry_at = self.started_at + timedelta(seconds=error.retry_after)
            return
        except ParseError as error:
            self.fail(error.reason, str(error))
            return
        while self._queue:
            if self._requests >= MAX_REQUESTS:
                self._complete = False
                self._problems.append(f"the visit was cut after {MAX_REQUESTS} requests; the rest is for the next one")
                return
            # Taken off the queue only afterwards: what is on it when the visit is cut is still to be read.
            await self._go_on(self._queue[0])
            self._queue.popleft()

    async def _go_on(self, follow: Follow) -> None:
        """One followed address; its failure is a problem, not the end of the visit."""
        try:
            response = await self._fetch(follow.request, conditional=follow.role != "article")
            if response.not_modified:
                return
            if follow.role == "article":
                await self._take_article(response, follow)
            else:
                await self._take(response, depth=follow.depth)
        except (FetchError, ParseError) as error:
            self._problems.append(f"{follow.role}: {error}")
            if error.reason in TEMPORARY:
                self._put_off(follow)

    async def _fetch(self, request: Request, *, conditional: bool = True) -> Response:
        held = self._held.get(request.url) if conditional and request.method == "GET" else None
        if held is not None:
            request = replace(request, etag=held.etag, last_modified=held.last_modified)
        self._asked.add(request.url)
        request = await self._credentials.authorise(request, self.fetcher)
        try:
            response = await self.fetcher.fetch(request, self.source)
        except FetchError:
            self._requests += 1
            raise
        self._requests += response.requests
        self._bytes += response.wire_bytes
        return response

    # ------------------------------------------------------------------------------------------ what was found

    async def _take(self, response: Response, *, depth: int) -> None:
        found = await self._parsed(self.readers.parse, response, self.source)
        for item in found.items:
            self._items.setdefault((item.guid, item.url), item)
        self._documents += found.documents
        self._records += found.records
        self._problems += found.problems
        self._remember(response, found)
        for follow in found.follow:
            self._enqueue(follow, depth + 1)

    async def _take_article(self, response: Response, follow: Follow) -> None:
        item = await self._parsed(self.readers.article, response, self.source, follow.item)
        before = follow.item or item
        self._items[before.guid, before.url] = item
        self._read.add(before.url)

    async def _parsed(self, function: Callable[..., Any], response: Response, *arguments: Any) -> Any:
        """Call a reader: at once if that is quick, else in a thread, so that other sources go on meanwhile."""
        small = len(response.content) <= INLINE_BYTES and self.source.kind in INLINE_KINDS
        try:
            if small and function is self.readers.parse:
                return function(response, *arguments)
            async with asyncio.timeout(PARSE_SECONDS):
                return await asyncio.to_thread(function, response, *arguments)
        except (FetchError, ParseError):
            raise
        except TimeoutError:
            message = f"{response.url}: reading the answer took more than {PARSE_SECONDS:.0f} s"
            raise ParseError(message, url=response.url, reason="too-slow") from None
        except Exception as error:
            message = f"{response.url}: {type(error).__name__}: {error}; please report this address"
            raise ParseError(message, url=response.url, reason="crash") from error

    def _remember(self, response: Response, found: Found) -> None:
        """Keep the validators of an answer, where its not changing means that there is nothing new behind it."""
        url = response.requested_url
        etag, modified = response.headers.get("etag"), response.headers.get("last-modified")
        # An index, a page that names a feed and a list of documents can stay as they are while those change.
        leads_on = any(follow.role in ("document", "feed") for follow in found.follow)
        empty = not (found.items or found.documents or found.records)
        if (etag or modified) and not leads_on and not (empty and found.follow):
            self._validators[url] = Validators(etag=etag, last_modified=modified, stored_at=self.started_at)
        elif url in self._held:
            self._validators[url] = None

    def _enqueue(self, follow: Follow, depth: int) -> None:
        url, role = follow.request.url, follow.role
        if role == "article" and follow.item is not None and self._is_known(follow.item):
            return
        if url in self._asked and follow.request.method == "GET":
            return
        if depth > MAX_DEPTH and role != "next":
            self._problems.append(f"{url}: too deeply nested, not followed")
            return
        count = self._followed[role] = self._followed.get(role, 0) + 1
        if count > self._most(role):
            if role == "article":
                self._put_off(follow)
            return
        self._asked.add(url)
        request = follow.request
        if role == "document" and request.max_bytes is None:
            request = replace(request, max_bytes=MAX_BYTES[Kind.DOCUMENT])
        self._queue.append(replace(follow, request=request, depth=depth))

    def _put_off(self, follow: Follow) -> None:
        """The page of this item is to be read at another visit."""
        self._complete = False
        if follow.role == "article":
            self._unread.add(follow.item.url if follow.item else follow.request.url)

    def _most(self, role: str) -> int:
        options, most = self.source.options, MAX_FOLLOWED.get(role, 10)
        if role == "next" and "max_pages" in options:
            return min(most, int(options["max_pages"]) - 1)
        if role == "document" and "max_documents" in options:
            return min(most, int(options["max_documents"]))
        return most

    def _is_known(self, item: FoundItem) -> bool:
        return self._known(item) if callable(self._known) else item.url in self._known

    # ------------------------------------------------------------------------------------------ the end

    def fail(self, reason: str, message: str, status: int | None = None) -> None:
        """The visit failed; what it found until then is kept, its validators are not."""
        self._complete = False
        self._error, self._message = reason, message[:1000]
        self._status = status or self._status

    def collected(self) -> Collected:
        """The visit as a value."""
        for follow in self._queue:
            self._put_off(follow)
        # An item without a title is an address of which nothing is known yet: its page will be read another time.
        items = tuple(item for item in self._items.values() if item.title)
        latest = self.started_at + timedelta(days=1)
        dates = [item.published for item in items if item.published is not None and item.published <= latest]
        first = self._first
        attempt = Attempt(
            source_id=self.source.id,
            started_at=self.started_at,
            elapsed_ms=round((time.monotonic() - self.started) * 1000),
            status=self._status,
            bytes=self._bytes,
            page_bytes=len(first.content) if first else 0,
            requests=self._requests,
            not_modified=first.not_modified if first else False,
            items_seen=len(self._items) + len(self._documents) + len(self._records),
            error=self._error,
            message=self._message or "; ".join(self._problems)[:1000],
            moved_to=first.permanent_url if first else None,
            newest=max(dates, default=None),
        )
        return Collected(
            source_id=self.source.id,
            attempt=attempt,
            items=items,
            documents=tuple(self._documents),
            records=tuple(self._records),
            validators=self._validators if self._complete else {},
            unread=frozenset(self._unread),
            read=frozenset(self._read),
            problems=tuple(self._problems),
            retry_at=self._retry_at,
        )
