"""Legal references, standards and register numbers, each with one canonical spelling.

Formats: NOR, JORF and ELI as Légifrance writes them (https://www.legifrance.gouv.fr/contenu/menu/autour-de-la-loi/technologies-juridiques/eli),
CELEX as EUR-Lex does (https://eur-lex.europa.eu/content/help/eurlex-content/celex-number.html), RNCP and RS numbers as
France compétences does. Canonical values: `décret 2025-500`, `arrêté 2024-05-03`, `directive 2022/2464`, `RGA, art. 122-18`,
`code du travail, art. L6113-5`, `ISO 20121`, `NOR MICK2418432S`, `RNCP37773`, `RS6456`, `Formacode 32008`, `ROME H1302`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from watchbot.extract.articles import article_facts
from watchbot.extract.folding import Passage
from watchbot.extract.spelled import FULL_DATE, MONTH_YEAR, iso_of_month_year, iso_of_spelled
from watchbot.model import Fact, FactKind

_NO = r"(?:n ?[°º] ?|no\.? |numeros? )"
_ACTS = {
    "loi": "loi", "ordonnance": "ordonnance", "decret": "décret", "arrete": "arrêté", "deliberation": "délibération",
    "decision": "décision", "circulaire": "circulaire", "instruction": "instruction", "avenant": "avenant", "accord": "accord", "convention": "convention",
}  # fmt: skip
_EU_ACTS = {
    "directive": "directive", "reglement": "règlement", "regulation": "règlement", "decision": "décision",
    "recommandation": "recommandation",
}  # fmt: skip
_NAMED = {
    "agec": "AGEC", "reen": "REEN", "climat et resilience": "Climat et résilience", "pacte": "Pacte", "rixain": "Rixain",
    "sapin 2": "Sapin 2", "sapin ii": "Sapin 2", "egalim": "Egalim", "avenir professionnel": "Avenir professionnel",
    "evin": "Evin", "toubon": "Toubon", "industrie verte": "Industrie verte", "csrd": "CSRD", "cs3d": "CS3D", "csddd": "CS3D",
    "sma": "SMA", "nfrd": "NFRD", "omnibus": "Omnibus", "stop the clock": "Stop the clock", "green claims": "Green Claims",
    "taxonomie": "Taxonomie", "taxonomy": "Taxonomie",
}  # fmt: skip
_ADJECTIVES = (
    r"(?: (?:organique|ministerielle?|interministerielle?|prefectorale?|municipale?|royale?|d'application|modificatif|modifie|rectificative|collectif|collective(?: nationale)?|nationale?|de branche"
    r"|europeenne|delegue|d'execution|delegated|implementing|du conseil d'administration|du cnc|cadre))?"
)
# Who made it, between an act and its date: "arrêté de la ministre de la culture en date du …".
_ISSUER = r"(?: (?:du|de la|de l'|des) ?(?:ministres?|prefete?s?|president\w*|conseil|commission|direct\w+|maire|parlement|gouvernement|region|cnc|centre|comite|assemblee|bureau|commissaire|premiere?)\b(?:,? [a-z'.-]+){0,14}?)"
_DATED = rf"(?:{_ISSUER}?,? (?:du|en date du|of) {FULL_DATE})"

_ACT = re.compile(
    rf"\b(?P<act>{'|'.join(_ACTS)})s?{_ADJECTIVES}"
    rf"(?: {_NO}?(?P<no>(?:19|20)?\d{{2}}-\d{{1,5}}|(?:19|20)\d\d/[a-z]{{1,4}}/\d{{1,4}})(?![\d/-])(?P<when>{_DATED})?"
    rf"|(?P<short> {_NO}\d{{1,4}})?(?P<dated>{_ISSUER}?,? (?:du|en date du) {FULL_DATE})"
    rf"|(?P<month> (?:de|d'|du mois de|du) ?{MONTH_YEAR}))"
)
_EU = re.compile(
    rf"\b(?P<act>{'|'.join(_EU_ACTS)})s?{_ADJECTIVES}(?: \((?:ue|eu|ce|cee|ec|ue, euratom)\))? ?{_NO}?"
    rf"(?P<no>\d{{2,4}}/\d{{1,5}})(?:/(?:ue|eu|cee|ce|ec))?(?![\d/])(?:{_DATED})?"
)
_EU_NEXT = re.compile(
    r"(?:, | et | and |, et )(?:la |le |the )?(?:\((?:ue|eu|ce|ec)\) )?(?P<no>(?:19|20)\d\d/\d{1,5})(?:/(?:ue|eu|cee|ce|ec))?(?![\d/])"
)
_NAME = re.compile(
    rf"\b(?P<act>loi|directive|reglement|regulation)s?(?: (?:europeenne|dite|\(ue\)|«|\"))*[ «\"']{{1,3}}(?P<name>{'|'.join(_NAMED)})\b"
)
_ENGLISH_NAME = re.compile(r"\b(?P<name>csrd|cs3d|csddd|green claims|omnibus|nfrd) directive\b")
_NOR = re.compile(r"\b(?:nor ?:? ?)?(?P<nor>[a-z]{4}\d{7}[a-z])\b")
_CELEX = re.compile(
    r"\bcelex(?: ?[:=] ?| (?:n ?[°º] ?)?|%3a)?(?P<any>[1-9]\d{4}[a-z]{1,2}\d{4})\b|\b(?P<act>3(?:19|20)\d\d[lrdh]\d{4})\b"
)
_ELI = re.compile(r"\beli/(?P<eli>[a-z_]{2,12}/\d{4}/[\w/.-]{1,80}[\w])")
_IDS = re.compile(r"\b(?P<id>(?:jorf|legi|kali|cnil|ceta)(?:text|arti|scta|cont)\d{12})\b")
_JORF = re.compile(
    rf"\b(?:jorf|journal officiel(?: de la republique francaise)?|(?:au |le )jo)(?: {_NO}?(?P<no>\d{{4}}))?"
    rf"(?: (?:du|de|of|,)(?: la| l'edition du)?)? ?(?P<when>{FULL_DATE})|\bjorf {_NO}(?P<alone>\d{{4}})\b"
)
_JOUE = re.compile(r"\b(?:jo(?:ue|ce)?|oj) (?P<series>[lc]) ?(?P<no>\d{1,4})\b")
_ISO = re.compile(
    r"\b(?P<before>norme?s? |standards? |certifie[es]{0,2} |certification |label )?(?:nf |en |bs |din |afnor )*"
    r"iso(?:/(?:cei|iec|ts|tr|pas))?[ -]?(?P<no>\d{3,5}(?:-\d{1,2})?)(?::(?:19|20)\d\d)?(?![\d%])"
)
_SPEC = re.compile(rf"\b(?:afnor )?spec(?: afnor)?[ -]{_NO}?(?P<no>2\d{{3}}|1\d{{3}})\b")
_NF = re.compile(r"\b(?P<mark>nf|bp|fd|xp) (?P<no>en \d{3,5}(?:-\d{1,2})?|[a-z] ?\d{2}-\d{3})\b")
_IDCC = re.compile(rf"\bidcc ?(?::|{_NO})? ?(?P<no>\d{{1,4}})\b")
_COM = re.compile(r"\bcom ?\((?P<year>(?:19|20)\d\d)\) ?(?P<no>\d{1,4})\b")

_RNCP = re.compile(rf"\b(?:fiches? )?rncp(?: ?(?:{_NO}|[:/-]))? ?(?P<no>\d{{2,5}})(?P<block>bc\d{{1,2}})?\b")
_RNCP_NEXT = re.compile(r"(?:, | et | ou )(?P<no>\d{5})(?![\d %€.,-]\d|\d| ?(?:€|euros|%))")
_RS = re.compile(
    rf"\b(?:(?P<cued>(?:fiches? rs(?: ?{_NO}| :)?|rs ?{_NO}|repertoire specifique ?(?:\(rs\) ?)?{_NO}(?:rs ?)?|recherche/rs/) ?)(?P<few>\d{{1,5}})"
    r"|rs ?(?:: ?)?(?P<no>\d{4,5}))(?![\d.,/-]\d|\d)"
)
_RECORD_URL = re.compile(r"\brecherche/(?P<register>rs|rncp)/(?P<no>\d{1,5})\b")
_FORMACODE = re.compile(
    rf"\bformacodes?(?: (?:principal|principaux|secondaires?|associes?|vises?))? ?(?:{_NO}|: ?)?(?P<list>\d{{5}}(?:(?:, | et | ou | / |/)\d{{5}}){{0,12}})"
)
_ROME = re.compile(
    rf"\b(?:(?:codes? )?rome(?: [a-z]{{3,12}}){{0,2}}|codes?) ?(?:{_NO}|: ?)?(?P<list>[a-n]\d{{4}}(?:(?:, | et | ou |/)[a-n]\d{{4}}){{0,12}})\b"
)

_BARE_ROME = re.compile(r"\b[a-n]\d{4}\b(?!-)")

# "ISO 800" is a film speed: a standard only where the words around it say so.
_FILM_SPEEDS = frozenset(
    [
        "100",
        "125",
        "160",
        "200",
        "250",
        "320",
        "400",
        "500",
        "640",
        "800",
        "1000",
        "1250",
        "1280",
        "1600",
        "2000",
        "2500",
        "3200",
        "4000",
        "5000",
        "6400",
        "12800",
        "25600",
        "51200",
    ]
)


def references(passage: Passage) -> list[Fact]:
    """Every legal reference and register number of a sentence; what they hold is claimed.

    A date, a year or a count within a reference is no fact of its own.
    """
    facts: list[Fact] = []
    for rule in (_exact, _registers, _acts, article_facts):
        found = sorted(rule(passage), key=lambda fact: fact[0])
        passage.claim_all([(start, end) for start, end, _, _, _ in found])
        facts.extend(
            passage.fact(kind, start, end, value=value, confidence=confidence)
            for start, end, kind, value, confidence in found
        )
    return facts


Reference = tuple[int, int, FactKind, str, float]


def _legal(match: re.Match[str], value: str, confidence: float = 1.0, start: int | None = None) -> Reference:
    return (match.start() if start is None else start), match.end(), FactKind.LEGAL_REFERENCE, value, confidence


def _exact(passage: Passage) -> Iterator[Reference]:
    """Identifiers that are what they look like."""
    text = passage.rest
    if "eli/" in text:
        yield from (_legal(m, f"eli/{m['eli']}") for m in _ELI.finditer(text))
    for match in _IDS.finditer(text):
        yield _legal(match, match["id"].upper())
    for match in _NOR.finditer(text):
        yield _legal(match, f"NOR {match['nor'].upper()}")
    for match in _CELEX.finditer(text):
        yield _legal(match, f"CELEX {(match['any'] or match['act']).upper()}")
    for match in _SPEC.finditer(text):
        yield _legal(match, f"AFNOR SPEC {match['no']}")
    if "iso" in text:
        yield from _iso(text)
    for match in _NF.finditer(text):
        yield _legal(match, f"{match['mark']} {match['no']}".upper())
    for match in _IDCC.finditer(text):
        yield _legal(match, f"IDCC {int(match['no'])}")
    for match in _COM.finditer(text):
        yield _legal(match, f"COM({match['year']}) {match['no']}")


def _iso(text: str) -> Iterator[Reference]:
    for match in _ISO.finditer(text):
        if match["no"] in _FILM_SPEEDS and not match["before"]:
            continue
        start = match.start() + len(match["before"] or "")
        yield _legal(match, f"ISO {match['no']}", start=start)


def _registers(passage: Passage) -> Iterator[Reference]:
    text = passage.rest
    kind = FactKind.REGISTER_NUMBER
    for match in _RECORD_URL.finditer(text):
        yield match.start(), match.end(), kind, f"{match['register'].upper()}{int(match['no'])}", 1.0
    for match in _RNCP.finditer(text):
        yield match.start(), match.end(), kind, f"RNCP{int(match['no'])}{(match['block'] or '').upper()}", 1.0
        following = _RNCP_NEXT.match(text, match.end())
        while following:
            yield following.start("no"), following.end("no"), kind, f"RNCP{int(following['no'])}", 0.8
            following = _RNCP_NEXT.match(text, following.end())
    for match in _RS.finditer(text):
        number = match["few"] or match["no"]
        spaced = not match["cued"] and not match[0].startswith(f"rs{number}")
        shown = passage.original(match.start(), match.start() + 2)
        if "recherche" in match[0] or (spaced and (shown != "RS" or number[:2] in {"19", "20"})):
            continue
        yield match.start(), match.end(), kind, f"RS{int(number)}", 1.0
    yield from _classified(text)


def _classified(text: str) -> Iterator[Reference]:
    """Codes of the Formacode thesaurus and of the ROME repertory."""
    for match in _FORMACODE.finditer(text):
        yield from _codes(match, "Formacode", r"\d{5}")
    named: set[int] = set()
    for match in _ROME.finditer(text):
        yield from _codes(match, "ROME", r"[a-n]\d{4}")
        named.update(range(*match.span()))
    if "rome" in text:  # "Métiers visés (ROME) : L1401, L1501"
        for match in _BARE_ROME.finditer(text):
            if match.start() not in named:
                yield match.start(), match.end(), FactKind.REGISTER_NUMBER, f"ROME {match[0].upper()}", 0.9


def _codes(match: re.Match[str], name: str, shape: str) -> Iterator[Reference]:
    """Each code of a list; the first one's quote has the word before it."""
    for n, code in enumerate(re.finditer(shape, match["list"])):
        start = match.start() if n == 0 else match.start("list") + code.start()
        yield start, match.start("list") + code.end(), FactKind.REGISTER_NUMBER, f"{name} {code[0].upper()}", 1.0


