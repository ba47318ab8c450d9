"""The guided subscription: how often, which topics, regions, productions and languages, each by buttons.

The dialogue is in the database: it goes on where it was after a restart. Buttons of a former dialogue are refused calmly.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from watchbot.app.digesting import secret_key
from watchbot.app.people import LANGUAGES
from watchbot.chat.markup import bold, fr, lines
from watchbot.chat.results import topic_names
from watchbot.chat.schedules import told_schedule
from watchbot.chat.turn import Turn, in_rows
from watchbot.digest.entries import short_region
from watchbot.digest.french import joined
from watchbot.errors import UsageError
from watchbot.model import PRODUCTIONS, REGIONS, Edition, Subscriber
from watchbot.store.chat import Dialogue
from watchbot.store.subscribers import subscriber_id

if TYPE_CHECKING:
    from watchbot.chat.callbacks import Pressed
    from watchbot.chat.replies import Button

KIND = "subscription"
STEPS = ("frequency", "topics", "regions", "kinds", "languages", "review")
OVER = "Cette inscription est terminée ou a été recommencée. Tapez /start pour la reprendre."
ADMINS_ONLY = "Seuls les administrateurs du groupe peuvent changer ce que le groupe reçoit."


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One step: its field, its question, what can be chosen (id and label, in order), how many in a row."""

    name: str
    ask: str
    options: Sequence[tuple[str, str]]
    width: int


def editions_here(turn: Turn) -> list[Edition]:
    """Editions that come by Telegram."""
    return [one for one in turn.watch.editions if "telegram" in one.channels]


def begin(turn: Turn, *, welcome: bool) -> None:
    """Begin the dialogue, with what this chat receives now as the first choices."""
    if not turn.may_configure:
        turn.say(fr(ADMINS_ONLY))
        return
    reader = turn.reader
    editions = [one.id for one in editions_here(turn)]
    chosen = [one for one in reader.editions if one in editions] if reader else []
    data = {
        "editions": chosen or editions[:1],
        "topics": list(reader.topics) if reader else [],
        "regions": list(reader.regions) if reader else [],
        "kinds": list(reader.kinds) if reader else [],
        "languages": list(reader.languages) if reader else [],
        "alerts": bool(reader and reader.alerts),
    }
    dialogue = Dialogue(
        chat=turn.event.chat, user=turn.owner, kind=KIND, step=STEPS[0], nonce=turn.token()[:4], data=data
    )
    turn.then(lambda: turn.store.chat.save_dialogue(dialogue, turn.now))
    turn.toast()
    _ask(turn, dialogue, first=_welcome(turn) if welcome else "")


def _welcome(turn: Turn) -> str:
    whom = "Bonjour !" if turn.event.private else "Bonjour à tout le groupe !"
    return lines(
        [
            bold(fr(f"{whom} Je suis la veille « {turn.watch.name} ».")),
            fr(
                "Posez-moi vos questions en français quand vous voulez, par exemple : aides en Région Sud depuis septembre."
            ),
            fr("Voici, en six étapes, comment recevoir la veille ici. /aide dit tout ce que je sais faire."),
        ]
    )


# ------------------------------------------------------------------------------------------ pressing


def pressed(turn: Turn, asked: Pressed) -> None:
    """A button of the dialogue."""
    dialogue = turn.store.chat.dialogue(turn.event.chat, turn.owner)
    if dialogue is None or dialogue.kind != KIND or dialogue.nonce != asked.argument(0):
        turn.toast(OVER, alert=True)
        return
    if not turn.may_configure:
        turn.toast(ADMINS_ONLY, alert=True)
        return
    moves: Mapping[str, Callable[[], None]] = {
        "n": lambda: _go(turn, dialogue, 1),
        "b": lambda: _go(turn, dialogue, -1),
        "x": lambda: _cancel(turn),
        "y": lambda: _confirm(turn, dialogue),
        "z": lambda: _change(turn, dialogue, _cleared(turn, dialogue)),
        "a": lambda: _change(turn, dialogue, {**dialogue.data, "alerts": not dialogue.data.get("alerts")}),
        "o": lambda: _change(turn, dialogue, _switched(turn, dialogue, asked.number(2))),
    }
    move = moves.get(asked.argument(1))
    if move is None:
        turn.toast(OVER, alert=True)
        return
    move()


