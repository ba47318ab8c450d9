"""Adding sources to sources.toml: one by its address, or many from an OPML file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from watchbot.app.collecting import fetch_settings
from watchbot.app.trying import allowing

if TYPE_CHECKING:
    from watchbot.config import Watch


async def add_source(
    watch: Watch,
    url: str,
    *,
    source_id: str | None,
    dry_run: bool,
    clock: Callable[[], datetime],
    allow_private: bool = False,
) -> dict[str, Any]:
    """Propose a source for an address and write its table, comments of the file kept.

    Returns:
        `id`, `toml` (the table's text) and `tried` (what it would bring).

    Raises:
        FetchError: the address gives no answer.
        ParseError: the answer cannot be watched.
        UsageError: the source is there already.
    """
    from watchbot.collect.adding import append_source, propose_source, source_text
    from watchbot.collect.fetch import Fetcher

    path = watch.folder / "sources.toml"
    settings = allowing(fetch_settings(watch), url, allow_private=allow_private)
    async with Fetcher(settings, clock=clock, env=watch.environ) as fetcher:
        proposed = await propose_source(url, fetcher, taken=[source.id for source in watch.sources])
    table = {**proposed.table, **({"id": source_id} if source_id else {})}
    text = source_text(table) if dry_run else append_source(path, table)
    return {"id": table["id"], "toml": text, "tried": proposed.tried.as_json()}


def import_opml(watch: Watch, data: bytes, moment: datetime) -> tuple[list[str], list[str]]:
    """Add every feed of an OPML file that is not yet a source; returns ids added and addresses known already."""
    from watchbot.collect.adding import append_source
    from watchbot.collect.opml import read_opml, tables_of

    known_urls = {source.url for source in watch.sources}
    feeds = read_opml(data)
    new = [feed for feed in feeds if feed.url not in known_urls]
    tables = tables_of(new, taken=[source.id for source in watch.sources], day=moment.date().isoformat())
    for table in tables:
        append_source(watch.folder / "sources.toml", table)
    return [table["id"] for table in tables], [feed.url for feed in feeds if feed.url in known_urls]


def export_opml(watch: Watch, moment: datetime) -> str:
    """The watch's feeds as OPML 2.0."""
    from watchbot.collect.opml import write_opml

    return write_opml(watch.sources, title=watch.name, now=moment)
