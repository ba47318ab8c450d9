"""What the words about a date make of it: a limit, a start, an event, a publication."""

from __future__ import annotations

import enum
import re
from bisect import bisect_left
from dataclasses import dataclass
from itertools import islice

from watchbot.extract.folding import Passage
from watchbot.extract.sentences import LONGEST
from watchbot.model import FactKind

MOST_CUES = 40


class Direction(enum.Enum):
    """On which side of a date its sentence speaks."""

    UNTIL = "until"
    FROM = "from"
    RANGE = "range"
    TARGET = "target"  # "pour le 15 février"
    ON = "on"


# Just before a date. The named groups say the direction; `plain` prepositions are needed by bare years and months.
_BEFORE = re.compile(
    r"(?:\b(?P<start>(?:a compter|a partir|pas avant|not before|starting|starts?|effective|as of|as from|since|from|depuis|des|debut(?:ant|e|era)?)"
    r"(?: du| de la| de| d'| le| la| from| on)?)"
    r"|\b(?P<until>(?:(?:valables?|valides?|ouvert(?:e|s|es)?|en vigueur|prolonge(?:e|s|es)?|reconduit(?:e|s|es)?|proroge(?:e|s|es)?|reporte(?:e|s|es)?|valid|open) )?"
    r"(?:jusqu'(?:au|aux|a la|a|en|ici le)|avant|au plus tard|au-dela|passe|d'ici(?: au| a la| a)?|until|till|by|before|no later than|not later than|on or before|up to)"
    r"(?: le| la| l'| en| au| du| a la| a| the| on)?)"
    r"|\b(?P<target>pour (?:le|la)|for|expected by) ?\Z"
    r"|\b(?P<plain>en|courant|dans|(?:en|de|depuis|pour) (?:(?:19|20)\d\d, ){0,3}(?:19|20)\d\d(?:,| et| ou)|pour|a l'horizon(?: de)?|apres(?: le| la)?|de|par rapport a|compare a|in|after|durant|pendant|l'annee|annee|during|au cours de)) ?(?:l'annee |de l'annee |the year )?\Z"
)
_AFTER = re.compile(
    r"[ ,]{0,2}(?:\(?(?:a minuit|minuit|a \d\d? ?h(?:eures)?(?: ?\d\d)?|inclus|inclu)\)?[ ,]{0,2})?(?:au plus tard|dernier delai|delai de rigueur|at the latest)"
)
_LATELY = re.compile(r" (?:dernier|derniere|passe|passee)\b")
_COMING = re.compile(r" (?:prochaine?)\b")

