"""What the classifier reads of an item, and how long texts are cut into passages."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from watchbot.classify.capitals import recased
from watchbot.classify.plain import plain

LEAD_WORDS = 60
# What is judged first: most headlines with their summaries are shorter, and time grows with length.
HEADLINE_CHARACTERS = 360
PASSAGE_WORDS = 50
# Beyond so many characters of a body nothing is read.
BODY_CHARACTERS = 200_000
_SENTENCE = re.compile(r"(?<=[.!?…])[\s\u00a0]+(?=[«“\"A-ZÀ-ÖØ-Þ0-9])|\n+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """An item as the classifier sees it: what it is given is cleaned of markup, hidden characters and capitals at once.

    `body` may be long or empty; beyond `BODY_CHARACTERS` it is not kept.
    """

    title: str
    summary: str = ""
    body: str = ""
    publisher: str = ""

    def __post_init__(self) -> None:
        """Clean what is read and quoted."""
        object.__setattr__(self, "title", recased(plain(self.title)))
        object.__setattr__(self, "summary", recased(plain(self.summary)))
        object.__setattr__(self, "body", plain(self.body[:BODY_CHARACTERS]))


def headline(text: Text) -> str:
    """Title and summary in one line of bounded length; the first words of the body stand in for a missing summary."""
    line = _whole_headline(text)
    return line if len(line) <= HEADLINE_CHARACTERS else line[: _cut(line)].rstrip()


def remainder(text: Text) -> str:
    """What the headline leaves unread: the end of a long summary, and the body."""
    line = _whole_headline(text)
    rest = line[_cut(line) :].strip() if len(line) > HEADLINE_CHARACTERS and text.summary.strip() else ""
    return f"{rest}\n{text.body}" if rest else text.body


def _whole_headline(text: Text) -> str:
    summary = text.summary.strip() or _first_words(text.body, LEAD_WORDS)
    title = " ".join(text.title.split())
    summary = " ".join(summary.split())
    # A listing's summary often begins with the title once more.
    if title and summary.startswith(title):
        summary = summary[len(title) :].lstrip(" .:,;–—-")
    if not summary:
        return title
    joint = "" if not title else " " if title[-1] in ".?!…:" else ". "
    return f"{title}{joint}{summary}"


def _cut(line: str) -> int:
    space = line.rfind(" ", 0, HEADLINE_CHARACTERS + 1)
    return space if space > HEADLINE_CHARACTERS // 2 else HEADLINE_CHARACTERS


def text_hash(line: str) -> str:
    """32 hexadecimal digits of the SHA-256 of a text as it is encoded: the key of its vector."""
    return hashlib.sha256(line.encode()).hexdigest()[:32]


def sentences(text: str) -> list[str]:
    """The sentences or lines of a text, blanks dropped."""
    return [" ".join(part.split()) for part in _SENTENCE.split(text) if part and part.strip()]


def passages(body: str, words: int = PASSAGE_WORDS) -> Iterator[str]:
    """Whole sentences packed into passages of about `words` words; a longer sentence is split."""
    pending: list[str] = []
    count = 0
    for sentence in sentences(body):
        for piece in _pieces(sentence, 2 * words):
            size = piece.count(" ") + 1
            if pending and count + size > words:
                yield recased(" ".join(pending))
                pending, count = [], 0
            pending.append(piece)
            count += size
    if pending:
        yield recased(" ".join(pending))


def is_long(text: Text) -> bool:
    """Whether the text says more than its headline, so that passages are worth reading."""
    if len(text.title) + len(text.summary) > HEADLINE_CHARACTERS and remainder(text) != text.body:
        return True
    return len(text.body) > 400 and text.body.strip() != text.summary.strip()


def _pieces(sentence: str, words: int) -> Iterator[str]:
    parts = sentence.split(" ")
    for start in range(0, len(parts), words):
        yield " ".join(parts[start : start + words])


def _first_words(text: str, count: int) -> str:
    # The slice keeps a body of megabytes from being split whole.
    return " ".join(text[: count * 20].split()[:count])
