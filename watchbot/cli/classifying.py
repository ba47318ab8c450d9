"""`classify`, `tag`, `train`, `evaluate`, `correct`: topics, and learning them."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from watchbot.cli.options import HERE, JsonOption, WatchOption, now, open_classifier_part, open_store, open_watch
from watchbot.cli.output import print_json, print_table, printable, progress
from watchbot.errors import UsageError

if TYPE_CHECKING:
    from watchbot.classify.evaluation import EvaluationReport
    from watchbot.classify.training import TrainingReport

TAG_BATCH = 256
MAX_LINE = 1_000_000
TEXT_FIELDS = ("title", "summary", "body", "publisher")


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.command()(classify)
    app.command()(tag)
    app.command()(train)
    app.command()(evaluate)
    app.command()(correct)
    app.command()(explain)
    app.command()(label)


def classify(
    watch: WatchOption = HERE,
    everything: Annotated[
        bool,
        typer.Option(
            "--all", help="Judge again what only the fast tier has judged, so that the whole archive is exact."
        ),
    ] = False,
    fast: Annotated[
        bool, typer.Option("--fast", help="By the fast tier alone: about ten times faster, a little less exact.")
    ] = False,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="At most so many items now.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Tag new and edited items by topic; after another training, the whole archive.

    It can be stopped and started again at any point, and readers need not wait for it.
    """
    from watchbot.app.classifying import classify as run

    loaded = open_watch(watch)
    with open_store(loaded) as store, progress("classifying") as advance:
        report = run(loaded, store, clock=now, fast=fast, everything=everything, limit=limit, progress=advance)
    if as_json:
        print_json(report)
        return
    typer.echo(
        f"{report.judged} items judged: {report.kept} kept, {report.off_topic} off topic, {report.maybe} in doubt"
    )
    if left := report.waiting - report.judged:
        typer.echo(f"{left} still wait; run it again to go on")


def tag(
    watch: WatchOption = HERE,
    mode: Annotated[
        str, typer.Option("--mode", help="auto, full (every text by the accurate encoder) or fast.")
    ] = "auto",
) -> None:
    """Read JSON lines {"title", "summary"} on standard input; write them with topics, scores, relevance and relevant."""
    from watchbot.app.scaffold import shipped
    from watchbot.classify.classifier import Classifier

    if mode not in {"auto", "full", "fast"}:
        message = f'--mode "{mode}": choose auto, full or fast'
        raise UsageError(message)
    folder = watch if (watch / "classifiers").is_dir() else shipped()
    classifier = Classifier.load(folder / "classifiers")
    for rows in _batches(_json_lines()):
        for row, verdict in zip(rows, classifier.tag([_text(row) for row in rows], mode=mode), strict=True):  # type: ignore[arg-type]
            row.update(
                topics=list(verdict.topics) if verdict.relevant else [],
                scores=dict(verdict.scores),
                relevant=verdict.relevant,
                relevance=verdict.relevance,
                maybe=verdict.maybe,
            )
            sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
        sys.stdout.flush()


def _json_lines() -> Iterator[dict[str, Any]]:
    for number, line in enumerate(sys.stdin.buffer, 1):
        if line.strip():
            try:
                yield _row(line)
            except UsageError as error:
                message = f"standard input, line {number}: {error}"
                raise UsageError(message) from error


def _row(line: bytes) -> dict[str, Any]:
    if len(line) > MAX_LINE:
        message = f"longer than {MAX_LINE} bytes"
        raise UsageError(message)
    try:
        row = json.loads(line.decode("utf-8-sig"))
        if b"\\u" in line:
            # Half a surrogate pair can be escaped, but not be written again: the sign for "unreadable" stands for it.
            text = json.dumps(row, ensure_ascii=False).encode("utf-16-le", "surrogatepass")
            row = json.loads(text.decode("utf-16-le", "replace"))
    except RecursionError as error:
        message = "lists or objects nested too deeply"
        raise UsageError(message) from error
    except ValueError as error:
        message = f"not JSON: {error}"
        raise UsageError(message) from error
    if not isinstance(row, dict):
        message = 'expected an object such as {"title": "…", "summary": "…"}'
        raise UsageError(message)
    for name in TEXT_FIELDS:
        if not isinstance(row.get(name), str | None):
            message = f'"{name}" must be text'
            raise UsageError(message)
    return row


