"""Which addresses may be asked: http(s) only, no secrets in them, and no host that is not on the public internet.

A name is judged twice: as written, here, and by the IP address that is really connected to, in `network`. Special-use
ranges are those of the IANA registries (RFC 6890 and its updates); forms of IPv4 inside IPv6 are those of RFC 4291
(mapped, compatible), RFC 3056 (6to4), RFC 6052 and RFC 8215 (NAT64), RFC 4380 (Teredo) and RFC 5214 (ISATAP).
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, urljoin, urlsplit

from watchbot.errors import FetchError

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

DEFAULT_PORTS = {"http": 80, "https": 443}
MAX_URL_LENGTH = 8192

# Names that mean this machine or this network, whatever they resolve to (RFC 6761, RFC 6762, RFC 8375, cloud metadata).
_LOCAL_SUFFIXES = ("localhost", "localdomain", "local", "internal", "intranet", "lan", "home.arpa", "corp", "private")

_REFUSED_V4 = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT, some clouds' metadata
        "127.0.0.0/8",
        "168.63.129.16/32",  # a cloud's wire server: public by number, local by routing
        "169.254.0.0/16",  # link-local, metadata
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
# Only this is handed out as global unicast; the rest of IPv6 is local, multicast or reserved.
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
_REFUSED_V6 = tuple(
    ipaddress.IPv6Network(network)
    for network in ("2001::/23", "2001:db8::/32", "3fff::/20")  # special, documentation
)
_SIX_TO_FOUR = ipaddress.IPv6Network("2002::/16")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_ISATAP = (0x00005EFE, 0x02005EFE)

_SPACE_AND_CONTROL = re.compile(r"[\x00-\x20\x7f]")
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_](?:[a-z0-9_-]{0,62}))*\.?")
_NUMERIC_LABEL = re.compile(r"[0-9]+|0x[0-9a-f]*")
# What may stand unescaped in a target; `%` too, since addresses come escaped already.
_TARGET_SAFE = "!#$%&'()*+,/:;=?@[]~-._"


@dataclass(frozen=True, slots=True)
class Address:
    """An address that may be asked, taken apart. `url` has no fragment; `target` is path and query as sent."""

    url: str
    scheme: str
    host: str
    port: int
    target: str

    @property
    def netloc(self) -> str:
        """What the Host header says: the port only when it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port: what two addresses share when secrets may travel from one to the other."""
        return (self.scheme, self.host, self.port)

    def allowed_by(self, allowed: frozenset[str]) -> bool:
        """Whether this host, or this host and port, is in a list of private hosts that may be asked."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return bool(allowed) and not allowed.isdisjoint((self.host, host, f"{host}:{self.port}"))


@lru_cache(maxsize=8192)
def check_url(url: str, allowed: frozenset[str] = frozenset()) -> Address:
    """Take an address apart and refuse it when it must not be asked.

    Args:
        url: absolute; non-ASCII hosts are encoded by IDNA 2008, non-ASCII paths as UTF-8.
        allowed: private hosts ("host" or "host:port") that may be asked all the same.

    Raises:
        FetchError: `unsafe-address` (not http(s), secrets inside, no host, unreadable) or `private-address`.
    """
    if len(url) > MAX_URL_LENGTH:
        raise _unsafe(url, "it is longer than 8,192 characters")
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise _unsafe(url, f"it cannot be read ({error})") from error
    scheme = parts.scheme.lower()
    if scheme not in DEFAULT_PORTS:
        raise _unsafe(url, "only http and https are fetched")
    if parts.username is not None or parts.password is not None:
        raise _unsafe(url, "it holds a user name or a password; secrets belong in the environment")
    if port == 0:
        raise _unsafe(url, "port 0 cannot be asked")
    host = _host(url, parts.hostname or "", bracketed="[" in parts.netloc)
    path = parts.path or "/"
    target = quote(path + (f"?{parts.query}" if parts.query else ""), safe=_TARGET_SAFE, errors="replace")
    address = Address("", scheme, host, port or DEFAULT_PORTS[scheme], target)
    address = Address(f"{scheme}://{address.netloc}{target}", scheme, host, address.port, target)
    if not address.allowed_by(allowed) and (why := _refused_host(host)):
        raise private(address.url, why)
    return address


