"""Fitting the head: kernel least squares in closed form, exact out-of-fold values, calibration and thresholds. Pure.

Out-of-fold values need no second training. With G = (K + λI)⁻¹ and α = G y, leaving out the block B of examples gives
f_B = y_B - (G_BB)⁻¹ α_B (Rifkin and Lippert, "Notes on Regularized Least Squares", 2007, section on leave-one-out,
for a block). So cross-validation over groups of any size costs one inverse.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

RIDGE = 0.3
# A topic with few examples borrows its threshold from all: it counts as many examples as this.
SHRINK = 60.0
SLACK = 0.004


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Outputs of one tier: `alpha` (n, m), `bias` (m,), and `left_out` (n, m): each example decided by a model without its fold."""

    alpha: Floats
    bias: Floats
    left_out: Floats


def fit(kernel: Floats, labels: NDArray[np.int8], folds: Ints, weights: Floats) -> Fit:
    """Fit relevance on all examples and each topic on the relevant ones.

    Args:
        kernel: (n, n), symmetric and positive.
        labels: (n, m) of 0 and 1; the first column is relevance.
        folds: (n,) fold of each example.
        weights: (n,) how much each example counts.
    """
    everyone = np.arange(len(labels))
    relevant = np.flatnonzero(labels[:, 0])
    first = _fit_subset(kernel, labels[:, :1], everyone, folds, weights)
    rest = _fit_subset(kernel, labels[:, 1:], relevant, folds, weights)
    return Fit(
        alpha=np.hstack([first.alpha, rest.alpha]),
        bias=np.hstack([first.bias, rest.bias]),
        left_out=np.hstack([first.left_out, rest.left_out]),
    )


def _fit_subset(kernel: Floats, labels: NDArray[np.int8], members: Ints, folds: Ints, weights: Floats) -> Fit:
    targets = 2.0 * labels[members] - 1
    share = weights[members, None] / weights[members].sum()
    bias = (targets * share).sum(0)
    small = kernel[np.ix_(members, members)] + np.diag(RIDGE / weights[members])
    inverse = inverse_of_positive(small)
    solution = inverse @ (targets - bias)
    alpha = np.zeros((len(labels), labels.shape[1]))
    alpha[members] = solution
    left_out = kernel @ alpha + bias
    for fold in np.unique(folds):
        inside = np.flatnonzero(folds[members] == fold)
        remaining = solution.copy()
        if len(inside):
            block = np.linalg.solve(inverse[np.ix_(inside, inside)], solution[inside])
            remaining -= inverse[:, inside] @ block
        held = np.flatnonzero(folds == fold)
        # Members of the fold have coefficient 0 in `remaining`, so they play no part in deciding themselves.
        left_out[held] = kernel[np.ix_(held, members)] @ remaining + bias
    return Fit(alpha=alpha, bias=bias, left_out=left_out)


def inverse_of_positive(matrix: Floats) -> Floats:
    """The inverse of a symmetric positive definite matrix, by its Cholesky factor: half the work of a general inverse.

    Raises:
        np.linalg.LinAlgError: The matrix is not positive definite.
    """
    from scipy import linalg

    lapack: Any = linalg.lapack  # its functions are made at import: no type checker sees them
    factor, wrong = lapack.dpotrf(matrix, lower=True)
    if not wrong:
        factor, wrong = lapack.dpotri(factor, lower=True)
    if wrong:
        message = "the kernel is not positive definite"
        raise np.linalg.LinAlgError(message)
    lower = np.tril(factor)
    inverse: Floats = lower + np.tril(factor, -1).T
    return inverse


def sigmoid(values: Floats) -> Floats:
    """1 / (1 + e^-x), without overflow."""
    result: Floats = 1 / (1 + np.exp(-np.clip(values, -30, 30)))
    return result


