"""The deadlines of an issue: those of wanted stories, of tracked references and of registers, soonest first."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from watchbot.digest.entries import due_line, due_of_change
from watchbot.digest.model import DueLine
from watchbot.model import Change, Deadline

AHEAD = timedelta(days=120)
_NUMBER = re.compile(r"\b(?:RS|RNCP)[ \u00a0]?\d+")
_WORD = re.compile(r"\w{3,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Due:
    """A line with the ids that it hangs on (none: it concerns everyone), of a change, of items or of sources; what its title speaks of."""

    line: DueLine
    of: tuple[str, ...]
    change: str = ""
    numbers: frozenset[str]
    words: frozenset[str]


class DueTable:
    """Deadlines within `AHEAD` of a day, worked out once for all readers."""

    def __init__(
        self,
        changes: Sequence[Change],
        deadlines: Sequence[Deadline],
        publishers: Mapping[str, str],
        today: date,
    ) -> None:
        found = [
            _due(due_of_change(change, publishers, change.due, today), (change.id,), change.id)
            for change in changes
            if change.due is not None and today <= change.due <= today + AHEAD
        ]
        found += [
            # What no item tells is told by a reference: it concerns those whom its source concerns.
            _due(due_line(deadline, publishers, today), deadline.item_ids or deadline.source_ids)
            for deadline in deadlines
            if today <= deadline.due <= today + AHEAD
        ]
        self._dues = sorted(found, key=_pressing)

    def lines(self, concerned: Collection[str], fresh: Collection[str], limit: int) -> tuple[tuple[DueLine, ...], int]:
        """The lines of a reader, one for each subject and day, and how many more there are.

        Args:
            concerned: ids of the items, changes and sources that the reader wants, told already or not.
            fresh: ids of the changes that are news to the reader.
            limit: how many lines at most.
        """
        kept = self._kept(concerned)
        shown = tuple(replace(due.line, news=due.change) if due.change in fresh else due.line for due in kept[:limit])
        return shown, max(0, len(kept) - limit)

    def days(self, concerned: Collection[str]) -> list[date]:
        """The days on which something is due that concerns a reader."""
        return [due.line.due for due in self._kept(concerned)]

    def _kept(self, concerned: Collection[str]) -> list[_Due]:
        kept: list[_Due] = []
        for due in self._dues:
            wanted = not due.of or any(one in concerned for one in due.of)
            if wanted and not any(_same_subject(due, other) for other in kept):
                kept.append(due)
        return kept


def _due(line: DueLine, of: tuple[str, ...], change: str = "") -> _Due:
    numbers = frozenset(number.replace(" ", "").replace("\u00a0", "") for number in _NUMBER.findall(line.title))
    words = frozenset(_WORD.findall(line.title.lower())[:4])
    return _Due(line=line, of=of, change=change, numbers=numbers, words=words)


def _pressing(due: _Due) -> tuple[bool, date, bool, str]:
    """Registrations and references that end within the month first, whatever else is due; then the soonest."""
    return (not (due.line.urgent and due.change), due.line.due, not due.change, due.line.id)


def _same_subject(due: _Due, other: _Due) -> bool:
    """Whether two lines of one day speak of the same thing: the same register number, or titles that begin alike."""
    if due.line.due != other.line.due:
        return False
    if due.numbers:
        return bool(due.numbers & other.numbers)
    return len(due.words & other.words) >= 2
