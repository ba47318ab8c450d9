"""How mail and archive look in a real browser: phone and desk, light and dark; search in the page."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest
from hostile import hostile_material
from sample import EDITION, MONTHLY, NOW, sample
from test_render import EVERYTHING, LINKS

from watchbot.digest.archive import write_archive
from watchbot.digest.compose import compose
from watchbot.digest.render import render_html

CHROMIUM = shutil.which("chromium")
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's Chromium")]
LOOKS = [(width, scheme) for width in (375, 800) for scheme in ("light", "dark")]
PAPER = {"light": "rgb(255, 255, 255)", "dark": "rgb(24, 32, 28)"}


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def opened(browser):
    pages = []

    def open_page(path, width, scheme, **options):
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme, **options)
        faults = []
        page.on("console", lambda said: faults.append(said.text) if said.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda request: None if request.url.startswith("file:") else faults.append(request.url))
        page.goto(path.as_uri())
        pages.append(page)
        return page, faults

    yield open_page
    for page in pages:
        page.close()


def overflow(page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_the_mail_looks_right_on_phone_and_desk_in_light_and_dark(opened, templates, tmp_path, width, scheme):
    path = tmp_path / "mail.html"
    path.write_text(render_html(sample(MONTHLY, reader=None), templates, LINKS), encoding="utf-8")
    page, faults = opened(path, width, scheme)
    assert overflow(page) <= 0
    assert page.evaluate("getComputedStyle(document.querySelector('.sheet')).backgroundColor") == PAPER[scheme]
    for heading in ("En chiffres", "Échéances", "Changements", "Financements"):
        assert page.get_by_role("heading", name=heading, exact=True).is_visible()
    sheet = page.locator(".sheet").bounding_box()
    assert sheet["width"] == min(width, 600)
    assert page.get_by_role("table", name="Échéances à venir").is_visible()
    bars = page.evaluate("[...document.querySelectorAll('.bar')].map(bar => bar.offsetHeight)")
    assert len(set(bars)) == 1
    shot = tmp_path / f"{width}-{scheme}.png"
    page.screenshot(path=str(shot), full_page=True)
    assert shot.stat().st_size > 10_000
    assert faults == []


@pytest.mark.parametrize("width", [320, 800])
def test_hostile_text_does_not_break_the_layout(opened, templates, tmp_path, width):
    path = tmp_path / "hostile.html"
    path.write_text(render_html(compose(EVERYTHING, hostile_material(), now=NOW), templates, LINKS), encoding="utf-8")
    page, faults = opened(path, width, "light")
    assert overflow(page) <= 0
    assert faults == []


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_the_archive_looks_right_and_finds_words_typed(opened, tmp_path, width, scheme):
    write_archive(tmp_path, [sample(reader=None), sample(MONTHLY, reader=None)], base="https://v.example/archive")
    page, faults = opened(tmp_path / "index.html", width, scheme)
    assert overflow(page) <= 0
    assert page.evaluate("getComputedStyle(document.querySelector('main')).backgroundColor") == PAPER[scheme]
    page.get_by_label("Chercher dans cette page").fill("ÉCOBONUS l’hydrogène")
    assert page.get_by_role("status").inner_text() == "Rien trouvé."
    page.get_by_label("Chercher dans cette page").fill("ecobonus Corse")
    assert page.get_by_role("status").inner_text().replace("\u00a0", " ") == "1 résultat"
    assert page.locator("article:visible h3").all_inner_texts() == [
        "Écobonus corse\u00a0: le plafond passe à 60\u00a0000\u00a0€"
    ]
    page.get_by_label("Chercher dans cette page").fill("")
    assert page.locator("article:visible").count() == 8
    page.get_by_role("link", name="Mesure et bilan carbone", exact=True).first.click()
    assert page.get_by_role("heading", name="Mesure et bilan carbone", exact=True).is_visible()
    assert overflow(page) <= 0
    page.go_back()
    page.locator(".issues a").first.click()
    assert overflow(page) <= 0
    assert page.get_by_role("heading", name="Échéances", exact=True).is_visible()
    assert faults == []


def test_without_scripts_the_archive_shows_everything(browser, tmp_path):
    write_archive(tmp_path, [sample(replace(EDITION), reader=None)])
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((tmp_path / "index.html").as_uri())
    assert page.locator("article:visible").count() == 8
    assert page.locator(".search").is_hidden()
    context.close()
