"""DKIM signatures (RFC 6376), over the headers that receivers judge lists by."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from watchbot.errors import ServerUnavailableError

SIGNED = (
    *(b"from", b"to", b"subject", b"date", b"message-id", b"reply-to", b"mime-version", b"content-type"),
    *(b"list-id", b"list-unsubscribe", b"list-unsubscribe-post", b"auto-submitted"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DkimKey:
    """Whose key signs: `path` is the private key in PEM."""

    selector: str
    domain: str
    path: str


def signed(raw: bytes, key: DkimKey) -> bytes:
    """The message with its DKIM-Signature in front (relaxed/relaxed, rsa-sha256).

    Raises:
        ServerUnavailableError: the key cannot be read or used: nothing goes out unsigned.
    """
    import dkim

    present = {line.split(b":", 1)[0].lower() for line in raw.split(b"\r\n\r\n", 1)[0].split(b"\r\n") if b":" in line}
    try:
        signature: bytes = dkim.sign(
            raw,
            key.selector.encode(),
            key.domain.encode(),
            Path(key.path).read_bytes(),
            include_headers=[name for name in SIGNED if name in present],
            canonicalize=(b"relaxed", b"relaxed"),
        )
    except (OSError, ValueError, dkim.DKIMException) as error:
        message = f"DKIM key {key.path}: {type(error).__name__}: {error}; correct WATCHBOT_DKIM_KEY or unset it"
        raise ServerUnavailableError(message) from error
    return signature + raw
