"""Guessing how a JSON interface lists its entries: where the list is, and which field is the title, address or date."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_MAX_NODES = 5_000
_SAMPLE = 20
_NAMES = {
    "title": ("title", "titre", "headline", "name", "nom", "intitule", "libelle", "label", "subject", "objet", "titlelong", "title_fr", "titre_fr"),
    "url": ("url", "link", "lien", "href", "permalink", "html_url", "web_url", "page", "uri", "canonical_url", "url_fiche", "shareurl", "weburl"),
    "date": (
        "date", "published", "publication_date", "published_at", "datepublished", "date_publication", "pubdate", "publishedat", "date_gmt", "dateparution",
        "publicationdate", "first_published_at", "created_at", "created", "date_creation", "datepubli", "datetime", "time", "timestamp", "updated_at", "last_modified",
    ),
    "summary": ("summary", "excerpt", "description", "resume", "chapo", "abstract", "lead", "teaser", "standfirst", "snippet", "intro"),
    "body": ("body", "content", "contenu", "text", "texte", "content_html", "html", "corps"),
    "id": ("id", "guid", "uuid", "_id", "identifier", "identifiant", "slug", "nid", "cid", "number", "numero"),
    "author": ("author", "auteur", "byline", "creator", "authors"),
}  # fmt: skip
_INNER = ("rendered", "fr", "value", "text", "default", "name", "href", "html", "plain")
_ADDRESS = re.compile(r"(?:https?:)?//\S+|/[\w.-]\S*")


@dataclass(frozen=True, slots=True)
class Shape:
    """Where the entries are (dotted path, empty for the answer itself) and their fields (dotted paths in an entry)."""

    items: str
    fields: Mapping[str, str] = field(default_factory=dict)
    count: int = 0


def shape_of(data: object, url: str) -> Shape | None:
    """The likeliest list of entries in a JSON answer, or None if nothing in it has titles.

    Args:
        data: The decoded answer.
        url: Its address: entries without an address of their own get one below it, by their id.
    """
    best, best_rank = None, (0, 0)
    for path, entries in _lists(data):
        fields = _fields(entries[:_SAMPLE])
        if "title" not in fields:
            continue
        rank = (2 * ("url" in fields) + ("date" in fields) + ("summary" in fields), len(entries))
        if rank > best_rank or best is None:
            best, best_rank = Shape(path, fields, len(entries)), rank
    if best is None or "url" in best.fields:
        return best
    if "id" not in best.fields:
        return None
    name = best.fields["id"]
    return Shape(best.items, {**best.fields, "url": f"{url.partition('#')[0]}#!/{{{name}}}"}, best.count)


def _lists(data: object) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """All lists of objects, breadth first, with their dotted paths."""
    waiting: list[tuple[str, object]] = [("", data)]
    for _ in range(_MAX_NODES):
        if not waiting:
            return
        path, node = waiting.pop(0)
        if isinstance(node, list):
            entries = [entry for entry in node if isinstance(entry, dict)]
            if entries and len(entries) * 2 > len(node):
                yield path, entries
        elif isinstance(node, dict):
            waiting += [
                (f"{path}.{key}".lstrip("."), value)
                for key, value in list(node.items())[:200]
                if isinstance(value, dict | list) and isinstance(key, str) and "." not in key
            ]


def _fields(entries: list[dict[str, Any]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for role, names in _NAMES.items():
        for name in names:
            path = next((p for entry in entries if (p := _path(entry, name, role))), None)
            if path and path not in found.values():
                found[role] = path
                break
    return found


def _path(entry: dict[str, Any], name: str, role: str) -> str | None:
    """The dotted path of a field of that name (in any case) whose value fits its role."""
    for key, value in entry.items():
        if not isinstance(key, str) or key.lower().replace("-", "_") != name or "." in key:
            continue
        if _fits(value, role):
            return key
        if isinstance(value, dict):
            return next((f"{key}.{inner}" for inner in _INNER if _fits(value.get(inner), role)), None)
    return None


def _fits(value: object, role: str) -> bool:
    if role == "id":
        return isinstance(value, str | int) and not isinstance(value, bool) and str(value) != ""
    if role == "date" and isinstance(value, int | float) and not isinstance(value, bool):
        return value > 500_000_000
    if not isinstance(value, str) or not value.strip():
        return False
    if role == "url":
        return _ADDRESS.fullmatch(value.strip()) is not None
    return role != "date" or any(char.isdigit() for char in value)
