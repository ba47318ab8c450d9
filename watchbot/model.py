"""The nouns of a watch: frozen dataclasses, without I/O.

Every `datetime` is aware. Every text field of an item is plain text (no markup); `url` fields are absolute http(s).
Identifiers of topics, regions, production kinds and phases are lower-case slugs without accents.
"""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

# --------------------------------------------------------------------------------------------- sources


class Kind(enum.StrEnum):
    """What a source is, and so which module of `watchbot.collect` reads it."""

    FEED = "feed"
    WORDPRESS = "wordpress"
    LISTING = "listing"
    SITEMAP = "sitemap"
    PAGE = "page"
    DOCUMENT = "document"
    REGISTER = "register"
    API = "api"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One thing to watch, as a table of sources.toml says it. `options` are the kind's own keys, validated by config."""

    id: str
    name: str
    publisher: str
    kind: Kind
    url: str
    home: str | None = None
    region: str | None = None
    language: str = "fr"
    licence: str | None = None
    authority: Literal["rule", "body", "press"] = "press"
    topics: tuple[str, ...] = ()
    checked: str | None = None
    every: timedelta = timedelta(hours=6)
    enabled: bool = True
    ignore_robots: str | None = None
    allow_private: bool = False
    timezone: str = "Europe/Paris"
    tracked: bool = False
    watch: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)


# --------------------------------------------------------------------------------------------- fetching


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to ask of a server: the address, and the validators of the copy already held."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None
    etag: str | None = None
    last_modified: str | None = None
    max_bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What a server answered. `url` is the last address after redirects; `content` is decoded (gzip, br) but not decoded to text.

    Header names are lower case. `permanent_url` is set when every redirect was permanent (301, 308). `wire_bytes` is
    the size of the body as it was sent, `requests` how many requests it took (redirects).
    """

    url: str
    requested_url: str
    status: int
    headers: Mapping[str, str]
    content: bytes
    fetched_at: datetime
    elapsed_ms: int = 0
    permanent_url: str | None = None
    wire_bytes: int = 0
    requests: int = 1

    @property
    def not_modified(self) -> bool:
        """True for 304: the copy already held is still the newest."""
        return self.status == 304

    @property
    def content_type(self) -> str:
        """The media type in lower case without parameters, or an empty string."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


