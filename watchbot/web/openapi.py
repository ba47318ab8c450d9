"""The OpenAPI 3.1 document of the JSON interface (https://spec.openapis.org/oas/v3.1.0)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from watchbot import __version__


def document(name: str, topics: Sequence[str], regions: Sequence[str]) -> dict[str, Any]:
    """The description of /api/items and /api/search."""
    filters = [
        _parameter("topic", "Only this topic; may be repeated.", {"type": "string", "enum": [*topics]}),
        _parameter("source", "Only this source; may be repeated.", {"type": "string"}),
        _parameter("region", "Only this region; may be repeated.", {"type": "string", "enum": [*regions]}),
        _parameter("since", "From this date or time on (ISO 8601).", {"type": "string"}),
        _parameter("until", "Up to this date or time (ISO 8601).", {"type": "string"}),
        _limit(200, 50),
        _parameter("offset", "How many to leave out.", {"type": "integer", "minimum": 0, "default": 0}),
    ]
    words = {"type": "string", "minLength": 1, "maxLength": 300}
    asked = [{**_parameter("q", "Words, or a question in French.", words), "required": True}, _limit(100, 20)]
    return {
        "openapi": "3.1.0",
        "info": {"title": name, "version": __version__, "description": "Items of the watch, and search in them."},
        "paths": {
            "/api/items": _get("Relevant items, newest first", filters, {"items": _ITEMS, "next": _LINK}),
            "/api/search": _get("Search", asked, {"query": _TEXT, "understood": {"type": "array"}, "items": _ITEMS}),
        },
        "components": {"schemas": {"Item": _ITEM, "Error": _object({"error": _TEXT})}},
    }


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _parameter(name: str, text: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": text, "schema": schema}


def _limit(most: int, default: int) -> dict[str, Any]:
    schema = {"type": "integer", "minimum": 1, "maximum": most, "default": default}
    return _parameter("limit", "How many at the most.", schema)


def _get(summary: str, parameters: list[dict[str, Any]], properties: dict[str, Any]) -> dict[str, Any]:
    failure = {"$ref": "#/components/schemas/Error"}
    answers = {
        "200": {"description": "Found.", "content": {"application/json": {"schema": _object(properties)}}},
        "400": {"description": "The call is wrong.", "content": {"application/json": {"schema": failure}}},
        "429": {"description": "Too many calls; see Retry-After."},
    }
    return {"get": {"summary": summary, "parameters": parameters, "responses": answers}}


_TEXT = {"type": "string"}
_TEXTS = {"type": "array", "items": _TEXT}
_LINK = {"type": ["string", "null"], "description": "Address of the next page."}
_ITEMS = {"type": "array", "items": {"$ref": "#/components/schemas/Item"}}
_ITEM = _object(
    {
        "id": _TEXT,
        "url": {"type": "string", "format": "uri"},
        "title": _TEXT,
        "summary": _TEXT,
        "date": {"type": "string", "format": "date-time"},
        "publisher": _TEXT,
        "source": _TEXT,
        "language": _TEXT,
        "region": {"type": ["string", "null"]},
        "productions": _TEXTS,
        "topics": _TEXTS,
        "story": {"type": "string", "description": "Id of the item that stands for the story."},
    }
)