def _go(turn: Turn, dialogue: Dialogue, way: int) -> None:
    if dialogue.step == STEPS[0] and way > 0 and not dialogue.data["editions"]:
        turn.toast("Choisissez au moins une édition.", alert=True)
        return
    place = min(max(STEPS.index(dialogue.step) + way, 0), len(STEPS) - 1)
    moved = replace(dialogue, step=STEPS[place])
    turn.then(lambda: turn.store.chat.save_dialogue(moved, turn.now))
    turn.toast()
    _ask(turn, moved)


def _change(turn: Turn, dialogue: Dialogue, data: Mapping[str, Any]) -> None:
    turn.toast()
    if data == dialogue.data:
        return
    changed = replace(dialogue, data=data)
    turn.then(lambda: turn.store.chat.save_dialogue(changed, turn.now))
    _ask(turn, changed)


def _switched(turn: Turn, dialogue: Dialogue, place: int) -> Mapping[str, Any]:
    """The choices with the option at a place taken or left."""
    choice = choice_of(turn, dialogue.step)
    if choice is None or not 0 <= place < len(choice.options):
        return dialogue.data
    one = choice.options[place][0]
    chosen = set(_chosen(dialogue, choice)) ^ {one}
    return {**dialogue.data, choice.name: [known for known, _ in choice.options if known in chosen]}


def _cleared(turn: Turn, dialogue: Dialogue) -> Mapping[str, Any]:
    choice = choice_of(turn, dialogue.step)
    return dialogue.data if choice is None or choice.name == "editions" else {**dialogue.data, choice.name: []}


def _cancel(turn: Turn) -> None:
    turn.then(lambda: turn.store.chat.end_dialogue(turn.event.chat, turn.owner))
    turn.toast()
    turn.show(fr("Rien n’a été changé. /start reprend l’inscription, /aide dit ce que je sais faire."))


def _confirm(turn: Turn, dialogue: Dialogue) -> None:
    if dialogue.step != "review" or not dialogue.data["editions"]:
        turn.toast(OVER, alert=True)
        return
    wish = checked(turn, dialogue.data)
    subscriber = replace(new_reader(turn), **wish)
    turn.then(lambda: keep_reader(turn, subscriber))
    turn.then(lambda: turn.store.chat.end_dialogue(turn.event.chat, turn.owner))
    turn.toast("C’est noté.")
    editions = [one for one in editions_here(turn) if one.id in wish["editions"]]
    when = joined([told_schedule(one) for one in editions])
    turn.show(
        bold(fr("✓ C’est noté !")),
        lines(told_choices(turn, dialogue.data)),
        fr(f"La prochaine édition arrive {when}. D’ici là, demandez : /recent, /echeances, ou une question."),
        fr("/abonnement pour changer, /pause pour suspendre, /stop pour arrêter."),
    )


def checked(turn: Turn, data: Mapping[str, Any]) -> dict[str, Any]:
    """The choices that are still offered: the watch's files may have changed since the dialogue began."""
    wish: dict[str, Any] = {"alerts": bool(data.get("alerts")), "state": "active"}
    for step in STEPS[:-1]:
        choice = choice_of(turn, step)
        if choice is not None:
            wish[choice.name] = tuple(one for one, _ in choice.options if one in data.get(choice.name, ()))
    return wish


# ------------------------------------------------------------------------------------------ the reader


def new_reader(turn: Turn) -> Subscriber:
    """The subscriber that this chat is, or would be."""
    address = str(turn.event.chat)
    return turn.reader or Subscriber(
        id=subscriber_id("telegram", address, turn.now),
        channel="telegram",
        address=address,
        state="active",
        created_at=turn.now,
        confirmed_at=turn.now,
    )


def keep_reader(turn: Turn, subscriber: Subscriber) -> None:
    """Write a subscriber. Whoever presses the button has the chat: that is consent, and lifts a former suppression."""
    store, secret = turn.store, secret_key(turn.watch).encode()
    store.subscribers.lift("telegram", subscriber.address, secret)
    store.subscribers.add(subscriber, secret, asked=True)
    store.subscribers.save(replace(subscriber, confirmed_at=subscriber.confirmed_at or turn.now))


# ------------------------------------------------------------------------------------------ showing


