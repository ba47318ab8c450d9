"""Two versions of a tracked document in, a change out (or none)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, datetime

from watchbot.french_dates import paris_day
from watchbot.model import Change, Edit, FoundDocument, NormalisedDocument, Significance, Snapshot
from watchbot.track.compare import compare
from watchbot.track.normalise import normalise_document
from watchbot.track.significance import FactReader, Judgement, judge
from watchbot.track.typography import NBSP, grouped, plural
from watchbot.track.windows import windows

MAX_EDITS = 300
_VANISHED_SHARE = 0.1
_VANISHED_FROM = 1_000


def document_change(
    before: Snapshot | None,
    after: Snapshot,
    detected_at: datetime,
    *,
    topics: Sequence[str] = (),
    read_facts: FactReader | None = None,
    edits: Sequence[Edit] | None = None,
) -> Change | None:
    """Say what changed from one version to the next.

    Args:
        before: The version before, or None for a reference seen for the first time, which is no change.
        after: The version now.
        detected_at: When it was found out, aware.
        topics: Topics that the source stands for, carried into the change.
        read_facts: How facts are read from a text; `extract.facts.extract_facts` unless given.
        edits: What `compare` finds between the two, if that was done already.

    Returns:
        The change, or None when the versions differ in nothing that counts (see `compare`).
    """
    if before is None:
        return None
    if edits is None:
        edits = compare(before.text, after.text)
    edits = [part for edit in edits for part in windows(edit)]
    if not edits:
        return None
    judgement = _vanishing(before, after) or judge(edits, read_facts)
    reasons = judgement.reasons
    if len(edits) > MAX_EDITS:
        reasons = (
            *reasons,
            f"{plural(len(edits) - MAX_EDITS, 'autre modification', 'autres modifications')} non détaillées",
        )
    return Change(
        id=change_id(after.source_id, after.key, "edited", before.digest, after.digest),
        source_id=after.source_id,
        key=after.key,
        title=after.title or before.title,
        url=after.url,
        event="edited",
        detected_at=detected_at,
        significance=judgement.significance,
        reasons=reasons,
        edits=tuple(edits[:MAX_EDITS]),
        before_id=before.id,
        after_id=after.id,
        topics=tuple(topics),
        due=_still_ahead(judgement.due, paris_day(detected_at)),
    )


def restored(before: Snapshot, after: Snapshot, detected_at: datetime, topics: Sequence[str] = ()) -> Change:
    """The change to tell when a document that had vanished is back word for word."""
    return Change(
        id=change_id(after.source_id, after.key, "restored", before.digest, after.digest),
        source_id=after.source_id,
        key=after.key,
        title=after.title,
        url=after.url,
        event="edited",
        detected_at=detected_at,
        significance=Significance.EDITORIAL,
        reasons=("contenu rétabli à l’identique après une interruption",),
        edits=(Edit(op="added", path=(), after=after.text[:200], label="passage"),),
        before_id=before.id,
        after_id=after.id,
        topics=tuple(topics),
    )


def has_vanished(before: str, after: str) -> bool:
    """Whether nearly all of a text is gone: rather a page under maintenance, or moved, than an edited one."""
    return len(before) >= _VANISHED_FROM and len(after) < _VANISHED_SHARE * len(before)


def _vanishing(before: Snapshot, after: Snapshot) -> Judgement | None:
    if not has_vanished(before.text, after.text):
        return None
    sizes = f"{grouped(len(before.text))} → {plural(len(after.text), 'caractère')}"
    reason = f"contenu presque disparu ({sizes}){NBSP}: page vidée, déplacée ou en maintenance{NBSP}?"
    return Judgement(Significance.SUBSTANTIVE, (reason,))


def _still_ahead(due: date | None, today: date) -> date | None:
    return due if due is not None and due >= today else None


def change_id(source_id: str, key: str, event: str, before: str, after: str) -> str:
    """The id of a change: 16 hexadecimal digits of the SHA-256 of what makes it this change and no other."""
    return hashlib.sha256("\x1f".join((source_id, key, event, before, after)).encode()).hexdigest()[:16]


def renormalised(snapshot: Snapshot, raw: bytes) -> NormalisedDocument:
    """A stored version read anew by today's rules (for `store.snapshots.record`)."""
    document = FoundDocument(
        key=snapshot.key,
        url=snapshot.url,
        title=snapshot.title,
        content_type=snapshot.content_type,
        raw=raw,
        meta={"charset": "utf-8"} if snapshot.content_type == "text/html" else {},
    )
    return normalise_document(document)
