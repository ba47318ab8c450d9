"""French words that change what a rule says: duty, negation, limits, scope, units, rhythm, admission.

Keys are token keys (`fold.tokens`: lower case, no accents, no hyphens). Each family maps a word to its lemma, as written, so
that an agreement ("doit" and "doivent") is no change.
"""

from __future__ import annotations

from collections.abc import Mapping

from watchbot.track.fold import plain_word, word_set


def _family(*entries: str) -> dict[str, str]:
    """Each entry is `lemma form form…`; the lemma is a form of itself."""
    return {plain_word(form): words[0] for words in (entry.split() for entry in entries) for form in words}


def _words(text: str) -> frozenset[str]:
    return frozenset(plain_word(word) for word in text.split())


DUTY: Mapping[str, str] = _family(
    "doit doivent devra devront devait devaient doivent",
    "devrait devraient",
    "peut peuvent pourra pourront pouvait",
    "pourrait pourraient",
    "faut faudra",
    "obligatoire obligatoires obligatoirement",
    "facultatif facultative facultatifs facultatives facultativement optionnel optionnelle optionnels optionnelles",
    "impératif impérative impératifs impératives impérativement",
    "recommandé recommandée recommandés recommandées recommande",
    "conseillé conseillée conseillés conseillées conseille",
    "exigé exigée exigés exigées exige exigent exigible exigibles",
    "requis requise requises",
    "imposé imposée imposés imposées impose imposent",
    "interdit interdite interdits interdites interdiction",
    "autorisé autorisée autorisés autorisées autorise autorisent",
    "tenu tenue tenus tenues",
    "souhaitable souhaitables souhaité souhaitée",
    "encouragé encouragée encouragés encouragées encourage",
    "invité invitée invités invitées",
    "engage engagent engagera engageront",
    "volontaire volontaires volontairement",
    "systématique systématiques systématiquement",
    "minimal minimale minimales minimaux",
)
NEGATION = _words("pas non aucun aucune aucuns aucunes ni jamais sans nul nulle nullement")
PARTICLES = frozenset(("ne", "n"))

