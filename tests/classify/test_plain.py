"""Raw and shouted texts are judged as if they were clean."""

from __future__ import annotations

import re
from pathlib import Path
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchbot.classify.capitals import recased
from watchbot.classify.classifier import Classifier
from watchbot.classify.examples import json_lines
from watchbot.classify.plain import plain
from watchbot.classify.text import BODY_CHARACTERS, Text, headline

EXAMPLES = Path(__file__).parent.parent.parent / "classifiers" / "examples.jsonl"


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("<p>Un <b>éco</b>-bonus&nbsp;: R&amp;D</p>", "Un éco-bonus\u00a0: R&D"),
        ("<p>Une ligne</p><p>une autre</p>", "Une ligne\n\nune autre"),
        ("&lt;p&gt;Deux fois <br/>échappé&lt;/p&gt;", "Deux fois \néchappé"),
        ("<script>var bilan = 1 < 2;</script>Rien<!-- carbone --> ici", "Rien\n ici"),
        ("<STYLE>a{}</style>İci", "İci"),
        ("éco\u00adpro\u200bduc\u2060tion\ufeff", "écoproduction"),
        ("e\u0301co, \U0001d5ff\U0001d600e, \ufb01lm", "éco, rse, film"),
        ("🎬🌱 Tournage vert ♻️ ★", "Tournage vert"),
        ("a < b et c > d <3 ; ?a=1&copy=2 ; R&D", "a < b et c > d <3 ; ?a=1&copy=2 ; R&D"),
        ("35 €, n° 5, 20 °C, 1 m², © CNC ®", "35 €, n° 5, 20 °C, 1 m², © CNC ®"),
        ("<script>sans fin", "sans fin"),
    ],
)
def test_raw_text_becomes_plain(raw: str, clean: str) -> None:
    assert re.sub(r" +", " ", plain(raw)) == clean


@settings(max_examples=60)
@given(st.text(alphabet="<>&;/!- aéscriptb#1\u00ad🎬\n", max_size=200))
def test_any_text_can_be_cleaned(raw: str) -> None:
    cleaned = plain(raw)
    assert not set(cleaned) & set("\u00ad🎬")


@pytest.mark.parametrize("piece", ["<script>", "<!--", "<a ", "&a", "<svg><"])
def test_hostile_markup_takes_linear_time(piece: str) -> None:
    raw = piece * (BODY_CHARACTERS // len(piece))
    began = perf_counter()
    plain(raw)
    assert perf_counter() - began < 1


def test_examples_are_read_as_they_were_written() -> None:
    for _, row in json_lines(EXAMPLES):
        text = Text(title=row["title"].strip(), summary=row["summary"].strip())
        assert text.title == row["title"].strip()
        assert text.summary == row["summary"].strip()


def test_raw_texts_are_judged_as_clean_ones(shipped: Classifier) -> None:
    title, summary = "Le C2I, mode d'emploi", "La déclaration d'émissions des productions devient obligatoire."
    clean = Text(title=title, summary=summary)
    raw = Text(
        title="🎬 " + title.replace("emploi", "em\u00adploi"),
        summary=f'<p class="carbone label">{summary.replace("É", "&Eacute;").replace("ç", "&ccedil;")}</p>',
    )
    assert headline(raw) == headline(clean)
    assert shipped.tag([raw]) == shipped.tag([clean])


@pytest.mark.parametrize(
    ("shouted", "said"),
    [
        (
            "LE CNC CONDITIONNE SES AIDES À L'ADEME : L’AFNOR PUBLIE LA SPEC 2308 AU 1ER MARS",
            "Le CNC conditionne ses aides à l'ADEME : l’AFNOR publie la spec 2308 au 1er mars",
        ),
        ("RADI-RAF 2026. « FORMATION RNCP ET VHSS »", "RADI-RAF 2026. « Formation RNCP et VHSS »"),
        ("MOINS DE CO2 : LA CSRD EN 4K", "Moins de CO2 : la CSRD en 4K"),
        ("CSRD, VSME, ESRS", "CSRD, VSME, ESRS"),
        ("NOR : TRAD2628770A", "NOR : TRAD2628770A"),
        ("RNCP37700 – Photographe", "RNCP37700 – Photographe"),
        ("La CPNEF vote la création d'un CQP", "La CPNEF vote la création d'un CQP"),
        ("", ""),
    ],
)
def test_capitals_become_a_sentence(shouted: str, said: str) -> None:
    assert recased(shouted) == said


def test_a_shouted_title_is_judged_as_a_quiet_one(shipped: Classifier) -> None:
    title = "Cars-régie : la réalisation à distance réduit l'empreinte carbone des captations"
    quiet, loud = shipped.tag([Text(title=title), Text(title=title.upper())])
    assert quiet.relevant
    assert loud.relevance == pytest.approx(quiet.relevance, abs=0.02)
    assert loud.topics == quiet.topics
