"""The repeated structure of a page: which elements are the entries of a list, whatever the markup.

Links are grouped by the path of tags and classes that leads to them; climbing from each link of a group until the
next step would take in another one gives the entries. That finds list items, cards (also cards spread over rows),
rows of tables, and headings in flat text alike.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from watchbot.collect.tree import Page, text_of

if TYPE_CHECKING:
    from lxml.html import HtmlElement

MAX_LINKS = 12_000
MAX_ENTRIES = 500
_MAX_CLIMB = 30
_MAX_LOOKS = 200_000
_MIN_ENTRIES = 2
_LABEL, _LABEL_LENGTH = 2, 40

# Classes that tell entries of one list apart (position, identity, taxonomy) or are pure layout.
VARYING = re.compile(
    r".*\d.*|odd|even|first|last|alt|active|current|open|sticky|left|right|pair|impair|clearfix|selected|visited|"
    r"(?:post|category|tag|type|status|format|node|author|term|field|has|is|cat|rubrique|theme|page|view|promoted|js)[-_]+.*|"
    r"promoted|featured|une|new|visible|hidden|in-view|lazy(?:load\w*)?|animated|fade\w*|aos-.*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Repetition:
    """Elements that look like the entries of one list, each with its link, in document order."""

    items: tuple[HtmlElement, ...]
    links: tuple[HtmlElement, ...]


def repetitions(page: Page) -> list[Repetition]:
    """Every repeated structure of a page that has at least two entries with links of their own."""
    groups = _links_by_path(page)
    found: dict[tuple[int, ...], Repetition] = {}
    effort = _Effort(_MAX_LOOKS)
    for links in sorted(groups, key=len, reverse=True):
        repetition = _climb(links, page, effort)
        if len(repetition.items) >= _MIN_ENTRIES:
            key = (*(id(item) for item in repetition.items[:3]), id(repetition.links[0]), len(repetition.items))
            found.setdefault(key, repetition)
    return list(found.values())


def stable_classes(node: HtmlElement) -> tuple[str, ...]:
    """The classes of a node that its neighbours in a list are likely to share, sorted."""
    return _stable((node.get("class") or "")[:500])


@lru_cache(maxsize=8192)
def _stable(classes: str) -> tuple[str, ...]:
    return tuple(sorted(token for token in classes.split() if not VARYING.fullmatch(token)))


def _links_by_path(page: Page) -> list[list[HtmlElement]]:
    names: dict[HtmlElement, int] = {}
    groups: dict[tuple[int, str], list[HtmlElement]] = defaultdict(list)
    links = [link for link in islice(page.root.iter("a"), MAX_LINKS) if page.link(link.get("href"))]
    said = {link: text_of(link, limit=60) for link in links}
    times = Counter(said.values())
    for link in links:
        # "Lire la suite", "PDF": the same words again and again are a label, and links so labelled a group of their own.
        label = said[link] if times[said[link]] > _LABEL and len(said[link]) < _LABEL_LENGTH else ""
        groups[_path_key(link, names), label].append(link)
    return [group for group in groups.values() if len(group) >= _MIN_ENTRIES]


def _path_key(node: HtmlElement, names: dict[HtmlElement, int]) -> int:
    """A number for the path of tags and stable classes from the root; paths of one shape share it."""
    chain = []
    current: HtmlElement | None = node
    while current is not None and current not in names:
        chain.append(current)
        current = current.getparent()
    key = names[current] if current is not None else 0
    for element in reversed(chain):
        key = hash((key, element.tag, stable_classes(element)))
        names[element] = key
    return key


@dataclass(slots=True)
class _Effort:
    """How many neighbours may still be looked at: pages of thousands of shapes would take quadratic time."""

    left: int


def _climb(links: Sequence[HtmlElement], page: Page, effort: _Effort) -> Repetition:
    """From links of one shape to the entries around them."""
    links = _first_of_each_address(links, page)[:MAX_ENTRIES]
    if len(links) < _MIN_ENTRIES:
        return Repetition((), ())
    crowd = _crowd(links)
    heights = {link: _height(link, crowd) for link in links}
    # The last card of a grid is alone in its row and could climb too far: the commonest height rules.
    usual = Counter(heights.values()).most_common(1)[0][0]
    items, kept = [], []
    for link in links:
        item = link
        for _ in range(min(usual, heights[link])):
            item = item.getparent()
        items.append(item)
        kept.append(link)
    return _adopt_siblings(items, kept, page, effort)


def _first_of_each_address(links: Sequence[HtmlElement], page: Page) -> list[HtmlElement]:
    seen: dict[str, HtmlElement] = {}
    for link in links:
        seen.setdefault(page.link(link.get("href")), link)
    return list(seen.values())


def _crowd(links: Sequence[HtmlElement]) -> Counter[HtmlElement]:
    """How many of the links stand under each element."""
    crowd: Counter[HtmlElement] = Counter()
    for link in links:
        crowd[link] += 1
        for step, parent in enumerate(link.iterancestors()):
            if step >= _MAX_CLIMB:
                break
            crowd[parent] += 1
    return crowd


def _height(link: HtmlElement, crowd: Counter[HtmlElement]) -> int:
    height, node = 0, link
    while height < _MAX_CLIMB:
        parent = node.getparent()
        if parent is None or parent.tag in {"body", "html"} or crowd[parent] != 1:
            return height
        height, node = height + 1, parent
    return height


def _adopt_siblings(items: list[HtmlElement], links: list[HtmlElement], page: Page, effort: _Effort) -> Repetition:
    """Add the neighbours that only their classes set apart (a sticky post, another category)."""
    shape = _steps(items[0], links[0])
    taken = dict(zip(items, links, strict=True))
    addresses = {page.link(link.get("href")) for link in links}
    parents = list(dict.fromkeys(item.getparent() for item in items))
    for parent in parents[:MAX_ENTRIES]:
        if parent is None:
            continue
        for sibling in parent.iterchildren(items[0].tag):
            effort.left -= 1
            if effort.left < 0 or len(taken) >= MAX_ENTRIES:
                break
            if sibling in taken:
                continue
            link = _descend(sibling, shape, page)
            if link is not None and page.link(link.get("href")) not in addresses:
                addresses.add(page.link(link.get("href")))
                taken[sibling] = link
    ordered = _in_order(list(taken)) if len(taken) > len(items) else items
    return Repetition(tuple(ordered), tuple(taken[item] for item in ordered))


def _in_order(items: list[HtmlElement]) -> list[HtmlElement]:
    wanted = set(items)
    root = items[0].getroottree().getroot()
    return [element for element in root.iter(items[0].tag) if element in wanted]


def _steps(item: HtmlElement, link: HtmlElement) -> tuple[str, ...]:
    steps = [link.tag]
    for parent in link.iterancestors():
        if parent is item or steps[-1] is None:
            break
        steps.append(parent.tag)
    return tuple(reversed(steps)) if link is not item else ()


def _descend(item: HtmlElement, shape: tuple[str, ...], page: Page) -> HtmlElement | None:
    """The first usable link of `item` that stands as deep as `shape` says, by the same tags."""
    level = [item]
    for tag in shape:
        level = [child for node in level for child in node.iterchildren(tag)][:20]
    return next((node for node in level if node.tag == "a" and page.link(node.get("href"))), None)
