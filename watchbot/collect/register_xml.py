"""France compétences' XML export: one `FICHE` after another, each read and let go.

The parser is fed with text that was decoded leniently and cleared of characters that XML forbids, so that one wrong
byte in hundreds of megabytes costs nothing; entities other than XML's own five are refused.
Format: flux V4.1 of data.gouv.fr (and V2, V3, whose names differ here and there).
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import IO, Any

from watchbot.collect.clean import plain_text, tidy
from watchbot.collect.register_archive import Entry
from watchbot.collect.register_fields import active_flag, day, record_url
from watchbot.collect.register_match import Watch, canonical_number, numbers_in
from watchbot.errors import ParseError
from watchbot.model import CompetenceBlock, Record

_BLOCK = 1 << 18
_TEXT_LIMIT = 30_000
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,30})[\"']")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_CONTROLS = bytes(code for code in range(0x20) if code not in b"\t\n\r")
_NONCHARACTERS = {0xFFFE: None, 0xFFFF: None}
_TEXTS = {
    "activites_visees": "ACTIVITES_VISEES",
    "capacites_attestees": "CAPACITES_ATTESTEES",
    "secteurs_activite": "SECTEURS_ACTIVITE",
    "type_emploi_accessibles": "TYPE_EMPLOI_ACCESSIBLES",
    "objectifs_contexte": "OBJECTIFS_CONTEXTE",
    "reglementations_activites": "REGLEMENTATIONS_ACTIVITES",
    "prerequis_entree_formation": "PREREQUIS_ENTREE_FORMATION",
    "prerequis_validation": "PREREQUIS_VALIDATION_CERTIFICATION",
}
_SHORT = {
    "id_fiche": "ID_FICHE",
    "etat_fiche": "ETAT_FICHE",
    "date_dernier_jo": "DATE_DERNIER_JO",
    "date_limite_delivrance": "DATE_LIMITE_DELIVRANCE",
    "date_publication": "DATE_DE_PUBLICATION",
    "duree_enregistrement": "DUREE_ENREGISTREMENT",
    "validation_partielle": "VALIDATION_PARTIELLE",
    "existence_partenaires": "EXISTENCE_PARTENAIRES",
}
_JURIES = {
    "SI_JURY_FI": "Formation initiale sous statut d’élève ou d’étudiant",
    "SI_JURY_CA": "Contrat d’apprentissage",
    "SI_JURY_FC": "Formation continue",
    "SI_JURY_CQ": "Contrat de professionnalisation",
    "SI_JURY_CL": "Candidature individuelle",
    "SI_JURY_VAE": "VAE",
}


def read_records(entry: Entry, watch: Watch, url: str) -> Iterator[Record]:
    """The watched records of one XML file, in its order, while it is read.

    Raises:
        ParseError: There is no record in it (`not-a-register`), it declares entities (`entities`), or, after the records
            before the fault were given, it is broken or cut short (`truncated`).
    """
    from lxml import etree

    parser = etree.XMLPullParser(events=("end",), tag="FICHE", resolve_entities=False, no_network=True, huge_tree=False)
    count = 0
    try:
        with entry.open() as stream:
            for block in _clean_blocks(stream, url):
                parser.feed(block)
                for _, element in parser.read_events():
                    count += 1
                    record = _watched(element, watch)
                    _let_go(element)
                    if record is not None:
                        yield record
            parser.close()
    except etree.XMLSyntaxError as error:
        reason = "truncated" if count else "not-a-register"
        message = f"{url}: the XML breaks off or is broken after {count} records ({error}); it will be tried again"
        raise ParseError(message, url=url, reason=reason) from error
    if not count:
        raise ParseError(f"{url}: no FICHE in the XML", url=url, reason="not-a-register")


def _let_go(element: Any) -> None:
    """Free an element that was read, with what stands before it under the same parent."""
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]


def _clean_blocks(stream: IO[bytes], url: str) -> Iterator[bytes]:
    """The document in UTF-8 without what XML forbids, block by block."""
    head = stream.read(_BLOCK)
    declared = _DECLARED.search(head[:1000])
    decoder = _decoder(declared[1].decode() if declared else "utf-8", head)
    text = decoder.decode(head)
    if "<!DOCTYPE" in text[:5_000] or "<!ENTITY" in text:
        raise ParseError(f"{url}: the XML declares entities of its own: refused", url=url, reason="entities")
    yield _cleaned(_DECLARATION.sub("", text.lstrip("\ufeff"), count=1))
    while block := stream.read(_BLOCK):
        yield _cleaned(decoder.decode(block))
    yield _cleaned(decoder.decode(b"", final=True))


def _cleaned(text: str) -> bytes:
    if "\ufffe" in text or "\uffff" in text:
        text = text.translate(_NONCHARACTERS)
    return text.encode("utf-8", "replace").translate(None, _CONTROLS)


def _decoder(label: str, head: bytes) -> codecs.IncrementalDecoder:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        label = "utf-16"
    elif label.lower() in {"iso-8859-1", "latin1", "iso-8859-15"}:
        label = "cp1252" if not label.endswith("15") else label
    try:
        return codecs.getincrementaldecoder(label)("replace")
    except LookupError:
        return codecs.getincrementaldecoder("utf-8")("replace")


def _watched(element: Any, watch: Watch) -> Record | None:
    """The record if it is watched; the cheap tests come first, the texts are cleaned only for a record that is kept."""
    number = canonical_number(element.findtext("NUMERO_FICHE") or "")
    if not number or not watch.takes_register(number):
        return None
    if not (watch.everything or number in watch.numbers or _by_codes(element, watch) or _by_words(element, watch)):
        return None
    return _record(number, element)


def _by_codes(element: Any, watch: Watch) -> bool:
    if watch.formacodes and any(code in watch.formacodes for code, _ in _pairs(element, "FORMACODES")):
        return True
    if watch.rome and any(code in watch.rome for code, _ in _pairs(element, "CODES_ROME")):
        return True
    return bool(watch.certifiers) and any(watch.takes_certifier(name, siret) for name, siret in _bodies(element))


def _by_words(element: Any, watch: Watch) -> bool:
    if watch.words is None:
        return False
    paths = ("INTITULE", "ABREGE/LIBELLE", "ABREGE/INTITULE", *_TEXTS.values())
    blocks = (
        f"{block.findtext('LIBELLE') or ''}\n{block.findtext('LISTE_COMPETENCES') or ''}" for block in _blocks(element)
    )
    return watch.takes_text(*(element.findtext(path) or "" for path in paths)) or watch.takes_text(*blocks)


def _record(number: str, element: Any) -> Record:
    def text(path: str) -> str:
        return tidy(element.findtext(path) or "")

    bodies = _bodies(element)
    return Record(
        number=number,
        title=text("INTITULE"),
        short_title=text("ABREGE/CODE") or text("ABREGE/LIBELLE"),
        certifiers=tuple(dict.fromkeys(name for name, _ in bodies if name)),
        level=text("NOMENCLATURE_EUROPE/NIVEAU"),
        active=active_flag(text("ACTIF")),
        registration=text("TYPE_ENREGISTREMENT"),
        decided=day(text("DATE_DECISION")),
        effective=day(text("DATE_EFFET")),
        expires=day(text("DATE_FIN_ENREGISTREMENT")),
        formacodes=_pairs(element, "FORMACODES"),
        rome=_pairs(element, "CODES_ROME"),
        nsf=_pairs(element, "CODES_NSF"),
        blocks=tuple(
            CompetenceBlock(code=tidy(b.findtext("CODE") or ""), title=tidy(b.findtext("LIBELLE") or ""))
            for b in _blocks(element)
        ),
        replaces=_chain(element, "ANCIENNE"),
        replaced_by=_chain(element, "NOUVELLE"),
        url=record_url(number),
        extra=_extra(element, bodies),
    )


def _extra(element: Any, bodies: list[tuple[str, str]]) -> dict[str, str]:
    extra = {name: tidy(element.findtext(path) or "") for name, path in _SHORT.items()}
    extra |= {name: _long(element.findtext(path)) for name, path in _TEXTS.items()}
    extra["sirets"] = ", ".join(dict.fromkeys(siret for _, siret in bodies if siret))
    extra["voies_acces"] = "\n".join(label for path, label in _JURIES.items() if _is_open(element.find(path)))
    partners = [
        one
        for one in element.iterfind("PARTENAIRES/PARTENAIRE")
        if (one.findtext("ETAT_HABILITATION") or "Actif") == "Actif"
    ]
    extra["partenaires"] = str(len(partners)) if partners else ""
    for block in _blocks(element):
        extra[f"bloc:{tidy(block.findtext('CODE') or '')}"] = _long(block.findtext("LISTE_COMPETENCES"))
    return {name: value for name, value in extra.items() if value}


def _long(markup: str | None) -> str:
    """A long text without its HTML, one line for each paragraph."""
    return plain_text(markup, lines=True, limit=_TEXT_LIMIT) if markup else ""


def _is_open(jury: Any) -> bool:
    """Whether a way of access is open: `<SI_JURY_VAE>Oui</…>`, or with an `ACTIF` of its own in newer exports."""
    if jury is None:
        return False
    return (jury.findtext("ACTIF") or jury.findtext("SI_JURY") or jury.text or "").strip().lower() == "oui"


def _pairs(element: Any, group: str) -> tuple[tuple[str, str], ...]:
    """The codes of a group with their labels: `FORMACODES/FORMACODE{CODE,LIBELLE}` and the like."""
    found: dict[str, str] = {}
    for one in element.iterfind(f"{group}/*"):
        code = tidy(one.findtext("CODE") or "")
        if code:
            found.setdefault(code, tidy(one.findtext("LIBELLE") or one.findtext("INTITULE") or ""))
    return tuple(found.items())


def _bodies(element: Any) -> list[tuple[str, str]]:
    return [
        (
            tidy(one.findtext("NOM_CERTIFICATEUR") or ""),
            (one.findtext("SIRET_CERTIFICATEUR") or one.findtext("SIRET") or "").strip(),
        )
        for one in element.iterfind("CERTIFICATEURS/CERTIFICATEUR")
    ]


def _blocks(element: Any) -> list[Any]:
    return [one for one in element.iterfind("BLOCS_COMPETENCES/*") if one.findtext("CODE") or one.findtext("LIBELLE")]


def _chain(element: Any, which: str) -> tuple[str, ...]:
    """The numbers of older or newer records, nested as in V4 or bare as in V2."""
    nested = " ".join("".join(one.itertext()) + " " for one in element.iterfind(f"{which}S_CERTIFICATIONS/*"))
    bare = " ".join("".join(one.itertext()) + " " for one in element.iterfind(f"{which}_CERTIFICATION"))
    own = canonical_number(element.findtext("NUMERO_FICHE") or "")
    return tuple(number for number in numbers_in(f"{nested} {bare}") if number != own)
