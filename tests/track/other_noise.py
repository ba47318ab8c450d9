"""More noise than the rules were made on: other makers' widgets, class names that change at each build, foreign stamps. Seeded."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable

from tests.track.noise_mutations import MONTHS, _after_title, _before_end, _in_text

_ENGLISH = ("Jan", "Feb", "Mar", "Apr", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec")
_END = ("</main>", "</body>")


def other_noise(source: str, seed: int) -> tuple[str, list[str]]:
    """The page with one to three kinds of noise, and their names."""
    rng = random.Random(seed)
    chosen = rng.sample(OTHER_NOISES, rng.randint(1, 3))
    for noise in chosen:
        source = noise(source, rng)
    return source, [noise.__name__ for noise in chosen]


def _at_end(source: str, block: str) -> str:
    return _before_end(source, next(mark for mark in _END if mark in source), block)


def _at_start(source: str, block: str) -> str:
    place = source.find(">", source.find("<body")) + 1
    return source[:place] + block + source[place:]


def _hash(rng: random.Random) -> str:
    return f"{rng.getrandbits(28):06x}"


def module_classes(source: str, rng: random.Random) -> str:
    """Every class name gets a build's fingerprint, as CSS modules and styled components give."""
    return re.sub(
        r'class=(["\'])([^"\']*)\1',
        lambda found: f'class="{" ".join(f"{name}__{_hash(rng)[:5]}" for name in found[2].split())} css-{_hash(rng)}"',
        source,
    )


def utility_classes(source: str, rng: random.Random) -> str:
    extra = rng.choice(("flex md:gap-4 text-sm", "row g-3 align-items-center", "fr-col-12 fr-mb-3w", "uk-width-1-1"))
    return re.sub(r"<(p|li|td|th|dd|dt|h2|h3|summary|section)>", lambda found: f'<{found[1]} class="{extra}">', source)


def cards(source: str, rng: random.Random) -> str:
    """Teasers of other pages, under a heading of their own."""
    heading = rng.choice(
        ("Ces contenus pourraient vous intéresser", "Nos autres actualités", "Continuez votre lecture", "Également sur le site", "Les articles les plus populaires", "Dans l'actualité", "À ne pas manquer", "Vous pourriez aussi aimer", "Plus d'articles", "Lire également")
    )  # fmt: skip
    ago = rng.choice(("il y a 3 jours", "il y a 2 heures", "hier", "12 nov. 2026", "03/11/2026"))
    cards = "".join(
        f'<article class="card"><a href="/n/{rng.randint(1, 999)}"><h3>Un tournage sobre en {rng.choice(("Bretagne", "Corse", "Savoie"))} {rng.randint(1, 99)}</h3></a><p>{ago}</p></article>'
        for _ in range(3)
    )
    tag = rng.choice(("h2", "h3"))
    return _at_end(source, f"<section><{tag}>{heading}</{tag}><div>{cards}</div></section>")


def relative_stamp(source: str, rng: random.Random) -> str:
    count = rng.randint(2, 28)
    wording = rng.choice(
        ("Mis à jour il y a {n} jours", "Publié il y a {n} heures", "Mis en ligne hier", "Dernière mise à jour : il y a {n} semaines", "Modifié il y a {n} minutes", "Actualisé il y a un mois", "Publié aujourd'hui à {n}:05")
    )  # fmt: skip
    return _after_title(source, f"<p>{wording.format(n=count)}</p>")


def foreign_stamp(source: str, rng: random.Random) -> str:
    month, day = rng.randint(1, 12), rng.randint(1, 28)
    wording = rng.choice(
        ("Updated {d} {e} 2026", "Last updated: {e} {d}, 2026", "Last modified on 2026-{m:02d}-{d:02d}", "Mis à jour le {d}/{m}/26", "MàJ : {d:02d}-{m:02d}-2026", "Dernière mise à jour : {d} {f} 2026 – 10 h 42", "Mise à jour le mardi {d} {f} 2026", "Page mise à jour en {f} 2026", "Mise à jour : 2026-{m:02d}-{d:02d}T08:12:00Z", "Dernière vérification le {d} {f} 2026")
    )  # fmt: skip
    text = wording.format(d=day, m=month, e=_ENGLISH[month - 1], f=MONTHS[month - 1])
    return (
        _after_title(source, f"<p>{text}</p>") if rng.random() < 0.6 else _at_end(source, f"<p><time>{text}</time></p>")
    )


