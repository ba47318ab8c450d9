"""The kind `api`: any JSON interface, by a table that says where in its answers the entries and their fields are.

Made for Légifrance's PISTE gateway (POST with JSON, pages counted in the body), for SPARQL results of EUR-Lex' Cellar
(`results.bindings`, values in `x.value`), and for what else answers in JSON.
"""

from __future__ import annotations

import copy
import json
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from watchbot.collect.canonical import absolute, canonical_url
from watchbot.collect.clean import first_sentence, plain_summary, plain_text, plain_title, shorten, tidy
from watchbot.collect.dates import parse_date
from watchbot.collect.json_path import as_text, at, fill, is_template, text_at
from watchbot.collect.json_text import read_json
from watchbot.errors import ParseError
from watchbot.model import Follow, Found, FoundItem, Request, Response, Source

MAX_ITEMS = 10_000
_EXCERPT = 400
_TOLD = ("error_description", "message", "error", "detail", "title")


def first_request(source: Source) -> Request:
    """The request of the first page, without credentials (see `watchbot.collect.oauth`)."""
    return _request(source, source.url, source.options.get("body"))


def _request(source: Source, url: str, body: Any) -> Request:
    options = source.options
    headers = {"Accept": "application/json", **{str(k): str(v) for k, v in (options.get("headers") or {}).items()}}
    method = str(options.get("method") or "GET").upper()
    content = None
    if method == "POST":
        headers.setdefault("Content-Type", "application/json")
        content = json.dumps(body if body is not None else {}, ensure_ascii=False).encode()
    return Request(url=url, method=method, headers=headers, content=content)


def parse(response: Response, source: Source) -> Found:
    """Read one answer of the interface.

    Args:
        response: The answer.
        source: Its options `items` (path to the entries), `fields` (paths, or templates, of `title`, `url`, `id`, `date`,
            `summary`, `body`, `author`), `next` (path to the next address, or `?name` for a page parameter), `max_pages`.

    Raises:
        ParseError: With reason `not-json`, `api-error`, `path` (nothing where `items` points), or that of a wall.
    """
    data = read_json(response)
    entries = _entries(data, response, source)
    items = [item for entry in entries[:MAX_ITEMS] if (item := _item(entry, response, source)) is not None]
    problems = []
    if len(items) < len(entries):
        problems.append(f"{len(entries) - len(items)} of {len(entries)} entries have neither title nor address")
    undated = sum(item.published is None for item in items)
    if undated and "date" in source.options.get("fields", {}):
        problems.append(f"{undated} of {len(items)} entries without a date")
    return Found(items=tuple(items), follow=_next(data, response, source, len(entries)), problems=tuple(problems))


def _entries(data: Any, response: Response, source: Source) -> list[Any]:
    path = str(source.options.get("items") or "")
    entries = at(data, path)
    if isinstance(entries, dict):
        entries = (
            list(entries.values()) if entries and all(isinstance(one, dict) for one in entries.values()) else [entries]
        )
    if isinstance(entries, list):
        return entries
    told = next((as_text(data[key]) for key in _TOLD if data.get(key)), "") if isinstance(data, dict) else ""
    if entries is None and path and isinstance(data, dict) and not told:
        keys = ", ".join(list(data)[:8]) or "nothing"
        message = f"{response.url}: nothing at items = {path!r} (the answer holds {keys}); correct the path"
        raise ParseError(message, url=response.url, reason="path")
    message = f"{response.url}: the interface says {tidy(told)[:200]!r}; check body, headers and credentials"
    raise ParseError(message, url=response.url, reason="api-error")


def _item(entry: Any, response: Response, source: Source) -> FoundItem | None:
    fields = source.options.get("fields") or {}

    def raw(name: str) -> str:
        path = str(fields.get(name) or "")
        if not path:
            return ""
        return fill(path, entry, encode=str) if is_template(path) else text_at(entry, path)

    url = _url(str(fields.get("url") or ""), entry, response)
    body = plain_text(raw("body"), lines=True)
    summary = plain_summary(raw("summary")) or shorten(body.replace("\n", " "), _EXCERPT)
    title = plain_title(raw("title")) or first_sentence(summary)
    guid = tidy(raw("id")) or url
    if not title and not url:
        return None
    published = parse_date(raw("date"), timezone=source.timezone, now=response.fetched_at)
    url = url or canonical_url(f"{source.home or response.url.partition('?')[0]}#!entry-{guid or title}")
    return FoundItem(
        guid=guid or url,
        url=url,
        title=title or guid or url,
        summary=summary,
        body=body,
        author=plain_title(raw("author"))[:200],
        published=published,
        date_from="feed" if published else "none",
    )


def _url(path: str, entry: Any, response: Response) -> str:
    href = fill(path, entry) if is_template(path) else text_at(entry, path)
    found = absolute(response.url, href)
    return canonical_url(found) if found else ""


def _next(data: Any, response: Response, source: Source, count: int) -> tuple[Follow, ...]:
    """The following page (GET), or all further ones at once (POST, where an answer does not tell its page)."""
    option = str(source.options.get("next") or "")
    most = int(source.options.get("max_pages") or 3)
    if not option or not count or most < 2:
        return ()
    if not option.startswith("?"):
        url = absolute(response.url, as_text(at(data, option)))
        same = urlsplit(url).hostname == urlsplit(source.url).hostname
        return (Follow(request=_request(source, url, source.options.get("body")), role="next"),) if url and same else ()
    name = option[1:]
    if str(source.options.get("method") or "GET").upper() == "POST":
        return tuple(
            Follow(request=_request(source, source.url, body), role="next") for body in _bodies(source, name, most)
        )
    parts = urlsplit(response.requested_url)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    page = _number(query.get(name), default=1)
    if page - _number(dict(parse_qsl(urlsplit(source.url).query)).get(name), default=1) >= most - 1:
        return ()
    query[name] = str(page + 1)
    url = urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(query, safe=",:/[]"), ""))
    return (Follow(request=_request(source, url, None), role="next"),)


def _bodies(source: Source, path: str, most: int) -> list[Any]:
    """The body for each page after the first: `path` leads to its number (`recherche.pageNumber`)."""
    bodies = []
    names = path.split(".")
    for step in range(1, most):
        body = copy.deepcopy(dict(source.options.get("body") or {}))
        place: Any = body
        for name in names[:-1]:
            place = place.setdefault(name, {}) if isinstance(place, dict) else {}
        if isinstance(place, dict):
            place[names[-1]] = _number(place.get(names[-1]), default=1) + step
            bodies.append(body)
    return bodies


def _number(value: Any, *, default: int) -> int:
    text = str(value if value is not None else "").strip()
    return int(text) if text.isdecimal() and len(text) < 9 else default
