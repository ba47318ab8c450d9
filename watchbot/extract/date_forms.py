"""The written forms of dates, each a pattern on folded text and what it reads.

A reading is a span of ISO 8601 values: `2027-01-15`, `2025-06`, `2026`; `--01-15` and `--03` where the year is not said
(XML Schema's gMonthDay and gMonth); `P15D` for a delay. `unit` is the precision: `jour`, `mois`, `trimestre`, `semestre`,
`saison`, `annee`, `duree`, `relatif`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from watchbot.extract.numbers import WORDS, parse_number
from watchbot.extract.spelled import (
    DAY,
    DAY_IN_WORDS,
    MONTH,
    MONTHS,
    WEEKDAY,
    WEEKDAYS,
    YEAR,
    day_number,
    month_number,
    valid,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A date as read, before its year is worked out: parts that were not said are None."""

    start: int
    end: int
    unit: str
    year: int | None = None
    month: int | None = None
    day: int | None = None
    end_year: int | None = None
    end_month: int | None = None
    end_day: int | None = None
    weekday: int | None = None
    closing: bool = False  # "fin juin": the last day of the period
    part: int | None = None  # which quarter or half
    amount: int | None = None  # of a delay
    measure: str = ""  # jour, semaine, mois, an, heure
    word: str = ""  # a relative date's canonical word
    needs_lead: bool = False
    confidence: float = 0.95


_FREE = r"(?<![\w/.,-])"
_WD = rf"(?:{WEEKDAY},? )?"
_ENGLISH = r"(?:january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|apr|jun|jul|aug|sep|sept|oct|nov|dec)\b\.?"
_FULL_MONTH = r"(?:janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre)\b"
_ANY_FULL_MONTH = (
    rf"(?:{_FULL_MONTH}|(?:january|february|march|april|may|june|july|august|september|october|november|december)\b)"
)

