"""What the words of a difference say: numbers, duty, negation, limits, names; independent of fact extraction."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

from watchbot.model import Fact
from watchbot.track.figures import Figure, figures, with_unit
from watchbot.track.fold import Token, tokens
from watchbot.track.hunks import Hunk
from watchbot.track.lexicon import FAMILIES, NEGATION, PARTICLES, STOP, UNITS, WEAK_ALONE
from watchbot.track.typography import NBSP, french
from watchbot.track.wording import excerpt

_AROUND = 40
_SIGNED = re.compile(r"(?:^|(?<=[ (|]))([–+-]?) ?(?<![\d] –)(?<![\d] -)(\d[\d.,]*)")


def number_reasons(
    before: str, after: str, found: Sequence[Hunk], explained: tuple[Sequence[Fact], Sequence[Fact]]
) -> list[str]:
    """Numbers that changed and that no fact accounts for (`explained`: the facts of before and of after already told)."""
    reasons: list[str] = []
    all_before, all_after = tokens(before), tokens(after)
    for hunk in found:
        old = [figure for figure in figures(list(hunk.old), before) if not _covered(figure, explained[0])]
        new = [figure for figure in figures(list(hunk.new), after) if not _covered(figure, explained[1])]
        if [figure.value for figure in old] == [figure.value for figure in new]:
            continue
        if len(old) == len(new) > 1 and _is_one_phrase(old, before) and _is_one_phrase(new, after):
            # "janvier 2025" is told whole, not month and year apart.
            reasons.append(french(f"{before[old[0].start : old[-1].end]} → {after[new[0].start : new[-1].end]}"))
        elif len(old) == len(new):
            pairs = [(a, b) for a, b in zip(old, new, strict=True) if a.value != b.value]
            reasons.extend(_changed(with_unit(a, all_before, before), with_unit(b, all_after, after)) for a, b in pairs)
        else:
            reasons.append(f"{_listed(old, all_before, before)} → {_listed(new, all_after, after)}")
    return reasons


def _is_one_phrase(found: Sequence[Figure], text: str) -> bool:
    return all(text[a.end : b.start] == " " for a, b in pairwise(found))


def _covered(figure: Figure, facts: Sequence[Fact]) -> bool:
    return any(fact.start <= figure.start and figure.end <= fact.end for fact in facts)


def _changed(old: tuple[str, str], new: tuple[str, str]) -> str:
    if old[1] and old[1] == new[1] and old[1] not in "%€‰":
        return french(f"{old[0]} → {new[0]} {new[1]}")
    return french(f"{' '.join(old).strip()} → {' '.join(new).strip()}")


def _listed(found: Sequence[Figure], words: list[Token], text: str) -> str:
    if len(found) > 1 and _is_one_phrase(found, text):
        return french(text[found[0].start : found[-1].end])
    return french(", ".join(" ".join(with_unit(figure, words, text)).strip() for figure in found)) or "(rien)"


def sign_reasons(before: str, after: str) -> list[str]:
    """A number that changed only its sign: `–5 → +5`."""
    old, new = ([(found[1], found[2]) for found in _SIGNED.finditer(text)] for text in (before, after))
    if old == new or [number for _, number in old] != [number for _, number in new]:
        return []
    return [french(f"{''.join(one)} → {''.join(other)}") for one, other in zip(old, new, strict=True) if one != other]


def struck_reasons(before: str, after: str) -> list[str]:
    """A passage that stays but was struck out, or is no longer."""
    struck = before.count("~~"), after.count("~~")
    if struck[0] == struck[1]:
        return []
    text = (after if struck[1] > struck[0] else before).replace("~~", "")
    return [f"passage {'barré' if struck[1] > struck[0] else 'rétabli'}{NBSP}: {excerpt(text, 90)}"]


def negation_reasons(before: str, after: str) -> list[str]:
    """Negations that came or went, with the words around the first of them."""
    old, new = tokens(before), tokens(after)
    for words in (NEGATION, PARTICLES):
        counts = _count(old, words), _count(new, words)
        if counts[0] != counts[1]:
            added = counts[1] > counts[0]
            return [
                f"négation {'ajoutée' if added else 'supprimée'}{NBSP}: {_around(after if added else before, new if added else old, words)}"
            ]
    return []


def _count(found: Sequence[Token], words: frozenset[str]) -> int:
    return sum(token.key in words for token in found)


def _around(text: str, found: Sequence[Token], words: frozenset[str]) -> str:
    place = next(token for token in found if token.key in words)
    start, end = max(0, place.start - _AROUND), min(len(text), place.end + _AROUND)
    start = text.find(" ", start) + 1 if start else 0
    end = end if end == len(text) else max(text.rfind(" ", 0, end), place.end)
    return excerpt(text[start:end])


def family_reasons(
    found: Sequence[Hunk], explained: tuple[Sequence[Fact], Sequence[Fact]] = ((), ())
) -> dict[str, list[str]]:
    """By family of `lexicon.FAMILIES`, the words that took another's place, came or went: `obligation : peut → doit`.

    Units inside facts already told (`explained`: those of before and of after) are not told again.
    """
    reasons: dict[str, list[str]] = {}
    for name, family in FAMILIES.items():
        facts: tuple[Sequence[Fact], Sequence[Fact]] = explained if name == "unité" else ((), ())
        old = Counter(family[token.key] for hunk in found for token in hunk.old if _counts(token, family, facts[0]))
        new = Counter(family[token.key] for hunk in found for token in hunk.new if _counts(token, family, facts[1]))
        gone, come = list((old - new).elements()), list((new - old).elements())
        told = _told(name, gone, come)
        if told:
            reasons[name] = told
    return reasons


def _counts(token: Token, family: Mapping[str, str], facts: Sequence[Fact]) -> bool:
    return token.key in family and not any(fact.start <= token.start and token.end <= fact.end for fact in facts)


def _told(name: str, gone: list[str], come: list[str]) -> list[str]:
    swapped = [f"{name}{NBSP}: {_shown(a)} → {_shown(b)}" for a, b in zip(gone, come, strict=False)]
    rest = gone[len(come) :], come[len(gone) :]
    lost = [f"{name} supprimée{NBSP}: {_shown(word)}" for word in rest[0] if word not in WEAK_ALONE]
    gained = [f"{name} ajoutée{NBSP}: {_shown(word)}" for word in rest[1] if word not in WEAK_ALONE]
    return swapped + lost + gained


def _shown(lemma: str) -> str:
    return {
        "compter": "à compter",
        "partir": "à partir",
        "§€": "M€",
        "k€": "k€",
        "ht": "HT",
        "ttc": "TTC",
        "kwh": "kWh",
        "mwh": "MWh",
    }.get(lemma, lemma)


def unit_reasons(before: str, after: str, found: Sequence[Hunk]) -> list[str]:
    """A number that stayed while its unit changed: `30 jours → 30 mois`."""
    reasons = []
    old_words, new_words = tokens(before), tokens(after)
    for hunk in found:
        if not hunk.old or not hunk.new:
            continue
        old, new = UNITS.get(hunk.old[0].key), UNITS.get(hunk.new[0].key)
        numbers = _number_before(hunk.old[0], old_words, before), _number_before(hunk.new[0], new_words, after)
        if old and new and old != new and numbers[0] and numbers[0] == numbers[1]:
            shown = before[hunk.old[0].start : hunk.old[0].end], after[hunk.new[0].start : hunk.new[0].end]
            reasons.append(french(f"{numbers[0]} {shown[0]} → {numbers[1]} {shown[1]}"))
    return reasons


def _number_before(token: Token, words: list[Token], text: str) -> str:
    place = words.index(token)
    previous = figures(words[place - 1 : place], text) if place else []
    return text[previous[0].start : previous[0].end] if previous else ""


def opposite_reasons(before: str, after: str, found: Sequence[Hunk]) -> list[str]:
    """Words turned into their contrary by a prefix: "éligible" and "inéligible"."""
    reasons = []
    for hunk in found:
        for old in hunk.old:
            for new in hunk.new:
                if len(min(old.key, new.key, key=len)) >= 5 and _are_opposites(old.key, new.key):
                    words = before[old.start : old.end], after[new.start : new.end]
                    reasons.append(f"sens inversé{NBSP}: {words[0]} → {words[1]}")
    return reasons


def _are_opposites(old: str, new: str) -> bool:
    shorter, longer = sorted((old, new), key=len)
    return any(longer == prefix + shorter for prefix in ("in", "im", "ir", "il", "non", "de", "des", "dis", "mal", "a"))


def name_reasons(before: str, after: str, found: Sequence[Hunk]) -> list[str]:
    """Proper nouns, acronyms and codes that changed: words with a capital (not at a sentence's head), or letters and digits."""
    old = _names(before, found, side="old")
    new = _names(after, found, side="new")
    gone = [text for key, text in old if key not in {key for key, _ in new}]
    come = [text for key, text in new if key not in {key for key, _ in old}]
    if not gone and not come:
        return []
    if gone and come:
        return [f"mention{NBSP}: {' '.join(gone)} → {' '.join(come)}"]
    return [f"mention {'ajoutée' if come else 'supprimée'}{NBSP}: {' '.join(come or gone)}"]


def _names(text: str, found: Sequence[Hunk], *, side: str) -> list[tuple[str, str]]:
    names = []
    for hunk in found:
        for token in hunk.old if side == "old" else hunk.new:
            word = text[token.start : token.end]
            inner = any(sign.isupper() for sign in word[1:])
            if inner or (word[0].isupper() and not _at_head(text, token.start)):
                names.append((token.key, word.rstrip("’")))
    return [(key, name) for key, name in names if key not in STOP]


def _at_head(text: str, start: int) -> bool:
    lead = text[:start].rstrip(' "(’«–-•')
    return not lead or lead[-1] in ".!?:;"


def content_words(found: Sequence[Token]) -> list[str]:
    """The keys of words that carry meaning."""
    return [token.key for token in found if len(token.key) > 2 and token.key not in STOP]
