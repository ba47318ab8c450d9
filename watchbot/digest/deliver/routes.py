"""The two ways out: each takes one delivery, says durably how far it is, and hands it over."""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage
from typing import Protocol

from watchbot.digest.deliver.message import Mail, Sender, build_message, mailable
from watchbot.digest.deliver.rules import ReturnPath
from watchbot.digest.deliver.settings import AgentSettings
from watchbot.digest.deliver.signing import DkimKey, signed
from watchbot.digest.deliver.smtp import SmtpConnection, SmtpServer
from watchbot.digest.deliver.telegram import SPAN, TelegramChannel
from watchbot.errors import DeliveryError, DeliveryInDoubtError, ServerUnavailableError
from watchbot.model import DeliveryState
from watchbot.store import Store
from watchbot.store.chat import box_of
from watchbot.store.outbox import Outgoing

COMMIT = "commit"
# In the place of the last id: none was known, and the agent lived to see that no answer came.
_ALIVE = "?"


class Route(Protocol):
    """A way out. `rate` is how many messages a second it may take."""

    rate: float

    def send(self, one: Outgoing) -> None:
        """Hand over one delivery, from where it stopped.

        Raises:
            DeliveryError: it was refused, or put off.
        """

    def close(self) -> None:
        """End the connection."""


class MailRoute:
    """By SMTP. A mail in doubt (the dot was sent, no answer was recorded) is sent again under its Message-ID."""

    def __init__(self, settings: AgentSettings, store: Store) -> None:
        self._store = store
        self._sender = (
            Sender(**settings.sender) if settings.sender else Sender(address="veille@localhost", name="Veille")
        )
        self._key = DkimKey(**settings.dkim) if settings.dkim else None
        self._origin = mailable(self._sender.address)
        bounce = self._sender.bounce
        self._paths = ReturnPath(mailable(bounce or self._sender.address), settings.secret.encode())
        self._bounces = bool(bounce)
        server = SmtpServer.from_url(settings.smtp_url, allow_plain=settings.smtp_allow_plain)
        self._connection = SmtpConnection(server)
        self.rate = settings.smtp_rate

    def send(self, one: Outgoing) -> None:
        """Hand over one mail.

        Raises:
            DeliveryError: it was refused, or put off.
        """
        return_path = self._paths.of(one.address) if self._bounces else self._origin
        message, raw = self._built(one, return_path)

        def commit() -> None:
            self._store.outbox.mark(one.delivery.key, DeliveryState.SENDING, step=COMMIT)

        self._connection.send(message, return_path, mailable(one.address), raw=raw, on_commit=commit)

    def _built(self, one: Outgoing, return_path: str) -> tuple[EmailMessage, bytes]:
        payload = one.payload
        try:
            mail = Mail(
                key=one.delivery.key,
                to=one.address,
                subject=payload["subject"],
                text=payload["text"],
                html=payload["html"],
                unsubscribe_url=payload.get("unsubscribe_url", ""),
                unsubscribe_mail=return_path if self._bounces else "",
                unsubscribe_token="" if self._bounces else self._paths.token(one.address),
                calendar=payload.get("calendar", "").encode(),
            )
            message = build_message(mail, self._sender, datetime.fromisoformat(payload["date"]))
            raw = message.as_bytes()
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            # One message that cannot be made must not keep the others from going out.
            text = f"5.6.0 this message cannot be put together: {type(error).__name__}: {error}"
            raise DeliveryError(text, permanent=True) from error
        return message, signed(raw, self._key) if self._key else raw

    def close(self) -> None:
        """End the connection politely."""
        self._connection.quit()


class TelegramRoute:
    """By the Bot API, part after part. A part in doubt is looked for; it is sent again only if it is not there."""

    def __init__(self, settings: AgentSettings, store: Store) -> None:
        self._store = store
        self._channel = TelegramChannel(settings.telegram_token, settings.telegram_api)
        # The lowest and highest id known in each box of messages.
        self._ids: dict[str, tuple[int, int]] = {}
        for chat, receipt in store.outbox.receipts().items():
            self._note(chat, receipt)
        self.rate = settings.telegram_rate

    def send(self, one: Outgoing) -> None:
        """Hand over the parts that are left.

        Raises:
            DeliveryError: one was refused, or put off.
        """
        key, chat, done = one.delivery.key, one.address, one.parts_done
        parts = one.payload.get("messages", ())
        if one.step.startswith(COMMIT) and done < len(parts):
            done = self._settle(one, parts[done])
        for number in range(done, len(parts)):
            after = self.last_id(chat)
            self._mark(key, number, step=f"{COMMIT}:{after or ''}")
            try:
                receipt = self._channel.send(chat, parts[number])
            except DeliveryInDoubtError:
                if after is None:
                    self._mark(key, number, step=f"{COMMIT}:{_ALIVE}")
                raise
            except DeliveryError:
                self._mark(key, number)
                raise
            self._took(one, number, receipt)

    def _settle(self, one: Outgoing, part: str) -> int:
        """Find out what became of the part in doubt; returns how many parts are done."""
        number, chat, (_, _, after) = one.parts_done, one.address, one.step.partition(":")
        start = int(after) if after.isdigit() else None
        if start is None and box_of(chat) in self._ids:
            # Nothing was known when it was sent: all that is known now was sent since, and has a higher id.
            start = max(self._ids[box_of(chat)][0] - SPAN - 1, 0)
        if start is not None:
            receipt = self._channel.find(chat, part, start, self._store.chat.ids_after(chat, start))
            if receipt is None:
                return number
            self._took(one, number, receipt)
            return number + 1
        if not box_of(chat) and self._store.outbox.others_wait(one.delivery.key):
            # Nothing to look for it by yet: the ids of those that go out now will tell where.
            message = "Telegram: nothing was sent yet by which to look for a message in doubt; it waits for the others"
            raise ServerUnavailableError(message)
        # The only message ever sent: there is nothing to look for it by. If the agent saw no answer, it is sent again, since a
        # digest twice is better than none; if the agent died over it, it is taken for sent.
        if after == _ALIVE:
            return number
        self._mark(one.delivery.key, number + 1)
        return number + 1

    def _took(self, one: Outgoing, number: int, receipt: int) -> None:
        self._note(one.address, receipt)
        self._mark(one.delivery.key, number + 1, receipt=receipt)

    def _mark(self, key: str, parts_done: int, *, step: str = "", receipt: int | None = None) -> None:
        self._store.outbox.mark(key, DeliveryState.SENDING, step=step, parts_done=parts_done, receipt=receipt)

    def _note(self, chat: str, receipt: int) -> None:
        low, high = self._ids.get(box_of(chat), (receipt, receipt))
        self._ids[box_of(chat)] = min(low, receipt), max(high, receipt)

    def last_id(self, chat: str) -> int | None:
        """The highest message id known in the chat's box of messages, be it of a delivery or of a conversation with the bot."""
        known = [self._ids[box_of(chat)][1]] if box_of(chat) in self._ids else []
        said = self._store.chat.newest_id(chat)
        return max([*known, *([said] if said is not None else [])], default=None)

    def close(self) -> None:
        """End the connections."""
        self._channel.close()
