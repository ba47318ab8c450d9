"""A register record as named fields: what is compared, stored as a version and shown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape

from watchbot.model import Edit, NormalisedDocument, Record
from watchbot.store.records import record_json
from watchbot.track.fold import folded
from watchbot.track.normalise import NORMALISER, text_digest
from watchbot.track.typography import canonical, numeric_date

CONTENT_TYPE = "application/x-register-record+json"
_TAG = re.compile(r"<[^>]{0,2000}>")
_APART = frozenset({"Fin d’enregistrement", "Active"})


def record_fields(record: Record) -> dict[str, str]:
    """The fields of a record by their French name, blocks of competence left out; empty ones too."""
    fields = {
        "Intitulé": record.title,
        "Abrégé": record.short_title,
        "Certificateurs": " ; ".join(sorted(record.certifiers)),
        "Niveau": record.level,
        "Active": {True: "oui", False: "non", None: ""}[record.active],
        "Type d’enregistrement": record.registration,
        "Décision": numeric_date(record.decided) if record.decided else "",
        "Date d’effet": numeric_date(record.effective) if record.effective else "",
        "Fin d’enregistrement": numeric_date(record.expires) if record.expires else "",
        "Formacodes": _coded(record.formacodes),
        "Codes ROME": _coded(record.rome),
        "Codes NSF": _coded(record.nsf),
        "Remplace": " ; ".join(sorted(record.replaces)),
        "Remplacée par": " ; ".join(sorted(record.replaced_by)),
        **{name.replace("_", " ").capitalize(): _plain(value) for name, value in sorted(record.extra.items())},
    }
    return {name: canonical(" ".join(value.split())) for name, value in fields.items() if value.strip()}


def _coded(pairs: Sequence[tuple[str, str]]) -> str:
    return " ; ".join(sorted(f"{code} {label}".strip() for code, label in pairs))


def _plain(value: str) -> str:
    """A long text of the export, which carries HTML, as plain text."""
    return unescape(_TAG.sub(" ", value)) if "<" in value or "&" in value else value


def field_edits(before: Record, after: Record) -> list[Edit]:
    """One edit for each field that differs, end of registration, flag and blocks apart (they are events of their own)."""
    old, new = record_fields(before), record_fields(after)
    edits = []
    for name in dict.fromkeys((*old, *new)):
        was, now = old.get(name, ""), new.get(name, "")
        if name in _APART or folded(was) == folded(now):
            continue
        op = "edited" if was and now else "added" if now else "removed"
        edits.append(Edit(op=op, path=(), before=was, after=now, label=f"champ {name}"))
    return edits


def block_edits(before: Record, after: Record) -> list[Edit]:
    """One edit for each block of competence that came, went or was reworded; the block's code ends the path."""
    old = {block.code: canonical(block.title) for block in before.blocks}
    new = {block.code: canonical(block.title) for block in after.blocks}
    edits = []
    for code in dict.fromkeys((*old, *new)):
        was, now = old.get(code, ""), new.get(code, "")
        if folded(was) == folded(now) and (code in old) == (code in new):
            continue
        op = "edited" if code in old and code in new else "added" if code in new else "removed"
        edits.append(Edit(op=op, path=(code,), before=was, after=now, label="bloc"))
    return edits


def normalise_record(record: Record) -> tuple[NormalisedDocument, bytes]:
    """A record as a version to store: its normalised text (one row a field) and its canonical JSON."""
    title = canonical(f"{record.number} – {record.title}")
    lines = [f"# {title}", "|= Champ | Valeur |"]
    lines += [f"| {name} | {value.replace('|', '¦')} |" for name, value in record_fields(record).items()]
    if record.blocks:
        lines += ["## Blocs de compétences", "|= Code | Intitulé |"]
        lines += [
            f"| {block.code} | {canonical(' '.join(block.title.split())).replace('|', '¦')} |"
            for block in record.blocks
        ]
    text = "\n".join(lines)
    normalised = NormalisedDocument(
        key=record.number,
        url=record.url,
        title=title,
        content_type=CONTENT_TYPE,
        text=text,
        digest=text_digest(text),
        normaliser=NORMALISER,
    )
    return normalised, record_json(record).encode()
