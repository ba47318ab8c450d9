"""Two lines taken from a text: whole sentences, never invented."""

from __future__ import annotations

import re

from watchbot.digest.french import clean
from watchbot.extract.sentences import split_sentences

LINE = 240
CONSIDERED = 4_000
_LEADING_DATE = re.compile(r"^(?:publié le |le )?\d{1,2}(?:er)? [a-zéû]{3,9} \d{4}[ .:–|-]*", re.IGNORECASE)
_STUBS = (
    "lire la suite",
    "lire plus",
    "en savoir plus",
    "read more",
    "continuer la lecture",
    "l’article",
    "l'article",
    "the post",
)


def summarise(title: str, summary: str, body: str, limit: int = LINE) -> str:
    """The first sentences of the summary, or else of the body, that say something beyond the title, within `limit`.

    A first sentence that is longer alone is cut at a word and ends in an ellipsis.
    """
    said = _bare(title)
    chosen: list[str] = []
    for text in (_without_title(summary, title), _without_title(body, title)):
        for sentence in map(clean, split_sentences(text[:CONSIDERED])):
            if not _worth(sentence, said):
                continue
            if chosen and len(" ".join([*chosen, sentence])) > limit:
                return " ".join(chosen)
            chosen.append(sentence)
            if len(" ".join(chosen)) > limit * 0.6:
                return clean(" ".join(chosen), limit)
        if chosen:
            break
    return clean(" ".join(chosen), limit)


def _without_title(text: str, title: str) -> str:
    """A text without the title and date that some sites put in front of it."""
    folded, start = " ".join(text[:CONSIDERED].split()), " ".join(title.split())
    if start and folded.lower().startswith(start.lower()):
        rest = _LEADING_DATE.sub("", folded[len(start) :].lstrip(" .:–-|"))
        return rest or folded
    return text


def _worth(sentence: str, title: str) -> bool:
    bare = _bare(sentence)
    return len(bare) > 20 and bare not in title and not bare.startswith(_STUBS)


def _bare(text: str) -> str:
    return " ".join(text.lower().strip(" .…!?»«\"'").split())
