"""Which records of a register are watched: pure filters, cheap enough to run on every record of an export."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from watchbot.extract.folding import unaccented
from watchbot.model import Record

_NUMBER = re.compile(r"(RNCP|RS)\s*0*(\d{1,6})", re.IGNORECASE)
_BREAKS = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Watch:
    """What is watched. A record is watched if any one of the filters takes it; with none at all, every record is.

    `numbers` are `RNCP37773`, `RS6456`; `certifiers` are folded words of a name, or the digits of a SIRET (14) or SIREN (9);
    `words` are folded words or phrases, where a final `*` takes any ending.
    """

    numbers: frozenset[str] = frozenset()
    formacodes: frozenset[str] = frozenset()
    rome: frozenset[str] = frozenset()
    certifiers: tuple[str, ...] = ()
    words: re.Pattern[str] | None = None
    register: str = ""

    @property
    def everything(self) -> bool:
        """Whether nothing in particular is watched."""
        return not (self.numbers or self.formacodes or self.rome or self.certifiers or self.words)

    def takes_register(self, number: str) -> bool:
        """Whether a record of this number is of the watched register (`rncp` or `rs`; none given: both)."""
        return not self.register or number.startswith(self.register)

    def takes_certifier(self, name: str, siret: str = "") -> bool:
        """Whether a certifying body is watched."""
        if not self.certifiers:
            return False
        spaced = f" {fold(name)} "
        return any(
            siret.startswith(one) if one.isdigit() and len(one) >= 9 else f" {one} " in spaced
            for one in self.certifiers
        )

    def takes_text(self, *texts: str) -> bool:
        """Whether a watched word is in one of the texts."""
        return self.words is not None and any(self.words.search(fold(text)) for text in texts if text)

    def takes(self, record: Record, *texts: str) -> bool:
        """Whether a complete record is watched; `texts` are longer texts that belong to it."""
        if not self.takes_register(record.number):
            return False
        return (
            self.everything
            or record.number in self.numbers
            or any(code in self.formacodes for code, _ in record.formacodes)
            or any(code in self.rome for code, _ in record.rome)
            or self._takes_body(record)
            or self.takes_text(record.title, record.short_title, *(block.title for block in record.blocks), *texts)
        )

    def _takes_body(self, record: Record) -> bool:
        if not self.certifiers:
            return False
        sirets = record.extra.get("sirets", "").split(", ")
        return any(self.takes_certifier(name) for name in record.certifiers) or any(
            self.takes_certifier("", siret) for siret in sirets
        )


def watch_of(options: Mapping[str, Any]) -> Watch:
    """The watch that a source's options describe (`register`, `numbers`, `formacodes`, `rome`, `certifiers`, `words`)."""
    words = [pattern for word in _strings(options.get("words")) if (pattern := _word_pattern(word))]
    return Watch(
        numbers=frozenset(number for text in _strings(options.get("numbers")) if (number := canonical_number(text))),
        formacodes=frozenset(_strings(options.get("formacodes"))),
        rome=frozenset(code.upper() for code in _strings(options.get("rome"))),
        certifiers=tuple(folded for name in _strings(options.get("certifiers")) if (folded := _body(name))),
        words=re.compile("|".join(words)) if words else None,
        register=str(options.get("register") or "").upper(),
    )


def canonical_number(text: str) -> str:
    """A record's number as `RNCP37773` or `RS6456`, from any spelling; an empty string if it is none."""
    found = _NUMBER.fullmatch(text.strip())
    return f"{found[1].upper()}{found[2]}" if found else ""


def numbers_in(text: str) -> tuple[str, ...]:
    """All record numbers in a text, in order, without repeats."""
    return tuple(dict.fromkeys(f"{kind.upper()}{digits}" for kind, digits in _NUMBER.findall(text)))


@lru_cache(maxsize=4096)
def _fold_short(text: str) -> str:
    return _fold(text)


def fold(text: str) -> str:
    """Lower case, no accents, everything but letters and digits a single space: `L'éco-production` → `l eco production`."""
    return _fold_short(text) if len(text) < 300 else _fold(text)


def _fold(text: str) -> str:
    text = text.lower().replace("œ", "oe").replace("æ", "ae")
    return _BREAKS.sub(" ", unaccented(text)).strip()


def _strings(values: object) -> Iterable[str]:
    return [str(value).strip() for value in values if str(value).strip()] if isinstance(values, list | tuple) else []


def _body(name: str) -> str:
    digits = re.sub(r"\D", "", name)
    return digits if len(digits) in (9, 14) and not re.search(r"[A-Za-z]", name) else fold(name)


def _word_pattern(word: str) -> str:
    """A folded word or phrase as a pattern: whole words, with or without a plural; hyphens may be missing or there."""
    open_ended = word.rstrip().endswith("*")
    parts = fold(word).split()
    if not parts:
        return ""
    if open_ended:
        patterns = [re.escape(part) for part in parts]
    else:
        patterns = [
            re.escape(part[:-1] if len(part) > 3 and part[-1] in "sx" else part) + "(?:s|x|es)?" for part in parts
        ]
    body = (" ?" if "-" in word else " ").join(patterns)
    # écoproduction, éco-production and éco production are one word.
    return rf"\b{re.sub(r'^eco(?=[a-z])', 'eco ?', body)}" + ("" if open_ended else r"\b")
