"""Values as France compétences' exports write them."""

from __future__ import annotations

import re
from datetime import date

_FRENCH = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)")


def day(text: str) -> date | None:
    """A date written `21/12/2026` or `2026-12-21` (a time may follow), or None."""
    text = text.strip()
    try:
        if found := _FRENCH.match(text):
            return date(int(found[3]), int(found[2]), int(found[1]))
        if found := _ISO.match(text):
            return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None
    return None


def active_flag(text: str) -> bool | None:
    """`ACTIVE`, `Oui` are true, `INACTIVE`, `Non` false, anything else is unknown."""
    return {
        "active": True,
        "oui": True,
        "true": True,
        "1": True,
        "inactive": False,
        "non": False,
        "false": False,
        "0": False,
    }.get(text.strip().lower())


def record_url(number: str) -> str:
    """The public page of a record, such as https://www.francecompetences.fr/recherche/rs/6456/."""
    kind, digits = ("rncp", number[4:]) if number.startswith("RNCP") else ("rs", number[2:])
    return f"https://www.francecompetences.fr/recherche/{kind}/{digits}/"
