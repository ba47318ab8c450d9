"""What the team and mail servers send back: judgements from a mail, mails that came back; and what readers follow."""

from __future__ import annotations

import re

import pytest

from watchbot.app.follows import follow
from watchbot.config import load_watch
from watchbot.model import FollowedKind, Verdict
from watchbot.web.serve import WebThread

SECRET = "s" * 32


# ------------------------------------------------------------------------------------------ judging


@pytest.fixture
def doubtful(site):
    """An item about which the classifier is in doubt, the path that judges it, and who may."""
    item = site.item("bilan carbone")
    verdict = Verdict(relevant=False, relevance=0.44, topics=(), scores={"mesure": 0.5}, maybe=True)
    with site.store() as store:
        store.tags.record([(item.id, "h", verdict)], "head", site.now)
    reader = site.person("equipe@example.org", "referentiels")
    return item, f"/jugement/{site.token(reader, 'judge')}/{item.id}", reader


def test_a_link_of_the_teams_mail_judges_in_one_tap(site, doubtful):
    item, _, reader = doubtful
    mail = site.send("referentiels")
    html = mail.get_body(("html",)).get_content()
    paths = re.findall(r'href="http://127.0.0.1:8000(/jugement/[^"]+)"', html)
    path = next(path for path in paths if path.endswith(item.id))
    assert path in mail.get_body(("plain",)).get_content()
    page = site.client.get(path)
    assert "44\u00a0%" in page.text
    assert 'value="mesure" checked' in page.text
    with site.store() as store:
        assert store.corrections.count() == 0, "a scanner that opens the link judges nothing"
    answer = site.client.post(path, data={"verdict": "hors-sujet", "topics": "mesure"})
    assert "hors sujet" in answer.text
    with site.store() as store:
        (example,) = store.corrections.all()
        assert (example.title, example.relevant, example.topics) == (item.title, False, ())
        assert example.author == f"lecteur-{reader.id[:8]}"
        assert store.rows("SELECT origin FROM corrections")[0][0] == "digest"
        assert store.tags.by_human(item.id)
    again = site.client.post(path, data={"verdict": "garder", "topics": ["mesure", "reglementation"]})
    assert "« Mesure".replace("« ", "«\u00a0") in again.text
    with site.store() as store:
        assert {tag.topic for tag in store.tags.of([item.id])[item.id]} == {"mesure", "reglementation"}
        assert store.corrections.count() == 2


def test_judging_needs_a_verdict_and_known_topics(site, doubtful):
    _, path, _ = doubtful
    assert "cochez au moins un thème" in site.client.post(path, data={"verdict": "garder"}).text
    assert site.client.post(path, data={"verdict": "garder", "topics": "inconnu"}).status_code == 404
    assert (
        site.client.post(path, headers={"Sec-Fetch-Site": "cross-site"}, data={"verdict": "hors-sujet"}).status_code
        == 403
    )
    with site.store() as store:
        assert store.corrections.count() == 0


def test_only_the_team_judges(site, doubtful):
    item, path, reader = doubtful
    other = site.person("camille@example.org", "hebdo")
    assert site.client.get(f"/jugement/{site.token(other, 'judge')}/{item.id}").status_code == 404
    assert site.client.get(f"/jugement/{site.token(reader, 'preferences')}/{item.id}").status_code == 404
    assert site.client.get(path.rpartition("/")[0] + "/unknown").status_code == 404
    with site.store() as store:
        store.subscribers.set_state(reader.id, "paused")
    assert site.client.post(path, data={"verdict": "hors-sujet"}).status_code == 404
    mail = site.send("hebdo")
    assert "/jugement/" not in mail.get_body(("html",)).get_content()


# ------------------------------------------------------------------------------------------ mails that came back


def bounce(address: str, return_path: str) -> bytes:
    """A report as RFC 3464 has it."""
    lines = [
        "From: MAILER-DAEMON@mx.example.org",
        f"To: {return_path}",
        "Subject: Undelivered Mail Returned to Sender",
        "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
        *("", "--b", "Content-Type: text/plain", "", "No."),
        *("--b", "Content-Type: message/delivery-status", "", "Reporting-MTA: dns; mx.example.org", ""),
        *(f"Final-Recipient: rfc822; {address}", "Action: failed", "Status: 5.1.1"),
        *("Diagnostic-Code: smtp; 550 5.1.1 User unknown", "", "--b--", ""),
    ]
    return "\r\n".join(lines).encode()


@pytest.fixture
def returns(site):
    """The app with a secret for returned mails, and a reader with the return path of his mails."""
    from watchbot.digest.deliver.rules import ReturnPath

    environ = {
        "WATCHBOT_DB": str(site.watch.database),
        "WATCHBOT_WEB_PORT": "0",
        "WATCHBOT_BOUNCE_ADDRESS": "bounces@veille.example",
        "WATCHBOT_BOUNCE_SECRET": SECRET,
    }
    watch = load_watch(site.watch.folder, environ)
    reader = site.person("camille@example.org", "hebdo")
    key = watch.settings.secret_key.get_secret_value().encode()
    site.thread.app.state.watch = watch
    return reader, ReturnPath("bounces@veille.example", key).of(reader.address)


