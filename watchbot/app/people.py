"""Subscribers by the command line: adding, listing, CSV, and the rights of the GDPR."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from watchbot.app.digesting import secret_key
from watchbot.config.problems import nearest
from watchbot.errors import UsageError
from watchbot.model import REGIONS, Subscriber
from watchbot.store.subscribers import subscriber_id

if TYPE_CHECKING:
    from watchbot.config import Watch
    from watchbot.store import Store

COLUMNS = ("channel", "address", "editions", "topics", "regions", "kinds", "languages", "alerts", "state", "created_at")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def add_subscriber(
    watch: Watch,
    store: Store,
    channel: str,
    address: str,
    *,
    editions: Sequence[str],
    topics: Sequence[str] = (),
    regions: Sequence[str] = (),
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
    known = {"topic": [t.id for t in watch.classifier.topics], "region": list(REGIONS)}
    for what, given in (("topic", topics), ("region", regions)):
        for one in given:
            if one not in known[what]:
                message = f'no {what} "{one}"{nearest(one, known[what])}'
                raise UsageError(message)
    subscriber = Subscriber(
        id=subscriber_id(channel, address, at),
        channel=channel,
        address=address,
        editions=tuple(editions),
        topics=tuple(topics),
        regions=tuple(regions),
        state="active" if confirmed else "pending",
        created_at=at,
        confirmed_at=at if confirmed else None,
    )
    return store.subscribers.add(subscriber, secret_key(watch).encode())


def checked_address(channel: str, address: str) -> str:
    """The address in its usual form.

    Raises:
        UsageError: it cannot be an address of this channel.
    """
    if channel == "telegram":
        if not address.lstrip("-").isdigit():
            message = f"{address!r} is not a Telegram chat id (a number)"
            raise UsageError(message)
        return address
    if channel != "email":
        message = f'no channel "{channel}"{nearest(channel, ["email", "telegram"])}'
        raise UsageError(message)
    from email_validator import EmailNotValidError, validate_email

    try:
        return validate_email(address, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        message = f"{address[:80]!r} is not an e-mail address: {error}"
        raise UsageError(message) from error


def to_csv(subscribers: Sequence[Subscriber]) -> str:
    """Subscribers as CSV; a cell that a spreadsheet would run as a formula is quoted with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for one in subscribers:
        cells = [getattr(one, name) for name in COLUMNS]
        writer.writerow([_cell(",".join(cell) if isinstance(cell, tuple) else str(cell)) for cell in cells])
    return out.getvalue()


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) and not text.lstrip("-").isdigit() else text


def from_csv(watch: Watch, store: Store, text: str, at: datetime) -> int:
    """Add subscribers of a CSV with at least the columns channel, address and editions. All lines or none.

    Raises:
        UsageError: a line is wrong; the message names it.
    """
    count = 0
    with store.transaction():
        for number, row in enumerate(csv.DictReader(io.StringIO(text)), 2):
            try:
                add_subscriber(
                    watch,
                    store,
                    (row.get("channel") or "email").strip(),
                    (row.get("address") or "").strip().removeprefix("'"),
                    editions=_words(row, "editions"),
                    topics=_words(row, "topics"),
                    regions=_words(row, "regions"),
                    confirmed=(row.get("state") or "").strip() == "active",
                    at=at,
                )
            except UsageError as error:
                message = f"line {number}: {error}"
                raise UsageError(message) from error
            count += 1
    return count


def _words(row: dict[str, Any], name: str) -> list[str]:
    return [word.strip() for word in (row.get(name) or "").split(",") if word.strip()]


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
    return {"subscriber": found, "told": told, "follows": follows, "deliveries": deliveries}


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
    store.scrub()


def _found(store: Store, channel: str, address: str) -> Subscriber:
    found = store.subscribers.find(channel, address)
    if found is None:
        message = f"no subscriber with this address on {channel}"
        raise UsageError(message)
    return found
