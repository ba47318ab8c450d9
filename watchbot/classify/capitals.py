"""Titles in capitals, put in the case of a sentence: the encoders have learned from sentences."""

from __future__ import annotations

import re

# What share of capitals among its letters makes a line one in capitals.
MOSTLY = 0.7
_WORD = re.compile(r"[^\W_]+(?:[-’'][^\W_]+)*")
_CAPITAL = re.compile("[A-ZÀ-Þ]")
_JOINT = re.compile("([-’'])")
_ORDINAL = re.compile(r"\d+(?:ER|RE|ÈRE|ERE|E|ÈME|EME|ND|NDE|H\d*)")
# In a line that is all capitals, words of this length or less without a vowel are initials, as are words with a digit and these.
_INITIALS_LENGTH = 5
_VOWELS = frozenset("AEIOUYÀÂÄÆÉÈÊËÎÏÔÖŒÙÛÜ")
_ARTICLES = frozenset({"AU", "AUX", "DE", "DES", "DU", "EN", "ET", "LA", "LE", "LES", "AND", "THE", "UN", "UNE"})
_KNOWN = (
    "ACV ADEME AFDAS AFNOR ANR ARCEP ARCOM ARTE BAFTA CEA CEE CESE CICA CIO COP CSA DGA DRAC ESG ETI EU FEMIS IA IDF IFCIC INA IRA ISO OCDE "
    "OIT ONF ONU OPCO PACA PME RADI RAF RATP RGA RSE SACD SACEM SCAM SYNDEAC TPE UE UK UNESCO USA VAE"
)
_INITIALS = frozenset(_KNOWN.split())
_SENTENCE_START = re.compile(r"(?:^|[.!?…]\s+|[«“\"]\s*)[^\W\d_]")


def recased(text: str) -> str:
    """A text that is mostly capitals, in the case of a sentence; its initials stay. Any other text as it is."""
    # Most texts hold few capitals; the words of the others are counted.
    if len(_CAPITAL.findall(text)) * 3 < len(text):
        return text
    words = _WORD.findall(text)
    letters = [letter for word in words for letter in word if letter.isalpha()]
    if len(words) < 3 or sum(map(str.isupper, letters)) < MOSTLY * len(letters):
        return text
    # Short words without an article among them are a list of initials.
    if _ARTICLES.isdisjoint(words) and all(len(word) <= _INITIALS_LENGTH for word in words):
        return text
    lowered = _WORD.sub(lambda match: "".join(map(_lowered, _JOINT.split(match[0]))), text)
    return _SENTENCE_START.sub(lambda match: match[0][:-1] + match[0][-1].upper(), lowered)


def _lowered(word: str) -> str:
    if any(map(str.isdigit, word)):
        return word.lower() if _ORDINAL.fullmatch(word) else word
    initials = word in _INITIALS or (1 < len(word) <= _INITIALS_LENGTH and _VOWELS.isdisjoint(word))
    return word if initials else word.lower()
