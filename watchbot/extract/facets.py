"""Facets of an item beside its topics: region, kinds of production, phases. By gazetteer and rules; pure."""

from __future__ import annotations

import re

from watchbot.extract.folding import fold
from watchbot.extract.places import region_in_name, region_of

_BODY = 4_000

_SERIES = r"series?(?! (?:d'animation|animees?|documentaires?|d[e'] ?(?!fiction)|of|limitee))"
_LENGTH = r"(?:longs?|courts?|moyens?)[- ]metrages?(?! (?:d'animation|documentaires?|animes?))"
_PRODUCTIONS = {
    "fiction": rf"fictions?|{_SERIES}|{_LENGTH}|feuilletons?|telefilms?|quotidiennes? de|prises? de vues? reelles?|films? de cinema|comedies?|thrillers?|polars?|feature films?|live[- ]action|(?<!un)scripted|dramas?|sitcoms?",
    "documentaire": r"documentaires?|documentaristes?|documentar(?:y|ies)|docu-?series?|docu-?fictions?",
    "flux": r"emissions? (?:de (?:plateau|flux|television|divertissement)|televisees?)|programmes? de (?:flux|plateau)|production(?:s)? de flux|(?:le|en|fiction,|flux,|et|ou|du) flux(?= (?:tele|tv|audiovisuel|et|ou)|,|\.|$| :)|divertissements?|jeux televises?|magazines? televises?|journa(?:l|ux) televises?|tele-?realite|talk-?shows?|unscripted|entertainment shows?|reality (?:tv|shows?)|plateaux? tele",
    "publicite": r"publicites?|publicitaires?|films? de marque|spots?|advertis(?:ing|ements?)|commercials|commercial shoots?|clips? (?:musicaux|video)",
    "animation": r"(?:films?|series?|studios?|metrages?|cinema|filieres?|secteurs?|œuvres?|oeuvres?|productions?|producteurs?|festival|marche|programmes?|techniciens|metiers|ecoles?) (?:\w+ ){0,2}?(?:d'animation|de l'animation)|dessins? animes?|series? animees?|films? animes?|animated|animation (?:studios?|films?|series|francaise|2d|3d)|radi-raf|carbulator"
    r"|animation(?! (?:du|de|des|d'|commerciale|municipale|sportive|culturelle|socio|musicale|pedagogique|territoriale))",
    "jeu-video": r"jeux? ?-?videos?|video ?games?|studios? de jeux?|gaming|game (?:studios?|developers?|industry)|e-?sport",
}
_PHASES = {
    "preparation": r"(?:en |la |de |phase de )?preparation(?! (?:aux?|a la|a l')\b)|pre-?production|pre-?prod|reperages?|scenarios?|scenaristes?|ecritures?|aides? (?:selective )?au developpement|developpement (?:de (?:series?|films?|projets?|longs?|courts?|documentaires?)|d'un|d'une)|bilans? (?:carbones? )?previsionnels?|castings?|depouillement|scouting",
    "tournage": r"tournages?|plateaux?(?! repas| tele| technique| de fruits)|tourner(?! la page| en rond|a\b)|tournee?s? (?:a|en|au|aux|dans|sans|avec|sur|avant)|tournent? (?:a|en|au|aux|dans|sans|avec|sur)|prises? de vues?(?! reelles?| en studio d'animation)|regies?|regisseurs?|decors?|costumes?|cantines?|groupes? electrogenes?|on[- ]set|shoots?|shooting|filming|film sets?|loges?|cascad(?:es?|eurs?)",
    "post-production": r"post-?productions?|post-?prod|montages?(?! (?:financiers?|juridiques?|de (?:dossiers?|projets?)|d'|des? decors?))|etalonnages?|mixages?|vfx|effets visuels|effets speciaux|(?:fermes?|temps|calculs?|nuit) de rendus?|(?:le|les|ses|leurs|des|en) rendus?(?! publics?)|render(?:ing| farms?)|visual effects|bruitage",
    "diffusion": r"diffuseurs?|diffusion(?! d(?:e|es|'|u) (?:bonnes?|la culture|l'information|savoirs?|connaissances?|pratiques?|guides?|outils?))(?= (?:tv|televis|en ligne|numerique|audiovisuelle|video|hertzienne|sur|des programmes|des films|d'œuvres|des œuvres)|[,.:;]|$| et)|streaming|streamers?|exploitants?|salles? (?:de cinema|obscures?|art et essai)|exploitation (?:cinematographique|en salles?|des salles)|distribut(?:ion(?! des? roles?| d'eau)|eurs?|or|ors)|broadcast(?:ers?|ing)?|plateformes? (?:de (?:streaming|svod|video|videos)|video|svod|audiovisuelles?)|des plateformes|vod|svod|cinemas? (?:verts?|art et essai)|theaters|cinema operators",
}
_RULES = {
    "productions": {kind: re.compile(rf"(?<![\w-])(?:{rule})(?![\w-])") for kind, rule in _PRODUCTIONS.items()},
    "phases": {phase: re.compile(rf"(?<![\w-])(?:{rule})(?![\w-])") for phase, rule in _PHASES.items()},
}


def facets(
    title: str, summary: str = "", body: str = "", source_region: str | None = None, publisher: str = ""
) -> tuple[str | None, tuple[str, ...], tuple[str, ...]]:
    """Region id, ids of kinds of production, ids of phases.

    Args:
        title: The item's title; names in it weigh most.
        summary: Its summary.
        body: Its text, of which the beginning is read.
        source_region: The region of its source, which holds unless title or summary name another one.
        publisher: The publisher's name, which may be that of a region's fund.
    """
    parts = (title, summary, body[:_BODY])
    region = region_of(parts, source_region or region_in_name(publisher))
    folded = tuple(fold(part)[0] for part in parts)
    return region, _named(folded, "productions"), _named(folded, "phases")


def _named(parts: tuple[str, ...], which: str) -> tuple[str, ...]:
    """What the title or the summary names, or the body names at least twice."""
    title, summary, body = parts
    return tuple(
        name
        for name, rule in _RULES[which].items()
        if rule.search(title) or rule.search(summary) or len(rule.findall(body)) > 1
    )
