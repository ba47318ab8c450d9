"""What a study measured, said or saw, and what has happened: percentages that decide nothing."""

from __future__ import annotations

import re

_MEASURES = (
    r"\b(?:repond(?:ants|eurs)|interroge\w*|sondes?|estiment|declarent|jugent|considerent|selon (?:une|l'|le|la)|etude|enquete|sondage|barometre|representent|constate\w*|observe\w*|mesure\w* a|en moyenne|en (?:un|deux|trois|cinq|dix|\d{1,2}) ans?\b|baisse\w*|hausse\w*|recul\w*|augment\w*|diminu\w*|progress\w*"
    r"|reduit|reduire|reduction|reduisent|chut\w*|bondi\w*|affich\w*|atteint (?:desormais|aujourd'hui)|d'entre eux|pese(?:nt)?|survey|respondents|grew|fell|rose|dropped|cut|cuts|reduces?"
)
_MEASURED = re.compile(rf"{_MEASURES})\b")
RESULT = re.compile(rf"{_MEASURES}|ont |a ete|contre \d)\b")
# Just before a percentage: what was decided, and what somebody did ("a réemployé 80 % de ses décors").
_SET = re.compile(
    r"\b(?:fixe|porte|releve|ramene|abaisse|maintenu|plafonne|limite|passera|passeront)(?:e|s|es)? (?:de \d{1,2}(?:,\d{1,2})? ?%? )?(?:a|de) \Z"
)
# What somebody aims at or promises: a limit set to oneself.
_AIM = re.compile(r"\b(?:vise(?:nt|r)?|objectifs?|s'engag\w+|prom(?:et|ettent|is)|ambitionn\w+|cible)\b")
_DID = re.compile(r"\b(?:a|ont) (?:deja |ainsi |\w+ment )?\w{2,}(?:e|i|u|is|it)s? \Z")
# Who answered a survey: no rule speaks of them, whatever else the sentence says.
_SURVEY = re.compile(
    r"\b(?:repondants?|repondeurs|interroge(?:s|es)\b|sondes\b|estiment|declarent|jugent|enquete|sondage|barometre|etude|d'entre (?:eux|elles)|survey|respondents)\b"
)
# What has grown or shrunk, or is compared with what was.
_WENT = re.compile(
    r"\b(?:(?:a|ont|avai(?:t|ent)|s'est|se sont) (?:\w+ )?(?:\w+ment )?(?:recule|baisse|augmente|progresse|bondi|chute|grimpe|diminue|reduit|gagne|perdu|cru|fondu|double|permis|economise|evite|consomme|emis|repondu)(?:e?s?)\b"
    r"|(?:bondi|grimp|chut|recul|progress)\w*|croissance|repli|en (?:hausse|baisse|recul|progression)|s'etablit|s'etablissait|etai(?:t|ent) de|frequentation|audience|parts? de marche|economies? d'energie|consomm(?:e|ent|ait)|coute(?:nt)?|reached|of (?:all )?\w+ (?:said|reported)|(?:pro)?vien(?:t|nent)|imputables?|responsables? de|parmi (?:les|eux))\b"
)
_MORE = re.compile(r" (?:de (?:plus|moins|mieux)|en (?:plus|moins)|plus (?:cher|chere|chers|eleve\w*)|d'economies?)\b")
_PEOPLE = re.compile(
    r" (?:des|de|d'|of) (?:\w+ ){0,2}?(?:repondants|professionnels|candidats|producteurs|personnes|francais|salaries|dirigeants|respondents|films|spectateurs|entreprises|public|emissions)\b"
)


def of_people(text: str, end: int) -> bool:
    """Whether the percentage that ends here is a share of people or of what they made."""
    return _PEOPLE.match(text[end : end + 60]) is not None


def told(text: str, start: int, end: int, *, condition: bool) -> bool:
    """Whether a percentage that no word bounds is part of a report rather than of a rule.

    Args:
        text: The folded sentence.
        start: Where the percentage begins.
        end: Where the percentage ends.
        condition: The sentence has words of a rule.
    """
    before = text[max(0, start - 40) : start]
    if _SET.search(before) or (_AIM.search(text) and not _SURVEY.search(text)):
        return False
    if of_people(text, end) or _SURVEY.search(text) or _MORE.match(text, end) or _DID.search(before):
        return True
    return _WENT.search(text) is not None or (_MEASURED.search(text) is not None and not condition)
