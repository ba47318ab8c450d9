"""What an answer is: told by its bytes first, since types in headers are wrong often enough."""

from __future__ import annotations

import gzip
import io
import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urljoin, urlsplit

from watchbot.collect.charset import decode
from watchbot.collect.document import is_pdf
from watchbot.collect.json_shape import shape_of
from watchbot.collect.register_archive import ARCHIVE_FAULTS
from watchbot.errors import ParseError
from watchbot.model import Kind, Response

MAX_UNPACKED = 60_000_000
_HEAD = 100_000
_ROOT = re.compile(r"<(?![!?])(?:[A-Za-z_][\w.-]{0,40}:)?([A-Za-z_][\w.-]{0,40})(?=[\s>/])")
_SKIPPED = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>", re.DOTALL | re.IGNORECASE)
_FEED_ROOTS = frozenset({"rss", "rdf", "feed", "channel", "item", "entry"})
_SITEMAP_ROOTS = frozenset({"urlset", "sitemapindex"})
_HTML = re.compile(
    r"<(?:!doctype html|html|head|body|title|meta|div|table|main|section|article|ul|p|h[1-3]|a)\b", re.IGNORECASE
)
_ADDRESS = re.compile(r"https?://\S{1,2000}")
_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
_MAGIC = {
    b"\x89PNG": "an image", b"GIF8": "an image", b"\xff\xd8\xff": "an image", b"RIFF": "an image or sound", b"ID3": "a sound file", b"OggS": "a sound file",
    b"\x00\x00\x01\x00": "an icon", b"\xd0\xcf\x11\xe0": "an old Office document", b"7z\xbc\xaf": "a 7-zip archive", b"Rar!": "a RAR archive",
    b"\x7fELF": "a program", b"MZ": "a program", b"{\\rtf": "an RTF document", b"BEGIN:VCALENDAR": "a calendar", b"wOF": "a font", b"SQLite": "a database",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Another address, or another reading of this one, that is worth a try. `reason` says where it is from."""

    kind: Kind
    url: str
    reason: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """What an answer seems to be. `confidence` is in [0, 1]; `follow` are candidates, the best first.

    `url` is the address to use as the source's (the answer's, as a rule); `content` stands in for the answer's when it
    was packed.
    """

    kind: Kind
    confidence: float
    reason: str
    url: str
    options: Mapping[str, Any] = field(default_factory=dict)
    title: str = ""
    language: str = ""
    follow: tuple[Candidate, ...] = ()
    content: bytes | None = None


def recognise(response: Response) -> Detection:
    """Tell the kind of an answer.

    Raises:
        ParseError: It is nothing that can be watched: reason `empty`, `unsupported`, `opml`, `bomb`, or that of a wall.
    """
    content = response.content
    if not content.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise ParseError(f"{response.url}: the answer is empty", url=response.url, reason="empty")
    if is_pdf(content):
        return Detection(kind=Kind.DOCUMENT, confidence=1.0, reason="the mark of a PDF", url=response.url)
    if content[:2] == b"\x1f\x8b":
        return _unpacked(response)
    if content[:4] == b"PK\x03\x04":
        return _zip(response)
    _refuse_binary(response)
    text = decode(content, response.headers)
    start = text[:_HEAD].lstrip("\ufeff\0 \t\r\n")
    if start[:1] in ("{", "["):
        found = _json(text, response)
        if found is not None:
            return found
    root = _root(start)
    if root and (root in _FEED_ROOTS or root in _SITEMAP_ROOTS or root in {"fiches", "fiche", "opml"}):
        return _xml(root, response)
    return _text(text, start, root, response)


def _unpacked(response: Response) -> Detection:
    """Look into a gzip file, such as `sitemap.xml.gz`."""
    try:
        content = gzip.GzipFile(fileobj=io.BytesIO(response.content)).read(MAX_UNPACKED + 1)
    except ARCHIVE_FAULTS as error:
        raise ParseError(
            f"{response.url}: a damaged gzip file ({error})", url=response.url, reason="unsupported"
        ) from error
    if len(content) > MAX_UNPACKED or content[:2] == b"\x1f\x8b":
        raise ParseError(
            f"{response.url}: it unpacks to more than {MAX_UNPACKED} bytes: refused", url=response.url, reason="bomb"
        )
    return replace(recognise(replace(response, content=content)), content=content)


def _zip(response: Response) -> Detection:
    try:
        names = [info.filename for info in zipfile.ZipFile(io.BytesIO(response.content)).infolist()[:200]]
    except ARCHIVE_FAULTS as error:
        raise ParseError(
            f"{response.url}: a damaged zip file ({error})", url=response.url, reason="unsupported"
        ) from error
    folded = " ".join(names).lower()
    if "export_fiches" in folded or "export-fiches" in folded or re.search(r"fiches?_(?:rncp|rs)", folded):
        register = "rs" if "_rs_" in folded and "_rncp_" not in folded else "rncp"
        reason = "a zip with export files of France compétences"
        return Detection(
            kind=Kind.REGISTER, confidence=1.0, reason=reason, url=response.url, options={"register": register}
        )
    what = (
        "an Office document"
        if "[content_types].xml" in folded or "mimetype" in folded
        else f"a zip of {', '.join(names[:3])}"
    )
    raise ParseError(f"{response.url}: {what}, which cannot be watched", url=response.url, reason="unsupported")


def _refuse_binary(response: Response) -> None:
    head = response.content[:512]
    what = next((name for mark, name in _MAGIC.items() if head.startswith(mark)), None)
    if what is None and head.count(0) > len(head) // 4 and not _is_wide(head):
        what = f"binary data ({response.content_type or 'no type'})"
    if what:
        raise ParseError(f"{response.url}: {what}, which cannot be watched", url=response.url, reason="unsupported")


def _is_wide(head: bytes) -> bool:
    """Whether the nulls are those of UTF-16 or UTF-32 text."""
    return (
        head[:2] in (b"\xff\xfe", b"\xfe\xff")
        or b"<\0" in head[:16]
        or b"\0<" in head[:16]
        or b"{\0" in head[:16]
        or b"\0{" in head[:16]
    )


def _root(start: str) -> str:
    """The local name of the first element in lower case, when nothing but a prolog stands before it; else an empty string."""
    place = 0
    while skipped := _SKIPPED.match(start, place):
        place = skipped.end()
    found = _ROOT.match(start, place)
    return found[1].lower() if found else ""


def _xml(root: str, response: Response) -> Detection:
    if root == "opml":
        message = f"{response.url}: an OPML list of feeds: import it instead of watching it"
        raise ParseError(message, url=response.url, reason="opml")
    kind = Kind.FEED if root in _FEED_ROOTS else Kind.SITEMAP if root in _SITEMAP_ROOTS else Kind.REGISTER
    options = {"register": "rncp"} if kind is Kind.REGISTER else {}
    if kind is Kind.REGISTER and b"<NUMERO_FICHE>RS" in response.content[:200_000]:
        options = {"register": "rs"}
    return Detection(kind=kind, confidence=1.0, reason=f"the root element <{root}>", url=response.url, options=options)


def _text(text: str, start: str, root: str, response: Response) -> Detection:
    """HTML, a feed behind junk, a table of the register, or nothing we know."""
    from watchbot.collect.feed import read_feed

    page = _HTML.search(start)
    if re.search(r"<(?:\w+:)?(?:rss|feed|rdf|channel|item|entry)[\s>]", start, re.IGNORECASE):
        feed = read_feed(text, response.url)
        if feed is not None and (feed.entries or page is None):
            return Detection(kind=Kind.FEED, confidence=0.9, reason="a feed, not well written", url=response.url)
    first = start.partition("\n")[0].lower()
    if "numero_fiche" in first and any(separator in first for separator in ";,\t"):
        return Detection(
            kind=Kind.REGISTER,
            confidence=0.8,
            reason="a table with Numero_Fiche",
            url=response.url,
            options={"register": "rncp"},
        )
    listed = _lists_addresses(start, response) if page is None else ""
    if listed:
        return Detection(kind=Kind.SITEMAP, confidence=0.8, reason=listed, url=response.url)
    if page is not None or response.content_type in _HTML_TYPES:
        from watchbot.collect.recognise_page import recognise_page

        return recognise_page(text, response)
    what = f"<{root}>" if root else response.content_type or "text"
    raise ParseError(
        f"{response.url}: {what}: neither a feed, a page, a sitemap, a PDF nor JSON",
        url=response.url,
        reason="unsupported",
    )


def _lists_addresses(start: str, response: Response) -> str:
    """Whether a text is a sitemap of one address a line, or a robots.txt that names sitemaps."""
    lines = [line.strip() for line in start.splitlines() if line.strip()][:20]
    if len(lines) > 1 and all(_ADDRESS.fullmatch(line) for line in lines[:-1]):
        return "a list of addresses"
    if urlsplit(response.url).path == "/robots.txt" and re.search(r"^sitemap\s*:", start, re.IGNORECASE | re.MULTILINE):
        return "a robots.txt that names sitemaps"
    return ""


# ------------------------------------------------------------------------------------------------ JSON


def _json(text: str, response: Response) -> Detection | None:
    from watchbot.collect.feed_json import read_json

    try:
        data = json.loads(text.strip("\ufeff\0 \t\r\n"))
    except (ValueError, RecursionError):
        data = None
    if data is None:
        feed = read_json(text.strip("\ufeff\0 \t\r\n"), response.url)
        return (
            Detection(kind=Kind.FEED, confidence=0.7, reason="a broken JSON Feed", url=response.url) if feed else None
        )
    special = _wordpress(data, response) or _dataset(data, response)
    if special is not None:
        return special
    if _is_json_feed(data):
        return Detection(kind=Kind.FEED, confidence=1.0, reason="JSON Feed", url=response.url)
    shape = shape_of(data, response.url)
    if shape is None:
        message = f"{response.url}: JSON in which no list of titles was found; give items and fields by hand"
        raise ParseError(message, url=response.url, reason="unsupported")
    options = {"items": shape.items, "fields": dict(shape.fields)}
    confidence = 0.8 if "date" in shape.fields and not shape.fields["url"].startswith("http") else 0.6
    return Detection(
        kind=Kind.API,
        confidence=confidence,
        reason=f"JSON with {shape.count} entries",
        url=response.url,
        options=options,
    )


def _is_json_feed(data: object) -> bool:
    if not isinstance(data, dict):
        return False
    version = str(data.get("version") or "")
    items = data.get("items")
    entries = [entry for entry in items if isinstance(entry, dict)] if isinstance(items, list) else []
    if "jsonfeed.org" in version:
        return True
    return bool(entries) and any(
        {"content_html", "content_text", "date_published"} & entry.keys() for entry in entries[:20]
    )


def _wordpress(data: object, response: Response) -> Detection | None:
    if isinstance(data, list) and data and all(isinstance(post, dict) for post in data[:5]):
        post = data[0]
        if isinstance(post.get("title"), dict) and "rendered" in post["title"] and "link" in post:
            return Detection(
                kind=Kind.WORDPRESS, confidence=1.0, reason="posts of WordPress' REST interface", url=response.url
            )
    if isinstance(data, dict) and isinstance(data.get("namespaces"), list) and "wp/v2" in data["namespaces"]:
        base = response.url.partition("?")[0].rstrip("/") + "/"
        return Detection(
            kind=Kind.WORDPRESS,
            confidence=1.0,
            reason="the root of WordPress' REST interface",
            url=urljoin(base, "wp/v2/posts"),
            title=str(data.get("name") or ""),
        )
    return None


def _dataset(data: object, response: Response) -> Detection | None:
    """A dataset of data.gouv.fr that lists exports of the registers."""
    if (
        not isinstance(data, dict)
        or "resources" not in data
        or "export-fiches" not in str(data["resources"])[:2_000_000]
    ):
        return None
    register = "rs" if urlsplit(response.url).fragment == "rs" else "rncp"
    reason = "a dataset with exports of France compétences"
    return Detection(
        kind=Kind.REGISTER,
        confidence=0.9,
        reason=reason,
        url=response.url,
        title=str(data.get("title") or ""),
        options={"register": register},
    )