def test_a_mail_server_hands_over_a_bounce(site, returns):
    reader, return_path = returns
    mail = bounce(reader.address, return_path)
    answer = site.client.post("/bounces", content=mail, headers={"Authorization": f"Bearer {SECRET}"})
    assert answer.json() == {"bounce": 1, "suppressed": 1}
    assert site.reader().state == "suppressed"
    again = site.client.post("/bounces", content=mail, headers={"Authorization": f"Bearer {SECRET}"})
    assert again.json() == {"bounce": 1}
    for odd in (b"\x00\xff" * 500, b"hello", b"Subject: x\r\n\r\n"):
        answer = site.client.post("/bounces", content=odd, headers={"Authorization": f"Bearer {SECRET}"})
        assert answer.status_code == 200


def test_nobody_else_hands_over_anything(site, returns):
    reader, return_path = returns
    mail = bounce(reader.address, return_path)
    for header in (
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer x"},
        {"Authorization": f"Bearer {SECRET}x"},
        {"Authorization": "Bearer é".encode()},
    ):
        assert site.client.post("/bounces", content=mail, headers=header).status_code == 401
    right = {"Authorization": f"Bearer {SECRET}"}
    assert site.client.post("/bounces", content=b"", headers=right).status_code == 400
    assert site.client.post("/bounces", content=b"x" * 4_100_000, headers=right).status_code == 413
    assert site.client.get("/bounces", headers=right).status_code == 405
    assert site.reader().state == "active"


def test_without_a_secret_there_is_no_such_address(site):
    assert site.client.post("/bounces", content=b"x", headers={"Authorization": "Bearer x"}).status_code == 404


def test_many_bounces_at_once_are_all_taken(site, returns):
    from watchbot.web.guard import Pace

    thread = WebThread(site.thread.app.state.watch, lambda: site.now, forms=Pace(1, 600), pages=Pace(1, 600))
    assert thread.start()
    address = f"http://127.0.0.1:{thread.port}/bounces"
    answers = [
        site.client.post(address, content=b"hello", headers={"Authorization": f"Bearer {SECRET}"}).status_code
        for _ in range(5)
    ]
    assert answers == [200] * 5
    thread.stop()


# ------------------------------------------------------------------------------------------ following


@pytest.fixture
def preferences(site):
    return f"/preferences/{site.token(site.person('camille@example.org', 'hebdo'), 'preferences')}"


def test_follows_are_added_changed_and_removed_on_the_page(site, preferences):
    assert "Vous ne suivez rien" in site.client.get(preferences).text
    for target in ("bilan carbone", "RS6456", "d1@watchbot"):
        page = site.client.post(
            f"{preferences}/suivis", data={"cible": target, "rythme": "digest"}, follow_redirects=True
        )
        assert page.status_code == 200
        assert "Préférences enregistrées" in page.text
    assert "15\u00a0décembre\u00a02026, dans 22\u00a0jours" in page.text
    with site.store() as store:
        followed = {one.kind: one for one in store.follows.of(site.reader().id)}
    search, number, due = (followed[kind] for kind in FollowedKind)
    assert (search.target, number.target, due.target) == ("bilan carbone", "RS6456", "d1@watchbot")
    data = {"changer": due.id, "rythme": "at-once", "avec-rappels": "1", "jours": "14; 2 1"}
    site.client.post(f"{preferences}/suivis", data=data)
    data = {"changer": number.id, "rythme": "digest", "avec-rappels": "1"}
    site.client.post(f"{preferences}/suivis", data=data)
    with site.store() as store:
        assert store.follows.get(due.id).days == (14, 2, 1)
        assert store.follows.get(due.id).pace == "at-once"
        assert store.follows.get(number.id).days == ()
    page = site.client.post(f"{preferences}/suivis", data={"retirer": search.id}, follow_redirects=True)
    assert "« bilan carbone" not in page.text.replace("\u00a0", " ")
    stored = site.client.get(f"{preferences}/donnees.json").json()
    assert {one["follow"]["target"] for one in stored["follows"]} == {"RS6456", "d1@watchbot"}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"cible": ""}, "écrivez une recherche"),
        ({"changer": "0123456789"}, "rien de tel"),
        ({"cible": "<script>alert(1)</script>" * 20}, "écrivez une recherche"),
    ],
)
def test_what_cannot_be_followed_is_said_on_the_page(site, preferences, data, said):
    page = site.client.post(f"{preferences}/suivis", data=data, follow_redirects=True)
    assert said in page.text
    assert "<script>" not in page.text


def test_nobody_touches_the_follows_of_another(site, preferences):
    other = site.person("other@example.org", "hebdo")
    with site.store() as store:
        theirs = follow(site.watch, store, other.id, FollowedKind.SEARCH, "bilan", at=site.now)
    site.client.post(f"{preferences}/suivis", data={"retirer": theirs.id})
    site.client.post(f"{preferences}/suivis", data={"changer": theirs.id, "rythme": "digest"})
    with site.store() as store:
        assert store.follows.get(theirs.id) == theirs
    assert (
        site.client.post("/preferences/forged/suivis", data={"retirer": theirs.id}, follow_redirects=True).status_code
        == 404
    )
    crossed = site.client.post(f"{preferences}/suivis", data={"cible": "x"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert crossed.status_code == 403
