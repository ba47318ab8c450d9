"""Throughput of tagging: the cascade against the accurate tier alone, and the fast tier, on texts that training did not see.

    python benchmarks/tagging.py [--texts 300] [--noise 0.8]

A head is built without a fifth of the examples (whole themes and templates); the stream is drawn from that fifth, most of it
noise as in life. Each mode is measured end to end (features, encoders, head, verdicts) with no cache, after one warm-up. Beside
the speed seen, which suffers from whatever else the machine does, stands the one that two free cores would give: texts divided
by half the processor time used.
"""

from __future__ import annotations

import argparse
import random
import resource
import time
from pathlib import Path

import numpy as np

from watchbot.classify.classifier import Classifier, Mode
from watchbot.classify.evaluation import EvaluationReport, compare, label_matrix
from watchbot.classify.examples import example_text
from watchbot.classify.material import gather
from watchbot.classify.training import build

FOLDER = Path(__file__).resolve().parent.parent / "classifiers"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=300)
    parser.add_argument("--noise", type=float, default=0.8)
    options = parser.parse_args()
    material = gather(FOLDER)
    head, _ = build(material.subset(np.flatnonzero(material.folds >= 2).tolist()))
    classifier = Classifier(material.file, head, FOLDER)
    unseen = [material.examples[place] for place in np.flatnonzero(material.folds < 2)]
    rng = random.Random(0)
    noise = [example for example in unseen if not example.relevant]
    ours = [example for example in unseen if example.relevant]
    count = min(len(noise), round(options.texts * options.noise))
    stream = rng.sample(noise, count)
    stream += rng.sample(ours, min(len(ours), round(count * (1 - options.noise) / options.noise)))
    rng.shuffle(stream)
    texts = [example_text(example) for example in stream]
    truth = label_matrix(stream, classifier.topics)
    classifier.tag(texts[:2], mode="full")
    speeds: dict[Mode, float] = {}
    print(f"{len(texts)} texts, {sum(not e.relevant for e in stream) / len(stream):.0%} noise")
    for mode in ("full", "auto", "fast"):
        start, used = time.perf_counter(), time.process_time()
        verdicts = classifier.tag(texts, mode=mode)
        seen = len(texts) / (time.perf_counter() - start)
        speeds[mode] = 2 * len(texts) / (time.process_time() - used)
        scores = np.array([[v.relevance, *(v.scores[t] for t in classifier.topics)] for v in verdicts])
        chosen = np.array([[v.relevant, *(t in v.topics for t in classifier.topics)] for v in verdicts], bool)
        print(
            f"{mode:5} {seen:5.0f} texts/s seen, {speeds[mode]:5.0f} by processor time  {_shown(compare(scores, chosen, truth, classifier.topics))}"
        )
    print(f"cascade / accurate tier alone: {speeds['auto'] / speeds['full']:.1f} times")
    print(f"fast tier / accurate tier alone: {speeds['fast'] / speeds['full']:.1f} times")
    print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def _shown(report: EvaluationReport) -> str:
    return f"relevance AUC {report.auc:.3f} F1 {report.relevance.f1:.3f}, topics micro-F1 {report.micro.f1:.3f}"


if __name__ == "__main__":
    main()
