"""Subscribers as CSV, as spreadsheets read and write it: to take along, and to bring a list from elsewhere."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from watchbot.app.confirming import invite
from watchbot.app.digesting import secret_key
from watchbot.app.people import LANGUAGES, add_subscriber, checked_address
from watchbot.app.sheets import MAX_BYTES, MAX_CELL, overgrown, sheet_text
from watchbot.config.problems import nearest
from watchbot.errors import UsageError
from watchbot.model import PRODUCTIONS, Subscriber

if TYPE_CHECKING:
    from watchbot.config import Watch
    from watchbot.store import Store

COLUMNS = (
    *("channel", "address", "editions", "topics", "regions", "kinds", "languages", "alerts", "state"),
    *("created_at", "confirmed_at"),
)
# What other programs (listmonk, Buttondown, spreadsheets) call a column or a state of ours.
_HEADS = {
    **dict.fromkeys(("email", "e_mail", "email_address", "adresse", "adresse_e_mail", "courriel"), "address"),
    **dict.fromkeys(("status", "type", "subscriber_type", "subscription_status"), "state"),
    **dict.fromkeys(("creation_date", "subscribed_at"), "created_at"),
}
_STATES = {
    **dict.fromkeys(("active", "enabled", "confirmed", "subscribed", "regular", "premium", "gifted"), "active"),
    **dict.fromkeys(("pending", "unconfirmed", "unactivated", "unverified"), "pending"),
    "paused": "paused",
    **dict.fromkeys(("suppressed", "disabled", "blocklisted", "blocked", "unsubscribed", "removed"), "suppressed"),
    **dict.fromkeys(("bounced", "cleaned", "complained", "undeliverable", "spammy"), "suppressed"),
}
_WORDS = re.compile(r"[,;|]")
# Go writes "2026-11-23 07:00:00.5 +0000 UTC": a blank before the offset, and the zone's name after it.
_OFFSET = re.compile(r" ([+-]\d{4})(?: \S+)?$")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_YES = frozenset({"1", "true", "vrai", "oui", "yes"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import did: readers added, known before (left as they are), left out since they must not be written to.

    `letters` is how many letters that ask to confirm were queued: one for each who is pending and was never asked.
    """

    added: int = 0
    known: int = 0
    suppressed: int = 0
    letters: int = 0


