"""Both versions of an edited place, cut about what differs, with the words that differ marked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher

from watchbot.digest.french import clean, typeset
from watchbot.digest.model import Passage, Run
from watchbot.model import Edit

SHOWN = 320
# Words kept before the first difference when a passage is too long to be shown whole.
LEAD = 90
# Work on one passage is bounded, whatever was fetched: what is longer between the first and the last difference differs as a whole.
MOST_TOKENS = 600
CONSIDERED = 20_000
# Versions that share less than this are two texts: marking every word would help nobody.
ALIKE = 0.35
# A date, a time or a number with its separators is one word.
_TOKEN = re.compile(r"\s+|\d+(?:[/.,:\u00a0]\d+)*|\w+|[^\w\s]")


def passage(edit: Edit, title: str = "") -> Passage:
    """An edit as a reader sees it; a section named like the document (`title`) is not worth naming."""
    before, after = (typeset(clean(text, CONSIDERED)) for text in (edit.before, edit.after))
    named = [name for name in map(clean, edit.path) if name != clean(title)]
    where = typeset(clean(" › ".join((*named, *_field(edit.label))), 120))
    old, new = _marked(before, after)
    return Passage(where=where, before=_window(old), after=_window(new))


def _field(label: str) -> tuple[str, ...]:
    """The name of the field or column that changed; other labels say no more than the section does."""
    kind, _, name = label.partition(" ")
    return (name,) if kind in {"champ", "colonne"} and name else ()


def _marked(before: str, after: str) -> tuple[list[Run], list[Run]]:
    """Both texts as runs, those that the other does not have marked."""
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    start = _shared(old, new)
    end = _shared(old[start:][::-1], new[start:][::-1])
    left, right = [Run("".join(old[:start]))], [Run("".join(new[:start]))]
    for op, i, j, k, m in _differences(old[start : len(old) - end], new[start : len(new) - end]):
        was, now = "".join(old[start + i : start + j]), "".join(new[start + k : start + m])
        # A blank between two words that differ differs with them.
        same = op == "equal" and not was.isspace()
        _add(left, was, changed=not same)
        _add(right, now, changed=not same)
    tail = "".join(old[len(old) - end :])
    _add(left, tail, changed=False)
    _add(right, tail, changed=False)
    if not _alike(left) and not _alike(right):
        left, right = [Run(before)], [Run(after)]
    return [run for run in left if run.text], [run for run in right if run.text]


def _shared(old: Sequence[str], new: Sequence[str]) -> int:
    """How many tokens both begin with."""
    return next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))


def _differences(old: list[str], new: list[str]) -> Sequence[tuple[str, int, int, int, int]]:
    if max(len(old), len(new)) > MOST_TOKENS:
        return [("replace", 0, len(old), 0, len(new))]
    return SequenceMatcher(None, old, new).get_opcodes()


def _alike(runs: list[Run]) -> bool:
    """Whether enough of a version stayed for marks to say something."""
    size = sum(len(run.text) for run in runs)
    return sum(len(run.text) for run in runs if not run.changed) >= ALIKE * size > 0


def _add(runs: list[Run], text: str, *, changed: bool) -> None:
    if not text:
        return
    if runs and runs[-1].changed == changed:
        runs[-1] = Run(runs[-1].text + text, changed)
    else:
        runs.append(Run(text, changed))


def _window(runs: Iterable[Run]) -> tuple[Run, ...]:
    """At most `SHOWN` characters, beginning a little before the first difference."""
    kept = list(runs)
    if sum(len(run.text) for run in kept) <= SHOWN:
        return tuple(_without_edges(kept))
    if len(kept) > 1 and not kept[0].changed and len(kept[0].text) > LEAD:
        kept[0] = Run("… " + kept[0].text[-LEAD:].partition(" ")[2].lstrip())
    shown: list[Run] = []
    room = SHOWN
    for run in kept:
        if len(run.text) >= room:
            shown.append(Run(_head(run.text, room), run.changed))
            break
        shown.append(run)
        room -= len(run.text)
    return tuple(_without_edges(shown))


def _head(text: str, room: int) -> str:
    """The beginning of a run, to its last whole word, with an ellipsis."""
    cut = text[: max(room, 0)]
    return (cut[: cut.rfind(" ")] if cut.rfind(" ") > room // 2 else cut).rstrip() + "…"


def _without_edges(runs: list[Run]) -> Iterable[Run]:
    """Blanks at the edges of marks stand outside of them, so that no underlining runs into the void."""
    for run in runs:
        bare = run.text.strip()
        if not run.changed or not bare or bare == run.text:
            yield run
            continue
        start = run.text.index(bare[0])
        yield from (
            piece
            for piece in (Run(run.text[:start]), Run(bare, changed=True), Run(run.text[start + len(bare) :]))
            if piece.text
        )
