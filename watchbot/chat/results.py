"""Pages of news: what was asked for, what was understood, five stories at a time, and what can be done with each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from watchbot.chat.markup import bold, fr, italic, lines, link, quoted, said
from watchbot.chat.turn import Turn, in_rows
from watchbot.digest.entries import short_region
from watchbot.digest.french import clean, days_left, in_language, long_date, plural
from watchbot.digest.summary import summarise
from watchbot.model import PRODUCTIONS, Deadline, Item

if TYPE_CHECKING:
    from watchbot.chat.replies import Button
    from watchbot.store import Store
    from watchbot.store.chat import ResultList

PAGE = 5
# How many results a list keeps: ten pages, more than anybody turns.
MOST = 50
TITLE = 160
NAMED_TOPICS = 3
EXPIRED = "Cette liste a expiré ou n’est pas la vôtre. Refaites votre demande."


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An item with what is told of it: names of its topics, its next deadline."""

    item: Item
    topics: tuple[str, ...] = ()
    due: Deadline | None = None


def shown(store: Store, ids: Sequence[str], names: Mapping[str, str], today: date) -> list[Shown]:
    """The items with these ids, those that are still there, in their order."""
    tags = store.tags.of(ids)
    return [
        Shown(
            item=item,
            topics=tuple(names[tag.topic] for tag in tags.get(item.id, ()) if tag.topic in names),
            due=next_deadline(store, item.id, today),
        )
        for item in store.items.get_many(ids)
    ]


def next_deadline(store: Store, item: str, today: date) -> Deadline | None:
    """The soonest deadline that a story tells and that is still ahead."""
    return next((one for one in store.deadlines.said_by(f"item:{item}") if one.due >= today), None)


def topic_names(turn: Turn) -> dict[str, str]:
    """What topics are called, by id."""
    return turn.watch.topic_names


# ------------------------------------------------------------------------------------------ lists


def offer_items(
    turn: Turn,
    title: str,
    ids: Sequence[str],
    *,
    question: str = "",
    filters: Sequence[tuple[str, str]] = (),
    removed: Sequence[str] = (),
    note: str = "",
    before: Sequence[str] = (),
    onward: Sequence[tuple[Button, ...]] = (),
) -> None:
    """Freeze a list of news and show its first page; `title` is markup, `before` stands above the news, `onward` last."""
    results = turn.freeze("items", title, ids[:MOST], question=question, filters=filters, removed=removed)
    show_items(turn, results, 0, note=note, before=before, onward=onward)


def show_items(
    turn: Turn,
    results: ResultList,
    page: int,
    *,
    note: str = "",
    before: Sequence[str] = (),
    onward: Sequence[tuple[Button, ...]] = (),
) -> None:
    """One page of a frozen list of news."""
    page, pages = page_near(results, page)
    ids = results.entries[page * PAGE : (page + 1) * PAGE]
    stories = shown(turn.store, ids, topic_names(turn), turn.today)
    blocks = [_heading(results, page, pages, note), *before]
    blocks += [
        story(one, number, turn.today)
        for number, one in ((page * PAGE + 1 + ids.index(one.item.id), one) for one in stories)
    ]
    if not results.entries:
        blocks.append(fr(_nothing(results, beside=bool(before))))
    turn.show(*blocks, buttons=[*_buttons(turn, results, page, pages, ids), *onward])


