"""How the sources are doing, and what the administrator has to be told of them, once."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from watchbot.model import Health, HealthState

if TYPE_CHECKING:
    from watchbot.config import Watch
    from watchbot.store import Store


def source_health(watch: Watch, store: Store, moment: datetime) -> list[Health]:
    """The health of every source, those in trouble first."""
    from watchbot.collect.health import assess

    states = store.sources.states(watch.sources)
    attempts = store.attempts.recent([source.id for source in watch.sources])
    healths = [
        assess(source, states[source.id], attempts.get(source.id, []), store.sources.dates(source.id), moment)
        for source in watch.sources
    ]
    order = [HealthState.FAILING, HealthState.DISABLED, HealthState.SUSPECT, HealthState.NEW, HealthState.OK]
    return sorted(healths, key=lambda health: (order.index(health.state), health.source_id))


def troubles_to_tell(watch: Watch, store: Store, moment: datetime) -> list[Health]:
    """The troubles that the administrator has not been told of yet; marks them as told."""
    from watchbot.collect.health import to_tell

    told = []
    by_id = {source.id: source for source in watch.sources}
    states = store.sources.states(watch.sources)
    for health in source_health(watch, store, moment):
        source = by_id[health.source_id]
        if to_tell(health, states[source.id], moment):
            store.sources.mark_told(source, health.reason, moment)
            told.append(health)
        elif health.state is HealthState.OK:
            store.sources.mark_over(source)
    return told
