"""Pages, feed, calendar, JSON, health and figures; the headers of every answer; the pace."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from watchbot.app.pace import MAX_CLIENTS, Pace
from watchbot.web.serve import WebThread

PAGES = [
    *(
        "/",
        "/inscription",
        "/recherche",
        "/recherche?q=bilan",
        "/recherche?theme=mesure&page=2",
        "/archives",
        "/flux",
        "/api",
    ),
    *(
        "/nulle-part",
        "/preferences/x",
        "/nouvelles/x",
        "/jugement/x/y",
        "/flux/themes/x.atom",
        "/calendrier/regions/x.ics",
    ),
]
ABSENT = PAGES[8:]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_strict_french_and_without_script(shared, path):
    answer = shared.client.get(path)
    assert answer.status_code == (404 if path in ABSENT else 200)
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert '<html lang="fr">' in answer.text
    assert "<script" not in answer.text
    assert "server" not in answer.headers
    assert "http://" not in answer.text.replace("http://127.0.0.1:8000", "")


def test_search_finds_and_shows_hostile_titles_as_text(shared):
    found = shared.client.get("/recherche", params={"q": "tournages"})
    assert "Aide aux tournages en Région Sud" in found.text.replace("\u00a0", " ")
    everything = shared.client.get("/recherche").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in everything
    assert "Rien trouvé" in shared.client.get("/recherche", params={"q": "zzzzqqq"}).text
    assert shared.client.get("/recherche", params={"q": '"><img src=x> \x00 OR NEAR('}).status_code == 200


def test_the_interface_pages_filters_and_explains_faults(shared):
    first = shared.client.get("/api/items", params={"limit": 2}).json()
    assert [item["id"] for item in first["items"]]
    assert first["items"][0]["title"] == "Le bilan carbone devient obligatoire"
    assert first["items"][0]["topics"] == ["financements"]
    assert first["next_offset"] == 2
    following = shared.client.get("/api/items", params={"limit": 2}).links["next"]["url"]
    rest = shared.client.get(following).json()
    assert len(rest["items"]) == 1
    assert rest["next_offset"] is None
    assert shared.client.get("/api/items?topic=mesure").json()["items"] == []
    assert len(shared.client.get("/api/items?since=2026-11-12").json()["items"]) == 1
    for query in (
        "topic=x",
        "limit=0",
        "limit=²",
        "limit=9999999999",
        "since=hier",
        "source=x",
        "region=x",
        "offset=-1",
    ):
        answer = shared.client.get(f"/api/items?{query}")
        assert answer.status_code == 400, query
        assert answer.json()["error"].startswith(query.split("=")[0])
    assert shared.client.get("/api/search?q=").status_code == 400
    assert shared.client.get("/api/search", params={"q": "x" * 400}).status_code == 400
    assert shared.client.get("/api/search?q=bilan").json()["items"][0]["url"] == "https://e.org/2"
    assert len(shared.client.get("/api/items?since=30d&until=2026-11-12").json()["items"]) == 2
    assert shared.client.get("/api/rien").json() == {"error": "Not Found"}


def test_the_feed_is_atom_and_the_calendar_holds_the_deadline(shared):
    answer = shared.client.get("/flux.atom?theme=financements")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    space = "{http://www.w3.org/2005/Atom}"
    feed = ET.fromstring(answer.content)
    assert len(feed.findall(f"{space}entry")) == 3
    assert feed.find(f"{space}updated").text
    assert ET.fromstring(shared.client.get("/flux.atom?theme=mesure").content).findall(f"{space}entry") == []
    assert shared.client.get("/flux.atom?theme=x").status_code == 404
    calendar = shared.client.get("/calendrier.ics")
    assert calendar.headers["content-type"].startswith("text/calendar")
    assert b"UID:d1@watchbot" in calendar.content


def test_health_and_figures(site):
    with site.store() as store:
        store.runs.done("backup", site.now)
    assert site.client.get("/healthz").json() == {"status": "ok", "visits": 0}
    figures = site.client.get("/metrics").text
    assert "watchbot_items 3.0" in figures
    assert 'watchbot_sources{state="new"}' in figures
    families = {family.name: family for family in text_string_to_metric_families(figures)}
    assert {"watchbot_deliveries", "watchbot_subscribers", "watchbot_outbox_late_seconds", "watchbot_info"} <= set(
        families
    )
    (done,) = families["watchbot_job_done_timestamp_seconds"].samples
    assert (done.labels, done.value) == ({"job": "backup"}, site.now.timestamp())
    assert "@" not in figures
    away = site.client.get("/metrics", headers={"X-Forwarded-For": "8.8.8.8"})
    assert away.status_code == 403
    site.watch.database.unlink()
    site.watch.database.write_bytes(b"x" * 4096)
    assert site.client.get("/healthz").status_code == 503
    figures = site.client.get("/metrics")
    assert (figures.status_code, figures.headers["content-type"].partition(";")[0]) == (503, "text/plain")
    assert "<" not in figures.text


def test_beside_a_scheduler_health_is_that_its_work_is_done_in_time(site):
    from datetime import timedelta

    from watchbot.model import Delivery
    from watchbot.store.outbox import Outgoing

    state = site.thread.app.state
    long_ago = site.now - timedelta(hours=5)
    with site.store() as store:
        store.runs.done("collect", long_ago)
    assert site.client.get("/healthz").status_code == 200, "a web app by itself does not answer for a scheduler"
    state.scheduled_since = site.now - timedelta(minutes=5)
    assert site.client.get("/healthz").status_code == 200, "after a start there is time to catch up"
    state.scheduled_since = long_ago
    answer = site.client.get("/healthz")
    assert (answer.status_code, answer.json()["what"].partition(":")[0]) == (503, "collection")
    with site.store() as store:
        store.runs.done("collect", site.now)
        delivery = Delivery(key="k", edition="hebdo", issue="w", subscriber_id="x", channel="email")
        store.outbox.enqueue([Outgoing(delivery=delivery, address="x@example.org", payload={})], long_ago)
    answer = site.client.get("/healthz")
    assert (answer.status_code, answer.json()["what"].partition(":")[0]) == (503, "outbox")
    state.scheduled_since = None
    assert site.client.get("/healthz").status_code == 200


def test_a_fault_of_ours_is_told_with_a_reference_and_without_details(site):
    site.watch.database.unlink()
    site.watch.database.write_bytes(b"x" * 4096)
    answer = site.client.get("/archives")
    assert answer.status_code == 500
    assert "référence" in answer.text
    assert str(site.watch.database) not in answer.text
    assert answer.headers["content-security-policy"]


def test_a_client_that_asks_too_fast_is_told_to_wait_but_may_still_unsubscribe(site):
    thread = WebThread(site.watch, lambda: site.now, forms=Pace(2, 60), pages=Pace(3, 60))
    assert thread.start()
    with httpx.Client(base_url=f"http://127.0.0.1:{thread.port}", timeout=20) as client:
        answers = [client.get("/robots.txt").status_code for _ in range(5)]
        assert answers == [200, 200, 200, 429, 429]
        assert int(client.get("/").headers["retry-after"]) <= 61
        posts = [client.post("/inscription", data={"address": "x"}).status_code for _ in range(3)]
        assert posts == [422, 422, 429]
        assert {client.post("/desabonnement/x").status_code for _ in range(5)} == {404}
        assert client.get("/healthz").status_code == 200
    thread.stop()


def test_pace_refills_and_forgets_the_oldest():
    moment = [0.0]
    pace = Pace(1, 10.0, clock=lambda: moment[0])
    assert pace.take("a") == 0
    assert pace.take("a") == 10
    moment[0] = 10
    assert pace.take("a") == 0
    for number in range(MAX_CLIENTS):
        pace.take(str(number))
    assert pace.take("a") == 0, "a was forgotten"


def test_a_taken_port_is_said(site):
    from watchbot.config import load_watch

    environ = {"WATCHBOT_DB": str(site.watch.database), "WATCHBOT_WEB_PORT": str(site.thread.port)}
    taken = WebThread(load_watch(site.watch.folder, environ), lambda: site.now)
    assert not taken.start()
    taken.stop()
