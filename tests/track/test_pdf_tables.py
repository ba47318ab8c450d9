"""Tables of PDFs as rows: read from lines of either kind, and told field by field."""

from __future__ import annotations

import io
import time

from tests.track.documents import page
from watchbot.track.compare import compare
from watchbot.track.normalise import normalise_document
from watchbot.track.pdf_tables import Row, with_rows
from watchbot.track.significance import judge

HEAD = ["Genre", "Plafond", "Taux", "Comité"]
ROWS = [
    ["Long métrage", "300 000 €", "50 %", "12/03/2027"],
    ["Série", "250 000 €", "40 %", "12/03/2027"],
    ["Documentaire de création", "60 000 €", "50 %", "09/04/2027"],
    ["Court métrage", "35 000 €", "60 %", "09/04/2027"],
]
CELLS = [Row(tuple(row)) for row in ROWS]


def test_a_line_for_each_row() -> None:
    lines = ["Montants par genre", " ".join(HEAD), *(" ".join(row) for row in ROWS), "Les montants sont révisés."]
    assert with_rows(lines) == [*lines[:2], *CELLS, lines[-1]]


def test_a_line_for_each_cell() -> None:
    lines = ["Montants par genre.", *HEAD, *(cell for row in ROWS for cell in row), "Les montants sont révisés."]
    assert with_rows(lines) == ["Montants par genre.", *HEAD, *CELLS, lines[-1]]


def test_a_key_on_two_lines_and_a_head_repeated_on_the_next_page() -> None:
    lines = [*HEAD, *ROWS[0], *ROWS[1], *HEAD, "Documentaire", "de création", *ROWS[2][1:], *ROWS[3]]
    assert with_rows(lines) == [*HEAD, *CELLS]


def test_what_is_not_regular_stays_text() -> None:
    prose = [
        "Le plafond de l'aide est fixé à",
        "300 000 €",
        "Le taux ne dépasse pas 50 %",
        "et les dossiers sont reçus jusqu'au 12/03/2027",
        "Article 3 12",
    ]
    assert with_rows(prose) == prose
    assert with_rows([]) == []


def _pdf(rows: list[list[str]], widths: list[int] | None = None) -> bytes:
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

    style = ParagraphStyle("cell", fontName="Helvetica", fontSize=9, leading=12)
    cells = [[Paragraph(cell, style) for cell in row] for row in [HEAD, *rows]]
    target = io.BytesIO()
    story = [Paragraph("Barème des aides de la région.", style), Table(cells, colWidths=widths, repeatRows=1)]
    SimpleDocTemplate(target, pagesize=A4, invariant=1).build(story)
    return target.getvalue()


def _text(raw: bytes) -> str:
    return normalise_document(page(raw, content_type="application/pdf")).text


def test_a_cell_of_a_real_pdf_is_told_with_its_row_and_other_widths_are_no_change() -> None:
    rows = [[f"Œuvre de genre {n}", f"{10 + n} 000 €", f"{20 + n} %", f"{1 + n % 27:02}/03/2027"] for n in range(40)]
    changed = [list(row) for row in rows]
    changed[7][1] = "99 000 €"
    before = _text(_pdf(rows))
    assert compare(before, _text(_pdf(rows, [220, 80, 60, 90]))) == []
    (edit,) = compare(before, _text(_pdf(changed, [220, 80, 60, 90])))
    assert (edit.before, edit.after) == ("17 000 €", "99 000 €")
    assert "Œuvre de genre 7" in judge([edit]).reasons[0]


def test_lines_of_groups_of_digits_take_no_time() -> None:
    lines = ["1 000 " * 30 + "a", "a " + "1 000 " * 30 + "x", "a " + "1 " * 60] * 50
    start = time.process_time()
    with_rows(lines)
    assert time.process_time() - start < 1
