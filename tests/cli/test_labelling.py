"""`watchbot label` asks each question once, however often it stands in the news."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from watchbot.model import FoundItem, Kind, Source
from watchbot.store import Store

SOURCE = Source(id="ecoprod-actualites", name="E", publisher="E", kind=Kind.FEED, url="https://e.org/f")
TOWNS = ("Rennes", "Lille", "Nantes", "Lyon", "Dijon", "Metz", "Brest", "Nancy")
TWINS = [f"{town} : la Ville propose un atelier sur le tri des déchets aux associations culturelles" for town in TOWNS]
OTHERS = [
    "Un loueur de caméras publie son bilan annuel",
    "Le théâtre municipal change ses projecteurs pour des LED",
    "Festival : des navettes électriques pour le public",
    "Le prix de l’énergie pèse sur les salles de cinéma",
    "Une école de design ouvre un cours sur l’écoconception",
    "Streaming : la consommation des centres de données",
    "Des costumes de scène donnés à une ressourcerie",
    "Netflix tourne une série en Bretagne",
    "Assurance des tournages : la hausse des primes",
    "Fusion de deux groupes audiovisuels",
]


@pytest.mark.parametrize("forgotten", [False, True], ids=["stored vectors", "vectors missing"])
def test_near_twins_are_not_all_asked(program, forgotten):
    with Store(program.folder / "watch.db") as store:
        found = [FoundItem(guid=t, url=f"https://e.org/{n}", title=t) for n, t in enumerate(TWINS + OTHERS)]
        store.items.save(SOURCE, found, datetime.now(UTC))
        assert program.json("label") == []
        program("classify")
        if forgotten:
            store.execute("DELETE FROM vectors")
        asked = [one["title"] for one in program.json("label", "-n", "10")]
        assert len(asked) == 10
        # By doubt alone five of the ten are this one question.
        assert 1 <= len(set(asked) & set(TWINS)) <= 2
        assert [one["title"] for one in program.json("label", "-n", "10")] == asked
        assert len(program.json("label", "-n", "200")) == len(found)
