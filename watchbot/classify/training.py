"""Training: a classifier's folder in, its head out; refused when it would get worse.

Vectors of examples are kept in the head, so training again encodes only what is new and takes seconds. The outcome depends
on the folder alone: vectors are rounded to small integers, solved in double precision on one thread and rounded again.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from watchbot.classify.comparison import Comparison, compare_heads, to_keep
from watchbot.classify.crossvalidation import headline_scores, judge
from watchbot.classify.evaluation import EvaluationReport
from watchbot.classify.fitting import calibrate, chances, doubtful_band, fit, settled_below, thresholds
from watchbot.classify.head import FORMAT, Head, Memory, Notes, Tier, dequantised
from watchbot.classify.material import Material, Progress, former_head, gather
from watchbot.errors import ClassifierError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from watchbot.config.classifier import ClassifierFile

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

# Raised whenever the way of training changes what a head decides, so that archives are tagged anew.
RECIPE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingReport:
    """What training did, and how the head compares with the one it replaced."""

    saved: bool
    head: str
    examples: int
    corrections: int
    encoded: int
    seconds: float
    comparison: Comparison
    evaluation: EvaluationReport

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        counts = {name: getattr(self, name) for name in ("saved", "head", "examples", "corrections", "encoded")}
        changes = {name: getattr(self.comparison, name) for name in ("added", "removed", "relabelled", "compared")}
        return {
            **counts,
            **changes,
            "seconds": round(self.seconds, 2),
            "before": dict(self.comparison.before),
            "after": dict(self.comparison.after),
            "evaluation": self.evaluation.as_dict(),
        }


def train(folder: Path, *, force: bool = False, progress: Progress | None = None) -> TrainingReport:
    """Train the head of a classifier's folder and save it there.

    Args:
        folder: holds veille.toml and examples.jsonl, perhaps corrections.jsonl and a former head.
        force: save even if cross-validation says that it got worse.
        progress: told (done, total) while new examples are encoded.

    Raises:
        ClassifierError: it got worse and `force` is not given; the former head stays.
        ConfigError: the folder's files are wrong.
    """
    start = time.perf_counter()
    material = gather(folder, progress)
    with _one_thread():
        head, evaluation, left_out_by = _built(material)
        comparison = compare_heads(former_head(folder), head, material, left_out_by)
    if comparison.objection and not force:
        changes = f"{comparison.added} added, {comparison.removed} removed, {comparison.relabelled} labelled otherwise"
        message = (
            f"{folder}: {comparison.objection}; examples: {changes}."
            " The former head stays; check what has changed, or train with --force"
        )
        raise ClassifierError(message)
    head.save(folder)
    return TrainingReport(
        saved=True,
        head=head.notes.name,
        examples=len(material.examples),
        corrections=int((material.weights > 1).sum()),
        encoded=material.encoded,
        seconds=time.perf_counter() - start,
        comparison=comparison,
        evaluation=evaluation,
    )


def cross_validate(folder: Path, progress: Progress | None = None) -> EvaluationReport:
    """Evaluate on the folder's own examples, each judged by a model trained without its theme and its template."""
    material = gather(folder, progress)
    with _one_thread():
        return build(material)[1]


def build(material: Material) -> tuple[Head, EvaluationReport]:
    """The head of some material, and its evaluation by cross-validation."""
    return _built(material)[:2]


def _built(material: Material) -> tuple[Head, EvaluationReport, Callable[[Ints], Floats]]:
    """Head, evaluation, and what gives the full tier's out-of-fold values by other folds."""
    spread = _spreads(material)
    memory = Memory(
        hashes=material.hashes,
        labels=material.labels,
        vectors=material.vectors,
        clues=material.clues,
        spread=spread,
    )
    blocks = _kernels(memory, material)
    encoders = material.file.model.encoders
    left_out: dict[str, Floats] = {}
    tiers: dict[str, Tier] = {}
    shares = tier_weights(encoders, [block for block in blocks if block not in encoders])
    kernels = {name: _mixed(weights, blocks) for name, weights in shares.items()}
    del blocks
    for name, weights in shares.items():
        tiers[name], left_out[name] = _tier(weights, kernels[name], material)
    full, fast = left_out["full"], left_out["fast"]
    scores = chances(full, calibrate(full, material.labels))
    limits = thresholds(scores, material.labels, material.fixed_thresholds())
    notes = _notes(material, limits, scores, chances(fast, calibrate(fast, material.labels)))
    evaluation = honest_report(full, material)
    summary = headline_scores(evaluation)
    memory = replace(memory, left_out=to_keep(full), folds=material.folds.astype(np.int8))
    head = Head(notes=replace(notes, scores=summary), memory=memory, ngrams=material.ngrams, tiers=tiers)
    kernel = kernels["full"]
    return head, evaluation, lambda folds: fit(kernel, material.labels, folds, material.weights).left_out


