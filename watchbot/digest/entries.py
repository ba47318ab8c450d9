"""Stories, changes and deadlines as readers see them: cleaned, typeset, dated. Worked out once for all readers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from watchbot.digest.french import (
    NBSP,
    SHORT_MONTHS,
    capital,
    clean,
    days_left,
    grouped,
    in_language,
    joined,
    long_date,
    nested,
    typeset,
)
from watchbot.digest.model import ChangeEntry, DueLine, Entry, Story
from watchbot.digest.passages import passage
from watchbot.model import REGIONS, Change, Deadline, Significance

# A sum says of itself "comprise entre … et …"; as a fact that stands alone it is a stretch from one sum to the other.
_BOUNDS = re.compile(r"(?:compris(?:e?s?) )?entre (?P<low>.+?) et (?P<high>.+)", re.IGNORECASE)
# The noun of a sum, with nothing but a verb or a preposition between the two.
_WHAT = re.compile(
    r"\b(?P<what>aides?|subventions?|primes?|bonus|bourses?|dotations?|budget|enveloppe|fonds|avance|amende|salaire|loyer|prix|tarif|plafond)"
    r"(?: (?:est|sera|varie|s[’']élève|va|allant))?(?: d[’']un montant)?(?: (?:fixée?s?|portée?s?))?(?: (?:de|à) | d[’']| ?: | )$",
    re.IGNORECASE,
)
_ENDOWED = re.compile(r"\bdotée?s? (?:de |d[’'])$", re.IGNORECASE)
_CAPPED = re.compile(r"\bplafonnée?s? à $", re.IGNORECASE)
TITLE = 160
SUMMARY = 400
NAME = 60
CHIP = 60
MAX_CHIPS = 3
MAX_ALSO = 4
MAX_REASONS = 6
MAX_PASSAGES = 3
URGENT = 31
SOON = 7
OF_CHANGE = "change-"
_KINDS = {
    "new": "Nouveauté",
    "renewed": "Renouvellement",
    "block-modified": "Bloc modifié",
    "expired": "Expiration",
    "expiring": "Fin proche",
    "withdrawn": "Retrait",
    "moved-deadline": "Échéance déplacée",
    "list": "Liste mise à jour",
}


def entry_of(story: Story, names: Mapping[str, str]) -> Entry:
    """A story without the words that are for one reader."""
    item = story.item
    ids = dict.fromkeys(one for one in (item.id, item.cluster, *story.members) if one)
    return Entry(
        id=item.id,
        title=in_language(clean(item.title, TITLE), item.language) or clean(item.url, TITLE),
        url=item.url,
        publisher=clean(item.publisher, NAME),
        day=long_date(item.date),
        summary=in_language(clean(story.summary, SUMMARY), item.language),
        topics=tuple(names[topic] for topic in story.verdict.topics if topic in names),
        topic_ids=tuple(topic for topic in story.verdict.topics if topic in names),
        region=REGIONS.get(item.region or "", ""),
        region_id=item.region or "",
        chips=tuple(typeset(clean(chip, CHIP)) for chip in story.chips[:MAX_CHIPS]),
        also=tuple((clean(name, NAME), url) for name, url in story.also[:MAX_ALSO]),
        explanation=typeset(clean(story.explanation, 300)),
        language=clean(item.language, 12) or "fr",
        published=item.date,
        updated=item.edited_at or item.updated or item.date,
        ids=tuple(ids),
    )


def due_chip(quote: str) -> str:
    """A deadline's exact words as a chip: they say themselves what they are unless they are a bare date."""
    text = clean(quote, CHIP)
    return typeset(capital(text) if text[:1].isalpha() else f"Échéance : {text}")