def page_near(results: ResultList, page: int) -> tuple[int, int]:
    """The page of a frozen list nearest to the one asked for, from 0, and how many it has."""
    pages = max(1, -(-len(results.entries) // PAGE))
    return min(max(page, 0), pages - 1), pages


def _heading(results: ResultList, page: int, pages: int, note: str) -> str:
    count = len(results.entries)
    found = f"{plural(count, 'résultat')}" + (" ou plus" if count == MOST else "")
    place = f", page {page + 1} sur {pages}" if pages > 1 else ""
    labels = [label for name, label in results.filters if name not in results.removed]
    understood = f"Compris : {' · '.join(labels)}" if labels else ""
    return lines([bold(results.title), italic(fr(found + place)) if count else "", fr(understood), fr(note)])


def _nothing(results: ResultList, *, beside: bool) -> str:
    if beside:
        return "Pas de nouvelle à ce sujet parmi celles que je garde."
    if results.question and results.filters:
        return "Je n’ai rien trouvé. Retirez un filtre ci-dessous, ou demandez avec d’autres mots."
    if results.question:
        return "Je n’ai rien trouvé. Essayez d’autres mots, plus simples ou moins nombreux, ou /recent pour tout voir."
    return "Rien pour l’instant. Essayez /recent pour voir toutes les nouvelles."


def story(one: Shown, number: int, today: date) -> str:
    """One story of a page: title, source, date, topics, deadline, one line."""
    item = one.item
    title = clean(item.title, TITLE)
    summary = summarise(item.title, item.summary, item.body, 180)
    topics = ", ".join(one.topics[:NAMED_TOPICS])
    return lines(
        [
            f"{number}. {link(item.url, said(in_language(title, item.language) or item.url, TITLE))}",
            italic(said(clean(item.publisher, 60)) + fr(f", {long_date(item.date)}"))
            + (fr(f" · {topics}") if topics else ""),
            deadline_line(one.due, today),
            said(in_language(summary, item.language), 200),
        ]
    )


def deadline_line(due: Deadline | None, today: date) -> str:
    """`⏳ 15 décembre 2026, dans 22 jours`, or nothing."""
    return fr(f"⏳ {long_date(due.due)}, {days_left(due.due, today)}") if due else ""


def _buttons(turn: Turn, results: ResultList, page: int, pages: int, ids: Sequence[str]) -> list[tuple[Button, ...]]:
    rows: list[tuple[Button, ...]] = []
    if turn.may_correct:
        rows += [_judging(turn, results.token, page * PAGE + place) for place in range(len(ids))]
    else:
        details = [
            turn.button(f"Détail {page * PAGE + place + 1}", "o", results.token, page * PAGE + place)
            for place in range(len(ids))
        ]
        rows += in_rows(details, 3)
    rows += filter_buttons(turn, results)
    if pages > 1:
        rows.append(turning(turn, results.token, page, pages))
    if results.question:
        rows.append((turn.button("🔔 Suivre cette recherche", "f", results.token),))
    return rows


def _judging(turn: Turn, token: str, place: int) -> tuple[Button, ...]:
    return (
        turn.button(f"Détail {place + 1}", "o", token, place),
        turn.button(f"{place + 1} hors sujet", "h", token, place),
        turn.button(f"{place + 1} autre thème", "a", token, place),
    )


def filter_buttons(turn: Turn, results: ResultList) -> list[tuple[Button, ...]]:
    """A button for each filter understood: a tap takes it away, another brings it back."""
    buttons = [
        turn.button(f"{'↩' if name in results.removed else '✕'} {label}", "x", results.token, place)
        for place, (name, label) in enumerate(results.filters)
    ]
    return in_rows(buttons[:12], 2)


def turning(turn: Turn, token: str, page: int, pages: int) -> tuple[Button, ...]:
    """Buttons to the page before and the page after."""
    before = [turn.button("‹ Précédents", "p", token, page - 1)] if page else []
    after = [turn.button("Suivants ›", "p", token, page + 1)] if page + 1 < pages else []
    return (*before, *after)


# ------------------------------------------------------------------------------------------ one story


def show_detail(turn: Turn, results: ResultList, place: int) -> None:
    """One story of a list in full, with a way back."""
    if not 0 <= place < len(results.entries):
        turn.toast(EXPIRED, alert=True)
        return
    found = shown(turn.store, [results.entries[place]], topic_names(turn), turn.today)
    if not found:
        turn.toast("Cette nouvelle n’est plus disponible.", alert=True)
        return
    rows: list[tuple[Button, ...]] = []
    if turn.may_correct:
        rows.append(
            (
                turn.button("Hors sujet", "h", results.token, place),
                turn.button("Autre thème", "a", results.token, place),
            )
        )
    second = [turn.button("Pourquoi ces thèmes ?", "w", results.token, place)]
    if found[0].due is not None:
        second.append(turn.button("🔔 Suivre l’échéance", "g", results.token, place))
    rows.append(tuple(second))
    rows.append((turn.button("‹ Retour à la liste", "p", results.token, place // PAGE),))
    turn.toast()
    turn.show(*detail(found[0], turn.today), buttons=rows)


def detail(one: Shown, today: date) -> list[str]:
    """A story in full: what its text says, whom it concerns, what is due."""
    item = one.item
    title = said(in_language(clean(item.title, 300), item.language), 300)
    facets = [
        ("Thèmes", ", ".join(one.topics) or "aucun"),
        ("Région", short_region(item.region) if item.region else ""),
        ("Productions", ", ".join(PRODUCTIONS.get(kind, kind) for kind in item.productions)),
    ]
    text = in_language(clean(item.summary or summarise(item.title, item.summary, item.body, 700), 900), item.language)
    due = ""
    if one.due is not None:
        due = lines([deadline_line(one.due, today), italic(quoted(one.due.quote)) if one.due.quote else ""])
    return [
        lines([bold(link(item.url, title)), italic(said(item.publisher, 60) + fr(f", {long_date(item.date)}"))]),
        said(text, 900),
        due,
        lines([fr(f"{name} : ") + said(value) for name, value in facets if value]),
        fr("Corrigé par la source le " + long_date(item.edited_at)) if item.edited_at else "",
    ]


def with_filter_switched(results: ResultList, place: int) -> tuple[str, ...] | None:
    """The filters taken away once the one at a place is switched; None when there is none there."""
    if not 0 <= place < len(results.filters):
        return None
    name = results.filters[place][0]
    removed = set(results.removed) ^ {name}
    return tuple(one for one, _ in results.filters if one in removed)
