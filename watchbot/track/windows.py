"""A long edited passage as several short ones, each around a difference."""

from __future__ import annotations

from collections.abc import Iterator

from watchbot.model import Edit
from watchbot.track.words import Run, word_runs

_CONTEXT = 160
_MAX_SIDE = 3_000


def windows(edit: Edit, limit: int = 1_500) -> Iterator[Edit]:
    """Cut an edit of more than `limit` characters into edits around each cluster of differences, with some words about them."""
    if max(len(edit.before), len(edit.after)) <= limit or not edit.before or not edit.after:
        yield edit
        return
    cluster: list[Run] = []
    for run in word_runs(edit.before, edit.after):
        if run.op == "same" and len(run.after) > 2 * _CONTEXT:
            if any(part.op != "same" for part in cluster):
                yield _window(edit, [*cluster, Run("same", _head(run.before), _head(run.after))])
            cluster = [Run("same", _tail(run.before), _tail(run.after))]
        else:
            cluster.append(run)
    if any(part.op != "same" for part in cluster):
        yield _window(edit, cluster)


def _window(edit: Edit, runs: list[Run]) -> Edit:
    before = "".join(run.before for run in runs).strip()[:_MAX_SIDE]
    after = "".join(run.after for run in runs).strip()[:_MAX_SIDE]
    return Edit(op=edit.op, path=edit.path, before=before, after=after, label=edit.label)


def _head(text: str) -> str:
    return f"{text[:_CONTEXT].rsplit(' ', 1)[0]} …"


def _tail(text: str) -> str:
    return f"… {text[-_CONTEXT:].split(' ', 1)[-1]}"
