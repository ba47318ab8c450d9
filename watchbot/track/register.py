"""Events of register records: new, renewed, edited, block modified, expiring, expired, withdrawn."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from watchbot.model import Change, Edit, Record, Significance
from watchbot.store.records import record_json
from watchbot.track.document import change_id
from watchbot.track.record_fields import block_edits, field_edits, is_minor
from watchbot.track.significance import FactReader, judge
from watchbot.track.typography import NBSP, french, numeric_date
from watchbot.track.validity import days_left, disagreement, remaining, threshold_reached
from watchbot.track.wording import excerpt

RECENT_DAYS = 60
"""A registration found to have ended longer ago than this was no news, unless its date was just changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """What events of one register have in common: their source, when they were found out, and the topics they bear on."""

    source_id: str
    detected_at: datetime
    topics: Sequence[str] = ()
    read_facts: FactReader | None = None


def record_changes(
    before: Record | None,
    after: Record | None,
    today: date,
    register: Register,
    *,
    first_load: bool = False,
    before_id: int | None = None,
    after_id: int | None = None,
) -> tuple[Change, ...]:
    """The events between two sights of one record.

    Args:
        before: The record as last seen; None if it never was.
        after: The record now; None if the register no longer lists it.
        today: The day in France.
        register: What the events have in common.
        first_load: The register is read for the first time: its records are not "new", and those long ended no news.
        before_id: The stored version of `before`, for the events to point at.
        after_id: The stored version of `after`.
    """
    if after is None:
        return (_withdrawn(before, today, register, before_id),) if before is not None else ()
    made = _Events(before, after, today, register, before_id, after_id)
    if before is None:
        if not first_load:
            made.add(
                "new",
                Significance.SUBSTANTIVE,
                [f"nouvelle fiche au répertoire{NBSP}: {remaining(after, today)}"],
                due=after.expires,
            )
    else:
        _add_differences(made, before, after)
        _add_expiry(made, before, after)
    _add_expiring(made, after)
    return tuple(made.changes)


def register_changes(
    before: Mapping[str, Record], after: Mapping[str, Record], today: date, register: Register, *, complete: bool = True
) -> tuple[Change, ...]:
    """The events between two sights of a whole register (records by number), most pressing first.

    With nothing in `before` it is the first load. With `complete` false, records missing from `after` are not withdrawn.
    """
    first_load = not before
    numbers = [*after, *(number for number in before if complete and number not in after)]
    changes = [
        change
        for number in numbers
        for change in record_changes(before.get(number), after.get(number), today, register, first_load=first_load)
    ]
    return tuple(sorted(changes, key=lambda change: (change.due or date.max, change.key, change.event)))


class _Events:
    """The changes of one record under construction."""

    def __init__(
        self,
        before: Record | None,
        after: Record,
        today: date,
        register: Register,
        before_id: int | None,
        after_id: int | None,
    ) -> None:
        self.changes: list[Change] = []
        self.today = today
        self.register = register
        self._after = after
        self._ids = (before_id, after_id)
        self._digests = (record_digest(before) if before else "", record_digest(after))
        self._odd = disagreement(after, today)

    def add(
        self,
        event: str,
        significance: Significance,
        reasons: Sequence[str],
        *,
        edits: Sequence[Edit] = (),
        due: date | None = None,
        once_for: tuple[str, str] | None = None,
    ) -> None:
        """Add an event. `once_for` replaces the digests in its id, for what is to be told once whatever else changes."""
        told = [*reasons, self._odd] if self._odd else list(reasons)
        first, second = once_for or self._digests
        self.changes.append(
            Change(
                id=change_id(self.register.source_id, self._after.number, event, first, second),
                source_id=self.register.source_id,
                key=self._after.number,
                title=record_title(self._after),
                url=self._after.url,
                event=event,
                detected_at=self.register.detected_at,
                significance=significance,
                reasons=tuple(told),
                edits=tuple(edits),
                before_id=self._ids[0],
                after_id=self._ids[1],
                topics=tuple(self.register.topics),
                due=due,
            )
        )


def record_digest(record: Record) -> str:
    """The SHA-256 of a record's canonical JSON, in hexadecimal."""
    return hashlib.sha256(record_json(record).encode()).hexdigest()


