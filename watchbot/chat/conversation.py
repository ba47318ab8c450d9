"""From an event to its answer: which part of the bot answers what, and what is said when something goes wrong."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from watchbot.app.digesting import secret_key
from watchbot.chat import account, agenda, asking, following, inline, judging, references, results, subscription
from watchbot.chat.callbacks import ButtonError, Pressed, decode
from watchbot.chat.commands import BY_NAME, nearest_command
from watchbot.chat.events import Event
from watchbot.chat.markup import fr
from watchbot.chat.replies import Inline, Toast
from watchbot.chat.turn import Turn
from watchbot.digest.french import capital, plural
from watchbot.errors import UsageError

if TYPE_CHECKING:
    from watchbot.config import Watch
    from watchbot.store import Store
    from watchbot.store.chat import ResultList

# Administrators of a group who hide write under this id (https://core.telegram.org/bots/api#message).
ANONYMOUS = 1087968824
HEAVY_ACTIONS = frozenset({"w"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What every turn needs: the watch, the bot's own name, the key that signs buttons."""

    watch: Watch
    bot_name: str
    secret: bytes

    @classmethod
    def of(cls, watch: Watch, bot_name: str) -> Desk:
        """A desk with the watch's secret key.

        Raises:
            ConfigError: the key is not set.
        """
        return cls(watch=watch, bot_name=bot_name, secret=secret_key(watch).encode())

    def answer(self, store: Store, event: Event, now: datetime) -> Turn:
        """Work out the answer to an event; never raises."""
        turn = self._turn(store, event, now)
        try:
            _route(turn)
        except ButtonError as error:
            _refuse(turn, str(error), error.reason)
        except UsageError as error:
            _tell(turn, capital(str(error)).rstrip(".") + ".")
        except Exception as error:  # noqa: BLE001 - whatever happens, the person gets an answer and the log a trace
            _apologise(turn, error)
        if event.kind == "button" and not any(isinstance(one, Toast) for one in turn.replies):
            turn.toast()
        return turn

    def apologise(self, store: Store, event: Event, now: datetime, error: Exception) -> Turn:
        """What to say when the answer could not be kept."""
        turn = self._turn(store, event, now)
        _apologise(turn, error)
        return turn

    def _turn(self, store: Store, event: Event, now: datetime) -> Turn:
        return Turn(
            watch=self.watch,
            store=store,
            event=event,
            now=now,
            secret=self.secret,
            bot_name=self.bot_name,
            owner=event.user,
        )


def is_heavy(event: Event) -> bool:
    """Whether an event takes long and must not keep others waiting."""
    if event.kind == "button":
        return event.text[13:14] in HEAVY_ACTIONS
    command = BY_NAME.get(event.command)
    return command is not None and command.heavy


def needs_rights(event: Event) -> bool:
    """Whether it matters if the person administers the group."""
    if event.private or event.anonymous or event.kind not in {"message", "button"}:
        return False
    command = BY_NAME.get(event.command)
    return event.kind == "button" or (command is not None and (command.settles or command.name == "abonnement"))


# ------------------------------------------------------------------------------------------ routing


def _route(turn: Turn) -> None:
    event = turn.event
    if event.kind == "left":
        _left(turn)
    elif event.kind == "moved":
        _moved(turn)
    elif event.wait > 0:
        _slow_down(turn)
    elif event.kind == "inline":
        inline.answer(turn)
    elif event.kind == "button":
        _pressed(turn)
    elif event.command:
        _command(turn)
    elif event.text:
        asking.search(turn, event.text)
    elif event.private:
        turn.say(fr("Je ne lis que du texte. Écrivez votre question, ou /aide pour voir ce que je sais faire."))
    else:
        BY_NAME["aide"].run(turn, "")


def _command(turn: Turn) -> None:
    event = turn.event
    command = BY_NAME.get(event.command)
    hidden = command is not None and command.administrator and not turn.may_administer
    if command is None or hidden:
        near = nearest_command(event.command)
        hint = f"Vouliez-vous dire /{near.name} ? " if near is not None and not near.administrator else ""
        if event.named:
            turn.say(fr(f"Je ne connais pas cette commande. {hint}/aide dit ce que je sais faire."))
        return
    if command.settles and not event.named:
        # Said to all bots of the group: not for us to change anything by.
        return
    command.run(turn, event.text)


def _pressed(turn: Turn) -> None:
    event = turn.event
    try:
        asked = decode(turn.secret, event.text, event.chat, event.user)
    except ButtonError as error:
        if error.reason != "not-yours" or not event.admin:
            raise
        # What an administrator asked without showing who it was is answered to all of them.
        asked = decode(turn.secret, event.text, event.chat, ANONYMOUS)
        turn.owner = ANONYMOUS
    if asked.action in _ON_LISTS:
        found = turn.frozen(asked.argument(0))
        if found is None:
            turn.toast(results.EXPIRED, alert=True)
            return
        _ON_LISTS[asked.action](turn, found, asked.number(1))
        return
    action = _ACTIONS.get(asked.action)
    if action is None:
        raise ButtonError("unknown", "Ce bouton n’est plus en service. Refaites votre demande, ou tapez /aide.")
    action(turn, asked)