_RANGE = re.compile(
    rf"(?:\b(?P<lead>du|entre le|from|les|between|from the) )?{_FREE}(?:(?P<d0>\d{{1,2}}), )?(?P<weekday>{WEEKDAY} )?(?P<d1>{DAY})(?: (?P<m1>{MONTH}))?(?: (?P<y1>{YEAR}))?(?:,? ?\(?(?:a )?(?:\d\d? ?h(?:eures)?(?!\w)|\x00{{2,8}})\)?)?"
    rf"(?P<sep> au | et | - ?|- ?| to | and | a | jusqu'au |, | ou )(?:le )?{_WD}(?P<d2>{DAY}) (?P<m2>{MONTH})(?:,? (?P<y2>{YEAR}))?"
)
_ENGLISH_RANGE = re.compile(
    rf"\b(?P<m1>{_ENGLISH}) (?P<d1>{DAY})(?: ?- ?| to | and )(?:(?P<m2>{_ENGLISH}) )?(?P<d2>{DAY})(?:,? (?P<y2>{YEAR}))?(?![\w/])"
)
_SINGLE = re.compile(
    rf"{_FREE}(?:(?P<weekday>{WEEKDAY}),? )?(?:the )?(?P<day>{DAY})(?: of| du mois de| -|-)? ?(?P<month>{MONTH})(?:[ ,-]{{1,2}}(?P<year>{YEAR})| '(?P<short>[2-4]\d)\b)?"
)
_IN_WORDS = re.compile(
    rf"\b(?:(?P<weekday>{WEEKDAY}) )?(?P<day>{DAY_IN_WORDS}) (?P<month>{_FULL_MONTH})(?: (?:(?P<year>{YEAR})|(?P<spelled>deux mille(?:[ -](?!mille){WORDS})?)))?"
)
_ENGLISH_SINGLE = re.compile(
    rf"\b(?:(?P<weekday>{WEEKDAY}),? )?(?P<month>{_ENGLISH}) (?P<day>{DAY})(?:,? (?P<year>{YEAR}))?(?![\w/%€]|[.,]\d)"
)
_ISO = re.compile(
    r"(?<![\d/-])(?P<year>(?:19|20)\d\d)(?P<sep>[-/.])(?P<month>0[1-9]|1[0-2])(?P=sep)(?P<day>[0-2]\d|3[01])(?:t\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:z|[+-]\d\d:?\d\d)?)?(?!\d)"
)
_FIGURES_RANGE = re.compile(
    rf"(?:\b(?P<lead>du|from|entre le) )?{_FREE}(?P<d1>[0-3]?\d)[/.](?P<m1>[01]?\d)(?:[/.](?P<y1>{YEAR}))? ?(?:au|a|-|to|et le) ?(?P<d2>[0-3]?\d)[/.](?P<m2>[01]?\d)[/.](?P<y2>{YEAR})"
)
_FIGURES = re.compile(
    rf"(?<![\d/.,-])(?P<a>[0-3]?\d)(?P<sep>[/.-])(?P<b>[0-3]?\d)(?P=sep)(?P<year>{YEAR}|[2-4]\d)(?![\d/-]|\.\d)"
)
_DAY_MONTH = re.compile(r"(?<=\b(?:le|au|du) )(?P<day>[0-3]?\d)/(?P<month>[01]?\d)(?![\d/%]|\.\d)")
_EDGE = re.compile(
    r"\b(?:(?P<end>(?:la |the )?(?:toute )?fin(?: du mois)?(?: de| d'| du)?|(?:the )?end of|late)|(?P<other>(?:le )?debut(?: du mois)?(?: de| d')?|(?:la )?mi(?: |-)|courant(?: de| du mois de)?|early|mid(?: |-)|(?:the )?beginning of)) ?"
    rf"(?:(?P<month>{_ANY_FULL_MONTH})(?: (?P<year>{YEAR}))?|(?:l'annee |annee )?(?P<only>{YEAR}))"
)
_PART = re.compile(
    r"\b(?P<closing>(?:(?:la )?fin du |(?:the )?end of (?:the )?))?(?P<rank>1er|premier|2e|2nd|2eme|deuxieme|second|3e|3eme|troisieme|4e|4eme|quatrieme|dernier|first|third|fourth|last) (?P<part>trimestre|semestre|quarter|half)"
    rf"(?: (?:de |of |en )?(?:l'annee |l'an )?(?P<year>{YEAR}))?|\b(?P<letter>[tqs])(?P<digit>[1-4])[ -](?P<short>{YEAR})"
)
_SEASON = re.compile(
    rf"\b(?P<season>printemps|ete|automne|hiver|rentree|spring|summer|autumn|winter)(?: de)? (?P<year>{YEAR})"
)
_MONTH_YEAR = re.compile(rf"\b(?P<month>{MONTH})(?: de l'annee)? (?P<year>{YEAR})")
_MONTHS_RANGE = re.compile(
    rf"\b(?P<lead>de|entre|from|between|du mois de) (?P<m1>{_ANY_FULL_MONTH})(?: (?P<y1>{YEAR}))? (?:a|et|to|and|au mois de) (?P<m2>{_ANY_FULL_MONTH}) (?P<y2>{YEAR})"
)
_MONTH_ALONE = re.compile(rf"\b(?P<of>(?:ce |le |au )?mois (?:de |d'))?(?P<month>{_ANY_FULL_MONTH})(?! ?\d| films)")
_YEARS = re.compile(
    rf"(?:\b(?P<lead>de|entre|from|between|periode) )?{_FREE}(?P<y1>{YEAR})(?P<sep> ?- ?| a | et | to | and |/)(?P<y2>{YEAR})(?![\w-]|/\d)"
)
_YEAR = re.compile(
    rf"{_FREE}(?P<year>{YEAR})(?![\w/€%-]|[.,]\d| ?(?:€|%|euros?\b|km\b|kg\b|tonnes?\b|watts?\b|k€|m€|heures?\b))"
)
_NUMBER = rf"(?:\d{{1,3}}|{WORDS})"
_MEASURE = r"(?P<measure>heures?|h|jours?|semaines?|mois|ans?|annees?|hours?|days?|weeks?|months?|years?)\b(?: (?:ouvres?|ouvrables?|calendaires?|francs?|calendar|working|business))?"
_DELAY = re.compile(
    rf"\b(?:(?:(?:dispos(?:e|ez|ent|era|eront) d(?:e|'un delai de)|sous(?: un delai(?: maximum| maximal)? de)?|(?:dans|sous) (?:un|le) delai(?: maximum| maximal| de rigueur)? de|delai(?: maximum| maximal| minimum)?(?: (?:de|d')(?! ?\d) ?\w+(?: \w+)?)?(?: maximum| maximal)?(?: de| ?:| est de| est fixe a| est porte a)|dans les|d'ici(?: a)?|within(?: the next)?|dans) |dispos(?:e|ez|ent|era|eront) d'|\bdelai(?: maximum| maximal| supplementaire| minimum)? d'(?=un))(?P<amount>{_NUMBER}) {_MEASURE}"
    rf"|(?:au moins |au minimum |au plus tard |at least )?(?P<before>{_NUMBER}) (?P<measure2>heures?|jours?|semaines?|mois|days?|weeks?|months?)\b(?: (?:ouvres?|ouvrables?|calendaires?|francs?))?(?: au moins| minimum| au plus tard)? (?:(?:avant|before)(?= [a-z]|[.;)]|$)|a l'avance|in advance))"
)
_RELATIVE = re.compile(
    r"\b(?:(?:la |the )?(?:fin|end) (?:du|de|of) (?P<end>mois|l'annee|cette annee|la semaine|the (?:month|year)|this (?:month|year))(?! (?:\d|de (?!l'annee)|d'))(?: en cours| courante?)?"
    r"|(?P<end2>fin d'annee|year-end)|(?P<next>(?:la )?semaine prochaine|(?:le )?mois prochain|l'an(?:nee)? prochaine?|next (?:week|month|year))|(?P<day>demain|tomorrow))(?!\w)"
)
_NEXT = {"semaine": "semaine-prochaine", "week": "semaine-prochaine", "mois": "mois-prochain", "month": "mois-prochain"}
_RANKS = {
    "1": 1,
    "premier": 1,
    "first": 1,
    "2": 2,
    "deuxieme": 2,
    "second": 2,
    "3": 3,
    "troisieme": 3,
    "third": 3,
    "4": 4,
    "quatrieme": 4,
    "fourth": 4,
}
_MEASURES = {"h": "heure", "j": "jour", "d": "jour", "s": "semaine", "w": "semaine", "m": "mois", "a": "an", "y": "an"}

