"""Subscribers as CSV, as spreadsheets read and write it: to take along, and to bring a list from elsewhere."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from watchbot.app.digesting import secret_key
from watchbot.app.people import LANGUAGES, add_subscriber, checked_address
from watchbot.config.problems import nearest
from watchbot.errors import UsageError
from watchbot.model import PRODUCTIONS, Subscriber

if TYPE_CHECKING:
    from watchbot.config import Watch
    from watchbot.store import Store

COLUMNS = ("channel", "address", "editions", "topics", "regions", "kinds", "languages", "alerts", "state", "created_at")
STATES = ("active", "pending", "paused", "suppressed")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_YES = frozenset({"1", "true", "vrai", "oui", "yes"})
# A list of addresses is no larger; more is a mistake.
MAX_BYTES = 20_000_000
MAX_CELL = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import did: readers added, known before (left as they are), and left out since they must not be written to."""

    added: int = 0
    known: int = 0
    suppressed: int = 0


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


def decoded(content: bytes) -> str:
    """The text of a CSV file: UTF-8 or UTF-16 with their marks, UTF-8 without, or what Windows writes in France.

    Raises:
        UsageError: it is no text, or far too large.
    """
    if len(content) > MAX_BYTES:
        message = f"the file is larger than {MAX_BYTES // 1_000_000} MB; is it the right one?"
        raise UsageError(message)
    try:
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            text = content.decode("utf-16")
        else:
            text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    if "\x00" in text:
        message = "the file is not text; save the sheet as CSV"
        raise UsageError(message)
    return text


def from_csv(watch: Watch, store: Store, text: str, at: datetime) -> Imported:
    """Add the subscribers of a CSV with at least a column `address`. All lines or none; who is known is left as he is.

    Raises:
        UsageError: a line is wrong; the message names it.
    """
    added = known = suppressed = 0
    with store.transaction():
        for number, row in _rows(text):
            try:
                address = checked_address(row.get("channel") or "email", row["address"].removeprefix("'"))
                channel, state = row.get("channel") or "email", _one_of("state", row.get("state") or "pending", STATES)
                if store.subscribers.find(channel, address) is not None:
                    known += 1
                elif state == "suppressed":
                    store.subscribers.suppress(channel, address, "imported", secret_key(watch).encode(), at)
                    suppressed += 1
                elif store.subscribers.is_suppressed(channel, address, secret_key(watch).encode()):
                    suppressed += 1
                else:
                    _add(watch, store, channel, address, state, row, at)
                    added += 1
            except UsageError as error:
                message = f"line {number}: {error}"
                raise UsageError(message) from error
    return Imported(added=added, known=known, suppressed=suppressed)


def _rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """The lines as (number in the file, cells by column), empty ones left out; comma, semicolon or tab part the cells."""
    head = text.lstrip("\n").partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    try:
        names = [(name or "").strip().casefold() for name in reader.fieldnames or ()]
        if "address" not in names:
            message = f"the first line must name the columns, one of them `address`; it reads: {head[:80]!r}"
            raise UsageError(message)
        for row in reader:
            cells = {
                (name or "").strip().casefold(): value.strip() for name, value in row.items() if isinstance(value, str)
            }
            # The csv module's own limit is one for the whole process, and reading a register raises it.
            if any(len(cell) > MAX_CELL for cell in cells.values()):
                message = f"line {reader.line_num}: a field larger than {MAX_CELL:,} characters"
                raise UsageError(message)
            if any(cells.values()):
                yield reader.line_num, {"address": "", **cells}
    except csv.Error as error:
        message = f"line {reader.line_num}: not CSV: {error}"
        raise UsageError(message) from error


def _add(watch: Watch, store: Store, channel: str, address: str, state: str, row: dict[str, str], at: datetime) -> None:
    one = add_subscriber(
        watch,
        store,
        channel,
        address,
        editions=_words(row, "editions") or [watch.editions[0].id],
        topics=_words(row, "topics"),
        regions=_words(row, "regions"),
        confirmed=state in {"active", "paused"},
        at=at,
    )
    kinds = tuple(_one_of("kind", word, PRODUCTIONS) for word in _words(row, "kinds"))
    languages = tuple(_one_of("language", word, LANGUAGES) for word in _words(row, "languages"))
    alerts = row.get("alerts", "").casefold() in _YES
    store.subscribers.save(replace(one, state=state, kinds=kinds, languages=languages, alerts=alerts))


def _one_of(what: str, word: str, known: Collection[str]) -> str:
    if word not in known:
        message = f'no {what} "{word}"{nearest(word, list(known))}'
        raise UsageError(message)
    return word


def _words(row: dict[str, str], name: str) -> list[str]:
    return [word.strip() for word in row.get(name, "").removeprefix("'").split(",") if word.strip()]
