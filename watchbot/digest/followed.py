"""What is new of what a reader follows, as it stands in a digest or in a message of its own. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from watchbot.digest.entries import change_entry, due_line, entry_of
from watchbot.digest.french import capital, clean, full_date, joined, typeset
from watchbot.digest.lead import reading_line, with_preheader, word_count
from watchbot.digest.model import Digest, DueLine, FollowedGroup, Story
from watchbot.model import Change, Deadline, Followed

TITLE = "Vos suivis"
# So many stories of one follow are shown; the rest is counted.
MAX_STORIES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What is new of one thing that is followed: reminders and moved dates, changes, stories; `url` shows all of it."""

    followed: Followed
    url: str = ""
    deadlines: tuple[Deadline, ...] = ()
    changes: tuple[Change, ...] = ()
    stories: tuple[Story, ...] = ()


def groups_of(
    news: Sequence[News], topics: Mapping[str, str], publishers: Mapping[str, str], today: date
) -> tuple[FollowedGroup, ...]:
    """The groups to show, one for each follow that has news; what several follows brought stands under the first of them.

    Args:
        news: what is new, in the order to show it.
        topics: names of topics by id.
        publishers: the publisher of each source id.
        today: the day in France.
    """
    shown: set[str] = set()
    groups = []
    for one in news:
        stories = [story for story in one.stories if not _seen(_story_ids(story), shown)]
        changes = [change for change in one.changes if not _seen([change.id], shown)]
        deadlines = [due for due in one.deadlines if not _seen([due.uid], shown)]
        if not (stories or changes or deadlines):
            continue
        told = [number for story in stories for number in _story_ids(story)] + [change.id for change in changes]
        groups.append(
            FollowedGroup(
                id=one.followed.id,
                label=typeset(one.followed.label),
                url=one.url,
                deadlines=tuple(_reminder(due, publishers, today) for due in deadlines),
                changes=tuple(change_entry(change, publishers) for change in changes),
                entries=tuple(entry_of(story, topics) for story in stories[:MAX_STORIES]),
                more=max(0, len(stories) - MAX_STORIES),
                ids=tuple(dict.fromkeys(told)),
            )
        )
    return tuple(groups)


def followed_digest(
    groups: tuple[FollowedGroup, ...], *, edition: str, issue: str, watch: str, now: datetime
) -> Digest:
    """A message of its own for what is new: the same shape as an issue, so that the same templates render it."""
    labels = [clean(group.label, 60) for group in groups]
    digest = Digest(
        edition=edition,
        issue=issue,
        title=TITLE,
        watch=watch,
        period=capital(full_date(now)),
        date=now,
        preheader="",
        reading="",
        why=typeset(
            f"Vous recevez ce message parce que vous suivez {joined(labels[:5])}{' …' if len(labels) > 5 else ''}."
        ),
        followed=groups,
        order=("suivis",),
    )
    return with_preheader(replace(digest, reading=reading_line(digest, _words)))


def _reminder(deadline: Deadline, publishers: Mapping[str, str], today: date) -> DueLine:
    return due_line(deadline, publishers, today)


def _words(entry: object) -> int:
    return word_count(f"{getattr(entry, 'title', '')} {getattr(entry, 'summary', '')}")


def _story_ids(story: Story) -> list[str]:
    return [one for one in (story.item.id, story.item.cluster, *story.members) if one]


def _seen(ids: Sequence[str], shown: set[str]) -> bool:
    """Whether one of these was shown already; if not, it is from now on."""
    if any(one in shown for one in ids):
        return True
    shown.update(ids)
    return False
