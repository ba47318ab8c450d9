"""The history of a reference as one HTML page that needs nothing else: styles, script and texts are inside.

Without JavaScript the page shows every change; with it, any two versions can be compared. The page's own content security
policy lets only its own script run, so text from a site can never become code.
"""

from __future__ import annotations

import base64
import hashlib
import json
from html import escape
from importlib.resources import files

from watchbot.french_dates import paris_day
from watchbot.track.render import html_of_change
from watchbot.track.timeline import Timeline, entries, version_line, years_told
from watchbot.track.typography import french, numeric_date

MAX_EMBEDDED = 8_000_000
"""Characters of version texts held in a page; the oldest versions are left out beyond."""

_STYLE = """
:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem}
h1{font-size:1.5rem}h2{font-size:1.2rem;border-bottom:2px solid;padding-bottom:.2rem;margin-top:2rem}
ol.chronology{list-style:none;padding:0}ol.chronology>li{border-left:3px solid;padding:.1rem 0 .6rem .8rem}
time{font-weight:bold}del{text-decoration:line-through}ins{text-decoration:underline;font-weight:bold}
.removed,.added,.edited{border-left:3px solid;padding-left:.6rem}.same{opacity:.8}
.spoken{position:absolute;width:1px;height:1px;overflow:hidden;clip:rect(0 0 0 0);white-space:nowrap}
form{display:flex;flex-wrap:wrap;gap:.8rem;align-items:end}select{font:inherit;max-width:100%}
section{overflow-wrap:anywhere}table.jobs{border-collapse:collapse}.jobs td,.jobs th{border:1px solid;padding:.2rem .5rem;text-align:left;font-weight:normal}
"""


def timeline_page(timeline: Timeline) -> str:
    """Render a history as a self-contained HTML page in French."""
    script = files("watchbot.track").joinpath("timeline.js").read_text(encoding="utf-8")
    pinned = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{pinned}'; base-uri 'none'; form-action 'none'"
    title = escape(french(timeline.title))
    parts = [
        '<!DOCTYPE html>\n<html lang="fr">\n<head>\n<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{escape(policy, quote=True)}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{title} – historique</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>",
        f"<h1>{title}</h1>",
        _lead(timeline),
        _versions(timeline),
        _jobs(timeline),
        _comparison(timeline),
        _chronology(timeline),
        _changes(timeline),
        "</main>",
        _texts(timeline),
        f"<script>{script}</script>" if len(_embedded(timeline)) > 1 else "",
        "</body>\n</html>\n",
    ]
    return "\n".join(part for part in parts if part)


def _lead(timeline: Timeline) -> str:
    link = ""
    if timeline.url.startswith(("http://", "https://")):
        link = f'<p><a href="{escape(timeline.url, quote=True)}" rel="noreferrer">{escape(timeline.url)}</a></p>'
    return link + (f"<p><strong>{escape(timeline.validity)}</strong></p>" if timeline.validity else "")


def _versions(timeline: Timeline) -> str:
    if not timeline.versions:
        return ""
    rows = "".join(f"<li>{escape(version_line(version))}</li>" for version in reversed(timeline.versions))
    return f"<h2>Versions</h2>\n<ul>{rows}</ul>"


def _jobs(timeline: Timeline) -> str:
    """The table of a list of emerging jobs: entered, left, stayed, and when each was listed."""
    if not timeline.jobs:
        return ""
    rows = "".join(
        f"<tr><td>{escape(job.state)}</td><th scope='row'>{escape(job.title)}</th><td>{escape(years_told(job))}</td></tr>"
        for job in timeline.jobs
    )
    head = "<tr><th scope='col'>Mouvement</th><th scope='col'>Métier</th><th scope='col'>Années</th></tr>"
    return f"<h2>Métiers</h2>\n<table class='jobs'>{head}{rows}</table>"


def _comparison(timeline: Timeline) -> str:
    indexes = sorted(_embedded(timeline))
    if len(indexes) < 2:
        return ""

    def options(chosen: int) -> str:
        return "".join(
            f'<option value="{index}"{" selected" if index == chosen else ""}>{escape(_label(timeline, index))}</option>'
            for index in indexes
        )

    return (
        '<div id="compare" hidden>\n<h2>Comparer deux versions</h2>\n<form>'
        f'<label>De<br><select id="from">{options(indexes[-2])}</select></label>'
        f'<label>À<br><select id="to">{options(indexes[-1])}</select></label>'
        '<label><input type="checkbox" id="whole"> Montrer aussi ce qui n’a pas changé</label></form>\n'
        '<p id="count" role="status"></p>\n<div id="comparison"></div>\n</div>'
    )


def _label(timeline: Timeline, index: int) -> str:
    one = timeline.versions[index].snapshot
    return f"version {one.version} ({numeric_date(paris_day(one.first_seen))}, {one.source_id})"


def _chronology(timeline: Timeline) -> str:
    rows = "".join(
        f'<li><time datetime="{moment.isoformat()}">{numeric_date(paris_day(moment))}</time> – {escape(kind)}<br>{escape(told)}</li>'
        for moment, kind, told in reversed(entries(timeline))
    )
    return f'<h2>Chronologie</h2>\n<ol class="chronology">{rows}</ol>'


def _changes(timeline: Timeline) -> str:
    if not timeline.changes:
        return ""
    return "<h2>Modifications</h2>\n" + "\n".join(html_of_change(change) for change in reversed(timeline.changes))


def _embedded(timeline: Timeline) -> dict[int, str]:
    """The texts of the newest versions that fit, by their place in the timeline."""
    texts: dict[int, str] = {}
    held = 0
    for index in range(len(timeline.versions) - 1, -1, -1):
        text = timeline.versions[index].snapshot.text
        held += len(text)
        if held > MAX_EMBEDDED and len(texts) >= 2:
            break
        texts[index] = text
    return texts


def _texts(timeline: Timeline) -> str:
    texts = {str(index): french_lines(text) for index, text in sorted(_embedded(timeline).items())}
    if len(texts) < 2:
        return ""
    # "<" is escaped so that no text can close the element.
    data = json.dumps(texts, ensure_ascii=False).replace("<", "\\u003c")
    return f'<script type="application/json" id="versions">{data}</script>'


def french_lines(text: str) -> str:
    """A normalised text dressed for readers, line by line."""
    return "\n".join(french(line) for line in text.split("\n"))
