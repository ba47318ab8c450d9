"""Names by which French texts mean a region: today's and former regions, departments, cities, film funds.

Names are folded (no accents, lower case). Departments by the official geographic code (INSEE, COG 2025); former regions by law
n° 2015-29. Names that are common words ("Lot", "Manche", "Nord", "Centre", "Réunion") count only with a sign of place before.
"""

from __future__ import annotations

from collections.abc import Mapping

SURE: Mapping[str, str] = {
    "auvergne-rhone-alpes": "auvergne rhone alpes|auvergne-rhone-alpes|auvergne|rhone-alpes|rhone alpes|aura cinema|isere|haute-savoie|savoie|ardeche|drome|puy-de-dome|cantal"
    "|haute-loire|lyon|grenoble|clermont-ferrand|saint-etienne|annecy|chambery|valence|villeurbanne|vercors|chartreuse|vanoise",
    "bourgogne-franche-comte": "bourgogne-franche-comte|bourgogne franche-comte|franche-comte|bourgogne|burgundy|cote-d'or|doubs|haute-saone|saone-et-loire|nievre|yonne|territoire de belfort|dijon|besancon|belfort|morvan",
    "bretagne": "bretagne|brittany|films en bretagne|finistere|morbihan|ille-et-vilaine|cotes-d'armor|rennes|brest|quimper|lorient|saint-malo|saint-brieuc|vannes",
    "centre-val-de-loire": "centre-val de loire|centre val de loire|ciclic|eure-et-loir|indre-et-loire|loir-et-cher|loiret|orleans|bourges|chartres|blois|vendome|chateauroux",
    "corse": "corse|corsica|corse-du-sud|haute-corse|collectivite de corse|ajaccio|bastia",
    "grand-est": "region grand est|grand-est|le grand est|du grand est|alsace|lorraine|champagne-ardenne|bas-rhin|haut-rhin|moselle|meurthe-et-moselle|vosges|ardennes|haute-marne|strasbourg|metz|nancy|reims|mulhouse|colmar|troyes",
    "hauts-de-france": "hauts-de-france|hauts de france|pictanovo|nord-pas-de-calais|nord pas de calais|picardie|picardy|pas-de-calais|lille|roubaix|tourcoing|amiens|dunkerque|calais|valenciennes|arras",
    "ile-de-france": "ile-de-france|paris region|ile de france|film paris region|seine-saint-denis|hauts-de-seine|val-de-marne|val-d'oise|yvelines|essonne|seine-et-marne|ville de paris|mairie de paris|tournages a paris|paris film|mission cinema de paris"
    "|plaine commune|montreuil|bry-sur-marne|fontainebleau",
    "normandie": "normandie|normandy|normandie images|haute-normandie|basse-normandie|calvados|seine-maritime|rouen|caen|le havre|cherbourg|deauville|dieppe",
    "nouvelle-aquitaine": "nouvelle-aquitaine|nouvelle aquitaine|aquitaine|limousin|poitou-charentes|alca nouvelle|gironde|dordogne|pyrenees-atlantiques|lot-et-garonne|charente-maritime|charente|deux-sevres|haute-vienne|correze"
    "|bordeaux|limoges|poitiers|angouleme|la rochelle|pau|bayonne|biarritz",
    "occitanie": "occitanie|occitanie films|languedoc-roussillon|languedoc|midi-pyrenees|haute-garonne|pyrenees-orientales|hautes-pyrenees|herault|aveyron|lozere|tarn-et-garonne|toulouse|montpellier|nimes|perpignan|sete|albi|carcassonne|cevennes",
    "pays-de-la-loire": "pays de la loire|pays-de-la-loire|loire-atlantique|maine-et-loire|mayenne|sarthe|vendee|nantes|angers|le mans|saint-nazaire|laval",
    "sud": "region sud|french riviera|provence-alpes-cote d'azur|paca|cote d'azur|provence|bouches-du-rhone|alpes-maritimes|alpes-de-haute-provence|hautes-alpes|vaucluse|marseille|nice|avignon|toulon|arles|aix-en-provence|calanques|martigues|mercantour|camargue|port-cros|verdon|luberon",
    "guadeloupe": "guadeloupe|pointe-a-pitre|basse-terre",
    "guyane": "guyane|french guiana|cayenne|kourou",
    "la-reunion": "la reunion|reunion island|ile de la reunion|region reunion|saint-denis de la reunion|mafate",
    "martinique": "martinique|fort-de-france",
    "mayotte": "mayotte|mamoudzou",
    "nouvelle-caledonie": "nouvelle-caledonie|new caledonia|noumea",
    "polynesie-francaise": "polynesie francaise|french polynesia|polynesie|tahiti|papeete|fifo",
    "saint-barthelemy": "saint-barthelemy",
    "saint-martin": "collectivite de saint-martin",
    "saint-pierre-et-miquelon": "saint-pierre-et-miquelon",
    "wallis-et-futuna": "wallis-et-futuna",
}

# Departments and regions whose names are common words: "dans le Lot", "département de la Manche".
PLACED: Mapping[str, str] = {
    "auvergne-rhone-alpes": "ain|allier|loire|rhone",
    "bourgogne-franche-comte": "jura",
    "centre-val-de-loire": "centre|cher|indre",
    "grand-est": "grand est|aube|marne|meuse",
    "hauts-de-france": "nord|aisne|oise|somme",
    "normandie": "manche|orne|eure",
    "nouvelle-aquitaine": "landes|creuse|vienne",
    "occitanie": "lot|tarn|gers|gard|aude|ariege",
    "sud": "var|sud",
    "la-reunion": "reunion",
}
