"""Making a digest shorter, step by step, when a form of it has a limit: what is dropped is counted, never lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from watchbot.digest.lead import WORDS_A_MINUTE, minutes_to_read, reading_words
from watchbot.digest.model import ChangeEntry, Digest, Entry, Section

FEWEST_DEADLINES = 5
FEWEST_FOLLOWED = 3
# About what a story takes in the mail's HTML.
STORY_BYTES = 1_300
# About how many words a story has.
STORY_WORDS = 40


def shorter(digest: Digest, excess: int = 1) -> Digest:
    """The digest with a little less; the same when nothing is left to drop.

    In this order: all but one passage of each change; as many stories as `excess` bytes make, each from the longest
    section, down to one story each; what is followed, down to a few stories each; doubtful stories; the last passages;
    whole sections from the last; changes from the last, all but the deadlines of what is followed, then deadlines.
    """
    for step in _STEPS:
        less = step(digest, excess)
        if less != digest:
            return less
    return digest


def read_within(digest: Digest, minutes: int, words: Callable[[Entry], int]) -> Digest:
    """The digest made so short that it reads in so many minutes, as far as it goes; `words` counts those of an entry.

    Never without its changes, its first deadlines and what the reader follows.
    """
    while minutes_to_read(total := reading_words(digest, words)) > minutes:
        excess = (total - minutes * WORDS_A_MINUTE) * STORY_BYTES // STORY_WORDS
        less = next((less for step in _READING if (less := step(digest, excess)) != digest), digest)
        if less == digest:
            break
        digest = less
    return digest


def _first_passages(digest: Digest, _excess: int) -> Digest:
    return _with_passages(digest, 1)


def _fewer_stories(digest: Digest, excess: int) -> Digest:
    return _with_fewer(digest, 1 + excess // STORY_BYTES)


def _fewer_followed(digest: Digest, _excess: int) -> Digest:
    return _with_followed(digest, FEWEST_FOLLOWED)


def _no_doubtful(digest: Digest, _excess: int) -> Digest:
    return replace(digest, doubtful=(), more_doubtful=digest.more_doubtful + len(digest.doubtful))


def _no_passages(digest: Digest, _excess: int) -> Digest:
    return _with_passages(digest, 0)


def _one_section_less(digest: Digest, _excess: int) -> Digest:
    if not digest.sections:
        return digest
    *others, last = digest.sections
    return replace(digest, sections=tuple(others), rest=(_cut(last, len(last.entries)), *digest.rest))


def _one_change_less(digest: Digest, _excess: int) -> Digest:
    if not digest.changes:
        return digest
    return replace(digest, changes=digest.changes[:-1], more_changes=digest.more_changes + 1)


def _followed_counted(digest: Digest, _excess: int) -> Digest:
    return _with_followed(digest, 0, changes=False)


def _one_deadline_less(digest: Digest, _excess: int) -> Digest:
    if len(digest.deadlines) <= FEWEST_DEADLINES:
        return digest
    return replace(digest, deadlines=digest.deadlines[:-1], more_deadlines=digest.more_deadlines + 1)


_STEPS = (
    _first_passages,
    _fewer_stories,
    _fewer_followed,
    _no_doubtful,
    _no_passages,
    _one_section_less,
    _one_change_less,
    _followed_counted,
    _one_deadline_less,
)


_READING = (_first_passages, _fewer_stories, _one_deadline_less, _no_passages, _one_section_less)


def _with_passages(digest: Digest, most: int) -> Digest:
    def cut(changes: Sequence[ChangeEntry]) -> tuple[ChangeEntry, ...]:
        return tuple(
            replace(one, passages=one.passages[:most], more=one.more + len(one.passages[most:])) for one in changes
        )

    followed = tuple(replace(group, changes=cut(group.changes)) for group in digest.followed)
    return replace(digest, changes=cut(digest.changes), followed=followed)


def _with_followed(digest: Digest, stories: int, *, changes: bool = True) -> Digest:
    """Fewer stories of each follow; without its changes if need be."""
    groups = []
    for group in digest.followed:
        kept = group.changes if changes else ()
        more = group.more + len(group.entries[stories:]) + len(group.changes) - len(kept)
        groups.append(replace(group, entries=group.entries[:stories], changes=kept, more=more))
    return replace(digest, followed=tuple(groups))


def _with_fewer(digest: Digest, count: int) -> Digest:
    """Without `count` stories, the last one of whichever section is the longest, as long as each keeps one."""
    sections = list(digest.sections)
    for _ in range(count if sections else 0):
        place = max(range(len(sections)), key=lambda number: len(sections[number].entries))
        if len(sections[place].entries) < 2:
            break
        sections[place] = _cut(sections[place], 1)
    return replace(digest, sections=tuple(sections))


def _cut(section: Section, count: int) -> Section:
    return replace(section, entries=section.entries[: len(section.entries) - count], more=section.more + count)
