"""The kind `wordpress`: posts through WordPress' REST interface (https://developer.wordpress.org/rest-api/reference/posts/)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from watchbot.collect.canonical import absolute, canonical_url
from watchbot.collect.clean import first_sentence, plain_summary, plain_text, plain_title, shorten, tidy
from watchbot.collect.dates import parse_date
from watchbot.collect.feed_items import UNTITLED, language_of, title_from
from watchbot.collect.json_path import as_text
from watchbot.collect.json_text import read_json
from watchbot.errors import ParseError
from watchbot.model import Follow, Found, FoundItem, Request, Response, Source

_ROUTE = "wp/v2/"
_EXCERPT = 400
_NEXT_LINK = re.compile(r"<([^<>]+)>\s*;\s*rel=\"?next\"?")
_CLOSED = frozenset(
    {"rest_not_logged_in", "rest_cannot_access", "rest_forbidden", "rest_login_required", "rest_disabled"}
)
# A page beyond the last one is how some sites say that there is no more.
_BEYOND = "rest_post_invalid_page_number"


def first_request(source: Source) -> Request:
    """The newest posts; `url` may be the site's, that of its interface, or that of one type of posts.

    Args:
        source: Its options `per_page`, `categories` (ids) and `search` narrow the request.
    """
    return Request(url=posts_url(source.url, source.options), headers={"Accept": "application/json"})


def posts_url(url: str, options: Mapping[str, Any]) -> str:
    """The address of a list of posts of a site, with its parameters; those already in the address stay."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    path = parts.path
    if _ROUTE not in path and "rest_route" not in query:
        path = path.rstrip("/")
        path = path if path.endswith("/wp-json") else f"{path}/wp-json"
        path = f"{path}/{_ROUTE}posts"
    query.setdefault("per_page", str(options.get("per_page") or 50))
    if options.get("categories"):
        query.setdefault("categories", ",".join(str(one) for one in options["categories"]))
    if options.get("search"):
        query.setdefault("search", str(options["search"]))
    query.setdefault("_embed", "author,wp:term")
    return urlunsplit((parts.scheme, parts.netloc, path, urlencode(query, safe=",:/"), ""))


def parse(response: Response, source: Source) -> Found:
    """Read a page of posts.

    Raises:
        ParseError: With reason `not-json`, `not-wordpress`, `login-required`, `api-error`, or that of a wall.
    """
    data = read_json(response)
    if isinstance(data, dict) and "code" in data:
        return _error(data, response)
    posts = [data] if isinstance(data, dict) and "link" in data else data
    if not isinstance(posts, list):
        message = (
            f"{response.url}: JSON, but no posts of WordPress; give the address of the site or of wp-json/wp/v2/posts"
        )
        raise ParseError(message, url=response.url, reason="not-wordpress")
    items = [_item(post, response, source) for post in posts if isinstance(post, dict) and _is_post(post)]
    odd = len(posts) - len(items)
    problems = (f"{odd} of {len(posts)} entries are no posts",) if odd else ()
    return Found(items=tuple(items), follow=_next(response, source, len(posts)), problems=problems)


def _error(data: dict[str, Any], response: Response) -> Found:
    code = str(data.get("code"))
    if code == _BEYOND:
        return Found()
    told = tidy(str(data.get("message") or code))[:200]
    reason = "login-required" if code in _CLOSED else "api-error"
    hint = "its feed may still be open" if reason == "login-required" else "check the address"
    raise ParseError(f"{response.url}: WordPress says {told!r} ({code}); {hint}", url=response.url, reason=reason)


def _is_post(post: dict[str, Any]) -> bool:
    return any(_rendered(post, key).strip() for key in ("link", "guid", "title"))


def _item(post: dict[str, Any], response: Response, source: Source) -> FoundItem:
    url = canonical_url(
        absolute(response.url, _rendered(post, "link")) or absolute(response.url, _rendered(post, "guid"))
    )
    body = plain_text(_rendered(post, "content"), lines=True)
    summary = plain_summary(_rendered(post, "excerpt")) or shorten(body.replace("\n", " "), _EXCERPT)
    title = plain_title(_rendered(post, "title")) or first_sentence(summary) or title_from(url)
    published = _date(post, "date", response, source)
    guid = tidy(_rendered(post, "guid")) or as_text(post.get("id")) or url or title
    url = url or canonical_url(f"{response.url.partition('?')[0]}#!entry-{as_text(post.get('id')) or guid}")
    return FoundItem(
        guid=guid,
        url=url,
        title=title or UNTITLED,
        summary=summary,
        body=body,
        author=_author(post),
        published=published,
        updated=_date(post, "modified", response, source),
        date_from="feed" if published else "none",
        language=language_of(str(post.get("lang") or "")),
        categories=_terms(post),
    )


def _rendered(post: dict[str, Any], key: str) -> str:
    """A field that is `{"rendered": "…"}`, or plain text in the answers of some extensions."""
    value = post.get(key)
    if isinstance(value, dict):
        value = value.get("rendered") or value.get("raw")
    return value if isinstance(value, str) else ""


def _date(post: dict[str, Any], key: str, response: Response, source: Source) -> Any:
    """`date_gmt` is UTC without saying so; where it is missing or zero, `date` is in the site's zone."""
    for name, zone in ((f"{key}_gmt", "UTC"), (key, source.timezone)):
        value = post.get(name)
        if isinstance(value, str) and (moment := parse_date(value, timezone=zone, now=response.fetched_at)):
            return moment
    return None


def _embedded(post: dict[str, Any], key: str) -> list[Any]:
    embedded = post.get("_embedded")
    value = embedded.get(key) if isinstance(embedded, dict) else None
    return value if isinstance(value, list) else []


def _author(post: dict[str, Any]) -> str:
    names = [one.get("name") for one in _embedded(post, "author") if isinstance(one, dict)]
    head = post.get("yoast_head_json")
    names.append(head.get("author") if isinstance(head, dict) else None)
    return next((plain_title(name)[:200] for name in names if isinstance(name, str) and name.strip()), "")


def _terms(post: dict[str, Any]) -> tuple[str, ...]:
    groups = [group for group in _embedded(post, "wp:term") if isinstance(group, list)]
    names = [term.get("name") for group in groups for term in group if isinstance(term, dict)]
    return tuple(dict.fromkeys(plain_title(name)[:100] for name in names if isinstance(name, str) and name.strip()))[
        :40
    ]


def _next(response: Response, source: Source, count: int) -> tuple[Follow, ...]:
    """The following page, if there is one and `max_pages` lets it be read."""
    parts = urlsplit(response.requested_url)
    query = dict(parse_qsl(parts.query))
    page = int(query.get("page", "1")) if query.get("page", "1").isdecimal() else 1
    total = response.headers.get("x-wp-totalpages", "")
    linked = _NEXT_LINK.search(response.headers.get("link", ""))
    if total.isdecimal():
        more = page < int(total)
    else:
        per_page = query.get("per_page", "")
        more = linked is not None or (per_page.isdecimal() and count >= int(per_page))
    if not count or not more or page >= int(source.options.get("max_pages") or 2):
        return ()
    query["page"] = str(page + 1)
    url = urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(query, safe=",:/"), ""))
    return (Follow(request=Request(url=url, headers={"Accept": "application/json"}), role="next"),)
