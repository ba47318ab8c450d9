"""`run`, `web`, `bot`, `backup`, `restore`: the watch as a service."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from watchbot.cli.options import HERE, JsonOption, WatchOption, now, open_store, open_watch
from watchbot.cli.output import print_json


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.command()(run)
    app.command()(web)
    app.command()(bot)
    app.command()(backup)
    app.command()(restore)
    app.command()(bounces)


def run(
    watch: WatchOption = HERE,
    no_web: Annotated[bool, typer.Option("--no-web", help="Without the web app.")] = False,
) -> None:
    """Run the watch in the foreground: collection, alerts, digests, delivery, web, bot, backups, each at its time."""
    import os

    from watchbot.schedule import run as forever

    if not forever(watch, web=not no_web):
        # A job is still at work; what it recorded is whole, and the rest is due again at the next start.
        os._exit(0)


def web(watch: WatchOption = HERE) -> None:
    """Serve the web app alone: subscription, search, archive, feeds, JSON. `watchbot run` serves it as well."""
    from watchbot.app.digesting import secret_key
    from watchbot.logs import configure
    from watchbot.web.serve import serve

    loaded = open_watch(watch)
    secret_key(loaded)
    configure(loaded.settings.log, loaded.settings.log_format)
    typer.echo(f"http://{loaded.settings.web_host}:{loaded.settings.web_port}", err=True)
    serve(loaded, now)


def bot(watch: WatchOption = HERE) -> None:
    """Run the Telegram bot alone, by polling or webhook. `watchbot run` runs it as well."""
    from watchbot.chat.serve import serve
    from watchbot.logs import configure

    loaded = open_watch(watch)
    configure(loaded.settings.log, loaded.settings.log_format)
    serve(loaded, now)


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
    """Put a backup in the database's place; the former database is kept beside it. Stop `watchbot run` first.

    What was sent since the backup, and who left, is taken over from the former database.
    """
    import os

    from watchbot.app.backup import restore as put_back
    from watchbot.schedule import single_instance

    loaded = open_watch(watch)
    secret = loaded.settings.secret_key
    lock = single_instance(loaded.database)
    try:
        done = put_back(file, loaded.database, now(), secret.get_secret_value().encode() if secret else None)
    finally:
        os.close(lock)
    typer.echo("restored" + (f"; the former database is {done.former}" if done.former else ""))
    if done.erased:
        typer.echo(f"{done.erased} readers who left since the backup were erased again")
    if done.unread:
        typer.echo(
            f"warning: the former database cannot be read ({done.unread}): what was sent and who left since the backup is not"
            " known; before `watchbot run`, look at `watchbot digest deliveries --state queued`",
            err=True,
        )


def bounces(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Mails that came back, as files; - reads one from standard input.")
    ] = None,
    watch: WatchOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Carry out what came back by mail: give up dead addresses, let go who complains or asks to leave.

    Without files, the mailbox of WATCHBOT_BOUNCE_IMAP_URL is read. A mail server can pipe mails into `watchbot bounces -`.
    """
    import sys

    from watchbot.app.bouncing import take_mailbox, take_mails

    loaded = open_watch(watch)
    with open_store(loaded) as store:
        if files:
            mails = (sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes() for file in files)
            counts = take_mails(loaded, store, mails, now())
        else:
            counts = take_mailbox(loaded, store, now())
    if as_json:
        print_json(dict(counts))
    else:
        typer.echo(", ".join(f"{count} {what}" for what, count in sorted(counts.items())) or "nothing came back")
