"""The yearly list of emerging jobs: the lists of 2023 to 2025 as the sector's study gives them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

from tests.track.documents import SECOND, body, text_of, version
from watchbot.track.emerging import compare_jobs, emerging_change, jobs_in, moves_table, presence
from watchbot.track.timeline import build_timeline, timeline_data, timeline_text
from watchbot.track.timeline_page import timeline_page

BOTH = """Agent valoriste des biens de consommation courante|Animateur esport(s)|Contrôleur technique qualité des installations et équipements des énergies décarbonées
Expert en digitalisation et exploitation des bâtiments|Ouvrier de la construction modulaire hors site|Paysan-herboriste|Préparateur en déconstruction|Technicien en électronique
Technicien valoriste du réemploi|Technicien en bioproduction"""
JOBS_2023 = (*BOTH.replace("\n", "|").split("|"), "Diagnostiqueur produits matériaux déchets issus des bâtiments")
JOBS_2024 = (
    *JOBS_2023[:-1],
    "Diagnostiqueur de produits matériaux et déchets issus des bâtiments",
    "Développeur blockchain",
    "Product builder no code",
    "Responsable green IT",
)
JOBS_2025 = (
    "Clerc assistant",
    "Clerc gestionnaire",
    "Contrôleur technique qualité des installations et équipements des énergies décarbonées",
    "Coordinateur / Coordinatrice d'intimité",
    "Développeur·euse blockchain",
    "Expert(e) en digitalisation et exploitation des bâtiments",
    "Ouvrier de la construction modulaire hors site",
    "Product builder no code",
    "Responsable green IT",
    "Technicien en bioproduction",
    "Technicien valoriste du réemploi",
)


def listing(jobs: tuple[str, ...], kind: str = "table") -> str:
    if kind == "table":
        rows = "".join(
            f"<tr><td>{number}</td><td>{title}</td><td>Oui</td></tr>" for number, title in enumerate(jobs, start=1)
        )
        return text_of(body(f"<table><tr><th>N°</th><th>Intitulé du métier</th><th>Transition</th></tr>{rows}</table>"))
    return text_of(body(f"<h2>Les métiers</h2><ul>{''.join(f'<li>{title} ;</li>' for title in jobs)}</ul>"))


def test_a_job_worded_otherwise_stays() -> None:
    moves = compare_jobs(JOBS_2023, JOBS_2024)
    assert moves.entered == ("Développeur blockchain", "Product builder no code", "Responsable green IT")
    assert moves.left == ()
    assert (
        "Diagnostiqueur produits matériaux déchets issus des bâtiments",
        "Diagnostiqueur de produits matériaux et déchets issus des bâtiments",
    ) in moves.stayed


def test_feminine_forms_are_the_same_job_and_neighbours_are_not() -> None:
    moves = compare_jobs(JOBS_2024, JOBS_2025)
    assert moves.entered == ("Clerc assistant", "Clerc gestionnaire", "Coordinateur / Coordinatrice d'intimité")
    assert "Technicien en électronique" in moves.left
    assert ("Développeur blockchain", "Développeur·euse blockchain") in moves.stayed
    assert (
        "Expert en digitalisation et exploitation des bâtiments",
        "Expert(e) en digitalisation et exploitation des bâtiments",
    ) in moves.stayed
    assert compare_jobs(("Coordinateur d’intimité",), ("Coordinateur / Coordinatrice d'intimité",)).left == ()


def test_tables_and_lists_are_read() -> None:
    assert jobs_in(listing(JOBS_2023)) == tuple(title.replace("'", "’") for title in JOBS_2023)
    assert jobs_in(listing(JOBS_2023, "list")) == tuple(title.replace("'", "’") for title in JOBS_2023)
    assert jobs_in("Aucun métier ici.") == ()


def test_the_change_names_who_came_and_went() -> None:
    before, after = version(listing(JOBS_2024), 1), version(listing(JOBS_2025), 2)
    change = emerging_change(before, after, SECOND, ("formation",))
    assert change is not None
    assert change.event == "list"
    assert (
        change.reasons[0]
        == "3\u00a0métiers entrés\u00a0: Clerc assistant, Clerc gestionnaire, Coordinateur / Coordinatrice d’intimité"
    )
    assert change.reasons[1].startswith("6\u00a0métiers sortis\u00a0: Agent valoriste")
    assert change.reasons[2] == "8\u00a0métiers restés"
    assert [edit.after for edit in change.edits if edit.op == "added"] == [
        "Clerc assistant",
        "Clerc gestionnaire",
        "Coordinateur / Coordinatrice d’intimité",
    ]
    assert emerging_change(None, after, SECOND) is None
    assert emerging_change(after, after, SECOND) is None


def test_long_lists_of_names_are_shortened() -> None:
    many = tuple(f"Métier {letter}{letter}" for letter in "abcdefghij")
    change = emerging_change(version(listing(JOBS_2023), 1), version(listing((*JOBS_2023, *many)), 2), SECOND)
    assert change is not None
    assert change.reasons[0].endswith("Métier ff et 4 autres")


def test_the_table_of_moves_and_the_table_of_years() -> None:
    table = moves_table(compare_jobs(JOBS_2023, JOBS_2024))
    assert table[0] == ("entré", "Développeur blockchain")
    assert (
        "resté",
        "Diagnostiqueur de produits matériaux et déchets issus des bâtiments (auparavant\u00a0: Diagnostiqueur produits matériaux déchets issus des bâtiments)",
    ) in table
    years = {row.title: row.years for row in presence({2023: JOBS_2023, 2024: JOBS_2024, 2025: JOBS_2025})}
    assert years["Développeur·euse blockchain"] == (2024, 2025)
    assert years["Technicien en bioproduction"] == (2023, 2024, 2025)
    assert years["Diagnostiqueur de produits matériaux et déchets issus des bâtiments"] == (2023, 2024)
    assert years["Clerc assistant"] == (2025,)
    assert next(iter(years)).startswith("Agent")


def test_the_history_of_a_list_shows_the_table_in_text_data_and_page() -> None:
    title = "Métiers émergents ou en particulière évolution"
    years = {2023: JOBS_2023, 2024: JOBS_2024, 2025: JOBS_2025}
    versions = [
        replace(version(listing(jobs), number, title=title), first_seen=datetime(year, 3, 1, tzinfo=UTC))
        for number, (year, jobs) in enumerate(years.items(), start=1)
    ]
    timeline = build_timeline("metiers", versions, [])
    states = Counter(job.state for job in timeline.jobs)
    assert states == {"entré": 3, "sorti": 6, "resté": 8}
    text = timeline_text(timeline)
    assert "  entré  Clerc assistant (2025)" in text
    assert "  resté  Technicien en bioproduction (2023, 2024 et 2025)" in text
    page = timeline_page(timeline)
    assert "<td>entré</td><th scope='row'>Clerc assistant</th><td>2025</td>" in page
    assert {"state": "entré", "title": "Clerc assistant", "years": [2025]} in timeline_data(timeline)["jobs"]
    assert build_timeline("autre", [replace(versions[0], title="Autre liste")], []).jobs == ()
    assert {job.state for job in build_timeline("metiers", versions[:1], []).jobs} == {"listé"}
