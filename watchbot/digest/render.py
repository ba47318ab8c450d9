"""One digest in every form: HTML for mail, plain text, Telegram messages. Templates are those of the watch's digests/templates.

Everything that was fetched is hostile: templates escape it, and only http(s) addresses become links.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError, select_autoescape

from watchbot.digest.addresses import safe_url
from watchbot.digest.fitting import shorter
from watchbot.digest.french import NBSP, typeset
from watchbot.digest.lead import subject
from watchbot.digest.model import Digest, Links
from watchbot.digest.plain import bar_line, folded, heading, wrapped
from watchbot.digest.telegram import CUT, pack
from watchbot.errors import ConfigError

__all__ = [
    "HTML_BYTES",
    "footer",
    "render_html",
    "render_mail",
    "render_telegram",
    "render_text",
    "safe_url",
    "subject",
]

# Gmail cuts messages off at 102 kB; what is cut includes the link to unsubscribe.
HTML_BYTES = 98_000


def render_html(digest: Digest, templates: Path, links: Links, template: str = "hebdo") -> str:
    """The mail as HTML with its styles inlined, always under `HTML_BYTES`: what does not fit is counted instead of shown."""
    return render_mail(digest, templates, links, template)[1]


def render_mail(digest: Digest, templates: Path, links: Links, template: str = "hebdo") -> tuple[Digest, str, str]:
    """The digest as it fits into a mail, as HTML and as plain text: both say the same.

    Returns:
        The digest (shorter than the one given when that was too long for Gmail), its HTML, its text.

    Raises:
        ConfigError: a template is faulty, or so large that not even an issue without stories fits.
    """
    while True:
        html = _inlined(_render(templates, f"{template}.html.j2", digest, links))
        excess = len(html.encode()) - HTML_BYTES
        if excess <= 0:
            return digest, html, render_text(digest, templates, links, template)
        less = shorter(digest, excess)
        if less == digest:
            message = f"{templates / template}.html.j2: even without its stories the mail is over {HTML_BYTES} bytes"
            raise ConfigError(message)
        digest = less


def render_text(digest: Digest, templates: Path, links: Links, template: str = "hebdo") -> str:
    """The mail as plain text, 72 columns wide, addresses on lines of their own."""
    return folded(_render(templates, f"{template}.txt.j2", digest, links))


def render_telegram(digest: Digest, templates: Path, links: Links, template: str = "hebdo") -> list[str]:
    """The digest as Telegram messages (HTML parse mode), each within the limit and cut only between blocks."""
    return pack(_render(templates, f"{template}.telegram.j2", digest, links).split(CUT))


def footer(links: Links) -> list[tuple[str, str]]:
    """The links at the end of a message, those that there are."""
    named = [
        ("Lire en ligne", links.archive),
        ("Mes préférences", links.preferences),
        ("Se désabonner", links.unsubscribe),
        *links.extra.items(),
    ]
    return [(name, safe_url(url)) for name, url in named if safe_url(url)]


@lru_cache(maxsize=8)
def _environment(templates: Path) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(templates),
        # Everything is markup but plain text, and style sheets, which hold nothing that was fetched.
        autoescape=select_autoescape(
            enabled_extensions=(), disabled_extensions=("txt.j2", "css.j2"), default=True, default_for_string=True
        ),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    environment.filters.update(safe_url=safe_url, heading=heading, wrapped=wrapped, bar_line=bar_line, typeset=typeset)
    environment.globals.update(NBSP=NBSP)
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

    return css_inline.CSSInliner(load_remote_stylesheets=False, minify_css=True)


def _inlined(html: str) -> str:
    lines = (line.strip() for line in _inliner().inline(html).splitlines())
    return "\n".join(line for line in lines if line) + "\n"
