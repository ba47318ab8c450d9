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
_ENGLISH_MONTH = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
_DATE = (
    rf"(?:{_WEEKDAY}\d{{1,2}}(?:er)? {_MONTH} \d{{4}}|{_WEEKDAY}\d{{1,2}}[/.-]\d{{1,2}}[/.-]\d{{2,4}}|\d{{4}}-\d{{2}}-\d{{2}}"
    rf"|{_MONTH} \d{{4}}|\d{{1,2}}/\d{{4}}|aujourd’hui|hier|avant-hier|il y a (?:\d+|une?|deux|trois|quelques) (?:secondes?|minutes?|heures?|jours?|semaines?|mois|ans?)"
    rf"|(?:{_ENGLISH_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}|\d{{1,2}} {_ENGLISH_MONTH} \d{{4}}))"
)
_TIME = r"(?:,? ?(?:à |– |- |T|, )?\d{1,2} ?(?:h|:|heures?) ?(?:\d{2})?(?::\d{2})?(?: ?min)?)?"
_ZONE = r"(?:Z| \(?(?:UTC|CET|CEST|GMT|heure de Paris)\)?)?"
_SUBJECT = (
    r"(?:(?:cette|la présente|la|notre|ce|le|cet|l’|ces|les)? ?"
    r"(?:page|fiche|site|site web|contenu|article|rubrique|document|informations?|données|liste|tableau|texte|actualité)"
    r"(?: (?:web|internet|du site|de cette page|de la page))? ?(?:a été |ont été |est |sont |: |– )?)?"
)
_VERB = (
    r"(?:(?:dernière |date de (?:la )?(?:dernière )?)?(?:mise?s? ?à ?jour|modification|actualisation|vérification|màj|maj)(?: (?:du|de la|de cette|de ce|des|de l’) ?(?:site|page|données|texte|contenu|fiche|informations|rubrique|base|article))*(?: (?:le|du|en|au|effectuée le))?"
    r"|(?:modifi|actualis|vérifi|imprim|édit|consult|génér|extrait|affich|téléchargé|export)(?:é|e)*s?(?: (?:le|la|en|au|ce jour))?"
    r"|(?:publiée?s?|mise?s? en ligne|postée?s?)(?= (?:il y a|hier|avant-hier|aujourd’hui))|last (?:updated?|modified|reviewed)(?: on)?|updated(?: on)?|posted(?: on)?|date d’(?:impression|édition|extraction))"
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
            rf"(?:{_NUMBER} (?:personnes?|visiteurs?|utilisateurs?|internautes?) (?:consultent?|regardent?|lisent?|sont (?:en ligne|connectée?s|en train)|aiment?|ont aimé|en ligne|connectés?)[^.]{{0,50}})",
            rf"(?:aimée?|partagée?|vue?|lue?|consultée?)s? par {_NUMBER} (?:personnes?|internautes?|visiteurs?)",
            rf"(?:page|article|fiche) (?:vue?|lue?|consultée?) {_NUMBER} fois[^.]{{0,40}}",
            r"(?:[★☆⭐❤♥👍👎♡✩✪🔥💬👁]\ufe0f?[\d .,kKM]{0,12})+(?:\([\d .,kKM]{1,12}(?:avis|votes?)?\))?",
            rf"(?:{_NUMBER} réponses?|soyez le premier à (?:commenter|réagir|donner votre avis)|aucun commentaire(?: pour le moment)?)",
            # Widgets that ask: help, opinions, another browser.
            r"(?:besoin d’aide ?\?? ?)?(?:discutez|échangez|tchattez|chattez) avec (?:nous|un conseiller)[^.]{0,30}|besoin d’aide ?\?|(?:un|votre|nos) conseillers? (?:est|sont) (?:en ligne|disponibles?)[^.]{0,30}",
            r"(?:cette page|cet article|ce contenu|ce document|ces informations|cette information|cette fiche|cette réponse) (?:vous )?(?:a|ont|est|sont)(?:-t)?-(?:il|elle)s?(?: été)? ?(?:vous )?(?:utiles?|aidée?s?|pertinente?s?)(?: pour vous)? ?\??",
            r"(?:je donne|donnez(?:-nous)?|donner|laissez(?:-nous)?) (?:mon|votre|un) avis[^.]{0,40}|votre avis nous intéresse|êtes-vous satisfait[^.]{0,50}\?",
            r"(?:votre navigateur|ce navigateur|vous utilisez un navigateur)[^.]{0,80}(?:à jour|obsolète|pris en charge|compatible|supporté)[^.]{0,60}|javascript (?:est|semble|doit|n’est)[^.]{0,40}(?:activé|désactivé|requis|nécessaire|supporté)[^.]{0,50}|(?:veuillez |merci d’|vous devez )?active[rz] javascript[^.]{0,90}",
            r"(?:bonjour|bienvenue),? (?:invitée?|visiteur|utilisateur)|(?:mon|votre) (?:espace|panier)(?: (?:personnel|client|pro))? ?\(\d+\)|(?:créer|ouvrir) (?:un|mon) compte|mot de passe oublié ?\??",
            r"(?:français|english|español|deutsch|italiano|português|fr|en|es|de|it|pt)(?:(?: ?[|/·•,–-] ?| )(?:français|english|español|deutsch|italiano|português|fr|en|es|de|it|pt))*",
            r"[←‹«<]? ?(?:(?:article|page|actualité|publication|billet)s? )?(?:précédente?|previous)(?:e?s)? ?(?::[^.]{0,120})?(?:[←‹«<|/→›»>–]? ?[←→]? ?(?:(?:article|page|actualité|publication|billet)s? )?(?:suivante?|next) ?(?::[^.]{0,120})?[→›»>]?)?|(?:(?:article|page|actualité)s? )?suivante? ?[→›»>]|(?:article |page |actualité )?suivante? : [^.]{2,120}",
            r"page \d{1,4} (?:sur|/) \d{1,4}|(?:\d{1,3} |… ?|\.\.\. ?){3,}\d{0,4}",
            r"(?:contenu|article|lien)s? sponsorisés?|emplacement publicitaire|suite de l’article après (?:la|cette) publicité",
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
cette page vous a-t-elle été utile ?|cette page vous a-t-elle aidé ?|ce contenu vous a-t-il été utile ?|oui|non merci|chargement|chargement en cours|chargement...|publicité|annonce|sponsorisé
sommaire|sur cette page|dans cette page|dans cet article|table des matières|au sommaire|toujours activé|voir les préférences|enregistrer les préférences|je donne mon avis""".replace(
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
    r"^(?:à lire aussi|lire aussi|(?:à )?lire également|voir aussi|à voir aussi|sur le même (?:sujet|thème)|articles? (?:similaires?|liés?|récents?|associés?)"
    r"|actualités? (?:liées?|similaires?|récentes?|associées?)|à découvrir aussi|dans la même (?:rubrique|catégorie)|ces articles .*intéresser.*"
    r"|vous aimerez aussi|les plus (?:lus|consultés|partagés)|dernières actualités|nos dernières actualités|toute l’actualité|dans l’actualité|à la une|pages? les plus consultées?|(?:nos|les) (?:autres|dernières) (?:actualités|articles|publications|brèves)|continue[zr] (?:votre|la) lecture|également sur (?:le|ce) site"
    r"|(?:les )?(?:articles?|contenus?|pages?) les plus (?:populaires|lus|vus|partagés|récents)|à ne pas manquer|vous pourriez (?:aussi|également) aimer|plus d’articles|d’autres articles|(?:ces|nos) (?:contenus|articles|pages) (?:pourraient|peuvent) (?:aussi |également )?vous intéresser|cela pourrait (?:aussi |également )?vous intéresser|les plus populaires|recommandés? pour vous)"
    r" ?[:!]?$",
    re.IGNORECASE,
)


CONSENT = re.compile(
    r"^(?:votre (?:vie privée|confidentialité)|(?:gérer|gestion (?:du|de votre)) (?:le |votre )?consentement(?: aux cookies)?|(?:gérer|gestion) (?:les|des|de vos) cookies"
    r"|(?:paramètres?|préférences|centre de préférences) (?:des cookies|de confidentialité|de la confidentialité|relatives aux cookies)|nous respectons votre vie privée|le respect de votre vie privée[^.]{0,50})$",
    re.IGNORECASE,
)
"""The heading of a consent panel that no name gives away: all up to the next heading is of it."""
_NEW_WINDOW = re.compile(
    r" ?(?:[(\[](?:s’ouvre dans )?(?:une |un )?(?:nouvelle fenêtre|nouvel onglet|lien externe|ouvre une nouvelle fenêtre|external link|opens in a new (?:tab|window))[)\]]|[–-] (?:nouvelle fenêtre|nouvel onglet)(?=$|[.,;]))",
    re.IGNORECASE,
)
_ANCHORS = " #¶🔗⚓§"


def without_anchor(heading: str) -> str:
    """A heading without the signs at its end that link to itself; what is left has none, so reading it again changes nothing."""
    return heading.rstrip(_ANCHORS)


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
    lowered = text.lower()
    if "fenêtre" in lowered or "onglet" in lowered or "extern" in lowered or "opens in" in lowered:
        text = _NEW_WINDOW.sub("", text)
    if "(" in text or "[" in text:
        text = _IN_PARENTHESES.sub("", text)
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
