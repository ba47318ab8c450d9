"""Noise-only mutations of recorded documents: what a site or a PDF maker changes without changing what is said. Seeded."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from html import unescape

from lxml import html

MONTHS = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
]


def noisy_html(source: str, seed: int) -> tuple[str, list[str]]:
    """The page with one to four kinds of noise, and their names."""
    rng = random.Random(seed)
    chosen = rng.sample(HTML_NOISES, rng.randint(1, 4))
    # Typography works on text; tree surgery last, since it serialises the page anew.
    chosen.sort(key=lambda noise: noise.__name__.startswith("tree_"))
    for noise in chosen:
        source = noise(source, rng)
    return source, [noise.__name__ for noise in chosen]


def _date(rng: random.Random) -> str:
    day, month, year = rng.randint(1, 28), rng.randint(1, 12), rng.choice((2025, 2026, 2027))
    return rng.choice(
        (
            f"{day} {MONTHS[month - 1]} {year}",
            f"{day:02d}/{month:02d}/{year}",
            f"{day:02d}.{month:02d}.{year}",
            f"1er {MONTHS[month - 1]} {year}",
        )
    )


def _clock(rng: random.Random) -> str:
    hour, minute = rng.randint(0, 23), rng.randint(0, 59)
    return rng.choice(
        (
            f" à {hour}h{minute:02d}",
            f" - {hour:02d}:{minute:02d}",
            f", {hour}:{minute:02d}:12",
            f" à {hour} h {minute:02d}",
            "",
        )
    )


def _in_text(source: str, change: Callable[[str], str]) -> str:
    """Apply a change to what lies between tags, outside scripts and styles."""
    parts = re.split(
        r"(<script.*?</script>|<style.*?</style>|<!--.*?-->|<[^>]+>)", source, flags=re.DOTALL | re.IGNORECASE
    )
    return "".join(part if index % 2 else change(part) for index, part in enumerate(parts))


def _before_end(source: str, marker: str, block: str) -> str:
    place = source.rfind(marker)
    return source[:place] + block + source[place:] if place >= 0 else source + block


def _after_title(source: str, block: str) -> str:
    place = source.find("</h1>")
    return source[: place + 5] + block + source[place + 5 :]


# ------------------------------------------------------------------------------------------ stamps and counters


def stamp_changed(source: str, rng: random.Random) -> str:
    """Every existing update stamp gets another date."""
    pattern = rf"((?:Mis à jour le|Dernière mise à jour :|Modifié le) )(?:\d+(?:er)?\s+(?:{'|'.join(MONTHS)})\s+\d{{4}}|\d\d/\d\d/\d{{4}})(?:\s+à\s+\d+h\d+)?(?=<| par)"
    return re.sub(pattern, lambda found: f"{found[1]}{_date(rng)}{_clock(rng)}", source)


def stamp_added(source: str, rng: random.Random) -> str:
    wording = rng.choice(
        (
            "Mis à jour le {d}{t}",
            "Mise à jour : {d}",
            "Dernière mise à jour le {d}{t}",
            "Page mise à jour le {d}",
            "Cette page a été mise à jour le {d}.",
            "Dernière modification : {d}{t}",
            "Vérifié le {d} par la Direction de la communication",
            "Date de dernière mise à jour : {d}",
            "Contenu actualisé le {d}",
        )
    )
    tag = rng.choice(("p", "div", "span", "small"))
    return _after_title(
        source,
        f"<{tag} class='{rng.choice(('date', 'info', 'meta', 'x1'))}'>{wording.format(d=_date(rng), t=_clock(rng))}</{tag}>"
        + ("<br>" if tag in {"span", "small"} else ""),
    )


def counters(source: str, rng: random.Random) -> str:
    count = rng.randint(100, 99_999)
    wording = rng.choice(
        (
            "{n} vues",
            "Vu {n} fois",
            "{n} lectures",
            "{n} partages",
            "Temps de lecture : {m} min",
            "{m} min de lecture",
            "Nombre de vues : {n}",
            "{n} consultations",
            "{m} commentaires",
        )
    )
    return _before_end(
        source,
        "</main>" if "</main>" in source else "</div>",
        f"<p>{wording.format(n=count, m=rng.randint(2, 15))}</p>",
    )


def counters_changed(source: str, rng: random.Random) -> str:
    for pattern in (r"\d[\d ]* vues", r"\d[\d ]* consultations", r"Lu \d+ fois", r"Temps de lecture : \d+ min"):
        source = re.sub(
            pattern, lambda found: re.sub(r"\d[\d ]*\d|\d", str(rng.randint(2, 9999)), found[0], count=1), source
        )
    return source


def session_ids(source: str, rng: random.Random) -> str:
    token = f"{rng.getrandbits(128):032x}"
    source = re.sub(r"PHPSESSID=\w+", f"PHPSESSID={token}", source)
    source = re.sub(r"jsessionid=\w+", f"jsessionid={token.upper()}", source)
    source = re.sub(r'name="token" value="\w+"', f'name="token" value="{token}"', source)
    return _before_end(
        source, "</body>", f"<input type=hidden name=csrf value={token}><p>Identifiant de session : {token}</p>"
    )


def rendering(source: str, rng: random.Random) -> str:
    """What the server says of its own work."""
    wording = rng.choice(
        ("Page générée en 0,{n} s", "Nous sommes le {d}", "Aujourd'hui, {d}{t}", "build {h}", "Session : {h}")
    )
    text = wording.format(n=rng.randint(100, 999), d=_date(rng), t=_clock(rng), h=f"{rng.getrandbits(48):012x}")
    return _before_end(source, "</main>" if "</main>" in source else "</body>", f"<div>{text}</div>")


# ------------------------------------------------------------------------------------------ furniture


def cookie_banner(source: str, rng: random.Random) -> str:
    name = rng.choice(("cookie-banner", "cc-window", "axeptio_overlay", "didomi-host", "rgpd", "onetrust-consent-sdk"))
    text = rng.choice(
        (
            "Ce site utilise des cookies. En poursuivant votre navigation, vous acceptez leur usage.",
            "Nous et nos 132 partenaires utilisons des cookies pour personnaliser le contenu.",
            "Gestion des cookies : accepter, refuser ou paramétrer vos choix.",
        )
    )
    holder = f"<div id='{name}' class='{name}'><h2>Vos choix</h2><p>{text}</p><button>Tout accepter</button><button>Tout refuser</button></div>"
    if rng.random() < 0.3:
        holder = f"<div><p>{text}</p></div>"
    place = source.find(">", source.find("<body")) + 1
    return source[:place] + holder + source[place:] if rng.random() < 0.5 else _before_end(source, "</body>", holder)


def navigation(source: str, rng: random.Random) -> str:
    entries = "".join(
        f"<li><a href='/r{rng.randint(1, 99)}'>Rubrique {rng.randint(1, 99)}</a></li>" for _ in range(rng.randint(2, 9))
    )
    block = rng.choice(
        (
            "<nav><ul>{e}</ul></nav>",
            "<div class='main-menu'><ul>{e}</ul></div>",
            "<header class='top'><ul>{e}</ul></header>",
            "<div role='navigation'><ul>{e}</ul></div>",
        )
    )
    place = source.find(">", source.find("<body")) + 1
    return source[:place] + block.format(e=entries) + source[place:]


def breadcrumb(source: str, rng: random.Random) -> str:
    block = rng.choice(
        (
            "<ol class='breadcrumb'><li>Accueil</li><li>Aides {n}</li></ol>",
            "<p>Vous êtes ici : Accueil &gt; Aides {n}</p>",
            "<div aria-label='fil' class='fil-d-ariane'>Accueil › Dossier {n}</div>",
        )
    ).format(n=rng.randint(1, 99))
    place = source.find("<h1")
    return source[:place] + block + source[place:]


def sharing(source: str, rng: random.Random) -> str:
    block = rng.choice(
        (
            "<div class='social-share'><a href='#'>Facebook</a> <a href='#'>X</a> {n}</div>",
            "<ul class='partage'><li>Partager sur Facebook</li><li>Partager sur LinkedIn ({n})</li></ul>",
            "<p>Partager cette page</p><p>Imprimer</p>",
            "<div class='addtoany_share_save_container'>{n} partages</div>",
        )
    ).format(n=rng.randint(1, 999))
    return _before_end(source, "</main>" if "</main>" in source else "</body>", block)


def related(source: str, rng: random.Random) -> str:
    heading = rng.choice(
        ("À lire aussi", "Articles similaires", "Sur le même sujet", "Voir aussi", "Dernières actualités")
    )
    entries = "".join(
        f"<li><a href='/a/{rng.randint(1, 999)}'>Une actualité du secteur numéro {rng.randint(1, 999)} à découvrir</a></li>"
        for _ in range(3)
    )
    block = (
        f"<h2>{heading}</h2><ul>{entries}</ul>"
        if rng.random() < 0.5
        else f"<aside><h3>{heading}</h3><ul>{entries}</ul></aside>"
    )
    return _before_end(source, "</main>" if "</main>" in source else "</body>", block)


def footer(source: str, rng: random.Random) -> str:
    return _before_end(
        source,
        "</body>",
        f"<footer><ul><li>Mentions légales</li><li>Plan du site {rng.randint(1, 9)}</li></ul><p>© {rng.randint(2020, 2030)} Tous droits réservés</p></footer>",
    )


def newsletter(source: str, rng: random.Random) -> str:
    return _before_end(
        source,
        "</body>",
        f"<div class='newsletter-block'><p>Abonnez-vous à notre newsletter, {rng.randint(10, 99)} 000 lecteurs</p><input type=email><button>OK</button></div>",
    )


# ------------------------------------------------------------------------------------------ code


def code(source: str, rng: random.Random) -> str:
    nonce = f"{rng.getrandbits(64):016x}"
    block = f"<script nonce='{nonce}'>var t={rng.random()};</script><style>.a{rng.randint(1, 99)}{{color:red}}</style><!-- cache {rng.random()} --><noscript>Activez JavaScript</noscript>"
    return _before_end(source, "</body>", block)


def attributes(source: str, rng: random.Random) -> str:
    """Class names, ids and data attributes change, attributes change places."""

    def change(found: re.Match[str]) -> str:
        extra = f' data-v-{rng.getrandbits(24):06x}="" style="--i:{rng.randint(0, 9)}"'
        return f"<{found[1]}{extra}{found[2]}>" if rng.random() < 0.5 else f"<{found[1]}{found[2]}{extra}>"

    return re.sub(r"<(p|li|td|tr|ul|h2|h3|div)((?:\s[^<>]*)?)>", change, source)


def tracking(source: str, rng: random.Random) -> str:
    query = f"utm_source=site&amp;utm_campaign=c{rng.randint(1, 99)}&amp;fbclid={rng.getrandbits(40):x}"
    return re.sub(r'href="([^"#?]+)(?:\?[^"]*)?"', lambda found: f'href="{found[1]}?{query}"', source)


def whitespace(source: str, rng: random.Random) -> str:
    source = re.sub(r">\s*\n\s*<", lambda _: rng.choice((">\n<", ">\n\t\t<", ">  \r\n <")), source)
    return _in_text(
        source, lambda text: re.sub(r"(?<=\w) (?=\w)", lambda _: rng.choice((" ", " ", " ", "\n   ", "  ")), text)
    )


def tree_serialised(source: str, rng: random.Random) -> str:
    """Another serialiser: entities, quotes of attributes, optional tags."""
    tree = html.fromstring(source.encode(), parser=html.HTMLParser(encoding="utf-8"))
    return str(html.tostring(tree, encoding="unicode", pretty_print=rng.random() < 0.3))


def tree_inline(source: str, rng: random.Random) -> str:
    """Emphasis and spans come and go inside passages."""
    return re.sub(
        r"(<(?:p|li|td)[^>]*>)([^<]{12,}?)(</)",
        lambda found: (
            f"{found[1]}<{(t := rng.choice(('span', 'strong', 'em')))}>{found[2]}</{t}>{found[3]}"
            if rng.random() < 0.4
            else found[0]
        ),
        source,
    )


def tree_wrapped(source: str, rng: random.Random) -> str:
    """A new theme wraps passages in more containers."""
    return re.sub(
        r"<p>(.*?)</p>",
        lambda found: f'<div class="c{rng.randint(1, 9)}"><p>{found[1]}</p></div>' if rng.random() < 0.4 else found[0],
        source,
    )


def tree_levels(source: str, rng: random.Random) -> str:
    """A new theme sets headings one level lower, or lists with other markup."""
    if rng.random() < 0.5:
        return re.sub(r"(</?)h([23])\b", lambda found: f"{found[1]}h{int(found[2]) + 1}", source)
    return re.sub(r"(</?)(ul|ol)\b", lambda found: f"{found[1]}{'ol' if found[2] == 'ul' else 'ul'}", source)


def tree_paragraphs(source: str, rng: random.Random) -> str:
    """Paragraphs are cut between sentences, or become containers."""
    if rng.random() < 0.5:
        return re.sub(r"(?<=[a-z]\.) (?=[A-Z][a-z]+ [a-z]+ [a-z][^<]*</p>)", "</p>\n<p>", source)
    return re.sub(r"(</?)p(?=[ >])", lambda found: f"{found[1]}div", source)


# ------------------------------------------------------------------------------------------ typography


def quotes(source: str, rng: random.Random) -> str:
    other = rng.choice(("’", "&rsquo;", "&#39;", "ʼ"))
    return _in_text(source, lambda text: re.sub(r"(?<=\w)['’](?=\w)", lambda _: other, text))


def spaces(source: str, rng: random.Random) -> str:
    other = rng.choice(("&nbsp;", "\u202f", "&#8239;", "\u2009", " "))
    return _in_text(
        source,
        lambda text: re.sub(
            r"(?<=[\w)])(?:&nbsp;|[ \u00a0\u202f])(?=[€%:;!?])|(?<=\d)(?:&nbsp;|[ \u00a0\u202f])(?=\d{3})",
            lambda _: other,
            text,
        ),
    )


def no_space(source: str, rng: random.Random) -> str:
    return _in_text(source, lambda text: re.sub(r"(?<=\w)(?:&nbsp;| )(?=[%€;?!])", "", text))


def dashes(source: str, rng: random.Random) -> str:
    other = rng.choice(("–", "—", "-", "&ndash;", "‒"))
    return _in_text(source, lambda text: re.sub(r" [-–—] ", lambda _: f" {other} ", text))


def hyphens(source: str, rng: random.Random) -> str:
    return _in_text(
        source, lambda text: re.sub(r"(?<=[a-zé])-(?=[a-zé])", lambda _: rng.choice(("\u2011", "-", "\u2010")), text)
    )


def ligatures(source: str, rng: random.Random) -> str:
    def change(text: str) -> str:
        text = re.sub("ffi", "ﬃ", text)
        text = re.sub("fi", lambda _: rng.choice(("ﬁ", "fi")), text)
        return text.replace("œu", rng.choice(("œu", "oeu")))

    return _in_text(source, change)


def soft_hyphens(source: str, rng: random.Random) -> str:
    return _in_text(
        source,
        lambda text: re.sub(r"(?<=[a-zé]{4})(?=[a-zé]{4})", lambda _: "&shy;" if rng.random() < 0.1 else "", text),
    )


def heading_case(source: str, rng: random.Random) -> str:
    return re.sub(r"(<h[23]>)([^<]+)(</h)", lambda found: f"{found[1]}{unescape(found[2]).upper()}{found[3]}", source)


HTML_NOISES: list[Callable[[str, random.Random], str]] = [
    stamp_changed,
    stamp_added,
    counters,
    counters_changed,
    session_ids,
    rendering,
    cookie_banner,
    navigation,
    breadcrumb,
    sharing,
    related,
    footer,
    newsletter,
    code,
    attributes,
    tracking,
    whitespace,
    tree_serialised,
    tree_inline,
    tree_wrapped,
    tree_levels,
    tree_paragraphs,
    quotes,
    spaces,
    no_space,
    dashes,
    hyphens,
    ligatures,
    soft_hyphens,
    heading_case,
]
