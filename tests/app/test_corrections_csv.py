"""Corrections as spreadsheets save them: what is taken, and what is refused with file and line before anything is recorded."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchbot.app import corrections_csv
from watchbot.app.corrections_csv import import_corrections
from watchbot.errors import UsageError
from watchbot.model import FoundItem, Kind, Source
from watchbot.store import Store

SOURCE = Source(id="ecoprod-actualites", name="Ecoprod", publisher="Ecoprod", kind=Kind.FEED, url="https://e.org/f")
NINE = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def filled(watch):
    with Store(watch.database) as opened:
        found = [FoundItem(guid=g, url=f"https://e.org/{g}", title=f"Nouvelle {g}", summary="À Lyon.") for g in "12"]
        opened.items.save(SOURCE, found, NINE)
        yield opened


@pytest.fixture
def store(filled):
    filled.execute("DELETE FROM corrections")
    filled.execute("DELETE FROM tags")
    return filled


@pytest.fixture
def ids(store):
    return [item.id for item in sorted(store.items.select(limit=None), key=lambda item: item.title)]


def bring(watch, store, path, content: str | bytes, encoding="utf-8"):
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return import_corrections(watch, store, path, author="claire", at=NINE)


def said(store):
    return [(one.title[-1], one.topics, one.author) for one in store.corrections.all()]


SHEETS = {
    "plain": ("id,topics\n{0},mesure\n{1},hors-sujet\n", "utf-8"),
    "French Excel": ("id;topics\r\n{0};mesure\r\n{1};hors-sujet\r\n", "cp1252"),
    "Excel's CSV UTF-8": ("ID;Topics\r\n{0};mesure\r\n{1};\r\n", "utf-8-sig"),
    "Excel's Unicode text": ("Id\tTOPICS\r\n{0}\tmesure\r\n{1}\tHors sujet\r\n", "utf-16"),
    "the separator named": ("sep=;\r\nid;topics\r\n{0};mesure\r\n{1};hors-sujet\r\n", "utf-8-sig"),
    "blank rows": ("\r\n;;\r\nid;topics;\r\n;;\r\n{0};mesure;\r\n\r\n{1};;\r\n;;\r\n", "utf-8"),
    "quoted, other columns": ('"title","id","topics"\n"Une,\nsuite","{0}","mesure"\n"","{1}",""\n', "utf-8"),
    "commas in another column's name": ("id;topics;note (a,b,c,d)\n{0};mesure;é\n{1};;à\n", "cp1252"),
    "topics in any case": ("id,topics\n{0},MESURE\n{1},\n", "utf-8"),
    "a topic twice": ('id,topics\n{0},"mesure, Mesure"\n{1},\n', "utf-8"),
    "old Mac line ends": ("id,topics\r{0},mesure\r{1},\r", "utf-8"),
}


@pytest.mark.parametrize("name", SHEETS)
def test_what_spreadsheets_save_is_taken(watch, store, ids, tmp_path, name):
    content, encoding = SHEETS[name]
    assert bring(watch, store, tmp_path / "c.csv", content.format(*ids), encoding) == 2
    assert said(store) == [("1", ("mesure",), "claire"), ("2", (), "claire")]


@pytest.mark.parametrize(
    "cell", ['"mesure,animation"', '"mesure;animation"', "mesure|animation", " mesure | animation |"]
)
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_topics_in_a_cell_are_parted_by_comma_semicolon_or_bar(watch, store, ids, tmp_path, cell, delimiter):
    sheet = f"id;topics;author\n{ids[0]};@;Zoé\n".replace(";", delimiter).replace("@", cell)
    bring(watch, store, tmp_path / "c.csv", sheet, "cp1252")
    assert said(store) == [("1", ("mesure", "animation"), "Zoé")]


# Each after a good line of item 1; `{0}` is that item, `{1}` the other.
WRONG_LINES = {
    "unknown topic": ("{1};mesur", 3, 'no topic "mesur"; did you mean'),
    "unknown item": ("zzzz;mesure", 3, 'no item "zzzz"'),
    "no id": (";mesure", 3, "no id"),
    "off topic with topics": ("{1};hors-sujet|mesure", 3, "choose one"),
    "separators alone": ("{1};|,", 3, "names no topic"),
    "surplus cell": ("{1};mesure;x;animation", 3, "4 cells below 3 columns"),
    "topic taken for the author": ("{1};mesure;animation", 3, "which is a topic"),
    "no cell of topics": ("{1}", 3, "ends before its topics"),
    "after blank rows": ("\n\n{1};mesur", 5, "no topic"),
    "after a cell of two lines": ('{0};mesure;"a\nb"\n{1};mesur', 5, "no topic"),
    "open quote": ('{1};mesure;"x\n{0};mesure', 3, "not CSV"),
    "enormous cell": ("{1};mesure;" + "x" * 11_000, 3, "a cell of more than"),
    "enormous cell beyond the csv module's limit": ("{1};mesure;" + "x" * 200_000, 3, ""),
    "control character": ("{1};mesure;\x02", 3, "not a text file"),
}


@pytest.mark.parametrize("name", WRONG_LINES)
def test_a_wrong_line_is_named_and_nothing_recorded(watch, store, ids, tmp_path, name):
    line, number, words = WRONG_LINES[name]
    path = tmp_path / "c.csv"
    with pytest.raises(UsageError) as caught:
        bring(watch, store, path, f"id;topics;author\n{ids[0]};mesure;\n{line.format(*ids)}\n")
    assert str(caught.value).startswith(f"{path}:{number}: ")
    assert words in str(caught.value)
    assert store.corrections.count() == 0
    assert store.tags.of(ids) == {}


WRONG_FILES = {
    "empty": (b"", "empty"),
    "blank": (b"\xef\xbb\xbf \r\n\r\n", "empty"),
    "separators alone": (b";;\r\n;;\r\n", "no correction"),
    "header alone": (b"id;topics\r\n", "no correction"),
    "no topics": (b"id;themes\r\nx;mesure\r\n", 'no column "topics"'),
    "no id": (b"item,topics\nx,mesure\n", 'no column "id"'),
    "no header": (b"0123456789ab;mesure\n", 'no column "id"'),
    "a column twice": (b"id;topics;ID\nx;mesure;y\n", "two columns"),
    "a workbook": (b"PK\x03\x04\x14\x00\x06\x00\x08\x00", "not a text file"),
    "UTF-16 cut short": ("id;topics".encode("utf-16") + b"\x00", "not a text file"),
    "no text in any encoding": (b"id;topics\n\x81\x8d;\x9d\n", "not a text file"),
}


@pytest.mark.parametrize("name", WRONG_FILES)
def test_a_wrong_file_is_refused(watch, store, tmp_path, name):
    content, words = WRONG_FILES[name]
    path = tmp_path / "c.csv"
    with pytest.raises(UsageError) as caught:
        bring(watch, store, path, content)
    assert str(caught.value).startswith(f"{path}:1: ")
    assert words in str(caught.value)


def test_a_large_file_is_refused_before_it_is_read(watch, store, ids, tmp_path, monkeypatch):
    path = tmp_path / "c.csv"
    with path.open("wb") as file:
        file.truncate(10_000_000_000)
    with pytest.raises(UsageError, match=r"c\.csv:1: larger than 20 MB"):
        import_corrections(watch, store, path, author="claire", at=NINE)
    monkeypatch.setattr(corrections_csv, "MAX_LINES", 2)
    with pytest.raises(UsageError, match=r"c\.csv:4: more than 2 corrections"):
        bring(watch, store, path, "id;topics\n" + f"{ids[0]};mesure\n" * 3)
    assert store.corrections.count() == 0


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.binary(max_size=80), st.text(alphabet='id,topcs;\t"\r\n|ae', max_size=60).map(str.encode)))
def test_any_bytes_are_taken_or_refused_with_a_line(watch, filled, tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=r"any\.csv:\d+: "):
        import_corrections(watch, filled, path, author="claire", at=NINE)
