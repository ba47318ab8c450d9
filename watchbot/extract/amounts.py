"""Amounts of money, thresholds and counts.

Canonical values are decimal numbers as text; units are ISO 4217 codes for money, `%`, `niveau`, or the plural of what is counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from watchbot.extract.folding import Passage
from watchbot.extract.numbers import MULTIPLIERS, NUMBER, canonical, parse_number
from watchbot.model import Fact, FactKind

_SCALE = rf"(?:{'|'.join(sorted(MULTIPLIERS, key=lambda word: (-len(word), word)))})"
_CURRENCIES = {
    "€": "EUR", "euro": "EUR", "euros": "EUR", "eur": "EUR", "£": "GBP", "gbp": "GBP", "livres": "GBP", "pounds": "GBP",
    "$": "USD", "dollars": "USD", "usd": "USD", "chf": "CHF", "cad": "CAD",
}  # fmt: skip
_MONEY = r"(?P<unit>€|euros?\b|eur\b|£|gbp\b|livres sterling\b|livres\b|pounds\b|\$|dollars\b|usd\b|chf\b|cad\b)"
_OF = r"(?: ?(?:d'|de ))?"
_AFTER = re.compile(
    rf"(?:(?P<open>de |entre |from |between )?(?P<low>{NUMBER})(?: ?(?P<lowscale>{_SCALE})\b)?(?: ?(?:€|euros?|eur))?"
    rf"(?: (?:a|et|to|and) | ?- ?(?=\d)))?(?P<high>{NUMBER})(?: ?(?P<scale>{_SCALE})(?=[ €£$d]|euros?|eur|\b))?{_OF} ?{_MONEY}"
)
_BEFORE = re.compile(
    rf"(?P<unit>€|£|\$|\beur|\busd|\bgbp) ?(?P<low>{NUMBER})(?: ?(?P<lowscale>{_SCALE})\b)?"
    rf"(?: ?(?:-|–|a|to) ?(?:€|£|\$|eur|usd|gbp)? ?(?P<high>{NUMBER})(?: ?(?P<scale>{_SCALE})\b)?)?"
)

_AT_LEAST = (
    r"(?:superieure?s? (?:ou egale?s? )?a|inferieure?s? (?:ou egale?s? )?a|au moins|au minimum|a minima|minimum(?: de)?|maximum(?: de)?|au plus|plus de|moins de"
    r"|au-dela de|au-dessus de|en dessous de|a partir de|seuils?(?: (?:de|d'|a|fixe a|est de|passe a|minimal de|minimum de|d'obtention de|requis de|:))*"
    r"|plafonn?e?e?s?(?: (?:de|a|est de))*|limite(?:e|es)? a|jusqu'a|score(?: minimal| minimum)?(?: (?:de|d'au moins|:))?|hauteur de|taux(?: (?:de|minimal de|minimum de))*"
    r"|at least|more than|less than|above|below|over|under|minimum of|threshold of|up to|atteindre|obtenir|passe a|porte a|fixe a|exige)"
)
_PERCENT = re.compile(
    rf"(?P<cue>{_AT_LEAST})[ :]{{1,2}}(?P<low>{NUMBER})(?: ?% ?(?:a|et|->|→) ?(?P<high>{NUMBER}))? ?(?:%|pour ?cent\b|percent\b)"
)
_PERCENT_AFTER = re.compile(
    rf"(?P<low>{NUMBER}) ?(?:%|pour ?cent)(?P<cue> (?:au moins|au minimum|minimum|requis|au plus|maximum|des (?:criteres|actions|points|depenses)|of (?:the )?(?:criteria|actions)|are required))"
)
_LEVEL = re.compile(
    r"\b(?:niveaux?|level|paliers?) (?P<low>\d{1,2}|un|deux|trois|one|two|three)(?![\d,.]\d)\b(?! ?(?:%|€))"
)
_SIZE = re.compile(
    rf"(?P<cue>\b(?:au moins|plus de|moins de|a partir de|superieure?s? a|inferieure?s? a|au-dela de|more than|fewer than|at least|over)) (?P<low>{NUMBER})"
    r" (?P<unit>salaries|employees|personnes|minutes|jours|heures|kwh|kva|kw|km|tonnes|mois|ans|places|metres)\b"
)

_COUNTED = {
    "action": "actions", "critere": "critères", "criteria": "critères", "criterion": "critères", "poste": "postes", "chapitre": "chapitres", "niveau": "niveaux",
    "etoile": "étoiles", "bloc": "blocs", "metier": "métiers", "certification": "certifications", "mesure": "mesures", "fiche": "fiches",
    "calculateur": "calculateurs", "label": "labels", "article": "articles", "indicateur": "indicateurs", "engagement": "engagements", "question": "questions",
    "production": "productions", "projet": "projets", "tournage": "tournages", "film": "films", "stagiaire": "stagiaires", "place": "places", "candidat": "candidats",
    "laureat": "lauréats", "entreprise": "entreprises", "studio": "studios", "module": "modules", "point": "points", "axe": "axes", "thematique": "thématiques",
    "recommandation": "recommandations", "obligation": "obligations", "membre": "membres", "adherent": "adhérents", "level": "niveaux", "star": "étoiles", "job": "métiers",
    "oeuvre": "œuvres", "dossier": "dossiers", "region": "régions", "pays": "pays", "salarie": "salariés", "participant": "participants",
}  # fmt: skip
_COUNT = re.compile(
    rf"(?P<low>{NUMBER})(?P<between> (?:nouve(?:lles?|aux|au)|grandes?|autres|premieres?|premiers?|principaux|principales|seules?|seuls?|new|main))? (?P<unit>{'|'.join(sorted(_COUNTED, key=lambda w: (-len(w), w)))})s?\b"
)
_ARTICLES = frozenset({"un", "une", "one"})


def amounts(passage: Passage) -> Iterator[Fact]:
    """Amounts of money, alone or as a range; what they hold is claimed."""
    for rule in (_AFTER, _BEFORE):
        spans = []
        for match in rule.finditer(passage.rest):
            fact = _amount(passage, match, before=rule is _BEFORE)
            if fact is not None:
                spans.append(fact[1])
                yield fact[0]
        passage.claim_all(spans)


def _amount(passage: Passage, match: re.Match[str], *, before: bool) -> tuple[Fact, tuple[int, int]] | None:
    unit = _CURRENCIES.get(match["unit"].split(" ")[0])
    first, second = ("low", "high") if match["low"] and match["high"] else (("low", None) if before else ("high", None))
    scale = match["scale"] or ""
    low = _scaled(match[first], match["lowscale"] or (scale if second else "") if first == "low" else scale)
    high = _scaled(match[second], scale) if second else None
    start = match.start(first) if not (before or match["low"]) else match.start()
    if low is None or unit is None or (match[first] in _ARTICLES and not scale):
        return None
    if high is not None and float(high) <= float(low):
        # "2026 à 28 000 €", "les 3 et 5 000 €": no range, the last number alone is the amount.
        low, high, start = high, None, match.start("high")
    fact = passage.fact(FactKind.AMOUNT, start, match.end(), value=low, end_value=high, unit=unit)
    return fact, (start, match.end())


def _scaled(text: str, scale: str) -> str | None:
    number = parse_number(text, scaled=bool(scale))
    return None if number is None else canonical(number * MULTIPLIERS.get(scale, 1))


def thresholds(passage: Passage) -> Iterator[Fact]:
    """Percentages and sizes that decide something, and levels; a bare result ("a baissé de 12 %") is none."""
    for rule, unit in ((_PERCENT, "%"), (_PERCENT_AFTER, "%"), (_LEVEL, "niveau"), (_SIZE, "")):
        spans = []
        for match in rule.finditer(passage.rest):
            low = parse_number(match["low"])
            if low is None:
                continue
            upper = match["high"] if rule is _PERCENT and match["high"] else None
            high = parse_number(upper) if upper else None
            named = unit or _accented(passage, match)
            start = match.start() if rule is _LEVEL else match.start("low")
            role = _role(match["cue"]) if rule is not _LEVEL else ""
            fact = passage.fact(
                FactKind.THRESHOLD,
                start,
                match.end("low") if rule is _LEVEL else _percent_end(match, rule),
                value=canonical(low),
                end_value=canonical(high) if high is not None else None,
                unit=named,
                role=role,
            )
            spans.append((start, match.end()))
            yield fact
        passage.claim_all(spans)


def _percent_end(match: re.Match[str], rule: re.Pattern[str]) -> int:
    return match.start("cue") if rule is _PERCENT_AFTER else match.end()


def _accented(passage: Passage, match: re.Match[str]) -> str:
    return passage.original(match.start("unit"), match.end("unit"))


def _role(cue: str) -> str:
    upper = (
        "inferieur",
        "au plus",
        "moins",
        "plafon",
        "maximum",
        "limite",
        "jusqu",
        "en dessous",
        "less",
        "below",
        "under",
        "up to",
    )
    return "maximum" if any(sign in cue for sign in upper) else "minimum"


def counts(passage: Passage) -> Iterator[Fact]:
    """Counts of what a referential, a register or a call has: `85 actions`, `quatre-vingts actions`, `28 critères`."""
    spans = []
    for match in _COUNT.finditer(passage.rest):
        if match["low"] in _ARTICLES:
            continue
        number = parse_number(match["low"])
        if number is None or _looks_like_a_year(match["low"]):
            continue
        spans.append(match.span())
        yield passage.fact(
            FactKind.COUNT, *match.span(), value=canonical(number), unit=_COUNTED[match["unit"]], confidence=0.9
        )
    passage.claim_all(spans)


def _looks_like_a_year(text: str) -> bool:
    return len(text) == 4 and text.isdigit() and 1900 <= int(text) <= 2100
