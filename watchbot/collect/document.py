"""The kind `document`: a PDF, kept whole for change tracking, or a page that lists PDFs."""

from __future__ import annotations

import io
import re
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from watchbot.collect.canonical import canonical_url
from watchbot.collect.charset import decode
from watchbot.collect.clean import shorten, tidy
from watchbot.collect.tree import page_of, select, text_of
from watchbot.collect.walls import refuse_wall
from watchbot.errors import ParseError
from watchbot.extract.pdf import pdf_pages
from watchbot.model import Follow, Found, FoundDocument, FoundItem, Request, Response, Source

MAX_DOCUMENTS = 20
MAX_PAGES = 1_000
_HEADER_BYTES = 1024
_FEW_CHARACTERS = 20
_PDF = re.compile(r"\.pdf(?:$|[?#])|/(?:download|telecharger|file|media)/", re.IGNORECASE)
# What programs write as the title when nobody gave one.
_NO_TITLE = re.compile(
    r"(?:microsoft (?:word|powerpoint|excel)\b.*|.*\.(?:docx?|pptx?|xlsx?|indd|odt|pdf|qxd|pub|rtf|ai)|untitled.*|sans titre.*|"
    r"document\d*|pr[ée]sentation\w*|diapositive \d+|[\W\d_]*|title|titre|.{1,3})",
    re.IGNORECASE,
)
_PDF_DATE = re.compile(r"D?:?(\d{4})(\d\d)(\d\d)(\d\d)?(\d\d)?(\d\d)?(?:(Z)|([+-])(\d\d)'?(\d\d)?)?")


def parse(response: Response, source: Source) -> Found:
    """Read a PDF, or the links to PDFs on a page.

    Args:
        response: A PDF; or a page, if `options["links"]` is the selector of links to PDFs in it.
        source: Also `options["max_documents"]`, at most how many of the links are followed.

    Returns:
        One document with the PDF as `raw`; its `meta` has `pages`, `author`, `created`, `modified` (ISO 8601), `producer`, `subject`
        as far as they are known, and `text`, the texts of the pages joined by form feeds. For a page: a `Follow` of
        role `document` for each link.

    Raises:
        ParseError: With reason `not-pdf`, `encrypted`, `unreadable` or `no-text` (scanned); `selector` for bad CSS.
    """
    if is_pdf(response.content):
        return read_pdf(response, source)
    if source.options.get("links"):
        return _read_links(response, source)
    text = decode(response.content[:300_000], response.headers)
    if "<" in text[:2000]:
        refuse_wall(response, text)
    message = f'{response.url}: no PDF but {response.content_type or "something else"}; for a page that lists PDFs give links = "a CSS selector"'
    raise ParseError(message, url=response.url, reason="not-pdf")


def is_pdf(content: bytes) -> bool:
    """Whether the bytes begin as a PDF does (the mark may stand anywhere in the first kilobyte)."""
    return b"%PDF-" in content[:_HEADER_BYTES]


def pdf_text(raw: bytes, *, url: str = "", max_pages: int = MAX_PAGES) -> tuple[str, ...]:
    """The text of each page of a PDF.

    Raises:
        ParseError: With reason `not-pdf`, `encrypted`, `unreadable`, or `no-text` when no page has any text: a scan.
    """
    pages = pdf_pages(raw, url=url, max_pages=max_pages)
    if sum(len(page.strip()) for page in pages) < _FEW_CHARACTERS:
        message = f"{url or 'this PDF'}: its {len(pages)} page(s) hold no text; it is probably a scan, ask the publisher for the original"
        raise ParseError(message, url=url, reason="no-text")
    return pages


def pdf_meta(raw: bytes) -> dict[str, str]:
    """What a PDF says of itself: `title`, `author`, `subject`, `created`, `modified`, `producer`, `pages`; empty when it cannot be read."""
    from pypdf import PdfReader

    try:
        reader = PdfReader(io.BytesIO(raw), strict=False)
        if reader.is_encrypted:
            reader.decrypt("")
        said = dict(reader.metadata or {})
        found = {"pages": str(len(reader.pages))}
    except Exception:  # noqa: BLE001 - pypdf raises all sorts on damaged files; their text may still be readable
        return {}
    for name, key in (("title", "/Title"), ("author", "/Author"), ("subject", "/Subject"), ("producer", "/Producer")):
        value = tidy(str(said.get(key) or ""))[:300]
        if value:
            found[name] = value
    for name, key in (("created", "/CreationDate"), ("modified", "/ModDate")):
        moment = pdf_date(str(said.get(key) or ""))
        if moment:
            found[name] = moment
    return found


