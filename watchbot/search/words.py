"""Words of questions: folding, elisions, plurals, and the words that say nothing of what is wanted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from watchbot.extract.folding import fold

# As the index cuts words: letters and figures of any script, without the underscore.
WORD = re.compile(r"[^\W_]+")
# What is elided before an apostrophe: "l'aide", "qu'est", "jusqu'au".
ELIDED = frozenset({"l", "d", "j", "m", "n", "s", "t", "c", "qu", "jusqu", "lorsqu", "puisqu", "quelqu", "aujourd"})


def listed(text: str) -> frozenset[str]:
    """The words of a list."""
    return frozenset(text.split())


# Articles, pronouns, prepositions, auxiliaries, and the words of asking, in French and English.
STOP_WORDS = listed(
    """
    a afin ai aider aidez paru parue parues parus publie publiee publiees publies aie ailleurs ainsi ait alors apres as au aucun aucune aupres auquel aussi autour autre autres aux avant avec avez avoir avons
    ayant beaucoup bien bonjour bonsoir c ca car ce ceci cela celle celles celui cependant certain certaine certaines certains ces cet cette
    ceux chaque chez ci combien comme comment concernant contre coucou d dans de deja depuis derniere dernieres dernier derniers des desormais
    dessous dessus devons devrait doit doivent donc donne donner donnez dont du durant elle elles en encore enfin entre envers es est et etaient
    etait etant etes etre eux existe existent existant faire faisons fait faites faut faudrait font hein ici il ils j je jusqu jusque l la
    laquelle le lequel les lesquelles lesquels leur leurs lors lorsque lui m ma mais me meme memes merci mes mettre mien moi moins mon montre
    montrer montrez n ne neuf ni nos notre nous on ont or ou oui par parle parler parlent parmi pas pendant peu peut peuvent peux plait plus
    plutot pour pourquoi pourrait pourriez pouvez prochain prochaine prochains prochaines puis puisque qu quand que quel quelle quelles quelqu
    quelque quelques quels qui quid quoi quoique s sa sais sait savoir se selon sera serait seront ses si sinon soit sommes son sont sous suis
    suivant sur svp t ta tant te tel telle telles tels tes toi ton toujours tous tout toute toutes tres trop trouve trouver trouvez tu un une va
    vais vas vers veut veux via voici voila voir vos votre voudrais vous vouloir vu y actu actus actualite actualites cherche chercher info
    infos information informations nouveau nouveaute nouveautes nouvelle nouvelles nouveaux news recent recente recents recentes recemment sujet
    sujets sujette propos article articles liste lister dis dire dites moi rapport question besoin aimerais souhaite souhaiterais about all an
    and any are at be been by can could did do does for from get give has have how i in into is it its latest me my new of on or our please show
    some tell than that the their them there these they this those to us was we were what whats when where which who why will with would you
    your
    """
)


def folded(text: str) -> str:
    """Lower case without accents, as the index folds."""
    return fold(text)[0].lower()


def words_of(text: str) -> Iterator[str]:
    """The words of a text, folded, without what is elided before an apostrophe."""
    line = folded(text)
    for match in WORD.finditer(line):
        following = line[match.end() : match.end() + 1]
        if following == "'" and match[0] in ELIDED:
            continue
        yield match[0]


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """A folded word without the marks of number and gender, and so without the ending of its infinitive.

    The minimal stemmer for French of J. Savoy ("A stemming procedure and stopword list for general French corpora", JASIS 50(10),
    1999), which joins "aides" to "aide" and "régionaux" to "régional", and leaves words of other meanings apart.
    """
    if len(word) < 4 or not word.isascii() or not word.isalpha():
        return word
    if word.endswith("x"):
        plural_of_al = word.endswith("aux") and not word.endswith("eaux") and len(word) > 5
        return f"{word[:-3]}al" if plural_of_al else word[:-1]
    for ending in ("s", "r", "e"):
        if word.endswith(ending) and len(word) > 3:
            word = word[:-1]
    return word[:-1] if len(word) > 4 and word[-1] == word[-2] else word
