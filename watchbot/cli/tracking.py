"""`changes`, `timeline`, `deadlines`: what moved in reference documents and registers, and what is due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from watchbot.cli.options import (
    HERE,
    JsonOption,
    LimitOption,
    SinceOption,
    WatchOption,
    now,
    open_store,
    open_watch,
    since_time,
)
from watchbot.cli.output import print_json, print_table, printable

# How many reasons of a change its row shows.
REASONS = 4

changes = typer.Typer(help="Changes of tracked references: what, since when, and whether it matters.")


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.add_typer(changes, name="changes")
    app.command()(timeline)
    app.command()(deadlines)


@changes.callback(invoke_without_command=True)
def list_changes(
    context: typer.Context,
    watch: WatchOption = HERE,
    since: SinceOption = None,
    source: Annotated[str | None, typer.Option("--source", "-s", help="Only this source.")] = None,
    substantive: Annotated[bool, typer.Option("--substantive", help="Leave out editorial changes.")] = False,
    full: Annotated[bool, typer.Option("--full", help="With before and after of each passage.")] = False,
    limit: LimitOption = 50,
    as_json: JsonOption = False,
) -> None:
    """List changes, the most pressing first."""
    if context.invoked_subcommand is not None:
        return
    from watchbot.model import Significance
    from watchbot.track.alerts import by_urgency
    from watchbot.track.render_text import text_of_change

    loaded = open_watch(watch)
    moment = now()
    if source is not None:
        loaded.source(source)
    with open_store(loaded) as store:
        wanted = Significance.SUBSTANTIVE if substantive else None
        found = store.changes.list(since=since_time(since, moment), source=source, significance=wanted, limit=limit)
    ordered = by_urgency(found, moment.date())
    if as_json:
        print_json(ordered)
    elif full:
        for change in ordered:
            typer.echo(printable(text_of_change(change)) + "\n")
    else:
        rows = [
            (c.id, c.detected_at.strftime("%Y-%m-%d"), c.significance.value, c.title, _told(c.reasons)) for c in ordered
        ]
        print_table("", ("Id", "Detected", "Significance", "Reference", "Reasons"), rows)


def _told(reasons: Sequence[str]) -> str:
    """The weightiest reasons; `--full` tells all."""
    more = len(reasons) - REASONS
    return " ; ".join([*reasons[:REASONS], *([f"+ {more}"] if more > 0 else [])])


@changes.command("export")
def export_changes(
    change: Annotated[list[str] | None, typer.Argument(help="Ids of changes; all of --since when absent.")] = None,
    out: Annotated[Path, typer.Option("--out", "-o", file_okay=False, help="The folder to write zips into.")] = Path(),
    watch: WatchOption = HERE,
    since: SinceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a zip for each change: before, after, diff and metadata, a file that can be cited."""
    from watchbot.track.export import export_change

    loaded = open_watch(watch)
    out.mkdir(parents=True, exist_ok=True)
    written = []
    with open_store(loaded) as store:
        for one in change or [c.id for c in store.changes.list(since=since_time(since, now()))]:
            name, content = export_change(store, one)
            (out / name).write_bytes(content)
            written.append(out / name)
    if as_json:
        print_json(written)
    else:
        typer.echo("\n".join(str(path) for path in written) or "no change to export")


def timeline(
    reference: Annotated[str, typer.Argument(help="A register number (RS6456), a source's id, or a document's key.")],
    watch: WatchOption = HERE,
    as_json: JsonOption = False,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write a self-contained page with the diff of any two versions.")
    ] = None,
) -> None:
    """Show the history of a reference: versions, dates in force, changes, and news that speak of it."""
    from watchbot.app.tracking import reference_timeline
    from watchbot.track.timeline import timeline_data, timeline_text
    from watchbot.track.timeline_page import timeline_page

    loaded = open_watch(watch)
    with open_store(loaded) as store:
        history = reference_timeline(loaded, store, reference, now())
    if html is not None:
        html.write_text(timeline_page(history), encoding="utf-8")
    if as_json:
        print_json(timeline_data(history))
    elif html is None:
        typer.echo(printable(timeline_text(history)))
    else:
        typer.echo(f"written: {html}")


def deadlines(
    watch: WatchOption = HERE,
    days: Annotated[int, typer.Option("--days", min=1, max=3650, help="How far ahead.")] = 365,
    ics: Annotated[Path | None, typer.Option("--ics", help="Write them as iCalendar.")] = None,
    as_json: JsonOption = False,
) -> None:
    """List what is due, soonest first."""
    from watchbot.app.tracking import upcoming_deadlines, write_calendar

    loaded = open_watch(watch)
    moment = now()
    with open_store(loaded) as store:
        found = upcoming_deadlines(store, moment, timedelta(days=days))
    if ics is not None:
        write_calendar(loaded, found, moment, ics)
    if as_json:
        print_json(found)
        return
    rows = [
        (
            d.due.isoformat(),
            d.role,
            d.title,
            f"{d.quote} (avant : {d.previous.isoformat()})" if d.previous else d.quote,
            f"{d.confidence:.2f}",
        )
        for d in found
    ]
    print_table("", ("Due", "Role", "What", "Quote", "Confidence"), rows)
