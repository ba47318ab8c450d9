"""How fast a round of collecting is, measured against the PyPI package `reader` on the same server in the same run.

    python benchmarks/collect.py feeds     # (a) 1,000 feeds of 20 items: cold, then all 304
    python benchmarks/collect.py hosts     # (d) 10,000 sources on 200 hosts, some slow, some dead
    python benchmarks/collect.py           # both

The server is a process of its own on loopback, one address (127.1.0.N) a host. Each round is a process of its own that
stores what it collects in SQLite, in TMPDIR: `TMPDIR=/dev/shm` leaves a busy disk out. Both sides load their modules before
the clock starts. reader is measured with each number of `--workers`, and its best counts. `pip install '.[bench]'` first.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar

ITEMS = 20
START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
WORDS = [
    "aide",
    "tournage",
    "écoproduction",
    "bilan",
    "carbone",
    "région",
    "production",
    "label",
    "référentiel",
    "appel",
]
WORDS += ["projets", "financement", "studio", "décor", "énergie", "mobilité", "réemploi", "formation", "certification"]
WORDS += ["plateau", "équipe", "calendrier", "commission", "dossier", "dépôt"]


# ---------------------------------------------------------------------------------------------- the server


def feed(number: int, items: int = ITEMS) -> bytes:
    """A feed of items with summaries of some 60 words, as WordPress sites give them."""
    entries = []
    for n in range(items):
        words = [WORDS[(number * 7 + n * 13 + k * k) % len(WORDS)] for k in range(60)]
        published = format_datetime(START - timedelta(hours=7 * n + number % 5))
        entries.append(
            f"<item><title>{' '.join(words[:9]).capitalize()} {number}-{n}</title>"
            f"<link>https://site{number}.example.org/actualites/{n}/</link>"
            f'<guid isPermaLink="false">https://site{number}.example.org/?p={n}</guid><pubDate>{published}</pubDate>'
            f"<description><![CDATA[<p>{' '.join(words)}.</p><p>Lire la suite…</p>]]></description></item>"
        )
    head = f"<title>Site {number}</title><link>https://site{number}.example.org/</link><description/>"
    body = f'<rss version="2.0"><channel>{head}{"".join(entries)}</channel></rss>'
    return f'<?xml version="1.0" encoding="UTF-8"?>{body}'.encode()


class Site(asyncio.Protocol):
    """Answers `/N.xml` with a feed or 304; slow hosts after a second, dead ones never."""

    slow: frozenset[str] = frozenset()
    dead: frozenset[str] = frozenset()
    items: int = ITEMS
    cache: ClassVar[dict[str, bytes]] = {}

    def connection_made(self, transport: Any) -> None:
        """Note which host was connected to."""
        self.transport = transport
        self.pending = b""
        self.host = transport.get_extra_info("sockname")[0]

    def data_received(self, data: bytes) -> None:
        """Answer every request that is complete."""
        self.pending += data
        while (end := self.pending.find(b"\r\n\r\n")) >= 0:
            head, self.pending = self.pending[:end], self.pending[end + 4 :]
            if self.host in self.dead:
                continue
            answer = self.answer(head)
            if self.host in self.slow:
                asyncio.get_running_loop().call_later(1.0, self.transport.write, answer)
            else:
                self.transport.write(answer)

    def answer(self, head: bytes) -> bytes:
        """The answer to one request."""
        path = head.split(b" ", 2)[1].decode()
        if not path.endswith(".xml"):
            return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        etag = f'"{path}"'.encode()
        if b"if-none-match: " + etag in head.lower().replace(b"if-none-match:  ", b"if-none-match: "):
            return b"HTTP/1.1 304 Not Modified\r\nETag: " + etag + b"\r\n\r\n"
        if path not in self.cache:
            body = feed(int(path.rpartition("/")[2][:-4]), self.items)
            self.cache[path] = (
                b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml; charset=UTF-8\r\nETag: %b\r\nContent-Length: %d\r\n\r\n"
                % (etag, len(body))
            ) + body
        return self.cache[path]


def serve(hosts: list[str], slow: set[str], dead: set[str], items: int, ready: Any) -> None:
    Site.slow, Site.dead, Site.items = frozenset(slow), frozenset(dead), items

    async def run() -> None:
        loop = asyncio.get_running_loop()
        first = await loop.create_server(Site, hosts[0], 0, backlog=1024)
        port = first.sockets[0].getsockname()[1]
        for host in hosts[1:]:
            await loop.create_server(Site, host, port, backlog=256)
        ready.put(port)
        await asyncio.sleep(3600)

    asyncio.run(run())


class Server:
    """The server's process, as a context manager that gives the port."""

    def __init__(
        self, hosts: list[str], slow: set[str] = frozenset(), dead: set[str] = frozenset(), items: int = ITEMS
    ) -> None:
        context = multiprocessing.get_context("spawn")
        self.ready = context.Queue()
        self.process = context.Process(target=serve, args=(hosts, slow, dead, items, self.ready), daemon=True)

    def __enter__(self) -> int:
        self.process.start()
        return int(self.ready.get(timeout=30))

    def __exit__(self, *exc: object) -> None:
        self.process.terminate()
        self.process.join()


