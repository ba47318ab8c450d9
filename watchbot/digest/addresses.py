"""Which addresses become links: http(s) ones that show where they lead."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urlsplit

LONGEST = 2_000
# Blanks, controls, backslashes (read as slashes by browsers), and what hides or reorders text.
_UNSAFE = re.compile(
    "[\\s\x00-\x20\x7f-\xa0\\\\\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ud800-\udfff\ue000-\uf8ff\ufeff\ufff0-\uffff]"
)
# Not allowed in an address but common in them.
_ENCODED = str.maketrans({char: f"%{ord(char):02X}" for char in '"<>^`{|}'})


@lru_cache(maxsize=4_096)
def safe_url(url: str) -> str:
    """The address if it is http(s) and shows where it leads, else an empty string: no `javascript:`, no `https://cnc.fr@evil`."""
    url = url.strip().translate(_ENCODED)
    if len(url) > LONGEST or _UNSAFE.search(url):
        return ""
    try:
        parts = urlsplit(url)
        host = parts.hostname
        parts.port  # noqa: B018  (reading it validates it)
    except ValueError:
        return ""
    return url if parts.scheme in {"http", "https"} and host and "@" not in parts.netloc else ""
