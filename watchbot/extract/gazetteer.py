"""Names by which French texts mean a region: today's and former regions, departments, towns, parks, film funds, demonyms.

Names are folded (no accents, lower case). Regions by law n° 2015-29 and the regions before it; departments by the official
geographic code (INSEE, COG 2025). Names that are also words ("Lot", "Manche", "Nord", "Centre", "Réunion") count only with a
sign of place before them.
"""

from __future__ import annotations

from collections.abc import Mapping

# The region itself, present or former, or what speaks for it: its film fund or commission.
REGION_NAMES: Mapping[str, str] = {
    "auvergne-rhone-alpes": "auvergne-rhone-alpes|auvergne rhone alpes|auvergne rhone-alpes|auvergne|rhone-alpes|rhone alpes|aura cinema|region aura",
    "bourgogne-franche-comte": "bourgogne-franche-comte|bourgogne franche-comte|bourgogne franche comte|franche-comte|bourgogne|burgundy",
    "bretagne": "bretagne|films en bretagne|bretagne cinema|brittany",
    "centre-val-de-loire": "centre-val de loire|centre-val-de-loire|centre val de loire|ciclic|region centre|val de loire cinema|en centre",
    "corse": "corse|collectivite de corse|corsica",
    "grand-est": "grand est|grand-est|alsace|region lorraine|champagne-ardenne|champagne ardenne",
    "hauts-de-france": "hauts-de-france|hauts de france|pictanovo|nord-pas-de-calais|nord-pas de calais|nord pas de calais|picardie|picardy",
    "ile-de-france": "ile-de-france|ile de france|film paris region|paris region|choose paris region|grand paris|greater paris|region parisienne|ville de paris|mairie de paris|conseil de paris|mission cinema de paris|paris film office",
    "normandie": "normandie|normandie images|haute-normandie|basse-normandie|normandy",
    "nouvelle-aquitaine": "nouvelle-aquitaine|nouvelle aquitaine|aquitaine|limousin|poitou-charentes|poitou charentes|alca nouvelle-aquitaine|agence alca",
    "occitanie": "occitanie|occitanie films|languedoc-roussillon|languedoc roussillon|midi-pyrenees|midi pyrenees",
    "pays-de-la-loire": "pays de la loire|pays-de-la-loire|la plateforme pays de la loire",
    "sud": "region sud|sud paca|provence-alpes-cote d'azur|provence-alpes-cote-d'azur|provence alpes cote d'azur|paca|cote d'azur|provence|french riviera",
    "guadeloupe": "guadeloupe",
    "guyane": "guyane|french guiana",
    "la-reunion": "ile de la reunion|region reunion|reunion island|departement de la reunion|region la reunion",
    "martinique": "martinique",
    "mayotte": "mayotte",
    "nouvelle-caledonie": "nouvelle-caledonie|nouvelle caledonie|new caledonia",
    "polynesie-francaise": "polynesie francaise|polynesie|french polynesia",
    "saint-barthelemy": "saint-barthelemy|saint barthelemy",
    "saint-martin": "collectivite de saint-martin|ile de saint-martin|saint-martin et saint-barthelemy",
    "saint-pierre-et-miquelon": "saint-pierre-et-miquelon|saint pierre et miquelon",
    "wallis-et-futuna": "wallis-et-futuna|wallis et futuna",
}

