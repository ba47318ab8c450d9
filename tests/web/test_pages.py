"""Search with filters in links, items, feeds and calendars of everything, past issues."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from xml.etree import ElementTree as ET

import icalendar
import pytest

from watchbot.model import FoundItem, Verdict
from watchbot.web import reading

ATOM = "{http://www.w3.org/2005/Atom}"


def links(html: str) -> list[str]:
    return [unescape(href) for href in re.findall(r'href="([^"]+)"', html)]


def plain(text: str) -> str:
    return unescape(text).replace("\u00a0", " ")


def test_understood_filters_are_links_that_take_them_away_and_bring_them_back(shared):
    page = shared.client.get("/recherche", params={"q": "tournages en Région Sud"})
    assert "1 résultat<" in page.text
    assert "Région Sud" in plain(page.text.split('class="filters"')[1].split("</ul>")[0])
    (without,) = [link for link in links(page.text) if "sans=r-sud" in link]
    other = shared.client.get(without)
    assert 'value="tournages en Région Sud"' in other.text
    assert "<s>" in other.text
    (back,) = [link for link in links(other.text) if link.startswith("/recherche?q=") and "sans" not in link]
    assert shared.client.get(back).text == page.text


def test_a_search_has_pages_and_odd_numbers_do_no_harm(shared, monkeypatch):
    monkeypatch.setattr(reading, "PAGE", 1)
    first = shared.client.get("/recherche", params={"q": "carbone tournages"})
    assert "2 résultats" in first.text
    following = next(link for link in links(first.text) if "page=2" in link)
    second = shared.client.get(following)
    assert "Page précédente" in second.text
    assert "Page suivante" not in second.text
    titles = [
        plain(re.search(r'<ol class="items">.*?<a [^>]*>(.*?)</a>', page.text, re.DOTALL)[1])
        for page in (first, second)
    ]
    assert set(titles) == {"Aide aux tournages en Région Sud", "Le bilan carbone devient obligatoire"}
    for odd in ("0", "-1", "x", "99999999999", "²"):
        assert shared.client.get("/recherche", params={"q": "carbone", "page": odd}).status_code == 200
    newest = shared.client.get("/recherche", params={"theme": "financements", "region": "sud"})
    assert "Financements" in newest.text
    assert "Aide aux tournages" in newest.text
    assert "bilan carbone" not in newest.text


def test_an_item_has_a_page_with_its_deadline_other_publishers_and_an_explanation(site):
    item = site.item("Aide aux tournages")
    with site.store() as store:
        found = FoundItem(guid="x", url="https://other.example/x", title="La Région Sud aide", published=site.now)
        (twin,) = store.items.save(site.watch.sources[0], [found], site.now).new
        store.items.set_clusters([(twin, item.id)])
    page = plain(site.client.get(f"/nouvelles/{item.id}").text)
    assert "Aide aux tournages en Région Sud" in page
    assert "15 décembre 2026" in page
    assert "https://other.example/x" in page
    assert re.search(r"<li>(?:Classé « |Retenu|Jugé hors sujet).* %\)", page)
    assert "Fiction en prise de vues réelle" in page
    with site.store() as store:
        store.tags.record(
            [(item.id, "", Verdict(relevant=True, relevance=1, topics=("mesure",), scores={}))],
            "human",
            site.now,
            by="human",
        )
    assert "Une personne de l’équipe" in site.client.get(f"/nouvelles/{item.id}").text
    hostile = site.item("<script>")
    assert "<script" not in site.client.get(f"/nouvelles/{hostile.id}").text
    assert site.client.get("/nouvelles/zzzz").status_code == 404


def test_an_item_is_shown_though_the_classifier_cannot_be_asked(shared, monkeypatch):
    from watchbot.errors import ConfigError

    def broken(_watch):
        message = "no head"
        raise ConfigError(message)

    monkeypatch.setattr("watchbot.app.classifying.load_classifier", broken)
    item = shared.item("bilan carbone")
    page = shared.client.get(f"/nouvelles/{item.id}")
    assert page.status_code == 200
    assert "Pas d’explication" in page.text


@pytest.mark.parametrize(
    ("kind", "one", "count"),
    [
        ("themes", "financements", 3),
        ("themes", "mesure", 0),
        ("regions", "sud", 1),
        ("regions", "corse", 0),
        ("sources", "ecoprod-actualites", 3),
    ],
)
def test_every_topic_region_and_source_has_a_feed(shared, kind, one, count):
    answer = shared.client.get(f"/flux/{kind}/{one}.atom")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = ET.fromstring(answer.content)
    assert len(feed.findall(f"{ATOM}entry")) == count
    assert feed.find(f"{ATOM}link[@rel='self']").get("href").endswith(f"/flux/{kind}/{one}.atom")
    assert shared.watch.name in feed.find(f"{ATOM}title").text


@pytest.mark.parametrize(
    ("path", "count"),
    [("themes/financements", 1), ("themes/mesure", 0), ("regions/sud", 1), ("regions/corse", 0), ("editions/hebdo", 1)],
)
def test_every_topic_region_and_edition_has_a_calendar(shared, path, count):
    answer = shared.client.get(f"/calendrier/{path}.ics")
    assert answer.headers["content-type"].startswith("text/calendar")
    events = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    assert len(events) == count
    assert all(str(event["UID"]) == "d1@watchbot" for event in events)


def test_what_only_off_topic_items_say_is_in_no_calendar(site):
    item = site.item("Aide aux tournages")
    verdict = Verdict(relevant=False, relevance=0.1, topics=(), scores={})
    with site.store() as store:
        store.tags.record([(item.id, "h", verdict)], "head", site.now)
    assert b"BEGIN:VEVENT" not in site.client.get("/calendrier.ics").content


def test_an_edition_keeps_to_its_topics_in_its_calendar(site):
    with site.store() as store:
        item = site.item("Aide aux tournages")
        verdict = Verdict(relevant=True, relevance=1, topics=("animation",), scores={"animation": 1.0})
        store.tags.record([(item.id, "", verdict)], "human", site.now, by="human")
    answers = {
        one: site.client.get(f"/calendrier/editions/{one}.ics").content.count(b"BEGIN:VEVENT")
        for one in ("hebdo", "referentiels")
    }
    assert answers == {"hebdo": 1, "referentiels": 0}


def test_everything_that_is_listed_is_served(shared):
    listed = links(shared.client.get("/flux").text)
    paths = [path for path in listed if path.endswith((".atom", ".ics"))]
    assert len(set(paths)) == 2 + 2 * (3 + 13 + 24)
    for path in ("/flux/editions/mensuel.atom", "/calendrier/editions/mensuel.ics", "/flux/regions/la-reunion.atom"):
        assert path in paths
        assert shared.client.get(path).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/", "/inscription", "/recherche?q=bilan", "/recherche?q=zzzz", "/flux", "/api", "/archives", "/rien", "/signe/x"],
)
def test_no_page_has_an_ordinary_space_where_french_has_none_that_breaks(shared, path):
    page = re.sub(
        r"<(style|script|code|pre)[^>]*>.*?</\1>|<!--.*?-->", "", shared.client.get(path).text, flags=re.DOTALL
    )
    text = unescape(re.sub(r"<[^>]+>", "", page))
    assert re.findall(r".{0,30}[^\s–-] [;:!?»%€](?!\w).{0,10}|« .{0,20}", text) == []


def test_past_issues_are_read_by_everyone(site):
    with site.store() as store:
        store.issues.open("hebdo", "hebdo-2026-11-23", site.now)
    assert "/archives/hebdo-2026-11-23" in site.client.get("/archives").text
    for _ in range(2):
        issue = site.client.get("/archives/hebdo-2026-11-23")
        assert "bilan carbone" in issue.text
        assert "/desabonnement/" not in issue.text
        assert "'unsafe-inline'" in issue.headers["content-security-policy"]
        assert "script-src" not in issue.headers["content-security-policy"]
    assert site.client.get("/archives/hebdo-2020-01-01").status_code == 404


def test_the_archive_is_served_with_its_search_feeds_and_calendars(site):
    with site.store() as store:
        store.issues.open("hebdo", "hebdo-2026-11-23", site.now)
        store.issues.open("mensuel", "mensuel-2026-11-23", site.now)
    index = site.client.get("/archives/")
    assert index.text == site.client.get("/archives/index.html").text
    assert "script-src 'self'" in index.headers["content-security-policy"]
    local = [path for path in links(index.text) if not path.startswith(("http", "#"))]
    assert {path.split("/")[0] for path in local} >= {"numeros", "themes", "flux"}
    for path in sorted(set(local)):
        assert site.client.get(f"/archives/{path}").status_code == 200, path
    assert site.client.get("/archives/recherche.js").headers["content-type"].startswith("text/javascript")
    feed = ET.fromstring(site.client.get("/flux/editions/hebdo.atom").content)
    assert len(feed.findall(f"{ATOM}entry")) == 3
    assert ET.fromstring(site.client.get("/flux/editions/referentiels.atom").content).findall(f"{ATOM}entry") == []
    for odd in ("/archives/../../etc/passwd", "/archives/numeros/x.html", "/archives/%2e%2e/x"):
        assert site.client.get(odd).status_code == 404
    with site.store() as store:
        store.issues.open("hebdo", "hebdo-2026-11-24", site.now + timedelta(days=1))
    assert "hebdo-2026-11-24" in site.client.get("/archives/").text
