"""Register records as last seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from watchbot.model import CompetenceBlock, Record
from watchbot.store import Store
from watchbot.store.records import record_from_json, record_json

T0 = datetime(2026, 11, 16, 7, tzinfo=UTC)
RECORD = Record(
    number="RS6456",
    title="Déployer une démarche écoresponsable dans sa pratique professionnelle",
    short_title="CCP",
    certifiers=("CPNEF de l'audiovisuel",),
    level="Sans niveau spécifique",
    active=True,
    registration="Enregistrement sur demande",
    decided=date(2023, 12, 21),
    effective=date(2023, 12, 21),
    expires=date(2026, 12, 21),
    formacodes=(("32008", "RSE"),),
    rome=(("L1302", "Production"),),
    nsf=(("323", "Techniques de l'image"),),
    blocks=(CompetenceBlock(code="RS6456BC01", title="Situer les enjeux"),),
    replaces=("RS1",),
    replaced_by=(),
    url="https://www.francecompetences.fr/recherche/rs/6456/",
    extra={"prerequis": "<p>Aucun</p>"},
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "watch.db")


def test_json_and_back() -> None:
    assert record_from_json(record_json(RECORD)) == RECORD
    bare = Record(number="RS1", title="")
    assert record_from_json(record_json(bare)) == bare
    assert record_json(replace(RECORD, extra={"b": "1", "a": "2"})) == record_json(
        replace(RECORD, extra={"a": "2", "b": "1"})
    )


def test_saved_refreshed_withdrawn_and_back(store: Store) -> None:
    store.records.save("rs", [RECORD], T0)
    assert store.records.known("rs") == {"RS6456": RECORD}
    assert store.records.known("rncp") == {}
    later = replace(RECORD, expires=date(2029, 12, 21))
    store.records.save("rs", [later], T0 + timedelta(days=1))
    assert store.records.get("rs6456") == later
    store.records.withdraw("rs", ["RS6456"], T0 + timedelta(days=2))
    assert store.records.known("rs") == {}
    assert store.records.get("RS6456") == later
    assert store.records.count() == store.records.count("rs") == 1
    store.records.save("rs", [later], T0 + timedelta(days=3))
    assert store.records.known("rs") == {"RS6456": later}
    assert store.records.get("RS0") is None
    assert store.records.count("absent") == 0


def test_what_expires_soon(store: Store) -> None:
    others = [
        replace(RECORD, number="RS2", expires=date(2026, 11, 30)),
        replace(RECORD, number="RS3", expires=None),
        replace(RECORD, number="RS4", expires=date(2028, 1, 1)),
    ]
    store.records.save("rs", [RECORD, *others], T0)
    assert [record.number for record in store.records.expiring(date(2026, 11, 23), date(2026, 12, 31))] == [
        "RS2",
        "RS6456",
    ]
