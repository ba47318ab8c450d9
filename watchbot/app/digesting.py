"""Issues of editions: what there is to tell, composed for each reader, queued once, delivered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from watchbot.app.collecting import PARIS
from watchbot.digest.compose import Material, compose, issue_id
from watchbot.digest.french import typeset
from watchbot.digest.model import Digest, Links, Story
from watchbot.digest.summary import summarise
from watchbot.model import Change, Deadline, Delivery, Edition, FactKind, Item, Subscriber, Verdict
from watchbot.store.outbox import Outgoing, delivery_key

if TYPE_CHECKING:
    from watchbot.config import Watch
    from watchbot.store import Store

# An item that was published long before it was first seen (a new source's archive) is no news.
STALE = timedelta(days=45)
AHEAD = timedelta(days=120)
_BATCH = 200


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


def prepare(watch: Watch, store: Store, edition: Edition, moment: datetime) -> Material:
    """All that an issue composed at `moment` can tell; the same state gives the same material."""
    since = moment - edition.period
    items = [
        item
        for item in store.items.select(seen_since=since, until=moment + timedelta(days=1), limit=None)
        if item.first_seen - item.date < STALE and since < item.first_seen <= moment
    ]
    verdicts = store.tags.verdicts([item.id for item in items])
    recent = store.changes.list(since=since + timedelta(microseconds=1), until=moment + timedelta(seconds=1))
    changes = _ordered([change for change in recent if _stands(store, change)], moment)
    today = moment.astimezone(PARIS).date()
    deadlines = store.deadlines.upcoming(today, today + AHEAD)
    topics = {topic.id: topic.name for topic in watch.classifier.topics}
    return Material(
        stories=tuple(_stories(items, verdicts, deadlines, moment)),
        background=tuple(_background(store, deadlines, {item.id for item in items})),
        changes=changes,
        deadlines=tuple(deadlines),
        topics=topics,
        publishers={source.id: source.publisher for source in watch.sources},
        watch=watch.name,
        counts=store.tags.topic_counts(since) if edition.figures else None,
    )


def _stands(store: Store, change: Change) -> bool:
    """Whether a reminder still holds: a record that was renewed since no longer expires on that day."""
    if change.event != "expiring":
        return True
    record = store.records.get(change.key)
    return record is None or record.expires == change.due


def _background(store: Store, deadlines: Sequence[Deadline], known: set[str]) -> Iterable[Story]:
    """Items of former issues whose deadlines are still ahead: they tell whom a deadline concerns."""
    ids = list(dict.fromkeys(one for deadline in deadlines for one in deadline.item_ids if one not in known))
    verdicts = store.tags.verdicts(ids)
    for item in store.items.get_many(ids):
        if item.id in verdicts and verdicts[item.id].relevant:
            yield Story(item=item, verdict=verdicts[item.id])


def _ordered(changes: Sequence[Change], moment: datetime) -> tuple[Change, ...]:
    """The most pressing first; of several reminders of one register record, only the newest."""
    from watchbot.track.alerts import by_urgency

    newest: dict[tuple[str, str], Change] = {}
    rest: list[Change] = []
    for change in sorted(changes, key=lambda one: (one.detected_at, one.id)):
        if change.event == "expiring":
            newest[change.source_id, change.key] = change
        else:
            rest.append(change)
    return tuple(by_urgency([*rest, *newest.values()], moment.astimezone(PARIS).date()))


def _stories(
    items: Sequence[Item], verdicts: dict[str, Verdict], deadlines: Sequence[Deadline], moment: datetime
) -> Iterable[Story]:
    """Relevant and doubtful items, each story once: the item that stands for a cluster, or the best of it that is here."""
    due = {one: deadline for deadline in reversed(deadlines) for one in deadline.item_ids}
    clusters: dict[str, list[Item]] = {}
    for item in items:
        verdict = verdicts.get(item.id)
        if verdict is not None and (verdict.relevant or verdict.maybe):
            clusters.setdefault(item.cluster, []).append(item)
    for head, members in clusters.items():
        members.sort(key=lambda item: (item.id != head, item.date, item.id))
        best, others = members[0], members[1:]
        also = dict.fromkeys((one.publisher, one.url) for one in others if one.publisher != best.publisher)
        yield _story(best, verdicts[best.id], tuple(also), due.get(best.id), moment)


def _story(
    item: Item, verdict: Verdict, also: tuple[tuple[str, str], ...], deadline: Deadline | None, moment: datetime
) -> Story:
    from watchbot.extract.facts import extract_facts

    text = f"{item.title}. {item.summary} {item.body[:3000]}"
    facts = extract_facts(text, item.date.astimezone(PARIS).date())
    wanted = {FactKind.AMOUNT: 2, FactKind.DEADLINE: 1}
    chips: dict[tuple[str, str], str] = {}
    for fact in facts:
        new = (fact.kind.value, fact.value) not in chips
        if new and wanted.get(fact.kind, 0) > 0 and fact.confidence >= 0.8 and len(fact.quote) < 60:
            wanted[fact.kind] -= 1
            chip = fact.quote if fact.kind is FactKind.AMOUNT else f"échéance : {fact.quote}"
            chips[fact.kind.value, fact.value] = typeset(chip)
    return Story(
        item=item,
        verdict=verdict,
        summary=summarise(item.title, item.summary, item.body),
        chips=tuple(chips.values()),
        due=deadline.due if deadline else None,
        also=also,
        importance=_importance(item, verdict, also, deadline, moment),
    )


def _importance(
    item: Item, verdict: Verdict, also: Sequence[object], deadline: Deadline | None, moment: datetime
) -> float:
    """Order within a topic (see `watchbot.classify.importance`); a reader's interests order the topics themselves."""
    from watchbot.classify.importance import Signals, importance

    signals = Signals(
        id=item.id,
        published=item.date,
        sureness=max((verdict.scores.get(topic, 0.0) for topic in verdict.topics[:1]), default=0.0),
        due=deadline.due if deadline else None,
        publishers=1 + len(also),
    )
    return importance(signals, moment)


