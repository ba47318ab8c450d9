"""What people and Telegram do to a bot: forged buttons, floods, markup, twice the same, refusals, restarts."""

from __future__ import annotations

import html
import secrets
from dataclasses import replace
from datetime import timedelta

from tests.chat.conftest import ADMIN, CAMILLE, EDITOR, GROUP, NEWS, YANIS
from watchbot.chat.bot import BotOptions
from watchbot.chat.callbacks import encode
from watchbot.chat.conversation import ANONYMOUS
from watchbot.demo.bot_api import DROP
from watchbot.demo.bot_state import Sent, person
from watchbot.model import FoundItem, Kind, Source, Subscriber


def texts(came) -> list[str]:
    return [one.text if isinstance(one, Sent) else one.get("toast", "") for one in came]


def secret(talk) -> bytes:
    return talk.watch.settings.secret_key.get_secret_value().encode()


# ------------------------------------------------------------------------------------------ buttons


FORGED = ["0abc:p:1", "2", "", "p:token:0", "1" + "A" * 63, "1AAAABBBBBBBBp:x:0", "é" * 32, "1\x00\u202e😀", "' OR 1=1 --", "\ud800"]  # fmt: skip


def test_forged_and_old_buttons_get_a_calm_answer_with_a_reference(talk, capfd):
    talk.write("/recent")
    for data in [*FORGED, *(secrets.token_hex(20) for _ in range(10))]:
        (answer,) = texts(talk.press_data(data))
        assert "Refaites votre demande" in answer
        assert answer.rpartition("réf. ")[2].rstrip(")") in capfd.readouterr().err
        assert len(answer) <= 200


def test_buttons_of_another_chat_or_another_list_open_nothing(talk):
    talk.write("bilan carbone", chat=YANIS)
    theirs = next(data for text, data in talk.last(YANIS).buttons if text.startswith("Détail 1"))
    talk.write("/recent")
    assert "n’est pas valable ici" in texts(talk.press_data(theirs))[0]
    # Even signed for this chat, a token opens only its owner's list.
    token = theirs.split(":")[1]
    mine = encode(secret(talk), CAMILLE, CAMILLE, "o", token, 0)
    assert "expiré" in texts(talk.press_data(mine))[0]
    for action in ("p", "o", "x", "h", "a", "w", "f", "g", "n"):
        assert talk.press_data(encode(secret(talk), CAMILLE, CAMILLE, action, token, 999))


def test_places_outside_of_a_list_do_no_harm(talk):
    talk.write("bilan carbone", chat=EDITOR)
    token = talk.last(EDITOR).buttons[0][1].split(":")[1]
    asked = [(action, (token, place)) for action in "poxhawgn" for place in ("-1", "999", "x", "")]
    for action, arguments in [*asked, *((action, given) for action in "poxhawfgn" for given in ((token,), ()))]:
        came = texts(talk.press_data(encode(secret(talk), EDITOR, EDITOR, action, *arguments), chat=EDITOR))
        assert came
        assert not any("Désolé" in text for text in came)


def test_buttons_of_dialogues_that_are_over(talk):
    talk.write("/start")
    old = dict(talk.last().buttons)["Continuer ›"]
    talk.write("/start")
    assert "terminée ou a été recommencée" in texts(talk.press_data(old))[0]
    for what in ("z", "o", "y", "b", "?"):
        for value in ("-1", "999", "x"):
            data = encode(secret(talk), CAMILLE, CAMILLE, "s", old.split(":")[1], what.replace("?", ""), value)
            assert talk.press_data(data)
    assert talk.reader() is None


def test_someone_elses_follow_cannot_be_seen_or_changed(talk):
    talk.write("bilan carbone", chat=YANIS)
    talk.press("🔔 Suivre", chat=YANIS)
    with talk.store() as store:
        (theirs,) = store.follows.of(talk.reader(YANIS).id)
    talk.write("bilan carbone")
    talk.press("🔔 Suivre")
    for action in ("fs", "fp", "fd", "fx"):
        answer = texts(talk.press_data(encode(secret(talk), CAMILLE, CAMILLE, action, theirs.id, 14)))
        assert answer == ["Vous ne suivez plus cela. /abonnement montre ce que vous suivez."]
    with talk.store() as store:
        assert store.follows.of(talk.reader(YANIS).id) == [theirs]


def test_only_editors_correct(talk):
    talk.write("/recent")
    token = talk.last().buttons[0][1].split(":")[1]
    for action in ("h", "a"):
        assert "habilitées" in texts(talk.press_data(encode(secret(talk), CAMILLE, CAMILLE, action, token, 0)))[0]
    with talk.store() as store:
        assert store.corrections.count() == 0


