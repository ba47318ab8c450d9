"""What this chat receives and what is kept of it: the subscription, pause, leaving, export, erasure, the digest now."""

from __future__ import annotations

import json
from dataclasses import asdict, is_dataclass, replace
from typing import TYPE_CHECKING, Any

from watchbot.app.digesting import reader_links, rendered, secret_key
from watchbot.app.follows import described, due_of, follows_of
from watchbot.app.material import prepare
from watchbot.app.people import erase_person, export_person
from watchbot.chat.asking import best_name
from watchbot.chat.markup import bold, fr, lines, said
from watchbot.chat.subscription import begin, editions_here, keep_reader, require_configuring, told_choices
from watchbot.chat.turn import Turn, in_rows
from watchbot.digest.compose import compose
from watchbot.digest.french import plural

if TYPE_CHECKING:
    from watchbot.chat.callbacks import Pressed
    from watchbot.chat.replies import Button
    from watchbot.model import Subscriber

FOLLOWS = 8
NOT_SUBSCRIBED = (
    "Vous ne recevez rien ici pour l’instant. /start pour vous inscrire ; sans inscription, vous pouvez tout demander."
)
_STATES = {"active": "actif", "paused": "en pause", "pending": "à confirmer", "suppressed": "arrêté"}


def overview(turn: Turn, page: int = 0) -> None:
    """What this chat receives and follows, with the buttons that change it."""
    reader = turn.reader
    turn.toast()
    if reader is None:
        turn.show(fr(NOT_SUBSCRIBED), buttons=[(turn.button("M’inscrire", "k", "edit"),)])
        return
    follows = follows_of(turn.store, reader.id)
    pages = max(1, -(-len(follows) // FOLLOWS))
    page = min(max(page, 0), pages - 1)
    listed = follows[page * FOLLOWS : (page + 1) * FOLLOWS]
    told = [
        f"{number}. {said(described(one, due_of(turn.store, one), turn.today), 300)}"
        for number, one in enumerate(listed, page * FOLLOWS + 1)
    ]
    rows: list[tuple[Button, ...]] = in_rows(
        [turn.button(f"Réglages {page * FOLLOWS + place}", "fs", one.id) for place, one in enumerate(listed, 1)], 3
    )
    if pages > 1:
        before = [turn.button("‹ Précédents", "l", page - 1)] if page else []
        rows.append((*before, *([turn.button("Suivants ›", "l", page + 1)] if page + 1 < pages else [])))
    paused = reader.state == "paused"
    rows.append(
        (turn.button("Modifier", "k", "edit"), turn.button("Reprendre" if paused else "Mettre en pause", "k", "pause"))
    )
    turn.show(
        lines(
            [
                bold(fr(f"Votre abonnement ({_STATES.get(reader.state, reader.state)})")),
                *told_choices(turn, _wish(reader)),
            ]
        ),
        lines([bold(fr(plural(len(follows), "suivi"))), *told])
        if follows
        else fr("Vous ne suivez rien de particulier."),
        buttons=rows,
    )


def _wish(reader: Subscriber) -> dict[str, Any]:
    return {name: list(getattr(reader, name)) for name in ("editions", "topics", "regions", "kinds", "languages")} | {
        "alerts": reader.alerts
    }


def pressed(turn: Turn, asked: Pressed) -> None:
    """A button under the overview, or under the question whether to erase."""
    what = asked.argument(0)
    require_configuring(turn)
    if what == "edit":
        begin(turn, welcome=False)
    elif what == "pause":
        reader = turn.reader
        switch(turn, paused=reader is not None and reader.state != "paused")
    elif what == "erase":
        _erase(turn)
    elif what == "keep":
        turn.toast()
        turn.show(fr("Rien n’a été effacé."))


def switch(turn: Turn, *, paused: bool) -> None:
    """Pause or take up again."""
    require_configuring(turn)
    reader = turn.reader
    if reader is None:
        turn.toast()
        turn.show(fr(NOT_SUBSCRIBED))
        return
    changed = replace(reader, state="paused" if paused else "active")
    turn.then(lambda: turn.store.subscribers.save(changed) if paused else keep_reader(turn, changed))
    turn.toast()
    if paused:
        turn.show(
            fr("⏸ En pause : je n’envoie plus rien de moi-même. /reprendre quand vous voudrez ; vos choix sont gardés.")
        )
    else:
        turn.show(fr("▶ C’est reparti : vous recevez de nouveau vos éditions et vos alertes."))


def stop(turn: Turn) -> None:
    """Leave: the subscription and the follows go at once."""
    require_configuring(turn)
    reader = turn.reader
    turn.then(lambda: turn.store.chat.end_dialogue(turn.event.chat, turn.owner))
    if reader is None:
        turn.say(
            fr(
                "Vous ne receviez rien ici. Vous pouvez toujours poser des questions ; /effacer efface ce que j’ai gardé."
            )
        )
        return
    turn.then(lambda: forget_reader(turn, reader))
    turn.say(
        fr("C’est fait : je ne vous enverrai plus rien, et votre abonnement avec vos suivis est effacé."),
        fr(
            "Vous pouvez toujours poser des questions. /start pour revenir, /effacer pour effacer aussi vos recherches."
        ),
    )


def forget_reader(turn: Turn, reader: Subscriber) -> None:
    """Forget a subscriber who left; nobody may write to the chat before it asks again."""
    store = turn.store
    store.issues.forget(reader.id)
    store.subscribers.remove(reader.id)
    store.subscribers.suppress("telegram", reader.address, "left", secret_key(turn.watch).encode(), turn.now)


def export(turn: Turn) -> None:
    """All that is kept of this chat, as a file."""
    require_configuring(turn)
    reader = turn.reader
    chat = turn.event.chat
    corrections = [one for one in turn.store.corrections.all() if one.author == f"telegram:{turn.event.user}"]
    kept: dict[str, Any] = {"chat": chat, "exported_at": turn.now, "corrections": corrections}
    if reader is not None:
        kept |= export_person(turn.store, "telegram", str(chat))
    kept["conversations"] = turn.store.chat.kept_of(chat, turn.owner if turn.event.private else None)
    text = json.dumps(kept, ensure_ascii=False, indent=2, default=_plain)
    turn.file("mes-donnees.json", text, fr("Tout ce que je garde de cette conversation. /effacer pour l’effacer."))


def _plain(value: object) -> object:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else str(value)


def ask_to_erase(turn: Turn) -> None:
    """Ask before erasing: it cannot be undone."""
    require_configuring(turn)
    buttons = [(turn.button("Effacer tout", "k", "erase"), turn.button("Ne rien effacer", "k", "keep"))]
    turn.say(
        fr(
            "Effacer tout ce que je garde de vous : abonnement, suivis, recherches ? On ne peut pas revenir en arrière."
        ),
        buttons=buttons,
    )


def _erase(turn: Turn) -> None:
    reader, chat = turn.reader, turn.event.chat
    turn.store.chat.forget(chat, turn.owner if turn.event.private else None)
    if reader is not None:
        # It empties the write-ahead log as well, which no transaction allows.
        erase_person(turn.watch, turn.store, "telegram", str(chat), turn.now)
    turn.toast()
    turn.show(
        fr(
            "✓ Tout est effacé. Il ne reste qu’une empreinte qui empêche de vous réinscrire sans vous. /start pour revenir."
        )
    )


def digest_now(turn: Turn, text: str) -> None:
    """An edition as it stands now; what it tells still comes in the next issue."""
    editions = editions_here(turn)
    reader = turn.reader
    own = [one for one in editions if reader is not None and one.id in reader.editions]
    chosen = best_name(text, {one.id: (one.id, one.name) for one in editions})
    if text.strip() and chosen is None:
        turn.say(fr("Je ne connais pas cette édition. Il y a : " + ", ".join(one.id for one in editions) + "."))
        return
    edition = next((one for one in editions if one.id == chosen), None)
    edition = edition or next(iter((*own, *editions)), None)
    if edition is None:
        turn.say(fr("Aucune édition ne vient par Telegram."))
        return
    material = prepare(turn.watch, turn.store, edition, turn.now, explain=False)
    digest = compose(edition, material, now=turn.now, reader=reader)
    if digest.empty:
        turn.say(fr(f"Rien de neuf pour « {edition.name} » ces derniers jours. /recent montre ce qui est plus ancien."))
        return
    from watchbot.digest.model import Links

    links = reader_links(turn.watch, reader, digest) if reader is not None and turn.event.private else Links()
    _, payload = rendered(turn.watch, digest, links, edition.template, "telegram")
    for part in payload["messages"]:
        turn.say(part)
