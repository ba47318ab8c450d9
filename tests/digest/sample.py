"""A realistic issue to render, the same every time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from watchbot.digest.compose import Composer, Material, compose
from watchbot.digest.figures import Count, spans
from watchbot.digest.followed import News, groups_of
from watchbot.digest.model import Digest, FollowedGroup, Story
from watchbot.digest.summary import summarise
from watchbot.model import (
    Change,
    Deadline,
    Edit,
    Edition,
    Followed,
    FollowedKind,
    Item,
    Significance,
    Subscriber,
    Verdict,
)

NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
TOPICS = {
    "reglementation": "Réglementation",
    "financements": "Financements",
    "referentiels": "Labels et référentiels",
    "mesure": "Mesure et bilan carbone",
    "innovations": "Innovations et pratiques de plateau",
    "international": "International",
}
EDITION = Edition(id="hebdo", name="Hebdo coordination")
MONTHLY = Edition(
    id="mensuel",
    name="Panorama du mois",
    period=timedelta(days=36),
    minimum=3,
    sections=("chiffres", "echeances", "changements", "themes"),
    figures=True,
)
TEAM = Edition(
    id="referentiels",
    name="Référentiels",
    period=timedelta(days=4),
    sections=("echeances", "changements", "themes", "peut-etre"),
    show_maybe=True,
    explain=True,
)
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
# Title, publisher, topics, region, language, summary, chips.
STORIES = [
    (
        "Prime RSE+ : 28 000 € pour les productions de niveau 2",
        "CNC",
        ("financements", "referentiels"),
        None,
        "fr",
        "La prime entre en vigueur au 1er janvier 2027. Elle s’ajoute aux aides à la production et suppose une attestation de niveau 2.",
        ("28 000 €", "À compter du 1er janvier 2027"),
    ),
    (
        "Région Sud : le fonds cinéma demande un double bilan carbone",
        "Région Sud",
        ("financements", "mesure"),
        "sud",
        "fr",
        "Les dossiers de fiction et de documentaire joignent désormais un bilan prévisionnel. Le dépôt court jusqu’au 29 janvier 2027.",
        ("Jusqu’au 29 janvier 2027",),
    ),
    (
        "Carbulator : la version 3 compte aussi le rendu à distance",
        "Ecoprod",
        ("mesure",),
        None,
        "fr",
        "Le calculateur dédié à l’animation intègre les fermes de rendu louées. Les studios peuvent reprendre leurs projets en cours.",
        (),
    ),
    (
        "Un groupe électrogène à hydrogène a éclairé douze nuits de tournage à Marseille",
        "Mediakwest",
        ("innovations",),
        "sud",
        "fr",
        "Le matériel a remplacé deux groupes au gazole. L’équipe chiffre l’économie à quatre tonnes de CO2.",
        (),
    ),
    (
        "Updated guidance on HVO for generators and trucks: what counts from January?",
        "albert",
        ("international", "innovations"),
        None,
        "en",
        "Only certified waste-based fuel will count from January, and suppliers must disclose its origin.",
        (),
    ),
    (
        "Arrêté du 9 novembre 2026 portant homologation d'un outil de calcul de l'empreinte carbone des œuvres",
        "Légifrance",
        ("reglementation", "mesure"),
        None,
        "fr",
        "L’outil dénommé « Carbon Stage » est homologué pour trois ans, en application de l’article 122-18 du règlement général des aides.",
        ("À compter du 1er décembre 2026",),
    ),
    (
        "Écobonus corse : le plafond passe à 60 000 €",
        "Collectivité de Corse",
        ("financements",),
        "corse",
        "fr",
        "Le bonus vise les tournages qui logent leurs équipes à moins de trente kilomètres du plateau.",
        ("60 000 €",),
    ),
    (
        "Costumes : la ressourcerie partagée ouvre ses portes à Aubervilliers",
        "Ecoprod",
        ("innovations",),
        "ile-de-france",
        "fr",
        "Douze mille pièces issues de cinquante tournages, louées au kilo ou à la semaine.",
        ("De 4 à 12 €",),
    ),
]


def story(number: int, **changes: object) -> Story:
    title, publisher, topics, region, language, summary, chips = STORIES[number % len(STORIES)]
    item = Item(
        id=f"{number:012x}",
        url=f"https://www.example.org/article-{number}?a=1&b=2",
        title=title,
        summary=summary,
        publisher=publisher,
        source_id=publisher.lower(),
        region=region,
        language=language,
        published=NOW - timedelta(hours=5 + 9 * number),
        first_seen=NOW,
        last_seen=NOW,
        cluster=f"{number:012x}",
    )
    verdict = Verdict(relevant=True, relevance=0.97, topics=topics, scores=dict.fromkeys(topics, 0.9))
    values = {
        "item": item,
        "verdict": verdict,
        "summary": summarise(title, summary, ""),
        "chips": chips,
        "importance": 10.0 - number,
        "also": (("Boxoffice Pro", "https://boxofficepro.example/x"),) if number == 0 else (),
        "members": ("bbbbbbbbbbbb",) if number == 0 else (),
        "due": date(2026, 12, 1) if number == 5 else None,
    }
    return Story(**{**values, **changes})


def doubtful(number: int = 99) -> Story:
    verdict = Verdict(relevant=False, relevance=0.42, topics=(), scores={}, maybe=True)
    base = story(number)
    item = replace(base.item, title="Compostage de proximité : ce que disent les habitants", publisher="ADEME")
    return replace(base, item=item, verdict=verdict, summary="Une enquête dans vingt villes.", chips=())


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
            path=("Label Ecoprod : le référentiel", "Obtenir le label"),
            before="Le label est attribué à partir de 65 % des 85 actions.",
            after="Le label est attribué à partir de 70 % des 90 actions.",
        ),
        Edit(op="added", path=("Critères",), after="Alimenter le plateau par le réseau ou par des batteries."),
        Edit(op="edited", path=(), label="champ Version", before="01/01/2025", after="01/03/2027"),
    ),
)
EDITORIAL = Change(
    id="ed1e",
    source_id="sud",
    key="fonds",
    title="Fonds de soutien : page d’accueil",
    url="https://www.maregionsud.example/fonds",
    event="edited",
    detected_at=NOW,
    significance=Significance.EDITORIAL,
    reasons=("reformulation",),
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
NEAR = Deadline(
    uid="d2@watchbot",
    due=date(2026, 11, 27),
    title="Assises de l’écoproduction : inscriptions",
    role="depot",
    quote="L’entrée est gratuite, sur inscription « nominative » jusqu’au 27 novembre.",
    confidence=0.9,
    source_ids=("label-ecoprod",),
    url="https://ecoprod.example/assises",
)


def history(edition: Edition = MONTHLY, now: datetime = NOW) -> tuple[Count, ...]:
    """Six periods that grow, with a topic that comes late."""
    counted = []
    for number, span in enumerate(spans(edition, now)):
        topics = {"financements": 4 + 2 * number, "mesure": 9 - number, "innovations": max(0, number - 3)}
        counted.append(Count(span=span, topics=topics, stories=sum(topics.values()) - 1))
    return tuple(counted)


def material(count: int = 4) -> Material:
    return Material(
        stories=tuple(story(n) for n in range(count)),
        changes=(EDITORIAL, EXPIRING, CHANGE),
        deadlines=(DEADLINE, NEAR),
        topics=TOPICS,
        publishers={"label-ecoprod": "Ecoprod", "registre-rs": "France compétences", "sud": "Région Sud"},
        watch="Veille écoproduction",
    )


def follows() -> tuple[News, ...]:
    """A search, a reference and a deadline that a reader follows, with what is new of each."""
    kinds = (FollowedKind.SEARCH, FollowedKind.REFERENCE, FollowedKind.DEADLINE)
    labels = ("« groupe électrogène à hydrogène »", "RS6456 – Déployer une démarche écoresponsable", DEADLINE.title)
    one, two, three = (
        Followed(id=f"f{n}", subscriber_id="r1", kind=kind, target=label, label=label, created_at=NOW)
        for n, (kind, label) in enumerate(zip(kinds, labels, strict=True))
    )
    return (
        News(followed=one, url="https://v.example/recherche?q=hydrog%C3%A8ne", stories=(story(3), story(4))),
        News(followed=two, changes=(replace(CHANGE, id="f00d", title=two.label, reasons=("bloc modifié",)),)),
        News(followed=three, deadlines=(DEADLINE,)),
    )


def followed() -> tuple[FollowedGroup, ...]:
    """The groups that those follows make."""
    return groups_of(follows(), TOPICS, {"sud": "Région Sud", "label-ecoprod": "Ecoprod"}, NOW.date())


def sample(
    edition: Edition = EDITION,
    reader: Subscriber | None = READER,
    count: int = 8,
    groups: tuple[FollowedGroup, ...] = (),
) -> Digest:
    """The issue that golden files show."""
    told = material(count)
    if edition.figures:
        told = replace(told, history=history(edition))
    if edition.show_maybe:
        explained = tuple(
            replace(one, explanation="Classé « Mesure » (93 %), d’après son titre") for one in told.stories[:1]
        )
        told = replace(told, stories=(*explained, *told.stories[1:], doubtful()))
    if groups:
        return Composer(edition, told, NOW).compose(reader, followed=groups)
    return compose(edition, told, now=NOW, reader=reader)
