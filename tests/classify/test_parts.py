from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchbot.classify.clues import ClueReader
from watchbot.classify.evaluation import bins, compare, expected_calibration_error, roc_auc
from watchbot.classify.fitting import best_threshold, fit, inverse_of_positive, platt, sigmoid
from watchbot.classify.lexicon import Lexicons, fold, tokens
from watchbot.classify.ngrams import Ngrams
from watchbot.classify.text import Text, headline, is_long, passages, remainder


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ÉCO-conditionnalité", "eco-conditionnalite"),
        ("Œuvre d’animation", "oeuvre d'animation"),
        ("salarié·e", "salariee"),
    ],
)
def test_folding_undoes_accents_ligatures_and_inclusive_points(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_lexicons_find_words_phrases_and_endings() -> None:
    lexicons = Lexicons({"a": ["bilan carbone", "eco*"], "b": ["groupe electrogen*", "film"]})
    found = lexicons.found(
        tokens("L'écoconception, le bilan carbone et deux groupes ; un groupe électrogène, des films")
    )
    assert found == [{"bilan carbone", "eco"}, {"groupe electrogen"}]


def test_lexicons_do_not_match_inside_words() -> None:
    assert Lexicons({"a": ["film", "parc national"]}).found(tokens("filmer au parc nationale")) == [set()]


@given(st.text(max_size=300))
@settings(max_examples=60, deadline=None)
def test_any_text_has_clues_and_passages(text: str) -> None:
    reader = ClueReader({"x": ["eco*"], "y": ["film"]}, {"t": ["loi"]})
    clues = reader.read([Text(title=text, body=text * 3)])
    assert clues.shape == (1, reader.dimension)
    assert np.isfinite(clues).all()
    assert sum(len(p.split()) for p in passages(text)) == len(text.split())


def test_clues_tell_meeting_from_one_alone() -> None:
    reader = ClueReader({"sector": ["film"], "green": ["carbone"]}, {})
    both, one = reader.read([Text(title="film carbone"), Text(title="film bleu")])
    assert (both != one).any()
    assert reader.dimension == 4 * 2 + 1 + 2


def test_headline_takes_the_lead_of_the_body_when_there_is_no_summary() -> None:
    assert headline(Text(title="Titre", summary="Suite.")) == "Titre. Suite."
    assert headline(Text(title="Titre ?", body="mot " * 500)) == "Titre ? " + " ".join(["mot"] * 60)
    assert headline(Text(title="Titre", summary="Titre")) == "Titre"


def test_a_title_said_again_by_the_summary_is_read_once() -> None:
    again = Text(title="Un éco-bonus", summary="Un  éco-bonus – 6 novembre. La prime est versée au solde.")
    assert headline(again) == "Un éco-bonus. 6 novembre. La prime est versée au solde."
    assert headline(Text(title="Un éco-bonus", summary="Un éco-bonus")) == "Un éco-bonus"
    assert headline(Text(title="", summary="Une prime")) == "Une prime"


def test_ngrams_weigh_as_scikit_learn_does() -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = ["le cinema vert et le carbone", "le bilan carbone du cinema", "une loi pour le cinema vert"]
    ours = Ngrams.fit(texts, words_in=1, characters_in=99)
    theirs = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"\b\w\w+\b")
    expected = theirs.fit_transform(texts).toarray()
    order = [list(theirs.get_feature_names_out()).index(word) for word in ours.words]
    assert np.allclose(ours.matrix(texts).toarray(), expected[:, order], atol=1e-6)


def test_left_out_values_are_those_of_training_without_the_fold() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(40, 5))
    kernel = x @ x.T
    labels = np.column_stack([x[:, 0] > -0.5, (x[:, 1] > 0) & (x[:, 0] > -0.5)]).astype(np.int8)
    folds = np.arange(40) % 4
    whole = fit(kernel, labels, folds, np.ones(40))
    kept = np.flatnonzero(folds != 2)
    part = fit(kernel[np.ix_(kept, kept)], labels[kept], folds[kept], np.ones(len(kept)))
    held = np.flatnonzero(folds == 2)
    # The bias is the mean over all examples in one, over the kept in the other: compare without it.
    by_hand = kernel[np.ix_(held, kept)] @ np.linalg.solve(
        kernel[np.ix_(kept, kept)] + 0.3 * np.eye(len(kept)), 2.0 * labels[kept, 0] - 1 - whole.bias[0]
    )
    assert np.allclose(whole.left_out[held, 0], by_hand + whole.bias[0], atol=1e-8)
    assert part.alpha.shape == (30, 2)


