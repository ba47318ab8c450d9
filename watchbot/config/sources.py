"""The shape of sources.toml, and its tables as `Source`s."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from watchbot.config.durations import Duration
from watchbot.config.zones import Zone
from watchbot.model import REGIONS, Kind, Source

Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$", max_length=60)]
Selector = Annotated[str, Field(min_length=1, max_length=300, description="A CSS selector.")]


class Table(BaseModel):
    """A table in which an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class FeedOptions(Table):
    """Options of a feed (RSS, Atom, JSON Feed)."""

    autodiscover: bool = Field(True, description="Follow the feed that a home page advertises.")
    follow: bool = Field(False, description="Read the page of each new item for its full text.")
    body: Selector | None = Field(None, description="Where the text stands in an item's page.")


class WordpressOptions(Table):
    """Options of a WordPress site's REST interface (`/wp-json/wp/v2/posts`)."""

    per_page: int = Field(50, ge=1, le=100)
    max_pages: int = Field(2, ge=1, le=50)
    categories: list[int] = Field(default_factory=list, description="Only posts of these category ids.")
    search: str | None = Field(None, description="Only posts that match these words.")


class ListingOptions(Table):
    """Options of a page that lists news."""

    item: Selector | None = Field(None, description="One entry of the list; proposed automatically when absent.")
    title: Selector | None = None
    link: Selector | None = None
    date: Selector | None = None
    summary: Selector | None = None
    next: Selector | None = Field(None, description="The link to the following page of the list.")
    max_pages: int = Field(3, ge=1, le=50)
    follow: bool = Field(True, description="Read the page of each new item for its text and date.")
    body: Selector | None = Field(None, description="Where the text stands in an item's page.")
    article_date: Selector | None = None
    article_summary: Selector | None = None


class SitemapOptions(Table):
    """Options of a sitemap (plain or news)."""

    include: str | None = Field(None, description="Only addresses in which this regular expression is found.")
    exclude: str | None = None
    max_items: int = Field(200, ge=1, le=50_000)
    follow: bool = True
    body: Selector | None = None
    article_date: Selector | None = None


class PageOptions(Table):
    """Options of a reference page, tracked for change."""

    content: Selector | None = Field(None, description="The part of the page that is the reference.")
    drop: list[Selector] = Field(default_factory=list, description="Parts to leave out (counters, related news…).")
    follow_news: bool = False


class DocumentOptions(Table):
    """Options of a PDF, or of a page that lists PDFs."""

    links: Selector | None = Field(None, description="The links to the PDFs, when the address is a page.")
    max_documents: int = Field(20, ge=1, le=500)


class RegisterOptions(Table):
    """Options of France compétences' register exports: which records are watched."""

    register_: Literal["rncp", "rs"] = Field(alias="register")
    format: Literal["csv", "xml", "auto"] = "auto"
    numbers: list[Annotated[str, Field(pattern=r"^(RNCP|RS)\d{1,6}$")]] = Field(default_factory=list)
    formacodes: list[Annotated[str, Field(pattern=r"^\d{5}$")]] = Field(default_factory=list)
    rome: list[Annotated[str, Field(pattern=r"^[A-N]\d{4}$")]] = Field(default_factory=list)
    certifiers: list[str] = Field(default_factory=list)
    words: list[str] = Field(default_factory=list)

    @model_validator(mode="after")
    def _watches_something(self) -> RegisterOptions:
        if not (self.numbers or self.formacodes or self.rome or self.certifiers or self.words):
            message = "nothing is watched: give numbers, formacodes, rome, certifiers or words"
            raise ValueError(message)
        return self


class ApiOptions(Table):
    """Options of a JSON interface."""

    method: Literal["GET", "POST"] = "GET"
    body: dict[str, Any] | None = None
    headers: dict[str, str] = Field(default_factory=dict)
    items: str = Field("", description="Dotted path to the list of entries; empty when the answer is the list.")
    fields: dict[Literal["title", "url", "id", "date", "summary", "body", "author"], str] = Field(
        description="Dotted path of each field in an entry; `url` may be a template such as https://site/{id}."
    )
    next: str | None = Field(None, description="Dotted path to the next address, or `?page` for a page parameter.")
    max_pages: int = Field(3, ge=1, le=100)
    auth: Literal["none", "oauth2", "bearer", "header"] = "none"
    token_url: str | None = None
    client_id_env: str | None = None
    client_secret_env: str | None = None
    scope: str | None = None
    token_env: str | None = None
    header_name: str | None = None

    @model_validator(mode="after")
    def _complete(self) -> ApiOptions:
        needs = {
            "oauth2": ("token_url", "client_id_env", "client_secret_env"),
            "bearer": ("token_env",),
            "header": ("token_env", "header_name"),
        }.get(self.auth, ())
        missing = [name for name in needs if not getattr(self, name)]
        if missing:
            message = f'auth = "{self.auth}" also needs {", ".join(missing)}'
            raise ValueError(message)
        if not {"title", "url"} <= set(self.fields):
            message = "fields needs at least title and url"
            raise ValueError(message)
        return self


