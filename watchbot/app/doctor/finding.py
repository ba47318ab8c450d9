"""What the doctor says of one thing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked at. `state` is `ok`, `warning` or `error`; `advice` is what to do."""

    state: str
    what: str
    finding: str
    advice: str = ""


def fine(what: str, finding: str) -> Finding:
    """It is as it should be."""
    return Finding(state="ok", what=what, finding=finding)


def warning(what: str, finding: str, advice: str) -> Finding:
    """The watch runs, but not as well as it could."""
    return Finding(state="warning", what=what, finding=finding, advice=advice)


def trouble(what: str, finding: str, advice: str) -> Finding:
    """Something does not work."""
    return Finding(state="error", what=what, finding=finding, advice=advice)
