"""`detect` tells what an answer is, `try_url` what an address would bring, without any configuration."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from watchbot.collect.recognise import Candidate, Detection, recognise
from watchbot.collect.tried import Tried, document_summary
from watchbot.errors import FetchError, ParseError, WatchbotError
from watchbot.model import Follow, Found, FoundItem, Kind, Request, Response, Source

if TYPE_CHECKING:
    from watchbot.collect.fetch import Fetcher

__all__ = ["Candidate", "Detection", "Tried", "detect", "try_url"]

SECONDS = 10.0
MAX_BYTES = 60_000_000
_MAX_CANDIDATES = 3
_MAX_SITEMAPS = 3
_SHOWN_PAGES = 40
_PAGE_BYTES = 3_000_000
_SHOWN_RECORDS = 50

Value = TypeVar("Value")


def detect(response: Response) -> Detection:
    """Tell what an answer is: feed, WordPress interface, sitemap, register, PDF, JSON, listing or plain page.

    Raises:
        ParseError: It cannot be watched; `reason` is `empty`, `unsupported`, `opml`, `bomb`, `crash`, or that of a wall.
    """
    return _guarded(recognise, response)


async def try_url(url: str, fetcher: Fetcher, *, seconds: float = SECONDS) -> Tried:
    """Ask for an address and read it as what it seems to be, following a feed that a page names.

    Args:
        url: An address; `https://` is added when there is no scheme.
        fetcher: Asks the servers.
        seconds: How long all requests may take together; what is there by then is what is told.

    Raises:
        FetchError: The address gives no answer.
        ParseError: The answer cannot be watched (see `detect`), or cannot be read.
    """
    asked = url
    url = url.strip()
    url = url if "://" in url else f"https://{url}"
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    try:
        async with asyncio.timeout_at(deadline):
            response = await fetcher.fetch(Request(url=url, max_bytes=MAX_BYTES))
    except TimeoutError as error:
        raise FetchError(f"{url}: no complete answer within {seconds:.0f} s", url=url, reason="timeout") from error
    detection = await asyncio.to_thread(detect, response)
    problems: list[str] = []
    if detection.kind in (Kind.LISTING, Kind.PAGE):
        tried = await _try_candidates(detection, fetcher, deadline, problems)
        if tried is not None:
            return replace(tried, asked=asked)
    tried = await _read(detection, response, fetcher, deadline)
    return replace(tried, asked=asked, problems=(*problems, *tried.problems))


async def _try_candidates(detection: Detection, fetcher: Fetcher, deadline: float, problems: list[str]) -> Tried | None:
    """The first feed or interface that a page names and that has entries."""
    candidates = [one for one in detection.follow if one.kind in (Kind.FEED, Kind.WORDPRESS)][:_MAX_CANDIDATES]
    for candidate in candidates:
        try:
            async with asyncio.timeout_at(deadline):
                response = await fetcher.fetch(Request(url=candidate.url, max_bytes=MAX_BYTES))
            found = await asyncio.to_thread(detect, response)
            if found.kind not in (Kind.FEED, Kind.WORDPRESS):
                problems.append(f"{candidate.url}: named as {candidate.kind.value}, but it is {found.reason}")
                continue
            tried = await _read(replace(found, reason=candidate.reason), response, fetcher, deadline)
        except TimeoutError:
            problems.append(f"{candidate.url}: no answer in time")
            return None
        except WatchbotError as error:
            problems.append(str(error))
            continue
        if tried.items:
            others = tuple(one for one in (*detection.follow, *_itself(detection)) if one is not candidate)
            language = tried.language or detection.language
            return replace(tried, alternatives=others, language=language, problems=(*problems, *tried.problems))
        problems.append(f"{candidate.url}: {candidate.reason}, but it has no entry")
    return None


def _itself(detection: Detection) -> tuple[Candidate, ...]:
    """The page as a candidate, once a feed that it names was preferred."""
    return (Candidate(kind=detection.kind, url=detection.url, reason=detection.reason, options=detection.options),)


async def _read(detection: Detection, response: Response, fetcher: Fetcher, deadline: float) -> Tried:
    """Read an answer as what it was detected to be."""
    if detection.content is not None:
        response = replace(response, content=detection.content)
    source = source_of(detection)
    if detection.kind is Kind.WORDPRESS and detection.url != response.url:
        async with asyncio.timeout_at(deadline):
            response = await fetcher.fetch(Request(url=detection.url, max_bytes=MAX_BYTES))
    found = await asyncio.to_thread(_parse, response, source)
    problems = list(found.problems)
    items = list(found.items) + [follow.item for follow in found.follow if follow.item is not None and not found.items]
    for follow in _deeper(found):
        items += await _more(follow, source, fetcher, deadline, problems)
    return Tried(
        asked=response.requested_url,
        url=detection.url,
        kind=detection.kind,
        confidence=detection.confidence,
        reason=detection.reason,
        title=found.title or detection.title,
        language=detection.language,
        options=detection.options,
        items=tuple(items),
        document=document_summary(found),
        records=found.records,
        alternatives=detection.follow,
        problems=(
            *problems,
            *(
                f"would be read next: {one.request.url}"
                for one in found.follow
                if one.role == "document" and not one.item
            ),
        ),
        status=response.status,
        bytes=len(response.content),
    )


def _deeper(found: Found) -> list[Follow]:
    """The parts of a sitemap index, when the answer itself has no item."""
    return (
        []
        if found.items or found.documents or found.records
        else [f for f in found.follow if f.role == "next"][:_MAX_SITEMAPS]
    )


async def _more(
    follow: Follow, source: Source, fetcher: Fetcher, deadline: float, problems: list[str]
) -> list[FoundItem]:
    try:
        async with asyncio.timeout_at(deadline):
            response = await fetcher.fetch(replace(follow.request, max_bytes=MAX_BYTES))
        found = await asyncio.to_thread(_parse, response, source)
    except TimeoutError:
        problems.append(f"{follow.request.url}: no answer in time")
        return []
    except WatchbotError as error:
        problems.append(str(error))
        return []
    return [*found.items, *(one.item for one in found.follow if one.item is not None and not found.items)]


def source_of(detection: Detection) -> Source:
    """A source as the detection says, with stand-ins for what only people know."""
    return Source(
        id="try",
        name=detection.title or detection.url,
        publisher="",
        kind=detection.kind,
        url=detection.url,
        language=detection.language or "fr",
        options=detection.options,
    )


def _parse(response: Response, source: Source) -> Found:
    from watchbot.collect.kinds import parse

    if source.kind is Kind.REGISTER and response.content[:1] != b"{":
        return _guarded(lambda answer: _first_records(answer, source), response)
    if source.kind is Kind.DOCUMENT:
        from watchbot.collect.document import read_pdf

        return _guarded(lambda answer: read_pdf(answer, source, max_pages=_SHOWN_PAGES), response)
    if source.kind is Kind.PAGE and len(response.content) > _PAGE_BYTES:
        found = _guarded(
            lambda answer: parse(answer, source), replace(response, content=response.content[:_PAGE_BYTES])
        )
        return replace(
            found,
            problems=(*found.problems, f"a very long page: only its first {_PAGE_BYTES // 1_000_000} MB are shown"),
        )
    return _guarded(lambda answer: parse(answer, source), response)


def _first_records(response: Response, source: Source) -> Found:
    """The beginning of an export: nothing is watched yet, and all its records would be too many to hold."""
    from watchbot.collect.register import read_register

    records = tuple(islice(read_register(io.BytesIO(response.content), source, url=response.url), _SHOWN_RECORDS))
    shown = f"an export: its first {len(records)} records are shown; say what to watch with numbers, formacodes, rome, certifiers or words"
    return Found(records=records, problems=(shown,))


def _guarded(function: Callable[[Response], Value], response: Response) -> Value:
    """Call a reader so that whatever hostile content makes it raise comes out as a `ParseError`."""
    try:
        return function(response)
    except WatchbotError:
        raise
    except (RecursionError, MemoryError) as error:
        raise ParseError(
            f"{response.url}: too deeply nested or too large to read", url=response.url, reason="crash"
        ) from error
    except Exception as error:
        message = f"{response.url}: reading it failed ({type(error).__name__}: {error}); please report this address"
        raise ParseError(message, url=response.url, reason="crash") from error
