"""Identity of items: nothing twice, nothing lost, edits kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchbot.model import FoundItem, Kind, Source
from watchbot.store import Store

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=7)
CNC = Source(id="cnc", name="CNC", publisher="CNC", kind=Kind.FEED, url="https://www.cnc.fr/feed")
OTHER = Source(id="cnc-aides", name="CNC aides", publisher="CNC", kind=Kind.FEED, url="https://www.cnc.fr/aides/feed")


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "watch.db") as opened:
        yield opened


def entry(n, **changes):
    values = {"guid": f"g{n}", "url": f"https://www.cnc.fr/a_{n}", "title": f"Titre {n}", "summary": f"Résumé {n}"}
    return FoundItem(**{**values, **changes})


def test_second_save_changes_nothing(store):
    first = store.items.save(CNC, [entry(1), entry(2)], NOW)
    again = store.items.save(CNC, [entry(1), entry(2)], NOW)
    assert len(first.new) == 2
    assert (again.new, again.edited, again.seen) == ((), (), 2)
    assert store.items.count() == 2


def test_changing_guids_do_not_double(store):
    store.items.save(CNC, [entry(1)], NOW)
    assert store.items.save(CNC, [entry(1, guid="built-2")], LATER).new == ()
    assert store.items.count() == 1


def test_moved_address_with_same_guid_and_title_is_the_same_item(store):
    (first,) = store.items.save(CNC, [entry(1)], NOW).new
    assert store.items.save(CNC, [entry(1, url="https://www.cnc.fr/nouveau/a_1")], LATER).new == ()
    assert store.items.get(first).title == "Titre 1"


def test_duplicate_guid_on_different_stories_keeps_both(store):
    saved = store.items.save(CNC, [entry(1, guid="same"), entry(2, guid="same")], NOW)
    assert len(saved.new) == 2
    assert store.items.save(CNC, [entry(1, guid="same"), entry(2, guid="same")], LATER).new == ()


def test_entries_that_share_an_address_stay_apart_even_when_one_leaves(store):
    home = "https://ex.org/"
    saved = store.items.save(CNC, [entry(1, url=home), entry(2, url=home)], NOW)
    assert len(saved.new) == 2
    assert store.items.save(CNC, [entry(2, url=home, guid="rebuilt")], LATER).new == ()


def test_one_story_in_two_feeds_is_one_item_with_two_origins(store):
    (one,) = store.items.save(CNC, [entry(1)], NOW).new
    saved = store.items.save(OTHER, [entry(1, guid="other", summary="autre extrait")], NOW)
    assert saved.new == () == saved.edited
    assert {origin.source_id for origin in store.items.get(one).origins} == {"cnc", "cnc-aides"}


def test_an_edit_keeps_the_former_text(store):
    (one,) = store.items.save(CNC, [entry(1)], NOW).new
    saved = store.items.save(CNC, [entry(1, title="Titre corrigé")], LATER)
    assert saved.edited == (one,)
    assert store.items.get(one).title == "Titre corrigé"
    assert store.items.get(one).edited_at == LATER
    assert store.items.versions(one) == [(LATER, "Titre 1", "Résumé 1", "")]


def test_a_listing_without_body_does_not_wipe_the_article_read_before(store):
    (one,) = store.items.save(CNC, [entry(1, body="Le texte entier.")], NOW).new
    assert store.items.save(CNC, [entry(1)], LATER).edited == ()
    assert store.items.get(one).body == "Le texte entier."


def test_whitespace_alone_is_no_edit(store):
    store.items.save(CNC, [entry(1)], NOW)
    assert store.items.save(CNC, [entry(1, summary="Résumé\n  1")], LATER).edited == ()


def test_a_date_that_comes_later_completes_without_being_an_edit(store):
    (one,) = store.items.save(CNC, [entry(1)], NOW).new
    published = NOW - timedelta(days=3)
    saved = store.items.save(CNC, [entry(1, published=published, date_from="page")], LATER)
    assert saved.edited == ()
    assert store.items.get(one).date == published


def test_undated_items_sort_by_first_seen(store):
    store.items.save(CNC, [entry(1)], NOW)
    store.items.save(CNC, [entry(2, published=NOW - timedelta(days=9), date_from="feed")], LATER)
    assert [item.title for item in store.items.select()] == ["Titre 1", "Titre 2"]
    assert [item.title for item in store.items.select(since=NOW - timedelta(days=1))] == ["Titre 1"]
    assert [item.title for item in store.items.select(seen_since=NOW + timedelta(days=1))] == ["Titre 2"]


def test_full_text_ignores_diacritics_and_follows_edits(store):
    store.items.save(CNC, [entry(1, title="L’éco-conditionnalité étendue")], NOW)
    assert len(store.items.search_text("eco conditionnalite")) == 1
    store.items.save(CNC, [entry(1, title="Autre chose")], LATER)
    assert store.items.search_text("conditionnalite") == []


def test_get_by_unique_prefix(store):
    (one,) = store.items.save(CNC, [entry(1)], NOW).new
    assert store.items.get(one[:6]).id == one
    assert store.items.get("zzzz") is None
    assert store.items.get("%") is None


def test_ten_thousand_entries_in_one_answer(store):
    saved = store.items.save(CNC, [entry(n) for n in range(10_000)], NOW)
    assert len(saved.new) == 10_000
    assert sum(len(batch) for batch in store.items.ids_in_batches(999)) == 10_000


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 4)), max_size=12))
def test_saving_twice_is_saving_once_whatever_the_entries(triples):
    with Store(":memory:") as store:
        entries = [entry(0, guid=f"g{g}", url=f"https://e.org/{u}", title=f"T{t}") for g, u, t in triples]
        store.items.save(CNC, entries, NOW)
        count = store.items.count()
        again = store.items.save(CNC, entries, LATER)
        assert store.items.count() == count
        assert again.new == ()
        assert len({(e.url, e.title) for e in entries}) >= count


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([CNC, OTHER]),
            st.lists(
                st.tuples(
                    st.integers(0, 3), st.integers(0, 3), st.sampled_from(["A", "B", "A "]), st.sampled_from("xy")
                ),
                max_size=4,
            ),
        ),
        max_size=4,
    )
)
def test_several_answers_at_once_are_what_they_are_one_after_another(answers):
    several = [
        (source, [entry(n, guid=f"g{guid}", title=title, summary=text) for n, guid, title, text in found], NOW)
        for source, found in answers
    ]
    with Store(":memory:") as together, Store(":memory:") as one_by_one:
        saved = together.items.save_all(several) + together.items.save_all(several[::-1])
        assert saved == [one_by_one.items.save(*answer) for answer in [*several, *several[::-1]]]
        for sql in (
            "SELECT id, url, title, summary, source_id FROM items ORDER BY id",
            "SELECT source_id, guid, item_id, url FROM origins ORDER BY 1, 2, 3",
            "SELECT item_id, title, summary FROM item_versions ORDER BY 1, 2, 3",
        ):
            rows = [[tuple(row) for row in store.rows(sql)] for store in (together, one_by_one)]
            assert rows[0] == rows[1]
