"""Reading PDFs within bounds."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchbot.errors import ParseError
from watchbot.extract.pdf import pdf_pages


def made(*pages: str, password: str = "") -> bytes:
    """A PDF with one line a page."""
    from pypdf import PdfReader, PdfWriter
    from reportlab.pdfgen.canvas import Canvas

    target = io.BytesIO()
    canvas = Canvas(target, invariant=1)
    for text in pages:
        canvas.drawString(72, 720, text)
        canvas.showPage()
    canvas.save()
    if not password:
        return target.getvalue()
    writer = PdfWriter(clone_from=PdfReader(target))
    writer.encrypt(password, algorithm="RC4-128")
    locked = io.BytesIO()
    writer.write(locked)
    return locked.getvalue()


def test_pages_in_order() -> None:
    assert [page.strip() for page in pdf_pages(made("Un", "Deux", "Trois"))] == ["Un", "Deux", "Trois"]


def test_bounds_hold() -> None:
    raw = made("Un", "Deux", "Trois")
    assert len(pdf_pages(raw, max_pages=2)) == 2
    assert "".join(pdf_pages(raw, max_characters=4)).startswith("Un")
    assert len("".join(pdf_pages(raw, max_characters=4))) <= 4


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "not-pdf"),
        (b"<html>", "not-pdf"),
        (b"%PDF-1.7\nbroken", "unreadable"),
        (made("Secret", password="x"), "encrypted"),
    ],
)
def test_what_cannot_be_read_says_why(raw: bytes, reason: str) -> None:
    with pytest.raises(ParseError) as caught:
        pdf_pages(raw, url="https://exemple.fr/a.pdf")
    assert caught.value.reason == reason
    assert "https://exemple.fr/a.pdf" in str(caught.value)


@given(st.integers(0, 900), st.binary(min_size=1, max_size=20))
@settings(max_examples=40, deadline=None)
def test_damaged_files_are_read_or_refused(place: int, noise: bytes) -> None:
    raw = made("Un", "Deux")
    try:
        pages = pdf_pages(raw[:place] + noise + raw[place + len(noise) :])
    except ParseError:
        return
    assert all(isinstance(page, str) for page in pages)
