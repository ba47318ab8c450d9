"""Ready-made documents and versions for the tests of tracking."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from watchbot.model import FoundDocument, Snapshot
from watchbot.track.normalise import normalise_document, text_digest
from watchbot.track.normalise_pdf import pdf_passages
from watchbot.track.passages import normalised_text

FIXTURES = Path(__file__).parent / "fixtures"
FIRST = datetime(2026, 11, 16, 7, 0, tzinfo=UTC)
SECOND = FIRST + timedelta(days=7)


def page(
    source: str | bytes, *, key: str = "https://exemple.fr/page", title: str = "", content_type: str = "text/html"
) -> FoundDocument:
    """A page as a source finds it."""
    raw = source.encode() if isinstance(source, str) else source
    return FoundDocument(key=key, url=key, title=title, content_type=content_type, raw=raw)


def fixture(name: str) -> str:
    """A recorded page."""
    return (FIXTURES / name).read_text(encoding="utf-8")


def text_of(source: str | bytes, **more: str) -> str:
    """The normalised text of a page."""
    return normalise_document(page(source, **more)).text


def body(inner: str) -> str:
    """A page around a content."""
    return f"<html><head><title>Page</title></head><body><main><h1>Titre</h1>{inner}<p>{'Une phrase de fond. ' * 15}</p></main></body></html>"


def text_of_pages(pages: tuple[str, ...]) -> str:
    """The normalised text of a PDF's pages."""
    return normalised_text(pdf_passages(pages)[1])


def version(
    text: str, number: int = 1, *, title: str = "Référence", key: str = "cle", source: str = "source"
) -> Snapshot:
    """A stored version with this normalised text."""
    moment = FIRST + timedelta(days=7 * (number - 1))
    return Snapshot(
        id=number,
        source_id=source,
        key=key,
        url="https://exemple.fr/reference",
        title=title,
        content_type="text/html",
        digest=text_digest(text),
        text=text,
        first_seen=moment,
        last_seen=moment + timedelta(days=6),
        version=number,
    )
