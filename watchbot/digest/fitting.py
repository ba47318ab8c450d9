"""Making a digest shorter, step by step, when a form of it has a limit: what is dropped is counted, never lost."""

from __future__ import annotations

from dataclasses import replace

from watchbot.digest.model import Digest, Section

FEWEST_DEADLINES = 3
# About what a story takes in the mail's HTML.
STORY_BYTES = 1_300


def shorter(digest: Digest, excess: int = 1) -> Digest:
    """The digest with a little less; the same when nothing is left to drop.

    In this order: all but one passage of each change; as many stories as `excess` bytes make, each from the longest
    section, down to one story each; doubtful stories; the last passages; whole sections from the last; changes from the
    last, then deadlines.
    """
    if any(len(change.passages) > 1 for change in digest.changes):
        return _with_passages(digest, 1)
    if any(len(section.entries) > 1 for section in digest.sections):
        return _with_fewer(digest, 1 + excess // STORY_BYTES)
    if digest.doubtful:
        return replace(digest, doubtful=(), more_doubtful=digest.more_doubtful + len(digest.doubtful))
    if any(change.passages for change in digest.changes):
        return _with_passages(digest, 0)
    if digest.sections:
        *others, last = digest.sections
        return replace(digest, sections=tuple(others), rest=(_cut(last, len(last.entries)), *digest.rest))
    if digest.changes:
        return replace(digest, changes=digest.changes[:-1], more_changes=digest.more_changes + 1)
    if len(digest.deadlines) > FEWEST_DEADLINES:
        return replace(digest, deadlines=digest.deadlines[:-1], more_deadlines=digest.more_deadlines + 1)
    return digest


def _with_passages(digest: Digest, most: int) -> Digest:
    changes = (
        replace(one, passages=one.passages[:most], more=one.more + len(one.passages[most:])) for one in digest.changes
    )
    return replace(digest, changes=tuple(changes))


def _with_fewer(digest: Digest, count: int) -> Digest:
    """Without `count` stories, the last one of whichever section is the longest, as long as each keeps one."""
    sections = list(digest.sections)
    for _ in range(count):
        place = max(range(len(sections)), key=lambda number: len(sections[number].entries))
        if len(sections[place].entries) < 2:
            break
        sections[place] = _cut(sections[place], 1)
    return replace(digest, sections=tuple(sections))


def _cut(section: Section, count: int) -> Section:
    return replace(section, entries=section.entries[: len(section.entries) - count], more=section.more + count)
