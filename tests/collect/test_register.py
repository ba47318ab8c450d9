"""The kind `register`: exports in every wrapping, watched records alone, bounded memory, no bomb."""

from __future__ import annotations

import gzip
import io
import json
import struct
import tracemalloc
import zipfile
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.collect.answers import answer, check_golden, plain, source
from tests.collect.exports import FICHES, STANDARD, TABLES, csv_zip, xml_zip, zip_of
from watchbot.collect import register_archive
from watchbot.collect.register import parse, read_register
from watchbot.collect.register_fields import active_flag, day
from watchbot.collect.register_match import canonical_number, watch_of
from watchbot.errors import ParseError
from watchbot.model import Kind, Record, Source

ZIP = "application/zip"


def register(**options: Any) -> Source:
    return source(Kind.REGISTER, "https://static.data.gouv.fr/export.zip", options)


def read(content: bytes, **options: Any) -> list[Record]:
    return list(parse(answer(content, content_type=ZIP), register(**options)).records)


def numbers(content: bytes, **options: Any) -> list[str]:
    return [record.number for record in read(content, **options)]


def test_csv_tables_are_joined() -> None:
    check_golden("register-csv", [plain(record) for record in read(csv_zip(), numbers=["RS6456", "RNCP37773"])])


def test_xml_records_are_whole() -> None:
    check_golden("register-xml", [plain(record) for record in read(xml_zip(), numbers=["RS6456", "RNCP37773"])])


@pytest.mark.parametrize("content", [csv_zip(), xml_zip()], ids=["csv", "xml"])
def test_the_flag_and_the_date_may_disagree_and_both_are_kept(content: bytes) -> None:
    record = read(content, numbers=["RNCP37773"])[0]
    assert (record.active, record.expires) == (True, date(2024, 7, 19))
    assert record.url == "https://www.francecompetences.fr/recherche/rncp/37773/"
    assert record.replaces == ("RNCP27857",)


@pytest.mark.parametrize(
    ("watch", "expected"),
    [
        ({"numbers": ["rs 6456"]}, ["RS6456"]),
        ({"formacodes": ["12522"]}, ["RNCP30111"]),
        ({"rome": ["l1302"]}, ["RNCP37773"]),
        ({"certifiers": ["cpnef de l’audiovisuel"]}, ["RS6456"]),
        ({"certifiers": ["audiovisuel"]}, ["RS6456", "RNCP37773"]),
        ({"certifiers": ["314 756 789 00035"]}, ["RS6456"]),
        ({"certifiers": ["197534712"]}, ["RNCP30111"]),
        ({"words": ["écoresponsable"]}, ["RS6456", "RNCP37773"]),
        ({"words": ["eco-responsables"]}, ["RS6456", "RNCP37773"]),
        ({"words": ["responsable"]}, ["RNCP37773", "RNCP30111"]),
        ({"words": ["développement durable"]}, ["RNCP30111"]),
        ({"words": ["coiff*"]}, ["RNCP30112"]),
        ({"words": ["coiff"]}, []),
        ({"numbers": ["RS6456"], "formacodes": ["32008"]}, ["RS6456", "RNCP30111"]),
        ({"words": ["écoresponsable"], "register": "rs"}, ["RS6456"]),
        ({"formacodes": ["32008"], "register": "rs"}, []),
        ({}, ["RS6456", "RNCP37773", "RNCP30111", "RNCP30112"]),
    ],
)
def test_only_what_is_watched_is_read(watch: dict[str, Any], expected: list[str]) -> None:
    assert numbers(csv_zip(), **watch) == expected


@pytest.mark.parametrize(
    ("watch", "expected"),
    [
        ({"numbers": ["RNCP37773"]}, ["RNCP37773"]),
        ({"formacodes": ["32008", "46262"]}, ["RS6456", "RNCP30111"]),
        ({"rome": ["L1302"]}, ["RNCP37773"]),
        ({"certifiers": ["CPNEF"]}, ["RS6456"]),
        ({"words": ["négocier"]}, ["RNCP37773"]),
        ({"words": ["mesurer"]}, ["RS6456"]),
        ({"register": "rncp"}, ["RNCP37773", "RNCP30111"]),
    ],
)
def test_the_same_watches_on_xml(watch: dict[str, Any], expected: list[str]) -> None:
    assert numbers(xml_zip(), **watch) == expected


def test_watching_and_a_complete_record_agree() -> None:
    everything = read(csv_zip())
    for options in (
        {"formacodes": ["32008"]},
        {"rome": ["D1202"]},
        {"certifiers": ["CPNEF"]},
        {"words": ["budget"]},
        {"numbers": ["RS6456"]},
    ):
        watch = watch_of(options)
        assert [record.number for record in everything if watch.takes(record)] == numbers(csv_zip(), **options)


def test_every_wrapping() -> None:
    inner = xml_zip()
    expected = numbers(inner)
    assert numbers(FICHES.encode()) == expected
    assert numbers(gzip.compress(FICHES.encode())) == expected
    assert numbers(zip_of({"dossier/export-fiches-rncp-v4-1-2026-11-16.zip": inner, "lisez-moi.txt": b"x"})) == expected
    assert numbers(TABLES["Standard"].encode()) == ["RS6456", "RNCP37773", "RNCP30111", "RNCP30112"]
    assert numbers(csv_zip(decomposed=True), words=["éco-responsable"]) == ["RS6456", "RNCP37773"]


