"""Why a reader receives a message, and why a story stands in it, in French."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from watchbot.digest.entries import short_region
from watchbot.digest.french import capital, days_left, joined, typeset
from watchbot.digest.model import Story
from watchbot.model import Subscriber


def why_received(reason: str, reader: Subscriber, names: Mapping[str, str]) -> str:
    """Why a reader receives a message: the reason, then what he chose; `names` are those of topics."""
    chosen = [f"« {names[topic]} »" for topic in reader.topics if topic in names]
    parts = [reason]
    if chosen:
        parts.append(f"{'vos thèmes sont' if len(chosen) > 1 else 'votre thème est'} {joined(chosen)}")
    if reader.regions:
        regions = joined([short_region(region) for region in reader.regions])
        parts.append(f"{'vos régions sont' if len(reader.regions) > 1 else 'votre région est'} {regions}")
    return typeset(f"Vous recevez ce message parce que {' ; '.join(parts)}.")


def why_told(story: Story, followed: Sequence[str], names: Mapping[str, str], today: date, *, at_home: bool) -> str:
    """Why a story is in a digest, in one line; empty when the heading above it says as much.

    Args:
        story: the story.
        followed: those of its topics that the reader follows, best first: it stands under the first of them.
        names: the names of topics.
        today: the day in France.
        at_home: whether it is of a region of the reader's.
    """
    reasons = [f"« {names[topic]} »" for topic in followed]
    if at_home:
        reasons.append(f"la région {short_region(story.item.region or '')}")
    parts = [f"parce que vous suivez {joined(reasons)}"] if at_home or len(followed) > 1 else []
    if story.due is not None and story.due >= today:
        parts.append(f"échéance {days_left(story.due, today)}")
    return typeset(capital(" ; ".join(parts)))
