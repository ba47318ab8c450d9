"""What to call a passage in French: "critère 12", "article 122-18", "ligne", "section", "passage"."""

from __future__ import annotations

import re

from watchbot.track.fold import word_set
from watchbot.track.tree import Passage

STRUCTURAL = word_set(
    "critère action exigence condition engagement mesure obligation recommandation calculateur outil pièce document dépense"
    " bénéficiaire métier indicateur objectif étape modalité sanction dérogation exception aide niveau poste certification"
)
_NAMED = re.compile(r"^([^\W\d_]+)\.? ")
_FULL_NAMES = {"art": "article"}
_PLAIN = {"heading": "section", "row": "ligne", "header": "colonne", "link": "document lié", "text": "passage"}


def label_of(passage: Passage) -> str:
    """The name of a passage, from its own marker or else from the headings above it."""
    if passage.kind in {"heading", "row", "header", "link"}:
        return _PLAIN[passage.kind]
    if passage.marker:
        named = _NAMED.match(passage.marker)
        if named and len(named[1]) > 1:
            name = str(named[1]).lower()
            return f"{_FULL_NAMES.get(name, name)} {passage.marker[named.end() :].strip()}"
        return f"point {passage.marker.rstrip('.)')}"
    return _from_headings(passage.path) if passage.kind == "item" else "passage"


def _from_headings(path: tuple[str, ...]) -> str:
    """The noun of the nearest headings that name what is listed; the document's own title is too far off to tell."""
    for heading in reversed(path[1:][-2:] or path):
        words: list[str] = re.findall(r"[^\W\d_]+", heading.lower())
        for word in words:
            if word.rstrip("sx") in STRUCTURAL or word in STRUCTURAL:
                return word if word in STRUCTURAL else word.rstrip("sx")
    return "élément"
