"""Feeds made to break a reader: bounded in time and memory, nothing expanded, nothing loaded."""

from __future__ import annotations

import random
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tests.collect.answers import answer, source
from watchbot.collect.feed import parse
from watchbot.collect.feed_xml import MAX_ENTRIES
from watchbot.errors import ParseError
from watchbot.model import Found, Kind

URL = "https://www.example.fr/feed"
HEAD = '<?xml version="1.0"?><rss version="2.0"><channel><title>x</title><link>https://h.example/</link>'
TAIL = "</channel></rss>"
ITEM = "<item><title>Titre</title><link>https://h.example/1</link>{}</item>"
N = 30_000
QUOTED = " ".join(f'a{n}="1"' for n in range(N))

CASES = {
    "nested 100,000 deep": HEAD + ITEM.format("<a>" * 100_000 + "</a>" * 100_000) + TAIL,
    "never closed": HEAD + ITEM.format("") + "<a>" * 100_000,
    "html nested deep": HEAD + ITEM.format("<description>" + "&lt;div&gt;" * N + "fond</description>") + TAIL,
    "huge attribute": HEAD + ITEM.format('<x y="' + "a" * 3_000_000 + '"/>') + TAIL,
    "huge text": HEAD + ITEM.format(f"<description>{'mot ' * 1_000_000}</description>") + TAIL,
    "many attributes": HEAD + ITEM.format(f"<x {QUOTED}/>") + TAIL,
    "many attributes in html": HEAD
    + ITEM.format(f"<description><![CDATA[<p {QUOTED}>x]]></description>")
    + TAIL,
    "many comments": HEAD + ITEM.format("") + "<!--" * N,
    "many sections": HEAD + ITEM.format("") + "<![CDATA[" * N,
    "many sections closed at last": HEAD + ITEM.format("<![CDATA[" * N + "]]>") + TAIL,
    "many entities": "<!DOCTYPE r [" + "".join(f'<!ENTITY e{n} "v">' for n in range(N)) + "]>" + HEAD + ITEM.format("") + TAIL,
    "many ampersands": HEAD + ITEM.format(f"<description>{'&' * 500_000}</description>") + TAIL,
    "many angles": HEAD + ITEM.format("<" * 500_000) + TAIL,
    "nulls": HEAD + "\0" * 1_000_000 + ITEM.format("") + TAIL,
    "many prefixes": HEAD + ITEM.format("".join(f"<p{n}:x/>" for n in range(N))) + TAIL,
    "many bases": '<feed xmlns="http://www.w3.org/2005/Atom">' + '<x xml:base="a/">' * 200 + ITEM.format("") * 500,
    "many categories": HEAD + ITEM.format("<category>c</category>" * N) + TAIL,
    "long link": HEAD + ITEM.format(f"<link>https://h.example/{'a/' * N}</link>") + TAIL,
    "open quotes": HEAD + ITEM.format("") + '<item><title a="' * N,
    "open processing": HEAD + ITEM.format("") + "<?a " * N,
    "many sources": HEAD + ("<item><title>Titre</title>" + "<source> <" * 100) * 100,
    "space before": " " * 5_000_000 + HEAD + ITEM.format("") + TAIL,
    "wrapped": HEAD + "<item>" + "<w>" * 1500 + "<title>Titre</title>" + "</w>" * 1500 + "</item>" + TAIL,
    "slashes": HEAD + ITEM.format("") + f"<item><link>https://h.example/{'a/.' * 10_000}</link></item>" + TAIL,
}  # fmt: skip


def read(content: bytes | str) -> Found:
    return parse(answer(content, URL, "application/xml"), source(Kind.FEED, URL))


def timed(content: bytes | str, seconds: float) -> Found:
    started = time.process_time()
    found = read(content)
    assert time.process_time() - started < seconds
    return found


@pytest.mark.parametrize("name", CASES)
def test_hostile_feed_is_read_within_bounds(name: str) -> None:
    found = timed(CASES[name], 5)
    assert found.items
    assert any(item.title.startswith("Titre") for item in found.items) or name == "wrapped"


def test_ten_thousand_entries_in_linear_time() -> None:
    def feed(count: int, item: str) -> str:
        return HEAD + "".join(item.replace("/1<", f"/{n}<") for n in range(count)) + TAIL

    for item in (
        ITEM.format("<description>Texte &amp; suite</description>"),
        ITEM.format("<description><br></description>"),
    ):
        started = time.process_time()
        assert len(read(feed(1000, item)).items) == 1000
        small = time.process_time() - started
        found = timed(feed(10_000, item), max(10 * small * 4, 4))
        assert len({one.url for one in found.items}) == 10_000


def test_entries_beyond_the_bound_are_told() -> None:
    found = timed(HEAD + "<item/>" * (MAX_ENTRIES + 1) + TAIL, 20)
    assert len(found.items) == MAX_ENTRIES
    assert any("only the first" in problem for problem in found.problems)


@pytest.mark.parametrize("place", ["title", "description", "x"])
def test_entity_bombs_are_not_expanded(place: str) -> None:
    levels = "".join(f'<!ENTITY l{n} "' + f"&l{n - 1};" * 10 + '">' for n in range(1, 10))
    declared = f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY l0 "ha">{levels}]>'
    item = f'<item><title>t</title><{place} a="&l9;">&l9;</{place}></item>'
    found = timed(f'{declared}<rss version="2.0"><channel>{item}{TAIL}', 5)
    assert len(found.items) == 1
    assert all(len(item.title + item.summary + item.body) < 100 for item in found.items)


def test_external_entities_are_not_loaded() -> None:
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}"
    declared = (
        f'<!DOCTYPE rss SYSTEM "{base}/dtd" [<!ENTITY file SYSTEM "file:///etc/passwd"><!ENTITY net SYSTEM "{base}/net">'
        f'<!ENTITY % p SYSTEM "{base}/parameter"> %p;]>'
    )
    stylesheet = f'<?xml-stylesheet type="text/xsl" href="{base}/xsl"?>'
    try:
        found = read(
            f'<?xml version="1.0"?>{stylesheet}{declared}<rss><channel><item><title>&file; &net;</title></item>{TAIL}'
        )
    finally:
        server.shutdown()
        server.server_close()
    assert [item.title for item in found.items] == ["&file; &net;"]
    assert asked == []


def test_random_bytes() -> None:
    noise = random.Random(1).randbytes(1_000_000)
    started = time.process_time()
    with pytest.raises(ParseError):
        read(noise)
    found = read((HEAD + "<item><title>Titre</title><description>").encode() + noise)
    assert found.items[0].title == "Titre"
    assert time.process_time() - started < 10
