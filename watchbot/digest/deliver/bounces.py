"""What comes back: bounces, complaints, and mails that ask to be left alone. Pure: bytes in, notices out.

Sources: RFC 3464 (delivery status notifications), RFC 3462 (multipart/report), RFC 5965 (complaints), RFC 3834 (replies of
machines). Anyone can write to the address that bounces go to, so a notice counts only by what outsiders cannot know: the token
of the return path, or the Message-ID of what we sent.
"""

from __future__ import annotations

import email
import email.policy
import enum
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message

from watchbot.digest.deliver.rules import TOKEN, ReturnPath
from watchbot.extract.folding import unaccented

SIZE_LIMIT = 2_000_000
_ARRIVED_AT = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "to", "cc")
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_LEAVING = re.compile(r"unsubscribe|stop|desabonn\w*|desinscri\w*")
# What may stand beside it in a subject: of anything else it is not known what is wanted.
_POLITE = frozenset(
    [
        "re",
        "bonjour",
        "hello",
        "merci",
        "de",
        "d",
        "me",
        "m",
        "moi",
        "se",
        "vous",
        "veuillez",
        "je",
        "j",
        "veux",
        "souhaite",
        "voudrais",
        "aimerais",
        "svp",
        "stp",
        "s",
        "il",
        "te",
        "plait",
        "demande",
        "la",
        "cette",
        "votre",
        "liste",
        "lettre",
        "newsletter",
        "please",
        "pls",
        "i",
        "want",
        "to",
        "my",
        "from",
        "this",
        "the",
        "list",
    ]
)
_ADDRESS = re.compile(r"[^\s<>,;:]+@[^\s<>,;:]+")
_LEAST_PROSE = 50_000


class NoticeKind(enum.StrEnum):
    """What a mail that came back says."""

    BOUNCE = "bounce"
    """A message was refused for good."""
    DELAY = "delay"
    """A server is still trying: nothing to do."""
    COMPLAINT = "complaint"
    """The reader pressed "spam"."""
    UNSUBSCRIBE = "unsubscribe"
    """The reader, or the mail program for the reader, asks to leave."""
    OTHER = "other"
    """Something else: an answer of a person or of an absent person's machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing said of one recipient.

    `token` is that of the return path it came to; `message_id` that of the message it is about; `status` an enhanced status
    code (RFC 3463), `said` the words of the server. Each is empty when it is not known.
    """

    kind: NoticeKind
    token: str = ""
    message_id: str = ""
    status: str = ""
    said: str = ""


def read_notices(raw: bytes, paths: ReturnPath | None) -> list[Notice]:
    """What a mail says; at least one notice. Never raises: what cannot be read says nothing.

    Args:
        raw: the mail as it came.
        paths: our return paths; None when there are none.
    """
    # The lenient policy: headers as text, whatever is in them.
    message = email.message_from_bytes(raw[:SIZE_LIMIT], policy=email.policy.compat32)
    token = _token(message, paths)
    kind = message.get_content_type()
    report = str(message.get_param("report-type") or "").lower()
    original = _original_id(message)
    if kind == "multipart/report" and report == "feedback-report":
        return [Notice(kind=NoticeKind.COMPLAINT, token=token or _original_token(message, paths), message_id=original)]
    found = list(_statuses(message, token, original))
    if found:
        return found
    if _from_a_machine(message):
        return [_prose(message, token, original)]
    subject = _subject(message)
    words = [word for word in _words(subject) if not TOKEN.fullmatch(word)]
    if any(map(_LEAVING.fullmatch, words)) and all(_LEAVING.fullmatch(word) or word in _POLITE for word in words):
        given = next((word for word in _words(subject) if TOKEN.fullmatch(word)), "")
        return [Notice(kind=NoticeKind.UNSUBSCRIBE, token=token or given)]
    return [Notice(kind=NoticeKind.OTHER, token=token)]


def _statuses(message: Message, token: str, original: str) -> Iterator[Notice]:
    """The groups of a delivery status that speak of a recipient."""
    for part in message.walk():
        if part.get_content_type() not in {"message/delivery-status", "message/global-delivery-status"}:
            continue
        for group in _groups(part):
            action = _text_of(group, "action").strip().lower()
            if not action:
                continue
            said = re.sub(r"\s+", " ", _text_of(group, "diagnostic-code").partition(";")[2]).strip()
            match = _STATUS.search(_text_of(group, "status")) or _STATUS.search(said)
            status = match[1] if match else ""
            # Some gateways call a refusal for good "failed" with the status of a passing one, and the reverse.
            failed = action == "failed" and not status.startswith("2")
            kinds = {"delayed": NoticeKind.DELAY}
            kind = NoticeKind.BOUNCE if failed else kinds.get(action, NoticeKind.OTHER)
            yield Notice(kind=kind, token=token, message_id=original, status=status, said=said[:300])


