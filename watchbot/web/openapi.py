"""The OpenAPI 3.1 document of the JSON interface (https://spec.openapis.org/oas/v3.1.0)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from watchbot import __version__
from watchbot.app.answers import MAX_OFFSET, MAX_QUERY


def document(name: str, topics: Sequence[str], regions: Sequence[str]) -> dict[str, Any]:
    """The description of /api/items and /api/search."""
    words = {"type": "string", "minLength": 1, "maxLength": MAX_QUERY}
    lists = [
        _repeated("topic", "Only this topic.", {"type": "string", "enum": [*topics]}),
        _repeated("source", "Only this source, by its id.", {"type": "string"}),
        _repeated("region", "Only this region.", {"type": "string", "enum": [*regions]}),
        _parameter("since", "From this date, time (ISO 8601) or duration ago (7d) on.", _TEXT),
        _parameter("until", "Before this date or time.", _TEXT),
        _parameter("all", "Off-topic items too.", {"type": "string", "enum": ["1", "true"]}),
        *_paging(50),
    ]
    asked = [
        {**_parameter("q", "Words, a phrase in quotes, or a question in French.", words), "required": True},
        _repeated("without", "Id of an understood filter to leave out.", {"type": "string"}),
        *_paging(20),
    ]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": name,
            "version": __version__,
            "description": "Items of the watch, and search in them: the answers of `watchbot items` and `watchbot search --json`.",
        },
        "paths": {
            "/api/items": _get("Items, newest first", "items", lists, {"items": _list_of("Item"), **_NEXT}),
            "/api/search": _get(
                "Items that answer a question, best first",
                "search",
                asked,
                {
                    "query": _TEXT,
                    "corrections": _list_of("Correction"),
                    "filters": _list_of("Filter"),
                    "total": {"type": "integer", "description": "How many items were ranked."},
                    "items": _list_of("Hit"),
                    **_NEXT,
                },
            ),
        },
        "components": {
            "schemas": {
                "Item": _ITEM,
                "Hit": _HIT,
                "Filter": _FILTER,
                "Correction": _CORRECTION,
                "Error": _object({"error": _TEXT}),
            },
        },
    }


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _list_of(name: str) -> dict[str, Any]:
    return {"type": "array", "items": {"$ref": f"#/components/schemas/{name}"}}


def _parameter(name: str, text: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": text, "schema": schema}


def _repeated(name: str, text: str, schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter that may stand several times."""
    return {**_parameter(name, f"{text} May be repeated.", {"type": "array", "items": schema}), "explode": True}


def _paging(size: int) -> list[dict[str, Any]]:
    limit = {"type": "integer", "minimum": 1, "maximum": 200, "default": size}
    offset = {"type": "integer", "minimum": 0, "maximum": MAX_OFFSET, "default": 0}
    return [_parameter("limit", "How many at the most.", limit), _parameter("offset", "How many to leave out.", offset)]


def _get(summary: str, name: str, parameters: list[dict[str, Any]], properties: dict[str, Any]) -> dict[str, Any]:
    failure = {"$ref": "#/components/schemas/Error"}
    found = {
        "description": "Found.",
        "headers": {"Link": {"description": "The next page, rel=next.", "schema": _TEXT}},
        "content": {"application/json": {"schema": _object(properties)}},
    }
    answers = {
        "200": found,
        "400": {"description": "The call is wrong.", "content": {"application/json": {"schema": failure}}},
        "429": {"description": "Too many calls; see Retry-After."},
    }
    return {"get": {"operationId": name, "summary": summary, "parameters": parameters, "responses": answers}}


_TEXT: dict[str, Any] = {"type": "string"}
_TEXTS = {"type": "array", "items": _TEXT}
_NEXT = {"next_offset": {"type": ["integer", "null"], "description": "The offset of the next page; null on the last."}}
_FIELDS: dict[str, Any] = {
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
_ITEM = _object(_FIELDS)
_HIT = _object(
    {
        **_FIELDS,
        "score": {"type": "number", "description": "Higher is better; comparable within one answer."},
        "passage": {"type": "string", "description": "The sentence that answers best; perhaps empty."},
    }
)
_CORRECTION = _object({"typed": _TEXT, "read": _TEXT})
_FILTER = _object(
    {
        "id": {"type": "string", "description": "Given back as `without`, takes the filter away."},
        "kind": _TEXT,
        "label": {"type": "string", "description": "In French."},
    }
)
