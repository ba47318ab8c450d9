"""A look at all that a running watch needs, and what to do about each thing that is wrong."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from watchbot.app.doctor.finding import Finding, fine, trouble, warning

if TYPE_CHECKING:
    from watchbot.config import Watch

__all__ = ["Finding", "examine"]

NTP = 123


def examine(folder: Path, *, time_server: tuple[str, int] | None = None) -> list[Finding]:
    """Look at configuration, disk, clock, database, backups, the last runs, mail server, mailbox, domain and bot.

    Args:
        folder: the watch's folder.
        time_server: host and port of the server (SNTP) that the clock is compared with; the one of the settings when not given.

    Returns:
        A finding for each thing; never raises for what it finds. With faults in the files, what does not need them is looked at
        all the same.
    """
    from watchbot.app.checking import check_watch
    from watchbot.app.doctor.machine import look_at_machine
    from watchbot.app.doctor.outside import look_outside
    from watchbot.app.doctor.state import look_at_state
    from watchbot.config import load_watch
    from watchbot.config.environment import TIME_SERVER
    from watchbot.errors import ConfigError

    found: list[Finding] = []
    try:
        watch = load_watch(folder)
    except ConfigError as error:
        found = [trouble("configuration", problem, "correct it, then `watchbot check`") for problem in error.problems]
        without = _without_faulty_settings(folder, error.problems)
        if without is None:
            return [*found, *look_at_machine(folder, folder / "watch.db", time_server or (TIME_SERVER, NTP))]
        watch = without
    problems, warnings = check_watch(watch)
    found += [trouble("configuration", problem, "correct it, then `watchbot check`") for problem in problems]
    found += [_as_warning(text) for text in warnings]
    if not found:
        found.append(fine("configuration", f"{len(watch.sources)} sources, all valid"))
    host, _, port = watch.settings.time_server.partition(":")
    found += look_at_machine(watch.folder, watch.database, time_server or (host, int(port or NTP)))
    found += look_at_state(watch)
    found += look_outside(watch)
    return found


def _without_faulty_settings(folder: Path, problems: list[str]) -> Watch | None:
    """The watch as if its wrong settings were not set, to look at all the rest; None if its files have faults too."""
    from watchbot.config import load_watch
    from watchbot.errors import ConfigError

    wrong = [re.match(r"environment: (?:unknown variable )?(WATCHBOT_\w+)", problem) for problem in problems]
    # An empty variable goes before the one in .env, and counts as not set.
    unset = {match[1]: "" for match in wrong if match}
    try:
        return load_watch(folder, {**os.environ, **unset})
    except ConfigError:
        return None


def _as_warning(text: str) -> Finding:
    """A warning of the check: what is wrong before the last colon or semicolon, what follows from it or what to do after it."""
    sign = ";" if ";" in text else ": "
    finding, _, rest = text.rpartition(sign)
    made = trouble if "WATCHBOT_SECRET_KEY is not set" in text else warning  # without it everything stands still
    return made("configuration", finding or text, rest.strip() if finding else "")