def social_counts(source: str, rng: random.Random) -> str:
    count = rng.randint(1, 9999)
    wording = rng.choice(
        ("{n} partages", "Partages : {n}", "1,{m}k vues", "❤ {n}", "👍 {n} 👎 {m}", "★★★★☆ ({n} avis)", "{n} personnes aiment ça", "Soyez le premier à commenter", "{n} réponses", "Aimé par {n} personnes", "{n} téléchargements")
    )  # fmt: skip
    return _at_end(source, f"<p>{wording.format(n=count, m=rng.randint(1, 9))}</p>")


def presence(source: str, rng: random.Random) -> str:
    wording = rng.choice(
        ("{n} personnes consultent actuellement cette page", "{n} visiteurs en ligne", "Page vue {n} fois cette semaine", "Vous êtes le {n}e visiteur")
    )  # fmt: skip
    return _at_end(source, f"<div>{wording.format(n=rng.randint(2, 900))}</div>")


def linked_data(source: str, rng: random.Random) -> str:
    day = f"2026-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
    block = f'<script type="application/ld+json" nonce="{_hash(rng)}">{{"@type":"WebPage","dateModified":"{day}","interactionCount":{rng.randint(1, 999)}}}</script><link rel="preload" href="/a.{_hash(rng)}.css"><meta name="csrf" content="{_hash(rng)}">'
    return source.replace("</head>", f"{block}</head>")


def other_consent(source: str, rng: random.Random) -> str:
    name = rng.choice(
        ("usercentrics-root", "qc-cmp2-container", "truste-consent", "iubenda-cs-banner", "cky-consent-container", "cmplz-cookiebanner", "BorlabsCookieBox", "osano-cm-window", "sd-cmp", "fc-consent-root", "sp_message_container_12", "cookie-law-info-bar", "moove_gdpr_cookie_info_bar", "hs-eu-cookie-confirmation")
    )  # fmt: skip
    text = rng.choice(
        (
            "<p>Le respect de votre vie privée est notre priorité</p><p>Nous et nos partenaires stockons des informations sur votre appareil. Vous pouvez accepter ou refuser ces traceurs.</p>",
            "<h2>Gérer le consentement</h2><p>Pour offrir les meilleures expériences, nous utilisons des technologies telles que les cookies pour stocker les informations des appareils. Le fait de consentir à ces technologies nous permettra de traiter des données.</p><p>Fonctionnel</p><p>Toujours activé</p><p>Statistiques</p>",
            "<h2>Votre confidentialité</h2><table><tr><th>Nom</th><th>Durée</th></tr><tr><td>_ga</td><td>13 mois</td></tr></table><p>Voir les préférences</p>",
        )
    )
    return (_at_start if rng.random() < 0.5 else _at_end)(source, f'<div id="{name}" class="{name}">{text}</div>')


def consent_without_name(source: str, rng: random.Random) -> str:
    text = rng.choice(
        ("Nous utilisons des cookies afin d'améliorer votre expérience. En continuant, vous acceptez notre politique.", "Ce site dépose des traceurs soumis à votre consentement.", "Votre vie privée nous tient à cœur : acceptez ou refusez les cookies.")
    )  # fmt: skip
    return _at_end(
        source, f"<div class='c{_hash(rng)}'><p>{text}</p><button>J'accepte</button><button>Non</button></div>"
    )


def help_widget(source: str, rng: random.Random) -> str:
    text = rng.choice(
        ("Besoin d'aide ? Discutez avec nous", "Un conseiller est en ligne", "Cette page vous a-t-elle été utile ?", "Ces informations vous ont-elles été utiles ?", "Donnez votre avis sur cette page", "Je donne mon avis", "Votre avis nous intéresse")
    )  # fmt: skip
    return _at_end(source, f"<div class='w{_hash(rng)}'><p>{text}</p></div>")


def browser_warning(source: str, rng: random.Random) -> str:
    text = rng.choice(
        ("Votre navigateur n'est pas à jour.", "JavaScript est désactivé dans votre navigateur.", "Veuillez activer JavaScript pour profiter de toutes les fonctionnalités.", "Vous utilisez un navigateur obsolète.")
    )  # fmt: skip
    return _at_start(source, f"<p>{text}</p>")


def languages(source: str, rng: random.Random) -> str:
    block = rng.choice(
        ("<ul><li><a lang='en' href='/en'>English</a></li><li><a lang='es' href='/es'>Español</a></li><li><a href='/fr'>Français</a></li></ul>", "<p><a href='/fr'>FR</a> | <a href='/en'>EN</a></p>", "<div><span>Français</span> <a href='/en'>English</a></div>")
    )  # fmt: skip
    return _at_start(source, block)


