"""One date in a question, of a day, a month, a season, a part of a year or a year, and the days it means. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from watchbot.extract.calendar_arithmetic import last_day
from watchbot.extract.spelled import DAY, MONTH, MONTHS, WEEKDAYS, YEAR, day_number, month_number, valid
from watchbot.search.spans import Span

WEEKDAY_NAMES = "|".join(name for name in WEEKDAYS)
_SEASONS = {
    "printemps": (3, 5), "spring": (3, 5), "ete": (6, 8), "summer": (6, 8), "automne": (9, 11), "autumn": (9, 11), "rentree": (9, 10),
    "hiver": (12, 2), "winter": (12, 2),
}  # fmt: skip
_RANKS = {"1": 1, "premier": 1, "first": 1, "2": 2, "deuxieme": 2, "second": 2, "3": 3, "troisieme": 3, "third": 3, "4": 4, "quatrieme": 4, "fourth": 4, "dernier": 4, "last": 4}  # fmt: skip

# One date, of a day, a month, a season, a part of a year or a year.
_DATE = (
    rf"(?:(?:le |la |l'|les |the |au |du )?(?:{WEEKDAY_NAMES} )?"
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


def date_pattern(tag: str) -> str:
    """The pattern of one date whose groups' names end with `tag`."""
    return _DATE.format(tag)


def read_date(match: re.Match[str], tag: str, today: date, *, ahead: bool) -> Span | None:
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
        return day_span(
            day_number(got["day"] or ""), month_number(got["month"] or ""), year_of("year"), today, ahead=ahead
        )
    if got.get("d"):
        return day_span(int(got["d"] or 0), int(got["m"] or 0), year_of("y"), today, ahead=ahead)
    if got.get("iso"):
        return _iso(got["iso"] or "")
    if got.get("emonth"):
        return day_span(int(got["eday"] or 0), month_number(got["emonth"] or ""), year_of("eyear"), today, ahead=ahead)
    if got.get("edge"):
        return _edge(got, year_of, today, ahead=ahead)
    if got.get("rank") or got.get("letter"):
        return _part(got, year_of, today, ahead=ahead)
    if got.get("season"):
        return season_span(got["season"] or "", year_of("syear"), today, ahead=ahead)
    if got.get("amonth"):
        return month_span(month_number(got["amonth"] or ""), year_of("ayear"), today, ahead=ahead)
    year = year_of("yonly")
    return Span(start=date(year, 1, 1), end=date(year, 12, 31)) if year else None


def day_span(day: int, month: int, year: int | None, today: date, *, ahead: bool) -> Span | None:
    """One day; without its year the next one ahead, or the last one gone."""
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


def month_span(month: int, year: int | None, today: date, *, ahead: bool) -> Span:
    """One month, as `day_span`."""
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
        whole = month_span(month_number(got["xmonth"] or ""), year_of("xyear"), today, ahead=ahead)
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


def season_span(name: str, year: int | None, today: date, *, ahead: bool) -> Span:
    """One season, as `day_span`."""
    first, last = _SEASONS[name]
    if year is None:
        year = today.year
        if ahead and last < today.month and first < last:
            year += 1
        if not ahead and first > today.month:
            year -= 1
    return Span(start=date(year, first, 1), end=last_day(year + (last < first), last))
