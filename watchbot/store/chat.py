"""What the bot remembers: updates to answer, dialogues under way, lists of results. All of it is bound to chat and person."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from watchbot.store.columns import json_text, strings, time_text, to_time

if TYPE_CHECKING:
    from watchbot.store.database import Store

# Telegram keeps an update for a day at most.
UPDATES_KEPT = timedelta(days=2)
DIALOGUES_KEPT = timedelta(days=30)
LISTS_EACH = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenUpdate:
    """An update that is not done with: `event` waits to be answered, or `answers` from `carried` on to be carried out."""

    id: int
    event: Mapping[str, Any]
    answers: Sequence[Mapping[str, Any]]
    carried: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialogue:
    """Where a person is in a dialogue. `data` is what was chosen so far."""

    chat: int
    user: int
    kind: str
    step: str
    nonce: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultList:
    """A frozen list of results. `filters` are (id, label) as understood; `removed` the ids of those taken away."""

    token: str
    chat: int
    user: int
    kind: str
    title: str
    question: str = ""
    filters: tuple[tuple[str, str], ...] = ()
    removed: tuple[str, ...] = ()
    entries: tuple[str, ...] = ()
    created_at: datetime
    expires_at: datetime


class Chat:
    """The tables of the bot."""

    def __init__(self, store: Store) -> None:
        self._store = store

    # ------------------------------------------------------------------------------------------ updates

    def receive(
        self,
        bot: int,
        update: int,
        event: Mapping[str, Any],
        at: datetime,
        *,
        message: tuple[int, int] | None = None,
        fingerprint: str = "",
    ) -> bool:
        """Keep an update until it is answered; False when it came before.

        Args:
            bot: the bot's id.
            update: the update's number.
            event: what is asked.
            at: the present.
            message: chat and id of what was written.
            fingerprint: a hash of the update: another update under a number that was used before is another update.
        """
        cursor = self._store.execute(
            "INSERT INTO chat_updates (bot, id, event, received_at, fingerprint) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (bot, id) DO UPDATE SET state = 'waiting', event = excluded.event, answers = '', carried = 0,"
            " received_at = excluded.received_at, fingerprint = excluded.fingerprint WHERE fingerprint <> excluded.fingerprint",
            (bot, update, json_text(event), time_text(at), fingerprint),
        )
        if message is not None:
            self._note([message], at)
        return cursor.rowcount == 1

    def answered(self, bot: int, update: int, answers: Sequence[Mapping[str, Any]]) -> bool:
        """Keep the answers to an update until they are carried out; False when it was answered already."""
        sql = (
            "UPDATE chat_updates SET state = ?, event = '', answers = ? WHERE bot = ? AND id = ? AND state = 'waiting'"
        )
        state, text = ("answering", json_text(answers)) if answers else ("done", "")
        return self._store.execute(sql, (state, text, bot, update)).rowcount == 1

    def carried(self, bot: int, update: int, count: int) -> None:
        """The first `count` answers were carried out."""
        self._store.execute("UPDATE chat_updates SET carried = ? WHERE bot = ? AND id = ?", (count, bot, update))

    def done(self, bot: int, update: int, sent: Sequence[tuple[int, int]], at: datetime) -> None:
        """Nothing is left to do for an update: forget what it said and was told. `sent` are chats and ids of messages."""
        sql = "UPDATE chat_updates SET state = 'done', event = '', answers = '' WHERE bot = ? AND id = ?"
        self._store.execute(sql, (bot, update))
        self._note(sent, at)

    def open_updates(self, bot: int) -> list[OpenUpdate]:
        """What a former run left undone, oldest first."""
        rows = self._store.rows("SELECT * FROM chat_updates WHERE bot = ? AND state <> 'done' ORDER BY id", (bot,))
        return [
            OpenUpdate(
                id=row["id"],
                event=json.loads(row["event"] or "{}"),
                answers=json.loads(row["answers"] or "[]"),
                carried=row["carried"],
            )
            for row in rows
        ]

    # ------------------------------------------------------------------------------------------ ids of messages

    def newest_id(self, chat: str) -> int | None:
        """The highest id seen lately in the box of messages that a chat shares."""
        row = self._store.row("SELECT max(message) FROM chat_ids WHERE box = ?", (box_of(chat),))
        return int(row[0]) if row is not None and row[0] is not None else None

    def ids_after(self, chat: str, message: int) -> frozenset[int]:
        """Ids seen lately beyond one: what is none of the outbox's."""
        rows = self._store.rows("SELECT message FROM chat_ids WHERE box = ? AND message > ?", (box_of(chat), message))
        return frozenset(row[0] for row in rows)

    def _note(self, messages: Sequence[tuple[int, int]], at: datetime) -> None:
        self._store.executemany(
            "INSERT OR IGNORE INTO chat_ids (box, message, chat, seen_at) VALUES (?, ?, ?, ?)",
            [(box_of(str(chat)), message, chat, time_text(at)) for chat, message in messages],
        )

    # ------------------------------------------------------------------------------------------ dialogues

    def dialogue(self, chat: int, user: int) -> Dialogue | None:
        """The dialogue that this person has under way in this chat."""
        row = self._store.row("SELECT * FROM chat_dialogues WHERE chat = ? AND user = ?", (chat, user))
        if row is None:
            return None
        return Dialogue(
            chat=row["chat"],
            user=row["user"],
            kind=row["kind"],
            step=row["step"],
            nonce=row["nonce"],
            data=json.loads(row["data"]),
        )

    def save_dialogue(self, dialogue: Dialogue, at: datetime) -> None:
        """Begin a dialogue or write how far it is; one a person and chat."""
        self._store.execute(
            "INSERT OR REPLACE INTO chat_dialogues (chat, user, kind, step, nonce, data, updated_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                dialogue.chat,
                dialogue.user,
                dialogue.kind,
                dialogue.step,
                dialogue.nonce,
                json_text(dict(dialogue.data)),
                time_text(at),
            ),
        )

    def end_dialogue(self, chat: int, user: int) -> None:
        """A dialogue is over."""
        self._store.execute("DELETE FROM chat_dialogues WHERE chat = ? AND user = ?", (chat, user))

    # ------------------------------------------------------------------------------------------ lists

    def freeze(self, results: ResultList) -> None:
        """Keep a list of results; the oldest beyond `LISTS_EACH` of its owner go."""
        self._store.execute(
            "INSERT INTO chat_lists (token, chat, user, kind, title, question, filters, removed, entries, created_at,"
            " expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                results.token,
                results.chat,
                results.user,
                results.kind,
                results.title,
                results.question,
                json_text(results.filters),
                json_text(results.removed),
                json_text(results.entries),
                time_text(results.created_at),
                time_text(results.expires_at),
            ),
        )
        self._store.execute(
            "DELETE FROM chat_lists WHERE token IN (SELECT token FROM chat_lists WHERE chat = ? AND user = ?"
            " ORDER BY created_at DESC, token LIMIT -1 OFFSET ?)",
            (results.chat, results.user, LISTS_EACH),
        )

    def frozen(self, token: str, chat: int, user: int, now: datetime) -> ResultList | None:
        """The list of this token, if it is this person's in this chat and has not expired."""
        sql = "SELECT * FROM chat_lists WHERE token = ? AND chat = ? AND user = ? AND expires_at > ?"
        row = self._store.row(sql, (token, chat, user, time_text(now)))
        return _list(row) if row is not None else None

    def latest(self, chat: int, user: int, kind: str, now: datetime) -> ResultList | None:
        """The last list of a kind that this person was shown in this chat."""
        sql = (
            "SELECT * FROM chat_lists WHERE chat = ? AND user = ? AND kind = ? AND expires_at > ?"
            " ORDER BY created_at DESC LIMIT 1"
        )
        row = self._store.row(sql, (chat, user, kind, time_text(now)))
        return _list(row) if row is not None else None

    # ------------------------------------------------------------------------------------------ keeping

    def prune(self, now: datetime) -> None:
        """Forget what can no longer come again or be asked for."""
        old = time_text(now - UPDATES_KEPT)
        self._store.execute("DELETE FROM chat_updates WHERE state = 'done' AND received_at < ?", (old,))
        self._store.execute("DELETE FROM chat_ids WHERE seen_at < ?", (old,))
        self._store.execute("DELETE FROM chat_lists WHERE expires_at <= ?", (time_text(now),))
        old = time_text(now - DIALOGUES_KEPT)
        self._store.execute("DELETE FROM chat_dialogues WHERE updated_at < ?", (old,))

    def forget(self, chat: int, user: int | None = None) -> None:
        """Forget all that is kept of a chat; with `user`, what that person asked elsewhere as well."""
        for clause, value in (("chat = ?", chat), ("user = ?", user)):
            if value is None:
                continue
            self._store.execute(f"DELETE FROM chat_lists WHERE {clause}", (value,))
            self._store.execute(f"DELETE FROM chat_dialogues WHERE {clause}", (value,))
        self._store.execute("UPDATE chat_ids SET chat = 0 WHERE chat = ?", (chat,))

    def kept_of(self, chat: int, user: int | None = None) -> dict[str, Any]:
        """All that is kept of a chat, and with `user` of what that person asked elsewhere: for the right of access."""
        where, parameters = ("chat = ? OR user = ?", (chat, user)) if user is not None else ("chat = ?", (chat,))
        lists = self._store.rows(f"SELECT * FROM chat_lists WHERE {where} ORDER BY created_at, token", parameters)
        dialogues = self._store.rows(f"SELECT * FROM chat_dialogues WHERE {where} ORDER BY chat, user", parameters)
        return {
            "lists": [
                {name: row[name] for name in ("kind", "title", "question", "created_at", "expires_at")}
                | {"entries": json.loads(row["entries"])}
                for row in lists
            ],
            "dialogues": [
                {"kind": row["kind"], "step": row["step"], "data": json.loads(row["data"])} for row in dialogues
            ],
        }


def box_of(chat: str) -> str:
    """Whose ids a chat shares: a supergroup or channel has a box of messages of its own, all other chats share one."""
    return chat if chat.startswith("-100") and len(chat) > 10 else ""


def pairs(values: Iterable[Iterable[str]]) -> tuple[tuple[str, str], ...]:
    """Pairs of strings from their JSON lists."""
    return tuple((str(one), str(other)) for one, other in values)


def _list(row: sqlite3.Row) -> ResultList:
    return ResultList(
        token=row["token"],
        chat=row["chat"],
        user=row["user"],
        kind=row["kind"],
        title=row["title"],
        question=row["question"],
        filters=pairs(json.loads(row["filters"])),
        removed=strings(row["removed"]),
        entries=strings(row["entries"]),
        created_at=to_time(row["created_at"]),
        expires_at=to_time(row["expires_at"]),
    )
