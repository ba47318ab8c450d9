"""Questions: free text and the commands that list news."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from watchbot.app.searching import read_query, search_items
from watchbot.chat.events import folded
from watchbot.chat.leads import leads, small_talk
from watchbot.chat.markup import fr, quoted
from watchbot.chat.results import EXPIRED, MOST, offer_items, topic_names, with_filter_switched
from watchbot.chat.turn import Turn, in_rows
from watchbot.digest.entries import short_region
from watchbot.digest.french import clean
from watchbot.model import REGIONS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from watchbot.chat.replies import Button
    from watchbot.store.chat import ResultList

# What is read of a question.
QUESTION = 300
RECENT = timedelta(days=30)


def search(turn: Turn, text: str, *, removed: Sequence[str] = (), known: ResultList | None = None) -> None:
    """Answer a question: what was understood of it, and the best results."""
    question = clean(text, QUESTION + 1)
    note = ""
    if len(question) > QUESTION:
        question, note = clean(text, QUESTION), f"J’ai lu les {QUESTION} premiers caractères."
    if not any(char.isalnum() for char in question):
        turn.say(fr("Que cherchez-vous ? Écrivez quelques mots, par exemple : aides en Région Sud depuis septembre."))
        return
    answered = small_talk(question) if known is None else None
    if answered is not None:
        turn.say(fr(answered))
        return
    answer = search_items(
        turn.watch, turn.store, question, turn.now, limit=MOST, without=tuple(removed), passages=False
    )
    # A filter that was taken away stays among the buttons, so that it can be brought back.
    filters = known.filters if known is not None else tuple((one.id, one.label) for one in answer.filters)
    for typed, read in answer.query.corrections[:3]:
        note = f"{note} J’ai lu « {read} » au lieu de « {typed} ».".strip()
    before, onward = leads(turn, answer.query)
    offer_items(
        turn,
        quoted(question, 120),
        [hit.item.id for hit in answer.hits],
        question=question,
        filters=filters,
        removed=removed,
        note=note,
        before=before,
        onward=onward,
    )


def switch_filter(turn: Turn, results: ResultList, place: int) -> None:
    """Take a filter away, or bring it back, and search anew."""
    removed = with_filter_switched(results, place)
    if removed is None:
        turn.toast(EXPIRED, alert=True)
        return
    label = results.filters[place][1]
    turn.toast(f"Filtre {'retiré' if results.filters[place][0] in removed else 'remis'} : {label}")
    search(turn, results.question, removed=removed, known=results)


def recent(turn: Turn) -> None:
    """The newest relevant news."""
    _list(turn, fr("Les dernières nouvelles"))


def by_topic(turn: Turn, text: str) -> None:
    """News of a topic; without one, the topics to choose from."""
    names = topic_names(turn)
    chosen = best_name(text, {topic: (topic, name) for topic, name in names.items()}) or _understood(
        turn, text, "topic"
    )
    if chosen is None:
        buttons = [turn.button(name, "t", topic) for topic, name in names.items()]
        _choose(turn, text, "Aucun thème ne s’appelle ainsi.", "Quel thème ?", buttons)
        return
    _list(turn, fr(names[chosen]), topics=(chosen,))


def by_region(turn: Turn, text: str) -> None:
    """News of a region; without one, the regions to choose from."""
    named = best_name(text, {region: (region, name, short_region(region)) for region, name in REGIONS.items()})
    chosen = named or _understood(turn, text, "region")
    if chosen is None or chosen not in REGIONS:
        buttons = [turn.button(short_region(region), "r", region) for region in REGIONS]
        _choose(turn, text, "Je ne connais pas cette région.", "Quelle région ?", buttons)
        return
    _list(turn, fr(short_region(chosen)), regions=(chosen,))


def by_source(turn: Turn, text: str) -> None:
    """News of a publisher; without one, the publishers to choose from."""
    publishers: dict[str, list[str]] = {}
    for source in turn.watch.sources:
        publishers.setdefault(source.publisher, []).append(source.id)
    chosen = best_name(text, {name: (name, *ids) for name, ids in publishers.items()}) or _understood(
        turn, text, "source"
    )
    if chosen is None or chosen not in publishers:
        ordered = sorted(publishers, key=folded)
        buttons = [turn.button(name, "q", publishers[name][0]) for name in ordered if len(publishers[name][0]) <= 40]
        _choose(turn, text, "Je ne suis aucune source de ce nom.", "Quelle source ?", buttons[:60])
        return
    _list(turn, fr(chosen), sources=publishers[chosen])


def _understood(turn: Turn, text: str, kind: str) -> str | None:
    """What a search understands by these words (`PACA`, `aides`), when that is one thing."""
    found = read_query(turn.watch, clean(text, 80), turn.now).of_kind(kind) if text.strip() else ()
    return str(found[0].value) if len(found) == 1 else None


def best_name(text: str, names: Mapping[str, Sequence[str]]) -> str | None:
    """Which of these has a name that was typed: exactly, by its beginning, by a part, or nearly; None when nothing is near."""
    wanted = _bare(clean(text, 80))
    if not wanted:
        return None
    forms = {one: [_bare(name) for name in known] for one, known in names.items()}
    exact = [one for one, known in forms.items() if wanted in known]
    starts = [one for one, known in forms.items() if len(wanted) > 2 and any(form.startswith(wanted) for form in known)]
    parts = [one for one, known in forms.items() if len(wanted) > 3 and any(wanted in form for form in known)]
    if exact or starts or len(parts) == 1:
        return (exact or starts or parts)[0]
    from rapidfuzz import fuzz

    scores = {one: max(fuzz.ratio(wanted, form) for form in known) for one, known in forms.items()}
    nearest = max(scores, key=lambda one: scores[one], default="")
    return nearest if nearest and scores[nearest] >= 80 else None


def _bare(text: str) -> str:
    return " ".join("".join(char if char.isalnum() else " " for char in folded(text)).split())


def _choose(turn: Turn, text: str, unknown: str, ask: str, buttons: Sequence[Button]) -> None:
    words = f"{unknown} {ask}" if text.strip() else ask
    turn.show(fr(words), buttons=in_rows(buttons, 2))


def _list(
    turn: Turn, title: str, *, topics: Sequence[str] = (), regions: Sequence[str] = (), sources: Sequence[str] = ()
) -> None:
    items = turn.store.items.select(topics=topics, regions=regions, sources=sources, relevant=True, limit=MOST)
    stories: dict[str, str] = {}
    for item in items:
        # Of a story that several publishers carry, the first met.
        stories.setdefault(item.cluster or item.id, item.id)
    offer_items(turn, title, list(stories.values()))
