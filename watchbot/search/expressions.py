"""Expressions of the full-text index (FTS5). Everything typed goes between quotes, where there is no syntax."""

from __future__ import annotations

import re
from collections.abc import Sequence

from watchbot.search.words import words_of


def quoted(words: Sequence[str] | str) -> str:
    """A word or a phrase as an FTS5 string: between quotes there is no syntax."""
    text = words if isinstance(words, str) else " ".join(words)
    return '"' + text.replace('"', " ") + '"'


def either(expressions: Sequence[str]) -> str:
    """Any of these expressions."""
    return expressions[0] if len(expressions) == 1 else f"({' OR '.join(expressions)})"


def number_expression(value: str) -> str:
    """How texts write a register number: `RS6456`, `RS 6456`, `fiche n° 6456`."""
    digits = re.sub(r"\D", "", value)
    register = value[: len(value) - len(digits)].lower()
    forms = [quoted(f"{register}{digits}"), quoted((register, digits))]
    return either([*forms, quoted(digits)] if len(digits) >= 4 else forms)


def reference_expression(quote: str) -> str:
    """The figures of a legal reference in their order, with what stands between: "2025 500", "3 mai 2024"."""
    words = list(words_of(quote))
    with_digits = [place for place, word in enumerate(words) if any(c.isdigit() for c in word)]
    core = words[with_digits[0] : with_digits[-1] + 1] if with_digits else words
    bare = [re.sub(r"\A[a-z]+(?=\d)", "", core[0]), *core[1:]] if core else core
    return either(list(dict.fromkeys([quoted(core), quoted(bare)])))


def mention_expression(text: str) -> str:
    """A register number or a legal reference, as it was typed."""
    return number_expression(text) if re.fullmatch(r"(?:RS|RNCP)\d+", text) else reference_expression(text)
