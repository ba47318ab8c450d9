"""Names of elements in feeds, whatever prefix or misspelt namespace a publisher gives them.

An element's canonical name is its local name in lower case, with the customary prefix of its namespace if that is a
known module (`dc:creator`), with none for the feed formats themselves, and with the prefix as written for the rest.
"""

from __future__ import annotations

# Namespaces of the formats: RSS 0.90 and 1.0, the RSS 2.0 variants, Atom 0.3 and 1.0, and Atom's forerunners.
_FORMATS = (
    "http://my.netscape.com/rdf/simple/0.9/",
    "http://purl.org/rss/1.0/",
    "http://purl.org/rss/1.0/modules/rss091#",
    "http://backend.userland.com/rss",
    "http://backend.userland.com/rss2",
    "http://backend.userland.com/rss091",
    "http://blogs.law.harvard.edu/tech/rss",
    "http://cyber.law.harvard.edu/rss/rss.html",
    "http://www.w3.org/2005/atom",
    "http://purl.org/atom/ns#",
    "http://purl.org/atom/app#",
    "http://purl.org/pie/",
    "http://purl.org/echo/",
    "http://example.com/newformat#",
    "http://example.com/necho",
    "uri/of/echo/namespace#",
)
MODULES = {
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "excerpt": "http://wordpress.org/export/1.2/excerpt/",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "prism": "http://prismstandard.org/namespaces/1.2/basic/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "thr": "http://purl.org/syndication/thread/1.0",
    "wfw": "http://wellformedweb.org/commentapi/",
    "xhtml": "http://www.w3.org/1999/xhtml",
    "xml": "http://www.w3.org/xml/1998/namespace",
}
_PREFIXES = (
    dict.fromkeys(_FORMATS, "")
    | {uri: prefix for prefix, uri in MODULES.items()}
    | {
        "http://search.yahoo.com/mrss": "media",
        "http://www.itunes.com/dtds/podcast-1.0.dtd/": "itunes",
        "http://example.com/dtds/podcast-1.0.dtd": "itunes",
    }
)
# Prefixes of a format whose namespace is misspelt or missing.
_FORMAT_PREFIXES = frozenset({"atom", "atom03", "atom10", "a10", "rss", "rss10", "rss20"})


def canonical_name(tag: str, prefix: str | None) -> str:
    """The canonical name of an element.

    Args:
        tag: In Clark notation (`{uri}local`), as lxml gives it.
        prefix: As written in the document; matters only where the namespace is unknown.
    """
    uri, _, local = tag.rpartition("}")
    known = _PREFIXES.get(uri[1:].lower()) if uri else ""
    if known is None:
        known = (prefix or "").lower()
        if known in _FORMAT_PREFIXES:
            known = ""
    local = local.lower()
    return f"{known}:{local}" if known else local
