"""Whole dialogues, as golden transcripts: through real polling and the local Bot API server."""

from __future__ import annotations

import json

from tests.chat.conftest import ADMIN, CAMILLE, EDITOR, GROUP, YANIS


def test_guided_subscription(talk):
    talk.write("/start")
    talk.press("Continuer")
    talk.press("Financements")
    talk.press("Mesure")
    talk.press("Continuer")
    talk.press("Bretagne")
    talk.press("Continuer")
    talk.press("Documentaire")
    talk.press("Continuer")
    talk.press("Français")
    talk.press("Continuer")
    talk.press("✓ Confirmer")
    reader = talk.reader()
    assert (reader.state, reader.editions, set(reader.topics)) == ("active", ("hebdo",), {"financements", "mesure"})
    assert (reader.regions, reader.kinds, reader.languages) == (("bretagne",), ("documentaire",), ("fr",))
    talk.write("/abonnement")
    talk.check("inscription")


def test_asking_and_taking_filters_away(talk):
    talk.write("aides en Région Sud pour un documentaire depuis septembre")
    talk.press("✕ Région")
    talk.press("↩")
    talk.press("Détail 1")
    talk.press("‹ Retour")
    talk.press("🔔 Suivre cette recherche")
    talk.press("Plutôt dans le prochain")
    talk.press("Ne plus suivre")
    talk.check("recherche")


def test_questions_about_what_is_due_what_changed_and_records(talk):
    talk.write("Bonjour")
    talk.write("échéances avant fin janvier")
    talk.press("⏳ Toutes")
    talk.write("ce qui a changé")
    talk.press("✎ Tous")
    talk.write("quand expire la RS6456 ?")
    talk.press("Fiche RS6456")
    talk.write("bilan crabone")
    talk.write("Merci !")
    talk.check("questions")


def test_lists(talk):
    talk.write("/recent")
    talk.press("Suivants")
    talk.press("‹ Précédents")
    talk.write("/theme financements")
    talk.write("/region corse")
    talk.write("/source ecoprod")
    talk.write("/theme")
    talk.press("Innovations")
    talk.write("/region atlantide")
    talk.write("/region PACA")
    talk.write("/theme aides")
    talk.check("listes")


def test_deadlines_changes_and_references(talk):
    talk.write("/echeances")
    talk.press("🔔 Suivre 2")
    talk.press("14 j")
    talk.write("/changements")
    talk.press("Détail 1")
    talk.press("‹ Retour")
    talk.write("/reference RS6456")
    talk.press("🔔 Suivre cette référence")
    talk.write("/reference RS1")
    talk.write("/abonnement")
    talk.press("Réglages 1")
    talk.press("Ne plus suivre")
    talk.check("suivis")


def test_editors_correct(talk):
    talk.write("/recent", chat=EDITOR)
    talk.press("2 hors sujet", chat=EDITOR)
    talk.press("1 autre thème", chat=EDITOR)
    talk.press("✓ Financements", chat=EDITOR)
    talk.press("Innovations", chat=EDITOR)
    talk.press("Enregistrer", chat=EDITOR)
    with talk.store() as store:
        tags = store.tags.of([talk.items[0]])[talk.items[0]]
        assert [(tag.topic, tag.by) for tag in tags] == [("innovations", "human")]
        assert [(e.relevant, e.author) for e in store.corrections.all()] == [
            (False, f"telegram:{EDITOR}"),
            (True, f"telegram:{EDITOR}"),
        ]
    talk.check("corrections")


def test_group(talk):
    talk.api.state.admins[str(GROUP)] = [ADMIN]

    def of(user):
        return {"from": {"id": user, "is_bot": False, "first_name": "Membre"}}

    assert talk.write("on tourne où demain ?", chat=GROUP, **of(YANIS)) == []
    assert talk.write("/stop", chat=GROUP, **of(ADMIN)) == []
    assert talk.write("/start@autre_bot", chat=GROUP, **of(ADMIN)) == []
    talk.write("@veille_bot bilan carbone obligatoire", chat=GROUP, **of(YANIS))
    talk.press("Détail 1", chat=GROUP, user=CAMILLE)
    talk.press("Détail 1", chat=GROUP, user=YANIS)
    talk.write("/start@veille_bot", chat=GROUP, **of(YANIS))
    talk.write("/start@veille_bot", chat=GROUP, **of(ADMIN))
    talk.press("Annuler", chat=GROUP, user=YANIS)
    for _ in range(5):
        talk.press("Continuer", chat=GROUP, user=ADMIN)
    talk.press("✓ Confirmer", chat=GROUP, user=ADMIN)
    assert talk.reader(GROUP).state == "active"
    talk.write("/pause@veille_bot", chat=GROUP, **of(YANIS))
    assert talk.reader(GROUP).state == "active"
    talk.check("groupe", **{str(ADMIN): "Admin", str(YANIS): "Yanis", str(CAMILLE): "Camille"})


def test_leaving(talk):
    talk.write("/pause")
    talk.write("/start")
    for _ in range(5):
        talk.press("Continuer")
    talk.press("✓ Confirmer")
    talk.write("/pause")
    assert talk.reader().state == "paused"
    talk.write("/reprendre")
    talk.write("/export")
    kept = json.loads(talk.last().data)
    assert kept["subscriber"]["address"] == str(CAMILLE)
    assert set(kept) >= {"told", "follows", "deliveries", "conversations", "corrections"}
    talk.write("/stop")
    assert talk.reader() is None
    talk.write("/stop")
    talk.write("/start")
    talk.press("Annuler")
    talk.write("quoi de neuf ?")
    talk.write("/effacer")
    talk.press("Effacer tout")
    with talk.store() as store:
        assert store.chat.kept_of(CAMILLE, CAMILLE) == {"lists": [], "dialogues": []}
    talk.check("quitter")


def test_help_in_two_languages_and_unknown_commands(talk):
    talk.write("/aide")
    first = talk.last()
    talk.write("/help")
    assert talk.last().text == first.text
    talk.write("/regoin sud")
    talk.write("/etat")
    talk.write("/annuler")
    talk.write("/start i_" + talk.items[0])
    talk.write("/start q_cHJpbWUgUlNFKw")
    talk.write("/start n_RS6456")
    talk.write("/pourquoi")
    talk.ask_inline("bilan carbone")
    talk.ask_inline("")
    talk.check("aide")


def test_digest_now(talk):
    talk.write("/digest")
    talk.write("/digest rien")
    talk.check("digest")


def test_administrators_see_how_it_goes(talk):
    talk.write("/etat", chat=ADMIN)
    assert "8\u00a0nouvelles" in talk.last(ADMIN).text
