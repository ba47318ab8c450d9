"""What people call the topics, regions and kinds of production of a watch when they ask for them. Folded patterns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from watchbot.extract import gazetteer
from watchbot.model import REGIONS

# Words that ask for a topic as a whole. Names of one thing ("Label Ecoprod", "CSRD") are left to the ranking.
TOPIC_CUES: Mapping[str, str] = {
    "reglementation": r"reglementations?|reglementaires?|legislations?|legislati(?:f|ve)s?|lois?|decrets?|arretes?|directives?|obligations?|obligatoires?|normes? (?:legales?|juridiques?)|juridiques?|eco-?conditionnalites?|conditionnalites?|regulations?|laws?|legal|mandatory|compliance",
    "financements": r"aides?(?! (?:moi|nous|a (?:la decision|domicile)))|subventions?|financements?|financer|finance|bonus|eco-?bonus|primes?|fonds(?! (?:vert|documentaire|d'ecran|bleu))|soutiens? (?:financiers?|regiona(?:l|ux)|a la production)|appels? a projets?|aap|credits? d'impots?|prets?(?: verts?)|subsid(?:y|ies)|funding|funds?|grants?|bourses?",
    "referentiels": r"referentiels?|labels?|labellis\w{1,6}|normes?|normalisation|chartes?|standards?|labelled",
    "mesure": r"bilans? (?:carbone|prof?visionnels?|d'emissions|ges|previsionnels?)|empreintes?(?: carbones?)?|calculateurs?(?: carbones?)?|calculettes?(?: carbones?)?|comptabilite carbone|mesure (?:carbone|d'impact|d'empreinte|de l'(?:empreinte|impact))|facteurs? d'emissions?|analyses? de cycle de vie|carbon (?:footprints?|accounting|calculators?|reports?|reporting)|double bilan",
    "innovations": r"innovations?|innovante?s?|bonnes pratiques|eco-?gestes?|pratiques (?:de plateau|ecoresponsables|durables)|best practices",
    "numerique": r"numeriques?|sobriete numerique|intelligence artificielle|ia(?: generative)?|data ?centers?|centres? de donnees|streaming|vfx|effets visuels|artificial intelligence|generative ai|digital",
    "formation": r"formations?|se former|formateurs?|certifications(?: professionnelles?)?|certification professionnelle|cqp|vae|rncp|metiers emergents|e-?learning|moocs?|trainings?|courses?|diplomes?",
    "metiers": r"metiers?(?! emergents)|emplois?|recrut\w{1,7}|offres? d'emploi|fiches? de poste|salaires?|minima(?: salariaux| sociaux)?|remunerations?|conventions? collectives?|intermitten(?:ts?|tes?|ce)|jobs?|hiring|careers?|grilles? de salaires?",
    "social": r"parite|inclusion|inclusive?s?|diversite|handicaps?|vhss|vss|harcelements?|violences? (?:sexistes|sexuelles)(?: et sexuelles)?|egalite|qvt|qvct|qualite de vie|conditions de travail|sante au travail|diversity|harassment|gender|well-?being",
    "biodiversite": r"biodiversite|biodiversity|faune|flore|natura 2000|espaces? (?:naturels?|proteges?)|parcs? (?:nationa(?:l|ux)|naturels?(?: regiona(?:l|ux))?)|animaux|bien-etre animal|wildlife|protected areas?|animal welfare|reserves? naturelles?",
    "animation": r"animation|films? d'animation|dessins? animes?|jeux? ?-?videos?|video ?games?|gaming|animated",
    "evenements": r"evenements?|evenementiel|colloques?|webinaires?|webinars?|assises|conferences?|festivals?|tables? rondes?|rencontres|salons?|events?|journees d'etudes?|agenda",
    "international": r"internationa(?:l|le|ux|les)|international|europe|europeen(?:ne|s|nes)?|european|a l'etranger|etranger|etrangers|abroad|foreign",
}

# Of these, the words that mean the whole topic: who asks for "formations" is answered by all that is about training, who asks for a
# "bilan carbone" not by all that is measured.
WHOLE_TOPIC = re.compile(
    r"reglementations?|legislations?|aides?|subventions?|financements?|funding|grants?|labels|innovations?|numerique|digital|formations?|trainings?"
    r"|metiers?|emplois?|jobs?|biodiversite|biodiversity|animation|evenements?|events?|internationa(?:l|le|ux|les)|europe"
)

# "pour un documentaire", "film d'animation", "une série": the kind of what is produced.
PRODUCTION_CUES: Mapping[str, str] = {
    "documentaire": r"documentaires?|docus?|documentar(?:y|ies)",
    "fiction": r"(?:films? |series? |longs?[ -]metrages? |courts?[ -]metrages? |oeuvres? |œuvres? )?(?:de )?fictions?|series?(?! (?:d'animation|animees?|documentaires?|de |d'))(?: televisees?| tele| tv)?|telefilms?|(?:longs?|courts?)[ -]metrages?(?! (?:d'animation|documentaires?|animes?))|feature films?|prises? de vues? reelles?|live[ -]action|tv series",
    "flux": r"(?:emissions?|programmes?|productions?) (?:de )?(?:flux|plateau|divertissement)|(?:du|le|de) flux(?! (?:rss|atom|de))|emissions? (?:tele|tv|televisees?)|jeux televises?|tele-?realite|talk-?shows?|entertainment shows?",
    "publicite": r"publicites?|pubs?|films? publicitaires?|spots?(?: publicitaires?)?|publicitaires?|films? de marque|clips?|commercials?|advertising",
    "animation": r"(?:films?|series?|longs?[ -]metrages?|courts?[ -]metrages?|œuvres?|oeuvres?|productions?|projets?) (?:d'|de |en )?(?:animation|animee?s?)|dessins? animes?|animated (?:films?|series|features?)",
    "jeu-video": r"jeux? ?-?videos?|video ?games?",
}
# After these, a kind stands for the asker's own production; before them, it is the subject itself ("l'animation en crise").
FOR_PRODUCTION = r"(?:pour|for|sur|destine\w* (?:a|au|aux)|dans|en) (?:l'|la |le |les |un |une |des |du |de la |mon |ma |notre |nos |a |an |the |some )?(?:petite? |gros(?:se)? |prochaine? )?"

_MORE_REGIONS: Mapping[str, str] = {
    "auvergne-rhone-alpes": "aura",
    "bourgogne-franche-comte": "bfc",
    "hauts-de-france": "hdf|region nord|chti",
    "ile-de-france": "idf|ille de france|region ile de france|francilien|franciliens|francilienne|franciliennes",
    "sud": "region sud|la sud|le sud|sud-est|provence-alpes-cote d'azur|paca",
    "la-reunion": "a la reunion|ile de la reunion|region reunion|en reunion|reunion 974|974",
    "centre-val-de-loire": "region centre|centre val de loire",
    "pays-de-la-loire": "pays de loire|pdl",
}
OVERSEAS = (
    "guadeloupe", "guyane", "la-reunion", "martinique", "mayotte", "nouvelle-caledonie", "polynesie-francaise", "saint-barthelemy",
    "saint-martin", "saint-pierre-et-miquelon", "wallis-et-futuna",
)  # fmt: skip
OVERSEAS_CUE = r"outre-?mer|ultramarine?s?|drom(?:-com)?|dom(?:-tom)?"


@lru_cache(maxsize=1)
def plain_region_names() -> frozenset[str]:
    """The names that mean a region and nothing else, so that they say no more once it is a filter; funds and departments do."""
    names = {folded_name for region in REGIONS for folded_name in (region.replace("-", " "),)}
    for table in (gazetteer.REGION_NAMES, _MORE_REGIONS):
        for listed in table.values():
            names.update(name.replace("-", " ") for name in listed.split("|") if not _FUND.search(name))
    return frozenset(names)


_FUND = re.compile(r"film|cinema|images|ciclic|pictanovo|alca|plateforme|ville de|mairie|conseil|mission|office")


@lru_cache(maxsize=1)
def region_names() -> dict[str, str]:
    """Region ids by the folded names that mean them wherever they stand (hyphens as spaces)."""
    names: dict[str, str] = {}
    for table in (gazetteer.REGION_NAMES, gazetteer.DEPARTMENTS, _MORE_REGIONS):
        for region, listed in table.items():
            for name in listed.split("|"):
                names.setdefault(name.replace("-", " "), region)
    for name in ("provence", "en centre", "charente", "berry", "chartreuse", "bresse", "mont blanc", "ardennes"):
        names.pop(name, None)
    names.update({"provence": "sud", "ardennes": "grand-est", "charente": "nouvelle-aquitaine"})
    return names


@lru_cache(maxsize=1)
def town_names() -> dict[str, str]:
    """Region ids by the folded names of towns and of departments that are words too: after a sign of place alone."""
    names: dict[str, str] = {}
    for table in (gazetteer.TOWNS, gazetteer.PLACED):
        for region, listed in table.items():
            for name in listed.split("|"):
                names.setdefault(name.replace("-", " "), region)
    names.pop("centre", None)
    names["paris"] = "ile-de-france"
    return names


# Towns known first of all for a festival: named beside one, they are no place to shoot in.
FESTIVAL_TOWNS = frozenset({"cannes", "annecy", "angouleme", "clermont ferrand", "deauville", "la rochelle", "avignon"})
FESTIVAL_WORDS = re.compile(
    r"\bfestivals?\b|\bmarche\b|\bmifa\b|\bradi\b|\braf\b|\bprix\b|\bselections?\b|\b20\d\d\b|\bcompetitions?\b"
)

CHANGES = re.compile(
    r"\b(?:ce )?(?:qui |qu'est-ce qui |quoi |que |qu'est ce qui )?(?:a|ont|est|sont|vont|va|avait) (?:ete )?(?:change[rs]?|modifiee?s?|modifier|evoluee?s?|bouge[rs]?|revisee?s?)\b"
    r"|\bquoi a change\b|\bce qui change\b|\b(?:les |des |derniers? |dernieres? )*(?:changements?|modifications?|mises? a jour|revisions?)\b|\bchange(?:s|d)\b|\bwhat(?:'s| is| has)? changed\b|\bwhat did [a-z ]{2,30} change\b|\bchanges to\b|\bnouvelles? versions?\b|\bnew versions?\b"
)
DUE = re.compile(
    r"\b(?:(?:prochaines? |les |dernieres? )*echeances?|dates? (?:limites?|butoirs?|de cloture|de depot)|dead ?lines?|date limite|delais? de depot|depots? (?:de|des) (?:dossiers?|candidatures?)|deposer (?:un |mon |son |le |les |des )?(?:dossiers?|candidatures?)"
    r"|a deposer|(?:dossiers?|candidatures?|appels?) a (?:deposer|rendre|envoyer)|cloture(?:nt)?|se termine(?:nt)?|closing dates?|due dates?|expire(?:nt|s)?|valables? jusqu\w+)\b"
)
COMING = re.compile(r"\b(?:prochaine?s?|a venir|coming|upcoming|next|en cours|ouverte?s?|open)\b")
NEWEST = re.compile(
    r"\b(?:quoi de neuf|du neuf|des nouvelles|dernieres? (?:actus?|actualites?|nouvelles|news|infos?|informations?)|recent(?:e|s|es)?|recemment|nouveautes?|nouveaux?|nouvelles?|what'?s new|latest|news|newest|actus?|actualites?)\b"
)
_ABOUT = r"(?:chez|au|aux|a|du|de|des|d'|from|of|par|sur|dans)"
SOURCE_CUE = rf"(?:publiee?s? (?:par|chez|sur)|parue?s? (?:chez|dans|sur)|(?:la |les )?sources? ?:?(?: de| du)?|chez|selon|d'apres|site (?:de|du|d'|des)|(?:le|sur le) site|vue?s? (?:sur|chez)|annonce\w* par|posted by|published by|from|(?:quoi de neuf|du neuf|nouveautes?|actus?|actualites?|news|communiques?)(?: {_ABOUT})?|(?:des nouvelles|nouvelles|articles?|publications?|infos?|informations?) {_ABOUT})"
