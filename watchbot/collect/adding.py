"""`watchbot add`: from an address to a table in sources.toml, which keeps its comments.

The table is appended as text: not a byte of what stands in the file changes.
"""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urljoin, urlsplit

from watchbot.collect.clean import tidy
from watchbot.collect.detect import SECONDS, Tried, try_url
from watchbot.errors import ConfigError, UsageError, WatchbotError
from watchbot.extract.folding import unaccented
from watchbot.model import Kind

if TYPE_CHECKING:
    from watchbot.collect.fetch import Fetcher

_MAX_SLUG = 50
_DULL = frozenset(
    {
        "www",
        "index",
        "html",
        "htm",
        "php",
        "feed",
        "rss",
        "atom",
        "xml",
        "wp",
        "json",
        "v2",
        "posts",
        "fr",
        "site",
        "home",
        "accueil",
        "rdf",
        "default",
    }
)
_SITEMAPS = ("/sitemap.xml", "/sitemap_index.xml")
# Options that a table needs beyond those detected, for people to fill in.
_KEYS = ("id", "name", "publisher", "kind", "url", "home", "region", "language", "checked", "options")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedSource:
    """A table for sources.toml, and what was read with it."""

    table: Mapping[str, Any]
    tried: Tried


async def propose_source(
    url: str, fetcher: Fetcher, *, taken: Collection[str] = (), seconds: float = 2 * SECONDS
) -> ProposedSource:
    """Look at an address and propose how to watch it: its feed, interface, list, sitemap, or the page itself.

    Args:
        url: An address.
        fetcher: Asks the servers.
        taken: Ids in use; the one proposed is another.
        seconds: How long all requests may take together.

    Raises:
        FetchError: The address gives no answer.
        ParseError: The answer cannot be watched.
    """
    deadline = asyncio.get_running_loop().time() + seconds
    tried = await try_url(url, fetcher, seconds=seconds / 2)
    if tried.kind is Kind.PAGE and not urlsplit(tried.url).path.strip("/"):
        tried = await _sitemap(tried, fetcher, deadline) or tried
    return ProposedSource(table=table_of(tried, day=fetcher.clock().date().isoformat(), taken=taken), tried=tried)


async def _sitemap(page: Tried, fetcher: Fetcher, deadline: float) -> Tried | None:
    """A site's sitemap, where its home page shows no news of its own."""
    for path in _SITEMAPS:
        left = deadline - asyncio.get_running_loop().time()
        if left <= 0:
            return None
        try:
            tried = await try_url(urljoin(page.url, path), fetcher, seconds=left)
        except WatchbotError:
            continue
        if tried.kind is Kind.SITEMAP and tried.items:
            return tried
    return None


def table_of(tried: Tried, *, day: str, taken: Collection[str] = ()) -> dict[str, Any]:
    """The table of what was tried; `day` (ISO 8601) goes into its `checked` note."""
    parts = urlsplit(tried.url)
    count = len(tried.items) or len(tried.records)
    read = f"{count} entrées lues" if count else "contenu lu"
    table: dict[str, Any] = {
        "id": slug_for(tried.url, taken),
        "name": tidy(tried.title)[:200] or parts.hostname or tried.url,
        "publisher": publisher_of(tried),
        "kind": tried.kind.value,
        "url": tried.url,
        "home": f"{parts.scheme}://{parts.netloc}/",
        "language": tried.language or next((item.language for item in tried.items if item.language), None) or "fr",
        "checked": f"watchbot add, {day}: {read}",
    }
    options = {name: value for name, value in tried.options.items() if value not in (None, "", [], {})}
    return {**table, "options": options} if options else table


def publisher_of(tried: Tried) -> str:
    """Who publishes: the last part of a title such as "Actualités | CNC", else the site's name from its host."""
    for separator in (" | ", " – ", " - ", " — ", " : "):
        last = tried.title.rpartition(separator)[2].strip()
        if separator in tried.title and 2 <= len(last) <= 40:
            return last
    host = (urlsplit(tried.url).hostname or "").removeprefix("www.")
    labels = host.split(".")
    name = labels[-2] if len(labels) > 1 and not labels[-1].isdigit() else host
    return name.upper() if len(name) <= 4 else name.replace("-", " ").title() or host


