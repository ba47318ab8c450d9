"""The deadlines of an issue as an iCalendar file."""

from __future__ import annotations

from watchbot.digest.model import Digest, DueLine
from watchbot.extract.calendar import calendar_bytes
from watchbot.model import Deadline


def render_calendar(digest: Digest) -> bytes:
    """The deadlines of an issue as iCalendar (RFC 5545): the same issue gives the same bytes."""
    return calendar_bytes(map(_deadline, digest.deadlines), digest.date, f"{digest.watch} – {digest.title}")


def _deadline(line: DueLine) -> Deadline:
    return Deadline(
        uid=line.id if "@" in line.id else f"{line.id}@watchbot",
        due=line.due,
        title=line.title,
        role=line.role,
        quote=line.quote or line.note or line.title,
        confidence=1.0,
        source_ids=(line.publisher,) if line.publisher else (),
        url=line.url,
        previous=line.previous,
        sequence=line.sequence,
    )
