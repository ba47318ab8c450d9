"""Search by words: groups of forms of each word, and BM25 by the full-text index, with bounded work on common words.

FTS5 scores some 800,000 rows a second. While the words of a question stand in few items, all these are scored. Beyond that, the
items that hold all words, and those with each, rarest first, are scored from the newest on until a budget is spent: BM25 is a
sum over words, so that the parts add up, and a word that stands in every tenth item tells little but how new an item is.

"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from watchbot.search.expressions import either, mention_expression, quoted
from watchbot.search.words import stem, words_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from watchbot.search.index import Columns
    from watchbot.search.query import Query
    from watchbot.store.search_index import SearchTable

# Rows that may be scored for one question: all at once, or beyond that in parts.
EXACT_ROWS = 4_000
ALL_WORDS_ROWS = 1_200
EACH_WORD_ROWS = 900
MOST_GROUPS = 5
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


def stems_of(text: str) -> set[str]:
    """The stems of a text's words, and of what is written in two words or with a hyphen as if it were one."""
    words = list(words_of(text))
    stems = {stem(word) for word in words}
    stems.update(stem(first + second) for first, second in pairwise(words) if first in _COMPOUND)
    return stems


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
    if not groups or not mask.any():
        return np.zeros(0, np.int32), np.zeros(0, np.float32)
    points = np.zeros(len(mask), np.float32)
    if sum(group.docs for group in groups) <= EXACT_ROWS:
        _add(points, columns, table.scored(" OR ".join(group.expression for group in groups), EXACT_ROWS))
    else:
        _add_in_parts(points, table, columns, groups, mask)
    places = np.flatnonzero((points > 0) & mask)
    if len(places) > KEPT:
        edge = np.partition(points[places], len(places) - KEPT)[len(places) - KEPT]
        places = places[points[places] >= edge]
    dates = columns.of("date")[places]
    order = np.lexsort((places, -dates.astype(np.int64), -points[places]))[:KEPT]
    return places[order].astype(np.int32), points[places][order]


def _add_in_parts(
    points: NDArray[np.float32],
    table: SearchTable,
    columns: Columns,
    groups: Sequence[Group],
    mask: NDArray[np.bool_],
) -> None:
    """Score the newest rows that hold every word, and those with each, rarest first."""
    numbers = columns.numbers[: len(mask)][mask]
    low, high = int(numbers.min()), int(numbers.max())
    chosen = sorted(groups, key=lambda one: (one.docs, one.expression))[:MOST_GROUPS]
    for group in chosen:
        rows = max(EACH_WORD_ROWS, (EXACT_ROWS - group.docs) // len(chosen))
        _add(points, columns, table.newest_scored(group.expression, rows, low, high))
    if len(chosen) > 1:
        whole = " AND ".join(group.expression for group in chosen)
        found = np.zeros(len(points), np.float32)
        _add(found, columns, table.newest_scored(whole, ALL_WORDS_ROWS, low, high))
        np.maximum(points, found, out=points)


def _add(points: NDArray[np.float32], columns: Columns, rows: Sequence[tuple[int, float]]) -> None:
    """Add the scores of rows (BM25: lower is better) to the points of their places."""
    numbers = np.fromiter((row[0] for row in rows), np.int64, len(rows))
    scores = np.fromiter((row[1] for row in rows), np.float32, len(rows))
    known = numbers < len(columns.places)
    places = columns.places[numbers[known]]
    inside = (places >= 0) & (places < len(points))
    points[places[inside]] -= scores[known][inside]