# --------------------------------------------------------------------------------------------- what a kind finds


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundItem:
    """One piece of news as found at a source, before it is known whether it is new.

    `guid` is the publisher's identifier or, failing that, derived from url or text. `date_from` says where
    `published` comes from: `feed`, `page`, `text`, `url`, or `none` (then `published` is None and first-seen stands in).
    """

    guid: str
    url: str
    title: str
    summary: str = ""
    body: str = ""
    author: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    date_from: str = "none"
    language: str | None = None
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundDocument:
    """One version of a reference document (page or PDF) as found. `key` is stable over versions within its source."""

    key: str
    url: str
    title: str
    content_type: str
    raw: bytes
    meta: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompetenceBlock:
    """A bloc de compétences of a certification."""

    code: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record of France compétences' registers (RNCP or RS). Dates are local French dates.

    `active` is the export's ACTIF flag; it and `expires` can disagree, so both are kept.
    """

    number: str
    title: str
    short_title: str = ""
    certifiers: tuple[str, ...] = ()
    level: str = ""
    active: bool | None = None
    registration: str = ""
    decided: date | None = None
    effective: date | None = None
    expires: date | None = None
    formacodes: tuple[tuple[str, str], ...] = ()
    rome: tuple[tuple[str, str], ...] = ()
    nsf: tuple[tuple[str, str], ...] = ()
    blocks: tuple[CompetenceBlock, ...] = ()
    replaces: tuple[str, ...] = ()
    replaced_by: tuple[str, ...] = ()
    url: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Follow:
    """A further address that a kind asks to be fetched: `role` is `next` (more of the listing), `article`, `document`, `feed`.

    `item` carries what the listing already knew of an article, `depth` bounds nesting.
    """

    request: Request
    role: str
    item: FoundItem | None = None
    depth: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """All that a kind read from one response."""

    title: str = ""
    items: tuple[FoundItem, ...] = ()
    documents: tuple[FoundDocument, ...] = ()
    records: tuple[Record, ...] = ()
    follow: tuple[Follow, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try at collecting a source, good or bad.

    `error` is a stable slug, empty when the source was collected; `message` says what was wrong, or odd.
    `bytes` are those on the wire, all requests together; `page_bytes` is the decoded size of the first answer. `items_seen`
    counts whatever the source is for: items, documents or records.
    """

    source_id: str
    started_at: datetime
    elapsed_ms: int = 0
    status: int | None = None
    bytes: int = 0
    requests: int = 0
    not_modified: bool = False
    items_seen: int = 0
    items_new: int = 0
    items_edited: int = 0
    changes: int = 0
    error: str = ""
    message: str = ""
    moved_to: str | None = None
    newest: datetime | None = None
    page_bytes: int = 0

    @property
    def ok(self) -> bool:
        """Whether the source could be collected (perhaps only to hear that nothing changed)."""
        return not self.error


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What a server gave to tell whether an address has changed since (RFC 9110 section 8.8)."""

    etag: str | None = None
    last_modified: str | None = None
    stored_at: datetime


class HealthState(enum.StrEnum):
    """How a source is doing."""

    OK = "ok"
    SUSPECT = "suspect"
    FAILING = "failing"
    DISABLED = "disabled"
    NEW = "new"


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How a source is doing and why. `reason` is a stable slug, `message` a sentence; both empty when all is well.

    `items_a_week` is over the last eight weeks; `trend` is the last four weeks' pace over that of the eight before
    (1.0: steady), None when there is too little to tell. `newest` is the date of its newest item.
    """

    source_id: str
    state: HealthState
    reason: str = ""
    message: str = ""
    last_attempt: datetime | None = None
    last_success: datetime | None = None
    newest: datetime | None = None
    items_a_week: float = 0.0
    trend: float | None = None
    failures: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """What is remembered of a source from one visit to the next.

    `validators` are by address; `unread` are pages of items that could not be read yet; `moved_to` is where the server
    says, by permanent redirects, that the source is now. `told` is the health reason that the administrator was last
    told of, at `told_at`; `told_over` says that the source has been well since.
    """

    source_id: str
    validators: Mapping[str, Validators] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()
    next_due: datetime | None = None
    disabled_at: datetime | None = None
    disabled_reason: str = ""
    moved_to: str | None = None
    told: str = ""
    told_at: datetime | None = None
    told_over: bool = False


# --------------------------------------------------------------------------------------------- items


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where an item was seen: several feeds of one site can carry the same item."""

    source_id: str
    guid: str
    url: str
    first_seen: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One story as stored. `id` is short, stable and unique (see `item_id`).

    `date` is what to sort and show by: published when known, else first seen. `cluster` is the id of the item that
    stands for the story when several publishers carry it (its own id when alone).
    """

    id: str
    url: str
    title: str
    summary: str = ""
    body: str = ""
    author: str = ""
    source_id: str = ""
    publisher: str = ""
    language: str = "fr"
    region: str | None = None
    productions: tuple[str, ...] = ()
    phases: tuple[str, ...] = ()
    published: datetime | None = None
    updated: datetime | None = None
    date_from: str = "none"
    first_seen: datetime
    last_seen: datetime
    edited_at: datetime | None = None
    categories: tuple[str, ...] = ()
    origins: tuple[Origin, ...] = ()
    cluster: str = ""

    @property
    def date(self) -> datetime:
        """The published date, or when it was first seen if the publisher gave none."""
        return self.published or self.first_seen


def item_id(canonical_url: str) -> str:
    """The id of an item: 12 hexadecimal digits of the SHA-256 of its canonical address (48 bits)."""
    return hashlib.sha256(canonical_url.encode()).hexdigest()[:12]


# --------------------------------------------------------------------------------------------- facts


