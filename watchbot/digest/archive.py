"""A web archive of issues: static pages that work from any folder or server, without resources from elsewhere.

Links are relative, the style sheet and the script are files beside the pages, so a strict Content-Security-Policy holds
(the pages carry one). Search works in the page; without scripts everything is shown.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from watchbot.digest.addresses import safe_url
from watchbot.digest.agenda import render_calendar
from watchbot.digest.atom import render_atom
from watchbot.digest.french import long_date
from watchbot.digest.model import ChangeEntry, Digest, DueLine, Entry

# Feeds carry the newest issues; readers of feeds ask more often than that.
FEED_ISSUES = 12
_ASSETS = ("style.css", "recherche.js")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLink:
    """A feed of the archive: its path from the archive's folder, its name, its full title."""

    path: str
    name: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Archive:
    """Issues newest first, and their stories by topic and region, each once, newest first."""

    watch: str
    base: str
    issues: tuple[Digest, ...]
    entries: tuple[tuple[Entry, Digest], ...]
    topics: Mapping[str, str]
    regions: Mapping[str, str]


def write_archive(folder: Path, issues: Iterable[Digest], *, base: str = "") -> list[Path]:
    """Write the archive of issues into a folder; files that would not change are left alone.

    Args:
        folder: where; made when it is not there.
        issues: issues as everyone may read them (composed without a reader), in any order.
        base: the absolute address at which the folder is served; without one there are no feeds, which need it.

    Returns:
        The files that were written.
    """
    written = []
    for name, content in archive_files(issues, base=base).items():
        path = folder / name
        if path.is_file() and path.read_bytes() == content:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        # Readers never see half a page.
        partial = path.with_name(f".{path.name}.part")
        partial.write_bytes(content)
        partial.replace(path)
        written.append(path)
    return written


def archive_files(issues: Iterable[Digest], *, base: str = "") -> dict[str, bytes]:
    """The files of the archive, by path from its folder; the same issues give the same bytes."""
    archive = _gathered(issues, base.rstrip("/"))
    found = {name: (files("watchbot.digest") / "pages" / name).read_bytes() for name in _ASSETS}
    found.update(_feeds(archive))
    found["index.html"] = _index(archive)
    for issue in archive.issues:
        found[f"numeros/{slug(issue.issue)}.html"] = _issue(archive, issue)
        if issue.deadlines:
            found[f"numeros/{slug(issue.issue)}.ics"] = render_calendar(issue)
    for topic, name in archive.topics.items():
        found[f"themes/{slug(topic)}.html"] = _topic(archive, topic, name)
    return dict(sorted(found.items()))


