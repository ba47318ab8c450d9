"""JSON Feed, versions 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from __future__ import annotations

import json
from typing import Any

from watchbot.collect.feed_entry import RawEntry, RawFeed
from watchbot.collect.feed_xml import MAX_ENTRIES

_TEXTS = ("title", "url", "id", "content_html", "content_text", "summary", "date_published")


def read_json(text: str, url: str) -> RawFeed | None:
    """Read a JSON Feed, or return None if the text is none.

    Args:
        text: The document.
        url: The address it came from, which relative links start from.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict) or not isinstance(document.get("items"), list):
        return None
    items = [item for item in document["items"] if isinstance(item, dict)]
    declared = "jsonfeed.org" in str(document.get("version", ""))
    if not declared and not any(key in item for item in items[:5] for key in ("url", "content_html", "content_text")):
        return None
    feed = RawFeed(title=_string(document, "title"), link=_string(document, "home_page_url"))
    feed.author = ", ".join(_names(document))
    feed.entries.extend(_entry(item, url) for item in items[:MAX_ENTRIES])
    if len(items) > MAX_ENTRIES:
        feed.problems.append(f"only the first {MAX_ENTRIES} entries were read")
    return feed


def _entry(item: dict[str, Any], url: str) -> RawEntry:
    entry = RawEntry(base=url, language=_string(item, "language"))
    entry.guid = _string(item, "id")
    entry.guid_is_link = entry.guid.startswith(("http://", "https://"))
    entry.offer_link(_string(item, "external_url"), 1)
    entry.offer_link(_string(item, "url"), 3)
    entry.offer_title(_string(item, "title"), 3, literal=True)
    entry.offer_summary(_string(item, "summary"), 5, literal=True)
    entry.offer_content(_string(item, "content_html"))
    if not entry.content:
        entry.offer_content(_string(item, "content_text"), literal=True)
    entry.published.append((5, _string(item, "date_published")))
    entry.updated.append(_string(item, "date_modified"))
    entry.authors.extend((3, name) for name in _names(item))
    tags = item.get("tags")
    if isinstance(tags, list):
        entry.categories.extend(tag for tag in tags if isinstance(tag, str))
    attachments = item.get("attachments")
    if isinstance(attachments, list) and attachments and isinstance(attachments[0], dict):
        entry.enclosure = _string(attachments[0], "url")
    return entry


def _string(mapping: dict[str, Any], key: str) -> str:
    value = mapping.get(key)
    if isinstance(value, str):
        return value
    # Version 1.0 asks readers to take numbers as ids too.
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _names(mapping: dict[str, Any]) -> list[str]:
    authors = mapping.get("authors") or [mapping.get("author")]
    if not isinstance(authors, list):
        return []
    found = [_string(one, "name") if isinstance(one, dict) else one for one in authors]
    return [name for name in found if isinstance(name, str) and name]
