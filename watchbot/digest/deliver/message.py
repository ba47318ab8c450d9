"""The e-mail of a digest: RFC 5322 with the list headers that mail providers ask for.

Sources: RFC 2369 (List-Unsubscribe), RFC 2919 (List-Id), RFC 8058 (one-click), RFC 3834 (Auto-Submitted).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime

from watchbot.errors import DeliveryError


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who sends: the From address and name, the list's name, and where bounces go (VERP adds the recipient)."""

    address: str
    name: str
    list_name: str = "watchbot"
    reply_to: str | None = None
    bounce: str | None = None

    @property
    def domain(self) -> str:
        """The domain of the From address."""
        return self.address.rpartition("@")[2] or "localhost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """What an e-mail says, rendered. `unsubscribe_url` takes a POST as RFC 8058 asks."""

    key: str
    to: str
    subject: str
    text: str
    html: str
    unsubscribe_url: str = ""
    calendar: bytes = b""


def message_id(key: str, domain: str) -> str:
    """The Message-ID of a delivery: the same at every try, so that receivers recognise a repetition."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain}>"


def one_line(text: str, limit: int = 200) -> str:
    """Text as a header may hold it: no line breaks or control characters, bounded."""
    cleaned = re.sub(r"[\x00-\x1f\x7f\u2028\u2029]+", " ", text).strip()
    return cleaned if len(cleaned) <= limit else cleaned[: limit - 1].rstrip() + "…"


def build_message(mail: Mail, sender: Sender, date: datetime) -> EmailMessage:
    """The message, ready to be signed and sent.

    Raises:
        DeliveryError: the recipient's address cannot stand in a header.
    """
    wide = not (mail.to + sender.address).isascii()
    message = EmailMessage(policy=SMTPUTF8 if wide else SMTP)
    message["From"] = Address(display_name=one_line(sender.name, 100), addr_spec=sender.address)
    message["To"] = _recipient(mail.to)
    message["Subject"] = one_line(mail.subject)
    message["Date"] = format_datetime(date)
    message["Message-ID"] = message_id(mail.key, sender.domain)
    if sender.reply_to:
        message["Reply-To"] = Address(addr_spec=sender.reply_to)
    _add_list_headers(message, mail, sender)
    message.set_content(mail.text, cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    if mail.calendar:
        message.add_attachment(mail.calendar, maintype="text", subtype="calendar", filename="echeances.ics")
    _fix_boundaries(message, mail.key)
    return message


def _recipient(address: str) -> Address:
    try:
        return Address(addr_spec=address)
    except (ValueError, IndexError) as error:
        message = f"not an e-mail address that can be written to: {address[:80]!r}"
        raise DeliveryError(message, permanent=True) from error


def _add_list_headers(message: EmailMessage, mail: Mail, sender: Sender) -> None:
    message["List-Id"] = f"{one_line(sender.name, 60)} <{_token(sender.list_name)}.{sender.domain}>"
    targets = [f"<mailto:{sender.reply_to or sender.address}?subject=unsubscribe>"]
    if mail.unsubscribe_url:
        targets.insert(0, f"<{mail.unsubscribe_url}>")
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message["List-Unsubscribe"] = ", ".join(targets)
    message["Auto-Submitted"] = "auto-generated"
    message["Precedence"] = "bulk"


def _token(name: str) -> str:
    return re.sub(r"[^a-z0-9-]+", "-", name.lower()).strip("-") or "veille"


def _fix_boundaries(message: EmailMessage, key: str) -> None:
    """Boundaries from the key instead of chance: the same message has the same bytes."""
    mark = hashlib.sha256(key.encode()).hexdigest()[:24]
    for number, part in enumerate(message.walk()):
        if part.is_multipart():
            part.set_boundary(f"=_{mark}_{number}")
