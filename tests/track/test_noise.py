"""What counts as noise and, more important, what does not."""

from __future__ import annotations

import time

import pytest

from watchbot.track.noise import is_noise, without_stamps, without_tokens
from watchbot.track.typography import canonical

NOISE = [
    "Mis à jour le 3 mars 2026",
    "Mise à jour : 3 mars 2026",
    "Mise à jour du 3 mars 2026",
    "Mis à jour le 03/03/2026 à 10h12",
    "mis à jour le mardi 3 mars 2026",
    "Mis à jour le 3 mars 2026, 10:12",
    "Mis à jour il y a 3 jours",
    "Mis à jour hier",
    "MAJ le 03/03/2026",
    "Màj : 3 mars 2026",
    "Dernière mise à jour le 3 mars 2026",
    "Dernière mise à jour : 3 mars 2026.",
    "Dernière mise à jour de la page : 3 mars 2026",
    "Date de dernière mise à jour : 03.03.2026",
    "Date de mise à jour : 2026-03-03",
    "Page mise à jour le 3 mars 2026",
    "Cette page a été mise à jour le 3 mars 2026.",
    "La présente fiche est mise à jour le 1er mars 2026",
    "Contenu modifié le 3 mars 2026 à 9 h",
    "Modifié le 3 mars 2026 par la direction de la communication",
    "Dernière modification : 3 mars 2026 - 10:12",
    "Vérifié le 3 mars 2026 par Direction de l'information légale et administrative",
    "Actualisé le 3 mars 2026",
    "Liste mise à jour le 3 mars 2026",
    "Imprimé le 3 mars 2026",
    "Édité le 03/03/2026",
    "Généré le 23/11/2026 à 10:32:11",
    "Page générée en 0,231 s",
    "Nous sommes le lundi 23 novembre 2026",
    "Aujourd'hui, lundi 23 novembre 2026, 10:32",
    "Last updated on 2026-03-03",
    "1 234 vues",
    "12 345 visites",
    "1,2k partages",
    "12 commentaires",
    "Commentaires (12)",
    "Nombre de vues : 1 234",
    "Vues : 1 234",
    "Vu 1 234 fois",
    "Lu 12 fois",
    "Cette page a été consultée 1 234 fois",
    "Vous êtes le 12 345e visiteur",
    "3 personnes consultent cette page",
    "Temps de lecture : 4 min",
    "Temps de lecture estimé : environ 4 minutes",
    "4 min de lecture",
    "Lecture : 4 min",
    "4,5/5 (123 avis)",
    "Accueil > Aides > Fonds régional",
    "Vous êtes ici : Accueil / Professionnels",
    "Partager",
    "Partager sur :",
    "Partager sur Facebook",
    "Imprimer",
    "Retour en haut",
    "Lire la suite",
    "Tout accepter",
    "Ce site utilise des cookies. En poursuivant votre navigation, vous acceptez leur usage.",
    "Abonnez-vous à notre newsletter",
    "© 2026 Ecoprod",
    "© CNC 2026 – Tous droits réservés",
    "Identifiant de session : 8f3a77ab99",
    "Session : 8f3a77ab99",
    "build 77ab31c",
    "Mis à jour le 3 mars 2026 | 1 234 vues | 4 min de lecture",
    "-",
    "***",
]

CONTENT = [
    "Valable jusqu'au 3 mars 2026",
    "Le dépôt est ouvert jusqu'au 3 mars 2026.",
    "À compter du 3 mars 2026",
    "Le référentiel a été mis à jour le 3 mars 2026.",
    "Règlement modifié le 3 mars 2026",
    "Décret publié le 6 juin 2025",
    "Version du 3 mars 2026",
    "3 mars 2026",
    "Date limite : 3 mars 2026",
    "Mis à jour le 3 mars 2026, le seuil passe à 70 %",
    "Mise à jour du 3 mars 2026 : le seuil passe à 70 %",
    "La liste sera mise à jour le 3 mars 2026",
    "160 productions labellisées",
    "85 actions",
    "12 postes",
    "65 %",
    "28 000 €",
    "Le tableau est mis à jour chaque trimestre.",
    "Les facteurs d'émission sont mis à jour au moins une fois par an.",
    "Le musée accueille 12 000 visiteurs par an.",
    "La formation dure 4 heures.",
    "Temps de tournage : 4 jours",
    "Consultation publique : 3 mois",
    "Session 2026",
    "Le plan de communication est partagé avec l'équipe.",
    "Niveau 2",
    "Oui",
    "Partager les véhicules entre équipes",
    "Imprimer les feuilles de service en recto verso",
    "2 avis sont requis du comité",
    "Référence : article 122-38",
]


@pytest.mark.parametrize("text", NOISE)
def test_what_a_page_says_of_itself_is_noise(text: str) -> None:
    assert is_noise(canonical(text).strip())


@pytest.mark.parametrize("text", CONTENT)
def test_what_a_page_says_of_its_subject_is_content(text: str) -> None:
    told = canonical(text).strip()
    assert not is_noise(told)
    assert without_stamps(told) == told


def test_a_heading_is_never_taken_for_a_button() -> None:
    assert is_noise("Inscription")
    assert not is_noise("Inscription", heading=True)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Calculateurs homologués (mise à jour : 3 mars 2026)", "Calculateurs homologués"),
        ("Cette page a été mise à jour le 3 mars 2026. Le seuil est de 65 %.", "Le seuil est de 65 %."),
        ("Le seuil est de 65 %. Dernière mise à jour : 3 mars 2026.", "Le seuil est de 65 %."),
        ("Aides | Mis à jour le 3 mars 2026", "Aides"),
        ("Par la rédaction • 4 min de lecture • 3 mars 2026", "Par la rédaction • 3 mars 2026"),
        ("Télécharger le PDF 1 204 téléchargements", "Télécharger le PDF"),
        ("Le dépôt est ouvert jusqu’au 3 mars 2026 (règlement modifié le 2 janvier 2026).", None),
    ],
)
def test_stamps_leave_the_passage_they_stand_in(text: str, kept: str | None) -> None:
    assert without_stamps(canonical(text)) == canonical(kept or text)


def test_tokens_go_and_numbers_stay() -> None:
    assert without_tokens("réf d41d8cd98f00b204e9800998ecf8427e fin") == "réf  fin"
    assert without_tokens("id 123e4567-e89b-12d3-a456-426614174000") == "id "
    for kept in ("SIRET 30225068300025", "RS6456", "122-38", "12345678901234567890123", "2026-11-23"):
        assert without_tokens(kept) == kept


@pytest.mark.parametrize("end", ["", "x", "!"])
@pytest.mark.parametrize(
    "again", ["fr | en ", "fr ", "★ ", "★ 1 ", "👍 12 👎 3 ", "← article précédent : ", "précédent suivant ", "1 … … ", "1 1 vues ", "page 1 sur 2 "]
)  # fmt: skip
def test_what_repeats_the_words_of_widgets_takes_no_time(again: str, end: str) -> None:
    """Optional spaces on both sides of an optional sign once made two ways to read each gap."""
    text = (again * 200)[:245] + end
    start = time.process_time()
    for _ in range(20):
        is_noise(text)
        without_stamps(text)
    assert time.process_time() - start < 0.5
