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
    since_time,
)
from watchbot.cli.output import print_json, print_table, printable
from watchbot.errors import UsageError

if TYPE_CHECKING:
    from watchbot.config import Watch
    from watchbot.model import Item
    from watchbot.store import Store

TopicsOption = Annotated[list[str] | None, typer.Option("--topic", "-t", help="Only this topic; may be repeated.")]
SourcesOption = Annotated[list[str] | None, typer.Option("--source", "-s", help="Only this source; may be repeated.")]
RegionsOption = Annotated[list[str] | None, typer.Option("--region", "-r", help="Only this region; may be repeated.")]


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.command()(items)
    app.command()(search)


def items(
    watch: WatchOption = HERE,
    topic: TopicsOption = None,
    source: SourcesOption = None,
    region: RegionsOption = None,
    since: SinceOption = None,
    everything: Annotated[bool, typer.Option("--all", help="Off-topic items too.")] = False,
    limit: LimitOption = 50,
    as_json: JsonOption = False,
) -> None:
    """List items, newest first."""
    loaded = open_watch(watch)
    _check_names(loaded, topic or [], source or [], region or [])
    with open_store(loaded) as store:
        found = store.items.select(
            topics=topic or (),
            sources=source or (),
            regions=region or (),
            since=since_time(since, now()),
            relevant=None if everything else True,
            limit=limit,
        )
        show_items(store, found, as_json=as_json)


def search(
    query: Annotated[str, typer.Argument(help="Words, a phrase in quotes, or a question in French.")],
    watch: WatchOption = HERE,
    limit: LimitOption = 20,
    as_json: JsonOption = False,
) -> None:
    """Find items by words and by meaning; topic, region, period and the like are understood from plain French."""
    from watchbot.app.searching import search_items

    loaded = open_watch(watch)
    with open_store(loaded) as store:
        answer = search_items(loaded, store, query, now(), limit=limit)
        if as_json:
            print_json(answer)
            return
        if answer.understood:
            typer.echo("compris : " + ", ".join(answer.understood))
        show_items(store, [hit.item for hit in answer.hits], as_json=False)


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


def _check_names(watch: Watch, topics: list[str], sources: list[str], regions: list[str]) -> None:
    from watchbot.config.problems import nearest
    from watchbot.model import REGIONS

    for source in sources:
        watch.source(source)
    known_topics = [topic.id for topic in watch.classifier.topics]
    for what, given, known in (("topic", topics, known_topics), ("region", regions, list(REGIONS))):
        for one in given:
            if one not in known:
                message = f'no {what} "{one}"{nearest(one, known)}'
                raise UsageError(message)
