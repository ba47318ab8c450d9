"""France compétences' CSV export: a table of records and sister tables, joined by `Numero_Fiche`.

Two passes over files that are read row by row: the first finds which records are watched, the second keeps the rows of
those alone. Memory is that of the watched records, not of the export.
Format: the columns of the export on data.gouv.fr, separator `;`, UTF-8 (older ones windows-1252).
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from watchbot.collect.clean import tidy
from watchbot.collect.register_archive import Entry
from watchbot.collect.register_fields import active_flag, day, record_url
from watchbot.collect.register_match import Watch, canonical_number, numbers_in
from watchbot.errors import ParseError
from watchbot.extract.folding import unaccented
from watchbot.model import CompetenceBlock, Record

_FIELD_LIMIT = 5_000_000
# The word in a table's file name that tells which it is; in this order, since "certification" is in several names.
_TABLES = (
    "standard",
    "ancienne",
    "certificateurs",
    "formacode",
    "rome",
    "nsf",
    "blocs",
    "voix",
    "voies",
    "ccn",
    "partenaires",
)
_TELLING = {
    "id_fiche": "standard",
    "formacode_code": "formacode",
    "codes_rome_code": "rome",
    "nsf_code": "nsf",
    "nom_certificateur": "certificateurs",
    "bloc_competences_code": "blocs",
    "ancienne_certification": "ancienne",
    "si_jury": "voies",
    "nom_partenaire": "partenaires",
}
_KEPT = ("certificateurs", "formacode", "rome", "nsf", "blocs", "ancienne", "voies")

Row = Mapping[str, str]


@dataclass(slots=True)
class _Rows:
    """The rows kept, by table and number of the record."""

    standard: dict[str, Row] = field(default_factory=dict)
    sisters: dict[str, dict[str, list[Row]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))


def read_tables(entries: Sequence[Entry], watch: Watch, url: str) -> Iterator[Record]:
    """The watched records of a CSV export, in its order.

    Raises:
        ParseError: There is no table of records among the files (reason `not-a-register`).
    """
    tables = _tables(entries)
    if "standard" not in tables:
        raise ParseError(
            f"{url}: no table with Numero_Fiche and Intitule among its files", url=url, reason="not-a-register"
        )
    wanted = None if watch.everything else _watched(tables, watch)
    rows = _Rows()
    for row in read_rows(tables["standard"]):
        number = canonical_number(row.get("numero_fiche", ""))
        if number and watch.takes_register(number) and (wanted is None or number in wanted):
            rows.standard[number] = row
    for table in _KEPT:
        for row in read_rows(tables[table]) if table in tables else ():
            number = canonical_number(row.get("numero_fiche", ""))
            if number in rows.standard:
                rows.sisters[table][number].append(row)
    for number, row in rows.standard.items():
        yield _record(number, row, {table: found[number] for table, found in rows.sisters.items() if number in found})


def read_rows(entry: Entry) -> Iterator[Row]:
    """The rows of one table, by column name in lower case; a row that is too short or too long is read as far as it goes."""
    csv.field_size_limit(_FIELD_LIMIT)
    encoding = _encoding(entry)
    with entry.open() as stream:
        text = io.TextIOWrapper(stream, encoding=encoding, errors="replace", newline="")
        lines = (line.replace("\0", "") for line in text)
        head = next(lines, "").lstrip("\ufeff")
        separator = max(";,\t|", key=head.count)
        columns = [_fold(name) for name in next(csv.reader([head], delimiter=separator), [])]
        for values in csv.reader(lines, delimiter=separator):
            yield {name: tidy(value) for name, value in zip(columns, values, strict=False) if value}


def _tables(entries: Sequence[Entry]) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for entry in entries:
        name = _fold(entry.name)
        table = next((one for one in _TABLES if one in name), None) if name.endswith(".csv") else None
        table = table or _told_by_head(entry)
        if table:
            found.setdefault("voies" if table == "voix" else table, entry)
    return found


def _told_by_head(entry: Entry) -> str | None:
    with entry.open() as stream:
        head = stream.read(2_000).decode("utf-8", "replace").lstrip("\ufeff").splitlines()[:1]
    columns = {_fold(name.strip('" ')) for name in head[0].replace(",", ";").split(";")} if head else set()
    if "numero_fiche" not in columns:
        return None
    if {"intitule", "actif"} <= columns:
        return "standard"
    return next((table for column, table in _TELLING.items() if column in columns), None)


def _watched(tables: Mapping[str, Entry], watch: Watch) -> set[str]:
    """The numbers of the records that some filter takes."""
    wanted = set(watch.numbers)

    def add(table: str, test: object, *columns: str) -> None:
        if table not in tables:
            return
        for row in read_rows(tables[table]):
            if callable(test) and test(*(row.get(column, "") for column in columns)):
                wanted.add(canonical_number(row.get("numero_fiche", "")))

    if watch.formacodes:
        add("formacode", lambda code: code in watch.formacodes, "formacode_code")
    if watch.rome:
        add("rome", lambda code: code in watch.rome, "codes_rome_code")
    if watch.certifiers:
        add("certificateurs", watch.takes_certifier, "nom_certificateur", "siret_certificateur")
    if watch.words:
        add("standard", watch.takes_text, "intitule", "abrege_intitule")
        add("blocs", watch.takes_text, "bloc_competences_libelle")
    return wanted


def _record(number: str, row: Row, sisters: Mapping[str, Sequence[Row]]) -> Record:
    def pairs(table: str, code: str, label: str) -> tuple[tuple[str, str], ...]:
        found = {one[code]: one.get(label, "") for one in sisters.get(table, ()) if one.get(code)}
        return tuple(found.items())

    bodies = sisters.get("certificateurs", ())
    chain = sisters.get("ancienne", ())
    extra = {
        "sirets": ", ".join(
            dict.fromkeys(one["siret_certificateur"] for one in bodies if one.get("siret_certificateur"))
        ),
        "voies_acces": "\n".join(
            dict.fromkeys(one["si_jury"] for one in sisters.get("voies", ()) if one.get("si_jury"))
        ),
        "date_dernier_jo": row.get("date_dernier_jo", ""),
        "validation_partielle": row.get("validation_partielle", ""),
        "id_fiche": row.get("id_fiche", ""),
    }
    return Record(
        number=number,
        title=row.get("intitule", ""),
        short_title=row.get("abrege_libelle") or row.get("abrege_intitule", ""),
        certifiers=tuple(dict.fromkeys(one["nom_certificateur"] for one in bodies if one.get("nom_certificateur"))),
        level=row.get("nomenclature_europe_niveau", ""),
        active=active_flag(row.get("actif", "")),
        registration=row.get("type_enregistrement", ""),
        decided=day(row.get("date_decision", "")),
        effective=day(row.get("date_effet", "")),
        expires=day(row.get("date_fin_enregistrement", "")),
        formacodes=pairs("formacode", "formacode_code", "formacode_libelle"),
        rome=pairs("rome", "codes_rome_code", "codes_rome_libelle"),
        nsf=pairs("nsf", "nsf_code", "nsf_intitule"),
        blocks=tuple(
            CompetenceBlock(code=code, title=title)
            for code, title in sorted(pairs("blocs", "bloc_competences_code", "bloc_competences_libelle"))
        ),
        replaces=tuple(dict.fromkeys(n for one in chain for n in numbers_in(one.get("ancienne_certification", "")))),
        replaced_by=tuple(dict.fromkeys(n for one in chain for n in numbers_in(one.get("nouvelle_certification", "")))),
        url=record_url(number),
        extra={name: value for name, value in extra.items() if value},
    )


def _encoding(entry: Entry) -> str:
    """UTF-8, unless the beginning of the table is not."""
    with entry.open() as stream:
        head = stream.read(200_000)
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        # A character cut by the end of the sample is no fault.
        return "utf-8" if error.start > len(head) - 4 else "cp1252"
    return "utf-8"


def _fold(name: str) -> str:
    return unaccented(name.strip().lower())