Reader = Callable[[re.Match[str]], Form | None]


def _range(m: re.Match[str]) -> Form | None:
    apart = m["sep"].strip() in {"et", "and", ",", "ou"}
    if apart and m["m1"] and m["lead"] not in {"entre le", "between"}:
        return None
    if m["sep"] == " a " and m["lead"] not in {"du", "entre le", "from"}:
        return None
    if m["y1"] and not m["m1"]:
        return None
    first = m["d0"] or m["d1"]
    end_month = month_number(m["m2"])
    month = month_number(m["m1"]) if m["m1"] else end_month
    end_year = int(m["y2"]) if m["y2"] else None
    year = int(m["y1"]) if m["y1"] else end_year
    if year is not None and year == end_year and not m["y1"] and month > end_month:
        year -= 1
    if apart and not m["lead"] and day_number(first) >= day_number(m["d2"]):
        return None
    weekday = WEEKDAYS[m["weekday"].strip()] if m["weekday"] else None
    return Form(
        start=m.start(), end=m.end(), unit="jour", year=year, month=month, day=day_number(first), end_year=end_year, end_month=end_month,
        end_day=day_number(m["d2"]), weekday=weekday,
    )  # fmt: skip


def _english_range(m: re.Match[str]) -> Form | None:
    month = month_number(m["m1"])
    year = int(m["y2"]) if m["y2"] else None
    return Form(
        start=m.start(), end=m.end(), unit="jour", year=year, month=month, day=day_number(m["d1"]), end_year=year,
        end_month=month_number(m["m2"]) if m["m2"] else month, end_day=day_number(m["d2"]),
    )  # fmt: skip


def _figures_range(m: re.Match[str]) -> Form | None:
    end_year = int(m["y2"])
    return Form(
        start=m.start(), end=m.end(), unit="jour", year=int(m["y1"]) if m["y1"] else end_year - (int(m["m1"]) > int(m["m2"])),
        month=int(m["m1"]), day=int(m["d1"]), end_year=end_year, end_month=int(m["m2"]), end_day=int(m["d2"]),
    )  # fmt: skip


