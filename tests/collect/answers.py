"""Answers and sources as the tests of page-reading kinds need them."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from watchbot.model import FoundItem, Kind, Record, Response, Source

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
PAGES = Path(__file__).parent / "pages"
GOLDEN = Path(__file__).parent / "golden"
URL = "https://www.example.fr/actualites/"


def answer(
    content: bytes | str, url: str = URL, content_type: str = "text/html; charset=utf-8", **headers: str
) -> Response:
    """What a server would have answered."""
    body = content.encode() if isinstance(content, str) else content
    return Response(
        url=url,
        requested_url=url,
        status=200,
        headers={"content-type": content_type, **headers},
        content=body,
        fetched_at=NOW,
    )


def page(name: str, url: str = URL) -> Response:
    """A page of `pages/`, served without a charset as many servers do."""
    return answer((PAGES / name).read_bytes(), url, "text/html")


def source(kind: Kind, url: str = URL, options: Mapping[str, Any] | None = None) -> Source:
    """A source with these options."""
    return Source(id="essai", name="Essai", publisher="Essai", kind=kind, url=url, options=options or {})


def plain(value: FoundItem | Record) -> dict[str, Any]:
    """A value as JSON has it, without what is empty."""

    def text(one: object) -> object:
        return one.isoformat() if isinstance(one, datetime | date) else one

    return {name: text(one) for name, one in asdict(value).items() if one not in ("", (), None, {})}


def check_golden(name: str, found: object) -> None:
    """Compare with `golden/NAME.json`; with WATCHBOT_GOLDEN=write in the environment it is written instead, to be read by a person."""
    path = GOLDEN / f"{name}.json"
    text = json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    if os.environ.get("WATCHBOT_GOLDEN") == "write":
        path.write_text(text, encoding="utf-8")
    assert json.loads(text) == json.loads(path.read_text(encoding="utf-8"))
