"""`subscribers`: who receives what, and their rights over what is stored."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from watchbot.cli.options import HERE, JsonOption, WatchOption, now, open_store, open_watch
from watchbot.cli.output import print_json, print_table

subscribers = typer.Typer(help="Subscribers: add, list, CSV, export and erasure (GDPR).", no_args_is_help=True)
ChannelOption = Annotated[str, typer.Option("--channel", "-c", help="email or telegram.")]


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.add_typer(subscribers, name="subscribers")


@subscribers.command("list")
def list_subscribers(watch: WatchOption = HERE, as_json: JsonOption = False) -> None:
    """List subscribers."""
    with open_store(open_watch(watch)) as store:
        found = store.subscribers.all()
    if as_json:
        print_json(found)
        return
    rows = [
        (s.address, s.channel, s.state, ", ".join(s.editions), ", ".join(s.topics), ", ".join(s.regions)) for s in found
    ]
    print_table("", ("Address", "Channel", "State", "Editions", "Topics", "Regions"), rows)


@subscribers.command()
def add(
    address: Annotated[str, typer.Argument(help="An e-mail address, or a Telegram chat id.")],
    watch: WatchOption = HERE,
    channel: ChannelOption = "email",
    edition: Annotated[
        list[str] | None, typer.Option("--edition", "-e", help="May be repeated; hebdo when absent.")
    ] = None,
    topic: Annotated[list[str] | None, typer.Option("--topic", "-t", help="Only these topics.")] = None,
    region: Annotated[
        list[str] | None, typer.Option("--region", "-r", help="Only these regions, and what has none.")
    ] = None,
    kind: Annotated[
        list[str] | None, typer.Option("--kind", "-k", help="Only these kinds of production, and what has none.")
    ] = None,
    language: Annotated[
        list[str] | None, typer.Option("--language", "-l", help="Only items in these languages: fr, en.")
    ] = None,
    alerts: Annotated[bool, typer.Option("--alerts", help="Alerted at once of substantive changes.")] = False,
    confirmed: Annotated[
        bool, typer.Option("--confirmed", help="Consent was given elsewhere: active at once.")
    ] = False,
) -> None:
    """Add a subscriber. Without --confirmed it stays pending, and a letter asks the person to confirm (a chat: by /start)."""
    from watchbot.app.confirming import invite
    from watchbot.app.people import add_subscriber

    loaded = open_watch(watch)
    with open_store(loaded) as store:
        added = add_subscriber(
            loaded,
            store,
            channel,
            address,
            editions=edition or ["hebdo"],
            topics=topic or (),
            regions=region or (),
            kinds=kind or (),
            languages=language or (),
            alerts=alerts,
            confirmed=confirmed,
            at=now(),
        )
        invited = invite(loaded, store, added, now())
    letter = "; a letter that asks to confirm is queued, `watchbot run` sends it" if invited else ""
    typer.echo(f"{added.address}: {added.state}{letter}")


@subscribers.command()
def pause(
    address: Annotated[str, typer.Argument(help="The person's address.")],
    watch: WatchOption = HERE,
    channel: ChannelOption = "email",
) -> None:
    """Stop writing to a subscriber for a while; what is followed is kept."""
    _set_paused(watch, channel, address, paused=True)


@subscribers.command()
def resume(
    address: Annotated[str, typer.Argument(help="The person's address.")],
    watch: WatchOption = HERE,
    channel: ChannelOption = "email",
) -> None:
    """Write to a paused subscriber again."""
    _set_paused(watch, channel, address, paused=False)


def _set_paused(watch: Path, channel: str, address: str, *, paused: bool) -> None:
    from watchbot.app.people import set_paused

    with open_store(open_watch(watch)) as store:
        typer.echo(f"{address}: {set_paused(store, channel, address, paused=paused).state}")


@subscribers.command("export")
def export_csv(
    watch: WatchOption = HERE,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="A file; standard output when absent.")] = None,
) -> None:
    """Write all subscribers as CSV."""
    from watchbot.app.subscriber_csv import to_csv

    with open_store(open_watch(watch)) as store:
        text = to_csv(store.subscribers.all())
    if out is None:
        typer.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8")


@subscribers.command("import")
def import_csv(
    file: Annotated[
        Path,
        typer.Argument(
            exists=True,
            dir_okay=False,
            help="CSV with a first line of column names, as `export`, listmonk or Buttondown write them; only `address`"
            " or `email` is needed. Several topics in a cell are parted by `,`, `;` or `|`.",
        ),
    ],
    watch: WatchOption = HERE,
) -> None:
    """Add the subscribers of a CSV, all or none; those who are known are left as they are.

    Whoever the file does not say to be confirmed is pending, and gets a letter that asks to confirm.
    """
    from watchbot.app.subscriber_csv import decoded, from_csv

    loaded = open_watch(watch)
    with open_store(loaded) as store:
        done = from_csv(loaded, store, decoded(file.read_bytes()), now())
    left_out = f", {done.suppressed} left out: they must not be written to" if done.suppressed else ""
    letters = f"; {done.letters} letters that ask to confirm queued, `watchbot run` sends them" if done.letters else ""
    typer.echo(f"{done.added} subscribers added, {done.known} known already{left_out}{letters}")


@subscribers.command()
def show(
    address: Annotated[str, typer.Argument(help="The person's address.")],
    watch: WatchOption = HERE,
    channel: ChannelOption = "email",
) -> None:
    """Print all that is stored of one person, as JSON (GDPR, articles 15 and 20)."""
    from watchbot.app.people import export_person

    with open_store(open_watch(watch)) as store:
        print_json(export_person(store, channel, address))


@subscribers.command()
def erase(
    address: Annotated[str, typer.Argument(help="The person's address.")],
    watch: WatchOption = HERE,
    channel: ChannelOption = "email",
) -> None:
    """Erase one person (GDPR, article 17): only a keyed hash stays, so that the address is not written to again."""
    from watchbot.app.people import erase_person

    loaded = open_watch(watch)
    with open_store(loaded) as store:
        erase_person(loaded, store, channel, address, now())
    typer.echo("erased")
