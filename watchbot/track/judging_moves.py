"""Whether a move matters: order does not, another heading above a rule does."""

from __future__ import annotations

from watchbot.model import Edit
from watchbot.track.fold import folded
from watchbot.track.typography import NBSP, french
from watchbot.track.wording import excerpt, happened


def moved_reason(edit: Edit) -> tuple[bool, str]:
    """Whether a `moved` edit is substantive, and how it is told.

    A passage that goes to another section ("Critères impératifs" → "Recommandations") changes what it means, and so does a
    heading that moves without what it had under it; what only changes its place in its section does not.
    """
    if edit.label == "numérotation":
        return False, french(f"renumérotation : {edit.before} → {edit.after}")
    told = f"{happened(edit.label, 'déplacé')}{NBSP}: {excerpt(edit.after, 80)}"
    if edit.label == "section":
        return "\n" not in edit.after, told
    section = edit.before.rsplit(" › ", 1)[-1]
    if not section or not edit.path or folded(section) == folded(edit.path[-1]):
        return False, told
    return True, f"{told}, de {excerpt(section, 60)} à {excerpt(edit.path[-1], 60)}"
