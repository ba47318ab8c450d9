"""Which region a text is about: names weighed by how surely they mean a place and by where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from watchbot.extract import gazetteer
from watchbot.extract.folding import Passage, fold

# What a name is worth: the region or its fund, a department or park, a town, a demonym.
_REGION, _DEPARTMENT, _TOWN, _DEMONYM = 3, 2, 1, 1
# A title says more than a summary, a summary more than a body.
_WEIGHTS = (6, 3, 1)
# What bears the name of a place and is elsewhere: streets, stations, universities, dishes, towns of the new world.
_BORROWED = re.compile(
    r"\b(?:rue|place|gare|porte|quai|canal|cours|avenue|boulevard|station|universite|ecole|traite|accords?|comte|duc|comtesse|moutarde|quiche|sauce|vins?|cidre|beurre|saucisse|saucisson|savon"
    r"|festivals?(?: \w+){0,4}|new|grande|film fund|petite) (?:de |du |de la |des |d'|l')?\Z"
)
# Before a surname: a capitalised word that no place is called by.
_FIRST_NAME = re.compile(
    r"(?!(?:Ville|Région|Métropole|Studios?|Grand|Saint|Gare|Parc|Pays|Théâtre|Université|Opéra|Cinéma)\b)\b[A-ZÀ-Ý][a-zà-ÿ-]{2,15} $"
)
# A text that names so many regions is about all of them.
MANY = 4

_PARIS = re.compile(
    r"\b(?:tourn\w+|plateaux?|studios?|shoots?|filming|equipes?|stationne\w*|prises? de vues?|decors?) (?:\w+ ){0,3}(?:a|dans|in|de) paris\b|\b(?:rues|quais|trottoirs|arrondissements|maire|toits) (?:de|a) paris\b|\bparis (?:interdit|autorise|impose|encadre|exige)\b"
    r"|(?:^|[.!?] )paris ?:|\bmission cinema paris\b"
)
_PLACE_BEFORE = (
    r"(?:\b(?:dans|sur)(?: tou[ts]?e?)? (?:le |la |les |l')|\ben |\b(?:departements?|conseil departemental|prefet|prefecture|prefete|region|territoires?|ile|parc|foret) (?:du |de la |de l'|des |de |d'|le |la )"
    r"|\b(?:a|de) la (?=reunion)|(?:^|[.!?] )(?:la |le |l'|les )(?!(?:nord|centre|somme|loire|champagne|manche)\b)|(?:^|[.!?] )(?=[a-z]+ :)|\b(?:le|du) (?=gard\b|gers\b|var\b|tarn\b)|\((?=[a-z]+\)))"
)


def region_of(parts: tuple[str, str, str], source_region: str | None) -> str | None:
    """The region that title, summary and body are about, or the source's own.

    A text of a regional source stays with its region unless its title or summary names another one, not merely a town.
    """
    context = fold(f"{parts[0]}\n{parts[1]}")[0]
    found = [(region, worth, part) for part, text in enumerate(parts) for region, worth in _named(text, context)]
    points: dict[str, int] = {}
    for region, worth, part in found:
        points[region] = points.get(region, 0) + worth * _WEIGHTS[part]
    if not points:
        return source_region
    if source_region is not None:
        firm = any(worth >= _DEPARTMENT and part < 2 for region, worth, part in found if region != source_region)
        if source_region in points or not firm:
            return source_region
    best, runner = [*sorted(points.values(), reverse=True), 0][:2]
    if len({region for region, worth, _ in found if worth >= _DEPARTMENT}) >= MANY and best < 2 * runner:
        return None
    # Of regions with equal points, the one named first.
    return next(region for region, _, _ in found if points[region] == best)


def region_in_name(name: str) -> str | None:
    """The region that the name of a publisher holds ("Pictanovo", "Film Paris Region"), or None."""
    return next((region for region, worth in _named(name, "") if worth >= _DEPARTMENT), None)


def _named(text: str, context: str) -> Iterator[tuple[str, int]]:
    """Each region that a text names, in its order, with what the name is worth."""
    passage = Passage(text)
    folded = passage.folded
    # In a text of capitals, capitals tell nothing.
    shouted = text.isupper()
    found: list[tuple[int, str, int]] = []
    for match in _names().finditer(folded):
        name = match[match.lastgroup or 0]
        region, worth = _meaning(str(match.lastgroup), name)
        capital = shouted or passage.original(match.start(), match.start() + 1).isupper()
        # "En" before the name of a region leaves no doubt, however it is written.
        plain = match.lastgroup == "region" and folded[: match.start()].endswith((" en ", "\nen "))
        if match.lastgroup != "demonym" and not capital and not plain:
            continue
        if not _is_there(name, passage, match.start(), context):
            continue
        if name.startswith("grand est") and not shouted and passage.original(*match.span("region"))[6:7].islower():
            continue
        found.append((match.start(), region, worth))
    for match in _placed().finditer(folded):
        name = match["name"]
        if (shouted or passage.original(match.start("name"), match.start("name") + 1).isupper()) and _is_there(
            name, passage, match.start("name"), context
        ):
            found.append((match.start("name"), _index(gazetteer.PLACED)[name], _DEPARTMENT))
    found.extend((match.start(), "ile-de-france", _DEPARTMENT) for match in _PARIS.finditer(folded))
    for _, region, worth in sorted(found):
        yield region, worth


def _is_there(name: str, passage: Passage, start: int, context: str) -> bool:
    """Whether nothing about the name says that it stands for something else: a street, a festival, a wine, a person."""
    if _BORROWED.search(passage.folded, max(0, start - 24), start):
        return False
    if name in gazetteer.SURNAMES and _FIRST_NAME.search(passage.original(max(0, start - 20), start)):
        return False
    needed = gazetteer.ONLY_WITH.get(name)
    if needed is not None and re.search(needed, context) is None:
        return False
    elsewhere = gazetteer.ELSEWHERE.get(name)
    return elsewhere is None or re.search(elsewhere, context) is None


def _meaning(group: str, name: str) -> tuple[str, int]:
    name = name.replace("-", " ") if group != "demonym" else name
    if group == "region":
        return _index(gazetteer.REGION_NAMES)[name], _REGION
    if group == "department":
        return _index(gazetteer.DEPARTMENTS)[name], _DEPARTMENT
    if group == "town":
        return _index(gazetteer.TOWNS)[name], _TOWN
    return next(region for region, rule in _demonyms() if rule.fullmatch(name)), _DEMONYM


@lru_cache(maxsize=1)
def _names() -> re.Pattern[str]:
    groups = {"region": gazetteer.REGION_NAMES, "department": gazetteer.DEPARTMENTS, "town": gazetteer.TOWNS}
    rules = [f"(?P<{group}>{_alternatives(names)})" for group, names in groups.items()]
    demonyms = "|".join(gazetteer.DEMONYMS.values())
    return re.compile(rf"(?<![\w-])(?:{'|'.join(rules)}|(?P<demonym>{demonyms}))(?![\w-])")


@lru_cache(maxsize=1)
def _placed() -> re.Pattern[str]:
    return re.compile(rf"{_PLACE_BEFORE}(?P<name>{_alternatives(gazetteer.PLACED)})(?![\w-])")


@lru_cache(maxsize=1)
def _demonyms() -> list[tuple[str, re.Pattern[str]]]:
    return [(region, re.compile(rule)) for region, rule in gazetteer.DEMONYMS.items()]


@lru_cache(maxsize=8)
def _inverted(names: tuple[tuple[str, str], ...]) -> dict[str, str]:
    return {name.replace("-", " "): region for region, listed in names for name in listed.split("|")}


def _index(names: Mapping[str, str]) -> dict[str, str]:
    return _inverted(tuple(names.items()))


def _alternatives(names: Mapping[str, str]) -> str:
    every = [name for listed in names.values() for name in listed.split("|")]
    ordered = sorted(every, key=lambda name: (-len(name), name))
    # Hyphens are often left out ("Seine Saint Denis"); without its own, "grand est" is checked for its capitals.
    return "|".join(re.escape(name).replace(r"\-", "[ -]") for name in ordered)
