"""Figures for Prometheus, read from the database when asked: they are right whichever process did the work."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from watchbot import __version__

if TYPE_CHECKING:
    from watchbot.config import Watch
    from watchbot.store import Store

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


# A round of all sources takes minutes; a mail server may be away for an hour.
LATE = timedelta(hours=2)


def delays(store: Store, moment: datetime, since: datetime) -> list[str]:
    """What a scheduler that is at work since `since` should have done by now: nothing counts from before it began."""
    found = []
    collected = max(since, store.runs.all().get("collect", since))
    if moment - collected > LATE:
        found.append(f"collection: no round came to its end since {collected:%Y-%m-%d %H:%M} UTC")
    oldest = store.outbox.oldest_waiting()
    waiting = max(since, oldest[0]) if oldest is not None else moment
    if moment - waiting > LATE:
        found.append(f"outbox: a message waits since {waiting:%Y-%m-%d %H:%M} UTC")
    return found


def metrics_text(watch: Watch, store: Store, moment: datetime) -> bytes:
    """Every figure in Prometheus' text format. Nothing in it names a reader."""
    from prometheus_client import CollectorRegistry, Gauge, generate_latest

    from watchbot.app.health import source_health

    registry = CollectorRegistry()
    Gauge("watchbot_info", "Which version answers", ["version"], registry=registry).labels(__version__).set(1)

    def gauge(name: str, text: str, values: dict[str, float], label: str = "state") -> None:
        family = Gauge(f"watchbot_{name}", text, [label], registry=registry)
        for key, value in sorted(values.items()):
            family.labels(key).set(value)

    healths = source_health(watch, store, moment)
    gauge("sources", "Sources by state", dict(Counter(h.state.value for h in healths)))
    gauge("deliveries", "Deliveries by state", {k: float(v) for k, v in store.outbox.counts().items()})
    gauge("subscribers", "Subscribers by state", dict(Counter(one.state for one in store.subscribers.all())))
    Gauge("watchbot_items", "Items stored", registry=registry).set(store.items.count())
    Gauge("watchbot_attempts", "Visits recorded", registry=registry).set(store.attempts.count())
    last = max((h.last_success for h in healths if h.last_success), default=None)
    if last is not None:
        age = Gauge("watchbot_last_success_timestamp_seconds", "Last visit that succeeded", registry=registry)
        age.set(last.timestamp())
    runs = {job: done.timestamp() for job, done in store.runs.all().items()}
    gauge("job_done_timestamp_seconds", "When the last run of a job that came to its end began", runs, "job")
    due = store.outbox.next_due()
    late = max(0.0, (moment - due).total_seconds()) if due else 0.0
    Gauge("watchbot_outbox_late_seconds", "How late the oldest waiting message is", registry=registry).set(late)
    return generate_latest(registry)
