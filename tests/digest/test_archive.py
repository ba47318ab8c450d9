"""The archive: pages that hold together, whatever was fetched, from any folder."""

from __future__ import annotations

import posixpath
import re
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import html5lib
import pytest
from hostile import hostile_material
from sample import EDITION, MONTHLY, NOW, material, sample, story
from test_render import EVERYTHING, Tags, check_golden

from watchbot.digest.archive import archive_files, searchable, slug, write_archive
from watchbot.digest.compose import compose

BASE = "https://v.example/archive"


@pytest.fixture(scope="module")
def issues():
    former = compose(EDITION, replace(material(0), stories=(story(9), story(11))), now=NOW - timedelta(days=7))
    return [former, sample(reader=None), sample(MONTHLY, reader=None)]


def test_pages_are_those_of_issues_and_topics_with_their_feeds(issues):
    files = archive_files(issues, base=BASE)
    assert files == archive_files(list(reversed(issues)), base=BASE)
    names = set(files)
    assert {
        "index.html",
        "style.css",
        "recherche.js",
        "numeros/hebdo-2026-11-16.html",
        "numeros/hebdo-2026-11-23.ics",
    } <= names
    assert {
        "themes/mesure.html",
        "flux/themes/mesure.atom",
        "flux/editions/hebdo.atom",
        "flux/regions/corse.atom",
    } <= names
    assert "Tous les numéros" in files["numeros/hebdo-2026-11-16.html"].decode()
    check_golden("archive-index.html", files["index.html"].decode())
    check_golden("archive-issue.html", files["numeros/mensuel-2026-11-23.html"].decode())
    check_golden("archive-topic.html", files["themes/mesure.html"].decode())


def test_every_page_is_strict_and_every_link_leads_somewhere(issues):
    files = archive_files(issues, base=BASE)
    for name, content in files.items():
        if not name.endswith(".html"):
            continue
        html = content.decode()
        html5lib.HTMLParser(strict=True).parse(html)
        tags = Tags(html)
        assert tags.of("html")[0]["lang"] == "fr"
        assert len(tags.of("h1")) == 1
        assert not [
            attributes
            for _, attributes in tags.found
            if "style" in attributes or any(a.startswith("on") for a in attributes)
        ]
        assert "script-src 'self'" in html
        assert re.search(r"<script(?![^>]*src=)", html) is None
        targets = [attributes[key] for _, attributes in tags.found for key in ("href", "src") if attributes.get(key)]
        for target in targets:
            if not target.startswith(("https://", "#")):
                assert posixpath.normpath(posixpath.join(posixpath.dirname(name), target)) in files, f"{name}: {target}"
        levels = [int(tag[1]) for tag, _ in tags.found if re.fullmatch(r"h[1-6]", tag)]
        assert all(after - before <= 1 for before, after in pairwise(levels))


def test_issues_of_an_edition_lead_to_each_other(issues):
    files = archive_files(issues)
    newer = files["numeros/hebdo-2026-11-23.html"].decode()
    assert 'rel="prev" href="hebdo-2026-11-16.html"' in newer
    assert 'rel="next"' not in newer
    assert 'rel="next" href="hebdo-2026-11-23.html"' in files["numeros/hebdo-2026-11-16.html"].decode()
    assert not any(name.endswith(".atom") for name in files), "feeds need the address of the site"


def test_hostile_text_stays_text():
    files = archive_files([compose(EVERYTHING, hostile_material(), now=NOW)], base=BASE)
    for name, content in files.items():
        if name.endswith(".html"):
            html = content.decode()
            html5lib.HTMLParser(strict=True).parse(html)
            tags = Tags(html)
            assert not {tag for tag, _ in tags.found} & {"img", "iframe"}
            assert len(tags.of("script")) == 1
            assert not any(a["href"].lower().startswith(("java", "data", "vb", "file")) for a in tags.of("a"))


def test_writing_twice_writes_nothing_and_leaves_no_halves(issues, tmp_path):
    folder = tmp_path / "a" / "archive"
    written = write_archive(folder, issues, base=BASE)
    assert len(written) == len(archive_files(issues, base=BASE))
    assert write_archive(folder, issues, base=BASE) == []
    assert not list(folder.rglob("*.part"))
    later = compose(EDITION, material(1), now=NOW + timedelta(days=7))
    changed = {path.relative_to(folder).as_posix() for path in write_archive(folder, [*issues, later], base=BASE)}
    assert "numeros/hebdo-2026-11-30.html" in changed
    assert "numeros/hebdo-2026-11-16.html" not in changed


def test_an_empty_archive_says_so():
    assert "Aucun numéro" in archive_files([])["index.html"].decode()


def test_names_in_paths_hold_nothing_but_letters_digits_and_hyphens():
    assert [slug(name) for name in ("hebdo-2026-11-23", "../../etc/passwd", "É%00", "...")] == [
        *("hebdo-2026-11-23", "etc-passwd", "00", "sans-nom")
    ]


def test_search_folds_accents_case_and_apostrophes():
    (entry, *_) = compose(EDITION, material(8), now=NOW).entries
    assert "arrete du 9 novembre 2026" in searchable(entry)
    assert "d un outil" in searchable(entry)
    assert "oeuvres" in searchable(entry)
