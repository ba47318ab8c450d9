"""Issues of editions: what there is to tell, composed for each reader, queued once, delivered."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from watchbot.app.deep_links import deep_link
from watchbot.app.material import news_since, prepare
from watchbot.digest.compose import Composer, compose, issue_id
from watchbot.digest.model import Digest, FollowedGroup, Links
from watchbot.model import Delivery, Edition, Subscriber
from watchbot.store.outbox import Outgoing, delivery_key

if TYPE_CHECKING:
    from watchbot.config import Watch
    from watchbot.store import Store


# So long, what was too little for an issue waits to be told with more.
HELD = timedelta(weeks=8)


@dataclass(slots=True, kw_only=True)
class SendReport:
    """What sending an issue did."""

    edition: str
    issue: str
    readers: int = 0
    queued: int = 0
    empty: int = 0
    known: int = 0
    delivered: Counter[str] = field(default_factory=Counter)
    waiting: int = 0

    @property
    def partial(self) -> bool:
        """Whether some message was not delivered."""
        return bool(self.delivered["failed"] or self.waiting)


# ------------------------------------------------------------------------------------------ sending


def preview(watch: Watch, store: Store, edition: Edition, moment: datetime, *, explain: bool = True) -> Digest:
    """The edition as it would go out now to someone without preferences who was told nothing yet."""
    return compose(edition, prepare(watch, store, edition, moment, explain=explain), now=moment)


def send(
    watch: Watch,
    store: Store,
    edition: Edition,
    *,
    clock: Callable[[], datetime],
    dry_run: bool = False,
    patience: float = 0.0,
    backoff: float | None = None,
    stop: threading.Event | None = None,
) -> SendReport:
    """Compose today's issue for every reader, queue it, and deliver what is due.

    Idempotent: an issue is composed for the moment at which it was first composed, a reader whose message is queued or sent is
    left alone, and what a reader was told is recorded with the queueing, in one transaction. `stop` ends the sending after the
    message under way; the rest waits in the outbox.
    """
    from watchbot.app.follow_alerts import alert_follows, waiting_news

    moment = clock()
    issue = issue_id(edition, moment)
    report = SendReport(edition=edition.id, issue=issue)
    if not dry_run:
        moment = store.issues.open(edition.id, issue, moment)
        alert_follows(watch, store, moment)
    composers = _Composers(watch, store, edition, moment)
    for reader in store.subscribers.active(edition.id, edition.channels):
        report.readers += 1
        key = delivery_key(edition.id, issue, reader.id, reader.channel)
        if store.outbox.known([key]):
            report.known += 1
            continue
        followed, matches = waiting_news(watch, store, reader, moment)
        digest = composers.compose(reader, followed)
        if digest.empty:
            report.empty += 1
            if digest.news and not dry_run:
                store.issues.hold(reader.id, edition.id, composers.since)
            continue
        report.queued += 1
        if not dry_run:
            _queue(watch, store, digest, edition, reader, key, moment, matches)
    if not dry_run:
        store.issues.finish(edition.id, issue, clock())
        report.delivered = deliver(watch, patience=patience, backoff=backoff, stop=stop)
        counts = store.outbox.counts(edition.id, issue)
        report.waiting = counts["queued"] + counts["sending"]
    return report


class _Composers:
    """Composes an issue for its readers: from what is new since the last one, or since the last one that a reader was sent.

    An issue that holds less than the minimum is not sent, and what it held waits for the next, at most `HELD`.
    """

    def __init__(self, watch: Watch, store: Store, edition: Edition, moment: datetime) -> None:
        self._watch, self._store, self._edition, self._moment = watch, store, edition, moment
        self.since = news_since(store, edition, moment)
        earliest = moment - HELD
        held = {reader: max(since, earliest) for reader, since in store.issues.held(edition.id).items()}
        self._held = {reader: since for reader, since in held.items() if since < self.since}
        self._usual = Composer(edition, prepare(watch, store, edition, moment, since=self.since), moment)

    def compose(self, reader: Subscriber, followed: tuple[FollowedGroup, ...]) -> Digest:
        """The digest of one reader."""
        told = self._store.issues.told(reader.id)
        if reader.id not in self._held:
            return self._usual.compose(reader, told, followed)
        return self._longer.compose(reader, told, followed, since=self._held[reader.id])

    @cached_property
    def _longer(self) -> Composer:
        """For those who wait: from as far back as the first of them was told nothing."""
        since = min(self._held.values())
        material = prepare(self._watch, self._store, self._edition, self._moment, since=since)
        return Composer(self._edition, material, self._moment)


def _queue(
    watch: Watch,
    store: Store,
    digest: Digest,
    edition: Edition,
    reader: Subscriber,
    key: str,
    moment: datetime,
    matches: Sequence[tuple[str, str]],
) -> None:
    from watchbot.app.follow_alerts import tell_waiting

    digest, payload = rendered(watch, digest, reader_links(watch, reader, digest), edition.template, reader.channel)
    delivery = Delivery(
        key=key, edition=edition.id, issue=digest.issue, subscriber_id=reader.id, channel=reader.channel
    )
    with store.transaction():
        store.outbox.enqueue([Outgoing(delivery=delivery, address=reader.address, payload=payload)], moment)
        store.issues.tell(reader.id, digest.issue, digest.told)
        store.issues.release(reader.id, edition.id)
        tell_waiting(store, matches, key, moment)


def render(watch: Watch, digest: Digest, links: Links, template: str, channel: str) -> dict[str, Any]:
    """The message of a channel, as the outbox keeps it."""
    return rendered(watch, digest, links, template, channel)[1]


def rendered(watch: Watch, digest: Digest, links: Links, template: str, channel: str) -> tuple[Digest, dict[str, Any]]:
    """The digest as it is told on a channel (a mail that would be too long tells less), and its message."""
    from watchbot.digest.render import render_mail, render_telegram, subject

    templates = watch.templates
    if channel == "telegram":
        return digest, {"messages": render_telegram(digest, templates, links, template)}
    digest, html, text = render_mail(digest, templates, links, template)
    return digest, {
        "subject": subject(digest),
        "text": text,
        "html": html,
        "unsubscribe_url": links.unsubscribe,
        "date": digest.date.isoformat(),
    }


def reader_links(watch: Watch, reader: Subscriber, digest: Digest | None = None) -> Links:
    """The addresses of one reader, those of his own signed; with an issue, where it and all it could not show can be read."""
    from watchbot.app.links import token

    base = watch.settings.base_url.rstrip("/")
    links = Links(
        unsubscribe=f"{base}/desabonnement/{token(watch, reader.id, 'unsubscribe')}",
        preferences=f"{base}/preferences/{token(watch, reader.id, 'preferences')}",
    )
    bot = watch.settings.telegram_bot.removeprefix("@")
    if bot and reader.channel == "email":
        links = replace(links, extra={"Les échéances dans le bot": deep_link(bot, "deadlines")})
    if digest is None:
        return links
    edition = next((one for one in watch.editions if one.id == digest.edition), None)
    judging = edition is not None and edition.show_maybe
    return replace(
        links,
        feedback=f"{base}/jugement/{token(watch, reader.id, 'judge')}/{{item}}" if judging else "",
        archive=f"{base}/archives/{digest.issue}",
        items=f"{base}/recherche?theme={{topic}}",
        calendar=f"{base}/calendrier.ics",
    )


def deliver(
    watch: Watch, *, patience: float = 0.0, backoff: float | None = None, stop: threading.Event | None = None
) -> Counter[str]:
    """Send what is due, by the delivery agent; nothing happens on channels without settings."""
    from watchbot.digest.deliver.agent import AgentSettings, run_agent

    settings = watch.settings
    if settings.smtp_url is None and settings.telegram_token is None:
        return Counter()
    sender: dict[str, Any] = {
        "address": settings.mail_from,
        "name": settings.mail_from_name,
        "list_name": watch.folder.name,
        "reply_to": settings.mail_reply_to,
        "bounce": settings.bounce_address,
    }
    dkim: dict[str, str] = {}
    if settings.dkim_key:
        domain = settings.dkim_domain or settings.mail_from.rpartition("@")[2]
        dkim = {"selector": settings.dkim_selector, "domain": domain, "path": settings.dkim_key}
    agent = AgentSettings(
        database=str(watch.database),
        secret=secret_key(watch),
        smtp_url=settings.smtp_url.get_secret_value() if settings.smtp_url else "",
        smtp_allow_plain=settings.smtp_allow_plain,
        smtp_rate=settings.smtp_rate,
        sender=sender,
        dkim=dkim,
        telegram_token=settings.telegram_token.get_secret_value() if settings.telegram_token else "",
        telegram_api=settings.telegram_api,
        patience=patience,
    )
    return run_agent(agent if backoff is None else replace(agent, backoff=backoff), stop)


def secret_key(watch: Watch) -> str:
    """The key that signs links and hashes suppressed addresses.

    Raises:
        ConfigError: it is not set.
    """
    from watchbot.errors import ConfigError

    if watch.settings.secret_key is None:
        message = "environment: WATCHBOT_SECRET_KEY is not set; `watchbot init` writes one into .env"
        raise ConfigError(message)
    return watch.settings.secret_key.get_secret_value()
