"""More substance than the rules were made on: signs, exponents, ticks, cells that change places, notes, words that exclude. Seeded."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from itertools import pairwise

from tests.track.substantive_mutations import _content, _elements, _replace_one

Change = Callable[[str, random.Random], str | None]


def _swapped(pairs: dict[str, str], pattern: str = "{}") -> Change:
    """One of these wordings becomes its opposite."""

    def change(source: str, rng: random.Random) -> str | None:
        words = "|".join(re.escape(word) for word in sorted(pairs, key=len, reverse=True))
        return _replace_one(source, rng, pattern.replace("{}", f"(?:{words})"), lambda match: pairs[match[0]])

    return change


def sign(source: str, rng: random.Random) -> str | None:
    return _replace_one(source, rng, r"(?<=[ (])[−+-](?=\d)", lambda match: "+" if match[0] != "+" else "−")


def exponent(source: str, rng: random.Random) -> str | None:
    found = list(re.finditer(r"<sup>(\d)</sup>", source))
    if not found:
        return None
    chosen = rng.choice(found)
    return source[: chosen.start(1)] + str(int(chosen[1]) + 1) + source[chosen.end(1) :]


def cells_swapped(source: str, rng: random.Random) -> str | None:
    """The cells of one column change places between two rows."""
    rows = _elements(source, r"<tr><td>.*?</tr>")
    pairs = [(one, two) for one, two in pairwise(rows) if one[0].count("<td>") == two[0].count("<td>")]
    rng.shuffle(pairs)
    for one, two in pairs:
        left, right = re.findall(r"<td>.*?</td>", one[0]), re.findall(r"<td>.*?</td>", two[0])
        columns = [n for n in range(1, len(left)) if left[n] != right[n]]
        if columns:
            n = rng.choice(columns)
            left[n], right[n] = right[n], left[n]
            rebuilt = [f"<tr>{''.join(cells)}</tr>" for cells in (left, right)]
            return (
                source[: one.start()] + rebuilt[0] + source[one.end() : two.start()] + rebuilt[1] + source[two.end() :]
            )
    return None


def item_to_other_section(source: str, rng: random.Random) -> str | None:
    """An item leaves its list for the list of another section."""
    items = _elements(source, r"<li>(?!<a).{12,}?</li>\n?")
    lists = [
        found
        for found in re.finditer(r"</(?:ul|ol)>", source)
        if _content(source)[0] < found.start() < _content(source)[1]
    ]
    rng.shuffle(items)
    for item in items:
        own = next((found for found in lists if found.start() > item.start()), None)
        others = [
            found
            for found in lists
            if own
            and found is not own
            and "<h" in source[min(found.start(), own.start()) : max(found.start(), own.start())]
        ]
        if others:
            target = rng.choice(others).start()
            without = source[: item.start()] + source[item.end() :]
            place = target - len(item[0]) if target > item.start() else target
            return without[:place] + item[0] + without[place:]
    return None


def footnote(source: str, rng: random.Random) -> str | None:
    return _replace_one(
        source, rng, r"(?<=\(a\) Sous réserve d'une demande )écrite", lambda _: "orale"
    ) or _replace_one(source, rng, r"dans les quinze jours", lambda _: "dans les trente jours")


def document_target(source: str, rng: random.Random) -> str | None:
    found = list(re.finditer(r'href="[^"]*?([\w-]+)(\.pdf)', source))
    if not found:
        return None
    chosen = rng.choice(found)
    return source[: chosen.end(1)] + "-revise" + source[chosen.end(1) :]


def roman(source: str, rng: random.Random) -> str | None:
    other = {"I": "II", "II": "III", "III": "IV", "IV": "V"}
    return _replace_one(
        source, rng, r"(?<=[Nn]iveau )(?:III|II|IV|I)\b|(?<=[Aa]nnexe )(?:III|II|IV|I)\b", lambda match: other[match[0]]
    )


def category(source: str, rng: random.Random) -> str | None:
    return _replace_one(source, rng, r"(?<=catégorie )[A-C]\b", lambda match: chr(ord(match[0]) + 1))


def fraction(source: str, rng: random.Random) -> str | None:
    return _replace_one(source, rng, r"\b1/3\b", lambda _: "2/3")


def hour(source: str, rng: random.Random) -> str | None:
    return _replace_one(
        source, rng, r"(?<=, )1[28] h\b|(?<= à )1[28] h\b", lambda match: "17 h" if match[0][1] == "2" else "9 h"
    )


def tick(source: str, rng: random.Random) -> str | None:
    return _replace_one(source, rng, "[✓✗]", lambda match: "✗" if match[0] == "✓" else "✓")


def excluded_added(source: str, rng: random.Random) -> str | None:
    return _replace_one(
        source, rng, r"(?<=[a-zé]{4})(?=\.$)|(?<=œuvres)(?= )|(?<=productions)(?= )|(?<=bénéficiaires)(?= )",
        lambda _: rng.choice((", sauf dérogation", ", hors coproductions minoritaires", ", à l'exception des courts métrages")),
    )  # fmt: skip


def struck(source: str, rng: random.Random) -> str | None:
    """A passage is struck out but stays on the page."""
    found = _elements(source, r"<li>[^<]{12,}</li>")
    if not found:
        return None
    chosen = rng.choice(found)
    return source[: chosen.start()] + f"<li><del>{chosen[0][4:-5]}</del></li>" + source[chosen.end() :]


def contact(source: str, rng: random.Random) -> str | None:
    return _replace_one(source, rng, r"\b(bonus|cinema|contact)(?=@)", lambda match: f"{match[0]}2027")


def decimal(source: str, rng: random.Random) -> str | None:
    return _replace_one(source, rng, r"(?<=\d),(\d)\b", lambda match: f",{(int(match[1]) + 2) % 10}")


OTHER_CHANGES: dict[str, Change] = {
    "sign": sign,
    "unit": _swapped({"kWh": "MWh", "HT": "TTC", "k€": "M€", "M€": "k€", "€": "k€", "min": "h", "brut": "net", "par an": "par mois", "par œuvre": "par épisode", "m²": "ha", "semaines": "jours"}, r"(?<=[\d ]){}\b|(?<=\d )(?:k€|M€|€)"),
    "cells swapped": cells_swapped,
    "word removed": _swapped({" sauf les figurants": " les figurants", ", hors chaînes de télévision": "", "Aucune entreprise": "Une entreprise", "sans expérience": "avec expérience", ", même en cas": ", sauf en cas", "homologué": "gratuit"}),
    "item to other section": item_to_other_section,
    "exponent": exponent,
    "footnote": footnote,
    "document target": document_target,
    "roman": roman,
    "category": category,
    "fraction": fraction,
    "hour": hour,
    "tick": tick,
    "conjunction": _swapped({" et ": " ou ", " ou ": " et "}),
    "ordinal": _swapped({"Première": "Troisième", "première": "troisième", "Deuxième": "Troisième", "deuxième": "troisième", "premier jour": "dernier jour"}),
    "excluded added": excluded_added,
    "struck": struck,
    "contact": contact,
    "decimal": decimal,
    "limit": _swapped({"au moins": "au plus", "inférieure à": "supérieure à", "sans pouvoir excéder": "et peut excéder", "dans la limite de": "au-delà de", "avant le": "après le", "après avis": "sans avis"}),
    "admitted": _swapped({"n'est éligible": "n'est prioritaire", "ne sont pas admis": "sont admis", "dispensés": "tenus", "interdits": "tolérés", "peuvent demander": "doivent demander", "tolérées": "refusées"}),
    "place": _swapped({"en France": "en Europe", "Belgique": "Suisse", "Paris": "Lyon", "la région": "la commune"}),
    "who": _swapped({"la commission": "le président", "Le jury": "Le certificateur", "Le producteur": "Le diffuseur"}),
}  # fmt: skip


def other_change(source: str, seed: int) -> tuple[str, str]:
    """The page with one substantive change, and the kind of change."""
    rng = random.Random(seed)
    kinds = list(OTHER_CHANGES)
    rng.shuffle(kinds)
    for kind in kinds:
        changed = OTHER_CHANGES[kind](source, rng)
        if changed is not None and changed != source:
            return changed, kind
    raise AssertionError("no mutation applies")
