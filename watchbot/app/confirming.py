"""The letter that asks a person to confirm, and how often one may go to an address."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from watchbot.app.digesting import reader_links
from watchbot.app.letters import queue_letter
from watchbot.app.links import token
from watchbot.digest.french import typeset
from watchbot.store.outbox import CONFIRMATION

if TYPE_CHECKING:
    from watchbot.config import Watch
    from watchbot.model import Subscriber
    from watchbot.store import Store

# How long after the first letter to an address a second one may go, after the second a third…; no more within a day.
GAPS = tuple(timedelta(minutes=minutes) for minutes in (5, 15, 60, 180))
DAY = timedelta(days=1)


def write_to(watch: Watch, store: Store, reader: Subscriber, at: datetime, *, known: bool) -> bool:
    """Queue the letter that answers a request, unless one went to the address a short while ago.

    The pace is the same for `known` readers (who get a link to their preferences) and others: nothing tells them apart.

    Returns:
        Whether a letter was queued.
    """
    past = store.outbox.queued_at(reader.id, CONFIRMATION, since=at - DAY)
    if past and (len(past) > len(GAPS) or at - past[-1] < GAPS[len(past) - 1]):
        return False
    name = "connu" if known else "demande"
    subject, text = _known(watch, reader) if known else _request(watch, reader)
    return _queue(store, reader, f"{name}-{int(at.timestamp())}", subject, text, at)


def invite(watch: Watch, store: Store, reader: Subscriber, at: datetime) -> bool:
    """Queue the letter that asks to confirm to someone whom the watch's owner added: once, if he is pending by e-mail.

    Returns:
        Whether a letter was queued.
    """
    asked = any(one.edition == CONFIRMATION for one in store.outbox.of(reader.id))
    if reader.state != "pending" or reader.channel != "email" or asked:
        return False
    text = (
        f"Bonjour,\n\nvotre adresse a été proposée pour recevoir « {watch.name} ». Si vous le souhaitez, ouvrez ce lien dans"
        f" les quatorze jours pour confirmer :\n{_link(watch, reader)}"
        "\n\nSinon, ne faites rien : vous ne recevrez pas d’autre message, et cette adresse sera oubliée."
    )
    with store.transaction():
        store.subscribers.save(replace(reader, asked_at=at))
        return _queue(store, reader, "invitation", f"Confirmez votre inscription : {watch.name}", text, at)


def _known(watch: Watch, reader: Subscriber) -> tuple[str, str]:
    links = reader_links(watch, reader)
    text = (
        f"Bonjour,\n\nune inscription à « {watch.name} » a été demandée avec cette adresse, qui est déjà inscrite."
        f"\n\nPour changer vos préférences :\n{links.preferences}\n\nPour vous désabonner :\n{links.unsubscribe}"
    )
    return f"Vous êtes déjà inscrit·e : {watch.name}", text


def _request(watch: Watch, reader: Subscriber) -> tuple[str, str]:
    text = (
        f"Bonjour,\n\nvous avez demandé à recevoir « {watch.name} ». Pour confirmer, ouvrez ce lien dans les quatorze"
        f" jours :\n{_link(watch, reader)}"
        "\n\nSi vous n’avez rien demandé, ne faites rien : vous ne recevrez pas d’autre message, et cette adresse sera"
        " oubliée."
    )
    return f"Confirmez votre inscription : {watch.name}", text


def _link(watch: Watch, reader: Subscriber) -> str:
    return f"{watch.settings.base_url.rstrip('/')}/confirmation/{token(watch, reader.id, 'confirm')}"


def _queue(store: Store, reader: Subscriber, issue: str, subject: str, text: str, at: datetime) -> bool:
    return queue_letter(
        store,
        kind=CONFIRMATION,
        issue=issue,
        subscriber=reader.id,
        address=reader.address,
        subject=typeset(subject),
        text="\n".join(map(typeset, text.split("\n"))),
        at=at,
    )
