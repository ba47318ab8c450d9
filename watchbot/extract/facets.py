"""Facets of an item beside its topics: region, kinds of production, phases. By rules over folded text; pure."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

from watchbot.extract.folding import fold
from watchbot.extract.gazetteer import PLACED, SURE

# A title says more than a summary, a summary more than a body.
_WEIGHTS = (4, 2, 1)
_BODY = 4_000

# Names that hold a place without being about it: festivals, institutions' seats, elements, meals.
_NOT_PLACES = re.compile(
    r"\bfestival (?:international )?(?:du film )?(?:de |d')(?:cannes|annecy|deauville|angouleme|clermont-ferrand|la rochelle|avignon)|festival lumiere|cannes lions|\bcop ?\d\d|accords? de paris|comte de nice"
    r"|sauce bearnaise|moutarde de dijon|universite de lorraine|traite de nice|universite laval|new orleans|nouvelle-orleans|place vendome|place des vosges|ecole de nancy|quiche lorraine|rue de [a-z-]+|place de [a-z-]+|gare de [a-z-]+"
)
# Places are written with a capital; a meeting, a nice shot, valves and liqueurs are not.
_COMMON = re.compile(r"\b[Ll]a réunion\b|\b(?:nice|angers|vannes|chartreuse|calvados|valence|pau|laval)\b")
_GRAND_EST = re.compile(r"\bGrand Est\b")
# Without their hyphen these are common words.
_HYPHENED = frozenset({"grand-est", "basse-terre"})
_PRODUCTIONS = {
    "fiction": r"fictions?|longs?[- ]metrages?|courts?[- ]metrages?|series? (?:tele|quotidienne|de fiction)|feuilletons?|telefilms?|prises? de vues? reelles?|films? de cinema|feature films?|scripted|drama",
    "documentaire": r"documentaires?|documentar(?:y|ies)|docu-?series?|unscripted",
    "flux": r"emissions? (?:de )?(?:plateau|flux|television|divertissement)|programmes? de flux|flux|divertissements?|jeux televises?|magazines? televises?|journal televise|talk-?shows?|entertainment shows?",
    "publicite": r"publicites?|publicitaires?|films? de marque|spots?|advertis(?:ing|ements?)|commercials|clips?",
    "animation": r"films? d'animation|series? d'animation|studios? d'animation|animation|anime|radi-raf|carbulator",
    "jeu-video": r"jeux? ?-?videos?|video ?games?|studios? de jeux?|gaming|game studios?",
}
_PHASES = {
    "preparation": r"preparation|preproduction|pre-production|reperages?|ecriture|scenario|developpement|bilans? (?:carbones? )?previsionnels?|scouting",
    "tournage": r"tournages?|plateaux?(?: de tournage)?|regie|decors?|costumes?|cantine|groupes? electrogenes?|on set|shoots?|shooting|filming|loges?|cascad(?:es?|eurs?)",
    "post-production": r"post-?production|postproduction|montage|etalonnage|mixage|vfx|effets visuels|rendu|render(?:ing)?|post-prod",
    "diffusion": r"diffusion|diffuseurs?|streaming|exploitation|salles? de cinema|exploitants?|distribution|distributeurs?|broadcast(?:ers?|ing)?|plateformes?|vod|svod|cinemas",
}


def facets(
    title: str, summary: str = "", body: str = "", source_region: str | None = None
) -> tuple[str | None, tuple[str, ...], tuple[str, ...]]:
    """Region id, ids of kinds of production, ids of phases.

    A region named in the text goes before the source's own; with several regions named, the one named most and first,
    unless they are many: then the item is of no region.
    """
    parts = [fold(_GRAND_EST.sub("Grand-Est", _COMMON.sub(" ", text)))[0] for text in (title, summary, body[:_BODY])]
    return _region(parts) or source_region, _kinds(parts, "productions"), _kinds(parts, "phases")


def _region(parts: list[str]) -> str | None:
    counts: Counter[str] = Counter()
    for part, weight in zip(parts, _WEIGHTS, strict=True):
        text = _NOT_PLACES.sub(" ", part)
        for match in _places().finditer(text):
            counts[match.lastgroup.replace("_", "-").removesuffix("-placed") if match.lastgroup else ""] += weight
    if not counts:
        return None
    ranked = counts.most_common()
    if len(ranked) > 3 and ranked[0][1] < 2 * ranked[1][1]:
        return None
    return ranked[0][0]


def _kinds(parts: list[str], which: str) -> tuple[str, ...]:
    """What the title or the summary names, or the body names at least twice."""
    found = []
    for kind, rule in _rules(which).items():
        if rule.search(parts[0]) or rule.search(parts[1]) or len(rule.findall(parts[2])) > 1:
            found.append(kind)
    if (
        "animation" in found
        and which == "productions"
        and re.search(
            r"\banimation(?:s)? (?:commerciales?|municipales?|sportives?|culturelles?|socio|de quartier|du patrimoine)",
            " ".join(parts),
        )
    ):
        found.remove("animation")
    return tuple(found)


@lru_cache(maxsize=1)
def _places() -> re.Pattern[str]:
    names = [f"(?P<{region.replace('-', '_')}>{_longest_first(words)})" for region, words in SURE.items()]
    placed = [
        rf"(?P<{region.replace('-', '_')}_placed>(?:(?:dans|departements?|conseil departemental|region|prefet|prefecture) (?:de |du |des )?(?:la |le |l'|les )?)(?:{_longest_first(words)}))"
        for region, words in PLACED.items()
    ]
    return re.compile(rf"(?<![\w-])(?:{'|'.join([*placed, *names])})(?![\w-])")


def _longest_first(words: str) -> str:
    """The names as a pattern, longest first; hyphens are often left out ("Seine Saint Denis")."""
    names = sorted(words.split("|"), key=lambda word: (-len(word), word))
    return "|".join(re.escape(name) if name in _HYPHENED else re.escape(name).replace(r"\-", "[ -]") for name in names)


@lru_cache(maxsize=2)
def _rules(which: str) -> dict[str, re.Pattern[str]]:
    table = _PRODUCTIONS if which == "productions" else _PHASES
    return {kind: re.compile(rf"(?<![\w-])(?:{rule})(?![\w-])") for kind, rule in table.items()}
