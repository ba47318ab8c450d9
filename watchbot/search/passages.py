"""The sentence of an item that answers a question best. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from watchbot.extract.sentences import sentence_spans
from watchbot.search.words import folded, stem, words_of

if TYPE_CHECKING:
    from watchbot.model import Item

READ = 4_000
LONGEST = 240


def best_passage(item: Item, words: Iterable[str]) -> str:
    """The sentence of the summary, else of the text, with most of the words; the first where none has any.

    At most `LONGEST` characters; empty when the item has nothing but its title.
    """
    wanted = {stem(word.rstrip("*")) for word in words}
    title = folded(" ".join(item.title.split()))
    best, most = "", -1
    for part in (item.summary, item.body[:READ]):
        for start, end in sentence_spans(part[:READ]):
            sentence = " ".join(part[start:end].split())
            # Feeds repeat the title: "L'article … est apparu en premier sur …".
            if len(sentence) < 3 or (title and title in folded(sentence)):
                continue
            held = len(wanted & {stem(word) for word in words_of(sentence)})
            if held > most:
                best, most = sentence, held
        if most > 0 or (best and not wanted):
            break
    return shortened(best)


def shortened(text: str, longest: int = LONGEST) -> str:
    """A text cut at a word where it is longer than `longest` characters."""
    if len(text) <= longest:
        return text
    cut = text[: longest - 1]
    space = cut.rfind(" ")
    return (cut[:space] if space > longest // 2 else cut).rstrip(" ,;:.–-") + "…"
