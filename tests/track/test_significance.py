"""Whether an edit matters, and the reasons given."""

from __future__ import annotations

from datetime import date

import pytest

from watchbot.model import Edit, Fact, FactKind, Significance
from watchbot.track.significance import MAX_REASONS, judge, judge_edit
from watchbot.track.typography import canonical
from watchbot.track.wording import lone_fact, moved_fact

SUBSTANTIVE = Significance.SUBSTANTIVE
EDITORIAL = Significance.EDITORIAL


def edited(before: str, after: str, label: str = "passage") -> Edit:
    return Edit(op="edited", path=("Section",), before=canonical(before), after=canonical(after), label=label)


def reasons(before: str, after: str, label: str = "passage") -> tuple[Significance, list[str]]:
    judgement = judge_edit(edited(before, after, label))
    return judgement.significance, [reason.replace("\u00a0", " ") for reason in judgement.reasons]


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("Le score doit être supérieur à 65 %.", "Le score doit être supérieur à 70 %.", "seuil 65 % → 70 %"),
        ("Le référentiel comporte 85 actions.", "Le référentiel comporte 90 actions.", "85 → 90 actions"),
        ("Une prime de 28 000 € est attribuée.", "Une prime de 30 000 € est attribuée.", "28 000 € → 30 000 €"),
        (
            "Le label est valable jusqu'au 21/12/2026.",
            "Le label est valable jusqu'au 21/12/2029.",
            "échéance 21/12/2026 → 21/12/2029",
        ),
        (
            "Dépôt des dossiers avant le 15 janvier 2027.",
            "Dépôt des dossiers avant le 29 janvier 2027.",
            "échéance 15/01/2027 → 29/01/2027",
        ),
        ("La production peut fournir un bilan.", "La production doit fournir un bilan.", "obligation : peut → doit"),
        ("Il est recommandé de trier.", "Il est obligatoire de trier.", "obligation : recommandé → obligatoire"),
        ("Les productions doivent trier.", "Les productions peuvent trier.", "obligation : doit → peut"),
        ("Le niveau 2 du référentiel est exigé.", "Le niveau 3 du référentiel est exigé.", "niveau 2 → niveau 3"),
        ("Délibération n° 2023/CA/11 du 31 mars 2023.", "Délibération n° 2023/CA/11 du 31 avril 2023.", "mars → avril"),
        ("Selon l'article 122-18 du RGA.", "Selon l'article 122-38 du RGA.", "122-38"),
        ("La certification RS6456 est requise.", "La certification RS7001 est requise.", "RS7001"),
        (
            "Les dépenses sont éligibles.",
            "Les dépenses ne sont pas éligibles.",
            "négation ajoutée : « Les dépenses ne sont pas éligibles. »",
        ),
        ("Aucun avion n'est admis.", "Un avion est admis.", "négation supprimée : « Aucun avion n’est admis. »"),
        ("Les dépenses sont éligibles.", "Les dépenses sont inéligibles.", "admission : éligible → inéligible"),
        ("Un délai de 30 jours est laissé.", "Un délai de 30 mois est laissé.", "30 jours"),
        ("Dépôt avant réception.", "Dépôt après réception.", "limite : avant → après"),
        ("Un film et une série.", "Un film ou une série.", "portée : et → ou"),
        ("Le montant est HT.", "Le montant est TTC.", "unité : HT → TTC"),
        ("Un bilan annuel est remis.", "Un bilan mensuel est remis.", "périodicité : annuel → mensuel"),
        ("Attribué avec trois étoiles.", "Attribué avec quatre étoiles.", "3 → 4 étoiles"),
        (
            "Le label est délivré par AFNOR Certification.",
            "Le label est délivré par Bureau Veritas.",
            "mention : AFNOR Certification → Bureau Veritas",
        ),
        (
            "Les sociétés établies en région Sud.",
            "Les sociétés établies en région Bretagne.",
            "mention : Sud → Bretagne",
        ),
        (
            "Les critères doivent être validés.",
            "Les critères doivent être validés dans chaque région de tournage.",
            "précision ajoutée",
        ),
    ],
)
def test_what_matters_and_why(before: str, after: str, reason: str) -> None:
    significance, told = reasons(before, after)
    assert significance is SUBSTANTIVE
    assert any(reason in one for one in told), told


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "Le producteur dépose un dossier complet sur la plateforme.",
            "Le producteur transmet un dossier complet via la plateforme.",
        ),
        ("Une prime de 28 000 € est attribuée.", "Une prime de vingt-huit mille euros est attribuée."),
        ("À compter du 1er mars 2025.", "À compter du 01/03/2025."),
        ("Il doit déposer son dossier.", "Ils doivent déposer leur dossier."),
        ("Un taux de 12,50 % s'applique.", "Un taux de 12,5 % s'applique."),
        ("L'équipe est sensibilisée au projet.", "L'équipe est sensibilisé au projet."),
    ],
)
def test_what_does_not(before: str, after: str) -> None:
    significance, told = reasons(before, after)
    assert significance is EDITORIAL, told
    assert told


