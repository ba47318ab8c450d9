"""The judged questions, by words alone: understanding must help over the plain index. `benchmarks/search.py` measures meaning too."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.search import graded, plain_expression
from tests.search import corpus
from watchbot.app.searching import hash_of
from watchbot.config import load_watch
from watchbot.search.index import SearchIndex
from watchbot.search.query import understand
from watchbot.search.ranking import rank
from watchbot.store import Store

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def scores(tmp_path_factory):
    watch = load_watch(ROOT, {})
    with Store(tmp_path_factory.mktemp("judged") / "judged.db") as store:
        keys = corpus.fill(store)
        index = SearchIndex([topic.id for topic in watch.classifier.topics], "none", hash_of)
        index.refresh(store)
        words, plain = [], []
        for one in corpus.queries():
            query = understand(
                one.text,
                corpus.NOW,
                topics=watch.classifier.topics,
                sources=watch.sources,
                speller=index.speller(store),
            )
            numbers = [int(n) for n in rank(index, store, query, None, corpus.NOW).numbers[:10]]
            ids = store.search.ids(numbers)
            words.append(graded([keys[ids[n]] for n in numbers], dict(one.grades)))
            found = store.items.search_text(plain_expression(one.text), 10)
            plain.append(graded([keys[item] for item, _ in found], dict(one.grades)))
        return np.array(words), np.array(plain)


def test_judged_questions_are_many_and_name_items_of_the_archive():
    questions = corpus.queries()
    known = {key for key, _ in corpus.examples()}
    assert len(questions) >= 150
    assert all(set(one.grades) <= known and max(one.grades.values()) == 2 for one in questions)
    assert len({one.text for one in questions}) == len(questions)


def test_words_with_understanding_beat_the_plain_index(scores):
    words, plain = scores
    assert words[:, 0].mean() > plain[:, 0].mean() + 0.04
    assert words[:, 0].mean() > 0.64
    assert words[:, 1].mean() > 0.58
