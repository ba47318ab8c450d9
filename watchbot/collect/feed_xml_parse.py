"""Feed text to a tree, safely: no entity is expanded, nothing is loaded, and common damage is mended first.

Mending touches what stops an XML parser and nothing else: what stands before the first and after the last tag, the
document type (with all that it declares), entities of HTML, ampersands that escape nothing, characters that XML does
not allow, prefixes without a namespace.
"""

from __future__ import annotations

import html
import re
from html.entities import html5
from typing import Any

from watchbot.collect.feed_names import MODULES

_DECLARATION = re.compile(r"\s*<\?xml[^<>]{0,200}\?>", re.IGNORECASE)
_FIRST_TAG = re.compile(r"<[A-Za-z]")
_ROOT = re.compile(r"<(?:[A-Za-z][\w.-]{0,30}:)?(?:rss|feed|rdf|channel)(?=[\s>/])", re.IGNORECASE)
_END = re.compile(r"</(?:[A-Za-z][\w.-]{0,30}:)?(?:rss|feed|rdf|channel)\s*>", re.IGNORECASE)
_ENTITY_DECLARATION = re.compile(
    r"<!ENTITY\s+([A-Za-z_][\w.-]{0,60})\s+(?:\"((?:[^\"&%<]|&#\w{1,7};){0,500})\"|'((?:[^'&%<]|&#\w{1,7};){0,500})')\s*>"
)
_CDATA_OR_REFERENCE = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|&(#[0-9]{1,8};|#[xX][0-9a-fA-F]{1,8};|[A-Za-z][\w.-]{0,60};?)?",
    re.DOTALL,
)
# More than any feed has; each takes half a microsecond.
_MANY_REFERENCES = 2_000_000
_STRAY_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#[1-9][0-9]{1,6});)")
# What XML 1.0 lets stand in no document (section 2.2).
FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]+")
_PREFIX = re.compile(r"(?:</?|\s)([A-Za-z_][\w.-]{0,60}):(?=[A-Za-z_])", re.ASCII)
_DECLARED_PREFIX = re.compile(r"\sxmlns:([A-Za-z_][\w.-]{0,60})\s*=", re.ASCII)
_XML_ENTITIES = frozenset({"amp;", "lt;", "gt;", "quot;", "apos;"})
_CP1252 = {byte: bytes([byte]).decode("cp1252", "ignore") for byte in range(0x80, 0xA0)}


def parse_strict(text: str) -> Any:
    """The root of a well-formed document, or None if it is not one or has a document type.

    A document type can declare entities, which libxml2 expands in attributes whatever it is told.
    """
    from lxml import etree

    head = _DECLARATION.match(text)
    body = text[head.end() :] if head else text
    first = _FIRST_TAG.search(body)
    if first is None or "<!" in body[: first.start()].replace("<!--", ""):
        return None
    try:
        return etree.fromstring(body.encode("utf-8"), _parser())
    except (etree.XMLSyntaxError, ValueError):
        return None


def mend(text: str) -> str:
    """The same document without the damage that can be undone for certain."""
    text, entities = _without_document_type(text)
    ends = [found.end() for found in _END.finditer(text, max(0, len(text) - 20_000))]
    if ends:
        text = text[: ends[-1]]
    text = FORBIDDEN.sub("", text)
    if text.count("&") > _MANY_REFERENCES:
        text = _STRAY_AMPERSAND.sub("&amp;", text)
    else:
        text = _CDATA_OR_REFERENCE.sub(lambda found: _reference(found, entities), text)
    return _with_prefixes(text)


def _parser() -> Any:
    from lxml import etree

    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=True,
        remove_comments=True,
        remove_pis=True,
    )


def _without_document_type(text: str) -> tuple[str, dict[str, str]]:
    """From the root element on, and the entities declared before it that are plain text."""
    root = _ROOT.search(text)
    if root is None:
        return _DECLARATION.sub("", text, count=1), {}
    declared = _ENTITY_DECLARATION.findall(text[: min(root.start(), 100_000)])
    return text[root.start() :], {name: html.unescape(one or other) for name, one, other in declared}


def _reference(found: re.Match[str], entities: dict[str, str]) -> str:
    whole, name = found.group(0), found.group(1)
    if whole[0] == "<":
        return "" if whole.startswith("<!--") else whole if whole.endswith("]]>") else whole + "]]>"
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
    return html.escape(FORBIDDEN.sub("", character))


def _with_prefixes(text: str) -> str:
    """Declare, on the root, every prefix that is used and nowhere declared."""
    used = set(_PREFIX.findall(text))
    missing = used - set(_DECLARED_PREFIX.findall(text)) - {"xml", "xmlns"}
    first = _FIRST_TAG.search(text)
    if not missing or first is None:
        return text
    name_end = re.compile(r"[\s/>]").search(text, first.start())
    if name_end is None:
        return text
    known = {prefix: MODULES.get(prefix.lower(), f"urn:undeclared:{prefix}") for prefix in sorted(missing)}
    declarations = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in known.items())
    return text[: name_end.start()] + declarations + text[name_end.start() :]