_CUES = re.compile(
    r"(?P<limit>\b(?:fermera|fermeront|fermeture|dates? limites?|dernieres? dates?|limites? (?:de|du|d')|clotur?\w*|deadlines?|closing date|dernier jour|dernier delai|delai de rigueur|closes?\b|closing)\w*)"
    r"|(?P<depot>\b(?:depot|depos|candidat(?!e?s?\b)|(?<!\d )dossiers?\b|inscri(?:ption|re|vez)|soumission|soumett|postul|concour(?:ir|ez|ent)\b|appl(?:y\b(?! (?:to|from)\b)|ication|icant)|submi|(?:l'|cet |un )appel\b|appel (?:ouvert|clos|permanent)\b|appel(?:s)? a"
    r"|repond(?:re|ez)|questionnaires?|(?:en )?consultation(?: publique)?|envoy|transmet\b|transmett|transmis|adress(?:er|ez|ee)|contributions?\b|demandes?\b|entries\b|"
    r"registration|calls? for|manifestations? d'interet|formulaires?\b|guichet|teleservice|remise des? (?:dossiers?|candidatures?|rapports?|bilans?|plis|offres?)|remis(?:e|es)? a(?:u|ux)?\b|a demander\b)\w*)"
    r"|(?P<handing>\b(?:remis(?:e|es)?\b|remett\w*|reponses?\b|responses?\b|due\b|fourni|parven|rend(?:re|u|us|ent)\b|(?:avez|ont|aurez|auront) (?=jusqu)|communiquer\b|comments?\b|sent\b|register\b|livre))"
    r"|(?P<opening>\b(?:ouvr(?:e|ent|ira|iront)\b|ouvertures?\b|ouvert(?:e|es|s)? (?:le|a partir|des)|opens?\b|opening|lancement|debut(?:e|era|eront)?\b))"
    r"|(?P<validite>\b(?:valables?|valides?\b|validite|expir|echeances?|valid\b|"
    r"caduc|abrog|perdu|vigueur jusqu|fin d'enregistrement|perim|pren(?:d|dra|nent|dront) fin|cess(?:e|er|era|eront)\b)\w*)"
    r"|(?P<lasting>\b(?:facture|acquitte|conclu(?:e|s|es)?\b|pour (?:une|la) (?:duree|periode)\b|proroge|prolong|reconduit|reconduc|accept(?:e|es|ee|ees)\b|enregistre(?!r)|acti(?:f|fs|ve|ves)\b|renouvel(?!able)|habilitation|agrement|homologation|homologue|eligib|delivrance)\w*)"
    r"|(?P<entree>\b(?:entre(?:e|r|nt|ra|ront|rait)? en (?:vigueur|application)|en vigueur|applicables?|s'appliqu\w*|appliques?\b|prend(?:ra|ront)? effet|prennent effet"
    r"|(?:date|prise) d'effet|effet (?:au|le|a|du)|chang(?:e|ent|era|eront)\b|obligat\w*|enter(?:s|ed)? into force|appl(?:ies|y) (?:to|from)|takes? effect|effective"
    r"|generalis\w*))"
    r"|(?P<modal>\b(?:impos\w*|interdi\w*|exig\w*|rempla\w*|deviendr\w*|devien\w*|doi(?:t|vent)\b|devr(?:a|ont)\b|must\b|will be required|required\b|conditionn\w*|mandatory|revaloris\w*|hausse\b|(?:relev|ramen|abaiss|port|augment|major|minor|reval)(?:e|ee|es|ees)\b|passe(?:ra|ront|nt)?\b|etend\w*|oblige\w*))"
    r"|(?P<evenement>\b(?:se tien|tenue? (?:le|du|a)|aura lieu|auront lieu|a lieu|ont lieu|eu lieu|festival|webinaires?|webinars?|conferences?|assises|rencontres?\b|salon\b|journees?\b"
    r"|edition\b|forum|colloques?|tables? rondes?|ceremonie|ateliers?\b|rendez-vous|seminaires?|masterclass|congres|marche (?:du|international)|soiree|audition\w*|reunion|reunir|reunit"
    r"|organise|projection|remise des prix|prix\b|invit|join us|takes? place|held\b|workshop|summit|sessions?\b|avant-premiere|save the date|en salles|au cinema|diffus|comites?\b|(?:la|une|en|sa|notre|prochaine) commission\b|commission (?:permanente|regionale|nationale|pleniere|d'|de|du)\b|comites? de lecture"
    r"|jury|concours|trophees|cesar|mipcom|mifa|sortie?\b|tournages? (?:\w+ )?(?:prevu|debut|commenc|se deroul|aura|demarr|est prevu|a lieu|s'achev)|celebr|portes ouvertes|semaine|visioconference|live\b|debats?\b|debattu|examin(?:e|ee|es|ees)\b|discute|exposition|retrospective|formations? (?:le|les|du|au|en ligne|gratuite)\b|conference|rendez vous)\w*)"
    r"|(?P<publication>\b(?:publi(?:e|ee|es|ees|cation)\b|par(?:u|ue|us|ues)\b|mis(?:e|es)? en ligne|(?<!la )mis(?:e|es)? a jour|posted|published|updated|last update|communique|actualise)\w*)"
)
_RULE = re.compile(
    r"\b(?:aides?|regles?|taux|seuil|criteres?|version|referentiel|label|bilans?|dispositif|mesure|prime|bonus|decret|loi|directive|reglement|article|entreprises?|productions?|certification|dossiers?|demandes?|rules?|scheme|law|programme)\b"
)
_MOVED = re.compile(
    r"\b(?:reporte|repousse|prolonge|proroge|decale|reconduit|etendu|extended|postponed|pushed back|report de|prolongation|prorogation|nouvelle (?:date|echeance))"
)
_PAST = re.compile(
    r"\b(?:(?:a|ont|s'est|se sont) (?:ete |deja |donc |egalement )?(?:eu lieu|reuni|presente|publie|vote|adopte|signe|lance|annonce|organise|accueilli|remis|decerne|recompense|rendu|tenu|deroule"
    r"|entame|ouvert|devoile|inaugure|conclu|fait|recu|mis|ete)\w*|etai(?:t|ent)|avai(?:t|ent)|fu(?:t|rent)|took place|was|were)\b"
)
# Before a date that holds no more: "initialement prévue le 15 janvier", "au lieu du 15 janvier".
_FORMER = re.compile(
    r"\b(?:(?:dates? limites? initiales?|initialement|precedemment|auparavant|originally|previously)(?: \w+){0,3}?|au lieu|instead) ?(?:du|de|of|le|au|pour le|jusqu'au|on|for)? ?(?:le )?\Z"
)
# Of what existed before a day, not of what is to be done by then.
_BORN = re.compile(
    r"\b(?:cree|ne|fonde|immatricule|constitue|etabli|embauche|recrute)(?:e|s|es)? avant ?(?:le |la )?\Z"
)
_CLOSING = re.compile(
    r"\b(?:aucune?|ne|nul)\b|\bn'|\b(?:recu|depose|parvenu|remis|transmis|envoye|presente|adresse)(?:e|s|es)? apres ?(?:le |la )?\Z"
)
_APPLIES = re.compile(r"\bs'appliqu\w+|\bapplicables?\b")
# How near, in characters, a cue must stand for a date that no preposition marks as a limit.
_NEAR = {
    "limit": 90,
    "depot": 40,
    "validite": 60,
    "entree": 45,
    "modal": 0,
    "handing": 60,
    "opening": 40,
    "evenement": 400,
    "publication": 40,
}
_JUST_AFTER = 12
_ROLE = {
    "limit": "depot", "depot": "depot", "handing": "depot", "opening": "autre", "validite": "validite", "lasting": "validite", "entree": "entree-en-vigueur", "modal": "entree-en-vigueur", "evenement": "evenement",
    "publication": "publication",
}  # fmt: skip
_ALLOWED = {
    Direction.UNTIL: ("limit", "depot", "handing", "validite", "lasting", "evenement"),
    Direction.FROM: ("entree", "modal", "opening", "evenement", "depot", "publication"),
    Direction.RANGE: ("limit", "depot", "validite", "lasting", "evenement"),
    Direction.TARGET: ("limit", "depot", "handing", "modal", "validite", "entree", "evenement"),
    Direction.ON: ("limit", "depot", "opening", "modal", "validite", "entree", "evenement", "publication"),
}