def tier_weights(encoders: Sequence[str], others: Sequence[str]) -> dict[str, dict[str, float]]:
    """How much each part of the kernel counts (chosen in benchmarks/classify.py). The first encoder is left to the full tier."""
    full = {name: 2.0 if place == 0 else 0.5 for place, name in enumerate(encoders)}
    full |= {name: 0.3 if name == "grams" else 0.5 for name in others}
    fast = dict.fromkeys(encoders[1:], 1.2) | {name: 0.4 if name == "grams" else 0.5 for name in others}
    return {"full": full, "fast": fast or full}


def honest_report(left_out: Floats, material: Material) -> EvaluationReport:
    """The report from out-of-fold values in which calibration and thresholds too come from the other folds."""
    return judge(left_out, material.labels, material.folds, material.fixed_thresholds(), material.topics)


# ------------------------------------------------------------------------------------------------ inside


def _mixed(weights: Mapping[str, float], blocks: Mapping[str, Floats]) -> Floats:
    kernel = np.zeros(next(iter(blocks.values())).shape)
    for block, weight in weights.items():
        kernel += weight * blocks[block]
    return kernel


def _tier(weights: Mapping[str, float], kernel: Floats, material: Material) -> tuple[Tier, Floats]:
    outcome = fit(kernel, material.labels, material.folds, material.weights)
    calibration = calibrate(outcome.left_out, material.labels)
    alpha = np.round(outcome.alpha, 5)
    grams = np.asarray(material.grams.T @ alpha) * weights.get("grams", 0.0)
    tier = Tier(
        weights=dict(weights),
        alpha=alpha.astype(np.float32),
        grams=np.round(grams, 5).astype(np.float32),
        bias=np.round(outcome.bias, 5).astype(np.float32),
        slope=np.round(calibration[0], 4).astype(np.float32),
        offset=np.round(calibration[1], 4).astype(np.float32),
    )
    return tier, outcome.left_out


def _kernels(memory: Memory, material: Material) -> dict[str, Floats]:
    blocks = {
        name: memory.gaussian(name, dequantised(vectors)).astype(np.float64) for name, vectors in memory.vectors.items()
    }
    if material.clues.shape[1]:
        blocks["clues"] = memory.gaussian("clues", material.clues.astype(np.float32)).astype(np.float64)
    if material.grams.shape[1]:
        blocks["grams"] = np.asarray((material.grams @ material.grams.T).todense())
    return {name: (block + block.T) / 2 for name, block in blocks.items()}


def _spreads(material: Material) -> dict[str, float]:
    """The median squared distance between examples, for each block with a Gaussian; rounded, for reproducibility."""
    spread: dict[str, float] = {}
    known = {name: dequantised(vectors) for name, vectors in material.vectors.items()}
    if material.clues.shape[1]:
        known["clues"] = material.clues.astype(np.float32)
    for name, values in known.items():
        squared = (values**2).sum(1)[:, None] + (values**2).sum(1)[None] - 2 * values @ values.T
        spread[name] = float(np.round(max(1e-3, float(np.median(squared))), 3))
    return spread


def _notes(material: Material, limits: Floats, scores: Floats, fast: Floats) -> Notes:
    file, labels = material.file, material.labels
    band = file.relevance.maybe
    maybe = doubtful_band(scores[:, 0], labels[:, 0], float(limits[0])) if band == "auto" else band
    examples_hash = _digest([list(pair) for pair in zip(material.hashes, labels.tolist(), strict=True)])
    settings_hash = settings_digest(file)
    names = ["relevance", *material.topics]
    return Notes(
        format=FORMAT,
        name=_digest([examples_hash, settings_hash, FORMAT, RECIPE])[:12],
        classifier=file.name,
        topics=material.topics,
        encoders=tuple(file.model.encoders),
        examples=len(labels),
        examples_hash=examples_hash,
        settings_hash=settings_hash,
        thresholds={name: float(limit) for name, limit in zip(names, limits, strict=True)},
        maybe=maybe,
        settle=settled_below(fast[:, 0], scores[:, 0], float(limits[0])),
    )


def settings_digest(file: ClassifierFile) -> str:
    """A hash of what in the classifier's file bears on the head (not the names that readers see)."""
    settings = file.model_dump(mode="json", exclude={"name"})
    for table in (settings["relevance"], *settings["topics"]):
        table.pop("description")
        table.pop("name", None)
    return _digest(settings)


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _one_thread() -> Any:
    """Keep BLAS to one thread: how a sum is split over threads changes its last bits."""
    import threadpoolctl

    control: Any = threadpoolctl
    return control.threadpool_limits(limits=1, user_api="blas")
