"""What comes back by mail, carried out: dead addresses are given up, complaints and requests to leave are obeyed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from watchbot.app.digesting import secret_key
from watchbot.digest.deliver.bounces import Notice, NoticeKind, read_notices
from watchbot.digest.deliver.rules import SOFT_BOUNCES, Fault, ReturnPath, fault_of

if TYPE_CHECKING:
    from watchbot.config import Watch
    from watchbot.model import Subscriber
    from watchbot.store import Store


def take_mailbox(watch: Watch, store: Store, at: datetime) -> Counter[str]:
    """Read what is new in the mailbox of bounces, carry it out, and mark it as read. Nothing happens without settings.

    Raises:
        DeliveryError: the mailbox cannot be read.
    """
    from watchbot.digest.deliver.mailbox import mark_seen, opened, unread

    counts: Counter[str] = Counter()
    if watch.settings.bounce_imap_url is None:
        return counts
    with opened(watch.settings.bounce_imap_url.get_secret_value()) as box:
        for uid, raw in list(unread(box)):
            counts += take_mails(watch, store, [raw], at)
            mark_seen(box, uid)
    return counts


def take_mails(watch: Watch, store: Store, mails: Iterable[bytes], at: datetime) -> Counter[str]:
    """Carry out what mails say; returns what they were, and how many readers were `suppressed` or have `left`."""
    secret = secret_key(watch).encode()
    bounce = watch.settings.bounce_address
    paths = ReturnPath(bounce or watch.settings.mail_from, secret)
    counts: Counter[str] = Counter()
    for raw in mails:
        for notice in read_notices(raw, paths if bounce else None):
            counts[notice.kind.value] += 1
            reader = _reader(store, notice, paths)
            if reader is None:
                counts["unknown"] += notice.kind is not NoticeKind.OTHER
                continue
            outcome = _carry_out(store, notice, reader, secret, at)
            if outcome:
                counts[outcome] += 1
    if counts["left"]:
        store.scrub()
    return counts


def _carry_out(store: Store, notice: Notice, reader: Subscriber, secret: bytes, at: datetime) -> str:
    if notice.kind in {NoticeKind.COMPLAINT, NoticeKind.UNSUBSCRIBE}:
        with store.transaction():
            store.issues.forget(reader.id)
            store.subscribers.remove(reader.id)
            reason = "complaint" if notice.kind is NoticeKind.COMPLAINT else "left"
            store.subscribers.suppress(reader.channel, reader.address, reason, secret, at)
        return "left"
    if notice.kind is not NoticeKind.BOUNCE or reader.state == "suppressed":
        return ""
    said = f"{notice.status} {notice.said}".strip()
    fault = fault_of(f"RCPT: {said}")
    if fault is Fault.ADDRESS or (
        fault is Fault.MAILBOX and store.subscribers.count_soft_bounce(reader.id) >= SOFT_BOUNCES
    ):
        store.subscribers.give_up(reader.id, f"bounced: {said}", secret, at)
        return "suppressed"
    return ""


def _reader(store: Store, notice: Notice, paths: ReturnPath) -> Subscriber | None:
    """Whom a notice is about, by the token of its return path or subject, or by the message that came back."""
    if notice.token:
        readers = (one for one in store.subscribers.all() if one.channel == "email")
        return next((one for one in readers if paths.token(one.address) == notice.token), None)
    if notice.message_id and notice.kind is not NoticeKind.UNSUBSCRIBE:
        subscriber = _recipient_of(store, notice.message_id)
        return store.subscribers.get(subscriber) if subscriber else None
    return None


def _recipient_of(store: Store, message_id: str) -> str | None:
    from watchbot.digest.deliver.message import message_id as id_of

    domain = message_id.strip("<>").rpartition("@")[2]
    return next((who for key, who in store.outbox.mails() if id_of(key, domain) == message_id), None)
