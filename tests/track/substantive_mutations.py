"""Substantive mutations of recorded documents: each changes what a rule says. Seeded; every mutation changes the page."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from tests.track.noise_mutations import MONTHS

_TEXT = re.compile(r">([^<>]+)<")
_SKIPPED = re.compile(
    r"vérifié le|mis à jour|mise à jour|modifié le|publié le|vues|consultations|temps de lecture|lu \d|©|générée|aujourd|build|accueil|partager|cookies|facebook|linkedin|12 rue",
    re.IGNORECASE,
)


_AFTER_CONTENT = (
    "</main>", "<footer", "<aside", 'id="footer"', 'class="share', 'class="partage"', 'class="post-views', 'class="node__links', 'class="sc-share',
    'class="notes',
)  # fmt: skip


def substantive_html(source: str, seed: int) -> tuple[str, str]:
    """The page with one substantive change, and the kind of change."""
    rng = random.Random(seed)
    kinds = list(HTML_CHANGES)
    rng.shuffle(kinds)
    for kind in kinds:
        changed = HTML_CHANGES[kind](source, rng)
        if changed is not None and changed != source:
            return changed, kind
    raise AssertionError("no mutation applies")


def _content(source: str) -> tuple[int, int]:
    """Where the content stands: from the title to the footer or the end of main."""
    start = source.find("<h1")
    ends = [place for mark in _AFTER_CONTENT if (place := source.find(mark, start)) >= 0]
    return start, min(ends, default=len(source))


def _texts(source: str, pattern: str) -> list[tuple[int, int, re.Match[str]]]:
    """Every match of a pattern in the texts of the content, with its place in the page."""
    start, end = _content(source)
    found = []
    for text in _TEXT.finditer(source, start, end):
        if not _SKIPPED.search(text[1]):
            found.extend(
                (text.start(1) + match.start(), text.start(1) + match.end(), match)
                for match in re.finditer(pattern, text[1])
            )
    return found


def _replace_one(source: str, rng: random.Random, pattern: str, change: Callable[[re.Match[str]], str]) -> str | None:
    found = _texts(source, pattern)
    if not found:
        return None
    start, end, match = rng.choice(found)
    return source[:start] + change(match) + source[end:]


def number(source: str, rng: random.Random) -> str | None:
    return _replace_one(
        source, rng, r"(?<![\d/])\d{1,3}(?![\d/])", lambda match: str(int(match[0]) + rng.choice((1, 2, 5, 10)))
    )


def date_written(source: str, rng: random.Random) -> str | None:
    pattern = rf"(\d{{1,2}}(?:er)?) ({'|'.join(MONTHS)}) (\d{{4}})"

    def change(match: re.Match[str]) -> str:
        return rng.choice(
            (
                f"{match[1]} {match[2]} {int(match[3]) + 1}",
                f"{match[1]} {MONTHS[(MONTHS.index(match[2]) + 1) % 12]} {match[3]}",
            )
        )

    return _replace_one(source, rng, pattern, change)


def date_numeric(source: str, rng: random.Random) -> str | None:
    return _replace_one(
        source, rng, r"(\d{2})/(\d{2})/(\d{4})", lambda match: f"{match[1]}/{match[2]}/{int(match[3]) + 1}"
    )


def amount(source: str, rng: random.Random) -> str | None:
    return _replace_one(
        source, rng, r"(\d{1,3}) 000(?= €)", lambda match: f"{int(match[1]) + rng.choice((1, 5, 10))} 000"
    )


def percent(source: str, rng: random.Random) -> str | None:
    return _replace_one(source, rng, r"(\d+)(?=(?:&nbsp;| )%)", lambda match: str(int(match[1]) + 5))


def unit(source: str, rng: random.Random) -> str | None:
    other = {
        "jours": "mois",
        "mois": "semaines",
        "ans": "mois",
        "heures": "jours",
        "minutes": "heures",
        "€": "$",
        "%": "points",
        "km": "m",
    }
    return _replace_one(
        source, rng, r"(?<=\d )(?:jours|mois|ans|heures|minutes|€|%|km)\b|(?<=\d )[€%]", lambda match: other[match[0]]
    )


def number_word(source: str, rng: random.Random) -> str | None:
    words = ["deux", "trois", "quatre", "cinq", "six"]
    return _replace_one(
        source,
        rng,
        r"\b(?:deux|trois|quatre|cinq|six)\b",
        lambda match: rng.choice([word for word in words if word != match[0].lower()]),
    )


def negation_added(source: str, rng: random.Random) -> str | None:
    verbs = r"\b(est|sont|doit|doivent|peut|peuvent|comporte|bénéficient|provient|proviennent|soutient)\b(?! pas| plus)"
    return _replace_one(
        source,
        rng,
        rf"(?<!n’)(?<!n')(?<!ne ){verbs}",
        lambda match: f"n'{match[0]} pas" if match[0][0] in "aeiou" else f"ne {match[0]} pas",
    )


def negation_removed(source: str, rng: random.Random) -> str | None:
    return _replace_one(source, rng, r"\b(?:ne |n['’])(\w+) (?:pas|plus)\b", lambda match: match[1])


def duty(source: str, rng: random.Random) -> str | None:
    other = {
        "peut": "doit",
        "doit": "peut",
        "peuvent": "doivent",
        "doivent": "peuvent",
        "obligatoire": "facultatif",
        "interdits": "autorisés",
        "est tenue de": "est invitée à",
    }
    return _replace_one(source, rng, "|".join(rf"\b{word}\b" for word in other), lambda match: other[match[0]])


def limit(source: str, rng: random.Random) -> str | None:
    other = {
        "au moins": "au plus",
        "au plus": "au moins",
        "supérieur": "inférieur",
        "supérieure": "inférieure",
        "inférieur": "supérieur",
        "plus de": "moins de",
        "moins de": "plus de",
        "avant": "après",
    }
    return _replace_one(source, rng, "|".join(rf"\b{word}\b" for word in other), lambda match: other[match[0]])


def section_renamed(source: str, rng: random.Random) -> str | None:
    headings = [
        found
        for found in re.finditer(r"<(h[23])[^>]*>([^<]+)</\1>", source[: _content(source)[1]])
        if not re.search("lire aussi|même sujet|partager", found[2], re.IGNORECASE)
    ]
    if not headings:
        return None
    found = rng.choice(headings)
    name = rng.choice(
        (
            "Dispositions transitoires",
            "Engagements renforcés",
            "Modalités particulières",
            f"{found[2]} et contrôle",
            "Nouvelles règles",
        )
    )
    return source[: found.start(2)] + name + source[found.end(2) :]


def _elements(source: str, pattern: str) -> list[re.Match[str]]:
    start, end = _content(source)
    return [
        found
        for found in re.finditer(pattern, source[:end], re.DOTALL)
        if found.start() > start and not _SKIPPED.search(found[0]) and "href" not in found[0]
    ]


def criterion_removed(source: str, rng: random.Random) -> str | None:
    found = _elements(source, r"<li>.{12,}?</li>\n?|<p>Critère.*?</p>\n?")
    if not found:
        return None
    chosen = rng.choice(found)
    return source[: chosen.start()] + source[chosen.end() :]


def criterion_added(source: str, rng: random.Random) -> str | None:
    found = _elements(source, r"<li>.{12,}?</li>|<p>Critère.*?</p>")
    if not found:
        return None
    chosen = rng.choice(found)
    text = rng.choice(
        (
            "Compenser les émissions résiduelles par un projet certifié.",
            "Mettre en place une gourde par membre de l'équipe.",
            "Utiliser des peintures sans solvant pour les décors.",
            "Privilégier les hôtels labellisés.",
            "Assurer un suivi de la biodiversité.",
        )
    )
    new = f"<li>{text}</li>" if chosen[0].startswith("<li") else f"<p>Critère 99 : {text}</p>"
    place = rng.choice((chosen.start(), chosen.end()))
    return source[:place] + new + source[place:]


def row_removed(source: str, rng: random.Random) -> str | None:
    found = _elements(source, r"<tr><td>.*?</tr>\n?")
    if not found:
        return None
    chosen = rng.choice(found)
    return source[: chosen.start()] + source[chosen.end() :]


def row_added(source: str, rng: random.Random) -> str | None:
    found = _elements(source, r"<tr><td>.*?</tr>")
    if not found:
        return None
    chosen = rng.choice(found)
    cells = chosen[0].count("<td>")
    return (
        source[: chosen.end()]
        + "<tr>"
        + "".join(f"<td>{cell}</td>" for cell in ["Nouvelle ligne", *["à préciser"] * (cells - 1)])
        + "</tr>"
        + source[chosen.end() :]
    )


def paragraph_removed(source: str, rng: random.Random) -> str | None:
    found = _elements(source, r"<p>.{60,}?</p>\n?")
    if not found:
        return None
    chosen = rng.choice(found)
    return source[: chosen.start()] + source[chosen.end() :]


def reference(source: str, rng: random.Random) -> str | None:
    return _replace_one(
        source, rng, r"(article|Article) (122|123)-(\d+)", lambda match: f"{match[1]} {match[2]}-{int(match[3]) + 10}"
    )


def name(source: str, rng: random.Random) -> str | None:
    other = {
        "SeCO2": "Carbulator",
        "Carbon Stage": "Carbon'Clap",
        "AFNOR Certification": "Bureau Veritas",
        "Greenly": "Ekodev",
        "Secoya": "Greenly",
    }
    return _replace_one(source, rng, "|".join(other), lambda match: other[match[0]])


HTML_CHANGES: dict[str, Callable[[str, random.Random], str | None]] = {
    "number": number,
    "date written": date_written,
    "date numeric": date_numeric,
    "amount": amount,
    "percent": percent,
    "unit": unit,
    "number word": number_word,
    "negation added": negation_added,
    "negation removed": negation_removed,
    "duty": duty,
    "limit": limit,
    "section renamed": section_renamed,
    "criterion removed": criterion_removed,
    "criterion added": criterion_added,
    "row removed": row_removed,
    "row added": row_added,
    "paragraph removed": paragraph_removed,
    "reference": reference,
    "name": name,
}
