"""`demo`: the main job on the recorded web."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from watchbot.cli.options import JsonOption
from watchbot.cli.output import print_json, print_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from watchbot.demo.run import DemoReport, WeekReport


def register(app: typer.Typer) -> None:
    """Add this command to the program."""
    app.command()(demo)


def demo(
    out: Annotated[Path, typer.Option("--out", "-o", help="Where to write what is delivered; emptied first.")] = Path(
        "out"
    ),
    as_json: JsonOption = False,
) -> None:
    """Run the whole job on two weeks of a recorded web, over real HTTP, SMTP and Bot API on this machine."""
    from watchbot.demo.run import run_demo

    report = run_demo(out, say=lambda text: typer.echo(text, err=True))
    if as_json:
        print_json(report)
    else:
        _show(report)


def _show(report: DemoReport) -> None:
    from watchbot.track.alerts import by_urgency

    first, last = report.weeks
    names: list[tuple[str, Callable[[WeekReport], object]]] = [
        ("sources visited (failed)", lambda w: f"{w.sources} ({len(w.failed)})"),
        ("entries seen", lambda w: w.seen),
        ("items new / edited", lambda w: f"{w.new} / {w.edited}"),
        ("kept / off topic / in doubt", lambda w: f"{w.kept} / {w.off_topic} / {w.maybe}"),
        ("changes of references", lambda w: len(w.changes)),
        ("alerts at once", lambda w: w.alerts),
        ("messages delivered", lambda w: w.sent["sent"]),
    ]
    rows = [(name, value(first), value(last)) for name, value in names]
    print_table("The main job on the recorded web", ("", first.week, last.week), rows, right=(first.week, last.week))
    print_table("Topics of kept items", ("Topic", "Items"), list(report.topics.items()), right=("Items",))
    ordered = by_urgency(last.changes, date.fromisoformat(last.week))
    changes = [(c.significance.value, c.title, " ; ".join(c.reasons[:3])) for c in ordered]
    print_table("Changes found in the second week", ("", "Reference", "Why"), changes)
    for week in report.weeks:
        for source, reason in week.failed:
            typer.echo(f"{week.week}: {source}: {reason} (the recorded web holds this fault on purpose)")
    typer.echo(
        f"{report.deadlines} deadlines ahead; {report.mails} mails and {report.messages} Telegram messages delivered;"
        f" relevance agrees with the labels of the recorded web on {report.agreement:.0%} of items"
    )
    typer.echo("\nA conversation with the bot, as it went through the local Bot API server:\n")
    typer.echo(report.dialogue)
    html = next((f for f in reversed(report.files) if f.suffix == ".html" and "camille" in f.name), report.out)
    typer.echo(
        f"look at {html}\n        {html.with_suffix('.txt')}\n        {report.out / 'telegram'}\n        {report.out / 'mail'}"
    )