def choice_of(turn: Turn, step: str) -> Choice | None:
    """What a step offers."""
    if step == "frequency":
        options = [(one.id, f"{one.name}, {told_schedule(one)}") for one in editions_here(turn)]
        return Choice(name="editions", ask="À quel rythme ? Une ou plusieurs éditions :", options=options, width=1)
    if step == "topics":
        ask = "Quels thèmes ? Sans choix, vous les recevez tous :"
        return Choice(name="topics", ask=ask, options=list(topic_names(turn).items()), width=2)
    if step == "regions":
        ask = "Quelles régions ? Les nouvelles nationales viennent toujours ; sans choix, toutes les régions :"
        regions = [(region, short_region(region)) for region in REGIONS]
        return Choice(name="regions", ask=ask, options=regions, width=2)
    if step == "kinds":
        ask = "Quelles productions ? Sans choix, toutes :"
        return Choice(name="kinds", ask=ask, options=list(PRODUCTIONS.items()), width=1)
    if step == "languages":
        ask = "Des nouvelles dans quelles langues ? Sans choix, toutes :"
        return Choice(name="languages", ask=ask, options=list(LANGUAGES.items()), width=2)
    return None


def _chosen(dialogue: Dialogue, choice: Choice) -> list[str]:
    """What is chosen at a step; nothing yet if the dialogue is older than the step."""
    chosen: list[str] = dialogue.data.get(choice.name, [])
    return chosen


def _ask(turn: Turn, dialogue: Dialogue, first: str = "") -> None:
    place = STEPS.index(dialogue.step)
    choice = choice_of(turn, dialogue.step)
    step = bold(fr(f"Étape {place + 1} sur {len(STEPS)}"))
    if choice is None:
        body = lines([step, fr("Tout est juste ?"), *told_choices(turn, dialogue.data)])
    else:
        chosen = [label for one, label in choice.options if one in _chosen(dialogue, choice)]
        body = lines([step, fr(choice.ask), fr(f"Choisi : {joined(chosen)}") if chosen else ""])
    turn.show(first, body, buttons=_buttons(turn, dialogue, choice))


def _buttons(turn: Turn, dialogue: Dialogue, choice: Choice | None) -> list[tuple[Button, ...]]:
    def button(text: str, *arguments: str | int) -> Button:
        return turn.button(text, "s", dialogue.nonce, *arguments)

    rows: list[tuple[Button, ...]] = []
    if choice is not None:
        chosen = _chosen(dialogue, choice)
        options = [
            button(f"{'✓ ' if one in chosen else ''}{label}", "o", place)
            for place, (one, label) in enumerate(choice.options)
        ]
        rows += in_rows(options, choice.width)
        if chosen and choice.name != "editions":
            rows.append((button("Tout, sans choix", "z"),))
    if dialogue.step == "frequency":
        mark = "✓ " if dialogue.data.get("alerts") else ""
        rows.append((button(f"{mark}Et une alerte dès qu’un texte change", "a"),))
    if choice is None:
        rows.append((button("✓ Confirmer", "y"),))
    first = [button("‹ Retour", "b")] if dialogue.step != STEPS[0] else []
    onward = [button("Continuer ›", "n")] if choice is not None else []
    rows.append((*first, button("Annuler", "x"), *onward))
    return rows


def told_choices(turn: Turn, data: Mapping[str, Any]) -> list[str]:
    """What is received, one line a field."""
    names = {one.id: f"{one.name} ({told_schedule(one)})" for one in turn.watch.editions}
    topics = topic_names(turn)
    told = [
        ("Éditions", [names[one] for one in data["editions"] if one in names], "aucune, seulement vos suivis"),
        ("Thèmes", [topics[one] for one in data["topics"] if one in topics], "tous"),
        ("Régions", [short_region(one) for one in data["regions"]], "toutes"),
        ("Productions", [PRODUCTIONS[one] for one in data["kinds"] if one in PRODUCTIONS], "toutes"),
        ("Langues", [LANGUAGES[one].lower() for one in data.get("languages", ()) if one in LANGUAGES], "toutes"),
        ("Alertes", ["dès qu’un texte change"] if data.get("alerts") else [], "non"),
    ]
    if not data["editions"]:
        del told[1:]
    return [fr(f"{name} : {joined(values) or none}") for name, values, none in told]


def require_configuring(turn: Turn) -> None:
    """Stop unless this person may change what the chat receives.

    Raises:
        UsageError: a member of a group who is none of its administrators.
    """
    if not turn.may_configure:
        raise UsageError(ADMINS_ONLY)
