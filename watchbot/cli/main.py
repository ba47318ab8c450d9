"""The `watchbot` program: its commands, its exit codes, and how errors are told.

Exit codes: 0 fine, 1 partial failure, 2 usage or configuration error.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from watchbot import __version__
from watchbot.cli import (
    classifying,
    collecting,
    demo,
    digests,
    follows,
    people,
    reading,
    service,
    setup,
    tracking,
)
from watchbot.errors import ConfigError, WatchbotError

app = typer.Typer(
    name="watchbot",
    help="Regulatory and sector watch: collects sources, tracks changes, tags by topic, sends digests, answers questions.",
    no_args_is_help=True,
    # Plain help and tracebacks: rich costs a tenth of a second at start, and its tracebacks show locals, perhaps secrets.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for module in (setup, collecting, classifying, tracking, reading, digests, people, follows, service, demo):
    module.register(app)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"watchbot {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the program and turn errors into one clear message and an exit code."""
    try:
        app()
    except ConfigError as error:
        for problem in error.problems:
            typer.echo(f"error: {problem}", err=True)
        sys.exit(error.exit_code)
    except WatchbotError as error:
        typer.echo(f"error: {error}", err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader of our output has gone (`watchbot items | head`); that is no failure.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        # A file that is not there, a folder without rights, a full disk: the words of the system say it.
        where = f"{error.filename}: " if error.filename else ""
        typer.echo(f"error: {where}{error.strerror or error}", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        typer.echo("interrupted; run the command again to go on where it stopped", err=True)
        sys.exit(1)
