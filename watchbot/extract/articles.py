"""Articles of codes and rules: "article 122-18 du RGA", "articles L. 6113-5 et R. 6113-9 du code du travail", "C. trav., art. L. 6113-5"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from watchbot.extract.folding import Passage
from watchbot.model import FactKind

_CODES = {
    "code du travail": "code du travail", "c. trav.": "code du travail", "c.trav.": "code du travail",
    "code de l'environnement": "code de l’environnement", "c. env.": "code de l’environnement",
    "code du cinema et de l'image animee": "code du cinéma et de l’image animée", "code du cinema": "code du cinéma et de l’image animée",
    "code general des impots": "code général des impôts", "cgi": "code général des impôts",
    "code de commerce": "code de commerce", "c. com.": "code de commerce",
    "code civil": "code civil", "code penal": "code pénal", "code de la propriete intellectuelle": "code de la propriété intellectuelle",
    "code de l'education": "code de l’éducation", "code de la commande publique": "code de la commande publique",
    "code de la consommation": "code de la consommation", "code de la securite sociale": "code de la sécurité sociale",
    "code general des collectivites territoriales": "code général des collectivités territoriales",
    "cgct": "code général des collectivités territoriales", "code du patrimoine": "code du patrimoine", "code de l'energie": "code de l’énergie",
    "code rural et de la peche maritime": "code rural et de la pêche maritime", "code rural": "code rural et de la pêche maritime",
    "code forestier": "code forestier", "code de l'urbanisme": "code de l’urbanisme", "code de la route": "code de la route",
    "code de la sante publique": "code de la santé publique", "code monetaire et financier": "code monétaire et financier",
    "code du sport": "code du sport", "code des transports": "code des transports", "code de la recherche": "code de la recherche",
    "code de l'action sociale et des familles": "code de l’action sociale et des familles",
    "code de la construction et de l'habitation": "code de la construction et de l’habitation",
    "reglement general des aides financieres du centre national du cinema et de l'image animee": "RGA",
    "reglement general des aides financieres du cnc": "RGA", "reglement general des aides financieres": "RGA",
    "reglement general des aides du cnc": "RGA", "reglement general des aides": "RGA", "rga du cnc": "RGA", "rga": "RGA",
}  # fmt: skip
_CODE = "|".join(re.escape(name) for name in sorted(_CODES, key=lambda name: (-len(name), name)))
_NUMBER = r"(?:(?:l\.? ?o|[lrd]|a(?=\.))\.? ?\*? ?)?\d{1,4}(?:-\d{1,4}){0,4}(?:\.\d{1,2}(?!\d))?(?: ?(?:bis|ter|quater|quinquies|sexies|septies|octies|nonies|(?:un|duo|ter|quater|quin|sex|sept|octo|novo)?decies|(?:un|duo|ter)?vicies)\b(?: [a-h]\b)?)?(?:er\b)?|premier\b"
_JOIN = r"(?:, | et | a | ou |, et | and | to | & )"
_OF = rf"(?:,? (?:du|de la|de l'|de|des) ?| du nouveau | )?(?P<of>{_CODE})"
_BEFORE = rf"(?P<before>{_CODE})(?:,? (?:et )?(?:notamment|en particulier|et plus particulierement),? (?:en |dans )?(?:ses|les|son|l'|leurs?)? ?|,? en (?:ses|son) |[ ,(:]{{1,3}})"
_ARTICLE = re.compile(
    rf"\b(?:{_BEFORE})?(?P<word>articles?|art\.|arts\.) (?:n ?° ?)?(?P<list>(?:{_NUMBER})(?:{_JOIN}(?:{_NUMBER})){{0,12}})"
    rf"(?![\d%€]| ?(?:%|€|euros?|minutes?|pages?|ans)\b)(?: et suivants?)?(?:{_OF}(?!\w))?"
)
# Without the word: only a code's own numbering ("L. 6113-5 …", "122-18 du RGA").
_BARE = re.compile(
    rf"\b(?:{_BEFORE})?(?P<list>[lrd]\. ?\d{{3,4}}-\d{{1,3}}(?:-\d{{1,3}}){{0,3}}(?:{_JOIN}(?:[lrd]\. ?)?\d{{3,4}}-\d{{1,3}}(?:-\d{{1,3}}){{0,3}}){{0,12}})"
    rf"(?:{_OF}(?!\w))?|\b(?P<rga>\d{{3}}-\d{{1,3}}(?:{_JOIN}\d{{3}}-\d{{1,3}}){{0,6}}) du (?P<source>{_CODE})\b"
)
_EACH = re.compile(_NUMBER)


def article_facts(passage: Passage) -> Iterator[tuple[int, int, FactKind, str, float]]:
    """Start, end, kind, canonical value and confidence of each article cited in a sentence."""
    text = passage.rest
    if "art" in text:
        last = -1
        for match in _ARTICLE.finditer(text):
            last = match.end()
            source = _CODES.get(match["of"] or match["before"] or "", "")
            yield from _each(match, "list", source, 1.0 if source else 0.7)
        if last >= 0:
            text = _ARTICLE.sub(lambda match: chr(0) * len(match[0]), text)
    for match in _BARE.finditer(text):
        if match["rga"]:
            yield from _each(match, "rga", _CODES[match["source"]], 0.95)
        else:
            source = _CODES.get(match["of"] or match["before"] or "", "")
            yield from _each(match, "list", source, 1.0 if source else 0.85)


def _each(
    match: re.Match[str], group: str, source: str, confidence: float
) -> Iterator[tuple[int, int, FactKind, str, float]]:
    """One reference an article: alone it is quoted with its code, in a list the first has the word and the others stand bare."""
    numbers = list(_EACH.finditer(match[group]))
    base = match.start(group)
    for n, number in enumerate(numbers):
        start = match.start() if n == 0 else base + number.start()
        end = match.end() if len(numbers) == 1 else base + number.end()
        yield start, end, FactKind.LEGAL_REFERENCE, _value(number[0], source), confidence


def _value(number: str, source: str) -> str:
    number = number.replace("premier", "1").removesuffix("er") if number.endswith(("premier", "1er")) else number
    letter, digits, rest = re.fullmatch(
        r"([a-z]*)[. *]*(\d[\d.-]*)(.*)", number.replace("l. o", "lo").replace("l.o", "lo")
    ).groups()  # type: ignore[union-attr]
    suffix = f" {rest.strip()}" if rest.strip() else ""
    article = f"art. {letter.upper()}{digits}{suffix}"
    return f"{source}, {article}" if source else article
