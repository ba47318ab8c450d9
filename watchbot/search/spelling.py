"""Typing mistakes: a word that no item holds is read as the nearest word that many hold."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping

from watchbot.extract.spelled import MONTHS, WEEKDAYS
from watchbot.search import lexicon
from watchbot.search.words import ELIDED, STOP_WORDS, folded, listed, stem

# Shorter words have too many neighbours.
SHORTEST = 5
# From so many letters on two mistakes are forgiven.
LONG = 8
MOST = 6
# In an archive of more words than this, a word that one item holds may be a mistake itself.
MANY = 2_000
_WORD = re.compile(r"[^\W\d_]{5,40}")
# Words of the rules that items need not hold.
_ASKED = listed(
    """
    semaine semaines dernier derniere derniers dernieres prochain prochaine prochains prochaines annee annees trimestre semestre depuis avant
    entre aujourd jours echeance echeances limite deposer depot changement changements change modification modifications nouveautes nouvelle
    version region regions departement outre aide aides subvention subventions financement financements reglementation obligation obligatoire
    formation formations certification certifications animation documentaire documentaires fiction publicite evenement evenements biodiversite
    referentiel referentiels label labels metiers numerique international calculateur calculateurs carbone empreinte ecoproduction tournage
    tournages plateau recrutement parite inclusion handicap harcelement festival festivals webinaire assises deadline deadlines since between
    training funding
    """
)


class Speller:
    """The words of an archive by first letter and length, to find the nearest of one that is none of them."""

    def __init__(self, terms: Mapping[str, int]) -> None:
        """Take the words, with the number of items that hold each."""
        self._known: dict[str, int] = dict(terms)
        self._least = 2 if len(terms) > MANY else 1
        for word in (*_ASKED, *MONTHS, *WEEKDAYS, *_places()):
            self._known[word] = max(self._known.get(word, 0), 3)
        self._shelves: dict[tuple[str, int], list[str]] = defaultdict(list)
        for term, docs in list(self._known.items()):
            if len(term) >= SHORTEST - 1 and term.isalpha():
                self._shelves[term[0], len(term)].append(term)
                single = term[:-1]
                if term[-1] in "sx" and len(term) > SHORTEST and single not in self._known:
                    self._known[single] = docs
                    self._shelves[term[0], len(single)].append(single)

    def correct(self, text: str) -> tuple[str, tuple[tuple[str, str], ...]]:
        """A question without its typing mistakes, and what was read instead of what."""
        found: dict[str, str] = {}

        def replaced(match: re.Match[str]) -> str:
            word = folded(match[0])
            following = match.string[match.end() : match.end() + 1]
            if (
                len(found) >= MOST
                or word in STOP_WORDS
                or word in self._known
                or (word in ELIDED and following in "'’")
            ):
                return match[0]
            near = self.nearest(word)
            if near is None:
                return match[0]
            found[match[0]] = near
            return near

        corrected = _WORD.sub(replaced, text)
        return corrected, tuple(found.items())

    def nearest(self, word: str) -> str | None:
        """The most frequent of the nearest known words; None when the word is known, too short, or like no other."""
        from rapidfuzz.distance import OSA

        if len(word) < SHORTEST or word in self._known:
            return None
        most = 2 if len(word) >= LONG else 1
        best: tuple[int, int, str] | None = None
        for length in range(len(word) - most, len(word) + most + 1):
            for term in self._shelves.get((word[0], length), ()):
                distance = OSA.distance(word, term, score_cutoff=most)
                if len(word) == SHORTEST == length and sorted(word) != sorted(term):
                    continue  # of short words, another letter makes another word
                if distance <= most and self._known[term] >= self._least:
                    one = (distance, -self._known[term], term)
                    best = one if best is None or one < best else best
        return None if best is None or stem(best[2]) == stem(word) else best[2]


def _places() -> list[str]:
    names = [*lexicon.region_names(), *lexicon.town_names()]
    return [word for name in names for word in name.split() if len(word) >= SHORTEST]
