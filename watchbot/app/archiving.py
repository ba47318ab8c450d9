"""The web archive: every issue that went out, as everyone may read it, as static pages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from watchbot.app.digesting import preview

if TYPE_CHECKING:
    from watchbot.config import Watch
    from watchbot.digest.model import Digest
    from watchbot.store import Store


def past_issues(watch: Watch, store: Store) -> list[Digest]:
    """Issues that went out, newest first, without a reader's preferences; those of editions that are no more are left out."""
    editions = {edition.id: edition for edition in watch.editions}
    found = [
        preview(watch, store, editions[edition], at, explain=False)
        for edition, _, at in store.issues.list()
        if edition in editions
    ]
    return [digest for digest in found if not digest.empty]


def write_web_archive(watch: Watch, store: Store, folder: Path, base: str = "") -> list[Path]:
    """Write the archive into a folder; returns the files that were new or changed (see `watchbot.digest.archive`)."""
    from watchbot.digest.archive import write_archive

    return write_archive(folder, past_issues(watch, store), base=base)
