"""The text of a PDF, page by page, within bounds: what collecting and tracking both read."""

from __future__ import annotations

import io
import logging

from watchbot.errors import ParseError

MAX_PAGES = 2_000
MAX_CHARACTERS = 20_000_000


def pdf_pages(
    raw: bytes, *, url: str = "", max_pages: int = MAX_PAGES, max_characters: int = MAX_CHARACTERS
) -> tuple[str, ...]:
    """The text of each page of a PDF, lines as the file lays them out; an unreadable page is an empty string.

    Args:
        raw: The file's bytes.
        url: Where it came from, for messages only.
        max_pages: Pages beyond this many are left out.
        max_characters: Reading stops once this many characters are held.

    Raises:
        ParseError: The bytes are no PDF (`not-pdf`), need a password (`encrypted`) or are damaged (`unreadable`).
    """
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    if b"%PDF-" not in raw[:1024]:
        raise ParseError(f"{url or 'this file'}: not a PDF (no %PDF- mark)", url=url, reason="not-pdf")
    # pypdf reports each oddity of a damaged file on its own logger; what matters is whether text comes out.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(io.BytesIO(raw), strict=False)
        locked = reader.is_encrypted and not reader.decrypt("")
        count = 0 if locked else len(reader.pages)
    except (PyPdfError, ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError, OSError) as error:
        raise ParseError(f"{url or 'this file'}: the PDF is damaged ({error})", url=url) from error
    if locked:
        raise ParseError(f"{url or 'this file'}: the PDF asks for a password", url=url, reason="encrypted")
    pages: list[str] = []
    held = 0
    for number in range(min(count, max_pages)):
        pages.append(_page_text(reader, number)[: max_characters - held])
        held += len(pages[-1])
        if held >= max_characters:
            break
    return tuple(pages)


def _page_text(reader: object, number: int) -> str:
    # pypdf raises many kinds of errors on hostile files; one bad page must not lose the others.
    try:
        text: str = reader.pages[number].extract_text()  # type: ignore[attr-defined]
    except Exception:  # noqa: BLE001
        return ""
    return text.replace("\x00", "")
