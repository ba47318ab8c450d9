"""The archive on which search is judged: labelled headlines of the classifier, as items with publishers, regions and dates.

Only the headlines named in keys.txt are in it, so that examples that are added to the classifier later change no figure.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from watchbot.classify.text import Text, headline, text_hash
from watchbot.extract.facets import facets
from watchbot.model import Encoder, FoundItem, Kind, Source, Verdict, item_id
from watchbot.store import Store

HERE = Path(__file__).parent
EXAMPLES = HERE.parents[1] / "classifiers" / "examples.jsonl"
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A question and the grades of the items that answer it: 2 what was asked for, 1 close to it, by key."""

    id: str
    text: str
    grades: Mapping[str, int]


def key_of(title: str, summary: str) -> str:
    """What names a headline in keys.txt and queries.jsonl."""
    return hashlib.sha256(f"{title}\x1f{summary}".encode()).hexdigest()[:8]


def examples() -> Iterator[tuple[str, dict[str, Any]]]:
    """The headlines of the archive with their keys, each once, in the order of keys.txt."""
    known = {}
    for line in EXAMPLES.read_text(encoding="utf-8").splitlines():
        example = json.loads(line)
        known.setdefault(key_of(example["title"], example["summary"]), example)
    for key in (HERE / "keys.txt").read_text(encoding="ascii").split():
        if key in known:
            yield key, known[key]


def queries() -> list[Judged]:
    """The judged questions."""
    lines = (HERE / "queries.jsonl").read_text(encoding="utf-8").splitlines()
    return [Judged(id=one["id"], text=one["text"], grades=one["grades"]) for one in map(json.loads, lines)]


def address(key: str) -> str:
    """The address of a headline's item."""
    return f"https://archive.example/{key}"


def fill(store: Store) -> dict[str, str]:
    """Put the archive into a database; returns the keys of headlines by the ids of their items."""
    keys: dict[str, str] = {}
    by_publisher: dict[str, list[FoundItem]] = {}
    judged, places = [], []
    for key, example in examples():
        one = item_id(address(key))
        keys[one] = key
        day = example.get("date") or "2025-01-15"
        found = FoundItem(
            guid=key, url=address(key), title=example["title"], summary=example["summary"], language=example["lang"],
            published=datetime.fromisoformat(f"{day}T08:00:00+00:00"), date_from="feed",
        )  # fmt: skip
        by_publisher.setdefault(example["publisher"] or "Presse", []).append(found)
        text = Text(title=example["title"], summary=example["summary"])
        verdict = Verdict(
            relevant=example["relevant"], relevance=float(example["relevant"]), topics=tuple(example["topics"]),
            scores=dict.fromkeys(example["topics"], 0.9),
        )  # fmt: skip
        judged.append((one, text_hash(headline(text)), verdict))
        region, kinds, phases = facets(example["title"], example["summary"], "", None, example["publisher"])
        places.append((one, region, kinds, phases))
    with store.transaction():
        for publisher, found_items in by_publisher.items():
            source = Source(
                id=hashlib.sha256(publisher.encode()).hexdigest()[:8], name=publisher, publisher=publisher, kind=Kind.FEED,
                url="https://archive.example/feed",
            )  # fmt: skip
            store.items.save(source, found_items, NOW)
        store.items.set_facets(places)
        store.tags.record(judged, "archive", NOW)
    return keys


def encode(store: Store, encoder: Encoder, *, batch: int = 64) -> None:
    """Store the vectors of the archive, those that are not there yet."""
    lines = [headline(Text(title=one["title"], summary=one["summary"])) for _, one in examples()]
    known = store.vectors.get_many(encoder.name, [text_hash(line) for line in lines])
    missing = [line for line in dict.fromkeys(lines) if text_hash(line) not in known]
    for start in range(0, len(missing), batch):
        part = missing[start : start + batch]
        vectors = encoder.encode(part)
        store.vectors.put_many(
            encoder.name, {text_hash(line): vector for line, vector in zip(part, vectors, strict=True)}
        )