def _single(m: re.Match[str]) -> Form | None:
    named = m.groupdict()
    year = named.get("year")
    if named.get("short"):
        year = f"20{named['short']}"
    if named.get("spelled"):
        year = str(parse_number(named["spelled"]) or "")
    weekday = WEEKDAYS[m["weekday"]] if m["weekday"] else None
    return Form(
        start=m.start(), end=m.end(), unit="jour", year=int(year) if year else None, month=month_number(m["month"]), day=day_number(m["day"]), weekday=weekday
    )  # fmt: skip


def _iso(m: re.Match[str]) -> Form | None:
    return Form(
        start=m.start(), end=m.end(), unit="jour", year=int(m["year"]), month=int(m["month"]), day=int(m["day"])
    )


def _figures(m: re.Match[str]) -> Form | None:
    day, month = int(m["a"]), int(m["b"])
    short = len(m["year"]) == 2
    if short and m["sep"] != "/":
        return None
    american = month > 12 >= day
    if american:
        day, month = month, day
    year = int(m["year"]) + (2000 if short else 0)
    return Form(
        start=m.start(),
        end=m.end(),
        unit="jour",
        year=year,
        month=month,
        day=day,
        confidence=0.8 if short or american else 0.95,
    )


def _day_month(m: re.Match[str]) -> Form | None:
    # "le 1/3" is a third as often as a day; "jusqu'au 1/3" is a day.
    if len(m[0]) < 5 and not m.string.endswith(("jusqu'au ", "avant le ", "limite le "), 0, m.start()):
        return None
    return Form(start=m.start(), end=m.end(), unit="jour", month=int(m["month"]), day=int(m["day"]), confidence=0.75)


def _edge(m: re.Match[str]) -> Form | None:
    closing = m["end"] is not None
    if m["only"]:
        return Form(start=m.start(), end=m.end(), unit="annee", year=int(m["only"]), closing=closing, confidence=0.85)
    year = int(m["year"]) if m["year"] else None
    return Form(
        start=m.start(),
        end=m.end(),
        unit="mois",
        year=year,
        month=month_number(m["month"]),
        closing=closing,
        confidence=0.85,
    )


def _part(m: re.Match[str]) -> Form | None:
    if m["letter"]:
        unit, part, year = ("semestre" if m["letter"] == "s" else "trimestre"), int(m["digit"]), int(m["short"])
    else:
        unit = "semestre" if m["part"] in {"semestre", "half"} else "trimestre"
        whole = 2 if unit == "semestre" else 4
        rank = m["rank"]
        part = whole if rank in {"dernier", "last"} else _RANKS[rank if rank in _RANKS else rank[0]]
        year = int(m["year"]) if m["year"] else 0
    if part > (2 if unit == "semestre" else 4):
        return None
    return Form(
        start=m.start(),
        end=m.end(),
        unit=unit,
        year=year or None,
        part=part,
        closing=bool(m["closing"]),
        confidence=0.85,
    )


def _season(m: re.Match[str]) -> Form | None:
    return Form(start=m.start(), end=m.end(), unit="saison", year=int(m["year"]), confidence=0.7)


def _month_year(m: re.Match[str]) -> Form | None:
    return Form(
        start=m.start(), end=m.end(), unit="mois", year=int(m["year"]), month=month_number(m["month"]), confidence=0.9
    )


def _months_range(m: re.Match[str]) -> Form | None:
    month, end_month, end_year = month_number(m["m1"]), month_number(m["m2"]), int(m["y2"])
    year = int(m["y1"]) if m["y1"] else end_year - (month > end_month)
    return Form(
        start=m.start(), end=m.end(), unit="mois", year=year, month=month, end_year=end_year, end_month=end_month, confidence=0.85
    )  # fmt: skip


def _month_alone(m: re.Match[str]) -> Form | None:
    return Form(
        start=m.start(),
        end=m.end(),
        unit="mois",
        month=month_number(m["month"]),
        confidence=0.7,
        needs_lead=not m["of"],
    )


def _years(m: re.Match[str]) -> Form | None:
    first, last = int(m["y1"]), int(m["y2"])
    if not 0 < last - first <= 40 or (m["sep"].strip() in {"a", "et", "to", "and"} and not m["lead"]):
        return None
    return Form(start=m.start(), end=m.end(), unit="annee", year=first, end_year=last, confidence=0.7)


