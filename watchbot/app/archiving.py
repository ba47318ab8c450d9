"""The web archive: every issue that went out, as everyone may read it, as static pages."""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from watchbot.app.digesting import preview

if TYPE_CHECKING:
    from watchbot.config import Watch
    from watchbot.digest.model import Digest
    from watchbot.model import Edition
    from watchbot.store import Store


def past_issues(
    watch: Watch, store: Store, *, limit: int | None = None, known: MutableMapping[str, Digest] | None = None
) -> list[Digest]:
    """Issues that went out, newest first, without a reader's preferences; those of editions that are no more are left out.

    Args:
        watch: the watch.
        store: its database.
        limit: how many of the newest.
        known: digests of issues by name, which are taken from there and added to it.
    """
    editions = {edition.id: edition for edition in watch.editions}
    kept = {} if known is None else known
    found = []
    for edition, issue, at in [one for one in store.issues.list() if one[0] in editions][:limit]:
        if issue not in kept:
            kept[issue] = preview(watch, store, unabridged(editions[edition]), at, explain=False)
        found.append(kept[issue])
    return [digest for digest in found if not digest.empty]


def unabridged(edition: Edition) -> Edition:
    """The edition as the archive keeps it: what an issue left out to be read in so many minutes stands there."""
    if not edition.minutes:
        return edition
    return replace(edition, minutes=0, max_items=200, max_per_topic=50, max_deadlines=30, max_changes=30)


def write_web_archive(watch: Watch, store: Store, folder: Path, base: str = "") -> list[Path]:
    """Write the archive into a folder; returns the files that were new or changed (see `watchbot.digest.archive`)."""
    from watchbot.digest.archive import write_archive

    return write_archive(folder, past_issues(watch, store), base=base)