def test_platt_recovers_the_sigmoid_that_made_the_labels() -> None:
    rng = np.random.default_rng(1)
    values = rng.normal(size=4000)
    truth = (rng.random(4000) < sigmoid(3 * values - 1)).astype(np.int8)
    slope, offset = platt(values, truth)
    assert slope == pytest.approx(3, abs=0.3)
    assert offset == pytest.approx(-1, abs=0.2)


def test_platt_of_one_class_is_sure_but_finite() -> None:
    assert platt(np.zeros(3), np.zeros(3, np.int8)) == (1.0, -3.0)
    assert platt(np.zeros(3), np.ones(3, np.int8)) == (1.0, 3.0)


def test_the_threshold_is_high_on_a_plateau() -> None:
    scores = np.array([0.1] * 50 + [0.9] * 50)
    assert 0.7 < best_threshold(scores, np.array([0] * 50 + [1] * 50, np.int8)) <= 0.9
    assert best_threshold(scores, np.zeros(100, np.int8)) == 0.5


@given(st.lists(st.tuples(st.sampled_from([0.0, 0.2, 0.5, 0.9]), st.booleans()), min_size=4, max_size=40))
@settings(max_examples=50, deadline=None)
def test_roc_auc_is_that_of_scikit_learn(pairs: list[tuple[float, bool]]) -> None:
    from sklearn.metrics import roc_auc_score

    scores, truth = np.array([p[0] for p in pairs]), np.array([p[1] for p in pairs], np.int8)
    if truth.min() == truth.max():
        assert np.isnan(roc_auc(scores, truth))
    else:
        assert roc_auc(scores, truth) == pytest.approx(roc_auc_score(truth, scores))


def test_calibration_error_is_the_weighted_distance() -> None:
    found = bins(np.array([0.05, 0.05, 0.95, 1.0]), np.array([0, 1, 1, 1], np.int8))
    assert expected_calibration_error(found) == pytest.approx(0.5 * 0.45 + 0.5 * 0.025)
    assert expected_calibration_error(()) == 0.0


def test_the_report_counts_micro_over_all_and_macro_over_topics_present() -> None:
    truth = np.array([[1, 1, 0, 0], [1, 0, 1, 0], [0, 0, 0, 0]], np.int8)
    chosen = np.array([[1, 1, 1, 0], [1, 0, 0, 0], [0, 0, 0, 0]], bool)
    report = compare(chosen.astype(float), chosen, truth, ["a", "b", "c"])
    assert report.topics["a"].f1 == 1
    assert report.topics["b"].f1 == 0
    assert report.macro_f1 == 0.5
    assert report.micro.f1 == pytest.approx(0.5)
    assert report.as_dict()["topics"]["c"]["support"] == 0


def test_a_long_summary_is_read_on_and_not_cut() -> None:
    text = Text(title="Titre", summary="un mot " * 100 + "fin.")
    assert len(headline(text)) <= 360
    assert is_long(text)
    assert (headline(text) + " " + remainder(text)).split() == f"Titre. {text.summary}".split()


def test_a_short_body_joins_the_headline_where_it_says_more() -> None:
    short = Text(title="Titre", summary="court", body="corps")
    assert headline(short) == "Titre. court. corps"
    assert remainder(short) == ""
    assert not is_long(short)
    begun = Text(title="Titre", summary="Le conseil vote […]", body="Le conseil vote un bilan carbone.")
    assert headline(begun) == "Titre. Le conseil vote un bilan carbone."
    for again in ("Le conseil vote", "LE CONSEIL  a voté, titre."):
        same = Text(title="Titre", summary="Le conseil a voté.", body=again)
        assert headline(same) == "Titre. Le conseil a voté."
    assert not is_long(Text(title="Titre", summary="Le conseil a voté.", body="Le conseil a voté."))


def test_a_body_without_room_in_the_headline_is_read_as_passages() -> None:
    text = Text(title="Titre", summary="Un mot. " * 30, body="Un bilan carbone est dû par chacun. " * 6)
    assert "bilan" not in headline(text)
    assert is_long(text)
    assert not is_long(Text(title="Titre", summary="Un mot. " * 30, body="Un mot, " * 30))
    assert is_long(Text(title="Titre", body="un mot " * 30 + "et un bilan"))


def test_the_inverse_by_cholesky_is_the_inverse() -> None:
    values = np.random.default_rng(0).normal(size=(40, 12))
    matrix = values @ values.T + 0.3 * np.eye(40)
    inverse = inverse_of_positive(matrix)
    assert np.allclose(inverse, np.linalg.inv(matrix), atol=1e-10)
    assert np.array_equal(inverse, inverse.T)
    with pytest.raises(np.linalg.LinAlgError):
        inverse_of_positive(matrix - 5 * np.eye(40))
