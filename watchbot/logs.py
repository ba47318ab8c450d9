"""Structured logs: for people on a terminal, JSON elsewhere; secrets masked whatever is logged."""

from __future__ import annotations

import re
import sys
from collections.abc import MutableMapping
from typing import Any

LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}
_SECRET_NAMES = re.compile(r"token|secret|password|passwd|authorization|api_?key|smtp_url|imap_url", re.IGNORECASE)
_SECRET_TEXTS = re.compile(r"\b\d{6,12}:[A-Za-z0-9_-]{30,}\b|(?<=://)[^/@\s:]+:[^/@\s]+(?=@)")


def configure(level: str = "info", form: str = "auto") -> None:
    """Set up structlog for the process."""
    import structlog

    pretty = form == "console" or (form == "auto" and sys.stderr.isatty())
    renderer: Any = structlog.dev.ConsoleRenderer() if pretty else structlog.processors.JSONRenderer(ensure_ascii=False)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            mask_secrets,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        # Asked for each time: a stderr that is replaced and closed (a service's redirection, a test's capture) takes no line.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )


def mask_secrets(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Mask values whose name or form says that they are secret (bot tokens, passwords in addresses)."""
    for name, value in event.items():
        if _SECRET_NAMES.search(name):
            event[name] = "***"
        elif isinstance(value, str):
            event[name] = _SECRET_TEXTS.sub("***", value)
    return event
