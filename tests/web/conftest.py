"""The web app on loopback as people reach it, with a mail server that keeps what it gets."""

from __future__ import annotations

import contextlib
import email
import email.policy
import re
import shutil
import time
from datetime import UTC, datetime

import httpx
import pytest

from watchbot.app.scaffold import init_watch
from watchbot.config import load_watch
from watchbot.demo.sinks import MailSink
from watchbot.model import Deadline, FoundItem, Kind, Source, Verdict
from watchbot.store import Store
from watchbot.web.guard import Pace
from watchbot.web.serve import WebThread

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
SOURCE = Source(id="ecoprod-actualites", name="Ecoprod", publisher="Ecoprod", kind=Kind.FEED, url="https://e.org/f")
ITEMS = [
    FoundItem(
        guid=str(n),
        url=f"https://e.org/{n}",
        title=title,
        summary="Un résumé.",
        published=datetime(2026, 11, 10 + n, tzinfo=UTC),
    )
    for n, title in enumerate(
        ["Aide aux tournages en Région Sud", "<script>alert(1)</script> & co", "Le bilan carbone devient obligatoire"]
    )
]


class Site:
    """The running app, its database, and the mails that it sent."""

    def __init__(self, watch, thread: WebThread, sink: MailSink, client: httpx.Client) -> None:
        self.watch = watch
        self.thread = thread
        self.sink = sink
        self.client = client
        self.now = NOW

    def store(self) -> Store:
        return Store(self.watch.database)

    def mail(self, number: int = 1):
        """The `number`-th mail, once it has come."""
        end = time.monotonic() + 20
        while len(self.sink.messages) < number:
            assert time.monotonic() < end, "no mail came"
            time.sleep(0.05)
        return email.message_from_bytes(self.sink.messages[number - 1].content, policy=email.policy.default)

    def link(self, number: int, part: str) -> str:
        """The path of a link in the `number`-th mail."""
        text = self.mail(number).get_body(("plain",)).get_content()
        return re.search(rf"http\S+(/{part}/\S+)", text)[1]

    def subscribe(self, address: str = "camille@example.org", **fields) -> httpx.Response:
        return self.client.post("/inscription", data={"address": address, "editions": "hebdo", **fields})

    def send(self, edition: str):
        """Send today's issue; the last mail that came."""
        from watchbot.app.digesting import send

        with self.store() as store:
            report = send(self.watch, store, self.watch.edition(edition), clock=lambda: self.now)
        assert report.delivered["sent"] == 1
        return self.mail(len(self.sink.messages))

    def person(self, address: str = "equipe@example.org", *editions: str, **wishes):
        """A reader who confirmed elsewhere."""
        from watchbot.app.people import add_subscriber

        with self.store() as store:
            return add_subscriber(
                self.watch,
                store,
                "email",
                address,
                editions=editions or ["hebdo"],
                confirmed=True,
                at=self.now,
                **wishes,
            )

    def token(self, reader, purpose: str) -> str:
        """A signed token as stands in a mail."""
        from watchbot.app.links import token

        return token(self.watch, reader.id, purpose)

    def item(self, part: str):
        """The item whose title holds this."""
        with self.store() as store:
            return next(item for item in store.items.select(limit=None) if part in item.title)

    def reader(self, address: str = "camille@example.org"):
        with self.store() as store:
            return store.subscribers.find("email", address)


def fill(watch) -> None:
    with Store(watch.database) as store:
        store.items.save(SOURCE, ITEMS, NOW)
        items = store.items.select(limit=None)
        verdict = Verdict(relevant=True, relevance=0.9, topics=("financements",), scores={"financements": 0.9})
        store.tags.record([(item.id, "h", verdict) for item in items], "head", NOW)
        south = next(item for item in items if "Sud" in item.title)
        store.items.set_facets([(south.id, "sud", ["fiction"], [])])
        due = Deadline(
            uid="d1@watchbot",
            due=datetime(2026, 12, 15, tzinfo=UTC).date(),
            title="Appel à projets",
            role="depot",
            quote="avant le 15 décembre 2026",
            confidence=0.9,
            item_ids=(south.id,),
        )
        store.deadlines.save([due])


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("web") / "w"
    init_watch(folder)
    return folder


@pytest.fixture(scope="session")
def filled(folder, tmp_path_factory):
    """A database with a few items, to be copied: making one takes longer."""
    path = tmp_path_factory.mktemp("filled") / "watch.db"
    fill(load_watch(folder, {"WATCHBOT_DB": str(path)}))
    return path


@pytest.fixture
def site(folder, filled, tmp_path):
    """The app with a database of its own."""
    with _served(folder, filled, tmp_path / "watch.db") as site:
        yield site


@pytest.fixture(scope="session")
def shared(folder, filled, tmp_path_factory):
    """The app for tests that only read."""
    with _served(folder, filled, tmp_path_factory.mktemp("shared") / "watch.db") as site:
        yield site


@contextlib.contextmanager
def _served(folder, filled, database):
    shutil.copy(filled, database)
    with MailSink() as sink:
        environ = {
            "WATCHBOT_DB": str(database),
            "WATCHBOT_WEB_PORT": "0",
            "WATCHBOT_SMTP_URL": sink.url,
            "WATCHBOT_SMTP_ALLOW_PLAIN": "1",
            "WATCHBOT_SMTP_RATE": "1000",
        }
        watch = load_watch(folder, environ)
        moments = {}
        thread = WebThread(watch, lambda: moments["site"].now, forms=Pace(50, 0.01), pages=Pace(500, 0.01))
        assert thread.start()
        with httpx.Client(base_url=f"http://127.0.0.1:{thread.port}", timeout=20) as client:
            moments["site"] = Site(watch, thread, sink, client)
            yield moments["site"]
        thread.stop()
