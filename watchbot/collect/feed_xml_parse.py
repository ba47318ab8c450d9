"""Feed text to a tree, safely: no entity is expanded, nothing is loaded."""

from __future__ import annotations

import re
from typing import Any

DECLARATION = re.compile(r"\s*<\?xml[^<>]{0,200}\?>", re.IGNORECASE)
FIRST_TAG = re.compile(r"<[A-Za-z]")


def parse_strict(text: str) -> Any:
    """The root of a well-formed document, or None if it is not one or has a document type.

    A document type can declare entities, which libxml2 expands in attributes whatever it is told.
    """
    from lxml import etree

    head = DECLARATION.match(text)
    body = text[head.end() :] if head else text
    first = FIRST_TAG.search(body)
    if first is None or "<!" in body[: first.start()].replace("<!--", ""):
        return None
    try:
        return etree.fromstring(body.encode("utf-8"), _parser())
    except (etree.XMLSyntaxError, ValueError):
        return None


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
