"""The moments of a timetable: when an edition was last due, and whether a job missed one."""

from __future__ import annotations

import copy
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from watchbot.model import Edition

# A digest missed by less than this is made up for; by more, the next one tells all.
MISFIRE_GRACE = timedelta(days=2)
_NEXT = timedelta(microseconds=1)


def edition_trigger(edition: Edition) -> Any:
    """The trigger of an edition's cron expression in its time zone, without jitter."""
    from apscheduler.triggers.cron import CronTrigger

    return CronTrigger.from_crontab(edition.schedule, timezone=ZoneInfo(edition.timezone))


def last_fire(edition: Edition, after: datetime, until: datetime) -> datetime | None:
    """The last moment of an edition's timetable that is later than `after` and not later than `until`; without jitter."""
    trigger = edition_trigger(edition)
    last, fire = None, trigger.get_next_fire_time(None, after + _NEXT)
    while fire is not None and fire <= until:
        last, fire = fire, trigger.get_next_fire_time(None, fire + _NEXT)
    return last


def of_the_calendar(trigger: Any) -> bool:
    """Whether a trigger is a cron expression; the others (every five minutes) cannot be missed."""
    return hasattr(trigger, "fields")


def missed(trigger: Any, last: datetime, moment: datetime) -> bool:
    """Whether a job should have begun, within the grace, since its last finished run began."""
    if not of_the_calendar(trigger):
        return False
    bare = copy.copy(trigger)
    bare.jitter = None
    fire = bare.get_next_fire_time(None, max(last + _NEXT, moment - MISFIRE_GRACE))
    return fire is not None and fire <= moment
