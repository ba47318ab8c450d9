"""Regions, kinds of production and phases, on labelled lines and on what names may hide."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchbot.extract import gazetteer
from watchbot.extract.facets import facets
from watchbot.extract.folding import fold
from watchbot.extract.places import region_in_name
from watchbot.model import PHASES, PRODUCTIONS, REGIONS

# Title, region, kinds of production, phases, between tabs.
LINES = [line.split("\t") for line in (Path(__file__).parent / "facets.tsv").read_text(encoding="utf-8").splitlines()]


def test_lines_are_many_and_every_label_exists() -> None:
    assert len(LINES) >= 300
    assert {line[1] for line in LINES} - {""} <= set(REGIONS)
    assert {kind for line in LINES for kind in line[2].split()} == set(PRODUCTIONS)
    assert {phase for line in LINES for phase in line[3].split()} == set(PHASES)


@pytest.mark.parametrize(("title", "region", "productions", "phases"), LINES, ids=[line[0][:40] for line in LINES])
def test_labelled_line(title: str, region: str, productions: str, phases: str) -> None:
    found = facets(title)
    assert (found[0] or "", set(found[1]), set(found[2])) == (region, set(productions.split()), set(phases.split()))


NAMES = [
    (region, name)
    for table in (gazetteer.REGION_NAMES, gazetteer.DEPARTMENTS)
    for region, words in table.items()
    for name in words.split("|")
]


@pytest.mark.parametrize(("region", "name"), NAMES, ids=[name for _, name in NAMES])
def test_every_name_means_its_region(region: str, name: str) -> None:
    assert fold(name)[0] == name
    assert facets(f"Un fonds ({name.title()}) est doté")[0] == region


def test_every_region_has_names() -> None:
    assert set(gazetteer.REGION_NAMES) == set(REGIONS)


def test_text_goes_before_the_source() -> None:
    assert facets("Une aide", source_region="sud")[0] == "sud"
    assert facets("Une aide en Bretagne", source_region="sud")[0] == "bretagne"
    assert facets("Une aide", "Le fonds est ouvert en Occitanie.", source_region="sud")[0] == "occitanie"
    assert facets("Une aide")[0] is None


def test_a_town_does_not_take_a_text_from_its_regional_source() -> None:
    assert facets("Un producteur lyonnais reçoit l’aide", source_region="occitanie")[0] == "occitanie"
    assert facets("Une projection à Lyon", source_region="occitanie")[0] == "occitanie"
    assert facets("La Région Bretagne et l’Occitanie s’allient", source_region="occitanie")[0] == "occitanie"


def test_publisher_that_is_a_regional_fund() -> None:
    assert facets("Le comité se réunit", publisher="Pictanovo")[0] == "hauts-de-france"
    assert facets("Le comité se réunit", publisher="Film Paris Region")[0] == "ile-de-france"
    assert facets("Le comité se réunit", publisher="CNC")[0] is None
    assert region_in_name("Mairie de Lyon") is None


def test_context_of_the_summary_tells_a_festival_from_its_town() -> None:
    assert facets("Annecy : une semaine de folie", "L’édition du festival attire la foule.")[0] is None
    assert (
        facets("Annecy : un studio s’agrandit", "Il s’installe dans une ancienne usine.")[0] == "auvergne-rhone-alpes"
    )
    assert facets("Green news from Cannes", "Experts met during the film festival.")[0] is None


def test_people_named_like_places() -> None:
    assert facets("Émilie Caen au cœur d’un téléfilm")[0] is None
    assert facets("Tournage à Caen")[0] == "normandie"
    assert facets("Ville de Metz : une charte")[0] == "grand-est"


def test_shouted_titles() -> None:
    assert facets("LA RÉGION BRETAGNE AIDE LES TOURNAGES")[0] == "bretagne"
    assert facets("TOURNAGE À NICE")[0] == "sud"


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
