"""Both versions of an edited place: what differs is marked and always in view."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchbot.digest.passages import SHOWN, passage
from watchbot.model import Edit


def edited(before: str, after: str, title: str = "", **values: object):
    return passage(Edit(op="edited", before=before, after=after, **{"path": (), **values}), title)


def marked(runs) -> list[str]:
    return [run.text for run in runs if run.changed]


def test_only_the_words_that_differ_are_marked():
    found = edited("seuil de 65 % des actions", "seuil de 70 % des actions")
    assert (marked(found.before), marked(found.after)) == (["65"], ["70"])
    assert found.before_text == "seuil de 65\u00a0% des actions"


def test_a_difference_far_into_a_long_passage_is_in_view():
    found = edited(
        "mot " * 200 + "jusqu’au 15 janvier" + " suite" * 200, "mot " * 200 + "jusqu’au 29 janvier" + " suite" * 200
    )
    assert marked(found.before) == ["15"]
    assert marked(found.after) == ["29"]
    for text in (found.before_text, found.after_text):
        assert text.startswith("… ")
        assert text.endswith("…")
        assert len(text) <= SHOWN + 4


def test_one_word_without_blanks_is_cut_too():
    found = edited("x" * 5_000, "x" * 5_000 + "y")
    assert len(found.after_text) <= SHOWN + 4
    assert edited("", "").before == ()


def test_additions_and_removals_have_one_side_and_no_marks():
    added = edited("", "Un critère de plus.")
    assert (added.before, marked(added.after), added.after_text) == ((), [], "Un critère de plus.")
    assert edited("Un critère.", "").after == ()


def test_texts_with_little_in_common_are_not_marked_all_over():
    found = edited("Tout autre chose ici", "Rien qui y ressemble vraiment")
    assert marked(found.before) == [] == marked(found.after)


def test_places_are_named_without_the_document_and_with_the_field():
    assert edited("a", "b", "Le label", path=("Le label", "Seuils")).where == "Seuils"
    assert edited("a", "b", path=("A", "B"), label="colonne Actions").where == "A › B › Actions"
    assert edited("a", "b", label="passage").where == ""


def test_brief_versions_stand_side_by_side():
    assert edited("31/12/2026", "31/12/2029").brief
    assert not edited("31/12/2026 " * 9, "31/12/2029").brief
    assert not edited("", "31/12/2029").brief


@pytest.mark.parametrize(
    ("before", "after"),
    [("a " * 50_000, "b a " * 50_000), ("ab " * 9_000, "ba " * 9_000), ("@" * 60_000, "x@" * 60_000)],
)
def test_hostile_passages_take_little_time(before, after):
    start = time.process_time()
    edited(before, after)
    assert time.process_time() - start < 2


@settings(max_examples=150, deadline=None)
@given(st.text("ab \u202e1.", max_size=80), st.text("ab \u202e1.", max_size=80))
def test_what_is_not_marked_is_in_both(before, after):
    found = edited(before, after)
    if found.before and found.after and (marked(found.before) or marked(found.after)):
        kept = [
            "".join("".join(run.text for run in side if not run.changed).split())
            for side in (found.before, found.after)
        ]
        assert kept[0] == kept[1]
    assert "\u202e" not in found.before_text + found.after_text
