"""`items`, `search`, `ask`: reading what was collected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

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
)
from watchbot.cli.output import print_json, print_table, printable

if TYPE_CHECKING:
    from watchbot.model import Item
    from watchbot.store import Store

TopicsOption = Annotated[list[str] | None, typer.Option("--topic", "-t", help="Only this topic; may be repeated.")]
SourcesOption = Annotated[list[str] | None, typer.Option("--source", "-s", help="Only this source; may be repeated.")]
OffsetOption = Annotated[int, typer.Option("--offset", min=0, max=100_000, help="How many to leave out.")]
WithoutOption = Annotated[
    list[str] | None, typer.Option("--without", help="Id of an understood filter to leave out; may be repeated.")
]
UntilOption = Annotated[str | None, typer.Option("--until", help="Only before this date or time.")]
RegionsOption = Annotated[list[str] | None, typer.Option("--region", "-r", help="Only this region; may be repeated.")]


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.command()(items)
    app.command()(search)
    app.command()(ask)


def items(
    watch: WatchOption = HERE,
    topic: TopicsOption = None,
    source: SourcesOption = None,
    region: RegionsOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    everything: Annotated[bool, typer.Option("--all", help="Off-topic items too.")] = False,
    limit: LimitOption = 50,
    offset: OffsetOption = 0,
    as_json: JsonOption = False,
) -> None:
    """List items, newest first."""
    from watchbot.app.answers import checked_selection, select_items

    loaded = open_watch(watch)
    selection = checked_selection(
        loaded,
        now(),
        topics=topic or (),
        sources=source or (),
        regions=region or (),
        since=since,
        until=until,
        everything=everything,
    )
    with open_store(loaded) as store:
        show_items(store, select_items(store, selection, limit=limit, offset=offset), as_json=as_json)


def search(
    query: Annotated[str, typer.Argument(help="Words, a phrase in quotes, or a question in French.")],
    watch: WatchOption = HERE,
    limit: LimitOption = 20,
    offset: OffsetOption = 0,
    without: WithoutOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find items by words and by meaning; topic, region, period and the like are understood from plain French."""
    from watchbot.app.answers import answer_data
    from watchbot.app.answers import search as find

    loaded = open_watch(watch)
    with open_store(loaded) as store:
        answer = find(loaded, store, query, now(), limit=limit, offset=offset, without=without or ())
        if as_json:
            print_json(answer_data(answer, offset))
            return
        if answer.filters:
            typer.echo("compris : " + ", ".join(f"{one.label} [{one.id}]" for one in answer.filters))
        show_items(store, [hit.item for hit in answer.hits], as_json=False)


def ask(
    question: Annotated[str, typer.Argument(help="A question in French, or simple English.")],
    watch: WatchOption = HERE,
    limit: LimitOption = 5,
    without: WithoutOption = None,
    as_json: JsonOption = False,
) -> None:
    """Answer a question from what is stored: the best items, what is due, what changed, what a register says."""
    from watchbot.app.answers import answer_data
    from watchbot.app.searching import answer_question

    loaded = open_watch(watch)
    with open_store(loaded) as store:
        reply = answer_question(loaded, store, question, now(), limit=limit, without=without or ())
        if as_json:
            beside = {"deadlines": reply.deadlines, "changes": reply.changes, "records": reply.records}
            print_json({**answer_data(reply.answer, 0), "lines": reply.lines, **beside})
            return
        for line in reply.lines:
            typer.echo(printable(line))


def show_items(store: Store, found: list[Item], *, as_json: bool) -> None:
    """Print items with their topics."""
    tags = store.tags.of([item.id for item in found])
    if as_json:
        print_json([_with_topics(item, [tag.topic for tag in tags.get(item.id, ())]) for item in found])
        return
    rows = [
        (
            item.id,
            item.date.astimezone().strftime("%Y-%m-%d"),
            item.publisher,
            printable(item.title),
            ", ".join(tag.topic for tag in tags.get(item.id, ())),
            item.region,
        )
        for item in found
    ]
    print_table("", ("Id", "Date", "Publisher", "Title", "Topics", "Region"), rows)


def _with_topics(item: Item, topics: list[str]) -> dict[str, Any]:
    from watchbot.cli.output import plain

    return {**plain(item), "topics": topics}
