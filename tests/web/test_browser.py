"""A person with a browser: subscribes, confirms from the mail, changes topics; the mail provider then unsubscribes with one POST."""

from __future__ import annotations

import itertools
from datetime import timedelta
from pathlib import Path

import pytest

from watchbot.model import FoundItem, Kind, Source, Verdict

SOURCE = Source(id="ecoprod-actualites", name="Ecoprod", publisher="Ecoprod", kind=Kind.FEED, url="https://e.org/f")
CHROMIUM = Path("/usr/bin/chromium")
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Debian's Chromium"),
]


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser, site):
    """A fresh page with cookies of its own; faults of the page (refused by its policy, missing files) fail the test."""
    faults, contexts = [], []

    def new(**options):
        contexts.append(browser.new_context(base_url=str(site.client.base_url), locale="fr-FR", **options))
        page = contexts[-1].new_page()
        page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
        return page

    yield new
    for context in contexts:
        context.close()
    assert faults == []


def news(site, number, topic, title):
    """An item that was found now, of one topic."""
    with site.store() as store:
        found = FoundItem(guid=f"n{number}", url=f"https://e.org/n{number}", title=title, published=site.now)
        (item,) = store.items.save(SOURCE, [found], site.now).new
        verdict = Verdict(relevant=True, relevance=1.0, topics=(topic,), scores={topic: 1.0})
        store.tags.record([(item, "h", verdict)], "human", site.now, by="human")


def text_of(mail):
    return mail.get_body(("plain",)).get_content().replace("\u00a0", " ")


def test_subscribe_confirm_change_topics_and_unsubscribe_as_gmail_does(site, open_page):
    page = open_page(java_script_enabled=False)
    site.now -= timedelta(days=7)
    page.goto("/")
    page.get_by_role("main").get_by_role("link", name="S’inscrire").click()
    page.get_by_label("Adresse électronique").fill("camille@example.org")
    page.locator("input[name=topics]").first.check()
    page.get_by_role("button", name="M’inscrire").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Vérifiez votre boîte de réception"

    page.goto(site.link(1, "confirmation"))
    page.get_by_role("button", name="Confirmer").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Inscription confirmée"
    first = site.watch.classifier.topics[0].id
    assert (site.reader().state, site.reader().topics) == ("active", (first,))
    news(site, "1", first, "Un décret paraît")
    news(site, "2", "financements", "Une aide ouvre")
    digest = text_of(site.send("hebdo"))
    assert ("Un décret paraît" in digest, "Une aide ouvre" in digest) == (True, False)

    page.get_by_role("link", name="Mes préférences").click()
    assert page.locator("input[name=topics]").first.is_checked()
    page.locator("input[name=topics]").first.uncheck()
    page.locator("input[name=topics][value=financements]").check()
    page.get_by_role("button", name="Enregistrer").click()
    assert page.get_by_role("status").inner_text() == "Préférences enregistrées."
    assert site.reader().topics == ("financements",)

    site.now += timedelta(days=7)
    news(site, "3", first, "Un autre décret paraît")
    news(site, "4", "financements", "Une autre aide ouvre")
    digest = site.send("hebdo")
    assert ("Un autre décret" in text_of(digest), "Une autre aide ouvre" in text_of(digest)) == (False, True)
    target = digest["List-Unsubscribe"].split(">")[0].lstrip("<")
    path = target.removeprefix(site.watch.settings.base_url)
    answer = site.client.post(path, data={"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, site.reader()) == (200, None)


def test_pages_fit_the_screen_and_read_well(site, open_page):
    page = open_page()
    paths = ("/", "/inscription", "/recherche?q=tournages", "/archives", "/api")
    for path, width, scheme in itertools.product(paths, (360, 800), ("light", "dark")):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        if page.url != str(site.client.base_url.join(path)):
            page.goto(path)
        look = f"{path} {width} {scheme}"
        assert page.evaluate(f"innerWidth == {width} && matchMedia('(prefers-color-scheme: {scheme})').matches"), look
        assert page.evaluate("document.documentElement.scrollWidth") <= width, look
        assert page.locator("h1").count() == 1
        assert page.locator("input:visible:not([type=checkbox])").evaluate_all(
            "l => l.every(e => e.labels.length == 1)"
        )
        assert page.evaluate(CONTRAST) >= 4.5, look


# The least contrast of text on its ground (WCAG 2, relative luminance), over every element that holds text.
CONTRAST = """() => {
  const channel = v => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4 };
  const light = c => .2126 * channel(c[0]) + .7152 * channel(c[1]) + .0722 * channel(c[2]);
  const colour = text => text.match(/[\\d.]+/g).map(Number);
  const ground = e => { for (; e; e = e.parentElement) { const c = colour(getComputedStyle(e).backgroundColor);
    if (c.length < 4 || c[3] > 0) return c } return [255, 255, 255] };
  const texts = [...document.querySelectorAll('body *')].filter(e =>
    e.checkVisibility() && [...e.childNodes].some(n => n.nodeType == 3 && n.data.trim()));
  return Math.min(...texts.map(e => { const a = light(colour(getComputedStyle(e).color)), b = light(ground(e));
    return (Math.max(a, b) + .05) / (Math.min(a, b) + .05) }));
}"""