# ------------------------------------------------------------------------------------------ sending


def preview(watch: Watch, store: Store, edition: Edition, moment: datetime) -> Digest:
    """The edition as it would go out now to someone without preferences who was told nothing yet."""
    return compose(edition, prepare(watch, store, edition, moment), now=moment)


def send(
    watch: Watch,
    store: Store,
    edition: Edition,
    *,
    clock: Callable[[], datetime],
    dry_run: bool = False,
    patience: float = 0.0,
    backoff: float | None = None,
) -> SendReport:
    """Compose today's issue for every reader, queue it, and deliver what is due.

    Idempotent: an issue is composed for the moment at which it was first composed, a reader whose message is queued or sent is
    left alone, and what a reader was told is recorded with the queueing, in one transaction.
    """
    moment = clock()
    issue = issue_id(edition, moment)
    report = SendReport(edition=edition.id, issue=issue)
    if not dry_run:
        moment = store.issues.open(edition.id, issue, moment)
    material = prepare(watch, store, edition, moment)
    for reader in store.subscribers.active(edition.id, edition.channels):
        report.readers += 1
        key = delivery_key(edition.id, issue, reader.id, reader.channel)
        if store.outbox.known([key]):
            report.known += 1
            continue
        digest = compose(edition, material, now=moment, reader=reader, sent=store.issues.told(reader.id))
        if digest.empty:
            report.empty += 1
            continue
        report.queued += 1
        if not dry_run:
            _queue(watch, store, digest, edition, reader, key, moment)
    if not dry_run:
        report.delivered = deliver(watch, patience=patience, backoff=backoff)
        counts = store.outbox.counts(edition.id, issue)
        report.waiting = counts["queued"] + counts["sending"]
    return report


def _queue(
    watch: Watch, store: Store, digest: Digest, edition: Edition, reader: Subscriber, key: str, moment: datetime
) -> None:
    payload = render(watch, digest, reader_links(watch, reader), edition.template, reader.channel)
    delivery = Delivery(
        key=key, edition=edition.id, issue=digest.issue, subscriber_id=reader.id, channel=reader.channel
    )
    with store.transaction():
        store.outbox.enqueue([Outgoing(delivery=delivery, address=reader.address, payload=payload)], moment)
        store.issues.tell(reader.id, digest.issue, digest.told)


def render(watch: Watch, digest: Digest, links: Links, template: str, channel: str) -> dict[str, Any]:
    """The message of a channel, as the outbox keeps it."""
    from watchbot.digest.render import render_html, render_telegram, render_text, subject

    templates = watch.templates
    if channel == "telegram":
        return {"messages": render_telegram(digest, templates, links, template)}
    return {
        "subject": subject(digest),
        "text": render_text(digest, templates, links, template),
        "html": render_html(digest, templates, links, template),
        "unsubscribe_url": links.unsubscribe,
        "date": digest.date.isoformat(),
    }


def reader_links(watch: Watch, reader: Subscriber) -> Links:
    """The signed addresses of one reader."""
    from watchbot.app.links import token

    base = watch.settings.base_url.rstrip("/")
    return Links(
        unsubscribe=f"{base}/desabonnement/{token(watch, reader.id, 'unsubscribe')}",
        preferences=f"{base}/preferences/{token(watch, reader.id, 'preferences')}",
    )


def deliver(watch: Watch, *, patience: float = 0.0, backoff: float | None = None) -> Counter[str]:
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
    return run_agent(agent if backoff is None else replace(agent, backoff=backoff))


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