def join(base: Address, location: str) -> str:
    """The absolute address that a Location header means, relative to the one that sent it."""
    return urljoin(base.url, _SPACE_AND_CONTROL.sub("", location))


def private(url: str, why: str) -> FetchError:
    """The error for an address that is not on the public internet."""
    message = f"{url}: {why}, which is not on the public internet; add it to allow_private if it is meant"
    return FetchError(message, url=url, reason="private-address")


@lru_cache(maxsize=8192)
def refused_ip(text: str) -> str | None:
    """Why an IP address must not be connected to, or None when it is on the public internet."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return f"{text} is no IP address"
    return None if _is_public(address) else f"{text} is a private or special address"


def _is_public(address: IPAddress) -> bool:
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _REFUSED_V4)
    if address.ipv4_mapped is not None:
        return _is_public(address.ipv4_mapped)
    number = int(address)
    if address in _NAT64:
        return _is_public(ipaddress.IPv4Address(number & 0xFFFFFFFF))
    if address in _SIX_TO_FOUR:
        return _is_public(ipaddress.IPv4Address((number >> 80) & 0xFFFFFFFF))
    if address not in _GLOBAL_V6 or any(address in network for network in _REFUSED_V6):
        return False
    if (number >> 32) & 0xFFFFFFFF in _ISATAP:
        return _is_public(ipaddress.IPv4Address(number & 0xFFFFFFFF))
    return True


def _host(url: str, raw: str, *, bracketed: bool) -> str:
    """The host in lower case and ASCII; IPv6 without brackets."""
    if not raw:
        raise _unsafe(url, "it names no host")
    if bracketed:
        try:
            # A zone ("%eth0") names an interface of this machine.
            return str(ipaddress.IPv6Address(raw.replace("%", "no zone")))
        except ValueError as error:
            raise _unsafe(url, "its host is no IPv6 address") from error
    host = raw.lower()
    if not host.isascii():
        host = _idna(url, host)
    if len(host) > 253 or not _HOST.fullmatch(host):
        raise _unsafe(url, "its host is not a name")
    labels = host.rstrip(".").split(".")
    # As browsers do (WHATWG URL, "ends in a number"): such a host is an IPv4 address, and then only in its plain form.
    if _NUMERIC_LABEL.fullmatch(labels[-1]):
        try:
            return _ipv4(".".join(labels))
        except ValueError as error:
            raise _unsafe(url, "its host is a number but not a plain IPv4 address") from error
    return ".".join(labels)


@lru_cache(maxsize=1024)
def _ipv4(text: str) -> str:
    return str(ipaddress.IPv4Address(text))


def _idna(url: str, host: str) -> str:
    import idna

    try:
        return idna.encode(host, uts46=True).decode("ascii").lower()
    except idna.IDNAError as error:
        raise _unsafe(url, f"its host is not a valid international name ({error})") from error


@lru_cache(maxsize=8192)
def _refused_host(host: str) -> str | None:
    if ":" in host or host[-1].isdigit():
        try:
            ipaddress.ip_address(host)
        except ValueError:
            return None
        return refused_ip(host)
    if any(host == suffix or host.endswith(f".{suffix}") for suffix in _LOCAL_SUFFIXES):
        return f"{host} is a local name"
    return None


def _unsafe(url: str, why: str) -> FetchError:
    shown = url if len(url) <= 200 else f"{url[:200]}…"
    return FetchError(
        f"{_without_secrets(shown)}: this address is not fetched: {why}", url=shown, reason="unsafe-address"
    )


def _without_secrets(url: str) -> str:
    return re.sub(r"//[^/@\s]*@", "//…@", url)