# Departments, natural regions and parks whose names mean nothing else.
DEPARTMENTS: Mapping[str, str] = {
    "auvergne-rhone-alpes": "isere|haute-savoie|savoie|ardeche|drome|puy-de-dome|cantal|haute-loire|vercors|chartreuse|vanoise|bugey|dombes|beaujolais|mont-blanc",
    "bourgogne-franche-comte": "cote-d'or|doubs|haute-saone|saone-et-loire|nievre|yonne|territoire de belfort|morvan|bresse",
    "bretagne": "finistere|morbihan|ille-et-vilaine|cotes-d'armor|broceliande|mer d'iroise",
    "centre-val-de-loire": "eure-et-loir|indre-et-loire|loir-et-cher|loiret|touraine|sologne|beauce|berry",
    "corse": "corse-du-sud|haute-corse|balagne|scandola",
    "grand-est": "bas-rhin|haut-rhin|moselle|meurthe-et-moselle|vosges|ardennes|haute-marne",
    "hauts-de-france": "pas-de-calais|cote d'opale|baie de somme|bassin minier",
    "ile-de-france": "seine-saint-denis|hauts-de-seine|val-de-marne|val-d'oise|yvelines|essonne|seine-et-marne|plaine commune|vexin",
    "normandie": "calvados|seine-maritime|cotentin|pays de caux|mont-saint-michel",
    "nouvelle-aquitaine": "gironde|dordogne|pyrenees-atlantiques|lot-et-garonne|charente-maritime|charente|deux-sevres|haute-vienne|correze|pays basque|bearn|perigord|bassin d'arcachon|cote basque",
    "occitanie": "haute-garonne|pyrenees-orientales|hautes-pyrenees|herault|aveyron|lozere|tarn-et-garonne|cevennes|larzac|quercy|pic du midi",
    "pays-de-la-loire": "loire-atlantique|maine-et-loire|mayenne|sarthe|vendee|anjou",
    "sud": "bouches-du-rhone|alpes-maritimes|alpes-de-haute-provence|hautes-alpes|vaucluse|calanques|mercantour|camargue|port-cros|verdon|luberon|queyras|esterel|ecrins",
    "la-reunion": "mafate|piton de la fournaise",
    "polynesie-francaise": "tahiti|bora-bora|iles marquises",
}

# Towns; folded names that are also words or names of people are checked for their capital, as all of these are.
TOWNS: Mapping[str, str] = {
    "auvergne-rhone-alpes": "lyon|grenoble|clermont-ferrand|saint-etienne|annecy|chambery|valence|villeurbanne|vichy",
    "bourgogne-franche-comte": "dijon|besancon|belfort|nevers|auxerre|montbeliard",
    "bretagne": "rennes|brest|quimper|lorient|saint-malo|saint-brieuc|vannes|concarneau|douarnenez",
    "centre-val-de-loire": "tours|orleans|bourges|chartres|blois|vendome|chateauroux|issoudun",
    "corse": "ajaccio|bastia|porto-vecchio|corte",
    "grand-est": "strasbourg|metz|nancy|reims|mulhouse|colmar|troyes|epinal|charleville-mezieres|gerardmer",
    "hauts-de-france": "lille|roubaix|tourcoing|amiens|dunkerque|calais|valenciennes|arras|beauvais|arenberg|boulogne-sur-mer",
    "ile-de-france": "montreuil|bry-sur-marne|fontainebleau|versailles|saint-ouen|aubervilliers|ivry-sur-seine|vitry-sur-seine|boulogne-billancourt|noisy-le-grand|pantin|epinay-sur-seine|bretigny-sur-orge|melun|coulommiers",
    "normandie": "rouen|caen|le havre|cherbourg|deauville|dieppe|evreux|honfleur|etretat|bayeux",
    "nouvelle-aquitaine": "bordeaux|limoges|poitiers|angouleme|la rochelle|pau|bayonne|biarritz|perigueux|saint-jean-de-luz",
    "occitanie": "toulouse|montpellier|nimes|perpignan|sete|albi|carcassonne|beziers|castres|rodez|tarbes",
    "pays-de-la-loire": "nantes|angers|le mans|saint-nazaire|laval|cholet|les sables-d'olonne",
    "sud": "marseille|nice|avignon|toulon|arles|aix-en-provence|martigues|cannes|antibes|grasse|frejus|hyeres|cassis|la ciotat|briancon|menton",
    "guadeloupe": "pointe-a-pitre|basse-terre|les abymes",
    "guyane": "cayenne|kourou",
    "la-reunion": "saint-denis de la reunion|le tampon|saint-gilles-les-bains",
    "martinique": "fort-de-france",
    "mayotte": "mamoudzou",
    "nouvelle-caledonie": "noumea",
    "polynesie-francaise": "papeete",
}

