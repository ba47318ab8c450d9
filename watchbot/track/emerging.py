"""The yearly list of emerging jobs as a table: who entered, who left, who stayed, and over all years who was there when.

One job is worded a little differently from year to year ("Diagnostiqueur de produits matériaux et déchets…", "Diagnostiqueur
produits matériaux déchets…"): titles are the same job when their words that carry meaning are, or nearly so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from watchbot.french_dates import paris_day
from watchbot.model import Change, Edit, Significance, Snapshot
from watchbot.track.document import change_id
from watchbot.track.fold import folded, tokens
from watchbot.track.lexicon import STOP
from watchbot.track.passages import read_lines
from watchbot.track.tables import row_key
from watchbot.track.tree import Passage, split_marker
from watchbot.track.typography import NBSP, canonical, french, plural, shortened

_NEARLY = 92.0
_NAMED_REASONS = 6
_JOB_COLUMN = re.compile(r"métier|intitulé|emploi|profession", re.IGNORECASE)
_GENDER = re.compile(r"(?<=\w)(?:\([a-zé]{1,4}\)|[·.•/-](?:e|ne|se|trice|euse|rice|ière|ère)s?\b)", re.IGNORECASE)
_OTHER_GENDER = re.compile(r"^(\w+)\s*/\s*\w+(?=\s|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class JobMoves:
    """What happened between two lists. `stayed` pairs each title with the new one; the others keep their list's order."""

    entered: tuple[str, ...]
    left: tuple[str, ...]
    stayed: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobYears:
    """A job by its latest title and the years in which it was listed, in order."""

    title: str
    years: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRow:
    """A job in the table of a list's history: `entré`, `sorti` or `resté` at its last change (`listé` when it never changed)."""

    state: str
    title: str
    years: tuple[int, ...]


def lists_jobs(snapshot: Snapshot) -> bool:
    """Whether a page or document is a list of emerging jobs, by its title."""
    return "metiersemergents" in folded(snapshot.title)


def jobs_history(versions: Sequence[Snapshot]) -> tuple[JobRow, ...]:
    """The table of a list of jobs over its versions, oldest first: who entered, left or stayed last, and the years of each.

    A year is that in which a version was seen first; of several versions in one year the last counts. Empty for anything that
    lists no emerging jobs.
    """
    if not versions or not lists_jobs(versions[-1]):
        return ()
    lists = {paris_day(one.first_seen).year: jobs_in(one.text) for one in versions}
    years = {row.title: row.years for row in presence(lists)}
    if len(versions) < 2:
        return tuple(
            JobRow(state="listé", title=french(title), years=years[title]) for title in jobs_in(versions[-1].text)
        )
    before, after = (jobs_in(one.text) for one in versions[-2:])
    table = moves_table(compare_jobs(before, after))
    spelled = {french(title): listed for title, listed in years.items()}
    return tuple(
        JobRow(state=state, title=title, years=spelled.get(title.split(f" (auparavant{NBSP}:")[0], ()))
        for state, title in table
    )


def jobs_in(text: str) -> tuple[str, ...]:
    """The job titles that a normalised page or document lists: the rows of its tables if any names jobs, else its list items."""
    lines = read_lines(text)
    column: int | None = None
    from_rows: list[str] = []
    for line in lines:
        if line.kind == "header":
            column = next((place for place, name in enumerate(line.cells) if _JOB_COLUMN.search(name)), None)
        elif line.kind == "row" and column is not None:
            cell = line.cells[column] if column < len(line.cells) else ""
            from_rows.append(cell or row_key(Passage("row", line.text, "", (), 0, 1, line.cells)))
    titles = from_rows or [split_marker(line.text)[1] for line in lines if line.kind == "item"]
    return tuple(dict.fromkeys(title.strip(" ;.,") for title in titles if title.strip(" ;.,")))


def compare_jobs(before: Sequence[str], after: Sequence[str]) -> JobMoves:
    """Say who entered, left and stayed from one list to the next."""
    pairs = _pairs(before, after)
    kept = {j for _, j in pairs}
    gone = {i for i, _ in pairs}
    return JobMoves(
        entered=tuple(title for j, title in enumerate(after) if j not in kept),
        left=tuple(title for i, title in enumerate(before) if i not in gone),
        stayed=tuple((before[i], after[j]) for i, j in pairs),
    )


