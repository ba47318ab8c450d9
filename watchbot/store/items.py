"""Items: what is news, what was edited, what was merely seen again.

Identity. An entry is the item it was last time when, in this order: the same source gave the same guid for the same
address or the same title; or its canonical address is known. So changing guids, moved addresses and one story
in several feeds of a site stay one item. Where one answer gives several titles for one address (a feed whose entries all
link to the home page), the address does not identify and the title is taken into the id.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from watchbot.model import FoundItem, Item, Origin, Source
from watchbot.store.columns import json_text, marks, strings, time_text, to_time, to_time_or_none
from watchbot.store.item_plan import Known, Plan

if TYPE_CHECKING:
    from watchbot.store.database import Store

CHUNK = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What saving one answer of a source did: ids of items that are new or edited, and how many entries it had."""

    new: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()
    seen: int = 0


class Items:
    """The table of items. All times are UTC in the file and aware datetimes here."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def save(self, source: Source, found: Sequence[FoundItem], seen_at: datetime) -> Saved:
        """Record the entries of one answer: insert new items, keep the former text of edited ones. Idempotent."""
        return self.save_all([(source, found, seen_at)])[0]

    def save_all(self, answers: Sequence[tuple[Source, Sequence[FoundItem], datetime]]) -> list[Saved]:
        """As `save`, for several answers at once, in their order, all or none."""
        if not any(found for _, found, _ in answers):
            return [Saved() for _ in answers]
        with self._store.transaction():
            if len({source.id for source, _, _ in answers}) < len(answers):
                # Answers of one source say by their guids what they share: the second must find the first on file.
                return [self.save(*answer) for answer in answers]
            origins = self._origins_of(answers)
            known = Known(self._rows_of(answers, origins))
            plans = []
            for source, found, seen_at in answers:
                plan = Plan(source, time_text(seen_at), origins.get(source.id, {}), known)
                plan.take_all(found)
                plans.append(plan)
            self._carry_out(plans)
        return [
            Saved(new=tuple(plan.inserts), edited=tuple(plan.edits), seen=len(found))
            for plan, (_, found, _) in zip(plans, answers, strict=True)
        ]

    def get(self, item: str) -> Item | None:
        """The item with this id, or with an id that starts so when only one does."""
        row = self._store.row("SELECT * FROM items WHERE id = ?", (item,))
        if row is None and len(item) >= 4:
            rows = self._store.rows("SELECT * FROM items WHERE id >= ? AND id < ? LIMIT 2", (item, item + "g"))
            row = rows[0] if len(rows) == 1 else None
        return next(iter(self._items([row]))) if row is not None else None

    def get_many(self, ids: Sequence[str]) -> list[Item]:
        """The items with these ids, in the order of the ids; unknown ids are left out."""
        found: dict[str, Item] = {}
        for chunk in _chunks(ids):
            rows = self._store.rows(f"SELECT * FROM items WHERE id IN ({marks(chunk)})", chunk)
            found.update((item.id, item) for item in self._items(rows))
        return [found[one] for one in ids if one in found]

    def in_cluster(self, cluster: str) -> list[Item]:
        """The items of one story, oldest first."""
        rows = self._store.rows("SELECT * FROM items WHERE cluster = ? ORDER BY sort_date, id LIMIT 50", (cluster,))
        return list(self._items(rows))

    def known_urls(self, urls: Sequence[str]) -> frozenset[str]:
        """Which of these canonical addresses are already items or origins of items."""
        known: set[str] = set()
        for chunk in _chunks(urls):
            known.update(r[0] for r in self._store.rows(f"SELECT url FROM items WHERE url IN ({marks(chunk)})", chunk))
        return frozenset(known)

    def urls_of_source(self, source: str) -> frozenset[str]:
        """Every address at which this source has shown an item: what need not be read again.

        Also the guids, since that of an entry of a list is its address there, which the page's canonical one replaced.
        """
        sql = "SELECT url FROM origins WHERE source_id = ? UNION SELECT guid FROM origins WHERE source_id = ?"
        return frozenset(row[0] for row in self._store.rows(sql, (source, source)))

    def began(self) -> datetime | None:
        """When the first item was seen; None while there is none."""
        row = self._store.row("SELECT min(first_seen) FROM items")
        return to_time_or_none(row[0]) if row is not None else None

    def count(self) -> int:
        """How many items there are."""
        row = self._store.row("SELECT count(*) FROM items")
        return int(row[0]) if row else 0

    def select(
        self,
        *,
        topics: Sequence[str] = (),
        sources: Sequence[str] = (),
        regions: Sequence[str] = (),
        since: datetime | None = None,
        until: datetime | None = None,
        seen_since: datetime | None = None,
        relevant: bool | None = None,
        newest_first: bool = True,
        limit: int | None = 50,
        offset: int = 0,
    ) -> list[Item]:
        """Items that pass every filter, by date. `since`/`until` bound the item's date, `seen_since` when we first saw it."""
        where, parameters = _filters(topics, sources, regions, since, until, seen_since, relevant)
        order = "DESC" if newest_first else "ASC"
        sql = f"SELECT i.* FROM items i {where} ORDER BY i.sort_date {order}, i.id LIMIT ? OFFSET ?"
        rows = self._store.rows(sql, [*parameters, -1 if limit is None else limit, offset])
        return list(self._items(rows))

    def search_text(self, expression: str, limit: int = 50) -> list[tuple[str, float]]:
        """Ids and BM25 scores (lower is better) of items that match an FTS5 expression; title weighs most."""
        sql = (
            "SELECT i.id, bm25(items_fts, 8.0, 3.0, 1.0) AS score FROM items_fts JOIN items i ON i.n = items_fts.rowid"
            " WHERE items_fts MATCH ? ORDER BY score LIMIT ?"
        )
        return [(row[0], row[1]) for row in self._store.rows(sql, (expression, limit))]

    def ids_in_batches(self, size: int = 1000) -> Iterator[list[str]]:
        """Every id, oldest row first, in batches: for jobs over the whole archive in bounded memory."""
        last = 0
        while rows := self._store.rows("SELECT n, id FROM items WHERE n > ? ORDER BY n LIMIT ?", (last, size)):
            last = rows[-1][0]
            yield [row[1] for row in rows]

    def versions(self, item: str) -> list[tuple[datetime, str, str, str]]:
        """Former texts of an edited item: (replaced at, title, summary, body), oldest first."""
        sql = "SELECT replaced_at, title, summary, body FROM item_versions WHERE item_id = ? ORDER BY replaced_at"
        return [(to_time(row[0]), row[1], row[2], row[3]) for row in self._store.rows(sql, (item,))]

    def set_facets(self, rows: Iterable[tuple[str, str | None, Sequence[str], Sequence[str]]]) -> None:
        """Write (id, region, production kinds, phases) found in the text of items."""
        with self._store.transaction():
            self._store.executemany(
                "UPDATE items SET region = ?, productions = ?, phases = ? WHERE id = ?",
                [(region, json_text(kinds), json_text(phases), one) for one, region, kinds, phases in rows],
            )

    def set_clusters(self, clusters: Iterable[tuple[str, str]]) -> None:
        """Write (id, id of the item that stands for its story)."""
        with self._store.transaction():
            self._store.executemany(
                "UPDATE items SET cluster = ? WHERE id = ? AND cluster <> ?", [(c, i, c) for i, c in clusters]
            )

    # ------------------------------------------------------------------------------------------ inside

    def _origins_of(
        self, answers: Sequence[tuple[Source, Sequence[FoundItem], datetime]]
    ) -> dict[str, dict[str, list[sqlite3.Row]]]:
        """Where these sources have shown entries with these guids before, by source and guid."""
        origins: dict[str, dict[str, list[sqlite3.Row]]] = {}
        pairs = [(source.id, entry.guid) for source, found, _ in answers for entry in found]
        sql = (
            "SELECT o.source_id, o.guid, o.url AS origin_url, o.item_id AS id, i.title FROM json_each(?) AS pair"
            " CROSS JOIN origins o ON o.source_id = json_extract(pair.value, '$[0]')"
            " AND o.guid = json_extract(pair.value, '$[1]') JOIN items i ON i.id = o.item_id"
        )
        for row in self._store.rows(sql, (json_text(list(dict.fromkeys(pairs))),)):
            origins.setdefault(row["source_id"], {}).setdefault(row["guid"], []).append(row)
        return origins

    def _rows_of(
        self,
        answers: Sequence[tuple[Source, Sequence[FoundItem], datetime]],
        origins: dict[str, dict[str, list[sqlite3.Row]]],
    ) -> dict[str, sqlite3.Row]:
        """Rows that may be meant, by id: those of the addresses and of the origins."""
        rows: dict[str, sqlite3.Row] = {}
        columns = "id, url, title, summary, body, source_id, published, updated, date_from"
        urls = dict.fromkeys(entry.url for _, found, _ in answers for entry in found)
        for chunk in _chunks(list(urls)):
            sql = f"SELECT {columns} FROM items WHERE url IN ({marks(chunk)})"
            rows.update((row["id"], row) for row in self._store.rows(sql, chunk))
        ids = {row["id"] for of_source in origins.values() for of_guid in of_source.values() for row in of_guid}
        for chunk in _chunks(list(ids - rows.keys())):
            sql = f"SELECT {columns} FROM items WHERE id IN ({marks(chunk)})"
            rows.update((row["id"], row) for row in self._store.rows(sql, chunk))
        return rows

    def _carry_out(self, plans: Sequence[Plan]) -> None:
        store = self._store
        inserts = [values for plan in plans for values in plan.inserts.values()]
        if inserts:
            store.insert_rows(
                f"INSERT INTO items ({', '.join(inserts[0])})", [tuple(values.values()) for values in inserts]
            )
        for plan in plans:
            self._change(plan)
        store.insert_rows(
            "INSERT INTO origins (source_id, guid, item_id, url, first_seen, last_seen)",
            [
                (plan.source.id, guid, one, url, plan.now, plan.now)
                for plan in plans
                for (guid, one), url in plan.origins.items()
            ],
            " ON CONFLICT DO UPDATE SET last_seen = excluded.last_seen, url = excluded.url",
        )
        for plan in plans:
            for chunk in _chunks(list(plan.seen_again)):
                store.execute(f"UPDATE items SET last_seen = ? WHERE id IN ({marks(chunk)})", [plan.now, *chunk])

    def _change(self, plan: Plan) -> None:
        for one, (old, values) in plan.edits.items():
            self._store.execute(
                "INSERT OR IGNORE INTO item_versions (item_id, replaced_at, title, summary, body) VALUES (?, ?, ?, ?, ?)",
                (one, plan.now, old["title"], old["summary"], old["body"]),
            )
            self._update(one, {**values, "edited_at": plan.now})
        for one, values in plan.completions.items():
            self._update(one, values)

    def _update(self, one: str, values: Mapping[str, Any]) -> None:
        sets = ", ".join(f"{name} = ?" for name in values)
        self._store.execute(f"UPDATE items SET {sets} WHERE id = ?", [*values.values(), one])

    def _items(self, rows: Sequence[sqlite3.Row]) -> Iterator[Item]:
        origins: dict[str, list[Origin]] = {}
        for chunk in _chunks([row["id"] for row in rows]):
            sql = f"SELECT * FROM origins WHERE item_id IN ({marks(chunk)}) ORDER BY first_seen, source_id, guid"
            for o in self._store.rows(sql, chunk):
                origin = Origin(
                    source_id=o["source_id"], guid=o["guid"], url=o["url"], first_seen=to_time(o["first_seen"])
                )
                origins.setdefault(o["item_id"], []).append(origin)
        for row in rows:
            yield _item(row, tuple(origins.get(row["id"], ())))


