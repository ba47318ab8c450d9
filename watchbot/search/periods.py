"""Periods and due dates in questions: "depuis septembre", "ces 15 derniers jours", "avant fin janvier". Pure.

All days are days in Paris. What a question asks of the past ("en mars") is the last March; what is due is the next one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from watchbot.extract.calendar_arithmetic import after, last_day
from watchbot.extract.numbers import WORDS, parse_number
from watchbot.extract.spelled import DAY, MONTH, MONTHS, WEEKDAYS, YEAR, day_number, month_number, valid


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Days from `start` to `end`, both included; None is open."""

    start: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A period read at these characters of the folded text. `due` tells that it bounds a deadline, not a publication."""

    begin: int
    stop: int
    span: Span
    due: bool = False


_WEEKDAY = "|".join(name for name in WEEKDAYS)
_SEASONS = {
    "printemps": (3, 5), "spring": (3, 5), "ete": (6, 8), "summer": (6, 8), "automne": (9, 11), "autumn": (9, 11), "rentree": (9, 10),
    "hiver": (12, 2), "winter": (12, 2),
}  # fmt: skip
_RANKS = {"1": 1, "premier": 1, "first": 1, "2": 2, "deuxieme": 2, "second": 2, "3": 3, "troisieme": 3, "third": 3, "4": 4, "quatrieme": 4, "fourth": 4, "dernier": 4, "last": 4}  # fmt: skip
_UNITS = {"j": "jour", "d": "jour", "s": "semaine", "w": "semaine", "m": "mois", "t": "trimestre", "q": "trimestre", "a": "an", "y": "an", "h": "heure"}  # fmt: skip
_UNIT = r"(?:jours?|semaines?|mois|trimestres?|ans?|annees?|days?|weeks?|months?|quarters?|years?|heures?|hours?|h|j)"
_NUMBER = rf"(?:\d{{1,4}}|{WORDS}|quinzaine|trentaine)"

# One date, of a day, a month, a season, a part of a year or a year.
_DATE = (
    rf"(?:(?:le |la |l'|les |the |au |du )?(?:{_WEEKDAY} )?"
    rf"(?:(?P<day{{0}}>{DAY})(?: of)? (?P<month{{0}}>{MONTH})(?:,? (?P<year{{0}}>{YEAR}))?"
    rf"|(?P<d{{0}}>[0-3]?\d)/(?P<m{{0}}>[01]?\d)(?:/(?P<y{{0}}>(?:20)?\d\d))?(?![\d/])"
    rf"|(?P<iso{{0}}>20\d\d-[01]\d-[0-3]\d)(?!\d)"
    rf"|(?P<emonth{{0}}>(?:{'|'.join(m for m in MONTHS if len(m) > 3)}))\b (?P<eday{{0}}>[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?\b(?!\d)(?:,? (?P<eyear{{0}}>{YEAR}))?"
    rf"|(?P<edge{{0}}>(?:la |the )?(?:fin|debut|mi|courant|end|beginning|early|late|mid)(?: du mois)?(?: de l'annee)?(?: of| de| d'|-)?) ?(?:(?P<xmonth{{0}}>{MONTH})(?: (?P<xyear{{0}}>{YEAR}))?|(?P<only{{0}}>{YEAR}))"
    rf"|(?P<rank{{0}}>1er|premier|2e|2eme|deuxieme|second|3e|3eme|troisieme|4e|4eme|quatrieme|dernier|first|third|fourth|last) (?P<part{{0}}>trimestre|semestre|quarter|half)(?: (?:de |of )?(?P<pyear{{0}}>{YEAR}))?"
    rf"|(?P<letter{{0}}>[tqs])(?P<digit{{0}}>[1-4])[ -](?P<lyear{{0}}>{YEAR})"
    rf"|(?P<season{{0}}>{'|'.join(_SEASONS)})\b(?: (?:de )?(?P<syear{{0}}>{YEAR}))?"
    rf"|(?:mois de |mois d')?(?P<amonth{{0}}>{MONTH})(?: (?:de )?(?P<ayear{{0}}>{YEAR}))?(?! ?\d)"
    rf"|(?:annee |an )?(?P<yonly{{0}}>{YEAR})(?![\w/-]))(?!\w))"
)


def _date(tag: str) -> str:
    return _DATE.format(tag)


_SINCE = re.compile(
    rf"\b(?:publiee?s? |parue?s? )?(?:depuis|a partir d[eu]|a compter d[eu]|since|after|apres|posterieure?s? (?:a|au)|from) (?:le |la |l'|les )?{_date('')}"
)
_SINCE_POINT = re.compile(
    r"\b(?:depuis|since|from) (?:the |le |la |l')?(?:(?P<start>debut|beginning|start) (?:de |du |of )?(?:the |l'|la |cette |this )?(?P<of>annee|an|mois|semaine|year|month|week)"
    rf"|(?P<rel>hier|avant-hier|aujourd'hui|yesterday|today)|(?P<past>semaine derniere|mois dernier|an dernier|annee derniere|last week|last month|last year)|(?P<weekday>{_WEEKDAY})(?: dernier)?)(?!\w)"
)
_BETWEEN = re.compile(
    rf"\b(?:publiee?s? |parue?s? )?(?:entre|between|du|de|from) (?:le |the )?{_date('1')} (?:et|and|au|a|to|jusqu'a|jusqu'en|jusqu'au|-) ?(?:le |the |en |fin )?{_date('2')}"
)
_BETWEEN_DAYS = re.compile(
    rf"\b(?:entre|du|from|between|de) (?:le |the )?(?P<first>{DAY}) (?:et|au|and|to|a|-) ?(?:le |the )?(?P<last>{DAY})(?: of)? (?P<month>{MONTH})(?:,? (?P<year>{YEAR}))?(?!\w)"
)
_UNTIL = re.compile(
    rf"\b(?P<published>publiee?s? |parue?s? |published )?(?:avant|before|by|until|till|jusqu'a|jusqu'au|jusqu'en|d'ici|d'ici a|d'ici au|au plus tard|anterieure?s? a) (?:le |la |l'|the |en )*{_date('')}"
)
_UNTIL_POINT = re.compile(
    r"\b(?:avant|before|by|until|d'ici|d'ici a|jusqu'a) (?:la |the )?(?:fin|end)(?: (?:du|de|of))? (?:the |l'|la |cette |this )?(?P<of>annee|mois|semaine|year|month|week)(?!\w)"
    r"|\b(?:avant|before|d'ici|by) (?:la |le |l'|the )?(?P<next>semaine prochaine|mois prochain|an prochain|annee prochaine|noel|christmas|next week|next month|next year|demain|tomorrow|ete|rentree)(?!\w)"
    r"|\b(?P<eoy>fin d'annee)\b"
)
_WITHIN = re.compile(
    rf"\b(?:d'ici(?: a)?|dans(?: les)?|within(?: the)?|in the next|sous|les|next|over the next|due in|in)(?: next)? (?P<n>{_NUMBER})?(?: ?(?P<next>prochaine?s?|next))? ?(?P<unit>{_UNIT})(?: (?P<after>prochaine?s?|a venir|qui viennent))?(?!\w)"
)
_NEXT = re.compile(
    r"\b(?:pour |en |in |for )?(?:la |le |l'|the )?(?P<next>semaine prochaine|mois prochain|an prochain|annee prochaine|next week|next month|next year|demain|tomorrow)(?!\w)"
)
_LAST = re.compile(
    rf"\b(?:(?:depuis|ces|les|des|dans les|sur les|durant les|pendant les|au cours des|the|in the|over the|during the|these|for the|since) )*"
    rf"(?:(?P<last>derniere?s?|last|past) )?(?P<n>{_NUMBER}) (?P<last2>derniere?s? |last |past )?(?P<unit>{_UNIT})(?P<last3> (?:passee?s?|ecoulee?s?|derniere?s?|ago))?(?!\w)"
)
_LAST_FEW = re.compile(
    r"\b(?:(?:ces|les|des|depuis|dans|sur|au cours|the|in|over|these) ){0,2}(?:(?:derniers?|dernieres|last|past|recent)(?: few)?) (?P<unit>jours|semaines|mois|annees|days|weeks|months|years)(?!\w)"
)
_CURRENT = re.compile(
    r"\b(?P<this>cette semaine|this week|ce mois(?:-ci| ci)?|this month|cette annee|this year|ce trimestre|this quarter|aujourd'hui|ce jour|today|ce matin|hier|yesterday|avant-hier|ce week-?end"
    r"|(?:la )?semaine (?:derniere|passee|precedente)|last week|(?:le )?mois (?:dernier|passe|precedent)|last month|(?:l')?an(?:nee)? (?:dernier|derniere|passee?|precedente)|last year"
    r"|(?:le )?trimestre dernier|(?:le )?dernier trimestre|last quarter|semaine en cours|mois en cours|annee en cours)(?!\w)"
)
_WEEKDAY_LAST = re.compile(rf"\b(?P<weekday>{_WEEKDAY}) dernier\b|\blast (?P<english>{_WEEKDAY})\b")
_IN = re.compile(
    rf"\b(?:en|in|courant|pour|au mois de|durant|pendant|du|de|d'|au|a l'|during|dated|date du|datee?s? de|of|le|on) ?(?:le |la |l'|the )?{_date('')}"
)
_BARE = re.compile(
    rf"(?<![\w-])(?:(?P<month>{MONTH})(?: (?P<year>{YEAR}))|(?P<day>{DAY}) (?P<dmonth>{MONTH})(?: (?P<dyear>{YEAR}))?|(?P<letter>[tqs])(?P<digit>[1-4])[ -](?P<lyear>{YEAR}))(?!\w)"
)

Reader = Callable[[re.Match[str], date, bool], tuple[Span, bool] | None]


def read_periods(text: str, today: date, *, due: bool = False) -> Iterator[Said]:
    """The periods that a folded text speaks of, in order of certainty; spans do not overlap.

    Args:
        text: Folded text; characters that were read by other rules are null.
        today: The day the question is asked.
        due: The question is about deadlines, so that dates without a year lie ahead.
    """
    rest = text
    for pattern, reader in _RULES:
        for match in pattern.finditer(rest):
            if "\0" in match[0]:
                continue
            found = reader(match, today, due)
            if found is None:
                continue
            span, is_due = found
            yield Said(begin=match.start(), stop=match.end(), span=span, due=is_due)
            rest = f"{rest[: match.start()]}{chr(0) * (match.end() - match.start())}{rest[match.end() :]}"


# ------------------------------------------------------------------------------------------------- single dates


def _read(match: re.Match[str], tag: str, today: date, *, ahead: bool) -> Span | None:
    """The days that a date of the pattern `_DATE` means, in the past or ahead of today where its year is not said."""
    got = {
        key[: -len(tag)] if tag else key: value
        for key, value in match.groupdict().items()
        if not tag or key.endswith(tag)
    }

    def year_of(name: str) -> int | None:
        text = got.get(name)
        return int(text) + (2000 if len(text) == 2 else 0) if text else None

    if got.get("day"):
        return _day(day_number(got["day"] or ""), month_number(got["month"] or ""), year_of("year"), today, ahead=ahead)
    if got.get("d"):
        return _day(int(got["d"] or 0), int(got["m"] or 0), year_of("y"), today, ahead=ahead)
    if got.get("iso"):
        return _iso(got["iso"] or "")
    if got.get("emonth"):
        return _day(int(got["eday"] or 0), month_number(got["emonth"] or ""), year_of("eyear"), today, ahead=ahead)
    if got.get("edge"):
        return _edge(got, year_of, today, ahead=ahead)
    if got.get("rank") or got.get("letter"):
        return _part(got, year_of, today, ahead=ahead)
    if got.get("season"):
        return _season(got["season"] or "", year_of("syear"), today, ahead=ahead)
    if got.get("amonth"):
        return _month(month_number(got["amonth"] or ""), year_of("ayear"), today, ahead=ahead)
    year = year_of("yonly")
    return Span(start=date(year, 1, 1), end=date(year, 12, 31)) if year else None


def _day(day: int, month: int, year: int | None, today: date, *, ahead: bool) -> Span | None:
    if year is not None:
        found = valid(year, month, day)
    else:
        candidates = [one for y in range(today.year - 4, today.year + 5) if (one := valid(y, month, day))]
        gone = [one for one in candidates if one <= today]
        coming = [one for one in candidates if one >= today]
        found = (min(coming, default=None) if ahead else max(gone, default=None)) if candidates else None
    return Span(start=found, end=found) if found else None


def _iso(text: str) -> Span | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return Span(start=found, end=found)


def _month(month: int, year: int | None, today: date, *, ahead: bool) -> Span:
    if year is None:
        year = today.year
        if ahead and month < today.month:
            year += 1
        if not ahead and month > today.month:
            year -= 1
    return Span(start=date(year, month, 1), end=last_day(year, month))


def _edge(got: dict[str, str | None], year_of: Callable[[str], int | None], today: date, *, ahead: bool) -> Span:
    word = (got["edge"] or "").replace("la ", "").replace("the ", "")
    if got.get("only"):
        year = year_of("only") or today.year
        whole = Span(start=date(year, 1, 1), end=date(year, 12, 31))
        cuts = (date(year, 4, 30), date(year, 9, 1))
    else:
        whole = _month(month_number(got["xmonth"] or ""), year_of("xyear"), today, ahead=ahead)
        assert whole.start is not None
        cuts = (whole.start.replace(day=10), whole.start.replace(day=21))
    if word.startswith(("debut", "beginning", "early")):
        return Span(start=whole.start, end=cuts[0])
    if word.startswith(("fin", "end", "late")):
        return Span(start=cuts[1], end=whole.end)
    if word.startswith("mi"):
        return Span(start=cuts[0], end=cuts[1])
    return whole


def _part(got: dict[str, str | None], year_of: Callable[[str], int | None], today: date, *, ahead: bool) -> Span:
    if got.get("letter"):
        half, rank = got["letter"] == "s", int(got["digit"] or 1)
        year: int | None = year_of("lyear")
    else:
        half = got["part"] in {"semestre", "half"}
        rank = _RANKS[
            re.sub(r"(?:er|e|eme)\Z", "", got["rank"] or "1")
            if (got["rank"] or "")[0].isdigit()
            else got["rank"] or "1"
        ]
        year = year_of("pyear")
    months = 6 if half else 3
    rank = min(rank, 12 // months)
    first = (rank - 1) * months + 1
    if year is None:
        year = today.year
        if ahead and first + months - 1 < today.month:
            year += 1
        if not ahead and first > today.month:
            year -= 1
    return Span(start=date(year, first, 1), end=last_day(year, first + months - 1))


def _season(name: str, year: int | None, today: date, *, ahead: bool) -> Span:
    first, last = _SEASONS[name]
    if year is None:
        year = today.year
        if ahead and last < today.month and first < last:
            year += 1
        if not ahead and first > today.month:
            year -= 1
    return Span(start=date(year, first, 1), end=last_day(year + (last < first), last))


# ------------------------------------------------------------------------------------------------- rules


def _since(match: re.Match[str], today: date, due: bool) -> tuple[Span, bool] | None:
    found = _read(match, "", today, ahead=due)
    return (Span(start=found.start), due) if found else None


def _since_point(match: re.Match[str], today: date, _due: bool) -> tuple[Span, bool] | None:
    if match["start"]:
        unit = match["of"]
        if unit in {"annee", "an", "year"}:
            return Span(start=date(today.year, 1, 1)), False
        if unit in {"mois", "month"}:
            return Span(start=today.replace(day=1)), False
        return Span(start=_monday(today)), False
    if match["weekday"]:
        back = (today.weekday() - WEEKDAYS[match["weekday"]]) % 7 or 7
        return Span(start=today - timedelta(days=back)), False
    found = _current_span(match["rel"] or match["past"], today)
    return (Span(start=found.start), False) if found else None


def _between(match: re.Match[str], today: date, due: bool) -> tuple[Span, bool] | None:
    second = _read(match, "2", today, ahead=due)
    if second is None or second.end is None:
        return None
    explicit = any(
        match[f"{name}2"]
        for name in ("year", "y", "iso", "eyear", "xyear", "only", "pyear", "lyear", "syear", "ayear", "yonly")
    )
    first = _read(match, "1", second.end if explicit or not due else today, ahead=due and not explicit)
    if first is None or first.start is None:
        return None
    start, end = first.start, second.end
    if start > end:
        start = start.replace(year=start.year - 1) if not due else start
        end = end if not due else end.replace(year=end.year + 1)
    return (Span(start=start, end=end), due) if start <= end else None


def _between_days(match: re.Match[str], today: date, due: bool) -> tuple[Span, bool] | None:
    year = int(match["year"]) if match["year"] else None
    month = month_number(match["month"])
    last = _day(day_number(match["last"]), month, year, today, ahead=due)
    if last is None or last.end is None:
        return None
    start = valid(last.end.year, month, day_number(match["first"]))
    if start is None or start > last.end:
        return None
    return Span(start=start, end=last.end), due or start > today


def _until(match: re.Match[str], today: date, due: bool) -> tuple[Span, bool] | None:
    published = bool(match["published"])
    found = _read(match, "", today, ahead=not published)
    if found is None or found.start is None or found.end is None:
        return None
    # "avant mars" ends with February, "avant fin mars" and "d'ici mars" with March.
    before = match[0].startswith(("avant", "before")) or published
    single_day = found.start == found.end
    whole = not match["edge"] and not single_day
    end = found.start - timedelta(days=1) if before and whole else found.end
    if published or (end < today and not due):
        return Span(end=end), False
    return Span(start=today, end=end), True


def _until_point(match: re.Match[str], today: date, _due: bool) -> tuple[Span, bool] | None:
    unit = match["of"] or ("annee" if match["eoy"] else "")
    if unit in {"annee", "year"}:
        end = date(today.year, 12, 31)
    elif unit in {"mois", "month"}:
        end = last_day(today.year, today.month)
    elif unit:
        end = _monday(today) + timedelta(days=6)
    elif match["next"] in {"noel", "christmas"}:
        end = date(today.year + (today > date(today.year, 12, 25)), 12, 25)
    elif match["next"] in {"ete", "rentree"}:
        end = _season(match["next"], None, today, ahead=True).start or today
    else:
        following = _next_span(match["next"], today)
        end = following.end or today
    return Span(start=today, end=end), True


def _within(match: re.Match[str], today: date, due: bool) -> tuple[Span, bool] | None:
    told = (
        match["next"]
        or match["after"]
        or match[0].startswith(("d'ici", "within", "in the next", "next", "over the next", "due in", "sous"))
    )
    if not told and not (due and match["n"] and match[0].startswith(("dans", "in"))):
        return None
    number = _amount(match["n"]) if match["n"] else 1
    end = _moved(today, number, match["unit"])
    return (Span(start=today, end=end), True) if end else None


def _next(match: re.Match[str], today: date, _due: bool) -> tuple[Span, bool] | None:
    return _next_span(match["next"], today), True


def _last(match: re.Match[str], today: date, _due: bool) -> tuple[Span, bool] | None:
    told = match["last"] or match["last2"] or match["last3"] or re.match(r"(?:depuis|ces|since) ", match[0])
    if not told:
        return None
    start = _moved(today, -_amount(match["n"]), match["unit"])
    return (Span(start=start), False) if start else None


def _last_few(match: re.Match[str], today: date, _due: bool) -> tuple[Span, bool] | None:
    days = {"j": 7, "d": 7, "s": 28, "w": 28, "m": 92, "a": 731, "y": 731}[match["unit"][0]]
    return Span(start=today - timedelta(days=days)), False


def _current(match: re.Match[str], today: date, due: bool) -> tuple[Span, bool] | None:
    found = _current_span(match["this"], today)
    if found is None:
        return None
    return (Span(start=today, end=found.end), True) if due and (found.end or today) >= today else (found, False)


def _weekday_last(match: re.Match[str], today: date, _due: bool) -> tuple[Span, bool] | None:
    back = (today.weekday() - WEEKDAYS[match["weekday"] or match["english"]]) % 7 or 7
    day = today - timedelta(days=back)
    return Span(start=day, end=day), False


def _in(match: re.Match[str], today: date, due: bool) -> tuple[Span, bool] | None:
    found = _read(match, "", today, ahead=due)
    if found is None:
        return None
    # "le 12" of something else, "a 2026"; a year needs a word that says it is a date.
    if match["yonly"] and not re.match(r"(?:en|in|courant|pour|durant|pendant|de|d'|during|du|of) ?", match[0]):
        return None
    return found, due or (found.start is not None and found.start > today)


def _bare(match: re.Match[str], today: date, due: bool) -> tuple[Span, bool] | None:
    if match["month"]:
        found: Span | None = _month(month_number(match["month"]), int(match["year"]), today, ahead=due)
    elif match["letter"]:
        months, first = (6, min(int(match["digit"]), 2)) if match["letter"] == "s" else (3, int(match["digit"]))
        in_year = int(match["lyear"])
        found = Span(start=date(in_year, (first - 1) * months + 1, 1), end=last_day(in_year, first * months))
    else:
        year = int(match["dyear"]) if match["dyear"] else None
        found = _day(day_number(match["day"]), month_number(match["dmonth"]), year, today, ahead=due)
    if found is None:
        return None
    return found, due or (found.start is not None and found.start > today)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _current_span(words: str, today: date) -> Span | None:
    monday = _monday(today)
    last = re.search(r"derni|passe|preced|last", words) is not None
    if words.startswith(("aujourd", "ce jour", "today", "ce matin")):
        return Span(start=today, end=today)
    if words in {"hier", "yesterday", "avant-hier"}:
        day = today - timedelta(days=2 if words == "avant-hier" else 1)
        return Span(start=day, end=day)
    if "week-end" in words or "weekend" in words:
        saturday = monday + timedelta(days=5) if today.weekday() >= 5 else monday - timedelta(days=2)
        return Span(start=saturday, end=saturday + timedelta(days=1))
    if "semaine" in words or "week" in words:
        start = monday - timedelta(days=7) if last else monday
        return Span(start=start, end=start + timedelta(days=6))
    if "mois" in words or "month" in words:
        start = today.replace(day=1)
        start = (start - timedelta(days=1)).replace(day=1) if last else start
        return Span(start=start, end=last_day(start.year, start.month))
    if "trimestre" in words or "quarter" in words:
        start = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
        start = (after(start, -3, "mois") or start) if last else start
        end = after(start, 3, "mois")
        return Span(start=start, end=end - timedelta(days=1) if end else None)
    year = today.year - 1 if last else today.year
    return Span(start=date(year, 1, 1), end=date(year, 12, 31))


def _next_span(words: str, today: date) -> Span:
    if words in {"demain", "tomorrow"}:
        day = today + timedelta(days=1)
        return Span(start=day, end=day)
    if "semaine" in words or "week" in words:
        start = _monday(today) + timedelta(days=7)
        return Span(start=start, end=start + timedelta(days=6))
    if "mois" in words or "month" in words:
        start = last_day(today.year, today.month) + timedelta(days=1)
        return Span(start=start, end=last_day(start.year, start.month))
    return Span(start=date(today.year + 1, 1, 1), end=date(today.year + 1, 12, 31))


def _amount(text: str) -> int:
    known = {"quinzaine": 15, "trentaine": 30}
    if text in known:
        return known[text]
    return int(text) if text.isdigit() else int(parse_number(text) or 1)


def _moved(today: date, number: int, unit: str) -> date | None:
    name = _UNITS[unit[0]]
    if name == "trimestre":
        name, number = "mois", number * 3
    if name == "heure":
        name, number = "jour", -(-number // 24) if number > 0 else -(-number // 24) or -1
    return after(today, number, name)


_RULES: tuple[tuple[re.Pattern[str], Reader], ...] = (
    (_BETWEEN_DAYS, _between_days),
    (_BETWEEN, _between),
    (_SINCE_POINT, _since_point),
    (_UNTIL_POINT, _until_point),
    (_LAST, _last),
    (_LAST_FEW, _last_few),
    (_SINCE, _since),
    (_UNTIL, _until),
    (_WITHIN, _within),
    (_NEXT, _next),
    (_CURRENT, _current),
    (_WEEKDAY_LAST, _weekday_last),
    (_IN, _in),
    (_BARE, _bare),
)
