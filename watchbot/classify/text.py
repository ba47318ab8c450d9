"""What the classifier reads of an item, and how long texts are cut into passages."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from watchbot.classify.capitals import recased
from watchbot.classify.lexicon import tokens
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
    """Title and lead (see `lead`) in one line of bounded length: what is judged first, of every item."""
    line = _whole_headline(text)
    return line if len(line) <= HEADLINE_CHARACTERS else line[: _cut(line)].rstrip()


def lead(text: Text) -> str:
    """The summary, with the body where both are short; the first words of the body stand in for a missing summary."""
    if not text.summary.strip():
        return _first_words(text.body, LEAD_WORDS)
    return _with_short_body(text) or text.summary


def remainder(text: Text) -> str:
    """What the headline leaves unread: the end of a long summary, and the body."""
    if _with_short_body(text):
        return ""
    line = _whole_headline(text)
    rest = line[_cut(line) :].strip() if len(line) > HEADLINE_CHARACTERS and text.summary.strip() else ""
    return f"{rest}\n{text.body}" if rest else text.body


def _whole_headline(text: Text) -> str:
    title = " ".join(text.title.split())
    summary = " ".join(lead(text).split())
    # A listing's summary often begins with the title once more.
    if title and summary.startswith(title):
        summary = summary[len(title) :].lstrip(" .:,;–—-")
    return _joined(title, summary)


def _joined(first: str, second: str) -> str:
    if not first or not second:
        return first or second
    return f"{first}{' ' if first[-1] in '.?!…:' else '. '}{second}"


def _with_short_body(text: Text) -> str:
    """Summary and body in one where the headline has room for both and the body says more; empty otherwise.

    A passage counts for less than the headline; a body of two sentences under a summary of two words is the item itself.
    """
    room = HEADLINE_CHARACTERS - len(text.title) - 2
    if not 0 < len(text.body) <= room or not text.summary.strip():
        return ""
    summary, body = " ".join(text.summary.split()), " ".join(text.body.split())
    # A summary is often the beginning of the body, cut.
    both = body if summary.rstrip(" .…[]") in body else _joined(summary, body)
    return both if len(both) <= room and _says_more(body, f"{text.title} {summary}") else ""


def _says_more(text: str, than: str) -> bool:
    return not set(tokens(text)) <= set(tokens(than))


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
        for piece in _pieces(sentence, words):
            size = piece.count(" ") + 1
            if pending and count + size > words:
                yield recased(" ".join(pending))
                pending, count = [], 0
            pending.append(piece)
            count += size
    if pending:
        yield recased(" ".join(pending))


def behind_title(text: Text, passage: str) -> Text:
    """A passage with as much of the title before it as the headline has room for: at least a third of that room."""
    room = max(HEADLINE_CHARACTERS - len(passage) - 2, HEADLINE_CHARACTERS // 3)
    title = text.title if len(text.title) <= room else text.title[:room].rsplit(" ", 1)[0]
    return Text(title=title, summary=passage, publisher=text.publisher)


def is_long(text: Text) -> bool:
    """Whether the text says more than its headline, so that passages are worth reading."""
    rest = remainder(text)
    if not rest or rest.strip() == text.summary.strip():
        return False
    # The words of a long one are not compared: it has others.
    return len(rest) > 2 * HEADLINE_CHARACTERS or _says_more(rest, headline(text))


def _pieces(sentence: str, words: int) -> Iterator[str]:
    parts = sentence.split(" ")
    for start in range(0, len(parts), words):
        yield " ".join(parts[start : start + words])


def _first_words(text: str, count: int) -> str:
    # The slice keeps a body of megabytes from being split whole.
    return " ".join(text[: count * 20].split()[:count])