def _page(turn: Turn, found: ResultList, page: int) -> None:
    turn.toast()
    if found.kind == "deadlines":
        agenda.show_deadlines(turn, found, page)
    elif found.kind == "changes":
        agenda.show_changes(turn, found, page)
    else:
        results.show_items(turn, found, page)


def _open(turn: Turn, found: ResultList, place: int) -> None:
    if found.kind == "changes":
        agenda.show_change(turn, found, place)
    else:
        results.show_detail(turn, found, place)


def _why(turn: Turn, found: ResultList, place: int) -> None:
    judging.why(turn, found.entries[place] if 0 <= place < len(found.entries) else "")


def _document(turn: Turn, found: ResultList, place: int) -> None:
    turn.toast()
    references.reference(turn, found.entries[place] if 0 <= place < len(found.entries) else "")


def _source(turn: Turn, asked: Pressed) -> None:
    turn.toast()
    asking.by_source(turn, asked.argument(0))


def _topic(turn: Turn, asked: Pressed) -> None:
    turn.toast()
    asking.by_topic(turn, asked.argument(0))


def _region(turn: Turn, asked: Pressed) -> None:
    turn.toast()
    asking.by_region(turn, asked.argument(0))


def _reference(turn: Turn, asked: Pressed) -> None:
    turn.toast()
    references.reference(turn, asked.argument(0))


def _view(turn: Turn, asked: Pressed) -> None:
    turn.toast()
    if asked.argument(0) == "c":
        agenda.changes(turn)
    else:
        agenda.deadlines(turn)


_ON_LISTS: Mapping[str, Callable[[Turn, ResultList, int], None]] = {
    "p": _page,
    "o": _open,
    "x": asking.switch_filter,
    "h": judging.off_topic,
    "a": judging.other_topic,
    "w": _why,
    "f": lambda turn, found, _: following.follow_search(turn, found),
    "g": following.follow_entry,
    "n": _document,
}
_ACTIONS: Mapping[str, Callable[[Turn, Pressed], None]] = {
    "s": subscription.pressed,
    "c": judging.pressed,
    "k": account.pressed,
    "l": lambda turn, asked: account.overview(turn, asked.number(0)),
    "t": _topic,
    "r": _region,
    "q": _source,
    "d": _reference,
    "v": _view,
    "fs": following.pressed,
    "fp": following.pressed,
    "fd": following.pressed,
    "fx": following.pressed,
}


# ------------------------------------------------------------------------------------------ what befalls a chat


def _left(turn: Turn) -> None:
    """The bot was blocked or thrown out: write here no more, and forget what was asked."""
    reader = turn.reader
    if reader is not None:
        turn.then(lambda: turn.store.subscribers.give_up(reader.id, "bot blocked or removed", turn.secret, turn.now))
    turn.then(lambda: turn.store.chat.forget(turn.event.chat))


def _moved(turn: Turn) -> None:
    """A group became a supergroup, with another id: what it receives goes with it."""
    reader, store = turn.reader, turn.store
    if reader is None or store.subscribers.find("telegram", str(turn.event.moved_to)) is not None:
        return
    turn.then(lambda: store.subscribers.move(reader.id, str(turn.event.moved_to)))


# ------------------------------------------------------------------------------------------ when it goes wrong


def _tell(turn: Turn, text: str) -> None:
    turn.replies.clear()
    turn.writes.clear()
    if turn.event.kind == "button":
        turn.toast(text, alert=True)
    elif turn.event.kind == "message":
        turn.say(fr(text))
    elif turn.event.kind == "inline":
        turn.replies.append(Inline(query=turn.event.query, hits=(), button="Réessayer dans le bot", start="s"))


def _slow_down(turn: Turn) -> None:
    _tell(turn, f"Vous allez vite ! Je reprends dans {plural(max(1, round(turn.event.wait)), 'seconde')}.")


def _refuse(turn: Turn, text: str, reason: str) -> None:
    reference = new_reference()
    _log("button refused", reference, turn.event, reason=reason)
    _tell(turn, text if reason == "not-yours" else f"{text} (réf. {reference})")


def _apologise(turn: Turn, error: Exception) -> None:
    reference = new_reference()
    _log("answer failed", reference, turn.event, error=f"{type(error).__name__}: {error}", exc_info=error)
    _tell(
        turn,
        f"Désolé, je n’ai pas pu répondre. Réessayez dans une minute ; si cela continue, signalez la référence {reference}"
        " à qui administre cette veille.",
    )


def new_reference() -> str:
    """What ties a message to a line of the log."""
    return secrets.token_hex(3)


def _log(what: str, reference: str, event: Event, **values: object) -> None:
    import structlog

    # Neither what was written nor by whom.
    structlog.get_logger("watchbot").warning(what, reference=reference, update=event.update, kind=event.kind, **values)