def test_a_deadline_moved_is_due() -> None:
    assert judge_edit(edited("Dépôt avant le 15 janvier 2027.", "Dépôt avant le 29 janvier 2027.")).due == date(
        2027, 1, 29
    )
    assert judge_edit(edited("Un score de 65 %.", "Un score de 70 %.")).due is None


def test_structure_that_comes_or_goes() -> None:
    cases = [
        (
            Edit(op="added", path=(), after="Trier les déchets", label="critère"),
            "critère ajouté : « Trier les déchets »",
        ),
        (
            Edit(op="removed", path=(), before="Critère 12 : Trier", label="critère 12"),
            "critère 12 supprimé : « Trier »",
        ),
        (
            Edit(op="added", path=(), after="Recours\nUn recours est ouvert.", label="section"),
            "section ajoutée : « Recours »",
        ),
        (
            Edit(op="removed", path=(), before="SeCO2 | Secoya | 2", label="ligne"),
            "ligne supprimée : « SeCO2 » (Secoya, 2)",
        ),
        (
            Edit(op="renamed", path=(), before="Énergie", after="Sobriété", label="section"),
            "section renommée : « Énergie » → « Sobriété »",
        ),
        (
            Edit(op="edited", path=(), before="v3.pdf", after="v4.pdf", label="document lié"),
            "document lié : v3.pdf → v4.pdf",
        ),
        (Edit(op="renamed", path=(), before="Article 3", after="Article 5", label="article 5"), "article 5 renuméroté"),
        (Edit(op="added", path=(), after="Actions", label="colonne"), "colonne ajoutée : « Actions »"),
    ]
    for edit, reason in cases:
        judgement = judge_edit(edit)
        assert judgement.significance is SUBSTANTIVE, edit
        assert any(reason in one.replace("\u00a0", " ") for one in judgement.reasons), judgement


def test_moves_promotion_and_renumbering_are_editorial() -> None:
    for edit in (
        Edit(op="moved", path=(), before="A", after="Contacts\nÉcrire.", label="section"),
        Edit(op="moved", path=(), before="Critère 2", after="Critère 3", label="numérotation"),
        Edit(
            op="added",
            path=(),
            after="Retrouvez toute la démarche de la filière dans un podcast inédit enregistré pendant le festival.",
            label="passage",
        ),
        Edit(op="added", path=(), after="Bonne lecture !", label="passage"),
    ):
        assert judge_edit(edit).significance is EDITORIAL, edit


def test_a_whole_passage_counts_even_without_figures() -> None:
    edit = Edit(
        op="removed",
        path=(),
        before="Les courts métrages produits par des écoles reçoivent une bonification lors du versement du solde.",
        label="passage",
    )
    assert judge_edit(edit).significance is SUBSTANTIVE


def test_fields_say_their_column_and_row() -> None:
    edit = Edit(op="edited", path=("Calculateurs", "SeCO2"), before="2", after="3", label="colonne Niveau")
    assert judge_edit(edit).reasons[0].endswith("(Niveau, SeCO2)")
    date_field = Edit(
        op="edited", path=("Calendrier", "Hiver"), before="05/02/2027", after="12/02/2027", label="colonne Date limite"
    )
    assert judge_edit(date_field).due == date(2027, 2, 12)
    words = Edit(op="edited", path=("Calculateurs", "SeCO2"), before="gratuit", after="payant", label="colonne Accès")
    assert judge_edit(words).significance is SUBSTANTIVE
    form = Edit(
        op="edited", path=("Calculateurs", "SeCO2"), before="homologués", after="homologué", label="colonne État"
    )
    assert judge_edit(form).significance is EDITORIAL
    filled = Edit(op="added", path=("Calculateurs", "SeCO2"), after="2027", label="colonne Fin")
    assert judge_edit(filled).significance is SUBSTANTIVE


def test_criteria_are_judged_more_strictly_than_running_text() -> None:
    assert reasons("Former les équipes.", "Former les équipes et les prestataires.", "critère")[0] is SUBSTANTIVE
    assert (
        reasons("Nommer un référent dédié au projet.", "Désigner un référent dédié au projet.", "critère")[0]
        is EDITORIAL
    )
    assert reasons("Utiliser des peintures classiques.", "Recycler des matériaux anciens.", "critère")[0] is SUBSTANTIVE


