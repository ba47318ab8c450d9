"""Durations that bind: "valable trois ans", "dans la limite de 35 heures", "durée de l'enregistrement en années : 3"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from watchbot.extract.folding import Passage
from watchbot.extract.numbers import WORDS, canonical, parse_number
from watchbot.model import Fact, FactKind

_BEFORE = re.compile(
    r"(?:duree(?: \w+){0,3}?(?: est)?(?: fixee)?(?: a| de| d'|:)|(?:duree|periode|validite|engagement|repos \w+|carence|maximum|minimum|minimale|maximale|anciennete|experience)(?: est)?(?: de| d')|pendant|pour|valables?|valid for|period of|for|tous les|toutes les|prolongee? de|every|dure|durera|au moins|au plus|durant"
    r"|(?:exceder|excede|excedant|depasser|depasse|depassant)(?: pas)?|dans la limite de|(?:limite|fixe|porte|ramene)(?:e|s|es)? (?:a|de)|(?:superieur|inferieur)(?:e|s|es)? (?:ou ega(?:l|ux)(?:e|s|es)? )?a|egale?s? a|preavis de|jusqu'a|conserv\w+(?: \w+){0,3}?|a raison de|au-dela de|(?:semaine|journee|forfait|contrat|stage|formation|parcours|bloc) de|plus de|moins de) ?\Z"
)
_DURATION = re.compile(
    rf"(?:(?P<former>\d{{1,3}}|{WORDS}) a )?(?P<low>\d{{1,3}}|{WORDS}) (?P<unit>ans?|annees?|mois|semaines?|jours?|years?|months?|weeks?|days?|heures?|hours?)\b"
)
_FIELD = re.compile(
    r"\bduree\b[^.:;\0]{0,48}?\(?en (?P<unit>annees|mois|semaines|jours|heures)\)? ?: ?(?P<low>\d{1,4})(?![\d/]|[.,]\d)"
)
_UNITS = {"an": "ans", "ann": "ans", "moi": "mois", "sem": "semaines", "jou": "jours", "yea": "ans", "mon": "mois", "wee": "semaines", "day": "jours", "heu": "heures", "hou": "heures"}  # fmt: skip
# A bound makes an age a condition: "associations de plus de deux ans d'existence".
_BOUNDED = re.compile(r"(?:de (?:plus|moins) de|au moins|minimum de|superieure?s? a) ?\Z")
_AGE = re.compile(
    r" (?:d'experience|plus tot|de carriere|apres|plus tard|auparavant|d'existence|d'age|old|ago|de prison)|[ -]?(?:apres|ago|old)"
)


def duration_facts(passage: Passage) -> Iterator[Fact]:
    """Durations that a word before them makes a rule; how long something took is none."""
    for match in _FIELD.finditer(passage.rest):
        yield _fact(passage, match, match.start("low"), match["low"])
    for match in _DURATION.finditer(passage.rest):
        value = parse_number(match["low"])
        before = passage.folded[max(0, match.start() - 40) : match.start()]
        # "500 000 € sur cinq ans" binds for years; "14 heures sur 2 jours" is a timetable.
        lasting = _BEFORE.search(before) or (match["unit"].startswith("an") and before.endswith("sur "))
        aged = _AGE.match(passage.folded, match.end()) and not _BOUNDED.search(before)
        if value and value > 1 and lasting and not aged:
            yield _fact(passage, match, match.start("low"), canonical(value))


def _fact(passage: Passage, match: re.Match[str], start: int, value: str) -> Fact:
    unit = match["unit"]
    named = _UNITS["an" if unit in {"an", "ans"} else unit[:3]]
    return passage.fact(FactKind.COUNT, start, match.end(), value=value, unit=named, role="duree", confidence=0.8)