def _chunks(values: Sequence[str]) -> Iterator[list[str]]:
    for start in range(0, len(values), CHUNK):
        yield list(values[start : start + CHUNK])


def _filters(
    topics: Sequence[str],
    sources: Sequence[str],
    regions: Sequence[str],
    since: datetime | None,
    until: datetime | None,
    seen_since: datetime | None,
    relevant: bool | None,
) -> tuple[str, list[Any]]:
    clauses: list[str] = []
    parameters: list[Any] = []

    def add(clause: str, *values: Any) -> None:
        clauses.append(clause)
        parameters.extend(values)

    if topics:
        add(f"i.id IN (SELECT item_id FROM tags WHERE topic IN ({marks(topics)}))", *topics)
    if sources:
        add(f"i.id IN (SELECT item_id FROM origins WHERE source_id IN ({marks(sources)}))", *sources)
    if regions:
        add(f"i.region IN ({marks(regions)})", *regions)
    if since:
        add("i.sort_date >= ?", time_text(since))
    if until:
        add("i.sort_date < ?", time_text(until))
    if seen_since:
        add("i.first_seen >= ?", time_text(seen_since))
    if relevant is not None:
        add("i.id IN (SELECT item_id FROM verdicts WHERE relevant = ?)", int(relevant))
    return ("WHERE " + " AND ".join(clauses) if clauses else ""), parameters


def _item(row: sqlite3.Row, origins: tuple[Origin, ...]) -> Item:
    return Item(
        id=row["id"],
        url=row["url"],
        title=row["title"],
        summary=row["summary"],
        body=row["body"],
        author=row["author"],
        source_id=row["source_id"],
        publisher=row["publisher"],
        language=row["language"],
        region=row["region"],
        productions=strings(row["productions"]),
        phases=strings(row["phases"]),
        published=to_time_or_none(row["published"]),
        updated=to_time_or_none(row["updated"]),
        date_from=row["date_from"],
        first_seen=to_time(row["first_seen"]),
        last_seen=to_time(row["last_seen"]),
        edited_at=to_time_or_none(row["edited_at"]),
        categories=strings(row["categories"]),
        origins=origins,
        cluster=row["cluster"],
    )
