"""What a page or a PDF says about itself rather than about its subject: stamps, counters, buttons, banners.

Everything here is anchored on whole passages or whole sentences with a known wording. A date, number or amount is only
ever dropped together with the words that make it noise: "mis à jour le 3 mars 2026" goes, "valable jusqu'au 3 mars 2026"
stays. Texts given here are canonical (`typography.canonical`).
"""

from __future__ import annotations

import re

_MONTH = (
    r"(?:janvier|janv\.?|février|fevrier|févr?\.?|mars|avril|avr\.?|mai|juin|juillet|juil\.?|août|aout"
    r"|septembre|sept\.?|octobre|oct\.?|novembre|nov\.?|décembre|decembre|déc\.?)"
)
_WEEKDAY = r"(?:(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche),? )?"
_DATE = (
    rf"(?:{_WEEKDAY}\d{{1,2}}(?:er)? {_MONTH} \d{{4}}|{_WEEKDAY}\d{{1,2}}[/.-]\d{{1,2}}[/.-]\d{{2,4}}|\d{{4}}-\d{{2}}-\d{{2}}"
    rf"|{_MONTH} \d{{4}}|\d{{1,2}}/\d{{4}}|aujourd’hui|hier|il y a (?:\d+|une?|deux|trois|quelques) (?:minutes?|heures?|jours?|semaines?|mois))"
)
_TIME = r"(?:,? ?(?:à |– |- |T|, )?\d{1,2} ?(?:h|:|heures?) ?(?:\d{2})?(?::\d{2})?(?: ?min)?)?"
_ZONE = r"(?: \(?(?:UTC|CET|CEST|GMT|heure de Paris)\)?)?"
_SUBJECT = (
    r"(?:(?:cette|la présente|la|notre|ce|le|cet|l’|ces|les)? ?"
    r"(?:page|fiche|site|site web|contenu|article|rubrique|document|informations?|données|liste|tableau|texte|actualité)"
    r"(?: (?:web|internet|du site|de cette page|de la page))? ?(?:a été |ont été |est |sont |: |– )?)?"
)
_VERB = (
    r"(?:(?:dernière |date de (?:la )?(?:dernière )?)?(?:mise?s? ?à ?jour|modification|actualisation|màj|maj)(?: (?:du|de la|de cette|de ce|des|de l’) ?(?:site|page|données|texte|contenu|fiche|informations|rubrique|base|article))*(?: (?:le|du|en|au|effectuée le))?"
    r"|(?:modifi|actualis|vérifi|imprim|édit|consult|génér|extrait|affich|téléchargé|export)(?:é|e)*s?(?: (?:le|la|en|au|ce jour))?"
    r"|last (?:updated?|modified)(?: on)?|updated(?: on)?|date d’(?:impression|édition|extraction))"
)
_STAMP = rf"{_SUBJECT}{_VERB} ?:? ?(?:le |en )?{_DATE}{_TIME}{_ZONE}(?: par [^.;|]{{2,60}})?"
_COUNTED = (
    r"(?:vues?|lectures?|consultations?|visites?|visiteurs?|partages?|commentaires?|j’aime|likes?|téléchargements?"
    r"|réactions?|avis|votes?|abonnés?|followers|clics?|internautes?(?: en ligne)?|connectés?)"
)
_NUMBER = r"\d[\d .,]*[kKM]?"

