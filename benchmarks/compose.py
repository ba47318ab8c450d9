"""How fast digests are composed and rendered for many readers, against a plain loop that works everything out for each.

    python benchmarks/compose.py [--readers 10000] [--quick]

The rival is what one writes first: for each reader, filter the stories, clean, typeset and date each of them, and fill a
Jinja template. Both compose from the same week of a watch (120 stories, 12 changes, 25 deadlines); readers have distinct
preferences (topics and their order, regions, kinds) and have each been told other things before. Times are of the
processor; memory is the peak of the process before and after.
"""

from __future__ import annotations

import argparse
import random
import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from jinja2 import Environment

from watchbot.digest.compose import Composer, Material
from watchbot.digest.entries import change_entry, due_line, entry_of
from watchbot.digest.model import Digest, Links, Story
from watchbot.digest.render import render_mail, render_telegram
from watchbot.digest.summary import summarise
from watchbot.model import (
    PRODUCTIONS,
    REGIONS,
    Change,
    Deadline,
    Edit,
    Edition,
    Item,
    Significance,
    Subscriber,
    Verdict,
)

NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
TODAY = NOW.date()
TEMPLATES = Path(__file__).parents[1] / "digests" / "templates"
TOPICS = {
    name: name.capitalize()
    for name in (
        *("reglementation", "financements", "referentiels", "mesure", "innovations", "numerique", "formation"),
        *("metiers", "social", "biodiversite", "animation", "evenements", "international"),
    )
}
EDITION = Edition(id="hebdo", name="Hebdo coordination")
LINKS = Links(unsubscribe="https://v.example/u/abc", preferences="https://v.example/p/abc")
SENTENCE = (
    "La région demande un bilan carbone prévisionnel avant le 15 janvier 2027 pour les tournages de plus de dix jours."
)
RIVAL = """{{ name }}
{% for topic, entries in sections %}
{{ topic }}
{% for entry in entries %}
* {{ entry.title }}
{{ entry.publisher }}, {{ entry.day }}
{{ entry.summary }}
{{ entry.chips|join(" ; ") }}
{{ entry.url }}
{% endfor %}
{% endfor %}
{% for due in deadlines %}{{ due.day }}, {{ due.left }}: {{ due.title }}
{% endfor %}
{% for change in changes %}{{ change.title }}: {{ change.reasons|join(", ") }}
{% endfor %}
"""


def stories(count: int) -> tuple[Story, ...]:
    chance = random.Random(1)
    made = []
    for number in range(count):
        topics = tuple(chance.sample(list(TOPICS), chance.choice((1, 1, 2, 3))))
        title = (
            f"Nouvelle {number} : l'écoproduction avance « vraiment » ; 28 000 € pour les équipes du plateau {number}"
        )
        item = Item(
            id=f"{number:012x}",
            url=f"https://www.example.org/actualites/{number}",
            title=title,
            summary=f"{SENTENCE} {number}",
            body=" ".join(f"{SENTENCE} Variante {n}." for n in range(30)),
            publisher=f"Éditeur {number % 35}",
            region=chance.choice([None, None, None, *list(REGIONS)[:13]]),
            productions=tuple(chance.sample(list(PRODUCTIONS), chance.choice((0, 0, 1)))),
            published=NOW - timedelta(hours=number),
            first_seen=NOW - timedelta(hours=number),
            last_seen=NOW,
            cluster=f"{number:012x}",
        )
        verdict = Verdict(relevant=True, relevance=0.9, topics=topics, scores={})
        made.append(
            Story(
                item=item,
                verdict=verdict,
                summary=summarise(title, item.summary, item.body),
                chips=("28 000 €", "Avant le 15 janvier 2027"),
                importance=chance.random(),
            )
        )
    return tuple(made)


def eight_weeks(stories: tuple[Story, ...]) -> tuple[Story, ...]:
    """A week of stories eight times over, each with ids of its own and a week older."""
    return tuple(
        replace(
            one,
            item=replace(
                one.item, id=f"{week}{one.item.id}", cluster="", first_seen=one.item.first_seen - timedelta(weeks=week)
            ),
        )
        for week in range(8)
        for one in stories
    )


def material() -> Material:
    edits = tuple(
        Edit(op="edited", path=("Seuils",), before=f"{SENTENCE} {n} %", after=f"{SENTENCE} {n + 5} %") for n in range(4)
    )
    changes = tuple(
        Change(
            id=f"c{n}",
            source_id="s",
            key=f"k{n}",
            title=f"Référentiel {n} : la nouvelle version",
            url="https://www.example.org/referentiel",
            event="edited",
            detected_at=NOW,
            significance=Significance.SUBSTANTIVE,
            reasons=("seuil 65 % → 70 %", "85 → 90 actions"),
            edits=edits,
        )
        for n in range(12)
    )
    made = stories(120)
    deadlines = tuple(
        Deadline(
            uid=f"d{n}@w",
            due=date(2026, 11, 25) + timedelta(days=3 * n),
            title=f"Dépôt {n} : fonds numéro {n}",
            role="depot",
            quote=SENTENCE,
            confidence=0.9,
            item_ids=(made[n].item.id,),
            url="https://www.example.org/fonds",
        )
        for n in range(25)
    )
    publishers = {"s": "Ecoprod"}
    return Material(
        stories=made, changes=changes, deadlines=deadlines, topics=TOPICS, publishers=publishers, watch="Veille"
    )


