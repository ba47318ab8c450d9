"""`detect` tells what an answer is, `try_url` what an address would bring, without any configuration."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from watchbot.collect.recognise import Candidate, Detection, recognise
from watchbot.errors import FetchError, ParseError, WatchbotError
from watchbot.model import Follow, Found, FoundItem, Kind, Record, Request, Response, Source

if TYPE_CHECKING:
    from watchbot.collect.fetch import Fetcher

__all__ = ["Candidate", "Detection", "Tried", "detect", "try_url"]

SECONDS = 10.0
MAX_BYTES = 60_000_000
_MAX_CANDIDATES = 3
_MAX_SITEMAPS = 3
_SHOWN_LINES = 12
_SHOWN_BYTES = 100_000
_PAGE_BYTES = 3_000_000
_SHOWN_RECORDS = 50

Value = TypeVar("Value")


def detect(response: Response) -> Detection:
    """Tell what an answer is: feed, WordPress interface, sitemap, register, PDF, JSON, listing or plain page.

    Raises:
        ParseError: It cannot be watched; `reason` is `empty`, `unsupported`, `opml`, `bomb`, `crash`, or that of a wall.
    """
    return _guarded(recognise, response)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What an address would bring. `url` and `options` are those of a source of this `kind`."""

    asked: str
    url: str
    kind: Kind
    confidence: float
    reason: str
    title: str = ""
    language: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    items: tuple[FoundItem, ...] = ()
    document: Mapping[str, Any] = field(default_factory=dict)
    records: tuple[Record, ...] = ()
    alternatives: tuple[Candidate, ...] = ()
    problems: tuple[str, ...] = ()
    status: int = 200
    bytes: int = 0

    def as_json(self) -> dict[str, Any]:
        """The same as plain values that `json.dumps` takes; times are ISO 8601."""
        return {
            "asked": self.asked,
            "url": self.url,
            "kind": self.kind.value,
            "confidence": round(self.confidence, 3),
            "reason": self.reason,
            "title": self.title,
            "language": self.language,
            "options": dict(self.options),
            "items": [_item_json(item) for item in self.items],
            "document": dict(self.document),
            "records": [_record_json(record) for record in self.records],
            "alternatives": [
                {"kind": one.kind.value, "url": one.url, "reason": one.reason, "options": dict(one.options)}
                for one in self.alternatives
            ],
            "problems": list(self.problems),
            "status": self.status,
            "bytes": self.bytes,
        }


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
        document=_document(found),
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


def _document(found: Found) -> dict[str, Any]:
    """A summary of the first document: title, pages, dates, first lines."""
    if not found.documents:
        return {}
    document = found.documents[0]
    text = document.meta.get("text")
    if text is None:
        from watchbot.collect.clean import plain_text

        text = plain_text(document.raw[:_SHOWN_BYTES].decode("utf-8", "replace"), lines=True)
    lines = [" ".join(line.split()) for line in text.replace("\f", "\n").splitlines() if line.strip()]
    return {
        "title": document.title,
        "url": document.url,
        "content_type": document.content_type,
        "bytes": len(document.raw),
        **{name: value for name, value in document.meta.items() if name not in {"text", "charset"} and value},
        "first_lines": [line[:300] for line in lines[:_SHOWN_LINES]],
    }


def _item_json(item: FoundItem) -> dict[str, Any]:
    from watchbot.collect.feed_items import title_from

    return {
        "guid": item.guid,
        "url": item.url,
        "title": item.title or title_from(item.url),
        "summary": item.summary,
        "body": item.body,
        "author": item.author,
        "published": item.published.isoformat() if item.published else None,
        "updated": item.updated.isoformat() if item.updated else None,
        "date_from": item.date_from,
        "language": item.language,
        "categories": list(item.categories),
    }


def _record_json(record: Record) -> dict[str, Any]:
    return {
        "number": record.number,
        "title": record.title,
        "certifiers": list(record.certifiers),
        "active": record.active,
        "expires": record.expires.isoformat() if record.expires else None,
        "formacodes": [code for code, _ in record.formacodes],
        "url": record.url,
    }
