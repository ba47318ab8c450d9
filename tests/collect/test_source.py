"""One visit of a source: what is followed, what is remembered, and what a failure on the way means."""

from __future__ import annotations

import pickle
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.servers.web import Reply, WebServer, redirect, sequence, truncated, validated
from watchbot.collect import source as source_module
from watchbot.collect.collected import Readers
from watchbot.collect.fetch import Fetcher, FetchSettings
from watchbot.collect.source import collect_source
from watchbot.errors import ParseError
from watchbot.model import (
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

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def item(url: str, title: str = "A title", **more: object) -> FoundItem:
    return FoundItem(guid=url, url=url, title=title, **more)  # type: ignore[arg-type]


def parse_lines(response: Response, source: Source) -> Found:
    """A kind in small: each line is `role address`, or `item address title`; `!reason` is an error."""
    items, follow, documents, problems = [], [], [], []
    for line in response.content.decode().splitlines():
        word, _, rest = line.partition(" ")
        if word == "item":
            url, _, title = rest.partition(" ")
            items.append(item(url, title, published=NOON - timedelta(days=len(items))))
        elif word == "article":
            url, _, title = rest.partition(" ")
            found = item(url, title)
            items.append(found)
            follow.append(Follow(request=Request(url=url), role="article", item=found))
        elif word == "pdf":
            documents.append(FoundDocument(key=rest, url=rest, title=rest, content_type="application/pdf", raw=b"%PDF"))
        elif word == "problem":
            problems.append(rest)
        elif word.startswith("!"):
            if word == "!bug":
                raise ZeroDivisionError("a bug")
            raise ParseError(f"{response.url}: {word}", url=response.url, reason=word[1:])
        elif word:
            follow.append(Follow(request=Request(url=rest), role=word))
    return Found(
        items=tuple(items), follow=tuple(follow), documents=tuple(documents), problems=tuple(problems), title="t"
    )


def read_page(response: Response, source: Source, known: FoundItem | None) -> FoundItem:
    text = response.content.decode()
    if text.startswith("!"):
        raise ParseError(f"{response.url}: {text}", url=response.url, reason=text[1:])
    assert known is not None
    return replace(known, body=text, title=known.title or "Read there")


READERS = Readers(first=lambda source: Request(url=source.url), parse=parse_lines, article=read_page)


@pytest.fixture
async def fetcher(web: WebServer) -> AsyncIterator[Fetcher]:
    settings = FetchSettings(
        allow_private=frozenset({web.netloc}), min_delay=0, backoff=0.01, read_timeout=0.5, attempts=2, pause=0.0
    )
    async with Fetcher(settings, clock=lambda: NOON) as fetcher:
        yield fetcher


def a_source(url: str, kind: Kind = Kind.LISTING, **options: object) -> Source:
    return Source(id="s", name="S", publisher="P", kind=kind, url=url, options=options)


def listing(web: WebServer, path: str, *lines: str, etag: str | None = '"v1"') -> str:
    web.route(path, validated("\n".join(lines).format(b=web.base).encode(), etag=etag, content_type="text/html"))
    return web.url(path)


# ---------------------------------------------------------------------- the walk


async def test_a_visit_brings_items_and_says_how_it_went(web: WebServer, fetcher: Fetcher) -> None:
    url = listing(web, "/list", "item {b}/1 First", "item {b}/2 Second", "problem one of them is odd")
    collected = await collect_source(a_source(url), fetcher, readers=READERS)
    assert [found.title for found in collected.items] == ["First", "Second"]
    attempt = collected.attempt
    assert (attempt.source_id, attempt.started_at, attempt.status, attempt.error) == ("s", NOON, 200, "")
    assert (attempt.items_seen, attempt.requests, attempt.newest) == (2, 1, NOON)
    assert attempt.bytes == attempt.page_bytes > 0
    assert attempt.ok
    assert attempt.message == "one of them is odd"
    assert collected.validators == {url: Validators(etag='"v1"', last_modified=None, stored_at=NOON)}
    assert pickle.loads(pickle.dumps(collected)) == collected


async def test_nothing_changed_is_heard_in_one_request(web: WebServer, fetcher: Fetcher) -> None:
    url = listing(web, "/list", "item {b}/1 First")
    held = {url: Validators(etag='"v1"', stored_at=NOON - timedelta(days=6))}
    collected = await collect_source(a_source(url), fetcher, held, readers=READERS)
    attempt = collected.attempt
    assert (attempt.not_modified, attempt.status, attempt.items_seen, attempt.requests) == (True, 304, 0, 1)
    assert collected.validators == {}


async def test_once_a_week_the_whole_answer_is_asked_for(web: WebServer, fetcher: Fetcher) -> None:
    url = listing(web, "/list", "item {b}/1 First")
    held = {url: Validators(etag='"v1"', stored_at=NOON - timedelta(days=8))}
    collected = await collect_source(a_source(url), fetcher, held, readers=READERS)
    assert len(collected.items) == 1
    assert collected.validators[url] == Validators(etag='"v1"', stored_at=NOON)


async def test_pages_of_unknown_items_are_read_and_those_of_known_ones_are_not(
    web: WebServer, fetcher: Fetcher
) -> None:
    url = listing(web, "/list", "article {b}/1 Known", "article {b}/2 Unknown", "article {b}/3")
    for path in ("/1", "/2", "/3"):
        web.page(path, f"body of {path}")
    known = frozenset({web.url("/1")})
    collected = await collect_source(a_source(url), fetcher, known=known, readers=READERS)
    assert [(one.title, one.body) for one in collected.items] == [
        ("Known", ""),
        ("Unknown", "body of /2"),
        ("Read there", "body of /3"),
    ]
    assert web.paths() == ["/list", "/2", "/3"]
    assert collected.read == {web.url("/2"), web.url("/3")}
    assert collected.attempt.requests == 3
    # Or a function says so: here an item whose title changed is read again.
    collected = await collect_source(
        a_source(url), fetcher, known=lambda found: found.title != "Unknown", readers=READERS
    )
    assert web.paths()[3:] == ["/list", "/2"]


async def test_next_pages_are_followed_as_far_as_the_source_says(web: WebServer, fetcher: Fetcher) -> None:
    web.default(
        lambda seen: Reply(
            404 if seen.path == "/robots.txt" else 200,
            {},
            f"item {web.base}/i{seen.target} T\nnext {web.base}/p?{len(web.paths())}".encode(),
        )
    )
    for pages, expected in ((1, 1), (3, 3)):
        web.seen.clear()
        collected = await collect_source(a_source(web.url("/p"), max_pages=pages), fetcher, readers=READERS)
        assert len(web.paths()) == expected
        assert len(collected.items) == expected


async def test_addresses_are_asked_once_and_circles_end(web: WebServer, fetcher: Fetcher) -> None:
    url = listing(web, "/a", "next {b}/b", "feed {b}/b", "article {b}/x X", "article {b}/x X again")
    listing(web, "/b", "next {b}/a", "next {b}/b", "item {b}/1 One")
    web.page("/x", "body")
    await collect_source(a_source(url), fetcher, readers=READERS)
    assert web.paths() == ["/a", "/b", "/x"]


async def test_nesting_is_bounded(web: WebServer, fetcher: Fetcher) -> None:
    web.default(
        lambda seen: (
            Reply(404) if seen.path == "/robots.txt" else Reply(200, {}, f"document {web.base}{seen.path}x".encode())
        )
    )
    collected = await collect_source(a_source(web.url("/a"), max_documents=500), fetcher, readers=READERS)
    assert len(web.paths()) == 5
    assert "too deeply nested" in collected.problems[0]


async def test_feeds_named_by_a_page_are_followed_but_not_dozens(web: WebServer, fetcher: Fetcher) -> None:
    url = listing(web, "/home", *(f"feed {{b}}/feed{n}" for n in range(9)))
    for n in range(9):
        listing(web, f"/feed{n}", f"item {{b}}/{n} Item")
    collected = await collect_source(a_source(url, Kind.FEED), fetcher, readers=READERS)
    assert len(collected.items) == 3
    # The page can stay as it is while its feeds change.
    assert set(collected.validators) == {web.url(f"/feed{n}") for n in range(3)}


async def test_documents_behind_an_unchanged_list_are_still_asked_for(web: WebServer, fetcher: Fetcher) -> None:
    url = listing(web, "/list", "document {b}/a.pdf", "document {b}/b.pdf")
    listing(web, "/a.pdf", "pdf a")
    web.route("/b.pdf", sequence(validated(b"pdf b"), validated(b"pdf b2", etag='"v2"')))
    first = await collect_source(a_source(url, Kind.DOCUMENT), fetcher, readers=READERS)
    assert [document.key for document in first.documents] == ["a", "b"]
    assert set(first.validators) == {web.url("/a.pdf"), web.url("/b.pdf")}
    held = {url: one for url, one in first.validators.items() if one is not None}
    second = await collect_source(a_source(url, Kind.DOCUMENT), fetcher, held, readers=READERS)
    assert [document.key for document in second.documents] == ["b2"]


# ---------------------------------------------------------------------- failures on the way


async def test_a_failed_visit_says_why_and_keeps_what_is_held(web: WebServer, fetcher: Fetcher) -> None:
    web.route("/list", Reply(404))
    collected = await collect_source(a_source(web.url("/list")), fetcher, readers=READERS)
    assert (collected.attempt.error, collected.attempt.status) == ("not-found", 404)
    assert collected.attempt.message.startswith(web.url("/list"))
    assert (collected.items, collected.validators, collected.retry_at) == ((), {}, None)
    assert not collected.attempt.ok


async def test_the_server_s_wish_for_rest_reaches_the_schedule(web: WebServer, fetcher: Fetcher) -> None:
    web.route("/list", Reply(503, {"retry-after": "7200"}))
    collected = await collect_source(a_source(web.url("/list")), fetcher, readers=READERS)
    assert collected.attempt.error == "throttled"
    assert collected.retry_at == NOON + timedelta(hours=2)


async def test_a_page_that_cannot_be_read_now_is_put_off_and_the_list_is_read_again(
    web: WebServer, fetcher: Fetcher
) -> None:
    url = listing(web, "/list", "article {b}/1 One", "article {b}/2 Two", "article {b}/3 Three", "article {b}/4 Four")
    web.page("/1", "body")
    web.route("/2", Reply(500))
    web.route("/3", truncated(b"bo", 100))
    web.page("/4", "!bot-challenge")
    collected = await collect_source(a_source(url), fetcher, readers=READERS)
    assert collected.attempt.ok
    assert [one.title for one in collected.items] == ["One", "Two", "Three", "Four"]
    assert collected.unread == {web.url("/2"), web.url("/3"), web.url("/4")}
    # With its validators kept, the next visit would hear "not modified" and never come back for those pages.
    assert collected.validators == {}
    assert len(collected.problems) == 3


async def test_a_page_that_is_gone_for_good_is_not_waited_for(web: WebServer, fetcher: Fetcher) -> None:
    url = listing(web, "/list", "article {b}/1 One", "article {b}/2 Two")
    web.route("/1", Reply(403))
    web.page("/2", "!no-text")
    collected = await collect_source(a_source(url), fetcher, readers=READERS)
    assert collected.unread == frozenset()
    assert set(collected.validators) == {url}
    assert len(collected.items) == 2


async def test_an_item_without_a_title_is_kept_back(web: WebServer, fetcher: Fetcher) -> None:
    url = listing(web, "/map", "article {b}/1", "article {b}/2")
    web.route("/1", Reply(500))
    web.page("/2", "body")
    collected = await collect_source(a_source(url, Kind.SITEMAP), fetcher, readers=READERS)
    assert [one.title for one in collected.items] == ["Read there"]
    assert collected.attempt.items_seen == 2
    assert collected.unread == {web.url("/1")}


@pytest.mark.parametrize(("line", "reason"), [("!cookie-wall", "cookie-wall"), ("!bug", "crash")])
async def test_an_answer_that_cannot_be_read_is_a_failure(
    web: WebServer, fetcher: Fetcher, line: str, reason: str
) -> None:
    url = listing(web, "/list", line)
    collected = await collect_source(a_source(url), fetcher, readers=READERS)
    assert (collected.attempt.error, collected.attempt.status) == (reason, 200)
    assert collected.attempt.page_bytes == len(line)
    assert collected.validators == {}


async def test_a_bug_while_reading_one_page_does_not_lose_the_others(web: WebServer, fetcher: Fetcher) -> None:
    url = listing(web, "/list", "item {b}/1 One", "next {b}/broken")
    listing(web, "/broken", "!bug")
    collected = await collect_source(a_source(url), fetcher, readers=READERS)
    assert collected.attempt.ok
    assert len(collected.items) == 1
    assert "ZeroDivisionError" in collected.problems[0]


async def test_a_bug_in_making_the_request_is_caught(fetcher: Fetcher) -> None:
    def broken(source: Source) -> Request:
        raise KeyError("items")

    collected = await collect_source(a_source("http://x.test/"), fetcher, readers=replace(READERS, first=broken))
    assert collected.attempt.error == "crash"


async def test_a_move_is_reported(web: WebServer, fetcher: Fetcher) -> None:
    web.route("/old", redirect("/new", 301))
    listing(web, "/new", "item {b}/1 One")
    collected = await collect_source(a_source(web.url("/old")), fetcher, readers=READERS)
    assert collected.attempt.moved_to == web.url("/new")
    assert set(collected.validators) == {web.url("/old")}


async def test_a_server_that_no_longer_gives_validators_is_believed(web: WebServer, fetcher: Fetcher) -> None:
    url = listing(web, "/list", "item {b}/1 One", etag=None)
    held = {url: Validators(etag='"old"', stored_at=NOON)}
    collected = await collect_source(a_source(url), fetcher, held, readers=READERS)
    assert collected.validators == {url: None}


# ---------------------------------------------------------------------- bounds


async def test_a_visit_is_cut_after_so_many_requests_and_the_rest_put_off(
    web: WebServer, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source_module, "MAX_REQUESTS", 3)
    url = listing(web, "/list", *(f"article {{b}}/{n} T{n}" for n in range(6)))
    web.default(lambda seen: Reply(404) if seen.path == "/robots.txt" else Reply(200, {}, b"body"))
    collected = await collect_source(a_source(url), fetcher, readers=READERS)
    assert web.paths() == ["/list", "/0", "/1"]
    assert collected.unread == {web.url(f"/{n}") for n in range(2, 6)}
    assert len(collected.items) == 6
    assert collected.validators == {}


async def test_more_items_than_one_visit_reads_are_put_off(
    web: WebServer, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(source_module.MAX_FOLLOWED, "article", 2)
    url = listing(web, "/list", *(f"article {{b}}/{n} T{n}" for n in range(5)))
    web.default(lambda seen: Reply(404) if seen.path == "/robots.txt" else Reply(200, {}, b"body"))
    first = await collect_source(a_source(url), fetcher, readers=READERS)
    assert first.read == {web.url("/0"), web.url("/1")}
    assert first.unread == {web.url(f"/{n}") for n in (2, 3, 4)}
    second = await collect_source(a_source(url), fetcher, known=first.read, readers=READERS)
    assert second.read == {web.url("/2"), web.url("/3")}


async def test_a_visit_that_takes_too_long_is_cut(
    web: WebServer, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.servers.web import hang

    monkeypatch.setattr(source_module, "VISIT_SECONDS", 0.3)
    url = listing(web, "/list", "item {b}/0 Zero", "article {b}/1 One", "article {b}/2 Two")
    web.route("/1", hang())
    collected = await collect_source(a_source(url), fetcher, readers=READERS)
    assert collected.attempt.error == "too-slow"
    assert len(collected.items) == 3
    assert collected.unread == {web.url("/1"), web.url("/2")}


async def test_reading_that_takes_too_long_is_given_up(
    web: WebServer, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    monkeypatch.setattr(source_module, "PARSE_SECONDS", 0.05)
    done = threading.Event()

    def slow(response: Response, source: Source) -> Found:
        done.wait(5)
        return Found()

    url = listing(web, "/list", "item {b}/1 One")
    collected = await collect_source(a_source(url), fetcher, readers=replace(READERS, parse=slow))
    done.set()
    assert collected.attempt.error == "too-slow"


async def test_dates_in_the_future_are_not_the_newest(web: WebServer, fetcher: Fetcher) -> None:
    def parse(response: Response, source: Source) -> Found:
        ahead = item("http://x.test/1", published=NOON + timedelta(days=300))
        return Found(items=(ahead, item("http://x.test/2", published=NOON - timedelta(days=3))))

    url = listing(web, "/list", "")
    collected = await collect_source(a_source(url), fetcher, readers=replace(READERS, parse=parse))
    assert collected.attempt.newest == NOON - timedelta(days=3)


async def test_records_are_handed_on(web: WebServer, fetcher: Fetcher) -> None:
    def parse(response: Response, source: Source) -> Found:
        return Found(records=(Record(number="RS6456", title="CCP"),))

    url = listing(web, "/export", "")
    collected = await collect_source(a_source(url, Kind.REGISTER), fetcher, readers=replace(READERS, parse=parse))
    assert collected.records[0].number == "RS6456"
    assert collected.attempt.items_seen == 1
