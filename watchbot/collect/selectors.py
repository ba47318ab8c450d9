"""Writing CSS selectors that find given elements again: short, from names that mean something, checked on the page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import product
from typing import TYPE_CHECKING

from watchbot.collect.repetition import MAX_ENTRIES, stable_classes
from watchbot.collect.tree import Page, select, text_of

if TYPE_CHECKING:
    from lxml.html import HtmlElement

Target = tuple[Sequence["HtmlElement"], "HtmlElement | None"]

_WORK = 1_500_000
_GOOD = 0.8
_NAME = re.compile(r"-?[A-Za-z_][A-Za-z0-9_-]{1,50}")
# Class names made by build tools change with each release of a site; those of layout frameworks say nothing.
_MADE = re.compile(
    r"(?:css|sc|jsx|svelte|styles?|emotion|astro|tw)-+[A-Za-z0-9_-]*\d[A-Za-z0-9]*|_?[A-Za-z]+_[A-Za-z0-9]*_?_[A-Za-z0-9]{4,}|[a-z]{1,3}[A-Z][A-Za-z]{3,4}"
)
_LAYOUT = re.compile(
    r"(?:row|col|cols|column|columns|container|wrapper|wrap|inner|outer|flex|grid|block|inline|relative|absolute|w-full|h-full|group|"
    r"clearfix|item|box|d-flex|text|bg|border|rounded|shadow|font|fr-[a-z]+|uk-[a-z]+|[mp][trblxyes]?|gap|items|justify|content|"
    r"small|medium|large|d-[a-z]+|pull|float|align|h[1-6]|lead|muted|sm|md|lg|xl|xs|cell|unit|pure|grid-x)(?:-.*)?",
    re.IGNORECASE,
)
_FOLLOWING = re.compile(
    r"(?:page\s+)?(?:suivant(?:e|s|es)?|next)(?:\s+(?:page|posts?|articles?))?\s*[›»>→]*|[›»→>]|(?:articles|entr[ée]es|actualit[ée]s|publications)"
    r"\s+(?:plus\s+)?(?:anciens?|anciennes|pr[ée]c[ée]dente?s)|older(?:\s+(?:posts|entries))?|(?:aller|go)\s+.{0,12}(?:page suivante|next page)|"
    r"(?:afficher|voir|charger)\s+(?:plus|la suite|davantage).{0,30}",
    re.IGNORECASE,
)
_ONWARD = re.compile(r"next|suivant|older", re.IGNORECASE)
_PAGER = re.compile(r"pag(?:er|ination|inate|ing|es)|nav-links|wp-pagenavi|navigation", re.IGNORECASE)


def item_selector(items: Sequence[HtmlElement], page: Page) -> str | None:
    """The shortest selector that finds exactly these elements; failing that the one that comes nearest, if near enough."""
    wanted = set(items)
    # Of a very long list only the beginning is at hand: what finds all of that finds the rest.
    most = len(wanted) * 1.7 if len(wanted) < MAX_ENTRIES else float("inf")
    size = sum(1 for _ in page.root.iter())
    tries = max(12, min(90, _WORK // max(1, size)))
    best, best_quality = None, 0.0
    for _, selector in zip(range(tries), _item_candidates(items), strict=False):
        found = select(page.root, selector)
        if not len(wanted) * 0.6 <= len(found) <= most:
            continue
        hits = sum(1 for element in found if element in wanted)
        quality = 2 * hits / ((len(found) if len(wanted) < MAX_ENTRIES else len(wanted)) + len(wanted))
        if quality > best_quality:
            best, best_quality = selector, quality
        if quality == 1.0:
            return selector
    return best if best_quality >= _GOOD else None


def _item_candidates(items: Sequence[HtmlElement]) -> Iterator[str]:
    """Selectors to try, the simplest first."""
    bases = _bases(items)
    yield from (base for base in bases if "." in base or base == "article")
    contexts = _contexts(items)
    chain = _chain(items)
    yield from (f"{context} {base}" for context, base in product(contexts, bases))
    yield from (f"{context} > {'> '.join(f'{tag} ' for tag in chain)}".strip() for context in contexts)
    yield from (f"{context} {' > '.join(chain)}" for context in contexts)
    yield from (f"{parent} > {base}" for parent, base in product(_parents(items), bases))
    two = [f"{outer} {inner}" for outer, inner in product(contexts[1:], contexts) if outer != inner]
    yield from (f"{context} > {' > '.join(chain)}" for context in two)
    yield from bases


def _bases(items: Sequence[HtmlElement]) -> list[str]:
    """The tag of the elements with the classes that all share, one by one and together."""
    tag = items[0].tag
    shared = Counter(name for item in items for name in set(stable_classes(item)))
    names = [name for name, count in shared.items() if count == len(items) and _usable(name)]
    names.sort(key=_meaning)
    singles = [f"{tag}.{name}" for name in names[:4]]
    pairs = [f"{tag}.{names[0]}.{name}" for name in names[1:4]]
    return [*singles, *pairs, tag]


def _contexts(items: Sequence[HtmlElement]) -> list[str]:
    """Names of what stands around all the elements, nearest first."""
    return [name for ancestor in _shared_ancestors(items)[:8] for name in _names(ancestor)[:3]][:14]


def _parents(items: Sequence[HtmlElement]) -> list[str]:
    parents = list(dict.fromkeys(item.getparent() for item in items[:50]))
    shared = Counter(name for parent in parents for name in set(stable_classes(parent)))
    return [f".{name}" for name in sorted(shared, key=_meaning) if shared[name] == len(parents) and _usable(name)][:3]


def _shared_ancestors(items: Sequence[HtmlElement]) -> list[HtmlElement]:
    """The ancestors that all the elements have, nearest first."""
    common = list(items[0].iterancestors())
    for item in (items[len(items) // 2], items[-1]):
        own = set(item.iterancestors())
        common = [ancestor for ancestor in common if ancestor in own]
    return [ancestor for ancestor in common if ancestor.tag != "html"]


def _chain(items: Sequence[HtmlElement]) -> list[str]:
    """The tags from just below the nearest shared ancestor down to an element."""
    shared = set(_shared_ancestors(items))
    tags = [items[0].tag]
    for ancestor in items[0].iterancestors():
        if ancestor in shared or len(tags) > 5:
            break
        tags.append(ancestor.tag)
    return tags[::-1]


def _names(element: HtmlElement) -> list[str]:
    """Ways to name one element: its id, its classes with the telling ones first, or a tag that stands out."""
    names = []
    identity = element.get("id") or ""
    if _usable(identity) and not any(char.isdigit() for char in identity):
        names.append(f"#{identity}")
    names += [f".{name}" for name in sorted(stable_classes(element), key=_meaning) if _usable(name)]
    if element.tag in {"main", "ul", "ol", "table", "tbody", "section", "dl", "article", "body"}:
        names.append(element.tag)
    return names


def _usable(name: str) -> bool:
    return _NAME.fullmatch(name) is not None and _MADE.fullmatch(name) is None


def _meaning(name: str) -> tuple[bool, int, str]:
    """Sort key: names that mean something before those of layout frameworks, then the shorter."""
    return _LAYOUT.fullmatch(name) is not None, len(name), name


def field_selector(targets: Sequence[Target]) -> str | None:
    """A selector that finds each entry's element first within its territory, in four entries of five at least.

    Args:
        targets: For each entry, its territory and the element wanted in it (None: it has none).
    """
    wanted = [(nodes, element) for nodes, element in targets if element is not None]
    if len(wanted) * 2 < len(targets) or not wanted:
        return None
    candidates: Counter[str] = Counter()
    for nodes, element in wanted[:6]:
        candidates.update(_field_candidates(element, nodes))
    ranked = sorted(
        candidates, key=lambda one: (-candidates[one], one.count(" "), "." not in one and ":" not in one, len(one), one)
    )
    for selector in ranked[:16]:
        hits = sum(1 for nodes, element in wanted if first_in(nodes, selector) is element)
        if hits >= _GOOD * len(wanted):
            return selector
    return None


def first_in(nodes: Sequence[HtmlElement], selector: str) -> HtmlElement | None:
    """The first element of a territory that a selector finds."""
    for node in nodes:
        found = select(node, selector)
        if found:
            return found[0]
    return None


def _field_candidates(element: HtmlElement, nodes: Sequence[HtmlElement]) -> set[str]:
    tag = element.tag
    own = {f"{tag}.{name}" for name in stable_classes(element) if _usable(name) and not _LAYOUT.fullmatch(name)}
    if element.get("itemprop") and _usable(element.get("itemprop") or ""):
        own.add(f"[itemprop={element.get('itemprop')}]")
    found = {*own, tag}
    for parent in element.iterancestors():
        if element in nodes:
            break
        found |= {f".{name} {tag}" for name in stable_classes(parent) if _usable(name) and not _LAYOUT.fullmatch(name)}
        if parent.tag in {"h1", "h2", "h3", "h4", "h5", "h6", "strong", "td", "header", "p", "li", "dt", "dd"}:
            found.add(f"{parent.tag} {tag}")
        if parent in nodes or len(found) > 12:
            break
    if tag == "td":
        found.add(f"td:nth-child({1 + sum(1 for _ in element.itersiblings('td', preceding=True))})")
    return found


def next_selector(page: Page) -> str | None:
    """A selector of the link to the following page of the list, or None if there is none to be seen."""
    for selector in ("a[rel~=next]", "link[rel~=next]"):
        found = select(page.root, selector)
        if found and page.link(found[0].get("href")):
            return selector
    for link in page.root.iter("a"):
        if _leads_on(link, page):
            for selector in _pager_candidates(link):
                found = select(page.root, selector)
                if found and found[0] is link:
                    return selector
    return None


def _leads_on(link: HtmlElement, page: Page) -> bool:
    href = page.link(link.get("href"))
    if not href or href == page.url:
        return False
    said = [text_of(link, limit=60), link.get("title") or "", link.get("aria-label") or ""]
    if not any(_FOLLOWING.fullmatch(words.strip()) for words in said if words):
        return False
    around = [link, *link.iterancestors()][:5]
    return any(
        _PAGER.search(f"{node.get('class') or ''} {node.get('id') or ''} {node.get('aria-label') or ''}")
        for node in around
    )


def _pager_candidates(link: HtmlElement) -> Iterator[str]:
    own = sorted(
        (name for name in (link.get("class") or "").split() if _usable(name)), key=lambda name: not _ONWARD.search(name)
    )
    yield from (f"a.{name}" for name in own if _ONWARD.search(name))
    around = [
        (node, name) for node in link.iterancestors() for name in (node.get("class") or "").split() if _usable(name)
    ][:8]
    around.sort(key=lambda pair: not _ONWARD.search(pair[1]))
    yield from (f"{node.tag}.{name} a" for node, name in around if _ONWARD.search(name))
    yield from (f"a.{name}" for name in own)
    yield from (f".{outer} a.{name}" for (_, outer), name in product(around, own))
    yield from (f"{node.tag}.{name} a" for node, name in around)
    yield from (f".{name} a:last-child" for _, name in around)
    yield from (f".{name} li:last-child a" for _, name in around)
