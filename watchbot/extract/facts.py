"""The facts of a text that people act on: one pass over its sentences, each rule reading what those before it left.

Every rule works on one sentence of at most `sentences.LONGEST` characters with patterns of bounded repetition, so the
time is linear in the length of the text, whatever the text is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from watchbot.extract.amounts import amount_facts
from watchbot.extract.dates import date_facts
from watchbot.extract.folding import Passage
from watchbot.extract.numbers import NUMERAL_HINT
from watchbot.extract.obligations import obligation_facts
from watchbot.extract.references import references
from watchbot.extract.sentences import sentence_spans
from watchbot.extract.spelled import MONTHS
from watchbot.extract.thresholds import count_facts, threshold_facts
from watchbot.extract.traps import claim_traps
from watchbot.model import Fact

# A text with more is a table of figures or an attack: the first ones are kept.
MOST_FACTS = 20_000

_DIGIT = re.compile(r"\d")
# What may be a fact without any figure: a law by its name, a month, the end of something.
_NAMED = re.compile(
    rf"\b(?:loi|directive|reglement|regulation|fin|end|prochaine?|next|demain|tomorrow|une? (?:mois|an|annee|semaine|jour)|{'|'.join(MONTHS)})\b"
)


def extract_facts(text: str, reference: date | None = None) -> tuple[Fact, ...]:
    """Read the facts of a text, in the order of their place.

    Args:
        text: Plain text, French or English, of any length.
        reference: The day the text was written (published, or first seen): a date without a year is then given the year it
            means, and "fin du mois" its day. Without it such dates keep the form `--01-15` or a word.

    Returns:
        At most `MOST_FACTS` facts; for each, `text[start:end] == quote`.
    """
    facts: list[Fact] = []
    for start, end in sentence_spans(text):
        facts.extend(_sentence_facts(text[start:end], start, reference))
        if len(facts) >= MOST_FACTS:
            return tuple(facts[:MOST_FACTS])
    return tuple(facts)


def _sentence_facts(sentence: str, start: int, reference: date | None) -> list[Fact]:
    passage = Passage(sentence, start)
    facts = list(_figures(passage, reference))
    facts.extend(obligation_facts(passage))
    facts.sort(key=lambda fact: (fact.start, fact.end, fact.kind))
    return facts


def _figures(passage: Passage, reference: date | None) -> Iterator[Fact]:
    """Facts made of numbers, dates and names; the order of the rules is the order of their certainty."""
    text = passage.folded
    digits = _DIGIT.search(text) is not None
    numerals = NUMERAL_HINT.search(text) is not None
    if not digits and not numerals and _NAMED.search(text) is None:
        return
    yield from references(passage)
    if digits:
        claim_traps(passage)
    yield from date_facts(passage, reference)
    if digits or numerals or "euro" in text:
        yield from amount_facts(passage)
        yield from threshold_facts(passage)
        yield from count_facts(passage)
