"""Re-tagging an archive after another training or another encoder: in batches, resumable, readers never kept waiting.

A batch is encoded outside any transaction and recorded in a short one, so that queries and other writers go on. Nothing says
where it stopped but the verdicts themselves: what bears the new head's name is done. Memory holds one batch, whatever the size
of the archive.
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
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Retagged:
    """How far re-tagging has come: items judged so far in this run, of those that were waiting, and relevant ones among them."""

    done: int
    waiting: int
    relevant: int


def retag(
    store: Store,
    classifier: Classifier,
    *,
    clock: Callable[[], datetime],
    mode: Mode = "auto",
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
        batch: items held in memory at once.
        limit: stop after about so many items, to go on at the next call.
        progress: told (done, waiting at the start) after each batch.
    """
    waiting = store.tags.waiting_count(classifier.name)
    done = relevant = 0
    for items in _batches(store, classifier.name, batch):
        texts = [as_text(item) for item in items]
        verdicts = classifier.tag(texts, mode=mode)
        judged = [(i.id, text_hash(headline(t)), v) for i, t, v in zip(items, texts, verdicts, strict=True)]
        store.tags.record(judged, classifier.name, clock())
        done += len(items)
        relevant += sum(verdict.relevant for verdict in verdicts)
        if progress is not None:
            progress(done, waiting)
        if limit is not None and done >= limit:
            break
    return Retagged(done=done, waiting=waiting, relevant=relevant)


def as_text(item: Item) -> Text:
    """An item as the classifier reads it."""
    return Text(title=item.title, summary=item.summary, body=item.body, publisher=item.publisher)


def _batches(store: Store, head: str, size: int) -> Iterator[Sequence[Item]]:
    for ids in store.tags.waiting(head, size):
        yield store.items.get_many(ids)
