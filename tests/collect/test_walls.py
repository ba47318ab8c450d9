"""Pages that stand where news should be are told; pages that only mention cookies, logins or scripts are not."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from tests.collect.answers import answer
from watchbot.collect.walls import REASONS, refuse_wall, wall_reason
from watchbot.errors import ParseError
from watchbot.model import Response

NEWS = (
    "<article><h1>Le CNC ouvre son appel</h1>"
    + "<p>Les productions déposent leur bilan avant le tournage.</p>" * 40
    + "</article>"
)


def page(title: str = "", body: str = "", head: str = "") -> str:
    return f"<!DOCTYPE html><html><head><title>{title}</title>{head}</head><body>{body}</body></html>"


def moved(to: str, text: str) -> Response:
    return replace(answer(text), url=to)


WALLS = {
    "cloudflare": (page("Just a moment...", "<noscript>Enable JavaScript and cookies to continue</noscript>"), "bot-challenge"),
    "cloudflare french": (page("Un instant…", "Vérification en cours"), "bot-challenge"),
    "cloudflare script": (page("", "", "<script>window._cf_chl_opt={cvId:'3'};</script>"), "bot-challenge"),
    "cloudflare block": (page("Attention Required! | Cloudflare", "Sorry, you have been blocked"), "bot-challenge"),
    "imperva": (page("", '<iframe src="/_Incapsula_Resource?SWJIYLWA=719d34d31c8e3a6e6fffd425f7e032f3"></iframe>'), "bot-challenge"),
    "datadome": (page("exemple.fr", "<script src='https://ct.captcha-delivery.com/c.js'></script>"), "bot-challenge"),
    "anubis": (page("Making sure you're not a bot!", "<script id='anubis_challenge' type='application/json'>{}</script>"), "bot-challenge"),
    "vercel": (page("Vercel Security Checkpoint", "We're verifying your browser"), "bot-challenge"),
    "akamai": (page("Access Denied", "<h1>Access Denied</h1>You don't have permission. Reference #18.6f"), "access-denied"),
    "forbidden": (page("403 Forbidden", "<center><h1>403 Forbidden</h1></center><hr>nginx"), "access-denied"),
    "french refusal": (page("Accès refusé", "<p>Vous n’avez pas les droits.</p>"), "access-denied"),
    "login": (page("Connexion", '<form><input type="text" name="u"><input type="password" name="p"><button>OK</button></form>'), "login-required"),
    "login titled last": (page("Mon espace - Log in", "<form><input type=password></form>"), "login-required"),
    "cookies": (page("Bienvenue", "<p>Nous utilisons des traceurs. Accepter tous les cookies</p><button>Refuser</button>"), "cookie-wall"),
    "cookies needed": (page("Error", "<p>Your browser must have cookies enabled to use this site.</p>"), "cookie-wall"),
    "script": (page("Appli", "<noscript>You need to enable JavaScript to run this app.</noscript><div id='root'></div>"), "javascript-required"),
    "script french": (page("Portail", "<p>Veuillez activer JavaScript pour continuer.</p>"), "javascript-required"),
    "empty mount": (page("Appli", '<div id="app"></div><script src="/a.js"></script>'), "javascript-required"),
    "angular": (page("Appli", "<app-root></app-root><script src='main.js'></script>"), "javascript-required"),
    "maintenance": (page("Site en maintenance", "<p>Nous revenons vite.</p>"), "maintenance"),
    "parked": (page("Welcome to nginx!", "<p>Thank you for using nginx.</p>"), "maintenance"),
}  # fmt: skip


@pytest.mark.parametrize("name", WALLS)
def test_walls(name: str) -> None:
    text, reason = WALLS[name]
    assert wall_reason(answer(text), text) == reason
    with pytest.raises(ParseError) as caught:
        refuse_wall(answer(text), text)
    assert caught.value.reason == reason
    assert REASONS[reason] in str(caught.value)


@pytest.mark.parametrize(
    ("to", "body", "reason"),
    [
        ("https://www.example.fr/wp-login.php?redirect_to=x", "<form><input type=password></form>", "login-required"),
        ("https://sso.example.fr/cas/login?service=x", "<p>Identifiant</p>", "login-required"),
        ("https://consent.google.com/m?continue=x", "<p>Avant d’accéder</p>", "cookie-wall"),
        ("https://consent.youtube.com/m?continue=x", NEWS, "cookie-wall"),
        ("https://www.example.fr/actualites/autre", NEWS, None),
    ],
)
def test_redirects_to_walls(to: str, body: str, reason: str | None) -> None:
    text = page("Page", body)
    assert wall_reason(moved(to, text), text) == reason


def test_challenge_told_by_its_header() -> None:
    response = replace(answer(NEWS), headers={"cf-mitigated": "challenge"})
    assert wall_reason(response, NEWS) == "bot-challenge"


@pytest.mark.parametrize(
    "text",
    [
        page("Actualités", NEWS),
        page("Actualités", NEWS + "<div class='cookie'>Nous utilisons des cookies. Accepter les cookies</div>"),
        page("Actualités", NEWS + "<noscript>Activez JavaScript pour profiter du site</noscript>"),
        page("Actualités", NEWS + "<form><input type='password'></form>"),
        page("Connexion des tournages au réseau électrique", NEWS + "<input type=password>"),
        page("Accès refusé aux groupes électrogènes à Paris", NEWS),
        page("Comment choisir son JavaScript", NEWS + "JavaScript is required"),
        page("Site de tournage", "<div id='app'>" + NEWS + "</div><script src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'></script>"),
        page("Page courte", "<p>La prochaine réunion a lieu le 3 mars.</p>"),
        "",
    ],
)  # fmt: skip
def test_ordinary_pages_are_no_walls(text: str) -> None:
    assert wall_reason(answer(text), text) is None
    refuse_wall(answer(text), text)


def test_hostile_pages_are_quick() -> None:
    started = time.perf_counter()
    for text in (
        "<noscript>" * 100_000,
        "<title>" * 100_000,
        "<input " * 100_000,
        "cookies " * 100_000,
        "enable " * 100_000,
        "<div id=root " * 50_000,
    ):
        wall_reason(answer(""), "<html>" + text)
    assert time.perf_counter() - started < 6
