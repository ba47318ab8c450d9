"""A change as a file to cite: before, after, difference and proofs in one zip, the same bytes every time."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

from watchbot import __version__
from watchbot.errors import UsageError
from watchbot.french_dates import paris_day, written_date
from watchbot.model import Change, Snapshot
from watchbot.track.render import html_of_change
from watchbot.track.render_text import text_of_change
from watchbot.track.typography import NBSP, french

if TYPE_CHECKING:
    from watchbot.store import Store

_EXTENSIONS = {"text/html": "html", "application/pdf": "pdf", "text/plain": "txt"}
_EPOCH = (1980, 1, 1, 0, 0, 0)


def export_change(store: Store, change: str) -> tuple[str, bytes]:
    """The zip of a change by its id (or the beginning of it), with a file name to save it under.

    Raises:
        UsageError: No change has this id.
    """
    found = store.changes.get(change)
    if found is None:
        raise UsageError(f"no change has the id {change!r}; `watchbot changes` lists them")
    return f"changement-{found.id}.zip", change_zip(found, _side(store, found.before_id), _side(store, found.after_id))


def _side(store: Store, snapshot_id: int | None) -> tuple[Snapshot, bytes] | None:
    snapshot = store.snapshots.get(snapshot_id) if snapshot_id is not None else None
    return (snapshot, store.snapshots.raw(snapshot.id)) if snapshot is not None else None


def change_zip(change: Change, before: tuple[Snapshot, bytes] | None, after: tuple[Snapshot, bytes] | None) -> bytes:
    """Pack a change with the two versions it lies between (each with its raw bytes; None where there is none).

    The zip holds `avant/` and `apres/` (the file as fetched and its normalised text), `diff.html`, `diff.txt`,
    `metadata.json` (with the SHA-256 of every other file) and `LISEZMOI.txt`.
    """
    contents: dict[str, bytes] = {}
    for folder, side in (("avant", before), ("apres", after)):
        if side is not None:
            snapshot, raw = side
            contents[f"{folder}/original.{_EXTENSIONS.get(snapshot.content_type, 'json')}"] = raw
            contents[f"{folder}/texte.txt"] = (snapshot.text + "\n").encode()
    contents["diff.html"] = _page(change).encode()
    contents["diff.txt"] = text_of_change(change, max_edits=10_000, max_length=20_000).encode()
    contents["LISEZMOI.txt"] = _readme(change).encode()
    metadata = _metadata(change, before, after, contents)
    contents["metadata.json"] = (json.dumps(metadata, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()
    return _zip(contents)


def _zip(contents: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in sorted(contents):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            # The same on every system: made on Unix, readable by all.
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, contents[name], compresslevel=9)
    return target.getvalue()


def _metadata(
    change: Change,
    before: tuple[Snapshot, bytes] | None,
    after: tuple[Snapshot, bytes] | None,
    contents: dict[str, bytes],
) -> dict[str, Any]:
    return {
        "change": {
            "id": change.id,
            "source": change.source_id,
            "key": change.key,
            "title": change.title,
            "url": change.url,
            "event": change.event,
            "detected_at": change.detected_at.isoformat(),
            "significance": change.significance.value,
            "reasons": list(change.reasons),
            "due": change.due.isoformat() if change.due else None,
            "edits": [
                {
                    "op": edit.op,
                    "label": edit.label,
                    "path": list(edit.path),
                    "before": edit.before,
                    "after": edit.after,
                }
                for edit in change.edits
            ],
        },
        "before": _version(before),
        "after": _version(after),
        "files": {
            name: {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
            for name, data in sorted(contents.items())
        },
        "made_by": f"watchbot {__version__}",
    }


def _version(side: tuple[Snapshot, bytes] | None) -> dict[str, Any] | None:
    if side is None:
        return None
    snapshot, raw = side
    return {
        "version": snapshot.version,
        "url": snapshot.url,
        "title": snapshot.title,
        "content_type": snapshot.content_type,
        "first_seen": snapshot.first_seen.isoformat(),
        "last_seen": snapshot.last_seen.isoformat(),
        "normalised_sha256": snapshot.digest,
        "raw_sha256": hashlib.sha256(raw).hexdigest(),
    }


def _page(change: Change) -> str:
    title = french(change.title).replace("&", "&amp;").replace("<", "&lt;")
    body = html_of_change(change, heading=1, max_edits=10_000)
    return f'<!DOCTYPE html>\n<html lang="fr">\n<head><meta charset="utf-8"><title>{title}</title></head>\n<body>\n{body}\n</body>\n</html>\n'


def _readme(change: Change) -> str:
    return (
        f"{french(change.title)}\n{change.url}\n\n"
        f"Modification {change.significance.value} constatée le {written_date(paris_day(change.detected_at))}.\n\n"
        f"avant/ et apres/{NBSP}: le document tel que reçu (original) et son texte sans habillage (texte.txt)\n"
        f"diff.html, diff.txt{NBSP}: ce qui a changé\n"
        f"metadata.json{NBSP}: adresses, dates de consultation et empreintes SHA-256 de chaque fichier\n"
    )
