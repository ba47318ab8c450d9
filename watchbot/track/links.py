"""The documents that a page links to: their address without what varies from one visit to the next."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

_DOCUMENT = re.compile(r"\.(?:pdf|docx?|xlsx?|odt|ods|odp|pptx?|csv|zip|rtf)$", re.IGNORECASE)
_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid|session)[^/?#]*", re.IGNORECASE)
# A build's fingerprint in a file's name, such as `guide.3f2a9c1b7d.pdf`.
_FINGERPRINT = re.compile(r"[._-](?=[a-f]*\d)(?=\d*[a-f])[\da-f]{8,}(?=\.\w+$)", re.IGNORECASE)


def document_name(href: str) -> str:
    """The file name of a linked document (`referentiel-v3.pdf`), or an empty string if the link is no document.

    The host, the folder, the query (tracking, sessions, cache busters) and a build's fingerprint are left out: only a
    new name says that another document stands there.
    """
    if len(href) > 2_000:
        return ""
    try:
        path = urlsplit(href.strip()).path
    except ValueError:
        return ""
    name = unquote(_SESSION.sub("", path).rsplit("/", 1)[-1]).strip()
    if not _DOCUMENT.search(name):
        return ""
    return " ".join(_FINGERPRINT.sub("", name).split())
