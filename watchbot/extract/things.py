"""Things counted that no list names: a number before any plural noun ("sept personnalités", "112 salles obscures")."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

from watchbot.extract.counted import NOUNS
from watchbot.extract.folding import Passage
from watchbot.extract.numbers import DIGITS, FREE_DIGITS, WORDS, parse_number

# A sentence with more is a table: what follows is left out.
MOST = 60
_ADJECTIVE = r"(?:(?:nouveaux|nouvelles|grands|grandes|principaux|principales|petits|petites|autres|seuls|seules|jeunes|longs|longues|courts|courtes|bons|bonnes|gros|grosses|vrais|vraies|premiers|premieres|derniers|dernieres|prochains|prochaines|differents|differentes|anciens|anciennes|hauts|hautes|beaux|belles|meilleurs|meilleures) )?"
_THING = re.compile(
    rf"(?P<low>{FREE_DIGITS}|{WORDS})(?:(?P<sep> a | ?- ?| ou )(?P<high>{DIGITS}|{WORDS}))? {_ADJECTIVE}(?P<noun>(?:[a-zœæ]{{2,20}}-){{0,2}}[a-zœæ]{{3,24}}[sx])(?![\w'-])"
)
# Measures of time, length, weight, energy, money and sheer quantity; words that end like a plural and are none.
_NO_THING_WORDS = """
jours mois ans annees semaines heures minutes secondes siecles trimestres semestres decennies fois metres kilometres
centimetres millimetres hectares grammes kilos kilogrammes tonnes litres degres watts kilowatts megawatts volts
amperes lumens decibels pouces octets bits pixels euros centimes dollars livres francs cents milliers millions
milliards pourcents pour-cents quarts tiers dixiemes centiemes images dizaines centaines plus moins pas sans dans sous
vers mais puis lors tres alors depuis toujours jamais apres pres des les ses nos vos leurs aux eux elles ils nous vous
dont trois six dix deux inclus maximum compris exclus environs autres suivants suivantes premiers premieres derniers
dernieres prochains prochaines precedents jusqu ainsi hours days weeks months years minutes seconds times miles tons
grams metres kilometers was has this its his is as us yes less across lies tenus ouvres optionnels optionnelles obligatoires facultatifs facultatives ouvrables calendaires
consecutifs consecutives brutes bruts nets nettes hors toutes tous
"""
_NO_THING = frozenset(_NO_THING_WORDS.split())
# A number that names ("article 3", "saison 2", "bac + 3") counts nothing.
_NAMING = re.compile(
    r"(?:\b(?:n ?°|numeros?|articles?|art\.|annexes?|pages?|p\.|chapitres?|sections?|versions?|saisons?|episodes?|lots?|phases?|axes?|criteres?|questions?|actions?|mesures?|niveaux?|volets?"
    r"|titres?|parties?|fiches?|figures?|tableaux?|tableau|etapes?|zones?|studio|salle|batiment|hall|stand|quai|ligne|tome|volume|acte|bloc|blocs|module|option|engagement|france|canal|radio|air|nsf|code|annee|horizon|avenant)"
    r"|\bbac ?\+|[«\"“(] ?|\+|/|-|=|\bx) ?\Z"
)
_KNOWN = re.compile(r"\b(?:les|ces|ses|nos|vos|leurs|aux|des|entre) \Z")


# "Le nombre de stagiaires est limité à 10", "Nombre de places : 12".
_NUMBER_OF = re.compile(
    r"\bnombre (?P<most>maximal |maximum |minimal |minimum |total |limite )?(?:de |d')(?P<noun>[a-zœæ]{3,24}[sx])\b(?P<verb>[^.;:,\d\0]{0,40}?(?: est| sera| reste)? ?(?:limite a|fixe a|porte a|plafonne a|passe a|ramene a|releve a|est de|:) ?)(?P<low>\d{1,6})(?![\d/%€-]|[.,]\d| ?%)"
)


@dataclass(frozen=True, slots=True)
class Thing:
    """What is counted, with its place in the folded sentence; `noun` as the text spells it."""

    start: int
    end: int
    low: Decimal
    high: Decimal | None
    noun: str
    role: str = ""


def things(passage: Passage) -> Iterator[Thing]:
    """Whatever stands in the plural after a number, in what the surer rules left."""
    for match in _NUMBER_OF.finditer(passage.rest):
        noun = passage.original(match.start("noun"), match.end("noun")).lower()
        most = (match["most"] or "").startswith("max") or "limite a" in match["verb"] or "plafonne" in match["verb"]
        yield Thing(match.start("low"), match.end("low"), Decimal(match["low"]), None, noun, "maximum" if most else "")
    for match in islice(_THING.finditer(passage.rest), MOST):
        low = parse_number(match["low"])
        high = parse_number(match["high"]) if match["high"] else None
        if (
            low is None
            or low < 2
            or low != low.to_integral_value()
            or (match["high"] and (high is None or high <= low))
        ):
            continue
        year = match["low"][0].isdigit() and " " not in match["low"] and 1900 <= low <= 2060
        before = passage.folded[max(0, match.start() - 16) : match.start()]
        # "les deux parties": both, and no number that could be another.
        known = low == 2 and _KNOWN.search(before) is not None
        if match["noun"] in _NO_THING or match["noun"] in NOUNS or year or known or _NAMING.search(before):
            continue
        noun = passage.original(match.start("noun"), match.end("noun"))
        if not noun[0].isupper():
            yield Thing(*match.span(), low, high, noun.lower())