def contents_list(source: str, rng: random.Random) -> str:
    """A table of contents made of the page's own headings."""
    headings = re.findall(r"<h[23][^>]*>([^<]+)</h[23]>", source)[:8]
    entries = "".join(f"<li><a href='#s{n}'>{text}</a></li>" for n, text in enumerate(headings))
    title = rng.choice(("Sommaire", "Sur cette page", "Dans cette page", "Table des matières"))
    return (
        _after_title(source, f"<div class='x{_hash(rng)}'><p>{title}</p><ul>{entries}</ul></div>")
        if entries
        else source
    )


def heading_anchors(source: str, rng: random.Random) -> str:
    sign = rng.choice(("#", "¶", "🔗", "§"))
    return re.sub(
        r"</(h[23])>",
        lambda found: f'<a href="#a{rng.randint(1, 99)}" aria-hidden="true">{sign}</a></{found[1]}>',
        source,
    )


def new_window(source: str, rng: random.Random) -> str:
    note = rng.choice(("(nouvelle fenêtre)", "- nouvelle fenêtre", "(s'ouvre dans un nouvel onglet)", "(lien externe)"))
    return re.sub(r'(<a href="/?[a-z]+[^>]*>[^<]+)</a>', lambda found: f"{found[1]} <span>{note}</span></a>", source)


def invisible(source: str, rng: random.Random) -> str:
    sign = rng.choice(("\u200b", "\u2060", "&#8203;", "<wbr>", "&ZeroWidthSpace;"))
    return _in_text(
        source, lambda text: re.sub(r"(?<=[a-zé]{4})(?=[a-zé]{4})", lambda _: sign if rng.random() < 0.08 else "", text)
    )


def decomposed(source: str, rng: random.Random) -> str:
    return _in_text(source, lambda text: unicodedata.normalize("NFD", text))


def entities(source: str, rng: random.Random) -> str:
    return _in_text(
        source,
        lambda text: re.sub(r"[éèàçê]", lambda found: f"&#{ord(found[0])};" if rng.random() < 0.5 else found[0], text),
    )


def line_breaks(source: str, rng: random.Random) -> str:
    """A line break in the middle of sentences, as editors of rich text leave."""
    return re.sub(
        r"(<p>[^<]{40,}?[a-z]) ([a-z][^<]{20,}</p>)",
        lambda found: f"{found[1]}<br>\n{found[2]}" if rng.random() < 0.5 else found[0],
        source,
    )


def quotation_marks(source: str, rng: random.Random) -> str:
    left, right = rng.choice((("“", "”"), ("« ", " »"), ("&laquo;&nbsp;", "&nbsp;&raquo;"), ('"', '"')))
    return _in_text(source, lambda text: re.sub(r"«\s?([^»]*?)\s?»", lambda found: f"{left}{found[1]}{right}", text))


def cell_markup(source: str, rng: random.Random) -> str:
    """Cells get paragraphs or labels for small screens in attributes; head cells get a scope."""
    source = re.sub(
        r"<td>([^<]+)</td>", lambda found: f'<td data-label="c{rng.randint(1, 9)}"><p>{found[1]}</p></td>', source
    )
    return re.sub(r"<th>", '<th scope="col">', source)


def advertisement(source: str, rng: random.Random) -> str:
    return _at_end(
        source, rng.choice(("<p>Publicité</p>", "<div class='ad-slot'><p>Annonce</p><p>Le studio clé en main</p></div>", "<p>Contenu sponsorisé</p>", "<iframe src='/ad'></iframe>"))
    )  # fmt: skip


def weather(source: str, rng: random.Random) -> str:
    return _at_start(source, f"<div class='meteo'><span>Paris {rng.randint(-3, 30)} °C</span></div>")


def pager(source: str, rng: random.Random) -> str:
    block = rng.choice(
        ("<p><a href='/p'>← Article précédent</a> <a href='/n'>Article suivant →</a></p>", "<div class='post-navigation'><a href='/p'>Précédent : Un studio sobre</a></div>", "<ul class='pages'><li>1</li><li>2</li><li>…</li><li>14</li></ul>")
    )  # fmt: skip
    return _at_end(source, block)


def login(source: str, rng: random.Random) -> str:
    return _at_start(
        source,
        rng.choice(
            (
                "<p>Bonjour, invité</p>",
                "<p>Se connecter</p><p>Créer un compte</p>",
                "<div class='user-bar'><p>Mon espace (0)</p></div>",
            )
        ),
    )


OTHER_NOISES: list[Callable[[str, random.Random], str]] = [
    module_classes, utility_classes, cards, relative_stamp, foreign_stamp, social_counts, presence, linked_data, other_consent, consent_without_name,
    help_widget, browser_warning, languages, contents_list, heading_anchors, new_window, invisible, decomposed, entities, line_breaks, quotation_marks,
    cell_markup, advertisement, weather, pager, login,
]  # fmt: skip
