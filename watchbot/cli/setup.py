"""`init`, `check`, `doctor`, `schemas`: a watch's folder and its health."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from watchbot.cli.options import HERE, JsonOption, WatchOption, open_watch
from watchbot.cli.output import print_json
from watchbot.errors import ConfigError


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.command()(init)
    app.command()(check)
    app.command()(doctor)
    app.command(hidden=True)(schemas)


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to make the watch.")],
    blank: Annotated[bool, typer.Option("--blank", help="Without the shipped sources.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Make a watch: sources.toml, classifiers/, digests/, schemas, and an .env with a fresh secret key."""
    from watchbot.app.scaffold import init_watch

    written, kept = init_watch(folder, blank=blank)
    if as_json:
        print_json({"written": written, "kept": kept})
        return
    typer.echo(f"{len(written)} files written in {folder}" + (f", {len(kept)} left as they were" if kept else ""))
    typer.echo(f"next: watchbot check --watch {folder}")


def check(watch: WatchOption = HERE, as_json: JsonOption = False) -> None:
    """Validate sources.toml, classifiers/, digests/ and the environment; say every error with file, table and key."""
    from watchbot.app.checking import check_watch

    problems: list[str] = []
    warnings: list[str] = []
    summary: dict[str, int] = {}
    try:
        loaded = open_watch(watch)
    except ConfigError as error:
        problems = error.problems
    else:
        problems, warnings = check_watch(loaded)
        summary = {
            "sources": len(loaded.sources),
            "topics": len(loaded.classifier.topics),
            "editions": len(loaded.editions),
        }
    if as_json:
        print_json({"ok": not problems, "problems": problems, "warnings": warnings, **summary})
    else:
        for problem in problems:
            typer.echo(f"error: {problem}", err=True)
        for warning in warnings:
            typer.echo(f"warning: {warning}", err=True)
        if not problems:
            typer.echo(", ".join(f"{count} {name}" for name, count in summary.items()) + ": all valid")
    if problems:
        raise typer.Exit(2)


def doctor(watch: WatchOption = HERE, as_json: JsonOption = False) -> None:
    """Look at everything a running watch needs (files, database, disk, clock, mail, bot, sources) and say what to do."""
    from watchbot.app.doctor import examine

    findings = examine(watch)
    if as_json:
        print_json(findings)
    else:
        for one in findings:
            typer.echo(f"{one.state:8} {one.what}: {one.finding}")
            if one.advice:
                typer.echo(f"{'':8} → {one.advice}")
    if any(finding.state == "error" for finding in findings):
        raise typer.Exit(1)


def schemas(folder: Annotated[Path, typer.Argument(metavar="DIR")] = Path("schemas")) -> None:
    """Write the JSON Schemas of the three files, for editors."""
    from watchbot.config.schemas import write_schemas

    write_schemas(folder)
    typer.echo(f"schemas written in {folder}")
