"""The kind `document`: PDFs good and bad, and lists of them."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfWriter

from tests.collect.answers import URL, answer, page, source
from tests.collect.pdfs import make_pdf
from watchbot.collect.document import is_pdf, parse, pdf_date, pdf_meta, pdf_text, pdf_title
from watchbot.errors import ParseError
from watchbot.model import Kind

GUIDE = "https://www.example.fr/guides/referentiel-label_v3.pdf"
PDF = make_pdf(
    ["Référentiel du label", "85 actions, 12 postes"], ["Seuil : 65 %"], title="Référentiel 2025", author="Ecoprod"
)


def read(raw: bytes, url: str = GUIDE) -> object:
    return parse(answer(raw, url, "application/pdf"), source(Kind.DOCUMENT, url))


def test_text_by_page_and_metadata() -> None:
    found = parse(answer(PDF, GUIDE, "application/pdf"), source(Kind.DOCUMENT, GUIDE))
    document = found.documents[0]
    assert (document.title, document.key, document.raw) == ("Référentiel 2025", GUIDE, PDF)
    assert document.meta["pages"] == "2"
    assert document.meta["author"] == "Ecoprod"
    assert [part.strip() for part in document.meta["text"].split("\f")] == [
        "Référentiel du label\n85 actions, 12 postes",
        "Seuil : 65 %",
    ]
    assert document.meta["created"].startswith("2000-01-01")
    assert found.problems == ()


def test_the_content_counts_not_the_declared_type() -> None:
    assert is_pdf(b"\r\n%PDF-1.4 ")
    assert parse(answer(b"\n\n" + PDF, GUIDE, "text/html"), source(Kind.DOCUMENT, GUIDE)).documents


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (make_pdf(["Texte secret du rapport"], password="chut"), "encrypted"),
        (make_pdf([]), "no-text"),
        (PDF[: len(PDF) // 3], "no-text"),
        (b"%PDF-1.7\n" + b"\x00\xff" * 500, "unreadable"),
        (b"%PDF-", "unreadable"),
        (b"GIF89a", "not-pdf"),
    ],
)  # fmt: skip
def test_pdfs_that_cannot_be_read_say_why(raw: bytes, reason: str) -> None:
    with pytest.raises(ParseError) as raised:
        read(raw)
    assert raised.value.reason in {reason, "unreadable"}


def test_a_pdf_locked_without_a_password_for_reading_is_read() -> None:
    writer = PdfWriter(io.BytesIO(PDF))
    writer.encrypt("", "owner", algorithm="AES-256")
    buffer = io.BytesIO()
    writer.write(buffer)
    assert "85 actions" in "".join(pdf_text(buffer.getvalue()))


def test_pages_without_text_and_pages_left_out_are_told() -> None:
    found = parse(
        answer(make_pdf(["Une page avec du texte dessus"], []), GUIDE, "application/pdf"), source(Kind.DOCUMENT, GUIDE)
    )
    assert found.problems == ("1 of 2 pages hold no text",)
    assert len(pdf_text(make_pdf(*[["Une page qui a du texte"]] * 5), max_pages=3)) == 3


def test_a_wall_instead_of_a_pdf_is_told_as_one() -> None:
    with pytest.raises(ParseError) as raised:
        parse(answer("<title>Just a moment...</title>", GUIDE), source(Kind.DOCUMENT, GUIDE))
    assert raised.value.reason == "bot-challenge"
    with pytest.raises(ParseError) as raised:
        parse(
            answer("<p>La page a été déplacée, voir le nouveau site de l’association.</p>" * 9, GUIDE),
            source(Kind.DOCUMENT, GUIDE),
        )
    assert raised.value.reason == "not-pdf"


def test_a_page_of_pdfs_is_followed() -> None:
    listing = source(Kind.DOCUMENT, options={"links": "ul.guides a", "max_documents": 3})
    found = parse(page("guides-pdf.html"), listing)
    assert [one.role for one in found.follow] == ["document"] * 3
    assert found.follow[0].request.url == "https://www.example.fr/fileadmin/guides/eco-conditionnalite-remise-d-u.pdf"
    assert found.follow[0].item is not None
    assert found.follow[0].item.title.startswith("Éco-conditionnalité")
    assert found.problems == ("only the first 3 of 5 linked documents are followed (max_documents)",)
    followed = parse(answer(PDF, GUIDE, "application/pdf"), listing)
    assert followed.documents[0].key == GUIDE
    assert "finds no link" in parse(page("guides-pdf.html"), source(Kind.DOCUMENT, options={"links": ".x"})).problems[0]


@pytest.mark.parametrize(
    ("meta", "lines", "expected"),
    [
        ({"title": "Référentiel 2025"}, "x", "Référentiel 2025"),
        ({"title": "Microsoft Word - guide.docx"}, "Guide de l’écoproduction", "Guide de l’écoproduction"),
        ({"title": "Sans titre-1"}, "12\n3 / 4\nRapport annuel d’activité", "Rapport annuel d’activité"),
        ({"title": "maquette_v3.indd"}, "", "referentiel label v3"),
        ({}, "", "referentiel label v3"),
    ],
)
def test_titles_worth_showing(meta: dict[str, str], lines: str, expected: str) -> None:
    assert pdf_title(meta, (lines,), GUIDE) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("D:20240520143000+02'00'", "2024-05-20T14:30:00+02:00"),
        ("D:20240520", "2024-05-20T00:00:00+00:00"),
        ("20240520143000Z", "2024-05-20T14:30:00+00:00"),
        ("D:20241399", ""),
        ("hier", ""),
        ("", ""),
    ],
)
def test_dates_as_pdfs_write_them(written: str, expected: str) -> None:
    assert pdf_date(written) == expected


def test_metadata_of_a_damaged_file_is_empty() -> None:
    assert pdf_meta(b"%PDF-1.4 nothing") == {}
    assert URL not in pdf_meta(PDF).values()
