"""From fetched documents and records to stored versions and changes, on a real database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.track.documents import FIRST, SECOND, body, fixture, page
from tests.track.guide import guide, rendered
from tests.track.noise_mutations import noisy_html
from watchbot.errors import ParseError
from watchbot.model import Kind, Record, Significance, Source
from watchbot.store import Store
from watchbot.track import keeping
from watchbot.track.keeping import keep_document, keep_records
from watchbot.track.normalise import NORMALISER, normalise_document

LABEL = Source(
    id="label", name="Label", publisher="Ecoprod", kind=Kind.PAGE, url="https://exemple.fr/page", tracked=True
)
REGISTER = Source(
    id="rs",
    name="RS",
    publisher="France compétences",
    kind=Kind.REGISTER,
    url="https://exemple.fr/rs.zip",
    options={"numbers": ["RS6456"], "formacodes": ["32008"]},
)
RECORD = Record(number="RS6456", title="Déployer une démarche écoresponsable", active=True, expires=date(2026, 12, 21))
TODAY = date(2026, 11, 23)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "watch.db")


def test_a_year_of_noisy_checks_is_one_version_and_no_change(store: Store) -> None:
    source = fixture("label.html")
    kept = keep_document(store, LABEL, page(source), FIRST)
    assert kept.snapshot is not None
    assert kept.changes == ()
    held = store.snapshots.stored_bytes()
    for check in range(60):
        noisy = page(noisy_html(source, check)[0])
        assert keep_document(store, LABEL, noisy, FIRST + timedelta(days=check)).changes == ()
    assert store.changes.count() == 0
    assert store.snapshots.stored_bytes() == held
    (only,) = store.snapshots.versions("https://exemple.fr/page")
    assert only.last_seen == FIRST + timedelta(days=59)


def test_a_change_is_stored_once_with_its_versions(store: Store) -> None:
    source = fixture("label.html")
    keep_document(store, LABEL, page(source), FIRST, topics=("referentiels",))
    after = page(source.replace("65&nbsp;%", "70&nbsp;%"))
    kept = keep_document(store, LABEL, after, SECOND, topics=("referentiels",))
    (change,) = kept.changes
    assert change.significance is Significance.SUBSTANTIVE
    assert change.topics == ("referentiels",)
    assert change.title == "Le référentiel du Label Ecoprod"
    assert (change.before_id, change.after_id) == (1, 2)
    assert store.snapshots.raw(2) == after.raw
    assert store.changes.list() == (change,)
    assert keep_document(store, LABEL, after, SECOND).changes == ()
    assert store.changes.count() == 1


def test_a_page_that_vanishes_and_comes_back(store: Store) -> None:
    source = fixture("label.html")
    keep_document(store, LABEL, page(source), FIRST)
    (gone,) = keep_document(store, LABEL, page("<main><p>Site en maintenance.</p></main>"), SECOND).changes
    assert gone.significance is Significance.SUBSTANTIVE
    assert "presque disparu" in gone.reasons[0]
    (back,) = keep_document(store, LABEL, page(source), SECOND + timedelta(hours=1)).changes
    assert back.significance is Significance.EDITORIAL
    assert back.reasons == ("contenu rétabli à l’identique après une interruption",)
    keep_document(store, LABEL, page("<main><p>Site en maintenance.</p></main>"), SECOND + timedelta(hours=2))
    (changed,) = keep_document(
        store, LABEL, page(source.replace("65&nbsp;%", "70&nbsp;%")), SECOND + timedelta(hours=3)
    ).changes
    assert len(changed.edits) == 1


def test_a_pdf_is_compared_by_its_pages(store: Store) -> None:
    blocks = guide(chapters=2, sections=2)
    source = replace(LABEL, kind=Kind.DOCUMENT)
    document = page(rendered(blocks), content_type="application/pdf")
    keep_document(store, source, document, FIRST)
    changed = [(kind, text.replace("31 décembre 2028", "31 décembre 2029")) for kind, text in blocks]
    pages = replace(document, raw=rendered(changed, size=12))
    (change,) = keep_document(store, source, pages, SECOND).changes
    assert len(change.edits) == 1
    assert "2029" in change.reasons[0]


def test_the_list_of_emerging_jobs_is_told_as_moves(store: Store) -> None:
    def listed(*jobs: str) -> bytes:
        return body("<h2>Métiers</h2><ul>" + "".join(f"<li>{job}</li>" for job in jobs) + "</ul>").encode()

    document = page(listed("Clerc assistant", "Développeur blockchain"), title="Les métiers émergents 2025")
    keep_document(store, LABEL, document, FIRST)
    (change,) = keep_document(
        store, LABEL, replace(document, raw=listed("Clerc assistant", "Coordinateur d’écoproduction")), SECOND
    ).changes
    assert change.event == "list"
    assert change.reasons[0].endswith("Coordinateur d’écoproduction")
    (reworded,) = keep_document(
        store,
        LABEL,
        replace(document, raw=listed("Clerc assistant", "Coordinateur d’écoproduction").replace(b"fond", b"fondation")),
        SECOND + timedelta(days=1),
    ).changes
    assert reworded.event == "edited"


def test_new_rules_of_normalising_raise_nothing(store: Store) -> None:
    document = page(body("<p>Texte du label.</p>"))
    older = replace(
        normalise_document(document),
        text="# Titre\nTexte lu par d’autres règles.",
        digest="0" * 64,
        normaliser=NORMALISER - 1,
    )
    store.snapshots.record(LABEL.id, older, document.raw, FIRST)
    assert keep_document(store, LABEL, document, SECOND) == keeping.Kept()
    (only,) = store.snapshots.versions(document.key)
    assert only.text == normalise_document(document).text
    assert store.integrity_problems() == []


def test_what_cannot_be_tracked_leaves_nothing(store: Store) -> None:
    with pytest.raises(ParseError):
        keep_document(store, LABEL, page(b"PK\x03\x04\x00\x00\x00", content_type="application/zip"), FIRST)
    assert store.snapshots.references() == []


def test_the_first_load_of_a_register_announces_only_what_presses(store: Store) -> None:
    others = [
        Record(number=f"RS{n}", title="Autre", expires=date(2030, 1, 1), formacodes=(("32008", "RSE"),))
        for n in range(1, 4)
    ]
    kept = keep_records(store, REGISTER, [RECORD, *others], FIRST, TODAY)
    assert [(change.key, change.event) for change in kept.changes] == [("RS6456", "expiring")]
    assert kept.changes[0].after_id is not None
    assert sorted(store.records.known("rs")) == ["RS1", "RS2", "RS3", "RS6456"]
    assert len(store.snapshots.versions("RS6456")) == 1
    assert keep_records(store, REGISTER, [RECORD, *others], SECOND, TODAY).changes == ()


def test_renewal_withdrawal_and_return(store: Store) -> None:
    other = Record(number="RS1", title="Autre", active=True, expires=date(2030, 1, 1), formacodes=(("32008", "RSE"),))
    keep_records(store, REGISTER, [RECORD, other], FIRST, TODAY)
    renewed = replace(RECORD, expires=date(2029, 12, 21))
    (change,) = keep_records(store, REGISTER, [renewed, other], SECOND, TODAY).changes
    assert change.event == "renewed"
    assert change.reasons == ("échéance 21/12/2026 → 21/12/2029",)
    before = store.snapshots.get(change.before_id or 0)
    assert before is not None
    assert "21/12/2026" in before.text
    (gone,) = keep_records(store, REGISTER, [renewed], SECOND + timedelta(days=1), TODAY).changes
    assert (gone.key, gone.event) == ("RS1", "withdrawn")
    assert gone.before_id is not None
    (again,) = keep_records(store, REGISTER, [renewed, other], SECOND + timedelta(days=2), TODAY).changes
    assert (again.key, again.event) == ("RS1", "new")


def test_a_truncated_export_withdraws_nothing(store: Store) -> None:
    records = [
        Record(number=f"RS{n}", title="Autre", expires=date(2030, 1, 1), formacodes=(("32008", "RSE"),))
        for n in range(10)
    ]
    keep_records(store, REGISTER, records, FIRST, TODAY)
    kept = keep_records(store, REGISTER, records[:3], SECOND, TODAY)
    assert kept.changes == ()
    assert "damaged export" in kept.problems[0]
    assert keep_records(store, REGISTER, records[:9], SECOND, TODAY, complete=False).changes == ()
    assert len(keep_records(store, REGISTER, records[:9], SECOND, TODAY).changes) == 1


def test_what_the_watch_no_longer_asks_for_is_not_withdrawn(store: Store) -> None:
    other = Record(number="RS1", title="Autre", expires=date(2030, 1, 1), formacodes=(("32008", "RSE"),))
    keep_records(store, REGISTER, [RECORD, other], FIRST, TODAY)
    narrower = replace(REGISTER, options={"numbers": ["RS6456"]})
    assert keep_records(store, narrower, [RECORD], SECOND, TODAY).changes == ()
    assert (
        keep_records(store, REGISTER, [RECORD], SECOND, TODAY, follows=lambda record: record.number != "RS1").changes
        == ()
    )