def _pairs(before: Sequence[str], after: Sequence[str]) -> list[tuple[int, int]]:
    """The same jobs of two lists, equal words first, then nearly equal ones, best first."""
    from rapidfuzz.fuzz import token_sort_ratio

    old = [_identity(title) for title in before]
    new = [_identity(title) for title in after]
    pairs: list[tuple[int, int]] = []
    waiting = list(range(len(new)))
    for i, words in enumerate(old):
        match = next((j for j in waiting if new[j] == words), None)
        if match is not None:
            waiting.remove(match)
            pairs.append((i, match))
    taken = {i for i, _ in pairs}
    near = sorted(
        (
            (token_sort_ratio(" ".join(old[i]), " ".join(new[j])), i, j)
            for i in range(len(old))
            if i not in taken
            for j in waiting
        ),
        reverse=True,
    )
    for likeness, i, j in near:
        if likeness >= _NEARLY and i not in taken and j in waiting:
            taken.add(i)
            waiting.remove(j)
            pairs.append((i, j))
    return sorted(pairs, key=lambda pair: pair[1])


def _identity(title: str) -> tuple[str, ...]:
    plain = _OTHER_GENDER.sub(r"\1", _GENDER.sub("", canonical(title)))
    return tuple(sorted(token.key.rstrip("sx") for token in tokens(plain) if token.key not in STOP))


def presence(lists: Mapping[int, Sequence[str]]) -> tuple[JobYears, ...]:
    """Every job over several years' lists, by title."""
    years: list[tuple[str, list[int]]] = []
    for year in sorted(lists):
        titles = [title for title, _ in years]
        moves = _pairs(titles, lists[year])
        for i, j in moves:
            years[i] = (lists[year][j], [*years[i][1], year])
        known = {j for _, j in moves}
        years.extend((title, [year]) for j, title in enumerate(lists[year]) if j not in known)
    rows = [JobYears(title=title, years=tuple(found)) for title, found in years]
    return tuple(sorted(rows, key=lambda row: [token.key for token in tokens(row.title)]))


def moves_table(moves: JobMoves) -> tuple[tuple[str, str], ...]:
    """The moves as rows (`entré`, `sorti` or `resté`; title), entered first; a reworded title shows both wordings."""
    rows = [("entré", title) for title in moves.entered]
    rows += [("sorti", title) for title in moves.left]
    rows += [("resté", new if old == new else f"{new} (auparavant{NBSP}: {old})") for old, new in moves.stayed]
    return tuple((state, french(title)) for state, title in rows)


def emerging_change(
    before: Snapshot | None, after: Snapshot, detected_at: datetime, topics: Sequence[str] = ()
) -> Change | None:
    """The change of event `list` between two versions of a page or document that lists emerging jobs; None if no job moved."""
    if before is None:
        return None
    moves = compare_jobs(jobs_in(before.text), jobs_in(after.text))
    if not moves.entered and not moves.left:
        return None
    edits = [Edit(op="added", path=(), after=title, label="métier") for title in moves.entered]
    edits += [Edit(op="removed", path=(), before=title, label="métier") for title in moves.left]
    reasons = [
        f"{plural(len(titles), f'métier {verb}', f'métiers {verb}s')}{NBSP}: {_listed(titles)}"
        for verb, titles in (("entré", moves.entered), ("sorti", moves.left))
        if titles
    ]
    reasons.append(plural(len(moves.stayed), "métier resté", "métiers restés"))
    return Change(
        id=change_id(after.source_id, after.key, "list", before.digest, after.digest),
        source_id=after.source_id,
        key=after.key,
        title=after.title,
        url=after.url,
        event="list",
        detected_at=detected_at,
        significance=Significance.SUBSTANTIVE,
        reasons=tuple(reasons),
        edits=tuple(edits),
        before_id=before.id,
        after_id=after.id,
        topics=tuple(topics),
    )


def _listed(titles: Sequence[str]) -> str:
    named = ", ".join(shortened(french(title), 80) for title in titles[:_NAMED_REASONS])
    return named if len(titles) <= _NAMED_REASONS else f"{named} et {len(titles) - _NAMED_REASONS} autres"
