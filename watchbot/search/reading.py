"""Reading a question: each rule claims what it understands as a filter, and the rest is words. Pure."""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache

from watchbot.extract.folding import Passage
from watchbot.model import PRODUCTIONS, REGIONS, FactKind
from watchbot.search import lexicon
from watchbot.search.labels import due_label, period_label
from watchbot.search.periods import read_periods
from watchbot.search.query import (
    MAX_CHARACTERS,
    MAX_FILTERS,
    MAX_PHRASES,
    MAX_WORDS,
    Filter,
    NamedSource,
    Query,
    Value,
)
from watchbot.search.spans import Span
from watchbot.search.words import STOP_WORDS, folded, words_of


class Reading:
    """One question while it is read: rules claim what they have understood, and the rest is words."""

    def __init__(self, text: str, today: date, topics: dict[str, str], publishers: dict[str, str]) -> None:
        """Begin to read a cleaned text: topics are names by id, publishers are names by folded name."""
        self.text = text
        self.today = today
        self.topics = topics
        self.publishers = publishers
        self.filters: dict[str, Filter] = {}
        self.phrases: list[tuple[str, ...]] = []
        self.excluded: list[str] = []
        self.mentions: list[str] = []
        self.carried: set[str] = set()
        self.passage = Passage(self._unquoted())

    def query(self) -> Query:
        """Apply every rule, in the order of their certainty."""
        newest = lexicon.NEWEST.search(self.passage.folded) is not None
        self._references()
        self._changes()
        self._explicit_topics()
        self._sources()
        self._regions()
        self._productions()
        self._periods()
        self._topics()
        return Query(
            text=self.text,
            meaning=self._meaning(),
            words=tuple(self._words()),
            carried=frozenset(self.carried),
            phrases=tuple(self.phrases),
            mentions=tuple(self.mentions),
            excluded=tuple(self.excluded),
            filters=tuple(self.filters.values())[:MAX_FILTERS],
            newest=newest,
        )

    def _unquoted(self) -> str:
        """The text without its quoted phrases and excluded words, which are taken as they stand."""

        def taken(match: re.Match[str]) -> str:
            words = tuple(words_of(match["phrase"]))
            if len(words) < 2 or len(self.phrases) >= MAX_PHRASES:
                return f" {match['phrase']} "
            self.phrases.append(words[:MAX_WORDS])
            return " "

        text = _QUOTED.sub(taken, self.text)
        for match in _EXCLUDED.finditer(text):
            self.excluded.extend(words_of(match["word"]))
        self.excluded = self.excluded[:MAX_WORDS]
        return _EXCLUDED.sub(" ", text)

    def _add(self, kind: str, value: Value, label: str, tag: str) -> None:
        one = Filter(id=tag, kind=kind, value=value, label=label)
        self.filters.setdefault(one.id, one)

    def _claim(self, match: re.Match[str]) -> None:
        self.passage.claim(match.start(), match.end())

    def _references(self) -> None:
        """Register numbers, legal references and standards; a law by its name alone ("loi REEN") is left to the ranking."""
        from watchbot.extract.references import references

        for fact in references(Passage(self.passage.sentence)):
            if fact.kind is FactKind.REGISTER_NUMBER and re.fullmatch(r"(?:RS|RNCP)\d+", fact.value):
                self._add("number", fact.value, fact.value, f"n-{fact.value[:10]}")
                self.mentions.append(fact.value)
            elif fact.kind is FactKind.LEGAL_REFERENCE and any(c.isdigit() for c in fact.value):
                self._add("reference", (fact.value, fact.quote), _capital(fact.value), f"l-{_crc(fact.value)}")
                self.mentions.append(fact.quote)
            else:
                continue
            self._claim_original(fact.start, fact.end)

    def _claim_original(self, start: int, end: int) -> None:
        """Claim the folded characters behind these of the text."""
        places = range(len(self.passage.folded))
        inside = [place for place in places if start <= self.passage.place(place) < end]
        if inside:
            self.passage.claim(inside[0], inside[-1] + 1)

    def _changes(self) -> None:
        match = lexicon.CHANGES.search(self.passage.rest)
        if match:
            self._claim(match)
            self._add("changes", "changes", "seulement ce qui a changé", "changes")

    def _explicit_topics(self) -> None:
        """The topic named as such: "thème : mesure", "#formation"."""
        for match in _EXPLICIT_TOPIC.finditer(self.passage.rest):
            wanted = match["name"].strip()
            for one, name in self.topics.items():
                if wanted == one or wanted == folded(name) or (len(wanted) >= 4 and folded(name).startswith(wanted)):
                    self._topic(one)
                    self._claim(match)
                    break

    def _sources(self) -> None:
        if not self.publishers:
            return
        names = "|".join(re.escape(name) for name in sorted(self.publishers, key=lambda name: (-len(name), name)))
        pattern = re.compile(rf"\b{lexicon.SOURCE_CUE} ?(?:l'|le |la |les |the )?(?P<name>{names})(?![\w-])")
        for match in pattern.finditer(self.passage.rest):
            publisher = self.publishers[match["name"]]
            self._add("source", publisher, f"source{_NBSP}: {publisher}", f"s-{_crc(publisher)}")
            self._claim(match)

    def _regions(self) -> None:
        rest = self.passage.rest
        match = _overseas().search(rest)
        if match:
            self._add("region", lexicon.OVERSEAS, "outre-mer", "r-outremer")
            self._claim(match)
        for match in _regions().finditer(self.passage.rest):
            name = match["name"].replace("-", " ")
            self._region(lexicon.region_names()[name])
            if name in lexicon.plain_region_names():
                self._claim(match)
        festival = lexicon.FESTIVAL_WORDS.search(rest) is not None
        for match in _towns().finditer(self.passage.rest):
            name = match["name"].replace("-", " ")
            if festival and name in lexicon.FESTIVAL_TOWNS:
                continue
            # The town itself still ranks.
            self._region(lexicon.town_names()[name])
        match = _REUNION.search(self.passage.rest)
        if match and "réunion" not in self.text.replace("La Réunion", ""):
            self._region("la-reunion")
            self._claim(match)

    def _region(self, region: str) -> None:
        name = "Région Sud (Provence-Alpes-Côte d’Azur)" if region == "sud" else REGIONS[region]
        self._add("region", region, name, f"r-{_tag(region)}")

    def _productions(self) -> None:
        for kind, pattern in _productions().items():
            match = pattern.search(self.passage.rest)
            if match:
                self.carried.update(words_of(match[0]))
                self._add("production", kind, f"pour{_NBSP}: {PRODUCTIONS[kind].lower()}", f"p-{_tag(kind)}")

    def _periods(self) -> None:
        due = lexicon.DUE.search(self.passage.rest)
        for said in read_periods(self.passage.rest, self.today, due=due is not None):
            kind = "due" if said.due else "period"
            if kind in self.filters:
                continue
            self._add(
                kind,
                said.span,
                due_label(said.span, self.today) if said.due else period_label(said.span, self.today),
                kind,
            )
            self.passage.claim(said.begin, said.stop)
        if due and "due" not in self.filters and "period" not in self.filters:
            span = Span(start=self.today)
            self._add("due", span, due_label(span, self.today), "due")
        if due:
            self._claim(due)

    def _topics(self) -> None:
        text = self.passage.rest
        for one, pattern in _topic_cues().items():
            for match in pattern.finditer(text) if one in self.topics else ():
                self._topic(one)
                if lexicon.WHOLE_TOPIC.fullmatch(match[0]):
                    self.carried.update(words_of(match[0]))
        for one, name in self.topics.items():
            if one not in lexicon.TOPIC_CUES and re.search(rf"(?<![\w-]){re.escape(folded(name)[:80])}(?![\w-])", text):
                self._topic(one)
                self.carried.update(words_of(name))
        # Animation asked for as a kind of production is no topic besides.
        if any(f.id == "p-animation" for f in self.filters.values()):
            self.filters.pop(f"t-{_tag('animation')}", None)

    def _topic(self, one: str) -> None:
        self._add("topic", one, f"thème{_NBSP}: {self.topics[one]}", f"t-{_tag(one)}")

    def _meaning(self) -> str:
        """What was typed, with its accents, without what was understood."""
        runs = re.finditer(r"[^\0]+", self.passage.rest)
        kept = [self.passage.original(run.start(), run.end()) for run in runs]
        kept.extend((*(" ".join(phrase) for phrase in self.phrases), *self.mentions))
        return " ".join(" ".join(kept).split())

    def _words(self) -> Iterator[str]:
        seen: set[str] = set()
        for word in words_of(self.passage.rest):
            if word in seen or word in STOP_WORDS or (len(word) == 1 and not word.isdigit()):
                continue
            seen.add(word)
            yield word[:60]
            if len(seen) >= MAX_WORDS:
                return


