"""What went wrong between us and a server, as a stable reason and a sentence that says what to do."""

from __future__ import annotations

import pycurl

from watchbot.collect.decoding import BodyRefusedError
from watchbot.collect.network import RefusedAddressError, UnknownHostError
from watchbot.collect.safety import Address, private
from watchbot.errors import FetchError

_AGAIN = "it will be tried again"
# Codes of libcurl (https://curl.se/libcurl/c/libcurl-errors.html) by what they mean for a source.
_WEIRD_SERVER_REPLY = 8
_HTTP2_STREAM = 92
_REASONS = {
    pycurl.E_COULDNT_RESOLVE_HOST: "dns",
    pycurl.E_COULDNT_CONNECT: "connect",
    pycurl.E_PARTIAL_FILE: "truncated",
    pycurl.E_UNSUPPORTED_PROTOCOL: "protocol",
    _WEIRD_SERVER_REPLY: "protocol",
    **dict.fromkeys(
        (
            pycurl.E_SSL_CONNECT_ERROR,
            pycurl.E_SSL_CERTPROBLEM,
            pycurl.E_SSL_CIPHER,
            pycurl.E_PEER_FAILED_VERIFICATION,
            pycurl.E_SSL_CACERT_BADFILE,
            pycurl.E_SSL_ISSUER_ERROR,
            pycurl.E_SSL_INVALIDCERTSTATUS,
        ),
        "tls",
    ),
    **dict.fromkeys(
        (pycurl.E_GOT_NOTHING, pycurl.E_SEND_ERROR, pycurl.E_RECV_ERROR, pycurl.E_HTTP2, _HTTP2_STREAM), "disconnected"
    ),
}
# A handshake that the network cut short says nothing of the certificate.
_CUT_SHORT = ("reset by peer", "SSL_ERROR_SYSCALL", "unexpected eof")
_SENTENCES = {
    "dns": "the host's name does not resolve ({}); check the address",
    "connect": f"no connection ({{}}); {_AGAIN}",
    "connect-timeout": f"{{}}; {_AGAIN}",
    "timeout": f"{{}}; {_AGAIN}",
    "tls": "no safe connection ({}); ask the publisher to renew the certificate",
    "truncated": f"the answer broke off before its end ({{}}); {_AGAIN}",
    "disconnected": f"the connection broke off ({{}}); {_AGAIN}",
    "protocol": "the answer is not HTTP ({})",
}


def explained(error: Exception, address: Address, *, connected: bool, seconds: float) -> FetchError:
    """The error of a fetch for what the network, the server or its answer did.

    Args:
        error: of the network or its engine, or a refusal of ours.
        address: what was asked.
        connected: whether the request had been sent.
        seconds: how long the whole fetch may take.
    """
    url = address.url
    if isinstance(error, RefusedAddressError):
        return private(url, str(error))
    if isinstance(error, BodyRefusedError):
        return FetchError(f"{url}: the answer was refused: {error}", url=url, reason=error.reason)
    reason, what = _reason(error, connected=connected, seconds=seconds)
    return FetchError(f"{url}: {_SENTENCES[reason].format(what)}", url=url, reason=reason)


def _reason(error: Exception, *, connected: bool, seconds: float) -> tuple[str, str]:
    if isinstance(error, UnknownHostError):
        return "dns", str(error)
    if isinstance(error, TimeoutError):
        return "timeout", f"the answer was not complete within {seconds:g} s"
    code, message = error.args if isinstance(error, pycurl.error) and len(error.args) == 2 else (0, str(error))
    if code == pycurl.E_OPERATION_TIMEDOUT:
        return ("timeout", "nothing came for too long") if connected else ("connect-timeout", "no connection in time")
    reason = _REASONS.get(code, "protocol")
    if reason == "tls" and any(sign in message for sign in _CUT_SHORT):
        reason = "connect"
    return reason, message
