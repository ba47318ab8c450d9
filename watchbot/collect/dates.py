"""Dates as publishers write them, to aware datetimes.

Read without a library: RFC 822 and its many dialects, ISO 8601 (also compact, ordinal and week dates), `asctime`, Unix
timestamps, numeric European dates, and dates in words in French, English and five more languages, alone or within a
sentence ("Publié le 3 févr. 2026 à 14h30"). What is left is given to dateparser. A date without a zone is in the
source's time zone; a date that cannot be the date of a web page (before 1990, or in the future) is no date.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from watchbot.collect.date_spellings import AHEAD, build, offset, relative_date, spelled_dates, whole_dates
from watchbot.extract.folding import unaccented

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
MAX_LENGTH = 200

_RFC822 = re.compile(
    r"\s*(?:[A-Za-z]{3},?\s+)?(\d{1,2})\s+([A-Za-z]{3})\s+(\d{4})\s+(\d\d):(\d\d):(\d\d)\s+([+-]\d{4}|GMT|UTC|UT|Z)\s*",
    re.ASCII,
)
_URL_DATE = re.compile(r"[/_-]((?:19|20)\d\d)[/-](0[1-9]|1[0-2])[/-](0[1-9]|[12]\d|3[01])(?=[/_.-]|$)")
_ENGLISH = {
    "Jan": 1, "Feb": 2, "Mar": 3, "Apr": 4, "May": 5, "Jun": 6, "Jul": 7, "Aug": 8, "Sep": 9, "Oct": 10, "Nov": 11, "Dec": 12,
}  # fmt: skip


def parse_date(
    text: str,
    *,
    timezone: str = "Europe/Paris",
    now: datetime | None = None,
    thorough: bool = True,
) -> datetime | None:
    """Read the date that a text is or contains; the first plausible one if there are several.

    Args:
        text: The date as written; only its first 200 characters are looked at.
        timezone: IANA name of the zone for a date that names none.
        now: When the text was fetched: what relative dates start from and what no date may lie beyond. Without it,
            relative dates are not read and the future is not refused.
        thorough: Also ask dateparser, which takes milliseconds where the rest takes microseconds.

    Returns:
        An aware datetime, or None if there is no date or an impossible one.
    """
    text = text[:MAX_LENGTH].strip()
    if not text:
        return None
    moment = _quick(text)
    if moment is not None:
        return plausible(moment, now)
    zone = _zone_info(timezone)
    folded = _fold(text)
    for candidate in (*spelled_dates(folded, zone), *whole_dates(folded, zone, now)):
        accepted = plausible(candidate, now)
        if accepted is not None:
            return accepted
    if now is not None and (moment := relative_date(folded, zone, now)) is not None:
        return plausible(moment, now)
    return plausible(_ask_dateparser(text, timezone, now), now) if thorough and _worth_asking(folded) else None


def plausible(moment: datetime | None, now: datetime | None) -> datetime | None:
    """The moment if it can be the date of something on the Web: since 1990, and not after `now` by more than a day."""
    if moment is None or moment.year < EARLIEST.year:
        return None
    try:
        if moment < EARLIEST or (now is not None and moment > now + AHEAD):
            return None
    except OverflowError:
        return None
    return moment


def date_in_url(url: str, *, timezone: str = "Europe/Paris", now: datetime | None = None) -> datetime | None:
    """The date in an address such as `/2026/02/03/titre`, at midnight in the given zone, or None."""
    found = _URL_DATE.search(url[:2000])
    if not found:
        return None
    return plausible(build(*map(int, found.groups()), zone=_zone_info(timezone)), now)


def _quick(text: str) -> datetime | None:
    """The two spellings that nearly all feeds use, with their zone, without further ado."""
    if text[0].isdigit() and text[4:5] == "-":
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            return None
        return moment if moment.tzinfo is not None and len(text) > 10 else None
    found = _RFC822.fullmatch(text)
    if not found:
        return None
    day, name, year, hour, minute, second, zone = found.groups()
    month = _ENGLISH.get(name.capitalize())
    if month is None:
        return None
    given = offset(zone.lower())
    return build(int(year), month, int(day), int(hour), int(minute), int(second), zone=given or UTC)


def _fold(text: str) -> str:
    """Lower case, no accents, single plain spaces."""
    return " ".join(unaccented(text.lower().replace("’", "'")).split())


@lru_cache(maxsize=64)
def _zone_info(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC


def _worth_asking(text: str) -> bool:
    """Whether dateparser could find more than noise: some digits and some letters, and short."""
    return 5 < len(text) < 60 and any(char.isdigit() for char in text) and any(char.isalpha() for char in text)


@lru_cache(maxsize=512)
def _ask_dateparser(text: str, zone: str, now: datetime | None) -> datetime | None:
    import dateparser

    settings: dict[str, object] = {
        "TIMEZONE": zone,
        "RETURN_AS_TIMEZONE_AWARE": True,
        "REQUIRE_PARTS": ["day", "month", "year"],
        "PARSERS": ["absolute-time"],
        "DATE_ORDER": "DMY",
    }
    if now is not None:
        settings["RELATIVE_BASE"] = now.replace(tzinfo=None)
    try:
        found = dateparser.parse(text, languages=["fr", "en", "de", "es", "it"], settings=settings)
    except Exception:  # noqa: BLE001 - it raises all sorts on odd input, and an unreadable date is no error
        return None
    return found if found is None or found.tzinfo is not None else found.replace(tzinfo=UTC)
