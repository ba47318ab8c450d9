"""Why an item has a topic, or is off topic: one French sentence, the passage that weighed most, the nearest labelled examples."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from watchbot.classify.examples import example_hash, read_examples
from watchbot.classify.text import HEADLINE_CHARACTERS, Text, headline, lead, sentences
from watchbot.errors import UsageError

if TYPE_CHECKING:
    from watchbot.classify.classifier import Classifier
    from watchbot.classify.head import Features
    from watchbot.model import Example, Verdict

NEIGHBOURS = 2
NOTHING = "Rien à juger\u00a0: ni titre ni texte."
# Passages compared: the title, the sentences of the summary, the telling passages of the body.
MOST_PASSAGES = 12
QUOTE = 200
# Of a sentence that never ends, where the excerpt may begin.
LONGEST = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A labelled example near the item. `similarity` is the cosine by the first encoder, in [-1, 1]."""

    title: str
    topics: tuple[str, ...]
    similarity: float
    author: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why one topic (or `relevance`) got its score. `given` says whether it was given; `passage` is quoted from the item."""

    topic: str
    name: str
    score: float
    threshold: float
    given: bool
    passage: str
    words: tuple[str, ...]
    neighbours: tuple[Neighbour, ...]
    sentence: str


def explain(
    classifier: Classifier, text: Text, topic: str | None = None, verdict: Verdict | None = None
) -> Explanation:
    """Explain a topic of a text; without one, its main topic, or why it is off topic. `verdict` spares tagging it again.

    Raises:
        UsageError: the classifier has no such topic.
    """
    from watchbot.config.problems import nearest

    verdict = verdict or classifier.tag([text])[0]
    topic = topic or (verdict.topics[0] if verdict.topics else "relevance")
    if topic not in {"relevance", *classifier.topics}:
        message = f'no topic "{topic}"{nearest(topic, ["relevance", *classifier.topics])}'
        raise UsageError(message)
    score = verdict.relevance if topic == "relevance" else verdict.scores[topic]
    given = verdict.relevant if topic == "relevance" else topic in verdict.topics
    name = "pertinence" if topic == "relevance" else classifier.topic_names[topic]
    column = 0 if topic == "relevance" else 1 + classifier.topics.index(topic)
    passage = _excerpt(classifier, _heaviest(classifier, text, column, sign=1 if given else -1), topic)
    words = () if topic == "relevance" else tuple(sorted(classifier.keywords(passage, topic)))
    empty = not any(map(str.isalnum, headline(text)))
    neighbours = () if empty else _neighbours(classifier, text, column, given=given)
    return Explanation(
        topic=topic,
        name=name,
        score=score,
        threshold=classifier.head.notes.thresholds[topic],
        given=given,
        passage=passage,
        words=words,
        neighbours=neighbours,
        sentence=NOTHING if empty else _sentence(topic, name, score, passage, neighbours, given=given),
    )


def explain_all(classifier: Classifier, text: Text) -> list[Explanation]:
    """One explanation for each topic that the text was given, best first; why it is off topic when it has none."""
    verdict = classifier.tag([text])[0]
    return [explain(classifier, text, topic, verdict) for topic in verdict.topics or ("relevance",)]


# ------------------------------------------------------------------------------------------------ inside


def _heaviest(classifier: Classifier, text: Text, column: int, sign: int) -> str:
    """The sentence without which the decision value would fall most (rise most, for a topic not given).

    Looked for where the score comes from: in the best passage of the body if that beats the headline, else in the headline.
    """
    if sign > 0 and (extracts := classifier.telling_passages(text)):
        found = classifier.passage_scores(extracts, [0] * len(extracts), "auto")[:, column]
        best = extracts[int(found.argmax())]
        if found.max() > classifier.headline_scores([text], "auto")[0, column]:
            return _heaviest_part(classifier, best.title, sentences(best.summary), column, sign)
    return _heaviest_part(classifier, "", _headline_parts(text), column, sign)


def _headline_parts(text: Text) -> list[str]:
    """The title and the sentences that the headline reads, the last one whole."""
    parts, read = [text.title], len(text.title)
    for sentence in sentences(lead(text) if text.summary.strip() else text.body[: 4 * HEADLINE_CHARACTERS]):
        if read >= HEADLINE_CHARACTERS:
            break
        parts.append(sentence)
        read += len(sentence) + 1
    return parts


def _heaviest_part(classifier: Classifier, title: str, parts: Sequence[str], column: int, sign: int) -> str:
    """The one of these parts that weighs most behind a title."""
    parts = list(dict.fromkeys(part for part in parts if part.strip()))[:MOST_PASSAGES]
    if len(parts) <= 1:
        return parts[0] if parts else ""
    without = [" ".join(other for other in parts if other is not part) for part in parts]
    lines = [Text(title=title, summary=one) for one in (" ".join(parts), *without)]
    values = _decisions(classifier, classifier.features(lines, _encoders(classifier)))[:, column]
    return parts[int(np.argmax(sign * (values[0] - values[1:])))]


def _encoders(classifier: Classifier) -> tuple[str, ...]:
    return classifier.head.tiers["fast"].encoders


def _decisions(classifier: Classifier, features: Features) -> Any:
    return classifier.head.tiers["fast"].decide(features, classifier.head.memory)


def _neighbours(classifier: Classifier, text: Text, column: int, *, given: bool) -> tuple[Neighbour, ...]:
    """The nearest labelled examples that bear the label, or for one that was not given, that bear it not."""
    from watchbot.classify.head import dequantised

    memory = classifier.head.memory
    encoder = classifier.head.notes.encoders[0]
    near = dequantised(memory.vectors[encoder]) @ classifier.vectors(encoder, [headline(text)])[0]
    near[memory.labels[:, column] != int(given)] = -2.0
    known = _examples(classifier)
    found = []
    for place in np.argsort(-near, kind="stable"):
        example = known.get(memory.hashes[int(place)])
        if example is None or near[place] < -1.5:
            continue
        similarity = round(float(near[place]), 3)
        found.append(
            Neighbour(title=example.title, topics=example.topics, similarity=similarity, author=example.author)
        )
        if len(found) == NEIGHBOURS:
            break
    return tuple(found)


def _examples(classifier: Classifier) -> Mapping[str, Example]:
    if classifier.examples_by_hash is None:
        examples = read_examples(classifier.folder, classifier.topics)
        classifier.examples_by_hash = {example_hash(example): example for example in examples}
    return classifier.examples_by_hash


def _sentence(
    topic: str, name: str, score: float, passage: str, neighbours: Sequence[Neighbour], *, given: bool
) -> str:
    percent = f"{round(100 * score)}\u00a0%"
    if topic == "relevance":
        verdict = f"Retenu ({percent})" if given else f"Jugé hors sujet (pertinence estimée à {percent})"
    else:
        label = f"«\u00a0{name}\u00a0»"
        verdict = f"Classé {label} ({percent})" if given else f"Pas classé {label} ({percent})"
    because = f", surtout pour ce passage\u00a0: «\u00a0{_quotable(passage)}\u00a0»" if passage else ""
    if not neighbours:
        return f"{verdict}{because}."
    quoted = " et ".join(f"«\u00a0{_short(one.title)}\u00a0»" for one in neighbours)
    many = "des exemples" if len(neighbours) > 1 else "de l’exemple"
    return f"{verdict}{because}\u00a0; proche {many} {quoted}."


def _excerpt(classifier: Classifier, passage: str, topic: str) -> str:
    """A passage of at most `QUOTE` characters; of a longer one, the run of words that holds most of the topic's and the watch's."""
    if len(passage) <= QUOTE:
        return passage
    starts = [0, *(match.end() for match in re.finditer(r"\s", passage[:LONGEST]))]
    runs = [_run(passage, start) for start in starts]
    told = [(len(classifier.keywords(run, topic)), classifier.strength(run)) for run in runs]
    best = [start for start, found in zip(starts, told, strict=True) if found == max(told)]
    # Of equals the beginning, or the one with as many words before as behind.
    start = 0 if best[0] == 0 else best[len(best) // 2]
    before, behind = "…\u00a0" if start else "", "…" if start + QUOTE < len(passage) else ""
    return before + _run(passage, start) + behind


def _run(text: str, start: int) -> str:
    run = text[start : start + QUOTE]
    if start + QUOTE < len(text) and " " in run:
        run = run.rsplit(" ", 1)[0]
    return run.rstrip(" ,;:")


def _quotable(text: str) -> str:
    """The text within quotation marks: those inside it are the curly ones."""
    return re.sub(r"«\s*", "“", re.sub(r"\s*»", "”", " ".join(text.split()).rstrip(" .")))


def _short(text: str) -> str:
    text = _quotable(text)
    return text if len(text) <= QUOTE else _run(text, 0) + "…"
