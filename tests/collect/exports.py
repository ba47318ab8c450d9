"""France compétences' exports in small, as the real ones are written."""

from __future__ import annotations

import io
import unicodedata
import zipfile
from collections.abc import Mapping

STANDARD = (
    "Id_Fiche;Numero_Fiche;Intitule;Abrege_Libelle;Abrege_Intitule;Nomenclature_Europe_Niveau;Nomenclature_Europe_Intitule;Accessible_Nouvelle_Caledonie;"
    "Accessible_Polynesie_Francaise;Date_dernier_jo;Date_Decision;Date_Fin_Enregistrement;Date_Effet;Type_Enregistrement;Validation_Partielle;Actif"
)
TABLES = {
    "Standard": f'''{STANDARD}
"9456";"RS6456";"Déployer une démarche écoresponsable dans une production audiovisuelle";"CCP";"";"";"";"Non";"Non";"";"21/12/2023";"21/12/2026";"";"Enregistrement sur demande";"";"ACTIVE"
"9773";"RNCP37773";"Directeur de production ; cinéma et ""audiovisuel""";"TP";"Titre professionnel";"NIV6";"Niveau 6";"Non";"Non";"";"19/07/2023";"19/07/2024";"";"Enregistrement sur demande";"Oui";"ACTIVE"
"8111";"RNCP30111";"Responsable RSE et développement durable";"";"";"NIV7";"Niveau 7";"Non";"Non";"21/07/2018";"";"21/07/2021";"";"Enregistrement de droit";"";"INACTIVE"
"8112";"RNCP30112";"Coiffeur";"CAP";"";"NIV3";"Niveau 3";"Non";"Non";"";"";"31/08/2029";"01/09/2024";"Enregistrement de droit";"";"ACTIVE"
''',
    "Formacode": """Numero_Fiche;Formacode_Code;Formacode_Libelle
"RS6456";"46262";"Production audiovisuelle"
"RNCP30111";"32008";"RSE"
"RNCP30111";"12522";"Développement durable"
"RNCP30112";"42050";"Coiffure"
""",
    "Rome": """Numero_Fiche;Codes_Rome_Code;Codes_Rome_Libelle
"RNCP37773";"L1302";"Production et administration spectacle, cinéma et audiovisuel"
"RNCP30112";"D1202";"Coiffure"
""",
    "Nsf": 'Numero_Fiche;Nsf_Code;Nsf_Intitule\n"RNCP37773";"323";"323 : Techniques de l\'image et du son"\n',
    "Certificateurs": """Numero_Fiche;Siret_Certificateur;Nom_Certificateur
"RS6456";"31475678900035";"CPNEF DE L'AUDIOVISUEL"
"RNCP37773";"77568500000012";"INSTITUT NATIONAL DE L AUDIOVISUEL"
"RNCP30111";"19753471200017";"CONSERVATOIRE NATIONAL DES ARTS ET METIERS"
""",
    "Blocs_De_Compétences": """Numero_Fiche;Bloc_Competences_Code;Bloc_Competences_Libelle
"RNCP37773";"RNCP37773BC02";"Conduire un tournage éco-responsable"
"RNCP37773";"RNCP37773BC01";"Préparer le budget"
""",
    "Ancienne_Nouvelle_Certification": 'Numero_Fiche;Ancienne_Certification;Nouvelle_Certification\n"RNCP37773";"RNCP27857";""\n"RNCP30111";"";"RNCP40001"\n',
    "VoixdAccès": 'Numero_Fiche;Si_Jury\n"RNCP37773";"Par expérience"\n"RNCP37773";"En contrat de professionnalisation"\n',
    "Partenaires": 'Numero_Fiche;Nom_Partenaire;Siret_Partenaire;Habilitation_Partenaire\n"RNCP37773";"CENTRE";"1";"HABILITATION_ORGA_FORM"\n',
    "CCN": 'Numero_Fiche;Ccn_1_Numero;Ccn_1_Libelle\n"RNCP37773";"3090";"Production"\n',
}  # fmt: skip


def csv_zip(tables: Mapping[str, str] | None = None, *, encoding: str = "utf-8", decomposed: bool = False) -> bytes:
    """The CSV export; `decomposed` writes accents in names as macOS does."""
    files = {}
    for name, text in (tables or TABLES).items():
        full = f"export_fiches_CSV_{name}_2026_11_16.csv"
        files[unicodedata.normalize("NFD", full) if decomposed else full] = text.encode(encoding, "replace")
    return zip_of(files)


