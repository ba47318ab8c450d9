"""Pages in French from the templates beside this module; whatever is shown is escaped."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

from watchbot.digest.french import NBSP, clean, long_date, typeset
from watchbot.digest.render import safe_url
from watchbot.model import PRODUCTIONS, REGIONS

if TYPE_CHECKING:
    from watchbot.config import Watch


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("watchbot.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(safe_url=safe_url, typeset=typeset, long_date=long_date, clean=clean)
    environment.globals.update(NBSP=NBSP)
    return environment


def page(watch: Watch, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """One page of the watch's site."""
    html = _environment().get_template(f"{template}.html.j2").render(watch=watch.name, **values)
    return HTMLResponse(html, status_code=status)


def message(
    watch: Watch, title: str, *paragraphs: str, status: int = 200, link: tuple[str, str] | None = None
) -> HTMLResponse:
    """A page that says one thing."""
    shown = [typeset(text) for text in paragraphs]
    return page(watch, "message", status=status, title=typeset(title), paragraphs=shown, link=link)


def choices(watch: Watch) -> dict[str, list[tuple[str, str, str]]]:
    """What a reader can choose among: (id, name, explanation) of editions, topics, regions and kinds."""
    from watchbot.app.people import LANGUAGES

    return {
        "editions": [(e.id, e.name, e.description) for e in watch.editions if "email" in e.channels],
        "topics": [(t.id, t.name, t.description) for t in watch.classifier.topics],
        "regions": [(one, name, "") for one, name in REGIONS.items()],
        "kinds": [(one, name, "") for one, name in PRODUCTIONS.items()],
        "languages": [(one, name, "") for one, name in LANGUAGES.items()],
    }
