"""What a text commands, forbids, recommends or allows. Values: `doit`, `ne doit pas`, `peut`, `recommandé`, `interdit`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from watchbot.extract.folding import Passage
from watchbot.model import Fact, FactKind

_RULES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "interdit",
        re.compile(
            r"\b(?:(?:est|sont|sera|seront|demeure|reste) (?:strictement |formellement )?(?:interdite?s?|prohibee?s?|proscrite?s?)|il est (?:strictement |formellement )?interdit"
            r"|interdiction (?:de|d'|des|du)|(?:is|are) (?:prohibited|forbidden|not allowed))\b"
        ),
    ),
    (
        "ne doit pas",
        re.compile(r"\b(?:ne (?:doit|doivent|devra|devront) (?:pas|plus|jamais|en aucun cas)|(?:must|shall) not)\b"),
    ),
    (
        "ne peut pas",
        re.compile(
            r"\b(?:ne (?:peut|peuvent|pourra|pourront|saurait|sauraient) (?:pas|plus|en aucun cas|etre)?|(?:may|can) ?not)\b"
        ),
    ),
    (
        "recommandé",
        re.compile(
            r"\b(?:(?:il est |est |sont |fortement |vivement )+(?:recommandee?s?|conseillee?s?|encouragee?s?|souhaitables?|preferables?)|(?:is|are) (?:recommended|encouraged)"
            r"|devrait|devraient|should)\b"
        ),
    ),
    (
        "doit",
        re.compile(
            r"\b(?:doit|doivent|devra|devront|(?:est|sont|sera|seront) (?:desormais |egalement |aussi )?(?:tenue?s? (?:de|d')|obligatoires?|exigee?s?|imposee?s?|requise?s?|obligee?s? (?:de|d'))"
            r"|obligatoirement|rend(?:ue?s?)? obligatoires?|a l'obligation (?:de|d')|ont l'obligation (?:de|d')|il (?:faut|faudra)|impose(?:nt)? (?:de|d'|aux?|la|le|un|une)"
            r"|exige(?:nt)? (?:de|d'|la|le|un|une|desormais)|s'impose(?:nt)?|must|shall|(?:is|are) (?:required|mandatory|obliged)|has to|have to)(?!\w)"
        ),
    ),
    (
        "facultatif",
        re.compile(
            r"\b(?:(?:est|sont|reste|restent|demeure) (?:facultati(?:f|fs|ve|ves)|optionnel(?:s|le|les)?)|(?:is|are) optional)\b"
        ),
    ),
    (
        "peut",
        re.compile(
            r"\b(?:peut|peuvent|pourra|pourront|(?:est|sont) autorisee?s?|a la possibilite (?:de|d')|may)(?! etre que)\b"
        ),
    ),
)
# "ne peut" that begins "ne peut excéder" is a limit; "peut-être" and the month of May are no permission.
_PERHAPS = re.compile(
    r"\bpeut-etre\b|\b(?:in|en|by|of|from|to|since|until|\d{1,2}(?:st|nd|rd|th)?) may\b|\bmay (?:\d{1,2}(?!\d)|20\d\d)"
)


def obligations(passage: Passage) -> Iterator[Fact]:
    """Each word of duty of a sentence, once, the most special rule first."""
    passage.claim_all([match.span() for match in _PERHAPS.finditer(passage.rest)])
    for value, rule in _RULES:
        spans = []
        for match in rule.finditer(passage.rest):
            spans.append(match.span())
            yield passage.fact(FactKind.OBLIGATION, *match.span(), value=value, confidence=0.9)
        passage.claim_all(spans)