def slug_for(url: str, taken: Collection[str] = ()) -> str:
    """An id for a source from its address, such as `cnc-actualites`, unlike all that are taken."""
    parts = urlsplit(url)
    host = (parts.hostname or "source").removeprefix("www.").split(".")
    site = host[-2] if len(host) > 1 and not host[-1].isdigit() else "-".join(host)
    words = [
        word
        for segment in unquote(parts.path).split("/")
        for word in [_slug(segment.rpartition(".")[0] or segment)]
        if word
    ]
    telling = [word for word in words if word not in _DULL and not word.isdigit()]
    base = _slug("-".join([site, *telling[-2:]]))[:_MAX_SLUG].strip("-") or "source"
    slug, number = base, 2
    while slug in taken:
        slug, number = f"{base}-{number}", number + 1
    return slug


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", unaccented(text.lower())).strip("-")


def append_source(path: Path, table: Mapping[str, Any]) -> str:
    """Append a `[[sources]]` table to sources.toml, which is created if it is not there.

    Args:
        path: The file.
        table: As `table_of` makes it; keys without a value are left out.

    Returns:
        The text that was appended.

    Raises:
        ConfigError: The file is not valid TOML, or writes its sources in a way that cannot be appended to.
        UsageError: A source of that id, or of that kind and address, is there already.
    """
    before = path.read_text(encoding="utf-8") if path.exists() else "version = 1\n"
    present = _sources(before, path)
    for source in present:
        if source.get("id") == table["id"]:
            raise UsageError(f"{path}: a source {table['id']!r} is there already; choose another id")
        if (source.get("kind"), source.get("url"), source.get("options")) == (
            table["kind"],
            table["url"],
            table.get("options"),
        ):
            raise UsageError(f"{path}: {table['url']} is watched already, as {source.get('id')!r}")
    added = source_text(table)
    after = f"{before.rstrip()}\n\n{added}" if before.strip() else added
    try:
        now = tomllib.loads(after)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            f"{path}: its sources are not written as [[sources]] tables, so none can be appended ({error})"
        ) from error
    if len(now["sources"]) != len(present) + 1:
        raise ConfigError(f"{path}: the table could not be appended")
    _replace(path, after)
    return added


def _sources(text: str, path: Path) -> list[dict[str, Any]]:
    try:
        found = tomllib.loads(text).get("sources", [])
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not valid TOML ({error}); correct it first") from error
    return [source for source in found if isinstance(source, dict)] if isinstance(found, list) else []


def source_text(table: Mapping[str, Any]) -> str:
    """The `[[sources]]` table as it is written into sources.toml."""
    import tomlkit

    document = tomlkit.document()
    tables = tomlkit.aot()
    written = tomlkit.table()
    ordered = sorted(table.items(), key=lambda pair: _KEYS.index(pair[0]) if pair[0] in _KEYS[:-1] else len(_KEYS))
    for name, value in ordered:
        if value is not None and not isinstance(value, Mapping):
            written.add(name, value)
    for name, value in table.items():
        if isinstance(value, Mapping):
            written.add(name, _inner(value))
    tables.append(written)
    document.add("sources", tables)
    return tomlkit.dumps(document).strip() + "\n"


def _inner(values: Mapping[str, Any]) -> Any:
    import tomlkit

    inner = tomlkit.table()
    for name, value in values.items():
        if isinstance(value, Mapping):
            line = tomlkit.inline_table()
            line.update({key: one for key, one in value.items() if one is not None})
            inner.add(name, line)
        elif value is not None:
            inner.add(name, list(value) if isinstance(value, tuple) else value)
    return inner


def _replace(path: Path, text: str) -> None:
    """Write beside the file, then put it in its place: a crash leaves the old one or the new one."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        temporary.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
