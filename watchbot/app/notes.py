"""Notes to the administrator by e-mail: a source in trouble at once and once, and the state of the watch every week."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from watchbot.app.letters import queue_letter
from watchbot.french_dates import PARIS
from watchbot.model import DeliveryState, Health, HealthState

if TYPE_CHECKING:
    from watchbot.config import Watch
    from watchbot.store import Store

KIND = "note"
ADMIN = "administrator"
DOUBTS = 15
LISTED = 20
# So many failures are looked at to find those that are alike.
MANY = 5000
WEEK = timedelta(days=7)


def note_troubles(watch: Watch, store: Store, troubles: Sequence[Health], moment: datetime) -> bool:
    """Tell the administrator of sources that have just got into trouble; returns whether a letter was queued."""
    if not troubles or not watch.settings.admin_email:
        return False
    lines = [f"- {one.source_id}: {one.state.value}: {one.message}" for one in troubles]
    text = "Sources in trouble:\n" + "\n".join(lines) + "\n\n`watchbot doctor` says what to do about each."
    issue = f"troubles-{moment.isoformat(timespec='seconds')}"
    names = ", ".join(one.source_id for one in troubles[:3]) + (", …" if len(troubles) > 3 else "")
    return _queue(watch, store, issue, f"{watch.name}: in trouble: {names}", text, moment)


def weekly_note(watch: Watch, store: Store, moment: datetime) -> bool:
    """Queue this week's note; once a week, however often it is called."""
    if not watch.settings.admin_email:
        return False
    year, week, _ = moment.astimezone(PARIS).isocalendar()
    text = weekly_text(watch, store, moment)
    return _queue(watch, store, f"week-{year}-{week:02d}", f"{watch.name}: week {week}", text, moment)


def weekly_text(watch: Watch, store: Store, moment: datetime) -> str:
    """The week: sources in trouble, deliveries that failed or wait, and the items about which the classifier is in doubt."""
    from watchbot.app.health import source_health

    healths = source_health(watch, store, moment)
    bad = [one for one in healths if one.state in {HealthState.FAILING, HealthState.DISABLED, HealthState.SUSPECT}]
    counts = store.outbox.counts(since=moment - WEEK)
    failed = store.outbox.deliveries(state=DeliveryState.FAILED, since=moment - WEEK, limit=MANY)
    # Without addresses: a letter may be passed on.
    refusals = Counter(f"{one.issue} ({one.channel}): {one.error}" for one in failed)
    items = store.items.select(seen_since=moment - WEEK, limit=None)
    verdicts = store.tags.verdicts([item.id for item in items])
    doubtful = [item for item in items if item.id in verdicts and verdicts[item.id].maybe]
    parts = [
        f"{len(healths)} sources, {len(bad)} in trouble; {len(items)} items this week, {len(doubtful)} in doubt.",
        _list("Sources in trouble:", [f"{one.source_id}: {one.state.value}: {one.message}" for one in bad]),
        (
            f"Messages: {counts['sent']} sent, {counts['failed']} failed, {counts['suppressed']} called off,"
            f" {counts['queued'] + counts['sending']} waiting."
        ),
        _list(
            "Deliveries that failed:",
            [f"{count} × {refusal}" if count > 1 else refusal for refusal, count in refusals.most_common(LISTED)],
        ),
        _list(
            "In doubt (watchbot correct ID --topics … or --off-topic):",
            [f"{item.id} {item.title}" for item in doubtful[:DOUBTS]],
        ),
    ]
    return "\n\n".join(part for part in parts if part)


def _list(title: str, lines: Sequence[str]) -> str:
    return "\n".join([title, *(f"- {' '.join(line.split())[:200]}" for line in lines)]) if lines else ""


def _queue(watch: Watch, store: Store, issue: str, subject: str, text: str, moment: datetime) -> bool:
    address = watch.settings.admin_email or ""
    return queue_letter(
        store, kind=KIND, issue=issue, subscriber=ADMIN, address=address, subject=subject, text=text, at=moment
    )
