"""Questions in French and English, and what is understood of them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchbot.search.query import MAX_FILTERS, MAX_WORDS, Query, understand
from watchbot.search.spans import Span
from watchbot.search.words import stem, words_of

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)  # a Tuesday


@dataclass(frozen=True)
class Named:
    id: str
    name: str
    publisher: str = ""


TOPICS = [
    Named(id=one, name=name)
    for one, name in {
        "reglementation": "Réglementation", "financements": "Financements", "referentiels": "Référentiels et labels", "mesure": "Mesure",
        "innovations": "Innovations et pratiques", "numerique": "Numérique", "formation": "Formation et certification", "metiers": "Métiers",
        "social": "Social", "biodiversite": "Biodiversité", "animation": "Animation et jeu vidéo", "evenements": "Événements",
        "international": "International",
    }.items()
]  # fmt: skip
SOURCES = [
    Named(id=str(n), name=name, publisher=name)
    for n, name in enumerate(
        ["CNC", "Ecoprod", "CPNEF de l'audiovisuel", "Les Toiles Vertes", "France compétences", "AFNOR"]
    )
]


def read(text: str) -> Query:
    return understand(text, NOW, topics=TOPICS, sources=SOURCES)


def of_kind(text: str, kind: str) -> list[object]:
    return [one.value for one in read(text).of_kind(kind)]


def test_a_whole_question_becomes_filters_and_words() -> None:
    query = read("aides en Région Sud pour un documentaire depuis septembre")
    assert {one.kind: one.value for one in query.filters} == {
        "topic": "financements",
        "region": "sud",
        "production": "documentaire",
        "period": Span(start=date(2026, 9, 1)),
    }
    assert query.words == ("aides", "documentaire")
    assert query.understood == (
        "Région Sud (Provence-Alpes-Côte d’Azur)",
        "pour\u00a0: documentaire",
        "depuis le 1er\u00a0septembre 2026",
        "thème\u00a0: Financements",
    )


def test_a_filter_is_taken_away_by_its_id_and_the_words_stay() -> None:
    query = read("aides en Corse cette semaine")
    fewer = query.without("r-corse", "unknown")
    assert [one.kind for one in fewer.filters] == ["period", "topic"]
    assert fewer.words == query.words


def test_ids_are_short_ascii_and_do_not_depend_on_the_day() -> None:
    text = "aides documentaire RNCP 37773 décret 2025-500 en Nouvelle-Calédonie cette semaine, changements, selon CPNEF de l'audiovisuel"
    ids = [one.id for one in read(text).filters]
    later = [
        one.id for one in understand(text, datetime(2027, 3, 1, tzinfo=UTC), topics=TOPICS, sources=SOURCES).filters
    ]
    assert ids == later
    assert len(set(ids)) == len(ids) >= 7
    assert all(one.isascii() and len(one) <= 12 for one in ids)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("cette semaine", "2026-11-23", "2026-11-29"),
        ("la semaine dernière", "2026-11-16", "2026-11-22"),
        ("depuis septembre", "2026-09-01", None),
        ("depuis décembre", "2025-12-01", None),
        ("en 2025", "2025-01-01", "2025-12-31"),
        ("ces 15 derniers jours", "2026-11-09", None),
        ("les quinze derniers jours", "2026-11-09", None),
        ("ces derniers mois", "2026-08-24", None),
        ("hier", "2026-11-23", "2026-11-23"),
        ("aujourd'hui", "2026-11-24", "2026-11-24"),
        ("le mois dernier", "2026-10-01", "2026-10-31"),
        ("ce mois-ci", "2026-11-01", "2026-11-30"),
        ("l'année dernière", "2025-01-01", "2025-12-31"),
        ("entre mars et juin 2026", "2026-03-01", "2026-06-30"),
        ("de mars à juin", "2026-03-01", "2026-06-30"),
        ("du 1er au 15 octobre 2026", "2026-10-01", "2026-10-15"),
        ("entre le 3 et le 9 novembre", "2026-11-03", "2026-11-09"),
        ("depuis le 3 novembre", "2026-11-03", None),
        ("depuis le 03/11/2026", "2026-11-03", None),
        ("depuis le 2026-11-03", "2026-11-03", None),
        ("en mars", "2026-03-01", "2026-03-31"),
        ("en décembre", "2025-12-01", "2025-12-31"),
        ("janvier 2026", "2026-01-01", "2026-01-31"),
        ("au premier trimestre 2026", "2026-01-01", "2026-03-31"),
        ("T1 2026", "2026-01-01", "2026-03-31"),
        ("au printemps 2026", "2026-03-01", "2026-05-31"),
        ("avant 2025", None, "2024-12-31"),
        ("publié avant mars 2026", None, "2026-02-28"),
        ("depuis le début de l'année", "2026-01-01", None),
        ("depuis lundi", "2026-11-23", None),
        ("entre 2023 et 2025", "2023-01-01", "2025-12-31"),
        ("since June", "2026-06-01", None),
        ("last week", "2026-11-16", "2026-11-22"),
        ("in the last 3 months", "2026-08-24", None),
        ("in October 2026", "2026-10-01", "2026-10-31"),
        ("between March and June 2026", "2026-03-01", "2026-06-30"),
        ("since March 3", "2026-03-03", None),
    ],
)
def test_periods(text: str, start: str | None, end: str | None) -> None:
    span = Span(start=date.fromisoformat(start) if start else None, end=date.fromisoformat(end) if end else None)
    assert of_kind(f"label {text}", "period") == [span]
    assert not of_kind(text, "due")


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("avant fin janvier", "2026-11-24", "2027-01-31"),
        ("échéance d'ici 30 jours", "2026-11-24", "2026-12-24"),
        ("échéances dans les 15 prochains jours", "2026-11-24", "2026-12-09"),
        ("à déposer avant le 15 décembre", "2026-11-24", "2026-12-15"),
        ("d'ici la fin de l'année", "2026-11-24", "2026-12-31"),
        ("avant Noël", "2026-11-24", "2026-12-25"),
        ("prochaines échéances", "2026-11-24", None),
        ("date limite en janvier", "2027-01-01", "2027-01-31"),
        ("échéances le mois prochain", "2026-12-01", "2026-12-31"),
        ("deadlines before the end of January", "2026-11-24", "2027-01-31"),
        ("deadline within 30 days", "2026-11-24", "2026-12-24"),
        ("échéances entre janvier et mars", "2027-01-01", "2027-03-31"),
        ("date limite cette semaine", "2026-11-24", "2026-11-29"),
    ],
)
def test_due_dates(text: str, start: str, end: str | None) -> None:
    assert of_kind(f"aides {text}", "due") == [
        Span(start=date.fromisoformat(start), end=date.fromisoformat(end) if end else None)
    ]
    assert not of_kind(text, "period")


@pytest.mark.parametrize(
    ("text", "regions"),
    [
        ("aides en région sud", ["sud"]),
        ("aides PACA", ["sud"]),
        ("tourner en corse", ["corse"]),
        ("aides à La Réunion", ["la-reunion"]),
        ("compte rendu de la réunion de la CPNEF", []),
        ("bonus île de france", ["ile-de-france"]),
        ("fonds IDF ou Bretagne", ["ile-de-france", "bretagne"]),
        ("tournages à marseille", ["sud"]),
        ("festival de Cannes", []),
        ("tournage en Seine-Saint-Denis", ["ile-de-france"]),
        ("funding in Brittany", ["bretagne"]),
        ("aides îlle de france", ["ile-de-france"]),
        ("le grand est", ["grand-est"]),
        ("retours d'expérience à tours", ["centre-val-de-loire"]),
        ("les tours de prise de vue", []),
    ],
)
def test_regions(text: str, regions: list[str]) -> None:
    assert of_kind(text, "region") == regions


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("les aides du moment", {"financements"}),
        ("bilan carbone d'un long métrage", {"mesure"}),
        ("formation et certification", {"formation"}),
        ("thème : biodiversité", {"biodiversite"}),
        ("#mesure", {"mesure"}),
        ("RS6456", set()),
        ("groupe électrogène", set()),
        ("offres d'emploi", {"metiers"}),
        ("funding abroad", {"financements", "international"}),
    ],
)
def test_topics(text: str, topics: set[str]) -> None:
    assert set(of_kind(text, "topic")) == topics


def test_what_was_due_before_today_has_no_beginning() -> None:
    assert of_kind("échéance d'ici 2024", "due") == [Span(end=date(2024, 12, 31))]


def test_only_topics_of_the_watch_become_filters() -> None:
    own = [Named(id="semences", name="Semences paysannes")]
    query = understand("aides pour les semences paysannes", NOW, topics=own)
    assert [one.value for one in query.filters] == ["semences"]


@pytest.mark.parametrize(
    ("text", "number"),
    [("RS6456", "RS6456"), ("fiche rs 6456", "RS6456"), ("rncp 37773", "RNCP37773"), ("RNCP37773", "RNCP37773")],
)
def test_register_numbers(text: str, number: str) -> None:
    assert of_kind(text, "number") == [number]


def test_legal_references() -> None:
    assert [one.label for one in read("décret 2025-500").of_kind("reference")] == ["Décret 2025-500"]
    assert [one.label for one in read("article 122-18 du RGA").of_kind("reference")] == ["RGA, art. 122-18"]
    assert not read("décret n° 2025-500 du 6 juin 2025").of_kind("period")


@pytest.mark.parametrize(
    "text",
    [
        "ce qui a changé dans le label",
        "changements du label",
        "what changed in the label",
        "nouvelle version du label",
        "qu'est-ce qui a été modifié ?",
        "what did albert change this year",
    ],
)
def test_changes(text: str) -> None:
    assert of_kind(text, "changes") == ["changes"]


@pytest.mark.parametrize(
    ("text", "publisher"),
    [
        ("quoi de neuf au CNC", "CNC"),
        ("actualités de la cpnef", "CPNEF de l'audiovisuel"),
        ("publié par Ecoprod", "Ecoprod"),
        ("news from AFNOR", "AFNOR"),
        ("selon les toiles vertes", "Les Toiles Vertes"),
        ("actualités Ecoprod", "Ecoprod"),
    ],
)
def test_sources(text: str, publisher: str) -> None:
    assert of_kind(text, "source") == [publisher]


def test_a_name_in_a_subject_is_no_source() -> None:
    assert not of_kind("label Ecoprod", "source")
    assert not of_kind("aides du CNC", "source")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("quoi de neuf sur l'hydrogène ?", ("hydrogene",)),
        ("est-ce qu'il y a des batteries", ("batteries",)),
        ("y a-t-il des groupes électrogènes", ("groupes", "electrogenes")),
        ("Qu’en est-il de l’écoconception", ("ecoconception",)),
        ("can you tell me about hydrogen", ("hydrogen",)),
        ("quoi de neuf ?", ()),
    ],
)
def test_words_of_asking_are_dropped(text: str, words: tuple[str, ...]) -> None:
    assert read(text).words == words


def test_quoted_phrases_and_excluded_words() -> None:
    query = read("« bilan carbone » obligatoire -animation")
    assert query.phrases == (("bilan", "carbone"),)
    assert query.excluded == ("animation",)
    assert query.words == ("obligatoire",)
    assert not query.of_kind("topic") or query.of_kind("topic")[0].value == "reglementation"


def test_stems_join_number_and_gender() -> None:
    for one, other in [
        ("aides", "aide"),
        ("regionaux", "regional"),
        ("regionales", "regional"),
        ("labels", "label"),
        ("jeux", "jeu"),
        ("plateaux", "plateau"),
    ]:
        assert stem(one) == stem(other)
    assert stem("rs6456") == "rs6456"
    assert list(words_of("L’aide d'urgence aux œuvres")) == ["aide", "urgence", "aux", "œuvres"]


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=600))
def test_any_text_is_read_without_an_error(text: str) -> None:
    query = read(text)
    assert len(query.words) <= MAX_WORDS
    assert len(query.filters) <= MAX_FILTERS
    assert all("\0" not in one.label for one in query.filters)
    query.text.encode()


_PIECES = st.sampled_from(
    ["entre", "et", "du", "au", "depuis", "avant", "31", "29", "février", "juin", "2024", "2100", "0", "99", "1er", "trimestre", "derniers", "jours", "mois", "ans", "9999",
     "fin", "d'ici", "/", "-", "dans", "les", "prochains", "échéance", "le", "mardi", "RS", "RNCP", "article", "122-18", '"', "«", "»", "OR", "NEAR(", "*", "title:", "#", "en", "corse", "\u202e", "é" * 50]
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(_PIECES, max_size=25))
def test_pieces_of_dates_in_any_order_are_read_without_an_error(pieces: list[str]) -> None:
    for one in read(" ".join(pieces)).filters:
        if isinstance(one.value, Span) and one.value.start and one.value.end:
            assert one.value.start <= one.value.end


def test_time_is_bounded_on_hostile_text() -> None:
    for text in [
        "entre mars et " * 5_000,
        "depuis " * 20_000,
        '"' * 50_000,
        "-a" * 50_000,
        "du 1 au 2 " * 9_000,
        "a" * 10**6,
        "RNCP 1, 2, 3" * 9_000,
    ]:
        start = time.process_time()
        read(text)
        assert time.process_time() - start < 1.0
