"""How far two people who labelled the same texts agree. Pure.

Cohen's kappa (1960) takes off the agreement that chance alone would give, by each reader's own habits; Krippendorff's alpha
(nominal, two readers; "Content Analysis", 2004) by the habits of both together. 1 is full agreement, 0 is chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Two readers on one label: how many texts each gave it to, and both; the share judged alike, kappa and alpha."""

    label: str
    first: int
    second: int
    both: int
    texts: int
    share: float
    kappa: float
    alpha: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementReport:
    """Agreement on relevance and on each topic; micro-F1 of one reader's topics against the other's; texts labelled just alike."""

    texts: int
    relevance: Agreement
    topics: tuple[Agreement, ...]
    micro_f1: float
    alpha: float
    identical: int

    def as_dict(self) -> dict[str, Any]:
        """Plain values, rounded to four places."""

        def plain(one: Agreement) -> dict[str, Any]:
            counts = {name: getattr(one, name) for name in ("first", "second", "both")}
            return counts | {name: round(getattr(one, name), 4) for name in ("share", "kappa", "alpha")}

        return {
            "texts": self.texts,
            "relevance": plain(self.relevance),
            "topics": {one.label: plain(one) for one in self.topics},
            "micro_f1": round(self.micro_f1, 4),
            "alpha": round(self.alpha, 4),
            "identical": self.identical,
        }


def agreement(
    first: Sequence[AbstractSet[str]], second: Sequence[AbstractSet[str]], topics: Sequence[str]
) -> AgreementReport:
    """Compare two readings of the same texts, each a set of topics a text, empty for one that is off topic.

    `alpha` of the report is over all decisions of topic and text together.
    """
    by_topic = [_of(topic, [topic in one for one in first], [topic in one for one in second]) for topic in topics]
    told = sum(one.first + one.second for one in by_topic)
    shared = sum(one.both for one in by_topic)
    pooled = _of(
        "all", [topic in one for one in first for topic in topics], [topic in one for one in second for topic in topics]
    )
    return AgreementReport(
        texts=len(first),
        relevance=_of("relevance", [bool(one) for one in first], [bool(one) for one in second]),
        topics=tuple(by_topic),
        micro_f1=2 * shared / told if told else 1.0,
        alpha=pooled.alpha,
        identical=sum(set(one) == set(other) for one, other in zip(first, second, strict=True)),
    )


def _of(label: str, first: Sequence[bool], second: Sequence[bool]) -> Agreement:
    texts = len(first)
    one, other = sum(first), sum(second)
    both = sum(a and b for a, b in zip(first, second, strict=True))
    alike = sum(a == b for a, b in zip(first, second, strict=True))
    share = alike / texts if texts else 1.0
    p, q = (one / texts, other / texts) if texts else (0.0, 0.0)
    by_chance = p * q + (1 - p) * (1 - q)
    # All judgements of both readers in one heap, of which two are drawn without putting back.
    heap, yes = 2 * texts, one + other
    apart = 2 * yes * (heap - yes) / (heap * (heap - 1)) if texts else 0.0
    return Agreement(
        label=label,
        first=one,
        second=other,
        both=both,
        texts=texts,
        share=share,
        kappa=(share - by_chance) / (1 - by_chance) if by_chance < 1 else 1.0,
        alpha=1 - (1 - share) / apart if apart else 1.0,
    )
