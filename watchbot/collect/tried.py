"""What an address would bring, as a value that the command line shows and `json.dumps` takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from watchbot.collect.recognise import Candidate
from watchbot.model import Found, FoundItem, Kind, Record

_SHOWN_LINES = 12
_SHOWN_BYTES = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What an address would bring. `url` and `options` are those of a source of this `kind`."""

    asked: str
    url: str
    kind: Kind
    confidence: float
    reason: str
    title: str = ""
    language: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    items: tuple[FoundItem, ...] = ()
    document: Mapping[str, Any] = field(default_factory=dict)
    records: tuple[Record, ...] = ()
    alternatives: tuple[Candidate, ...] = ()
    problems: tuple[str, ...] = ()
    status: int = 200
    bytes: int = 0

    def as_json(self) -> dict[str, Any]:
        """The same as plain values that `json.dumps` takes; times are ISO 8601."""
        return {
            "asked": self.asked,
            "url": self.url,
            "kind": self.kind.value,
            "confidence": round(self.confidence, 3),
            "reason": self.reason,
            "title": self.title,
            "language": self.language,
            "options": dict(self.options),
            "items": [_item_json(item) for item in self.items],
            "document": dict(self.document),
            "records": [_record_json(record) for record in self.records],
            "alternatives": [
                {"kind": one.kind.value, "url": one.url, "reason": one.reason, "options": dict(one.options)}
                for one in self.alternatives
            ],
            "problems": list(self.problems),
            "status": self.status,
            "bytes": self.bytes,
        }


def document_summary(found: Found) -> dict[str, Any]:
    """A summary of the first document: title, pages, dates, first lines."""
    if not found.documents:
        return {}
    document = found.documents[0]
    text = document.meta.get("text")
    if text is None:
        from watchbot.collect.clean import plain_text

        text = plain_text(document.raw[:_SHOWN_BYTES].decode("utf-8", "replace"), lines=True)
    lines = [" ".join(line.split()) for line in text.replace("\f", "\n").splitlines() if line.strip()]
    return {
        "title": document.title,
        "url": document.url,
        "content_type": document.content_type,
        "bytes": len(document.raw),
        **{name: value for name, value in document.meta.items() if name not in {"text", "charset"} and value},
        "first_lines": [line[:300] for line in lines[:_SHOWN_LINES]],
    }


def _item_json(item: FoundItem) -> dict[str, Any]:
    from watchbot.collect.feed_items import title_from

    return {
        "guid": item.guid,
        "url": item.url,
        "title": item.title or title_from(item.url),
        "summary": item.summary,
        "body": item.body,
        "author": item.author,
        "published": item.published.isoformat() if item.published else None,
        "updated": item.updated.isoformat() if item.updated else None,
        "date_from": item.date_from,
        "language": item.language,
        "categories": list(item.categories),
    }


def _record_json(record: Record) -> dict[str, Any]:
    return {
        "number": record.number,
        "title": record.title,
        "certifiers": list(record.certifiers),
        "active": record.active,
        "expires": record.expires.isoformat() if record.expires else None,
        "formacodes": [code for code, _ in record.formacodes],
        "url": record.url,
    }