class FactKind(enum.StrEnum):
    """What a fact is about."""

    DEADLINE = "deadline"
    DATE = "date"
    AMOUNT = "amount"
    THRESHOLD = "threshold"
    COUNT = "count"
    LEGAL_REFERENCE = "legal-reference"
    REGISTER_NUMBER = "register-number"
    OBLIGATION = "obligation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something in a text that people act on. `text[start:end] == quote`; offsets are in characters.

    `value` is canonical text (ISO date, decimal number, `RS6456`, `doit`…); `end_value` closes a range;
    `unit` is `EUR`, `%`, `actions`…; `sentence` is the whole sentence around it; `confidence` is in [0, 1].
    """

    kind: FactKind
    quote: str
    start: int
    end: int
    value: str
    end_value: str | None = None
    unit: str = ""
    role: str = ""
    sentence: str = ""
    confidence: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """An entry of the calendar, perhaps said by several sources. `uid` and `sequence` are those of its iCalendar event.

    `role` is `depot`, `entree-en-vigueur`, `validite`, `evenement`, `autre`. `previous` is the date before a source moved it.
    `changed_at` is when it was last moved or joined by another source.
    """

    uid: str
    due: date
    title: str
    role: str
    quote: str
    confidence: float
    item_ids: tuple[str, ...] = ()
    source_ids: tuple[str, ...] = ()
    url: str = ""
    previous: date | None = None
    sequence: int = 0
    first_seen: datetime | None = None
    changed_at: datetime | None = None


# --------------------------------------------------------------------------------------------- change tracking


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalisedDocument:
    """A version of a tracked reference, freed of noise: one passage a line of `text`, in the notation of `track.tree`.

    `digest` is the SHA-256 of `text` in hexadecimal; `normaliser` is the version of the rules that made it.
    """

    key: str
    url: str
    title: str
    content_type: str
    text: str
    digest: str
    normaliser: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One version of a tracked reference: `digest` is the SHA-256 of `text`, the normalised form that is compared."""

    id: int
    source_id: str
    key: str
    url: str
    title: str
    content_type: str
    digest: str
    text: str
    first_seen: datetime
    last_seen: datetime
    version: int


class Significance(enum.StrEnum):
    """Whether a change matters (French, since readers see it)."""

    SUBSTANTIVE = "substantielle"
    EDITORIAL = "rédactionnelle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One place where two versions differ. `op`: `added`, `removed`, `edited`, `moved`, `renamed`.

    `path` names the section from the outermost heading in; `before`/`after` are plain text.
    """

    op: str
    path: tuple[str, ...]
    before: str = ""
    after: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What moved between two versions of a reference, or an event of a register record.

    `event` is `edited`, `new`, `renewed`, `block-modified`, `expired`, `expiring`, `withdrawn`, `moved-deadline`, `list`.
    """

    id: str
    source_id: str
    key: str
    title: str
    url: str
    event: str
    detected_at: datetime
    significance: Significance
    reasons: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()
    before_id: int | None = None
    after_id: int | None = None
    topics: tuple[str, ...] = ()
    due: date | None = None