OPTIONS: dict[Kind, type[Table]] = {
    Kind.FEED: FeedOptions,
    Kind.WORDPRESS: WordpressOptions,
    Kind.LISTING: ListingOptions,
    Kind.SITEMAP: SitemapOptions,
    Kind.PAGE: PageOptions,
    Kind.DOCUMENT: DocumentOptions,
    Kind.REGISTER: RegisterOptions,
    Kind.API: ApiOptions,
}

AnyOptions = (
    FeedOptions
    | WordpressOptions
    | ListingOptions
    | SitemapOptions
    | PageOptions
    | DocumentOptions
    | RegisterOptions
    | ApiOptions
)


class SourceTable(Table):
    """One `[[sources]]` table."""

    id: Slug
    name: str = Field(min_length=1, max_length=200)
    publisher: str = Field(min_length=1, max_length=200)
    kind: Kind
    url: str = Field(description="The address to collect, http or https.")
    home: str | None = None
    region: Literal[tuple(REGIONS)] | None = None  # type: ignore[valid-type]
    language: str = Field("fr", pattern=r"^[a-z]{2,3}$")
    licence: str | None = Field(None, description="Licence or terms of reuse, when known.")
    authority: Literal["rule", "body", "press"] = Field(
        "press",
        description="Who speaks: makes the rule (law, aid, norm, register), a body of the sector, or anybody else; orders items.",
    )
    topics: list[str] = Field(
        default_factory=list, description="Topics that its changes bear on; none: they concern every reader."
    )
    checked: str | None = Field(None, description="How and when the entry was verified, or 'to be verified online'.")
    every: Duration | None = Field(None, description="The shortest time between two visits.")
    enabled: bool = True
    ignore_robots: str | None = Field(
        None, description="Why robots.txt is not obeyed (a written permission, for example)."
    )
    timezone: Zone | None = Field(None, description="Time zone of dates that name none.")
    tracked: bool = Field(False, description="Its changes are alerts for the referential team.")
    watch: list[str] = Field(default_factory=list, description="References that this source documents, such as RS6456.")
    options: dict[str, Any] = Field(default_factory=dict)

    @field_validator("url", "home")
    @classmethod
    def _http_address(cls, address: str | None) -> str | None:
        if address is None:
            return None
        parts = urlsplit(address)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            message = f"{address!r} is not an http(s) address"
            raise ValueError(message)
        if parts.username or parts.password:
            message = "secrets do not belong in an address; use the environment"
            raise ValueError(message)
        return address


class CollectTable(Table):
    """The `[collect]` table: manners towards servers."""

    contact: str = Field(
        "", description="Mail address or page that servers' owners can turn to; part of the User-Agent."
    )
    every: Duration = timedelta(hours=6)
    timezone: Zone = "Europe/Paris"
    per_host: int = Field(2, ge=1, le=8, description="Requests under way at once to one host.")
    min_delay: float = Field(0.5, ge=0, le=60, description="Seconds between two requests to one host.")
    timeout: float = Field(30, gt=0, le=300, description="Seconds that one request may take in all.")
    max_bytes: int = Field(20_000_000, ge=10_000, description="The largest body read, in bytes.")
    allow_private: list[str] = Field(
        default_factory=list, description="Private hosts that may be asked (host or host:port)."
    )


class SourcesFile(Table):
    """sources.toml: what to watch."""

    version: Literal[1] = 1
    name: str = Field("Veille", max_length=100, description="The watch's name, as readers see it.")
    collect: CollectTable = Field(default_factory=lambda: CollectTable.model_validate({}))
    sources: list[SourceTable] = Field(default_factory=list)


def to_source(table: SourceTable, defaults: CollectTable, options: Table) -> Source:
    """The validated table as a `Source`."""
    return Source(
        id=table.id,
        name=table.name,
        publisher=table.publisher,
        kind=table.kind,
        url=table.url,
        home=table.home,
        region=table.region,
        language=table.language,
        licence=table.licence,
        authority=table.authority,
        topics=tuple(table.topics),
        checked=table.checked,
        every=table.every or defaults.every,
        enabled=table.enabled,
        ignore_robots=table.ignore_robots,
        timezone=table.timezone or defaults.timezone,
        tracked=table.tracked,
        watch=tuple(table.watch),
        options=options.model_dump(by_alias=True),
    )
