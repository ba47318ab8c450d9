"""Regions, kinds of production and phases, on labelled lines and on what names may hide."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchbot.extract.facets import facets
from watchbot.extract.folding import fold
from watchbot.extract.gazetteer import PLACED, SURE
from watchbot.model import PHASES, PRODUCTIONS, REGIONS

# Title, region, kinds of production, phases, between tabs.
LINES = [line.split("\t") for line in (Path(__file__).parent / "facets.tsv").read_text(encoding="utf-8").splitlines()]


def test_lines_are_many_and_every_label_exists() -> None:
    assert len(LINES) >= 100
    assert {line[1] for line in LINES} - {""} <= set(REGIONS)
    assert {kind for line in LINES for kind in line[2].split()} == set(PRODUCTIONS)
    assert {phase for line in LINES for phase in line[3].split()} == set(PHASES)


@pytest.mark.parametrize(("title", "region", "productions", "phases"), LINES, ids=[line[0][:40] for line in LINES])
def test_labelled_line(title: str, region: str, productions: str, phases: str) -> None:
    found = facets(title)
    assert (found[0] or "", set(found[1]), set(found[2])) == (region, set(productions.split()), set(phases.split()))


@pytest.mark.parametrize(
    ("region", "name"), [(region, name) for region, words in SURE.items() for name in words.split("|")]
)
def test_every_name_means_its_region(region: str, name: str) -> None:
    assert fold(name)[0] == name
    assert facets(f"Un fonds ({name.title()}) est doté")[0] == region


@pytest.mark.parametrize(
    ("region", "name"), [(region, name) for region, words in PLACED.items() for name in words.split("|")]
)
def test_common_words_need_a_sign_of_place(region: str, name: str) -> None:
    assert facets(f"Le mot {name} est commun")[0] is None
    assert facets(f"Département de la {name} : aide")[0] == region


def test_every_region_has_names() -> None:
    assert set(SURE) == set(REGIONS)
    assert set(PLACED) <= set(REGIONS)


def test_text_goes_before_the_source() -> None:
    assert facets("Une aide", source_region="sud")[0] == "sud"
    assert facets("Une aide en Bretagne", source_region="sud")[0] == "bretagne"
    assert facets("Une aide", "Le fonds est ouvert en Occitanie.", source_region="sud")[0] == "occitanie"
    assert facets("Une aide")[0] is None


def test_title_weighs_more_than_body() -> None:
    assert facets("Bretagne : une aide", body="Comme en Corse, comme en Corse.")[0] == "bretagne"
    assert facets("Une aide", body="En Corse, en Corse, en Bretagne.")[0] == "corse"


def test_a_tour_of_regions_is_of_none() -> None:
    body = "Bretagne, Corse, Normandie, Occitanie et Guyane aident les tournages."
    assert facets("Le tour des fonds", body=body)[0] is None
    assert facets("Le tour des fonds", body=body, source_region="sud")[0] == "sud"


def test_body_has_to_say_it_twice() -> None:
    assert facets("Une aide", body="Un documentaire.")[1] == ()
    assert facets("Une aide", body="Un documentaire, des documentaires.")[1] == ("documentaire",)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200), st.text(max_size=200), st.text(max_size=400))
def test_any_text(title: str, summary: str, body: str) -> None:
    region, productions, phases = facets(title, summary, body)
    assert region is None or region in REGIONS
    assert set(productions) <= set(PRODUCTIONS)
    assert set(phases) <= set(PHASES)
    assert re.sub(r"\W", "", "".join(productions)) is not None
