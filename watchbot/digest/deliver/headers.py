"""Headers that must not be folded as prose: an address in an encoded word is no address to those who read the header.

The library's own folding encodes words that are longer than a line (RFC 2047), which List-Unsubscribe must never be:
its addresses are read by programs (RFC 2369 section 2).
"""

from __future__ import annotations

import re
from email.header import Header
from email.headerregistry import BaseHeader, HeaderRegistry
from email.policy import Policy
from typing import Any

_INJECTED = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class _Verbatim(BaseHeader):
    """A header kept as it was given, on lines of its own making."""

    max_count = 1

    @classmethod
    def parse(cls, value: str, values: dict[str, Any]) -> None:
        """Take the value as it is, on one line."""
        from email._header_value_parser import get_unstructured

        values["decoded"] = _INJECTED.sub(" ", value)
        values["parse_tree"] = get_unstructured("")

    def _lines(self) -> list[str]:
        return [str(self)]

    def fold(self, *, policy: Policy) -> str:
        """The header as it goes over the wire."""
        return f"{self.name}: {f'{policy.linesep} '.join(self._lines())}{policy.linesep}"


class UrlsHeader(_Verbatim):
    """`<address>, <address>`: one address a line, whole however long it is."""

    def _lines(self) -> list[str]:
        return re.sub(r"[^\x21-\x7e ]+", "", str(self)).replace(">, <", ">,\n<").split("\n")


class ListIdHeader(_Verbatim):
    """`words <list.id.of.the.list>`: the words encoded where needed, the id never."""

    def _lines(self) -> list[str]:
        words, _, identity = str(self).rpartition("<")
        words = re.sub(r'[<>"\\]+', "", words).strip()
        if not words.isascii():
            words = Header(words, "utf-8", header_name="List-Id").encode(linesep="\r\n")
        elif words:
            words = f'"{words}"'
        return [line for line in (words, f"<{identity}") if line]


REGISTRY = HeaderRegistry()
REGISTRY.map_to_type("list-unsubscribe", UrlsHeader)
REGISTRY.map_to_type("list-id", ListIdHeader)