# ------------------------------------------------------------------------------------------------- pieces

_NBSP = "\u00a0"
_QUOTED = re.compile(r"[\"“”«„]\s?(?P<phrase>[^\"“”«»„]{2,200}?)\s?[\"“”»]")
_EXCLUDED = re.compile(r"(?<!\S)-(?P<word>[^\W\d_][\w'’]{1,40})")
_EXPLICIT_TOPIC = re.compile(
    r"(?:\b(?:themes?|topics?|rubriques?|categories?|tag)(?: ?: ?| )|#)(?P<name>[a-z][a-z -]{2,40}[a-z])"
)
_REUNION = re.compile(r"\b(?:a la|de la|la|ile de la) reunion\b")
_PLACE = r"\b(?:a|au|en|dans (?:le |la |l'|les )?|sur|in|near|vers|autour de|region de|ville de|departement (?:du |de la |de l'|des |de |d')|metropole (?:de |d')) ?"


def cleaned(text: str) -> str:
    """The beginning of the text on one line, composed, without characters that are none."""
    cut = text[: 4 * MAX_CHARACTERS].encode("utf-8", "replace").decode("utf-8")
    composed = unicodedata.normalize("NFC", cut.replace("\0", " "))
    return " ".join(composed.split())[:MAX_CHARACTERS]


