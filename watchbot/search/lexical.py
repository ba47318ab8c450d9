"""Search by words: groups of forms of each word, and BM25 by the full-text index, with bounded work on common words.

FTS5 scores about 800,000 rows a second. While the words of a question stand in few items, all these are scored by its
BM25. Beyond that the newest rows with each word are taken without scoring, which is three times faster, and ranked by how rare
the words are that they hold, those in the title counting more: a word that stands in every tenth item tells little else.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from watchbot.search.expressions import either, mention_expression, quoted
from watchbot.search.words import stem

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from watchbot.search.index import Columns
    from watchbot.search.query import Query
    from watchbot.store.search_index import SearchTable

# Rows that may be scored for one question.
EXACT_ROWS = 15_000
# Beyond these: rows that are read for each word, and for how many of the rarest words.
NEWEST_ROWS = 12_000
COARSE_GROUPS = 6
TITLE_WEIGHT = 1.5
KEPT = 300
FORMS = 6
# What is written in one word, in two, or with a hyphen.
_COMPOUND = ("eco", "post", "pre", "co", "multi", "auto", "bio", "visio", "re", "sur", "sous", "micro", "inter")
# What is written short and in full.
_SAME: dict[str, tuple[str, ...]] = {
    "vhss": ("vss", "harcelement"), "vss": ("vhss", "harcelement"), "ia": ("intelligence artificielle", "ai"), "ai": ("ia", "intelligence artificielle"),
    "acv": ("cycle de vie",), "ges": ("gaz a effet de serre",), "rga": ("reglement general des aides",), "aap": ("appel a projets", "appels a projets"),
    "qvt": ("qvct", "qualite de vie"), "qvct": ("qvt", "qualite de vie"), "led": ("leds",), "vfx": ("effets visuels",), "rse": ("responsabilite societale",),
    "jo": ("journal officiel",), "jorf": ("journal officiel",), "ccn": ("convention collective",), "cpf": ("compte personnel de formation",), "aura": ("auvergne rhone alpes",),
    "ce": ("commission europeenne",), "ue": ("union europeenne", "europe"), "eu": ("european union", "europe"), "doc": ("documentaire",), "docu": ("documentaire",),
    "pub": ("publicite", "publicites"), "pubs": ("publicites", "publicite"), "elec": ("electrique",), "co2": ("carbone", "co2e"), "oeuvre": ("œuvre", "œuvres"), "oeuvres": ("œuvres", "œuvre"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One word of a question in all its forms: an FTS5 expression, in how many items it stands, nearly, and its stems."""

    expression: str
    docs: int
    stems: frozenset[str] = frozenset()

    def worth(self, items: int) -> float:
        """How much the word tells in an archive of so many items: the inverse document frequency of BM25."""
        docs = min(self.docs, items)
        return math.log(1 + (items - docs + 0.5) / (docs + 0.5))


def groups_of(table: SearchTable, query: Query) -> list[Group]:
    """The words of a question with their forms: number and gender, compounds, abbreviations, and what begins so."""
    groups: list[Group] = []
    words = list(query.words)
    while words:
        word = words.pop(0)
        if word in _COMPOUND and words and len(words[0]) > 3:
            second = words.pop(0)
            groups.append(_group(table, word + second, (quoted((word, second)),)))
            continue
        head = next((one for one in _COMPOUND[:3] if word.startswith(one) and len(word) > len(one) + 3), None)
        extra = (quoted((head, word[len(head) :])),) if head else ()
        groups.append(_group(table, word, (*extra, *(quoted(same) for same in _SAME.get(word, ())))))
    groups.extend(Group(expression=quoted(phrase), docs=1) for phrase in query.phrases)
    groups.extend(Group(expression=mention_expression(mention), docs=1) for mention in query.mentions)
    return groups


def _group(table: SearchTable, word: str, extra: tuple[str, ...]) -> Group:
    if word.endswith("*"):
        forms = table.beginning(word[:-1], FORMS * 2)
    else:
        forms = table.forms(stem(word), FORMS)
        if not forms and len(word) >= 4 and not word.isdigit():
            forms = table.beginning(word, FORMS)
    terms = dict.fromkeys([word.rstrip("*"), *(term for term, _ in forms)])
    expressions = [*(quoted(term) for term in terms), *extra]
    return Group(
        expression=either(expressions),
        docs=max(1, sum(docs for _, docs in forms)),
        stems=frozenset(stem(term) for term in terms),
    )


def by_words(
    table: SearchTable, columns: Columns, groups: Sequence[Group], mask: NDArray[np.bool_]
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The items that pass `mask` and hold any of the words, best first, and their scores.

    Args:
        table: The full-text index.
        columns: The records, of which `mask` has one value a row.
        groups: The words.
        mask: What passes the filters.

    Returns:
        Places within the columns, and scores (higher is better), at most `KEPT` of each.
    """
    allowed = int(np.count_nonzero(mask))
    if not groups or not allowed:
        return np.zeros(0, np.int32), np.zeros(0, np.float32)
    if sum(group.docs for group in groups) <= EXACT_ROWS:
        few = allowed > 0.5 * len(mask)
        return _scored(table, columns, groups, mask, 2 * KEPT if few else EXACT_ROWS)
    return _coarse(table, columns, groups, mask)


def _scored(
    table: SearchTable, columns: Columns, groups: Sequence[Group], mask: NDArray[np.bool_], limit: int
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    rows = table.scored(" OR ".join(group.expression for group in groups), limit)
    numbers = np.fromiter((n for n, _ in rows), np.int64, len(rows))
    scores = -np.fromiter((score for _, score in rows), np.float32, len(rows))
    known = numbers < len(columns.places)
    places = columns.places[numbers[known]]
    scores = scores[known]
    passing = (places >= 0) & (places < len(mask))
    passing[passing] = mask[places[passing]]
    return places[passing][:KEPT], scores[passing][:KEPT]


def _coarse(
    table: SearchTable, columns: Columns, groups: Sequence[Group], mask: NDArray[np.bool_]
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    numbers = columns.numbers[: len(mask)][mask]
    low, high = int(numbers.min()), int(numbers.max())
    points = np.zeros(len(mask), np.float32)
    for group in sorted(groups, key=lambda one: (one.docs, one.expression))[:COARSE_GROUPS]:
        worth = group.worth(len(mask))
        for expression, weight in ((group.expression, worth), (f"title : {group.expression}", TITLE_WEIGHT * worth)):
            found = columns.places_of(table.matching(expression, NEWEST_ROWS, low, high))
            found = found[found < len(mask)]
            points[found] += weight
    places = np.flatnonzero((points > 0) & mask)
    if len(places) > KEPT:
        edge = np.partition(points[places], len(places) - KEPT)[len(places) - KEPT]
        places = places[points[places] >= edge]
    dates = columns.headers["date"][places]
    order = np.lexsort((places, -dates.astype(np.int64), -points[places]))[:KEPT]
    return places[order].astype(np.int32), points[places][order]