def to_csv(subscribers: Sequence[Subscriber]) -> str:
    """Subscribers as CSV; a cell that a spreadsheet would run as a formula is quoted with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for one in subscribers:
        writer.writerow([_cell(_text(getattr(one, name))) for name in COLUMNS])
    return out.getvalue()


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(value)
    return "" if value is None else str(value)


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) and not text.lstrip("-").isdigit() else text


def decoded(content: bytes) -> str:
    """The text of a CSV file: UTF-8 or UTF-16 with their marks, UTF-8 without, or what Windows writes in France.

    Raises:
        UsageError: it is no text, or far too large.
    """
    if len(content) > MAX_BYTES:
        message = f"the file is larger than {MAX_BYTES // 1_000_000} MB; is it the right one?"
        raise UsageError(message)
    try:
        text = sheet_text(content)
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    if "\x00" in text:
        message = "the file is not text; save the sheet as CSV"
        raise UsageError(message)
    return text


def from_csv(watch: Watch, store: Store, text: str, at: datetime) -> Imported:
    """Add the subscribers of a CSV with at least a column `address`. All lines or none; who is known is left as he is.

    Who is pending gets the letter that asks to confirm, once.

    Raises:
        UsageError: a line is wrong; the message names it.
    """
    secret = secret_key(watch).encode()
    added = known = suppressed = letters = 0
    with store.transaction():
        for number, row in _rows(text):
            try:
                channel = (row.get("channel") or "email").casefold()
                address = checked_address(channel, row["address"].removeprefix("'"))
                state = _STATES[_one_of("state", (row.get("state") or "pending").casefold(), _STATES)]
                reader = store.subscribers.find(channel, address)
                if reader is not None:
                    known += 1
                elif state == "suppressed":
                    store.subscribers.suppress(channel, address, "imported", secret, at)
                    suppressed += 1
                elif store.subscribers.is_suppressed(channel, address, secret):
                    suppressed += 1
                else:
                    reader = _add(watch, store, channel, address, state, row, at)
                    added += 1
                if reader is not None:
                    letters += invite(watch, store, reader, at)
            except UsageError as error:
                message = f"line {number}: {error}"
                raise UsageError(message) from error
    return Imported(added=added, known=known, suppressed=suppressed, letters=letters)


def _rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """The lines as (number in the file, cells by column), empty ones left out; comma, semicolon or tab part the cells."""
    head = text.lstrip("\n").partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    try:
        reader.fieldnames = names = _columns(reader.fieldnames or ())
        if "address" not in names:
            message = f"the first line must name the columns, one of them `address` or `email`; it reads: {head[:80]!r}"
            raise UsageError(message)
        for row in reader:
            cells = {name: value.strip() for name, value in row.items() if isinstance(value, str)}
            if overgrown(cells.values()):
                message = f"line {reader.line_num}: a field larger than {MAX_CELL:,} characters"
                raise UsageError(message)
            if any(cells.values()):
                yield reader.line_num, {"address": "", **cells}
    except csv.Error as error:
        message = f"line {reader.line_num}: not CSV: {error}"
        raise UsageError(message) from error


def _columns(head: Sequence[str]) -> list[str]:
    """The columns by our names, each once; beside an e-mail address, an `address` is where people live."""
    names = [re.sub(r"[\s-]+", "_", (name or "").strip().casefold()) for name in head]
    ours = [_HEADS.get(name, name) for name in names]
    if ours.count("address") > 1:
        ours = ["" if name == "address" else our for name, our in zip(names, ours, strict=True)]
    return ["" if name in ours[:place] else name for place, name in enumerate(ours)]


def _add(
    watch: Watch, store: Store, channel: str, address: str, state: str, row: dict[str, str], at: datetime
) -> Subscriber:
    one = add_subscriber(
        watch,
        store,
        channel,
        address,
        editions=_words(row, "editions") or [watch.editions[0].id],
        topics=_words(row, "topics"),
        regions=_words(row, "regions"),
        confirmed=state in {"active", "paused"},
        at=_moment(row, "created_at", at) or at,
    )
    confirmed_at = _moment(row, "confirmed_at", at) or (None if state == "pending" else at)
    kinds = tuple(_one_of("kind", word, PRODUCTIONS) for word in _words(row, "kinds"))
    languages = tuple(_one_of("language", word, LANGUAGES) for word in _words(row, "languages"))
    alerts = row.get("alerts", "").casefold() in _YES
    wish = replace(one, kinds=kinds, languages=languages, alerts=alerts)
    added = replace(wish, state=state, confirmed_at=confirmed_at, asked_at=at if state == "pending" else None)
    store.subscribers.save(added)
    return added


def _moment(row: dict[str, str], name: str, at: datetime) -> datetime | None:
    """The moment in a cell, in UTC where it names no zone; never one to come."""
    text = row.get(name, "")
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(_OFFSET.sub(r"\1", text))
        return min((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC), at)
    except (ValueError, OverflowError) as error:
        message = f"{text[:40]!r} in `{name}` is no date; write 2026-11-23 or 2026-11-23T07:00:00Z"
        raise UsageError(message) from error


def _one_of(what: str, word: str, known: Collection[str]) -> str:
    if word not in known:
        message = f'no {what} "{word}"{nearest(word, list(known))}'
        raise UsageError(message)
    return word


def _words(row: dict[str, str], name: str) -> list[str]:
    words = _WORDS.split(row.get(name, "").removeprefix("'").casefold())
    return [word.strip() for word in words if word.strip()]