def test_of_both_registers_the_watched_one_and_of_both_formats_the_wanted_one() -> None:
    both = zip_of(
        {
            "export_fiches_RNCP_V4_1_2026-11-16.xml": FICHES.encode(),
            "export_fiches_RS_V4_1_2026-11-16.xml": b"<FICHES><FICHE><NUMERO_FICHE>RS1</NUMERO_FICHE><INTITULE>Un</INTITULE></FICHE></FICHES>",
            "export_fiches_CSV_Standard_2026_11_16.csv": TABLES["Standard"].encode(),
        }
    )
    assert numbers(both, register="rs") == ["RS1"]
    assert numbers(both, format="csv", register="rs") == ["RS6456"]
    with pytest.raises(ParseError, match="no csv export"):
        numbers(xml_zip(), format="csv")


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8-sig"])
def test_older_encodings_of_the_tables(encoding: str) -> None:
    record = read(csv_zip(encoding=encoding), numbers=["RNCP37773"])[0]
    assert record.title == 'Directeur de production ; cinéma et "audiovisuel"'
    assert record.blocks[1].title == "Conduire un tournage éco-responsable"


def test_xml_in_latin_1_with_wrong_bytes_and_forbidden_characters() -> None:
    text = FICHES.replace("UTF-8", "ISO-8859-1").replace("Publiée", "Publi\x0bée")
    assert read(text.encode("cp1252"), numbers=["RS6456"])[0].title.startswith("Déployer une démarche")
    broken = FICHES.encode().replace("Négocier".encode(), b"N\xe9gocier")
    assert len(read(broken)) == 3


def test_rows_too_short_or_too_long_are_read_as_far_as_they_go() -> None:
    text = f'{STANDARD}\n"1";"RS1";"Court"\n"2";"RS2";"Long";;;;;;;;;"31/12/2030";;;;"ACTIVE";"de";"trop"\n;;\n"x";"pas un numéro";"x"\n'
    records = read(zip_of({"export_fiches_CSV_Standard_2026_11_16.csv": text.encode()}))
    assert [(record.number, record.active) for record in records] == [("RS1", None), ("RS2", True)]


def test_a_download_cut_short_gives_what_came_and_says_so() -> None:
    cut = FICHES.encode()[: FICHES.encode().index(b"RNCP30111")]
    found = parse(answer(cut), register())
    assert [record.number for record in found.records] == ["RS6456", "RNCP37773"]
    assert "breaks off" in found.problems[0]
    with pytest.raises(ParseError) as raised:
        list(read_register(io.BytesIO(cut), register()))
    assert raised.value.reason == "truncated"
    with pytest.raises(ParseError) as raised:
        read(xml_zip()[:-30])
    assert raised.value.reason == "unreadable"


def test_what_is_watched_and_missing_is_told() -> None:
    found = parse(answer(csv_zip()), register(numbers=["RS6456", "RS9999"]))
    assert found.problems == ("watched but not in the export: RS9999",)
    assert "no record of the export is watched" in parse(answer(csv_zip()), register(numbers=["RS1"])).problems[0]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<html><body>Maintenance</body></html>", "not-a-register"),
        (b"rien", "not-a-register"),
        (b"", "not-a-register"),
        (zip_of({"photo.jpg": b"\xff\xd8"}), "not-a-register"),
        (zip_of({"export_fiches_CSV_Rome_2026_11_16.csv": TABLES["Rome"].encode()}), "not-a-register"),
        (b"PK\x03\x04" + b"\0" * 100, "unreadable"),
        (b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><FICHES><FICHE><NUMERO_FICHE>RS1</NUMERO_FICHE></FICHE></FICHES>', "entities"),
        (zip_of({f"{n}.csv": b"x" for n in range(300)}), "bomb"),
        (zip_of({"export_fiches_RS.xml": b"0" * 40_000_000}), "bomb"),
        (zip_of({"a.zip": zip_of({"b.zip": zip_of({"c.zip": zip_of({"d.xml": b"<FICHES/>"})})})}), "bomb"),
    ],
)  # fmt: skip
def test_what_is_no_export_or_a_trap_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(ParseError) as raised:
        read(content)
    assert raised.value.reason == reason


def test_a_zip_that_lies_about_its_sizes_is_stopped_while_it_unpacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(register_archive, "_RATIO_FROM", 100_000)
    content = bytearray(zip_of({"export_fiches_RS.xml": b"<FICHES>" + b"0" * 3_000_000}))
    # The sizes in the central directory are made small: only counting shows the truth.
    central = content.rindex(b"PK\x01\x02")
    struct.pack_into("<L", content, central + 24, 90_000)
    with pytest.raises(ParseError) as raised:
        read(bytes(content))
    assert raised.value.reason in {"bomb", "unreadable", "not-a-register"}
    bomb = gzip.compress(b"<FICHES>" + b"0" * 3_000_000)
    with pytest.raises(ParseError) as raised:
        read(bomb)
    assert raised.value.reason == "bomb"


