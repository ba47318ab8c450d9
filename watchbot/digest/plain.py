"""Plain text: 72 columns, no-break spaces held, addresses left whole."""

from __future__ import annotations

import textwrap
from functools import lru_cache

from watchbot.digest.french import NBSP, clean
from watchbot.digest.model import Bar

WIDTH = 72
LABEL = 28
BAR = 18


def heading(text: str) -> str:
    """A heading, underlined."""
    return f"{text}\n{'=' * min(len(text), WIDTH)}"


@lru_cache(maxsize=8_192)
def wrapped(text: str, indent: int = 0, hanging: int | None = None) -> str:
    """Text wrapped at 72 columns; no-break spaces hold, and a word is broken only when no line can hold it."""
    return textwrap.fill(
        # The wrapper breaks at no-break spaces too, so they travel as something it does not know.
        text.replace(NBSP, "\x00"),
        WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent if hanging is None else hanging),
        break_long_words="://" not in text,
        break_on_hyphens=False,
    ).replace("\x00", NBSP)


def bar_line(bar: Bar) -> str:
    """One row of a figure: label, bar, count, difference, trend."""
    ink = "#" * max(int(bar.count > 0), round(bar.percent * BAR / 100))
    difference = f" ({bar.difference})" if bar.difference else ""
    line = f"{clean(bar.label, LABEL):<{LABEL}} {ink:<{BAR}} {f'{bar.count}{difference}':<10} {bar.spark}"
    return line.rstrip()


def folded(text: str) -> str:
    """The text without blanks at the ends of lines (but for the mark of a signature) and with single empty lines."""
    kept: list[str] = []
    for line in text.splitlines():
        bare = line if line == "-- " else line.rstrip(" ")
        if bare or (kept and kept[-1]):
            kept.append(bare)
    return "\n".join(kept).strip("\n") + "\n"
