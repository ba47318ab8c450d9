"""Which facts moved between two versions of a passage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from watchbot.model import Fact, FactKind
from watchbot.track.align import align
from watchbot.track.fold import Token
from watchbot.track.hunks import Hunk
from watchbot.track.typography import french

_Identity = tuple[str, str, str | None, str]


@dataclass(frozen=True, slots=True)
class MovedFacts:
    """Facts that became others (`pairs`), that only one version has (`gone`, `come`), and those that both have (`kept`).

    `crossed` are those of `kept` that stand in another order: they may have changed places ("24 % … 25 %" → "25 % … 24 %").
    """

    pairs: tuple[tuple[Fact, Fact], ...]
    gone: tuple[Fact, ...]
    come: tuple[Fact, ...]
    kept: tuple[tuple[Fact, Fact], ...]
    crossed: tuple[tuple[Fact, Fact], ...] = ()


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
            crossed = tuple(pair for pair in kept_or_pairs if pair[0].kind is pair[1].kind)
            pairs: list[tuple[Fact, Fact]] = []
        else:
            pairs.extend(kept_or_pairs)
    return MovedFacts(
        tuple(sorted(pairs, key=lambda pair: pair[1].start)), tuple(gone), tuple(come), tuple(kept), crossed
    )


def swap_reasons(found: Sequence[Hunk], moved: MovedFacts) -> list[str]:
    """Values that changed places: where one stood stands another that stood elsewhere, and nothing else differs there."""
    if not moved.crossed:
        return []
    reasons = []
    crossed = {id(fact) for pair in moved.crossed for fact in pair}
    for hunk in found:
        old = next((one for one, _ in moved.kept if _holds(one, hunk.old)), None)
        new = next((other for _, other in moved.kept if _holds(other, hunk.new)), None)
        if old and new and old.kind is new.kind and old.value != new.value and crossed & {id(old), id(new)}:
            reasons.append(french(f"valeurs échangées : {old.quote} → {new.quote}"))
    return reasons


def _holds(fact: Fact, words: Sequence[Token]) -> bool:
    """Whether these words, one at least, all lie within the fact."""
    return bool(words) and fact.start <= words[0].start and words[-1].end <= fact.end


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