def _batches(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """The rows in batches; when a line is wrong, those before it are given first."""
    batch: list[dict[str, Any]] = []
    try:
        for row in rows:
            batch.append(row)
            if len(batch) == TAG_BATCH:
                yield batch
                batch = []
    except UsageError:
        if batch:
            yield batch
        raise
    if batch:
        yield batch


def _text(row: dict[str, Any]) -> Any:
    from watchbot.classify.text import Text

    return Text(**{name: row.get(name) or "" for name in TEXT_FIELDS})


def train(
    watch: WatchOption = HERE,
    force: Annotated[
        bool, typer.Option("--force", help="Save even if cross-validation says that it got worse.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Fold corrections in and train the head; refused when it gets worse. The same examples give the same bytes."""
    from watchbot.app.classifying import fold_in_corrections
    from watchbot.classify.training import train as run

    # Neither sources nor digests are read: they may still speak of the topics that training is about to replace.
    loaded = open_classifier_part(watch)
    if loaded.database.is_file():
        with open_store(loaded) as store:
            fold_in_corrections(loaded, store)
    with progress("encoding examples") as advance:
        report = run(loaded.classifier_folder, force=force, progress=advance)
    if as_json:
        print_json(report.as_dict())
        return
    _show_training(report)
    typer.echo("next: watchbot classify tags the archive anew")


def _show_training(report: TrainingReport) -> None:
    change = report.comparison
    typer.echo(
        f"head {report.head}: {report.examples} examples, {report.corrections} corrections; {change.added} new,"
        f" {change.removed} removed, {change.relabelled} labelled otherwise; {report.seconds:.1f} s"
    )
    if not change.before:
        typer.echo("no former head on the same examples to compare with, or nothing has changed")
        return
    rows = [(name, f"{change.before[name]:.3f}", f"{value:.3f}") for name, value in change.after.items()]
    whose = f"the {change.compared} examples that both heads have" if change.compared else "the examples of each head"
    title = f"cross-validation on {whose}"
    print_table(title, ("Measure", "Before", "After"), rows, right=("Before", "After"))
    if change.objection:
        typer.echo(f"saved because of --force, though {change.objection}")


def evaluate(
    watch: WatchOption = HERE,
    gold: Annotated[
        Path | None, typer.Option("--gold", help="JSON lines with title, summary, topics, relevant.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Print precision, recall and F1 per topic, micro and macro, and ROC AUC and F1 of relevance.

    Without --gold: by cross-validation on the watch's own examples, themes and templates never split.
    """
    from watchbot.classify import evaluation

    loaded = open_classifier_part(watch)
    if gold is None:
        from watchbot.classify.training import cross_validate

        with progress("encoding examples") as advance:
            report = cross_validate(loaded.classifier_folder, advance)
    else:
        from watchbot.app.classifying import load_classifier

        classifier = load_classifier(loaded)
        report = evaluation.evaluate(classifier, evaluation.read_gold(gold, classifier.topics))
    if as_json:
        print_json(report.as_dict())
    else:
        _show_evaluation(report)


def _show_evaluation(report: EvaluationReport) -> None:
    scores = [*report.topics.items(), ("micro", report.micro), ("relevance", report.relevance)]
    rows = [(name, f"{s.precision:.3f}", f"{s.recall:.3f}", f"{s.f1:.3f}", s.support) for name, s in scores]
    columns = ("Topic", "Precision", "Recall", "F1", "Support")
    print_table(f"{report.texts} texts", columns, rows, right=columns[1:])
    typer.echo(f"topics: micro-F1 {report.micro.f1:.3f}, macro-F1 {report.macro_f1:.3f}, ECE {report.topics_ece:.3f}")
    typer.echo(f"relevance: ROC AUC {report.auc:.3f}, F1 {report.relevance.f1:.3f}, ECE {report.ece:.3f}")


def correct(
    item: Annotated[str | None, typer.Argument(help="The item's id, or its beginning.")] = None,
    watch: WatchOption = HERE,
    topics: Annotated[
        str, typer.Option("--topics", "-t", help="The right topics, by commas, the main one first.")
    ] = "",
    off_topic: Annotated[bool, typer.Option("--off-topic", help="It does not belong to the watch.")] = False,
    csv: Annotated[
        Path | None, typer.Option("--csv", exists=True, dir_okay=False, help="Many at once: columns id, topics.")
    ] = None,
    author: Annotated[str, typer.Option("--author", help="Who says so.", show_default="your login")] = "",
) -> None:
    """Correct an item's topics: at once for the item, and as an example for the next `watchbot train`."""
    from watchbot.app.classifying import correct as record
    from watchbot.app.corrections_csv import import_corrections

    if csv is not None and (item is not None or topics or off_topic):
        message = "--csv says by itself which items and topics: leave out the item, --topics and --off-topic"
        raise UsageError(message)
    loaded = open_watch(watch)
    author = author.strip() or getpass.getuser()
    with open_store(loaded) as store:
        if csv is not None:
            count = import_corrections(loaded, store, csv, author=author, at=now())
            typer.echo(f"{count} corrections recorded")
            return
        if item is None:
            message = "name an item, or a file with --csv"
            raise UsageError(message)
        chosen = [topic.strip() for topic in topics.split(",") if topic.strip()]
        example = record(loaded, store, item, topics=chosen, off_topic=off_topic, author=author, at=now())
    typer.echo(f"recorded: {example.title} → {', '.join(example.topics) or 'off topic'}")


def explain(
    item: Annotated[str, typer.Argument(help="The item's id, or its beginning.")],
    watch: WatchOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Say in French why an item bears each of its topics: the passage that weighed most, the nearest labelled examples."""
    from watchbot.app.classifying import explanations, said_by_hand

    loaded = open_watch(watch)
    with open_store(loaded) as store:
        found = explanations(loaded, store, item)
        by_hand = said_by_hand(loaded, store, item)
    if as_json:
        print_json(found)
        return
    if by_hand:
        typer.echo(printable(f"{by_hand} Le classifieur seul dirait\u00a0:"))
    for one in found:
        typer.echo(printable(one.sentence))


def label(
    watch: WatchOption = HERE,
    count: Annotated[int, typer.Option("--count", "-n", min=1, max=200, help="How many.")] = 10,
    as_json: JsonOption = False,
) -> None:
    """Propose the items whose labels would teach the classifier most; answer with `watchbot correct`."""
    from watchbot.app.classifying import to_label

    loaded = open_watch(watch)
    with open_store(loaded) as store:
        found = to_label(loaded, store, count)
    if as_json:
        print_json([{"id": one.id, "title": one.title, "about": about} for one, about in found])
        return
    rows = [(one.id, one.publisher, printable(one.title), about) for one, about in found]
    print_table("", ("Id", "Publisher", "Title", "In doubt about"), rows)
