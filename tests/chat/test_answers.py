"""Answers to what is asked less often: tracked texts, explanations, follows of all kinds, refusals of Telegram."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from tests.chat.conftest import CAMILLE, EDITOR, GROUP, NOW, YANIS
from tests.chat.test_hostile import secret, texts
from watchbot.chat.callbacks import encode
from watchbot.demo.bot_state import person
from watchbot.model import NormalisedDocument


def version(store, source: str, key: str, text: str, at) -> None:
    digest = hashlib.sha256(text.encode()).hexdigest()
    document = NormalisedDocument(
        key=key, url=key, title=f"Titre {key[-5:]}", content_type="text/html", text=text, digest=digest, normaliser=1
    )
    store.snapshots.record(source, document, text.encode(), at)


def test_a_tracked_text_with_its_versions_changes_and_a_choice_between_documents(talk):
    with talk.store() as store:
        version(
            store, "label-ecoprod", "https://ecoprod.com/label", "Le score doit dépasser 60 %.", NOW - timedelta(days=9)
        )
        version(store, "label-ecoprod", "https://ecoprod.com/label", "Le score doit dépasser 65 %.", NOW)
    talk.write("/reference label ecoprod")
    told = talk.read()
    assert "2 versions, la dernière vue le 23 novembre 2026" in told
    assert "seuil : 60 % → 65 %" in told
    talk.press("🔔 Suivre cette référence")
    assert "Vous suivez maintenant" in talk.read()
    with talk.store() as store:
        version(store, "label-ecoprod", "https://ecoprod.com/guide", "Guide.", NOW)
    talk.write("/reference label-ecoprod")
    assert "plusieurs documents" in talk.read()
    talk.press("2")
    assert "Titre label" in talk.read()
    talk.write("/reference")
    talk.press("CNC")
    assert talk.last().text


def test_why_a_story_has_its_topics(talk):
    talk.write("/recent")
    talk.write("/pourquoi 2")
    assert "Classé «" in talk.read()
    talk.press("Détail 1")
    talk.press("Pourquoi")
    assert talk.last().text.startswith("Région Sud")
    talk.write(f"/why {talk.items[0]}")
    assert talk.last().text.startswith("Région Sud")
    talk.write("/why ffffffffffff")
    assert "ne retrouve pas" in talk.read()


def test_deadlines_of_stories_and_references_of_changes_are_followed(talk):
    talk.write("/recent")
    talk.press("Détail 1")
    talk.press("🔔 Suivre l’échéance")
    assert "15 janvier 2027" in talk.read()
    talk.write("/changements")
    with talk.store() as store:
        version(store, "label-ecoprod", "https://ecoprod.com/label", "Le score.", NOW)
    talk.press("Détail 1")
    talk.press("🔔 Suivre cette référence")
    with talk.store() as store:
        kinds = [one.kind.value for one in store.follows.of(talk.reader().id)]
    assert sorted(kinds) == ["deadline", "reference"]
    assert talk.reader().editions == ()
    token = encode(secret(talk), CAMILLE, CAMILLE, "g", "nothing", 0)
    assert "expiré" in texts(talk.press_data(token))[0]


def test_many_follows_are_listed_by_pages(talk):
    for n in range(10):
        talk.write(f"bilan carbone {n}")
        talk.press("🔔 Suivre cette recherche")
    talk.write("/abonnement")
    assert "10 suivis" in talk.read()
    talk.press("Suivants")
    assert "10. « bilan" in talk.read()
    talk.press("Modifier")
    assert "Étape 1" in talk.read()
    talk.write("/annuler")
    assert talk.last().text.startswith("Annulé")


def test_corrections_can_be_called_off_and_end(talk):
    talk.write("/recent", chat=EDITOR)
    talk.press("1 autre thème", chat=EDITOR)
    old = dict(talk.last(EDITOR).buttons)["Enregistrer"]
    talk.press("Annuler", chat=EDITOR)
    assert "Région Sud" in talk.last(EDITOR).text
    assert "terminée" in texts(talk.press_data(old, chat=EDITOR))[0]
    talk.press("Autre thème", chat=EDITOR)
    talk.press("✓ Financements", chat=EDITOR)
    talk.press("Enregistrer : hors", chat=EDITOR)
    with talk.store() as store:
        assert [(one.relevant, one.topics) for one in store.corrections.all()] == [(False, ())]


def test_no_edition_at_all_or_everything(talk):
    talk.write("/start")
    talk.press("✓ Hebdo")
    assert "au moins une édition" in texts(talk.press("Continuer"))[0]
    talk.press("Référentiels")
    talk.press("Et une alerte")
    talk.press("Continuer")
    talk.press("Mesure")
    talk.press("Tout, sans choix")
    talk.press("‹ Retour")
    assert "Choisi : Référentiels" in talk.read()
    for _ in range(5):
        talk.press("Continuer")
    talk.press("✓ Confirmer")
    reader = talk.reader()
    assert (reader.editions, reader.topics, reader.alerts) == (("referentiels",), (), True)
    talk.write("/abonnement")
    talk.press("Mettre en pause")
    talk.write("/abonnement")
    talk.press("Reprendre")
    assert talk.reader().state == "active"
    talk.write("/effacer")
    talk.press("Ne rien")
    assert talk.reader() is not None


def test_the_bot_thrown_out_of_a_group_writes_there_no_more(talk):
    talk.api.state.admins[str(GROUP)] = [YANIS]
    talk.write("/start@veille_bot", chat=GROUP, **{"from": person(YANIS)})
    for _ in range(5):
        talk.press("Continuer", chat=GROUP, user=YANIS)
    talk.press("✓ Confirmer", chat=GROUP, user=YANIS)
    bot = {"id": 1, "is_bot": True, "first_name": "V"}
    changed = {
        "chat": {"id": GROUP, "type": "supergroup", "title": "G"},
        "from": person(YANIS),
        "date": 1,
        "old_chat_member": {"status": "member", "user": bot},
        "new_chat_member": {"status": "left", "user": bot},
    }
    talk.update(my_chat_member=changed)
    assert talk.reader(GROUP).state == "suppressed"


def test_refusals_of_telegram_are_settled(talk, mood):
    refusals = iter(
        [
            (400, "Bad Request: can't parse entities: Unsupported start tag", None),
            (400, "Bad Request: message thread not found", None),
        ]
    )
    mood["say"] = lambda method, _chat: next(refusals, None) if method == "sendMessage" else None
    talk.write("/aide", message_thread_id=3, is_topic_message=True)
    assert talk.last().text.startswith("La veille")
    assert talk.last().entities == ()
    mood["say"] = lambda method, _chat: (
        (400, "Bad Request: not enough rights", None) if method == "sendMessage" else None
    )
    assert talk.write("/aide") == []
    mood["say"] = lambda method, _chat: (
        (400, "Bad Request: query is too old", None) if method == "answerCallbackQuery" else None
    )
    talk.write("/recent")
    talk.press("Suivants")
    assert "page 2" in talk.read()
    mood["say"] = lambda method, _chat: (404, "Not Found", None) if method == "sendMessage" else None
    assert talk.write("/aide") == []


def test_a_chat_that_moved_under_way_is_followed(talk):
    talk.api.state.moved["-55"] = str(GROUP)
    talk.write("/aide@veille_bot", chat=-55, **{"from": person(YANIS)})
    assert talk.last(GROUP).text.startswith("La veille")
