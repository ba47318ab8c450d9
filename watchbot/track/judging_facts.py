"""Which facts moved between two versions of a passage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from watchbot.model import Fact, FactKind
from watchbot.track.align import align
from watchbot.track.typography import french

_Identity = tuple[str, str, str | None, str]


@dataclass(frozen=True, slots=True)
class MovedFacts:
    """Facts that became others (`pairs`), that only one version has (`gone`, `come`), and those that both have (`kept`)."""

    pairs: tuple[tuple[Fact, Fact], ...]
    gone: tuple[Fact, ...]
    come: tuple[Fact, ...]
    kept: tuple[tuple[Fact, Fact], ...]


def moved_facts(before: Sequence[Fact], after: Sequence[Fact]) -> MovedFacts:
    """Cancel the facts that both versions state, then pair the rest by kind and unit, in order."""
    kept: list[tuple[Fact, Fact]] = []
    same_before, same_after = set(), set()
    for i, j, n in align([_identity(fact) for fact in before], [_identity(fact) for fact in after]):
        for offset in range(n):
            kept.append((before[i + offset], after[j + offset]))
            same_before.add(i + offset)
            same_after.add(j + offset)
    gone = [fact for i, fact in enumerate(before) if i not in same_before]
    come = [fact for j, fact in enumerate(after) if j not in same_after]
    for fits in (_same_value, _same_unit, _same_kind):
        kept_or_pairs = _take_pairs(gone, come, fits)
        if fits is _same_value:
            kept.extend(kept_or_pairs)
            pairs: list[tuple[Fact, Fact]] = []
        else:
            pairs.extend(kept_or_pairs)
    return MovedFacts(tuple(sorted(pairs, key=lambda pair: pair[1].start)), tuple(gone), tuple(come), tuple(kept))


def rate_reasons(kept: Sequence[tuple[Fact, Fact]]) -> list[str]:
    """Sums that stayed while what they are paid for changed: "4,5 k€ par an → 4,5 k€ par mois"."""
    return [
        french(f"{old.quote} → {new.quote}")
        for old, new in kept
        if old.kind is FactKind.AMOUNT and _period(old) != _period(new) and _period(old) and _period(new)
    ]


def _period(fact: Fact) -> str:
    return next((part for part in fact.role.split(", ") if part.startswith(("par ", "sur "))), "")


def _identity(fact: Fact) -> _Identity:
    return (fact.kind.value, fact.value, fact.end_value, fact.unit)


def _same_value(old: Fact, new: Fact) -> bool:
    """The same date, amount… under another kind: its setting changed, which the words themselves tell better."""
    dated = {FactKind.DATE, FactKind.DEADLINE}
    measured = {FactKind.AMOUNT, FactKind.THRESHOLD, FactKind.COUNT}
    related = old.kind is new.kind or {old.kind, new.kind} <= dated or {old.kind, new.kind} <= measured
    return related and (old.value, old.end_value, old.unit) == (new.value, new.end_value, new.unit)


def _same_unit(old: Fact, new: Fact) -> bool:
    return old.kind is new.kind and old.unit == new.unit


def _same_kind(old: Fact, new: Fact) -> bool:
    return old.kind is new.kind


def _take_pairs(gone: list[Fact], come: list[Fact], fits: object) -> list[tuple[Fact, Fact]]:
    pairs = []
    for old in list(gone):
        match = next((new for new in come if fits(old, new)), None)  # type: ignore[operator]
        if match is not None:
            gone.remove(old)
            come.remove(match)
            pairs.append((old, match))
    return pairs