_ALONE = re.compile(
    "|".join(
        (
            _STAMP,
            rf"(?:{_NUMBER} {_COUNTED}(?: (?:sur|au total|de cette page|à ce jour|depuis)[^.]{{0,40}})?)",
            rf"(?:(?:nombre de |nb )?{_COUNTED} ?(?:: ?{_NUMBER}|\({_NUMBER}\)))",
            rf"(?:vous êtes le {_NUMBER} ?(?:e|ème|eme) visiteur|{_NUMBER} personnes? (?:consultent?|regardent?) cette page[^.]{{0,30}})",
            rf"(?:(?:cette page a été |page |article )?(?:vue?|lue?|consultée?|visitée?|téléchargée?|partagée?) :? ?{_NUMBER} fois[^.]{{0,40}})",
            r"(?:(?:temps|durée) de lecture(?: estimée?)? ?:? ?(?:environ |~ ?)?\d+ ?(?:min|mn|minutes?|s|secondes?)\.?(?: \d+ ?s)?)",
            r"(?:\d+ ?(?:min|mn|minutes?) de lecture|lecture ?:? ?\d+ ?(?:min|mn|minutes?))",
            rf"(?:nous sommes le |aujourd’hui,? (?:le )?|date du jour ?: ?|il est (?=\d)){_DATE}?{_TIME}{_ZONE}(?:, .{{0,30}})?",
            # What Légifrance writes on every text: the day it is looked at, not a day of the text.
            rf"version (?:consolidée|en vigueur) au {_DATE}",
            r"(?:page (?:générée|chargée|calculée) en \d+[.,]?\d* ?(?:s|ms|secondes?)[^.]{0,40})",
            r"(?:(?:id|identifiant|n°|numéro|jeton|référence|réf\.?) (?:de |d’)?(?:la |votre )?(?:session|requête|visite|connexion|page)s? ?:? ?[\w-]*)",
            r"(?:(?:session|request id|ray id|trace id|token|build|rendu|cache) ?:? ?[\da-f-]{6,}(?:\.\d+)*)",
            r"(?:note ?: ?)?\d(?:[.,]\d)? ?/ ?5 ?\(?\d+ (?:avis|votes?)\)?",
            r"(?:vous êtes ici ?:? ?)?accueil ?(?:[>/|\"→]|–) ?[^.]{2,180}",
            r"vous êtes ici ?:?.{0,180}",
            r"(?:©|\(c\)|copyright)[^.]{0,120}(?:tous droits réservés)?\.?",
            r"[^.]{0,60}tous droits réservés\.?",
        )
    ),
    re.IGNORECASE,
)

_LABELS = frozenset(
    """partager|partager sur|partager cette page|partager l’article|partager cet article|partagez|partager la page|imprimer
imprimer la page|imprimer cette page|imprimer l’article|tweeter|facebook|twitter|x|x (ex-twitter)|x (twitter)|linkedin|whatsapp|instagram|youtube|bluesky|mastodon
e-mail|email|mail|courriel|envoyer par e-mail|envoyer par mail|envoyer par courriel|envoyer à un ami|copier le lien|lien copié|copier dans le presse-papier
partager sur facebook|partager sur twitter|partager sur x|partager sur linkedin|partager par e-mail|partager par mail|partager sur whatsapp
haut de page|retour en haut|retour en haut de page|retour haut de page|remonter|aller au contenu|aller au contenu principal|aller au menu|aller à la recherche|accès direct
menu|fermer|ouvrir|ouvrir le menu|fermer le menu|rechercher|recherche|lire la suite|en savoir plus|voir plus|voir moins|afficher plus|afficher la suite|plus d’infos
accueil|connexion|se connecter|mon compte|s’identifier|s’inscrire|inscription|tout accepter|tout refuser|accepter|refuser|personnaliser|gérer les cookies|gérer mes préférences
accepter et fermer|continuer sans accepter|paramétrer|paramètres des cookies|ok|ok, tout accepter|précédent|suivant|page précédente|page suivante|retour|retour à la liste
article précédent|article suivant|s’abonner|s’abonner à la newsletter|newsletter|abonnez-vous|suivez-nous|suivez-nous sur les réseaux sociaux|écouter|écouter la page|écouter l’article
agrandir le texte|réduire le texte|agrandir|contraste|ajouter aux favoris|ajouter à mes favoris|signaler une erreur|commenter|laisser un commentaire|laisser une réponse
cette page vous a-t-elle été utile ?|cette page vous a-t-elle aidé ?|ce contenu vous a-t-il été utile ?|oui|non merci|chargement|chargement en cours|chargement...|publicité|annonce|sponsorisé""".replace(
        "\n", "|"
    ).split("|")
) - {"oui"}

_COOKIES = re.compile(r"cookies?\b|traceurs\b")
_CONSENT = re.compile(
    r"accept|refus|consent|poursui|continu|navigation|paramétr|personnalis|partenaires|mesure d’audience|votre choix"
)
_SUBSCRIBE = re.compile(
    r"^(?:abonnez-vous|inscrivez-vous|recevez) .{0,60}(?:newsletter|lettre d’information|infolettre)", re.IGNORECASE
)
_SEGMENTS = re.compile(r"( (?:[|•·]|–) )")