def loopback(count: int) -> list[str]:
    return [f"127.1.{n // 250}.{n % 250 + 1}" for n in range(count)]


# ---------------------------------------------------------------------------------------------- the contenders


def watchbot_round(urls: list[str], folder: str, manners: dict[str, float]) -> dict[str, Any]:
    """One round as `watchbot collect` makes it: fetched, read, recorded, the next visit planned."""
    from urllib.parse import urlsplit

    from watchbot.app.collecting import collect
    from watchbot.app.scaffold import init_watch
    from watchbot.config import load_watch
    from watchbot.store import Store

    path = Path(folder)
    init_watch(path, blank=True)
    lines = ["version = 1", "[collect]", *(f"{name} = {value}" for name, value in manners.items())]
    lines.append(f"allow_private = {json.dumps(sorted({urlsplit(url).netloc for url in urls}))}")
    for n, url in enumerate(urls):
        lines += [
            "[[sources]]",
            f'id = "s{n}"',
            f'name = "Source {n}"',
            'publisher = "P"',
            'kind = "feed"',
            f'url = "{url}"',
        ]
    (path / "sources.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    watch = load_watch(path, {})
    # Loaded before the clock starts, as reader's parser is by its `add_feed`.
    for module in ("feed_items", "fetch", "source"):
        import_module(f"watchbot.collect.{module}")
    with Store(watch.database) as store:
        started, busy = time.perf_counter(), time.process_time()
        report = collect(watch, store, clock=lambda: datetime.now(UTC), due_only=False)
        took, busy = time.perf_counter() - started, time.process_time() - busy
        items = store.items.count()
        attempts = store.attempts.since(START - timedelta(days=3650))[-len(urls) :]
    hosts: dict[str, float] = {}
    for attempt in attempts:
        host = urlsplit(urls[int(attempt.source_id[1:])]).hostname or ""
        ended = attempt.started_at.timestamp() + attempt.elapsed_ms / 1000
        hosts[host] = max(hosts.get(host, 0.0), ended - attempts[0].started_at.timestamp())
    outcomes = Counter(attempt.error or str(attempt.status) for attempt in attempts)
    assert report.sources == len(urls)
    return {"seconds": took, "processor": busy, "items": items, "outcomes": outcomes, "hosts": hosts}


def reader_round(urls: list[str], folder: str, workers: int) -> dict[str, Any]:
    """The same with reader's own `update_feeds`."""
    from reader import make_reader

    Path(folder).mkdir(exist_ok=True)
    reader = make_reader(str(Path(folder) / "reader.db"))
    for url in urls:
        reader.add_feed(url, exist_ok=True)
    started, busy = time.perf_counter(), time.process_time()
    reader.update_feeds(workers=workers, scheduled=False)
    took, busy = time.perf_counter() - started, time.process_time() - busy
    items = reader.get_entry_counts().total
    failed = sum(feed.last_exception is not None for feed in reader.get_feeds())
    reader.close()
    return {"seconds": took, "processor": busy, "items": items, "outcomes": {"failed": failed}}


def child(arguments: dict[str, Any]) -> dict[str, Any]:
    """One round in a process of its own, so that none inherits another's memory or caches."""
    command = [sys.executable, __file__, "child"]
    done = subprocess.run(command, input=json.dumps(arguments), capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


# ---------------------------------------------------------------------------------------------- both measurements


def feeds(count: int, hosts: int, workers: list[int], repeat: int) -> None:
    addresses = loopback(hosts)
    with Server(addresses) as port, tempfile.TemporaryDirectory() as folder:
        urls = [f"http://{addresses[n % hosts]}:{port}/{n}.xml" for n in range(count)]
        best: dict[str, list[float]] = {}

        def measure(name: str, arguments: dict[str, Any]) -> None:
            for turn in range(repeat):
                place = str(Path(folder) / f"{name}-{turn}".replace(" ", "-"))
                cold, same = (child({**arguments, "urls": urls, "folder": place}) for _ in range(2))
                assert cold["items"] == same["items"] == count * ITEMS, (cold, same)
                spent = [f"{one['seconds']:6.2f} s ({one['processor']:5.2f} s of processor)" for one in (cold, same)]
                print(f"{name:18} cold {spent[0]}   304 {spent[1]}   {same['items']:,} items")
                figures = [one[what] for what in ("seconds", "processor") for one in (cold, same)]
                best[name] = list(map(min, best.get(name, figures), figures))

        measure("watchbot", {"who": "watchbot", "manners": {"min_delay": 0.0}})
        for number in workers:
            measure(f"reader workers={number}", {"who": "reader", "workers": number})
        ours = best.pop("watchbot")
        ratios = [min(figures[n] for figures in best.values()) / ours[n] for n in range(4)]
        print(f"watchbot is {ratios[0]:.1f} times as fast as reader cold, {ratios[1]:.1f} times when all is 304;")
        print(f"by processor time, which a busy machine changes less, {ratios[2]:.1f} and {ratios[3]:.1f} times")


def hosts(count: int, number: int, slow: int, dead: int) -> None:
    addresses = loopback(number)
    slow_hosts, dead_hosts = set(addresses[:slow]), set(addresses[slow : slow + dead])
    manners = {"min_delay": 0.5, "timeout": 10.0}
    with Server(addresses, slow_hosts, dead_hosts, items=1) as port, tempfile.TemporaryDirectory() as folder:
        urls = [f"http://{addresses[n % number]}:{port}/{n}.xml" for n in range(count)]
        done = child({"who": "watchbot", "urls": urls, "folder": str(Path(folder) / "watch"), "manners": manners})
    each = count / number
    groups = {"quick": set(addresses) - slow_hosts - dead_hosts, "slow": slow_hosts, "dead": dead_hosts}
    print(
        f"{count:,} sources on {number} hosts ({slow} slow: 1 s an answer; {dead} dead: never any): {done['seconds']:.1f} s"
    )
    print(f"  bound by politeness: {each * manners['min_delay']:.1f} s on a quick host, {each / 2:.1f} s on a slow one")
    for name, members in groups.items():
        ends = [at for host, at in done["hosts"].items() if host in members]
        print(f"  {name:5} hosts all done after {max(ends):6.1f} s")
    one_after_another = dead * each * manners["timeout"]
    print(f"  outcomes: {done['outcomes']}; waiting out each dead source in turn would take {one_after_another:,.0f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("child")
    first = commands.add_parser("feeds")
    first.add_argument("--count", type=int, default=1000)
    first.add_argument("--hosts", type=int, default=50)
    first.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4, 10])
    first.add_argument("--repeat", type=int, default=2)
    second = commands.add_parser("hosts")
    second.add_argument("--count", type=int, default=10_000)
    second.add_argument("--hosts", type=int, default=200)
    second.add_argument("--slow", type=int, default=10)
    second.add_argument("--dead", type=int, default=20)
    for chosen in [sys.argv[1:]] if sys.argv[1:] else [["feeds"], ["hosts"]]:
        run(parser.parse_args(chosen))


def run(given: argparse.Namespace) -> None:
    if given.command == "child":
        arguments = json.loads(sys.stdin.read())
        contender = {"watchbot": watchbot_round, "reader": reader_round}[arguments.pop("who")]
        print(json.dumps(contender(**arguments)))
    elif given.command == "feeds":
        feeds(given.count, given.hosts, given.workers, given.repeat)
    else:
        hosts(given.count, given.hosts, given.slow, given.dead)


if __name__ == "__main__":
    main()
