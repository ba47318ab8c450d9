"""The damage that most broken feeds have, undone.

Mending touches what stops an XML parser and nothing else: what stands before the first and after the last tag, the
document type (with all that it declares), entities of HTML, ampersands that escape nothing, characters that XML does
not allow, prefixes without a namespace.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from html.entities import html5

from watchbot.collect.feed_names import MODULES
from watchbot.collect.feed_xml_parse import DECLARATION, FIRST_TAG

_ROOT = re.compile(r"<(?:[A-Za-z][\w.-]{0,30}:)?(?:rss|feed|rdf|channel)(?![\w.-])", re.IGNORECASE)
_END = re.compile(r"</(?:[A-Za-z][\w.-]{0,30}:)?(?:rss|feed|rdf|channel)\s*>", re.IGNORECASE)
_ENTITY_DECLARATION = re.compile(
    r"<!ENTITY\s+([A-Za-z_][\w.-]{0,60})\s+(?:\"((?:[^\"&%<]|&#\w{1,7};){0,500})\"|'((?:[^'&%<]|&#\w{1,7};){0,500})')\s*>"
)
_REFERENCE = re.compile(r"&(#[0-9]{1,8};|#[xX][0-9a-fA-F]{1,8};|[A-Za-z][\w.-]{0,60};?)?")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
# More than any feed has; each takes half a microsecond.
_MANY_REFERENCES = 2_000_000
_STRAY_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#[1-9][0-9]{1,6});)")
# What XML 1.0 lets stand in no document (section 2.2), as bytes of UTF-8 and as characters.
_CONTROLS = bytes(code for code in range(0x20) if code not in b"\t\n\r")
_NO_CHARACTERS = ("\ufffe", "\uffff")
_PREFIX = re.compile(r"(?:</?|\s)([A-Za-z_][\w.-]{0,60}):(?=[A-Za-z_])", re.ASCII)
_DECLARED_PREFIX = re.compile(r"\sxmlns:([A-Za-z_][\w.-]{0,60})\s*=", re.ASCII)
_XML_ENTITIES = frozenset({"amp;", "lt;", "gt;", "quot;", "apos;"})
_CP1252 = {byte: bytes([byte]).decode("cp1252", "ignore") for byte in range(0x80, 0xA0)}


def mend(text: str) -> str:
    """The same document without the damage that can be undone for certain."""
    text, entities = _without_document_type(text)
    ends = [found.end() for found in _END.finditer(text, max(0, len(text) - 20_000))]
    if ends:
        text = text[: ends[-1]]
    text = allowed(text)
    if text.count("&") > _MANY_REFERENCES:
        return _with_prefixes(_STRAY_AMPERSAND.sub("&amp;", text), text)
    pieces = [
        piece if is_section else _REFERENCE.sub(lambda found: _reference(found, entities), piece)
        for piece, is_section in _pieces(text)
    ]
    return _with_prefixes("".join(pieces), "".join(pieces[::2]))


def allowed(text: str) -> str:
    """The text without the characters that no XML document may hold."""
    text = text.encode("utf-8", "ignore").translate(None, _CONTROLS).decode()
    for character in _NO_CHARACTERS:
        text = text.replace(character, "")
    return text


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """The text as markup without comments and whole CDATA sections (true) in turn; a last section without end is ended."""
    position = 0
    while True:
        start = text.find("<![CDATA[", position)
        markup = text[position:] if start < 0 else text[position:start]
        comment = markup.rfind("<!--")
        if start >= 0 and comment >= 0 and markup.find("-->", comment) < 0:
            # The section's mark stands in a comment.
            end = text.find("-->", start)
            yield _COMMENT.sub("", markup), False
            yield "", True
            if end < 0:
                return
            position = end + 3
            continue
        yield _COMMENT.sub("", markup) if comment >= 0 else markup, False
        if start < 0:
            return
        end = text.find("]]>", start)
        yield (text[start : end + 3] if end >= 0 else text[start:] + "]]>"), True
        if end < 0:
            return
        position = end + 3


def _without_document_type(text: str) -> tuple[str, dict[str, str]]:
    """From the root element on, and the entities declared before it that are plain text."""
    root = _ROOT.search(text)
    if root is None:
        return DECLARATION.sub("", text, count=1), {}
    declared = _ENTITY_DECLARATION.findall(text[: min(root.start(), 100_000)])
    return text[root.start() :], {name: html.unescape(one or other) for name, one, other in declared}


def _reference(found: re.Match[str], entities: dict[str, str]) -> str:
    whole, name = found.group(0), found.group(1)
    if name is None:
        return "&amp;"
    if name in _XML_ENTITIES:
        return whole
    if name[0] == "#":
        return _character(name)
    declared = entities.get(name.rstrip(";"))
    if declared is not None and name[-1] == ";":
        return html.escape(declared)
    # `;` may be missing in HTML, but `&copy=1` in an address is no ©.
    return html.escape(html5[name]) if name[-1] == ";" and name in html5 else "&amp;" + name


def _character(name: str) -> str:
    """A numeric reference as the character it means, or nothing for one that XML does not allow."""
    digits = name[1:-1]
    code = int(digits[1:], 16) if digits[0] in "xX" else int(digits)
    if code in _CP1252:
        return _CP1252[code]
    try:
        character = chr(code)
    except (ValueError, OverflowError):
        return ""
    return html.escape(allowed(character))


def _with_prefixes(text: str, markup: str) -> str:
    """Declare, on the root, every prefix that the markup uses and nowhere declares."""
    used = set(_PREFIX.findall(markup))
    missing = used - set(_DECLARED_PREFIX.findall(markup)) - {"xml", "xmlns"}
    first = FIRST_TAG.search(text)
    if not missing or first is None:
        return text
    name_end = re.compile(r"[\s/>]").search(text, first.start())
    if name_end is None:
        return text
    known = {prefix: MODULES.get(prefix.lower(), f"urn:undeclared:{prefix}") for prefix in sorted(missing)}
    declarations = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in known.items())
    return text[: name_end.start()] + declarations + text[name_end.start() :]