FICHES = """<?xml version="1.0" encoding="UTF-8"?>
<FICHES><VERSION_FLUX>4.1</VERSION_FLUX>
<FICHE><ID_FICHE>9456</ID_FICHE><NUMERO_FICHE>RS6456</NUMERO_FICHE><INTITULE>Déployer une démarche écoresponsable dans une production audiovisuelle</INTITULE>
<ETAT_FICHE>Publiée</ETAT_FICHE><FORMACODES><FORMACODE><CODE>46262</CODE><LIBELLE>Production audiovisuelle</LIBELLE></FORMACODE></FORMACODES>
<CERTIFICATEURS><CERTIFICATEUR><SIRET_CERTIFICATEUR>31475678900035</SIRET_CERTIFICATEUR><NOM_CERTIFICATEUR>CPNEF DE L'AUDIOVISUEL</NOM_CERTIFICATEUR></CERTIFICATEUR></CERTIFICATEURS>
<OBJECTIFS_CONTEXTE><![CDATA[<p>Le secteur émet 1,7&nbsp;Mt.</p><ul><li>Mesurer</li><li>Réduire</li></ul>]]></OBJECTIFS_CONTEXTE>
<SI_JURY_VAE>Non</SI_JURY_VAE><SI_JURY_FC>Oui</SI_JURY_FC><DATE_DECISION>21/12/2023</DATE_DECISION><DATE_FIN_ENREGISTREMENT>21/12/2026</DATE_FIN_ENREGISTREMENT>
<TYPE_ENREGISTREMENT>Enregistrement sur demande</TYPE_ENREGISTREMENT><ACTIF>Oui</ACTIF></FICHE>
<FICHE><ID_FICHE>9773</ID_FICHE><NUMERO_FICHE>RNCP37773</NUMERO_FICHE><INTITULE>Directeur de production</INTITULE><ABREGE><CODE>TP</CODE><LIBELLE>Titre professionnel</LIBELLE></ABREGE>
<NOMENCLATURE_EUROPE><NIVEAU>NIV6</NIVEAU><LIBELLE>Niveau 6</LIBELLE></NOMENCLATURE_EUROPE><CODES_NSF><NSF><CODE>323</CODE><LIBELLE>Image et son</LIBELLE></NSF></CODES_NSF>
<CODES_ROME><ROME><CODE>L1302</CODE><LIBELLE>Production et administration</LIBELLE></ROME></CODES_ROME>
<PARTENAIRES><PARTENAIRE><NOM_PARTENAIRE>A</NOM_PARTENAIRE><ETAT_HABILITATION>Actif</ETAT_HABILITATION></PARTENAIRE><PARTENAIRE><NOM_PARTENAIRE>B</NOM_PARTENAIRE><ETAT_HABILITATION>Supprimé</ETAT_HABILITATION></PARTENAIRE></PARTENAIRES>
<BLOCS_COMPETENCES><BLOC_COMPETENCES><CODE>RNCP37773BC01</CODE><LIBELLE>Préparer le budget</LIBELLE><LISTE_COMPETENCES>- Chiffrer&lt;br&gt;- Négocier</LISTE_COMPETENCES></BLOC_COMPETENCES></BLOCS_COMPETENCES>
<ANCIENNES_CERTIFICATIONS><ANCIENNE_CERTIFICATION><ID_FICHE_ANCIENNE_CERTIFICATION>RNCP27857</ID_FICHE_ANCIENNE_CERTIFICATION></ANCIENNE_CERTIFICATION></ANCIENNES_CERTIFICATIONS>
<CORRESPONDANCES><CORRESPONDANCE><SOURCE><BLOC_COMPETENCES><CODE>RNCP27857BC01</CODE></BLOC_COMPETENCES></SOURCE></CORRESPONDANCE></CORRESPONDANCES>
<DATE_FIN_ENREGISTREMENT>19/07/2024</DATE_FIN_ENREGISTREMENT><ACTIF>Oui</ACTIF></FICHE>
<FICHE><NUMERO_FICHE>RNCP30111</NUMERO_FICHE><INTITULE>Responsable RSE</INTITULE><FORMACODES><FORMACODE><CODE>32008</CODE><LIBELLE>RSE</LIBELLE></FORMACODE></FORMACODES>
<NOUVELLE_CERTIFICATION>RNCP40001</NOUVELLE_CERTIFICATION><ACTIF>Non</ACTIF></FICHE>
</FICHES>
"""


def xml_zip(text: str = FICHES, name: str = "export_fiches_RNCP_V4_1_2026-11-16.xml") -> bytes:
    """The XML export."""
    return zip_of({name: text.encode()})


def zip_of(files: Mapping[str, bytes]) -> bytes:
    """A zip of these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()
