"""When to try again, when to give up, whose fault a refusal is, and how a bounce tells whom it is about.

Sources: RFC 5321 section 4.2 (reply codes), RFC 3463 and the IANA registry of enhanced status codes.
"""

from __future__ import annotations

import enum
import hashlib
import hmac
import re
from dataclasses import dataclass

# Seconds before the second try; each further try waits four times as long, six hours at the most.
BACKOFF = 60.0
LONGEST_BACKOFF = 6 * 3600.0
MAX_ATTEMPTS = 8
# Issues in a row that a mailbox refused, after which its address is given up.
SOFT_BOUNCES = 3


class Fault(enum.StrEnum):
    """Whose fault a final refusal is."""

    ADDRESS = "address"
    """The address will never work: it is suppressed at once."""
    MAILBOX = "mailbox"
    """The mailbox refused, perhaps for now: it is suppressed after `SOFT_BOUNCES` in a row."""
    SENDER = "sender"
    """Ours: the message, our reputation, our settings. Nothing is counted against the address."""


_CODE = re.compile(r"\b[245]\.(\d{1,3})\.(\d{1,3})\b")
# Bad destination address (X.1.7 and X.1.8 speak of the sender's), moved, null MX; mailbox disabled.
_ADDRESS_CODES = frozenset({(1, 0), (1, 1), (1, 2), (1, 3), (1, 6), (1, 10), (2, 1)})
# System, network, protocol, content and policy (X.3 to X.7), and what X.1 says of the sender.
_SENDER_SUBJECTS = frozenset({3, 5, 6, 7})
_SENDER_CODES = frozenset({(1, 7), (1, 8), (1, 9), (2, 3)})
_ADDRESS_WORDS = re.compile(
    r"user unknown|unknown user|no such (?:user|mailbox|recipient|person)|(?:user|mailbox|recipient|account|address)[^.]{0,40}"
    r"(?:does not exist|doesn't exist|not found|is disabled|unknown)|no mailbox here|invalid (?:recipient|mailbox)",
    re.IGNORECASE,
)
_TELEGRAM_GONE = re.compile(
    r"Forbidden|chat not found|user is deactivated|group chat was deactivated|bot was (?:blocked|kicked)|PEER_ID_INVALID",
    re.IGNORECASE,
)
_TELEGRAM_RIGHTS = re.compile(r"not enough rights|have no rights|CHAT_WRITE_FORBIDDEN|TOPIC_CLOSED", re.IGNORECASE)


def fault_of(error: str) -> Fault:
    """Whose fault a refusal is, by its words and its enhanced status code."""
    if error.startswith("Telegram"):
        if _TELEGRAM_GONE.search(error):
            return Fault.ADDRESS
        return Fault.MAILBOX if _TELEGRAM_RIGHTS.search(error) else Fault.SENDER
    match = _CODE.search(error)
    if match is not None:
        code = int(match[1]), int(match[2])
        if code in _ADDRESS_CODES:
            return Fault.ADDRESS if match[0].startswith("5") else Fault.MAILBOX
        if code in _SENDER_CODES or code[0] in _SENDER_SUBJECTS:
            return Fault.SENDER
    return Fault.ADDRESS if _ADDRESS_WORDS.search(error) else Fault.MAILBOX


def backoff_of(first: float, attempts: int) -> float:
    """Seconds to wait after so many failed attempts."""
    return min(first * 4.0**attempts, LONGEST_BACKOFF)


# ------------------------------------------------------------------------------------------ return paths


TOKEN = re.compile(r"[0-9a-f]{24}")


@dataclass(frozen=True, slots=True)
class ReturnPath:
    """Where bounces go: an address of ours to which a token is added for each recipient (variable envelope return path).

    The token is a keyed hash of the recipient: nobody can make one up to have somebody unsubscribed, it says nothing of the
    recipient to those who see it, and it fits the 64 octets of a local part whatever the recipient's address is.
    """

    address: str
    secret: bytes

    def of(self, recipient: str) -> str:
        """The return path for one recipient: `bounces+token@domain`."""
        local, _, domain = self.address.rpartition("@")
        return f"{local}+{self.token(recipient)}@{domain}"

    def token(self, recipient: str) -> str:
        """The recipient's token: 24 hexadecimal digits."""
        return hmac.new(self.secret, f"return|{recipient.strip().casefold()}".encode(), hashlib.sha256).hexdigest()[:24]

    def token_in(self, address: str) -> str | None:
        """The token of one of our return paths; None when it is another address. Its truth shows when it is looked up."""
        local, _, domain = self.address.casefold().rpartition("@")
        found = re.fullmatch(
            rf"{re.escape(local)}\+([0-9a-f]{{24}})@{re.escape(domain)}", address.strip().strip("<>").casefold()
        )
        return found[1] if found else None