# --------------------------------------------------------------------------------------------- classification


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A label of the classifier. `threshold` is on the calibrated probability."""

    id: str
    name: str
    description: str
    threshold: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """One topic given to one item, with its calibrated probability and who gave it (`model` or `human`)."""

    topic: str
    score: float
    by: str = "model"


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A labelled headline. `theme` and `template` group examples that must not be split between train and test."""

    title: str
    summary: str
    topics: tuple[str, ...]
    relevant: bool
    lang: str = "fr"
    publisher: str = ""
    theme: str = ""
    template: str = ""
    author: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the classifier says of one text. `scores` has every topic; `topics` those at or above their threshold, best first.

    `relevance` is the calibrated probability of being on topic; `maybe` marks the doubtful zone about the gate.
    """

    relevant: bool
    relevance: float
    topics: tuple[str, ...]
    scores: Mapping[str, float]
    maybe: bool = False


class Encoder(Protocol):
    """Text to vectors. Encoders are pure: same text, same vector, whatever the batch."""

    @property
    def name(self) -> str:
        """A stable name stored with every vector; another name means re-encoding, never mixing."""
        ...

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        ...

    def encode(self, texts: list[str]) -> Vectors:
        """Encode texts to a float32 array of shape (len(texts), dimension), each row of Euclidean norm 1."""
        ...


# --------------------------------------------------------------------------------------------- digests


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """A digest that goes out on a schedule, as a file of digests/ says it. `schedule` is a five-field cron expression."""

    id: str
    name: str
    audience: str = ""
    description: str = ""
    schedule: str = "30 7 * * mon"
    timezone: str = "Europe/Paris"
    jitter: timedelta = timedelta(0)
    period: timedelta = timedelta(days=7)
    minimum: int = 1
    max_items: int = 30
    max_per_topic: int = 6
    max_deadlines: int = 8
    max_changes: int = 12
    minutes: int = 0
    topics: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    sections: tuple[str, ...] = ("echeances", "changements", "themes")
    channels: tuple[str, ...] = ("email", "telegram")
    template: str = "hebdo"
    alerts: bool = False
    show_maybe: bool = False
    explain: bool = False
    figures: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """Someone who asked for an edition. `address` is an e-mail address or a Telegram chat id, by `channel`.

    Empty `topics`/`regions`/`kinds` mean all. `state` is `pending`, `active`, `paused`, `suppressed`. `asked_at` is when the
    person last asked for it by the form, or was asked to confirm; `created_at` is the first time.
    """

    id: str
    channel: str
    address: str
    editions: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    frequency: str = "edition"
    alerts: bool = False
    state: str = "pending"
    created_at: datetime
    confirmed_at: datetime | None = None
    asked_at: datetime | None = None


class FollowedKind(enum.StrEnum):
    """What a reader can follow."""

    SEARCH = "search"
    REFERENCE = "reference"
    DEADLINE = "deadline"


class FollowPace(enum.StrEnum):
    """When a reader is told of what is new: in a message of its own, or in the next digest."""

    AT_ONCE = "at-once"
    DIGEST = "digest"


# Days before a deadline on which a reader is reminded of it, unless he chooses others.
REMINDER_DAYS = (30, 7, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """Something that a subscriber follows.

    `target` is a search's text, a register number or the key of a tracked document, or a deadline's uid; `without` are the
    ids of understood filters that the reader removed. `label` names it in French. `days` are those of reminders before
    a deadline, most first. `looked_at` is when matches were last looked for; `due` the date that the reader knows.
    """

    id: str
    subscriber_id: str
    kind: FollowedKind
    target: str
    without: tuple[str, ...] = ()
    label: str = ""
    pace: FollowPace = FollowPace.AT_ONCE
    days: tuple[int, ...] = REMINDER_DAYS
    created_at: datetime
    looked_at: datetime | None = None
    due: date | None = None
    due_since: datetime | None = None


class DeliveryState(enum.StrEnum):
    """The life of a delivery in the outbox."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    SUPPRESSED = "suppressed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message to one subscriber. `key` is unique over edition, issue, subscriber and channel: that is what makes sending idempotent."""

    key: str
    edition: str
    issue: str
    subscriber_id: str
    channel: str
    state: DeliveryState = DeliveryState.QUEUED
    attempts: int = 0
    next_attempt_at: datetime | None = None
    sent_at: datetime | None = None
    error: str = ""


# --------------------------------------------------------------------------------------------- vocabularies

# The French regions (and overseas territories) by id; names as readers see them.
REGIONS: Mapping[str, str] = {
    "auvergne-rhone-alpes": "Auvergne-Rhône-Alpes",
    "bourgogne-franche-comte": "Bourgogne-Franche-Comté",
    "bretagne": "Bretagne",
    "centre-val-de-loire": "Centre-Val de Loire",
    "corse": "Corse",
    "grand-est": "Grand Est",
    "hauts-de-france": "Hauts-de-France",
    "ile-de-france": "Île-de-France",
    "normandie": "Normandie",
    "nouvelle-aquitaine": "Nouvelle-Aquitaine",
    "occitanie": "Occitanie",
    "pays-de-la-loire": "Pays de la Loire",
    "sud": "Provence-Alpes-Côte d’Azur (Sud)",
    "guadeloupe": "Guadeloupe",
    "guyane": "Guyane",
    "la-reunion": "La Réunion",
    "martinique": "Martinique",
    "mayotte": "Mayotte",
    "nouvelle-caledonie": "Nouvelle-Calédonie",
    "polynesie-francaise": "Polynésie française",
    "saint-barthelemy": "Saint-Barthélemy",
    "saint-martin": "Saint-Martin",
    "saint-pierre-et-miquelon": "Saint-Pierre-et-Miquelon",
    "wallis-et-futuna": "Wallis-et-Futuna",
}

# Kinds of production by id.
PRODUCTIONS: Mapping[str, str] = {
    "fiction": "Fiction en prise de vues réelle",
    "documentaire": "Documentaire",
    "flux": "Flux",
    "publicite": "Publicité",
    "animation": "Animation",
    "jeu-video": "Jeu vidéo",
}

# Phases of a production by id.
PHASES: Mapping[str, str] = {
    "preparation": "Préparation",
    "tournage": "Tournage",
    "post-production": "Post-production",
    "diffusion": "Diffusion",
}