def amount_chip(quote: str, before: str = "") -> str:
    """A sum's exact words as a chip, with what the sum is when the words right `before` it say so: `Aide : de 4 à 12 €`."""
    bounds = _BOUNDS.match(quote)
    text = f"de {bounds['low']} à {bounds['high']}" if bounds else quote
    name = _WHAT.search(before)
    what = (
        name["what"] if name else "Dotation" if _ENDOWED.search(before) else "Plafond" if _CAPPED.search(before) else ""
    )
    return typeset(f"{capital(what)} : {text[:1].lower()}{text[1:]}" if what else capital(text))


def short_region(region: str) -> str:
    """A region's name as people say it: the short form where the official one carries it in brackets."""
    name = REGIONS.get(region, region)
    return name.rpartition("(")[2].rstrip(")") if name.endswith(")") else name


def change_entry(change: Change, publishers: Mapping[str, str]) -> ChangeEntry:
    """A change with its reasons, and both versions of its first passages."""
    edits = [edit for edit in change.edits if edit.before or edit.after]
    return ChangeEntry(
        id=change.id,
        title=typeset(clean(change.title, TITLE)),
        url=change.url,
        publisher=clean(publishers.get(change.source_id, ""), NAME),
        day=long_date(change.detected_at),
        kind=_KINDS.get(change.event, f"Modification {change.significance.value}"),
        significance=change.significance.value,
        substantive=change.significance is Significance.SUBSTANTIVE,
        reasons=tuple(typeset(clean(reason, 200)) for reason in change.reasons[:MAX_REASONS]),
        passages=tuple(passage(edit, change.title) for edit in edits[:MAX_PASSAGES]),
        more=max(0, len(edits) - MAX_PASSAGES),
    )


def due_of_change(change: Change, publishers: Mapping[str, str], due: date, today: date) -> DueLine:
    """The deadline of a change: a registration that ends, a date that a reference gained or moved."""
    said = next((reason for reason in change.reasons if reason.startswith("échéance")), "")
    note = "Fin de l’enregistrement au registre" if change.event in {"expiring", "expired"} else capital(said)
    return DueLine(
        id=f"{OF_CHANGE}{change.id}",
        due=due,
        day=long_date(due),
        month=_month(due, today),
        left=days_left(due, today),
        title=typeset(clean(change.title, TITLE)),
        note=typeset(clean(note, 200)),
        url=change.url,
        publisher=clean(publishers.get(change.source_id, ""), NAME),
        role="validite",
        urgent=(due - today).days <= URGENT,
        soon=(due - today).days <= URGENT,
    )


def due_line(deadline: Deadline, publishers: Mapping[str, str], today: date) -> DueLine:
    """An entry of the calendar."""
    named = dict.fromkeys(publishers.get(source, source) for source in deadline.source_ids)
    title, quote = clean(deadline.title, TITLE), clean(deadline.quote, 200)
    return DueLine(
        id=deadline.uid,
        due=deadline.due,
        day=long_date(deadline.due),
        month=_month(deadline.due, today),
        left=days_left(deadline.due, today),
        title=typeset(title),
        quote=typeset(nested(quote)) if quote not in title else "",
        url=deadline.url,
        publisher=clean(joined(list(named)[:3]), 80),
        moved=_moved(deadline),
        previous=deadline.previous,
        role=deadline.role,
        sequence=deadline.sequence,
        urgent=(deadline.due - today).days <= URGENT,
        soon=(deadline.due - today).days <= SOON,
    )


def _moved(deadline: Deadline) -> str:
    if deadline.previous is None or deadline.previous == deadline.due:
        return ""
    step = "reportée" if deadline.previous < deadline.due else "avancée"
    return typeset(f"{step}, avant : {long_date(deadline.previous)}")


def _month(due: date, today: date) -> str:
    """The month for the tile of a deadline; with the year when it is another one. It may break between the two."""
    month = SHORT_MONTHS[due.month - 1]
    return month if due.year == today.year else f"{month} {due.year}"


def sureness(relevance: float) -> str:
    """How sure the classifier is that a doubtful story belongs here."""
    return f"Pertinence estimée à {grouped(round(100 * relevance))}{NBSP}% : à juger"
