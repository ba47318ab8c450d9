"""Which elements of a page are furniture: navigation, banners, sharing, sidebars. Decided on tags, roles and class names.

Class names are only hints, so they never remove an element that holds the main content, most of the text, or (banners
and navigation apart) words that people act on: a deadline box is sometimes called "sidebar".
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from watchbot.track.fold import word_set

if TYPE_CHECKING:
    from lxml.html import HtmlElement

UNSEEN = word_set(
    "script style noscript template svg canvas iframe object embed audio video map head title meta link base"
    " input select textarea datalist option progress meter math picture source track area dialog"
)
_FURNITURE = word_set("nav aside menu")
_ROLES = word_set("navigation banner contentinfo complementary search dialog alertdialog menu menubar toolbar")
_NEVER = word_set("html body main article h1 h2 h3 h4 h5 h6 table tbody thead tr td th form")
_CALLOUT = re.compile(
    r"callout|encart|encadre|note|alert|info|important|highlight|remarque|avertissement", re.IGNORECASE
)

# Cut at `-`, `_` and before capitals, class names are sequences of words; each pattern below is on such a sequence.
_ALWAYS = re.compile(
    r" (?:cookies?|consent|rgpd|gdpr|tarteaucitron|didomi|axeptio|onetrust|cookiebot|orejime|klaro|cc window|cmp|qc cmp|sd cmp|usercentrics|truste|trustarc|iubenda|cky|cmplz|borlabs|osano|sp message|fc consent|quantcast|hs eu|ot sdk"
    r"|breadcrumbs?|ariane|fil d ariane|you are here"
    r"|skip links?|skiplinks?|evitement|lien evitement|nav links|navbar|navigation|site nav|main nav|main menu|mega menu|burger|offcanvas"
    r"|site header|site footer|page footer|footer menu|colophon) "
)
_NAVIGATION = re.compile(r"^ (?:(?:[a-z]+ )?menu(?: [a-z]+)?|(?:[a-z]+ )?nav|nav [a-z]+) $")
_WHOLE_NAME = re.compile(r"^ (?:social|secondary|widget|session|clock|views|likes) $")
_LIKELY = re.compile(
    r" (?:share|sharing|partage|partager|social (?:links?|share|sharing|media|icons?|networks?|bar|buttons?)|socials|reseaux sociaux|addtoany|addthis|sharethis|a2a|jp relatedposts|sharedaddy"
    r"|newsletter|infolettre|pagination|pager|page numbers|sidebar|widget area"
    r"|related|similaires?|similar|recommended|recommandations|also like|lire aussi|read more|articles lies"
    r"|comment respond|comments|commentaires|comment list|print|imprimer|back to top|scroll top|totop|retour haut|haut de page"
    r"|advert|adverts|ads|ad (?:slot|unit|container|wrapper|banner|block)|adslot|sponsored|sponsorise|advertisement|publicite|promo banner|popup|popin|modal|toast|chatbot|livechat"
    r"|post views|view count|views count|nb vues|nombre vues|page views|hits|reading time|temps lecture|temps de lecture"
    r"|entry meta|post meta|article meta|page meta|node submitted|submitted|last updated|last update|last modified|date maj|date mise a jour|maj|date modification"
    r"|toolbar|language switcher|lang switcher|choix langue|langues|byline|posted on|tags links|entry footer|author box|session id|session info|debug|build info|server time|horloge|meteo|weather) "
)
_ACTED_ON = re.compile(
    r"jusqu|avant le|au plus tard|clôture|échéance|date limite|à compter du|à partir du|entre en vigueur|\d ?(?:€|%)|euros?\b|obligatoire|doit |doivent ",
    re.IGNORECASE,
)
# The fingerprint that a build gives a class name: `menu__a1b2c`.
_BUILD = re.compile(r"(?<=[a-z])(?:__|--|_)(?=[A-Za-z]*\d)[A-Za-z0-9]{4,10}$|(?<=[a-z])__[a-z0-9]{5}$")
_WORD = re.compile(r"[a-z]+|[A-Z]+(?![a-z])|[A-Z][a-z]+|\d+")


def is_furniture(element: HtmlElement, *, inside_content: bool) -> str:
    """Say whether to drop an element: `always`, `likely` (subject to `holds_content`) or an empty string."""
    tag = element.tag
    attributes = element.attrib
    role = attributes.get("role", "")
    names = f"{attributes.get('class', '')} {attributes.get('id', '')}"
    if tag == "aside" or role in {"complementary", "note"}:
        return "" if _CALLOUT.search(names) or role == "note" else "likely"
    if tag in _FURNITURE or role in _ROLES:
        return "always"
    if tag in {"header", "footer"}:
        return {"header": "", "footer": "likely"}[tag] if inside_content else "always"
    if tag == "button":
        return "" if attributes.get("aria-expanded") or attributes.get("aria-controls") else "always"
    if tag in _NEVER or names == " ":
        return ""
    return _by_names(names)


@lru_cache(maxsize=8192)
def _by_names(names: str) -> str:
    verdict = ""
    for name in names.split():
        words = f" {' '.join(_WORD.findall(_BUILD.sub('', name))).lower()} "
        if _ALWAYS.search(words) or _NAVIGATION.search(words):
            return "always"
        if _LIKELY.search(words) or _WHOLE_NAME.search(words):
            verdict = "likely"
    return verdict


def holds_content(element: HtmlElement, verdict: str, total: int) -> bool:
    """True if the element must stay for all its name: it holds the main content or a title.

    One that is only `likely` furniture also stays when it holds 40 % of the page's `total` characters, or words that
    people act on.
    """
    if element.tag in {"nav", "menu"}:
        return False
    if next(element.iter("main", "h1"), None) is not None:
        return True
    if verdict == "always":
        return False
    text = "".join(element.itertext())
    return len(text) > max(400, 0.4 * total) or bool(_ACTED_ON.search(text))
