"""What a text orders, allows, advises or forbids, so that "peut → doit" can be told.

`value` is the canonical word (`doit`, `peut`, `obligatoire`, `facultatif`, `recommandé`, `interdit`, `ne doit pas`, `ne peut pas`); `role`
is its force: `obligation`, `permission`, `recommandation`, `interdiction`.
"""

from __future__ import annotations

import re

from watchbot.extract.folding import Passage
from watchbot.model import Fact, FactKind

_OBLIGATION, _PERMISSION, _ADVICE, _BAN = "obligation", "permission", "recommandation", "interdiction"

_WORDS = re.compile(
    r"\b(?:"
    r"(?P<devoir>(?P<ne1>(?:ne|n'en|n'y) )?(?:doit|doivent|devra|devront|dois|devez|devons)(?:-(?:il|elle|ils|elles|on))?(?P<pas1> (?:pas|plus|jamais|en aucun cas)\b)?)"
    r"|(?P<conditional>(?P<ne2>ne )?(?:devrait|devraient|(?:il )?faudrait))"
    r"|(?P<pouvoir>(?P<ne3>(?:ne|n'en|n'y) (?:l'|le |la |les |se |s'|leur |lui |y |en )?)?(?:peut|peuvent|pourra|pourront|peux|pouvez)(?!-etre)(?P<pas3> (?:pas|plus|jamais|en aucun cas|ni)\b)?|(?P<saurait>ne (?:le |la |les |se |s'|y |en )?saurai(?:t|ent)))"
    r"|(?P<tenu>(?P<ne4>n'|ne )?(?:est|sont|sera|seront|etes|soit|soient)(?P<pas4> (?:pas|plus))?(?: egalement| donc| desormais| toutefois| aussi| alors)? (?:tenue?s? (?:de|d'|a)|oblige(?:e|s|es)? (?:de|d')|contrainte?s? (?:de|d')))"
    r"|(?P<freed>n'(?:a|ont|aura|auront) (?:pas|plus|nullement) (?:a|l'obligation de|l'obligation d')|(?:n'est|ne sont|n'etes|ne sera|ne seront) (?:pas|plus) dans l'obligation (?:de|d'))"
    r"|(?P<noun>(?:a|ont|aura|auront) (?:desormais |donc |egalement )?(?:pour )?(?:l')?obligation (?:de|d')|dans l'obligation (?:de|d'))"
    r"|(?P<must>(?:is|are|will be) (?:required|obliged) to|(?:must|shall)(?P<not1> not\b)?)"
    r"|(?P<should>should(?: not)?)"
    r"|(?P<may>may(?P<not2> not\b)?)"
    r"|(?P<falloir>(?:il )?(?P<ne5>ne )?(?:faut|faudra)(?P<pas5> (?:pas|plus))?(?= [a-z']+(?:er|ir|re|oir)\b| que\b| (?:le |la |les |se |s'|y |en |l')?[a-z]+(?:er|ir|re|oir)\b| (?:un|une|des|au moins)\b))"
    r"|(?P<compulsory>(?P<ne6>(?:n'est|ne sont|n'etait|ne sera|ne seront|n'a|non|ni)(?: (?:pas|plus|nullement|jamais))? )?(?:obligatoires?|imperati(?:f|fs|ve|ves|vement)|requise?s?|exige(?:e|s|es)?|mandatory|compulsory|(?:is|are) required(?! to\b)))"
    r"|(?P<spared>(?P<ne9>(?:n'|ne ))?(?:est|sont|sera|seront)(?: (?:pas|plus))?(?: toutefois| alors| desormais)? (?:dispense|exonere|exempte)(?:e|s|es)? (?:de|du|des|d')|dispense d[e'](?= ?(?:l'|la |toute |depot|produire|fournir))|(?P<ne10>n'(?:est|etait|sera) (?:pas|plus) )necessaire|(?:il est|est|sont|sera) necessaires? (?:de|d'|que))"
    r"|(?P<optional>facultati(?:f|fs|ve|ves)|optionnel(?:le|s|les)?|optional|a titre facultatif)"
    r"|(?P<advised>(?P<plainly>est |sont |il est |is |are )?(?:fortement |vivement |strongly )?(?:recommande(?:e|s|es)?|conseille(?:e|s|es)?|preconise(?:e|s|es)?|recommended|encourage(?:e|s|es|d)?)(?(plainly)|(?= ?(?:de\b|d'|aux?\b|que\b|par\b|,|\.|;|\)|$|:|pour\b|to\b))))"
    r"|(?P<banned>(?:il est )?(?P<ne7>(?:n'est|ne sont) (?:pas|plus) )?(?:strictement |formellement )?(?:interdite?s?|interdi(?:ra|ront|sent|rait|sait|saient)|prohibe(?:e|s|es)?|proscrite?s?|interdiction (?:de|d')|prohibited|forbidden))"
    r"|(?P<allowed>(?P<ne8>(?:n'|ne ))?(?:est|sont|sera|seront|is|are) (?:pas |plus |desormais |not )?(?:autorise(?:e|s|es)?|permise?s?|(?<=pas )admise?s?|allowed|permitted)(?: (?:a|de|to))?)"
    r")(?:(?<=')|(?!\w))"
)
_HINT = re.compile(
    r"\b(?:doi|dev|peu|pou|saura|dispens|exoner|exempt|necessaire|n'a|n'ont|n'aur|tenu|oblig|contraint|required|must|shall|should|may\b|fau|imperati|requis|exig|mandatory|compulsory|facultati|option|recommand|conseill|preconis|encourag|recommended|interdi|prohib|proscri|forbidden|autoris|permi|admis|allowed)"
)
# "Aucun déchet ne doit…" forbids; "n'est exigé que si…" demands.
_NONE = re.compile(r"\b(?:aucune?|nul(?:le)?|ni|rien|jamais)\b[^.;:]*\Z")
_ONLY = re.compile(r" (?:que|qu')")
# "un conseil", "conseille les producteurs" say nothing to do; "on peut", "il se peut" are talk more than rule.
_TALK = re.compile(r"\b(?:on|se|je|nous|ca|cela|comment|s'en|qui|vous)(?: ne)? ?\Z")
# The noun "impératif", the verb "exige" with a subject, "requis" before a number stay; these do not.
_NOT_COMPULSORY = re.compile(r"(?:\b(?:l'|un |d'un |cet |des |les |ces |aux |d'|a |ont |elle |il |qui ))\Z")
_FRENCH = re.compile(r"\b(?:le|la|les|des|du|de|un|une|et|est|dans|pour|sur|au|aux)\b|\b[ldn]'")
_ENGLISH = re.compile(r"\b(?:the|of|and|to|be|for|with|is|are|not)\b")


