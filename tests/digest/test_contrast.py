"""Contrast of every text of the mail with what it stands on, in light and dark: at least AA (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

import re
from dataclasses import replace

import lxml.html
import pytest
from lxml.cssselect import CSSSelector
from sample import MONTHLY, TEAM, sample

from watchbot.digest.model import Links
from watchbot.digest.render import render_html

LINKS = Links(
    unsubscribe="https://v.example/u",
    items="https://v.example/t/{topic}",
    calendar="https://v.example/c.ics",
    feedback="https://v.example/j/{item}",
)
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")


def luminance(color: str) -> float:
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(ink: str, paper: str) -> float:
    light, dark = sorted((luminance(ink), luminance(paper)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def declarations(text: str) -> dict[str, str]:
    pairs = (line.partition(":") for line in text.replace("!important", "").split(";"))
    return {name.strip(): value.strip() for name, _, value in pairs if value}


def styles_of(tree, rules: list[tuple[str, str]]) -> dict:
    """Declared styles by element: what is inlined, then rules that are important, by specificity as far as the mail uses it."""
    styles = {
        element: declarations(element.get("style") or "") for element in tree.iter() if isinstance(element.tag, str)
    }
    # More classes and elements in a selector weigh more; then the later rule wins.
    weighed = sorted(enumerate(rules), key=lambda one: (one[1][0].count("."), len(one[1][0].split()), one[0]))
    for _, (selector, body) in weighed:
        for element in CSSSelector(selector)(tree):
            styles[element].update(declarations(body))
    return styles


def effective(element, styles, name: str, default: str) -> str:
    while element is not None:
        value = styles.get(element, {}).get(name)
        if value and value.startswith("#"):
            return value
        element = element.getparent()
    return default


def texts(tree):
    for element in tree.body.iter():
        if not isinstance(element.tag, str) or element.tag in {"style", "title"}:
            continue
        own = (element.text or "") + "".join(child.tail or "" for child in element)
        if own.replace("\u00a0", "").strip() and "hidden" not in (element.get("class") or ""):
            yield element


@pytest.mark.parametrize("mode", ["light", "dark", "outlook.com"])
@pytest.mark.parametrize("edition", [MONTHLY, TEAM])
def test_every_text_is_legible(edition, mode, templates):
    html = render_html(sample(replace(edition, max_items=4), reader=None), templates, LINKS)
    tree = lxml.html.fromstring(html)
    rules: list[tuple[str, str]] = []
    if mode != "light":
        block = tree.findall(".//style")[0 if mode == "dark" else 1].text
        if mode == "dark":
            block = block[block.index("prefers-color-scheme") :].partition("{")[2]
        found = ((part.strip(), body) for selectors, body in RULE.findall(block) for part in selectors.split(","))
        rules = [(selector.removeprefix("[data-ogsc] "), body) for selector, body in found]
        assert len(rules) > 30
    styles = styles_of(tree, rules)
    seen = set()
    for element in texts(tree):
        ink = effective(element, styles, "color", "#000000")
        paper = effective(element, styles, "background-color", "#ffffff")
        seen.add((ink, paper))
        assert contrast(ink, paper) >= 4.5, f"{mode}: {element.tag}.{element.get('class')} {ink} on {paper}"
    assert len(seen) > 12
