"""The spellings of dates: patterns over folded text (lower case, no accents, single spaces) and what they mean."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache

# Clocks differ, and so do zones that were left out: a day ahead is forgiven.
AHEAD = timedelta(days=1, hours=2)

_MONTHS = """
janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre
january february march april may june july august september october november december
januar februar marz april mai juni juli august september oktober november dezember
enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro
januari februari maart april mei juni juli augustus september oktober november december
janner feber maerz - - - - - sept - - -
"""
# Fixed abbreviations of RFC 822, of the Americas and of neighbours, in hours from UTC. Two-letter and military codes
# other than Z are left out: RFC 1123 says they were never used right.
_ZONES = {
    "z": 0, "utc": 0, "gmt": 0, "ut": 0, "wet": 0, "west": 1, "bst": 1, "cet": 1, "met": 1, "mez": 1, "cest": 2, "mest": 2,
    "mesz": 2, "hec": 1, "heec": 2, "eet": 2, "eest": 3, "msk": 3, "ast": -4, "adt": -3, "est": -5, "edt": -4, "cst": -6,
    "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "et": -5, "ct": -6, "mt": -7, "pt": -8, "jst": 9, "kst": 9,
    "aest": 10, "aedt": 11, "ret": 4,
}  # fmt: skip

_TIME = (
    r"(?P<hour>\d{1,2})(?:\s?[:h]\s?|\s?heures?\s?)(?P<minute>\d{2})?(?:\s?(?::|min|m)\s?(?P<second>\d{2}))?"
    r"(?:[.,]\d{1,9})?s?(?:\s?(?P<half>[ap])\.?m\b\.?)?"
)
_ZONE = r"(?:\s?(?P<zone>(?:etc/)?(?:gmt|utc)?\s?[+-]\d{1,2}:?\d{2}\b|(?:etc/)?(?:gmt|utc)[+-]\d{1,2}\b|[+-]\d{2}\b|[a-z]{1,4}\b))?"
_CLOCK = rf"(?:(?:\s?t\s?|[\s,]|\s?[,·|–-]\s|\s(?:a|at|um|alle|ore|las|om)\s)\s?{_TIME}{_ZONE})?"
_YEAR = r"(?P<year>\d{4}|'?\d{2})"
_WORDY = re.compile(
    rf"(?<![\d/.-])(?P<day>\d{{1,2}})(?:er|st|nd|rd|th|\.|º)?[\s-]+(?:de\s|of\s)?(?P<month>[a-z]{{3,12}})\.?,?[\s-]+(?:de[l]?\s)?"
    rf"{_YEAR}(?![\d:h]){_CLOCK}"
)
_MONTH_FIRST = re.compile(
    rf"\b(?P<month>[a-z]{{3,12}})\.?\s(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s(?:(?P<hms>\d{{1,2}}:\d{{2}}:\d{{2}})\s"
    rf"(?:(?P<before>[a-z]{{1,4}}|[+-]\d{{4}})\s)?)?(?P<year>\d{{4}})(?![\d:]){_CLOCK}"
)
_ISO = re.compile(
    rf"(?<!\d)(?P<year>\d{{4}})(?P<sep>[-/.])(?P<month>\d{{1,2}})(?P=sep)(?P<day>\d{{1,2}})(?!\d){_CLOCK}"
)
_NUMERIC = re.compile(
    rf"(?<![\d/.-])(?P<day>\d{{1,2}})\s?(?P<sep>[-/.])\s?(?P<month>\d{{1,2}})\s?(?P=sep)\s?(?P<year>\d{{4}}|\d{{2}})(?![\d/]){_CLOCK}"
)
_COMPACT = re.compile(
    rf"(?P<year>(?:19|20)\d\d)(?P<month>[01]\d)(?P<day>[0-3]\d)"
    rf"(?:[t\s]?(?P<hour>[0-2]\d):?(?P<minute>[0-5]\d):?(?P<second>[0-5]\d)?(?:[.,]\d{{1,9}})?{_ZONE})?"
)
_ORDINAL = re.compile(r"(\d{4})-(\d{3})")
_WEEK = re.compile(r"(\d{4})-?w(\d{2})(?:-?([1-7]))?")
_YEAR_MONTH = re.compile(r"(\d{4})-(\d{2})")
_MONTH_YEAR = re.compile(r"([a-z]{3,12})\.?\s(\d{4})")
_YEARLESS = re.compile(
    r"(?:[a-z]{3,9}\.?,?\s)?(\d{1,2})(?:er|\.)?\s([a-z]{3,12})\.?(?:\s(?:a|at)?\s?(\d{1,2})[h:](\d{2}))?"
)
_UNIX = re.compile(r"(\d{9,10})(?:\.\d+|\d{3}|\d{6})?")
_AGO = re.compile(
    r"\b(?:il y a|ago|depuis)?\s?(\d{1,3}|une?|an?)\s(minute|min|heure|hour|hr|jour|day|semaine|week|mois|month)s?\.?(?:\sago)?\b"
)
_DAYS_BACK = {"aujourd'hui": 0, "aujourd’hui": 0, "today": 0, "hier": 1, "yesterday": 1, "avant-hier": 2}
_UNITS = {
    "minute": timedelta(minutes=1), "min": timedelta(minutes=1), "heure": timedelta(hours=1), "hour": timedelta(hours=1),
    "hr": timedelta(hours=1), "jour": timedelta(days=1), "day": timedelta(days=1), "semaine": timedelta(weeks=1),
    "week": timedelta(weeks=1), "mois": timedelta(days=30), "month": timedelta(days=30),
}  # fmt: skip


def _month_names() -> dict[str, int]:
    """Every name of a month, and each prefix of three letters or more that means one month alone."""
    meanings: dict[str, set[int]] = {}
    names = {}
    for line in _MONTHS.strip().splitlines():
        for number, name in enumerate(line.split(), 1):
            if name == "-":
                continue
            names[name] = number
            for length in range(3, len(name) + 1):
                meanings.setdefault(name[:length], set()).add(number)
    names |= {prefix: numbers.pop() for prefix, numbers in meanings.items() if len(numbers) == 1}
    return names | {"mrt": 3, "jly": 7}


_MONTH = _month_names()


def spelled_dates(text: str, zone: tzinfo) -> Iterator[datetime]:
    """Full dates (day, month and year) anywhere in a folded text, in the order in which they stand there."""
    found: list[tuple[int, datetime]] = []
    found.extend(_matches(_ISO, text, zone))
    if not found or found[0][0]:
        for pattern in (_WORDY, _MONTH_FIRST, _NUMERIC):
            found.extend(_matches(pattern, text, zone))
    for _, moment in sorted(found, key=lambda entry: entry[0]):
        yield moment


def _matches(pattern: re.Pattern[str], text: str, zone: tzinfo) -> Iterator[tuple[int, datetime]]:
    for found in pattern.finditer(text):
        name = found["month"]
        month = int(name) if name.isdigit() else _MONTH.get(name)
        if month is None:
            continue
        moment = _from_match(found, month, zone)
        day = int(found["day"])
        if moment is None and pattern is _NUMERIC and day <= 12 < month:
            # Day first, as in Europe; month first only where nothing else makes sense.
            moment = _from_match(found, day, zone, day=month)
        if moment is not None:
            yield found.start(), moment


def whole_dates(text: str, zone: tzinfo, now: datetime | None) -> Iterator[datetime | None]:
    """Spellings so short that only a text which is nothing else may be read so.

    Unix timestamps, `20240416T101500Z`, `2024-W16-2`, `2024-107`, `2024-04`, "avril 2024" (its first day) and, when
    `now` is known, "16 avril" (the last one).
    """
    if (found := _UNIX.fullmatch(text)) and not _COMPACT.fullmatch(text):
        yield datetime.fromtimestamp(int(found.group(1)), UTC)
    if found := _COMPACT.fullmatch(text):
        yield _from_match(found, int(found["month"]), zone)
    if found := _WEEK.fullmatch(text):
        yield _from_week(int(found[1]), int(found[2]), int(found[3] or 1), zone)
    if (found := _ORDINAL.fullmatch(text)) and 0 < int(found[2]) < 367:
        start = build(int(found[1]), 1, 1, zone=zone)
        yield start + timedelta(days=int(found[2]) - 1) if start and start.year < 9999 else None
    if found := _YEAR_MONTH.fullmatch(text):
        yield build(int(found[1]), int(found[2]), 1, zone=zone)
    if (found := _MONTH_YEAR.fullmatch(text)) and found[1] in _MONTH:
        yield build(int(found[2]), _MONTH[found[1]], 1, zone=zone)
    if now is not None and (found := _YEARLESS.fullmatch(text)) and found[2] in _MONTH:
        yield _latest_past(_MONTH[found[2]], int(found[1]), int(found[3] or 0), int(found[4] or 0), zone, now)


def relative_date(text: str, zone: tzinfo, now: datetime) -> datetime | None:
    """A time told from now: `hier` and `aujourd'hui` are midnights, `il y a 3 jours` and `2 hours ago` count back from now."""
    local = now.astimezone(zone)
    for word, days in sorted(_DAYS_BACK.items(), key=lambda entry: -len(entry[0])):
        if text.startswith(word) or text.endswith(word):
            return (local - timedelta(days=days)).replace(hour=0, minute=0, second=0, microsecond=0)
    found = _AGO.search(text)
    if found and len(text) < 60 and ("il y a" in text or "ago" in text):
        count = int(found[1]) if found[1].isdigit() else 1
        return local - count * _UNITS[found[2]]
    return None


def _from_week(year: int, week: int, weekday: int, zone: tzinfo) -> datetime | None:
    try:
        day = date.fromisocalendar(year, week, weekday)
    except ValueError:
        return None
    return build(day.year, day.month, day.day, zone=zone)


def _latest_past(month: int, day: int, hour: int, minute: int, zone: tzinfo, now: datetime) -> datetime | None:
    """A date without a year is the last such day."""
    for year in (now.year, now.year - 1):
        moment = build(year, month, day, hour, minute, zone=zone)
        if moment and moment <= now + AHEAD:
            return moment
    return None


def _from_match(found: re.Match[str], month: int, zone: tzinfo, day: int | None = None) -> datetime | None:
    parts = found.groupdict()
    year = int(parts["year"].lstrip("'"))
    if len(parts["year"].lstrip("'")) == 2:
        year += 2000 if year < 70 else 1900
    hour, minute, second = (int(parts.get(name) or 0) for name in ("hour", "minute", "second"))
    if parts.get("hms"):
        hour, minute, second = map(int, parts["hms"].split(":"))
    if parts.get("half"):
        hour = hour % 12 + (12 if parts["half"] == "p" else 0)
    named = (parts.get("zone") or parts.get("before") or "").strip()
    return build(year, month, day or int(parts["day"]), hour, minute, second, zone=offset(named) or zone)


def build(
    year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0, *, zone: tzinfo
) -> datetime | None:
    """A datetime, or None for one that does not exist. 24:00 is the next midnight; a leap second is the one before."""
    late = timedelta(0)
    if hour == 24 and minute == second == 0:
        hour, late = 0, timedelta(days=1)
    try:
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone) + late
    except (ValueError, OverflowError):
        return None


@lru_cache(maxsize=512)
def offset(zone: str) -> tzinfo | None:
    """A zone as written (`+0200`, `gmt-5`, `cest`), or None if it is unknown and so as good as missing."""
    zone = zone.removeprefix("etc/").replace(" ", "")
    if zone in _ZONES:
        hours = _ZONES[zone]
        return UTC if hours == 0 else timezone(timedelta(hours=hours))
    found = re.fullmatch(r"(?:gmt|utc)?([+-])(\d{1,2}):?(\d{2})?", zone)
    if not found:
        return None
    hours, minutes = int(found[2]), int(found[3] or 0)
    if hours > 15 or minutes > 59:
        return None
    delta = timedelta(hours=hours, minutes=minutes)
    if not delta:
        return UTC
    return timezone(-delta if found[1] == "-" else delta)
