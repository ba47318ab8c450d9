"""`follow`, `follows`, `unfollow`: what readers follow, and what is new of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from watchbot.cli.options import HERE, JsonOption, WatchOption, now, open_store, open_watch
from watchbot.cli.output import print_json, print_table
from watchbot.errors import UsageError
from watchbot.french_dates import paris_day

if TYPE_CHECKING:
    from datetime import date

    from watchbot.model import Followed, Subscriber
    from watchbot.store import Store

WhoArgument = Annotated[str, typer.Argument(help="The subscriber's e-mail address, or Telegram chat id.")]
ChannelOption = Annotated[str, typer.Option("--channel", "-c", help="email or telegram.")]
PACES = ("at-once", "digest")
KINDS = ("search", "reference", "deadline")


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.command()(follow)
    app.command()(follows)
    app.command()(unfollow)


def follow(
    who: WhoArgument,
    target: Annotated[
        str,
        typer.Argument(help="A search, a register number (RS6456), a tracked source or document, a deadline's uid."),
    ],
    watch: WatchOption = HERE,
    channel: ChannelOption = "email",
    kind: Annotated[
        str | None, typer.Option("--as", help="search, reference or deadline; found out when absent.")
    ] = None,
    pace: Annotated[str | None, typer.Option("--pace", help="at-once or digest.")] = None,
    days: Annotated[
        str | None, typer.Option("--days", help="Reminders, in days before a deadline: 30,7,1; none for no reminder.")
    ] = None,
    without: Annotated[
        list[str] | None, typer.Option("--without", help="Id of an understood filter to leave out; may be repeated.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Let a subscriber follow something; followed already, it is changed to the new pace and days."""
    from watchbot.app.follows import follow as add
    from watchbot.app.follows import kind_of
    from watchbot.model import FollowedKind, FollowPace

    _check("--as", kind, KINDS)
    _check("--pace", pace, PACES)
    loaded = open_watch(watch)
    with open_store(loaded) as store:
        reader = _subscriber(store, channel, who)
        added = add(
            loaded,
            store,
            reader.id,
            FollowedKind(kind) if kind else kind_of(loaded, store, target),
            target,
            at=now(),
            without=without or (),
            pace=FollowPace(pace) if pace else None,
            days=_days(days),
        )
        if as_json:
            print_json(added)
        else:
            typer.echo(f"{added.id}  {_line(store, added)}")


def follows(
    who: Annotated[
        str | None,
        typer.Argument(help="Only those of this e-mail address or Telegram chat id.", show_default="everyone"),
    ] = None,
    watch: WatchOption = HERE,
    channel: ChannelOption = "email",
    due: Annotated[bool, typer.Option("--due", help="What each is to be told now, without telling it.")] = False,
    send: Annotated[bool, typer.Option("--send", help="Queue what is to be told now, and deliver it.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List what subscribers follow; or show, or send, what is new of it."""
    from watchbot.app.digesting import deliver
    from watchbot.app.follow_alerts import alert_follows, due_alerts

    loaded = open_watch(watch)
    with open_store(loaded) as store:
        if send:
            typer.echo(f"{alert_follows(loaded, store, now())} queued")
        elif due:
            alerts = due_alerts(loaded, store, now())
            rows = [
                (alert.reader.address, one.label, what) for alert in alerts for one, what in (*alert.now, *alert.later)
            ]
            if as_json:
                print_json([dict(zip(("reader", "follow", "match"), row, strict=True)) for row in rows])
            else:
                print_table("", ("Reader", "Follows", "Match"), rows)
        else:
            _list(
                store, store.subscribers.all() if who is None else [_subscriber(store, channel, who)], as_json=as_json
            )
    if send:
        typer.echo(
            ", ".join(f"{count} {what}" for what, count in sorted(deliver(loaded).items())) or "nothing delivered"
        )


def unfollow(
    who: WhoArgument,
    followed: Annotated[str, typer.Argument(help="The follow's id, as `watchbot follows` lists it.")],
    watch: WatchOption = HERE,
    channel: ChannelOption = "email",
) -> None:
    """Follow something no more."""
    from watchbot.app.follows import unfollow as remove

    with open_store(open_watch(watch)) as store:
        if not remove(store, _subscriber(store, channel, who).id, followed):
            message = f"{who} follows nothing with the id {followed!r}; `watchbot follows {who}` lists them"
            raise UsageError(message)
    typer.echo("removed")


def _list(store: Store, readers: list[Subscriber], *, as_json: bool) -> None:
    found = [(reader, one) for reader in readers for one in store.follows.of(reader.id)]
    if as_json:
        print_json([{"reader": reader.address, "follow": one} for reader, one in found])
        return
    rows = [(reader.address, one.id, one.kind.value, _line(store, one)) for reader, one in found]
    print_table("", ("Reader", "Id", "Kind", "Follows"), rows)


def _line(store: Store, followed: Followed) -> str:
    from watchbot.app.follows import described, due_of

    return described(followed, due_of(store, followed), _today())


def _today() -> date:

    return paris_day(now())


def _subscriber(store: Store, channel: str, who: str) -> Subscriber:
    found = store.subscribers.find(channel, who)
    if found is None:
        message = f"no subscriber {who!r} on {channel}; `watchbot subscribers list` lists them"
        raise UsageError(message)
    return found


def _days(text: str | None) -> list[int] | None:
    if text is None:
        return None
    if text.strip() in {"", "none"}:
        return []
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isascii() and part.isdigit() and len(part) < 6 for part in parts):
        message = f"--days {text}: write numbers of days such as 30,7,1, or none"
        raise UsageError(message)
    return [int(part) for part in parts]


def _check(option: str, given: str | None, known: tuple[str, ...]) -> None:
    from watchbot.config.problems import nearest

    if given is not None and given not in known:
        message = f"{option} {given}: write {', '.join(known)}{nearest(given, known)}"
        raise UsageError(message)