# ------------------------------------------------------------------------------------------ what is written


WRITTEN = [
    "<b>gras</b> & <script>alert(1)</script> <a href='javascript:x'>y</a>",
    "</b></i>&lt;&#60;",
    "x" * 4096,
    "aides " * 680,
    "😀" * 2000,
    "שלום עולם مرحبا",
    "\u202e\u202dtxt\u2066\u200f",
    "a\u0301" * 1500 + "\u0489" * 500,
    '" OR * NEAR( ^title: {',
    "%s %n \\x00 ' ; DROP TABLE items; --",
    "\ud83d",
    "?!…",
    "/",
    "/" + "x" * 4000,
    "/cherche " + "<" * 4000,
    "/theme " + "é" * 4000,
    "/region \u202e",
    "/reference " + "9" * 4000,
    "/reference ' OR 1=1",
    "/source <b>",
    "/pourquoi 0",
    "/pourquoi 99999999999999999999",
    "/digest 😀",
    "/start " + "A" * 64,
    "/start i_" + "f" * 200,
    "/start q_////",
    "/start q_" + "A" * 62,
    "/start t_<b>",
    "/start 😀\u202e<b>",
    "/échéances",
    "/RECENT@VEILLE_BOT",
]


def test_anything_that_is_written_gets_a_calm_answer(talk):
    for text in WRITTEN:
        came = talk.write(text)
        assert came, text
        for one in came:
            assert isinstance(one, Sent)
            assert "Désolé" not in one.text, text
            assert len(one.text.encode("utf-16-le")) // 2 <= 4096
            assert "<script" not in one.html


def test_hostile_news_are_shown_as_text(talk):
    bad = "<b>x</b> & </a>\u202e" + "😀" * 300
    found = FoundItem(guid="x", url='https://e.org/"><b>', title=bad, summary=bad * 3, body=bad * 30)
    source = Source(id="x", name="x", publisher="<i>&", kind=Kind.FEED, url="https://e.org")
    with talk.store() as store:
        store.items.save(source, [found], talk.now)
        (item,) = [one for one in store.items.select(limit=None) if one.source_id == "x"]
    talk.write(f"/start i_{item.id}")
    assert html.escape("<b>x</b>", quote=False) in talk.last().html
    talk.write("/recent", chat=EDITOR)
    token = talk.last(EDITOR).buttons[0][1].split(":")[1]
    with talk.store() as store:
        store.execute("UPDATE chat_lists SET entries = ? WHERE token = ?", (f'["{item.id}"]', token))
    (toast,) = texts(talk.press_data(encode(secret(talk), EDITOR, EDITOR, "h", token, 0), chat=EDITOR))
    assert toast.startswith("Noté, hors sujet")
    assert talk.ask_inline("<b>x</b>")
    assert "\u202e" not in talk.last().text


def test_the_same_update_twice_is_answered_once(talk):
    message = {
        "chat": {"id": CAMILLE, "type": "private"},
        "from": person(CAMILLE),
        "message_id": 1,
        "date": 1,
        "text": "bilan",
    }
    before = len(talk.api.messages)
    talk.update(message=message)
    with talk.api.state.changed:
        again = {"update_id": talk.api.state.update_id, "message": message}
        talk.api.state.confirmed = 0
        talk.api.state.updates.append(again | {"update_id": talk.api.state.update_id})
        talk.api.state.changed.notify_all()
    talk.write("/aide")
    assert len(talk.api.messages) == before + 2


def test_numbers_of_updates_that_begin_anew_are_answered(talk):
    talk.write("/aide")
    with talk.api.state.lock:
        talk.api.state.update_id = 0
    talk.bot.stop()
    talk.api.state.confirmed = 0
    talk.start()
    talk.write("/recent")
    assert "Les dernières nouvelles" in talk.last().text


def test_what_is_of_no_concern_is_passed_over(talk):
    chat = {"id": CAMILLE, "type": "private"}
    channel = {"id": -1009999999999, "type": "channel", "title": "C"}
    bot = {"id": 8, "is_bot": True, "first_name": "B"}
    base = {"message_id": 5, "date": 1, "text": "bilan carbone"}
    for content in (
        {"edited_message": {**base, "chat": chat, "from": person(CAMILLE), "edit_date": 2}},
        {"channel_post": {**base, "chat": channel, "sender_chat": channel}},
        {"edited_channel_post": {**base, "chat": channel, "sender_chat": channel, "edit_date": 2}},
        {"message": {**base, "chat": chat, "from": bot}},
        {"message": {**base, "chat": chat, "from": person(CAMILLE), "via_bot": bot}},
        {"message": {**base, "chat": {"id": GROUP, "type": "supergroup", "title": "G"}, "sender_chat": channel}},
        {"message": {**base, "chat": chat, "from": person(CAMILLE), "text": None, "delete_chat_photo": True}},
        {"callback_query": {"id": "z", "from": person(1), "chat_instance": "1", "inline_message_id": "i", "data": "x"}},
        {"poll_answer": {"poll_id": "1", "user": person(1), "option_ids": [0], "option_persistent_ids": []}},
    ):
        known = {kind: {k: v for k, v in one.items() if v is not None} for kind, one in content.items()}
        assert talk.update(**known) == []
    assert texts(
        talk.update(message={**base, "chat": chat, "from": person(CAMILLE), "text": None, "sticker": STICKER})
    )[0].startswith("Je ne lis que du texte")


