"""Dates and deadlines of a sentence: what is written, the day it means, and what is to happen then."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

from watchbot.extract.calendar_arithmetic import after, day_near, last_day, month_near
from watchbot.extract.date_cues import Cues, Direction, Lead, Sense, lead_of
from watchbot.extract.date_forms import Form, read_forms
from watchbot.extract.folding import Passage
from watchbot.model import Fact, FactKind

MOST_DATES = 60

_ANCHOR = re.compile(
    r"[ ,]{1,2}(?:suivant|apres|a compter|a partir|avant|following|after|of the|de la (?:notification|reception|date|publication)|precedant)"
)
_OF_NUMBERS = frozenset({"pour", "dans", "apres", "pendant", "durant", "after", "before", "avant", "in", "by"})
_COUNTED = re.compile(r" (?!les |des |ses |nos |vos |mais |plus |dans |sous )[a-z]{3,24}s\b")
_THROUGH = ("jusqu'", "until", "till", "au plus tard", "d'ici", "no later", "not later")
# What opens, was planned once, or was done on a day is not due then.
_DONE = re.compile(
    r"\b(?:ouverture\b[^.,;:\0]{0,40}|(?:initialement|auparavant) (?:prevue?s?|fixee?s?)|(?:delivre|accorde|obtenu|adopte|signe|vote)(?:e|s|es)?)(?: le| au| du)? ?\Z"
)
# A participle that opens a clause tells what has been: "Adopté en conseil le 2 juillet, …".
_GONE = re.compile(
    r"(?:^|[,.;:(] ?)(?:adopte|vote|signe|lance|reuni|presente|publie|cree|paru|delivre|accorde|obtenu|remis|organise|devoile|inaugure)(?:e|s|es)?\b[^,;.]{0,40}\Z"
    r"|\b(?:celui|celle|ceux|celles) du ?\Z"
)
_PARTLY = re.compile(r"(?:la |le |the )?(?:mi|debut|mid|early|beginning)\b")
_LETTERS = {"heure": "PT{}H", "jour": "P{}D", "semaine": "P{}W", "mois": "P{}M", "an": "P{}Y"}


def date_facts(passage: Passage, reference: date | None = None) -> list[Fact]:
    """The dates of a sentence; what they are written with is claimed.

    Args:
        passage: The sentence.
        reference: The day the text was written: gives a year to "15 janvier" and a day to "fin du mois".
    """
    found: list[tuple[Form, Lead | None]] = []
    for form in read_forms(passage.rest):
        lead = lead_of(passage.folded, form.start, form.end)
        if lead is not None and lead.words == "de" and form.unit != "annee":
            lead = None  # "le marché de mai" is no date, "l'échec de 2022" has one
        if form.needs_lead and (lead is None or not lead.words):
            continue
        if form.needs_lead and lead is not None and _is_other(passage, form, lead):
            continue
        found.append((form, lead))
        if len(found) >= MOST_DATES:
            break
    if not found:
        return []
    found.sort(key=lambda one: one[0].start)
    cues = Cues(passage)
    starts = [form.start for form, _ in found]
    facts = [_fact(passage, form, lead, cues, reference, starts) for form, lead in found]
    passage.claim_all([(form.start, form.end) for form, _ in found])
    return facts


def _is_other(passage: Passage, form: Form, lead: Lead) -> bool:
    """A verb that is spelled like a month (English "may"), a number that looks like a year ("pour 2000 personnes")."""
    if form.unit == "mois":
        return passage.original(form.start, form.end) in {"may", "march"}
    return lead.words in _OF_NUMBERS and _COUNTED.match(passage.folded, form.end) is not None


def _fact(
    passage: Passage, form: Form, lead: Lead | None, cues: Cues, reference: date | None, starts: list[int]
) -> Fact:
    direction = _direction(form, lead)
    words = lead.words if lead else ""
    gone = reference is None or form.year is None or form.year <= reference.year
    vague = form.unit in {"annee", "saison"} and not form.closing and gone
    whole_day = form.day is not None or form.closing
    sense = cues.sense(form.start, form.end, direction, words, vague=vague, whole_day=whole_day, others=starts)
    if form.unit == "duree" and sense.role == "evenement":
        sense = Sense(FactKind.DEADLINE, "autre", sense.confidence)  # a delay after an event is no event
    if form.unit == "annee" and direction is Direction.RANGE:
        sense = Sense(FactKind.DATE, "autre", 0.8)
    if form.unit == "duree" and sense.role != "depot":
        sense = Sense(sense.kind, "autre", sense.confidence)
    if direction is Direction.ON and _DONE.search(passage.folded, max(0, form.start - 60), form.start):
        sense = Sense(FactKind.DATE, "autre", 0.85)
    past = direction is not Direction.UNTIL and (
        words.startswith(("depuis", "since"))
        or cues.is_past(form.end)
        or _GONE.search(passage.folded, max(0, form.start - 60), form.start) is not None
    )
    if (
        form.month is not None
        and form.day is None
        and direction is Direction.UNTIL
        and any(one in words for one in _THROUGH)
        and not _PARTLY.match(passage.folded, form.start)
    ):
        form = replace(form, closing=True)  # "jusqu'en décembre" ends with it
    counted = (
        Direction.UNTIL if words.startswith("apres") and not past else direction
    )  # "après le 15 octobre": the next one
    value, end_value, certainty = _values(
        form, counted, reference, past=past, anchored=_ANCHOR.match(passage.folded, form.end) is not None
    )
    quoted = lead is not None and bool(words) and (not lead.plain or form.unit in {"annee", "mois"} or form.needs_lead)
    start = lead.start if quoted and lead is not None else form.start
    return passage.fact(
        sense.kind,
        start,
        form.end,
        value=value,
        end_value=end_value,
        unit=form.unit,
        role=sense.role,
        confidence=form.confidence * sense.confidence * certainty,
    )


def _direction(form: Form, lead: Lead | None) -> Direction:
    if form.end_day is not None or form.end_year is not None or form.end_month is not None:
        return Direction.RANGE
    if form.unit == "duree":
        return Direction.UNTIL
    return lead.direction if lead else Direction.ON


def _values(
    form: Form, direction: Direction, reference: date | None, *, past: bool, anchored: bool
) -> tuple[str, str | None, float]:
    """Canonical value, end of a range, and how sure the resolution is."""
    if form.unit == "duree":
        delay = _LETTERS[form.measure].format(form.amount)
        return delay, None, 0.9 if anchored or form.word else 1.0
    if form.unit == "relatif":
        return _relative(form.word, reference)
    if form.part is not None:
        return _part_of_year(form, reference)
    if form.day is not None:
        return _days(form, direction, reference, past=past)
    if form.month is not None:
        return _month(form, direction, reference, past=past)
    if form.closing and form.year is not None:
        return date(form.year, 12, 31).isoformat(), None, 1.0
    return str(form.year), str(form.end_year) if form.end_year else None, 1.0


def _days(form: Form, direction: Direction, reference: date | None, *, past: bool) -> tuple[str, str | None, float]:
    assert form.month is not None and form.day is not None  # noqa: PT018
    certainty = 1.0
    year = form.year
    if year is None and reference is not None:
        year, certainty = _year_of(form, direction, reference, past=past), 0.9
    start = f"{year:04d}-{form.month:02d}-{form.day:02d}" if year else f"--{form.month:02d}-{form.day:02d}"
    certainty = 0.65 if year is None else certainty
    if form.end_day is None or form.end_month is None:
        return start, None, certainty
    end_year = form.end_year or (year + (form.end_month < form.month) if year else None)
    end = (
        f"{end_year:04d}-{form.end_month:02d}-{form.end_day:02d}"
        if end_year
        else f"--{form.end_month:02d}-{form.end_day:02d}"
    )
    return start, end, certainty


def _year_of(form: Form, direction: Direction, reference: date, *, past: bool) -> int | None:
    """The year of the first day. A range has the year that its end means: one that is running has begun in the past."""
    assert form.month is not None and form.day is not None  # noqa: PT018
    if form.end_day is not None and form.end_month is not None and form.end_year is None:
        end = day_near(form.end_month, form.end_day, reference, past=past, until=True)
        return end.year - ((form.month, form.day) > (form.end_month, form.end_day)) if end else None
    near = day_near(
        form.month,
        form.day,
        reference,
        past=past,
        until=direction in {Direction.UNTIL, Direction.RANGE},
        weekday=form.weekday,
    )
    return near.year if near else None


def _month(form: Form, direction: Direction, reference: date | None, *, past: bool) -> tuple[str, str | None, float]:
    assert form.month is not None
    year, month, certainty = form.year, form.month, 1.0
    if form.end_month is not None and year is not None:
        return f"{year:04d}-{month:02d}", f"{form.end_year or year:04d}-{form.end_month:02d}", certainty
    if year is None:
        if reference is None:
            return f"--{month:02d}", None, 0.65
        year, month = month_near(month, reference, past=past)
        certainty = 0.85
    if form.closing or (direction is Direction.UNTIL and form.needs_lead):
        return last_day(year, month).isoformat(), None, certainty
    return f"{year:04d}-{month:02d}", None, certainty


def _part_of_year(form: Form, reference: date | None) -> tuple[str, str | None, float]:
    assert form.part is not None
    months = 6 if form.unit == "semestre" else 3
    first = (form.part - 1) * months + 1
    year, certainty = form.year, 1.0
    if year is None:
        if reference is None:
            return f"--{first:02d}", f"--{first + months - 1:02d}", 0.6
        year = reference.year if first + months - 1 >= reference.month else reference.year + 1
        certainty = 0.8
    if form.closing:
        return last_day(year, first + months - 1).isoformat(), None, certainty
    return date(year, first, 1).isoformat(), last_day(year, first + months - 1).isoformat(), certainty


def _relative(word: str, reference: date | None) -> tuple[str, str | None, float]:
    """The day of a relative date, or its word where the day of writing is not known."""
    if reference is None:
        return word, None, 0.6
    if word == "demain":
        found = after(reference, 1, "jour") or reference
    elif word == "fin-du-mois":
        found = last_day(reference.year, reference.month)
    elif word == "fin-d-annee":
        found = date(reference.year, 12, 31)
    elif word == "fin-de-semaine":
        found = reference + timedelta(days=6 - reference.weekday())
    elif word == "semaine-prochaine":
        start = reference + timedelta(days=7 - reference.weekday())
        return start.isoformat(), (start + timedelta(days=6)).isoformat(), 0.9
    elif word == "mois-prochain":
        start = last_day(reference.year, reference.month) + timedelta(days=1)
        return f"{start:%Y-%m}", None, 0.9
    else:
        return str(reference.year + 1), None, 0.9
    return found.isoformat(), None, 0.9
