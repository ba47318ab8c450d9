"""The moments of a timetable: when an edition was last due, and whether a job missed one."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

from watchbot.model import Edition

# A digest missed by less than this is made up for; by more, the next one tells all.
MISFIRE_GRACE = timedelta(days=2)
_STEP = timedelta(microseconds=1)


def digest_name(edition: str) -> str:
    """The name of the job of an edition."""
    return f"digest-{edition}"


class LocalCron(CronTrigger):
    """A cron expression in local time whose jitter is added in UTC.

    Added to local time (APScheduler 3.11), it forgets which of the two equal hours of an autumn night it was: the moment lies in the
    past then, and the job runs over and over.
    """

    def _apply_jitter(self, next_fire_time: datetime | None, jitter: int | None, now: datetime) -> datetime | None:
        if next_fire_time is None:
            return None
        spread: datetime = super()._apply_jitter(  # type: ignore[no-untyped-call]
            next_fire_time.astimezone(UTC), jitter, now
        )
        return spread.astimezone(self.timezone)


def edition_trigger(edition: Edition) -> Any:
    """The trigger of an edition's cron expression in its time zone, without jitter."""
    trigger: Any = LocalCron
    return trigger.from_crontab(edition.schedule, timezone=ZoneInfo(edition.timezone))


def last_fire(edition: Edition, after: datetime, until: datetime) -> datetime | None:
    """The last moment of an edition's timetable that is later than `after` and not later than `until`; without jitter."""
    trigger = edition_trigger(edition)
    last, fire = None, _next(trigger, after)
    while fire is not None and fire <= until:
        last, fire = fire, _next(trigger, fire)
    return last


def _next(trigger: Any, after: datetime) -> datetime | None:
    """The next moment later than `after`, in UTC: adding to local time forgets which of two equal hours it was (PEP 495)."""
    fire = trigger.get_next_fire_time(None, after.astimezone(UTC) + _STEP)
    return None if fire is None else fire.astimezone(UTC)


def of_the_calendar(trigger: Any) -> bool:
    """Whether a trigger is a cron expression; the others (every five minutes) cannot be missed."""
    return hasattr(trigger, "fields")


def missed(trigger: Any, last: datetime, moment: datetime) -> bool:
    """Whether a job should have begun, within the grace, since its last finished run began."""
    if not of_the_calendar(trigger):
        return False
    bare = copy.copy(trigger)
    bare.jitter = None
    fire = _next(bare, max(last, moment - MISFIRE_GRACE))
    return fire is not None and fire <= moment
