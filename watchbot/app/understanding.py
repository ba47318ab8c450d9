"""What is worked out once of each text: facets, the calendar's entries, and which items tell the same story."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from watchbot.french_dates import paris_day
from watchbot.model import Item, Kind

if TYPE_CHECKING:
    from watchbot.config import Watch
    from watchbot.extract.deadlines import Said
    from watchbot.store import Store

BODY = 20_000
CLUSTER_WINDOW = timedelta(days=30)
_BATCH = 400


def understand(watch: Watch, store: Store, moment: datetime) -> int:
    """Work out facets and deadlines of texts that are new or edited, and clusters of recent items. Idempotent.

    Returns:
        How many texts were read.
    """
    count = 0
    for ids in store.items.ids_in_batches(_BATCH):
        count += _read_items(watch, store, store.items.get_many(ids), moment)
    count += _read_references(watch, store, moment)
    _cluster(store, moment)
    return count


def _read_items(watch: Watch, store: Store, items: Sequence[Item], moment: datetime) -> int:
    from watchbot.extract.facets import facets
    from watchbot.extract.facts import extract_facts

    regions = {source.id: source.region for source in watch.sources}
    digests = {item.id: _digest(item.title, item.summary, item.body[:BODY]) for item in items}
    unread = set(store.deadlines.unread([(f"item:{one}", digest) for one, digest in digests.items()]))
    chosen = [item for item in items if f"item:{item.id}" in unread]
    with store.transaction():
        store.items.set_facets(
            (item.id, *facets(item.title, item.summary, item.body, regions.get(item.source_id), item.publisher))
            for item in chosen
        )
        for item in chosen:
            text = "\n".join(part for part in (item.title, item.summary, item.body[:BODY]) if part)
            facts = extract_facts(text, paris_day(item.date))
            said = _said(f"item:{item.id}", item.title, facts, item.source_id, item.url, item.id)
            _record(store, said, moment, digests[item.id])
    return len(chosen)


def _read_references(watch: Watch, store: Store, moment: datetime) -> int:
    """Deadlines of tracked pages and documents; those of register records are events of their own."""
    from watchbot.extract.facts import extract_facts

    count = 0
    for source in watch.sources:
        if source.kind not in {Kind.PAGE, Kind.DOCUMENT}:
            continue
        for _, key, _, _ in store.snapshots.references(source.id):
            snapshot = store.snapshots.latest(source.id, key)
            if snapshot is None or not store.deadlines.unread([(f"ref:{source.id}:{key}", snapshot.digest)]):
                continue
            facts = extract_facts(snapshot.text, paris_day(snapshot.first_seen))
            with store.transaction():
                said = _said(
                    f"ref:{source.id}:{key}", snapshot.title or source.name, facts, source.id, snapshot.url, None
                )
                _record(store, said, moment, snapshot.digest)
            count += 1
    return count


def _said(key: str, title: str, facts: tuple, source_id: str, url: str, item_id: str | None) -> Said:  # type: ignore[type-arg]
    from watchbot.extract.deadlines import Said

    return Said(key=key, title=title, facts=facts, source_id=source_id, url=url, item_id=item_id)


def _record(store: Store, said: Said, moment: datetime, digest: str) -> None:
    """Fold one text's deadlines into the calendar: moved, merged with what others say, or new."""
    from watchbot.extract.deadlines import JUST_PASSED, deadlines_of, puts_off, reconciled

    before = store.deadlines.said_by(said.key)
    after = deadlines_of(said, moment)
    if before or after:
        days = [entry.due for entry in after]
        known = [*store.deadlines.on(days), *store.deadlines.moved_from(days)]
        if any(puts_off(entry) for entry in after):
            known.extend(store.deadlines.upcoming(paris_day(moment) - JUST_PASSED, date.max))
        changed, uids = reconciled(before, after, known, moment)
        store.deadlines.save(changed)
        store.deadlines.set_said_by(said.key, uids)
    if before:
        store.deadlines.remove_unsaid()
    store.deadlines.mark_read(said.key, digest)


def _cluster(store: Store, moment: datetime) -> None:
    """Which recent items of different publishers tell the same story."""
    from watchbot.collect.duplicates import Story, clusters

    items = store.items.select(since=moment - CLUSTER_WINDOW, limit=None)
    stories = [
        Story(
            id=item.id,
            title=item.title,
            text=f"{item.summary} {item.body[:4000]}",
            publisher=item.publisher,
            published=item.date,
        )
        for item in items
    ]
    store.items.set_clusters(clusters(stories).items())


def _digest(*texts: str) -> str:
    return hashlib.sha256("\x1f".join(texts).encode()).hexdigest()[:32]
