"""A fetched document as the text that is kept and compared."""

from __future__ import annotations

import hashlib
import re

from watchbot.errors import ParseError
from watchbot.extract.pdf import pdf_pages
from watchbot.model import FoundDocument, NormalisedDocument
from watchbot.track.passages import RawPassage, normalised_text
from watchbot.track.typography import canonical

NORMALISER = 2
"""The version of the rules. When it moves, snapshots made by another are read anew from their raw bytes before comparing."""

_MARKUP = re.compile(rb"<\s*(?:!doctype|html|head|body|main|article|section|div|p|h[1-6]|ul|ol|table)\b", re.IGNORECASE)


def normalise_document(document: FoundDocument, *, pages: tuple[str, ...] | None = None) -> NormalisedDocument:
    """Normalise one version of a page (HTML), a PDF or a plain text.

    Args:
        document: What was found; its bytes decide what it is when its type is wrong or missing.
        pages: The texts of a PDF's pages, if they were read already; `document.meta["text"]` may hold them too, joined by
            form feeds.

    Raises:
        ParseError: The bytes are neither HTML, PDF nor text.
    """
    if pages is None and document.meta.get("text") and b"%PDF-" in document.raw[:1024]:
        pages = tuple(document.meta["text"].split("\f"))
    title, content_type, passages = _read(document, pages)
    # A PDF can hold half characters (lone surrogates), which no file can: they become question marks.
    text = normalised_text(passages).encode("utf-8", "replace").decode("utf-8")
    return NormalisedDocument(
        key=document.key,
        url=document.url,
        title=canonical(document.title or title).strip(),
        content_type=content_type,
        text=text,
        digest=text_digest(text),
        normaliser=NORMALISER,
    )


def text_digest(text: str) -> str:
    """The SHA-256 of a normalised text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def _read(document: FoundDocument, pages: tuple[str, ...] | None) -> tuple[str, str, list[RawPassage]]:
    from watchbot.track.normalise_html import decoded, html_passages
    from watchbot.track.normalise_pdf import pdf_passages

    declared, _, parameters = document.content_type.partition(";")
    declared = declared.strip().lower()
    charset = document.meta.get("charset") or _charset(parameters)
    if pages is not None or b"%PDF-" in document.raw[:1024]:
        return _with_type(
            pdf_passages(pages if pages is not None else pdf_pages(document.raw, url=document.url)), "application/pdf"
        )
    binary = b"\x00" in document.raw[:4096] and not document.raw.startswith((b"\xff\xfe", b"\xfe\xff"))
    if "html" in declared or (not binary and _MARKUP.search(document.raw[:65536])):
        return _with_type(html_passages(document.raw, charset), "text/html")
    if binary:
        message = f"{document.url}: cannot track {declared or 'this kind of file'}; only HTML, PDF and text are read"
        raise ParseError(message, url=document.url, reason="unsupported")
    lines = [line.strip() for line in decoded(document.raw, charset).splitlines()]
    passages = [RawPassage(kind="text", text=line) for line in lines if line]
    return (lines[0] if lines else ""), "text/plain", passages


def _with_type(read: tuple[str, list[RawPassage]], content_type: str) -> tuple[str, str, list[RawPassage]]:
    return read[0], content_type, read[1]


def _charset(parameters: str) -> str | None:
    found = re.search(r"""charset\s*=\s*["']?([\w.:-]+)""", parameters, re.IGNORECASE)
    return found[1] if found else None