LIMITS: Mapping[str, str] = _family(
    "moins",
    "plus",
    "minimum",
    "maximum maximal maximale maximales maximaux",
    "supérieur supérieure supérieurs supérieures",
    "inférieur inférieure inférieurs inférieures",
    "égal égale égaux égales",
    "avant",
    "après",
    "jusqu jusque",
    "dès",
    "depuis",
    "dépasser dépasse dépassent excéder excède excèdent",
    "atteindre atteint atteindre",
    "plafond plafonné plafonnée plafonnés plafonnées",
    "limite limites limité limitée limités limitées",
    "au-delà audelà",
    "au-dessous audessous",
    "au-dessus audessus",
    "en-deçà endeçà deçà",
    "plancher",
    "strictement",
    "environ",
    "exactement",
    "entre",
    "compter",
    "partir",
)
SCOPE: Mapping[str, str] = _family(
    "sauf",
    "hors",
    "hormis",
    "excepté exceptée",
    "exception exceptions",
    "uniquement",
    "seulement",
    "exclusivement",
    "notamment",
    "compris comprise",
    "et",
    "ou",
    "chaque chacun chacune",
    "tout tous toute toutes",
    "certains certaines",
    "quelques",
    "plusieurs",
    "seul seule seuls seules",
    "dérogation dérogations dérogatoire",
    "cumulable cumulables",
    "cumulatif cumulatifs cumulative cumulatives",
    "alternatif alternative",
    "avec",
    "ensemble",
    "totalité",
    "partie",
    "principal principale",
    "prioritaire prioritaires prioritairement",
)
ADMISSION: Mapping[str, str] = _family(
    "✓",
    "✗",
    "☐",
    "écrit écrite écrits écrites",
    "oral orale oraux orales oralement",
    "électronique électroniques dématérialisé dématérialisée",
    "postal postale papier",
    "éligible éligibles",
    "inéligible inéligibles",
    "recevable recevables",
    "irrecevable irrecevables",
    "admis admise admises",
    "admissible admissibles",
    "inadmissible inadmissibles",
    "exclu exclue exclus exclues exclut",
    "inclus incluse incluses inclut",
    "refusé refusée refusés refusées refus",
    "accepté acceptée acceptés acceptées",
    "valable valables",
    "caduc caduque caducs caduques",
    "abrogé abrogée abrogés abrogées",
    "suspendu suspendue suspendus suspendues",
    "supprimé supprimée supprimés supprimées",
    "maintenu maintenue maintenus maintenues",
    "ouvert ouverte ouverts ouvertes",
    "fermé fermée fermés fermées",
    "clos close closes",
    "homologué homologuée homologués homologuées homologation",
    "agréé agréée agréés agréées agrément",
    "certifié certifiée certifiés certifiées",
    "validé validée validés validées",
    "retiré retirée retirés retirées retrait",
    "actif active actifs actives",
    "inactif inactive inactifs inactives",
    "reporté reportée reportés reportées",
    "prolongé prolongée prolongés prolongées",
    "annulé annulée annulés annulées",
    "gratuit gratuite gratuits gratuites gratuitement",
    "payant payante payants payantes",
    "remboursable remboursables",
    "bénéficiaire bénéficiaires",
    "national nationale nationaux nationales",
    "régional régionale régionaux régionales",
    "européen européenne européens européennes",
    "français française françaises",
    "étranger étrangère étrangers étrangères",
    "prévisionnel prévisionnelle prévisionnels prévisionnelles",
    "définitif définitive définitifs définitives",
    "provisoire provisoires",
    "direct directe directs directes",
    "indirect indirecte indirects indirectes",
    "individuel individuelle individuels individuelles",
    "collectif collective collectifs collectives",
    "public publique publics publiques",
    "privé privée privés privées",
)
UNITS: Mapping[str, str] = _family(
    "jour jours",
    "ouvré ouvrés ouvrée ouvrées",
    "ouvrable ouvrables",
    "calendaire calendaires",
    "semaine semaines",
    "mois",
    "an ans année années",
    "heure heures h",
    "minute minutes min",
    "seconde secondes",
    "trimestre trimestres",
    "semestre semestres",
    "euro euros €",
    "k€",
    "m€",
    "md€",
    "§€ mega€",
    "%",
    "‰",
    "point points",
    "étoile étoiles",
    "kg kilogramme kilogrammes",
    "g gramme grammes",
    "t tonne tonnes",
    "km kilomètre kilomètres",
    "m mètre mètres",
    "l litre litres",
    "kwh",
    "mwh",
    "gwh",
    "kw",
    "mw",
    "ht",
    "ttc",
    "brut brute bruts brutes",
    "net nette nets nettes",
    "mille",
    "million millions",
    "milliard milliards",
    "hectare hectares ha",
    "co2",
    "co2e",
    "°",
    "c",
)
RHYTHM: Mapping[str, str] = _family(
    "annuel annuelle annuels annuelles annuellement",
    "mensuel mensuelle mensuels mensuelles mensuellement",
    "trimestriel trimestrielle trimestriels trimestrielles",
    "semestriel semestrielle semestriels semestrielles",
    "hebdomadaire hebdomadaires",
    "quotidien quotidienne quotidiens quotidiennes",
    "biennal biennale biennaux",
    "triennal triennale triennaux",
    "quinquennal quinquennale",
    "ponctuel ponctuelle ponctuels ponctuelles",
    "permanent permanente permanents permanentes",
    "continu continue continus continues",
    "fois",
    "simple simples",
    "double doubles",
    "triple triples",
)
ACTORS: Mapping[str, str] = _family(
    "producteur producteurs productrice productrices production productions",
    "coproducteur coproducteurs coproductrice coproductrices",
    "distributeur distributeurs",
    "diffuseur diffuseurs",
    "exploitant exploitants",
    "réalisateur réalisateurs réalisatrice réalisatrices",
    "prestataire prestataires",
    "fournisseur fournisseurs",
    "bénéficiaire bénéficiaires",
    "candidat candidats candidate candidates",
    "stagiaire stagiaires",
    "salarié salariés salariée salariées",
    "employeur employeurs",
    "certificateur certificateurs",
    "jury jurys",
    "commission commissions",
    "comité comités",
    "conseil conseils",
    "président présidente",
    "directeur directrice",
    "ministre ministres",
    "préfet préfète",
    "maire maires",
    "commune communes",
    "département départements",
    "région régions",
    "État",
    "centre",
    "association associations",
    "entreprise entreprises société sociétés",
    "référent référente référents référentes",
    "coordinateur coordinatrice coordinateurs coordinatrices",
    "auditeur auditeurs auditrice",
)
FAMILIES: Mapping[str, Mapping[str, str]] = {
    "obligation": DUTY,
    "limite": LIMITS,
    "portée": SCOPE,
    "admission": ADMISSION,
    "unité": UNITS,
    "périodicité": RHYTHM,
    "acteur": ACTORS,
}
NUMBER_WORDS = _words(
    "zéro deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize vingt vingts trente quarante cinquante soixante septante octante huitante"
    " nonante cent cents mille million millions milliard milliards premier première premiers premières deuxième deuxièmes second seconde troisième quatrième cinquième sixième"
    " septième huitième neuvième dixième moitié tiers quart quarts demi demie dizaine quinzaine vingtaine trentaine centaine double triple"
    " janvier février mars avril mai juin juillet août septembre octobre novembre décembre lundi mardi mercredi jeudi vendredi samedi dimanche"
)
STOP = _words(
    "a au aux avec ce ceci cela ces cet cette comme d dans de des dont du elle elles en entre est et été être eu il ils je l la le les leur leurs lui là mais me même ne nos"
    " notre nous on ont ou où par pour qu quand que quel quelle quelles quels qui s sa se ses si son sont sur ta te tes un une vos votre vous y à ainsi alors afin lors"
)
FEMININE = word_set(
    "section action ligne colonne exigence condition mesure obligation recommandation pièce dépense étape modalité sanction dérogation exception aide annexe fiche partie phase"
    " question tranche session option catégorie certification"
)
WEAK_ALONE = frozenset(ACTORS.values()) | word_set(
    "et ou avec tout chaque notamment plus entre depuis partie plusieurs quelques principal public privé national régional européen français étranger direct"
    " indirect individuel collectif ensemble fois simple point ouvert bénéficiaire continu permanent atteindre compris % € h m c l g t ° mois an jour minute"
    " second volontaire ponctuel engage tenu invité compter partir alternatif valable simple double limite écrit oral électronique postal"
)
"""Lemmas that say little when they merely come or go; they count when one of their family takes their place."""