def publishers_of(sources: Iterable[NamedSource]) -> dict[str, str]:
    """Publishers by their folded names, and by short forms of these that name no other."""
    names: dict[str, str] = {}
    for source in sources:
        name = folded(source.publisher)
        if len(name) < 2:
            continue
        names[name] = source.publisher
        for prefix in ("les ", "la ", "le ", "ville de "):
            if name.startswith(prefix) and len(name) > len(prefix) + 4:
                names.setdefault(name[len(prefix) :], source.publisher)
        if " de l'" in name and len(name.split(" de l'")[0]) >= 4:
            names.setdefault(name.split(" de l'")[0], source.publisher)
    return names


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _tag(value: str) -> str:
    """A value as part of an id: at most ten ASCII characters, alike for no two values in practice."""
    plain = re.sub(r"[^a-z0-9-]", "", folded(value))
    return plain if len(plain) <= 10 and plain else f"{plain[:5]}-{_crc(value)[:4]}"


def _crc(value: str) -> str:
    return f"{zlib.crc32(value.encode('utf-8', 'replace')):08x}"


def _either(names: Collection[str]) -> str:
    ordered: Sequence[str] = sorted(names, key=lambda name: (-len(name), name))
    return "|".join(re.escape(name).replace(r"\ ", "[ -]") for name in ordered)


@lru_cache(maxsize=1)
def _overseas() -> re.Pattern[str]:
    return re.compile(rf"\b(?:en |dans (?:les |l'))?(?:{lexicon.OVERSEAS_CUE})\b")


@lru_cache(maxsize=1)
def _regions() -> re.Pattern[str]:
    names = _either(lexicon.region_names())
    return re.compile(
        rf"(?<![\w-])(?:(?:en|dans|a|au|aux|de|du|des|d'|pour|sur|in|from) ?)?(?:la |le |l'|les )?(?:region |departement )?(?:de |du |des |d'|de la |de l'|la |le )?(?P<name>{names})(?![\w-])"
    )


@lru_cache(maxsize=1)
def _towns() -> re.Pattern[str]:
    return re.compile(rf"{_PLACE}(?P<name>{_either(lexicon.town_names())})(?![\w-])")


@lru_cache(maxsize=1)
def _productions() -> dict[str, re.Pattern[str]]:
    patterns = {}
    for kind, cue in lexicon.PRODUCTION_CUES.items():
        lead = lexicon.FOR_PRODUCTION if kind in {"animation", "jeu-video"} else ""
        patterns[kind] = re.compile(rf"(?<![\w-]){lead}(?:{cue})(?![\w-])")
    return patterns


@lru_cache(maxsize=1)
def _topic_cues() -> dict[str, re.Pattern[str]]:
    return {one: re.compile(rf"(?<![\w-])(?:{cue})(?![\w-])") for one, cue in lexicon.TOPIC_CUES.items()}