def readers(count: int) -> Iterator[tuple[Subscriber, frozenset[str]]]:
    """Readers one after another, with what each was told before; nobody holds all of them."""
    chance = random.Random(2)
    for number in range(count):
        topics = tuple(chance.sample(list(TOPICS), chance.randint(0, 8)))
        reader = Subscriber(
            id=f"r{number}",
            channel="email",
            address=f"r{number}@example.org",
            topics=topics,
            regions=tuple(chance.sample(list(REGIONS)[:13], chance.choice((0, 0, 1, 2)))),
            kinds=tuple(chance.sample(list(PRODUCTIONS), chance.choice((0, 0, 0, 2)))),
            created_at=NOW,
        )
        yield reader, frozenset(f"{n:012x}" for n in chance.sample(range(120), 20))


def naive(told: Material, reader: Subscriber, sent: frozenset[str]) -> str:
    """One reader's digest as text, everything worked out anew."""
    wanted = reader.topics or tuple(TOPICS)
    sections = []
    known: set[str] = set()
    for topic in wanted:
        fitting = [
            story
            for story in told.stories
            if topic in story.verdict.topics
            and story.item.id not in sent | known
            and (not reader.regions or not story.item.region or story.item.region in reader.regions)
            and (not reader.kinds or not story.item.productions or set(reader.kinds) & set(story.item.productions))
        ]
        fitting.sort(key=lambda story: -story.importance)
        known.update(story.item.id for story in fitting)
        sections.append((TOPICS[topic], [_anew(story) for story in fitting[: EDITION.max_per_topic]]))
    template = Environment(autoescape=False).from_string(RIVAL)
    return template.render(
        name=EDITION.name,
        sections=sections,
        deadlines=[due_line(deadline, told.publishers, TODAY) for deadline in told.deadlines][:8],
        changes=[change_entry(change, told.publishers) for change in told.changes],
    )


def _anew(story: Story) -> object:
    item = story.item
    fresh = Story(
        item=item,
        verdict=story.verdict,
        summary=summarise(item.title, item.summary, item.body),
        chips=story.chips,
        importance=story.importance,
    )
    return entry_of(fresh, TOPICS)


def timed(action: Callable[[], object]) -> float:
    start = time.process_time()
    action()
    return time.process_time() - start


def peak() -> float:
    """The most memory the process ever had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--readers", type=int, default=10_000)
    parser.add_argument("--quick", action="store_true", help="a tenth of the readers")
    arguments = parser.parse_args()
    count = arguments.readers // 10 if arguments.quick else arguments.readers
    told = material()
    before = peak()

    shown = [0]

    def ours() -> None:
        composer = Composer(EDITION, told, NOW)
        for reader, sent in readers(count):
            shown[0] += len(composer.compose(reader, sent).entries)

    seconds = timed(ours)
    print(
        f"composed {count} digests of {shown[0] / count:.1f} stories: {seconds:.1f} s, {count / seconds:,.0f} a second"
    )
    print(f"memory: {before:.0f} MB before, {peak():.0f} MB at the most")

    # All of them waiting since eight different weeks, with eight weeks of stories: the longest that an issue can take.
    long = replace(told, stories=eight_weeks(told.stories))

    def waiting() -> None:
        composer = Composer(EDITION, long, NOW)
        for number, (reader, sent) in enumerate(readers(count)):
            composer.compose(reader, sent, since=NOW - timedelta(weeks=1 + number % 8))

    seconds_waiting = timed(waiting)
    print(f"composed {count} digests for readers who waited 1 to 8 weeks for enough: {seconds_waiting:.1f} s")

    few = max(20, count // 100)
    rival = timed(lambda: [naive(told, reader, sent) for reader, sent in readers(few)]) / few
    print(f"rival, a loop with Jinja for each reader: {1 / rival:,.0f} a second; ratio {rival / (seconds / count):.1f}")

    composer = Composer(EDITION, told, NOW)
    digests: list[Digest] = [composer.compose(reader, sent) for reader, sent in readers(few)]
    mails = timed(lambda: [render_mail(digest, TEMPLATES, LINKS) for digest in digests]) / few
    chats = timed(lambda: [render_telegram(digest, TEMPLATES, LINKS) for digest in digests]) / few
    sizes = sorted(len(render_mail(digest, TEMPLATES, LINKS)[1].encode()) for digest in digests)
    print(
        f"rendered: {1 / mails:,.0f} mails a second (HTML inlined, and text), {1 / chats:,.0f} Telegram digests a second"
    )
    print(f"HTML: median {sizes[few // 2] / 1000:.0f} kB, largest {sizes[-1] / 1000:.0f} kB")


if __name__ == "__main__":
    main()
