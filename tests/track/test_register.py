"""Events of register records."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from watchbot.model import CompetenceBlock, Record, Significance
from watchbot.track.alerts import by_urgency, deserves_alert
from watchbot.track.record_fields import normalise_record, record_fields
from watchbot.track.register import Register, record_changes, register_changes
from watchbot.track.validity import disagreement, remaining, threshold_reached, validity
from watchbot.track.watch import Watch

NBSP = "\u00a0"
TODAY = date(2026, 11, 23)
REGISTER = Register(source_id="rs", detected_at=datetime(2026, 11, 23, 7, tzinfo=UTC), topics=("formation",))
RECORD = Record(
    number="RS6456",
    title="Déployer une démarche écoresponsable dans sa pratique professionnelle",
    certifiers=("CPNEF de l'audiovisuel",),
    active=True,
    expires=date(2026, 12, 21),
    formacodes=(("32008", "RSE"), ("12522", "développement durable")),
    rome=(("L1302", "Production et administration spectacle, cinéma et audiovisuel"),),
    blocks=(CompetenceBlock(code="RS6456BC01", title="Situer les enjeux"),),
    url="https://www.francecompetences.fr/recherche/rs/6456/",
    extra={"objectifs": "<p>Agir &amp; mesurer</p>"},
)


def events(
    before: Record | None, after: Record | None, today: date = TODAY, *, first_load: bool = False
) -> list[tuple[str, tuple[str, ...]]]:
    return [
        (change.event, change.reasons)
        for change in record_changes(before, after, today, REGISTER, first_load=first_load)
    ]


def test_rs6456_is_twenty_eight_days_from_its_end() -> None:
    (change,) = record_changes(None, RECORD, TODAY, REGISTER, first_load=True)
    assert change.event == "expiring"
    assert change.due == date(2026, 12, 21)
    assert change.significance is Significance.SUBSTANTIVE
    assert change.reasons == (f"l’enregistrement expire dans 28{NBSP}jours, le 21/12/2026",)
    assert change.title == "RS6456 – Déployer une démarche écoresponsable dans sa pratique professionnelle"
    assert change.topics == ("formation",)
    assert deserves_alert(change, TODAY)


def test_each_threshold_is_announced_once() -> None:
    seen: dict[str, int] = {}
    for days in range(200, -1, -1):
        today = RECORD.expires - timedelta(days=days)  # type: ignore[operator]
        for change in record_changes(RECORD, replace(RECORD, level=str(days)), today, REGISTER):
            if change.event == "expiring":
                seen.setdefault(change.id, days)
    assert list(seen.values()) == [180, 90, 30, 7]


def test_a_late_first_sight_announces_only_the_tightest_threshold() -> None:
    assert threshold_reached(RECORD, TODAY) == 30
    assert threshold_reached(RECORD, date(2026, 12, 14)) == 7
    assert threshold_reached(RECORD, date(2026, 1, 1)) is None
    assert threshold_reached(RECORD, date(2026, 12, 22)) is None
    assert threshold_reached(replace(RECORD, expires=None), TODAY) is None


def test_renewed_and_shortened() -> None:
    assert events(RECORD, replace(RECORD, expires=date(2029, 12, 21))) == [
        ("renewed", ("échéance 21/12/2026 → 21/12/2029",))
    ]
    shortened = events(replace(RECORD, expires=date(2029, 12, 21)), replace(RECORD, expires=date(2028, 12, 21)))
    assert shortened == [("edited", ("échéance 21/12/2029 → 21/12/2028", "fin d’enregistrement avancée"))]
    assert events(RECORD, replace(RECORD, expires=None)) == [
        ("edited", ("échéance 21/12/2026 → (aucune)", "plus de date de fin d’enregistrement"))
    ]
    assert events(replace(RECORD, expires=None), replace(RECORD, expires=date(2029, 1, 1)))[0][0] == "renewed"


def test_new_only_once_the_register_is_known() -> None:
    far = replace(RECORD, expires=date(2029, 12, 21))
    assert events(None, far, first_load=True) == []
    assert [event for event, _ in events(None, far)] == ["new"]
    assert events(None, None) == []


def test_expired_is_news_for_a_while_or_after_a_move() -> None:
    assert events(RECORD, RECORD, date(2026, 12, 22))[0] == (
        "expired",
        (
            f"l’enregistrement a expiré le 21/12/2026, il y a 1{NBSP}jour",
            f"à vérifier{NBSP}: fiche marquée active, mais enregistrement terminé le 21/12/2026",
        ),
    )
    old = replace(RECORD, expires=date(2020, 1, 1))
    assert events(old, old) == []
    assert events(None, old, first_load=True) == []
    assert [event for event, _ in events(RECORD, old)] == ["edited", "expired"]
    ids = {
        change.id for day in (22, 23, 24) for change in record_changes(RECORD, RECORD, date(2026, 12, day), REGISTER)
    }
    assert len(ids) == 1


def test_withdrawn_by_absence_or_by_flag() -> None:
    (gone,) = record_changes(RECORD, None, TODAY, REGISTER, before_id=4)
    assert gone.event == "withdrawn"
    assert gone.before_id == 4
    assert gone.after_id is None
    assert "absente du répertoire" in gone.reasons[0]
    flagged = events(RECORD, replace(RECORD, active=False))
    assert (
        "withdrawn",
        (
            f"fiche désormais inactive (ACTIF{NBSP}: non)",
            f"à vérifier{NBSP}: fiche marquée inactive, mais enregistrement valable jusqu’au 21/12/2026",
        ),
    ) in flagged
    assert any("de nouveau active" in reasons[0] for _, reasons in events(replace(RECORD, active=False), RECORD))


def test_blocks_titles_and_certifiers() -> None:
    after = replace(
        RECORD,
        expires=date(2029, 1, 1),
        title="Déployer une démarche responsable",
        certifiers=("Afdas", "CPNEF de l'audiovisuel"),
        blocks=(
            CompetenceBlock(code="RS6456BC01", title="Mesurer les enjeux"),
            CompetenceBlock(code="RS6456BC02", title="Agir"),
        ),
    )
    found = dict(events(replace(RECORD, expires=date(2029, 1, 1)), after))
    assert found["block-modified"] == (
        f"bloc modifié (RS6456BC01){NBSP}: «{NBSP}Situer les enjeux{NBSP}» → «{NBSP}Mesurer les enjeux{NBSP}»",
        f"bloc ajouté (RS6456BC02){NBSP}: «{NBSP}Agir{NBSP}»",
    )
    assert any(reason.startswith(f"Intitulé{NBSP}: ") for reason in found["edited"])
    assert any("Afdas" in reason for reason in found["edited"])
    without = replace(RECORD, blocks=())
    assert any(
        "bloc supprimé" in reason
        for event, reasons in events(RECORD, without)
        if event == "block-modified"
        for reason in reasons
    )


def test_a_renewal_is_told_once_with_all_it_changes() -> None:
    before = replace(RECORD, decided=date(2023, 12, 15), extra={"date_dernier_jo": "20/12/2023"})
    after = replace(
        before,
        expires=date(2029, 12, 21),
        decided=date(2026, 11, 19),
        level="5",
        extra={"date_dernier_jo": "21/11/2026"},
    )
    ((event, reasons),) = events(before, after)
    assert event == "renewed"
    assert reasons[0] == "échéance 21/12/2026 → 21/12/2029"
    assert len(reasons) == 2
    (change,) = record_changes(before, after, TODAY, REGISTER)
    assert {edit.label for edit in change.edits} == {
        "champ Fin d’enregistrement",
        "champ Décision",
        "champ Niveau",
        "champ Dernière publication au JO",
    }


def test_record_keeping_alone_is_editorial() -> None:
    far = date(2026, 1, 1)
    before = replace(RECORD, extra={"date_dernier_jo": "20/12/2023", "partenaires": "12", "id_fiche": "1"})
    after = replace(before, extra={"date_dernier_jo": "21/11/2026", "partenaires": "14", "id_fiche": "2"})
    (change,) = record_changes(before, after, far, REGISTER)
    assert change.significance is Significance.EDITORIAL
    assert len(change.edits) == 2


def test_another_form_of_export_is_no_change() -> None:
    far = date(2026, 1, 1)
    csv = replace(RECORD, extra={"date_dernier_jo": "20/12/2023", "voies_acces": "VAE"})
    xml = replace(
        RECORD,
        extra={
            "date_dernier_jo": "20/12/2023",
            "voies_acces": "VAE",
            "objectifs_contexte": "a",
            "activites_visees": "b",
            "capacites_attestees": "c",
            "bloc:RS6456BC01": "d",
        },
    )
    assert events(csv, xml, far) == []
    assert events(xml, csv, far) == []
    assert events(xml, replace(xml, extra={**xml.extra, "bloc:RS6456BC01": "Mesurer"}), far)[0][0] == "block-modified"
    assert (
        events(xml, replace(xml, extra={**xml.extra, "prerequis_validation": "Deux ans d’expérience"}), far)[0][0]
        == "edited"
    )


def test_order_of_lists_and_typography_are_no_change() -> None:
    same = replace(
        RECORD,
        formacodes=tuple(reversed(RECORD.formacodes)),
        title=RECORD.title.replace(" ", "\u00a0"),
        extra={"objectifs": "Agir & mesurer"},
    )
    far = date(2026, 1, 1)
    assert events(RECORD, same, far) == []


def test_a_whole_register_most_pressing_first() -> None:
    soon = replace(RECORD, number="RS1", expires=date(2026, 11, 30))
    late = replace(RECORD, number="RS2", expires=date(2029, 1, 1))
    gone = replace(RECORD, number="RS3", expires=date(2029, 1, 1))
    before = {record.number: record for record in (RECORD, soon, late, gone)}
    after = {record.number: record for record in (late, RECORD, soon)} | {"RS4": replace(late, number="RS4")}
    changes = register_changes(before, after, TODAY, REGISTER)
    assert [(change.key, change.event) for change in changes] == [
        ("RS1", "expiring"),
        ("RS6456", "expiring"),
        ("RS3", "withdrawn"),
        ("RS4", "new"),
    ]
    assert all(
        change.event != "withdrawn" for change in register_changes(before, after, TODAY, REGISTER, complete=False)
    )
    assert [change.event for change in register_changes({}, after, TODAY, REGISTER)] == ["expiring", "expiring"]
    newest = replace(changes[3], detected_at=changes[3].detected_at + timedelta(days=1))
    assert [change.key for change in by_urgency([newest, *reversed(changes[:3])], TODAY)] == [
        "RS1",
        "RS6456",
        "RS3",
        "RS4",
    ]


def test_reminders_far_ahead_wait_for_the_digest() -> None:
    (far,) = record_changes(RECORD, RECORD, date(2026, 7, 1), REGISTER)
    assert far.event == "expiring"
    assert not deserves_alert(far, date(2026, 7, 1))
    assert not deserves_alert(replace(far, significance=Significance.EDITORIAL), TODAY)


@pytest.mark.parametrize(
    ("expires", "active", "said"),
    [
        (date(2026, 12, 21), True, f"active{NBSP}; expire dans 28{NBSP}jours, le 21/12/2026"),
        (date(2026, 11, 24), True, f"active{NBSP}; expire demain, le 24/11/2026"),
        (TODAY, None, f"état inconnu{NBSP}; expire aujourd’hui, le 23/11/2026"),
        (None, True, f"active{NBSP}; sans date de fin d’enregistrement"),
        (
            date(2026, 11, 1),
            True,
            f"active{NBSP}; a expiré le 01/11/2026, il y a 22{NBSP}jours (à vérifier{NBSP}: fiche marquée active, mais enregistrement terminé le 01/11/2026)",
        ),
        (date(2026, 11, 1), False, f"inactive{NBSP}; a expiré le 01/11/2026, il y a 22{NBSP}jours"),
    ],
)
def test_date_and_flag_are_both_said(expires: date | None, active: bool | None, said: str) -> None:
    record = replace(RECORD, expires=expires, active=active)
    assert validity(record, TODAY) == said
    assert (disagreement(record, TODAY) != "") == ("à vérifier" in said)
    assert remaining(record, TODAY) in said


def test_watches() -> None:
    assert Watch().follows(RECORD)
    for options in (
        {"numbers": ["rs 6456"]},
        {"formacodes": [32008]},
        {"rome": ["l1302"]},
        {"certifiers": ["cpnef"]},
        {"words": ["démarche écoresponsable"]},
        {"words": ["ECORESPONSABLE"]},
        {"words": ["enjeu"]},
    ):
        watch = Watch.from_options(options)
        assert watch.follows(RECORD), options
        assert watch.reasons(RECORD)
    for options in (
        {"numbers": ["RS645"]},
        {"formacodes": ["12587"]},
        {"rome": ["L1"]},
        {"certifiers": ["Afdas"]},
        {"words": ["responsable démarche"]},
        {"words": ["respons"]},
        {"words": [" "]},
    ):
        assert not Watch.from_options(options).follows(RECORD), options
    assert Watch.from_options({"numbers": ["RS6456"], "words": ["rien"]}).reasons(RECORD) == ("numéro RS6456",)


def test_a_record_as_a_version() -> None:
    normalised, raw = normalise_record(RECORD)
    assert normalised.key == "RS6456"
    assert normalised.text.startswith("# RS6456 – Déployer")
    assert "| Fin d’enregistrement | 21/12/2026 |" in normalised.text
    assert "| RS6456BC01 | Situer les enjeux |" in normalised.text
    assert b'"number":"RS6456"' in raw
    assert record_fields(RECORD)["Objectifs"] == "Agir & mesurer"
    assert normalise_record(RECORD) == (normalised, raw)