def slug(name: str) -> str:
    """A name as part of a path: nothing but letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9-]+", "-", name.lower()).strip("-") or "sans-nom"


def _gathered(issues: Iterable[Digest], base: str) -> _Archive:
    ordered = sorted(issues, key=lambda issue: (issue.date, issue.issue), reverse=True)
    entries: dict[str, tuple[Entry, Digest]] = {}
    for issue in ordered:
        for entry in issue.entries:
            entries.setdefault(entry.id, (entry, issue))
    newest = sorted(entries.values(), key=lambda pair: (pair[0].published or pair[1].date, pair[0].id), reverse=True)
    topics: dict[str, str] = {}
    regions: dict[str, str] = {}
    for issue in ordered:
        topics.update((section.id, section.name) for section in issue.sections if section.id not in topics)
    for entry, _ in newest:
        topics.update(pair for pair in zip(entry.topic_ids, entry.topics, strict=True) if pair[0] not in topics)
        if entry.region_id:
            regions[entry.region_id] = entry.region
    return _Archive(
        watch=ordered[0].watch if ordered else "Archives",
        base=base,
        issues=tuple(ordered),
        entries=tuple(newest),
        topics=topics,
        regions=dict(sorted(regions.items())),
    )


# ------------------------------------------------------------------------------------------ pages


def _index(archive: _Archive) -> bytes:
    counts = {topic: sum(topic in entry.topic_ids for entry, _ in archive.entries) for topic in archive.topics}
    topics = [(topic, name, counts[topic]) for topic, name in archive.topics.items() if counts[topic]]
    editions: dict[str, list[Digest]] = {}
    for issue in archive.issues:
        editions.setdefault(issue.title, []).append(issue)
    return _page(
        "index",
        "",
        archive,
        feeds=_feed_links(archive),
        editions=list(editions.items()),
        topics=topics,
        entries=archive.entries,
    )


def _issue(archive: _Archive, issue: Digest) -> bytes:
    same = [one for one in archive.issues if one.edition == issue.edition]
    place = same.index(issue)
    feeds = [link for link in _feed_links(archive) if link.path == _feed_path("editions", issue.edition)]
    return _page(
        "issue",
        "../",
        archive,
        feeds=feeds,
        issue=issue,
        newer=same[place - 1] if place else None,
        older=same[place + 1] if place + 1 < len(same) else None,
    )


def _topic(archive: _Archive, topic: str, name: str) -> bytes:
    entries = [pair for pair in archive.entries if topic in pair[0].topic_ids]
    feeds = [link for link in _feed_links(archive) if link.path == _feed_path("themes", topic)]
    return _page("topic", "../", archive, feeds=feeds, name=name, entries=entries)


def _page(template: str, up: str, archive: _Archive, **values: Any) -> bytes:
    html = _environment().get_template(f"{template}.html.j2").render(up=up, watch=archive.watch, **values)
    return (html.strip() + "\n").encode()


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("watchbot.digest", "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(safe_url=safe_url, slug=slug, long_date=long_date, searchable=searchable)
    return environment


def searchable(one: Entry | ChangeEntry | DueLine) -> str:
    """What is searched in for an entry: its words without accents or case, as the script folds those that are typed."""
    parts: Sequence[str]
    if isinstance(one, Entry):
        parts = (one.title, one.summary, one.publisher, one.region, *one.topics, *one.chips)
    elif isinstance(one, ChangeEntry):
        parts = (one.title, one.publisher, one.kind, *one.reasons)
    else:
        parts = (one.title, one.quote, one.publisher, one.day)
    text = unicodedata.normalize("NFKD", " ".join(parts)).replace("œ", "oe").replace("æ", "ae")
    bare = "".join(char for char in text if not "\u0300" <= char <= "\u036f")
    return " ".join(re.sub("[’']", " ", bare).lower().split())


# ------------------------------------------------------------------------------------------ feeds


def _feeds(archive: _Archive) -> dict[str, bytes]:
    if not archive.base or not archive.issues:
        return {}
    found = {}
    for edition in dict.fromkeys(issue.edition for issue in archive.issues):
        path = _feed_path("editions", edition)
        issues = [issue for issue in archive.issues if issue.edition == edition][:FEED_ISSUES]
        found[path] = render_atom(issues, address=f"{archive.base}/{path}", home=archive.base)
    recent = archive.issues[:FEED_ISSUES]
    for topic in archive.topics:
        path = _feed_path("themes", topic)
        found[path] = render_atom(recent, address=f"{archive.base}/{path}", home=archive.base, topic=topic)
    for region in archive.regions:
        path = _feed_path("regions", region)
        found[path] = render_atom(recent, address=f"{archive.base}/{path}", home=archive.base, region=region)
    return found


def _feed_links(archive: _Archive) -> list[FeedLink]:
    if not archive.base:
        return []
    named = [("editions", issue.edition, issue.title) for issue in archive.issues]
    named += [("themes", topic, name) for topic, name in archive.topics.items()]
    named += [("regions", region, name) for region, name in archive.regions.items()]
    return [
        FeedLink(path=_feed_path(kind, one), name=name, title=f"{archive.watch} – {name}")
        for kind, one, name in dict.fromkeys(named)
    ]


def _feed_path(kind: str, one: str) -> str:
    return f"flux/{kind}/{slug(one)}.atom"
