"""`run`, `backup`, `restore`: the watch as a service."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from watchbot.cli.options import HERE, WatchOption, now, open_watch


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.command()(run)
    app.command()(backup)
    app.command()(restore)


def run(watch: WatchOption = HERE) -> None:
    """Run the watch in the foreground: collection, alerts, digests, delivery, backups, each at its time."""
    from watchbot.schedule import run as forever

    forever(watch)


def backup(
    watch: WatchOption = HERE,
    out: Annotated[Path, typer.Option("--out", "-o", file_okay=False, help="The folder to write into.")] = Path(
        "backups"
    ),
) -> None:
    """Copy the database while it is in use, and verify the copy."""
    from watchbot.app.backup import backup as make

    typer.echo(f"written and verified: {make(open_watch(watch).database, out, now())}")


def restore(
    file: Annotated[Path, typer.Argument(help="A backup made by `watchbot backup`.")],
    watch: WatchOption = HERE,
) -> None:
    """Put a backup in the database's place; the former database is kept beside it. Stop `watchbot run` first."""
    from watchbot.app.backup import restore as put_back

    kept = put_back(file, open_watch(watch).database)
    typer.echo("restored" + (f"; the former database is {kept}" if kept else ""))
