"""Dates in sentences, and what each is for: deadlines, validity, entry into force, events, publication.

Values are ISO 8601: `2027-01-15`; a duration such as `P15D` ("sous quinze jours"); `--01-01` for a day whose year cannot be
told (XML Schema's gMonthDay). The end of a month, quarter or year stands for "fin janvier", "fin 2026".
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from watchbot.extract.folding import Passage
from watchbot.extract.numbers import NUMBER, parse_number
from watchbot.extract.spelled import DAY, DAY_IN_WORDS, MONTH, WEEKDAY, YEAR, day_number, month_number, valid
from watchbot.model import Fact, FactKind

_D = rf"(?:{DAY}|{DAY_IN_WORDS})"
_DAY_MONTH_YEAR = rf"(?:{WEEKDAY}\.? )?(?P<day>{_D}) (?:of )?(?P<month>{MONTH})(?:,? (?P<year>{YEAR}))?"
_RANGE = re.compile(
    rf"(?:(?:du|de|entre le|from|between|les) )?(?:{WEEKDAY} )?(?P<day1>{DAY})(?: (?P<month1>{MONTH}))?(?: (?P<year1>{YEAR}))?"
    rf" ?(?:au|a|et le|et|-|to|until|and) ?(?:{WEEKDAY} )?(?P<day2>{DAY}) (?P<month2>{MONTH})(?: (?P<year2>{YEAR}))?"
)
_FRENCH = re.compile(rf"(?<![\w/.-]){_DAY_MONTH_YEAR}(?!\w)")
_ENGLISH = re.compile(rf"(?<!\w)(?P<month>{MONTH}) (?P<day>{DAY})(?:,? (?P<year>{YEAR}))?(?!\w)")
_FIGURES = re.compile(r"(?<![\w/.-])(?P<day>[0-3]?\d)[/.-](?P<month>[01]?\d)[/.-](?P<year>(?:20)?\d\d)(?![\w/-]|\.\d)")
_ISO = re.compile(r"(?<![\w/.-])(?P<year>(?:19|20)\d\d)-(?P<month>[01]\d)-(?P<day>[0-3]\d)(?!\d)")
_PART = r"(?P<part>(?:a la |d'ici (?:la )?|avant (?:la )?|jusqu'a (?:la )?)?(?:fin|mi|debut|courant|end of|mid|early|late)(?: du mois)?(?: de| d'| -|-)? ?)"
_MONTH_YEAR = re.compile(
    rf"(?<!\w){_PART}?(?P<month>{MONTH})(?: (?P<year>{YEAR}))(?!\w)|(?<!\w)(?P<part2>fin|mi|debut|end of|mid)[ -](?P<month2>{MONTH})(?!\w)"
)
_YEAR_END = re.compile(
    rf"(?<!\w)(?P<part>fin|mi|debut|end of|mid|early|late|d'ici(?: a)?|by|horizon)[ -](?P<year>{YEAR})(?!\w)"
)
_QUARTER = re.compile(
    rf"(?<!\w)(?P<nth>premier|1er|deuxieme|second|2e|troisieme|3e|quatrieme|dernier|4e) (?P<unit>trimestre|semestre)(?: (?:de )?(?P<year>{YEAR}))(?!\w)"
)
_DURATION = re.compile(
    rf"(?P<cue>\b(?:sous(?: un delai de)?|dans (?:un|les|le) (?:delai|delais)(?: maximal| maximum)? de|dans les|dans|d'ici|within|pendant|pour une duree de|duree (?:de|:)|valable|au plus tard|au moins|delai de)) (?P<n>{NUMBER})"
    r" (?P<unit>jours?|semaines?|mois|ans?|annees?|heures?|days?|weeks?|months?|years?|hours?)(?P<kind> (?:ouvres?|ouvrables?|calendaires?|francs?))?\b"
)
_END_OF = re.compile(
    r"(?P<cue>\b(?:d'ici|avant|a|jusqu'a)) la fin (?P<unit>du mois|de l'annee|de la semaine|du trimestre)\b"
)

_LIMIT = re.compile(
    r"jusqu'(?:au|a|en)|avant(?: le| la)?\b|au plus tard|date limite|dates? de (?:cloture|depot|remise)|cloture|clotures|clot\b|deadline|closing|due\b|\bby\b|before|until|no later"
    r"|d'ici|depots?\b|deposer|candidater|candidatures?|postuler|remise des|a remettre|a rendre|inscriptions?|echeance|limite de|reponses? attendues?|apply|submission|appel a (?:projets|candidatures)"
)
_STRONG_LIMIT = re.compile(
    r"jusqu'(?:au|a|en)|avant(?: le| la)?\b|au plus tard|date limite|cloture|deadline|clot\b|until|no later|\bby\b|d'ici|echeance|limite de"
)
_FORCE = re.compile(
    r"a compter d|a partir d|entre(?:nt|ra|ront)? en vigueur|entree en vigueur|en vigueur|applicable|s'appliqu|prend(?:ra)? effet|effet(?: au| le)?|des le\b|depuis le|as of|from\b|effective|into force|starting"
)
_VALID = re.compile(
    r"valables?|valides?|validite|expir|enregistree?(?:s)?(?: au repertoire[^.]{0,40})? jusqu|fin d'enregistrement|date de fin|echeance de l'enregistrement|valid until|in force until|prorog|prolong|renouvel"
)
_EVENT = re.compile(
    r"se tien|aura lieu|auront lieu|se deroul|rendez-vous|webinaire|colloque|assises|journee|seance|edition|festival|forum|rencontre|atelier|conference|salon|takes? place|will be held|webinar|summit"
)
_PUBLISHED = re.compile(
    r"publiee?s? le|mise?s? (?:a jour|en ligne) (?:le|du)|paru|promulgu|signee?s? le|adoptee?s? le|votee?s? le|updated|published|posted|\bdu$|\bdate[e]? du$|reunie? le"
)
_WINDOW = 90
_MAX_YEARS = 60


@dataclass(frozen=True, slots=True)
class _Found:
    start: int
    end: int
    value: str
    end_value: str | None = None
    confidence: float = 1.0


def dates(passage: Passage, reference: date | None = None) -> Iterator[Fact]:
    """Dates of a sentence with what they are for; `reference` tells the year of a day that has none (the next such day)."""
    found: list[_Found] = []
    for rule in (_ranges, _days, _months, _years, _durations):
        new = list(rule(passage, reference))
        passage.claim_all([(one.start, one.end) for one in sorted(new, key=lambda one: one.start)])
        found += new
    for one in sorted(found, key=lambda one: one.start):
        yield _with_role(passage, one)


def _with_role(passage: Passage, one: _Found) -> Fact:
    before = passage.folded[max(0, one.start - _WINDOW) : one.start]
    after = passage.folded[one.end : one.end + 40]
    role, confidence = _role(before, after)
    duration = one.value.startswith("P")
    if duration and role in {"autre", "evenement", "publication"}:
        role = "validite" if re.search(r"valable|duree", before + passage.folded[one.start : one.end]) else "depot"
    if one.value.startswith("--"):
        confidence *= 0.6
    kind = FactKind.DEADLINE if role in {"depot", "validite"} else FactKind.DATE
    # The full stop after a month's name ends the sentence, or its abbreviation: it is no part of the date.
    end = one.end - passage.folded[one.start : one.end].endswith(".")
    return passage.fact(
        kind,
        one.start,
        end,
        value=one.value,
        end_value=one.end_value,
        role=role,
        confidence=confidence * one.confidence,
    )


def _role(before: str, after: str) -> tuple[str, float]:
    """What a date is for, from the words before it, the nearest first; then from those after."""
    places = [(last.end(), role) for role, rule in _CUES if (last := _last(rule, before)) is not None]
    nearest = max(places, default=None)
    if nearest is not None:
        role = nearest[1]
        if _VALID.search(before) and _STRONG_LIMIT.search(before[-40:]):
            return "validite", 0.95
        if role == "depot":
            return role, 0.95 if _STRONG_LIMIT.search(before[-45:]) else 0.75
        if role == "evenement" and _STRONG_LIMIT.search(before[-20:]):
            return "depot", 0.85
        return role, 0.9
    if re.match(r" ?(?:au plus tard|dernier delai|\(?date limite|inclus|minuit|a minuit)", after):
        return "depot", 0.85
    if _EVENT.search(after):
        return "evenement", 0.7
    return "autre", 0.6


_CUES = (
    ("depot", _LIMIT),
    ("entree-en-vigueur", _FORCE),
    ("validite", _VALID),
    ("evenement", _EVENT),
    ("publication", _PUBLISHED),
)


def _last(rule: re.Pattern[str], text: str) -> re.Match[str] | None:
    last = None
    for match in rule.finditer(text):
        last = match
    return last


def _ranges(passage: Passage, reference: date | None) -> Iterator[_Found]:
    for match in _RANGE.finditer(passage.rest):
        month2 = month_number(match["month2"])
        month1 = month_number(match["month1"]) if match["month1"] else month2
        year2 = int(match["year2"]) if match["year2"] else None
        last = _day(year2, month2, day_number(match["day2"]), reference)
        first_year = (
            int(match["year1"]) if match["year1"] else (int(last[:4]) if last and not last.startswith("--") else None)
        )
        if first_year and not match["year1"] and month1 > month2:
            first_year -= 1
        first = (
            _day(first_year, month1, day_number(match["day1"]), None)
            if first_year
            else _yearless(month1, match["day1"])
        )
        if first and last and (first <= last):
            start = (
                match.start("day1")
                if not match[0].startswith(("du ", "entre ", "from ", "between "))
                else match.start()
            )
            yield _Found(start, match.end(), first, last)


def _yearless(month: int, day: str) -> str | None:
    number = day_number(day)
    return f"--{month:02d}-{number:02d}" if valid(2024, month, number) else None


def _days(passage: Passage, reference: date | None) -> Iterator[_Found]:
    taken: set[int] = set()
    for rule in (_ISO, _FIGURES, _FRENCH, _ENGLISH):
        for match in rule.finditer(passage.rest):
            if any(place in taken for place in range(match.start("day"), match.end("day"))):
                continue
            figures = rule in {_ISO, _FIGURES}
            month = int(match["month"]) if figures else month_number(match["month"])
            year = int(match["year"]) if match["year"] else None
            if year is not None and year < 100:
                year += 2000
            if match["day"] in {"deux", "six", "sept", "dix"} and year is None:
                continue  # "sept mai" hardly ever names a day
            value = _day(year, month, day_number(match["day"]), reference)
            if value is not None:
                taken.update(range(match.start(), match.end()))
                yield _Found(match.start(), match.end(), value)


def _day(year: int | None, month: int, day: int, reference: date | None) -> str | None:
    if year is not None:
        found = valid(year, month, day)
        return found.isoformat() if found and 1900 <= year <= 2100 else None
    if valid(2024, month, day) is None:
        return None
    if reference is None:
        return f"--{month:02d}-{day:02d}"
    for candidate in (valid(reference.year, month, day), valid(reference.year + 1, month, day)):
        # A day just passed is meant as passed ("le 20 novembre" read on the 23rd).
        if candidate is not None and candidate >= reference - timedelta(days=120):
            return candidate.isoformat()
    return None


def _months(passage: Passage, reference: date | None) -> Iterator[_Found]:
    for match in _MONTH_YEAR.finditer(passage.rest):
        part = (match["part"] or match["part2"] or "").strip()
        month = month_number(match["month"] or match["month2"])
        if match["year"]:
            year = int(match["year"])
        elif reference is not None:
            year = reference.year + (month < reference.month)
        else:
            continue
        yield _Found(match.start(), match.end(), _within(year, month, part, match["year"] is not None), None, 0.9)


def _within(year: int, month: int, part: str, dated: bool) -> str:
    """The end of the month for "fin", its middle for "mi", its first day for "début"; `2027-01` for the month itself."""
    if "fin" in part or "end" in part or "late" in part:
        return date(year, month, monthrange(year, month)[1]).isoformat()
    if re.search(r"\bmi\b|mid", part):
        return date(year, month, 15).isoformat()
    if "debut" in part or "early" in part:
        return date(year, month, 1).isoformat()
    return f"{year}-{month:02d}" if dated else date(year, month, 1).isoformat()


def _years(passage: Passage, _reference: date | None) -> Iterator[_Found]:
    for match in _YEAR_END.finditer(passage.rest):
        year, part = int(match["year"]), match["part"]
        if part in {"debut", "early"}:
            value = f"{year}-01-01"
        elif part in {"mi", "mid"}:
            value = f"{year}-06-30"
        elif part in {"fin", "end of", "late"}:
            value = f"{year}-12-31"
        else:
            value = str(year)
        yield _Found(
            match.start() if part in {"fin", "mi", "debut"} else match.start("year"), match.end(), value, None, 0.8
        )
    for match in _QUARTER.finditer(passage.rest):
        months = 3 if match["unit"] == "trimestre" else 6
        nth = {"premier": 1, "1er": 1, "deuxieme": 2, "second": 2, "2e": 2, "troisieme": 3, "3e": 3}.get(
            match["nth"], 12 // months
        )
        end = min(12, nth * months)
        year = int(match["year"])
        yield _Found(match.start(), match.end(), date(year, end, monthrange(year, end)[1]).isoformat(), None, 0.8)


def _durations(passage: Passage, reference: date | None) -> Iterator[_Found]:
    for match in _DURATION.finditer(passage.rest):
        number = parse_number(match["n"])
        if number is None or number != int(number) or number > _MAX_YEARS * 366:
            continue
        letter = {"j": "D", "d": "D", "s": "W", "w": "W", "m": "M", "a": "Y", "y": "Y", "h": "H"}[match["unit"][0]]
        value = f"PT{int(number)}H" if letter == "H" else f"P{int(number)}{letter}"
        yield _Found(match.start(), match.end(), value, None, 0.9)
    for match in _END_OF.finditer(passage.rest):
        if reference is None:
            continue
        unit = match["unit"]
        if unit == "du mois":
            end = date(reference.year, reference.month, monthrange(reference.year, reference.month)[1])
        elif unit == "de l'annee":
            end = date(reference.year, 12, 31)
        elif unit == "de la semaine":
            end = reference + timedelta(days=6 - reference.weekday())
        else:
            last = (reference.month + 2) // 3 * 3
            end = date(reference.year, last, monthrange(reference.year, last)[1])
        yield _Found(match.start(), match.end(), end.isoformat(), None, 0.8)
