"""Periods and due dates in questions: "depuis septembre", "ces 15 derniers jours", "avant fin janvier". Pure.

All days are days in Paris. What a question asks of the past ("en mars") is the last March; what is due is the next one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from watchbot.extract.calendar_arithmetic import last_day
from watchbot.extract.spelled import DAY, MONTH, WEEKDAYS, YEAR, day_number, month_number, valid
from watchbot.search.dates import WEEKDAY_NAMES, date_pattern, day_span, month_span, read_date, season_span
from watchbot.search.spans import NUMBER, UNIT, Span, amount_of, current_span, monday_of, moved, next_span

__all__ = ["Said", "Span", "read_periods"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A period read at these characters of the folded text. `due` tells that it bounds a deadline, not a publication."""

    begin: int
    stop: int
    span: Span
    due: bool = False


_SINCE = re.compile(
    rf"\b(?:publiee?s? |parue?s? )?(?:depuis|a partir d[eu]|a compter d[eu]|since|after|apres|posterieure?s? (?:a|au)|from) (?:le |la |l'|les )?{date_pattern('')}"
)
_SINCE_POINT = re.compile(
    r"\b(?:depuis|since|from) (?:the |le |la |l')?(?:(?P<start>debut|beginning|start) (?:de |du |of )?(?:the |l'|la |cette |this )?(?P<of>annee|an|mois|semaine|year|month|week)"
    rf"|(?P<rel>hier|avant-hier|aujourd'hui|yesterday|today)|(?P<past>semaine derniere|mois dernier|an dernier|annee derniere|last week|last month|last year)|(?P<weekday>{WEEKDAY_NAMES})(?: dernier)?)(?!\w)"
)
_BETWEEN = re.compile(
    rf"\b(?:publiee?s? |parue?s? )?(?:entre|between|du|de|from) (?:le |the )?{date_pattern('1')} (?:et|and|au|a|to|jusqu'a|jusqu'en|jusqu'au|-) ?(?:le |the |en |fin )?{date_pattern('2')}"
)
_BETWEEN_DAYS = re.compile(
    rf"\b(?:entre|du|from|between|de) (?:le |the )?(?P<first>{DAY}) (?:et|au|and|to|a|-) ?(?:le |the )?(?P<last>{DAY})(?: of)? (?P<month>{MONTH})(?:,? (?P<year>{YEAR}))?(?!\w)"
)
_UNTIL = re.compile(
    rf"\b(?P<published>publiee?s? |parue?s? |published )?(?:avant|before|by|until|till|jusqu'a|jusqu'au|jusqu'en|d'ici|d'ici a|d'ici au|au plus tard|anterieure?s? a) (?:le |la |l'|the |en )*{date_pattern('')}"
)
_UNTIL_POINT = re.compile(
    r"\b(?:avant|before|by|until|d'ici|d'ici a|jusqu'a) (?:la |the )?(?:fin|end)(?: (?:du|de|of))? (?:the |l'|la |cette |this )?(?P<of>annee|mois|semaine|year|month|week)(?!\w)"
    r"|\b(?:avant|before|d'ici|by) (?:la |le |l'|the )?(?P<next>semaine prochaine|mois prochain|an prochain|annee prochaine|noel|christmas|next week|next month|next year|demain|tomorrow|ete|rentree)(?!\w)"
    r"|\b(?P<eoy>fin d'annee)\b"
)
_WITHIN = re.compile(
    rf"\b(?:d'ici(?: a)?|dans(?: les)?|within(?: the)?|in the next|sous|les|next|over the next|due in|in)(?: next)? (?P<n>{NUMBER})?(?: ?(?P<next>prochaine?s?|next))? ?(?P<unit>{UNIT})(?: (?P<after>prochaine?s?|a venir|qui viennent))?(?!\w)"
)
_NEXT = re.compile(
    r"\b(?:pour |en |in |for )?(?:la |le |l'|the )?(?P<next>semaine prochaine|mois prochain|an prochain|annee prochaine|next week|next month|next year|demain|tomorrow)(?!\w)"
)
_LAST = re.compile(
    rf"\b(?:(?:depuis|ces|les|des|dans les|sur les|durant les|pendant les|au cours des|the|in the|over the|during the|these|for the|since) )*"
    rf"(?:(?P<last>derniere?s?|last|past) )?(?P<n>{NUMBER}) (?P<last2>derniere?s? |last |past )?(?P<unit>{UNIT})(?P<last3> (?:passee?s?|ecoulee?s?|derniere?s?|ago))?(?!\w)"
)
_LAST_FEW = re.compile(
    r"\b(?:(?:ces|les|des|depuis|dans|sur|au cours|the|in|over|these) ){0,2}(?:(?:derniers?|dernieres|last|past|recent)(?: few)?) (?P<unit>jours|semaines|mois|annees|days|weeks|months|years)(?!\w)"
)
_CURRENT = re.compile(
    r"\b(?P<this>cette semaine|this week|ce mois(?:-ci| ci)?|this month|cette annee|this year|ce trimestre|this quarter|aujourd'hui|ce jour|today|ce matin|hier|yesterday|avant-hier|ce week-?end"
    r"|(?:la )?semaine (?:derniere|passee|precedente)|last week|(?:le )?mois (?:dernier|passe|precedent)|last month|(?:l')?an(?:nee)? (?:dernier|derniere|passee?|precedente)|last year"
    r"|(?:le )?trimestre dernier|(?:le )?dernier trimestre|last quarter|semaine en cours|mois en cours|annee en cours)(?!\w)"
)
_WEEKDAY_LAST = re.compile(rf"\b(?P<weekday>{WEEKDAY_NAMES}) dernier\b|\blast (?P<english>{WEEKDAY_NAMES})\b")
_IN = re.compile(
    rf"\b(?:en|in|courant|pour|au mois de|durant|pendant|du|de|d'|au|a l'|during|dated|date du|datee?s? de|of|le|on) ?(?:le |la |l'|the )?{date_pattern('')}"
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


def _since(match: re.Match[str], today: date, due: bool) -> tuple[Span, bool] | None:
    found = read_date(match, "", today, ahead=due)
    return (Span(start=found.start), due) if found else None


def _since_point(match: re.Match[str], today: date, _due: bool) -> tuple[Span, bool] | None:
    if match["start"]:
        unit = match["of"]
        if unit in {"annee", "an", "year"}:
            return Span(start=date(today.year, 1, 1)), False
        if unit in {"mois", "month"}:
            return Span(start=today.replace(day=1)), False
        return Span(start=monday_of(today)), False
    if match["weekday"]:
        back = (today.weekday() - WEEKDAYS[match["weekday"]]) % 7 or 7
        return Span(start=today - timedelta(days=back)), False
    found = current_span(match["rel"] or match["past"], today)
    return (Span(start=found.start), False) if found else None


def _between(match: re.Match[str], today: date, due: bool) -> tuple[Span, bool] | None:
    second = read_date(match, "2", today, ahead=due)
    if second is None or second.end is None:
        return None
    explicit = any(
        match[f"{name}2"]
        for name in ("year", "y", "iso", "eyear", "xyear", "only", "pyear", "lyear", "syear", "ayear", "yonly")
    )
    first = read_date(match, "1", second.end if explicit or not due else today, ahead=due and not explicit)
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
    last = day_span(day_number(match["last"]), month, year, today, ahead=due)
    if last is None or last.end is None:
        return None
    start = valid(last.end.year, month, day_number(match["first"]))
    if start is None or start > last.end:
        return None
    return Span(start=start, end=last.end), due or start > today


def _until(match: re.Match[str], today: date, due: bool) -> tuple[Span, bool] | None:
    published = bool(match["published"])
    found = read_date(match, "", today, ahead=not published)
    if found is None or found.start is None or found.end is None:
        return None
    # "avant mars" ends with February, "avant fin mars" and "d'ici mars" with March.
    before = match[0].startswith(("avant", "before")) or published
    single_day = found.start == found.end
    whole = not match["edge"] and not single_day
    end = found.start - timedelta(days=1) if before and whole else found.end
    if published or (end < today and not due):
        return Span(end=end), False
    return Span(start=today if end >= today else None, end=end), True


def _until_point(match: re.Match[str], today: date, _due: bool) -> tuple[Span, bool] | None:
    unit = match["of"] or ("annee" if match["eoy"] else "")
    if unit in {"annee", "year"}:
        end = date(today.year, 12, 31)
    elif unit in {"mois", "month"}:
        end = last_day(today.year, today.month)
    elif unit:
        end = monday_of(today) + timedelta(days=6)
    elif match["next"] in {"noel", "christmas"}:
        end = date(today.year + (today > date(today.year, 12, 25)), 12, 25)
    elif match["next"] in {"ete", "rentree"}:
        end = season_span(match["next"], None, today, ahead=True).start or today
    else:
        following = next_span(match["next"], today)
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
    number = amount_of(match["n"]) if match["n"] else 1
    end = moved(today, number, match["unit"])
    return (Span(start=today, end=end), True) if end else None


def _next(match: re.Match[str], today: date, _due: bool) -> tuple[Span, bool] | None:
    return next_span(match["next"], today), True


def _last(match: re.Match[str], today: date, _due: bool) -> tuple[Span, bool] | None:
    told = match["last"] or match["last2"] or match["last3"] or re.match(r"(?:depuis|ces|since) ", match[0])
    if not told:
        return None
    start = moved(today, -amount_of(match["n"]), match["unit"])
    return (Span(start=start), False) if start else None


def _last_few(match: re.Match[str], today: date, _due: bool) -> tuple[Span, bool] | None:
    days = {"j": 7, "d": 7, "s": 28, "w": 28, "m": 92, "a": 731, "y": 731}[match["unit"][0]]
    return Span(start=today - timedelta(days=days)), False


def _current(match: re.Match[str], today: date, due: bool) -> tuple[Span, bool] | None:
    found = current_span(match["this"], today)
    if found is None:
        return None
    return (Span(start=today, end=found.end), True) if due and (found.end or today) >= today else (found, False)


def _weekday_last(match: re.Match[str], today: date, _due: bool) -> tuple[Span, bool] | None:
    back = (today.weekday() - WEEKDAYS[match["weekday"] or match["english"]]) % 7 or 7
    day = today - timedelta(days=back)
    return Span(start=day, end=day), False


def _in(match: re.Match[str], today: date, due: bool) -> tuple[Span, bool] | None:
    found = read_date(match, "", today, ahead=due)
    if found is None:
        return None
    # "le 12" of something else, "a 2026"; a year needs a word that says it is a date.
    if match["yonly"] and not re.match(r"(?:en|in|courant|pour|durant|pendant|de|d'|during|du|of) ?", match[0]):
        return None
    return found, due or (found.start is not None and found.start > today)


def _bare(match: re.Match[str], today: date, due: bool) -> tuple[Span, bool] | None:
    if match["month"]:
        found: Span | None = month_span(month_number(match["month"]), int(match["year"]), today, ahead=due)
    elif match["letter"]:
        months, first = (6, min(int(match["digit"]), 2)) if match["letter"] == "s" else (3, int(match["digit"]))
        in_year = int(match["lyear"])
        found = Span(start=date(in_year, (first - 1) * months + 1, 1), end=last_day(in_year, first * months))
    else:
        year = int(match["dyear"]) if match["dyear"] else None
        found = day_span(day_number(match["day"]), month_number(match["dmonth"]), year, today, ahead=due)
    if found is None:
        return None
    return found, due or (found.start is not None and found.start > today)


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
