"""The one hierarchy of errors.

Each message says what was being done, to which source or subscriber, and what to do next. Messages are
for people; attributes are for programs.
"""

from __future__ import annotations


class WatchbotError(Exception):
    """Base of every error that watchbot raises on purpose."""

    exit_code = 1


class ConfigError(WatchbotError):
    """The watch's folder or the environment is wrong. `problems` lists every fault found, not just the first."""

    exit_code = 2

    def __init__(self, problems: list[str] | str) -> None:
        self.problems = [problems] if isinstance(problems, str) else list(problems)
        super().__init__("\n".join(self.problems))


class UsageError(WatchbotError):
    """The call cannot be carried out as it was given (unknown id, no such item…)."""

    exit_code = 2


class FetchError(WatchbotError):
    """An address could not be fetched. `reason` is a stable slug (`timeout`, `too-large`, `private-address`…).

    `retry_after` is in seconds, when the server or our manners say how long to stay away.
    """

    def __init__(
        self, message: str, *, url: str, reason: str, status: int | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.url = url
        self.reason = reason
        self.status = status
        self.retry_after = retry_after


class ParseError(WatchbotError):
    """What was fetched is not what its kind expects. `url` is where it came from; `reason` is a stable slug."""

    def __init__(self, message: str, *, url: str, reason: str = "unreadable") -> None:
        super().__init__(message)
        self.url = url
        self.reason = reason


class StoreError(WatchbotError):
    """The database cannot be opened, is from a newer version, is locked for too long, or the disk is full."""


class ClassifierError(WatchbotError):
    """The trained head is missing, was trained with another encoder, or does not fit its labels."""


class DeliveryError(WatchbotError):
    """A message could not be delivered. `permanent` tells whether to try again; `retry_after` is in seconds."""

    def __init__(self, message: str, *, permanent: bool, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.retry_after = retry_after


class ServerUnavailableError(DeliveryError):
    """The mail server or the Bot API cannot be reached or breaks off: no recipient is to blame, and none is counted against."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=False)


class DeliveryInDoubtError(ServerUnavailableError):
    """A message was handed over whole, but no answer came: it may have been delivered or not."""
