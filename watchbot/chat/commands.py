"""The commands, in French with English aliases: what they do, who may use them, and the help that lists them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from watchbot.app.deep_links import read_payload
from watchbot.chat import account, agenda, asking, judging, references, subscription
from watchbot.chat.markup import bold, fr, lines
from watchbot.chat.results import show_detail, shown, topic_names
from watchbot.chat.turn import Turn
from watchbot.digest.french import plural

Handler = Callable[[Turn, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command. `told` is its line in the help and the menu; `heavy` ones take long and run aside.

    `settles` ones change what a chat receives: in groups they are obeyed only when the bot is named.
    """

    name: str
    told: str
    run: Handler
    aliases: tuple[str, ...] = ()
    example: str = ""
    heavy: bool = False
    settles: bool = False
    administrator: bool = False


def start(turn: Turn, text: str) -> None:
    """Welcome and the guided subscription; or what a deep link asks for."""
    if not text.strip():
        subscription.begin(turn, welcome=True)
        return
    asked = read_payload(text.strip())
    if asked is None:
        turn.say(fr("Ce lien n’est pas ou plus valable. Voici de quoi commencer."))
        subscription.begin(turn, welcome=True)
        return
    what, value = asked
    opened: dict[str, Callable[[], None]] = {
        "item": lambda: _item(turn, value),
        "search": lambda: asking.search(turn, value),
        "topic": lambda: asking.by_topic(turn, value),
        "region": lambda: asking.by_region(turn, value),
        "reference": lambda: references.reference(turn, value),
        "deadlines": lambda: agenda.deadlines(turn),
        "changes": lambda: agenda.changes(turn),
        "subscribe": lambda: subscription.begin(turn, welcome=True),
    }
    opened[what]()


def _item(turn: Turn, item: str) -> None:
    found = shown(turn.store, [item], topic_names(turn), turn.today) if len(item) == 12 else []
    if not found:
        turn.say(
            fr(
                "Je ne retrouve pas cette nouvelle. /recent montre les dernières, et vous pouvez chercher avec vos mots."
            )
        )
        return
    show_detail(turn, turn.freeze("items", fr("Cette nouvelle"), [found[0].item.id]), 0)


def help_(turn: Turn, _text: str) -> None:
    """What the bot can do."""
    listed = [fr(f"/{one.name} : {one.told}") for one in COMMANDS if not one.administrator or turn.may_administer]
    group = "" if turn.event.private else f"Ici, adressez-vous à moi par mon nom, @{turn.bot_name}, ou en me répondant."
    turn.say(
        lines([bold(fr(f"La veille « {turn.watch.name} »")), fr("Écrivez votre question comme elle vient :")]),
        lines(
            [
                fr("• quoi de neuf sur les aides en Région Sud depuis septembre ?"),
                fr("• bilan carbone obligatoire pour un documentaire"),
                fr("• échéances avant fin janvier"),
            ]
        ),
        lines(listed),
        fr(group),
    )


def cancel(turn: Turn, _text: str) -> None:
    """Leave a dialogue."""
    under_way = turn.store.chat.dialogue(turn.event.chat, turn.owner)
    turn.then(lambda: turn.store.chat.end_dialogue(turn.event.chat, turn.owner))
    turn.say(fr("Annulé, rien n’a été changé." if under_way else "Il n’y avait rien à annuler."))


def status(turn: Turn, _text: str) -> None:
    """How the watch is doing, for its administrators."""
    from watchbot.app.health import source_health

    healths = source_health(turn.watch, turn.store, turn.now)
    troubled = [one for one in healths if one.state.value in {"failing", "suspect"}]
    waiting = turn.store.outbox.counts()
    readers = sum(1 for _ in turn.store.subscribers.active())
    listed = [fr(f"• {one.source_id} : {one.message or one.reason}") for one in troubled[:10]]
    turn.say(
        bold(fr("État de la veille")),
        lines(
            [
                fr(
                    f"{plural(turn.store.items.count(), 'nouvelle')}, {plural(readers, 'abonnement actif', 'abonnements actifs')}"
                ),
                fr(
                    f"{plural(waiting['queued'] + waiting['sending'], 'envoi')} en attente, {plural(waiting['failed'], 'échec')}"
                ),
                fr(f"{plural(len(healths), 'source')}, dont {len(troubled)} en difficulté"),
                *listed,
            ]
        ),
    )


COMMANDS: tuple[Command, ...] = (
    Command(name="start", told="s’inscrire, pas à pas", run=start, settles=True),
    Command(
        name="recent",
        told="les dernières nouvelles",
        run=lambda t, _: asking.recent(t),
        aliases=("recents", "latest", "news"),
    ),
    Command(
        name="cherche",
        told="chercher, par exemple /cherche prime RSE+",
        run=asking.search,
        aliases=("chercher", "recherche", "search"),
    ),
    Command(name="theme", told="les nouvelles d’un thème", run=asking.by_topic, aliases=("themes", "topic", "topics")),
    Command(name="region", told="les nouvelles d’une région", run=asking.by_region, aliases=("regions",)),
    Command(name="source", told="les nouvelles d’une source", run=asking.by_source, aliases=("sources",)),
    Command(
        name="echeances",
        told="les échéances à venir",
        run=lambda t, _: agenda.deadlines(t),
        aliases=("echeance", "deadlines", "deadline"),
    ),
    Command(
        name="changements",
        told="ce qui a changé dans les textes suivis",
        run=lambda t, _: agenda.changes(t),
        aliases=("changement", "changes"),
    ),
    Command(
        name="reference",
        told="une fiche ou un texte, par exemple /reference RS6456",
        run=references.reference,
        aliases=("ref", "references"),
    ),
    Command(
        name="abonnement",
        told="ce que vous recevez et suivez",
        run=lambda t, _: account.overview(t),
        aliases=("abonnements", "suivis", "subscription", "settings"),
    ),
    Command(name="digest", told="l’édition telle qu’elle serait maintenant", run=account.digest_now, heavy=True),
    Command(
        name="pourquoi",
        told="pourquoi ces thèmes, par exemple /pourquoi 2",
        run=judging.why_by_words,
        aliases=("why",),
        heavy=True,
    ),
    Command(name="pause", told="suspendre les envois", run=lambda t, _: account.switch(t, paused=True), settles=True),
    Command(
        name="reprendre",
        told="reprendre les envois",
        run=lambda t, _: account.switch(t, paused=False),
        aliases=("resume",),
        settles=True,
    ),
    Command(
        name="stop", told="se désinscrire", run=lambda t, _: account.stop(t), aliases=("unsubscribe",), settles=True
    ),
    Command(name="export", told="recevoir ce que je garde de vous", run=lambda t, _: account.export(t), settles=True),
    Command(
        name="effacer",
        told="tout effacer",
        run=lambda t, _: account.ask_to_erase(t),
        aliases=("erase", "delete"),
        settles=True,
    ),
    Command(name="annuler", told="quitter une inscription en cours", run=cancel, aliases=("cancel",), settles=True),
    Command(name="aide", told="ce que je sais faire", run=help_, aliases=("help",)),
    Command(name="etat", told="l’état de la veille", run=status, aliases=("status",), administrator=True, heavy=True),
)
BY_NAME = {name: one for one in COMMANDS for name in (one.name, *one.aliases)}


def nearest_command(name: str) -> Command | None:
    """The command that was probably meant."""
    from rapidfuzz import fuzz, process

    found = process.extractOne(name, list(BY_NAME), scorer=fuzz.ratio, score_cutoff=70)
    return BY_NAME[found[0]] if found is not None else None