STICKER = {
    "file_id": "s",
    "file_unique_id": "s",
    "type": "regular",
    "width": 1,
    "height": 1,
    "is_animated": False,
    "is_video": False,
}


def test_someone_who_asks_too_much_is_told_once_and_keeps_nobody_waiting(make):
    talk = make(BotOptions(rate=0, group_rate=600, burst=5, seconds=600))
    for _ in range(60):
        talk.api.write(CAMILLE, "/aide")
    talk.settle()
    assert [m.text[:8] for m in talk.api.messages] == ["La veill"] * 5 + ["Vous all"]
    assert texts(talk.write("/aide", chat=YANIS))[0].startswith("La veille")


# ------------------------------------------------------------------------------------------ groups


def test_hidden_administrators_share_what_they_asked(talk):
    talk.api.state.admins[str(GROUP)] = [ADMIN]
    group = {"id": GROUP, "type": "supergroup", "title": "G"}
    hidden = {"from": {"id": ANONYMOUS, "is_bot": True, "first_name": "Group"}, "sender_chat": group}
    talk.write("/start@veille_bot", chat=GROUP, **hidden)
    talk.press("Annuler", chat=GROUP, user=YANIS)
    assert "Étape 1" in talk.last(GROUP).text
    talk.press("Continuer", chat=GROUP, user=ADMIN)
    assert "Étape 2" in talk.last(GROUP).text


def test_a_group_that_moves_keeps_its_subscription(talk):
    with talk.store() as store:
        reader = Subscriber(id="g1", channel="telegram", address="-55", state="active", created_at=talk.now)
        store.subscribers.add(reader, b"x")
    moved = {
        "message_id": 9,
        "date": 1,
        "chat": {"id": -55, "type": "group", "title": "G"},
        "migrate_to_chat_id": GROUP,
    }
    talk.update(message=moved)
    assert talk.reader(GROUP).id == "g1"


def test_members_neither_pause_nor_erase_nor_export_nor_follow_for_the_group(talk):
    with talk.store() as store:
        store.subscribers.add(
            Subscriber(id="g1", channel="telegram", address=str(GROUP), state="active", created_at=talk.now), b"x"
        )
    who = {"from": person(YANIS)}
    for command in ("pause", "stop", "effacer", "export", "reprendre", "start"):
        (answer,) = texts(talk.write(f"/{command}@veille_bot", chat=GROUP, **who))
        assert "administrateurs" in answer
    talk.write("bilan carbone @veille_bot", chat=GROUP, **who)
    assert "administrateurs" in texts(talk.press("🔔 Suivre", chat=GROUP, user=YANIS))[0]
    for what in ("erase", "pause", "edit"):
        talk.press_data(encode(secret(talk), GROUP, YANIS, "k", what), chat=GROUP, user=YANIS)
    assert talk.reader(GROUP).state == "active"


# ------------------------------------------------------------------------------------------ Telegram


def test_telegram_that_is_busy_or_away_is_asked_again(talk, mood):
    answers = iter([(429, "Too Many Requests: retry after 0", 0), (500, "Internal Server Error", None), DROP])
    mood["say"] = lambda method, _chat: next(answers, None) if method == "sendMessage" else None
    assert texts(talk.write("/aide"))[0].startswith("La veille")


def test_a_person_who_blocks_the_bot_is_written_to_no_more(talk):
    talk.write("bilan carbone")
    talk.press("🔔 Suivre")
    talk.api.block(CAMILLE)
    talk.write("/aide")
    assert talk.reader().state == "suppressed"
    talk.api.state.blocked.clear()
    talk.write("/start")
    for _ in range(5):
        talk.press("Continuer")
    talk.press("✓ Confirmer")
    assert talk.reader().state == "active"
    kicked = {"status": "kicked", "user": {"id": 1, "is_bot": True, "first_name": "V"}, "until_date": 0}
    member = {"status": "member", "user": {"id": 1, "is_bot": True, "first_name": "V"}}
    chat = {"id": CAMILLE, "type": "private"}
    left = {"chat": chat, "from": person(CAMILLE), "date": 1, "old_chat_member": member, "new_chat_member": kicked}
    talk.update(my_chat_member=left)
    assert talk.reader().state == "suppressed"


