"""Signed addresses: each token is bound to one subscriber and one purpose (itsdangerous, HMAC)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watchbot.errors import UsageError

if TYPE_CHECKING:
    from itsdangerous import URLSafeTimedSerializer

    from watchbot.config import Watch

# Links to leave, and to one's preferences, work for as long as mails are kept; a confirmation, for two weeks;
# what judges items, for three months.
MAX_AGE = {"unsubscribe": None, "preferences": None, "confirm": 14 * 86400, "judge": 90 * 86400}


def token(watch: Watch, subscriber: str, purpose: str) -> str:
    """A token that lets its holder do one thing for one subscriber."""
    return str(_serializer(watch, purpose).dumps(subscriber))


def read_token(watch: Watch, text: str, purpose: str) -> str:
    """The subscriber whom a token is for.

    Raises:
        UsageError: it is forged, too old, or for another purpose.
    """
    from itsdangerous import BadSignature

    try:
        return str(_serializer(watch, purpose).loads(text, max_age=MAX_AGE[purpose]))
    except BadSignature as error:
        message = "ce lien n’est pas valable ou a expiré"
        raise UsageError(message) from error


def _serializer(watch: Watch, purpose: str) -> URLSafeTimedSerializer:
    from itsdangerous import URLSafeTimedSerializer

    from watchbot.app.digesting import secret_key

    return URLSafeTimedSerializer(secret_key(watch), salt=f"watchbot-{purpose}")