@dataclass(frozen=True, slots=True)
class Lead:
    """What stands just before a date: where it begins, its words, and the direction it gives."""

    start: int
    words: str
    direction: Direction
    plain: bool = False


@dataclass(frozen=True, slots=True)
class Sense:
    """The kind and role of a date, and how sure that is."""

    kind: FactKind
    role: str
    confidence: float


def lead_of(text: str, start: int, end: int) -> Lead | None:
    """The preposition that governs the date at `start`, or None."""
    late = _AFTER.match(text, end)
    match = _BEFORE.search(text, max(0, start - 48), start)
    if match is None:
        return Lead(start, "", Direction.UNTIL) if late else None
    words = match[0].strip()
    if late or match["until"]:
        return Lead(match.start(), words, Direction.UNTIL)
    if match["target"]:
        return Lead(match.start(), words, Direction.TARGET)
    if match["start"]:
        return Lead(match.start(), words, Direction.FROM)
    return Lead(match.start(), words, Direction.ON, plain=True)


class Cues:
    """The words of one sentence that give dates their role."""

    def __init__(self, passage: Passage) -> None:
        self._text = passage.folded
        self._cues = [
            (match.start(), match.end(), str(match.lastgroup), _weight(match))
            for match in islice(_CUES.finditer(self._text), MOST_CUES)
        ]
        self.past = _PAST.search(self._text) is not None
        self.rule = _RULE.search(self._text) is not None

    def is_past(self, end: int) -> bool:
        """Whether the date that ends here is said to be gone by."""
        if _COMING.match(self._text, end):
            return False
        return self.past or _LATELY.match(self._text, end) is not None

    def sense(
        self, start: int, end: int, direction: Direction, words: str, *, vague: bool, whole_day: bool, others: list[int]
    ) -> Sense:
        """Kind and role of the date at these characters; `others` are where other dates of the sentence begin."""
        if _FORMER.search(self._text, max(0, start - 48), start) or (
            direction is Direction.UNTIL and _BORN.search(self._text, max(0, start - 48), start)
        ):
            return Sense(FactKind.DATE, "autre", 0.8)
        if words.startswith("apres"):
            # "Aucun versement n'interviendra après le 15 novembre" closes; "les dossiers reçus après le 15" only sorts.
            closing = _CLOSING.search(self._text, max(0, start - 90), start) is not None
            applies = _APPLIES.search(self._text, 0, start) is not None
            role = "depot" if closing else "entree-en-vigueur" if applies else "autre"
            return Sense(FactKind.DEADLINE if closing or applies else FactKind.DATE, role, 0.8)
        name = self._nearest(start, end, direction, others, whole_day=whole_day)
        if direction is Direction.FROM:
            return self._from(name, words)
        if name is None and words.startswith(("ouvert", "open")):
            return Sense(FactKind.DEADLINE, "depot", 0.85)
        if name is None:
            limit = direction is Direction.UNTIL and not (vague and words.startswith(("avant", "before")))
            return Sense(FactKind.DEADLINE if limit else FactKind.DATE, "autre", 0.85 if limit else 0.8)
        role = _ROLE[name]
        if name == "opening":
            return Sense(FactKind.DATE, "autre", 0.85)
        limiting = role in {"depot", "validite", "entree-en-vigueur"}
        showing = role == "evenement" and not words.startswith(
            ("avant", "d'ici", "au plus tard", "by", "before", "no later")
        )
        limit = limiting or (direction is Direction.UNTIL and not showing)
        return Sense(FactKind.DEADLINE if limit else FactKind.DATE, role, 0.95 if name != "evenement" else 0.85)

    def _from(self, name: str | None, words: str) -> Sense:
        if words.startswith(("depuis", "since")):  # it holds already: nothing is due
            role = "entree-en-vigueur" if name in {"entree", "modal"} else "autre"
            return Sense(FactKind.DATE, role, 0.85)
        if name == "evenement" and not words.startswith("a compter"):
            return Sense(FactKind.DATE, "evenement", 0.8)
        if name in {"depot", "opening"} and not words.startswith("a compter"):
            return Sense(FactKind.DATE, "autre", 0.8)
        if name in {"entree", "modal"} or self.rule or words.startswith(("a compter", "effective")):
            return Sense(FactKind.DEADLINE, "entree-en-vigueur", 0.95 if name in {"entree", "modal"} else 0.85)
        return Sense(FactKind.DATE, "autre", 0.8)

    def _nearest(self, start: int, end: int, direction: Direction, others: list[int], *, whole_day: bool) -> str | None:
        """The cue that weighs most: near, before the date, with no other date between."""
        best: tuple[float, str, int] | None = None
        for left, right, name, weight in self._cues:
            if name not in _ALLOWED[direction] or (name == "depot" and direction is Direction.ON and not whole_day):
                continue
            ahead = left < start
            gap = max(0, start - right) if ahead else max(0, left - end)
            if gap > self._reach(name, start, direction, ahead=ahead) or (not ahead and _governs_next(right, others)):
                continue
            low, high = (right, start) if ahead else (end, left)
            crossed = bisect_left(others, high) - bisect_left(others, low) if low < high else 0
            if not self._bears(name, low, high, start, direction, ahead=ahead, crossed=crossed):
                continue
            score = gap * (1.0 if ahead else 1.8) + 60 * crossed + weight
            score += 60 if name == "depot" and direction is Direction.FROM else 0
            if score < (best[0] if best else 900):
                best = (score, name, right)
        if best is None:
            return None
        # "Les candidatures ouvrent le 3 mars", "Ouverture des inscriptions : 3 mars": what is handed in opens that day.
        opened = best[1] == "depot" and direction is Direction.ON and self._opens(best[2] - 40, start)
        return "opening" if opened else best[1]

    def _opens(self, start: int, end: int) -> bool:
        return any(name == "opening" and start <= left < end for left, _, name, _ in self._cues)

    def _bears(
        self, name: str, low: int, high: int, start: int, direction: Direction, *, ahead: bool, crossed: int
    ) -> bool:
        """Whether a cue can speak of a date in spite of what stands between them, from `low` to `high`."""
        apart = ";" in self._text[low:high]
        if not ahead:
            return not apart and not (name == "depot" and direction is Direction.FROM)
        if direction not in {Direction.ON, Direction.TARGET} or name == "evenement":
            return True
        # Of several dates, a cue speaks of the first, and of those that "et" joins to it.
        return not crossed or _JOINED.search(self._text, max(0, start - 20), start) is not None

    def _reach(self, name: str, start: int, direction: Direction, *, ahead: bool) -> int:
        """How far, in characters, a cue may stand from a date; everywhere in the sentence where a preposition says the rest."""
        if direction not in {Direction.ON, Direction.TARGET}:
            return LONGEST
        if name == "modal":
            # "Au 1er mars, les studios devront": only so does a verb of duty date a rule.
            return 60 if self._text[max(0, start - 3) : start] == "au " else -1
        return _NEAR[name] if ahead or name in {"evenement", "limit"} else _JUST_AFTER


_JOINED = re.compile(
    r"(?:\b(?:repousse|reporte|prolonge|decale|avance|fixe|porte|extended|postponed)(?:e|s|es)? (?:au|a|to)|\bet|\bou|,|\bpuis|&|\band|\bor) ?(?:le |au |du |les |on )?\Z"
)
_FUTURE = re.compile(r"\b(?:sera|seront|will be|va etre|vont etre|prochaine) \Z")


def _governs_next(right: int, others: list[int]) -> bool:
    """Whether a cue that ends here stands before another date, which it then speaks of: "…, échéance 21/12/2026"."""
    following = bisect_left(others, right)
    return following < len(others) and others[following] - right <= _JUST_AFTER


def _weight(match: re.Match[str]) -> int:
    """What a cue has for or against it, in characters of distance."""
    name = match.lastgroup
    if name == "publication" and _FUTURE.search(match.string, max(0, match.start() - 12), match.start()):
        return 1_000
    return {"evenement": 40, "limit": -40, "handing": 30, "opening": 60, "lasting": 60}.get(name or "", 0)


def moves(sentence: str) -> bool:
    """Whether a folded sentence says that a date was put off or prolonged."""
    return _MOVED.search(sentence) is not None
