"""Which register records a watch follows: by number, Formacode, ROME code, certifier or words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from watchbot.model import Record
from watchbot.track.fold import tokens
from watchbot.track.typography import NBSP, canonical, quoted


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What to follow in a register. A record that meets any one of them is followed; an empty watch follows all."""

    numbers: frozenset[str] = frozenset()
    formacodes: frozenset[str] = frozenset()
    rome: frozenset[str] = frozenset()
    certifiers: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> Watch:
        """The watch that a source's options say (`numbers`, `formacodes`, `rome`, `certifiers`, `words`)."""
        return cls(
            numbers=frozenset(str(number).replace(" ", "").upper() for number in options.get("numbers", ())),
            formacodes=frozenset(str(code).strip() for code in options.get("formacodes", ())),
            rome=frozenset(str(code).strip().upper() for code in options.get("rome", ())),
            certifiers=tuple(str(name) for name in options.get("certifiers", ())),
            words=tuple(str(words) for words in options.get("words", ())),
        )

    def reasons(self, record: Record) -> tuple[str, ...]:
        """Why a record is followed, in French; empty if it is not (or if the watch follows all)."""
        found = [f"numéro {record.number}"] if record.number.replace(" ", "").upper() in self.numbers else []
        found += [f"Formacode {code}" for code, _ in record.formacodes if code in self.formacodes]
        found += [f"code ROME {code}" for code, _ in record.rome if code.upper() in self.rome]
        found += [f"certificateur{NBSP}: {name}" for name in self.certifiers if _is_by(record, name)]
        if self.words:
            text = _words(_all_text(record))
            found += [f"mots {quoted(words)}" for words in self.words if _within(_words(words), text)]
        return tuple(found)

    def follows(self, record: Record) -> bool:
        """Whether a record is followed."""
        return self.follows_all or bool(self.reasons(record))

    @property
    def follows_all(self) -> bool:
        """True for a watch without any condition."""
        return not (self.numbers or self.formacodes or self.rome or self.certifiers or self.words)


def _is_by(record: Record, name: str) -> bool:
    """Whether a body certifies a record: by words of its name, or the digits of its SIRET or SIREN."""
    digits = re.sub(r"\s", "", name)
    if digits.isdigit() and len(digits) in {9, 14}:
        return any(siret.startswith(digits) for siret in record.extra.get("sirets", "").split(", "))
    return any(_within(_words(name), _words(one)) for one in record.certifiers)


def _all_text(record: Record) -> str:
    parts = [record.title, record.short_title, *(block.title for block in record.blocks), *record.extra.values()]
    return " . ".join(parts)


def _words(text: str) -> str:
    return f" {' '.join(token.key for token in tokens(canonical(text)))} "


def _within(words: str, text: str) -> bool:
    """Whether the words stand in the text next to each other; a plural mark at their end is overlooked."""
    stem = words.rstrip()
    return bool(stem) and any(f"{stem}{ending} " in text for ending in ("", "s", "x", "es"))
