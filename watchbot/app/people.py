"""Subscribers by the command line: adding, and the rights of the GDPR."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from watchbot.app.digesting import secret_key
from watchbot.config.problems import nearest
from watchbot.errors import UsageError
from watchbot.model import PRODUCTIONS, REGIONS, Subscriber
from watchbot.store.subscribers import subscriber_id

if TYPE_CHECKING:
    from watchbot.config import Watch
    from watchbot.store import Store

# Languages of items that a reader can choose among.
LANGUAGES: Mapping[str, str] = {"fr": "Français", "en": "Anglais"}
# Telegram's ids have 52 bits at the most.
_CHAT_ID = re.compile(r"-?[0-9]{1,16}")


def add_subscriber(
    watch: Watch,
    store: Store,
    channel: str,
    address: str,
    *,
    editions: Sequence[str],
    topics: Sequence[str] = (),
    regions: Sequence[str] = (),
    kinds: Sequence[str] = (),
    languages: Sequence[str] = (),
    alerts: bool = False,
    confirmed: bool,
    at: datetime,
) -> Subscriber:
    """Record a subscriber; active at once only when `confirmed` (consent was given elsewhere).

    Raises:
        UsageError: the address or a name is not valid, or the address is suppressed.
    """
    address = checked_address(channel, address)
    for one in editions:
        watch.edition(one)
    known: dict[str, tuple[Sequence[str], list[str]]] = {
        "topic": (topics, [t.id for t in watch.classifier.topics]),
        "region": (regions, list(REGIONS)),
        "kind of production": (kinds, list(PRODUCTIONS)),
        "language": (languages, list(LANGUAGES)),
    }
    for what, (given, names) in known.items():
        for one in given:
            if one not in names:
                message = f'no {what} "{one}"{nearest(one, names)}'
                raise UsageError(message)
    subscriber = Subscriber(
        id=subscriber_id(channel, address, at),
        channel=channel,
        address=address,
        editions=tuple(editions),
        topics=tuple(topics),
        regions=tuple(regions),
        kinds=tuple(kinds),
        languages=tuple(languages),
        alerts=alerts,
        state="active" if confirmed else "pending",
        created_at=at,
        confirmed_at=at if confirmed else None,
    )
    return store.subscribers.add(subscriber, secret_key(watch).encode())


def set_paused(store: Store, channel: str, address: str, *, paused: bool) -> Subscriber:
    """Stop writing to a reader for a while, or go on.

    Raises:
        UsageError: nobody with this address, or one who is neither active nor paused.
    """
    found = _found(store, channel, address)
    if found.state not in {"active", "paused"}:
        message = f"{address} is {found.state}: only an active subscriber can be paused, and a paused one resumed"
        raise UsageError(message)
    changed = replace(found, state="paused" if paused else "active")
    store.subscribers.save(changed)
    return changed


def checked_address(channel: str, address: str) -> str:
    """The address in its usual form.

    Raises:
        UsageError: it cannot be an address of this channel.
    """
    address = address.strip()
    if channel == "telegram":
        if not _CHAT_ID.fullmatch(address):
            message = f"{address!r} is not a Telegram chat id (a number)"
            raise UsageError(message)
        return address
    if channel != "email":
        message = f'no channel "{channel}"{nearest(channel, ["email", "telegram"])}'
        raise UsageError(message)
    from email_validator import EmailNotValidError, validate_email

    try:
        return validate_email(address, check_deliverability=False, test_environment=True, strict=True).normalized
    except EmailNotValidError as error:
        message = f"{address[:80]!r} is not an e-mail address: {error}"
        raise UsageError(message) from error


def export_person(store: Store, channel: str, address: str) -> dict[str, Any]:
    """All that is stored of one person (GDPR, articles 15 and 20).

    Raises:
        UsageError: nobody with this address.
    """
    found = _found(store, channel, address)
    follows = [
        {"follow": one, "matches": [{"what": what, "found_at": at} for what, at, _ in store.follows.matches(one.id)]}
        for one in store.follows.of(found.id)
    ]
    deliveries = [
        {"delivery": one, "content": dict(store.outbox.payload(one.key) or {})} for one in store.outbox.of(found.id)
    ]
    told = sorted(store.issues.told(found.id))
    held = dict(store.issues.held_for(found.id))
    kept: dict[str, Any] = {
        "subscriber": found,
        "told": told,
        "held": held,
        "follows": follows,
        "deliveries": deliveries,
    }
    if channel == "telegram":
        kept["conversations"] = store.chat.kept_of(*_chat(address))
    return kept


def erase_person(watch: Watch, store: Store, channel: str, address: str, at: datetime) -> None:
    """Erase one person (GDPR, article 17): nothing is kept but a keyed hash that keeps the address from being used again.

    Raises:
        UsageError: nobody with this address.
    """
    found = _found(store, channel, address)
    with store.transaction():
        store.issues.forget(found.id)
        store.subscribers.remove(found.id)
        store.subscribers.suppress(channel, address, "erased", secret_key(watch).encode(), at)
        if channel == "telegram":
            store.chat.forget(*_chat(address))
    store.scrub()


def _chat(address: str) -> tuple[int, int | None]:
    """The chat, and the person when it is a private one: both have the same id."""
    chat = int(address)
    return chat, chat if chat > 0 else None


def _found(store: Store, channel: str, address: str) -> Subscriber:
    found = store.subscribers.find(channel, address)
    if found is None:
        message = f"no subscriber with this address on {channel}"
        raise UsageError(message)
    return found
