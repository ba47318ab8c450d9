"""What a button carries: at most 64 bytes, of a known version, signed, bound to one chat and one person.

`1` + owner (4 characters) + signature (8 characters) + action + `:` + arguments. The signature is over version, chat, owner and
what is asked; the owner's mark is a keyed hash, so that a button tells nobody's id. Only names of server-side state travel (a
token, a place in a list): whatever is opened by them is looked up again for this chat and this person.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass

from watchbot.errors import UsageError

VERSION = "1"
LIMIT = 64
_OWNER, _SIGNATURE = 4, 8
_BODY = re.compile(r"[a-z]{1,3}(?::[A-Za-z0-9_.-]*){0,6}")


class ButtonError(UsageError):
    """A button that is not to be obeyed: the message says why, to whoever pressed it. `reason` is a stable slug."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Pressed:
    """What a button asks: an action and its arguments."""

    action: str
    arguments: tuple[str, ...] = ()

    def argument(self, place: int) -> str:
        """The argument at a place, or an empty string."""
        return self.arguments[place] if place < len(self.arguments) else ""

    def number(self, place: int) -> int:
        """The argument at a place as a number from 0 on; -1 when it is none."""
        text = self.argument(place)
        return int(text) if re.fullmatch(r"[0-9]{1,6}", text) else -1


def encode(secret: bytes, chat: int, owner: int, action: str, *arguments: str | int) -> str:
    """The data of a button.

    Raises:
        ValueError: it does not fit, or holds characters that it must not.
    """
    body = ":".join((action, *map(str, arguments)))
    mark = _mark(secret, chat, owner)
    data = f"{VERSION}{mark}{_sign(secret, chat, mark, body)}{body}"
    if len(data) > LIMIT or not _BODY.fullmatch(body) or body.count(":") > len(arguments):
        message = f"a button cannot carry {body!r}"
        raise ValueError(message)
    return data


def decode(secret: bytes, data: str, chat: int, user: int) -> Pressed:
    """What was asked by pressing a button.

    Raises:
        ButtonError: it is forged, of another version, of another chat, or another person's.
    """
    mark, start = data[1 : 1 + _OWNER], 1 + _OWNER + _SIGNATURE
    signature, body = data[1 + _OWNER : start], data[start:]
    if data[:1] != VERSION:
        raise ButtonError("old", "Ce bouton date d’une version précédente. Refaites votre demande, ou tapez /aide.")
    if not _BODY.fullmatch(body) or not _same(signature, _sign(secret, chat, mark, body)):
        raise ButtonError("forged", "Ce bouton n’est pas valable ici. Refaites votre demande, ou tapez /aide.")
    if not _same(mark, _mark(secret, chat, user)):
        text = "Ces boutons répondent à une autre personne. Posez votre propre question, la réponse aura les siens."
        raise ButtonError("not-yours", text)
    action, *arguments = body.split(":")
    return Pressed(action, tuple(arguments))


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode())


def _mark(secret: bytes, chat: int, owner: int) -> str:
    return _hash(secret, f"owner|{chat}|{owner}", _OWNER)


def _sign(secret: bytes, chat: int, mark: str, body: str) -> str:
    return _hash(secret, f"button|{VERSION}|{chat}|{mark}|{body}", _SIGNATURE)


def _hash(secret: bytes, text: str, length: int) -> str:
    digest = hmac.new(secret, text.encode("utf-8", "replace"), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode()[:length]
