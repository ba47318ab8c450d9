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
_EXTRA = {
    "activites_visees": "Activités visées",
    "capacites_attestees": "Capacités attestées",
    "secteurs_activite": "Secteurs d’activité",
    "type_emploi_accessibles": "Emplois accessibles",
    "objectifs_contexte": "Objectifs et contexte",
    "reglementations_activites": "Réglementation de l’activité",
    "prerequis_entree_formation": "Prérequis à l’entrée en formation",
    "prerequis_validation": "Prérequis à la validation",
    "etat_fiche": "État de la fiche",
    "date_dernier_jo": "Dernière publication au JO",
    "date_limite_delivrance": "Date limite de délivrance",
    "duree_enregistrement": "Durée d’enregistrement",
    "validation_partielle": "Validation partielle",
    "voies_acces": "Voies d’accès",
    "sirets": "SIRET des certificateurs",
    "partenaires": "Nombre de partenaires",
}
_UNTOLD = frozenset({"id_fiche", "date_publication", "existence_partenaires"})
_BLOCK = "bloc:"
MINOR = frozenset(
    {"Dernière publication au JO", "SIRET des certificateurs", "Nombre de partenaires", "État de la fiche", "Décision"}
)
"""Fields of record keeping: alone, their change is editorial."""
_OTHER_FORM = 3


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
        **{_extra_name(key): _plain(value) for key, value in sorted(record.extra.items()) if _is_field(key)},
    }
    return {name: canonical(" ".join(value.split())) for name, value in fields.items() if value.strip()}


def _is_field(key: str) -> bool:
    return key not in _UNTOLD and not key.startswith(_BLOCK)


def _extra_name(key: str) -> str:
    return _EXTRA.get(key, key.replace("_", " ").capitalize())


def _coded(pairs: Sequence[tuple[str, str]]) -> str:
    return " ; ".join(sorted(f"{code} {label}".strip() for code, label in pairs))


def _plain(value: str) -> str:
    """A long text of the export, which carries HTML, as plain text."""
    return unescape(_TAG.sub(" ", value)) if "<" in value or "&" in value else value


def field_edits(before: Record, after: Record) -> list[Edit]:
    """One edit for each field that differs, end of registration, flag and blocks apart (they are events of their own).

    The CSV and XML exports do not give the same further fields. When several came or went at once, the export's form
    changed and not the record: only fields that both have are then compared.
    """
    old, new = record_fields(before), record_fields(after)
    keys = {key for key in before.extra if _is_field(key)}, {key for key in after.extra if _is_field(key)}
    one_sided = {_extra_name(key) for key in keys[0] ^ keys[1]}
    left_out = one_sided if len(one_sided) >= _OTHER_FORM else set()
    edits = []
    for name in dict.fromkeys((*old, *new)):
        was, now = old.get(name, ""), new.get(name, "")
        if name in _APART or name in left_out or folded(was) == folded(now):
            continue
        op = "edited" if was and now else "added" if now else "removed"
        edits.append(Edit(op=op, path=(), before=was, after=now, label=f"champ {name}"))
    return edits


def is_minor(edit: Edit) -> bool:
    """Whether an edit is of a field of record keeping."""
    return edit.label.removeprefix("champ ") in MINOR


def block_edits(before: Record, after: Record) -> list[Edit]:
    """One edit for each block of competence that came, went or was reworded; the block's code is its path."""
    old, new = _blocks(before), _blocks(after)
    edits = []
    for code in dict.fromkeys((*old, *new)):
        was, now = old.get(code, ("", "")), new.get(code, ("", ""))
        same_skills = not was[1] or not now[1] or folded(was[1]) == folded(now[1])
        if code in old and code in new and folded(was[0]) == folded(now[0]) and same_skills:
            continue
        op = "edited" if code in old and code in new else "added" if code in new else "removed"
        sides = (was[0], now[0]) if same_skills or op != "edited" else (" – ".join(was), " – ".join(now))
        edits.append(Edit(op=op, path=(code,), before=sides[0], after=sides[1], label="bloc"))
    return edits


def _blocks(record: Record) -> dict[str, tuple[str, str]]:
    """By code, the title of each block and, where the export gives them, its competences."""
    return {
        block.code: tuple(
            canonical(" ".join(_plain(text).split()))
            for text in (block.title, record.extra.get(f"{_BLOCK}{block.code}", ""))
        )  # type: ignore[misc]
        for block in record.blocks
    }


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
