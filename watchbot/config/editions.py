"""The shape of a file of digests/: one edition."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, Literal

from pydantic import Field, field_validator

from watchbot.config.durations import Duration
from watchbot.config.sources import Slug, Table
from watchbot.model import PRODUCTIONS, REGIONS, Edition

Section = Literal["echeances", "changements", "themes", "chiffres", "peut-etre"]
Channel = Literal["email", "telegram"]


class EditionFile(Table):
    """One edition: what is sent, to whom, when."""

    id: Slug
    name: str = Field(min_length=1, max_length=100)
    audience: str = ""
    description: str = ""
    schedule: str = Field(
        "30 7 * * mon", description="Cron expression: minute hour day month weekday (names for weekdays)."
    )
    timezone: str = "Europe/Paris"
    jitter: Duration = timedelta(0)
    period: Duration = timedelta(days=7)
    minimum: int = Field(1, ge=0, description="Fewer entries than this and the issue is skipped.")
    max_items: int = Field(30, ge=1, le=200)
    max_per_topic: int = Field(6, ge=1, le=50)
    max_deadlines: int = Field(8, ge=1, le=30)
    max_changes: int = Field(12, ge=1, le=30)
    minutes: int = Field(0, ge=0, le=60, description="An issue is made so short that it reads in so long; 0: no limit.")
    topics: list[Slug] = Field(default_factory=list, description="Empty: all topics of the classifier.")
    regions: list[Literal[tuple(REGIONS)]] = Field(default_factory=list)  # type: ignore[valid-type]
    kinds: list[Literal[tuple(PRODUCTIONS)]] = Field(default_factory=list)  # type: ignore[valid-type]
    sections: tuple[Section, ...] = ("echeances", "changements", "themes")
    channels: tuple[Channel, ...] = ("email", "telegram")
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
        from apscheduler.triggers.cron import CronTrigger

        trigger: Any = CronTrigger
        trigger.from_crontab(schedule, timezone="UTC")
        return schedule

    def to_edition(self) -> Edition:
        """The validated file as an `Edition`."""
        values = {name: getattr(self, name) for name in type(self).model_fields}
        arguments: Any = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
        return Edition(**arguments)
