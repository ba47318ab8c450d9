"""Alignment is correct on anything and fast on the worst."""

from __future__ import annotations

import random
import time

from hypothesis import given, settings
from hypothesis import strategies as st

from watchbot.track.align import align

SEQUENCES = st.lists(st.integers(0, 12), max_size=60)


@given(SEQUENCES, SEQUENCES)
@settings(max_examples=200, deadline=None)
def test_matches_are_equal_runs_in_order(before: list[int], after: list[int]) -> None:
    last_i = last_j = 0
    for i, j, n in align(before, after):
        assert n > 0
        assert i >= last_i
        assert j >= last_j
        assert before[i : i + n] == after[j : j + n]
        last_i, last_j = i + n, j + n
    assert last_i <= len(before)
    assert last_j <= len(after)


@given(SEQUENCES)
@settings(max_examples=50, deadline=None)
def test_a_sequence_matches_itself_whole(values: list[int]) -> None:
    assert sum(n for _, _, n in align(values, values)) == len(values)


def test_a_removed_element_is_found() -> None:
    assert align("abcdefgh", "abcefgh") == [(0, 0, 3), (4, 3, 4)]


def test_unique_anchors_win_over_longer_chance_matches() -> None:
    before = ["x", "x", "x", "A", "y"]
    after = ["A", "x", "x", "x", "y"]
    assert sum(n for _, _, n in align(before, after)) == 2


def test_gaps_declared_settled_are_left_alone() -> None:
    assert align(list("abab"), list("baba"), lambda *_: True) == []
    assert align(list("abab"), list("baba")) != []


def test_the_worst_case_stays_near_linear() -> None:
    rng = random.Random(1)
    before = [rng.randrange(10) for _ in range(200_000)]
    after = [rng.randrange(10) for _ in range(200_000)]
    start = time.perf_counter()
    matched = sum(n for _, _, n in align(before, after))
    assert time.perf_counter() - start < 3
    assert matched > 60_000
