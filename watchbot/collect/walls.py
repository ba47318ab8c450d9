"""Pages that stand where news should be: challenges of bot protection, login forms, cookie walls, empty applications.

They are sent with status 200 often enough. Storing one as news, or comparing a reference page with one, would be worse
than an error: it is told to the administrator by its reason.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from watchbot.collect.clean import plain_text
from watchbot.errors import ParseError
from watchbot.model import Response

# Each reason with what the administrator can do about it.
REASONS = {
    "bot-challenge": "the site answered with a challenge against robots; ask the publisher for access or use another address",
    "login-required": "the site asks for a login; use a public address of the source",
    "cookie-wall": "the site shows a page about cookies instead of its content; use its feed or another address",
    "javascript-required": "the page needs JavaScript to show anything; use the site's feed, sitemap or API",
    "access-denied": "the site refuses access; ask the publisher or use another address",
    "maintenance": "the site is closed for maintenance or not set up; it will be tried again",
}

_HEAD_CHARACTERS = 300_000
_TITLE = re.compile(r"<title[^<>]*>([^<]{0,300})", re.IGNORECASE)
_CHALLENGE_MARKS = re.compile(
    r"/cdn-cgi/challenge-platform/h/[a-z]/orchestrate/|window\._cf_chl_opt|cf-browser-verification|id=\"challenge-form\""
    r"|_Incapsula_Resource\?SWJIYLWA|geo\.captcha-delivery\.com|ct\.captcha-delivery\.com|id=\"px-captcha\"|sucuri_cloudproxy_js"
    r"|awsWafCookieDomainList|\.awswaf\.com/.{0,80}challenge\.js|anubis_challenge|ddos-guard/js-challenge|/_sec/cp_challenge/"
    r"|bm-verify=|/\.well-known/vercel/security|__ddg\d?_|hcaptcha\.com/captcha/v1.{0,200}challenge-container",
)
_CHALLENGE_TITLES = re.compile(
    r"^(?:just a moment|un instant|attention required! \| cloudflare|checking your browser|ddos-guard|vercel security checkpoint"
    r"|making sure you.{1,8}re not a bot|one moment, please|verifying you are human|bot verification|security check"
    r"|v[ée]rification de s[ée]curit[ée]|are you a robot|êtes-vous un robot|human verification|client challenge)\b",
    re.IGNORECASE,
)
_DENIED_TITLES = re.compile(
    r"^(?:access denied|acc[èe]s (?:refus[ée]|interdit)|403 forbidden|403 |forbidden|error 403|blocked|your access to this site has been limited"
    r"|sucuri website firewall|request rejected|the request could not be satisfied)",
    re.IGNORECASE,
)
_MAINTENANCE_TITLES = re.compile(
    r"^(?:(?:site )?(?:en )?maintenance|under maintenance|site en construction|coming soon|welcome to nginx|apache2 \w+ default page"
    r"|domain (?:parked|for sale)|index of /|site indisponible|503 service)",
    re.IGNORECASE,
)
_LOGIN_TITLES = re.compile(
    r"^(?:log ?in|sign ?in|connexion|se connecter|identification|authentification|connectez-vous|identifiez-vous|espace (?:membre|adh[ée]rent)s?"
    r"|central authentication service|login page)\b|\b(?:log ?in|sign ?in|connexion)$",
    re.IGNORECASE,
)
_LOGIN_PATH = re.compile(
    r"/(?:wp-login\.php|log-?in|sign-?in|connexion|authentification|oauth2?/authorize|sso|cas/login|saml2?)(?:[/?.]|$)",
    re.IGNORECASE,
)
_PASSWORD = re.compile(r"<input[^<>]{0,300}type\s*=\s*[\"']?password", re.IGNORECASE)
_CONSENT_HOST = re.compile(r"^(?:consent|guce|cmp|cookiewall|privacy-?(?:gate|mgmt|center)?)\.", re.IGNORECASE)
_COOKIE_WORDS = re.compile(
    r"(?:accepte[rz]|refuse[rz]|g[ée]rer|param[ée]tre[rz]|accept|reject|manage|enable|activer|consent\w*)\b.{0,60}\bcookies?\b"
    r"|\bcookies?\b.{0,60}\b(?:accepte[rz]|accept|consent\w*|enabled?|activ[ée]s?|requis|required)\b|before you continue|avant d['’]acc[ée]der",
    re.IGNORECASE | re.DOTALL,
)
_SCRIPT_WORDS = re.compile(
    r"(?:enable|activate|turn on|requires?|need|without|activer|activez|n[ée]cessite|requiert|d[ée]sactiv[ée])\b.{0,60}\bjava ?script\b"
    r"|\bjava ?script\b.{0,60}\b(?:enabled?|required|disabled|turned (?:on|off)|activ[ée]|d[ée]sactiv[ée]|requis|n[ée]cessaire)",
    re.IGNORECASE | re.DOTALL,
)
_MOUNT = re.compile(
    r"<(?:div|main)[^<>]{0,100}\bid=[\"']?(?:root|app|__next|__nuxt|app-root|gatsby|svelte)\b[^<>]*>\s*</|<app-root[^<>]*>\s*</",
    re.IGNORECASE,
)
# A page with less visible text than this has no room for news beside the wall.
_BARE = 250
_THIN = 900
_FORM = 1500


def wall_reason(response: Response, text: str) -> str | None:
    """The reason why an HTML page is a wall and no content (a key of `REASONS`), or None if it is none.

    Args:
        response: What was answered; its address, headers and status are looked at.
        text: Its content as text (HTML).
    """
    if response.headers.get("cf-mitigated") == "challenge":
        return "bot-challenge"
    page = text[:_HEAD_CHARACTERS]
    found = _TITLE.search(page)
    title = plain_text(found.group(1)) if found else ""
    visible = plain_text(page, limit=_HEAD_CHARACTERS)
    length = len(visible)
    if _CHALLENGE_MARKS.search(page) and length < 2 * _FORM:
        return "bot-challenge"
    if length < _FORM:
        if _CHALLENGE_TITLES.search(title):
            return "bot-challenge"
        if _DENIED_TITLES.search(title):
            return "access-denied"
        if _MAINTENANCE_TITLES.search(title):
            return "maintenance"
    return _login(response, page, title, length) or _cookies(response, visible) or _scripts(page, visible)


def refuse_wall(response: Response, text: str) -> None:
    """Raise `ParseError` with the reason if the page is a wall.

    Raises:
        ParseError: `reason` is a key of `REASONS`.
    """
    reason = wall_reason(response, text)
    if reason:
        raise ParseError(f"{response.url}: {REASONS[reason]}", url=response.url, reason=reason)


def _login(response: Response, page: str, title: str, length: int) -> str | None:
    moved = response.url != response.requested_url and _LOGIN_PATH.search(urlsplit(response.url).path + "?")
    asked = _LOGIN_PATH.search(urlsplit(response.requested_url).path + "?")
    form = _PASSWORD.search(page) is not None
    if (moved and not asked and (form or length < _FORM)) or (
        form and length < _FORM and (_LOGIN_TITLES.search(title) or length < _BARE)
    ):
        return "login-required"
    return None


def _cookies(response: Response, visible: str) -> str | None:
    host = urlsplit(response.url).hostname or ""
    if response.url != response.requested_url and _CONSENT_HOST.search(host):
        return "cookie-wall"
    return "cookie-wall" if len(visible) < _THIN and _COOKIE_WORDS.search(visible) else None


def _scripts(page: str, visible: str) -> str | None:
    if len(visible) >= _THIN:
        return None
    if _SCRIPT_WORDS.search(visible):
        return "javascript-required"
    empty = len(visible) < _BARE and (_SCRIPT_WORDS.search(_noscript(page)) or _MOUNT.search(page))
    return "javascript-required" if empty else None


def _noscript(page: str) -> str:
    """The text of the first `<noscript>`."""
    start = page.lower().find("<noscript")
    if start < 0:
        return ""
    end = page.lower().find("</noscript", start)
    return plain_text(page[page.find(">", start) + 1 : end if end > 0 else start + _FORM])
