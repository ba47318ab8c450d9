"""One digest in every form: HTML for mail, plain text, Telegram messages. Templates are those of the watch's digests/templates.

Everything that was fetched is hostile: templates escape it, and only http(s) addresses become links.
"""

from __future__ import annotations

import textwrap
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError, select_autoescape

from watchbot.digest.french import NBSP
from watchbot.digest.model import Digest, Links
from watchbot.digest.telegram import CUT, pack
from watchbot.errors import ConfigError

# Gmail cuts messages off at 102 kB; what is cut includes the link to unsubscribe.
HTML_BYTES = 98_000
WIDTH = 72


def render_html(digest: Digest, templates: Path, links: Links, template: str = "hebdo") -> str:
    """The mail as HTML with its styles inlined, always under `HTML_BYTES`: what does not fit is counted instead of shown."""
    while True:
        html = _inlined(_render(templates, f"{template}.html.j2", digest, links))
        if len(html.encode()) <= HTML_BYTES:
            return html
        shorter = _shortened(digest)
        if shorter == digest:
            message = f"{templates / template}.html.j2: even without its stories the mail is over {HTML_BYTES} bytes"
            raise ConfigError(message)
        digest = shorter


def render_text(digest: Digest, templates: Path, links: Links, template: str = "hebdo") -> str:
    """The mail as plain text, 72 columns wide, addresses on lines of their own."""
    text = _render(templates, f"{template}.txt.j2", digest, links)
    lines = [line.rstrip() if line != "-- " else line for line in text.splitlines()]
    folded: list[str] = []
    for line in lines:
        if line or (folded and folded[-1]):
            folded.append(line)
    return "\n".join(folded).strip("\n") + "\n"


def render_telegram(digest: Digest, templates: Path, links: Links, template: str = "hebdo") -> list[str]:
    """The digest as Telegram messages (HTML parse mode), each within the limit and cut only between blocks."""
    return pack(_render(templates, f"{template}.telegram.j2", digest, links).split(CUT))


def subject(digest: Digest) -> str:
    """The subject of the mail: what presses most, or what the issue holds."""
    first = digest.deadlines[0] if digest.deadlines else None
    if first is not None and first.urgent:
        return f"{digest.title}{NBSP}: {first.title}, {first.left}"
    return f"{digest.title}{NBSP}: {digest.preheader.rstrip('.')}"


def footer(links: Links) -> list[tuple[str, str]]:
    """The links at the end of a mail, those that there are."""
    named = [
        ("Lire en ligne", links.archive),
        ("Mes préférences", links.preferences),
        ("Se désabonner", links.unsubscribe),
        *links.extra.items(),
    ]
    return [(name, url) for name, url in named if url]


def safe_url(url: str) -> str:
    """The address if it is http(s), else an empty string: no `javascript:`, no `data:`."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    clean = (
        parts.scheme in {"http", "https"} and parts.netloc and not any(c.isspace() or ord(c) < 32 for c in url.strip())
    )
    return url.strip() if clean else ""


@lru_cache(maxsize=8)
def _environment(templates: Path) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(templates),
        autoescape=select_autoescape(enabled_extensions=("html.j2", "telegram.j2")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    environment.filters.update(safe_url=safe_url, heading=_heading, wrapped=_wrapped)
    return environment


def _render(templates: Path, name: str, digest: Digest, links: Links) -> str:
    try:
        template = _environment(templates).get_template(name)
        return template.render(digest=digest, links=links, footer=footer(links), cut=CUT)
    except TemplateError as error:
        number = getattr(error, "lineno", None)
        line = f":{number}" if number else ""
        message = f"{templates / name}{line}: {type(error).__name__}: {error}"
        raise ConfigError(message) from error


@lru_cache(maxsize=1)
def _inliner() -> Any:
    import css_inline

    return css_inline.CSSInliner(keep_style_tags=True, load_remote_stylesheets=False)


def _inlined(html: str) -> str:
    lines = (line.strip() for line in _inliner().inline(html).splitlines())
    return "\n".join(line for line in lines if line) + "\n"


def _shortened(digest: Digest) -> Digest:
    """The digest without the last entry of its longest section, or without its summaries when sections are short."""
    longest = max(digest.sections, key=lambda section: len(section.entries), default=None)
    if longest is not None and len(longest.entries) > 1:
        cut = max(1, len(longest.entries) // 4)
        short = replace(longest, entries=longest.entries[:-cut], more=longest.more + cut)
        sections = tuple(short if section is longest else section for section in digest.sections)
        return replace(digest, sections=sections)
    if digest.changes:
        return replace(digest, changes=digest.changes[:-1])
    return replace(digest, sections=digest.sections[:-1], doubtful=())


def _heading(text: str) -> str:
    return f"{text}\n{'=' * len(text)}"


def _wrapped(text: str, indent: int = 0, hanging: int | None = None) -> str:
    """Text wrapped at 72 columns; no-break spaces hold."""
    return textwrap.fill(
        text.replace(NBSP, "\x00"),
        WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent if hanging is None else hanging),
        break_long_words=False,
        break_on_hyphens=False,
    ).replace("\x00", NBSP)