def test_a_locked_zip_says_so() -> None:
    content = bytearray(csv_zip())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.find(mark)
        while place >= 0:
            content[place + offset] |= 1
            place = content.find(mark, place + 4)
    with pytest.raises(ParseError) as raised:
        read(bytes(content))
    assert raised.value.reason == "encrypted"


def test_memory_is_that_of_what_is_watched_not_of_the_export() -> None:
    fiche = FICHES[FICHES.index("<FICHE>") : FICHES.index("</FICHES>")]
    body = "".join(fiche.replace("RS6456", f"RS{n}") for n in range(10_000, 16_000))
    content = xml_zip(f"<FICHES>{body}</FICHES>")
    assert len(body) > 14_000_000
    tracemalloc.start()
    found = list(read_register(io.BytesIO(content), register(numbers=["RS12345"])))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [record.number for record in found] == ["RS12345"]
    assert peak < 12_000_000


def dataset(*titles: str) -> bytes:
    resources = [
        {"title": title, "url": f"https://static.data.gouv.fr/r/{title}", "last_modified": "2026-11-16T05:00:00+00:00"}
        for title in titles
    ]
    return json.dumps({"title": "Répertoire national", "resources": resources}).encode()


DAYS = (
    "export-fiches-csv-2026-11-16.zip", "export-fiches-rncp-v4-1-2026-11-15.zip", "export-fiches-rs-v4-1-2026-11-15.zip", "export-fiches-rncp-v4-1-2026-11-14.zip",
    "dictionnaire-de-donnees.pdf", "export-fiches-rncp-v4-1-2026-13-45.zip",
)  # fmt: skip


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"register": "rncp"}, "export-fiches-rncp-v4-1-2026-11-15.zip"),
        ({"register": "rs"}, "export-fiches-rs-v4-1-2026-11-15.zip"),
        ({"register": "rs", "format": "csv"}, "export-fiches-csv-2026-11-16.zip"),
        ({"register": "rncp", "format": "xml"}, "export-fiches-rncp-v4-1-2026-11-15.zip"),
    ],
)
def test_the_newest_export_of_a_dataset_is_followed(options: dict[str, str], expected: str) -> None:
    found = parse(
        answer(dataset(*DAYS), "https://www.data.gouv.fr/api/1/datasets/x/", "application/json"), register(**options)
    )
    assert [(one.role, one.request.url) for one in found.follow] == [
        ("document", f"https://static.data.gouv.fr/r/{expected}")
    ]
    assert found.follow[0].request.max_bytes == 600_000_000


def test_a_format_given_up_does_not_hold_back_the_other() -> None:
    content = dataset("export-fiches-rncp-v4-1-2026-01-15.zip", "export-fiches-csv-2026-11-16.zip")
    assert parse(answer(content), register(register="rncp")).follow[0].request.url.endswith("csv-2026-11-16.zip")


def test_the_paged_interface_of_data_gouv_and_datasets_without_exports() -> None:
    paged = json.dumps({"data": json.loads(dataset(*DAYS))["resources"]}).encode()
    assert parse(answer(paged), register(register="rs")).follow
    for content in (dataset("autre.csv"), b'{"resources": 3}', b"{", b'{"resources": [1, {"title": null}]}'):
        with pytest.raises(ParseError) as raised:
            parse(answer(content), register(register="rs"))
        assert raised.value.reason == "not-a-register"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("21/12/2026", date(2026, 12, 21)),
        ("2026-12-21T00:00:00", date(2026, 12, 21)),
        ("31/02/2026", None),
        ("", None),
        ("demain", None),
    ],
)
def test_days(written: str, expected: date | None) -> None:
    assert day(written) == expected


def test_flags_and_numbers() -> None:
    assert [active_flag(text) for text in ("ACTIVE", "Oui", "INACTIVE", "Non", "?")] == [True, True, False, False, None]
    assert [canonical_number(text) for text in ("RNCP37773", " rs 6456 ", "RNCP0123", "6456", "RNCP")] == [
        "RNCP37773",
        "RS6456",
        "RNCP123",
        "",
        "",
    ]


@settings(max_examples=40, deadline=None)
@given(
    st.binary(max_size=300),
    st.integers(0, 1500),
    st.sampled_from([csv_zip(), xml_zip(), FICHES.encode(), TABLES["Standard"].encode()]),
)
def test_no_damage_breaks_it(noise: bytes, place: int, content: bytes) -> None:
    damaged = content[:place] + noise + content[place + len(noise) :]
    try:
        records = read(damaged)
    except ParseError:
        return
    assert all(record.number for record in records)


def test_an_archive_can_be_read_again_from_the_same_file() -> None:
    with zipfile.ZipFile(io.BytesIO(csv_zip())) as archive:
        assert "export_fiches_CSV_Standard_2026_11_16.csv" in archive.namelist()
    file = io.BytesIO(csv_zip())
    first, second = (list(read_register(file, register(numbers=["RS6456"]))) for _ in range(2))
    assert first == second
    assert not file.closed
