"""Time zones by their names in the IANA database, as `Europe/Paris`."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator


def known_zone(zone: str) -> str:
    """The name, if it is one.

    Raises:
        ValueError: it is none.
    """
    if zone not in available_timezones():
        message = f"{zone!r} is not a time zone of the IANA database"
        raise ValueError(message)
    return zone


Zone = Annotated[str, AfterValidator(known_zone)]
