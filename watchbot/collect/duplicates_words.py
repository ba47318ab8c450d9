"""Words of titles and texts that matter when stories are compared; folded to lower case without accents."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


STOPWORDS = _words(
    """
    a au aux avec ce ces cet cette d dans de des du elle en entre est et eu il ils l la le les leur leurs lors mais
    meme n ne nos notre nous on ou par pas pour qu que qui s sa sans se ses son sont sous sur un une vers vos votre
    y the of and in on for to is are with at by from be this an its
    """
)
# What nearly every title of the sector may have, and says nothing of which story it is.
COMMON = _words(
    """
    appel projets projet aide aides fonds nouveau nouvelle nouveaux lance lancement ouverture publie publication
    annonce film films cinema audiovisuel production tournage tournages region regional commission session edition
    resultats laureats bilan guide formation
    """
)
# What two titles may not disagree on: places, sessions, months.
PLACES = _words(
    """
    sud provence bretagne normandie occitanie corse aquitaine auvergne rhone alpes grandest lorraine alsace france
    loire bourgogne comte hauts reunion guadeloupe martinique guyane mayotte paris lyon marseille lille nantes
    bordeaux strasbourg toulouse rennes montpellier nice angers annecy cannes clermont deauville belgique suisse
    luxembourg allemagne espagne italie angleterre royaume quebec canada europe amerique
    """
)
ORDINALS = _words(
    """
    premier premiere deuxieme seconde second troisieme quatrieme cinquieme sixieme 1er 1ere 2e 3e 4e 5e 6e i ii iii
    iv v
    """
)
MONTHS = _words(
    """
    janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre
    """
)
