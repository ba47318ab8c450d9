"""The mailbox that bounces go to, read by IMAP (RFC 3501)."""

from __future__ import annotations

import contextlib
import imaplib
import ssl
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

from watchbot.digest.deliver.bounces import SIZE_LIMIT
from watchbot.errors import DeliveryError, ServerUnavailableError

BATCH = 200


@contextlib.contextmanager
def opened(url: str, *, timeout: float = 30.0, context: ssl.SSLContext | None = None) -> Iterator[imaplib.IMAP4]:
    """A connection with the folder selected; TLS from the start (`imaps`) or by STARTTLS (`imap`), never without.

    Args:
        url: `imaps://user:password@host/INBOX`.
        timeout: seconds.
        context: how certificates are checked; the system's authorities by default.

    Raises:
        DeliveryError: the address is wrong, or the server cannot be reached or refuses.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"imap", "imaps"} or not parts.hostname:
        message = "WATCHBOT_BOUNCE_IMAP_URL is not of the form imaps://user:password@host/INBOX"
        raise DeliveryError(message, permanent=True)
    context = context or ssl.create_default_context()
    try:
        box: imaplib.IMAP4
        if parts.scheme == "imaps":
            box = imaplib.IMAP4_SSL(parts.hostname, parts.port or 993, ssl_context=context, timeout=timeout)
        else:
            box = imaplib.IMAP4(parts.hostname, parts.port or 143, timeout=timeout)
        try:
            if parts.scheme == "imap":
                box.starttls(context)
            box.login(unquote(parts.username or ""), unquote(parts.password or ""))
            folder = unquote(parts.path.strip("/")) or "INBOX"
            _expect(box.select(f'"{folder}"'), f"folder {folder}")
            yield box
        finally:
            with contextlib.suppress(OSError, imaplib.IMAP4.error):
                box.logout()
    except (OSError, imaplib.IMAP4.error) as error:
        # The text may hold what the server was told; the address of the mailbox holds a password and is never shown.
        raise ServerUnavailableError(f"mailbox of bounces at {parts.hostname}: {error}") from error


def unread(box: imaplib.IMAP4) -> Iterator[tuple[str, bytes]]:
    """Messages not seen yet, as (uid, bytes); huge ones are cut off."""
    data = _expect(box.uid("SEARCH", "UNSEEN"), "search")
    for uid in (data[0] or b"").split()[:BATCH]:
        fetched = _expect(box.uid("FETCH", uid.decode(), f"(BODY.PEEK[]<0.{SIZE_LIMIT}>)"), "fetch")
        content = next((part[1] for part in fetched if isinstance(part, tuple)), None)
        if content is not None:
            yield uid.decode(), content


def mark_seen(box: imaplib.IMAP4, uid: str) -> None:
    """A message was dealt with."""
    _expect(box.uid("STORE", uid, "+FLAGS.SILENT", "(\\Seen)"), "store")


def _expect(answer: tuple[str, Any], what: str) -> Any:
    state, data = answer
    if state != "OK":
        raise imaplib.IMAP4.error(f"{what}: {state} {data[0]!r}")
    return data
