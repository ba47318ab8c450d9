"""What the delivery agent is told when it starts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from watchbot.digest.deliver.rules import BACKOFF


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSettings:
    """All that the agent needs; it comes over a pipe, so that no secret stands on a command line.

    Rates are messages a second. `patience` is how many seconds the agent waits for postponed messages before it ends; `backoff`
    is the first pause after a passing failure, in seconds. `sender` and `dkim` are the fields of `Sender` and `DkimKey`.
    """

    database: str
    secret: str = field(repr=False)
    smtp_url: str = field(default="", repr=False)
    smtp_allow_plain: bool = False
    smtp_rate: float = 10.0
    sender: dict[str, Any] = field(default_factory=dict)
    dkim: dict[str, str] = field(default_factory=dict)
    telegram_token: str = field(default="", repr=False)
    telegram_api: str = ""
    # Telegram lets a bot send about thirty messages a second.
    telegram_rate: float = 25.0
    patience: float = 0.0
    backoff: float = BACKOFF
