"""The shape of a file of digests/: one edition."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from watchbot.config.durations import Duration, duration_text
from watchbot.config.sources import Slug, Table
from watchbot.config.zones import Zone
from watchbot.model import PRODUCTIONS, REGIONS, Edition

Section = Literal["echeances", "changements", "themes", "chiffres", "peut-etre"]
Channel = Literal["email", "telegram"]
# A timetable is looked at for so many moments, from a day that is always the same.
_LOOKED_AT = 60
_FROM = datetime(2026, 1, 1, tzinfo=UTC)


class EditionFile(Table):
    """One edition: what is sent, to whom, when."""

    id: Slug
    name: str = Field(min_length=1, max_length=100, description="On one line.")
    audience: str = ""
    description: str = ""
    schedule: str = Field(
        "30 7 * * mon", description="Cron expression: minute hour day month weekday (names for weekdays)."
    )
    timezone: Zone = "Europe/Paris"
    jitter: Duration = Field(timedelta(0), description="Shorter than the time between two issues.")
    period: Duration = Field(timedelta(days=7), description="Longer than nothing.")
    minimum: int = Field(1, ge=0, description="Fewer entries than this and the issue is skipped.")
    max_items: int = Field(30, ge=1, le=200)
    max_per_topic: int = Field(6, ge=1, le=50)
    max_deadlines: int = Field(8, ge=1, le=30)
    max_changes: int = Field(12, ge=1, le=30)
    minutes: int = Field(0, ge=0, le=60, description="An issue is made so short that it reads in so long; 0: no limit.")
    topics: list[Slug] = Field(default_factory=list, description="Empty: all topics of the classifier.")
    regions: list[Literal[tuple(REGIONS)]] = Field(default_factory=list)  # type: ignore[valid-type]
    kinds: list[Literal[tuple(PRODUCTIONS)]] = Field(default_factory=list)  # type: ignore[valid-type]
    sections: tuple[Section, ...] = Field(("echeances", "changements", "themes"), min_length=1)
    channels: tuple[Channel, ...] = Field(("email", "telegram"), min_length=1)
    template: Slug = Field("hebdo", description="The templates digests/templates/<template>.html.j2 and so on.")
    alerts: bool = Field(False, description="Substantive changes go out at once.")
    show_maybe: bool = Field(False, description="Doubtful items stand at the end, for judgement.")
    explain: bool = Field(False, description="Each tag is explained.")
    figures: bool = Field(False, description="Counts and plots by topic over time.")

    @field_validator("schedule")
    @classmethod
    def _cron(cls, schedule: str) -> str:
        # APScheduler counts weekdays from Monday = 0, crontab from Sunday = 0: names leave no doubt.
        fields = schedule.split()
        if len(fields) != 5:
            message = f"{schedule!r} has {len(fields)} fields, not five: minute hour day month weekday"
            raise ValueError(message)
        if re.search(r"\d", fields[4]):
            message = "write weekdays by name (mon, tue, wed, thu, fri, sat, sun): numbers differ between cron dialects"
            raise ValueError(message)
        if not _moments(schedule, 1):
            message = f"{schedule!r} names a moment that never comes"
            raise ValueError(message)
        return schedule

    @field_validator("name")
    @classmethod
    def _one_line(cls, name: str) -> str:
        if any(unicodedata.category(sign) in {"Cc", "Zl", "Zp"} for sign in name):
            message = "is to be one line, without control characters"
            raise ValueError(message)
        return name

    @field_validator("period")
    @classmethod
    def _some_time(cls, period: timedelta) -> timedelta:
        if not period:
            message = "an issue covers some time: write for example 7d"
            raise ValueError(message)
        return period

    @field_validator("jitter")
    @classmethod
    def _shorter_than_the_interval(cls, jitter: timedelta, info: ValidationInfo) -> timedelta:
        schedule = info.data.get("schedule")
        moments = _moments(schedule, _LOOKED_AT) if jitter and schedule else []
        least = min((later - earlier for earlier, later in pairwise(moments)), default=None)
        if least is not None and jitter >= least:
            message = (
                f"is not shorter than the time between two issues ({duration_text(least)}): they would change places"
            )
            raise ValueError(message)
        return jitter

    def to_edition(self) -> Edition:
        """The validated file as an `Edition`."""
        values = {name: getattr(self, name) for name in type(self).model_fields}
        arguments: Any = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
        return Edition(**arguments)


def _moments(schedule: str, count: int) -> list[datetime]:
    """The first moments of a cron expression, as many as there are."""
    from apscheduler.triggers.cron import CronTrigger

    made: Any = CronTrigger
    trigger = made.from_crontab(schedule, timezone="UTC")
    moments: list[datetime] = []
    after = _FROM
    while len(moments) < count and (fire := trigger.get_next_fire_time(None, after)) is not None:
        moments.append(fire)
        after = fire + timedelta(seconds=1)
    return moments
