"""Answers in French, drawn from what is stored."""

from __future__ import annotations

from tests.search.conftest import NOW
from watchbot.app.searching import answer_question


def test_a_register_number_is_answered_by_its_record(watch, store):
    reply = answer_question(watch, store, "jusqu'à quand est valable RS6456 ?", NOW)
    assert reply.records[0].number == "RS6456"
    assert (
        "RS6456 «\u00a0Déployer une démarche\u00a0», enregistré jusqu’au 21\u00a0décembre\u00a02026 (dans 27\u00a0jours)"
        in reply.text
    )
    assert "1. RS\u00a06456" in reply.text or "1. RS 6456" in reply.text


def test_due_dates_are_listed(watch, store):
    reply = answer_question(watch, store, "aides avec échéance avant fin janvier", NOW)
    assert [one.uid for one in reply.deadlines] == ["u1"]
    assert "- 15\u00a0janvier\u00a02027 (dans 52\u00a0jours)" in reply.text
    assert not answer_question(watch, store, "échéances d'ici 10 jours", NOW).deadlines


def test_changes_are_told_when_asked_for(watch, store):
    reply = answer_question(watch, store, "qu'est-ce qui a changé dans le label ecoprod ?", NOW)
    assert [one.id for one in reply.changes] == ["c1"]
    assert (
        "23\u00a0novembre\u00a02026, Le Label Ecoprod (texte modifié, modification substantielle)\u00a0: 85 → 90 actions"
        in reply.text
    )
    assert not answer_question(watch, store, "qu'est-ce qui a changé dans le label ecoprod en 2025 ?", NOW).changes
    assert answer_question(watch, store, "quoi de neuf sur le label ecoprod ?", NOW).changes


def test_what_was_understood_and_corrected_is_said(watch, store):
    reply = answer_question(watch, store, "documentiare en région sud", NOW)
    assert reply.lines[0] == "J’ai lu «\u00a0documentaire\u00a0» pour «\u00a0documentiare\u00a0»."
    assert reply.lines[1].startswith("Compris\u00a0: Région Sud")


def test_nothing_is_made_up_where_nothing_is_found(watch, store):
    reply = answer_question(watch, store, "RNCP99999", NOW)
    assert "Aucun article ne cite RNCP99999." in reply.lines
    assert reply.lines[-1] == "Rien de tel dans la veille. Retirez un filtre ou essayez d’autres mots."
    assert answer_question(watch, store, "zzzzqq", NOW).lines == ("Rien de tel dans la veille. Essayez d’autres mots.",)
