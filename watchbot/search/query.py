"""Understanding a question in plain French (or simple English): filters, and the words that are left. Pure.

"aides en Région Sud pour un documentaire depuis septembre" becomes the topic Financements, the region Sud, the kind
Documentaire, the period since 1 September, and the words "aides documentaire" for the ranking. Each filter has an id that
stays the same, so that a button can take it away: `query.without(id)`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from watchbot.french_dates import paris_day
from watchbot.search.spans import Span

if TYPE_CHECKING:
    from watchbot.search.spelling import Speller

# A longer question is read as far as this: what comes after says little, and the time stays bounded.
MAX_CHARACTERS = 400
MAX_WORDS = 24
MAX_PHRASES = 4
MAX_FILTERS = 10

Value = str | tuple[str, ...] | Span


class NamedTopic(Protocol):
    """A topic, as a watch's file or the model has it."""

    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def name(self) -> str: ...  # noqa: D102


class NamedSource(Protocol):
    """A source, of which its publisher is asked for."""

    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def publisher(self) -> str: ...  # noqa: D102


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """One thing understood of a question.

    `kind` is `topic`, `region`, `production`, `source` (a publisher's name), `period` and `due` (a `Span` of days in Paris), `number`
    (a register number), `reference` (a legal reference or standard), or `changes`. `id` is short ASCII and stable; `label` is French.
    """

    id: str
    kind: str
    value: Value
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A question as understood. `words` (folded) and `phrases` rank, `filters` decide; `newest` wishes for recent items first.

    `meaning` is the text without what became filters, for the encoder; `mentions` are register numbers and legal references
    as they were typed, which rank even where their filters were taken away; `corrections` are (typed, read instead). `carried` are the words
    that said no more than a topic or a kind of production that became a filter.     Filters of one kind widen each other (two regions: either), those of different kinds narrow.
    """

    text: str
    meaning: str = ""
    words: tuple[str, ...] = ()
    carried: frozenset[str] = frozenset()
    phrases: tuple[tuple[str, ...], ...] = ()
    mentions: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    newest: bool = False
    corrections: tuple[tuple[str, str], ...] = ()

    def without(self, *filter_ids: str) -> Query:
        """This question with filters taken away; unknown ids change nothing."""
        return replace(self, filters=tuple(one for one in self.filters if one.id not in filter_ids))

    def of_kind(self, kind: str) -> tuple[Filter, ...]:
        """The filters of one kind."""
        return tuple(one for one in self.filters if one.kind == kind)

    @property
    def is_specific(self) -> bool:
        """Whether something is asked for beyond the filters: if not, all that passes them is an answer."""
        return bool(self.phrases or self.mentions or set(self.words) - self.carried)

    @property
    def says_something(self) -> bool:
        """Whether anything is left to rank by."""
        return bool(self.words or self.phrases or self.mentions)

    @property
    def understood(self) -> tuple[str, ...]:
        """The labels of the filters."""
        return tuple(one.label for one in self.filters)


def understand(
    text: str,
    now: datetime,
    *,
    topics: Iterable[NamedTopic] = (),
    sources: Iterable[NamedSource] = (),
    speller: Speller | None = None,
) -> Query:
    """Read a question.

    Args:
        text: Anything that was typed.
        now: The moment it is asked; days are those of Paris.
        topics: The watch's topics: only these become filters.
        sources: The watch's sources, whose publishers can be asked for.
        speller: Corrects typing mistakes before anything is understood.

    Returns:
        The question; never an error, whatever the text.
    """
    from watchbot.search.reading import Reading, cleaned, publishers_of

    typed = cleaned(text)
    corrected, corrections = speller.correct(typed) if speller else (typed, ())
    day = paris_day(now)
    query = Reading(corrected, day, {one.id: one.name for one in topics}, publishers_of(sources)).query()
    return replace(query, text=typed, corrections=corrections)
