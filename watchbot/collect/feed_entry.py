"""What a reader of one format found of an entry, before it is made an item."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class RawEntry:
    """An entry as the feed has it: texts not cleaned, dates not parsed, addresses not resolved.

    Where a format, or a mixture of formats, offers the same thing several times, a rank says which is meant: `offer_…`
    keeps the first of the highest rank. `spare` is the longest summary of a lower rank.
    """

    base: str = ""
    title: str = ""
    title_literal: bool = False
    title_rank: int = -1
    summary: str = ""
    summary_literal: bool = False
    summary_rank: int = -1
    spare: str = ""
    content: str = ""
    content_literal: bool = False
    link: str = ""
    link_rank: int = -1
    original_link: str = ""
    enclosure: str = ""
    guid: str = ""
    guid_is_link: bool = False
    language: str = ""
    published: list[tuple[int, str]] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    authors: list[tuple[int, str]] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)

    def offer_title(self, text: str, rank: int, *, literal: bool = False) -> None:
        """Take a title if it is the best so far and not empty."""
        if rank > self.title_rank and text.strip():
            self.title, self.title_rank, self.title_literal = text, rank, literal

    def offer_summary(self, text: str, rank: int, *, literal: bool = False) -> None:
        """Take a summary if it is the best so far; a second of the same rank is the content, unless there is one."""
        if not text.strip():
            return
        if rank > self.summary_rank:
            self._spare(self.summary)
            self.summary, self.summary_rank, self.summary_literal = text, rank, literal
        elif rank == self.summary_rank:
            self.offer_content(text, literal=literal)
        else:
            self._spare(text)

    def _spare(self, text: str) -> None:
        if len(text) > len(self.spare):
            self.spare = text

    def offer_content(self, text: str, *, literal: bool = False) -> None:
        """Take a full text; of several, the longest."""
        if len(text) > len(self.content) and text.strip():
            self.content, self.content_literal = text, literal

    def offer_link(self, href: str, rank: int) -> None:
        """Take an address of the entry's page; of several of the same rank, the last, as feedparser does."""
        if rank >= self.link_rank and href.strip():
            self.link, self.link_rank = href, rank

    def complete(self, other: RawEntry) -> None:
        """Take from another reading of the same entry what this one lacks."""
        self.offer_title(other.title, 0, literal=other.title_literal)
        if not self.summary:
            self.offer_summary(other.summary, 0, literal=other.summary_literal)
        self.offer_content(other.content if not self.content else "", literal=other.content_literal)
        damaged = any(char in self.link.strip() for char in "<> \n") and "<" not in other.link
        if self.link_rank < 2 or (damaged and other.link_rank >= self.link_rank):
            self.offer_link(other.link, other.link_rank)
        if not self.guid:
            self.guid, self.guid_is_link = other.guid, other.guid_is_link
        self.original_link = self.original_link or other.original_link
        self.enclosure = self.enclosure or other.enclosure
        self.published = self.published or other.published
        self.updated = self.updated or other.updated
        self.authors = self.authors or other.authors
        self.categories = self.categories or other.categories


@dataclass(slots=True)
class RawFeed:
    """A feed as read: what it says of itself, and its entries in document order."""

    title: str = ""
    link: str = ""
    author: str = ""
    entries: list[RawEntry] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