def record_title(record: Record) -> str:
    """The number and the title: `RS6456 – Déployer une démarche écoresponsable…`."""
    return french(f"{record.number} – {record.title}") if record.title else record.number


def _withdrawn(before: Record, today: date, register: Register, before_id: int | None) -> Change:
    made = _Events(None, before, today, register, None, None)
    made.add(
        "withdrawn",
        Significance.SUBSTANTIVE,
        [f"fiche absente du répertoire, où elle figurait encore{NBSP}: {remaining(before, today)}"],
        due=before.expires,
        once_for=(record_digest(before), ""),
    )
    return replace(made.changes[0], before_id=before_id)


def _add_differences(made: _Events, before: Record, after: Record) -> None:
    blocks = block_edits(before, after)
    if blocks:
        made.add("block-modified", Significance.SUBSTANTIVE, [_block_reason(edit) for edit in blocks], edits=blocks)
    fields = field_edits(before, after)
    # What else a renewal changes (decision, publication…) is told with it, not beside it.
    if fields and not _is_renewed(before, after):
        significance, reasons = _judged_fields(fields, made.register)
        made.add("edited", significance, reasons, edits=fields)
    if before.active and after.active is False:
        made.add(
            "withdrawn", Significance.SUBSTANTIVE, [f"fiche désormais inactive (ACTIF{NBSP}: non)"], due=after.expires
        )
    elif before.active is False and after.active:
        made.add(
            "edited",
            Significance.SUBSTANTIVE,
            [f"fiche de nouveau active (ACTIF{NBSP}: oui)"],
            due=after.expires,
            once_for=("reactivated", record_digest(after)),
        )


def _block_reason(edit: Edit) -> str:
    if edit.op == "edited":
        return french(f"bloc modifié ({edit.path[-1]}) : {excerpt(edit.before, 90)} → {excerpt(edit.after, 90)}")
    verb = "ajouté" if edit.op == "added" else "supprimé"
    return french(f"bloc {verb} ({edit.path[-1]}) : {excerpt(edit.after or edit.before)}")


def _is_renewed(before: Record, after: Record) -> bool:
    return (
        after.expires is not None
        and (before.expires is None or after.expires > before.expires)
        and before.expires != after.expires
    )


def _judged_fields(fields: Sequence[Edit], register: Register) -> tuple[Significance, tuple[str, ...]]:
    """Fields of record keeping are editorial; the others are judged as any edit."""
    telling = [edit for edit in fields if not is_minor(edit)]
    judgement = judge(telling or fields, register.read_facts)
    return (judgement.significance if telling else Significance.EDITORIAL), judgement.reasons


def _add_expiry(made: _Events, before: Record, after: Record) -> None:
    """Renewal, another end date, or the end itself."""
    if before.expires != after.expires:
        days = _day(before.expires), _day(after.expires)
        moved = f"échéance {days[0] or '(aucune)'} → {days[1] or '(aucune)'}"
        edits = [Edit(op="edited", path=(), before=days[0], after=days[1], label="champ Fin d’enregistrement")]
        if _is_renewed(before, after):
            fields = field_edits(before, after)
            telling = [edit for edit in fields if not is_minor(edit)]
            reasons = [moved, *(judge(telling, made.register.read_facts).reasons if telling else ())]
            made.add(
                "renewed", Significance.SUBSTANTIVE, reasons, edits=[*edits, *fields], due=after.expires, once_for=days
            )
        else:
            told = "fin d’enregistrement avancée" if after.expires else "plus de date de fin d’enregistrement"
            made.add("edited", Significance.SUBSTANTIVE, [moved, told], edits=edits, due=after.expires, once_for=days)
    left = days_left(after, made.today)
    if left is not None and left < 0 and (before.expires != after.expires or -left <= RECENT_DAYS):
        reason = f"l’enregistrement {remaining(after, made.today)}"
        made.add("expired", Significance.SUBSTANTIVE, [reason], due=after.expires, once_for=("", _day(after.expires)))


def _add_expiring(made: _Events, after: Record) -> None:
    threshold = threshold_reached(after, made.today)
    if threshold is not None:
        reason = f"l’enregistrement {remaining(after, made.today)}"
        made.add(
            "expiring",
            Significance.SUBSTANTIVE,
            [reason],
            due=after.expires,
            once_for=(str(threshold), _day(after.expires)),
        )


def _day(day: date | None) -> str:
    return numeric_date(day) if day else ""
