"""Subscribing by oneself: double opt-in, preferences, leaving with one POST, and nothing told to the curious."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from watchbot.app import subscribing


def test_subscribe_confirm_change_and_leave_with_one_post(site):
    answer = site.subscribe(topics=["financements", "mesure"], regions="sud", alerts="1")
    assert answer.status_code == 200
    assert site.reader().state == "pending"
    confirm = site.link(1, "confirmation")
    assert site.client.get(confirm).status_code == 200
    assert site.reader().state == "pending", "a mail scanner that opens the link confirms nothing"
    page = site.client.post(confirm)
    assert "Inscription confirmée" in page.text
    reader = site.reader()
    assert (reader.state, reader.editions, reader.regions, reader.alerts) == ("active", ("hebdo",), ("sud",), True)
    assert set(reader.topics) == {"financements", "mesure"}

    preferences = page.text.split('href="/preferences/')[1].split('"')[0]
    changed = site.client.post(
        f"/preferences/{preferences}", data={"editions": "mensuel", "paused": "1"}, follow_redirects=True
    )
    assert "Préférences enregistrées" in changed.text
    reader = site.reader()
    assert (reader.state, reader.editions, reader.topics, reader.alerts) == ("paused", ("mensuel",), (), False)
    stored = site.client.get(f"/preferences/{preferences}/donnees.json").json()
    assert stored["subscriber"]["address"] == "camille@example.org"

    leave = changed.text.split('action="/desabonnement/')[1].split('"')[0]
    assert "Me désabonner" in site.client.get(f"/desabonnement/{leave}").text
    assert site.reader() is not None
    one_click = site.client.post(f"/desabonnement/{leave}", data={"List-Unsubscribe": "One-Click"})
    assert one_click.status_code == 200
    assert site.reader() is None
    assert site.client.post(f"/desabonnement/{leave}", data={"List-Unsubscribe": "One-Click"}).status_code == 200
    with site.store() as store:
        secret = site.watch.settings.secret_key.get_secret_value().encode()
        assert store.subscribers.is_suppressed("email", "camille@example.org", secret)
        assert store.outbox.deliveries() == []


def test_one_click_takes_multipart_and_comes_from_anywhere(site):
    from watchbot.app.digesting import reader_links
    from watchbot.app.people import add_subscriber

    with site.store() as store:
        reader = add_subscriber(
            site.watch, store, "email", "g@example.org", editions=["hebdo"], confirmed=True, at=site.now
        )
    path = "/desabonnement/" + reader_links(site.watch, reader).unsubscribe.rpartition("/")[2]
    answer = site.client.post(
        path, files={"List-Unsubscribe": (None, "One-Click")}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 200
    assert site.reader("g@example.org") is None


def test_whoever_left_can_come_back_by_confirming_anew(site):
    secret = site.watch.settings.secret_key.get_secret_value().encode()
    with site.store() as store:
        store.subscribers.suppress("email", "camille@example.org", "left", secret, site.now)
    site.subscribe()
    site.client.post(site.link(1, "confirmation"))
    assert site.reader().state == "active"
    with site.store() as store:
        assert not store.subscribers.is_suppressed("email", "camille@example.org", secret)


def test_nobody_learns_whether_an_address_is_known(site):
    from watchbot.app.people import add_subscriber

    with site.store() as store:
        add_subscriber(site.watch, store, "email", "known@example.org", editions=["hebdo"], confirmed=True, at=site.now)
    known, unknown = site.subscribe("known@example.org", topics="mesure"), site.subscribe("new@example.org")
    assert (known.status_code, known.text) == (unknown.status_code, unknown.text)
    subjects = {site.mail(n)["To"]: site.mail(n)["Subject"] for n in (1, 2)}
    assert "déjà" in subjects["known@example.org"]
    assert subjects["new@example.org"].startswith("Confirmez")
    assert site.reader("known@example.org").topics == ()


@pytest.mark.parametrize("known", [False, True])
def test_asking_again_sends_another_letter_after_five_minutes_then_more_rarely_and_five_a_day(site, known):
    if known:
        site.person("camille@example.org")
    assert "d’ici cinq minutes" in site.subscribe().text
    letters = []
    with site.store() as store:
        for _ in range(24 * 12):
            request_again(site, store)
            letters.append(sum(store.outbox.counts().values()))
            site.now += timedelta(minutes=5)
        sent_after = [letters.index(n) * 5 for n in range(1, 6)]
        assert sent_after == [0, 5, 20, 80, 260]
        assert letters[-1] == 5
        request_again(site, store)
        assert sum(store.outbox.counts().values()) == 6


def request_again(site, store):
    wish = subscribing.Wish(editions=("hebdo",))
    subscribing.request_subscription(site.watch, store, "camille@example.org", wish, site.now)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"address": "pas une adresse"}, "pas valable"),
        ({"address": "a@example.org\r\nBcc: b@example.org"}, "pas valable"),
        ({"address": "a" * 65 + "@example.org"}, "pas valable"),
        ({"editions": []}, "au moins une édition"),
        ({"topics": "inconnu"}, "choix inconnu"),
    ],
)
def test_faults_in_the_form_are_said_and_what_was_typed_stays(site, fields, said):
    answer = site.subscribe(**{"address": "x@example.org", **fields})
    assert answer.status_code == 422
    assert said in answer.text
    with site.store() as store:
        assert store.subscribers.all() == []


def test_blanks_round_an_address_do_no_harm(site):
    assert site.subscribe("  camille@example.org\u00a0").status_code == 200
    assert site.reader().address == "camille@example.org"


def test_what_was_changed_in_the_preferences_stays_when_something_is_missing(site):
    path = f"/preferences/{site.token(site.person('camille@example.org', topics=['mesure']), 'preferences')}"

    def checked(answer):
        inputs = re.findall(r"<input[^>]* checked>", answer.text)
        return {re.search(r'name="([^"]*)" value="([^"]*)"', one).groups() for one in inputs}

    typed = {"topics": "financements", "regions": "sud", "languages": "fr", "alerts": "1", "paused": "1"}
    answer = site.client.post(path, data=typed)
    assert answer.status_code == 422
    assert "au moins une édition" in answer.text
    assert checked(answer) == set(typed.items())
    assert checked(site.client.get(path)) == {("editions", "hebdo"), ("topics", "mesure")}


def test_a_program_that_fills_the_trap_gets_nowhere(site):
    assert site.subscribe(site="http://spam.example").status_code == 200
    assert site.reader() is None


def test_tokens_are_for_one_purpose_for_two_weeks_and_cannot_be_forged(site):
    from watchbot.app.links import token

    site.subscribe()
    reader = site.reader()
    unsubscribe = token(site.watch, reader.id, "unsubscribe")
    for path in (
        f"/preferences/{unsubscribe}",
        f"/confirmation/{unsubscribe}",
        f"/desabonnement/{unsubscribe[:-2]}xx",
        "/desabonnement/x",
        "/preferences/" + "A" * 3000,
    ):
        answer = site.client.get(path)
        assert answer.status_code == 404, path
        assert "Lien non valable" in answer.text
        assert site.client.post(path, data={"editions": "hebdo"}).status_code == 404
    assert site.reader().state == "pending"


def test_requests_that_nobody_confirmed_are_forgotten(site):
    from watchbot.app.subscribing import forget_unconfirmed

    site.subscribe()
    site.mail(1)
    with site.store() as store:
        assert forget_unconfirmed(store, site.now + timedelta(days=13)) == 0
        assert forget_unconfirmed(store, site.now + timedelta(days=15)) == 1
        assert store.outbox.deliveries() == []


def test_a_request_renewed_lives_as_long_as_its_last_letter(site):
    site.subscribe()
    site.mail(1)
    site.now += timedelta(days=13)
    site.subscribe()
    with site.store() as store:
        assert len(store.outbox.of(site.reader().id)) == 2
        assert subscribing.forget_unconfirmed(store, site.now + timedelta(days=13)) == 0
    assert site.client.post(site.link(1, "confirmation")).status_code == 200
    assert site.reader().state == "active"


def test_whoever_bounced_long_ago_has_two_weeks_to_confirm_anew(site):
    reader = site.person("camille@example.org")
    secret = site.watch.settings.secret_key.get_secret_value().encode()
    with site.store() as store:
        store.subscribers.give_up(reader.id, "5.1.1 unknown", secret, site.now)
    site.now += timedelta(days=100)
    site.subscribe()
    with site.store() as store:
        assert subscribing.forget_unconfirmed(store, site.now + timedelta(hours=12)) == 0
        assert subscribing.forget_unconfirmed(store, site.now + timedelta(days=15)) == 1


def test_who_pauses_gets_nothing_that_was_queued_before(site):
    from watchbot.app.digesting import deliver
    from watchbot.model import Delivery
    from watchbot.store.outbox import Outgoing

    reader = site.person("camille@example.org")
    delivery = Delivery(key="k", edition="hebdo", issue="w", subscriber_id=reader.id, channel="email")
    payload = {"subject": "Veille", "text": "x", "html": "x", "unsubscribe_url": "", "date": site.now.isoformat()}
    with site.store() as store:
        store.outbox.enqueue([Outgoing(delivery=delivery, address=reader.address, payload=payload)], site.now)
    path = f"/preferences/{site.token(reader, 'preferences')}"
    assert site.client.post(path, data={"editions": "hebdo", "paused": "1"}).status_code == 303
    assert deliver(site.watch) == {}
    assert site.sink.messages == []
    site.client.post(path, data={"editions": "hebdo"})
    assert deliver(site.watch)["sent"] == 1


def test_forms_of_other_sites_and_long_ones_are_refused(site):
    assert site.client.post("/inscription", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert site.client.post("/inscription", content=b"a" * 100_000).status_code == 413
    assert site.client.post("/inscription", content=b"\xff\xfe=1").status_code == 400
    assert site.client.post("/inscription", content=b"&".join(b"a=1" for _ in range(300))).status_code == 400
