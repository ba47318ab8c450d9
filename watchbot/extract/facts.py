"""Facts that people act on, with their place in the text. Pure; linear in the length of the text."""

from __future__ import annotations

from datetime import date

from watchbot.extract.amounts import amounts, counts, thresholds
from watchbot.extract.dates import dates
from watchbot.extract.folding import Passage
from watchbot.extract.obligations import obligations
from watchbot.extract.references import references
from watchbot.extract.sentences import sentence_spans
from watchbot.extract.traps import claim_traps
from watchbot.model import Fact

# Beyond this a text is no item and no reference but a dump; what comes first is what counts.
MAX_CHARACTERS = 1_000_000


def extract_facts(text: str, reference: date | None = None) -> tuple[Fact, ...]:
    """Every fact of a text, in order of place.

    Args:
        text: plain text, any language; French and English are understood.
        reference: the day the text is from: it tells the year of days that are written without one.

    Returns:
        Facts whose `start` and `end` count characters: `text[start:end] == quote`. No two overlap, save that a legal
        reference or a register number keeps the dates and numbers within it to itself.
    """
    facts: list[Fact] = []
    for start, end in sentence_spans(text[:MAX_CHARACTERS]):
        passage = Passage(text[start:end], start)
        claim_traps(passage)
        found = references(passage)
        # Dates before amounts: the 15 of "15 janvier 2027, 28 000 €" belongs to its month.
        found += dates(passage, reference)
        found += amounts(passage)
        found += thresholds(passage)
        found += counts(passage)
        found += obligations(passage)
        facts += sorted(found, key=lambda fact: (fact.start, fact.end))
    return tuple(facts)