def _groups(part: Message) -> Iterable[Message]:
    payload = part.get_payload()
    if isinstance(payload, list):
        return [group for group in payload if isinstance(group, Message)]
    # Encoded, against the rules: the groups are read from the text.
    decoded = part.get_payload(decode=True)
    text = decoded.decode("utf-8", "replace") if isinstance(decoded, bytes) else ""
    return [email.message_from_string(group) for group in re.split(r"\r?\n\r?\n", text)]


def _prose(message: Message, token: str, original: str) -> Notice:
    """A bounce in words only (qmail, old Exchange): the first status code for good in it counts."""
    text = "".join(_prose_of(message))
    if _answers_for_someone(message):
        return Notice(kind=NoticeKind.OTHER, token=token, message_id=original)
    match = re.search(r"(?:\b5\d\d[ -]|#|\()?(?<![\d.])(5\.\d{1,3}\.\d{1,3})(?![\d.]).{0,200}", text)
    if match is None:
        match = re.search(r"\b(55[0-4])[ -].{0,200}", text)
    if match is None:
        return Notice(kind=NoticeKind.OTHER, token=token, message_id=original)
    status = match[1] if "." in match[1] else ""
    said = re.sub(r"\s+", " ", match[0]).strip()
    return Notice(kind=NoticeKind.BOUNCE, token=token, message_id=original, status=status, said=said[:300])


def _prose_of(message: Message) -> Iterator[str]:
    left = _LEAST_PROSE
    for part in message.walk():
        if part.get_content_type() == "text/plain" and left > 0:
            payload = part.get_payload(decode=True)
            text = payload.decode("latin-1")[:left] if isinstance(payload, bytes) else ""
            left -= len(text)
            yield text


def _from_a_machine(message: Message) -> bool:
    sender = _text_of(message, "from").lower()
    empty = _text_of(message, "return-path").strip() == "<>"
    return empty or bool(re.search(r"mailer-?daemon|postmaster@|mail delivery (?:sub)?system", sender))


def _answers_for_someone(message: Message) -> bool:
    """Whether it is an absent person's machine that answers."""
    return _text_of(message, "auto-submitted").lower().startswith("auto-replied") and not _text_of(
        message, "x-failed-recipients"
    )


def _token(message: Message, paths: ReturnPath | None) -> str:
    if paths is None:
        return ""
    values = [str(value) for name in _ARRIVED_AT for value in message.get_all(name, [])]
    tokens = (paths.token_in(address) for value in values for address in _ADDRESS.findall(value))
    return next((token for token in tokens if token), "")


def _original_token(message: Message, paths: ReturnPath | None) -> str:
    """The token in a complaint: in the original's return path or in its address to unsubscribe."""
    if paths is None:
        return ""
    for part in message.walk():
        if part is message:
            continue
        names = ("return-path", "original-mail-from", "list-unsubscribe", "original-rcpt-to")
        for value in (_text_of(part, name) for name in names):
            for address in _ADDRESS.findall(value.replace("mailto:", " ").replace("?", " ")):
                token = paths.token_in(address)
                if token:
                    return token
    return ""


def _original_id(message: Message) -> str:
    """The Message-ID of the message that came back, from its copy or its headers."""
    for part in message.walk():
        if part is message:
            continue
        found = _text_of(part, "message-id").strip()
        if not found and part.get_content_type() in {"text/rfc822-headers", "message/rfc822-headers"}:
            payload = part.get_payload(decode=True)
            headers = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
            found = _text_of(email.message_from_string(headers), "message-id").strip()
        if re.fullmatch(r"<[^<>\s]{3,200}>", found):
            return found
    return ""


def _subject(message: Message) -> str:
    """The subject as a person reads it: encoded words decoded, bytes that were not encoded taken for UTF-8."""
    raw = next((str(value) for name, value in message.raw_items() if name.lower() == "subject"), "")
    try:
        return str(make_header(decode_header(raw.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))))
    except (ValueError, LookupError, HeaderParseError):
        return raw


def _words(text: str) -> list[str]:
    """Its words in small letters without accents."""
    return re.findall(r"\w+", unaccented(text.casefold()))


def _text_of(message: Message, name: str) -> str:
    return str(message.get(name) or "")