def pdf_date(text: str) -> str:
    """A PDF date (ISO 32000-1, section 7.9.4: `D:20240520143000+02'00'`) as ISO 8601, or an empty string."""
    found = _PDF_DATE.match(text.strip())
    if not found:
        return ""
    year, month, day, *clock = (int(part or 0) for part in found.groups()[:6])
    zone = f"{found[8]}{found[9]}:{found[10] or '00'}" if found[8] else "+00:00"
    try:
        return datetime.fromisoformat(
            f"{year:04}-{month:02}-{day:02}T{clock[0]:02}:{clock[1]:02}:{clock[2]:02}{zone}"
        ).isoformat()
    except ValueError:
        return ""


def pdf_title(meta: dict[str, str], pages: tuple[str, ...], url: str) -> str:
    """A title worth showing: what the PDF says, unless a program wrote it; else its first line; else its file's name."""
    said = meta.get("title", "")
    if said and not _NO_TITLE.fullmatch(said):
        return said
    for line in (tidy(line) for page in pages[:2] for line in page.splitlines()[:12]):
        if 8 <= len(line) <= 200 and sum(char.isalpha() for char in line) > len(line) / 2:
            return line
    name = unquote(urlsplit(url).path.rpartition("/")[2])
    return tidy(re.sub(r"[-_+]+", " ", name.removesuffix(".pdf"))) or url


def read_pdf(response: Response, source: Source, *, max_pages: int = MAX_PAGES) -> Found:
    """As `parse`, for an answer that is a PDF; pages beyond `max_pages` are left out and told."""
    pages = pdf_text(response.content, url=response.url, max_pages=max_pages)
    meta = pdf_meta(response.content)
    title = pdf_title(meta, pages, response.url)
    empty = sum(1 for page in pages if not page.strip())
    problems = [f"{empty} of {len(pages)} pages hold no text"] if empty else []
    if int(meta.get("pages", len(pages))) > len(pages):
        problems.append(f"only the first {len(pages)} of {meta['pages']} pages were read")
    meta |= {"pages": meta.get("pages", str(len(pages))), "text": "\f".join(pages)}
    key = canonical_url(response.requested_url if source.options.get("links") else source.url)
    document = FoundDocument(
        key=key,
        url=canonical_url(response.url),
        title=title,
        content_type="application/pdf",
        raw=response.content,
        meta=meta,
    )
    return Found(title=title, documents=(document,), problems=tuple(problems))


def _read_links(response: Response, source: Source) -> Found:
    text = decode(response.content, response.headers)
    refuse_wall(response, text)
    page = page_of(text, response.url)
    limit: Any = source.options.get("max_documents", MAX_DOCUMENTS)
    links: dict[str, str] = {}
    for element in select(page.root, str(source.options["links"])):
        for candidate in (element, *element.iterdescendants("a"), *element.iterancestors("a")):
            address = page.link(candidate.get("href"))
            if address:
                links.setdefault(address, text_of(candidate, limit=300))
                break
    problems = []
    if not links:
        problems.append(
            f"the selector links = {source.options['links']!r} finds no link on the page: has the site changed?"
        )
    elif len(links) > int(limit):
        problems.append(f"only the first {limit} of {len(links)} linked documents are followed (max_documents)")
    follow = tuple(
        Follow(request=Request(url=address), role="document", item=_item(address, words), depth=1)
        for address, words in list(links.items())[: int(limit)]
    )
    title = page.root.find(".//title")
    return Found(title=text_of(title, limit=300) if title is not None else "", follow=follow, problems=tuple(problems))


def _item(address: str, words: str) -> FoundItem:
    """What the page says of a document, until it is read."""
    url = canonical_url(address)
    return FoundItem(guid=url, url=url, title=shorten(words, 300) or pdf_title({}, (), address))