def platt(values: Floats, truth: NDArray[np.int8], rounds: int = 50) -> tuple[float, float]:
    """Slope and offset of the sigmoid that calibrates decision values (Platt 1999; Newton as in Lin, Lin and Weng 2007)."""
    positive, negative = float(truth.sum()), float(len(truth) - truth.sum())
    if not positive or not negative:
        return 1.0, -3.0 if not positive else 3.0
    target = np.where(truth == 1, (positive + 1) / (positive + 2), 1 / (negative + 2))
    slope, offset = 1.0, 0.0
    for _ in range(rounds):
        chance = sigmoid(slope * values + offset)
        error, spread = chance - target, chance * (1 - chance) + 1e-9
        gradient = np.array([(error * values).sum(), error.sum()])
        cross = (spread * values).sum()
        hessian = np.array([[(spread * values**2).sum() + 1e-6, cross], [cross, spread.sum() + 1e-6]])
        step = np.linalg.solve(hessian, gradient)
        step *= min(1.0, 2.0 / max(1e-12, float(np.abs(step).max())))
        slope, offset = slope - float(step[0]), offset - float(step[1])
        if np.abs(step).max() < 1e-10:
            break
    return slope, offset


def calibrate(left_out: Floats, labels: NDArray[np.int8], among: Sequence[int] | Ints | None = None) -> Floats:
    """Slopes and offsets, shape (2, m), from out-of-fold values: relevance on all, topics on relevant examples."""
    chosen = np.arange(len(labels)) if among is None else np.asarray(among)
    relevant = chosen[labels[chosen, 0] == 1]
    pairs = [platt(left_out[chosen, 0], labels[chosen, 0])]
    pairs += [platt(left_out[relevant, j], labels[relevant, j]) for j in range(1, labels.shape[1])]
    return np.array(pairs).T


def chances(left_out: Floats, calibration: Floats) -> Floats:
    """Calibrated probabilities from decision values: P(relevant), then P(relevant) P(topic | relevant)."""
    result = sigmoid(left_out * calibration[0] + calibration[1])
    result[:, 1:] *= result[:, :1]
    return result


def best_threshold(scores: Floats, truth: NDArray[np.int8]) -> float:
    """The highest threshold whose F1, smoothed, is within `SLACK` of the best: F1 is flat about its top, and noise costs readers more."""
    grid = np.linspace(0.1, 0.9, 81)
    positive = int(truth.sum())
    if not positive:
        return 0.5
    given = scores[:, None] >= grid
    right = (given & (truth[:, None] == 1)).sum(0)
    f1 = 2 * right / (given.sum(0) + positive)
    smooth = np.convolve(np.pad(f1, 4, mode="edge"), np.ones(9) / 9, mode="valid")
    return float(np.round(grid[smooth >= smooth.max() - SLACK].max(), 3))


def thresholds(scores: Floats, labels: NDArray[np.int8], fixed: Mapping[int, float]) -> Floats:
    """The threshold of each output: fixed where the file says so, else for the best F1, shrunk towards the one for all topics."""
    pooled = best_threshold(scores[:, 1:].ravel(), labels[:, 1:].ravel())
    chosen = [best_threshold(scores[:, 0], labels[:, 0])]
    for j in range(1, labels.shape[1]):
        count = float(labels[:, j].sum())
        own = best_threshold(scores[:, j], labels[:, j])
        chosen.append((count * own + SHRINK * pooled) / (count + SHRINK))
    for j, value in fixed.items():
        chosen[j] = value
    return np.round(np.array(chosen), 3)


def doubtful_band(scores: Floats, truth: NDArray[np.int8], threshold: float) -> tuple[float, float]:
    """Where relevance is doubtful: from the score below which 4 % of relevant examples lie, to that above which 8 % of the others do."""
    relevant, noise = scores[truth == 1], scores[truth == 0]
    low = float(np.quantile(relevant, 0.04)) if len(relevant) else threshold - 0.1
    high = float(np.quantile(noise, 0.92)) if len(noise) else threshold + 0.1
    low = min(max(low, 0.05), threshold - 0.02)
    high = max(min(high, 0.95), threshold + 0.02)
    return round(low, 3), round(high, 3)


def settled_below(fast: Floats, full: Floats, threshold: float, share: float = 0.0015) -> float:
    """The relevance by the fast tier below which an item is noise for good.

    At most `share` of what the full tier keeps lies there, and it is never above half the threshold.
    """
    kept = np.sort(fast[full >= threshold])
    if not len(kept):
        return 0.0
    return round(float(min(kept[int(share * len(kept))], threshold / 2)), 3)
