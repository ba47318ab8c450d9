"""The measure of tracking: noise must not raise a change, substance must; on recorded documents, by seeded mutations."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache

import pytest

from tests.track.documents import fixture, text_of, text_of_pages
from tests.track.guide import Layout, guide, laid_out, random_layout, substantive
from tests.track.noise_mutations import noisy_html
from tests.track.substantive_mutations import substantive_html
from watchbot.model import Significance
from watchbot.track.compare import compare
from watchbot.track.significance import judge

PAGES = ("label.html", "rga.html", "aide.html", "calculateurs.html")
HELD_OUT = (
    "heldout_paris.html",
    "heldout_convention.html",
    "heldout_spip.html",
    "heldout_dsfr.html",
    "heldout_elementor.html",
    "heldout_legi.html",
)
EACH = 40
SHORT_GUIDE = guide(seed=7, chapters=5, sections=3)


Case = tuple[str, str, str]
"""What a mutation was made by, and the normalised texts before and after it."""


@cache
def noise_cases() -> tuple[Case, ...]:
    """200 noise-only mutations."""
    return tuple(_noise_cases())


@cache
def substantive_cases() -> tuple[Case, ...]:
    """200 substantive mutations; those of the PDF come with another layout on top."""
    return tuple(_substantive_cases())


def _noise_cases() -> Iterator[Case]:
    for name in PAGES:
        source = fixture(name)
        before = text_of(source)
        for seed in range(EACH):
            mutated, kinds = noisy_html(source, seed)
            yield f"{name} {seed} {kinds}", before, text_of(mutated)
    before = text_of_pages(laid_out(SHORT_GUIDE, Layout()))
    for seed in range(EACH):
        layout = random_layout(random.Random(seed))
        yield f"guide {seed} {layout}", before, text_of_pages(laid_out(SHORT_GUIDE, layout))


def _substantive_cases() -> Iterator[Case]:
    for name in PAGES:
        source = fixture(name)
        before = text_of(source)
        for seed in range(EACH):
            mutated, kind = substantive_html(source, seed)
            yield f"{name} {seed} {kind}", before, text_of(mutated)
    before = text_of_pages(laid_out(SHORT_GUIDE, Layout()))
    for seed in range(EACH):
        changed, kind = substantive(SHORT_GUIDE, seed)
        layout = random_layout(random.Random(10_000 + seed))
        yield f"guide {seed} {kind}", before, text_of_pages(laid_out(changed, layout))


def test_noise_alone_raises_no_change() -> None:
    cases = noise_cases()
    assert len(cases) == 200
    raised = [name for name, before, after in cases if compare(before, after)]
    assert len(raised) < 0.01 * len(cases), raised
    assert raised == []


def test_every_substantive_mutation_raises_a_substantive_change() -> None:
    cases = substantive_cases()
    assert len(cases) == 200
    wrong = []
    for name, before, after in cases:
        edits = compare(before, after)
        if not edits or judge(edits).significance is not Significance.SUBSTANTIVE or not judge(edits).reasons:
            wrong.append(name)
    assert wrong == []


def test_most_substantive_mutations_are_told_as_one_edit() -> None:
    counts = [len(compare(before, after)) for _, before, after in substantive_cases()]
    assert sum(count == 1 for count in counts) >= 0.95 * len(counts)


def test_noise_over_a_substantive_change_hides_nothing_and_adds_nothing() -> None:
    for name in PAGES:
        source = fixture(name)
        before = text_of(source)
        for seed in range(15):
            mutated, kind = substantive_html(source, seed)
            alone = compare(before, text_of(mutated))
            noisy, kinds = noisy_html(mutated, seed + 500)
            assert len(compare(before, text_of(noisy))) == len(alone), (name, seed, kind, kinds)


@pytest.mark.parametrize("name", HELD_OUT)
def test_documents_that_the_rules_were_not_made_on(name: str) -> None:
    source = fixture(name)
    before = text_of(source)
    raised = [
        (seed, kinds)
        for seed in range(EACH)
        if compare(before, text_of((found := noisy_html(source, seed))[0]))
        for kinds in (found[1],)
    ]
    assert raised == []
    for seed in range(EACH):
        mutated, kind = substantive_html(source, seed)
        edits = compare(before, text_of(mutated))
        assert edits, (name, seed, kind)
        assert judge(edits).significance is Significance.SUBSTANTIVE, (name, seed, kind)
