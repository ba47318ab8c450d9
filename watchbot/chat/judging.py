"""What people say of the classifier's judgement, and why it judged so. Only those who may correct do."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from watchbot.app.classifying import correct, explanations
from watchbot.chat.markup import bold, fr, lines, said
from watchbot.chat.results import EXPIRED, show_detail, topic_names
from watchbot.chat.turn import Turn, in_rows
from watchbot.store.chat import Dialogue

if TYPE_CHECKING:
    from watchbot.chat.callbacks import Pressed
    from watchbot.model import Item
    from watchbot.store.chat import ResultList

KIND = "topics"
NOT_EDITOR = "Seules les personnes habilitées corrigent le classement. Demandez à qui administre cette veille."
OVER = "Cette correction est terminée. Rouvrez la nouvelle pour la corriger encore."


def off_topic(turn: Turn, results: ResultList, place: int) -> None:
    """A story does not belong here."""
    item = _item(turn, results, place)
    if item is None:
        return
    _correct(turn, item, ())
    turn.toast(f"Noté, hors sujet : {item.title}")


def other_topic(turn: Turn, results: ResultList, place: int) -> None:
    """Ask which topics a story bears, beginning with those that it has."""
    item = _item(turn, results, place)
    if item is None:
        return
    known = topic_names(turn)
    tags = turn.store.tags.of([item.id]).get(item.id, ())
    data = {
        "item": item.id,
        "token": results.token,
        "place": place,
        "topics": [tag.topic for tag in tags if tag.topic in known],
    }
    dialogue = Dialogue(
        chat=turn.event.chat, user=turn.owner, kind=KIND, step="choose", nonce=turn.token()[:4], data=data
    )
    turn.then(lambda: turn.store.chat.save_dialogue(dialogue, turn.now))
    turn.toast()
    _ask(turn, dialogue, item)


def pressed(turn: Turn, asked: Pressed) -> None:
    """A button of the choice of topics."""
    dialogue = turn.store.chat.dialogue(turn.event.chat, turn.owner)
    if dialogue is None or dialogue.kind != KIND or dialogue.nonce != asked.argument(0):
        turn.toast(OVER, alert=True)
        return
    item = turn.store.items.get(str(dialogue.data["item"]))
    if item is None or not turn.may_correct:
        turn.toast(EXPIRED if item is None else NOT_EDITOR, alert=True)
        return
    if asked.argument(1) in {"y", "x"}:
        turn.then(lambda: turn.store.chat.end_dialogue(turn.event.chat, turn.owner))
        chosen = tuple(dialogue.data["topics"])
        if asked.argument(1) == "y":
            _correct(turn, item, chosen)
        _back(turn, dialogue, "Noté, merci." if asked.argument(1) == "y" else "")
        return
    known = list(topic_names(turn))
    if not 0 <= asked.number(2) < len(known):
        turn.toast(OVER, alert=True)
        return
    chosen_now = set(dialogue.data["topics"]) ^ {known[asked.number(2)]}
    changed = replace(dialogue, data={**dialogue.data, "topics": [one for one in known if one in chosen_now]})
    turn.then(lambda: turn.store.chat.save_dialogue(changed, turn.now))
    turn.toast()
    _ask(turn, changed, item)


def _ask(turn: Turn, dialogue: Dialogue, item: Item) -> None:
    chosen = dialogue.data["topics"]
    options = [
        turn.button(f"{'✓ ' if topic in chosen else ''}{name}", "c", dialogue.nonce, "o", place)
        for place, (topic, name) in enumerate(topic_names(turn).items())
    ]
    save = "Enregistrer" if chosen else "Enregistrer : hors sujet"
    last = (turn.button("Annuler", "c", dialogue.nonce, "x"), turn.button(save, "c", dialogue.nonce, "y"))
    head = lines([bold(said(item.title, 200)), fr("Quels thèmes porte cette nouvelle ?")])
    turn.show(head, buttons=[*in_rows(options, 2), last])


def _back(turn: Turn, dialogue: Dialogue, note: str) -> None:
    """To the story that was corrected."""
    results = turn.frozen(str(dialogue.data["token"]))
    if results is None:
        turn.toast(note)
        turn.show(fr(note or "Rien n’a été changé."))
        return
    # What is shown must be what is stored, so the correction is written first.
    for write in turn.writes:
        write()
    turn.writes.clear()
    show_detail(turn, results, int(dialogue.data["place"]))
    turn.toast(note)


def _item(turn: Turn, results: ResultList, place: int) -> Item | None:
    if not turn.may_correct:
        turn.toast(NOT_EDITOR, alert=True)
        return None
    item = turn.store.items.get(results.entries[place]) if 0 <= place < len(results.entries) else None
    if item is None:
        turn.toast(EXPIRED, alert=True)
    return item


def _correct(turn: Turn, item: Item, topics: tuple[str, ...]) -> None:
    author = f"telegram:{turn.event.user}"
    turn.then(
        lambda: correct(
            turn.watch,
            turn.store,
            item.id,
            topics=topics,
            off_topic=not topics,
            author=author,
            at=turn.now,
            origin="bot",
        )
    )


# ------------------------------------------------------------------------------------------ why


def why(turn: Turn, item_id: str) -> None:
    """Why a story bears its topics, or none."""
    item = turn.store.items.get(item_id)
    turn.toast()
    if item is None:
        turn.say(
            fr("Je ne retrouve pas cette nouvelle. Refaites votre recherche, puis touchez « Pourquoi ces thèmes ? ».")
        )
        return
    told = explanations(turn.watch, turn.store, item.id)
    turn.say(bold(said(item.title, 200)), *(fr(one.sentence) for one in told))


def why_by_words(turn: Turn, text: str) -> None:
    """`/pourquoi 2`: of the second story of the last list; or of a story by its id."""
    wanted = text.strip().lower()
    if re.fullmatch(r"\d{1,2}", wanted):
        results = turn.store.chat.latest(turn.event.chat, turn.owner, "items", turn.now)
        place = int(wanted) - 1
        if results is not None and 0 <= place < len(results.entries):
            why(turn, results.entries[place])
            return
    elif re.fullmatch(r"[0-9a-f]{6,12}", wanted):
        why(turn, wanted)
        return
    example = "Demandez d’abord des nouvelles (/recent), puis /pourquoi 2 pour la deuxième de la liste."
    turn.say(fr(f"De quelle nouvelle s’agit-il ? {example}"))
