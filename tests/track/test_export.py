"""A change as a zip to cite."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import date
from pathlib import Path

import pytest

from tests.track.documents import FIRST, SECOND, fixture, page
from watchbot.errors import UsageError
from watchbot.model import Kind, Record, Source
from watchbot.store import Store
from watchbot.track.export import export_change
from watchbot.track.keeping import keep_document, keep_records

LABEL = Source(
    id="label", name="Label", publisher="Ecoprod", kind=Kind.PAGE, url="https://exemple.fr/page", tracked=True
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "watch.db")


def test_before_after_difference_and_proofs(store: Store) -> None:
    before = page(fixture("label.html"))
    after = page(fixture("label.html").replace("65&nbsp;%", "70&nbsp;%"))
    keep_document(store, LABEL, before, FIRST)
    (change,) = keep_document(store, LABEL, after, SECOND).changes
    name, data = export_change(store, change.id[:8])
    assert name == f"changement-{change.id}.zip"
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert archive.testzip() is None
    assert archive.namelist() == sorted(
        [
            "LISEZMOI.txt",
            "apres/original.html",
            "apres/texte.txt",
            "avant/original.html",
            "avant/texte.txt",
            "diff.html",
            "diff.txt",
            "metadata.json",
        ]
    )
    assert archive.read("avant/original.html") == before.raw
    assert archive.read("apres/original.html") == after.raw
    metadata = json.loads(archive.read("metadata.json"))
    for file, said in metadata["files"].items():
        assert hashlib.sha256(archive.read(file)).hexdigest() == said["sha256"]
        assert len(archive.read(file)) == said["bytes"]
    assert metadata["change"]["reasons"] == list(change.reasons)
    assert metadata["before"]["first_seen"] == FIRST.isoformat()
    assert metadata["after"]["raw_sha256"] == hashlib.sha256(after.raw).hexdigest()
    assert metadata["before"]["url"] == "https://exemple.fr/page"
    assert "<del" in archive.read("diff.html").decode()
    assert "70" in archive.read("diff.txt").decode()


def test_the_same_bytes_every_time(store: Store) -> None:
    keep_document(store, LABEL, page(fixture("rga.html")), FIRST)
    (change,) = keep_document(store, LABEL, page(fixture("rga.html").replace("28 000", "30 000")), SECOND).changes
    assert export_change(store, change.id) == export_change(store, change.id)


def test_an_event_of_a_record_has_one_side(store: Store) -> None:
    source = Source(id="rs", name="RS", publisher="FC", kind=Kind.REGISTER, url="https://exemple.fr/rs.zip")
    (change,) = keep_records(
        store, source, [Record(number="RS6456", title="T", expires=date(2026, 12, 21))], FIRST, date(2026, 11, 23)
    ).changes
    archive = zipfile.ZipFile(io.BytesIO(export_change(store, change.id)[1]))
    assert "apres/original.json" in archive.namelist()
    assert "avant/texte.txt" not in archive.namelist()
    assert json.loads(archive.read("metadata.json"))["before"] is None


def test_an_unknown_change_is_refused(store: Store) -> None:
    with pytest.raises(UsageError, match="watchbot changes"):
        export_change(store, "absent")
