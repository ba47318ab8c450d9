"""What stands before an issue: its counts, the time to read it, what presses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from watchbot.digest.french import NBSP, clean, joined, plural, typeset
from watchbot.digest.model import Digest, DueLine, Entry

WORDS_A_MINUTE = 230
PREHEADER = 180
SUBJECT_TITLE = 70


def reading_line(digest: Digest, words: Callable[[Entry], int]) -> str:
    """`2 échéances, 1 changement et 6 nouvelles · 2 minutes de lecture`; `words` counts those of an entry."""
    minutes = plural(minutes_to_read(reading_words(digest, words)), "minute")
    return f"{summary_line(digest)} · {minutes} de{NBSP}lecture"


def minutes_to_read(words: int) -> int:
    """How long so many words take, in whole minutes, at least one."""
    return max(1, round(words / WORDS_A_MINUTE))


def reading_words(digest: Digest, words: Callable[[Entry], int]) -> int:
    """How many words an issue has; `words` counts those of an entry."""
    total = sum(words(entry) for entry in (*digest.entries, *digest.doubtful))
    total += sum(words(entry) for group in digest.followed for entry in group.entries)
    total += sum(word_count(f"{line.title} {line.quote}") for line in digest.deadlines)
    for change in (*digest.changes, *(one for group in digest.followed for one in group.changes)):
        total += word_count(" ".join((change.title, *change.reasons)))
        total += sum(word_count(f"{one.before_text} {one.after_text}") for one in change.passages)
    return total


def summary_line(digest: Digest) -> str:
    """What an issue holds, counted."""
    named = (
        (len(digest.deadlines), "échéance"),
        (len(digest.changes), "changement"),
        (len(digest.entries), "nouvelle"),
    )
    parts = [plural(count, name) for count, name in named if count]
    if digest.followed:
        parts.insert(0, plural(digest.followed_count, "nouveauté suivie", "nouveautés suivies"))
    return joined(parts) or "Rien de nouveau"


def with_preheader(digest: Digest) -> Digest:
    """The digest with the line that mail programs show after the subject."""
    first = pressing(digest)
    text = f"{summary_line(digest)}."
    if digest.followed:
        text = f"{text} Vous suivez : {joined([group.label for group in digest.followed])}."
    elif first is not None:
        text = f"{text} À noter : {first.title}, {first.left}."
    elif digest.changes:
        text = f"{text} À noter : {digest.changes[0].title}."
    elif digest.entries:
        text = f"{text} À la une : {digest.entries[0].title}"
    return replace(digest, preheader=typeset(clean(text, PREHEADER)))


def subject(digest: Digest) -> str:
    """The subject of the mail: what presses most, or what the issue holds."""
    first = pressing(digest)
    told = f"{clean(first.title, SUBJECT_TITLE)}, {first.left}" if first is not None else summary_line(digest)
    if first is None and len(digest.changes) == 1 and not digest.entries:
        told = clean(digest.changes[0].title, SUBJECT_TITLE)
    if digest.order == ("suivis",):
        told = _of_followed(digest) or told
    return typeset(f"{digest.title} : {clean(told)}")


def _of_followed(digest: Digest) -> str:
    """What a message about follows names: the deadline that it reminds of, or the one thing that is new."""
    lines = [line for group in digest.followed for line in group.deadlines]
    if lines:
        first = min(lines, key=lambda line: line.due)
        return f"{clean(first.title, SUBJECT_TITLE)}, {first.left}"
    titles = [change.title for group in digest.followed for change in group.changes]
    titles += [entry.title for group in digest.followed for entry in group.entries]
    return clean(titles[0], SUBJECT_TITLE) if digest.followed_count == 1 and titles else ""


def pressing(digest: Digest) -> DueLine | None:
    """The first deadline if it is near."""
    first = digest.deadlines[0] if digest.deadlines else None
    return first if first is not None and first.urgent else None


def word_count(text: str) -> int:
    """Words as readers count them: between blanks."""
    return len(text.split())
