"""`collect`, `sources`, `add`, `try`, `opml`: what is watched, and how it is doing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from watchbot.cli.options import HERE, JsonOption, WatchOption, now, open_store, open_watch
from watchbot.cli.output import print_json, print_table, printable, progress

opml = typer.Typer(help="Subscription lists (OPML) in and out.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.command()(collect)
    app.command()(sources)
    app.command()(add)
    app.command("try")(try_address)
    app.add_typer(opml, name="opml")


def collect(
    watch: WatchOption = HERE,
    source: Annotated[
        list[str] | None, typer.Option("--source", "-s", help="Only this source; may be repeated.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Even sources whose rhythm says that it is too early.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Visit the sources that are due and record what is new, edited or changed."""
    from watchbot.app.collecting import collect as run

    loaded = open_watch(watch)
    with open_store(loaded) as store, progress("collecting") as advance:
        report = run(loaded, store, clock=now, only=source or (), due_only=not everything, progress=advance)
    if as_json:
        print_json(report)
    else:
        typer.echo(
            f"{report.sources} sources visited: {report.succeeded} fine ({report.not_modified} not modified),"
            f" {len(report.failures)} failed; {report.items_seen} entries, {len(report.new)} new,"
            f" {len(report.edited)} edited; {len(report.changes)} changes of references"
        )
        for one, reason, message in report.failures:
            typer.echo(f"failed: {one}: {reason}: {printable(message)}", err=True)
        for one, address in report.moved:
            typer.echo(
                f"moved: {one}: has moved for good; write url = {printable(address)!r} in sources.toml", err=True
            )
        for problem in report.problems:
            typer.echo(f"note: {printable(problem)}", err=True)
    if report.partial:
        raise typer.Exit(1)


def sources(watch: WatchOption = HERE, as_json: JsonOption = False) -> None:
    """Show how each source is doing: last success, entries a week, trend, state and its reason."""
    from watchbot.app.health import source_health

    loaded = open_watch(watch)
    with open_store(loaded) as store:
        healths = source_health(loaded, store, now())
    if as_json:
        print_json(healths)
        return
    rows = [
        (
            h.source_id,
            h.state.value,
            h.last_success.astimezone().strftime("%Y-%m-%d %H:%M") if h.last_success else "never",
            f"{h.items_a_week:.1f}",
            "" if h.trend is None else f"×{h.trend:.1f}",
            h.message,
        )
        for h in healths
    ]
    print_table("", ("Source", "State", "Last success", "A week", "Trend", "Why"), rows, right=("A week", "Trend"))


def try_address(
    url: Annotated[str, typer.Argument(help="Any address: a feed, a page, a sitemap, a PDF, JSON…")],
    as_json: JsonOption = False,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="Entries shown.")] = 10,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Allow an address on this machine or network.")
    ] = False,
    timeout: Annotated[float, typer.Option("--timeout", min=1, max=300, help="Seconds in all.")] = 10.0,
    watch: WatchOption = HERE,
) -> None:
    """Show what would be collected from an address, and the kind detected. Needs no configuration."""
    import asyncio
    import os

    from watchbot.app.trying import try_url

    tried = asyncio.run(
        try_url(url, allow_private=allow_private, timeout=timeout, clock=now, folder=watch, environ=os.environ)
    )
    if as_json:
        print_json(tried.as_json())
    else:
        _show_tried(tried.as_json(), limit)


def _show_tried(tried: dict[str, Any], limit: int) -> None:
    typer.echo(f"kind: {tried['kind']} ({tried['reason']})")
    typer.echo(f"title: {printable(tried['title'])}\naddress: {printable(tried['url'])}")
    for key, value in tried["options"].items():
        typer.echo(f"{key} = {value!r}")
    if tried["items"]:
        rows = [((item["published"] or "")[:10], item["title"], item["url"]) for item in tried["items"][:limit]]
        print_table(f"{len(tried['items'])} entries", ("Date", "Title", "Address"), rows)
    if tried["records"]:
        rows = [(record["number"], record["title"], record["expires"]) for record in tried["records"][:limit]]
        print_table(f"{len(tried['records'])} records", ("Number", "Title", "Until"), rows)
    if tried["document"]:
        print_table("document", ("", ""), [(key, value) for key, value in tried["document"].items()])
    for problem in tried["problems"]:
        typer.echo(f"note: {printable(problem)}", err=True)


def add(
    url: Annotated[str, typer.Argument(help="The site's address, or the feed's.")],
    watch: WatchOption = HERE,
    source_id: Annotated[
        str | None, typer.Option("--id", help="The source's id; proposed from the address when absent.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the table, write nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Look at an address, find its feed, API, sitemap or listing, show what it would bring, and write it into sources.toml."""
    import asyncio

    from watchbot.app.adding import add_source

    loaded = open_watch(watch)
    added = asyncio.run(add_source(loaded, url, source_id=source_id, dry_run=dry_run, clock=now))
    if as_json:
        print_json(added)
        return
    typer.echo(added["toml"])
    _show_tried(added["tried"], 5)
    if dry_run:
        typer.echo("nothing written (--dry-run)")
    else:
        typer.echo(f"written into {loaded.folder / 'sources.toml'} as {added['id']}")


@opml.command("import")
def opml_import(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="An OPML file.")],
    watch: WatchOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Add every feed of an OPML file that is not yet a source."""
    from watchbot.app.adding import import_opml

    loaded = open_watch(watch)
    added, known = import_opml(loaded, file.read_bytes(), now())
    if as_json:
        print_json({"added": added, "known": known})
    else:
        typer.echo(f"{len(added)} sources added, {len(known)} already there")


@opml.command("export")
def opml_export(
    watch: WatchOption = HERE,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="A file; standard output when absent.")] = None,
) -> None:
    """Write the watch's feeds as OPML."""
    from watchbot.app.adding import export_opml

    text = export_opml(open_watch(watch), now())
    if out is None:
        typer.echo(text)
    else:
        out.write_text(text, encoding="utf-8")
