"""The history of a reference, as text, data and a page that works alone."""

from __future__ import annotations

import json
import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from tests.track.documents import FIRST, SECOND, fixture, page, version
from watchbot.errors import UsageError
from watchbot.model import Item, Kind, Record, Source
from watchbot.store import Store
from watchbot.track.keeping import keep_document, keep_records
from watchbot.track.timeline import build_timeline, timeline_data, timeline_of, timeline_text
from watchbot.track.timeline_page import timeline_page

TODAY = date(2026, 11, 23)
LABEL = Source(
    id="label", name="Label", publisher="Ecoprod", kind=Kind.PAGE, url="https://exemple.fr/page", tracked=True
)
NEWS = Item(
    id="abc",
    url="https://exemple.fr/actu",
    title="Le label évolue : 70 %",
    publisher="Boxoffice Pro",
    first_seen=SECOND,
    last_seen=SECOND,
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "watch.db")
    keep_document(store, LABEL, page(fixture("label.html")), FIRST)
    keep_document(
        store,
        LABEL,
        page(fixture("label.html").replace("65&nbsp;%", "70&nbsp;%").replace("<li>Trier", "<li>Peser et trier")),
        SECOND,
    )
    register = Source(id="rs", name="RS", publisher="FC", kind=Kind.REGISTER, url="https://exemple.fr/rs.zip")
    record = Record(number="RS6456", title="Démarche écoresponsable", active=True, expires=date(2026, 12, 21))
    keep_records(store, register, [record], FIRST, TODAY)
    return store


def test_by_source_key_and_number(store: Store) -> None:
    by_source = timeline_of(store, "label", TODAY, [NEWS])
    by_key = timeline_of(store, "https://exemple.fr/page", TODAY)
    assert by_source.versions == by_key.versions
    assert len(by_source.versions) == 2
    assert by_source.versions[0].until == SECOND
    assert by_source.versions[1].until is None
    record = timeline_of(store, "rs 6456", TODAY)
    assert record.validity == "active\u00a0; expire dans 28\u00a0jours, le 21/12/2026"
    assert len(record.changes) == 1
    with pytest.raises(UsageError, match="nothing is tracked under 'absent'"):
        timeline_of(store, "absent", TODAY)


def test_a_source_with_several_documents_asks_which(store: Store) -> None:
    keep_document(store, LABEL, page(fixture("rga.html"), key="https://exemple.fr/rga"), FIRST)
    with pytest.raises(UsageError, match=r"https://exemple\.fr/rga"):
        timeline_of(store, "label", TODAY)


def test_as_text(store: Store) -> None:
    text = timeline_text(timeline_of(store, "label", TODAY, [NEWS]))
    lines = text.split("\n")
    assert lines[0] == "Le référentiel du Label Ecoprod"
    assert "  version 2, vue du 23/11/2026 au 23/11/2026, en cours" in lines
    assert "  version 1, vue du 16/11/2026 au 16/11/2026" in lines
    assert any(
        line.startswith("  23/11/2026  Document modifié (substantielle)\u00a0: ") and "70" in line for line in lines
    )
    assert any("Actualité (Boxoffice Pro)\u00a0: Le label évolue\u00a0: 70\u00a0%" in line for line in lines)
    assert lines.index(next(line for line in lines if "Document modifié" in line)) < lines.index(
        next(line for line in lines if "Première version" in line)
    )


def test_as_data(store: Store) -> None:
    data = json.loads(json.dumps(timeline_data(timeline_of(store, "label", TODAY, [NEWS]))))
    assert [one["version"] for one in data["versions"]] == [1, 2]
    assert data["changes"][0]["event"] == "edited"
    assert data["mentions"][0]["url"] == NEWS.url


def test_the_page_needs_nothing_and_lets_nothing_in(store: Store) -> None:
    hostile = "</script><script>alert(1)</script> <img src=x onerror=alert(1)>"
    timeline = build_timeline(
        "x", [version("# A\nUn", 1, title=hostile), version(f"# A\n{hostile}", 2, title=hostile)], (), []
    )
    made = timeline_page(timeline)
    assert "<img" not in made
    assert made.count("<script") == 2
    assert made.count("</script>") == 2
    outside = re.findall(r"""<(?!script)[^>]*(?:src|href)=["']?([^"' >]+)""", made)
    assert outside
    assert all(address.startswith("https://exemple.fr/") for address in outside)
    assert "script-src &#x27;sha256-" in made
    alone = timeline_page(build_timeline("x", [version("# A\nUn")], ()))
    assert "<script" not in alone


@pytest.mark.browser
@pytest.mark.skipif(shutil.which("chromium") is None, reason="Debian's Chromium is not installed")
def test_any_two_versions_are_compared_in_the_browser(store: Store, tmp_path: Path) -> None:
    from playwright.sync_api import sync_playwright

    keep_document(
        store, LABEL, page(fixture("label.html").replace("85&nbsp;actions", "90&nbsp;actions")), SECOND.replace(day=24)
    )
    file = tmp_path / "timeline.html"
    file.write_text(timeline_page(timeline_of(store, "label", TODAY)), encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        tab = browser.new_page()
        errors: list[str] = []
        tab.on("pageerror", lambda error: errors.append(str(error)))
        tab.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        tab.goto(file.as_uri())
        assert "passages diffèrent" in tab.inner_text("#count")
        tab.select_option("#from", "0")
        tab.select_option("#to", "1")
        assert tab.inner_text("#count") == "2 passages diffèrent"
        assert tab.locator("#comparison del").all_text_contents() == ["supprimé\u00a0: 65", "supprimé\u00a0: Trier"]
        assert tab.locator("#comparison ins").all_text_contents() == [
            "ajouté\u00a0: 70",
            "ajouté\u00a0: Peser et trier",
        ]
        tab.check("#whole")
        assert tab.locator("#comparison .same").count() > 10
        tab.select_option("#to", "0")
        assert tab.inner_text("#count") == "Aucune différence"
        browser.close()
    assert errors == []
