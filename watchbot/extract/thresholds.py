"""Thresholds ("score supérieur à 65 %", "au moins 70 %", "niveau 2", "plus de 250 salariés") and counts ("85 actions").

A percentage is one unless its sentence tells what was measured, said or seen ("56 % des répondants", "a reculé de 12 %"). `role` is `minimum`, `maximum`, `niveau` or `taux`. `unit` is `%`, `niveau`, or the plural noun counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice

from watchbot.extract.counted import NOUNS, PERSONAL, SINGULARS
from watchbot.extract.durations import duration_facts
from watchbot.extract.folding import Passage
from watchbot.extract.numbers import DIGITS, FREE_DIGITS, WORDS, canonical, parse_number
from watchbot.extract.telling import RESULT, of_people, told
from watchbot.extract.things import Thing, things
from watchbot.model import Fact, FactKind

_PERCENT = r"(?: ?%| pour ?cent\b| per ?cent\b| p\. ?cent)"
_RATE = re.compile(
    rf"(?P<low>{FREE_DIGITS}|{WORDS})(?:{_PERCENT})?(?P<sep> a | ?- ?| et | to )(?P<high>{DIGITS}|{WORDS}){_PERCENT}|(?P<one>{FREE_DIGITS}|{WORDS}){_PERCENT}"
)
_BETWEEN = re.compile(r"\b(?:entre|between)(?: les)? \Z")
# Words that always make a condition, just before a number…
_MINIMUM = (
    r"(?:de plus de|(?:strictement )?superieure?s? (?:ou egale?s? )?a|valider|reunir|totaliser|(?:d')?au moins|(?:un |au )?minimum(?: de| d')?|minimale? (?:est )?de|seuil(?: de \w+)?(?: est| reste)?(?: minimal| minimum)?(?: est)? (?:de|a|fixe a|passe a|releve a|porte a)"
    r"|atteindre(?: au moins)?|a partir de|au-dela de|au-dessus de|depass(?:er|ant)|exced(?:er|ant)|franchir|obtenir(?: un score de)?|>=?|≥|exige(?:nt|ra|ront)?|at least|(?:a )?minimum of|more than|above|exceed(?:s|ing)?|over|or more than|score de|reach)"
)
_MAXIMUM = (
    r"(?:de moins de|(?:peut|peuvent|pourra|pouvant|puisse) aller jusqu'a|(?:strictement )?inferieure?s? (?:ou egale?s? )?a|au plus|(?:un |au )?maximum(?: de| d')?|maximale? de|plafonne(?:e|s|es)? a|plafond (?:est )?(?:de|a|fixe a)|dans la limite de|limite(?:e|s|es)? a|quota de|jauge de|(?:cannot|can not|(?:must|may|shall|does|do|should) not|not to) exceed|(?:n'|ne )?exced(?:er|ant) pas|sans (?:exceder|depasser)"
    r"|ne (?:peut|doit|pourra|peuvent|doivent) (?:pas )?(?:etre superieure? a|exceder|depasser)|ne depass(?:e|ant) pas|en dessous de|<=?|≤|at most|no more than|(?:a )?maximum of|less than|below|under|up to)"
)
# …and words that make one only within a rule.
_LOOSE_MINIMUM = r"(?:plus de|des?|du|de l'ordre de)"
_LOOSE_MAXIMUM = r"(?:moins de|jusqu'a)"
_BEFORE = re.compile(
    rf"(?:^|(?<=\W))(?:(?P<max>{_MAXIMUM})|(?P<min>{_MINIMUM})|(?P<loosemax>{_LOOSE_MAXIMUM})|(?P<loosemin>plus de|depass(?:e|ent)|exced(?:e|ent)|atteint|atteignent)) ?(?:les |la barre des |le seuil de |un (?:score|taux|total|seuil) de )?\Z"
)
_AFTER = re.compile(
    r" ?(?:[^.;,:\0]{0,24}? )?(?:(?P<min>(?:au |un )?minimum|au moins|et plus|ou plus|or more|at least)|(?P<max>(?:au )?maximum|au plus|ou moins|or less|at most))\b"
)
_NAMED = re.compile(
    r"\b(?P<name>seuil|score|taux|pourcentage|obligation|minimum|quota|part|proportion|threshold|plancher|plafond|intensite|cofinancement|credit d'impot|aide|subvention|decote|bonus|bonification|majoration|abattement|note)\b[^.;%\0]{0,60}?(?P<verb>(?:est|sont|sera|passe|fixe|fixee|porte|portee|releve|relevee|abaisse|abaissee|ramene|ramenee|de|a|d'aide de|is|set at|:) ?(?:fixee? |portee? |relevee? |ramenee? |de |a )?(?:\d{1,3}(?:,\d)? ?% a )?)\Z"
)
_CONDITION = re.compile(
    r"\b(?:doi(?:t|vent)|devr(?:a|ont)|obligat\w*|exig\w*|requi\w*|condition\w*|eligib\w*|seuils?|minim\w*|maxim\w*|plafon\w*|scores?|obteni\w*|obtenu|atteindre|valider|si |lorsque|des lors|s'applique\w*|soumis\w*|assujetti\w*|concern\w*"
    r"|engage\w*|prom(?:et|ettent|is|esse)\b|tva\b|tax\w*|tarif\w*|bareme\w*|cotis\w*|contributions?\b|objectif\w*|vise(?:nt|r)?\b|critere|label|quota|must|shall|required|eligible|apply|applies|threshold|score|beneficier|reserve\w*|dans la limite|tenu\w*|impos\w*|oblig\w*|peu(?:t|vent)|representer|justifier)\b"
)
_LEVEL = re.compile(
    r"\b(?P<word>niveaux?|level|levels|paliers?|tier|echelons?)(?: (?:de qualification|de sortie|du diplome|d'entree|europeen|minimum|requis|cec))? ?(?:n ?° ?|: ?)?(?P<low>\d{1,2}|un|deux|trois|quatre|cinq|six|one|two|three)(?:, \d)?(?:(?P<sep> a | et | ou |, | ?- ?| to | and | or )(?P<high>\d{1,2}))?(?![\d.,]?\d| ?%|[\w/]| etoiles?\b)"
)
# "12/20", where a mark is spoken of.
_MARK = re.compile(r"(?<![\w/.,])(?P<mark>\d{1,3}(?:,\d{1,2})?) ?(?:/|sur) ?(?P<of>10|20|50|100)(?![\d/%€]|[.,]\d)")
_MARKED = re.compile(r"\b(?:notes?|moyennes?|scores?|epreuves?|notation|baremes?|obten(?:ir|u|ue|us)|admis)\b")
_ADJECTIVE = r"(?:(?:nouveaux|nouvelles|grands|grandes|principaux|principales|petites|petits|premieres|premiers|autres|seuls|seules|actuels|jeunes|longs|courts|new|bonnes|bons|meilleures|meilleurs|grandes|fortes|differentes|differents|best|different|key|main|mandatory) )?"
_COUNT = re.compile(
    rf"(?P<low>{FREE_DIGITS}|{WORDS})(?:(?P<sep> a | ?- ?| et | ou | to | or )(?P<high>{DIGITS}|{WORDS}))? {_ADJECTIVE}(?P<noun>{'|'.join(sorted(NOUNS, key=lambda noun: (-len(noun), noun)))})(?!\w)"
)


_DIVISIBLE = frozenset({"points", "ETP", "heures de formation", "minutes"})
_INCLUSIVE = re.compile(r"[.·(-](?:l?es?|n?es?|e|s|ices?|rices?|trices?|euses?)\b")


# A sentence with more is a table: what follows is left out.
MOST = 60
# How sure a threshold is that only a name before it makes ("le taux est de 40 %").
NAMED = 0.85
# …and one that nothing marks but that nothing tells either ("30 % à la remise du bilan").
PLAIN = 0.75


def threshold_facts(passage: Passage) -> list[Fact]:
    """Percentages and levels that are conditions; every percentage is claimed, so that none is read as a count."""
    facts: list[Fact] = []
    text = passage.rest
    spans: list[tuple[int, int]] = []
    if "%" in text or "cent" in text:
        condition, result = _CONDITION.search(passage.folded) is not None, RESULT.search(passage.folded) is not None
        for match in islice(_RATE.finditer(text), MOST):
            spans.append(match.span())
            facts.extend(_rate(passage, match, condition=condition, result=result))
    if _MARKED.search(passage.folded):
        for match in _MARK.finditer(text):
            spans.append(match.span())
            facts.append(_mark(passage, match))
    for match in _LEVEL.finditer(text):
        spans.append(match.span())
        facts.append(_level(passage, match))
    if spans:
        passage.claim_all(sorted(spans))
    return facts


def count_facts(passage: Passage) -> list[Fact]:
    """Things counted: a threshold where a condition bounds them ("plus de 250 salariés"), else a count; durations that bind."""
    facts: list[Fact] = []
    spans: list[tuple[int, int]] = []
    condition, result = _CONDITION.search(passage.folded) is not None, RESULT.search(passage.folded) is not None
    for match in islice(_COUNT.finditer(passage.rest), MOST):
        found = list(_count(passage, match, condition=condition, result=result))
        if found:
            facts.extend(found)
            spans.append(match.span())
    if spans:
        passage.claim_all(spans)
    facts.extend(duration_facts(passage))
    facts.extend(_bounded(passage, thing, condition=condition, result=result) for thing in things(passage))
    return facts


def _rate(passage: Passage, match: re.Match[str], *, condition: bool, result: bool) -> Iterator[Fact]:
    low, high = match["one"] or match["low"], match["high"]
    value, end_value = parse_number(low), parse_number(high) if high else None
    if value is None or (high and end_value is None):
        return
    if high and match["sep"].strip() in {"et", "and"} and not _BETWEEN.search(passage.folded, 0, match.start()):
        yield from _two(passage, match, value, end_value, condition=condition)
        return
    start, role, confidence = _bound(passage.folded, match.start(), match.end(), condition=condition, result=result)
    if not role and told(passage.folded, match.start(), match.end(), condition=condition):
        return
    role, confidence = (role, confidence) if role else ("taux", PLAIN)
    if end_value is not None and passage.moving(match.start()):
        yield from _moved(passage, match, value, end_value, "%", role)
        return
    yield passage.fact(
        FactKind.THRESHOLD, start, match.end(), value=canonical(value), end_value=canonical(end_value) if end_value is not None else None,
        unit="%", role=role, confidence=confidence,
    )  # fmt: skip


def _two(
    passage: Passage, match: re.Match[str], one: Decimal, other: Decimal | None, *, condition: bool
) -> Iterator[Fact]:
    """Two percentages that "et" joins: "9 %, 6 % et 3 %"."""
    if other is None or told(passage.folded, match.start(), match.end(), condition=condition):
        return
    for start, end, value in ((match.start(), match.start("sep"), one), (match.start("high"), match.end(), other)):
        yield passage.fact(
            FactKind.THRESHOLD, start, end, value=canonical(value), unit="%", role="taux", confidence=PLAIN
        )


def _moved(passage: Passage, match: re.Match[str], old: Decimal, new: Decimal, unit: str, role: str) -> Iterator[Fact]:
    """Both ends of "passe de 65 % à 70 %": the first is the former value."""
    kind = FactKind.THRESHOLD if role else FactKind.COUNT
    yield passage.fact(
        kind, match.start(), match.start("sep"), value=canonical(old), unit=unit, role="ancien", confidence=0.9
    )
    yield passage.fact(
        kind, match.start("high"), match.end(), value=canonical(new), unit=unit, role=role, confidence=0.9
    )


def _bound(text: str, start: int, end: int, *, condition: bool, result: bool) -> tuple[int, str, float]:
    """Where the condition begins, `minimum`, `maximum` or `taux` (empty when there is none), and how sure that is."""
    telling = result or of_people(text, end)
    before = _BEFORE.search(text, max(0, start - 64), start)
    if before is not None:
        strict = before["max"] or before["min"]
        if (strict and (condition or not telling)) or (not strict and condition and not result):
            return (
                before.start(),
                "maximum" if before["max"] or before["loosemax"] else "minimum",
                0.95 if strict else 0.8,
            )
        return start, "", 0.0
    after = _AFTER.match(text, end)
    if after is not None and (condition or not telling):
        return start, "minimum" if after["min"] else "maximum", 0.9
    named = _NAMED.search(text, max(0, start - 110), start)
    if named is not None and not telling:
        role = (
            "maximum"
            if named["name"] == "plafond"
            else "minimum"
            if named["name"] in {"seuil", "score", "obligation", "minimum", "quota", "threshold", "plancher", "note"}
            else "taux"
        )
        return start, role, NAMED
    return start, "", 0.0


def _mark(passage: Passage, match: re.Match[str]) -> Fact:
    value = parse_number(match["mark"])
    start, role, confidence = _bound(passage.folded, match.start(), match.end(), condition=True, result=False)
    return passage.fact(
        FactKind.THRESHOLD, start, match.end(), value=canonical(value) if value is not None else match["mark"],
        unit=f"/{match['of']}", role=role or "minimum", confidence=confidence or PLAIN,
    )  # fmt: skip


def _level(passage: Passage, match: re.Match[str]) -> Fact:
    low, high = parse_number(match["low"]), parse_number(match["high"]) if match["high"] else None
    return passage.fact(
        FactKind.THRESHOLD, *match.span(), value=canonical(low) if low is not None else match["low"],
        end_value=canonical(high) if high is not None else None, unit="niveau", role="niveau", confidence=0.9,
    )  # fmt: skip


def _count(passage: Passage, match: re.Match[str], *, condition: bool, result: bool) -> Iterator[Fact]:
    if match["sep"] and match["sep"].strip() == "-" and not match["low"][0].isdigit():
        return
    value, end_value = parse_number(match["low"]), parse_number(match["high"]) if match["high"] else None
    noun = NOUNS[match["noun"]]
    if noun == "points" and result and not condition:
        return  # of a percentage: "a bondi de 22 points"
    if value is None or match["low"] in {"un", "une", "one"} or (match["high"] and end_value is None):
        return
    if noun not in _DIVISIBLE and value != value.to_integral_value():
        return
    if match["noun"] in SINGULARS and value > 1 and _INCLUSIVE.match(passage.folded, match.end()) is None:
        return
    if match["low"][0].isdigit() and 1990 <= value <= 2040 and " " not in match["low"] and noun not in PERSONAL:
        return
    thing = Thing(*match.span(), value, end_value, noun)
    if end_value is not None and passage.moving(match.start()):
        role = _bounds(passage, thing, condition=condition, result=result)[1]
        yield from _moved(passage, match, value, end_value, noun, role)
        return
    yield _bounded(passage, thing, condition=condition, result=result)


def _bounds(passage: Passage, thing: Thing, *, condition: bool, result: bool) -> tuple[int, str, float]:
    bounding = condition or thing.noun in {
        "salariés",
        "employés",
    }  # "plus de 250 salariés" sorts companies, rule or not
    if thing.role:
        return thing.start, thing.role, 0.85
    start, role, confidence = _bound(passage.folded, thing.start, thing.end, condition=bounding, result=result)
    # "Score : trois producteurs testent": a name some words before binds a percentage, not a count.
    return (
        (start, role, confidence) if role in {"minimum", "maximum"} and confidence != NAMED else (thing.start, "", 0.9)
    )


def _bounded(passage: Passage, thing: Thing, *, condition: bool, result: bool) -> Fact:
    """A threshold where words bound the number, else a count."""
    start, role, confidence = _bounds(passage, thing, condition=condition, result=result)
    return passage.fact(
        FactKind.THRESHOLD if role else FactKind.COUNT, start, thing.end, value=canonical(thing.low),
        end_value=canonical(thing.high) if thing.high is not None else None, unit=thing.noun, role=role, confidence=confidence,
    )  # fmt: skip
