"""Text as Telegram HTML: typeset as French first, then escaped, so that nothing typed or fetched is read as markup."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape, unescape

from watchbot.digest.addresses import safe_url
from watchbot.digest.french import clean, nested, typeset
from watchbot.digest.telegram import LIMIT, pack, units

# A text that runs from right to left is set apart, so that it does not turn the words about it.
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]")
_TAG = re.compile(r"<[^>]*>")
_ISOLATE, _POP = "\u2068", "\u2069"


def fr(text: str) -> str:
    """Our own words: French spacing, escaped."""
    return escape(typeset(text), quote=False)


def said(text: str, limit: int = 200) -> str:
    """What someone typed or a site wrote: nothing hidden, one line, escaped."""
    shown = clean(text, limit)
    if _RIGHT_TO_LEFT.search(shown):
        shown = f"{_ISOLATE}{shown}{_POP}"
    return escape(shown, quote=False)


def quoted(text: str, limit: int = 200) -> str:
    """What someone typed or a site wrote, in guillemets; its own become the inner ones."""
    return f"«\u00a0{said(nested(text), limit)}\u00a0»"


def bold(markup: str) -> str:
    """In bold; takes markup."""
    return f"<b>{markup}</b>"


def italic(markup: str) -> str:
    """In italics; takes markup."""
    return f"<i>{markup}</i>"


def link(url: str, markup: str) -> str:
    """A link if the address is one, else the words in bold; takes markup."""
    address = safe_url(url)
    return f'<a href="{escape(address)}">{markup}</a>' if address else bold(markup)


def paragraphs(blocks: Iterable[str]) -> list[str]:
    """Blocks of markup as messages within Telegram's limit, an empty line between blocks.

    What is counted is what is shown: addresses, which can be long, do not part a page in two.
    """
    kept = [block.strip() for block in blocks if block.strip()]
    whole = "\n\n".join(kept)
    return [whole] if kept and units(unescape(_TAG.sub("", whole))) <= LIMIT else pack(kept)


def within(text: str, limit: int) -> str:
    """The beginning of a plain text that has at most so many UTF-16 units."""
    if units(text) <= limit:
        return text
    cut = text.encode("utf-16-le", "replace")[: 2 * (limit - 1)].decode("utf-16-le", "ignore")
    return cut.rstrip("\u200d ,;:") + "…"


def lines(parts: Iterable[str]) -> str:
    """Lines of one block, empty ones left out."""
    return "\n".join(part for part in parts if part)
