"""`digest preview`, `send`, `archive`, `deliveries`: issues of editions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from watchbot.cli.options import HERE, JsonOption, LimitOption, WatchOption, now, open_store, open_watch
from watchbot.cli.output import print_json
from watchbot.model import DeliveryState

digest = typer.Typer(help="Issues of the editions in digests/.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.add_typer(digest, name="digest")


@digest.command()
def preview(
    edition: Annotated[str, typer.Argument(help="The edition's id.")],
    watch: WatchOption = HERE,
    form: Annotated[str, typer.Option("--format", "-f", help="text, html or telegram.")] = "text",
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write into this file.")] = None,
    open_it: Annotated[bool, typer.Option("--open", help="Open the HTML in the browser.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show the issue that would go out now, to someone who was told nothing yet. Sends nothing, records nothing."""
    from watchbot.app.digesting import preview as run
    from watchbot.app.digesting import render
    from watchbot.digest.model import Links

    loaded = open_watch(watch)
    chosen = loaded.edition(edition)
    with open_store(loaded) as store:
        issue = run(loaded, store, chosen, now())
    if as_json:
        print_json(issue)
        return
    form = "html" if open_it else form
    if form == "telegram":
        text = "\n\n----\n\n".join(render(loaded, issue, Links(), chosen.template, "telegram")["messages"])
    else:
        text = render(loaded, issue, Links(), chosen.template, "email")["html" if form == "html" else "text"]
    if open_it and out is None:
        out = loaded.folder / "out" / f"{issue.issue}.html"
        out.parent.mkdir(exist_ok=True)
    if out is None:
        typer.echo(text)
        return
    out.write_text(text, encoding="utf-8")
    typer.echo(f"written: {out}")
    if open_it:
        typer.launch(str(out.resolve()))


@digest.command()
def send(
    edition: Annotated[str, typer.Argument(help="The edition's id.")],
    watch: WatchOption = HERE,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go out; send and record nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Compose today's issue for every reader and send it. Run twice, it sends once."""
    from watchbot.app.digesting import send as run

    loaded = open_watch(watch)
    chosen = loaded.edition(edition)
    with open_store(loaded) as store:
        report = run(loaded, store, chosen, clock=now, dry_run=dry_run)
    if as_json:
        print_json(report)
    else:
        would = "would be queued" if dry_run else "queued"
        typer.echo(
            f"{report.issue}: {report.readers} readers, {report.queued} {would}, {report.known} had it already,"
            f" {report.empty} with nothing new; {report.delivered['sent']} sent, {report.delivered['failed']} failed,"
            f" {report.waiting} waiting"
        )
        if report.waiting and not report.delivered:
            typer.echo("nothing was delivered: set WATCHBOT_SMTP_URL or WATCHBOT_TELEGRAM_TOKEN", err=True)
    if report.partial:
        raise typer.Exit(1)


@digest.command()
def archive(
    watch: WatchOption = HERE,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Into this folder.", show_default="out/archive")
    ] = None,
    base: Annotated[str, typer.Option("--base", help="The address the folder is served at; feeds need it.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Write every issue that went out as static web pages, with a page and a feed for each topic. Run twice, it changes nothing."""
    from watchbot.app.archiving import write_web_archive

    loaded = open_watch(watch)
    folder = out or loaded.folder / "out" / "archive"
    with open_store(loaded) as store:
        written = write_web_archive(loaded, store, folder, base)
    if as_json:
        print_json({"folder": str(folder), "written": [str(path.relative_to(folder)) for path in written]})
    else:
        typer.echo(f"{folder / 'index.html'}: {len(written)} files written")


@digest.command()
def deliveries(
    watch: WatchOption = HERE,
    state: Annotated[
        DeliveryState | None, typer.Option("--state", help="Only these.", show_default="all, newest first")
    ] = None,
    limit: LimitOption = 50,
    as_json: JsonOption = False,
) -> None:
    """List messages of the outbox: who gets what, how far it is, and what the server said. Addresses are not shown."""
    with open_store(open_watch(watch)) as store:
        found = store.outbox.deliveries(state=state, limit=limit)
        counts = store.outbox.counts()
    if as_json:
        print_json({"counts": dict(counts), "deliveries": found})
        return
    for one in found:
        when = f"{one.sent_at:%Y-%m-%d %H:%M}" if one.sent_at else f"{one.attempts} tries"
        error = " ".join(one.error.split())
        typer.echo(f"{one.state:10} {one.issue}  {one.channel}  {one.subscriber_id}  {when}  {error}".rstrip())
    typer.echo(", ".join(f"{count} {name}" for name, count in sorted(counts.items())) or "the outbox is empty")