def test_a_delivery_in_doubt_is_not_looked_for_among_what_was_said(talk):
    talk.write("/aide")
    talk.write("bilan carbone", chat=YANIS)
    with talk.store() as store:
        ids = {m.message_id for m in talk.api.state.messages.values()}
        assert store.chat.ids_after(str(CAMILLE), 0) == ids
        assert store.chat.newest_id(str(YANIS)) == max(ids)


def test_a_message_that_is_gone_is_sent_anew(talk):
    talk.write("/recent")
    gone = talk.last()
    del talk.api.state.messages[gone.chat, gone.message_id]
    talk.press_data(dict(gone.buttons)["Suivants ›"], message=gone.message_id)
    assert "page 2" in talk.last().text


def test_a_fault_of_ours_is_admitted_with_a_reference_that_is_in_the_log(talk, capfd, monkeypatch):
    with talk.store() as store:
        store.execute("DROP TABLE deadline_texts")
    (answer,) = texts(talk.write("/recent"))
    reference = answer.split("référence ")[1].split()[0].rstrip(".")
    assert reference in capfd.readouterr().err
    assert texts(talk.write("/aide"))[0].startswith("La veille")


# ------------------------------------------------------------------------------------------ time


def test_pages_stay_while_news_come_in_and_expire(talk):
    talk.write("/recent")
    first = talk.last().text
    source = Source(id="ecoprod-actualites", name="E", publisher="Ecoprod", kind=Kind.FEED, url="https://e.org")
    with talk.store() as store:
        found = FoundItem(guid="n", url="https://e.org/n", title="Toute nouvelle", published=talk.now)
        store.items.save(source, [found], talk.now)
    talk.press("Suivants")
    assert "8. " + NEWS[7][0] in talk.last().text
    talk.press("‹ Précédents")
    assert talk.last().text == first
    talk.now += timedelta(days=8)
    assert "expiré" in texts(talk.press("Suivants"))[0]


def test_a_restart_in_the_middle_of_a_dialogue_loses_nothing(talk):
    talk.write("/start")
    talk.press("Continuer")
    talk.press("Mesure")
    talk.bot.stop()
    continued = dict(talk.last().buttons)["Continuer ›"]
    talk.api.press(CAMILLE, talk.last().message_id, continued)
    talk.start()
    talk.settle()
    assert "Étape 3" in talk.last().text
    for _ in range(3):
        talk.press("Continuer")
    talk.press("✓ Confirmer")
    assert talk.reader().topics == ("mesure",)


def test_a_dialogue_begun_before_there_was_a_step_goes_through_it(talk):
    talk.write("/start")
    with talk.store() as store:
        begun = store.chat.dialogue(CAMILLE, CAMILLE)
        older = {name: chosen for name, chosen in begun.data.items() if name != "languages"}
        store.chat.save_dialogue(replace(begun, data=older), talk.now)
    for _ in range(4):
        talk.press("Continuer")
    talk.press("Anglais")
    talk.press("Continuer")
    talk.press("✓ Confirmer")
    assert talk.reader().languages == ("en",)
    talk.write("/start")
    for _ in range(4):
        talk.press("Continuer")
    assert "Choisi : Anglais" in talk.read()
    talk.press("Tout, sans choix")
    talk.press("Continuer")
    talk.press("✓ Confirmer")
    assert talk.reader().languages == ()


def test_what_was_taken_in_or_answered_but_not_sent_is_done_at_the_next_start(talk):
    from watchbot.chat.events import Event
    from watchbot.chat.replies import Say, to_plain

    talk.bot.stop()
    with talk.store() as store:
        event = Event(update=9001, kind="message", chat=CAMILLE, user=CAMILLE, command="aide", message=1)
        store.chat.receive(1, 9001, event.plain(), talk.now)
        store.chat.receive(1, 9002, event.plain(), talk.now)
        store.chat.answered(1, 9002, [to_plain(Say(chat=CAMILLE, html="un")), to_plain(Say(chat=CAMILLE, html="deux"))])
        store.chat.carried(1, 9002, 1)
        # What another version of the bot left is put aside.
        store.chat.receive(1, 9003, {"update": 9003, "kind": "message", "nonsense": 1}, talk.now)
        store.chat.receive(1, 9004, event.plain(), talk.now)
        store.chat.answered(1, 9004, [{"do": "nonsense"}])
    talk.start()
    talk.settle()
    assert sorted(m.text[:9] for m in talk.api.messages) == ["La veille", "deux"]
