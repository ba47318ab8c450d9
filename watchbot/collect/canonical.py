"""One address for one page: tracking parameters, fragments and spelling variants removed.

What can change the page served is kept in its order: `?p=123`, `?id=`, `?page=`, paths with their case and their
final slash. Percent-encoding is normalised as RFC 3986, section 6.2.2, says. The result is a fixed point:
`canonical_url(canonical_url(u)) == canonical_url(u)`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote, unquote, urljoin, urlsplit

MAX_LENGTH = 4096

_PREFIXES = ("utm_", "at_", "pk_", "piwik_", "mtm_", "matomo_", "_hs", "__hs", "hsa_", "oly_", "vero_")
_TRACKING = frozenset(
    [
        "fbclid",
        "gclid",
        "gclsrc",
        "dclid",
        "gbraid",
        "wbraid",
        "msclkid",
        "yclid",
        "ysclid",
        "twclid",
        "ttclid",
        "li_fat_id",
        "igshid",
        "igsh",
        "mc_cid",
        "mc_eid",
        "mkt_tok",
        "xtor",
        "xtcr",
        "xtmc",
        "xtnp",
        "xtref",
        "_ga",
        "_gl",
        "hsctatracking",
        "wickedid",
        "s_cid",
        "cmpid",
        "wt_mc",
        "wt.mc_id",
        "wt_zmc",
        "ns_mchannel",
        "ns_campaign",
        "ns_source",
        "ns_linkname",
        "ns_fee",
        "fb_action_ids",
        "fb_action_types",
        "fb_ref",
        "fb_source",
        "action_object_map",
        "action_type_map",
        "action_ref_map",
        "__twitter_impression",
        "ref_src",
        "ref_url",
        "spm",
        "sfnsn",
        "mibextid",
        "epik",
        "phpsessid",
        "jsessionid",
    ]
)
# Parameters that mean something on one site and only say where the reader came from on another: the value tells.
_AMBIGUOUS = frozenset({"ref", "source", "src", "from", "origin", "via", "medium"})
_REFERRERS = re.compile(
    r"(?:rss|feed|atom|flux|twitter|facebook|linkedin|mastodon|bluesky|newsletter|news_letter|nl|email|e-mail|mail|share|"
    r"partage|social|home|hp|homepage)(?:$|[-_.]{1,4}\w*|\d+$)",
    re.IGNORECASE,
)
_SEGMENT = r"[A-Za-z0-9~_-][A-Za-z0-9.~_-]*"
# Already canonical, as most addresses are.
_PLAIN = re.compile(rf"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)+/(?:{_SEGMENT}/)*(?:{_SEGMENT})?")
_WHOLE = re.compile(r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)+/[^\s<>\"\\^`{|}]*")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_ESCAPE = re.compile(r"%(?:([0-9A-Fa-f]{2}))?")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_SESSION = re.compile(r";jsessionid=[^/?#;]*", re.IGNORECASE)
_BREAKS = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]+")
_SLOPPY = re.compile(r"(https?):/*(?=[^/])", re.IGNORECASE)
_HOST = re.compile(r"[^\s<>\"'{}|\\^`]+")
_PORTS = {"http": 80, "https": 443}


def absolute(base: str, href: str) -> str:
    """Resolve a link as found in a document; an empty string when it is not an http(s) address.

    Args:
        base: The absolute address that relative links start from.
        href: The link as written; white space inside, `feed:` schemes, missing or surplus slashes are forgiven.
    """
    href = _BREAKS.sub("", href).strip()
    if not href or len(href) > MAX_LENGTH:
        return ""
    if _WHOLE.fullmatch(href):
        return href
    scheme = _SCHEME.match(href)
    if scheme:
        name = scheme.group(1).lower()
        if name in ("feed", "rss"):
            rest = href[scheme.end() :]
            href = rest if rest.lower().startswith("http") else f"http:{rest}"
        elif name not in ("http", "https"):
            return ""
    elif href.lower().startswith("www."):
        href = f"https://{href}"
    href = _SLOPPY.sub(r"\1://", href, count=1) if href[:4].lower() == "http" else href
    try:
        joined = urljoin(base, href)
        parts = urlsplit(joined)
        host = parts.hostname
    except ValueError:
        return ""
    return joined if parts.scheme in _PORTS and host and _HOST.fullmatch(host) else ""


@lru_cache(maxsize=4096)
def canonical_url(url: str) -> str:
    """The canonical form of an absolute http(s) address; anything else comes back stripped of white space only."""
    url = _BREAKS.sub("", url).strip()
    if _PLAIN.fullmatch(url):
        return url
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return url
    scheme = parts.scheme.lower()
    if scheme not in _PORTS or not host:
        return url
    netloc = _netloc(host, port if port != _PORTS[scheme] else None)
    path = _path(parts.path)
    query = _query(parts.query)
    # A fragment is a place in the page, except where it is the route of an application.
    fragment = _escape(parts.fragment, "/?#") if parts.fragment.startswith(("!", "/")) else ""
    return f"{scheme}://{netloc}{path}{'?' + query if query else ''}{'#' + fragment if fragment else ''}"


def _netloc(host: str, port: int | None) -> str:
    host = host.rstrip(".") or host
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            host = quote(host)
    host = host.lower()
    if ":" in host:
        host = f"[{host}]"
    return f"{host}:{port}" if port is not None else host


def _path(path: str) -> str:
    path = _escape(_SESSION.sub("", path), "/")
    if "/." in path:
        path = _without_dots(path)
    return path or "/"


def _without_dots(path: str) -> str:
    """RFC 3986, section 5.2.4, for a path that begins with a slash."""
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            if kept:
                kept.pop()
        elif segment != ".":
            kept.append(segment)
    ends_open = segments[-1] in (".", "..")
    return "/" + "/".join(kept) + ("/" if ends_open and kept else "")


def _query(query: str) -> str:
    return "&".join(_escape(piece, "/?") for piece in query.split("&") if piece and not _is_tracking(piece))


def _is_tracking(piece: str) -> bool:
    name, _, value = piece.partition("=")
    name = unquote(name).lower().removeprefix("amp;")
    if name in _TRACKING or name.startswith(_PREFIXES):
        return True
    return name in _AMBIGUOUS and bool(_REFERRERS.match(unquote(value)))


def _escape(text: str, also_safe: str) -> str:
    """Percent-encode what must be, and spell what is already encoded in one way."""
    if "%" in text:
        text = _ESCAPE.sub(_normal_escape, text)
    return quote(text, safe="%!$&'()*+,;=:@-._~" + also_safe)


def _normal_escape(match: re.Match[str]) -> str:
    digits = match.group(1)
    if digits is None:
        return "%25"
    character = chr(int(digits, 16))
    return character if character in _UNRESERVED else f"%{digits.upper()}"
