"""What spreadsheets save as CSV: its text, whatever the encoding, and how large a cell may be."""

from __future__ import annotations

from collections.abc import Iterable

# A list that people keep is no larger; more is a mistake.
MAX_BYTES = 20_000_000
MAX_CELL = 10_000


def sheet_text(content: bytes) -> str:
    """The text of a sheet: UTF-16 by its mark, UTF-8 with or without one, else what Windows writes in France.

    Raises:
        UnicodeDecodeError: it is none of them.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252")


def overgrown(cells: Iterable[str]) -> bool:
    """Whether a cell is larger than any that people write.

    The csv module's own limit is one for the whole process, and reading a register raises it.
    """
    return any(len(cell) > MAX_CELL for cell in cells)
