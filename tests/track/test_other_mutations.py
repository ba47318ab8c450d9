"""Noise and substance of kinds that the rules were not made on at first, on recorded documents and two of other makers."""

from __future__ import annotations

import random
from functools import cache

import pytest

from tests.track.documents import fixture, text_of
from tests.track.other_noise import OTHER_NOISES, other_noise
from tests.track.other_substance import OTHER_CHANGES, other_change
from tests.track.test_mutations import HELD_OUT, PAGES, Case
from watchbot.model import Significance
from watchbot.track.compare import compare
from watchbot.track.significance import judge

UNSEEN = ("unseen_fiche.html", "unseen_regle.html")
ALL = PAGES + HELD_OUT + UNSEEN


@cache
def other_noise_cases(each: int = 3) -> tuple[Case, ...]:
    """Each kind of noise on each document, `each` times, and as many mixtures."""
    cases = []
    for name in ALL:
        source = fixture(name)
        before = text_of(source)
        for noise in OTHER_NOISES:
            for seed in range(each):
                mutated = noise(source, random.Random(seed))
                cases.append((f"{name} {noise.__name__} {seed}", before, text_of(mutated)))
        for seed in range(5 * each):
            mutated, kinds = other_noise(source, seed)
            cases.append((f"{name} {kinds} {seed}", before, text_of(mutated)))
    return tuple(cases)


@cache
def other_substance_cases(each: int = 3) -> tuple[Case, ...]:
    """Each kind of change on each document that has a place for it, at most `each` different ones."""
    cases = []
    for name in ALL:
        source = fixture(name)
        before = text_of(source)
        for kind, change in OTHER_CHANGES.items():
            made = {change(source, random.Random(seed)) for seed in range(each)} - {None, source}
            cases.extend((f"{name} {kind}", before, text_of(mutated)) for mutated in sorted(filter(None, made)))
    return tuple(cases)


def test_other_noise_raises_no_change() -> None:
    cases = other_noise_cases(2)
    assert len(cases) > 700
    assert [name for name, before, after in cases if compare(before, after)] == []


def test_other_substance_is_told_with_reasons() -> None:
    cases = other_substance_cases()
    assert len(cases) > 200
    wrong = []
    for name, before, after in cases:
        judged = judge(compare(before, after))
        if judged.significance is not Significance.SUBSTANTIVE or not judged.reasons:
            wrong.append((name, judged.reasons))
    assert wrong == []


@pytest.mark.parametrize("name", UNSEEN)
def test_noise_hides_no_substance(name: str) -> None:
    source = fixture(name)
    before = text_of(source)
    for seed in range(20):
        mutated, kind = other_change(source, seed)
        alone = compare(before, text_of(mutated))
        noisy, kinds = other_noise(mutated, seed)
        assert len(compare(before, text_of(noisy))) == len(alone), (seed, kind, kinds)