def test_a_whole_change_weighs_as_its_weightiest_edit() -> None:
    minor = edited("Le dossier est déposé.", "Le dossier est transmis.")
    major = edited("Un score de 65 % est exigé.", "Un score de 70 % est exigé.")
    both = judge([minor, major, major])
    assert both.significance is SUBSTANTIVE
    assert len(both.reasons) == 1
    assert judge([minor]).significance is EDITORIAL
    many = judge([edited(f"Un score de {n} % est exigé.", f"Un score de {n + 40} % est exigé.") for n in range(20)])
    assert len(many.reasons) == MAX_REASONS
    assert many.reasons[-1] == "et 9 autres motifs"


def test_long_passages_are_judged_around_their_differences() -> None:
    filler = "Une phrase sans importance particulière pour la suite du texte. " * 200
    long = edited(f"{filler}Le score est de 65 %. {filler}", f"{filler}Le score est de 70 %. {filler}")
    judgement = judge_edit(long)
    assert judgement.significance is SUBSTANTIVE
    assert any("70" in reason for reason in judgement.reasons)


def fact(kind: FactKind, value: str, unit: str = "", quote: str = "", end: str | None = None) -> Fact:
    return Fact(kind=kind, quote=quote or value, start=0, end=1, value=value, unit=unit, end_value=end)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (fact(FactKind.AMOUNT, "28000", "EUR"), fact(FactKind.AMOUNT, "30000.50", "EUR"), "28 000 € → 30 000,5 €"),
        (
            fact(FactKind.AMOUNT, "25000", "EUR", end="75000"),
            fact(FactKind.AMOUNT, "50000", "EUR", end="100000"),
            "de 25 000 à 75 000 € → de 50 000 à 100 000 €",
        ),
        (fact(FactKind.THRESHOLD, "2", "niveau"), fact(FactKind.THRESHOLD, "3", "niveau"), "niveau 2 → niveau 3"),
        (fact(FactKind.COUNT, "85", "actions"), fact(FactKind.COUNT, "90", "actions"), "85 → 90 actions"),
        (
            fact(FactKind.DATE, "2025-03-01"),
            fact(FactKind.DATE, "2026-03-01", end="2026-12-31"),
            "date 01/03/2025 → du 01/03/2026 au 31/12/2026",
        ),
        (
            fact(FactKind.DEADLINE, "P15D", quote="sous quinze jours"),
            fact(FactKind.DEADLINE, "P30D", quote="sous trente jours"),
            "délai sous quinze jours → sous trente jours",
        ),
        (
            fact(FactKind.LEGAL_REFERENCE, "rga:122-18", quote="article 122-18"),
            fact(FactKind.LEGAL_REFERENCE, "rga:122-38", quote="article 122-38"),
            "référence : article 122-18 → article 122-38",
        ),
        (fact(FactKind.OBLIGATION, "peut"), fact(FactKind.OBLIGATION, "doit"), "obligation : peut → doit"),
    ],
)
def test_facts_in_words(before: Fact, after: Fact, told: str) -> None:
    assert moved_fact(before, after).replace("\u00a0", " ") == told
    assert lone_fact(before, added=True)
    term = fact(FactKind.DEADLINE, "P2M", quote="dans les deux mois")
    assert lone_fact(term, added=True) == "délai ajouté\u00a0: dans les deux mois"
    assert moved_fact(term, fact(FactKind.DEADLINE, "P3M", quote="dans les trois mois")).startswith("délai dans")
    assert " ajoutée :" in lone_fact(fact(FactKind.DEADLINE, "2026-01-01"), added=True).replace("\u00a0", " ")
    assert " supprimé :" in lone_fact(fact(FactKind.AMOUNT, "1", "EUR"), added=False).replace("\u00a0", " ")


def test_values_that_change_places_are_substantive_and_a_new_order_of_words_is_not() -> None:
    def judged(before, after):
        return judge([Edit(op="edited", path=(), before=before, after=after, label="passage")])

    swapped = judged(
        "Le taux est de 24 % pour les films et de 25 % pour les séries.",
        "Le taux est de 25 % pour les films et de 24 % pour les séries.",
    )
    assert swapped.significance is Significance.SUBSTANTIVE
    assert "24\u00a0% → 25\u00a0%" in swapped.reasons[0]
    turned = judged("L'aide est de 40 % pour 3 films.", "Pour 3 films, l'aide est de 40 %.")
    assert turned.significance is Significance.EDITORIAL
