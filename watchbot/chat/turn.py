"""One turn of a conversation: an event comes, the answer is put together from what the store says, and is given back as values.

Nothing is written or sent while a turn is worked out. What has to be written is left with `then` and carried out in one
transaction with the replies, once.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from watchbot.chat.callbacks import encode
from watchbot.chat.markup import paragraphs, within
from watchbot.chat.replies import Button, Edit, File, Reply, Rows, Say, Toast
from watchbot.digest.french import clean, typeset
from watchbot.french_dates import paris_day
from watchbot.store.chat import ResultList

if TYPE_CHECKING:
    from watchbot.chat.events import Event
    from watchbot.config import Watch
    from watchbot.model import Subscriber
    from watchbot.store import Store

LIST_LIFE = timedelta(days=7)
LABEL = 60
TOAST = 190


@dataclass(slots=True, kw_only=True)
class Turn:
    """The event being answered, what it is answered with, and what is to be written."""

    watch: Watch
    store: Store
    event: Event
    now: datetime
    secret: bytes
    bot_name: str
    owner: int
    replies: list[Reply] = field(default_factory=list)
    writes: list[Callable[[], object]] = field(default_factory=list)
    token: Callable[[], str] = field(default=lambda: secrets.token_urlsafe(6))

    # ------------------------------------------------------------------------------------------ who asks

    @property
    def today(self) -> date:
        """The day in France."""
        return paris_day(self.now)

    @property
    def reader(self) -> Subscriber | None:
        """The subscriber that this chat is."""
        return self.store.subscribers.find("telegram", str(self.event.chat))

    @property
    def may_correct(self) -> bool:
        """Whether this person's corrections train the classifier."""
        return bool({str(self.event.chat), str(self.event.user)} & self.watch.settings.editor_chats)

    @property
    def may_administer(self) -> bool:
        """Whether this person may use the administrator's commands."""
        return bool({str(self.event.chat), str(self.event.user)} & self.watch.settings.admin_chats)

    @property
    def may_configure(self) -> bool:
        """Whether this person may change what this chat receives: in groups, administrators only."""
        return self.event.private or self.event.anonymous or bool(self.event.admin)

    # ------------------------------------------------------------------------------------------ replying

    def say(self, *blocks: str, buttons: Sequence[Sequence[Button]] = ()) -> None:
        """A new message; what is too long for one goes on in others, the buttons under the last."""
        event = self.event
        parts = paragraphs(blocks)
        for number, part in enumerate(parts, 1):
            self.replies.append(
                Say(
                    chat=event.chat,
                    html=part,
                    buttons=_rows(buttons) if number == len(parts) else (),
                    answers=event.message if number == 1 and not event.private and event.kind == "message" else None,
                    thread=event.thread,
                )
            )

    def show(self, *blocks: str, buttons: Sequence[Sequence[Button]] = ()) -> None:
        """In the place of the message whose button was pressed; else a new message."""
        parts = paragraphs(blocks)
        if self.event.kind != "button" or len(parts) != 1:
            self.say(*blocks, buttons=buttons)
            return
        event = self.event
        self.replies.append(
            Edit(chat=event.chat, message=event.message, html=parts[0], buttons=_rows(buttons), thread=event.thread)
        )

    def toast(self, text: str = "", *, alert: bool = False) -> None:
        """The answer to the pressed button; there is one, put first."""
        if self.event.kind == "button":
            self.replies = [one for one in self.replies if not isinstance(one, Toast)]
            self.replies.insert(
                0, Toast(query=self.event.query, text=within(clean(typeset(text), TOAST), TOAST), alert=alert)
            )

    def file(self, name: str, content: str, html: str = "") -> None:
        """A text file."""
        event = self.event
        self.replies.append(File(chat=event.chat, name=name, content=content, html=html, thread=event.thread))

    def button(self, text: str, action: str, *arguments: str | int) -> Button:
        """A button for this chat and this person."""
        data = encode(self.secret, self.event.chat, self.owner, action, *arguments)
        return Button(text=_label(text), data=data)

    def opening(self, text: str, url: str) -> Button:
        """A button that opens a page."""
        return Button(text=_label(text), url=url)

    # ------------------------------------------------------------------------------------------ writing

    def then(self, write: Callable[[], object]) -> None:
        """To be done in the transaction that keeps the replies."""
        self.writes.append(write)

    def freeze(
        self,
        kind: str,
        title: str,
        entries: Sequence[str],
        *,
        question: str = "",
        filters: Sequence[tuple[str, str]] = (),
        removed: Sequence[str] = (),
    ) -> ResultList:
        """Keep results as they are now, for this chat and this person."""
        results = ResultList(
            token=self.token(),
            chat=self.event.chat,
            user=self.owner,
            kind=kind,
            title=title,
            question=question,
            filters=tuple(filters),
            removed=tuple(removed),
            entries=tuple(entries),
            created_at=self.now,
            expires_at=self.now + LIST_LIFE,
        )
        self.then(lambda: self.store.chat.freeze(results))
        return results

    def frozen(self, token: str) -> ResultList | None:
        """The list of a token, if it is this person's in this chat."""
        return self.store.chat.frozen(token, self.event.chat, self.owner, self.now)


def _label(text: str) -> str:
    return within(clean(typeset(text), LABEL), LABEL)


def _rows(buttons: Sequence[Sequence[Button]]) -> Rows:
    return tuple(tuple(row) for row in buttons if row)


def in_rows(buttons: Sequence[Button], width: int) -> list[tuple[Button, ...]]:
    """Buttons in rows of so many."""
    return [tuple(buttons[start : start + width]) for start in range(0, len(buttons), width)]
