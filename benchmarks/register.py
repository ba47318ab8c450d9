"""The register at full size: a synthetic RNCP export of 300 MB, read in bounded memory, against reading it whole.

    python benchmarks/register.py [--megabytes 300] [--json]

The exports are generated in a temporary folder (as France compétences' flux V4.1 and its CSV tables, in structure and
mean length of texts), and each contestant reads them in a process of its own, whose peak memory the kernel tells:

- watchbot: `read_register`, a watch of five Formacodes, three numbers and one certifier;
- rival for XML: `xml.etree.ElementTree.parse`, then a walk over all FICHE elements with the same filter;
- rival for CSV: every table read into lists of dicts with `csv.DictReader`, then joined, as notebooks do.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

WATCH = {
    "register": "rncp",
    "numbers": ["RNCP30005", "RNCP31000", "RNCP99999"],
    "formacodes": ["32008", "12522", "12587", "12524", "46242"],
    "certifiers": ["CPNEF de l'audiovisuel"],
}
WORDS = [
    "mettre",
    "en",
    "œuvre",
    "une",
    "démarche",
    "de",
    "production",
    "écoresponsable",
    "en",
    "évaluant",
    "l’empreinte",
    "carbone",
    "du",
    "tournage",
    "afin",
    "de",
    "réduire",
    "les",
    "déchets",
    "concevoir",
    "organiser",
    "piloter",
    "animer",
    "encadrer",
    "rédiger",
    "contrôler",
    "garantir",
    "la",
    "qualité",
    "sécurité",
    "des",
    "équipes",
    "projet",
    "audiovisuel",
    "budget",
]


def text(rng: random.Random, words: int) -> str:
    return " ".join(rng.choices(WORDS, k=words)).capitalize() + "."


def fiche(rng: random.Random, number: int) -> str:
    code = rng.choice(["32008"] + [str(40000 + rng.randrange(5000)) for _ in range(400)])
    blocks = "".join(
        f"<BLOC_COMPETENCES><CODE>RNCP{number}BC{n:02}</CODE><LIBELLE>{text(rng, 9)}</LIBELLE>"
        f"<LISTE_COMPETENCES><![CDATA[<p>{text(rng, 220)}</p><ul><li>{text(rng, 30)}</li></ul>]]></LISTE_COMPETENCES>"
        f"<MODALITES_EVALUATION><![CDATA[{text(rng, 90)}]]></MODALITES_EVALUATION></BLOC_COMPETENCES>"
        for n in range(1, 4)
    )
    partners = "".join(
        f"<PARTENAIRE><NOM_PARTENAIRE>CENTRE {rng.randrange(34000)}</NOM_PARTENAIRE><SIRET_PARTENAIRE>{rng.randrange(10**13, 10**14)}</SIRET_PARTENAIRE>"
        f"<HABILITATION_PARTENAIRE>HABILITATION_ORGA_FORM</HABILITATION_PARTENAIRE><ETAT_HABILITATION>Actif</ETAT_HABILITATION></PARTENAIRE>"
        for _ in range(13)
    )
    active = rng.random() < 0.22
    return (
        f"<FICHE><ID_FICHE>{number + 900}</ID_FICHE><NUMERO_FICHE>RNCP{number}</NUMERO_FICHE><INTITULE>{text(rng, 8)}</INTITULE>"
        f"<ABREGE><CODE>TP</CODE><LIBELLE>Titre professionnel</LIBELLE></ABREGE><ETAT_FICHE>Publiée</ETAT_FICHE>"
        f"<NOMENCLATURE_EUROPE><NIVEAU>NIV6</NIVEAU><LIBELLE>Niveau 6</LIBELLE></NOMENCLATURE_EUROPE>"
        f"<CODES_NSF><NSF><CODE>323</CODE><LIBELLE>Techniques de l’image et du son</LIBELLE></NSF></CODES_NSF>"
        f"<FORMACODES><FORMACODE><CODE>{code}</CODE><LIBELLE>Libellé {code}</LIBELLE></FORMACODE></FORMACODES>"
        f"<CODES_ROME><ROME><CODE>L1302</CODE><LIBELLE>Production et administration spectacle</LIBELLE></ROME></CODES_ROME>"
        f"<CERTIFICATEURS><CERTIFICATEUR><SIRET_CERTIFICATEUR>{rng.randrange(10**13, 10**14)}</SIRET_CERTIFICATEUR>"
        f"<NOM_CERTIFICATEUR>ORGANISME {rng.randrange(2000)}</NOM_CERTIFICATEUR></CERTIFICATEUR></CERTIFICATEURS>"
        f"<PARTENAIRES>{partners}</PARTENAIRES><BLOCS_COMPETENCES>{blocks}</BLOCS_COMPETENCES>"
        f"<ACTIVITES_VISEES><![CDATA[{text(rng, 120)}]]></ACTIVITES_VISEES><CAPACITES_ATTESTEES><![CDATA[{text(rng, 160)}]]></CAPACITES_ATTESTEES>"
        f"<OBJECTIFS_CONTEXTE><![CDATA[{text(rng, 60)}]]></OBJECTIFS_CONTEXTE><TYPE_ENREGISTREMENT>Enregistrement sur demande</TYPE_ENREGISTREMENT>"
        f"<DATE_DECISION>21/12/2023</DATE_DECISION><DATE_FIN_ENREGISTREMENT>21/12/2026</DATE_FIN_ENREGISTREMENT>"
        f"<SI_JURY_VAE>Oui</SI_JURY_VAE><ACTIF>{'Oui' if active else 'Non'}</ACTIF></FICHE>\n"
    )


def make_xml(path: Path, megabytes: int) -> int:
    """Write about that many megabytes; texts are drawn anew for one record in sixteen, to be done in seconds."""
    rng = random.Random(2026)
    models = [fiche(rng, 10_000_000 + n) for n in range(160)]
    count = 0
    with path.open("w", encoding="utf-8") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n<FICHES><VERSION_FLUX>4.1</VERSION_FLUX>\n')
        while file.tell() < megabytes * 1_000_000:
            number = 20_000 + count
            model = models[rng.randrange(len(models))]
            file.write(model.replace(model[model.index("RNCP") : model.index("</NUMERO_FICHE>")], f"RNCP{number}"))
            count += 1
        file.write("</FICHES>\n")
    return count


def make_csv(path: Path, records: int) -> None:
    """Write the tables of as many records into a zip; the sister tables make up most of it, as in the real one."""
    rng = random.Random(7)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:

        def table(name: str, head: str, rows: object) -> None:
            with archive.open(f"export_fiches_CSV_{name}_2026_11_24.csv", "w") as file:
                file.write((head + "\n").encode())
                for row in rows:  # type: ignore[attr-defined]
                    file.write((row + "\n").encode())

        numbers = [f"RNCP{20_000 + n}" for n in range(records)]
        codes = ["32008", "12522", *(str(40_000 + n) for n in range(200))]
        table(
            "Standard",
            "Id_Fiche;Numero_Fiche;Intitule;Abrege_Libelle;Abrege_Intitule;Nomenclature_Europe_Niveau;Nomenclature_Europe_Intitule;"
            "Accessible_Nouvelle_Caledonie;Accessible_Polynesie_Francaise;Date_dernier_jo;Date_Decision;Date_Fin_Enregistrement;Date_Effet;"
            "Type_Enregistrement;Validation_Partielle;Actif",
            (
                f'"{i}";"{n}";"{text(rng, 8)}";"TP";"Titre";"NIV6";"Niveau 6";"Non";"Non";"";"21/12/2023";"21/12/2026";"";"Sur demande";"Non";"ACTIVE"'
                for i, n in enumerate(numbers)
            ),
        )
        table(
            "Formacode",
            "Numero_Fiche;Formacode_Code;Formacode_Libelle",
            (f'"{n}";"{rng.choice(codes)}";"Libellé"' for n in numbers),
        )
        table(
            "Certificateurs",
            "Numero_Fiche;Siret_Certificateur;Nom_Certificateur",
            (
                f'"{n}";"{rng.randrange(10**13, 10**14)}";"ORGANISME {rng.randrange(2000)}"'
                for n in numbers
                for _ in range(2)
            ),
        )
        table(
            "Blocs_De_Compétences",
            "Numero_Fiche;Bloc_Competences_Code;Bloc_Competences_Libelle",
            (f'"{n}";"{n}BC0{b}";"{text(rng, 9)}"' for n in numbers for b in (1, 2, 3)),
        )
        table(
            "Partenaires",
            "Numero_Fiche;Nom_Partenaire;Siret_Partenaire;Habilitation_Partenaire",
            (
                f'"{n}";"CENTRE {rng.randrange(34000)}";"{rng.randrange(10**13, 10**14)}";"HABILITATION_ORGA_FORM"'
                for n in numbers
                for _ in range(13)
            ),
        )


CONTESTANT = """
import json, resource, sys, time
contestant, path, watch = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
began = time.perf_counter()
if contestant == "watchbot":
    from watchbot.collect.register import read_register
    from watchbot.model import Kind, Source
    source = Source(id="rncp", name="RNCP", publisher="France compétences", kind=Kind.REGISTER, url="https://www.data.gouv.fr/", options=watch)
    with open(path, "rb") as file:
        found = {record.number for record in read_register(file, source)}