_IN_SENTENCE = re.compile(rf"(?:^|(?<=[.!?] ))(?:{_STAMP}) ?\.(?= |$) ?", re.IGNORECASE | re.MULTILINE)
_IN_PARENTHESES = re.compile(
    rf" ?[(\[](?:{_STAMP}|{_NUMBER} {_COUNTED}|\d+ ?min(?:utes?)? de lecture)[)\]]", re.IGNORECASE
)
_LONG_HEX = re.compile(
    r"(?<![\w-])(?:[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}|(?=[a-f]*\d)(?=\d*[a-f])[\da-f]{20,})\b",
    re.IGNORECASE,
)
_TRAILING_COUNT = re.compile(
    rf"(?<=[^\W\d_]) ?[–|•·(-]? ?{_NUMBER} (?:vues?|téléchargements?|lectures?|partages?|consultations?|j’aime|likes?)\)?$",
    re.IGNORECASE,
)
_STAMP_STEMS = (
    "à jour",
    "a jour",
    "àjour",
    "maj",
    "màj",
    "modifi",
    "actualis",
    "vérifi",
    "imprim",
    "édit",
    "consult",
    "génér",
    "extrai",
    "affich",
    "télécharg",
    "export",
    "update",
)

RELATED = re.compile(
    r"^(?:à lire aussi|lire aussi|à lire également|voir aussi|à voir aussi|sur le même (?:sujet|thème)|articles? (?:similaires?|liés?|récents?|associés?)"
    r"|actualités? (?:liées?|similaires?|récentes?|associées?)|à découvrir aussi|dans la même (?:rubrique|catégorie)|ces articles .*intéresser.*"
    r"|vous aimerez aussi|les plus (?:lus|consultés|partagés)|dernières actualités|nos dernières actualités|toute l’actualité|à la une|pages? les plus consultées?)"
    r" ?[:!]?$",
    re.IGNORECASE,
)


def is_noise(text: str, *, heading: bool = False) -> bool:
    """True if a whole passage speaks only of the page: a stamp, a counter, a button, a consent banner, a breadcrumb.

    A heading is never taken for a button: a section may well be called "Inscription".
    """
    if len(text) > 900:
        return False
    folded = text.casefold().strip(" .:>→")
    if (folded in _LABELS and not heading) or not folded.strip("-–•|/*"):
        return True
    if len(text) <= 250:
        if _ALONE.fullmatch(text.rstrip(" .")):
            return True
        segments = _SEGMENTS.split(text)[::2]
        if len(segments) > 1 and all(_is_small_noise(segment) for segment in segments):
            return True
    return bool((_COOKIES.search(folded) and _CONSENT.search(folded) and len(text) > 20) or _SUBSCRIBE.match(text))


def _is_small_noise(segment: str) -> bool:
    return segment.casefold().strip(" .:") in _LABELS or bool(_ALONE.fullmatch(segment.strip(" .")))


def without_stamps(text: str) -> str:
    """The passage without the stamps and counters it carries beside its own words."""
    if "(" in text or "[" in text:
        text = _IN_PARENTHESES.sub("", text)
    lowered = text.lower()
    if any(stem in lowered for stem in _STAMP_STEMS):
        text = _IN_SENTENCE.sub("", text)
    if len(text) <= 100:
        text = _TRAILING_COUNT.sub("", text)
    if len(text) <= 300:
        text = _without_noisy_segments(text)
    return text.strip()


def without_tokens(text: str) -> str:
    """A text (one line or many) without session tokens, fingerprints and UUIDs, which no reader reads."""
    return _LONG_HEX.sub("", text)


def _without_noisy_segments(text: str) -> str:
    parts = _SEGMENTS.split(text)
    if len(parts) == 1:
        return text
    kept = ""
    for position in range(0, len(parts), 2):
        if not _is_small_noise(parts[position]):
            kept += (parts[position - 1] if kept else "") + parts[position]
    return kept
