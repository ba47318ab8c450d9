"""Changes as HTML, text and Telegram messages: golden files, accessibility, escaping, limits."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchbot.model import Change, Edit, Significance
from watchbot.track.render import TELEGRAM_LIMIT, html_of_change, html_of_words, telegram_of_change, text_of_change
from watchbot.track.render_text import event_name, marked_words, operation_name

GOLDEN = Path(__file__).parent / "golden"
EDITS = (
    Edit(
        op="edited",
        path=("Label Ecoprod", "Le score"),
        before="Un score supérieur à 65 % est exigé.",
        after="Un score supérieur à 70 % est exigé.",
        label="passage",
    ),
    Edit(
        op="added",
        path=("Label Ecoprod", "Critères impératifs"),
        after="Alimenter le plateau par le réseau.",
        label="critère",
    ),
    Edit(
        op="removed",
        path=("Label Ecoprod", "Recours"),
        before="Recours\nUn recours est ouvert sous un mois.",
        label="section",
    ),
    Edit(
        op="renamed",
        path=("Label Ecoprod",),
        before="Critères obligatoires",
        after="Critères impératifs",
        label="section",
    ),
    Edit(
        op="moved",
        path=("Label Ecoprod", "Annexe"),
        before="Label Ecoprod › Contacts",
        after="Contacts\nÉcrire à la commission.",
        label="section",
    ),
    Edit(
        op="edited",
        path=("Label Ecoprod", "Calculateurs", "Carbon’Clap"),
        before="2",
        after="3",
        label="colonne Niveau",
    ),
    Edit(
        op="edited",
        path=("Label Ecoprod",),
        before='Le "dossier" complet <est> déposé & signé',
        after='Le "dossier" est déposé & signé par le producteur',
        label="article 122-38",
    ),
)
CHANGE = Change(
    id="0123456789abcdef",
    source_id="label",
    key="https://www.ecoprod.com/label",
    title="Label Ecoprod",
    url='https://www.ecoprod.com/label?a=1&b="2"',
    event="edited",
    detected_at=datetime(2026, 11, 23, 7, 30, tzinfo=UTC),
    significance=Significance.SUBSTANTIVE,
    reasons=("seuil 65\u00a0% → 70\u00a0%", "critère ajouté\u00a0: «\u00a0Alimenter le plateau par le réseau.\u00a0»"),
    edits=EDITS,
    due=date(2027, 3, 1),
)


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("change.html", html_of_change(CHANGE)),
        ("change.txt", text_of_change(CHANGE)),
        ("change.telegram.html", telegram_of_change(CHANGE)),
    ],
)
def test_golden(name: str, made: str) -> None:
    file = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(made, encoding="utf-8")
    assert made == file.read_text(encoding="utf-8")


class Tags(HTMLParser):
    """Checks that tags are balanced, and gathers them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        if tag not in {"br", "meta"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_html_does_not_speak_by_colour_alone() -> None:
    made = html_of_words("Un score de 65 % est exigé.", "Un score de 70 % exigé au dépôt.")
    removed = re.findall(r"<del[^>]*>(.*?)</del>", made)
    added = re.findall(r"<ins[^>]*>(.*?)</ins>", made)
    assert removed
    assert added
    assert all("supprimé\u00a0:" in words for words in removed)
    assert all("ajouté\u00a0:" in words for words in added)
    assert "text-decoration:line-through" in made
    assert "text-decoration:underline" in made
    assert "→" in made
    assert "[+] " in html_of_words("a b", "a b c d e f g")
    assert "[−] " in html_of_words("a b c d e f g", "a b")


def test_spaces_and_quotes_are_french() -> None:
    made = html_of_words("Le seuil : 28 000 €", 'Le "seuil" : 30 000 €')
    assert "28\u00a0000\u00a0€" in made.replace('<span style="', "") or "28\u00a0000" in made
    assert "«\u00a0seuil\u00a0»" in made


HOSTILE = st.text("<>&\"'/a é\n\u202eé[]{}|", max_size=60)


@given(HOSTILE, HOSTILE, HOSTILE)
@settings(max_examples=100, deadline=None)
def test_nothing_gets_through_unescaped(title: str, before: str, after: str) -> None:
    edit = Edit(op="edited", path=(title,), before=before, after=after, label="passage")
    change = replace(
        CHANGE,
        title=title or "x",
        url="javascript:alert(1)",
        reasons=(after,),
        edits=(edit, replace(edit, op="moved"), replace(edit, op="removed", after="")),
    )
    for made in (html_of_change(change), telegram_of_change(change)):
        tags = Tags(made)
        assert tags.seen <= {
            "section",
            "h3",
            "p",
            "strong",
            "time",
            "ul",
            "ol",
            "li",
            "div",
            "span",
            "del",
            "ins",
            "b",
            "i",
            "s",
            "u",
            "a",
            "br",
        }
        assert "href" not in made or "javascript" not in made
    text_of_change(change)


def test_telegram_messages_fit_and_say_what_is_left_out() -> None:
    long = Edit(
        op="edited", path=("Section " * 20,), before="mot 😀 " * 200, after="mot 😀 " * 190 + "fin", label="passage"
    )
    for count in (1, 2, 30, 400):
        change = replace(CHANGE, reasons=("raison " * 80,) * 12, edits=(long,) * count)
        made = telegram_of_change(change)
        assert len(made.encode("utf-16-le")) // 2 <= TELEGRAM_LIMIT
        assert Tags(made).seen <= {"b", "i", "u", "s", "a"}
    assert telegram_of_change(change).endswith("autres passages modifiés")
    endings = {
        telegram_of_change(replace(CHANGE, edits=EDITS[:2]), limit=limit).rsplit("\n", 1)[-1]
        for limit in range(200, 600, 10)
    }
    assert "… et 1 autre passage modifié" in endings
    assert "… et 2 autres passages modifiés" in endings


def test_many_edits_are_counted() -> None:
    change = replace(CHANGE, edits=EDITS * 20)
    assert "… et 90 autres passages modifiés" in text_of_change(change)
    assert "… et 90 autres passages modifiés" in html_of_change(change)
    assert html_of_change(change, heading=2).count("<h2>") == 1


def test_words_are_marked_in_text() -> None:
    assert marked_words("un score de 65 %", "un score de 70 %") == "un score de [−65−]\u00a0{+70+}\u00a0%"
    assert marked_words("un score", "un score de 70 %") == "un score {+de 70\u00a0%+}"


def test_names_of_events_and_operations() -> None:
    assert event_name(CHANGE) == "Document modifié"
    assert event_name(replace(CHANGE, key="RS6456")) == "Fiche modifiée"
    assert event_name(replace(CHANGE, event="expiring")) == "Enregistrement bientôt expiré"
    assert event_name(replace(CHANGE, event="autre")) == "Modification"
    assert [operation_name(edit) for edit in EDITS] == [
        "Passage modifié", "Critère ajouté", "Section supprimée", "Section renommée", "Section déplacée", "Colonne Niveau modifiée", "Article 122-38 modifié",
    ]  # fmt: skip
