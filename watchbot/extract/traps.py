"""What looks like a fact and is none: addresses of the Web and of streets, telephone numbers, registration numbers, formats, times."""

from __future__ import annotations

import re

from watchbot.extract.folding import Passage
from watchbot.extract.spelled import MONTH

_URL = re.compile(r"\b(?:https?://|www\.)[^\s<>\"\0]{1,500}|\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_PHONE = re.compile(
    r"(?<![\d.])(?:\+ ?\d{1,3}[ .]?(?:\(0\) ?)?|00 ?33 ?|0)\d(?:[ .-]?\d\d){4}(?!\d)|(?<!\d)0 ?8\d\d[ .]\d{3}[ .]\d{3}(?!\d)"
)
_SIRET = re.compile(
    r"\b(?:siret|siren|tva|iban|rcs|naf|ape)\b[ :°n]{0,4}[\w ]{0,3}\d[\d ]{3,16}|(?<!\d)\d{3} \d{3} \d{3} \d{5}(?!\d)"
)
_ISBN = re.compile(r"\b(?:isbn|issn|ean|doi|visa|dossier n°|id)[ :]{0,3}[\d-]{4,20}")
# A street named after a day, a postal code, a box.
_STREET = re.compile(
    rf"\b(?:rue|place|avenue|av\.|boulevard|bd|quai|square|cours|allee|esplanade|station|impasse|salle|caserne|passage) (?:de la |du |de l'|des )?(?:1er|\d{{1,2}}) {MONTH}(?: (?:19|18)\d\d)?"
)
_BOX = re.compile(r"\b(?:cs|bp|cedex|tsa) \d{1,5}\b")
_POSTAL = re.compile(
    r"(?<![\w.,])(?:f-)?(?:0[1-9]|[1-8]\d|9[0-8])\d{3}(?= (?!euros?\b|eur\b|dollars|livres|millions)[a-z])"
)
_NUMBERED_STREET = re.compile(
    r"(?<![\w.,])\d{1,4}(?: ?(?:bis|ter))?,? (?=(?:rue|avenue|av\.|boulevard|bd|quai|place|impasse|allee|cours|chemin|route|square|faubourg)\b)"
)
# Formats, ratios, scores, seasons, times of day, collectives named by a figure.
_FORMAT = re.compile(
    r"(?<![\w/])(?:16/9|4/3|24/7|7/7|9/16|50/50|2\.39(?::1)?|1[.,]85(?::1)?|\d{1,2}e?/\d{1,2}e?(?= (?:cinema|festival))|[2-8]k|[234]d|5\.1|7\.1|dolby \d)(?![\w/])"
    r"|(?<!\d)\d{1,2} ?h ?[0-5]\d\b|\b(?:version|v|v\.) ?\d{1,2}(?:\.\d{1,3}){0,3}(?![\d ]?\d)"
)
_CAPITAL_AFTER = re.compile(r" ?[A-ZÀ-Þ]")


def claim_traps(passage: Passage) -> None:
    """Hide from later rules what only looks like a date, an amount or a count."""
    text = passage.rest
    if "://" in text or "www." in text or "@" in text:
        _claim(passage, _URL)
    _claim(passage, _PHONE)
    _claim(passage, _SIRET)
    _claim(passage, _ISBN)
    _claim(passage, _STREET)
    _claim(passage, _BOX)
    _claim(passage, _NUMBERED_STREET)
    passage.claim_all(
        [
            match.span()
            for match in _POSTAL.finditer(passage.rest)
            if _CAPITAL_AFTER.match(passage.original(match.end(), min(match.end() + 3, len(passage.folded))))
        ]
    )
    _claim(passage, _FORMAT)


def _claim(passage: Passage, rule: re.Pattern[str]) -> None:
    spans = [match.span() for match in rule.finditer(passage.rest)]
    if spans:
        passage.claim_all(spans)
