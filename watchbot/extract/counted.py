"""What rules, labels and reports of the field count: folded forms, each with the plural it is shown as."""

from __future__ import annotations

# Plural forms as shown; the singular and the unaccented forms follow from them.
_FRENCH = """
actions activités aides ambassadeurs ambassadrices annonceurs articles ateliers axes blocs bénéficiaires candidats candidatures catégories certifications
certificats chaînes chapitres chantiers cinémas collaborateurs commissions compétences conditions conférences coordinateurs coproductions coproducteurs courts-métrages
critères dates demandes départements diffuseurs dispositifs documentaires documents dossiers décors éco-gestes écoles écrans emplois engagements entreprises enseignements
employés épisodes équipes étapes établissements étoiles étudiants exposants familles festivals fiches fictions films finalistes formateurs formations
fournisseurs gestes guides habitants heures-programme indicateurs intermittents intervenants jeux jours-homme journées jurys labels laboratoires langues lauréats leviers lieux
livrables logements longs-métrages lots mentions mesures niveaux métiers membres mentors mineurs missions modules nominations normes notions nuitées objectifs
œuvres offres organisations organismes outils ouvrages parcours participants partenaires pays paliers permanents personnes piliers places plateaux points
postes pratiques prestataires principes priorités prix producteurs productions professionnels programmes projections projets propositions prérequis
questions rapports recommandations recrutements référents référentiels régions règles répondants rubriques réalisateurs réalisatrices salariés salles
scénarios scénaristes sections sélectionnés sessions signataires sites sociétés solutions spectateurs spectatrices stagiaires stands structures studios séances séries
techniciens territoires thématiques thèmes titres tournages tournées types unités utilisateurs vidéos volets villes visiteurs votants votes véhicules webinaires zones
alternants apprentis auteurs autrices artistes comédiens figurants annexes alinéas bilans calculateurs chartes clauses collectivités communes conventions distributeurs
entrées exploitants fonds interprètes jours_de_tournage labellisations minutes options pages plans procédures publications ressources réunions stages tables_rondes
"""
_ENGLISH = """
actions applicants applications articles awards categories chapters companies countries criteria days employees episodes festivals films finalists
indicators institutions levels measures members modules participants partners people points producers productions professionals projects questions
recommendations regions requirements respondents sections shows signatories stars steps studios territories topics winners workshops
"""
_FEMININE = {"candidates": "candidats", "salariees": "salariés", "employees": "employés", "laureates": "lauréats", "etudiantes": "étudiants",
    "professionnelles": "professionnels", "productrices": "producteurs", "participantes": "participants", "techniciennes": "techniciens",
    "repondantes": "répondants", "comediennes": "comédiens", "beneficiaires": "bénéficiaires", "coordinatrices": "coordinateurs"}  # fmt: skip
_EXTRA = {"long-metrage": "longs-métrages", "longs metrages": "longs-métrages", "courts metrages": "courts-métrages", "court-metrage": "courts-métrages",
    "jours de tournage": "jours de tournage", "jour de tournage": "jours de tournage", "metiers emergents": "métiers", "postes d'emissions": "postes", "oeuvres": "œuvres", "oeuvre": "œuvres",
    "bilans carbone": "bilans", "blocs de competences": "blocs", "blocs de competence": "blocs", "jeux video": "jeux", "jeu video": "jeux", "heures de formation": "heures de formation",
    "etp": "ETP", "equivalents temps plein": "ETP", "pts": "points", "pt": "points", "niveau": "niveaux", "salarie": "salariés", "employe": "employés"}  # fmt: skip
# Nouns whose singular after a number would mislead ("1 pays" is its own singular; "un plan" is none).
_INVARIABLE = {"pays", "prix", "lieux", "jeux", "parcours", "fonds", "prerequis", "criteria", "people"}


# Singular forms: after two or more they count only in inclusive spelling ("70 professionnel.les").
SINGULARS = {"long-metrage", "court-metrage", "jour de tournage", "oeuvre", "jeu video", "salarie", "employe", "niveau"}


def _folded(word: str) -> str:
    from watchbot.extract.folding import fold

    return fold(word.lower())[0]


def _nouns() -> dict[str, str]:
    nouns: dict[str, str] = {}
    for shown in f"{_FRENCH} {_ENGLISH}".split():
        plural = shown.replace("_", " ")
        folded = _folded(plural)
        nouns.setdefault(folded, plural)
        if folded not in _INVARIABLE and folded.endswith("s") and " " not in folded:
            nouns.setdefault(folded[:-1], plural)
            SINGULARS.add(folded[:-1])
    nouns.update(_FEMININE)
    nouns.update(_EXTRA)
    return nouns


NOUNS = _nouns()
# Nouns so often counted by thousands that "2000 salariés" is no year.
PERSONAL = frozenset(
    {
        "salariés",
        "employés",
        "personnes",
        "participants",
        "spectateurs",
        "habitants",
        "professionnels",
        "visiteurs",
        "entreprises",
        "films",
        "points",
        "emplois",
    }
)
