"""Inline mode: `@bot prime RSE+` typed in any chat offers stories to send there."""

from __future__ import annotations

from watchbot.app.deep_links import payload
from watchbot.app.searching import search_items
from watchbot.chat.asking import QUESTION
from watchbot.chat.markup import lines
from watchbot.chat.replies import Inline, InlineHit
from watchbot.chat.results import Shown, shown, story, topic_names
from watchbot.chat.turn import Turn
from watchbot.digest.addresses import safe_url
from watchbot.digest.french import clean, in_language, long_date

PAGE = 10


def answer(turn: Turn) -> None:
    """Stories for an inline search; the newest ones while nothing is typed."""
    question = clean(turn.event.text, QUESTION)
    start = int(turn.event.offset) if turn.event.offset.isdigit() and len(turn.event.offset) < 5 else 0
    if any(char.isalnum() for char in question):
        hits = search_items(
            turn.watch, turn.store, question, turn.now, limit=PAGE + 1, offset=start, passages=False
        ).hits
        ids = [hit.item.id for hit in hits]
    else:
        found = turn.store.items.select(relevant=True, limit=PAGE + 1, offset=start)
        ids = [item.id for item in found]
    stories = shown(turn.store, ids[:PAGE], topic_names(turn), turn.today)
    asked = payload("search", question) if question else ""
    turn.replies.append(
        Inline(
            query=turn.event.query,
            hits=tuple(_hit(turn, one) for one in stories),
            next_offset=str(start + PAGE) if len(ids) > PAGE else "",
            button="Voir tout dans le bot" if stories else "Rien trouvé : demander au bot",
            start=asked or "s",
        )
    )


def _hit(turn: Turn, one: Shown) -> InlineHit:
    item = one.item
    about = ", ".join(part for part in (clean(item.publisher, 60), long_date(item.date), *one.topics[:2]) if part)
    text = story(one, 0, turn.today).removeprefix("0. ")
    return InlineHit(
        id=item.id,
        title=in_language(clean(item.title, 120), item.language) or item.url[:120],
        description=about,
        html=lines([text]),
        url=safe_url(item.url),
    )
