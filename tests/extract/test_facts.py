"""Facts: their place in the text, their canonical values, and what hostile text does to them."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.extract.labelled import LABELLED_WORDS
from watchbot.extract.facts import extract_facts
from watchbot.model import Fact, FactKind

REFERENCE = date(2026, 11, 16)


def only(text: str, kind: FactKind, reference: date | None = REFERENCE) -> Fact:
    (fact,) = [fact for fact in extract_facts(text, reference) if fact.kind is kind]
    return fact


# ------------------------------------------------------------------------------------------------ place


def test_quotes_are_the_characters_of_the_text() -> None:
    text = (
        "Les aides évoluent.\n\n"
        "Dépôt avant le 1er\u00a0mars 2027\u00a0; plafond\u00a0: 28\u202f000\u00a0€ (RS6456). "
        "De\u0301po\u0302t des bi\u00adlans\u00a0: 15\u2007000 euros, d’ici le 31/12/2027."
    )
    facts = extract_facts(text, REFERENCE)
    assert [fact.value for fact in facts] == ["2027-03-01", "28000", "RS6456", "15000", "2027-12-31"]
    for fact in facts:
        assert text[fact.start : fact.end] == fact.quote
        assert fact.quote in text
        assert 0 <= fact.confidence <= 1
    assert facts[1].quote == "28\u202f000\u00a0€"


def test_facts_come_in_the_order_of_the_text_and_know_their_sentence() -> None:
    facts = extract_facts("Un prix de 500 €. Le dossier doit être remis le 3 mars 2027.\nDéposer avant le 4 mai 2027.")
    assert [fact.start for fact in facts] == sorted(fact.start for fact in facts)
    assert facts[0].sentence == "Un prix de 500 €."
    assert facts[-1].sentence == "Déposer avant le 4 mai 2027."


def test_what_a_reference_holds_is_no_fact_of_its_own() -> None:
    text = "Le décret n° 2025-500 du 3 mai 2025 et l’article L. 6113-5 du code du travail s’appliquent."
    assert [fact.kind for fact in extract_facts(text)] == [FactKind.LEGAL_REFERENCE] * 2


def test_no_text_no_fact() -> None:
    assert extract_facts("") == ()
    assert extract_facts(" \n\t ") == ()


# ------------------------------------------------------------------------------------------------ values


@pytest.mark.parametrize(
    ("text", "value", "end_value", "unit"),
    [
        ("une aide de 28 000 €", "28000", None, "EUR"),
        ("une aide de 28\u202f000\u00a0€", "28000", None, "EUR"),
        ("une aide de 28.000 €", "28000", None, "EUR"),
        ("une aide de 28000,50 euros", "28000.5", None, "EUR"),
        ("une aide de vingt-huit mille euros", "28000", None, "EUR"),
        ("une aide de 28 k€", "28000", None, "EUR"),
        ("une enveloppe de 1,2 M€", "1200000", None, "EUR"),
        ("une enveloppe de 1,2 million d’euros", "1200000", None, "EUR"),
        ("une enveloppe de deux milliards d’euros", "2000000000", None, "EUR"),
        ("une aide de 25 000 à 100 000 €", "25000", "100000", "EUR"),
        ("entre 25 000 € et 100 000 €", "25000", "100000", "EUR"),
        ("a grant of €28,000 for the crew", "28000", None, "EUR"),
        ("a fund of £1.5m for the crew", "1500000", None, "GBP"),
        ("a fund of $2 million for the crew", "2000000", None, "USD"),
        ("une aide de quatre-vingt-dix euros", "90", None, "EUR"),
    ],
)
def test_amounts(text: str, value: str, end_value: str | None, unit: str) -> None:
    fact = only(text, FactKind.AMOUNT)
    assert (fact.value, fact.end_value, fact.unit) == (value, end_value, unit)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Dépôt avant le 15 janvier 2027.", "2027-01-15"),
        ("Dépôt avant le 15 janvier.", "2027-01-15"),
        ("DÉPÔT AVANT LE 1ER JANVIER 2027.", "2027-01-01"),
        ("Dépôt avant le 1ᵉʳ janvier 2027.", "2027-01-01"),
        ("Dépôt avant le 15/01/2027.", "2027-01-15"),
        ("Dépôt avant le 15.01.2027.", "2027-01-15"),
        ("Dépôt jusqu’à fin 2026.", "2026-12-31"),
        ("Dépôt jusqu’à fin février 2028.", "2028-02-29"),
        ("Dépôt jusqu’en décembre 2028.", "2028-12-31"),
        ("Dossier à déposer sous quinze jours.", "P15D"),
        ("Dossier à déposer dans un délai de deux mois.", "P2M"),
        ("Apply by March 3, 2027 to the fund.", "2027-03-03"),
        ("Apply before 3rd March 2027 to the fund.", "2027-03-03"),
    ],
)
def test_deadlines(text: str, value: str) -> None:
    assert only(text, FactKind.DEADLINE).value == value


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("Ouverture des inscriptions le 2 décembre 2026.", FactKind.DATE, "2026-12-02"),
        ("Session initialement prévue le 15 novembre 2026, dossiers à déposer.", FactKind.DATE, "2026-11-15"),
        ("L’accréditation délivrée le 4 mars 2025 est valable.", FactKind.DATE, "2025-03-04"),
        ("La commission examinera 21 dossiers le 9 décembre 2026.", FactKind.DATE, "2026-12-09"),
        ("La plateforme fermera le 19 février 2027.", FactKind.DEADLINE, "2027-02-19"),
        ("Les communes disposent de trois mois pour répondre.", FactKind.DEADLINE, "P3M"),
        ("L’appel court jusqu’à mi-février 2027.", FactKind.DEADLINE, "2027-02"),
        ("Le bilan doit être adressé dans les 6 mois suivant la fin du tournage.", FactKind.DEADLINE, "P6M"),
        ("The new rules apply from 1 January 2027.", FactKind.DEADLINE, "2027-01-01"),
        ("Il en coûtera quinze cents euros.", FactKind.AMOUNT, "1500"),
        ("Il suffit de valider 70 % des critères.", FactKind.THRESHOLD, "70"),
        ("La note minimale est de 12 points.", FactKind.THRESHOLD, "12"),
    ],
)
def test_mistakes_that_were_made(text: str, kind: FactKind, value: str) -> None:
    assert only(text, kind).value == value


def test_year_of_a_day_comes_from_the_reference() -> None:
    text = "Dépôt avant le 15 janvier."
    assert only(text, FactKind.DEADLINE, date(2026, 11, 16)).value == "2027-01-15"
    assert only(text, FactKind.DEADLINE, date(2026, 1, 2)).value == "2026-01-15"
    unknown = only(text, FactKind.DEADLINE, None)
    assert unknown.value == "--01-15"
    assert unknown.confidence < only(text, FactKind.DEADLINE).confidence


@pytest.mark.parametrize(
    "text", ["Dépôt avant le 31 février 2027.", "Dépôt avant le 45/13/2027.", "Le 29 février 2027."]
)
def test_days_that_the_calendar_does_not_have(text: str) -> None:
    assert not [fact for fact in extract_facts(text, REFERENCE) if len(fact.value) == 10]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Le producteur doit trier.", "doit"),
        ("Le producteur ne doit pas brûler ses décors.", "ne doit pas"),
        ("Le producteur peut louer ses décors.", "peut"),
        ("Le producteur ne peut pas cumuler les aides.", "ne peut pas"),
        ("Le tri est obligatoire.", "obligatoire"),
        ("Le tri est facultatif.", "facultatif"),
        ("Le tri est recommandé.", "recommandé"),
        ("Le brûlage est interdit.", "interdit"),
        ("Crews must sort their waste.", "doit"),
    ],
)
def test_obligations(text: str, value: str) -> None:
    assert only(text, FactKind.OBLIGATION).value == value


@pytest.mark.parametrize(
    "text",
    [
        "Appelez le 01 44 34 34 40.",
        "CNC, 291 boulevard Raspail, 75675 Paris Cedex 14",
        "Rendez-vous place du 8 Mai 1945.",
        "Diffusé à 20h50 au format 16/9, restauré en 4K.",
        "Selon l’étude, 56 % des répondants trient.",
        "https://www.exemple.fr/aides/2026-12-31/dossier-28000-euros",
        "Il viendra peut-être.",
        "SIRET : 123 456 789 00012",
    ],
)
def test_traps(text: str) -> None:
    assert extract_facts(text, REFERENCE) == ()


# ------------------------------------------------------------------------------------------------ any text


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.one_of(st.sampled_from(LABELLED_WORDS), st.text(max_size=8)), max_size=30),
    st.sampled_from([" ", "", "\n", "\u00a0"]),
)
@example(["1", "000"] * 8, " ")
@example(["jusqu’au"] * 12, " ")
@example(["99999999999999999999999999999999999999 €"], "")
@example(["deux mille mille millions d’euros"], "")
@example(["ﬁn 2026", "e\u0301\u0301\u0301", "\u00ad\u200b", "1\u00ader\u00a0mars"], " ")
@example(["0 jours avant", "sous 999 ans"], " ")
def test_any_text_gives_facts_in_their_place(words: list[str], glue: str) -> None:
    text = glue.join(words)
    facts = extract_facts(text, REFERENCE)
    for fact in facts:
        assert text[fact.start : fact.end] == fact.quote != ""
        assert fact.value
    assert [fact.start for fact in facts] == sorted(fact.start for fact in facts)
    assert extract_facts(text, REFERENCE) == facts


HOSTILE = {
    "digits": lambda n: "1" * n,
    "spaced digits": lambda n: "1 " * (n // 2),
    "thousands": lambda n: "100 000 " * (n // 8),
    "until": lambda n: "jusqu’au " * (n // 9),
    "before": lambda n: "avant le 15 janvier " * (n // 20),
    "numerals": lambda n: "vingt-" * (n // 6),
    "numerals and": lambda n: "mille et " * (n // 9),
    "articles": lambda n: "L. 1-1, " * (n // 8),
    "spaces": lambda n: " " * n,
    "dots": lambda n: "." * n,
    "no spaces": lambda n: "a" * n,
    "slashes": lambda n: "1/" * (n // 2),
    "percent": lambda n: "au moins 5 % " * (n // 13),
    "opening": lambda n: "du 1 au " * (n // 8),
    "euros": lambda n: "de 1 a 2 € " * (n // 11),
    "combining": lambda n: "e\u0301" * (n // 2),
    "mail": lambda n: "a@" * (n // 2),
    "urls": lambda n: "http://" * (n // 7),
    "must": lambda n: "ne doit pas " * (n // 12),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_takes_linear_time(name: str) -> None:
    """Eight times the text takes about eight times as long (quadratic rules would take 64), and 100 kB under seconds."""
    small, large = HOSTILE[name](12_500), HOSTILE[name](100_000)
    extract_facts(small, REFERENCE)
    short, long = _seconds(small), _seconds(large)
    assert long < max(short, 0.002) * 24
    assert long < 4


def _seconds(text: str) -> float:
    start = time.process_time()
    extract_facts(text, REFERENCE)
    return time.process_time() - start
