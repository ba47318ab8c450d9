"""Tagging what a store holds: new and edited items, or the archive after another training or another encoder.

A batch is encoded outside any transaction and recorded in a short one, so that queries and other writers go on. Nothing says
where it stopped but the verdicts themselves: what bears the head's name is done. Memory holds one batch, whatever the size
of the archive. A verdict of the fast tier bears the head's name and `/fast`: it counts as judged, until all is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from watchbot.classify.text import Text, headline, text_hash

if TYPE_CHECKING:
    from watchbot.classify.classifier import Classifier, Mode
    from watchbot.model import Item
    from watchbot.store import Store

BATCH = 256
FAST = "/fast"
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Retagged:
    """How far it has come: items judged in this run, of those that were waiting; kept, off topic and doubtful ones among them."""

    head: str
    judged: int
    waiting: int
    kept: int
    off_topic: int
    maybe: int


def retag(
    store: Store,
    classifier: Classifier,
    *,
    clock: Callable[[], datetime],
    mode: Mode = "auto",
    again: bool = False,
    batch: int = BATCH,
    limit: int | None = None,
    progress: Progress | None = None,
) -> Retagged:
    """Judge every item that the classifier's head has not judged yet. People's judgements stay.

    Args:
        store: where items are read and verdicts written.
        classifier: the newly trained one.
        clock: says when a verdict was given.
        mode: `fast` for large archives, at the loss of accuracy stated in docs/classifier.md.
        again: judge again what only the fast tier has judged.
        batch: items held in memory at once.
        limit: stop after so many items, to go on at the next call.
        progress: told (done, to do in this run) after each batch.
    """
    name = classifier.name + FAST if mode == "fast" else classifier.name
    done_by = (classifier.name,) if again else (classifier.name, classifier.name + FAST)
    waiting = store.tags.waiting_count(done_by)
    aim = waiting if limit is None else min(limit, waiting)
    judged = kept = maybe = 0
    for items in _batches(store, done_by, batch, aim):
        texts = [item_text(item) for item in items]
        verdicts = classifier.tag(texts, mode=mode)
        rows = [(i.id, text_hash(headline(t)), v) for i, t, v in zip(items, texts, verdicts, strict=True)]
        store.tags.record(rows, name, clock())
        judged += len(items)
        kept += sum(verdict.relevant for verdict in verdicts)
        maybe += sum(verdict.maybe for verdict in verdicts)
        if progress is not None:
            progress(judged, aim)
    return Retagged(
        head=classifier.name, judged=judged, waiting=waiting, kept=kept, off_topic=judged - kept, maybe=maybe
    )


def item_text(item: Item) -> Text:
    """An item as the classifier reads it."""
    return Text(title=item.title, summary=item.summary, body=item.body, publisher=item.publisher)


def _batches(store: Store, done_by: Sequence[str], size: int, aim: int) -> Iterator[Sequence[Item]]:
    """Items to judge, by batches of `size`; no more than `aim` in all, though others may add some meanwhile."""
    left = aim
    if left <= 0:
        return
    for ids in store.tags.waiting(done_by, min(size, left)):
        yield store.items.get_many(ids[:left])
        left -= len(ids)
        if left <= 0:
            return
