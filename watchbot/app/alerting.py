"""Alerts at once: a substantive change goes out when it is found, once, to those who asked for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from watchbot.app.digesting import reader_links, render
from watchbot.app.material import bare_material
from watchbot.digest.compose import Material, compose
from watchbot.digest.why import why_received
from watchbot.french_dates import paris_day
from watchbot.model import Change, Delivery, Edition, Subscriber
from watchbot.store.outbox import Outgoing, delivery_key

if TYPE_CHECKING:
    from watchbot.config import Watch
    from watchbot.store import Store

EDITION = "alerte"
# Older changes are told by the digests.
RECENT = timedelta(days=2)


def alert(watch: Watch, store: Store, moment: datetime) -> int:
    """Queue alerts for changes of the last days that deserve one; returns how many were new. Idempotent by change and reader."""
    from watchbot.track.alerts import deserves_alert

    today = paris_day(moment)
    changes = [c for c in store.changes.list(since=moment - RECENT) if deserves_alert(c, today)]
    if not changes:
        return 0
    readers = [(reader, edition) for reader in store.subscribers.active() if (edition := _edition(watch, reader))]
    bare = bare_material(watch)
    queued = 0
    for change in changes:
        material = replace(bare, changes=(change,))
        queued += sum(_queue(watch, store, edition, change, material, reader, moment) for reader, edition in readers)
    return queued


def _edition(watch: Watch, reader: Subscriber) -> Edition | None:
    """The edition by whose topics and templates a reader is alerted: one that alerts all its readers, or any if the reader asked."""
    own = [one for one in watch.editions if one.id in reader.editions and reader.channel in one.channels]
    return next((one for one in own if one.alerts), own[0] if own and reader.alerts else None)


def _reason(edition: Edition, reader: Subscriber) -> str:
    """Why a reader is alerted: an alert is no edition of its own."""
    if reader.alerts:
        return "vous avez demandé une alerte dès qu’un changement important est constaté"
    return f"l’édition « {edition.name} », que vous suivez, signale aussitôt tout changement important"


def _queue(
    watch: Watch,
    store: Store,
    edition: Edition,
    change: Change,
    material: Material,
    reader: Subscriber,
    moment: datetime,
) -> int:
    key = delivery_key(EDITION, change.id, reader.id, reader.channel)
    told = store.issues.told(reader.id)
    if change.id in told or store.outbox.known([key]):
        return 0
    shown = replace(
        edition,
        name=f"{edition.name}\u00a0: alerte",
        sections=("changements", "echeances"),
        minimum=1,
        period=timedelta(days=1),
    )
    digest = compose(shown, material, now=moment, reader=reader, sent=told)
    if digest.empty:
        return 0
    digest = replace(digest, why=why_received(_reason(edition, reader), reader, material.topics))
    payload = render(watch, digest, reader_links(watch, reader), edition.template, reader.channel)
    delivery = Delivery(key=key, edition=EDITION, issue=change.id, subscriber_id=reader.id, channel=reader.channel)
    with store.transaction():
        store.outbox.enqueue([Outgoing(delivery=delivery, address=reader.address, payload=payload)], moment)
        store.issues.tell(reader.id, change.id, [change.id])
    return 1
