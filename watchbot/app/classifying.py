"""Tagging what was collected, and learning from corrections."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from watchbot.errors import UsageError
from watchbot.model import Example, Item, Verdict

if TYPE_CHECKING:
    from watchbot.classify.classifier import Classifier
    from watchbot.classify.explain import Explanation
    from watchbot.classify.retag import Retagged
    from watchbot.config import Watch
    from watchbot.store import Store

# Of how many of the newest items some are proposed for labelling.
RECENT = 2_000
# How many examples tell how like texts are that have little in common.
SAMPLE = 300


def load_classifier(watch: Watch, store: Store | None = None) -> Classifier:
    """The watch's trained classifier; vectors are cached in the store when one is given."""
    from watchbot.classify.classifier import Classifier

    return Classifier.load(watch.classifier_folder, store.vectors if store is not None else None)


def classify(
    watch: Watch,
    store: Store,
    *,
    clock: Callable[[], datetime],
    fast: bool = False,
    everything: bool = False,
    limit: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Retagged:
    """Tag every item that the present head has not judged, or that was edited since.

    Each batch is recorded by itself: killed at any point, the next run goes on with what is left. Judgements of people stay.

    Args:
        watch: whose classifier judges.
        store: where the items are.
        clock: says when a verdict was given.
        fast: by the fast tier alone, for a large archive.
        everything: also what only the fast tier has judged.
        limit: at most so many items in this run.
        progress: told (done, to do in this run) after each batch.

    Raises:
        UsageError: both `fast` and `everything` were asked for.
    """
    from watchbot.classify.retag import retag

    if fast and everything:
        message = "--fast judges by the fast tier, --all judges again what that tier judged: choose one"
        raise UsageError(message)
    return retag(
        store,
        load_classifier(watch, store),
        clock=clock,
        mode="fast" if fast else "auto",
        again=everything,
        limit=limit,
        progress=progress,
    )


def correct(
    watch: Watch,
    store: Store,
    item_id: str,
    *,
    topics: Sequence[str],
    off_topic: bool,
    author: str,
    at: datetime,
    origin: str = "cli",
) -> Example:
    """Record what a person says of an item: it is tagged so at once, and an example at the next training.

    Raises:
        UsageError: no such item or topic, or neither topics nor off-topic were given.
    """
    item = store.items.get(item_id)
    if item is None:
        message = f'no item "{item_id}"; `watchbot items` lists them'
        raise UsageError(message)
    known = [topic.id for topic in watch.classifier.topics]
    chosen = chosen_topics(topics, known, off_topic=off_topic)
    example = Example(
        title=item.title,
        summary=item.summary,
        topics=chosen,
        relevant=not off_topic,
        lang=item.language,
        publisher=item.publisher,
        theme=f"correction-{item.id}",
        template=f"correction-{item.id}",
        author=author,
        date=at.date().isoformat(),
    )
    verdict = Verdict(
        relevant=not off_topic,
        relevance=float(not off_topic),
        topics=chosen,
        scores={topic: float(topic in chosen) for topic in known},
    )
    with store.transaction():
        store.corrections.add(example, item=item.id, origin=origin, at=at)
        store.tags.record([(item.id, "", verdict)], "human", at, by="human")
    return example


def chosen_topics(topics: Sequence[str], known: Sequence[str], *, off_topic: bool) -> tuple[str, ...]:
    """The topics that a person chose, as the watch writes them, each once, in the order given.

    Args:
        topics: ids in any case.
        known: ids of the watch's topics.
        off_topic: the person says that the item has no place in the watch.

    Raises:
        UsageError: no such topic, or neither topics nor off-topic were given, or both.
    """
    from watchbot.config.problems import nearest

    if off_topic == bool(topics):
        message = "give either topics or off-topic"
        raise UsageError(message)
    folded = {topic.casefold(): topic for topic in known}
    for topic in topics:
        if topic.casefold() not in folded:
            message = f'no topic "{topic}"{nearest(topic, known)}'
            raise UsageError(message)
    return tuple(dict.fromkeys(folded[topic.casefold()] for topic in topics))


def fold_in_corrections(watch: Watch, store: Store) -> int:
    """Write every correction of the database into classifiers/corrections.jsonl, where training reads them. Idempotent.

    Who says A, then B, then A again on one day has three lines there, in this order: the last word on a text counts.
    """
    from watchbot.classify.examples import read_lines, write_examples

    path = watch.classifier_folder / "corrections.jsonl"
    topics = [topic.id for topic in watch.classifier.topics]
    known = read_lines(path, topics) if path.is_file() else []
    there = Counter(_identity(example) for example in known)
    new = []
    for example in store.corrections.all():
        identity = _identity(example)
        if there[identity]:
            there[identity] -= 1
        else:
            new.append(example)
    if new:
        write_examples(path, [*known, *new])
    return len(new)


def _identity(example: Example) -> tuple[Any, ...]:
    """What tells a correction from others in the file; whoever says the same thing twice a day makes two of one identity."""
    text = (example.title.strip(), example.summary.strip())
    return (*text, example.topics, example.relevant, example.author, example.date)


def explanations(watch: Watch, store: Store, item_id: str) -> list[Explanation]:
    """Why an item bears each of its topics, or why it is off topic.

    Raises:
        UsageError: no such item.
    """
    item = store.items.get(item_id)
    if item is None:
        message = f'no item "{item_id}"; `watchbot items --all` lists them'
        raise UsageError(message)
    return explain_item(load_classifier(watch, store), item)


def said_by_hand(watch: Watch, store: Store, item_id: str) -> str:
    """One French sentence that says who labelled an item, when and how; empty where nobody did."""
    from watchbot.search.labels import day_text

    item = store.items.get(item_id)
    said = store.corrections.latest(item.id) if item is not None else None
    if said is None:
        return ""
    names = watch.topic_names
    labels = ", ".join(f"«\u00a0{names.get(topic, topic)}\u00a0»" for topic in said.topics) or "hors sujet"
    return f"Étiqueté à la main par {said.author}, le {day_text(date.fromisoformat(said.date))}\u00a0: {labels}."


def explain_item(classifier: Classifier, item: Item) -> list[Explanation]:
    """Why an item bears each of its topics, or why it is off topic, by a classifier that is loaded already."""
    from watchbot.classify.explain import explain_all
    from watchbot.classify.retag import item_text

    return explain_all(classifier, item_text(item))


def to_label(watch: Watch, store: Store, count: int) -> list[tuple[Item, str]]:
    """The items whose labels would teach the classifier most, with what it is in doubt about; judged ones are left out."""
    from watchbot.classify.active import Candidate, propose
    from watchbot.classify.retag import item_text
    from watchbot.classify.text import headline

    classifier = load_classifier(watch, store)
    recent = [item for item in store.items.select(limit=RECENT) if not store.tags.by_human(item.id)]
    verdicts = store.tags.verdicts([item.id for item in recent])
    items = {item.id: item for item in recent if item.id in verdicts}
    if not items:
        return []
    # Every item that was judged has a vector by the fast tier's encoder in the store; an edited one is encoded now.
    encoder = classifier.head.tiers["fast"].encoders[0]
    vectors = classifier.vectors(encoder, [headline(item_text(item)) for item in items.values()])
    candidates = [
        Candidate(id=item, verdict=verdicts[item], vector=vector) for item, vector in zip(items, vectors, strict=True)
    ]
    thresholds = classifier.head.notes.thresholds
    chosen = propose(candidates, count, thresholds, unlike=_unlike(classifier, encoder))
    return [(items[one.id], one.about) for one in chosen]


def _unlike(classifier: Classifier, encoder: str) -> float:
    """The cosine of texts that have little in common, by an encoder: the median between labelled examples."""
    import numpy as np

    from watchbot.classify.head import dequantised

    known = classifier.head.memory.vectors[encoder]
    some = dequantised(known[:: max(1, len(known) // SAMPLE)])
    return float(np.median((some @ some.T)[np.triu_indices(len(some), 1)]))