def obligation_facts(passage: Passage) -> list[Fact]:
    """The obligations, permissions, pieces of advice and prohibitions of a sentence."""
    if _HINT.search(passage.folded) is None:
        return []
    facts: list[Fact] = []
    for match in _WORDS.finditer(passage.rest):
        read = _read(passage, match)
        if read is not None:
            value, force, confidence = read
            facts.append(
                passage.fact(FactKind.OBLIGATION, *match.span(), value=value, role=force, confidence=confidence)
            )
    return facts


def _read(passage: Passage, match: re.Match[str]) -> tuple[str, str, float] | None:
    """Canonical word, force and confidence; None for a homonym."""
    before = passage.folded[max(0, match.start() - 16) : match.start()]
    talk = 0.6 if _TALK.search(before) else 0.9
    negated = any(match[name] for name in ("ne1", "ne2", "ne4", "ne5", "ne6", "ne7", "ne8", "not1", "not2"))
    if match["devoir"]:
        none = _NONE.search(passage.folded, max(0, match.start() - 90), match.start())
        return ("ne doit pas", _BAN, talk) if negated and (match["pas1"] or none) else ("doit", _OBLIGATION, talk)
    if match["pouvoir"]:
        return ("ne peut pas", _BAN, talk) if match["ne3"] or match["saurait"] else ("peut", _PERMISSION, talk)
    if match["freed"]:
        return "facultatif", _PERMISSION, 0.85
    if match["tenu"] or match["noun"]:
        return ("facultatif", _PERMISSION, 0.85) if negated else ("doit", _OBLIGATION, 0.95)
    if match["falloir"]:
        return ("ne doit pas", _BAN, 0.7) if negated else ("doit", _OBLIGATION, 0.7)
    if match["must"] or match["should"] or match["may"] or match["conditional"]:
        return _should(passage, match, negated=negated)
    if match["spared"]:
        return _spared(match)
    if match["compulsory"]:
        # The verb "exige" says who demands, not what is demanded.
        if match[0].endswith("exige") and passage.original(*match.span()).endswith("e"):
            return None
        return _compulsory(match, before, negated=negated and not _ONLY.match(passage.folded, match.end()))
    return _said(match, before, negated=negated)


def _should(passage: Passage, match: re.Match[str], *, negated: bool) -> tuple[str, str, float] | None:
    if match["must"]:
        return _english(passage, ("ne doit pas", _BAN) if negated else ("doit", _OBLIGATION))
    if match["should"] or match["conditional"]:
        return ("devrait", _ADVICE, 0.7) if match["conditional"] else _english(passage, ("devrait", _ADVICE))
    if match["may"]:
        if passage.original(*match.span())[:1] == "M":
            return None
        return _english(passage, ("ne peut pas", _BAN) if negated else ("peut", _PERMISSION))
    return None


def _spared(match: re.Match[str]) -> tuple[str, str, float]:
    """Who is let off, and what is needed: each turned round by a negation."""
    needed = "necessaire" in match["spared"]
    bound = needed != bool(match["ne9"] or match["ne10"])
    return ("doit", _OBLIGATION, 0.8) if bound else ("facultatif", _PERMISSION, 0.85)


def _english(passage: Passage, read: tuple[str, str]) -> tuple[str, str, float] | None:
    """English words count only in an English sentence ("un must" is none)."""
    english = _ENGLISH.search(passage.folded) is not None or _FRENCH.search(passage.folded) is None
    return (*read, 0.9) if english else None


def _compulsory(match: re.Match[str], before: str, *, negated: bool) -> tuple[str, str, float] | None:
    word = match["compulsory"].rpartition(" ")[2]
    if word == "imperativement" and before.rstrip().endswith(("doit", "doivent", "devra", "devront")):
        return None
    if not negated and word.startswith(("imperati", "exige", "requis")) and _NOT_COMPULSORY.search(before):
        return None
    return ("facultatif", _PERMISSION, 0.9) if negated else ("obligatoire", _OBLIGATION, 0.9)


def _said(match: re.Match[str], before: str, *, negated: bool) -> tuple[str, str, float] | None:
    if match["optional"]:
        return "facultatif", _PERMISSION, 0.9
    if match["advised"]:
        bare = match["advised"].split(" ")[0] not in {
            "est",
            "sont",
            "il",
            "is",
            "are",
            "fortement",
            "vivement",
            "strongly",
        }
        verb = bare and not match["advised"].endswith(("ee", "ees", "es", "ed"))
        return None if verb and not before.endswith((" est ", "sont ")) else ("recommandé", _ADVICE, 0.85)
    if match["banned"]:
        return ("peut", _PERMISSION, 0.85) if negated else ("interdit", _BAN, 0.9)
    return ("interdit", _BAN, 0.85) if negated else ("peut", _PERMISSION, 0.85)
