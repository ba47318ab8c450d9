"""What has to be written for the entries of some answers, worked out in memory before anything is."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from watchbot.model import FoundItem, Source, item_id
from watchbot.store.columns import json_text, time_or_none, time_text


class Row(Protocol):
    """A row of the table of items, read or about to be written."""

    def __getitem__(self, column: str, /) -> Any:
        """The value of a column."""
        ...


class Known:
    """The items on file that may be meant, and those that an answer before has just brought."""

    def __init__(self, rows: Mapping[str, Row]) -> None:
        self._rows = dict(rows)
        self._by_title = {(row["url"], folded(row["title"])): one for one, row in rows.items()}

    def row(self, one: str) -> Row | None:
        """The item with this id."""
        return self._rows.get(one)

    def with_title(self, url: str, title: str) -> str | None:
        """The id of the item with this address and title."""
        return self._by_title.get((url, folded(title))) if self._by_title else None

    def add(self, one: str, row: Row) -> None:
        """An item that is about to be inserted: the next answer may show it too."""
        self._rows[one] = row
        self._by_title[row["url"], folded(row["title"])] = one


class Plan:
    """What has to be written for one answer.

    Args:
        source: whose answer it is.
        now: when it came, as text.
        origins: where this source has shown items before, by guid.
        known: the items that may be meant, shared with the other answers.
    """

    def __init__(self, source: Source, now: str, origins: Mapping[str, Sequence[Row]], known: Known) -> None:
        self.source = source
        self.now = now
        self.inserts: dict[str, dict[str, Any]] = {}
        self.edits: dict[str, tuple[Row, dict[str, Any]]] = {}
        self.completions: dict[str, dict[str, Any]] = {}
        self.origins: dict[tuple[str, str], str] = {}
        self.seen_again: set[str] = set()
        self._known_origins = origins
        self._known = known
        self._claimed: set[str] = set()

    def take_all(self, found: Sequence[FoundItem]) -> None:
        """Work out what each entry is: a new item, an edited one, or one seen again."""
        for entry, key in zip(found, _keys(found), strict=True):
            self._take(entry, key)

    def _take(self, entry: FoundItem, key: str) -> None:
        one = self._by_guid(entry) or self._known.with_title(entry.url, entry.title) or item_id(key)
        if one in self._claimed:
            self.origins.setdefault((entry.guid, one), entry.url)
            return
        self._claimed.add(one)
        self.origins[entry.guid, one] = entry.url
        row = self._known.row(one)
        if row is None:
            self.inserts[one] = self._new(one, entry)
            self._known.add(one, self.inserts[one])
            return
        self.seen_again.add(one)
        if row["source_id"] == self.source.id:
            self._compare(row, entry)

    def _by_guid(self, entry: FoundItem) -> str | None:
        for row in self._known_origins.get(entry.guid, ()):
            if row["origin_url"] == entry.url or row["title"] == entry.title:
                return str(row["id"])
        return None

    def _compare(self, row: Row, entry: FoundItem) -> None:
        """Text that came is compared; text that did not come (a listing without bodies) leaves what is known."""
        new = {name: getattr(entry, name) or row[name] for name in ("title", "summary", "body")}
        values: dict[str, Any] = {}
        if entry.published is not None and row["published"] is None:
            values = {"published": time_text(entry.published), "date_from": entry.date_from}
            values["sort_date"] = values["published"]
        updated = time_or_none(entry.updated)
        if updated is not None and updated != row["updated"]:
            values["updated"] = updated
        if any(new[name] != row[name] and folded(new[name]) != folded(row[name]) for name in new):
            self.edits[row["id"]] = (row, {**new, "content_hash": content_hash(**new), **values})
        elif values:
            self.completions[row["id"]] = values

    def _new(self, one: str, entry: FoundItem) -> dict[str, Any]:
        published = time_or_none(entry.published)
        source = self.source
        return {
            "id": one,
            "url": entry.url,
            "title": entry.title,
            "summary": entry.summary,
            "body": entry.body,
            "author": entry.author,
            "source_id": source.id,
            "publisher": source.publisher,
            "language": entry.language or source.language,
            "region": source.region,
            "published": published,
            "updated": time_or_none(entry.updated),
            "date_from": entry.date_from,
            "sort_date": published or self.now,
            "first_seen": self.now,
            "last_seen": self.now,
            "categories": json_text(entry.categories) if entry.categories else "[]",
            "cluster": one,
            "content_hash": content_hash(entry.title, entry.summary, entry.body),
        }


def _keys(found: Sequence[FoundItem]) -> list[str]:
    """What identifies each entry: its address, with the title where one address has several titles."""
    if len({entry.url for entry in found}) == len(found):
        return [entry.url for entry in found]
    titles: dict[str, set[str]] = {}
    for entry in found:
        titles.setdefault(entry.url, set()).add(folded(entry.title))
    return [entry.url if len(titles[entry.url]) == 1 else f"{entry.url}#{folded(entry.title)}" for entry in found]


def folded(text: str) -> str:
    """The text with single spaces: what does not differ by more is the same."""
    return " ".join(text.split())


def content_hash(title: str, summary: str, body: str) -> str:
    """What stands for the text of an item, in 32 hexadecimal digits."""
    return hashlib.sha256("\x1f".join((folded(title), folded(summary), folded(body))).encode()).hexdigest()[:32]
