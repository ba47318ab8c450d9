"""Figures from out-of-fold values, in which calibration and thresholds too come from the other folds. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from watchbot.classify.decision import given
from watchbot.classify.evaluation import EvaluationReport, compare
from watchbot.classify.fitting import calibrate, chances, thresholds

if TYPE_CHECKING:
    from numpy.typing import NDArray


def judge(
    left_out: NDArray[np.float64],
    labels: NDArray[np.int8],
    folds: NDArray[np.int64],
    fixed: Mapping[int, float],
    topics: Sequence[str],
) -> EvaluationReport:
    """The report of out-of-fold values, shape (n, 1 + topics); `fixed` holds thresholds that are given, by column."""
    scores = np.zeros(left_out.shape)
    chosen = np.zeros(left_out.shape, bool)
    for fold in np.unique(folds):
        held, others = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
        calibration = calibrate(left_out, labels, others)
        limits = thresholds(chances(left_out[others], calibration), labels[others], fixed)
        scores[held] = chances(left_out[held], calibration)
        chosen[held] = given(scores[held], limits)
    return compare(scores, chosen, labels, topics)


def headline_scores(report: EvaluationReport) -> dict[str, float]:
    """The four figures that say whether a head got better or worse."""
    figures = {
        "auc": report.auc,
        "relevance_f1": report.relevance.f1,
        "micro_f1": report.micro.f1,
        "macro_f1": report.macro_f1,
    }
    return {name: round(float(np.nan_to_num(value)), 4) for name, value in figures.items()}
