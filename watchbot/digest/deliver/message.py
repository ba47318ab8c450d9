"""The e-mail of a digest: RFC 5322 with the list headers that mail providers ask for.

Sources: RFC 2369 (List-Unsubscribe), RFC 2919 (List-Id), RFC 8058 (one-click), RFC 3834 (Auto-Submitted), RFC 6532 (UTF-8).
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

from watchbot.digest.deliver.headers import REGISTRY
from watchbot.errors import DeliveryError

_ASCII, _WIDE = SMTP.clone(header_factory=REGISTRY), SMTPUTF8.clone(header_factory=REGISTRY)
# A dot-atom (RFC 5321 section 4.1.2), or the same with letters beyond ASCII (RFC 6531).
_LOCAL = re.compile(r"[^\s\x00-\x1f\x7f\"(),:;<>@\[\]\\.]+(?:\.[^\s\x00-\x1f\x7f\"(),:;<>@\[\]\\.]+)*")
_DOMAIN = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who sends: the From address and name, the list's name, and where bounces go (a token is added for each recipient)."""

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
    """What an e-mail says, rendered.

    `unsubscribe_url` takes a POST as RFC 8058 asks; `unsubscribe_mail` is the address that takes a mail instead; where
    the address does not tell whose mail it is, `unsubscribe_token` in the subject does.
    """

    key: str
    to: str
    subject: str
    text: str
    html: str
    unsubscribe_url: str = ""
    unsubscribe_mail: str = ""
    unsubscribe_token: str = ""
    calendar: bytes = b""


def message_id(key: str, domain: str) -> str:
    """The Message-ID of a delivery: the same at every try, so that receivers recognise a repetition."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain}>"


def one_line(text: str, limit: int = 200) -> str:
    """Text as a header may hold it: no line breaks or control characters, bounded."""
    cleaned = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", text).strip()
    return cleaned if len(cleaned) <= limit else cleaned[: limit - 1].rstrip() + "…"


def mailable(address: str) -> str:
    """An address as it goes over the wire: its domain in ASCII; the part before may need SMTPUTF8.

    Raises:
        DeliveryError: it is no address that mail can be sent to.
    """
    import idna

    local, _, domain = address.strip().rpartition("@")
    try:
        domain = domain if domain.isascii() else idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        domain = ""
    if not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain) or len(local.encode()) > 64 or len(domain) > 253:
        message = f"not an e-mail address that can be written to: {address[:80]!r}"
        raise DeliveryError(message, permanent=True)
    return f"{local}@{domain}"


def build_message(mail: Mail, sender: Sender, date: datetime) -> EmailMessage:
    """The message, ready to be signed and sent.

    Raises:
        DeliveryError: the recipient's address cannot stand in a header.
    """
    to, origin = mailable(mail.to), mailable(sender.address)
    message = EmailMessage(policy=_ASCII if (to + origin).isascii() else _WIDE)
    message["From"] = _address(origin, one_line(sender.name, 100))
    message["To"] = _address(to)
    message["Subject"] = one_line(mail.subject)
    message["Date"] = format_datetime(date)
    message["Message-ID"] = message_id(mail.key, origin.rpartition("@")[2])
    if sender.reply_to:
        message["Reply-To"] = _address(mailable(sender.reply_to))
    _add_list_headers(message, mail, sender)
    message.set_content(mail.text, cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    if mail.calendar:
        message.add_attachment(mail.calendar, maintype="text", subtype="calendar", filename="echeances.ics")
    _fix_boundaries(message, mail.key)
    return message


def _address(address: str, name: str = "") -> Address:
    local, _, domain = address.rpartition("@")
    return Address(display_name=name, username=local, domain=domain)


def _add_list_headers(message: EmailMessage, mail: Mail, sender: Sender) -> None:
    domain = mailable(sender.address).rpartition("@")[2]
    message["List-Id"] = f"{one_line(sender.name, 60)} <{_token(sender.list_name)}.{domain}>"
    subject = f"unsubscribe%20{mail.unsubscribe_token}" if mail.unsubscribe_token else "unsubscribe"
    targets = [f"<mailto:{mail.unsubscribe_mail or sender.reply_to or sender.address}?subject={subject}>"]
    if mail.unsubscribe_url:
        targets.insert(0, f"<{one_line(mail.unsubscribe_url, 900)}>")
    message["List-Unsubscribe"] = ", ".join(targets)
    if mail.unsubscribe_url.startswith("https://"):  # RFC 8058 allows no other
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
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
