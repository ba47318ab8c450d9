"""The scheduler: everything that a running watch does by itself, in one process.

`jobs` are what is done, `timetable` says when (APScheduler, persistent), `process` is the program: lock, signals, reload, stop.
"""

from watchbot.schedule.process import run, single_instance
from watchbot.schedule.timetable import build_scheduler

__all__ = ["build_scheduler", "run", "single_instance"]
