"""Readers who subscribe by themselves: double opt-in, preferences, leaving.

Nobody learns from an answer whether an address is known: what there is to say of it goes to the address itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from watchbot.app.confirming import write_to
from watchbot.app.digesting import secret_key
from watchbot.app.links import MAX_AGE, read_token
from watchbot.app.people import LANGUAGES, checked_address
from watchbot.errors import UsageError
from watchbot.model import PRODUCTIONS, REGIONS, Subscriber
from watchbot.store.subscribers import subscriber_id

if TYPE_CHECKING:
    from watchbot.config import Watch
    from watchbot.store import Store

GONE = "ce lien n’est plus valable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What someone asks to receive. Empty topics, regions, kinds and languages mean all."""

    editions: tuple[str, ...]
    topics: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    alerts: bool = False


def checked_wish(watch: Watch, values: Mapping[str, Sequence[str]]) -> Wish:
    """A wish from the fields of a form.

    Raises:
        UsageError: no edition, or a name that the form does not offer; the message is for the reader.
    """
    offered: dict[str, Sequence[str]] = {
        "editions": [edition.id for edition in watch.editions if "email" in edition.channels],
        "topics": [topic.id for topic in watch.classifier.topics],
        "regions": list(REGIONS),
        "kinds": list(PRODUCTIONS),
        "languages": list(LANGUAGES),
    }
    chosen: dict[str, tuple[str, ...]] = {}
    for name, known in offered.items():
        given = list(dict.fromkeys(values.get(name, ())))
        if any(one not in known for one in given):
            message = "le formulaire contient un choix inconnu ; rechargez la page"
            raise UsageError(message)
        chosen[name] = tuple(one for one in known if one in given)
    if not chosen["editions"]:
        message = "choisissez au moins une édition"
        raise UsageError(message)
    return Wish(**chosen, alerts=bool(values.get("alerts")))


def request_subscription(watch: Watch, store: Store, address: str, wish: Wish, at: datetime) -> None:
    """Record the wish as pending and queue the letter that asks to confirm it; a known reader gets a link to preferences.

    Raises:
        UsageError: this cannot be an e-mail address.
    """
    try:
        address = checked_address("email", address)
    except UsageError as error:
        message = "cette adresse n’est pas valable ; vérifiez-la"
        raise UsageError(message) from error
    with store.transaction():
        known = store.subscribers.find("email", address)
        if known is not None and known.state in {"active", "paused"}:
            write_to(watch, store, known, at, known=True)
            return
        if known is None:
            known = Subscriber(id=subscriber_id("email", address, at), channel="email", address=address, created_at=at)
            store.subscribers.add(known, secret_key(watch).encode(), asked=True)
        pending = replace(_with(known, wish), state="pending", asked_at=at)
        store.subscribers.save(pending)
        write_to(watch, store, pending, at, known=False)


def confirm_subscription(watch: Watch, store: Store, text: str, at: datetime) -> Subscriber:
    """Carry out what was asked, by the token of the letter. Twice does no harm.

    Raises:
        UsageError: the token is not valid, or the reader left since.
    """
    reader = _reader(store, read_token(watch, text, "confirm"))
    if reader.state != "pending":
        return reader
    with store.transaction():
        store.subscribers.lift(reader.channel, reader.address, secret_key(watch).encode())
        confirmed = store.subscribers.confirm(reader.id, at)
    return confirmed or reader


def reader_of(watch: Watch, store: Store, text: str, purpose: str) -> Subscriber:
    """The reader whom a token is for.

    Raises:
        UsageError: the token is not valid, or the reader left since.
    """
    return _reader(store, read_token(watch, text, purpose))


def change_preferences(watch: Watch, store: Store, text: str, wish: Wish, *, paused: bool) -> Subscriber:
    """Write a reader's new wish.

    Raises:
        UsageError: the token is not valid, or the reader left since.
    """
    reader = _reader(store, read_token(watch, text, "preferences"))
    state = reader.state if reader.state not in {"active", "paused"} else "paused" if paused else "active"
    changed = replace(_with(reader, wish), state=state)
    store.subscribers.save(changed)
    return changed


def leave(watch: Watch, store: Store, text: str, at: datetime) -> bool:
    """Unsubscribe and erase: only a keyed hash stays, so that no import writes to the address again.

    Returns:
        Whether there was still a reader; leaving twice does no harm.

    Raises:
        UsageError: the token is not valid.
    """
    reader = store.subscribers.get(read_token(watch, text, "unsubscribe"))
    if reader is None:
        return False
    with store.transaction():
        store.issues.forget(reader.id)
        store.subscribers.remove(reader.id)
        store.subscribers.suppress(reader.channel, reader.address, "left", secret_key(watch).encode(), at)
    store.scrub()
    return True


def forget_unconfirmed(store: Store, at: datetime) -> int:
    """Remove requests that were not confirmed while their last letter was valid; returns how many."""
    oldest = at - timedelta(seconds=MAX_AGE["confirm"] or 0)
    pending = [one for one in store.subscribers.all() if one.state == "pending"]
    old = [one for one in pending if (one.asked_at or one.created_at) < oldest]
    return sum(store.subscribers.remove(one.id) for one in old)


def _reader(store: Store, subscriber: str) -> Subscriber:
    found = store.subscribers.get(subscriber)
    if found is None:
        raise UsageError(GONE)
    return found


def _with(reader: Subscriber, wish: Wish) -> Subscriber:
    return replace(
        reader,
        editions=wish.editions,
        topics=wish.topics,
        regions=wish.regions,
        kinds=wish.kinds,
        languages=wish.languages,
        alerts=wish.alerts,
    )
