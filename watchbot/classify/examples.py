"""Labelled examples: reading, checking, grouping for honest folds, and folding corrections in."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from watchbot.classify.text import Text, headline, text_hash
from watchbot.errors import ConfigError
from watchbot.model import Example

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FOLDS = 10
EXAMPLES, CORRECTIONS = "examples.jsonl", "corrections.jsonl"


def example_text(example: Example) -> Text:
    """An example as the classifier reads it."""
    return Text(title=example.title, summary=example.summary, publisher=example.publisher)


def example_hash(example: Example) -> str:
    """The hash of an example's text: what identifies it, whatever its label."""
    return text_hash(headline(example_text(example)))


def json_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Number and object of each line of a JSON Lines file; blank lines are skipped.

    Raises:
        ConfigError: a line is not UTF-8, not a JSON object, or holds what is no text; the message names it.
    """
    # What is not UTF-8 comes in as lone surrogates, so that the line it stands in can be named.
    with path.open(encoding="utf-8-sig", errors="surrogateescape") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                try:
                    yield number, _json_object(line)
                except ConfigError as error:
                    message = f"{path}:{number}: {error}"
                    raise ConfigError(message) from error


def _json_object(line: str) -> dict[str, Any]:
    if not is_text(line):
        message = "not UTF-8 text; save the file as UTF-8"
        raise ConfigError(message)
    try:
        value = json.loads(line)
        # Halves of a surrogate pair can be written as escapes: no file, database or encoder takes them.
        sound = "\\u" not in line or is_text(json.dumps(value, ensure_ascii=False))
    except RecursionError as error:
        message = "lists or objects nested too deeply"
        raise ConfigError(message) from error
    except ValueError as error:
        message = f"not JSON: {error}"
        raise ConfigError(message) from error
    if not isinstance(value, dict):
        message = "a line must be an object in braces"
        raise ConfigError(message)
    if not sound:
        message = "holds half a surrogate pair (an escape between \\ud800 and \\udfff), which is no text"
        raise ConfigError(message)
    return value


def is_text(line: str) -> bool:
    """Whether a string can be written as UTF-8: it holds no lone surrogate."""
    try:
        line.encode()
    except UnicodeEncodeError:
        return False
    return True


def to_example(
    value: Mapping[str, Any], topics: Sequence[str], where: str, *, topics_may_lack: bool = False
) -> Example:
    """An example from its JSON object; other keys are ignored, a missing summary is empty.

    Args:
        value: the object.
        topics: ids of the classifier's topics.
        where: names the line in messages.
        topics_may_lack: a relevant text may have no topic: it says something of relevance, though nothing of topics.

    Raises:
        ConfigError: a field is missing, of the wrong type, or names an unknown topic; or the label is missing or half said.
    """
    title, summary = value.get("title"), value.get("summary") or ""
    if not isinstance(title, str) or not isinstance(summary, str) or not (title.strip() or summary.strip()):
        message = f'{where}: needs a "title" (and may have a "summary"), both text'
        raise ConfigError(message)
    try:
        chosen, relevant = _label(value, topics, topics_may_lack=topics_may_lack)
    except ConfigError as error:
        message = f"{where}: {error}"
        raise ConfigError(message) from error
    others = {name: str(value.get(name) or "") for name in ("publisher", "theme", "template", "author", "date")}
    return Example(
        title=title.strip(),
        summary=summary.strip(),
        topics=chosen,
        relevant=relevant,
        lang=str(value.get("lang") or "fr"),
        **others,
    )


def _label(value: Mapping[str, Any], topics: Sequence[str], *, topics_may_lack: bool) -> tuple[tuple[str, ...], bool]:
    from watchbot.config.problems import nearest

    if "topics" not in value and "relevant" not in value:
        message = 'has no label: give "topics" (a list, empty if off topic) or "relevant": false'
        raise ConfigError(message)
    chosen = value.get("topics", [])
    if not isinstance(chosen, list) or not all(isinstance(topic, str) for topic in chosen):
        message = '"topics" must be a list of topic ids'
        raise ConfigError(message)
    for topic in chosen:
        if topic not in topics:
            message = f'"{topic}" is no topic of this classifier{nearest(topic, topics)}'
            raise ConfigError(message)
    relevant = value.get("relevant", bool(chosen))
    if not isinstance(relevant, bool):
        message = '"relevant" must be true or false'
        raise ConfigError(message)
    if chosen and not relevant:
        message = "has topics but is not relevant; choose one"
        raise ConfigError(message)
    if relevant and not chosen and not topics_may_lack:
        message = "is relevant but has no topics; name them"
        raise ConfigError(message)
    return tuple(dict.fromkeys(chosen)), relevant


def read_lines(path: Path, topics: Sequence[str]) -> list[Example]:
    """Every example of a JSON Lines file."""
    return [to_example(value, topics, f"{path}:{number}") for number, value in json_lines(path)]


def read_examples(folder: Path, topics: Sequence[str]) -> list[Example]:
    """The examples of a classifier's folder with its corrections folded in: the last word on a text wins.

    Raises:
        ConfigError: a line is wrong, or there are no examples.
    """
    path = folder / EXAMPLES
    if not path.is_file():
        message = f"{path}: no such file; a classifier needs labelled examples (see classifiers/README.md)"
        raise ConfigError(message)
    found = {example_hash(example): example for example in read_lines(path, topics)}
    corrections = folder / CORRECTIONS
    if corrections.is_file():
        for example in read_lines(corrections, topics):
            key = example_hash(example)
            former = found.get(key)
            # A corrected example stays in its group, or its twin could stand on the other side of a fold.
            found[key] = _in_group(example, former) if former else example
    if not found:
        message = f"{path}: holds no example"
        raise ConfigError(message)
    return list(found.values())


def write_examples(path: Path, examples: Iterable[Example]) -> None:
    """Write examples as JSON Lines, one object a line, in the order given."""
    lines = [json.dumps({**asdict(e), "topics": list(e.topics)}, ensure_ascii=False) + "\n" for e in examples]
    path.write_text("".join(lines), encoding="utf-8")


def groups(examples: Sequence[Example]) -> list[int]:
    """A group number for each example: those that share a theme or a template, even through others, are one group."""
    parent = list(range(len(examples)))

    def root(place: int) -> int:
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    seen: dict[tuple[str, str], int] = {}
    for place, example in enumerate(examples):
        for kind, value in (("theme", example.theme), ("template", example.template), ("title", _bare(example.title))):
            if value:
                first = seen.setdefault((kind, value), place)
                parent[root(place)] = root(first)
    numbers: dict[int, int] = {}
    return [numbers.setdefault(root(place), len(numbers)) for place in range(len(examples))]


def folds(examples: Sequence[Example], count: int = FOLDS) -> NDArray[np.int64]:
    """The fold of each example: whole groups, largest first, each to the fold that is smallest then; the same every time."""
    import numpy as np

    group = groups(examples)
    sizes = Counter(group)
    load = [0] * count
    of_group: dict[int, int] = {}
    for number, size in sorted(sizes.items(), key=lambda pair: (-pair[1], pair[0])):
        fold = load.index(min(load))
        of_group[number] = fold
        load[fold] += size
    return np.array([of_group[number] for number in group], np.int64)


def _in_group(example: Example, former: Example) -> Example:
    from dataclasses import replace

    return replace(
        example, theme=former.theme, template=former.template, publisher=example.publisher or former.publisher
    )


def _bare(title: str) -> str:
    return re.sub(r"\W+", " ", title.lower()).strip()
