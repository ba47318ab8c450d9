"""Vectors by text and encoder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from watchbot.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "watch.db") as opened:
        yield opened


def unit(count: int, dimension: int = 64) -> np.ndarray:
    vectors = np.random.default_rng(7).normal(size=(count, dimension)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_cosines_survive_to_three_decimals(store: Store) -> None:
    vectors = unit(40)
    store.vectors.put_many("e5", {f"h{n}": vector for n, vector in enumerate(vectors)})
    found = store.vectors.get_many("e5", [f"h{n}" for n in range(40)])
    read = np.stack([found[f"h{n}"] for n in range(40)])
    assert read.dtype == np.float32
    assert np.abs(read @ read.T - vectors @ vectors.T).max() < 1e-3


def test_unknown_ones_are_left_out(store: Store) -> None:
    store.vectors.put_many("e5", {"a": unit(1)[0]})
    assert set(store.vectors.get_many("e5", ["a", "b"])) == {"a"}
    assert store.vectors.get_many("e5", []) == {}


def test_encoders_are_never_mixed(store: Store) -> None:
    one, other = unit(2)
    store.vectors.put_many("e5", {"a": one})
    store.vectors.put_many("use", {"a": other[:32]})
    assert store.vectors.get_many("e5", ["a"])["a"].shape == (64,)
    assert store.vectors.get_many("use", ["a"])["a"].shape == (32,)
    assert store.vectors.get_many("new", ["a"]) == {}
    assert store.vectors.forget("use") == 1
    assert (store.vectors.count("e5"), store.vectors.count("use")) == (1, 0)


def test_putting_twice_keeps_the_first(store: Store) -> None:
    one, other = unit(2)
    store.vectors.put_many("e5", {"a": one})
    store.vectors.put_many("e5", {"a": other})
    assert np.allclose(store.vectors.get_many("e5", ["a"])["a"], one, atol=1e-3)
    assert store.vectors.count("e5") == 1


def test_more_than_a_statement_can_bind(store: Store) -> None:
    vectors = {f"h{n}": vector for n, vector in enumerate(unit(1000, 4))}
    store.vectors.put_many("e5", vectors)
    assert len(store.vectors.get_many("e5", list(vectors))) == 1000