elif contestant == "ElementTree":
    import xml.etree.ElementTree as ElementTree
    codes, numbers = set(watch["formacodes"]), set(watch["numbers"])
    found = {
        one.findtext("NUMERO_FICHE")
        for one in ElementTree.parse(path).getroot().iter("FICHE")
        if one.findtext("NUMERO_FICHE") in numbers or codes & {code.text for code in one.findall("FORMACODES/FORMACODE/CODE")}
    }
else:
    import csv, io, zipfile
    archive = zipfile.ZipFile(path)
    tables = {
        name: list(csv.DictReader(io.StringIO(archive.read(name).decode()), delimiter=";")) for name in archive.namelist()
    }
    codes, numbers = set(watch["formacodes"]), set(watch["numbers"])
    joined = {}
    for name, rows in tables.items():
        for row in rows:
            joined.setdefault(row["Numero_Fiche"], {}).setdefault(name, []).append(row)
    found = {
        number
        for number, parts in joined.items()
        if number in numbers or any(row.get("Formacode_Code") in codes for rows in parts.values() for row in rows)
    }
print(json.dumps({"seconds": time.perf_counter() - began, "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "found": sorted(found)}))
"""


def run(contestant: str, path: Path) -> dict[str, object]:
    # A child of a large process would inherit its peak memory in the kernel's count: this one is kept small.
    done = subprocess.run(
        [sys.executable, "-c", CONTESTANT, contestant, str(path), json.dumps(WATCH)],
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--megabytes", type=int, default=300)
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    results: dict[str, dict[str, object]] = {}
    with tempfile.TemporaryDirectory() as folder:
        xml, packed, tables = (
            Path(folder, "export_fiches_RNCP_V4_1_2026-11-24.xml"),
            Path(folder, "rncp.zip"),
            Path(folder, "csv.zip"),
        )
        count = make_xml(xml, given.megabytes)
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.write(xml, xml.name)
        make_csv(tables, count)
        for label, contestant, path in (
            ("XML, watchbot", "watchbot", xml),
            ("XML in a zip, watchbot", "watchbot", packed),
            ("XML, ElementTree.parse", "ElementTree", xml),
            ("CSV in a zip, watchbot", "watchbot", tables),
            ("CSV in a zip, csv.DictReader into lists", "DictReader", tables),
        ):
            results[label] = run(contestant, path)
        sizes = {path.name: path.stat().st_size / 1e6 for path in (xml, packed, tables)}
    assert results["XML, watchbot"]["found"] == results["XML, ElementTree.parse"]["found"]
    assert results["CSV in a zip, watchbot"]["found"] == results["CSV in a zip, csv.DictReader into lists"]["found"]
    if given.json:
        print(
            json.dumps(
                {label: {**one, "found": len(one["found"])} for label, one in results.items()}, ensure_ascii=False
            )
        )  # type: ignore[arg-type]
        return
    print(f"{count} records; " + ", ".join(f"{name} {size:.0f} MB" for name, size in sizes.items()))
    for label, one in results.items():
        print(f"{label:42} {one['seconds']:6.1f} s {one['megabytes']:7.0f} MB  {len(one['found'])} records")  # type: ignore[arg-type]
    for name, ours, theirs in (
        ("ElementTree.parse", "XML, watchbot", "XML, ElementTree.parse"),
        ("csv.DictReader", "CSV in a zip, watchbot", "CSV in a zip, csv.DictReader into lists"),
    ):
        memory = results[theirs]["megabytes"] / results[ours]["megabytes"]  # type: ignore[operator]
        speed = results[theirs]["seconds"] / results[ours]["seconds"]  # type: ignore[operator]
        print(f"against {name}: {memory:.1f} times less memory, {speed:.2f} times as fast")


if __name__ == "__main__":
    main()
