"""A change as plain text: what moved, why it matters, before and after."""

from __future__ import annotations

import re

from watchbot.french_dates import paris_day, written_date
from watchbot.model import Change, Edit
from watchbot.track.fold import folded
from watchbot.track.typography import NBSP, french, shortened
from watchbot.track.wording import is_feminine
from watchbot.track.words import word_runs

EVENTS = {
    "edited": "Document modifié",
    "new": "Nouvelle fiche",
    "renewed": "Enregistrement renouvelé",
    "block-modified": "Bloc de compétences modifié",
    "expired": "Enregistrement expiré",
    "expiring": "Enregistrement bientôt expiré",
    "withdrawn": "Fiche retirée",
    "moved-deadline": "Échéance déplacée",
    "list": "Liste annuelle modifiée",
}
_RECORD = re.compile(r"(?:RS|RNCP)\d+")
OPERATIONS = {"added": "Ajouté", "removed": "Supprimé", "edited": "Modifié", "moved": "Déplacé", "renamed": "Renommé"}
_FEMININE = {
    "added": "Ajoutée",
    "removed": "Supprimée",
    "edited": "Modifiée",
    "moved": "Déplacée",
    "renamed": "Renommée",
}


def event_name(change: Change) -> str:
    """What happened, in French: `Enregistrement renouvelé`; for an edited record, `Fiche modifiée`."""
    if change.event == "edited" and _RECORD.fullmatch(change.key):
        return "Fiche modifiée"
    return EVENTS.get(change.event, "Modification")


def operation_name(edit: Edit) -> str:
    """What happened to a passage, with its name: `Critère 12 ajouté`, `Section renommée`."""
    verb = (_FEMININE if is_feminine(edit.label) else OPERATIONS).get(edit.op, edit.op)
    label = french(edit.label)
    return f"{label[:1].upper()}{label[1:]} {verb.lower()}" if label else verb


def place_of(edit: Edit, change: Change) -> str:
    """Where the passage stands (`Critères impératifs › Énergie`), without the document's own title."""
    path = [step for step in edit.path if folded(step) != folded(change.title)]
    return french(" › ".join(shortened(step, 80) for step in path))


def text_of_change(change: Change, *, max_edits: int = 50, max_length: int = 600) -> str:
    """Render a change as plain text in French.

    Args:
        change: What to render.
        max_edits: Edits beyond this many are counted, not shown.
        max_length: A longer side of an edit is cut.
    """
    lines = [f"{french(change.title)}", f"{event_name(change)} – modification {change.significance.value}"]
    lines[1] += f", détectée le {written_date(paris_day(change.detected_at))}"
    if change.due:
        lines.append(f"Date à retenir{NBSP}: {written_date(change.due)}")
    lines.extend(f"• {reason}" for reason in change.reasons)
    for edit in change.edits[:max_edits]:
        lines.extend(("", *_edit_lines(edit, change, max_length)))
    if len(change.edits) > max_edits:
        lines.extend(("", f"… et {len(change.edits) - max_edits} autres passages modifiés"))
    if change.url:
        lines.extend(("", change.url))
    return "\n".join(lines) + "\n"


def _edit_lines(edit: Edit, change: Change, limit: int) -> list[str]:
    place = place_of(edit, change)
    lines = [f"{operation_name(edit)}{f' ({place})' if place else ''}"]
    if edit.op == "moved":
        return [*lines, *(f"  {line}" for line in shortened(french(edit.after), limit).split("\n"))]
    if edit.op in {"edited", "renamed"}:
        return [*lines, f"  {shortened(marked_words(edit.before, edit.after), 2 * limit)}"]
    sign = "+" if edit.op == "added" else "−"
    body = shortened(french(edit.after or edit.before), limit)
    return [*lines, *(f"  {sign} {line}" for line in body.split("\n"))]


def marked_words(before: str, after: str) -> str:
    """One text with what went in `[−…−]` and what came in `{+…+}` (as GNU wdiff marks words)."""
    pieces = []
    for run in word_runs(french(before), french(after)):
        if run.op == "same":
            pieces.append(run.after)
            continue
        if run.before:
            pieces.append(_bracketed("[−", run.before, "−]"))
        if run.after:
            pieces.append(_bracketed("{+", run.after, "+}"))
    return "".join(pieces).rstrip(" ")


def _bracketed(opening: str, text: str, closing: str) -> str:
    """The words in their marks, spaces outside."""
    core = text.strip(" \u00a0")
    lead, trail = text[: len(text) - len(text.lstrip(" \u00a0"))], text[len(text.rstrip(" \u00a0")) :]
    return f"{lead}{opening}{core}{closing}{trail or (' ' if not lead else '')}" if core else text
