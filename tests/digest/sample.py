"""A realistic issue to render, the same every time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from watchbot.digest.compose import Material
from watchbot.digest.model import Story
from watchbot.digest.summary import summarise
from watchbot.model import Change, Deadline, Edit, Edition, Item, Significance, Subscriber, Verdict

NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
TOPICS = {
    "reglementation": "Réglementation",
    "financements": "Financements",
    "referentiels": "Labels et référentiels",
    "mesure": "Mesure et bilan carbone",
    "innovations": "Innovations et pratiques de plateau",
}
EDITION = Edition(id="hebdo", name="Hebdo coordination")
READER = Subscriber(
    id="r1",
    channel="email",
    address="camille@example.org",
    editions=("hebdo",),
    topics=("financements", "mesure"),
    regions=("sud",),
    state="active",
    created_at=NOW - timedelta(days=30),
)
STORIES = [
    (
        "Prime RSE+ : 28 000 € pour les productions de niveau 2",
        "CNC",
        ("financements", "referentiels"),
        None,
        "La prime entre en vigueur au 1er janvier 2026. Elle s’ajoute aux aides à la production et suppose une attestation de niveau 2.",
        ("28 000 €",),
    ),
    (
        "Région Sud : le fonds cinéma demande un double bilan carbone",
        "Région Sud",
        ("financements", "mesure"),
        "sud",
        "Les dossiers de fiction et de documentaire joignent désormais un bilan prévisionnel. Le dépôt court jusqu’au 29 janvier 2027.",
        ("jusqu’au 29 janvier 2027", "double bilan carbone"),
    ),
    (
        "Carbulator : la version 3 compte aussi le rendu à distance",
        "Ecoprod",
        ("mesure",),
        None,
        "Le calculateur dédié à l’animation intègre les fermes de rendu louées. Les studios peuvent reprendre leurs projets en cours.",
        (),
    ),
    (
        "Un groupe électrogène à hydrogène a éclairé douze nuits de tournage à Marseille",
        "Mediakwest",
        ("innovations",),
        "sud",
        "Le matériel a remplacé deux groupes au gazole. L’équipe chiffre l’économie à quatre tonnes de CO2.",
        (),
    ),
]


def story(number: int, **changes: object) -> Story:
    title, publisher, topics, region, summary, chips = STORIES[number % len(STORIES)]
    item = Item(
        id=f"{number:012x}",
        url=f"https://www.example.org/article-{number}?a=1&b=2",
        title=title,
        summary=summary,
        publisher=publisher,
        source_id=publisher.lower(),
        region=region,
        published=NOW - timedelta(hours=5 + 9 * number),
        first_seen=NOW,
        last_seen=NOW,
    )
    verdict = Verdict(relevant=True, relevance=0.97, topics=topics, scores=dict.fromkeys(topics, 0.9))
    values = {
        "item": item,
        "verdict": verdict,
        "summary": summarise(title, summary, ""),
        "chips": chips,
        "importance": 10.0 - number,
        "also": (("Boxoffice Pro", "https://boxofficepro.example/x"),) if number == 0 else (),
    }
    return Story(**{**values, **changes})


CHANGE = Change(
    id="c0ffee",
    source_id="label-ecoprod",
    key="label",
    title="Label Ecoprod : le référentiel",
    url="https://ecoprod.example/label",
    event="edited",
    detected_at=NOW,
    significance=Significance.SUBSTANTIVE,
    reasons=("seuil 65 % → 70 %", "85 → 90 actions", "critère ajouté"),
    edits=(
        Edit(
            op="edited",
            path=("Obtenir le label",),
            before="Le label est attribué à partir de 65 % des 85 actions.",
            after="Le label est attribué à partir de 70 % des 90 actions.",
        ),
    ),
)
EXPIRING = Change(
    id="beef",
    source_id="registre-rs",
    key="RS6456",
    title="RS6456 – Déployer une démarche écoresponsable",
    url="https://www.francecompetences.example/rs/6456/",
    event="expiring",
    detected_at=NOW,
    significance=Significance.SUBSTANTIVE,
    reasons=("l’enregistrement expire dans 28 jours, le 21/12/2026",),
    due=date(2026, 12, 21),
)
DEADLINE = Deadline(
    uid="d1@watchbot",
    due=date(2027, 1, 29),
    title="Région Sud : dépôt des dossiers du fonds cinéma",
    role="depot",
    quote="dépôt jusqu’au 29 janvier 2027",
    confidence=0.9,
    source_ids=("sud",),
    url="https://www.maregionsud.example/fonds",
    previous=date(2027, 1, 15),
    sequence=1,
)


def material(count: int = 4) -> Material:
    return Material(
        stories=tuple(story(n) for n in range(count)),
        changes=(EXPIRING, CHANGE),
        deadlines=(DEADLINE,),
        topics=TOPICS,
        publishers={"label-ecoprod": "Ecoprod", "registre-rs": "France compétences", "sud": "Région Sud"},
        watch="Veille écoproduction",
        counts={"financements": 12, "mesure": 7, "innovations": 3},
        counts_before={"financements": 9, "mesure": 8},
    )
