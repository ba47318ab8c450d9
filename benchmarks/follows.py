"""Looking for what is new of many follows, against asking the search anew for each of them.

    python benchmarks/follows.py [--readers 1000] [--items 10000] [--new 100]

A watch of `items` items, of which `new` came since the last look; each reader follows a search (a hundred different ones), a register
number and a deadline. Printed: seconds of processor time of a look that finds something, of one that finds nothing new, and of the rival: one `search_items`
a follow, as a cron job around `watchbot search` would do. The outcome is checked: every reader is told once.
"""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from watchbot.app.follow_alerts import alert_follows
from watchbot.app.follows import follow
from watchbot.app.people import add_subscriber
from watchbot.app.scaffold import init_watch
from watchbot.app.searching import search_items
from watchbot.config import Watch, load_watch
from watchbot.model import Deadline, FollowedKind, FoundItem, Verdict
from watchbot.store import Store

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
WORDS = [
    "tournage",
    "décor",
    "costume",
    "lumière",
    "énergie",
    "hydrogène",
    "batterie",
    "réseau",
    "carbone",
    "bilan",
    "aide",
    "fonds",
    "région",
    "label",
    "critère",
    "studio",
    "rendu",
    "animation",
    "montage",
    "transport",
    "train",
    "camion",
    "cantine",
    "déchet",
    "réemploi",
    "bois",
    "peinture",
    "forêt",
    "littoral",
    "formation",
    "métier",
    "certification",
    "parité",
    "festival",
    "prix",
    "atelier",
]
RIVALS = 100


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--readers", type=int, default=1_000)
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--new", type=int, default=100)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        init_watch(Path(folder) / "w")
        watch = load_watch(Path(folder) / "w", {})
        with Store(watch.database) as store:
            chance = random.Random(6)
            fill(watch, store, given.items, NOW - timedelta(days=300), chance)
            searches = prepare(watch, store, given.readers, chance)
            measure(watch, store, given.readers, given.new, searches, chance)


def fill(watch: Watch, store: Store, count: int, start: datetime, chance: random.Random, span: float = 300.0) -> None:
    """Items of random words over `span` days, all relevant."""
    topics = [topic.id for topic in watch.classifier.topics]
    for first in range(0, count, 500):
        seen = start + timedelta(days=span * first / max(count, 1))
        found = [
            FoundItem(
                guid=f"{start:%j}-{number}",
                url=f"https://example.org/{start:%j}/{number}",
                title=" ".join(chance.choices(WORDS, k=8)),
                summary=" ".join(chance.choices(WORDS, k=25)),
                published=seen,
            )
            for number in range(first, min(first + 500, count))
        ]
        with store.transaction():
            new = store.items.save(watch.sources[0], found, seen).new
            judged = []
            for one in new:
                topic = chance.choice(topics)
                judged.append((one, "h", Verdict(relevant=True, relevance=0.9, topics=(topic,), scores={topic: 0.9})))
            store.tags.record(judged, "head", seen)


def prepare(watch: Watch, store: Store, readers: int, chance: random.Random) -> list[str]:
    """Readers with three follows each; returns the searches."""
    searches = [" ".join(chance.sample(WORDS, 2)) for _ in range(100)]
    dues = [
        Deadline(
            uid=f"d{n}@watchbot",
            due=date(2026, 11, 30),
            title=f"Dépôt {n}",
            role="depot",
            quote="le 30 novembre",
            confidence=0.9,
        )
        for n in range(50)
    ]
    store.deadlines.save(dues)
    with store.transaction():
        for number in range(readers):
            address = f"r{number}@example.org"
            reader = add_subscriber(watch, store, "email", address, editions=["hebdo"], confirmed=True, at=NOW)
            at = NOW - timedelta(days=10)
            follow(watch, store, reader.id, FollowedKind.SEARCH, searches[number % 100], at=at)
            follow(watch, store, reader.id, FollowedKind.REFERENCE, f"RS{1000 + number % 200}", at=at)
            follow(watch, store, reader.id, FollowedKind.DEADLINE, dues[number % 50].uid, at=at)
    return searches


def measure(watch: Watch, store: Store, readers: int, new: int, searches: list[str], chance: random.Random) -> None:
    """A look that finds something, one that does not, and the rival."""
    fill(watch, store, new, NOW, chance, span=0.0)
    search_items(watch, store, searches[0], NOW)  # the index is in memory in a running watch
    began = time.process_time()
    queued = alert_follows(watch, store, NOW + timedelta(hours=1))
    full = time.process_time() - began
    assert queued == readers, (queued, readers)
    began = time.process_time()
    assert alert_follows(watch, store, NOW + timedelta(hours=2)) == 0
    idle = time.process_time() - began
    began = time.process_time()
    for number in range(RIVALS):
        search_items(watch, store, f"{searches[number % 100]} {WORDS[number % len(WORDS)]}", NOW)
    each = (time.process_time() - began) / RIVALS
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{3 * readers} follows of {readers} readers, {store.items.count()} items, {new} new")
    print(f"a look that tells every reader  {full:7.2f} s  ({queued / full:.0f} messages composed and queued a second)")
    print(f"a look that finds nothing new   {idle:7.2f} s")
    print(
        f"rival: a search for each        {readers * each:7.2f} s  ({1000 * each:.1f} ms each; {readers * each / idle:.1f}x the look)"
    )
    print(f"memory at the most              {memory:7d} MB")


if __name__ == "__main__":
    main()
