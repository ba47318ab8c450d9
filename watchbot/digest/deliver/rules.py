"""When to try again, when to give up, and how a bounce tells whom it is about."""

from __future__ import annotations

import re

# Seconds before the second try; each further try waits four times as long, six hours at the most.
BACKOFF = 60.0
MAX_ATTEMPTS = 8
# Refusals in a row, of whatever kind, after which an address is given up.
SOFT_BOUNCES = 3

# RFC 3463: 5.1.x the address is bad, 5.2.1 the mailbox is disabled; and how Telegram says that it was blocked.
_HARD = re.compile(
    r"\b5\.1\.\d|\b5\.2\.1\b|\b550[ -]5\.1|user unknown|no such user|bot was blocked|user is deactivated|chat not found|bot was kicked",
    re.IGNORECASE,
)
_VERP = re.compile(r"^(?P<local>[^+@]+)\+(?P<user>.+)=(?P<host>[^=@]+)@(?P<domain>[^@]+)$")


def is_hard(error: str) -> bool:
    """Whether a refusal means that the address will never work."""
    return _HARD.search(error) is not None


def verp(bounce: str, recipient: str) -> str:
    """The return path of one recipient: `bounces+user=host@domain` (variable envelope return path)."""
    local, _, domain = bounce.rpartition("@")
    user, _, host = recipient.rpartition("@")
    return f"{local}+{user}={host}@{domain}"


def recipient_of(return_path: str) -> str | None:
    """Whom a bounce is about, from the address it came to; None when that is not of the form `verp` makes."""
    match = _VERP.match(return_path.strip().strip("<>"))
    return f"{match['user']}@{match['host']}" if match else None
