"""Sums of money: "28 000 €", "de 25 000 à 100 000 €", "1,2 M€", "vingt-huit mille euros", "EUR 28,000", "£1.5m".

`value` is in whole units of the currency, `end_value` closes a range, `unit` is the ISO 4217 code. `role` says what the sum
bounds or how it is paid: `plafond`, `plancher`, `par an`, `sur 5 ans`, `plafond, par an`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from watchbot.extract.folding import Passage
from watchbot.extract.numbers import DIGITS, MULTIPLIERS, NUMBER, WORDS, canonical, parse_number
from watchbot.model import Fact, FactKind

_MULTIPLIER = r"k|m|mio|mds?|mrd|mille|milliers|millions?|milliards?|thousand|bn|billion"
_CURRENCIES = {
    "€": "EUR", "euro": "EUR", "euros": "EUR", "eur": "EUR", "£": "GBP", "gbp": "GBP", "livres sterling": "GBP", "pounds": "GBP",
    "$": "USD", "us$": "USD", "usd": "USD", "us dollars": "USD", "dollars": "USD", "dollar": "USD", "ca$": "CAD", "cad": "CAD", "dollars canadiens": "CAD",
    "chf": "CHF", "francs suisses": "CHF", "aud": "AUD", "a$": "AUD", "xpf": "XPF", "francs pacifique": "XPF", "francs cfp": "XPF",
}  # fmt: skip
_UNIT = "|".join(re.escape(name) for name in sorted(_CURRENCIES, key=lambda name: (-len(name), name)))
_AFTER = rf"(?: ?(?P<mult>(?:{_MULTIPLIER})(?![a-z])|[km](?=€|£|\$|eur))(?: (?P<half>et demi))?)?(?: ?d')?(?: de)? ?(?P<unit>{_UNIT})(?![a-z])"
_MULT_1 = rf"(?: ?(?P<mult1>(?:{_MULTIPLIER})(?![a-z])|[km](?=€))(?: d')?)?"
_SEP = r"(?: ?- ?| a | et | to | and | ou |/| jusqu'a )"

_RANGE = re.compile(
    rf"(?:\b(?P<lead>de|entre|from|between|d'environ|comprise? entre|allant de|d'un montant de) )?(?P<low>{NUMBER}){_MULT_1}(?: ?(?P<unit1>{_UNIT})(?![a-z]))?(?P<sep>{_SEP})(?P<high>{DIGITS}|{WORDS}){_AFTER}"
)
_SUM = re.compile(rf"(?P<low>{NUMBER}){_AFTER}")
_CODE_FIRST = re.compile(
    rf"(?<![\w])(?P<unit>us\$|ca\$|a\$|€|£|\$|eur|gbp|usd|chf|cad|aud) ?(?P<low>{DIGITS})(?: ?(?P<mult1>(?:{_MULTIPLIER})(?![a-z])))?"
    rf"(?:(?P<sep> ?- ?| to | and | a )(?:us\$|€|£|\$|eur |gbp |usd )?(?P<high>{DIGITS})(?: ?(?P<mult>(?:{_MULTIPLIER})(?![a-z])))?)?(?![\d%])"
)
# "12 000, 18 000 ou 25 000 euros": the unit of the last is that of all.
_LIST = re.compile(
    rf"(?P<items>(?:(?<![\w.,/-])\d{{1,3}}(?: \d{{3}}){{0,3}}(?:,\d{{1,2}})?(?:, | ou | et )){{1,8}})(?P<low>\d{{1,3}}(?: \d{{3}}){{0,3}}(?:,\d{{1,2}})?){_AFTER}"
)
# Minor units and old money, and the rest of a price: "12,50 €", "3 € 50".
_PERIOD = re.compile(
    rf" (?:(?:bruts?|nets?|ht|ttc|hors taxes|htva) )?(?:(?P<over>sur|pour) (?P<number>\d{{1,2}}|{WORDS}) (?P<unit>ans|annees|mois)\b|(?P<per>par|/|chaque) ?(?P<what>an|annee|mois|semaine|jour|heure|personne|production|projet|film|œuvre|oeuvre|minute|episode|salarie|tonne|stagiaire|participant)\b"
    r"|(?P<over2>over) (?P<number2>\d{1,2}|two|three|four|five|six|seven|ten) (?P<unit2>years|months)\b|(?:per|a) (?P<what2>year|month|week|day|hour|person|project|film|production)\b)|(?:/| / )(?P<slash>an|mois|semaine|jour|h|heure|minute|pers)\b"
)
_ENGLISH_PERIODS = {"year": "an", "month": "mois", "week": "semaine", "day": "jour", "hour": "heure", "person": "personne", "project": "projet", "h": "heure",
    "pers": "personne", "years": "ans", "months": "mois", "annees": "ans", "annee": "an", "oeuvre": "œuvre", "episode": "épisode", "salarie": "salarié"}  # fmt: skip
_CEILING = re.compile(
    r"(?:jusqu'a|plafonne(?:e|s|es)? a|plafond\b(?: (?!de\b|a\b)\w+){0,3}?(?: de| a)?(?: ?:)?|(?:peut|peuvent|pourra|pourront|pouvant|puisse) (?:atteindre|aller jusqu'a|s'elever (?:a|jusqu'a))|plafond de l'aide est de|dans la limite de|maximum(?: de)?|maximal(?:e)? de|max\.? ?(?:de)?|au plus|inferieure?s? (?:ou egale?s? )?a"
    r"|moins de|n'excedant pas|n'excede pas|ne depassant pas|ne (?:peut|doit|pourra) (?:pas )?(?:exceder|depasser)|sans (?:exceder|depasser)|en dessous de|sous (?:les )?|up to|at most|no more than|less than|under|below|maximum (?:\w+ )?of|<|≤)(?: la somme de)? ?\Z"
)
_FLOOR = re.compile(
    r"(?:au moins|au minimum|minimum(?: de)?|minimale? de|superieure?s? (?:ou egale?s? )?a|plus de|a partir de|des|au-dela de|au-dessus de|excede(?:nt)?|depasse(?:nt)?|plancher (?:est )?(?:de|a)|seuil (?:est )?(?:de|fixe a)"
    r"|at least|more than|over|above|from|minimum (?:\w+ )?of|>|≥) ?\Z"
)
_CEILING_AFTER = re.compile(r" ?\(?(?:(?:bruts?|ht|ttc) )?(?:maximum|au maximum|max\b|au plus|maximal)")
_FLOOR_AFTER = re.compile(r" ?\(?(?:(?:bruts?|ht|ttc) )?(?:minimum|au minimum|min\b|au moins)")


def amount_facts(passage: Passage) -> list[Fact]:
    """The sums of a sentence; what they are written with is claimed."""
    facts = list(_listed(passage))
    text = passage.rest
    for pattern in (_RANGE, _SUM, _CODE_FIRST):
        spans: list[tuple[int, int]] = []
        for match in pattern.finditer(text):
            found = list(_facts(passage, match))
            if found:
                facts.extend(found)
                spans.append((match.start(), _period(passage, match.end())[0]))
        if spans:
            passage.claim_all(spans)
            text = passage.rest
    return facts


def _listed(passage: Passage) -> Iterator[Fact]:
    """All but the last sum of a list; they are claimed, and the last one is left to the other rules."""
    spans: list[tuple[int, int]] = []
    for match in _LIST.finditer(passage.rest):
        if passage.folded[max(0, match.start() - 10) : match.start()].endswith(("entre ", "articles ", "criteres ")):
            continue
        last = _sum(match["low"], match["mult"], half=bool(match["half"]))
        for item in re.finditer(r"\d[\d ]*(?:,\d{1,2}(?= ))?(?:,\d{1,2}(?=,))?", match["items"]):
            start, text = match.start() + item.start(), item[0].strip()
            value = _sum(text, match["mult"], half=False)
            # Sums of one list are of one size: "le 12 et 25 000 euros" is none.
            if value and last and Decimal("0.02") <= value / last <= 50 and _alike(text, match["low"]):
                spans.append((start, start + len(text)))
                yield passage.fact(
                    FactKind.AMOUNT,
                    *spans[-1],
                    value=canonical(value),
                    unit=_CURRENCIES[match["unit"]],
                    confidence=0.85,
                )
    if spans:
        passage.claim_all(spans)


def _alike(first: str, last: str) -> bool:
    """Whether both are written in thousands, or both as decimals, or both have at most three digits."""
    return (" " in first, "," in first) == (" " in last, "," in last)


def _facts(passage: Passage, match: re.Match[str]) -> Iterator[Fact]:
    groups = match.groupdict()
    low_text, high_text = groups["low"], groups.get("high")
    if high_text is not None and not _is_range(groups):
        return
    low, high = _ends(groups, low_text, high_text)
    if low is None or (high_text is not None and (high is None or high <= low)):
        return
    start, end = match.span()
    unit = _CURRENCIES[groups["unit"] or ""]
    if high is not None and passage.moving(match.start("low")):
        yield passage.fact(
            FactKind.AMOUNT,
            match.start("low"),
            match.start("sep"),
            value=canonical(low),
            unit=unit,
            role="ancien",
            confidence=0.9,
        )
        start, low, high = match.start("high"), high, None
    elif high is None and groups.get("lead"):
        start = match.start("low")
    end, period = _period(passage, end)
    bound = _bound(passage.folded, start, match.end()) if high is None else ""
    yield passage.fact(
        FactKind.AMOUNT,
        start,
        end,
        value=canonical(low),
        end_value=canonical(high) if high is not None else None,
        unit=unit,
        role=", ".join(part for part in (bound, period) if part),
        confidence=0.95,
    )


def _is_range(groups: dict[str, str | None]) -> bool:
    """Whether "X sep Y" is a range: "et" needs "entre", and a dash within words joins one number."""
    sign = (groups["sep"] or "").strip()
    if sign in {"et", "and", "ou"}:
        return groups.get("lead") in {"entre", "between", "comprise entre", "compris entre"}
    return sign != "-" or (groups["low"] or "")[0].isdigit()


def _ends(groups: dict[str, str | None], low_text: str, high_text: str | None) -> tuple[Decimal | None, Decimal | None]:
    """Both ends of a range, or the sum itself. The multiplier of the second counts for the first, if that makes a range."""
    last = groups.get("mult")
    half = bool(groups.get("half"))
    if high_text is None:
        return _sum(low_text, groups.get("mult1") or last, half=half), None
    high = _sum(high_text, last or (groups.get("mult1") if not groups.get("unit1") else None), half=half)
    own = groups.get("mult1")
    if own or groups.get("unit1"):
        return _sum(low_text, own, half=False), high
    low = _sum(low_text, last, half=False)
    return (low if low is None or high is None or low < high else _sum(low_text, None, half=False)), high


def _sum(text: str, multiplier: str | None, *, half: bool) -> Decimal | None:
    number = parse_number(text, scaled=multiplier not in {None, "", "mille"})
    if number is None:
        return None
    scale = MULTIPLIERS.get(multiplier or "", 1)
    return number * scale + (Decimal(scale) / 2 if half else 0)


def _period(passage: Passage, end: int) -> tuple[int, str]:
    """Where the quote ends with its period, and the period: `sur 5 ans`, `par an`."""
    match = _PERIOD.match(passage.folded, end)
    if match is None:
        return end, ""
    number = match["number"] or match["number2"]
    if number:
        value = parse_number(number)
        unit = match["unit"] or match["unit2"]
        return (match.end(), f"sur {value} {_ENGLISH_PERIODS.get(unit, unit)}") if value else (end, "")
    what = match["what"] or match["what2"] or match["slash"]
    return match.end(), f"par {_ENGLISH_PERIODS.get(what, what)}"


def _bound(text: str, start: int, end: int) -> str:
    before = text[max(0, start - 40) : start]
    if _CEILING.search(before) or _CEILING_AFTER.match(text, end):
        return "plafond"
    if _FLOOR.search(before) or _FLOOR_AFTER.match(text, end):
        return "plancher"
    return ""