def _year(m: re.Match[str]) -> Form | None:
    return Form(start=m.start(), end=m.end(), unit="annee", year=int(m["year"]), confidence=0.7, needs_lead=True)


def _delay(m: re.Match[str]) -> Form | None:
    number = parse_number(m["amount"] or m["before"])
    if number is None or number > 999:
        return None
    measure = _MEASURES[(m["measure"] or m["measure2"])[0]]
    return Form(
        start=m.start(),
        end=m.end(),
        unit="duree",
        amount=int(number),
        measure=measure,
        word="avant" if m["before"] else "",
        confidence=0.9,
    )


def _relative(m: re.Match[str]) -> Form | None:
    if m["day"]:  # "le cinéma de demain" is no date, "dès demain" is
        return Form(start=m.start(), end=m.end(), unit="relatif", word="demain", confidence=0.7, needs_lead=True)
    if m["next"]:
        word = next((value for key, value in _NEXT.items() if key in m["next"]), "an-prochain")
    else:
        what = m["end"] or m["end2"]
        word = (
            "fin-de-semaine"
            if "semaine" in what
            else "fin-du-mois"
            if what.endswith(("mois", "month"))
            else "fin-d-annee"
        )
    return Form(start=m.start(), end=m.end(), unit="relatif", word=word, confidence=0.7)


# In order of trust: a form hides what it read from those after it. The gate is a cheap sign that the form may be there.
_MONTHLY = re.compile(rf"\b(?:{'|'.join(sorted(MONTHS, key=lambda name: (-len(name), name)))})\b")
_FIGURED = re.compile(r"\d[/.-]\d")
_YEARLY = re.compile(r"(?:19|20)\d\d")
_DELAYING = re.compile(r"\b(?:jours?|semaines?|mois|ans?|annees?|heures?|h|days?|weeks?|months?|years?|hours?)\b")
_RELATING = re.compile(r"\b(?:fin|end|prochaine?|next|demain|tomorrow|year-end)\b")
_FORMS: tuple[tuple[re.Pattern[str], re.Pattern[str], Reader], ...] = (
    (_MONTHLY, _RANGE, _range),
    (_MONTHLY, _ENGLISH_RANGE, _english_range),
    (_MONTHLY, _SINGLE, _single),
    (_MONTHLY, _IN_WORDS, _single),
    (_MONTHLY, _ENGLISH_SINGLE, _single),
    (_FIGURED, _ISO, _iso),
    (_FIGURED, _FIGURES_RANGE, _figures_range),
    (_FIGURED, _FIGURES, _figures),
    (_FIGURED, _DAY_MONTH, _day_month),
    (_RELATING, _RELATIVE, _relative),
    (re.compile(r"\b(?:fin|debut|mi|courant|end|early|mid|late|beginning)\b"), _EDGE, _edge),
    (re.compile(r"trimestre|semestre|quarter|half|[tqs][1-4]"), _PART, _part),
    (_YEARLY, _SEASON, _season),
    (_MONTHLY, _MONTHS_RANGE, _months_range),
    (_MONTHLY, _MONTH_YEAR, _month_year),
    (_MONTHLY, _MONTH_ALONE, _month_alone),
    (_YEARLY, _YEARS, _years),
    (_YEARLY, _YEAR, _year),
    (_DELAYING, _DELAY, _delay),
)


def read_forms(text: str) -> Iterator[Form]:
    """Every date form in a folded text, the surest first, none overlapping another."""
    open_gates: dict[re.Pattern[str], bool] = {}
    for gate, pattern, read in _FORMS:
        if gate not in open_gates:
            open_gates[gate] = gate.search(text) is not None
        if not open_gates[gate]:
            continue
        taken: list[tuple[int, int]] = []
        for match in pattern.finditer(text):
            form = read(match)
            if form is None or not _possible(form):
                continue
            taken.append((form.start, form.end))
            yield form
        for start, end in reversed(taken):
            text = f"{text[:start]}{chr(0) * (end - start)}{text[end:]}"


def _possible(form: Form) -> bool:
    """Whether the calendar has such days (29 February needs a year that has it, or none)."""
    if form.day is not None and form.month is not None and valid(form.year or 2024, form.month, form.day) is None:
        return False
    if form.end_day is not None and form.end_month is not None:
        return valid(form.end_year or 2024, form.end_month, form.end_day) is not None
    return True
