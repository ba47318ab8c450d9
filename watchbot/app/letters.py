"""Short letters outside the digests: confirmations to readers, notes to the administrator. Queued once, by key."""

from __future__ import annotations

import html
from datetime import datetime
from typing import TYPE_CHECKING

from watchbot.model import Delivery
from watchbot.store.outbox import Outgoing, delivery_key

if TYPE_CHECKING:
    from watchbot.store import Store


def queue_letter(
    store: Store, *, kind: str, issue: str, subscriber: str, address: str, subject: str, text: str, at: datetime
) -> bool:
    """Queue an e-mail; the same `kind`, `issue` and `subscriber` are queued once. Returns whether it is new.

    Args:
        store: the watch's database.
        kind: what stands in the place of an edition in the outbox.
        issue: what makes this letter another one than the last.
        subscriber: the reader's id, or a name for someone who is none.
        address: the e-mail address.
        subject: one line.
        text: paragraphs parted by blank lines; a line that is an address becomes a link in the HTML.
        at: the present.
    """
    key = delivery_key(kind, issue, subscriber, "email")
    payload = {
        "subject": subject,
        "text": text,
        "html": letter_html(subject, text),
        "unsubscribe_url": "",
        "date": at.isoformat(),
    }
    delivery = Delivery(key=key, edition=kind, issue=issue, subscriber_id=subscriber, channel="email")
    return store.outbox.enqueue([Outgoing(delivery=delivery, address=address, payload=payload)], at) > 0


def letter_html(title: str, text: str) -> str:
    """The letter as HTML; whatever is in it is shown as text."""
    paragraphs = []
    for paragraph in text.strip().split("\n\n"):
        lines = [_line(line) for line in paragraph.splitlines()]
        paragraphs.append(f"<p>{'<br>'.join(lines)}</p>")
    return (
        f'<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"><title>{html.escape(title)}</title></head>'
        '<body style="margin:0;padding:24px;font-family:Arial,sans-serif;font-size:16px;line-height:1.5">'
        f"{''.join(paragraphs)}</body></html>"
    )


def _line(line: str) -> str:
    shown = html.escape(line)
    if line.startswith(("https://", "http://")) and " " not in line:
        return f'<a href="{shown}">{shown}</a>'
    return shown