def _acts(passage: Passage) -> Iterator[Reference]:
    """Acts by number, date or name, of France and of the Union."""
    text = passage.rest
    taken: set[int] = set()
    for match in _EU.finditer(text):
        taken.add(match.start())
        act = _EU_ACTS[match["act"]]
        yield _legal(match, f"{act} {match['no']}")
        following = _EU_NEXT.match(text, match.end())
        while following:
            yield _legal(following, f"{act} {following['no']}", start=following.start("no"))
            following = _EU_NEXT.match(text, following.end())
    for match in _ACT.finditer(text):
        if match.start() in taken:
            continue
        identity, confidence = _identity(match)
        if identity:
            yield _legal(match, f"{_ACTS[match['act']]} {identity}", confidence)
    for match in _NAME.finditer(text):
        act = _EU_ACTS.get(match["act"], match["act"])
        yield _legal(match, f"{act} {_NAMED[match['name']]}", 0.9)
    for match in _ENGLISH_NAME.finditer(text):
        yield _legal(match, f"directive {_NAMED[match['name']]}", 0.9)
    for match in _JORF.finditer(text):
        when = iso_of_spelled(match["when"]) if match["when"] else None
        yield _legal(match, f"JORF {when or match['no'] or match['alone']}")
    for match in _JOUE.finditer(text):
        yield _legal(match, f"JOUE {match['series'].upper()} {match['no']}", 0.9)


def _identity(match: re.Match[str]) -> tuple[str | None, float]:
    """The number of an act, else its date, else its month."""
    if match["no"]:
        return match["no"].upper(), 1.0
    if match["dated"]:
        return iso_of_spelled(match["dated"]), 0.95
    if match["act"] in {"accord", "decision", "instruction", "avenant", "convention"}:
        return None, 0.0
    return iso_of_month_year(match["month"]), 0.8