# People of a place, with or without a capital. "corse", "parisien" are left to the names above.
DEMONYMS: Mapping[str, str] = {
    "auvergne-rhone-alpes": "auralpin(?:e|s|es)?|lyonnais(?:e|es)?|grenoblois(?:e|es)?|auvergnat(?:e|s|es)?|rhonalpin(?:e|s|es)?",
    "bourgogne-franche-comte": "dijonnais(?:e|es)?|francs?-comtois(?:e|es)?",
    "bretagne": "breton(?:ne|s|nes)?|rennais(?:e|es)?|brestois(?:e|es)?",
    "centre-val-de-loire": "tourangeau(?:x)?|orleanais(?:e|es)?",
    "grand-est": "alsacien(?:ne|s|nes)?|strasbourgeois(?:e|es)?|lorrain(?:e|s|es)? et (?:\\w+)|champardennais(?:e|es)?",
    "hauts-de-france": "lillois(?:e|es)?|nordiste(?:s)?|picard(?:e|s|es)?",
    "ile-de-france": "francilien(?:ne|s|nes)?|(?:tournages|studios|rues) parisien(?:ne|s|nes)?",
    "normandie": "normand(?:e|s|es)|rouennais(?:e|es)?|havrais(?:e|es)?",
    "nouvelle-aquitaine": "neo-aquitain(?:e|s|es)?|bordelais(?:e|es)|angoumoisin(?:e|s|es)?|rochelais(?:e|es)?",
    "occitanie": "toulousain(?:e|s|es)?|montpellierain(?:e|s|es)?|nimois(?:e|es)?",
    "pays-de-la-loire": "ligerien(?:ne|s|nes)?|nantais(?:e|es)?|angevin(?:e|s|es)?",
    "sud": "marseillais(?:e|es)?|nicois(?:e|es)?|provencal(?:e|es)?|provencaux|azureen(?:ne|s|nes)?|varois(?:e|es)?",
    "guadeloupe": "guadeloupeen(?:ne|s|nes)?",
    "guyane": "guyanais(?:e|es)?",
    "la-reunion": "reunionnais(?:e|es)?",
    "martinique": "martiniquais(?:e|es)?",
    "mayotte": "mahorais(?:e|es)?",
    "nouvelle-caledonie": "(?:neo-)?caledonien(?:ne|s|nes)?",
    "polynesie-francaise": "polynesien(?:ne|s|nes)?",
}

# Names that are words too: "dans le Lot", "département de la Manche", "Gard :" at the head of a title.
PLACED: Mapping[str, str] = {
    "auvergne-rhone-alpes": "ain|allier|loire|rhone",
    "bourgogne-franche-comte": "jura",
    "centre-val-de-loire": "centre|cher|indre",
    "grand-est": "aube|marne|meuse|lorraine|champagne",
    "hauts-de-france": "nord|aisne|oise|somme",
    "normandie": "manche|orne|eure",
    "nouvelle-aquitaine": "landes|creuse|vienne",
    "occitanie": "lot|tarn|gers|gard|aude|ariege",
    "sud": "var",
    "la-reunion": "reunion",
}

# Names that mean their place only beside such words: Cannes is first of all its festival.
ONLY_WITH: Mapping[str, str] = {
    "cannes": r"\btourn(?!ee)\w*|mairie|ville de cannes|film office|habitants|riverains|bastide|pays de lerins",
}

# Surnames as often as places.
SURNAMES = frozenset(
    [
        "caen",
        "morvan",
        "nancy",
        "laval",
        "metz",
        "lyon",
        "valence",
        "arras",
        "nevers",
        "belfort",
        "vichy",
        "corte",
        "berry",
        "troyes",
    ]
)

# Where a name stands for something that is not about its place, in the title or summary.
ELSEWHERE: Mapping[str, str] = {
    "cannes": r"festival|\b20\d\d\b|marche du film|palme|croisette|selection|lions|competition|\bjury\b|\bprix\b|quinzaine|montee des marches",
    "annecy": r"festival|marche|mifa|\b20\d\d\b|edition|panel|conference",
    "angouleme": r"\bradi\b|festival|bande dessinee|rencontres techniques",
    "deauville": r"festival|green awards",
    "clermont-ferrand": r"festival",
    "avignon": r"festival",
    "la rochelle": r"festival|sunny side|\bfema\b",
    "valence": r"espagne|spain",
    "laval": r"quebec|canada",
    "vienne": r"autriche|austria|europeen",
    "jura": r"suisse|swiss",
    "reims": r"prix de flore",
    "versailles": r"traite de versailles",
    "tours": r"\btours de\b",
    "nancy": r"nancy (?:huston|meyers|pelosi)",
    "calais": r"jungle de calais",
    "bourgogne": r"vins? de bourgogne|en bouteille|grands? crus?",
    "bretagne": r"grande bretagne",
    "provence": r"herbes de provence",
    "bordeaux": r"vins? de bordeaux|rouge bordeaux",
    "champagne": r"coupe de champagne",
    "savoie": r"biscuit de savoie",
    "chartreuse": r"liqueur",
    "beaujolais": r"nouveau",
    "charente": r"pantoufles?",
    "berry": r"halle berry|chuck berry",
}
